"""The official package as a black box: its executor, its checker and its evaluator, through what it exports.

It keeps sessions, default arguments and precision in its modules, so whoever calls it does so in a process of its own.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir
from types import ModuleType
from typing import Any

from fc_gym.bfcl.classes import MODULES
from fc_gym.bfcl.grade import Steps
from fc_gym.bfcl.play import told
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.types import JsonValue

NEEDED = ("dotenv", "filelock", "overrides", "pandas", "tenacity", "tqdm", "tree_sitter")
"""What the evaluator imports besides what the executor needs."""

MODEL = "m"
_CHECKER = "bfcl_eval.eval_checker.multi_turn_eval.multi_turn_checker"
_EXECUTOR = "bfcl_eval.eval_checker.multi_turn_eval.multi_turn_utils"


def data_folder() -> Path:
    """Return the data folder of the installed package."""
    spec = find_spec("bfcl_eval")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "data"


def warm_up() -> None:
    """Import all that a session needs, by opening one of every class that nothing happens in."""
    os.environ.setdefault("BFCL_PROJECT_ROOT", gettempdir())
    import_module(_EXECUTOR).execute_multi_turn_func_call([], {}, list(MODULES), "warm", "warm_0")
    import_module(_CHECKER)


class OfficialSession:
    """A session of the official executor; one to a process.

    Args:
        task: Whose start state.
        classes: The classes to open; those of the task by default.
    """

    def __init__(self, task: BfclTask, classes: Sequence[str] = ()) -> None:
        self._task, self._classes = task, list(classes or task.classes)
        self._execute = import_module(_EXECUTOR).execute_multi_turn_func_call
        self._instances: dict[str, Any] = {}

    @property
    def label(self) -> str:
        """Its name, as `Executor` takes it."""
        return f"{MODEL}_{self._task.id}"

    def run(self, text: str) -> str:
        """Run one call text, and return the text of its result."""
        results, self._instances = self._execute(
            [text], self._task.config, self._classes, MODEL, self._task.id, long_context=self._task.long_context
        )
        [result] = results
        assert isinstance(result, str)
        return result

    def state(self) -> dict[str, JsonValue]:
        """Tell the public state as `Session.state` does."""
        return {
            name: {field: told(value) for field, value in vars(instance).items() if not field.startswith("_")}
            for name, instance in self._instances.items()
        }


def official_verdict(task: BfclTask, turns: Sequence[Steps]) -> dict[str, Any]:
    """Return `valid`, and `error_type` if it is false, as the official checker gives them."""
    entry = {"id": task.id, "initial_config": task.config, "involved_classes": list(task.classes)}
    played, truth = [[list(step) for step in steps] for steps in turns], [list(calls) for calls in task.truth]
    check = import_module(_CHECKER).multi_turn_checker
    return _told_verdict(check(played, truth, entry, f"multi_turn_{task.category}", MODEL))


class Evaluator:
    """The official evaluator for the result files of a function-calling model, without the clients of its vendors."""

    def __init__(self) -> None:
        os.environ.setdefault("BFCL_PROJECT_ROOT", gettempdir())
        models = ModuleType("bfcl_eval.constants.model_config")
        models.__dict__["MODEL_CONFIG_MAPPING"] = {}
        sys.modules.setdefault(models.__name__, models)
        with contextlib.redirect_stdout(io.StringIO()):
            self._runner = import_module("bfcl_eval.eval_checker.eval_runner")
            base = import_module("bfcl_eval.model_handler.base_handler").BaseHandler
            self._data = import_module("bfcl_eval.utils")
        decode = import_module("bfcl_eval.model_handler.utils").convert_to_function_call
        members = {"decode_execute": lambda self, result, has_tool_call_tag: decode(result)}
        self._model = type("FunctionCalling", (base,), members)(MODEL, 0.0, MODEL, True)

    @cache  # noqa: B019 (one evaluator lives as long as the tests do)
    def _entries(self, category: str) -> dict[str, tuple[Any, Any]]:
        questions, truths = self._data.load_dataset_entry(category), self._data.load_ground_truth_entry(category)
        return {one["id"]: (one, truth["ground_truth"]) for one, truth in zip(questions, truths, strict=True)}

    def entry(self, name: str) -> tuple[Any, Any]:
        """Return a task and its ground truth as the official package loads them."""
        return self._entries(name.rsplit("_", 1)[0])[name]

    def verdict(self, name: str, result: Any, entry: Any, truth: Any) -> dict[str, Any]:
        """Evaluate what a result file says of one task."""
        category = name.rsplit("_", 1)[0]
        with contextlib.redirect_stdout(io.StringIO()):
            found = self._runner._evaluate_single_multi_turn_entry(
                self._model, name, result, truth, copy.deepcopy(entry), MODEL, category
            )
        return _told_verdict(found if found["valid"] else {"valid": False, **found["error"]})


def _told_verdict(found: dict[str, Any]) -> dict[str, Any]:
    return {"valid": True} if found["valid"] else {"valid": False, "error_type": found["error_type"]}
