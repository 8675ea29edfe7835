"""The sources of the three packages, read once."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"fc_gym": ROOT, "fc_agents": ROOT / "agents", "fc_synth": ROOT / "synth"}


@dataclass(frozen=True)
class Source:
    """One module of the packages."""

    path: str
    """From the root of the repository."""
    module: str
    text: str
    tree: ast.Module

    @property
    def public(self) -> bool:
        """True if no part of its name begins with an underscore."""
        return not any(part.startswith("_") for part in self.module.split("."))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[Source]:
    return [
        _source(path, base) for package, base in PACKAGES.items() for path in sorted((base / package).rglob("*.py"))
    ]


def _source(path: Path, base: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    module = ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
    return Source(str(path.relative_to(ROOT)), module, text, ast.parse(text))
