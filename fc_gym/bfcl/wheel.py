"""The official package as a wheel: how it is downloaded, and what of it is data that we read."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from fc_gym.bfcl.constants import SOURCE
from fc_gym.bfcl.tasks import CATEGORIES
from fc_gym.errors import RecordError

__all__ = ["MAX_BYTES", "VERSION", "Wheel", "download", "read_wheel"]

VERSION = "2026.3.23"
"""The version of `bfcl-eval` whose results ours are proved against."""

MAX_BYTES = 64_000_000
"""Most bytes that are unpacked; the official data takes 3 million."""

_PACKAGE = "bfcl_eval/"
_DATA = f"{_PACKAGE}data/"
_CODE = f"{_PACKAGE}{SOURCE}"
# Only names of these forms are ever written, so none leads out of the folder.
_READ = re.compile(
    r"(possible_answer/)?BFCL_v4_(multi_turn_[a-z_]+|memory|web_search)\.json"
    r"|(multi_turn_func_doc|memory_prereq_conversation)/[a-z_]+\.json"
    r"|LICENSE"
)
_NAMED = re.compile(r"bfcl_eval-([0-9A-Za-z.!+_]+)\.dist-info/METADATA")
_LICENSE = re.compile(r"bfcl_eval-[^/]+\.dist-info/(licenses/)?LICENSE")
_TASKS = [f"BFCL_v4_multi_turn_{category}.json" for category in CATEGORIES]
_NEEDED = (*_TASKS, *(f"possible_answer/{name}" for name in _TASKS))


@dataclass(frozen=True)
class Wheel:
    """What is read of a wheel."""

    version: str
    """Version of the package."""
    files: Mapping[str, bytes]
    """Path in the official data folder to the bytes of the file, sorted by path."""
    code: bytes
    """The module that holds the long-context values."""


def download(version: str, folder: Path) -> Path:
    """Download the official package with pip; nothing is installed or run.

    Args:
        version: Which version.
        folder: Where the wheel goes.

    Returns:
        The wheel.

    Raises:
        RecordError: If pip cannot do it.
    """
    words = ["download", "--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--dest"]
    command = [sys.executable, "-m", "pip", *words, str(folder), f"bfcl-eval=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    found = sorted(folder.glob("*.whl"))
    if done.returncode or not found:
        raise RecordError(
            f"pip cannot download bfcl-eval {version} ({_last(done.stderr)}); with --wheel FILE the data is taken from "
            f"a wheel that you have"
        )
    return found[0]


def read_wheel(path: Path) -> Wheel:
    """Read the data of a wheel into memory.

    Args:
        path: The wheel.

    Raises:
        RecordError: If the file cannot be read, is damaged or too large, or is no wheel of `bfcl-eval`.
    """
    version, content = _unpacked(path)
    if not version:
        raise RecordError(f"{path}: is no wheel of bfcl-eval")
    for name in (*_NEEDED, _CODE):
        if name not in content:
            raise RecordError(f"{path}: bfcl-eval {version} has no {name}; version {VERSION} has it")
    code = content.pop(_CODE)
    return Wheel(version, dict(sorted(content.items())), code)


def _unpacked(path: Path) -> tuple[str, dict[str, bytes]]:
    try:
        with ZipFile(path) as archive:
            versions = [found[1] for name in archive.namelist() if (found := _NAMED.fullmatch(name))]
            wanted = {name: info for info in archive.infolist() if (name := _wanted(info.filename))}
            _check_size(path, wanted.values())
            return "".join(versions[:1]), {name: archive.read(info) for name, info in wanted.items()}
    except RecordError:
        raise
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror or error}") from None
    except Exception as error:  # zipfile tells of damage in a dozen ways
        raise RecordError(f"{path}: is no wheel, or a damaged one ({error})") from None


def _wanted(member: str) -> str:
    """Return what a member of the wheel is called in the folder of the data; nothing if it is not read."""
    if member == _CODE:
        return _CODE
    if _LICENSE.fullmatch(member):
        return "LICENSE"
    name = member.removeprefix(_DATA)
    return name if name != member and _READ.fullmatch(name) else ""


def _check_size(path: Path, members: Iterable[ZipInfo]) -> None:
    # zipfile unpacks no more of a member than it declares
    size = sum(info.file_size for info in members)
    if size > MAX_BYTES:
        raise RecordError(f"{path}: its data takes {size} bytes; bfcl-eval has less than {MAX_BYTES}")


def _last(told: str) -> str:
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["it says nothing"])[-1]
