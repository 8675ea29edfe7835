from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fc_agents.bfcl.agentic import ANSWER
from fc_agents.bfcl.conversation import Methods
from fc_agents.bfcl.crowd import Outcome
from fc_agents.bfcl.jobs import Rules
from fc_agents.bfcl.modelrun import ModelRun
from fc_agents.bfcl.suites import Suites
from fc_agents.models.model import ModelError
from fc_agents.models.recorded import RecordedModel
from fc_agents.models.request import Completion, Request
from fc_agents.models.scripted import Latency, ScriptedModel
from typer.testing import CliRunner

from fc_gym.bfcl.memory import SCENARIOS, HashedWords, load_memory_tasks
from fc_gym.bfcl.questions import load_web_questions
from fc_gym.bfcl.results import read_plays
from fc_gym.bfcl.score import scores
from fc_gym.cli.app import app
from fc_gym.errors import RecordError, TaskError
from fc_gym.types import ToolCall
from tests.agents.bfcl.played import files
from tests.agents.bfcl.written import called, prompted
from tests.bfcl.test_official_data import FOLDER

needs_data = pytest.mark.skipif(not FOLDER, reason="set FC_GYM_BFCL_DATA to the folder that `fc-gym bfcl fetch` writes")
ASKED = ("customer", "finance")
TOOLS = {
    "memory_kv": ("core_memory_add", ("key", "value")),
    "memory_vector": ("archival_memory_add", ("text",)),
    "memory_rec_sum": ("memory_append", ("text",)),
    "web_search": ("search_engine_query", ("keywords",)),
}


def lines(path: Path, *entries: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(entry) for entry in entries), "utf-8")


def user(*texts: str) -> list[list[dict[str, str]]]:
    return [[{"role": "user", "content": one}] for one in texts]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    at = tmp_path / "data"
    for scenario in SCENARIOS:
        talks = [
            {
                "id": f"memory_prereq_{n}-{scenario}-{n}",
                "question": user(f"fact {scenario} {n} one", f"fact {scenario} {n} two"),
                "scenario": scenario,
                "topic": "Talk",
            }
            for n in range(2)
        ]
        lines(at / "memory_prereq_conversation" / f"memory_{scenario}.json", *talks)
    names = [f"memory_{n}-{scenario}-{n}" for n, scenario in enumerate(ASKED)]
    asked = zip(names, ASKED, strict=True)
    lines(
        at / "BFCL_v4_memory.json",
        *({"id": name, "question": user("What was last?"), "scenario": scenario} for name, scenario in asked),
    )
    truths = ({"id": name, "ground_truth": ["two"], "source": "Said."} for name in names)
    lines(at / "possible_answer" / "BFCL_v4_memory.json", *truths)
    web = {"id": "web_search_0", "question": user("Which tea?"), "involved_classes": ["WebSearchAPI"]}
    lines(at / "BFCL_v4_web_search.json", web)
    truth = {"id": "web_search_0", "ground_truth": ["oolong"], "source": [], "num_hops": 2}
    lines(at / "possible_answer" / "BFCL_v4_web_search.json", truth)
    for name, (tool, words) in TOOLS.items():
        properties = {word: {"type": "string"} for word in words}
        parameters = {"type": "dict", "properties": properties, "required": list(words)}
        doc = {"name": tool, "description": "Does it.", "parameters": parameters}
        lines(at / "multi_turn_func_doc" / f"{name}.json", doc)
    return at


def rememberer(category: str, form: str) -> Callable[[Request], Completion]:
    """Keep each message of the user; say the last word of what is remembered when asked for the form of an answer."""
    tool, words = TOOLS[category]

    def answer(request: Request) -> Completion:
        system, last = str(request.messages[0]["content"]), request.messages[-1]
        if ANSWER in system:
            known = "two" if "fact" in system and "1 two" in system else "nothing"
            said = f"{{'answer': '{known}', 'context': 'I was told.'}}"
            return Completion(said, content=said)
        if not str(last["content"]).startswith("fact"):
            return Completion("Noted.", content="Noted.")
        text = str(last["content"])
        call = ToolCall(
            tool, {word: text.replace(" ", "_").translate(DIGITS) if word == "key" else text for word in words}
        )
        told = f"{tool}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"
        return prompted([told]) if form != "fc" else Completion(told, calls=(call,))

    return answer


