from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from fc_gym.bfcl import wheel as wheels
from fc_gym.bfcl.fetch import fetch
from fc_gym.bfcl.home import data_home
from fc_gym.bfcl.tasks import CATEGORIES, load_docs, load_tasks
from fc_gym.bfcl.wheel import read_wheel
from fc_gym.cli.app import app
from fc_gym.errors import RecordError

REAL = os.environ.get("FC_GYM_BFCL_WHEEL", "")
CODE = "bfcl_eval/eval_checker/multi_turn_eval/func_source_code/long_context.py"
BASE = "BFCL_v4_multi_turn_base.json"
WANTED = {
    *(f"BFCL_v4_multi_turn_{name}.json" for name in CATEGORIES),
    *(f"possible_answer/BFCL_v4_multi_turn_{name}.json" for name in CATEGORIES),
    "BFCL_v4_memory.json", "LICENSE", "long_context.json", "memory_prereq_conversation/memory_customer.json",
    "multi_turn_func_doc/math_api.json",
}  # fmt: skip

WheelOf = Callable[..., Path]
Pip = Callable[..., list[list[str]]]


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def command(*words: object) -> Any:
    return CliRunner().invoke(app, ["bfcl", "fetch", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    """Let pip do what is told, and return the commands that it gets."""

    def stand_in(*, puts: Path | None = None, says: str = "", ends: int = 0) -> list[list[str]]:
        commands: list[list[str]] = []

        def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            commands.append(command)
            if puts is not None:
                (Path(command[command.index("--dest") + 1]) / puts.name).write_bytes(puts.read_bytes())
            return subprocess.CompletedProcess(command, ends, "", says)

        monkeypatch.setattr(wheels.subprocess, "run", run)  # type: ignore[attr-defined]
        return commands

    return stand_in


def test_exactly_the_data_that_we_read_is_written(tmp_path: Path, wheel_of: WheelOf) -> None:
    got = fetch(tmp_path / "deep" / "home", wheel_of())
    found = content(tmp_path / "deep" / "home")
    assert set(found) == WANTED | {"fetched.json"} and got.version == "1.2"
    assert found[BASE] == f"{BASE} asks".encode() and found["LICENSE"] == b"a licence"
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["home"]
    assert not list(tmp_path.rglob("escaped.json"))


def test_the_manifest_tells_version_sizes_and_digests(tmp_path: Path, wheel_of: WheelOf) -> None:
    got = fetch(tmp_path / "home", wheel_of())
    found = content(tmp_path / "home")
    manifest = json.loads(found.pop("fetched.json"))
    digests = {name: {"bytes": len(raw), "sha256": sha256(raw).hexdigest()} for name, raw in found.items()}
    assert manifest == {"version": "1.2", "files": digests}
    assert {one.name: {"bytes": one.size, "sha256": one.sha256} for one in got.files} == digests


def test_the_same_wheel_gives_the_same_bytes(tmp_path: Path, wheel_of: WheelOf) -> None:
    fetch(tmp_path / "one", wheel_of())
    fetch(tmp_path / "two", wheel_of())
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_a_later_fetch_replaces_an_earlier_one(tmp_path: Path, wheel_of: WheelOf) -> None:
    fetch(tmp_path / "home", wheel_of())
    fetch(tmp_path / "home", wheel_of({"bfcl_eval/data/BFCL_v4_memory.json": None, f"bfcl_eval/data/{BASE}": "new"}))
    found = content(tmp_path / "home")
    assert set(found) == (WANTED | {"fetched.json"}) - {"BFCL_v4_memory.json"} and found[BASE] == b"new"


@pytest.mark.parametrize("name", ["mine.txt", "possible_answer/mine.txt", BASE])
def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, wheel_of: WheelOf, name: str) -> None:
    if name != BASE:
        fetch(tmp_path / "home", wheel_of())
    (tmp_path / "home" / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "home" / name).write_text("mine")
    before = content(tmp_path / "home")
    with pytest.raises(RecordError, match=rf"holds {name}, which was not fetched; name an empty or new folder"):
        fetch(tmp_path / "home", wheel_of({f"bfcl_eval/data/{BASE}": "new"}))
    assert content(tmp_path / "home") == before


@pytest.mark.parametrize("manifest", ["{", "[]", "{}", '{"files": 3}'])
def test_a_manifest_of_another_kind_is_no_leave_to_replace(tmp_path: Path, wheel_of: WheelOf, manifest: str) -> None:
    (tmp_path / "fetched.json").write_text(manifest)
    with pytest.raises(RecordError, match=r"holds .*, which was not fetched"):
        fetch(tmp_path, wheel_of())


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path, wheel_of: WheelOf) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(RecordError, match="home: is a file; name a folder"):
        fetch(tmp_path / "home", wheel_of())
    with pytest.raises(RecordError, match=r"home/deep: cannot be written \(.*\)"):
        fetch(tmp_path / "home" / "deep", wheel_of())


