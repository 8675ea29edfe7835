"""Measures of calls: runs of tools, and of tools with the names of their arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fc_synth.contamination.row import Called, Place, Row, Tool
from fc_synth.contamination.tally import Looked, Match
from fc_synth.contamination.words import grams, tool_key

__all__ = ["CallRuns"]

STRONG = 3
"""Calls from which a run that is shared is no chance."""


class CallRuns:
    """Runs of calls of one row, over all of its turns, that a row of the benchmark has too.

    Strong from 3 calls on, if they are not all of one tool. Results, argument values and turns do not matter.

    Args:
        rows: The benchmark's.
        size: Calls in a run.
        arguments: Compare the names of the arguments too.
    """

    unit = "runs"

    def __init__(self, rows: Sequence[Row], size: int, *, arguments: bool = False) -> None:
        self.name = f"runs of {size} calls" + (", with argument names" if arguments else "")
        self._count, self._arguments = size, arguments
        self._tools = {tool_key(tool.name): tool for row in rows for tool in row.tools}
        self._known: dict[str, tuple[str, Place]] = {}
        for row in rows:
            for gram, shown in self._runs(row):
                self._known.setdefault(gram, (shown, row.place))
        self.size = len(self._known)

    def look(self, row: Row) -> Looked:
        """Compare the calls of a row."""
        runs = list(self._runs(row))
        matches = [
            Match(*self._known[gram], shown, 1.0, self._count >= STRONG and len(set(gram.split(" "))) > 1)
            for gram, shown in runs
            if gram in self._known
        ]
        return Looked(len(runs), len(matches), tuple(matches))

    def _runs(self, row: Row) -> Iterator[tuple[str, str]]:
        """Return each run as it is compared and as it is shown."""
        own = self._tools | {tool_key(tool.name): tool for tool in row.tools}
        called = [call.name for call in row.calls]
        if self._arguments:
            lines = [(called, [_signature(call, own) for call in row.calls])]
        else:
            lines = [(names, [tool_key(name) for name in names]) for names in (called, row.walk)]
        for names, keys in lines:
            for at, gram in enumerate(grams(keys, self._count)):
                yield gram, " > ".join(names[at : at + self._count])


def _signature(call: Called, tools: Mapping[str, Tool]) -> str:
    """Return a call with its sorted argument names; those given by place are named by the tool's description."""
    key = tool_key(call.name)
    known = [name for name, _ in tools[key].parameters] if key in tools else []
    placed = [known[at] if at < len(known) else f"#{at + 1}" for at in range(call.positional)]
    return f"{key}({','.join(sorted([*placed, *map(tool_key, call.keywords)]))})"
