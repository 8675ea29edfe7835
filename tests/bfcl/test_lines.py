from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl import lines
from fc_gym.bfcl.lines import json_lines, reason
from fc_gym.errors import RecordError

OBJECTS = st.lists(
    st.dictionaries(st.text(max_size=5), st.integers(-9, 9) | st.text(max_size=5), max_size=3), max_size=5
)


@given(objects=OBJECTS, blank=st.integers(0, 2))
def test_objects_come_back_with_their_place(
    objects: list[dict[str, Any]], blank: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    path.write_text(("\n" * (blank + 1)).join(map(json.dumps, objects)), "utf-8")
    place = [f"{path}, line {1 + number * (blank + 1)}" for number in range(len(objects))]
    assert list(json_lines(path)) == list(zip(place, objects, strict=True))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{}\n{"a": 1', r"a.jsonl, line 2: .*; write objects$"),
        (b"{}\n\n\xff", r"a.jsonl, line 3: .*; write objects$"),
        (b"[" * 5000, "line 1: "),
        (b"5", "line 1: a JSON object should stand here, not int$"),
        (b'{"a": "' + b"a" * 40 + b'"}', "line 1: longer than 30 bytes$"),
        (b"{}\n" * 40, "a.jsonl: 120 bytes; at most 100 are read$"),
    ],
)
def test_what_is_no_line_is_named(content: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if len(content) < 1000:
        monkeypatch.setattr(lines, "MAX_FILE_BYTES", 100)
        monkeypatch.setattr(lines, "MAX_LINE_BYTES", 30)
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(RecordError, match=said):
        list(json_lines(tmp_path / "a.jsonl", "write objects"))


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"none: No such file or directory; write objects$"):
        list(json_lines(tmp_path / "none", "write objects"))
    with pytest.raises(RecordError, match=r"a file of JSON lines should stand here$"):
        list(json_lines(tmp_path))
    with pytest.raises(RecordError, match="null"):
        list(json_lines("a\x00b"))


def test_a_fault_without_a_system_text_tells_itself() -> None:
    assert (reason(OSError("odd")), reason(OSError(2, "gone", "a"))) == ("odd", "gone")
