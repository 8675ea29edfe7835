from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fc_agents.bfcl.collect import Collector
from fc_agents.bfcl.jobs import Rules
from fc_agents.bfcl.linefile import LineFile
from fc_agents.bfcl.policies import POLICIES, bfcl_policy
from fc_agents.models.model import ModelError
from fc_agents.models.request import Completion, Request, Usage
from fc_agents.models.scripted import Latency, ScriptedModel
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.grade import Grader
from fc_gym.bfcl.results import Play, decoded, official_path, read_official, read_plays
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask, load_docs, load_tasks
from fc_gym.errors import RecordError
from fc_gym.types import Malformed, ToolCall
from tests.agents.bfcl.played import TASKS, files, plans_of, played
from tests.agents.bfcl.written import WRITERS, writer
from tests.bfcl.made_up import CLOSE, OPEN, SEE, task
from tests.bfcl.test_official_data import FOLDER, needs_bulk

FORMS = sorted(WRITERS)


def by_policy(out: Path, policy: str, tasks: Sequence[BfclTask], **settings: Any) -> list[Play]:
    return Collector(out, bfcl_policy(policy), BfclEnv(tasks, **settings)).run(tasks)


def judged(plays: Sequence[Play]) -> list[Any]:
    return [(one.id, one.verdict, one.credit, one.truncated_by) for one in plays]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("policy", [one for one in POLICIES if one != "random"])
def test_a_model_that_writes_what_a_policy_does_is_judged_like_it(tmp_path: Path, form: str, policy: str) -> None:
    outcome = played(tmp_path / "model", writer(plans_of(TASKS, policy), form), format=form)
    assert judged(outcome.plays) == judged(by_policy(tmp_path / "policy", policy, TASKS))
    assert not outcome.missing and not outcome.failures


@pytest.mark.skipif(not FOLDER, reason="set FC_GYM_BFCL_DATA to the folder that `fc-gym bfcl fetch` writes")
@needs_bulk
@pytest.mark.parametrize("form", FORMS)
def test_a_model_that_writes_the_ground_truth_solves_all_800_tasks(tmp_path: Path, form: str) -> None:
    tasks = [one for category in CATEGORIES for one in load_tasks(FOLDER, category)]
    outcome = played(tmp_path, writer(plans_of(tasks), form), tasks, docs=load_docs(FOLDER), format=form)
    assert sum(bool(one.verdict["valid"]) for one in outcome.plays) == len(tasks) == 800


@pytest.mark.parametrize("form", FORMS)
def test_functions_are_on_offer_from_the_turn_in_which_they_are_handed_over(tmp_path: Path, form: str) -> None:
    late = TASKS[3]
    plan, seen = plans_of([late])[late.id], []

    def answer(request: Request) -> Completion:
        texts = json.dumps([*request.tools, *(one["content"] for one in request.messages)])
        seen.append(
            (
                sum(one["role"] == "user" and "Request" in str(one["content"]) for one in request.messages),
                "close_ticket'" in texts or '"close_ticket"' in texts or '\\"close_ticket\\"' in texts,
            )
        )
        return WRITERS[form](plan[sum(one["role"] == "assistant" for one in request.messages)])

    outcome = played(tmp_path, ScriptedModel(answer), [late], format=form)
    assert outcome.plays[0].verdict["valid"]
    assert [there for _, there in seen] == [False, False, False, True, True]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", ["official", "strict"])
def test_excluded_functions_are_not_told(tmp_path: Path, form: str, mode: Any) -> None:
    asked: list[str] = []

    def answer(request: Request) -> str:
        asked.append(json.dumps([*request.tools, *request.messages]))
        return "Done."

    for exclude in (False, True):
        played(tmp_path / str(exclude), ScriptedModel(answer), TASKS[2:3], format=form, rules=Rules(mode, exclude))
    assert ["edit_ticket" in one for one in asked] == [True, False]


STEPS = st.lists(
    st.one_of(
        st.lists(st.sampled_from([OPEN, SEE, CLOSE, "no()"]), min_size=1, max_size=3).map(
            lambda some: f"[{', '.join(some)}]"
        ),
        st.sampled_from(
            ["Done.", "", "[]", "[get_ticket(1)]", "[get_ticket(", "[close_ticket(ticket_id=one)]", "[a, b()]"]
        ),
        st.text(max_size=12),
    ),
    min_size=4,
    max_size=12,
)