@pytest.mark.parametrize("earlier", [True, False])
@pytest.mark.parametrize("stop", ["write_bytes", "rename"])
def test_an_interrupted_fetch_leaves_what_was_there(
    tmp_path: Path, wheel_of: WheelOf, monkeypatch: pytest.MonkeyPatch, stop: str, earlier: bool
) -> None:
    if earlier:
        fetch(tmp_path / "home", wheel_of())
    before, wheel = content(tmp_path), wheel_of({f"bfcl_eval/data/{BASE}": "new"})
    before[wheel.name] = wheel.read_bytes()
    real = getattr(Path, stop)

    def stopped(path: Path, *rest: Any) -> Any:
        if path.name in ("fetched.json", "new"):
            raise KeyboardInterrupt
        return real(path, *rest)

    monkeypatch.setattr(Path, stop, stopped)
    with pytest.raises(KeyboardInterrupt):
        fetch(tmp_path / "home", wheel)
    assert content(tmp_path) == before
    assert (tmp_path / "home").exists() == earlier


def test_a_missing_wheel_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"none\.whl: No such file or directory"):
        fetch(tmp_path / "home", tmp_path / "none.whl")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"bfcl_eval-1.2.dist-info/METADATA": None}, r"\.whl: is no wheel of bfcl-eval$"),
        ({f"bfcl_eval/data/{BASE}": None}, f"bfcl-eval 1.2 has no {BASE}; version 2026.3.23 has it"),
        ({f"bfcl_eval/data/possible_answer/{BASE}": None}, f"bfcl-eval 1.2 has no possible_answer/{BASE}; version"),
        ({CODE: None}, f"bfcl-eval 1.2 has no {CODE}; version"),
        ({CODE: "(" * 3}, r"\.whl: is no Python source"),
    ],
)
def test_a_wheel_of_another_kind_is_refused(
    tmp_path: Path, wheel_of: WheelOf, changes: dict[str, str | None], told: str
) -> None:
    with pytest.raises(RecordError, match=told):
        fetch(tmp_path / "home", wheel_of(changes))
    assert not (tmp_path / "home").exists()


def test_a_wheel_that_unpacks_to_too_much_is_refused(wheel_of: WheelOf, monkeypatch: pytest.MonkeyPatch) -> None:
    path = wheel_of({"bfcl_eval/data/BFCL_v4_live_simple.json": "x" * 10_000})
    size = sum(len(raw) for raw in read_wheel(path).files.values()) + len(read_wheel(path).code)
    monkeypatch.setattr(wheels, "MAX_BYTES", size)
    assert read_wheel(path).version == "1.2"
    monkeypatch.setattr(wheels, "MAX_BYTES", size - 1)
    with pytest.raises(RecordError, match=rf"its data takes {size} bytes; bfcl-eval has less than {size - 1}"):
        read_wheel(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=200)
