"""Under a real engine, a model of random weights breaks no promise of any level."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fc_agents.legal import LEVELS, Bounds, Legality
from fc_agents.legal.grammar import spelled
from fc_agents.legal.table import Row, legality_table, situations
from fc_agents.models.request import Constraint, Sampling
from fc_agents.models.vllm import VllmModel

from fc_gym.moment import GroundedCalls
from fc_gym.registration import load_domain

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("name", ["shop", "calendar", "bank"])
@pytest.mark.parametrize(("form", "kind"), [("hermes", "grammar"), ("hermes", "structural_tag"), ("json", "grammar")])
def test_random_weights_break_no_promise(model: VllmModel, name: str, form: str, kind: str) -> None:
    domain, sampling = load_domain(name), Sampling(temperature=1.0, max_tokens=800)
    legality = Legality(domain, form, False, parallel=2, kind=kind, bounds=Bounds(text=20))  # type: ignore[arg-type]

    async def table() -> list[Row]:
        return await legality_table(
            model, domain, responses=8, levels=LEVELS[1:], seeds=2, legality=legality, sampling=sampling, at_once=8
        )

    rows = asyncio.run(table())
    assert [(row.level, row.broken, row.cut, row.replies) for row in rows] == [(one, 0, 0, 0) for one in LEVELS[1:]]
    assert all(row.calls >= row.responses == 8 for row in rows)


@pytest.mark.parametrize("level", LEVELS[1:])
def test_a_structural_tag_and_a_grammar_are_the_same_language(level: str) -> None:
    domain = load_domain("shop")
    for session in list(situations(domain, 1))[::5]:
        made = [
            Legality(domain, kind=kind, bounds=Bounds(thought=20, reply=40)) for kind in ("grammar", "structural_tag")
        ]
        grammar, tag = (legality.constraint(session, level) for legality in made)
        assert grammar is not None and tag is not None and tag.kind == "structural_tag"
        calls = [f"<tool_call>\n{spelled(json.loads(one.json()))}\n</tool_call>" for one in GroundedCalls(session)[:3]]
        several = "\n".join(calls[:2])
        right = [several, f"So.\n{several}", f"<think>\nwell\n</think>\n\n{several}", "Hello.", *calls]
        wrong = [f"{several}\n", "x" * 41, "<think>", several.replace("_", "."), "So <b", f"{several}\nSo."]
        for text in (*right, *wrong):
            assert _says(grammar, text) == _says(tag, text), text
        assert [_says(tag, text) for text in wrong] == [False] * len(wrong)
        assert all(_says(tag, text) for text in right if level != "calls" or text.count("<tool_call>") < 2)


def _says(constraint: Constraint, text: str) -> bool:
    xgrammar: Any = pytest.importorskip("xgrammar", reason="xgrammar comes with vllm, which .ci/models installs")
    tokens = [bytes([one]) for one in range(256)] + [b"<|end|>"]
    info = xgrammar.TokenizerInfo(tokens, vocab_type=xgrammar.VocabType.RAW, stop_token_ids=[256])
    compiler = xgrammar.GrammarCompiler(info)
    if constraint.kind == "grammar":
        compiled = compiler.compile_grammar(constraint.body)
    else:
        compiled = compiler.compile_structural_tag(json.dumps(constraint.body))
    matcher = xgrammar.GrammarMatcher(compiled)
    return bool(matcher.accept_string(text) and matcher.accept_token(256))
