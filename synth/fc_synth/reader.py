"""The reader: the offline reasoner as a policy, without a critic; a refusal is all that tells it that it was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from fc_agents.offline.sight import SightedPolicy
from fc_agents.trace import Executed, argument_leaves

from fc_gym.domain import Domain
from fc_gym.env import Observation, ToolEnv
from fc_gym.graph import ApiGraph
from fc_gym.types import Action, JsonValue, ToolCall, ToolResult
from fc_synth.answer import answer
from fc_synth.beside import narrowed
from fc_synth.memory import Memory
from fc_synth.offline import OfflineReasoner
from fc_synth.query import today_of
from fc_synth.thought import Hint

__all__ = ["ForgetfulPolicy", "LiteralPolicy", "ReaderPolicy", "ShortMemoryPolicy"]


class ReaderPolicy(SightedPolicy):
    """Reads the message by the grammar of requests, looks up what it names, does it, and tells what came of it."""

    name = "reader"
    memory = 1_000
    """Results that it remembers."""
    prepares = True
    """Whether it takes steps that nobody asked for, if a result speaks for them or a refusal tells it to."""

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Start with an empty memory."""
        self.reasoner: OfflineReasoner | None = None
        super().begin(env, seed)
        today = today_of(env.session.state.world)
        domain, graph = _there(env, env.session.offered())
        self.reasoner = OfflineReasoner(domain, graph, today, self.rng, prepares=self.prepares)
        self.counts: list[int] = []
        self.named: list[set[tuple[str, JsonValue]]] = []
        self.done: list[tuple[Executed, Mapping[str, str]]] = []
        self.reasoner.begin(self.sight.user)
        self.own = False
        self.hints: list[Hint] = []

    def fresh(self) -> None:
        """Read a new message."""
        if self.reasoner is not None:
            self._forget()
            self.reasoner.begin(self.sight.user)
            self.done = []

    def see(self, action: Action, observation: Observation) -> None:
        """Take in what came of an action, its own or somebody else's."""
        super().see(action, observation)
        if isinstance(action, str) or not action or self.reasoner is None:
            return
        results = self.sight.made[-len(action) :]
        if self.own:
            self._learn(self.reasoner, results)
        else:
            self._watch(self.reasoner, results)
        self.own = False

    def choose(self, info: dict[str, Any]) -> Action:
        """Return the next calls, or the reply if nothing is left to do."""
        assert self.reasoner is not None
        hints, self.hints = self.hints, []
        attempt = self.reasoner.propose(hints)
        if not attempt.calls:
            return self._told()
        self.own = True
        return list(attempt.calls)

    def _learn(self, reasoner: OfflineReasoner, results: Sequence[ToolResult]) -> None:
        """Take in what went well, and change the plan where a call was refused."""
        steps = list(reasoner.layer.last)
        failed = next((at for at, one in enumerate(results) if not one.ok), len(results))
        for step, result in zip(steps[:failed], results[:failed], strict=False):
            if step.kind == "goal":
                words = reasoner.requests[step.request].words
                self.done.append((Executed(result.call, result, {}), words))
        if failed == len(results):
            self._observe(reasoner, results)
            return
        if failed:
            reasoner.layer.last = steps[:failed]
            self._observe(reasoner, results[:failed])
            reasoner.propose([])
        self.hints = [Hint("other_tool", 0 if failed else failed)]
        reasoner.layer.heard = 0

    def _watch(self, reasoner: OfflineReasoner, results: Sequence[ToolResult]) -> None:
        """Take in what somebody else has done."""
        reasoner.layer.last = []
        asked = {request.tool for request in reasoner.requests}
        self._observe(reasoner, results)
        for result in results:
            tool = reasoner.domain.tools.get(result.call.name)
            if result.ok and tool and (not tool.reads_only or tool.name in asked):
                reasoner.memory.focus.note(result.call, result)

    def _observe(self, reasoner: OfflineReasoner, results: Sequence[ToolResult]) -> None:
        if not reasoner.layer.last:
            for result in results:
                reasoner.memory.observe(result)
        else:
            reasoner.observe(results)
        self.counts += [_shown_by(reasoner.memory, result) for result in results]
        self.named += [_rows_of(reasoner.domain, result.call) for result in results]

    def _forget(self) -> None:
        """Drop what was shown too long ago."""
        assert self.reasoner is not None
        self.counts = self.counts[max(0, len(self.counts) - self.memory) :]
        shown = self.reasoner.memory.shown
        self.reasoner.memory.shown = shown[len(shown) - sum(self.counts) :]

    def _told(self) -> str:
        assert self.reasoner is not None
        if not self.done:
            return self.sight.reply()
        steps, words = [step for step, _ in self.done], [said for _, said in self.done]
        return answer(self.reasoner.domain, steps, words, self.reasoner.memory.today, self.rng).text


class LiteralPolicy(ReaderPolicy):
    """A reader that does what the words say and no more: it prepares nothing, and where it is refused, it gives up."""

    name = "literal"
    prepares = False

    def choose(self, info: dict[str, Any]) -> Action:
        """Return the next calls, or the reply if something was refused."""
        return self._told() if self.hints else super().choose(info)


class ShortMemoryPolicy(ReaderPolicy):
    """A reader that starts every message with no more than the last results in mind, and what they were about."""

    name = "short-memory"
    memory = 3

    def _forget(self) -> None:
        assert self.reasoner is not None
        super()._forget()
        kept = {(one.key, one.value) for one in self.reasoner.memory.shown}
        kept |= set().union(*self.named[max(0, len(self.named) - self.memory) :])
        focus = self.reasoner.memory.focus
        focus.last = {key: value for key, value in focus.last.items() if (key, value) in kept}
        focus.first = {key: value for key, value in focus.first.items() if key in focus.last and (key, value) in kept}


class ForgetfulPolicy(ShortMemoryPolicy):
    """A reader that starts every message with nothing in mind, and so does not know what "that order" is."""

    name = "forgetful"
    memory = 0


def _shown_by(memory: Memory, result: ToolResult) -> int:
    """Return how many rows a result shows."""
    other = Memory(memory.domain, memory.today)
    other.observe(result)
    return len(other.shown)


def _rows_of(domain: Domain, call: ToolCall) -> set[tuple[str, JsonValue]]:
    """Return the rows that a call names."""
    if call.name not in domain.tools or not set(call.arguments) <= domain.tools[call.name].parameters.keys():
        return set()
    return {(leaf.key, leaf.value) for leaf in argument_leaves(domain, call) if leaf.key in domain.entities}


@lru_cache(maxsize=64)
def _narrowed(domain: Domain, graph: ApiGraph, offered: tuple[str, ...]) -> tuple[Domain, ApiGraph]:
    return narrowed(domain, graph, offered)


def _there(env: ToolEnv, offered: tuple[str, ...]) -> tuple[Domain, ApiGraph]:
    return (env.domain, env.graph) if offered == env.domain.names else _narrowed(env.domain, env.graph, offered)
