"""The check that a written session can be played back, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from fc_gym.checks.determinism import mismatch
from fc_gym.checks.play import Play, mark, run
from fc_gym.checks.report import Checked, Finding, distinct
from fc_gym.types import ToolCall, to_json

__all__ = ["NAME", "check"]

NAME = "replay"


def check(play: Play) -> Checked:
    """Write the calls and the start states of the recorded sessions as JSON, read them back, and play them."""
    findings = distinct([*_calls(play), *([] if play.domain.foreign else _records(play))])
    tried = sum(len(episode.trials) for episode in play.fair)
    skipped = "start states as records: a foreign class does not name its fields" if play.domain.foreign else ""
    return Checked(NAME, tried, findings, skipped)


def _calls(play: Play) -> Iterator[tuple[str, Finding]]:
    for episode in play.fair:
        if episode.seed not in play.steady:
            continue
        state = play.domain.start(episode.seed)
        lines = [trial.call.json() for trial in episode.trials]
        for line, trial in zip(lines, episode.trials, strict=True):
            text, _, _ = run(play.domain, state, ToolCall.of(orjson.loads(line)))
            differs = mismatch(trial, text, state)
            if differs:
                message = f"replayed from the seed and the written calls, it {differs}; use nothing else ({trial})"
                yield "replay", Finding(NAME, play.where(trial.call.name), message)
                break


def _records(play: Play) -> Iterator[tuple[str, Finding]]:
    for seed in sorted(play.steady):
        state = play.domain.sample(seed)
        try:
            record = orjson.loads(to_json(state.plain()))
            again = play.domain.start(seed, record)
            lost = mark(again) != mark(state)
        except Exception as error:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            message = f"the start state of seed {seed} cannot be written as JSON and read back ({why})"
            yield "record", Finding(NAME, play.where("sample"), f"{message}; use plain fields")
            continue
        if lost:
            message = f"the start state of seed {seed} is another one after writing it as JSON; use plain fields"
            yield "record", Finding(NAME, play.where("sample"), message)
