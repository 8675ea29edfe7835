"""Importing is cheap, silent and alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HEAVY = {
    "torch", "openai", "ray", "mcp", "pyarrow", "rich", "typer", "matplotlib", "hypothesis", "pytest", "pandas", "vllm",
    "transformers", "requests", "httpx",
}  # fmt: skip

WATCHED = """
import json, sys, time

seen = []
def heard(event, details):
    if event.startswith(("socket.", "urllib.", "http.", "subprocess.", "os.system", "os.exec", "smtplib.", "ftplib.")):
        seen.append(event)
def watched(name):
    real = getattr(time, name)
    def told(*args):
        who = sys._getframe(1).f_globals.get("__name__", "")
        if who.split(".")[0] in ("fc_gym", "fc_agents", "fc_synth"):
            seen.append(f"{who} reads time.{name}")
        return real(*args)
    setattr(time, name, told)
for name in ("time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime", "strftime"):
    watched(name)
import numpy, gymnasium, pydantic
sys.addaudithook(heard)
for module in json.loads(sys.argv[1]):
    __import__(module)
print(json.dumps({"loaded": sorted({name.split(".")[0] for name in sys.modules}), "seen": seen}))
"""


def test_importing_fc_gym_loads_nothing_heavy(root: Path) -> None:
    assert set(_import(root, ["fc_gym"])["loaded"]) & HEAVY == set()


def test_only_the_command_needs_tables(root: Path, sources: list[Any]) -> None:
    modules = [one.module for one in sources if not _is_command(one.module)]
    assert set(_import(root, modules)["loaded"]) & HEAVY == set()


def test_importing_touches_neither_the_clock_nor_the_network(root: Path, sources: list[Any]) -> None:
    assert _import(root, [one.module for one in sources])["seen"] == []


def test_imports_go_one_way(root: Path) -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _is_command(module: str) -> bool:
    return module.startswith("fc_gym.cli") or module.endswith(".commands")


def _import(root: Path, modules: list[str]) -> dict[str, list[str]]:
    command = [sys.executable, "-c", WATCHED, json.dumps(modules)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))
