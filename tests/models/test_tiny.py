"""The tiny model is the same wherever it is made, and its template does what training and serving need."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import Any

import pytest

from tests.models.asking import FINDING
from tests.models.tiny import VOCABULARY, make_tiny

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore")]

CALL: dict[str, Any] = {"type": "function", "function": {"name": "find_room", "arguments": {"floor": "top"}}}
CHAT: list[dict[str, Any]] = [
    {"role": "system", "content": "You run a hotel."},
    {"role": "user", "content": "find me a room"},
    {"role": "assistant", "content": "", "reasoning_content": "Which floor?", "tool_calls": [CALL, CALL]},
    {"role": "tool", "content": "[]"},
    {"role": "tool", "content": "[1]"},
    {"role": "assistant", "content": "There is one."},
]


@pytest.fixture(scope="module")
def tokenizer(tiny: Path) -> Any:
    return importlib.import_module("transformers").AutoTokenizer.from_pretrained(tiny)


def test_the_same_seed_gives_the_same_bytes(tiny: Path, tmp_path: Path) -> None:
    again, other = make_tiny(tmp_path / "again"), make_tiny(tmp_path / "other", seed=1)
    assert _digests(again) == _digests(tiny)
    changed = {name for name, digest in _digests(other).items() if digest != _digests(tiny)[name]}
    assert changed == {"model.safetensors"}


def test_the_vocabulary_is_full_and_knows_the_marks(tokenizer: Any) -> None:
    assert len(tokenizer) == VOCABULARY
    assert all(len(tokenizer.encode(mark)) == 1 for mark in ("<tool_call>", "</think>", "<|im_end|>"))
    text = "Ünïcode 東京 \x00 🙂"
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_a_longer_chat_begins_with_the_shorter(tokenizer: Any) -> None:
    whole = _rendered(tokenizer, CHAT)
    ends = [at for at in range(1, len(CHAT)) if {CHAT[at - 1]["role"], CHAT[at]["role"]} != {"tool"}]
    assert all(whole.startswith(_rendered(tokenizer, CHAT[:at])) for at in ends)


def test_what_the_assistant_wrote_is_marked_for_training(tokenizer: Any) -> None:
    marked = tokenizer.apply_chat_template(CHAT, return_assistant_tokens_mask=True, return_dict=True)
    ids = [one for one, mark in zip(marked["input_ids"], marked["assistant_masks"], strict=True) if mark]
    assert tokenizer.decode(ids) == (
        "<think>\nWhich floor?\n</think>\n\n"
        '<tool_call>\n{"name": "find_room", "arguments": {"floor": "top"}}\n</tool_call>\n'
        '<tool_call>\n{"name": "find_room", "arguments": {"floor": "top"}}\n</tool_call><|im_end|>\n'
        "There is one.<|im_end|>\n"
    )


def _rendered(tokenizer: Any, messages: list[dict[str, Any]]) -> str:
    return str(tokenizer.apply_chat_template(messages, tools=[FINDING], tokenize=False))


def _digests(folder: Path) -> dict[str, str]:
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(folder.iterdir())}