@given(at=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_wheel_is_refused_or_read_as_it_was(wheel_of: WheelOf, at: int, byte: int, cut: bool) -> None:
    path = wheel_of()
    whole, raw = read_wheel(path), bytearray(path.read_bytes())
    at %= len(raw)
    raw[at:] = b"" if cut else bytes([byte]) + raw[at + 1 :]
    path.write_bytes(raw)
    read = None
    with suppress(RecordError):
        read = read_wheel(path)
    # names have no checksum, so a file may be lost with its name, but none may change
    if read is not None:
        assert not cut and set(read.files.values()) <= set(whole.files.values()) and read.code == whole.code


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.whl").write_text("no archive")
    with pytest.raises(RecordError, match=r"x\.whl: is no wheel, or a damaged one \(File is not a zip file\)"):
        read_wheel(tmp_path / "x.whl")


def test_without_a_wheel_pip_downloads_one(tmp_path: Path, wheel_of: WheelOf, pip: Pip) -> None:
    commands = pip(puts=wheel_of())
    assert fetch(tmp_path / "home", version="1.2").version == "1.2"
    [words] = commands
    assert words[:4] == [sys.executable, "-m", "pip", "download"] and words[-1] == "bfcl-eval==1.2"
    assert {"--no-deps", "--only-binary=:all:"} < set(words)
    assert not Path(words[words.index("--dest") + 1]).exists()


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("WARNING: a\nERROR: b\nERROR: No matching c\n\nnote: d\n", r"\(No matching c\)"),
        ("python: No module named pip\n", r"\(python: No module named pip\)"),
        ("", r"\(it says nothing\)"),
    ],
)
def test_what_pip_says_is_told(tmp_path: Path, pip: Pip, says: str, told: str) -> None:
    for ends in (1, 0):  # the second time it ends well, but there is no wheel
        pip(says=says, ends=ends)
        with pytest.raises(RecordError, match=rf"^pip cannot download bfcl-eval 9 {told}; with --wheel FILE the data"):
            fetch(tmp_path / "home", version="9")
        assert not (tmp_path / "home").exists()


def test_the_command_tells_what_it_wrote(
    tmp_path: Path, wheel_of: WheelOf, monkeypatch: pytest.MonkeyPatch, pip: Pip
) -> None:
    monkeypatch.setenv("FC_GYM_BFCL_DATA", str(tmp_path / "home"))
    done = command("--wheel", wheel_of())
    assert done.exit_code == 0 and done.stdout.startswith("bfcl-eval 1.2 ")
    assert all(name in done.stdout for name in WANTED)
    assert f"data: {tmp_path / 'home'}\n" in done.stdout and "to use it" not in done.stdout
    assert "results are proved to be the official ones for version 2026.3.23 only" in done.stdout
    monkeypatch.setattr("fc_gym.cli.fetch.VERSION", "1.2")
    pip(puts=wheel_of())
    done = command("--out", tmp_path / "other", "--version", "1.2")
    assert "to use it: set FC_GYM_BFCL_DATA to this folder" in done.stdout and "proved" not in done.stdout


def test_the_command_tells_errors_in_one_sentence(tmp_path: Path) -> None:
    done = command("--out", tmp_path / "home", "--wheel", tmp_path / "none.whl")
    assert done.exit_code == 2 and done.stderr == f"fc-gym: {tmp_path / 'none.whl'}: No such file or directory\n"


def test_the_data_lies_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FC_GYM_BFCL_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert data_home() == tmp_path / ".cache" / "fc_gym" / "bfcl"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data_home() == tmp_path / ".cache" / "fc_gym" / "bfcl"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert data_home() == tmp_path / "caches" / "fc_gym" / "bfcl"
    monkeypatch.setenv("FC_GYM_BFCL_DATA", "~/official")
    assert data_home() == tmp_path / "official"
    assert data_home("here") == data_home(Path("here")) == Path("here")
    monkeypatch.setenv("FC_GYM_BFCL_DATA", "")
    assert data_home() == tmp_path / "caches" / "fc_gym" / "bfcl"


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("FC_GYM_BFCL_DATA", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", homeless)
    with pytest.raises(RecordError, match="there is no home folder for the official data; name a folder in FC_GYM_B"):
        data_home()


@pytest.mark.skipif(not REAL, reason="set FC_GYM_BFCL_WHEEL to the wheel of bfcl-eval 2026.3.23")
def test_the_real_wheel_gives_all_tasks(tmp_path: Path) -> None:
    got = fetch(tmp_path / "home", REAL)
    assert got.version == "2026.3.23"
    assert [len(load_tasks(got.folder, category)) for category in CATEGORIES] == [200] * 4
    assert sum(map(len, load_docs(got.folder).values())) == 128
