"""Evidence: a row of a variant and its clean twin, both executed, as proofs need them."""

from __future__ import annotations

from dataclasses import dataclass

from fc_gym.domain import Domain
from fc_gym.registration import load_domain
from fc_gym.types import JsonValue, ToolCall
from fc_synth.variants.course import Course, Move, course_of
from fc_synth.variants.script import Layer, Row, Scene, Script, read_script

__all__ = ["Evidence", "evidence_of"]


@dataclass(frozen=True)
class Evidence:
    """What is known of a variant."""

    domain: Domain
    """Where the variant is played, under its plain names."""
    row: Row
    script: Script
    course: Course
    plain: Domain
    """Where the clean dialogue is played."""
    clean: Course
    """The clean dialogue, executed again."""

    @property
    def data(self) -> Row:
        """What the operator wrote down."""
        found: Row = self.row["meta"]["variant"]
        return found

    @property
    def turn(self) -> int:
        """The turn that was varied."""
        return int(self.data["turn"])

    @property
    def scene(self) -> Scene:
        """The scene that was varied."""
        return self.script.scenes[self.turn]

    @property
    def calls(self) -> list[ToolCall]:
        """All calls of the variant, in order."""
        return [call for scene in self.script.scenes for call in scene.calls]

    @property
    def clean_calls(self) -> list[ToolCall]:
        """All calls of the clean dialogue, in order."""
        return [ran.call for scene in self.clean.layers for layer in scene for ran in layer]

    def call(self, name: str) -> ToolCall:
        """Return a call that the operator wrote down."""
        return ToolCall(self.data[name]["name"], self.data[name]["arguments"])

    def unvaried(self, *, added: bool = False) -> list[Move]:
        """Return the moves of an agent to which nothing has changed.

        Args:
            added: Whether it does what is right in turns that the clean dialogue has not; else it repeats the turn
                before.
        """
        moves: list[Move] = []
        number = 0
        for scene in self.script.scenes:
            if scene.of is None and added:
                moves.append(([layer.calls for layer in scene.layers], scene.reply))
                continue
            number = scene.of if scene.of is not None else number
            one = self.data["clean"][number]
            moves.append(([[_call(call) for call in one["calls"]]], one["reply"]))
        return moves


def evidence_of(domain: Domain, row: Row) -> Evidence | str:
    """Execute a variant and its clean twin.

    Args:
        domain: The row's domain.
        row: A row with `meta.variant`; only its messages, its setting and what the operator wrote down are believed.

    Returns:
        The evidence; a sentence if one of them does not run.
    """
    script = read_script(row)
    course = course_of(domain, script, row["id"])
    if course is None:
        return "a call is refused that no fault turns down"
    data = row["meta"]["variant"]
    plain = domain if data["domain"] == domain.name else load_domain(data["domain"])
    scenes = tuple(
        Scene(one["user"], tuple(Layer("", (_call(call),)) for call in one["calls"]), reply=one["reply"])
        for one in data["clean"]
    )
    clean = course_of(plain, Script(plain.name, script.seed, "", scenes), "clean")
    if clean is None:
        return "a call of the clean dialogue is refused"
    return Evidence(domain, row, script, course, plain, clean)


def _call(value: JsonValue) -> ToolCall:
    return ToolCall(value["name"], value["arguments"])
