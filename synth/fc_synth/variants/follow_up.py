"""Follow-up: the user asks again about what was said, which needs no call."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fc_synth.variants.case import Case, Made
from fc_synth.variants.script import Scene

__all__ = ["FollowUp", "figures"]

ASKS = (
    "Sorry, can you say that once more?", "What was that again?", "Could you repeat that? I didn't catch the details.",
    "Wait, how was that? Please tell me once more.", "Say that again, please; I was not paying attention.",
)  # fmt: skip
REPLIES = ("Of course. {reply}", "Sure. {reply}", "Here it is once more. {reply}", "Once more: {reply}")
THOUGHT = "All of this was told already. I repeat it; nothing has to be called."


@dataclass(frozen=True)
class FollowUp:
    """The operator."""

    name: str = "follow_up"
    phenomenon: str = "follow_up"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with a question about an answer; None if no answer tells anything that was not said."""
        for number in case.drawn(len(case.scenes)):
            scene = case.scenes[number]
            told = figures(scene.reply, scene.user)
            if told:
                reply = case.one_of(REPLIES).format(reply=scene.reply)
                more = Scene(case.one_of(ASKS), closing=THOUGHT, reply=reply, answer=tuple(told))
                return Made(case.insert(number + 1, more), case.domain, {"turn": number + 1, "figures": told})
        return None


def figures(reply: str, user: str) -> list[str]:
    """Return the words with a digit in a reply that the user has not said.

    >>> figures("Your order is placed: 45 euros, arriving on 5 March.", "Order it by 5 March.")
    ['45']
    """
    words = [word.strip(".,:;!?\"'()") for word in reply.split()]
    said = {word.strip(".,:;!?\"'()") for word in user.split()}
    return list(dict.fromkeys(word for word in words if re.search(r"\d", word) and word not in said))
