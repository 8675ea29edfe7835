"""Nothing unfinished, nothing that runs text as code, nothing unexplained."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest

UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "NotImplemented" + "Error")))


def test_nothing_is_left_unfinished(sources: list[Any]) -> None:
    found = [
        f"{one.path}:{number}: {line.strip()}"
        for one in sources
        for number, line in enumerate(one.text.splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_text_is_run_as_code(sources: list[Any]) -> None:
    found = [f"{one.path}: {ast.unparse(node)}" for one in sources for node in ast.walk(one.tree) if _runs_text(node)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("text", ["eval('1')", "exec('x = 1')", "builtins.eval('1')"])
def test_running_text_would_be_seen(text: str) -> None:
    assert any(_runs_text(node) for node in ast.walk(ast.parse(text)))


def test_everything_public_is_explained(sources: list[Any]) -> None:
    found = [
        f"{one.path}: {name}"
        for one in sources
        if one.public
        for name, node in _public(one.tree, "")
        if not _told(node)
    ]
    assert not found, "\n".join(found)


def _runs_text(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    return name in ("eval", "exec")


_Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public(tree: ast.Module | ast.ClassDef, owner: str) -> Iterator[tuple[str, _Node]]:
    for node in tree.body:
        if isinstance(node, _Node) and not node.name.startswith("_"):
            yield f"{owner}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _public(node, f"{owner}{node.name}.")


def _told(node: _Node) -> bool:
    accessor = any(isinstance(one, ast.Attribute) and one.attr in ("setter", "deleter") for one in node.decorator_list)
    return accessor or bool((ast.get_docstring(node) or "").strip())
