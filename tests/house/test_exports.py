"""What a module says it offers is what it defines."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from typing import Any

OURS = ("fc_gym", "fc_agents", "fc_synth")


def test_every_public_module_says_what_it_offers(sources: list[Any]) -> None:
    silent = [one.path for one in sources if one.public and _has_code(one.tree) and _offered(one.tree) is None]
    assert not silent, "\n".join(silent)


def test_public_functions_and_classes_are_offered(sources: list[Any]) -> None:
    missing = [
        f"{one.path}: {name}"
        for one in sources
        if one.public
        for name in _defined(one.tree) - set(_offered(one.tree) or ())
    ]
    assert not missing, "\n".join(missing)


def test_a_package_offers_what_it_takes_from_its_modules(sources: list[Any]) -> None:
    facades = [one for one in sources if one.path.endswith("__init__.py")]
    missing = [
        f"{one.path}: {name}" for one in facades for name in sorted(_taken(one.tree) - set(_offered(one.tree) or ()))
    ]
    assert not missing, "\n".join(missing)


def test_a_module_offers_only_what_it_defines(sources: list[Any]) -> None:
    foreign = [
        f"{one.path}: {name}"
        for one in sources
        if not one.path.endswith("__init__.py")
        for name in sorted(set(_offered(one.tree) or ()) & _taken(one.tree))
    ]
    assert not foreign, "\n".join(foreign)


def test_everything_offered_is_there(sources: list[Any]) -> None:
    absent = [
        f"{one.module}.{name}"
        for one in sources
        for name in _offered(one.tree) or ()
        if not hasattr(importlib.import_module(one.module), name)
    ]
    assert not absent, "\n".join(absent)


def _has_code(tree: ast.Module) -> bool:
    return any(not isinstance(node, ast.Expr) for node in tree.body)


def _offered(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets
        ):
            return list(ast.literal_eval(node.value))
    return None


def _defined(tree: ast.Module) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")}


def _taken(tree: ast.Module) -> set[str]:
    """Return the public names that a module imports from our packages."""
    return {
        name.asname or name.name
        for node in _imports(tree)
        if (node.module or "").split(".")[0] in OURS
        for name in node.names
        if not (name.asname or name.name).startswith("_")
    }


def _imports(tree: ast.Module) -> Iterator[ast.ImportFrom]:
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.If))]
    return (node for body in bodies for node in body if isinstance(node, ast.ImportFrom))