@given(STEPS)
def test_the_official_file_of_whatever_a_prompted_model_writes_gets_the_verdict_that_was_given(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    out, one = tmp_path_factory.mktemp("plays"), TASKS[1]
    outcome = played(out, ScriptedModel([Completion(text) for text in [*texts, *["Done."] * 4]]), [one])
    [(name, turns)] = read_official(official_path(out / "result", "scripted", "base"))
    graded = Grader().grade(one, turns)
    [play] = outcome.plays
    assert name == one.id and play.verdict["valid"] == graded.valid and play.verdict["error_type"] == graded.error_type


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ("prompt", Completion("[get_ticket(")),
        ("prompt", Completion("[get_ticket(ticket_id=1", finish="length")),
        ("funreason", Completion("</think>[get_ticket(ticket_id=one.two)]")),
        ("fc", Completion("<tool_call>{</tool_call>", calls=(Malformed("no JSON"),))),
        ("fc", Completion("<tool_call>...", calls=(ToolCall("get_ticket", {"ticket_id": 1}), Malformed("no JSON")))),
    ],
)
def test_a_malformed_call_ends_the_turn_officially_and_is_counted(
    tmp_path: Path, form: str, answer: Completion
) -> None:
    outcome = played(tmp_path, ScriptedModel(lambda _: answer), TASKS[1:2], format=form)
    [play] = outcome.plays
    assert [len(turn) for turn in play.turns] == [1, 1, 1] and not play.verdict["valid"]
    assert not any(turn["calls"] for turn in play.credit)
    assert counted(tmp_path, "malformed") == [True] * 3


def counted(out: Path, name: str) -> list[Any]:
    [entry] = LineFile(out / "responses.jsonl").entries()
    return [one.get(name) for turn in entry["turns"] for one in turn]


MENDED: list[Completion] = [
    Completion("x", calls=(Malformed("no JSON"),)),
    Completion("", calls=(ToolCall("create_ticket", {"title": "Leak"}),)),
    Completion("", calls=(ToolCall("get_ticket", {"ticket_id": 1}),)),
]


@pytest.mark.parametrize(("form", "answers"), [("prompt", ["[get_ticket(", f"[{OPEN}]", f"[{SEE}]"]), ("fc", MENDED)])
def test_a_malformed_call_can_be_mended_in_the_strict_mode(tmp_path: Path, form: str, answers: list[Any]) -> None:
    asked: list[Request] = []
    whole = iter([*answers, "Done."])

    def answer(request: Request) -> Any:
        asked.append(request)
        return next(whole)

    outcome = played(tmp_path, ScriptedModel(answer), [task([OPEN, SEE])], format=form, rules=Rules("strict"))
    assert outcome.plays[0].verdict["valid"] and outcome.plays[0].credit[0]["format_errors"] == 1
    assert "the call is malformed" in str(asked[1].messages[-1]["content"])


@pytest.mark.parametrize("form", FORMS)
def test_empty_and_cut_off_texts_end_the_turn(tmp_path: Path, form: str) -> None:
    for name, answer in (
        ("empty", Completion("")),
        ("cut", Completion("The ticket is", content="The ticket is", finish="length")),
    ):
        outcome = played(tmp_path / name, ScriptedModel([answer, answer]), TASKS[:1], format=form)
        [play] = outcome.plays
        assert play.verdict["error_type"] == "multi_turn:empty_turn_model_response"
        assert play.turns == [[answer.raw], [answer.raw]] and counted(tmp_path / name, "finish") == [answer.finish] * 2


def test_a_model_that_never_stops_is_stopped_in_its_turn(tmp_path: Path) -> None:
    [play] = played(tmp_path, ScriptedModel(lambda _: "[logout()]"), TASKS[:1]).plays
    assert play.truncated_by == "steps_per_turn" and [len(turn) for turn in play.turns] == [21]
    assert play.verdict["error_type"] == "multi_turn:force_terminated"


