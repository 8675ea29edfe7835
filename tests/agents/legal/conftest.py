from __future__ import annotations

from collections.abc import Callable

import pytest
from fc_agents.legal.blind import BlindModel
from fc_agents.models.request import Constraint

Says = Callable[[Constraint, str], bool]


@pytest.fixture(scope="session")
def says() -> Says:
    """Tell whether a text is in the language of a constraint."""
    pytest.importorskip("llguidance", reason="pip install llguidance")
    model = BlindModel(pieces=())

    def said(constraint: Constraint, text: str) -> bool:
        matcher, tokens = model.compile(constraint), list(text.encode())
        return matcher.try_consume_tokens(tokens) == len(tokens) and bool(matcher.is_accepting())

    return said
