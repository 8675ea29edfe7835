"""One play's talk with a model: what it is asked, and all that it wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from fc_agents.bfcl.chats import Chat, FunctionChat, PromptChat, Said, ThinkingChat, answer
from fc_agents.bfcl.functions import Doc
from fc_agents.models.model import Model, ModelError
from fc_agents.models.request import Completion, Sampling
from fc_gym.errors import FcGymError, TaskError
from fc_gym.types import JsonValue, Malformed

__all__ = ["FORMATS", "TOO_LONG", "Asking", "Format", "Talk", "TooLong", "format_named"]

TOO_LONG = "too_long"
"""Kind of `ModelError` that is the model's own failure: the same would happen again, and counts as officially."""


@dataclass(frozen=True)
class Format:
    """A form in which functions are told, and calls and results written."""

    name: str
    chat: type[PromptChat] | type[FunctionChat]
    sampling: Sampling
    """What holds unless the user says otherwise."""

    @property
    def prompted(self) -> bool:
        """True if official result files hold the texts of responses, not calls by name."""
        return issubclass(self.chat, PromptChat)


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("prompt", PromptChat, Sampling(temperature=0.001, max_tokens=4096)),
        Format("fc", FunctionChat, Sampling(temperature=0.001, max_tokens=4096)),
        Format("funreason", ThinkingChat, Sampling(temperature=0.001, top_p=0.7, max_tokens=20_000)),
    )
}
"""Formats by name."""


def format_named(name: str) -> Format:
    """Return a format by name.

    Raises:
        TaskError: If there is none.
    """
    if name not in FORMATS:
        raise TaskError(f"unknown format {name!r}; have {', '.join(FORMATS)}")
    return FORMATS[name]


@dataclass(frozen=True)
class Asking:
    """How a model is asked throughout a run."""

    model: Model
    format: Format
    sampling: Sampling
    """A seed in it is mixed with the run's, the task's id, and the number of the request."""
    seed: int = 0
    """Of the run; it tells samples of the same tasks apart."""

    def settings(self) -> dict[str, JsonValue]:
        """Return all that changes what a play comes to, beside the tasks."""
        return {
            "model": dict(self.model.settings),
            "format": self.format.name,
            "sampling": self.sampling.json(),
        }

    def sampling_of(self, task: str, number: int) -> Sampling:
        """Return how tokens of one request are drawn.

        Args:
            task: Id of the task.
            number: Number of the request in its play.
        """
        if self.sampling.seed is None:
            return self.sampling
        made = blake2b(f"{self.sampling.seed} {self.seed} {task} {number}".encode(), digest_size=4).digest()
        return replace(self.sampling, seed=int.from_bytes(made, "big") >> 1)


class TooLong(FcGymError):
    """The dialogue has become longer than the model takes."""

    def __init__(self) -> None:
        super().__init__("the dialogue has become longer than the model takes")


class Talk:
    """The talk of one play.

    Args:
        asking: How the model is asked.
        task: Id of the task.
        official: Read calls as the official decoders do.
        more: What the model has to know beside the functions.
    """

    def __init__(self, asking: Asking, task: str, *, official: bool = True, more: str = "") -> None:
        self.task = task
        self.turns: list[list[Completion]] = []
        self._malformed: set[int] = set()
        self._asking, self._made = asking, 0
        self._chat: Chat = asking.format.chat(official=official, more=more)

    @property
    def requests(self) -> list[Completion]:
        """All responses so far, in order."""
        return [one for turn in self.turns for one in turn]

    def hear(self, said: str, docs: Sequence[Doc]) -> None:
        """Begin a turn.

        Args:
            said: What the user says.
            docs: Descriptions of all functions on offer.
        """
        self._chat.hear(said, docs)
        self.turns.append([])

    def told(self, results: Sequence[str]) -> None:
        """Give the results of the calls that were made last, one text for each."""
        self._chat.told(results)

    async def act(self) -> Said:
        """Ask the model and return what its response comes to.

        Raises:
            ModelError: If there is no usable response.
            TooLong: If there will never be one.
        """
        asking = self._asking
        request = self._chat.request(asking.sampling_of(self.task, self._made), f"{self.task}/{asking.seed}")
        try:
            completion = await asking.model.complete(request)
        except ModelError as error:
            if error.kind == TOO_LONG and not error.fatal:
                raise TooLong from None
            raise
        self.turns[-1].append(completion)
        said = self._chat.read(completion)
        if not isinstance(said, str) and any(isinstance(one, Malformed) for one in said):
            self._malformed.add(self._made)
        self._made += 1
        return said

    def answer(self) -> str:
        """Return the last response as a text, without its thinking."""
        return answer(self.turns[-1][-1].raw)

    def record(self) -> dict[str, JsonValue]:
        """Return what is kept of the talk: all that the model wrote, tokens, no times."""
        number, turns = 0, list[list[JsonValue]]()
        for turn in self.turns:
            turns.append([])
            for one in turn:
                turns[-1].append(one.json() | ({"malformed": True} if number in self._malformed else {}))
                number += 1
        return {"id": self.task, "turns": turns}
