from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from fc_synth.variants.proof import proofs_of
from fc_synth.variants.registry import OPERATORS

from fc_gym.registration import load_domain

Row = dict[str, Any]
Variants = Callable[..., list[Row]]


def refuted(row: Row) -> set[str]:
    return {one.name for one in proofs_of(load_domain(row["meta"]["domain"]), row) if one.verdict == "refuted"}


def data(row: Row) -> Row:
    found: Row = row["meta"]["variant"]
    return found


def users(row: Row) -> list[Row]:
    return [message for message in row["messages"] if message["role"] == "user"]


def replies(row: Row) -> list[Row]:
    return [one for one in row["messages"] if one["role"] == "assistant" and not one.get("tool_calls")]


def tools(row: Row) -> list[Row]:
    return [one for one in row["messages"] if one["role"] == "tool"]


def _set(**values: Any) -> Callable[[Row], None]:
    return lambda row: data(row).update(values)


def _say(text: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        users(row)[data(row)["turn"]]["content"] += f" {text}"

    return change


def _reply(text: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        replies(row)[data(row)["turn"]]["content"] = text

    return change


def _offer(row: Row) -> None:
    for turn in row["meta"]["turns"]:
        turn["tools"] = None


def _words_back(row: Row) -> None:
    users(row)[data(row)["turn"]]["content"] += f" {data(row)['words']}"


def _no_faults(row: Row) -> None:
    row["meta"]["faults"] = []


def _short(row: Row) -> None:
    row["meta"]["faults"][0]["times"] = 1


def _own_start(row: Row) -> None:
    del row["meta"]["start"]


def _other_alias(row: Row) -> None:
    first, second, *_ = row["meta"]["names"].values()
    first["tool"], second["tool"] = second["tool"], first["tool"]


def _dropped_said(row: Row) -> None:
    data(row)["dropped"] = [
        json.dumps(
            {"name": call["function"]["name"], "arguments": call["function"]["arguments"]}, separators=(",", ":")
        )
        for message in row["messages"] for call in message.get("tool_calls", ())
    ][-1:]  # fmt: skip


def _first_is_last(row: Row) -> None:
    data(row)["first"] = data(row)["last"]


WRONG: Mapping[str, list[tuple[Callable[[Row], None], set[str]]]] = {
    "missing_function": [(_offer, {"withheld"}), (_reply("Done."), {"gold"})],
    "missing_parameter": [
        (_words_back, {"left out"}), (_reply("Done."), {"asks", "gold"}), (_set(parameter="x"), {"it matters"}),
    ],
    "long_context": [(_own_start, {"padded", "longer"})],
    "irrelevance": [(_set(foreign="shop.list_orders"), {"no tool serves it"}), (_reply("Done."), {"gold"})],
    "distractors": [(_set(added=["fly"]), {"beside"})],
    "renamed": [(_other_alias, {"replay"})],
    "goal_correction": [(_first_is_last, {"one detail"})],
    "switching": [(_dropped_said, {"dropped", "variant"}), (_reply("Done."), {"gold"})],
    "over_fill": [(_set(extra="99"), {"too many"})],
    "minimal_pair": [
        (_set(differs=[]), {"exactly these calls differ"}), (_own_start, {"replay"}), (_set(clean=[]), {"variant"}),
    ],
    "exception": [(_no_faults, {"replay", "twin"})],
    "failed": [(_no_faults, {"replay", "twin"}), (_short, {"lasting"}), (_reply("Done."), {"gold", "unvaried"})],
    "follow_up": [(_set(figures=["0x0"]), {"told before"}), (_reply("Sure."), {"gold"})],
    "implicit_value": [(_set(value="never"), {"it follows"})],
    "ambiguous": [(_set(rows=[]), {"several fit"}), (_reply("Done."), {"asks", "gold"})],
    "stacking": [(_set(turn=0, clean=[]), {"variant"})],
    "confirmation": [(_reply("Done."), {"waits", "gold"})],
    "no_target": [(_reply(""), {"gold"})],
}  # fmt: skip


@pytest.mark.parametrize("kind", OPERATORS)
def test_what_is_made_wrong_in_a_variant_is_refuted(kind: str, variants: Variants) -> None:
    for change, claims in WRONG[kind]:
        for row in variants(kind, "rows" if kind == "long_context" else "")[:3]:
            wrong = json.loads(json.dumps(row))
            assert not refuted(wrong)
            change(wrong)
            found = refuted(wrong)
            assert found & claims or found == {"replay"}, (change, found)


@pytest.mark.parametrize("kind", OPERATORS)
def test_another_result_another_end_and_a_leak_are_refuted_in_every_kind(kind: str, variants: Variants) -> None:
    for row in variants(kind)[:2]:
        wrong = json.loads(json.dumps(row))
        tools(wrong)[0]["content"] += " "
        assert "replay" in refuted(wrong)
        wrong = json.loads(json.dumps(row))
        wrong["meta"]["certificate"]["state_hash"] = "0" * 32
        assert "replay" in refuted(wrong)
        wrong = json.loads(json.dumps(row))
        users(wrong)[-1]["content"] += f" I mean {wrong['tools'][0]['function']['name']}_x {_some_key(row)}."
        assert "no leak" in refuted(wrong)
        wrong = json.loads(json.dumps(row))
        replies(wrong)[-1]["content"] += " It is ZZZ-99999."
        assert "grounded" in refuted(wrong)


def _some_key(row: Row) -> str:
    world = load_domain(row["meta"]["domain"]).start(row["meta"]["seed"], row["meta"].get("start")).world
    domain = load_domain(row["meta"]["domain"])
    return next(str(key) for one in domain.entities.values() for key in one.rows(world))


@pytest.mark.parametrize("variant", [None, {}, {"kind": "magic"}, "over_fill"])
def test_a_row_that_does_not_say_of_which_kind_it_is_is_unknown(variant: Any, variants: Variants) -> None:
    row = json.loads(json.dumps(variants("over_fill")[0]))
    row["meta"]["variant"] = variant
    (proof,) = proofs_of(load_domain(row["meta"]["domain"]), row)
    assert (proof.name, proof.verdict) == ("variant", "unknown")


def test_a_call_that_is_refused_is_said_to_be(variants: Variants) -> None:
    row = json.loads(json.dumps(variants("over_fill")[0]))
    call = next(message for message in row["messages"] if message.get("tool_calls"))["tool_calls"][0]["function"]
    call["name"] = "fly"
    (proof,) = proofs_of(load_domain(row["meta"]["domain"]), row)
    assert proof == ("replay", "refuted", "a call is refused that no fault turns down")