@pytest.mark.parametrize("form", FORMS)
def test_a_dialogue_that_is_too_long_for_the_model_has_failed_as_officially(tmp_path: Path, form: str) -> None:
    plan = plans_of(TASKS)[TASKS[1].id]

    def answer(request: Request) -> Completion:
        before = sum(one["role"] == "assistant" for one in request.messages)
        if before == 2:
            raise ModelError("16385 tokens at http://here, 16384 are allowed", kind="too_long")
        return WRITERS[form](plan[before])

    outcome = played(tmp_path, ScriptedModel(answer), TASKS[1:2], format=form)
    [play] = outcome.plays
    assert not outcome.failures and play.truncated_by == "too_long"
    assert play.verdict["error_type"] == "multi_turn:inference_error"
    assert [one["passed"] for one in play.credit] == [True, True, False] and [len(one) for one in play.turns] == [2, 0]
    [(_, told)] = read_official(official_path(tmp_path / "result", "scripted", "base"))
    assert told == "the dialogue has become longer than the model takes" == play.verdict["detail"]
    assert not played(tmp_path, ScriptedModel([]), TASKS[1:2], format=form).missing


@given(st.integers(1, 6), st.integers(0, 1000), st.permutations(TASKS))
def test_the_bytes_are_the_same_for_any_concurrency_and_order(
    tmp_path_factory: pytest.TempPathFactory, concurrency: int, seed: int, tasks: list[BfclTask]
) -> None:
    one, other = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other")
    played(one, concurrency=1)
    played(other, writer(plans_of(TASKS), "prompt", Latency(0.0005, 1.0, seed)), tasks, concurrency=concurrency)
    assert files(other) == files(one)


def test_a_run_goes_on_wherever_its_files_were_cut(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    played(whole)
    plays, responses = ((whole / name).read_bytes() for name in ("plays.jsonl", "responses.jsonl"))
    ends = [0, *(at + 1 for at, byte in enumerate(plays) if byte == 10)]
    for number, end in enumerate(ends):
        torn = tmp_path / f"torn{number}"
        torn.mkdir()
        (torn / "setting.json").write_bytes((whole / "setting.json").read_bytes())
        (torn / "plays.jsonl").write_bytes(plays[: end + 40])
        (torn / "responses.jsonl").write_bytes(responses[: -5 * (number % 2) or None])
        if number % 2 and number == len(ends) - 1:
            continue
        played(torn)
        assert files(torn) == files(whole)


@pytest.mark.slow
def test_a_run_that_is_killed_and_goes_on_ends_with_the_same_bytes(tmp_path: Path) -> None:
    played(tmp_path / "whole")
    out, deaths = tmp_path / "killed", 0
    for seed in range(8):
        child = subprocess.Popen([sys.executable, "-m", "tests.agents.bfcl.played", str(out), str(seed)])
        before = lines(out)
        until = time.monotonic() + 60
        while child.poll() is None and lines(out) <= before and time.monotonic() < until:
            time.sleep(0.002)
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
            deaths += 1
        child.wait()
    assert deaths >= 2
    names = [one.id for one in read_plays(out / "plays.jsonl")]
    assert len(names) == len(set(names)) == len(TASKS)
    played(out)
    assert files(out) == files(tmp_path / "whole")


def lines(out: Path) -> int:
    path = out / "plays.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def failing(kind: str, *, fatal: bool, task: str = "") -> ScriptedModel:
    """Return a model that writes the ground truth, but fails in the second request of one task, or of all."""
    plans = plans_of(TASKS)

    def answer(request: Request) -> Completion:
        name, before = request.sample.rpartition("/")[0], sum(one["role"] == "assistant" for one in request.messages)
        if task in name and before == 1:
            raise ModelError("the server has gone away", kind=kind, fatal=fatal)
        return WRITERS["prompt"](plans[name][before])

    return ScriptedModel(answer, name="writer-prompt")


def test_a_failure_costs_one_task_which_the_next_run_plays(tmp_path: Path) -> None:
    first = played(tmp_path / "out", failing("stalled", fatal=False, task="base_1"), concurrency=2)
    assert [one.id for one in first.failures] == [TASKS[1].id, TASKS[4].id] and first.missing == 2
    told = list(LineFile(tmp_path / "out" / "failures.jsonl").entries())
    assert told == [
        {"id": one.id, "kind": "stalled", "reason": "the server has gone away"} for one in (TASKS[1], TASKS[4])
    ]
    second = played(tmp_path / "out")
    assert not second.missing and second.spent["plays"] == 2
    assert not (tmp_path / "out" / "failures.jsonl").exists()
    played(tmp_path / "whole")
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_a_fatal_failure_ends_the_run_and_keeps_what_was_played(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the server has gone away"):
        played(tmp_path / "out", failing("wrong_model", fatal=True, task="base_2"), concurrency=1)
    assert lines(tmp_path / "out") == 2
    played(tmp_path / "out")
    played(tmp_path / "whole")
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_tokens_and_minutes_are_kept_to(tmp_path: Path) -> None:
    some = played(tmp_path / "out", tokens=20, concurrency=1)
    assert len(some.plays) == 1 and some.missing == 4 and some.stopped == "the 20 tokens are used up"
    none = played(tmp_path / "late", writer(plans_of(TASKS), "prompt", 30.0), minutes=0.001)
    assert not none.plays and none.missing == 5 and none.stopped == "the 0.001 minutes are over"
    for name in ("out", "late"):
        assert not played(tmp_path / name).missing
    assert files(tmp_path / "out") == files(tmp_path / "late")


def test_a_folder_that_is_complete_asks_nobody(tmp_path: Path) -> None:
    played(tmp_path)
    before = files(tmp_path)
    dead = ScriptedModel([], name="writer-prompt")
    assert not played(tmp_path, dead).missing and dead.asked == 0 and files(tmp_path) == before


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"temperature": 0.5}, 'the plays here were made with sampling {"temperature":0.001,'),
        (
            {"format": "funreason"},
            'the plays here were made with model {"kind":"scripted","name":"writer-prompt"}, not ',
        ),
        ({"rules": Rules("strict")}, r"holds plays of chat \(official, seed 0\), not of chat \(strict, seed 0\)"),
        ({"seed": 3}, r"holds plays of chat \(official, seed 0\), not of chat \(official, seed 3\)"),
        ({"rules": Rules(exclude=True)}, r"not of chat \(official, seed 0, without excluded functions\)"),
    ],
)
def test_plays_under_other_settings_are_not_mixed_in(tmp_path: Path, how: dict[str, Any], told: str) -> None:
    played(tmp_path)
    before = files(tmp_path)
    with pytest.raises(RecordError, match=told):
        played(tmp_path, **how)
    assert files(tmp_path) == before


