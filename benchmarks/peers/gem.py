"""GEM with the tool of the FLOOR, in the Python it is installed in: prints what a step takes.

Run as `python -m benchmarks.peers.gem`.
"""

from __future__ import annotations

import itertools
import json
from importlib.metadata import version
from typing import Any

from benchmarks.floor import CALLS, answer
from benchmarks.interleaved import FULL, interleaved

__all__ = ["main"]


def main() -> None:
    """Measure, and print JSON."""
    from gem.core import Env  # type: ignore[import-not-found,unused-ignore]
    from gem.tools.base_tool import BaseTool  # type: ignore[import-not-found,unused-ignore]
    from gem.tools.tool_env_wrapper import ToolEnvWrapper  # type: ignore[import-not-found,unused-ignore]

    class Idle(Env):  # type: ignore[misc,unused-ignore]
        def reset(self, seed: int | None = None) -> tuple[str, dict[str, Any]]:
            return "", {}

        def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
            return "", 0.0, True, False, {}

    class Stock(BaseTool):  # type: ignore[misc,unused-ignore]
        def instruction_string(self) -> str:
            return "place_stock"

        def execute_action(self, action: str) -> tuple[bool, bool, str, str]:
            return True, False, answer(action), action

    env, texts = ToolEnvWrapper(Idle(), [Stock()], max_tool_uses=None), itertools.cycle(CALLS)
    env.reset(seed=0)
    spread, floor = interleaved(lambda: env.step(next(texts)), FULL)
    print(json.dumps({**spread.json(), "floor_us": floor * 1e6, "peer": f"GEM {version('gem-llm')}"}))


if __name__ == "__main__":
    main()
