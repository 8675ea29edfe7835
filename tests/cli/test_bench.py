from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.cli import bench, checkout
from fc_gym.cli.checkout import Order, benchmarks_run
from fc_gym.cli.measured import Measured, Run, Series, changes, exponent, read_run, run_of
from fc_gym.errors import FcGymError, RecordError

Written = Callable[..., Path]

ROWS = (
    Measured("step: bare", "step", 0.5, 0.45, 0.55, 0.6, 0.38, "within"),
    Measured("reset", "reset", 0.3, 0.3, 0.3, 0.25, 0.06, "OVER"),
    Measured("dialogue", "synth", None, None, None, 15.0, 3.0, "none made"),
    Measured("fork, 5 KB", "fork", 0.1, 0.1, 0.1, series="fork, 3 MB : 5 KB", size=26, limit=1.5),
    Measured("fork, 3 MB", "fork", 0.2, 0.2, 0.2, series="fork, 3 MB : 5 KB", size=15700, limit=1.5),
)
GROWN = tuple(
    Measured(f"calls {size}", "growth", 3.0 * size, 3.0, 3.0, series="calls over tools", size=size)
    for size in (10, 100, 1000)
)
RIVALS = (
    Measured("fc_gym by make_vec", "peers", 0.5, 0.5, 0.5, series="vector"),
    Measured("SyncVectorEnv", "peers", 1.5, 1.4, 1.6, series="vector", peer="Gymnasium 1.4.0"),
)

sizes = st.lists(st.integers(1, 10**6), min_size=2, max_size=8, unique=True)


def run_with(*rows: Measured, floor: float = 8.0) -> Run:
    return Run(floor, "3.11.7", 2, rows)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a run as `--out` does."""

    def write(*rows: Measured, name: str = "run.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(run_with(*rows).json()), encoding="utf-8")
        return path

    return write


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Make a checkout with one file of benchmarks, and have it found."""

    def make(text: str, options: str = "") -> Path:
        folder = tmp_path / "benchmarks"
        folder.mkdir(exist_ok=True)
        (folder / "conftest.py").write_text(OPTIONS + options)
        (folder / "test_made.py").write_text(text)
        (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
        monkeypatch.setattr(checkout, "checkout", lambda: tmp_path)
        return tmp_path

    return make


OPTIONS = """
import pytest
def pytest_addoption(parser):
    parser.addoption("--only")
    parser.addoption("--quick", action="store_true")
"""
MEASURES = """
import pytest
@pytest.mark.benchmark(group="step")
def test_one(benchmark):
    benchmark.pedantic(lambda: None, rounds=1)
    benchmark.extra_info.update(what="one", ratio=0.5, low=0.4, high=0.6, floor_us=8.0, budget=0.6, stretch=0.3,
        verdict="within", series="", size=None, limit=None, peer="")
def test_two(benchmark):
    pytest.skip("there is no data")
def test_three(benchmark):
    assert False
"""


def _cells(text: str, name: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"│ {name}"))
    return [cell.strip() for cell in line.split("│")[1:-1]]


@given(sizes, st.floats(-3, 3), st.floats(1e-6, 1e6))
def test_the_exponent_of_a_power_is_found(sizes: list[int], power: float, factor: float) -> None:
    times = [factor * (size / max(sizes)) ** power for size in sizes]
    if min(times) > 1e-9:
        assert math.isclose(exponent(sizes, times), power, abs_tol=1e-6)


@given(sizes, st.floats(1e-3, 1e3), st.data())
def test_the_exponent_does_not_depend_on_the_unit_or_the_order(sizes: list[int], unit: float, data: Any) -> None:
    times = data.draw(st.lists(st.floats(0.01, 100), min_size=len(sizes), max_size=len(sizes)))
    found = exponent(sizes, times)
    turned = exponent(sizes[::-1], [unit * time for time in reversed(times)])
    assert math.isclose(found, turned, rel_tol=1e-6, abs_tol=1e-6)


