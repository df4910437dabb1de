"""What a row is, what happens to values that are none, and how rows are read."""

from __future__ import annotations

import pickle
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from enphase_cloud import DecodeError, EnphaseError, GapReason, Problem, Row
from enphase_cloud.rows import DayRow, row_type

from .conftest import Connect
from .worlds import NOW, Series, World, reply

DAY, STEP = 86400, 900
START, END = datetime.fromtimestamp(NOW - DAY, UTC), datetime.fromtimestamp(NOW, UTC)


def answer(intervals: Any, **extra: Any) -> World:
    """A world whose one window holds these intervals."""
    body = {"start_at": NOW - DAY, "end_at": NOW, "intervals": intervals, **extra}
    return World(lambda _: reply(body=body))


WIRE: dict[str, tuple[Any, dict[str, Any]]] = {
    "production_micro": (
        {"powr": 30, "enwh": 40, "devices_reporting": 9},
        {"energy_wh": 40, "power_w": 30, "devices_reporting": 9},
    ),
    "production_meter": ({"wh_del": 40, "devices_reporting": 1}, {"energy_wh": 40, "devices_reporting": 1}),
    "consumption_meter": ({"enwh": 41, "devices_reporting": 1}, {"energy_wh": 41, "devices_reporting": 1}),
    "battery": (
        {
            "charge": {"enwh": 1, "devices_reporting": 4},
            "discharge": {"enwh": 2, "devices_reporting": 4},
            "soc": {"percent": 25, "devices_reporting": 3},
        },
        {"charge_wh": 1, "discharge_wh": 2, "soc_percent": 25, "devices_reporting": 3},
    ),
    "energy_import": ({"wh_imported": 7}, {"energy_wh": 7}),
    "energy_export": ({"wh_exported": 8}, {"energy_wh": 8}),
    "micro": ({"powr": 30, "enwh": 40}, {"energy_wh": 40, "power_w": 30}),
    "encharge": (
        {"charge": {"enwh": 1}, "discharge": {"enwh": 2}, "soc": {"percent": 25}},
        {"charge_wh": 1, "discharge_wh": 2, "soc_percent": 25},
    ),
}


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("series", WIRE)
def test_rows_say_the_same_thing_the_same_way(connect: Connect, series: str, nested: bool) -> None:
    wire, values = WIRE[series]
    intervals = [{"end_at": NOW - STEP, **wire}, {"end_at": NOW, **wire}]
    mode = connect(answer([intervals[:1], intervals[1:]] if nested else intervals))
    serial = {"serial": "123"} if series in ("micro", "encharge") else {}
    rows = mode.client.system(1, timezone="UTC").telemetry(series, START, END, **serial)
    first, last = mode.collect(rows)
    assert first._asdict() == {"end": datetime.fromtimestamp(NOW - STEP, UTC), **values}
    assert last.end == END
    assert last.end.tzinfo is UTC
    assert isinstance(first, Row)
    assert rows.problems == []


def test_a_row_has_what_its_series_has_and_nothing_else(connect: Connect) -> None:
    mode = connect(answer([{"end_at": NOW, "wh_imported": 7}]))
    (row,) = mode.collect(mode.client.system(1).telemetry("energy_import", START, END))
    assert row == (END, 7)
    assert repr(row).startswith("EnergyImportRow(end=datetime.datetime(2026, 6, 21")
    assert not hasattr(row, "power_w")
    with pytest.raises(AttributeError):
        row.energy_wh = 1
    with pytest.raises(AttributeError):
        row.another = 1


def test_rows_survive_a_process_boundary(connect: Connect) -> None:
    mode = connect(answer([{"end_at": NOW, "wh_imported": 7}]))
    (row,) = mode.collect(mode.client.system(1).telemetry("energy_import", START, END))
    again = pickle.loads(pickle.dumps(row))  # noqa: S301 - our own bytes
    assert again == row
    assert type(again) is type(row)
    assert row_type("energy_import", ("energy_wh",)) is type(row)


