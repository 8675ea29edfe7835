"""A model that knows nothing: it draws tokens at random under the mask of a constraint, through llguidance."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from fc_agents.models.model import ModelError
from fc_agents.models.reading import read_text
from fc_agents.models.request import Completion, Constraint, Request, Timing, Usage
from fc_gym.types import JsonValue

__all__ = ["PIECES", "BlindModel"]

PIECES: Sequence[str] = (
    "<tool_call>", "</tool_call>", "<tool_call>\n", "}\n</tool_call>", "<think>", "</think>", '{"name": "', '", "',
    '": "', '"}', '"}}', '{"', "{}", "}}", '", "arguments": {', ' "', ": ", ", ", "[]", '["', '"]', "\n\n", "-1", "10",
    "20", ".5", "list_", "find_", "show_", "_id", "the ", "ing", "er", "202", "-0", "ab", "é", "中", "\\u", '\\"',
    "\\n", "true", "null", "e9", "0.", " \t",
)  # fmt: skip
"""What the tokens stand for beyond single bytes: pieces that cross the borders within a call, and traps."""


class BlindModel:
    """Draws each token evenly from those that are allowed.

    Args:
        seed: Seeds its chance; each request draws on, unless its own sampling has a seed.
        pieces: The tokens beyond single bytes.
        most_tokens: Tokens after which a response ends in any case.

    Raises:
        ModelError: If llguidance is not installed.
    """

    name = "blind"

    def __init__(self, seed: int = 0, pieces: Sequence[str] = PIECES, most_tokens: int = 16384) -> None:
        self._guide = _llguidance()
        self._seed, self._most, self._asked = seed, most_tokens, itertools.count()
        self._tokens = [*(bytes([one]) for one in range(256)), *(one.encode() for one in pieces), b"<|end|>"]
        self._end = len(self._tokens) - 1
        self._reader = self._guide.LLTokenizer(_Tokenizer(self._tokens))
        self._read: dict[str, Any] = {}

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """Its kind and seed."""
        return {"kind": "blind", "seed": self._seed}

    async def check(self) -> None:
        """Do nothing: it can always be used."""

    async def close(self) -> None:
        """Do nothing: it holds nothing."""

    async def complete(self, request: Request) -> Completion:
        """Answer with tokens drawn at random.

        Raises:
            ModelError: If the constraint cannot be read.
        """
        started, own = time.monotonic(), request.sampling.seed
        rng = np.random.default_rng([self._seed, next(self._asked)] if own is None else [own])
        most = min(self._most, request.sampling.max_tokens)
        ids, finish = self._free(rng, most), "stop"
        if request.constraint is not None:
            ids, finish = self._masked(request.constraint, rng, most)
        raw = b"".join(self._tokens[one] for one in ids).decode(errors="replace")
        parser = request.constraint.parser if request.constraint else "hermes"
        reasoning, content, calls = read_text(request.prefill + raw, parser, request.tools)
        seconds = time.monotonic() - started
        return Completion(
            raw, content, reasoning, calls, finish, Usage(0, len(ids)), token_ids=tuple(ids), model=self.name,
            timing=Timing(seconds, seconds),
        )  # fmt: skip

    def compile(self, constraint: Constraint) -> Any:
        """Return a matcher for a constraint, made again from what was read of an equal one.

        Raises:
            ModelError: If it cannot be read, or is a structural tag, which only xgrammar knows.
        """
        if constraint.key not in self._read:
            self._read[constraint.key] = self._matcher(constraint)
        return self._read[constraint.key].deep_copy()

    def _matcher(self, constraint: Constraint) -> Any:
        if constraint.kind == "structural_tag":
            raise ModelError("llguidance reads no structural tags; ask for kind='grammar'", kind="no_constraint")
        if constraint.kind == "grammar":
            grammar = self._converted(str(constraint.body))
        else:
            tight = {"whitespace_flexible": False}
            text = orjson.dumps(constraint.body).decode()
            grammar = self._guide.LLMatcher.grammar_from_json_schema(text, defaults=tight)
        matcher = self._guide.LLMatcher(self._reader, grammar, log_level=0)
        if matcher.is_error():
            raise ModelError(f"llguidance cannot read the constraint: {matcher.get_error()}", kind="no_constraint")
        return matcher

    def _converted(self, grammar: str) -> str:
        try:
            return str(self._guide.grammar_from("grammar", grammar))
        except Exception as error:  # whatever its reader of GBNF raises
            raise ModelError(f"llguidance cannot read the constraint: {error}", kind="no_constraint") from None

    def _masked(self, constraint: Constraint, rng: np.random.Generator, most: int) -> tuple[list[int], str]:
        matcher, ids = self.compile(constraint), list[int]()
        while len(ids) < most:
            allowed = np.unpackbits(np.frombuffer(matcher.compute_bitmask(), np.uint8), bitorder="little")
            choices = np.flatnonzero(allowed[: len(self._tokens)])
            token = int(choices[int(rng.integers(len(choices)))])
            if token == self._end:
                return ids, "stop"
            matcher.consume_token(token)
            ids.append(token)
        return ids, "length"

    def _free(self, rng: np.random.Generator, most: int) -> list[int]:
        drawn: list[int] = rng.integers(len(self._tokens), size=min(most, len(self._tokens))).tolist()
        return drawn[: drawn.index(self._end)] if self._end in drawn else drawn


class _Tokenizer:
    """What llguidance asks of a tokenizer.

    Args:
        tokens: The bytes of each token; the last ends a response.
    """

    is_tokenizer_wrapper = True
    bos_token_id = None

    def __init__(self, tokens: list[bytes]) -> None:
        self.tokens, self.eos_token_id, self.special_token_ids = tokens, len(tokens) - 1, [len(tokens) - 1]

    def __call__(self, text: str) -> list[int]:
        return list(text.encode())


def _llguidance() -> Any:
    try:
        import llguidance  # slow to load and not needed otherwise
    except ImportError:
        raise ModelError("the blind model needs llguidance: pip install llguidance", kind="not_installed") from None
    return llguidance