@given(sizes, st.floats(0.01, 100))
def test_what_does_not_grow_has_the_exponent_zero(sizes: list[int], time: float) -> None:
    assert abs(exponent(sizes, [time] * len(sizes))) < 1e-9


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0.1, 10))
def test_a_series_is_over_exactly_beyond_its_limit(first: float, last: float, limit: float) -> None:
    series = Series("", (1, 2), (first, last), limit)
    assert (series.verdict == "OVER") == (last / first > limit)


@given(st.floats(0.01, 100), st.floats(0.0, 0.3), st.floats(0.3, 3))
def test_a_change_is_told_only_beyond_the_noise(old: float, wide: float, by: float) -> None:
    pair = [
        Measured("", "", ratio, ratio * (1 - wide), ratio * (1 + wide), None, None, "") for ratio in (old, old * by)
    ]
    (change,) = changes(run_with(pair[0]), run_with(pair[1]))
    assert change.noise >= max(0.2, 2 * wide - 1e-9)
    assert bool(change.verdict) == (abs(change.share or 0.0) > change.noise)
    assert change.verdict in ("", "slower" if by > 1 else "faster")


def test_what_is_written_is_read_again(written: Written) -> None:
    assert read_run(written(*ROWS, *GROWN, *RIVALS)) == run_with(*ROWS, *GROWN, *RIVALS)


def test_the_table_has_ratios_budgets_and_verdicts(command: Any, written: Written) -> None:
    done = command("bench", "--read", written(*ROWS))
    assert done.exit_code == 0
    assert _cells(done.stdout, "step: bare") == [
        "step: bare", "0.500 (0.450 to 0.550)", "250,000", "0.600", "0.380", "within",
    ]  # fmt: skip
    assert _cells(done.stdout, "dialogue") == ["dialogue", "none made", "", "15.0", "3.000", "none made"]
    assert _cells(done.stdout, "fork, 3 MB : 5 KB") == ["fork, 3 MB : 5 KB", "2.000 times", "", "1.500", "", "OVER"]
    assert "FLOOR: 8.00 microseconds; Python 3.11.7, 2 processors" in done.stdout
    assert "growth" not in done.stdout
    assert "peers" not in done.stdout


def test_growth_has_a_table_with_exponents(command: Any, written: Written) -> None:
    done = command("bench", "--read", written(*GROWN))
    assert _cells(done.stdout, "calls over tools") == [
        "calls over tools", "10 to 1,000", "30.0 to 3,000", "100", "", "1.00", "",
    ]  # fmt: skip
    assert "against the FLOOR" not in done.stdout


def test_peers_are_compared_with_us(command: Any, written: Written) -> None:
    text = command("bench", "--read", written(*RIVALS)).stdout
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")]
    assert [(row[1], row[4]) for row in rows] == [("fc_gym", "1.00"), ("Gymnasium 1.4.0", "3.00")]


def test_compare_tells_what_changed(command: Any, written: Written) -> None:
    slower = Measured("step: bare", "step", 1.0, 0.9, 1.1, 0.6, 0.38, "OVER")
    old = written(*ROWS[:2], name="old.json")
    text = command("bench", "--read", written(slower, ROWS[2]), "--compare", old).stdout.partition("changes")[2]
    assert _cells(text, "step: bare") == ["step: bare", "0.500", "1.000", "+100 %", "20 %", "slower"]
    assert "all together: +100 % (median)" in text
    assert _cells(text, "reset") == ["reset", "0.300", "", "", "", "gone"]


def test_out_is_free_of_times_and_names(command: Any, written: Written, tmp_path: Path) -> None:
    out = tmp_path / "folder" / "out.json"
    assert command("bench", "--read", written(*ROWS), "--out", out).exit_code == 0
    body = json.loads(out.read_text(encoding="utf-8"))
    assert set(body) == {"floor_us", "machine", "rows"}
    assert set(body["machine"]) == {"python", "cpus"}


