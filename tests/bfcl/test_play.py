from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from fc_gym.bfcl.classes import MODULES, functions_of, tools_of
from fc_gym.bfcl.play import make, told
from fc_gym.errors import TaskError

TICKETS: dict[str, Any] = {"TicketAPI": {"ticket_queue": [], "ticket_counter": 1, "current_user": "Ann"}}


def test_a_session_runs_calls_given_in_parts() -> None:
    session = make(["TicketAPI"], TICKETS)
    told = session.call("create_ticket", {"title": "Leak"})
    assert told["ok"] and not told["error"] and told["exc"] is None and told["value"]["title"] == "Leak"
    refused = session.call("get_ticket", {"ticket_id": 9})
    assert refused["ok"] and refused["error"] and refused["text"] == '{"error": "Ticket with ID 9 not found."}'
    raised = session.call("get_ticket", {"nope": 9})
    assert not raised["ok"] and raised["error"] and raised["exc"] == "TypeError"
    assert raised["value"] == raised["text"] and raised["text"].startswith(
        "Error during execution: TicketAPI.get_ticket()"
    )


def test_a_session_runs_calls_given_as_texts() -> None:
    session = make(["TicketAPI"], TICKETS)
    texts = session.exec(["create_ticket('Leak')", "get_ticket(ticket_id=1)", "nope()", "create_ticket(title=Leak)"])
    assert texts[0] == texts[1] and texts[2] == "Error during execution: name 'nope' is not defined"
    assert texts[3] == "Error during execution: name 'Leak' is not defined"


def test_sessions_share_nothing_and_leave_the_config_alone() -> None:
    first, second = make(["TicketAPI"], TICKETS), make(["TicketAPI"], TICKETS)
    first.call("create_ticket", {"title": "Leak"})
    assert len(first.state()["TicketAPI"]["ticket_queue"]) == 1
    assert second.state()["TicketAPI"]["ticket_queue"] == [] == TICKETS["TicketAPI"]["ticket_queue"]


def test_arguments_are_copied() -> None:
    session, tags = make(["TwitterAPI"], {"TwitterAPI": {"authenticated": True}}), ["#a"]
    session.call("post_tweet", {"content": "x", "tags": tags})
    before = session.state()
    tags.append("#b")
    assert session.state() == before


def test_a_closed_session_has_no_instances() -> None:
    session = make(["TicketAPI"])
    session.close()
    assert session.state() == {}


def test_an_unknown_class_gets_the_nearest_name() -> None:
    with pytest.raises(TaskError, match=r"no BFCL class 'TicketApi'; did you mean TicketAPI\?"):
        make(["TicketApi"])
    with pytest.raises(TaskError, match="no BFCL class 'Zzz'; have GorillaFileSystem"):
        make(["Zzz"])


def test_the_eight_classes_have_128_tools_of_different_names() -> None:
    assert len(tools_of(list(MODULES))) == 128 == sum(len(functions_of(name)) for name in MODULES)


def test_state_is_told_with_tags_for_what_json_has_not() -> None:
    assert told({1: {"b", "a"}, "x": (1, None)}) == {"__int__:1": {"__set__": ["a", "b"]}, "x": [1, None]}
    assert told(datetime(2024, 9, 1)) == {"__datetime__": "2024-09-01T00:00:00"}
    assert told(1j) == {"__repr__": "1j"}


def test_a_session_names_its_tools() -> None:
    assert "create_ticket" in make(["TicketAPI"]).names() and len(make(["TicketAPI"]).names()) == 9


def test_directories_and_files_are_told_as_trees_and_cycles_end() -> None:
    tree = {"w": {"type": "directory", "contents": {"a": {"type": "directory", "contents": {}}}}}
    session = make(["GorillaFileSystem"], {"GorillaFileSystem": {"root": tree}})
    session.exec(["touch('b.txt')", "echo('x', 'b.txt')", "cp('a', 'a')"])
    assert session.state()["GorillaFileSystem"]["root"] == {
        "__dir__": "w",
        "contents": {
            "a": {"__dir__": "a", "contents": {"a": {"__dir__": "a", "contents": {"a": {"__cycle__": "a"}}}}},
            "b.txt": {"__file__": "b.txt", "content": "x"},
        },
    }


def test_arguments_that_are_nested_too_deeply_are_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    session = make(["TicketAPI"], TICKETS)
    for refused in (session.call("create_ticket", {"title": deep}), session.call("create_ticket", args=[deep])):
        assert refused["exc"] == "CallError"
        assert refused["text"] == "Error during execution: the arguments are nested too deeply"


def test_a_state_that_is_nested_too_deeply_is_not_told() -> None:
    session = make(["GorillaFileSystem"])
    session.exec(["mkdir('a')", "cd('a')"] * 2_000)
    with pytest.raises(TaskError, match="the state is nested too deeply to be told; some hundred levels are told"):
        session.state()
