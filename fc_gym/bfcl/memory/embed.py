"""Embedders: texts to vectors, for the vector memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fc_gym.errors import TaskError

__all__ = ["OFFICIAL_MODEL", "Embedder", "HashedWords", "SentenceEmbedder"]

OFFICIAL_MODEL = "all-MiniLM-L6-v2"
"""The model of the official vector memory."""


class Embedder(Protocol):
    """Anything that turns texts into vectors."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return `[len(texts), D]`: one row of length 1 per text, or a row of zeros for a text without content."""


class SentenceEmbedder:
    """A model of sentence-transformers; the official choice, whose scores depend on the model's files.

    Args:
        name: Name or folder of the model; a name is downloaded when it is first used.
        device: Where it runs.

    Raises:
        TaskError: To whoever plays, if sentence-transformers is not installed.
    """

    def __init__(self, name: str = OFFICIAL_MODEL, device: str = "cpu") -> None:
        try:
            library = import_module("sentence_transformers")
        except ImportError:
            raise TaskError("SentenceEmbedder needs sentence-transformers: pip install sentence-transformers") from None
        self._model: Any = library.SentenceTransformer(name, device=device)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 per text."""
        return np.asarray(self._model.encode(list(texts), normalize_embeddings=True), np.float32)


@dataclass(frozen=True)
class HashedWords:
    """Words and their parts counted at hashed places: works offline, is not the official model, knows no synonyms.

    The same text has the same row everywhere; texts that share words or parts of words lie near each other.

    >>> rows = HashedWords()(["my red cat", "the red cat", "stock prices"])
    >>> bool(rows[0] @ rows[1] > rows[0] @ rows[2])
    True
    """

    size: int = 256
    """Length of a row."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 per text, or of zeros for a text without words."""
        rows = np.zeros((len(texts), self.size), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for part in _parts(text):
                place = int.from_bytes(blake2b(part.encode("utf-8", "replace"), digest_size=8).digest(), "big")
                row[(place >> 1) % self.size] += 1 if place & 1 else -1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)


def _parts(text: str) -> list[str]:
    words = [f" {word} " for word in text.lower().split()]
    return words + [word[at : at + 3] for word in words for at in range(len(word) - 2)]