GOOD = {"end_at": NOW, "wh_del": 5, "devices_reporting": 1}


@pytest.mark.parametrize(
    ("bad", "path", "problem"),
    [
        ({"wh_del": 5}, "$.intervals[0].end_at", "no time: None"),
        ({"end_at": None, "wh_del": 5}, "$.intervals[0].end_at", "no time: None"),
        ({"end_at": "noon", "wh_del": 5}, "$.intervals[0].end_at", "no time: 'noon'"),
        ({"end_at": True, "wh_del": 5}, "$.intervals[0].end_at", "no time: True"),
        ({"end_at": NOW * 1000, "wh_del": 5}, "$.intervals[0].end_at", f"no time: {NOW * 1000}"),
        ({"end_at": -1, "wh_del": 5}, "$.intervals[0].end_at", "no time: -1"),
        ("row", "$.intervals[0]", "no row: 'row'"),
        (None, "$.intervals[0]", "no row: None"),
        ([["row"]], "$.intervals[0][0][0]", "no row: 'row'"),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_and_reported(
    connect: Connect, bad: Any, path: str, problem: str
) -> None:
    mode = connect(answer([bad, GOOD]))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    assert [row.energy_wh for row in mode.collect(rows)] == [5]
    window = f"{{'start_at': {NOW - DAY}, 'granularity': 'day'}}"
    assert rows.problems == [Problem(path, problem, window)]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("5", 5),
        ("-5", -5),
        ("5.5", 5.5),
        ("9" * 400, int("9" * 400)),
        (" 5% ", 5),
        (5.5, 5.5),
        (None, None),
        ("1e3", 1000.0),
    ],
)
def test_values_that_can_be_read(connect: Connect, value: Any, read: Any) -> None:
    mode = connect(answer([{**GOOD, "wh_del": value}]))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    (row,) = mode.collect(rows)
    assert row.energy_wh == read
    assert type(row.energy_wh) is type(read)
    assert rows.problems == []


@pytest.mark.parametrize("value", ["much", True, [5], {"value": 5}, "nan", "Infinity", "x" * 500])
def test_values_that_cannot_be_read_leave_the_row(connect: Connect, value: Any) -> None:
    mode = connect(answer([{**GOOD, "wh_del": value}]))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    (row,) = mode.collect(rows)
    assert row.energy_wh is None
    assert row.devices_reporting == 1
    (problem,) = rows.problems
    assert problem.path == "$.intervals[0].wh_del"
    assert len(problem.problem) < 100


def test_not_a_number_in_the_json_is_no_number(connect: Connect) -> None:
    body = f'{{"start_at": {NOW - DAY}, "end_at": {NOW}, "intervals": [{{"end_at": {NOW}, "wh_del": NaN}}]}}'
    mode = connect(World(lambda _: reply(body=body)))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    (row,) = mode.collect(rows)
    assert row.energy_wh is None
    assert [problem.path for problem in rows.problems] == ["$.intervals[0].wh_del"]


def test_missing_parts_of_a_row_are_none(connect: Connect) -> None:
    mode = connect(answer([{"end_at": NOW, "charge": None, "soc": {"percent": 3}}]))
    rows = mode.client.system(1).telemetry("battery", START, END)
    assert mode.collect(rows) == [(END, None, None, 3, None)]
    assert rows.problems == []


def test_two_rows_of_one_end_that_differ_are_reported(connect: Connect) -> None:
    mode = connect(answer([GOOD, GOOD, {**GOOD, "wh_del": 6}]))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    assert [row.energy_wh for row in mode.collect(rows)] == [5]
    assert [problem.path for problem in rows.problems] == ["$.intervals[2]"]


@pytest.mark.parametrize(
    "body", [{"intervals": None}, {}, {"intervals": {"end_at": NOW}}, {"intervals": "none"}]
)
def test_an_answer_without_rows_is_a_gap(connect: Connect, body: Any) -> None:
    mode = connect(World(lambda _: reply(body=body)))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    assert mode.collect(rows) == []
    assert [(gap.start, gap.end, gap.reason) for gap in rows.gaps] == [(START, END, GapReason.UNREADABLE)]
    assert [problem.path for problem in rows.problems] == ["$.intervals"]


