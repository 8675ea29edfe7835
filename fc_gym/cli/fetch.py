"""The command `bfcl fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fc_gym.bfcl import fetch as fetching
from fc_gym.bfcl.home import DATA, data_home
from fc_gym.bfcl.wheel import VERSION
from fc_gym.cli.console import console, progress, say, table

__all__ = ["fetch"]


def fetch(
    out: Annotated[Path | None, typer.Option(help="Where the data goes; by default, where it is looked for.")] = None,
    wheel: Annotated[Path | None, typer.Option(help="A wheel of bfcl-eval; downloaded if none is given.")] = None,
    version: Annotated[str, typer.Option(help="Version of bfcl-eval to download.")] = VERSION,
) -> None:
    """Fetch the official tasks, ground truths, function descriptions and long-context values."""
    with progress(f"fetching {wheel or f'bfcl-eval {version}'}") as advance:
        got = fetching.fetch(data_home(out), wheel, version)
        advance()
    rows = [(one.name, one.size, one.sha256[:16]) for one in got.files]
    console.print(table(f"bfcl-eval {got.version}", ("file", "bytes", "sha256 begins"), rows))
    say(f"data: {got.folder}")
    if got.folder != data_home().resolve():
        say(f"to use it: set {DATA} to this folder")
    if got.version != VERSION:
        say(f"results are proved to be the official ones for version {VERSION} only")
