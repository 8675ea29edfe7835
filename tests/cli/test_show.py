from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest

from fc_gym.catalogue import domain_names
from fc_gym.errors import DomainError
from fc_gym.registration import load_domain


def test_list_shows_every_domain_and_its_gym_id(command: Callable[..., Any]) -> None:
    done = command("list")
    assert done.exit_code == 0
    for name in domain_names():
        assert name in done.stdout
    assert "fc_gym/Shop-v0" in done.stdout


def test_list_as_json_counts_tools(command: Callable[..., Any]) -> None:
    rows = {row["name"]: row for row in json.loads(command("list", "--json").stdout)}
    assert tuple(rows) == domain_names()
    assert rows["mail"]["tools"] == len(load_domain("mail").tools) == rows["mail"]["reads"] + rows["mail"]["writes"]


def test_a_domain_of_a_package_that_cannot_be_read_does_not_hide_the_others(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def loading(name: str) -> Any:
        if name == "calendar":
            raise DomainError("calendar.Calendar: is\nbroken")
        return load_domain(name)

    monkeypatch.setattr("fc_gym.cli.show.load_domain", loading)
    done = command("list")
    assert done.exit_code == 0
    assert "calendar cannot be read: calendar.Calendar: is broken" in done.stdout
    assert "fc_gym/Mail-v0" in done.stdout


def test_show_tells_what_tools_take_need_and_give(command: Callable[..., Any], bulbs: str) -> None:
    done = command("show", bulbs)
    assert done.exit_code == 0
    for word in ("[small] house", "switch_on", "bulb: string", "BulbId", "Switch a bulb on."):
        assert word in done.stdout


def test_show_as_json_prints_what_chat_apis_take(command: Callable[..., Any], bulbs: str) -> None:
    specs = json.loads(command("show", bulbs, "--json").stdout)
    assert [one["function"]["name"] for one in specs] == ["list_bulbs", "switch_on", "switch_off"]


def test_an_unknown_domain_is_refused_with_the_nearest_name(refused: Callable[..., str]) -> None:
    assert "unknown domain 'shopp'; did you mean shop?" in refused("show", "shopp")


def test_a_file_that_is_not_there_is_refused(refused: Callable[..., str]) -> None:
    assert "/no/such.py: there is no such file" in refused("show", "/no/such.py:World")


def test_a_file_with_another_class_is_refused(refused: Callable[..., str], class_file: Callable[[str], str]) -> None:
    assert "there is no class 'World'; the module defines Earth" in refused("show", class_file("class Earth: ..."))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("class World(:", "cannot be imported (SyntaxError"),
        ("import no_such_module", "cannot be imported (ModuleNotFoundError"),
        ("raise RuntimeError('two\\nlines \\x1b[31m')", "cannot be imported (RuntimeError: two lines [31m)"),
        ("class World: ...", "no public method"),
        ("class World:\n    def tool(self, x): ...", "World.tool: x has no type"),
    ],
)
def test_a_class_that_cannot_be_read_is_refused(
    refused: Callable[..., str], class_file: Callable[[str], str], text: str, words: str
) -> None:
    assert words in refused("show", class_file(text))


def test_version_tells_the_installed_version(command: Callable[..., Any]) -> None:
    assert command("version").stdout == f"fc-gym {version('fc-gym')}\n"
