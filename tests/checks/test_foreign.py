"""Classes that nobody here wrote can be read and checked: the tools of the package bfcl-eval, if it is at hand."""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from fc_gym.checks import Report, check_domain
from fc_gym.domain import Domain
from fc_gym.spaces import ToolCallSpace
from fc_gym.types import ToolCall, ToolResult

TOOLS = "bfcl_eval.eval_checker.multi_turn_eval.func_source_code"
CLASSES = {
    "ticket_api": "TicketAPI",
    "gorilla_file_system": "GorillaFileSystem",
    "message_api": "MessageAPI",
    "posting_api": "TwitterAPI",
    "trading_bot": "TradingBot",
    "travel_booking": "TravelAPI",
    "vehicle_control": "VehicleControlAPI",
}


@pytest.fixture(scope="module", autouse=True)
def package() -> Iterator[None]:
    """Make `bfcl_eval` importable: as installed, or from the folder or wheel that FC_GYM_FOREIGN names."""
    before, modules = list(sys.path), set(sys.modules)
    with tempfile.TemporaryDirectory() as folder:
        place = os.environ.get("FC_GYM_FOREIGN", "")
        if place.endswith(".whl"):
            with zipfile.ZipFile(place) as wheel:
                wheel.extractall(folder)
            place = folder
        sys.path[:0] = [place] if place else []
        if importlib.util.find_spec("bfcl_eval") is None:
            pytest.skip(
                "no bfcl_eval: `pip install --no-deps bfcl-eval`, or name its wheel or folder in FC_GYM_FOREIGN"
            )
        yield
    sys.path[:] = before
    for name in set(sys.modules) - modules:
        if name.startswith("bfcl_eval"):
            del sys.modules[name]


def foreign(module: str) -> type:
    found: type = getattr(importlib.import_module(f"{TOOLS}.{module}"), CLASSES[module])
    return found


def begun(module: str, **start: Any) -> Domain:
    """Read a class, made with a start state."""
    base: Any = foreign(module)

    def begin(self: Any) -> None:
        base.__init__(self)
        self._load_scenario(copy.deepcopy(start))

    return Domain(type(base.__name__, (base,), {"__init__": begin, "__module__": base.__module__}))


def run(domain: Domain, *calls: ToolCall) -> list[ToolResult]:
    world = domain.sample(0).world
    return [domain.execute(world, call) for call in calls]


def checked(domain: Domain) -> Report:
    with contextlib.redirect_stdout(io.StringIO()):
        return check_domain(domain, seeds=2, calls=40)


def tickets() -> Domain:
    ticket = {"id": 1, "title": "lift", "description": "stuck", "status": "Open", "priority": 2, "created_by": "kim"}
    return begun("ticket_api", ticket_queue=[ticket], ticket_counter=2, current_user="kim")


def files() -> Domain:
    letters = {"type": "directory", "contents": {"kim.txt": {"type": "file", "content": "dear Kim"}}}
    desk = {"letters": letters, "list.txt": {"type": "file", "content": "milk\nbread\nmilk"}}
    return begun("gorilla_file_system", root={"desk": {"type": "directory", "contents": desk}})


@pytest.mark.parametrize("module", CLASSES)
def test_a_foreign_class_is_read_as_a_domain(module: str) -> None:
    domain = Domain(foreign(module))
    assert domain.foreign
    assert len(domain.tools) >= 9
    assert not any(name.startswith("_") for name in domain.tools)
    assert all(tool.description for tool in domain.tools.values())


@pytest.mark.parametrize("module", CLASSES)
def test_the_specs_of_a_foreign_class_are_valid(module: str) -> None:
    domain = Domain(foreign(module))
    for tool in domain.tools.values():
        function = tool.spec()["function"]
        assert orjson.loads(orjson.dumps(function)) == function
        assert function["parameters"]["type"] == "object"
        assert set(function["parameters"]["required"]) <= set(function["parameters"]["properties"])
    space = ToolCallSpace(domain, seed=0)
    assert all(space.contains(space.sample()) for _ in range(200))


def test_calls_of_a_foreign_class_run_and_change_its_state() -> None:
    made, shown = run(
        tickets(),
        ToolCall("create_ticket", {"title": "door", "priority": 3.0}),
        ToolCall("get_ticket", {"ticket_id": 2}),
    )
    assert made.ok
    assert shown.value == made.value
    assert shown.value["title"] == "door"
    found, text = run(files(), ToolCall("find", {"name": "kim"}), ToolCall("cat", {"file_name": "list.txt"}))
    assert [name for name in found.value["matches"] if name.endswith("letters/kim.txt")]
    assert text.value == {"file_content": "milk\nbread\nmilk"}


@pytest.mark.parametrize(
    ("domain", "call"),
    [
        (tickets, ToolCall("get_ticket", {"ticket_id": 7})),
        (tickets, ToolCall("create_ticket", {"title": "door", "priority": 9})),
        (files, ToolCall("cat", {"file_name": "kim.txt"})),
        (files, ToolCall("cd", {"folder": "nowhere"})),
    ],
)
def test_an_error_that_a_foreign_class_returns_is_a_refusal(domain: Callable[[], Domain], call: ToolCall) -> None:
    (result,) = run(domain(), call)
    assert result.refusal is not None
    assert (result.refusal.code, result.refusal.by_tool) == ("refused", True)
    assert result.refusal.message


def test_what_a_foreign_class_raises_is_a_refusal() -> None:
    (result,) = run(Domain(foreign("ticket_api")), ToolCall("get_ticket", {"ticket_id": 7}))
    assert result.refusal is not None
    assert (result.refusal.code, result.refusal.by_tool) == ("exception", True)
    assert "ticket_queue" in result.refusal.message


def test_malformed_calls_never_reach_a_foreign_class() -> None:
    results = run(tickets(), ToolCall("get_ticket", {"ticket_id": "1"}), ToolCall("get_tiket", {"ticket_id": 1}))
    assert [result.refusal and result.refusal.code for result in results] == ["bad_argument", "unknown_tool"]


@pytest.mark.parametrize("module", CLASSES)
def test_the_suite_runs_to_its_end_even_without_a_start_state(module: str) -> None:
    report = checked(Domain(foreign(module)))
    assert len(report.checks) == 14
    assert all(one.tried or one.skipped for one in report.checks)


def test_a_sound_foreign_class_passes() -> None:
    report = checked(tickets())
    report.raise_if_bad()
    assert [one["verdict"] for one in report.rows() if one["check"] == "refusal purity"] == ["ok"]


def test_an_impure_refusal_of_a_foreign_class_is_found() -> None:
    report = checked(begun("message_api", user_map={"Kim": "USR001", "Lee": "USR006"}, user_count=4))
    errors = [str(one) for one in report.findings if one.severity == "error"]
    assert len(errors) == 1
    assert errors[0].startswith(
        "MessageAPI.add_contact: it changes user_count (was 5, is 6) although it refuses (refused);"
    )


def test_a_clock_in_a_foreign_class_is_found() -> None:
    report = checked(files())
    texts = [str(one) for one in report.findings if one.check == "determinism"]
    assert [text for text in texts if text.startswith("GorillaFileSystem.touch: it uses datetime.now();")]


def test_a_read_of_a_foreign_class_that_draws_is_found() -> None:
    report = checked(begun("vehicle_control"))
    texts = {one.where: one for one in report.findings if one.check == "reads"}
    assert texts["VehicleControlAPI.get_current_speed"].severity == "warning"
    assert "it changes _random" in texts["VehicleControlAPI.get_current_speed"].message