DIGITS = str.maketrans("01", "ab")


def played(out: Path, data: Path, *categories: str, answer: Any, form: str = "prompt", **more: Any) -> Outcome:
    corpus, limit = more.pop("corpus", None), more.pop("limit", 0)
    suites = Suites(categories, data, out, more.pop("rules", Rules()), limit, corpus, HashedWords())
    latency = more.pop("latency", 0.0)
    model = answer if hasattr(answer, "complete") else ScriptedModel(answer, latency)
    return ModelRun(form, **more).play(model, suites.strands(), suites.rules, out)


@pytest.mark.parametrize("form", ["prompt", "fc", "funreason"])
@pytest.mark.parametrize("backend", ["kv", "rec_sum"])
def test_questions_are_asked_with_what_the_conversations_left(
    tmp_path: Path, data: Path, backend: str, form: str
) -> None:
    category = f"memory_{backend}"
    outcome = played(tmp_path / "out", data, category, answer=rememberer(category, form), form=form)
    names = [one.id for one in outcome.plays]
    assert not outcome.missing and len(names) == 6 and sum("prereq" in one for one in names) == 4
    [score] = scores(outcome.plays)
    assert (score.category, score.tasks, score.accuracy, score.passed) == (category, 2, 1.0, 1.0)
    left = json.loads((tmp_path / "out" / "memory" / f"{category}_prereq_1-finance-1.json").read_text())
    assert str(left).count("fact finance") == 4
    assert not (tmp_path / "out" / "memory" / f"{category}_1-finance-1.json").exists()


def test_the_vector_memory_takes_an_embedder(tmp_path: Path, data: Path) -> None:
    answer = rememberer("memory_vector", "prompt")
    outcome = played(tmp_path / "out", data, "memory_vector", answer=answer, limit=1)
    assert [one.id for one in outcome.plays] == [
        "memory_vector_prereq_0-customer-0",
        "memory_vector_prereq_1-customer-1",
        "memory_vector_0-customer-0",
    ]
    assert not any(one["exceptions"] or one["refusals"] for play in outcome.plays for one in play.credit)


def test_the_files_are_the_same_for_any_concurrency_and_after_a_failure(tmp_path: Path, data: Path) -> None:
    answer = rememberer("memory_rec_sum", "prompt")

    def failing(request: Request) -> Completion:
        if request.sample.startswith("memory_rec_sum_prereq_1-customer"):
            raise ModelError("the server has gone away", kind="stalled")
        return answer(request)

    played(tmp_path / "one", data, "memory_rec_sum", answer=answer, concurrency=1)
    first = played(tmp_path / "two", data, "memory_rec_sum", answer=failing, latency=Latency(0.001))
    assert [one.id for one in first.failures] == ["memory_rec_sum_prereq_1-customer-1"] and first.missing == 2
    assert not played(tmp_path / "two", data, "memory_rec_sum", answer=answer, latency=Latency(0.001)).missing
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_memory_that_is_gone_is_told(tmp_path: Path, data: Path) -> None:
    answer = rememberer("memory_kv", "prompt")

    def failing(request: Request) -> Completion:
        if "prereq" not in request.sample:
            raise ModelError("the server has gone away", kind="stalled")
        return answer(request)

    played(tmp_path / "out", data, "memory_kv", answer=failing)
    (tmp_path / "out" / "memory" / "memory_kv_prereq_1-finance-1.json").unlink()
    with pytest.raises(RecordError, match=r"finance-1.json: should hold what this conversation left"):
        played(tmp_path / "out", data, "memory_kv", answer=answer)


