"""Irrelevance: a request that no tool serves, and that rightly leads to no call."""

from __future__ import annotations

from dataclasses import dataclass

from fc_gym.errors import FcGymError
from fc_gym.registration import load_domain
from fc_synth.reading import read_query
from fc_synth.variants.case import Case, Made, spoken_ask
from fc_synth.variants.script import Row, Scene
from fc_synth.wording import whole

__all__ = ["Unsupported", "foreign_request"]

OPENERS = (
    "Could you {ask}?",
    "Please {ask}.",
    "One more thing: {ask}.",
    "Something else: please {ask}.",
    "Can you {ask}?",
)
REPLIES = (
    "I cannot {ask}: none of my tools can do that.", "I'm sorry, I can't {ask} with the tools I have.",
    "That is beyond my tools; I am not able to {ask}.",
)  # fmt: skip
THOUGHTS = (
    "No tool here is for this. I decline and call nothing.",
    "The request has nothing to do with my tools, so there is nothing to call.",
)


@dataclass(frozen=True)
class Unsupported:
    """The operator."""

    name: str = "irrelevance"
    phenomenon: str = "goal_not_supported"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with a turn that no tool serves; None if no other domain's request is at hand."""
        for position in case.drawn(len(case.pool))[:40]:
            found = foreign_request(case, case.pool[position])
            if found:
                tool, text, said = found
                place = int(case.rng.integers(len(case.scenes) + 1))
                user = case.one_of(OPENERS).format(ask=text)
                reply = case.one_of(REPLIES).format(ask=said)
                scene = Scene(user, closing=case.one_of(THOUGHTS), reply=reply, act="decline")
                return Made(case.insert(place, scene), case.domain, {"turn": place, "foreign": tool})
        return None


def foreign_request(case: Case, row: Row) -> tuple[str, str, str] | None:
    """Return a request of another domain that is none of this one: its tool, its words, and the words in a reply."""
    name = row["meta"]["domain"]
    if name == case.row["meta"]["domain"] or "+" in name:
        return None
    try:
        domain = load_domain(name)
    except FcGymError:
        return None
    for turn in row["meta"]["turns"][:1]:
        for request in read_query(domain, turn["user"])[:1]:
            needs = domain.requirements[request.tool]
            alien = bool(needs) and not needs & set(case.domain.entities)
            user = f"Please {request.text}."
            if alien and not whole(request.text) and not read_query(case.domain, user) and spoken_ask(request):
                return f"{name}.{request.tool}", request.text, spoken_ask(request)
    return None
