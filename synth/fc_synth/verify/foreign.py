"""Foreign rows: what can be said of a dialogue whose world is not at hand, by its texts alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fc_gym.errors import RecordError
from fc_gym.types import JsonValue, canonical, leaves
from fc_synth.contamination.forms import FORMS
from fc_synth.verify.messages import made_of, talk_of
from fc_synth.verify.record import Record, settled
from fc_synth.verify.schema import misfit
from fc_synth.verify.talk import Batch, Made, Talk, TalkTurn
from fc_synth.verify.words import holds, named
from fc_synth.verify.written import calls_in

__all__ = ["foreign_records", "foreign_talk"]

_READS = (
    "list",
    "find",
    "search",
    "get",
    "show",
    "check",
    "count",
    "compare",
    "read",
    "view",
    "fetch",
    "query",
    "lookup",
)


def foreign_records(row: Mapping[str, Any], place: str) -> tuple[Record, ...]:
    """Check a row by its texts.

    Args:
        row: The row, decoded.
        place: File and line, for complaints.

    Raises:
        RecordError: To whoever owns the file, if the row has none of the known forms.
    """
    talk = foreign_talk(row, place)
    return (_form(talk), _observable(talk), _no_leak(talk), _necessary(talk), _grounded(talk))


def foreign_talk(row: Mapping[str, Any], place: str) -> Talk:
    """Read a row of any known form: chats as OpenAI, ShareGPT and FunReason-MT have them, tasks, BFCL's questions.

    Raises:
        RecordError: To whoever owns the file, if it has none of these forms.
    """
    if "messages" in row or "conversations" in row:
        return talk_of(row)
    if "0" in row and all(name.isdecimal() for name in row):
        return talk_of({"messages": [row[name] for name in sorted(row, key=int) if row[name]]})
    if isinstance(row.get("turns"), list):
        return _task(row["turns"])
    if isinstance(row.get("question"), list):
        return _official(row)
    fields = ", ".join(list(row)[:6]) or "none"
    known = ", ".join(f"`{name}`" for name in ("messages", "conversations", "turns", "question"))
    also = " (it holds no dialogue)" if any(name in row for name in FORMS) else ""
    raise RecordError(f"{place}: a row of unknown form{also}, with the fields {fields}; known are rows with {known}")


def _task(turns: Sequence[Any]) -> Talk:
    talk = Talk()
    for number, turn in enumerate(turns):
        if not isinstance(turn, Mapping):
            talk.faults.append((f"turn {number + 1}", "a turn should be an object with `user` and `gold`"))
            continue
        gold = turn.get("gold") or []
        if not isinstance(gold, list) or not all(isinstance(layer, list) for layer in gold):
            talk.faults.append((f"turn {number + 1}", "`gold` should be a list of lists of calls"))
            gold = []
        batches = [Batch("", [made_of(call) for call in layer]) for layer in gold]
        talk.turns.append(TalkTurn(str(turn.get("user", "")), batches))
    return talk


def _official(row: Mapping[str, Any]) -> Talk:
    talk = Talk(tools=talk_of({"messages": [], "tools": row.get("function") or []}).tools)
    truth = row.get("ground_truth")
    for number, turn in enumerate(row["question"]):
        messages = turn if isinstance(turn, list) else [turn]
        text = "\n".join(str(one.get("content", "")) for one in messages if isinstance(one, Mapping))
        talk.turns.append(TalkTurn(text))
        calls = truth[number] if isinstance(truth, list) and number < len(truth) else []
        for call in calls if isinstance(calls, list) else [calls]:
            talk.turns[-1].batches.append(Batch("", calls_in(str(call))[0]))
    return talk


def _form(talk: Talk) -> Record:
    against = list(talk.faults)
    tools = {str(one["name"]): one for one in talk.tools}
    tally = {"calls": 0, "turns": len(talk.turns)}
    for turn, position, call in talk.steps():
        tally["calls"] += 1
        wrong = call.broken or (misfit(tools, call.name, call.arguments) if tools else "")
        if wrong:
            against.append((_at(turn, position), wrong))
    open_ = [] if tools or not tally["calls"] else [("", "the row does not say which tools there are")]
    return settled("form", against, open_, tally)


def _observable(talk: Talk) -> Record:
    """Check that identifiers and large numbers in arguments stand in texts before, and not only beside the call."""
    against: list[tuple[str, str]] = []
    tally = {"values": 0, "literal": 0, "same message": 0, "unseen": 0, "in other words": 0}
    results = any(call.text is not None for _, _, call in talk.steps())
    seen, position = talk.system, 0
    for number, turn in enumerate(talk.turns):
        seen += f"\n{turn.user}"
        for batch in turn.batches:
            beside = ""
            for call in batch.calls:
                for path, value in _values(call):
                    tally["values"] += 1
                    kind = _origin(value, seen, beside)
                    tally[kind] += 1
                    if kind == "same message" or (kind == "unseen" and results):
                        why = "only a call of the same message shows" if kind == "same message" else "nothing showed"
                        against.append((_at(number, position), f"{call.name} uses {path} {value!r}, which {why}"))
                beside += f"\n{call.text or ''}"
                position += 1
            seen += beside
        seen += f"\n{turn.reply}"
    why = "the row does not tell what came of calls" if position else "the row has no calls"
    open_ = [] if results else [("", why)]
    return settled("observable", against, open_, tally)


def _origin(value: JsonValue, seen: str, beside: str) -> str:
    if holds(seen, value):
        return "literal"
    if not _particular(value):
        return "in other words"
    return "same message" if holds(beside, value) else "unseen"


def _no_leak(talk: Talk) -> Record:
    """Check that no user says an identifier that a later result shows and a later call uses."""
    against = []
    names = [str(one["name"]) for one in talk.tools if "_" in str(one["name"])]
    steps = list(talk.steps())
    said = talk.system
    for number, turn in enumerate(talk.turns):
        before = said + "\n".join(call.text or "" for at, _, call in steps if at < number)
        against += [(f"turn {number + 1}", f"the user names the tool {name}") for name in names if name in turn.user]
        for value in named(turn.user):
            shown = [at for at, (when, _, call) in enumerate(steps) if when >= number and value in (call.text or "")]
            used = [at for at, (_, _, call) in enumerate(steps) if value in map(str, (one for _, one in _values(call)))]
            if shown and used and used[0] > shown[0] and value not in before:
                against.append((f"turn {number + 1}", f"the user says {value}, which only a later result shows"))
        said += f"\n{turn.user}\n{turn.reply}"
    return settled("no_leak", against, [], {"texts": len(talk.turns)})


def _necessary(talk: Talk) -> Record:
    """Count look-ups of which nothing is used, and refute calls that are made twice with nothing between them."""
    against: list[tuple[str, str]] = []
    open_: list[tuple[str, str]] = []
    tally = {"used": 0, "unused look-ups": 0, "duplicates": 0, "other": 0}
    steps = list(talk.steps())
    fresh: set[str] = set()
    turn = 0
    for at, (number, position, call) in enumerate(steps):
        fresh, turn = (fresh if number == turn else set()), number
        key = canonical({"name": call.name, "arguments": call.arguments})
        if key in fresh:
            tally["duplicates"] += 1
            against.append((_at(number, position), f"{call.name} is called again with nothing changed since"))
        reads = call.name.rsplit(".", 1)[-1].lower().startswith(_READS)
        fresh = fresh | {key} if reads else set()
        if call.text is None:
            tally["other"] += 1
        elif _used(call, steps[at + 1 :], talk.turns[number:]):
            tally["used"] += 1
        elif reads:
            tally["unused look-ups"] += 1
            open_.append((_at(number, position), f"nothing that {call.name} shows is used or told"))
        else:
            tally["other"] += 1
    if not steps:
        return Record("necessary", "unknown", "the row has no calls", tally=tally)
    return settled("necessary", against, open_ or [("", "the world is not at hand to try without each call")], tally)


def _used(call: Made, later: Sequence[tuple[int, int, Made]], turns: Sequence[TalkTurn]) -> bool:
    shown = [value for _, value, _ in leaves(call.result) if _telling(value)]
    own = {str(value) for _, value in _values(call)}
    fresh = [value for value in shown if str(value) not in own]
    arguments = {str(value) for _, _, other in later for _, value in _values(other)}
    if any(str(value) in arguments for value in fresh):
        return True
    return any(holds(turn.reply, value) for turn in turns for value in fresh)


def _grounded(talk: Talk) -> Record:
    against, thoughts = [], 0
    seen = talk.system
    for number, turn in enumerate(talk.turns):
        seen += f"\n{turn.user}"
        for batch in turn.batches:
            thoughts += bool(batch.reasoning)
            against += [
                (f"turn {number + 1}", f"a thought names {one}, which nothing had shown")
                for one in named(batch.reasoning) if one not in seen
            ]  # fmt: skip
            seen += "".join(f"\n{call.text or ''}" for call in batch.calls)
        seen += f"\n{turn.reply}"
    open_ = [] if thoughts else [("", "there are no thoughts")]
    return settled("grounded", against, open_, {"thoughts": thoughts})


def _values(call: Made) -> Iterator[tuple[str, JsonValue]]:
    return (
        (path, value) for path, value, _ in leaves(call.arguments) if value is not None and not isinstance(value, bool)
    )


def _particular(value: JsonValue) -> bool:
    """Return True for an identifier, an address or a number that nobody would come upon by other words."""
    if isinstance(value, str):
        return bool(named(value)) or (len(value) >= 5 and value.isdigit())
    return isinstance(value, int) and abs(value) >= 10_000


def _telling(value: JsonValue) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    return len(str(value)) >= 2


def _at(turn: int, call: int) -> str:
    return f"turn {turn + 1}, call {call + 1}"