@pytest.mark.parametrize("rows", [ROWS, GROWN, RIVALS, (*ROWS, *GROWN, *RIVALS), ()])
def test_the_plot_is_the_same_every_time(
    command: Any, written: Written, tmp_path: Path, rows: tuple[Measured, ...]
) -> None:
    pytest.importorskip("matplotlib")
    path, again = tmp_path / "one.svg", tmp_path / "two.svg"
    for one in (path, again):
        assert command("bench", "--read", written(*rows), "--plot", one).exit_code == 0
    assert path.read_bytes() == again.read_bytes()


def test_a_plot_of_no_known_kind_is_refused(refused: Any, written: Written) -> None:
    pytest.importorskip("matplotlib")
    assert "plot.gif: a plot is named .svg, .png or .pdf" in refused(
        "bench", "--read", written(*ROWS), "--plot", "plot.gif"
    )


def test_without_matplotlib_the_plot_says_so(refused: Any, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    told = refused("bench", "--read", written(*ROWS), "--plot", "plot.svg")
    assert "a plot needs matplotlib; run: pip install matplotlib" in told


@pytest.mark.parametrize("option", ["--out", "--plot"])
def test_what_cannot_be_written_is_told(refused: Any, written: Written, tmp_path: Path, option: str) -> None:
    pytest.importorskip("matplotlib")
    taken = tmp_path / "taken"
    taken.write_text("")
    assert "cannot be written" in refused("bench", "--read", written(*ROWS), option, taken / "run.svg")


BAD: list[Any] = [
    "[", "[]", "{}", "null", '{"floor_us": 1, "machine": {"python": "3", "cpus": 2}, "rows": [{}]}',
    '{"floor_us": "x", "machine": {"python": "3", "cpus": 2}, "rows": []}',
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("option", ["--read", "--compare"])
def test_a_file_that_is_no_run_is_refused(refused: Any, tmp_path: Path, text: str, option: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    told = refused("bench", option, path)
    assert "bad.json: no record of a benchmark run" in told
    assert "`fc-gym bench --out` writes one" in told


@pytest.mark.parametrize(("name", "value"), [("ratio", "fast"), ("ratio", -1), ("what", 3), ("group", None)])
def test_a_row_with_a_wrong_value_is_refused(tmp_path: Path, name: str, value: object) -> None:
    body = run_with(*ROWS[:1]).json()
    body["rows"][0][name] = value
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(body))
    with pytest.raises(RecordError, match=rf"no record of a benchmark run \(ValueError: {name} is"):
        read_run(path)


def test_a_file_that_is_not_there_is_refused(refused: Any) -> None:
    assert "none.json: cannot be read (No such file or directory)" in refused("bench", "--read", "none.json")


def test_without_a_checkout_it_says_so(refused: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("fc_gym.__file__", str(tmp_path / "site" / "fc_gym" / "__init__.py"))
    monkeypatch.chdir(tmp_path)
    assert "run this in a checkout of the sources, where benchmarks/ is" in refused("bench")


def test_the_current_folder_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("fc_gym.__file__", str(tmp_path / "site" / "fc_gym" / "__init__.py"))
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "conftest.py").write_text("")
    monkeypatch.chdir(tmp_path)
    assert checkout.checkout() == tmp_path


def test_without_pytest_benchmark_it_says_so(refused: Any, sources: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sources("")
    monkeypatch.setattr(checkout, "find_spec", lambda name: None)
    assert "benchmarks need pytest-benchmark; run: pip install pytest-benchmark" in refused("bench")


needs_benchmark = pytest.mark.skipif(
    find_spec("pytest_benchmark") is None, reason="pytest-benchmark is not installed; pip install -e '.[dev]'"
)


@needs_benchmark
def test_what_ran_is_read_and_what_did_not_is_told(sources: Any) -> None:
    sources(MEASURES)
    seen: list[int] = []
    run, missing = benchmarks_run(Order(quick=True, only="step"), lambda: seen.append(1))
    assert run is not None
    assert [(row.what, row.group, row.ratio, row.verdict) for row in run.rows] == [("one", "step", 0.5, "within")]
    assert (run.floor_us, len(seen)) == (8.0, 3)
    assert any("there is no data" in reason for reason in missing)
    assert any("test_three failed; run it with pytest to see why" in reason for reason in missing)


@needs_benchmark
def test_if_nothing_is_measured_it_says_why(command: Any, sources: Any) -> None:
    sources("import pytest\ndef test_one(benchmark):\n    pytest.skip('there is no data')\n")
    done = command("bench")
    assert done.exit_code == 2
    assert "fc-gym: not measured: there is no data" in done.stderr
    assert "fc-gym: nothing was measured" in done.stderr


@needs_benchmark
def test_pytest_complaints_are_passed_on(refused: Any, sources: Any) -> None:
    hook = "def pytest_collection_modifyitems():\n    raise pytest.UsageError('there is no group x')\n"
    sources(MEASURES, options=hook)
    assert "no benchmark ran: there is no group x" in refused("bench", "--only", "x")


def test_growth_and_peers_are_run_only_if_asked_for(tmp_path: Path) -> None:
    for name in ("test_step.py", "test_growth.py", "test_peers.py", "floor.py"):
        (tmp_path / name).write_text("")
    orders = (Order(), Order(growth=True), Order(growth=True, peers=True))
    files = [order.files(tmp_path) for order in orders]
    assert [[Path(one).name for one in some] for some in files] == [
        ["test_step.py"], ["test_growth.py"], ["test_growth.py", "test_peers.py"],
    ]  # fmt: skip


def test_a_run_of_pytest_without_measurements_of_ours_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "measured.json"
    path.write_text(json.dumps({"benchmarks": [{"group": None, "extra_info": {}}]}))
    with pytest.raises(FcGymError, match="nothing that was measured is held against the FLOOR"):
        run_of(path)


def _share(**changes: Any) -> dict[str, Any]:
    memory = {"start": 60.0, "warm": 70.0, "end": 71.0}
    share = {"worker": 0, "steps": 100, "episodes": 9, "refused": 3, "seconds": 2.0, "errors": 0, "messages": []}
    return {**share, "megabytes": memory, **changes}


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        ({}, 0, "nothing went wrong, and memory is flat"),
        ({"errors": 1, "messages": ["shop: KeyError: 'x'"]}, 1, "errors, or memory grew"),
        ({"megabytes": {"start": 60.0, "warm": 70.0, "end": 75.0}}, 1, "errors, or memory grew by 5 MB or more"),
        ({"megabytes": {"start": None, "warm": None, "end": None}}, 0, "not known here"),
    ],
)
def test_a_soak_ends_with_one_if_something_went_wrong(
    command: Any, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], code: int, told: str
) -> None:
    monkeypatch.setattr(bench, "soak_run", lambda steps, workers: {"domains": 9, "shares": [_share(**changes)]})
    done = command("bench", "--soak", 100)
    assert done.exit_code == code
    assert told in done.stdout
    assert all(message in done.stderr for message in changes.get("messages", []))


def test_a_soak_goes_alone(refused: Any) -> None:
    assert "--soak measures nothing else" in refused("bench", "--soak", 100, "--growth")


def test_a_soak_that_breaks_off_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "soak.py").write_text("raise SystemExit(3)")
    monkeypatch.setattr(checkout, "checkout", lambda: tmp_path)
    with pytest.raises(FcGymError, match="the soak broke off with exit code 3"):
        checkout.soak_run(10, 1)


def test_a_short_soak_runs_and_nothing_goes_wrong() -> None:
    body = checkout.soak_run(60, 1)
    assert [(one["steps"], one["errors"]) for one in body["shares"]] == [(60, 0)]
    assert set(body["shares"][0]["megabytes"]) == {"start", "warm", "end"}
