"""The options of `fc-gym rollout` that belong to a model and to runs that are resumed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fc_agents.chat.policy import SYSTEM
from fc_agents.collect.cluster import RayBackend
from fc_agents.collect.job import Backend, ChatSpec
from fc_agents.collect.serial import SerialBackend
from fc_agents.models.named import ModelOptions, model_from
from fc_agents.models.request import Sampling
from fc_agents.workers import ProcessBackend
from fc_gym.errors import RecordError, TaskError

__all__ = ["BACKENDS", "Chatting", "backend_named"]

BACKENDS = ("serial", "process", "ray")


@dataclass(frozen=True)
class Chatting:
    """What a user says of the policy `chat`."""

    model: ModelOptions
    sampling: Sampling
    level: str = "free"
    form: str = "tools"
    thinking: str = "drop"
    system: Path | None = None
    """File with the system message; None: our own."""

    def spec(self) -> ChatSpec:
        """Return the policy, found sound.

        Raises:
            FcGymError: If an option is wrong.
        """
        system = SYSTEM if self.system is None else _text(self.system)
        return ChatSpec(partial(model_from, self.model), self.sampling, self.level, self.form, system, self.thinking)


def backend_named(name: str, workers: int, concurrency: int, address: str = "") -> Backend:
    """Return a backend.

    Args:
        name: One of `BACKENDS`; empty: `process` if there are several workers.
        workers: How many processes play.
        concurrency: How many episodes a model plays at once.
        address: Of the Ray cluster, for `ray`.

    Raises:
        TaskError: If there is none of that name, it has no workers, or an address is given that it has no use for.
    """
    name = name or ("process" if workers > 1 else "serial")
    if name not in BACKENDS:
        raise TaskError(f"unknown backend {name!r}; have {', '.join(BACKENDS)}")
    if name == "ray":
        return RayBackend(workers, concurrency, address=address)
    if address:
        raise TaskError(f"the {name} backend has no use for --ray-address; add --backend ray")
    if name == "serial":
        if workers > 1:
            raise TaskError(f"the serial backend is one process, not {workers}; leave out --workers or --backend")
        return SerialBackend(concurrency)
    return ProcessBackend(workers, concurrency)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from None
