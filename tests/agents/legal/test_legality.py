from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from fc_agents.legal import Bounds, Legality, is_legal, verdict
from fc_agents.legal.shapes import Choice
from fc_agents.legal.table import situations

from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.known import grounded_calls
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.task import Limits, Task, Turn
from fc_gym.types import Malformed, ToolCall
from tests.agents.legal.conftest import Says
from tests.agents.legal.odd import Odd


@pytest.fixture(scope="module")
def shop() -> Domain:
    return load_domain("shop")


def _body(legality: Legality, session: Session, level: str) -> str:
    constraint = legality.constraint(session, level)
    assert constraint is not None
    return constraint.body if isinstance(constraint.body, str) else json.dumps(constraint.body)


def test_at_the_level_free_there_is_no_constraint(shop: Domain) -> None:
    assert Legality(shop).constraint(Session.start(shop, 0), "free") is None


def test_equal_tools_give_equal_keys_and_others_give_others(shop: Domain) -> None:
    one, other = Legality(shop), Legality(shop)
    first, second = Session.start(shop, 0), Session.start(shop, 1)
    for level in ("schema", "tools"):
        found = [legality.constraint(session, level) for legality in (one, other) for session in (first, second)]
        assert len({constraint.key for constraint in found if constraint}) == 1
        assert one.constraint(first, level) is one.constraint(second, level)
    assert _key(one, first, "schema") != _key(one, first, "tools")
    assert _key(one, first, "tools") != _key(Legality(shop, reply=False), first, "tools")


def test_what_is_learned_changes_the_constraint_and_only_that(shop: Domain) -> None:
    legality, session = Legality(shop), Session.start(shop, 0)
    before = legality.constraint(session, "grounded")
    session.run([ToolCall("show_checkout")])
    session.run([ToolCall("search_products", {"category": "office"})])
    after = legality.constraint(session, "grounded")
    assert before is not after and after is legality.constraint(session, "grounded")
    assert _key(legality, session.fork(), "grounded") == _key(legality, session, "grounded")
    session.run([ToolCall("search_products", {"category": "office"})])
    assert after is legality.constraint(session, "grounded")


def test_known_rows_are_told_and_no_others(shop: Domain) -> None:
    legality, session = Legality(shop), Session.start(shop, 0)
    before = _body(legality, session, "grounded")
    session.run([ToolCall("search_products", {"category": "office"})])
    known = {str(seen.value) for seen in session.known.values("ProductId")}
    body = _body(legality, session, "grounded")
    assert known and all(row in body and row not in before for row in known)
    assert all(body.count(row) == 1 for row in known), "shared by the tools that take them"


def test_of_very_many_known_rows_the_newest_are_told(shop: Domain) -> None:
    legality, session = Legality(shop, bounds=Bounds(values=3)), Session.start(shop, 0)
    session.known.tell("ProductId", [f"PRD-{number:05}" for number in range(9)])
    body = _body(legality, session, "grounded")
    assert "PRD-00008" in body and "PRD-00006" in body and "PRD-00005" not in body


def test_what_the_user_said_for_a_parameter_can_be_written(says: Says) -> None:
    calendar = load_domain("calendar")
    session = Session.start(calendar, 0)
    title = 'the "big" one\n' * 3
    session.known.tell("schedule_event.title", [title])
    constraint = Legality(calendar, "json", False, parallel=1).constraint(session, "grounded")
    assert constraint is not None
    calls = list(grounded_calls(calendar.tools["schedule_event"], session.known))
    assert calls and all(call.arguments["title"] == title for call in calls)
    assert says(constraint, json.dumps({"name": "schedule_event", "arguments": calls[0].arguments}))


def test_a_turn_that_offers_fewer_tools_allows_fewer(shop: Domain) -> None:
    task = Task("t", "shop", 0, (Turn("Go on.", tools=("show_checkout",)), Turn("Go on.", tools=())))
    session = Session.start(shop, 0, task)
    assert "search_products" not in _body(Legality(shop), session, "schema")
    session.reply("")
    for level in ("schema", "tools", "grounded", "calls"):
        for kind in ("grammar", "structural_tag"):
            body = _body(Legality(shop, reply=False, kind=kind), session, level)
            assert "root ::= words\n" in body, "where nothing can be called, a reply is left"


def test_no_more_calls_are_allowed_than_the_episode_runs_at_once(says: Says, shop: Domain) -> None:
    task = Task("t", "shop", 0, (Turn("Go on."),), limits=Limits(calls_per_step=2))
    constraint = Legality(shop, reply=False, parallel=9).constraint(Session.start(shop, 0, task), "tools")
    assert constraint is not None
    call = '<tool_call>\n{"name": "show_checkout", "arguments": {}}\n</tool_call>'
    assert says(constraint, f"{call}\n{call}") and not says(constraint, f"{call}\n{call}\n{call}")


def test_a_structural_tag_has_one_tag_for_each_tool(shop: Domain) -> None:
    session = Session.start(shop, 0)
    constraint = Legality(shop, reply=False, parallel=1, kind="structural_tag").constraint(session, "schema")
    assert constraint is not None and constraint.parser == "hermes"
    tags = constraint.body["format"]["elements"][0]["elements"]
    assert [json.loads(tag["begin"].split("\n")[1] + "{}}")["name"] for tag in tags] == list(shop.names)
    assert {tag["end"] for tag in tags} == {"}\n</tool_call>"}


