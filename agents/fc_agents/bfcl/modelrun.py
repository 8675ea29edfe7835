"""A run of a model, as a user asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fc_agents.bfcl.crowd import Budget, Crowd, Outcome
from fc_agents.bfcl.jobs import Rules, Strand, chat_setting
from fc_agents.bfcl.store import ModelFolder
from fc_agents.bfcl.talk import Asking, format_named
from fc_agents.models.model import Model
from fc_agents.models.request import Sampling

__all__ = ["ModelRun"]


@dataclass(frozen=True)
class ModelRun:
    """How a model plays; what is None is as the format has it."""

    format: str = "prompt"
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int = 0
    sampling_seed: int | None = None
    token_ids: bool = False
    concurrency: int = 64
    minutes: float | None = None
    tokens: int | None = None

    @property
    def sampling(self) -> Sampling:
        """How tokens are drawn.

        Raises:
            TaskError: If there is no such format.
        """
        usual = format_named(self.format).sampling
        return replace(
            usual,
            temperature=usual.temperature if self.temperature is None else self.temperature,
            top_p=usual.top_p if self.top_p is None else self.top_p,
            max_tokens=usual.max_tokens if self.max_tokens is None else self.max_tokens,
            seed=self.sampling_seed,
            logprobs=self.token_ids,
            token_ids=self.token_ids,
        )

    def play(
        self,
        model: Model,
        strands: Sequence[Strand],
        rules: Rules,
        out: Path,
        on_play: Callable[[], None] = lambda: None,
    ) -> Outcome:
        """Play jobs with a model.

        Args:
            model: Who plays.
            strands: The jobs.
            rules: How they are played.
            out: Where the plays go.
            on_play: Told after each play.

        Raises:
            ModelError: If the model cannot be used at all.
            RecordError: If the folder cannot be used, or holds plays of another model or setting.
        """
        asking = Asking(model, format_named(self.format), self.sampling, self.seed)
        crowd = Crowd(
            self.folder(out, model),
            asking,
            chat_setting(rules, self.seed),
            concurrency=self.concurrency,
            budget=Budget(self.minutes, self.tokens),
            on_play=on_play,
        )
        return crowd.run(strands)

    def folder(self, out: Path, model: Model) -> ModelFolder:
        """Return the folder of a model's plays.

        Args:
            out: Where it is.
            model: Who plays.
        """
        return ModelFolder(out, model.name, prompted=format_named(self.format).prompted)