@pytest.mark.parametrize(
    ("body", "hits"),
    [
        *((body, 2) for body in (b"", b"{", b'{"intervals": [{"end_at": 17', b"\xff")),
        *((body, 1) for body in (b"[]", b"null", b'"text"', b"7")),
    ],
)
def test_an_answer_that_is_no_json_is_an_error(connect: Connect, body: bytes, hits: int) -> None:
    """What may have been cut short is asked for again; what is JSON, but no object, will be so the second time."""
    mode = connect(World(lambda _: reply(body=body)))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    with pytest.raises(EnphaseError, match="was answered 200, but the answer cannot be read: ") as caught:
        mode.collect(rows)
    assert type(caught.value).__name__ == "DecodeError"
    assert rows.hits == hits


def test_columns(connect: Connect) -> None:
    mode = connect(World(Series()))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    columns = mode.result(rows.columns())
    assert list(columns) == ["end", "energy_wh", "devices_reporting"]
    assert {len(column) for column in columns.values()} == {96}
    assert columns["end"][-1] == END
    empty = mode.client.system(1).telemetry("energy_import", START, START.replace(minute=1))
    mode.world.wire.service = lambda _: reply(body={"end_at": NOW, "intervals": []})
    assert mode.result(empty.columns()) == {"end": [], "energy_wh": []}


def test_rows_are_read_once(connect: Connect) -> None:
    world = World(Series())
    mode = connect(world)
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    assert "nothing fetched yet" in repr(rows)
    mode.collect(rows)
    assert "1 hits" in repr(rows)
    with pytest.raises(EnphaseError, match=r"to_list\(\)"):
        mode.collect(rows)
    with pytest.raises(EnphaseError, match="has been read already"):
        mode.result(rows.columns())
    assert len(world.wire.requests) == 1


def test_windows_are_fetched_as_rows_are_read(connect: Connect) -> None:
    """Memory stays flat, and what is not read is not paid for."""
    world = World(Series())
    mode = connect(world)
    rows = mode.client.system(1).telemetry("production_meter", datetime.fromtimestamp(NOW - 700 * DAY, UTC))
    assert world.wire.requests == []
    if mode.name == "sync":
        reader = iter(rows)
        for _ in range(673):
            next(reader)
    else:

        async def some() -> None:
            reader = aiter(rows)
            for _ in range(673):
                await anext(reader)
            await reader.aclose()

        mode.result(some())
    assert rows.hits == len(world.wire.requests) == 2


# ------------------------------------------------------------------------------------------------------------ lifetime


def days(**body: Any) -> World:
    return World(lambda _: reply(body=body))


@pytest.mark.parametrize(
    ("kind", "body", "values"),
    [
        ("production", {"production": [5, 6]}, {"energy_wh": 6}),
        ("consumption", {"consumption": [5, 6]}, {"energy_wh": 6}),
        ("battery", {"charge": [5, 6], "discharge": [1, 2]}, {"charge_wh": 6, "discharge_wh": 2}),
        ("import", {"import": [5, 6]}, {"energy_wh": 6}),
        ("export", {"export": [5, 6]}, {"energy_wh": 6}),
    ],
)
def test_lifetime_is_one_call_and_a_row_a_date(
    connect: Connect, kind: str, body: Any, values: dict[str, Any]
) -> None:
    world = days(start_date="2024-02-28", **body)
    mode = connect(world)
    rows = mode.client.system(1).lifetime(kind)
    assert rows.estimate().hits == 1
    found = mode.collect(rows)
    assert [row.date for row in found] == [date(2024, 2, 28), date(2024, 2, 29)]
    assert found[1]._asdict() == {"date": date(2024, 2, 29), **values}
    assert isinstance(found[1], DayRow)
    assert rows.hits == 1
    assert dict(world.wire.requests[0].url.params) == ({"production": "all"} if kind == "production" else {})


