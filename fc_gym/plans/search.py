"""The search for a plan of a given length, breadth first over what the world is and what is known.

What cannot matter is left out, so that a search without result proves that there is no such plan:

- a call whose tool is too far from the target in the graph to matter to it in the calls that are left;
- a call whose rows or effect no later call of the plan needs, seen at the target;
- a look-up that shows no more than another, or that could as well stand before the write that it follows;
- calls after which too few are left to get to know a row of every needed key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from fc_gym.domain import World
from fc_gym.known import Known
from fc_gym.plans.alphabet import Alphabet, Values
from fc_gym.plans.influence import Influence
from fc_gym.state import State
from fc_gym.types import ToolCall, ToolResult

__all__ = ["Search", "Spent"]

_NOTHING: Values = frozenset()


class Spent(Exception):
    """The budget was used up before the search came to an end."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a call does in a world."""

    code: str
    """Empty if it is accepted."""
    after: str
    """Hash of the world after it."""
    shown: Values


@dataclass(frozen=True, slots=True)
class _Debt:
    """A call that some later one has to need."""

    tool: str
    """A tool that writes; empty for a look-up."""
    shown: Values
    """Rows that were not known before it."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A world and what is known, with the way there."""

    world: str
    known: Values
    debts: frozenset[_Debt]
    call: int = -1
    before: _Node | None = None

    def path(self) -> list[int]:
        """Return the calls that led here."""
        return [*self.before.path(), self.call] if self.before else []


