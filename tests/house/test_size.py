"""Files and functions stay small; those that are not may only shrink."""

from __future__ import annotations

import ast
from statistics import median
from typing import Any

FILE, FUNCTION, MEDIAN = 300, 50, 12
DOMAIN = 800
"""Lines of a domain, which is one file, docstrings and phrases included."""

LONG_FILES: dict[str, int] = {
    "fc_gym/bfcl/arithmetic.py": 360,
    "fc_gym/bfcl/file_system.py": 460,
    "fc_gym/bfcl/trading.py": 520,
    "fc_gym/bfcl/travel.py": 540,
    "fc_gym/bfcl/vehicle.py": 310,
}
LONG_FUNCTIONS: dict[str, int] = {}


def test_files_stay_short(sources: list[Any]) -> None:
    sizes = {one.path: one.text.count("\n") for one in sources}
    domains = {name: size for name, size in sizes.items() if name.startswith("fc_gym/domains/")}
    _compare(domains, DOMAIN, {})
    _compare({name: size for name, size in sizes.items() if name not in domains}, FILE, LONG_FILES)


def test_functions_stay_short(sources: list[Any]) -> None:
    _compare(_functions(sources), FUNCTION, LONG_FUNCTIONS)


def test_most_functions_are_very_short(sources: list[Any]) -> None:
    assert median(_functions(sources).values()) <= MEDIAN


def _compare(sizes: dict[str, int], limit: int, allowed: dict[str, int]) -> None:
    """Complain about what is too long, and about allowances that are no longer needed."""
    wrong = [
        f"{name}: {size} lines; {allowed.get(name, limit)} are allowed"
        for name, size in sizes.items()
        if size > allowed.get(name, limit)
    ]
    for name, most in allowed.items():
        size = sizes.get(name, 0)
        if size <= limit:
            wrong.append(f"{name}: {size} lines; take it out of the list")
        elif size < 0.9 * most:
            wrong.append(f"{name}: {size} lines; lower the ratchet from {most}")
    assert not wrong, "\n".join(wrong)


def _functions(sources: list[Any]) -> dict[str, int]:
    """Return the lines of code of every function, without blank lines, comments and its docstring."""
    return {
        f"{one.path}:{owner}{node.name}": _lines(node, one.text)
        for one in sources
        for owner, node in _walk(one.tree, "")
    }


def _walk(tree: ast.AST, owner: str) -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    found: list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append((owner, node))
        inner = (
            f"{owner}{node.name}." if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) else owner
        )
        found += _walk(node, inner)
    return found


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> int:
    doc = node.body[0] if ast.get_docstring(node) is not None else None
    skip = set(range(doc.lineno, (doc.end_lineno or doc.lineno) + 1)) if doc else set()
    lines = text.splitlines()
    numbers = set(range(node.lineno, (node.end_lineno or node.lineno) + 1)) - skip
    return sum(bool(lines[number - 1].strip()) and not lines[number - 1].strip().startswith("#") for number in numbers)
