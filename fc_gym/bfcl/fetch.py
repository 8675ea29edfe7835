"""Getting the official data: out of the wheel of `bfcl-eval`, into a folder that is whole or not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp

import orjson

from fc_gym.bfcl.constants import COPY, read_source
from fc_gym.bfcl.wheel import VERSION, download, read_wheel
from fc_gym.errors import RecordError

__all__ = ["MANIFEST", "Fetched", "FetchedFile", "fetch"]

MANIFEST = "fetched.json"
"""Name of the file that tells version, sizes and digests of what was fetched."""


@dataclass(frozen=True)
class FetchedFile:
    """One file that was written."""

    name: str
    """Path in the folder, with `/`."""
    size: int
    """Bytes."""
    sha256: str
    """Digest in hexadecimal."""


@dataclass(frozen=True)
class Fetched:
    """What was fetched."""

    folder: Path
    """Where it lies."""
    version: str
    """Version of `bfcl-eval` that it comes from."""
    files: tuple[FetchedFile, ...]
    """What is there, sorted by name, without the manifest."""


def fetch(out: str | Path, wheel: str | Path | None = None, version: str = VERSION) -> Fetched:
    """Write the official data into a folder; what an earlier fetch wrote there is replaced.

    Args:
        out: The folder, which appears when all is written.
        wheel: The wheel of `bfcl-eval`; without it, one is downloaded.
        version: Which version to download.

    Returns:
        What was written.

    Raises:
        RecordError: If the wheel cannot be had or read, or the folder cannot be written or holds other files.
    """
    folder = Path(out).resolve()
    _check_free(folder)
    with TemporaryDirectory(prefix="fc-gym-bfcl-") as temporary:
        path = Path(wheel) if wheel is not None else download(version, Path(temporary))
        read = read_wheel(path)
    values = orjson.dumps(read_source(read.code, path))
    content = dict(sorted({**read.files, COPY: values}.items()))
    files = tuple(FetchedFile(name, len(raw), sha256(raw).hexdigest()) for name, raw in content.items())
    fetched = Fetched(folder, read.version, files)
    try:
        _write(folder, {**content, MANIFEST: _manifest(fetched)})
    except OSError as error:
        raise RecordError(f"{folder}: cannot be written ({error.strerror or error})") from None
    return fetched


def _check_free(folder: Path) -> None:
    """Refuse a folder that holds what no fetch wrote, since it is replaced as a whole."""
    if folder.exists() and not folder.is_dir():
        raise RecordError(f"{folder}: is a file; name a folder")
    ours = _listed(folder / MANIFEST)
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name not in ours and not path.is_dir():
            raise RecordError(f"{folder}: holds {name}, which was not fetched; name an empty or new folder")


def _listed(manifest: Path) -> set[str]:
    try:
        return {MANIFEST, *orjson.loads(manifest.read_bytes())["files"]}
    except (OSError, ValueError, TypeError, KeyError):
        return set()


def _manifest(fetched: Fetched) -> bytes:
    files = {one.name: {"bytes": one.size, "sha256": one.sha256} for one in fetched.files}
    return orjson.dumps({"version": fetched.version, "files": files}, option=orjson.OPT_INDENT_2)


def _write(folder: Path, content: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, raw in content.items():
            path = workplace / "new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        _exchange(folder, workplace / "new", workplace / "old")
    finally:
        rmtree(workplace, ignore_errors=True)


def _exchange(folder: Path, new: Path, old: Path) -> None:
    try:
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
