from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fc_gym.bfcl.bulk import bulk
from fc_gym.bfcl.constants import COPY, SOURCE, read_copy, read_source
from fc_gym.bfcl.fetch import fetch
from fc_gym.bfcl.play import Session, make
from fc_gym.errors import RecordError, TaskError

STOCKS = {"authenticated": True, "stocks": {"AAA": {"price": 1.0}}, "watch_list": ["Z"], "transaction_history": []}
ORDERS = {"orders": {"1": {"id": 1, "symbol": "AAA"}}}
FILES = {"root": {"w": {"type": "directory", "contents": {}}}}

WheelOf = Callable[..., Path]


@pytest.fixture(autouse=True)
def no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a folder of data nor the official package."""
    monkeypatch.setenv("FC_GYM_BFCL_DATA", str(tmp_path / "none" / "home"))
    monkeypatch.syspath_prepend(tmp_path)  # keeps the path, and gives it back afterwards
    sys.path[:] = [one for one in sys.path if not (Path(one) / "bfcl_eval").is_dir()]
    monkeypatch.delitem(sys.modules, "bfcl_eval", raising=False)


@pytest.fixture
def fetched(tmp_path: Path, wheel_of: WheelOf, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data that is in use."""
    monkeypatch.setenv("FC_GYM_BFCL_DATA", str(tmp_path / "home"))
    return fetch(tmp_path / "home", wheel_of()).folder


def package(folder: Path, text: str) -> Path:
    path = folder / "bfcl_eval" / SOURCE
    path.parent.mkdir(parents=True)
    path.write_text(text)
    (folder / "bfcl_eval" / "__init__.py").write_text("raise SystemExit('imported')")
    return path


def value(session: Session, tool: str, **arguments: Any) -> Any:
    return session.call(tool, arguments)["value"]


def test_the_source_is_read_and_not_run(constants: str) -> None:
    read = read_source(("raise SystemExit\n" + constants + "\nLATER = exit()\n").encode(), "x")
    assert len(read) == 16 and read["MA_5_EXTENSION"] == [1.25, 2.5] and "LATER" not in read
    assert read["LONG_WEATHER_EXTENSION"] == {"-1_day": {"windSpeed": -0.5, "uvIndex": 6}}


def test_the_ellipsis_is_left_out_since_json_has_none(constants: str) -> None:
    read = read_source(constants.encode(), "x")
    assert read["WATCH_LIST_EXTENSION"] == ["AAA", "BBB"]
    assert read_source(constants.replace(", ...]", "]").encode(), "x") == read
    assert repr(read_copy(json.dumps(read).encode(), "x")) == repr(read)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("MA_5_EXTENSION = [1.25, 2.5]", "", "x: the value MA_5_EXTENSION is missing"),
        ("[1.25, 2.5]", "list(LATER)", "x, line 7: a literal should stand here"),
        ("[1.25, 2.5]", "[1.25, 'a']", "x: the value MA_5_EXTENSION has another form than the official one"),
        ("[1.25, 2.5]", "7", "x: the value MA_5_EXTENSION has another form than the official one"),
        ("[1.25, 2.5]", "{1.0: 2.0}", "x: the value MA_5_EXTENSION has another form than the official one"),
        ('"BBB", ...]', '..., "BBB"]', "x: the value WATCH_LIST_EXTENSION has another form than the official one"),
        ("MA_5_EXTENSION = [1.25, 2.5]", "(((", "x: is no Python source"),
        ("LATER = ", "\0", "x: is no Python source"),
        ("[1.25, 2.5]", "-" * 100_000 + "1", "x: is no Python source|x, line 7: a literal should stand here"),
    ],
)
def test_a_source_of_another_form_is_told(constants: str, old: str, new: str, told: str) -> None:
    assert old in constants
    with pytest.raises(RecordError, match=told):
        read_source(constants.replace(old, new).encode(), "x")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "a JSON object should stand here, not list"),
        ("{}", "the value AUTOMOBILE_EXTENSION is missing"),
        ('{"AUTOMOBILE_EXTENSION": null}', "the value AUTOMOBILE_EXTENSION has another form"),
    ],
)
def test_a_copy_of_another_form_is_told_with_what_to_do(fetched: Path, text: str, told: str) -> None:
    with pytest.raises(RecordError, match=f"x: {told}"):
        read_copy(text.encode(), "x")
    (fetched / COPY).write_text(text)
    with pytest.raises(TaskError, match=rf"long_context\.json: {told}.*; `fc-gym bfcl fetch` gets the official data"):
        bulk()


