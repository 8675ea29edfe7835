"""Stacking: two turns become one message."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fc_synth.variants.case import Case, Made
from fc_synth.wording import whole

__all__ = ["Stacking"]

JOINS = ("Also, {ask}.", "After that, {ask}.", "And please {ask}.", "On top of that, {ask}.", "Then {ask}, please.")


@dataclass(frozen=True)
class Stacking:
    """The operator."""

    name: str = "stacking"
    phenomenon: str = "stacking"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with two turns asked for at once; None if the second cannot be understood so."""
        for number in case.drawn(len(case.scenes) - 1):
            one, other = case.scenes[number], case.scenes[number + 1]
            asked = case.requests(number + 1)
            if not asked or not case.requests(number) or len(one.asked) + len(other.asked) > 3:
                continue
            more = [ask.text if whole(ask.text) else case.one_of(JOINS).format(ask=ask.text) for ask in asked]
            told = {key: one.told.get(key, ()) + other.told.get(key, ()) for key in (*one.told, *other.told)}
            both = replace(
                one,
                user=" ".join([one.user, *more]),
                layers=(*one.layers, *other.layers),
                closing=other.closing,
                reply=f"{one.reply} {other.reply}",
                answer=(*one.answer, *other.answer),
                told=told,
                asked=(*one.asked, *(place + len(one.calls) for place in other.asked)),
                of=number,
            )
            return Made(case.insert(number, both, instead=2), case.domain, {"turn": number})
        return None
