"""The agentic suites of BFCL v4 played by a model: memory, and web search over pages that the user supplies."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from fc_agents.bfcl.conversation import Conversation, Methods, Tools
from fc_agents.bfcl.functions import Doc
from fc_agents.bfcl.jobs import CHAT, Job, Rules, Strand
from fc_agents.bfcl.linefile import replaced
from fc_agents.bfcl.talk import Asking, Talk
from fc_gym.bfcl.agentic import UNKNOWN, answered, contains_answer
from fc_gym.bfcl.memory import Embedder, MemoryTask, opened, system_prompt
from fc_gym.bfcl.questions import WebQuestion
from fc_gym.bfcl.results import Play
from fc_gym.bfcl.web import Corpus, WebSearchAPI
from fc_gym.errors import RecordError
from fc_gym.types import JsonValue

__all__ = ["ANSWER", "MemorySuite", "web_strands"]

ANSWER = f"""\
When you have the answer, give it in this form and write nothing else:
{{'answer': 'the answer itself, as short as it can be', 'context': 'where it comes from, in a sentence'}}
If you do not find it, the answer is '{UNKNOWN[0]}'; if the question cannot be answered, it is '{UNKNOWN[1]}'."""
"""What a model is told about its answer; the words are ours."""


class MemorySuite:
    """The conversations that fill a memory, and the questions on what was said.

    What a conversation leaves lies in a file, from which the next one starts; questions start from what the last one
    left, and leave nothing.

    Args:
        docs: Descriptions of the memory's functions, as `load_memory_docs` gives them.
        rules: How tasks are played.
        folder: Where the files are.
        embedder: For the vector memory.
    """

    def __init__(self, docs: Sequence[Doc], rules: Rules, folder: Path, embedder: Embedder | None = None) -> None:
        self._docs, self._rules, self._folder, self._embedder = docs, rules, folder, embedder

    def strands(self, tasks: Sequence[MemoryTask], limit: int = 0) -> list[Strand]:
        """Return the jobs of one kind of memory: for each scenario its conversations, then its questions.

        Args:
            tasks: What `load_memory_tasks` gives.
            limit: Questions at most; 0: all. Scenarios without one are not played.
        """
        questions = [one for one in tasks if one.is_question][: limit or None]
        return [
            Strand(
                [self._job(one) for one in tasks if one.scenario == scenario and not one.is_question],
                [self._job(one) for one in questions if one.scenario == scenario],
            )
            for scenario in dict.fromkeys(one.scenario for one in questions)
        ]

    def _job(self, task: MemoryTask) -> Job:
        return Job(task.id, lambda asking: self._play(task, asking))

    async def _play(self, task: MemoryTask, asking: Asking) -> tuple[Play, Talk]:
        before = {task.scenario: self._left(task.depends_on[-1])} if task.depends_on else None
        session = opened(task, before, self._embedder)
        more = system_prompt(session.memory) + (f"\n\n{ANSWER}" if task.is_question else "")
        played = await _played(task.id, asking, self._rules, session, self._docs, more, task.turns, task.answers)
        if not task.is_question:
            replaced(self._path(task.id), [orjson.dumps(session.memory.snapshot)])
        return played

    def _path(self, task: str) -> Path:
        return self._folder / f"{task}.json"

    def _left(self, task: str) -> JsonValue:
        try:
            return orjson.loads(self._path(task).read_bytes())
        except (OSError, orjson.JSONDecodeError):
            raise RecordError(
                f"{self._path(task)}: should hold what this conversation left; give another folder with --out"
            ) from None


def web_strands(questions: Sequence[WebQuestion], docs: Sequence[Doc], corpus: Corpus, rules: Rules) -> list[Strand]:
    """Return the jobs of web questions over a local corpus.

    Args:
        questions: What to play.
        docs: Descriptions of the web tools.
        corpus: The pages.
        rules: How tasks are played.
    """

    def job(one: WebQuestion) -> Job:
        def play(asking: Asking) -> Awaitable[tuple[Play, Talk]]:
            tools = Methods(WebSearchAPI.load({"corpus": corpus, "show_snippet": one.snippets}))
            return _played(one.id, asking, rules, tools, docs, ANSWER, [one.messages], one.answers)

        return Job(one.id, play)

    return [Strand(then=[job(one)]) for one in questions]


async def _played(
    task: str,
    asking: Asking,
    rules: Rules,
    tools: Tools,
    docs: Sequence[Doc],
    more: str,
    turns: Sequence[Sequence[Mapping[str, str]]],
    answers: Sequence[str],
) -> tuple[Play, Talk]:
    official = rules.mode == "official"
    talk = Talk(asking, task, official=official, more=more)
    went = Conversation(talk, tools, docs, official=official)
    await went.go(turns)
    verdict: Mapping[str, JsonValue] = {}
    if answers:
        # in a function-calling chat a text is no call, whatever it looks like
        is_call = None if asking.format.prompted else lambda _: False
        verdict = asdict(contains_answer(went.error or [went.words], answers, is_call=is_call))
        went.credit[-1]["passed"] = answered(went.words[-1] if went.words else None, answers)
    return Play(
        task, CHAT, rules.mode, asking.seed, went.turns, verdict, list(went.credit), went.cut, rules.exclude
    ), talk
