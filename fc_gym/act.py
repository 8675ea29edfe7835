"""Acts: what a reply does, told by rule from its words alone."""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["Act", "does"]

Act = Literal["", "inform", "ask", "decline"]
"""`inform`: says anything; `ask`: puts a question; `decline`: says that something cannot be done or did not work."""

_UNABLE = re.compile(
    r"\b(?:cannot|can not|could not|unable|unavailable|failed|fails|impossible|(?:can|could)n?['\u2019]t|"
    r"(?:no|none of (?:my|the)) (?:tools?|way)|beyond (?:me|my)|missing (?:a|the) (?:tool|function))\b|"
    r"(?:\bnot|n['\u2019]t) (?:able|possible|allowed|available|permitted|work|answer|something i|"
    r"have (?:a |an |any |the )?(?:tool|function|way|access|permission))\b",
    re.IGNORECASE,
)


def does(text: str, act: Act) -> bool:
    """Return True if a reply does what it should.

    Args:
        text: The reply.
        act: What it should do; empty: anything will do, even nothing.

    >>> does("Which order do you mean?", "ask"), does("Done.", "ask"), does("I cannot print that.", "decline")
    (True, False, True)
    """
    if act == "ask":
        return "?" in text
    if act == "decline":
        return _UNABLE.search(text) is not None
    return act != "inform" or bool(text.strip())