def test_a_json_schema_of_several_calls_is_a_list_of_at_most_so_many(shop: Domain) -> None:
    session = Session.start(shop, 0)
    constraint = Legality(shop, "json", False, parallel=3, kind="json_schema").constraint(session, "schema")
    assert constraint is not None and constraint.parser == "json" and constraint.kind == "json_schema"
    assert (constraint.body["type"], constraint.body["minItems"], constraint.body["maxItems"]) == ("array", 1, 3)


def test_what_schemas_do_not_tell_is_found_out_and_left_out() -> None:
    legality = Legality(Domain(Odd))
    shapes = {name: legality.offer.any(name) for name in legality.domain.tools}
    fields = {name: {one: shape for one, shape, _ in record.fields} for name, record in shapes.items() if record}
    assert set(legality.domain.tools) - set(fields) == {"hidden"} == set(legality.silent)
    assert fields["numbers"]["even"] == Choice((2,)) and "tags" not in fields["distinct"]
    assert fields["texts"]["word"] == Choice(("XY",))
    assert set(fields["nested"]) >= {"point", "pair", "either", "flag"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"form": "xml"}, "there is no form 'xml' of constraints; have hermes, json"),
        (
            {"kind": "json_schema"},
            "calls in the form hermes cannot be told as 'json_schema': choose grammar or structu",
        ),
        ({"kind": "regex"}, "cannot be told as 'regex': an unknown kind; choose grammar or structural_tag"),
        (
            {"form": "json", "kind": "json_schema"},
            "a JSON schema cannot allow a reply in plain words; choose kind='gra",
        ),
        ({"parallel": 0}, "at most 0 calls in one response leave none; give 1 or more"),
    ],
)
def test_what_does_not_go_together_is_said(shop: Domain, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(TaskError, match=said):
        Legality(shop, **settings)


def test_an_unknown_level_is_said(shop: Domain) -> None:
    session = Session.start(shop, 0)
    with pytest.raises(
        TaskError, match="there is no level 'strict' of legality; have free, schema, tools, grounded, ca"
    ):
        Legality(shop).constraint(session, "strict")
    with pytest.raises(TaskError, match="there is no level 'strict' of legality"):
        is_legal(session, [], "strict")


def test_an_episode_of_another_domain_is_said(shop: Domain) -> None:
    with pytest.raises(TaskError, match="the episode is in the domain mail, not shop"):
        Legality(shop).constraint(Session.start(load_domain("mail"), 0), "tools")


def test_each_verdict_is_given_for_what_it_names(shop: Domain) -> None:
    session = Session.start(shop, 3)
    session.run([ToolCall("search_products", {"category": "office"})])
    product = session.known.values("ProductId")[0].value
    calls: dict[str, ToolCall | Malformed] = {
        "malformed": Malformed("no call"),
        "unknown tool": ToolCall("fly"),
        "bad arguments": ToolCall("add_to_cart", {"product": product, "quantity": 99}),
        "not legal": ToolCall("claim_refund", {"parcel": "PAR-1"}),
        "not grounded": ToolCall("add_to_cart", {"product": "PRD-XXXXX"}),
        "refused": ToolCall("remove_from_cart", {"product": product}),
        "accepted": ToolCall("show_checkout"),
    }
    before = session.state.hash()
    assert {name: verdict(session, call) for name, call in calls.items()} == {name: name for name in calls}
    assert session.state.hash() == before
    promised = {"free": 7, "schema": 4, "tools": 3, "grounded": 2, "calls": 1}
    for level, kept in promised.items():
        assert is_legal(session, list(calls.values()), level) == (False,) * (7 - kept) + (True,) * kept


def test_rows_in_a_list_are_each_looked_at() -> None:
    domain = Domain(Odd)
    session = Session.start(domain, 0)
    session.run([ToolCall("list_rows")])
    one, two = (seen.value for seen in session.known.values("RowId")[:2])
    assert verdict(session, ToolCall("several", {"rows": [one, two]})) == "accepted"
    assert verdict(session, ToolCall("several", {"rows": [one, "other"]})) == "not grounded"
    session.known.tell("RowId", ["A"])
    hidden = ToolCall("hidden", {"held": {"row": "A"}, "code": "Z"})
    assert verdict(session, hidden) == "not grounded", "what is nested deeper cannot be told, so it is not promised"


@pytest.mark.parametrize("kind", ["grammar", "structural_tag"])
def test_texts_may_be_left_without_a_bound(shop: Domain, kind: Any) -> None:
    session = Session.start(shop, 0)
    assert "{0,119}" in _body(Legality(shop, kind=kind), session, "schema")
    body = _body(Legality(shop, kind=kind, parallel=1, bounds=Bounds(text=None, reply=None)), session, "schema")
    assert "any*" in body and "say*" in body and "{0," not in body


def test_constraints_need_no_engine(shop: Domain) -> None:
    legality = Legality(shop)
    for session in list(situations(shop, 1))[:5]:
        legality.constraint(session, "grounded")
    assert "torch" not in sys.modules and "vllm" not in sys.modules


def _key(legality: Legality, session: Session, level: str) -> str:
    constraint = legality.constraint(session, level)
    assert constraint is not None
    return constraint.key