def test_dates_are_counted_from_the_answers_own_start(connect: Connect) -> None:
    mode = connect(days(start_date="2026-05-30", production=[1, 2, 3, 4, 5]))
    rows = mode.client.system(1).lifetime("production", "2026-06-01", "2026-06-03")
    assert [(row.date.day, row.energy_wh) for row in mode.collect(rows)] == [(1, 3), (2, 4)]


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        ("2026-06-01", None, "start_date=20260601"),
        (None, None, "start_date=20060101"),
        (None, "2026-06-02", "start_date=20060101&end_date=20260601"),
    ],
)
def test_a_charger_lifetime_is_asked_for_by_a_start(
    connect: Connect, start: Any, end: Any, asked: str
) -> None:
    """The service wants one; where the caller names none, it is that of the first systems."""
    world = days(start_date="2026-06-01", consumption=[7])
    mode = connect(world)
    rows = mode.client.system(1, timezone="UTC").lifetime("ev_charger", start, end, serial="5")
    assert [row.energy_wh for row in mode.collect(rows)] == [7]
    assert GapReason.BEFORE_OPERATION not in {gap.reason for gap in rows.gaps}
    assert world.wire.asked == [f"GET /api/v4/systems/1/ev_charger/5/lifetime?{asked}"]


def test_a_charger_lifetime_begins_with_the_system_where_that_is_known(connect: Connect) -> None:
    about = {"system_id": 1, "timezone": "UTC", "operational_at": NOW - 30 * 86400}
    world = World(lambda request: reply(body={"consumption": [7], "start_date": "2026-06-01"} | about))
    mode = connect(world)
    system = mode.client.system(1)
    mode.result(system.refresh())
    assert len(mode.collect(system.lifetime("ev_charger", serial="5"))) == 1
    assert world.wire.asked[-1].endswith("?start_date=20260522")


def test_production_comes_with_what_microinverters_and_meter_say(connect: Connect) -> None:
    """In the same answer, at no further hit."""
    parts = {"production": [5], "micro_production": [4], "meter_production": [6]}
    mode = connect(days(start_date="2026-06-01", **parts))
    rows = mode.client.system(1).lifetime("production")
    assert [row.energy_wh for row in mode.collect(rows)] == [5]
    assert (rows.details.micro_production, rows.details.meter_production) == ([4], [6])
    assert rows.hits == 1


@pytest.mark.parametrize(
    ("body", "count", "paths"),
    [
        ({"start_date": None, "production": []}, 0, []),
        ({"start_date": None, "production": [1]}, 0, ["$.start_date"]),
        ({"start_date": "soon", "production": [1]}, 0, ["$.start_date"]),
        ({"start_date": "9999-12-31", "production": [1, 2]}, 0, ["$.start_date"]),
        ({"start_date": "2026-06-01", "production": None}, 0, ["$.production"]),
        ({"start_date": "2026-06-01"}, 0, ["$.production"]),
        ({"start_date": "2026-06-01", "production": [1, "x", None, 4]}, 4, ["$.production[1]"]),
        ({}, 0, ["$.production"]),
    ],
)
def test_odd_lifetimes(connect: Connect, body: Any, count: int, paths: list[str]) -> None:
    mode = connect(World(lambda _: reply(body=body)))
    rows = mode.client.system(1).lifetime("production")
    assert len(mode.collect(rows)) == count
    assert [problem.path for problem in rows.problems] == paths


def test_lists_of_different_length_lose_nothing(connect: Connect) -> None:
    mode = connect(days(start_date="2026-06-01", charge=[1, 2], discharge=[3]))
    rows = mode.client.system(1).lifetime("battery")
    assert [tuple(row)[1:] for row in mode.collect(rows)] == [(1, 3), (2, None)]
    assert [problem.path for problem in rows.problems] == ["$"]


