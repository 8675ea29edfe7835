"""Runs what is only in a checkout of the sources: the benchmarks, in a process of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fc_gym
from fc_gym.cli.measured import GROWTH, PEERS, Run, run_of
from fc_gym.errors import FcGymError

__all__ = ["Order", "benchmarks_run", "checkout", "soak_run"]

_SETTINGS = (
    "--benchmark-only", "--benchmark-quiet", "-v", "-rfEs", "-p", "no:cacheprovider", "-o", "addopts=",
    "-W", "ignore:Not saving anything", "-W", "ignore:Benchmark fixture was not used",
)  # fmt: skip
_DONE = re.compile(r"::.* (PASSED|SKIPPED|FAILED|ERROR)")
_SKIPPED = re.compile(r"SKIPPED \[\d+\] \S+ (.*)")
_FAILED = re.compile(r"(?:FAILED|ERROR) (\S+::\S+)")


@dataclass(frozen=True)
class Order:
    """Which benchmarks are to be run, and how."""

    only: str = ""
    """Groups, with commas between them; empty: all."""
    quick: bool = False
    growth: bool = False
    peers: bool = False
    peer_python: str = ""

    def files(self, folder: Path) -> list[str]:
        """Return the files to run."""
        special = {f"test_{GROWTH}.py": self.growth, f"test_{PEERS}.py": self.peers}
        usual = not any(special.values())
        names = sorted(path.name for path in folder.glob("test_*.py"))
        return [f"{folder.name}/{name}" for name in names if special.get(name, usual)]

    def words(self) -> list[str]:
        """Return the options for pytest."""
        named = {"--only": self.only, "--peer-python": self.peer_python}
        return [f"{name}={value}" for name, value in named.items() if value] + ["--quick"] * self.quick


def checkout() -> Path:
    """Return the folder of the sources: the one of the installed package, else the current one.

    Raises:
        FcGymError: If neither has benchmarks.
    """
    for folder in (Path(fc_gym.__file__).parent.parent, Path.cwd()):
        if (folder / "benchmarks" / "conftest.py").is_file():
            return folder
    raise FcGymError(
        "benchmarks are not part of the installed package; run this in a checkout of the sources, where benchmarks/ is"
    )


def benchmarks_run(order: Order, advance: Callable[[], None]) -> tuple[Run | None, list[str]]:
    """Run benchmarks.

    Args:
        order: Which ones.
        advance: Called after each.

    Returns:
        What was measured, if anything was; and why others were not, in sentences.

    Raises:
        FcGymError: If there is no checkout, no pytest-benchmark, or no such group.
    """
    root = checkout()
    if find_spec("pytest_benchmark") is None:
        raise FcGymError("benchmarks need pytest-benchmark; run: pip install pytest-benchmark")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "measured.json"
        words = [*order.files(root / "benchmarks"), *_SETTINGS, *order.words(), f"--benchmark-json={path}"]
        lines = _lines([sys.executable, "-m", "pytest", *words], root, advance)
        measured = path.is_file() and path.stat().st_size > 0
        missing = _missing(lines)
        if not measured and not missing:
            raise FcGymError(f"no benchmark ran: {_complaint(lines)}")
        return run_of(path) if measured else None, missing


def soak_run(steps: int, workers: int) -> dict[str, Any]:
    """Run the soak and return what it prints; its progress goes to stderr.

    Args:
        steps: How many steps all workers take together.
        workers: How many processes.

    Raises:
        FcGymError: If there is no checkout, or the run broke off.
    """
    command = [sys.executable, "-m", "benchmarks.soak", str(steps), "--workers", str(workers)]
    done = subprocess.run(command, cwd=checkout(), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise FcGymError(f"the soak broke off with exit code {done.returncode}; what is above says why")
    return dict(json.loads(done.stdout))


def _lines(command: Sequence[str], root: Path, advance: Callable[[], None]) -> list[str]:
    lines = []
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip("\n"))
            if _DONE.search(line):
                advance()
    return lines


def _missing(lines: Sequence[str]) -> list[str]:
    reasons = [found[1] for line in lines if (found := _SKIPPED.match(line))]
    broken = [f"{found[1]} failed; run it with pytest to see why" for line in lines if (found := _FAILED.match(line))]
    return list(dict.fromkeys(reasons + broken))


def _complaint(lines: Sequence[str]) -> str:
    said = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return said[-1] if said else next((line for line in reversed(lines) if line.strip()), "pytest said nothing")
