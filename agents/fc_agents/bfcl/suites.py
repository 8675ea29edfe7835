"""The suites that a model can play, by the names of their categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fc_agents.bfcl.agentic import MemorySuite, web_strands
from fc_agents.bfcl.jobs import Rules, Strand, multi_turn
from fc_gym.bfcl.agentic import AGENTIC
from fc_gym.bfcl.lines import json_lines
from fc_gym.bfcl.memory import Embedder, SentenceEmbedder, load_memory_docs, load_memory_tasks
from fc_gym.bfcl.questions import load_web_questions
from fc_gym.bfcl.tasks import CATEGORIES, load_docs, load_tasks
from fc_gym.bfcl.web import Corpus, read_corpus
from fc_gym.errors import TaskError

__all__ = ["Suites"]

_MEMORY, _WEB = "memory_", "web_search_"


@dataclass(frozen=True)
class Suites:
    """What is to be played, and from where."""

    categories: Sequence[str]
    data: Path
    """The official data."""
    out: Path
    """The folder of the run."""
    rules: Rules
    limit: int = 0
    """Tasks of each category at most; 0: all."""
    corpus: Path | None = None
    """Pages for the web questions."""
    embedder: Embedder | None = None
    """For the vector memory; the official one if there is none here."""

    def strands(self) -> list[Strand]:
        """Return the jobs.

        Raises:
            TaskError: If there is no such category, or the web questions have no pages.
            RecordError: If the data are not there or not right.
        """
        known = (*CATEGORIES, *AGENTIC)
        for name in self.categories:
            if name not in known:
                raise TaskError(f"no category {name!r}; have {', '.join(known)}")
        found, pages = list[Strand](), self._pages()
        for name in self.categories:
            if name.startswith(_MEMORY):
                found += self._memory(name.removeprefix(_MEMORY))
            elif pages is not None and name.startswith(_WEB):
                found += self._web(name.removeprefix(_WEB), pages)
            else:
                tasks = load_tasks(self.data, name)[: self.limit or None]
                found += multi_turn(tasks, load_docs(self.data), self.rules)
        return found

    def _memory(self, backend: str) -> list[Strand]:
        tasks, docs = load_memory_tasks(self.data, backend), load_memory_docs(self.data, backend)
        embedder = self.embedder or SentenceEmbedder() if backend == "vector" else None
        return MemorySuite(docs, self.rules, self.out / "memory", embedder).strands(tasks, self.limit)

    def _web(self, kind: str, pages: Corpus) -> list[Strand]:
        questions = load_web_questions(self.data, snippets=kind == "base")[: self.limit or None]
        docs = [doc for _, doc in json_lines(self.data / "multi_turn_func_doc" / "web_search.json")]
        return web_strands(questions, docs, pages, self.rules)

    def _pages(self) -> Corpus | None:
        if not any(name.startswith(_WEB) for name in self.categories):
            return None
        if self.corpus is None:
            raise TaskError("the web questions need pages; give a file or a folder of them with --corpus")
        return read_corpus(self.corpus)