def test_who_never_stops_is_stopped_and_has_no_answer(tmp_path: Path, data: Path) -> None:
    outcome = played(tmp_path / "out", data, "memory_kv", answer=lambda _: "[core_memory_clear()]", limit=1)
    *talks, question = outcome.plays
    assert [len(one.turns) for one in talks] == [1, 1] and {one.truncated_by for one in outcome.plays} == {
        "steps_per_turn"
    }
    assert len(question.turns[0]) == 21 and question.verdict["error_type"] == "agentic:answer_not_found"


def test_what_is_too_long_for_the_model_ends_a_conversation_and_fails_a_question(tmp_path: Path, data: Path) -> None:
    def answer(request: Request) -> str:
        if request.messages[-1]["role"] == "user" and "one" not in str(request.messages[-1]["content"]):
            raise ModelError("too many tokens", kind="too_long")
        return "Noted."

    outcome = played(tmp_path / "out", data, "memory_kv", answer=answer, limit=1)
    *talks, question = outcome.plays
    assert [one.turns for one in talks] == [[["Noted."], []]] * 2 and not outcome.failures
    assert question.verdict["error_type"] == "agentic:inference_error" and not question.credit[0]["passed"]
    assert {one.truncated_by for one in outcome.plays} == {"too_long"}


@pytest.mark.parametrize(("mode", "steps"), [("official", 1), ("strict", 2)])
def test_a_malformed_call_ends_the_turn_officially_and_can_be_mended_otherwise(
    tmp_path: Path, data: Path, mode: Any, steps: int
) -> None:
    def answer(request: Request) -> str:
        bad = request.messages[-1]["content"] == "What was last?"
        return "[core_memory_add(" if bad and ANSWER in str(request.messages[0]["content"]) else "It is two."

    outcome = played(tmp_path / mode, data, "memory_kv", answer=answer, limit=1, rules=Rules(mode))
    question = outcome.plays[-1]
    assert len(question.turns[0]) == steps and question.verdict["valid"] == (mode == "strict")
    assert question.credit[0]["format_errors"] == (mode == "strict")


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    path = tmp_path / "pages.jsonl"
    lines(path, {"url": "https://tea.example/a", "title": "Teas", "text": "The dearest tea is oolong."})
    return path


@pytest.mark.parametrize("form", ["prompt", "fc"])
def test_web_questions_are_played_over_local_pages(tmp_path: Path, data: Path, pages: Path, form: str) -> None:
    pytest.importorskip("rank_bm25")

    def answer(request: Request) -> Completion:
        last = str(request.messages[-1]["content"])
        if last == "Which tea?":
            call = called(["search_engine_query(keywords='tea')"])
            return call if form == "fc" else prompted(["search_engine_query(keywords='tea')"])
        said = "It is oolong." if "oolong" in last else "I found a page without words of it."
        return Completion(said, content=said)

    names = ("web_search_base", "web_search_no_snippet")
    outcome = played(tmp_path / "out", data, *names, answer=answer, corpus=pages, form=form)
    found = scores(outcome.plays)
    assert [(one.category, one.accuracy) for one in found] == [
        ("web_search_base (local corpus)", 1.0),
        ("web_search_no_snippet (local corpus)", 0.0),
    ]
    assert [one.json()["state"] for one in found] == [None, None] and found[0].passed == 0.0


def test_a_text_that_looks_like_a_call_is_an_answer_in_a_function_calling_chat(tmp_path: Path, data: Path) -> None:
    said = Completion("[x(y='two')]", content="[x(y='two')]")
    outcome = played(tmp_path / "fc", data, "memory_kv", answer=lambda _: said, limit=1, form="fc")
    assert outcome.plays[-1].verdict["valid"]


class _Shop:
    def load(self) -> str:
        raise AssertionError("no tool")

    def _secret(self) -> str:
        raise AssertionError("no tool")

    def fail(self) -> str:
        raise ValueError("not today")

    def missing(self) -> str:
        raise TaskError("the pages are missing")

    def tell(self, what: str = "tea") -> dict[str, str]:
        return {"what": what}


