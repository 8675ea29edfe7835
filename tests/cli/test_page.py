from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fc_gym.cli.page import Section, as_markdown, examples
from fc_gym.plans import Plan
from fc_gym.registration import load_domain
from fc_gym.types import ToolCall

SECTIONS = ("reads", "writes", "entities", "refusals", "undone by", "alternatives", "examples, from start state 0")


def test_show_prints_the_sections_of_a_measured_domain(command: Callable[..., Any]) -> None:
    done = command("show", "shop")
    assert done.exit_code == 0
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert [one for one in SECTIONS if one not in lines] == []
    for words in ("my {label} address", "not_handed_in", "list_orders, open_return", "list_orders("):
        assert words in done.stdout


def test_show_says_what_is_not_measured(command: Callable[..., Any], bulbs: str) -> None:
    done = command("show", bulbs)
    assert "refusals are not measured yet" in done.stdout
    assert "undone by" not in done.stdout


def test_examples_come_from_the_named_start_state(command: Callable[..., Any], bulbs: str) -> None:
    pages = [command("show", bulbs, "--seed", seed).stdout for seed in (0, 0, 3)]
    assert pages[0] == pages[1] != pages[2]
    domain = load_domain("mail")
    found = examples(domain, 4)
    assert list(found) == [name for name in domain.tools if name in found]
    assert len(found) >= len(domain.tools) - 2
    assert all(result.ok and result.call.name == name for name, result in found.items())


def test_the_page_is_written_as_markdown_with_its_drawing(
    command: Callable[..., Any], bulbs: str, tmp_path: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    page, drawing = tmp_path / "bulbs.md", tmp_path / "pictures" / "bulbs.svg"
    done = command("show", bulbs, "--out", page, "--drawing", drawing)
    assert done.stdout == f"drawing: {drawing}\npage: {page}\n"
    text = page.read_text(encoding="utf-8")
    assert text.startswith(
        "# bulbs: The bulbs of a \\[small\\] house.\n\n![The graph of its tools](pictures/bulbs.svg)"
    )
    assert "| switch\\_on | lit | switch\\_off |" in text
    assert "| switch\\_on | switch\\_on | lit | switch\\_off |" in text
    assert drawing.read_bytes().startswith(b"<?xml")


def test_shortest_plans_stand_in_the_page_if_they_are_known(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan("add_to_cart", 0, 2, (ToolCall("search_products"), ToolCall("add_to_cart", {"product": "P"})))
    monkeypatch.setattr("fc_gym.cli.show.kept_plans", lambda domain: (plan,))
    done = command("show", "shop")
    row = next(line for line in done.stdout.splitlines() if "search_products, add_to_cart" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == ["add_to_cart", "2", "search_products, add_to_cart"]


def test_a_joined_world_is_shown_with_what_was_measured_of_its_parts(command: Callable[..., Any]) -> None:
    done = command("show", "shop+bank")
    assert "undone by" in done.stdout
    assert "not measured" not in done.stdout


def test_markdown_shows_texts_as_they_are() -> None:
    page = as_markdown("a: b|c", [Section("reads", ("tool", "says"), (("x_y", "<b>\nor `c` | *d*"),))])
    assert page.splitlines() == [
        "# a: b\\|c", "", "## Reads", "", "| tool | says |", "| --- | --- |",
        "| x\\_y | \\<b\\><br>or \\`c\\` \\| \\*d\\* |",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "shop.html"), "--out shop.html: the name must end with .md"),
        (("--drawing", "shop.pdf"), "--drawing shop.pdf: the name must end with .svg or .png"),
        (("--out", "no/such/shop.md"), "--out no/such/shop.md: there is no folder no/such"),
    ],
)
def test_a_place_that_cannot_be_a_page_is_refused(
    refused: Callable[..., str], words: tuple[str, ...], told: str
) -> None:
    assert told in refused("show", "shop", *words)


@pytest.mark.parametrize(("option", "name"), [("--out", "taken.md"), ("--drawing", "taken.svg")])
def test_a_place_that_cannot_be_written_is_refused(
    refused: Callable[..., str], tmp_path: Path, option: str, name: str
) -> None:
    (tmp_path / name).mkdir()
    assert f"{name}: cannot be written (Is a directory)" in refused("show", "shop", option, tmp_path / name)
