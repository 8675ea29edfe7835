from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from fc_gym.cli import console as shown
from fc_gym.cli.console import complain, progress, say, sentence, table


def rendered(made: object, width: int = 60) -> str:
    file = io.StringIO()
    Console(file=file, width=width, color_system=None).print(made)
    return file.getvalue()


def test_cells_are_texts_and_never_markup() -> None:
    made = rendered(table("[b]title", ("[i]what",), [["[red]x[/red] :smile:"]]))
    for text in ("[b]title", "[i]what", "[red]x[/red] :smile:"):
        assert text in made


def test_numbers_stand_flush_right() -> None:
    text = rendered(table("", ("word", "count"), [["a", 5], ["b", "12.5"], ["c", "-3%"]]))
    assert "│ a    │     5 │" in text
    assert "│ c    │   -3% │" in text


def test_a_table_without_rows_has_heads() -> None:
    assert "word" in rendered(table("", ("word", "count"), []))


def test_what_is_said_is_neither_wrapped_nor_marked_up(capsys: pytest.CaptureFixture[str]) -> None:
    say("[bold]" + "long " * 60)
    assert capsys.readouterr().out == "[bold]" + "long " * 60 + "\n"


def test_a_complaint_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    complain("two\nlines\x07 of [it]")
    heard = capsys.readouterr()
    assert (heard.out, heard.err) == ("", "fc-gym: two lines of [it]\n")
    assert sentence("  a \t b\r\n") == "a b"


def test_progress_is_silent_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("working", 3) as advance:
        for _ in range(3):
            advance()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("total", "said"), [(2, "working: 2 of 2"), (None, "working: 2")])
def test_progress_says_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, total: int | None, said: str
) -> None:
    ticks = iter((0.0, 1.0, 60.0, 60.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(ticks))
    with progress("working", total) as advance:
        advance()
        advance()
    assert capsys.readouterr().err == f"{said}\n"


def test_progress_draws_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(shown, "error_console", Console(file=file, force_terminal=True, width=80))
    with progress("working [x]", 2) as advance:
        advance()
    assert "working [x]" in file.getvalue()