def test_methods_are_tools_whose_errors_are_told() -> None:
    tools = Methods(_Shop())
    assert tools.run("tell(what='x')").text == '{"what": "x"}'
    assert tools.run("fail()").text == "Error during execution: not today"
    for text in ("load()", "_secret()", "run()"):
        assert tools.run(text).text == f"Error during execution: name '{text[:-2]}' is not defined"
    assert tools.run("tell(").exception == "CallError" and tools.run("tell(1, 2)").exception == "TypeError"
    with pytest.raises(TaskError, match="the pages are missing"):
        tools.run("missing()")


def run(*words: object) -> Any:
    return CliRunner().invoke(app, ["bfcl", "run", *map(str, words)], catch_exceptions=False)


def test_the_command_plays_them_and_scores_its_plays(tmp_path: Path, data: Path) -> None:
    answers, out = tmp_path / "answers.jsonl", tmp_path / "out"
    model = RecordedModel(answers, ScriptedModel(rememberer("memory_kv", "prompt")))
    played(tmp_path / "first", data, "memory_kv", answer=model)
    words = ("--policy", "chat", "--categories", "memory_kv", "--data", data, "--out", out, "--replay", answers)
    done = run(*words)
    assert done.exit_code == 0 and "memory_kv" in done.stdout
    found = files(out)
    summary = json.loads(found.pop("summary.json"))
    assert found == files(tmp_path / "first") and summary["scores"][0]["accuracy"] == 1.0
    again = CliRunner().invoke(app, ["bfcl", "score", str(out / "plays.jsonl"), "--data", str(data)])
    assert again.exit_code == 0 and "memory_kv" in again.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--policy", "gold", "--categories", "memory_kv"), "the policy gold has no plan for memory_kv"),
        (("--policy", "chat", "--categories", "memory"), "no category 'memory'; have base, "),
        (("--policy", "chat", "--categories", "web_search_base"), "the web questions need pages; give a file or a"),
    ],
)
def test_wrong_words_are_told_in_one_sentence(tmp_path: Path, data: Path, words: tuple[str, ...], told: str) -> None:
    done = run(*words, "--data", data, "--out", tmp_path / "out")
    assert done.exit_code == 2 and told in done.stderr and done.stderr.count("\n") == 1


@needs_data
@pytest.mark.parametrize("category", ["memory_kv", "memory_rec_sum", "memory_vector"])
def test_who_knows_the_answers_passes_all_155_questions(tmp_path: Path, category: str) -> None:
    truths = {one.id: one.answers for one in load_memory_tasks(FOLDER, category.removeprefix("memory_"))}

    def answer(request: Request) -> str:
        known = truths[request.sample.rpartition("/")[0]]
        return str({"answer": known[0], "context": "I know."}) if known else "Noted."

    outcome = played(tmp_path, Path(FOLDER), category, answer=answer)
    [score] = scores(outcome.plays)
    assert (len(outcome.plays), score.tasks, score.accuracy, score.passed) == (155 + 37, 155, 1.0, 1.0)


@needs_data
def test_who_knows_the_answers_passes_all_web_questions(tmp_path: Path, pages: Path) -> None:
    pytest.importorskip("rank_bm25")
    names = ("web_search_base", "web_search_no_snippet")
    truths = {one.id: one.answers for kind in (True, False) for one in load_web_questions(FOLDER, snippets=kind)}

    def answer(request: Request) -> str:
        return f"It is {truths[request.sample.rpartition('/')[0]][0]}."

    outcome = played(tmp_path / "out", Path(FOLDER), *names, answer=answer, corpus=pages)
    assert [(one.tasks, one.accuracy) for one in scores(outcome.plays)] == [(100, 1.0), (100, 1.0)]
    assert len(list(read_plays(tmp_path / "out" / "plays.jsonl"))) == 200
