"""What a model answered is given again, byte for byte."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fc_agents.models.encoding import decoded, encoded
from fc_agents.models.kept import completion_from, completion_kept
from fc_agents.models.model import ModelError
from fc_agents.models.recorded import RecordedModel, request_digest
from fc_agents.models.request import Completion, Request
from fc_agents.models.scripted import Latency, ScriptedModel
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.errors import RecordError
from tests.agents.models.drawn import COMPLETIONS, REQUESTS, other_ways, spoken


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inner" / "answers.jsonl"


def counting() -> ScriptedModel:
    """Return a model whose answers are all different."""
    numbers = iter(range(10**6))
    return ScriptedModel(lambda request: f"answer {next(numbers)} to {request.messages[0]['content']}")


async def _all(model: RecordedModel, requests: list[Request]) -> list[Completion]:
    try:
        return list(await asyncio.gather(*[model.complete(one) for one in requests]))
    finally:
        await model.close()


def record(path: Path, requests: list[Request], model: Any = None) -> list[Completion]:
    return asyncio.run(_all(RecordedModel(path, model or counting()), requests))


def replay(path: Path, requests: list[Request]) -> list[Completion]:
    return asyncio.run(_all(RecordedModel(path), requests))


@given(COMPLETIONS)
def test_a_completion_comes_back_whole(completion: Completion) -> None:
    assert completion_from(decoded(encoded(completion_kept(completion)))) == completion


@given(st.lists(st.tuples(REQUESTS, COMPLETIONS), max_size=6))
@settings(max_examples=40)
def test_a_replay_gives_what_the_model_gave(pairs: list[tuple[Request, Completion]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "answers.jsonl")
        requests = [request for request, _ in pairs]
        given_ = record(file, requests, ScriptedModel([completion for _, completion in pairs]))
        before = file.read_bytes()
        assert replay(file, requests) == given_ == [completion for _, completion in pairs]
        assert record(file, requests) == given_, "what is there is not asked again"
        assert file.read_bytes() == before


@given(REQUESTS)
def test_requests_that_differ_in_anything_have_their_own_digest(request: Request) -> None:
    digests = [request_digest(one) for one in (request, *other_ways(request))]
    assert len(set(digests)) == len(digests)
    same = replace(request, messages=tuple(dict(one) for one in request.messages))
    assert request_digest(same) == digests[0]


def test_the_same_request_again_is_another(path: Path) -> None:
    requests = [spoken("a"), spoken("b"), spoken("a")]
    said = [one.content for one in record(path, requests)]
    assert said == ["answer 0 to a", "answer 1 to b", "answer 2 to a"]
    assert [one.content for one in replay(path, requests)] == said
    with pytest.raises(ModelError, match=r"no answer to what was asked for the 3\. time \(request \w+:2\); record it"):
        replay(path, [spoken("a")] * 3)


def test_what_is_missing_is_a_sentence_without_a_model(path: Path) -> None:
    record(path, [spoken("a")])
    with pytest.raises(ModelError, match=r"answers\.jsonl holds no answer to what was asked \(request") as caught:
        replay(path, [spoken("b")])
    assert caught.value.kind == "not_recorded" and not caught.value.fatal


def test_what_is_missing_is_asked_and_added(path: Path) -> None:
    record(path, [spoken("a")])
    assert [one.content for one in record(path, [spoken("b"), spoken("a")])] == ["answer 0 to b", "answer 0 to a"]
    assert [one.content for one in replay(path, [spoken("a"), spoken("b")])] == ["answer 0 to a", "answer 0 to b"]


def test_many_at_once_are_all_kept(path: Path) -> None:
    requests = [replace(spoken("a"), sample=f"{number}") for number in range(500)]
    model = ScriptedModel(lambda request: f"to {request.sample}", Latency(0.003, 1.0))
    said = record(path, requests, model)
    assert model.asked == 500 and [one.content for one in said] == [f"to {number}" for number in range(500)]
    random.Random(0).shuffle(requests)
    assert [one.content for one in replay(path, requests)] == [f"to {one.sample}" for one in requests]


def test_a_request_that_failed_is_free_to_be_asked_again(path: Path) -> None:
    failures: Iterator[bool] = iter([True, False, False])

    def answer(request: Request) -> str:
        if next(failures):
            raise ModelError("no", kind="stalled")
        return "yes"

    async def ask() -> None:
        model = RecordedModel(path, ScriptedModel(answer))
        with pytest.raises(ModelError, match="no"):
            await model.complete(spoken("a"))
        assert len(model) == 0
        await model.complete(spoken("a"))
        await model.complete(spoken("a"))
        await model.close()

    asyncio.run(ask())
    assert len(replay(path, [spoken("a")] * 2)) == 2


def test_no_answer_is_lost_at_any_cut_of_the_file(path: Path) -> None:
    requests = [spoken(name) for name in "abc"]
    record(path, requests)
    content = path.read_bytes()
    for size in range(len(content)):
        path.write_bytes(content[:size])
        said = record(path, requests, ScriptedModel(lambda request: f"again {request.messages[0]['content']}"))
        kept = max(0, content[:size].count(b"\n") - 1)
        wanted = [
            f"answer {number} to {name}" if number < kept else f"again {name}" for number, name in enumerate("abc")
        ]
        assert [one.content for one in said] == wanted
        assert replay(path, requests) == said


@pytest.mark.parametrize("text", ["my only notes", '{"key', '{"recorde "'])
def test_a_file_of_somebody_else_is_not_cut_off(text: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(RecordError, match="1: is no recorded answer, and no beginning of one; name another file"):
        RecordedModel(path, ScriptedModel([]))
    assert path.read_text() == text


def test_a_replay_leaves_a_torn_line_alone(path: Path) -> None:
    record(path, [spoken("a")])
    path.write_bytes(path.read_bytes() + b'{"key": "')
    torn = path.read_bytes()
    assert replay(path, [spoken("a")])[0].content == "answer 0 to a" and path.read_bytes() == torn


def test_nothing_tells_a_replay_from_the_first_run(path: Path) -> None:
    first = RecordedModel(path, ScriptedModel([], name="one"))
    again = RecordedModel(path)
    assert first.settings == again.settings == {"kind": "scripted", "name": "one"} and first.name == again.name == "one"

    async def check() -> None:
        for model in (first, again):
            await model.check()
            await model.close()

    asyncio.run(check())


def test_answers_of_another_model_are_not_mixed_in(path: Path) -> None:
    record(path, [])
    with pytest.raises(RecordError, match=r"holds answers of another model \(differs in name\); name another file"):
        RecordedModel(path, ScriptedModel([], name="other"))


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "holds no answers; record some with a model first"),
        (b"nothing\n", ":1: is no recorded answer"),
        (b"{}\n", ":1: is no recorded answer"),
        (b'{"recorded": 2, "settings": {}}\n', "is a record of version 2; version 1 is read"),
        (b'{"recorded": 1, "settings": {}}\n{"key": "a"}\n', ":2: is no recorded answer"),
        (b'{"recorded": 1, "settings": {}}\n{"key": "a", "completion": {"raw": 1}}\n', ":2: is no recorded answer"),
    ],
)
def test_a_file_that_is_no_record_is_a_sentence(tmp_path: Path, content: bytes, match: str) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_bytes(content)
    with pytest.raises(RecordError, match=match):
        RecordedModel(file)


def test_a_file_that_is_not_there_or_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="there is no such file; record answers with a model first"):
        RecordedModel(tmp_path / "none.jsonl")
    with pytest.raises(RecordError, match=r"cannot be opened \(Is a directory\)"):
        RecordedModel(tmp_path, counting())
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match=r"cannot be opened \(Not a directory|File exists\)"):
        RecordedModel(tmp_path / "file" / "answers.jsonl", counting())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no file here that is always full")
def test_a_full_disk_is_a_sentence_and_not_an_answer(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = RecordedModel(path, counting())
    with open("/dev/full", "ab", buffering=0) as full, monkeypatch.context() as patch:
        patch.setattr(model, "_file", full)
        with pytest.raises(RecordError, match=r"cannot be written \(No space left on device\)"):
            asyncio.run(model.complete(spoken("a")))
        assert len(model) == 0
    asyncio.run(model.close())