def test_values_that_are_nowhere_are_told_with_what_to_do(tmp_path: Path) -> None:
    told = r"neither .*none/home nor an installed bfcl_eval has them; `fc-gym bfcl fetch` gets the official data"
    with pytest.raises(TaskError, match=told):
        bulk()


@pytest.mark.parametrize(
    ("name", "config", "call"),
    [
        ("TradingBot", STOCKS, "get_stock_info('AAA')"),
        ("VehicleControlAPI", {}, "check_tire_pressure()"),
        ("TravelAPI", {}, ""),
        ("GorillaFileSystem", FILES, ""),
    ],
)
def test_missing_values_are_no_result(name: str, config: dict[str, Any], call: str) -> None:
    with pytest.raises(TaskError, match="fc-gym bfcl fetch"):
        make([name], {name: config}, long_context=True).exec([call])
    make([name], {name: config}).exec([call])


def test_a_file_that_cannot_be_read_is_told(fetched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(TaskError, match=r"long_context\.json: Permission denied; `fc-gym bfcl fetch` gets"):
        bulk()


def test_values_are_read_once_and_again_if_the_folder_changes(
    fetched: Path, tmp_path: Path, wheel_of: WheelOf, constants: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bulk()
    (fetched / COPY).unlink()
    assert bulk() is first
    code = f"bfcl_eval/{SOURCE}"
    fetch(tmp_path / "fc_gym" / "bfcl", wheel_of({code: constants.replace("Pull.", "Push.")}))
    monkeypatch.delenv("FC_GYM_BFCL_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert bulk().vehicle.parking_brake == "Push." and first.vehicle.parking_brake == "Pull."


def test_values_fetched_after_a_complaint_are_found(tmp_path: Path, wheel_of: WheelOf) -> None:
    with pytest.raises(TaskError):
        bulk()
    fetch(tmp_path / "none" / "home", wheel_of())
    assert bulk().vehicle.parking_brake == "Pull."


def test_an_installed_package_is_read_without_being_imported(
    tmp_path: Path, constants: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path / "site", constants)
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert bulk().files.images == ("one.jpg", "two.jpg") and "bfcl_eval" not in sys.modules


def test_a_folder_of_fetched_data_wins_over_the_installed_package(
    fetched: Path, tmp_path: Path, constants: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path / "site", constants.replace("Pull.", "Push."))
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert bulk().vehicle.parking_brake == "Pull."


def test_a_checkout_has_the_values_beside_its_data(
    tmp_path: Path, constants: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path / "checkout", constants)
    monkeypatch.setenv("FC_GYM_BFCL_DATA", str(tmp_path / "checkout" / "bfcl_eval" / "data"))
    assert bulk().vehicle.parking_brake == "Pull."


def test_a_damaged_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path / "site", "x = 1")
    monkeypatch.syspath_prepend(tmp_path / "site")
    with pytest.raises(TaskError, match=r"long_context\.py: the value AUTOMOBILE_EXTENSION is missing; `fc-gym bfcl"):
        bulk()


def test_a_stand_in_for_the_package_has_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bfcl_eval", ModuleType("bfcl_eval"))
    with pytest.raises(TaskError, match="nor an installed bfcl_eval has them"):
        bulk()


@pytest.mark.usefixtures("fetched")
def test_the_trading_tools_tell_the_values() -> None:
    session = make(["TradingBot"], {"TradingBot": STOCKS | ORDERS}, long_context=True)
    assert value(session, "get_stock_info", symbol="AAA") == {"price": 1.0, "MA(5)": [1.25, 2.5], "MA(20)": [3.75]}
    assert session.exec(["get_watchlist()"]) == ["['Z', 'AAA', 'BBB', Ellipsis]"]
    assert value(session, "get_order_details", order_id=1)["metadata"] == {"overview": "AAA is AAA, {curly}"}
    assert [one["amount"] for one in value(session, "get_transaction_history")["transaction_history"]] == [1.5]
    assert value(session, "get_available_stocks", sector="Automobile")["stock_list"][-1] == "CCC"
    assert value(session, "get_available_stocks", sector="Technology")["stock_list"][-1] == "TTT"


@pytest.mark.usefixtures("fetched")
def test_the_vehicle_tools_tell_the_values() -> None:
    session = make(["VehicleControlAPI"], {}, long_context=True)
    assert value(session, "displayCarStatus", option="fuel")["metadata"] == "Colour: plaid"
    assert value(session, "check_tire_pressure")["car_info"] == "Colour: plaid"
    assert value(session, "activateParkingBrake", mode="engage")["parkingBrakeInstruction"] == "Pull."
    assert value(session, "estimate_distance", cityA="1", cityB="2")["intermediaryCities"] == ["Here", "There"]
    told = value(session, "get_outside_temperature_from_google")
    assert told["-1_day"] == {"windSpeed": -0.5, "uvIndex": 6} and list(told)[-1] == "outsideTemperature"


@pytest.mark.usefixtures("fetched")
def test_files_grow_and_the_spared_ones_do_not() -> None:
    entries = {name: {"type": "file", "content": "x"} for name in ("a.txt", "plain.txt")}
    root = {"root": {"w": {"type": "directory", "contents": entries}}}
    session = make(["GorillaFileSystem"], {"GorillaFileSystem": root}, long_context=True)
    listing = value(session, "ls")["current_directory_content"]
    assert listing == ["a.txt", "plain.txt", "one.jpg", "two.jpg"]
    assert value(session, "cat", file_name="a.txt") == {"file_content": "x and more"}
    assert value(session, "cat", file_name="plain.txt") == {"file_content": "x"}


@pytest.mark.usefixtures("fetched")
def test_a_traveler_has_the_cards_and_bookings_added_and_keeps_their_own() -> None:
    own = {"credit_card_list": {"88": {"card_number": "own"}}}
    state: Any = make(["TravelAPI"], {"TravelAPI": own}, long_context=True).state()["TravelAPI"]
    assert state["credit_card_list"] == {
        "88": {"card_number": "own"}, "77": {"card_number": "77", "balance": 10.0},
    }  # fmt: skip
    assert list(state["credit_card_list"]) == ["88", "77"] and list(state["booking_record"]) == ["booking_1"]
    assert make(["TravelAPI"], {"TravelAPI": own}).state()["TravelAPI"] != state


@pytest.mark.usefixtures("fetched")
def test_what_one_session_changes_no_other_sees() -> None:
    names = ["TradingBot", "TravelAPI", "VehicleControlAPI"]
    config = {"TradingBot": STOCKS}
    before = repr(bulk())
    instances: dict[str, Any] = dict(make(names, config, long_context=True).instances)
    trading, travel, car = (instances[name] for name in names)
    travel.credit_card_list["77"]["balance"] = 0
    travel.booking_record["booking_1"].clear()
    trading.get_stock_info("AAA")["MA(5)"].clear()
    trading.get_transaction_history()["transaction_history"][0].clear()
    trading.get_watchlist().clear()
    trading.get_available_stocks("Technology")["stock_list"].clear()
    car.estimate_distance("1", "2")["intermediaryCities"].clear()
    car.get_outside_temperature_from_google()["-1_day"].clear()
    assert repr(bulk()) == before