def test_a_folder_without_what_the_model_wrote_is_told(tmp_path: Path) -> None:
    played(tmp_path)
    (tmp_path / "responses.jsonl").unlink()
    with pytest.raises(RecordError, match="what the model wrote for multi_turn_base_0 is missing"):
        played(tmp_path)
    (tmp_path / "setting.json").unlink()
    with pytest.raises(RecordError, match=r"setting.json: should say how the model was asked"):
        played(tmp_path)


@pytest.mark.parametrize(("text", "told"), [("{", "not JSON"), ("[]", "an object with the `id` of a task")])
def test_a_line_that_is_none_of_ours_is_told_with_its_number(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "responses.jsonl"
    path.write_text(f'{{"id": "a"}}\n{text}\n')
    with pytest.raises(RecordError, match=rf"responses.jsonl:2: {told}"):
        LineFile(path).index()


@given(st.lists(st.sampled_from("abcdef"), max_size=12), st.permutations("abcdef"))
def test_lines_are_put_in_order_and_the_last_of_each_is_kept(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], order: list[str]
) -> None:
    file = LineFile(tmp_path_factory.mktemp("lines") / "file.jsonl")
    for number, name in enumerate(names):
        file.add(json.dumps({"id": name, "n": number}).encode())
    last = {name: number for number, name in enumerate(names)}
    file.arrange(order[:4])
    assert [(one["id"], one["n"]) for one in file.entries()] == [(one, last[one]) for one in order[:4] if one in last]


def test_what_a_model_wrote_is_kept_to_the_letter(tmp_path: Path) -> None:
    said = Completion(
        "Hm</think>Done.",
        reasoning="Hm",
        finish="length",
        usage=Usage(9, 4, 2),
        token_ids=(1, 2),
        logprobs=(-0.5, -1.0),
    )
    played(tmp_path, ScriptedModel(lambda _: said), TASKS[2:3], format="funreason", token_ids=True)
    [entry] = LineFile(tmp_path / "responses.jsonl").entries()
    assert entry["turns"] == [[json.loads(json.dumps(said.json()))]]
    assert decoded([["Done."]], prompted=True) == [[]]
    [(_, turns)] = read_official(official_path(tmp_path / "result", "scripted", "base"))
    assert turns == [[]]
