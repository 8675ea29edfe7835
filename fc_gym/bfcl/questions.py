"""The web questions of the agentic part, read from the data folder that a user names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fc_gym.bfcl.lines import json_lines
from fc_gym.errors import RecordError

__all__ = ["Hop", "WebQuestion", "load_web_questions"]

_FILE = "BFCL_v4_web_search.json"
_TOOLS = "WebSearchAPI"
_NAMED = "give the folder `bfcl_eval/data` of the package bfcl-eval, or of a checkout of ShishirPatil/gorilla"


@dataclass(frozen=True, slots=True)
class Hop:
    """One of the smaller questions that lead to the answer."""

    question: str
    answer: str
    source: str
    """Where its writer found the answer, mostly an address."""


@dataclass(frozen=True, slots=True)
class WebQuestion:
    """One official question with its answers."""

    id: str
    """Such as `web_search_base_0`, or `web_search_no_snippet_0` where results come without passages."""
    messages: tuple[Mapping[str, str], ...]
    """What the user says, `role` and `content`."""
    classes: tuple[str, ...]
    """Official names of the classes that it plays in."""
    answers: tuple[str, ...]
    """Answers that pass."""
    hops: tuple[Hop, ...]
    """In order."""
    num_hops: int
    """How many steps the file says the question takes, from 2 to 4."""
    snippets: bool = True
    """True if the results of a search have passages."""

    @property
    def config(self) -> Mapping[str, Mapping[str, bool]]:
        """Class name to the start state of its instance, without a corpus."""
        return {name: {"show_snippet": self.snippets} for name in self.classes}


def load_web_questions(folder: str | Path, *, snippets: bool = True) -> list[WebQuestion]:
    """Read the web questions; one file serves both official categories.

    Args:
        folder: The official data folder.
        snippets: True for the category `base`, False for `no_snippet`.

    Returns:
        The questions in the official order.

    Raises:
        RecordError: To whoever owns the folder, naming file and line.
    """
    answers = {entry.get("id"): entry for _, entry in json_lines(Path(folder) / "possible_answer" / _FILE, _NAMED)}
    return [
        _question(entry, answers.get(entry.get("id")), where, snippets)
        for where, entry in json_lines(Path(folder) / _FILE, _NAMED)
    ]


def _question(entry: Mapping[str, Any], answer: Mapping[str, Any] | None, where: str, snippets: bool) -> WebQuestion:
    if answer is None:
        raise RecordError(f"{where}: possible_answer has no answers for {entry.get('id')!r}")
    kind = "base" if snippets else "no_snippet"
    try:
        [messages] = entry["question"]
        found = WebQuestion(
            id=entry["id"].replace("web_search_", f"web_search_{kind}_", 1),
            messages=tuple(messages),
            classes=tuple(entry["involved_classes"]),
            answers=tuple(answer["ground_truth"]),
            hops=tuple(Hop(one["subquestion"], one["answer"], one["source"]) for one in answer["source"]),
            num_hops=answer["num_hops"],
            snippets=snippets,
        )
    except KeyError as error:
        raise RecordError(f"{where}: the field {error} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"{where}: a field has another form than the official one ({error})") from None
    _check(found, where)
    return found


def _check(found: WebQuestion, where: str) -> None:
    if found.classes != (_TOOLS,):
        raise RecordError(f"{where}: the classes should be {_TOOLS} alone, not {', '.join(map(str, found.classes))}")
    if not found.answers or not all(isinstance(one, str) for one in found.answers):
        raise RecordError(f"{where}: `ground_truth` should be a list of one answer or more, as texts")
    if not all(isinstance(one, Mapping) and isinstance(one.get("content"), str) for one in found.messages):
        raise RecordError(f"{where}: `question` should be one turn of messages with `role` and `content`")
    if type(found.num_hops) is not int:
        raise RecordError(f"{where}: `num_hops` should be a whole number")