@pytest.mark.parametrize("depth", [2, 900, 5_000, 100_000])
def test_rows_that_lie_too_deep_are_no_rows(connect: Connect, depth: int) -> None:
    """How deep JSON may be is not the same in every Python."""
    listed = b"[" * depth + b"]" * depth
    body = b'{"start_at": %d, "end_at": %d, "intervals": %b}' % (NOW - 86400, NOW, listed)
    mode = connect(World(lambda _: reply(200, body)))
    rows = mode.client.system(1).telemetry("battery", datetime.fromtimestamp(NOW - 86400, UTC))
    with suppress(DecodeError):
        assert mode.collect(rows) == []
        assert [problem.problem[:6] for problem in rows.problems] == ["no row"] * (depth > 9)


def test_what_an_answer_says_besides_is_one_attribute_away(connect: Connect) -> None:
    """Also fields of rows, and of answers, that nobody knew of."""

    def serve(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params["start_at"])
        rows = [{"end_at": start + 900, "wh_del": 4, "tariff": "night"}]
        meters = [
            {"meter_serial_number": "1", "intervals": [{"channel": 1, "end_at": start + 900, "wh_del": 4}]}
        ]
        return reply(body={"intervals": rows, "meter_intervals": meters, "weather": "fine"})

    mode = connect(World(serve))
    rows = mode.client.system(1).telemetry(
        "rgm", datetime.fromtimestamp(NOW - 86_400, UTC), datetime.fromtimestamp(NOW, UTC)
    )
    before, _ = rows.details, mode.collect(rows)
    assert before is None
    assert rows.details.meter_intervals[0].intervals[0].wh_del == 4
    assert rows.details.additional_properties == {"weather": "fine"}
    assert rows.details.intervals[0].additional_properties == {"tariff": "night"}


LONG_NUMBER = "1" * 5_000
"""Python reads no whole number of so many digits."""


@pytest.mark.parametrize("lean", [True, False])
@pytest.mark.parametrize("spoilt", ["", ", [], 7"])
def test_a_number_that_is_too_long_to_be_read_takes_nothing_else_along(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, spoilt: str, lean: bool
) -> None:
    if not lean:
        monkeypatch.setattr("enphase_cloud.flows.decode.lean", lambda *_: None)
    first, last = (
        f'{{"end_at": {end}, "wh_del": {end - NOW + STEP}, "x": {LONG_NUMBER}}}' for end in (NOW - STEP, NOW)
    )
    body = f'{{"start_at": {NOW - DAY}, "end_at": {NOW}, "y": -{LONG_NUMBER}, "intervals": [{first}, {last}{spoilt}]}}'
    mode = connect(World(lambda _: reply(200, body)))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    assert [row.energy_wh for row in mode.collect(rows)] == [0, STEP]
    assert rows.details.intervals[0].wh_del == 0


def test_a_value_that_is_too_long_to_be_read_is_a_problem(connect: Connect) -> None:
    body = f'{{"start_at": {NOW - DAY}, "end_at": {NOW}, "intervals": [{{"end_at": {NOW}, "wh_del": {LONG_NUMBER}}}]}}'
    mode = connect(World(lambda _: reply(200, body)))
    rows = mode.client.system(1).telemetry("production_meter", START, END)
    assert [row.energy_wh for row in mode.collect(rows)] == [None]
    assert [problem.path for problem in rows.problems] == ["$.intervals[0].wh_del"]
    body = f'{{"start_date": "2026-06-01", "production": [1, {LONG_NUMBER}, 3]}}'
    days = mode.client.system(1).lifetime("production", "2026-06-01", "2026-06-04")
    assert [row.energy_wh for row in mode.collect(days)] == [1, None, 3]
    assert [problem.path for problem in days.problems] == ["$.production[1]"]


def test_a_record_with_a_number_that_is_too_long_to_be_read(connect: Connect) -> None:
    body = f'{{"system_id": 7, "current_power": {LONG_NUMBER}, "modules": 9, "z": {LONG_NUMBER}}}'
    mode = connect(World(lambda _: reply(200, body)))
    found = mode.result(mode.client.system(7).summary())
    assert (found.current_power, found.modules) == (None, 9)
    assert [problem.path for problem in found.problems] == ["$.current_power"]
