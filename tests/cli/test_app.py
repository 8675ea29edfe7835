from __future__ import annotations

import subprocess
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest
import typer

from fc_gym.cli.plugins import GROUP, commands, first_line

OWN = ("list", "show", "check", "check-env", "graph", "bfcl", "version")


def offer(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str]) -> None:
    found = [EntryPoint(name, value, GROUP) for name, value in points]
    monkeypatch.setattr("fc_gym.cli.plugins.entry_points", lambda group: found)


def test_help_lists_every_command_with_its_first_line(command: Callable[..., Any]) -> None:
    done = command("--help")
    assert done.exit_code == 0
    for name in (*OWN, *(point.name.partition(".")[0] for point in entry_points(group=GROUP))):
        assert f" {name} " in done.stdout
    assert "Measure which tool feeds" in done.stdout


def test_every_command_has_help_of_its_own(command: Callable[..., Any]) -> None:
    for name, point in commands().items():
        done = command(*name.split(), "--help")
        assert done.exit_code == 0
        assert first_line(point)
        assert first_line(point).split()[0] in done.stdout


def test_no_command_is_imported_for_the_overview(process: list[str]) -> None:
    code = """
import sys
from fc_gym.cli import main
try:
    main()
except SystemExit:
    heavy = ("pydantic", "fc_gym.domain", "fc_gym.cli.graph", "fc_gym.cli.fetch", "fc_agents", "fc_synth")
    print([name for name in heavy if name in sys.modules])
"""
    # typer itself wants pydantic as soon as there is a word to read
    for words, loaded in ((["--help"], "[]"), (["bfcl", "--help"], "['pydantic']")):
        done = subprocess.run([*process[:2], code, *words], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == loaded


def test_a_command_mistyped_is_refused_with_the_nearest(command: Callable[..., Any]) -> None:
    done = command("lst")
    assert done.exit_code == 2
    assert "No such command 'lst'" in done.stderr
    assert "list" in done.stderr


def test_commands_of_a_family_are_listed_with_their_first_lines(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, ("bfcl.list", "fc_gym.cli.show:list_domains"), ("zoo.show", "fc_gym.cli.show:show"))
    for done in (command("bfcl"), command("bfcl", "--help")):
        assert " bfcl [OPTIONS] COMMAND" in done.stdout
        assert "Fetch the official tasks" in done.stdout and "List the domains" in done.stdout
        assert "Show a domain's tools" not in done.stdout
    assert "Commands of zoo." in command("--help").stdout
    assert "Show a domain's tools" in command("zoo", "--help").stdout
    assert command("bfcl", "list").stdout == command("list").stdout


def test_a_command_of_a_family_mistyped_is_refused_with_the_nearest(command: Callable[..., Any]) -> None:
    done = command("bfcl", "fetsh")
    assert done.exit_code == 2
    assert "No such command 'fetsh'" in done.stderr and "fetch" in done.stderr
    for words in (["bfcl fetch"], ["bfcl.fetch"], ["fetch"]):
        assert f"No such command '{words[0]}'" in command(*words).stderr


@pytest.mark.parametrize("name", ["bfcl", "bfcl.fetch", "list", "list.more"])
def test_our_names_cannot_be_taken(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    offer(monkeypatch)
    ours = commands()
    offer(monkeypatch, (name, "os:getcwd"))
    assert commands() == ours


def test_a_command_of_a_family_that_cannot_be_loaded_says_so(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, ("bfcl.gone", "no_such_module:run"))
    assert "the command bfcl gone (no_such_module:run) cannot be loaded" in refused("bfcl", "gone")


def test_an_option_mistyped_is_refused(command: Callable[..., Any]) -> None:
    done = command("list", "--jsn")
    assert done.exit_code == 2
    assert "--jsn" in done.stderr


def test_a_plug_in_that_cannot_be_loaded_breaks_no_other_command(
    command: Callable[..., Any], refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, ("gone", "no_such_module:run"), ("text", "fc_gym.cli.plugins:GROUP"), ("list", "os:getcwd"))
    done = command("--help")
    assert done.exit_code == 0
    assert "(cannot be loaded)" in done.stdout
    assert "the command gone (no_such_module:run) cannot be loaded" in refused("gone")
    assert "the command text (fc_gym.cli.plugins:GROUP) cannot be loaded (TypeError: it is a str)" in refused("text")
    assert command("list").stdout.startswith("domains")


def test_what_is_told_of_a_command_is_read_from_wherever_its_module_lies() -> None:
    def told(value: str) -> str:
        return first_line(EntryPoint("x", value, GROUP))

    assert told("fc_gym.cli.show:show").startswith("Show a domain's tools")
    assert told("textwrap:dedent").startswith("Remove any common leading whitespace")
    assert told("importlib.metadata:version").startswith("Get the version")
    assert told("importlib.metadata:no_such_function") == ""
    for module in ("fc_gym.cli.nowhere", "nowhere", "nowhere.deep", "os.path.deep"):
        assert told(f"{module}:run") == "(cannot be loaded)"


def test_being_stopped_is_said_in_a_word(command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fc_gym.cli.show.load_domain", stopped)
    done = command("show", "shop")
    assert done.exit_code == 130
    assert done.stderr == "fc-gym: stopped\n"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied", "/srv/x"), "/srv/x: Permission denied"),
        (OSError("strange"), "OSError: strange (FC_GYM_DEBUG=1 shows where)"),
        (ValueError("a [red]\nb"), "ValueError: a [red] b (FC_GYM_DEBUG=1 shows where)"),
    ],
)
def test_other_errors_are_one_sentence_too(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def failing(name: str) -> None:
        raise error

    monkeypatch.setattr("fc_gym.cli.show.load_domain", failing)
    assert refused("show", "shop") == f"fc-gym: {words}\n"


def test_debugging_shows_the_traceback(process: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC_GYM_DEBUG", "1")
    done = subprocess.run([*process, "show", "shopp"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("fc-gym: unknown domain 'shopp'")


def test_piped_output_has_no_colours(process: list[str]) -> None:
    done = subprocess.run([*process, "list"], capture_output=True, check=True)
    assert b"\x1b" not in done.stdout
    assert done.stderr == b""


def test_a_reader_who_leaves_early_is_no_error(process: list[str]) -> None:
    for words in (["list"], ["show", "shop", "--json"]):
        with subprocess.Popen([*process, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdout.close()
            assert running.stderr.read() == b""


def test_a_closed_stdout_is_no_error(process: list[str]) -> None:
    line = subprocess.list2cmdline([*process, "list"])
    done = subprocess.run(["bash", "-c", f"{line} >&-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_ascii_output_replaces_what_it_cannot_write(process: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = subprocess.run([*process, "list"], capture_output=True, text=True, check=True)
    assert "shop" in done.stdout


def test_a_commands_own_exit_code_stays(command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def leaving(name: str) -> None:
        raise typer.Exit(7)

    monkeypatch.setattr("fc_gym.cli.show.load_domain", leaving)
    assert command("show", "shop").exit_code == 7


@pytest.mark.parametrize("value", ["no_such_module:run", "sys:exit", "fc_gym.cli.plugins:commands.x"])
def test_a_command_without_a_source_has_no_line(value: str) -> None:
    assert first_line(EntryPoint("x", value, GROUP)) in ("", "(cannot be loaded)")