class Search:
    """Looks for plans from one start state, and remembers what calls do there.

    Args:
        influence: What can matter in the domain.
        start: The start state; not changed.
        budget: Outcomes to look at for one target.
    """

    def __init__(self, influence: Influence, start: State[World], budget: int) -> None:
        self.domain, self.influence, self.start, self.budget = influence.domain, influence, start, budget
        self.alphabet = Alphabet(self.domain, start.world)
        self.first = start.hash()
        self._states = {self.first: start.fork()}
        self._outcomes: dict[tuple[str, int], _Outcome] = {}
        self._left = budget

    def plan(self, target: str, length: int) -> list[ToolCall] | None:
        """Return a plan of exactly `length` calls; None if there is none, given that there is no shorter one.

        Raises:
            Spent: If the budget ran out; `refill` before the next target.
        """
        level = [_Node(self.first, _NOTHING, frozenset())]
        if self.influence.least(target, frozenset()) > length - 1:
            return None
        for rest in range(length - 1, 0, -1):
            found: dict[tuple[str, Values, frozenset[_Debt]], _Node] = {}
            for node in level:
                for child in self._children(node, target, rest):
                    found.setdefault((child.world, child.known, child.debts), child)
            level = list(found.values())
        for node in level:
            for call in self._last(node, target):
                return [self.alphabet.calls[number] for number in (*node.path(), call)]
        return None

    def refill(self) -> None:
        """Begin with another target."""
        self._left = self.budget

    def _last(self, node: _Node, target: str) -> Iterator[int]:
        """Return accepted calls of the target that need all that was done for them."""
        for call in self.alphabet.of(target, node.known):
            rows = self.alphabet.rows[call]
            if not all(self._pays(target, rows, debt) for debt in node.debts):
                continue
            if self._newly(node, target, call) and not self._outcome(node.world, call).code:
                yield call

    def _newly(self, node: _Node, target: str, call: int) -> bool:
        """Return False if the last call before the target cannot have got it accepted."""
        before = node.before
        if before is None or not self.alphabet.rows[call] <= before.known:
            return True
        source = self.alphabet.calls[node.call].name
        code = self._outcome(before.world, call).code
        return not code or (source, target, code) in self.influence.lifts

    def _pays(self, tool: str, rows: Values, debt: _Debt) -> bool:
        return bool(rows & debt.shown) or (debt.tool, tool) in self.influence.enables

    def _children(self, node: _Node, target: str, rest: int) -> Iterator[_Node]:
        wanted = self.influence.keys(target, rest)
        lookups: list[_Node] = []
        codes: dict[frozenset[_Debt], frozenset[str]] = {}
        for tool in self.influence.tools(target, rest):
            writes = self.influence.writes(tool)
            for call in self.alphabet.of(tool, node.known):
                if rest == 1 and not self._opens(node, target, tool, call, codes):
                    continue
                outcome = self._outcome(node.world, call)
                if outcome.code:
                    continue
                shown = frozenset(one for one in outcome.shown if one[0] in wanted) - node.known
                if writes and (outcome.after != node.world or shown):
                    child = self._written(node, tool, call, outcome, shown)
                elif shown and not self._earlier(node, call, shown):
                    child = self._looked(node, call, shown)
                else:
                    continue
                keys = frozenset(key for key, _ in child.known)
                if self.influence.least(target, keys) > rest - 1:
                    continue
                if writes:
                    yield child
                else:
                    lookups.append(child)
        yield from _best(lookups)

    def _opens(
        self, node: _Node, target: str, tool: str, call: int, codes: dict[frozenset[_Debt], frozenset[str]]
    ) -> bool:
        """Return False if the target, where it needs what was done, is sure to be refused right after a call.

        Args:
            node: What is before the call.
            target: The tool to have accepted.
            tool: The tool that is called.
            call: The call.
            codes: What refuses the target now, by the debts that it pays; filled in here.
        """
        left = self._unpaid(tool, call, node)
        if self.domain.tools[tool].gives & self._unbound(target, left):
            return True
        if left not in codes:
            codes[left] = frozenset(
                self._outcome(node.world, one).code
                for one in self.alphabet.of(target, node.known)
                if all(self._pays(target, self.alphabet.rows[one], debt) for debt in left)
            )
        return any((tool, target, code) in self.influence.lifts for code in codes[left])

    def _unpaid(self, tool: str, call: int, node: _Node) -> frozenset[_Debt]:
        rows = self.alphabet.rows[call]
        return frozenset(one for one in node.debts if not self._pays(tool, rows, one))

    def _unbound(self, target: str, left: frozenset[_Debt]) -> set[str]:
        """Return the keys of the rows with which a target may be called that are not bound to pay debts.

        A write that shows new rows of a key is taken to be needed for one of these, not for others of the same key.
        """
        free = Counter(one.key for one in self.domain.tools[target].parameters.values())
        for debt in left:
            keys = {key for key, _ in debt.shown} & set(free)
            if len(keys) == 1 and (debt.tool, target) not in self.influence.enables:
                free.subtract(keys)
        return {key for key, count in free.items() if count > 0}

    def _written(self, node: _Node, tool: str, call: int, outcome: _Outcome, shown: Values) -> _Node:
        # new rows that are shown may be the effect of any write before
        debts = frozenset(one for one in self._unpaid(tool, call, node) if not (one.tool and shown))
        return _Node(outcome.after, node.known | shown, debts | {_Debt(tool, shown)}, call, node)

    def _looked(self, node: _Node, call: int, shown: Values) -> _Node:
        rows = self.alphabet.rows[call]
        debts = frozenset(one for one in node.debts if not one.tool and not rows & one.shown)
        return _Node(node.world, node.known | shown, debts | {_Debt("", shown)}, call, node)

    def _earlier(self, node: _Node, call: int, shown: Values) -> bool:
        """Return True if a look-up could as well stand before the last call."""
        before = node.before
        if before is None or not self.alphabet.rows[call] <= before.known:
            return False
        if self.influence.writes(self.alphabet.calls[node.call].name):
            outcome = self._outcome(before.world, call)
            return not outcome.code and shown <= outcome.shown
        return call < node.call

    def _outcome(self, world: str, call: int) -> _Outcome:
        self._left -= 1
        if self._left < 0:
            raise Spent
        known = self._outcomes.get((world, call))
        if known is None:
            known = self._outcomes[world, call] = self._run(world, self.alphabet.calls[call])
        return known

    def _run(self, world: str, call: ToolCall) -> _Outcome:
        state = self._states[world]
        mark = state.snapshot()
        result = self.domain.execute(state.world, call, terse=True)
        if result.refusal:
            return _Outcome(result.refusal.code, world, _NOTHING)
        shown = self._shown(result) if self.domain.tools[call.name].gives else _NOTHING
        after = state.hash() if self.influence.writes(call.name) else world
        if after not in self._states:
            self._states[after] = state.fork()
        state.restore(mark)
        return _Outcome("", after, shown)

    def _shown(self, result: ToolResult) -> Values:
        known = Known(self.domain)
        known.show(result, 0, 0)
        return frozenset((key, seen.value) for key in self.domain.entities for seen in known.values(key))


def _best(lookups: list[_Node]) -> list[_Node]:
    """Leave out the look-ups that show no more than another."""
    kept: list[_Node] = []
    for one in sorted(lookups, key=lambda node: (-len(node.known), node.call)):
        if not any(one.known <= other.known for other in kept):
            kept.append(one)
    return kept
