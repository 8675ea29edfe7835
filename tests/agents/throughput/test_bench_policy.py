"""Promises of `fc-gym bench policy`: what it shows and writes, and what it says of bad input."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest
from fc_agents.models.model import ModelError
from fc_agents.models.scripted import ScriptedModel
from fc_agents.throughput import commands
from typer.testing import CliRunner

from fc_gym.cli.app import app
from fc_gym.cli.plugins import GROUP

Command = Callable[..., Any]
DEAD = "http://127.0.0.1:1/v1"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `fc-gym bench`; gives `exit_code`, `stdout` and `stderr`."""
    offered = {point.name: point for point in entry_points(group=GROUP)}
    offered["bench.policy"] = EntryPoint("bench.policy", "fc_agents.throughput.commands:policy", GROUP)
    monkeypatch.setattr("fc_gym.cli.plugins.entry_points", lambda group: list(offered.values()))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(app, ["bench", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def refused(bench: Command) -> Callable[..., str]:
    """Run `fc-gym bench policy`, expect one sentence and the exit code 2, and return the sentence."""

    def run(*words: object) -> str:
        done = bench("policy", *words)
        assert done.exit_code == 2
        assert done.stderr.startswith("fc-gym: ") and done.stderr.count("\n") == 1
        return str(done.stderr).removeprefix("fc-gym: ").rstrip("\n")

    return run


def test_a_simulated_model_is_measured_shown_written_and_drawn(bench: Command, tmp_path: Path) -> None:
    out, plot = tmp_path / "new" / "run.json", tmp_path / "run.svg"
    done = bench(
        "policy", "mail", "--latency", 0.001, "--calls", 2, "--concurrency", "1,4", "--level", "free,tools",
        "--episodes", 4, "--out", out, "--plot", plot,
    )  # fmt: skip
    assert done.exit_code == 0
    for words in ("throughput (prompt + 0)", "where the time went", "calls; broken", "constraints", "ideal requests/s"):
        assert words in done.stdout
    body = json.loads(out.read_text())
    assert body["format"] == commands.FORMAT and body["model"] == {"kind": "scripted", "name": "simulated"}
    measures = body["measures"]
    assert [(one["level"], one["concurrency"]) for one in measures] == [
        ("free", 1), ("free", 4), ("tools", 1), ("tools", 4)
    ]  # fmt: skip
    assert all((one["episodes"], one["responses"]) == (4, 12) for one in measures)
    assert plot.read_text().count("<svg") == 1 and f"plot: {plot}" in done.stdout and f"figures: {out}" in done.stdout


def test_the_same_figures_give_the_same_plot(bench: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(commands, "policy_plot", lambda measures, path: drawn.append(measures))
    bench("policy", "mail", "--latency", 0, "--episodes", 2, "--concurrency", 2, "--plot", tmp_path / "x.png")
    from fc_agents.throughput.plot import policy_plot

    for name in ("a.svg", "b.svg", "c.png", "d.pdf"):
        policy_plot(drawn[0], tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert all((tmp_path / name).stat().st_size > 1000 for name in ("c.png", "d.pdf"))


def test_over_several_processes_the_time_is_not_shown(bench: Command, tmp_path: Path) -> None:
    plot = tmp_path / "run.svg"
    done = bench("policy", "mail", "--latency", 0.001, "--calls", 1, "--episodes", 4, "--concurrency", 2,
                 "--workers", 2, "--plot", plot)  # fmt: skip
    assert done.exit_code == 0
    assert "throughput" in done.stdout and "where the time went" not in done.stdout and plot.stat().st_size > 1000


def test_without_constraints_and_latency_their_tables_are_left_out(bench: Command) -> None:
    done = bench("policy", "mail", "--latency", 0, "--episodes", 2, "--concurrency", 2)
    assert done.exit_code == 0
    assert "throughput" in done.stdout and "ideal" not in done.stdout and "built us" not in done.stdout


def test_illegal_calls_of_single_responses_are_counted(
    bench: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ScriptedModel(lambda request: '<tool_call>{"name": "fly", "arguments": {}}</tool_call>')
    monkeypatch.setattr(commands, "model_from", lambda options: told)
    out = tmp_path / "legal.json"
    done = bench("policy", "mail", "--legality", "--episodes", 5, "--level", "free,tools", "--concurrency", 2,
                 "--out", out)  # fmt: skip
    assert done.exit_code == 0 and "what constraints cost" in done.stdout
    rows = json.loads(out.read_text())["legality"]
    assert [(row["level"], row["calls"], row["unknown tool"], row["broken"]) for row in rows] == [
        ("free", 5, 5, 0), ("tools", 5, 5, 5)
    ]  # fmt: skip


def test_what_was_measured_before_the_model_went_is_shown(bench: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def going(request: Any) -> str:
        if int(request.sample.partition("/")[0]) > 3:
            raise ModelError("the model is gone", kind="server_error", fatal=True)
        return "Done."

    monkeypatch.setattr(commands, "model_from", lambda options: ScriptedModel(going))
    done = bench("policy", "mail", "--model", "x", "--episodes", 3, "--concurrency", "1,2")
    assert done.exit_code == 2 and done.stderr == "fc-gym: the model is gone\n"
    assert "throughput" in done.stdout


def test_failed_episodes_and_settings_that_ended_early_are_told(
    bench: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(request: Any) -> str:
        if request.sample == "2/0":
            raise ModelError("no answer", kind="stalled")
        return "Done."

    monkeypatch.setattr(commands, "model_from", lambda options: ScriptedModel(failing, 0.01))
    done = bench("policy", "mail", "--model", "x", "--episodes", 1000, "--concurrency", 1, "--seconds", 0.2)
    assert done.exit_code == 0
    assert "free, 1 at once, prompt +0: episodes failed (stalled 1)" in done.stderr
    assert "free, 1 at once, prompt +0: stopped, the time is up" in done.stderr


def test_options_of_bench_are_not_mixed_with_those_of_policy(bench: Command) -> None:
    done = bench("--quick", "policy", "--latency", 0)
    assert done.exit_code == 2
    assert "Options of 'policy' come after it; those before it belong to 'bench' alone." in " ".join(
        done.stderr.replace("│", " ").split()
    )
    assert "none.json: cannot be read" in bench("--read", "none.json").stderr
    assert "policy" in bench("--help").stdout and "--soak" in bench("--help").stdout
    assert "No such command 'polcy'" in bench("polcy").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no model is named; give its name with --model, as the server knows it"),
        (("--model", "tiny"), "where is the model tiny? give the address of its server with --base-url"),
        (("--model", "tiny", "--kind", "magic"), "unknown kind of model 'magic'; have openai, vllm"),
        (("--latency", -1), "--latency is -1.0; it must be 0 seconds or more"),
        (("--latency", 0, "--model", "x"), "--latency simulates a model, so --model, --base-url and --kind cannot go"),
        (("--latency", 0, "--concurrency", "0"), "--concurrency has 0; each number must be 1 or more"),
        (("--latency", 0, "--prompt", "-1"), "--prompt has -1; each number must be 0 or more"),
        (("--latency", 0, "--level", "best"), "unknown level 'best' in --level; have free, schema"),
        (("--latency", 0, "--form", "verse"), "unknown form 'verse'; have tools, hermes, json, python"),
        (("--latency", 0, "--form", "python", "--level", "tools"), "calls in the form 'python' cannot be held to"),
        (("shopp", "--latency", 0), "unknown domain 'shopp'"),
        (("--latency", 0, "--tasks", "none.jsonl"), "none.jsonl: cannot be read"),
        (("--latency", 0, "--plot", "plot.gif"), "plot.gif: a plot is named .svg, .png or .pdf"),
        (("--latency", 0, "--out", "/dev/null/x.json"), "/dev/null/x.json: cannot be written (File exists)"),
        (("--legality", "--latency", 0), "--legality asks a model for single responses, so --latency cannot go"),
        (("--model", "x", "--kind", "vllm", "--workers", 2), "the engine runs in one process, so --workers cannot go"),
        (
            ("--legality", "--workers", 2),
            "--legality asks a model for single responses, so --workers cannot go with it",
        ),
        (("--legality", "--prompt", "5", "--plot", "x.svg"), "--plot, --prompt cannot go with it"),
        (("--legality", "--model", "x", "--base-url", DEAD), "--legality asks at one pace; give one number with"),
        (("--model", "x", "--base-url", DEAD), "http://127.0.0.1:1/v1 cannot be reached: Connection refused"),
        (("--legality", "--concurrency", 1, "--model", "x", "--base-url", DEAD), "cannot be reached: Connection ref"),
    ],
)
def test_bad_input_is_one_sentence(refused: Callable[..., str], words: tuple[object, ...], said: str) -> None:
    assert said in refused(*words)


def test_a_plot_without_matplotlib_is_refused_before_anything_is_measured(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "matplotlib":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    told = refused("--latency", 0, "--plot", tmp_path / "x.svg")
    assert told == "a plot needs matplotlib; run: pip install matplotlib"


def test_files_that_cannot_be_written_later_are_told_too(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(commands._Files, "check", lambda files: None)
    quick = ("mail", "--latency", 0, "--episodes", 1, "--concurrency", 1)
    assert "cannot be written (Is a directory)" in refused(*quick, "--out", tmp_path)
    (tmp_path / "x.svg").mkdir()
    assert "x.svg: cannot be written (Is a directory)" in refused(*quick, "--plot", tmp_path / "x.svg")


def test_looking_whether_a_file_can_be_written_leaves_none(refused: Callable[..., str], tmp_path: Path) -> None:
    refused("--out", tmp_path / "run.json", "--plot", tmp_path / "run.svg")
    assert not list(tmp_path.iterdir())
