"""The commands `check` and `check-env`: proofs that worlds and environments keep their promises."""

from __future__ import annotations

import warnings
from contextlib import redirect_stdout
from io import StringIO
from typing import Annotated

import gymnasium as gym
import typer
from gymnasium.utils.env_checker import check_env as gymnasium_check

from fc_gym.catalogue import domain_names, env_ids
from fc_gym.checks import Report, check_domain
from fc_gym.cli.console import console, progress, say, say_json, sentence, table
from fc_gym.registration import load_domain

__all__ = ["check", "check_env"]


def check(
    domains: Annotated[list[str], typer.Argument(help="Names, or classes as file.py:Class; `all`: every domain.")],
    seeds: Annotated[int, typer.Option(min=1, help="How many start states to play from.")] = 8,
    calls: Annotated[int, typer.Option(min=1, help="How many calls to make from each.")] = 120,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Check that domains keep their promises; ends with 1 if one does not."""
    found = [load_domain(name) for name in _named(domains)]
    reports = []
    with progress("checking domains", len(found)) as advance:
        for one in found:
            reports.append(check_domain(one, seeds=seeds, calls=calls))
            advance()
    if json:
        say_json([_plain(report) for report in reports])
    else:
        _print(reports)
    raise typer.Exit(0 if all(report.ok for report in reports) else 1)


def check_env(
    ids: Annotated[list[str] | None, typer.Argument(help="Gymnasium ids; all of ours if none is given.")] = None,
) -> None:
    """Run Gymnasium's own check on environments, warnings counted as errors; ends with 1 if one fails."""
    rows = []
    names = ids or env_ids()
    with progress("checking environments", len(names)) as advance:
        for env_id in names:
            rows.append((env_id, _env_verdict(env_id)))
            advance()
    console.print(table("check_env", ("id", "verdict"), rows))
    raise typer.Exit(0 if all(verdict == "ok" for _, verdict in rows) else 1)


def _named(domains: list[str]) -> list[str]:
    names = [name for one in domains for name in (domain_names() if one == "all" else (one,))]
    return list(dict.fromkeys(names))


def _print(reports: list[Report]) -> None:
    columns = ("check", *(column for report in reports for column in (report.domain, "tried")))
    rows = []
    for together in zip(*(report.rows() for report in reports), strict=True):
        cells = [cell for row in together for cell in (row["verdict"], row["tried"])]
        rows.append((together[0]["check"], *cells))
    console.print(table("checks", columns, rows))
    for report in reports:
        for one in report.findings:
            say(f"{one.severity}: {report.domain}: {one.check}: {sentence(str(one))}")
        for row in report.rows():
            if row["skipped"]:
                say(f"left out: {report.domain}: {row['check']}: {sentence(row['skipped'])}")
        for checked in report.checks:
            if checked.noted:
                say(f"noted: {report.domain}: {checked.check}: {sentence(checked.noted)}")


def _plain(report: Report) -> dict[str, object]:
    findings = [
        {"check": one.check, "where": one.where, "message": one.message, "severity": one.severity}
        for one in report.findings
    ]
    return {"domain": report.domain, "ok": report.ok, "checks": report.rows(), "findings": findings}


def _env_verdict(env_id: str) -> str:
    try:
        # human rendering, which is tried too, prints
        with warnings.catch_warnings(), redirect_stdout(StringIO()):
            warnings.simplefilter("error")
            env = gym.make(env_id)
            gymnasium_check(env.unwrapped)
            env.close()
    except Exception as error:
        return f"{type(error).__name__}: {sentence(str(error))}"
    return "ok"
