"""What prompted models are told; the words are ours, what they say is what the benchmark says."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fc_agents.bfcl.functions import Doc, described

__all__ = ["handed_over", "system_prompt"]

_RULES = """\
You turn requests into function calls. You are given a request and a list of functions. Decide which of the functions \
have to be called, and with which values, to fulfil the request; it may take one call or several.
If none of the functions is of use, say so. If the request lacks a value that a function requires, say so as well.

If you decide to call functions, your response must be a list of calls in this form:
[first_function(first_parameter=value, second_parameter=value), second_function(parameter=value)]
Nothing else may stand in that response.

In each turn, do all you can to complete what the user asks for in that turn. You will be given the results of your \
calls, and may go on calling functions until the request is fulfilled as far as it can be. A response without a call \
ends the turn; the next request comes after it.

These are the functions you may call, in JSON:
"""


def system_prompt(docs: Sequence[Doc], more: str = "") -> str:
    """Tell a prompted model what to do, in which form, and with which functions.

    Args:
        docs: Official descriptions of the functions on offer.
        more: What else it has to know, said first.
    """
    listed = ",\n".join(json.dumps(described(doc)) for doc in docs)
    return f"{more}\n\n{_RULES}[{listed}]" if more else f"{_RULES}[{listed}]"


def handed_over(docs: Sequence[Doc], said: str) -> str:
    """Return the message of a turn in which a prompted model may get more functions.

    Their descriptions come first, as Python prints them.

    Args:
        docs: Official descriptions of the functions that are new.
        said: What the user says.
    """
    return f"{[described(doc) for doc in docs]!r}\n{said}" if docs else said
