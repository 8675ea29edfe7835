"""Measures of tools: shared names, and equal descriptions of parameters whatever the names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set

from fc_synth.contamination.row import Place, Row, Tool
from fc_synth.contamination.tally import Looked, Match
from fc_synth.contamination.words import name_words, tool_key

__all__ = ["ToolNames", "ToolSchemas"]

ALONE, RENAMED = 3, 2
"""Fewest equal parameters that are no chance under another name, and that are worth a note."""


class ToolNames:
    """Names of tools that the benchmark has too, without case, separators and owner.

    Strong if the name has two words or more and the tools have a parameter in common. One-word names, and names of
    tools without a common parameter, may be chance: they are listed, and count when there are several.

    Args:
        rows: The benchmark's.
    """

    name = "tool names"
    unit = "names"

    def __init__(self, rows: Iterable[Row]) -> None:
        self._known: dict[str, tuple[str, Place]] = {}
        self._parameters: defaultdict[str, set[str]] = defaultdict(set)
        self._groups: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            self._groups[row.place.file].update(tool_key(tool.name) for tool in row.tools)
            for name, parameters in _named(row):
                self._known.setdefault(tool_key(name), (name, row.place))
                self._parameters[tool_key(name)] |= parameters
        self.size = len(self._known)

    def look(self, row: Row) -> Looked:
        """Compare the names of described and called tools."""
        matches, seen = [], []
        for name, parameters in _named(row):
            key = tool_key(name)
            seen.append(key)
            if key in self._known:
                common = len(self._parameters[key] & parameters)
                known, there = self._known[key]
                strong = common > 0 and len(name_words(known)) > 1
                matches.append(Match(known, there, name, 1.0 + common + (name == known) / 2, strong))
        return Looked(matches=tuple(matches), seen=tuple(seen))

    def groups(self, seen: Set[str]) -> dict[str, tuple[int, int]]:
        """Return how many of the names that a file of the benchmark describes are there, and of how many, by file.

        Args:
            seen: Names as `look` returns them in `seen`.
        """
        return {file: (len(keys & seen), len(keys)) for file, keys in self._groups.items() if keys & seen}


class ToolSchemas:
    """Tools whose parameters have the same names, types and duties as those of a tool of the benchmark.

    Strong if there are 3 parameters or more, or if the tools' names are the same too. Two equal parameters under
    another name are listed, and count when there are several such tools; one parameter, or none, is no sign.

    Args:
        rows: The benchmark's.
    """

    name = "tool schemas"
    unit = "tools"

    def __init__(self, rows: Iterable[Row]) -> None:
        self._known: defaultdict[str, dict[str, tuple[str, Place]]] = defaultdict(dict)
        self._sets: dict[frozenset[str], str] = {}
        for row in rows:
            for tool in row.tools:
                self._known[tool.structure].setdefault(tool_key(tool.name), (tool.name, row.place))
                self._sets.setdefault(tool.names, tool.name)
        self.size = sum(map(len, self._known.values()))

    def look(self, row: Row) -> Looked:
        """Compare the described tools."""
        matches = [match for tool in row.tools if (match := self._equal(tool)) is not None]
        return Looked(matches=tuple(matches), seen=tuple(_written(tool) for tool in row.tools))

    def nearest(self, written: str) -> tuple[float, str]:
        """Return the largest Jaccard share of parameter names with a tool of the benchmark, and that tool's name.

        Args:
            written: A tool as `look` returns it in `seen`.
        """
        names = frozenset(filter(None, written.partition(" ")[2].split(" ")))
        shares = ((len(names & one) / len(names | one), name) for one, name in self._sets.items() if names and one)
        return max(shares, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))

    def _equal(self, tool: Tool) -> Match | None:
        like = self._known.get(tool.structure)
        if not like or not tool.parameters:
            return None
        same = tool_key(tool.name) in like
        if len(tool.parameters) < RENAMED and not same:
            return None
        known, there = like[tool_key(tool.name)] if same else next(iter(like.values()))
        strong = same or len(tool.parameters) >= ALONE
        found = f"{tool.name}{tool.structure}"
        return Match(known, there, found, float(len(tool.parameters)), strong, key=tool_key(tool.name))


def _written(tool: Tool) -> str:
    return f"{tool_key(tool.name)} {' '.join(sorted(tool.names))}"


def _named(row: Row) -> Iterator[tuple[str, set[str]]]:
    for tool in row.tools:
        yield tool.name, set(tool.names)
    for call in row.calls:
        yield call.name, {tool_key(name) for name in call.keywords}
    for name in row.walk:
        yield name, set()
