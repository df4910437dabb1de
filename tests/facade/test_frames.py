"""Rows as tables: the same values in every form, the same types whatever comes, and nothing spent in vain."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from enphase_v4.catalog import TELEMETRY, Operation
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_cloud import ConfigurationError, EnphaseError, Problem, Runtime, mock
from enphase_cloud.flows import decode, lean
from enphase_cloud.flows.windows import window_of
from enphase_cloud.transport.messages import Answer
from tests.amounts import examples

from .conftest import Connect
from .worlds import MODES, NOW, AsyncMode, Mode, World, reply
from .worlds import Series as Service

DAY, WEEK = 86400, 604800
START = NOW - 9 * DAY
FORMS = ["to_arrow", "to_pandas", "to_polars"]
FRAMES: dict[str, type] = {"to_arrow": pa.Table, "to_pandas": pd.DataFrame, "to_polars": pl.DataFrame}


def utc(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def row_of(operation: Operation, end: int, number: int, half: float = 0.5) -> dict[str, Any]:
    """A row of a series, with numbers of its own in every value; every other row has this much more."""
    window = window_of(operation)
    row: dict[str, Any] = {window.row_end: end}
    for place, (name, path) in enumerate(window.values):
        *objects, last = path.split(".")
        inner = row
        for each in objects:
            inner = inner.setdefault(each, {})
        inner[last] = 3 if name == "devices_reporting" else number * 10 + place + (number % 2) * half
    return row


def service(series: str, quiet: bool = False) -> World:
    """A service that has a row for each interval of one series; or says that it has none."""
    operation = TELEMETRY[series]
    window = window_of(operation)

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if window.start_format == "epoch":
            start = int(asked[window.start])
        else:
            start = int(datetime.strptime(asked[window.start], "%Y%m%d").replace(tzinfo=UTC).timestamp())
        lengths = dict(window.lengths)
        end = int(asked[window.end]) if window.end else start + lengths[asked[window.granularity]]
        end = min(end, NOW)
        ends = [] if quiet else range(start + window.step_seconds, end + 1, window.step_seconds)
        rows = [row_of(operation, at, at // 300 % 100) for at in ends]
        nested = [rows] if "energy_" in series else rows
        body = {"system_id": 1, window.rows: nested, window.answer_start or "x": start}
        return reply(body={**body, window.answer_end or "y": end, "meta": {"last_report_at": NOW}})

    return World(answer)


def system_in(connect: Connect, world: World) -> tuple[Mode, Any]:
    mode = connect(world)
    return mode, mode.client.system(1, timezone="UTC")


def telemetry(system: Any, series: str, start: int = START, end: int = NOW) -> Any:
    serial = "482000000001" if window_of(TELEMETRY[series]).serial else None
    return system.telemetry(series, utc(start), utc(end), serial=serial)


def dicts(frame: Any) -> list[dict[str, Any]]:
    """The rows of any of the frames, as Python values."""
    if isinstance(frame, pa.Table):
        return list(frame.to_pylist())
    if isinstance(frame, pl.DataFrame):
        return frame.to_dicts()
    return [
        {
            str(name): None if pd.isna(value) else value.to_pydatetime() if hasattr(value, "tz") else value
            for name, value in row.items()
        }
        for row in frame.to_dict("records")
    ]


@pytest.mark.parametrize("days", [9, 7, 1])
@pytest.mark.parametrize("series", sorted(TELEMETRY))
def test_every_form_has_the_same_rows(connect: Connect, series: str, days: int) -> None:
    """A column that is shifted, cut or mixed up with another would tell a wrong story of the house."""
    mode, system = system_in(connect, service(series))
    rows = telemetry(system, series, NOW - days * DAY)
    expected = [row._asdict() for row in mode.collect(rows)]
    step = window_of(TELEMETRY[series]).step_seconds
    assert len(expected) == days * DAY // step
    columns = mode.result(telemetry(system, series, NOW - days * DAY).columns())
    assert [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ] == expected
    for form in FORMS:
        again = telemetry(system, series, NOW - days * DAY)
        assert dicts(mode.result(getattr(again, form)())) == expected, form
        assert (again.hits, again.gaps, again.problems) == (rows.hits, rows.gaps, rows.problems)


@pytest.mark.parametrize("quiet", [False, True], ids=["rows", "none"])
@pytest.mark.parametrize("series", sorted(TELEMETRY))
def test_the_types_are_those_of_the_series_whatever_comes(connect: Connect, series: str, quiet: bool) -> None:
    """Pieces of different types cannot be put together, nor appended to yesterday's file."""
    mode, system = system_in(connect, service(series, quiet))
    table = mode.result(telemetry(system, series).to_arrow())
    assert (table.num_rows == 0) == quiet
    names = ["end", *(name for name, _ in window_of(TELEMETRY[series]).values)]
    assert table.schema.names == names
    for field in table.schema:
        whole = pa.int64() if field.name == "devices_reporting" else pa.float64()
        assert field.type == (pa.timestamp("us", "UTC") if field.name == "end" else whole)
        assert field.nullable
        unit = {"wh": b"Wh", "w": b"W", "percent": b"%"}.get(field.name.split("_")[-1])
        assert (field.metadata or {}).get(b"unit") == unit
    frame = mode.result(telemetry(system, series).to_pandas())
    whole = {"devices_reporting": "Int64", "end": "datetime64[us, UTC]"}
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        name: whole.get(name, "float64") for name in names
    }
    polars = mode.result(telemetry(system, series).to_polars())
    kinds = {"devices_reporting": pl.Int64(), "end": pl.Datetime("us", "UTC")}
    assert dict(polars.schema) == {name: kinds.get(name, pl.Float64()) for name in names}


LIFETIME = {"system_id": 1, "start_date": "2026-06-01", "production": [5, None, 7.5]}
DAYS: list[tuple[date, float | None]] = [
    (date(2026, 6, 1), 5),
    (date(2026, 6, 2), None),
    (date(2026, 6, 3), 7.5),
]


def test_days_have_dates(connect: Connect) -> None:
    """A date that became a time would be another date elsewhere."""
    mode, system = system_in(connect, World(lambda _: reply(body=LIFETIME)))
    table = mode.result(system.lifetime("production").to_arrow())
    assert table.schema.types == [pa.date32(), pa.float64()]
    assert [tuple(row.values()) for row in table.to_pylist()] == DAYS
    polars = mode.result(system.lifetime("production").to_polars())
    assert polars.rows() == DAYS
    frame = mode.result(system.lifetime("production").to_pandas())
    assert frame["date"].dt.tz is None
    assert [(at.date(), None if pd.isna(wh) else wh) for at, wh in frame.itertuples(index=False)] == DAYS
    empty = reply(body={**LIFETIME, "production": []})
    mode, system = system_in(connect, World(lambda _: empty))
    assert mode.result(system.lifetime("production").to_arrow()).schema == table.schema
    assert (mode.result(system.lifetime("production").to_pandas()).dtypes == frame.dtypes).all()


ODD: list[Any] = [None, 7, 2.5, -1, 2**53 + 1, 10**400, -(10**400), 2**62]


def test_values_that_lack_or_are_large(connect: Connect) -> None:
    """One null, or one number beyond 64 bits, must not cost the whole table."""
    rows = [
        {"end_at": NOW - DAY + 900 * (n + 1), "wh_del": value, "devices_reporting": None if n else 3}
        for n, value in enumerate(ODD)
    ]
    body = {"start_at": NOW - DAY, "end_at": NOW, "intervals": rows}
    mode, system = system_in(connect, World(lambda _: reply(body=body)))
    series = ("production_meter", NOW - DAY)
    assert mode.result(telemetry(system, *series).columns())["energy_wh"] == ODD
    inf = float("inf")
    doubles = [None, 7.0, 2.5, -1.0, float(2**53), inf, -inf, float(2**62)]
    table = mode.result(telemetry(system, *series).to_arrow())
    assert table["energy_wh"].to_pylist() == doubles
    assert table["devices_reporting"].to_pylist() == [3] + [None] * 7
    assert mode.result(telemetry(system, *series).to_polars())["energy_wh"].to_list() == doubles
    frame = mode.result(telemetry(system, *series).to_pandas())
    assert str(frame["devices_reporting"].dtype) == "Int64"


@pytest.mark.parametrize(
    "values",
    [
        [7, 0, -1],
        [7, 2**53 + 1, 2**62 + 1, -(2**63)],
        [7, 2.5],
        [2.5, 2**53 + 1],
        [7, None],
        [7, 2**63],
        [1e308, 10**308],
    ],
    ids=str,
)
def test_a_column_has_the_same_numbers_however_it_is_made(connect: Connect, values: list[Any]) -> None:
    """Whole numbers alone, or with others among them: each is the double that Python makes of it."""
    rows = [
        {"end_at": NOW - DAY + 900 * (n + 1), "wh_del": value, "devices_reporting": 3 - n}
        for n, value in enumerate(values)
    ]
    body = {"start_at": NOW - DAY, "end_at": NOW, "intervals": rows}
    mode, system = system_in(connect, World(lambda _: reply(body=body)))
    table = mode.result(telemetry(system, "production_meter", NOW - DAY).to_arrow())
    assert table["end"].to_pylist() == [utc(row["end_at"]) for row in rows]
    found = table["energy_wh"].to_pylist()
    assert [value if value is None else value.hex() for value in found] == [
        value if value is None else float(value).hex() for value in values
    ]
    assert table["devices_reporting"].to_pylist() == [3 - n for n in range(len(values))]


@pytest.mark.parametrize("value", [2.5, 1e30, 2**63])
def test_a_number_of_devices_is_whole(connect: Connect, value: float) -> None:
    row = {"end_at": NOW, "wh_del": 5, "devices_reporting": value}
    mode, system = system_in(connect, World(lambda _: reply(body={"intervals": [row]})))
    rows = telemetry(system, "production_meter", NOW - DAY)
    assert mode.result(rows.to_arrow()).to_pylist() == [
        {"end": utc(NOW), "energy_wh": 5.0, "devices_reporting": None}
    ]
    (problem,) = rows.problems
    assert (problem.path, problem.problem) == (
        "$.intervals[0].devices_reporting",
        f"no whole number: {value!r}",
    )


@pytest.mark.parametrize(("first", "hours"), [("2026-03-08", 23), ("2025-11-02", 25)])
def test_days_of_clock_changes(connect: Connect, first: str, hours: int) -> None:
    """An hour that comes twice is two hours; one that is skipped leaves no gap."""
    mode = connect(service("consumption_meter"))
    system = mode.client.system(1, timezone="America/Los_Angeles")
    last = str(date.fromisoformat(first) + timedelta(days=1))
    frame = mode.result(system.telemetry("consumption_meter", first, last).to_pandas())
    assert len(frame) == hours * 4
    assert (frame["end"].diff().dropna() == timedelta(minutes=15)).all()
    local = frame["end"].dt.tz_convert("America/Los_Angeles")
    assert str(local.iloc[0])[:16] == f"{first} 00:15"
    assert str(local.iloc[-1])[:16] == f"{last} 00:00"


# ----------------------------------------------------------------------------------------------------- piece by piece


def test_pieces_come_as_they_are_read(connect: Connect) -> None:
    """What is fetched before it is wanted fills the memory that the pieces are there to save, and costs hits."""
    world = service("battery")
    mode, system = system_in(connect, world)
    rows = telemetry(system, "battery", NOW - 4 * WEEK)
    pieces = rows.to_batches()
    assert (rows.hits, len(world.wire.requests)) == (0, 0)

    async def read() -> list[tuple[int, int]]:
        return [(rows.hits, piece.num_rows) async for piece in pieces]

    found = (
        mode.loop.run(read()) if hasattr(mode, "loop") else [(rows.hits, piece.num_rows) for piece in pieces]
    )
    assert found == [(1, 672), (2, 672), (3, 672), (4, 672)]
    whole = mode.result(telemetry(system, "battery", NOW - 4 * WEEK).to_arrow())
    put_together = pa.Table.from_batches(
        mode.collect(telemetry(system, "battery", NOW - 4 * WEEK).to_batches())
    )
    assert put_together == whole
    assert mode.collect(telemetry(system, "battery", NOW, NOW + 100).to_batches()) == []
    with pytest.raises(EnphaseError, match="read already"):
        mode.result(rows.to_arrow())


def test_pieces_that_nobody_wants_are_not_fetched(connect: Connect) -> None:
    world = service("battery")
    mode, system = system_in(connect, world)
    rows = telemetry(system, "battery", NOW - 4 * WEEK)
    pieces = rows.to_batches()

    async def one() -> Any:
        return await anext(pieces)

    first = mode.loop.run(one()) if hasattr(mode, "loop") else next(pieces)
    mode.result(rows.close())
    assert first.num_rows == 672
    assert mode.collect(pieces) == []
    assert (rows.hits, len(world.wire.requests)) == (1, 1)


def sync_system(world: World, opened: list[Any]) -> Any:
    from .worlds import SyncMode

    opened.append(SyncMode(world))
    return opened[-1].client.system(1, timezone="UTC")


@pytest.fixture
def opened() -> Iterator[list[Any]]:
    modes: list[Any] = []
    yield modes
    for mode in modes:
        mode.close()


def test_a_stream_is_read_window_by_window(opened: list[Any]) -> None:
    """Writers of Parquet and databases read such streams: they must not get all at once, nor another schema."""
    system = sync_system(service("battery"), opened)
    rows = telemetry(system, "battery", NOW - 3 * WEEK)
    stream = rows.to_arrow_stream()
    assert stream.schema == telemetry(system, "battery").to_arrow().schema
    assert rows.hits == 0
    stream.read_next_batch()
    assert rows.hits == 1
    rest = stream.read_all()
    assert (rows.hits, rest.num_rows) == (3, 2 * 672)
    frame = pl.from_arrow(telemetry(system, "battery", NOW - 3 * WEEK).to_arrow_stream())
    assert len(frame) == 3 * 672


def test_a_stream_hands_on_what_is_raised(opened: list[Any]) -> None:
    served = Service()

    def breaks(request: httpx.Request) -> httpx.Response:
        return served(request) if len(world.wire.requests) < 2 else reply(404, {"message": "gone"})

    world = World(breaks)
    stream = telemetry(sync_system(world, opened), "production_meter").to_arrow_stream()
    stream.read_next_batch()
    with pytest.raises(EnphaseError, match="gone"):
        stream.read_next_batch()


@pytest.mark.parametrize("form", FORMS)
def test_an_error_has_the_table_up_to_there(connect: Connect, form: str) -> None:
    """What was paid for is not lost, in the form that was asked for; and the rest can be had without paying twice."""
    served = Service()

    def breaks(request: httpx.Request) -> httpx.Response:
        return reply(404, {"message": "gone"}) if len(world.wire.requests) == 2 else served(request)

    world = World(breaks)
    mode, system = system_in(connect, world)
    rows = telemetry(system, "production_meter", NOW - 2 * WEEK)
    with pytest.raises(EnphaseError, match="gone") as caught:
        mode.result(getattr(rows, form)())
    partial = caught.value.partial
    assert isinstance(partial, FRAMES[form])
    assert len(dicts(partial)) == 672
    rest = mode.result(getattr(rows, form)())
    found = dicts(partial) + dicts(rest)
    assert [row["end"] for row in found] == [utc(NOW - 2 * WEEK + 900 * (n + 1)) for n in range(2 * 672)]
    assert rows.gaps == []


# ---------------------------------------------------------------------------------------------------- missing packages


@pytest.mark.parametrize(
    ("form", "package", "install"),
    [
        ("to_arrow", "pyarrow", r'pip install "enphase-cloud\[export\]"'),
        ("to_batches", "pyarrow", r'pip install "enphase-cloud\[export\]"'),
        ("to_pandas", "pyarrow", r'pip install "enphase-cloud\[export\]"'),
        ("to_pandas", "pandas", r"pip install pandas"),
        ("to_polars", "polars", r"pip install polars"),
    ],
)
def test_a_package_that_is_missing_costs_nothing(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, form: str, package: str, install: str
) -> None:
    """A year of calls, and then an ImportError: never. And the rows can still be read otherwise."""
    world = service("battery")
    mode, system = system_in(connect, world)
    rows = telemetry(system, "battery")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigurationError, match=install):
        mode.result(getattr(rows, form)())
    assert (rows.hits, world.wire.requests) == (0, [])
    assert len(mode.collect(rows)) == 9 * 96


def test_a_stream_without_pyarrow(opened: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = telemetry(sync_system(service("battery"), opened), "battery")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match="pip install"):
        rows.to_arrow_stream()


@pytest.mark.parametrize("series", sorted(TELEMETRY))
def test_rows_without_msgspec(connect: Connect, monkeypatch: pytest.MonkeyPatch, series: str) -> None:
    """It is an extra: without it the same rows come, only later."""
    mode, system = system_in(connect, service(series))
    expected = mode.collect(telemetry(system, series))
    monkeypatch.setitem(sys.modules, "msgspec", None)
    lean._reader.cache_clear()
    try:
        assert mode.collect(telemetry(system, series)) == expected
    finally:
        lean._reader.cache_clear()


# ---------------------------------------------------------------------------------------------------- events and alarms


class Now(Runtime):
    """The mock's own time."""

    def time(self) -> float:
        return NOW


@pytest.mark.parametrize("log", ["events", "alarms"])
def test_events_and_alarms_are_tables_too(connect: Connect, server: mock.Server, log: str) -> None:
    mode = connect(Now(), base_url=server.url)
    system = mode.client.system(server.service.system_ids[0], timezone="US/Pacific")
    more = {"cleared": True} if log == "alarms" else {}

    def ask() -> Any:
        return getattr(system, log)("2026-05-01", "2026-06-01", **more)

    found = mode.collect(ask())
    assert found
    table = mode.result(ask().to_arrow())
    names = table.schema.names
    assert names == list(mode.result(ask().columns()))
    for row, record in zip(table.to_pylist(), found, strict=True):
        for name in names:
            value = getattr(record, name)
            if isinstance(value, tuple):
                value = [
                    {each: getattr(inner, each) for each in row[name][n]} for n, inner in enumerate(value)
                ]
            assert row[name] == value
    types = dict(zip(names, table.schema.types, strict=True))
    assert types["event_type_id"] == pa.int64()
    starts = "event_start_time" if log == "events" else "alarm_start_time"
    assert types[starts] == pa.timestamp("us", "UTC")
    assert len(mode.result(ask().to_pandas())) == len(mode.result(ask().to_polars())) == len(found)
    nothing = mode.result(
        getattr(system, log)("2026-06-01T00:00Z", "2026-06-01T00:00:01Z", **more).to_arrow()
    )
    assert (nothing.num_rows, nothing.schema) == (0, table.schema)


HALF = "\ud800"
LOGGED: dict[str, Any] = {
    "events": {"event_type_id": 1, "event_start_time": NOW - DAY, "serial_number": "1", "status": "Open"},
    "alarms": {
        "id": "1",
        "event_type_id": 1,
        "alarm_start_time": NOW - DAY,
        "events": [{"serial_number": "1", "start_date": NOW - DAY}],
    },
}


def logged(connect: Connect, log: str, form: str, **said: Any) -> Any:
    """A table of two events or alarms, of which the first says something odd."""
    body = {log: [{**LOGGED[log], **said}, LOGGED[log]]}
    mode = connect(World(lambda _: reply(body=json.dumps(body))))
    return mode.result(getattr(getattr(mode.client.system(1, timezone="UTC"), log)(utc(START)), form)())


def column(table: Any, name: str) -> list[Any]:
    return list(table[name].to_pylist() if isinstance(table, pa.Table) else table[name])


@pytest.mark.parametrize("form", FORMS)
def test_half_of_a_character_costs_no_table(connect: Connect, form: str) -> None:
    """JSON can say it, and no table can: all rows would be lost, that were paid for."""
    table = logged(connect, "events", form, serial_number=f"a{HALF}b", status="\udfff")
    assert column(table, "serial_number") == ["a\ufffdb", "1"]
    assert column(table, "status") == ["\ufffd", "Open"]
    table = logged(connect, "alarms", form, id="\U0001f600", events=[{"serial_number": HALF}])
    assert column(table, "id") == ["\U0001f600", "1"]
    assert [each["serial_number"] for each in column(table, "events")[0]] == ["\ufffd"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "odd",
    [HALF, 10**400, -(10**400), 2**63, -(2**63), True, [None], [[]], {}, 1e308, "1" * 5000],
    ids=lambda odd: repr(odd)[:9],
)
@pytest.mark.parametrize("log", LOGGED)
def test_nothing_that_the_service_says_costs_a_table(connect: Connect, log: str, form: str, odd: Any) -> None:
    for name in LOGGED[log]:
        assert len(logged(connect, log, form, **{name: odd})) == 2, name
    inner = LOGGED["alarms"]["events"][0]
    for name in inner if log == "alarms" else ():
        assert len(logged(connect, log, form, events=[{**inner, name: odd}, odd])) == 2, name


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "1600-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]
)
def test_the_ends_of_the_calendar_have_a_place_in_tables(connect: Connect, form: str, text: str) -> None:
    """Nanoseconds would not reach there."""
    time = datetime.fromisoformat(text)
    assert column(logged(connect, "events", form, event_end_time=text), "event_end_time")[0] == time
    table = logged(connect, "alarms", form, alarm_end_time=text, events=[{"end_date": text}])
    assert column(table, "alarm_end_time")[0] == time
    assert [each["end_date"] for each in column(table, "events")[0]] == [time]


# ------------------------------------------------------------------------------------------ the fast and the sure way


def read(series: str, content: bytes, bounds: tuple[int, int], fast: bool) -> Any:
    """All that a flow gets to know of an answer; or the error."""
    problems: list[Problem] = []
    operation = TELEMETRY[series]
    answer = Answer(operation.operation_id, "GET", "/", 200, {}, content, "application/json", 1)
    with pytest.MonkeyPatch.context() as patch:
        if not fast:
            patch.setattr(decode, "lean", lambda *_: None)
        try:
            found = decode.Series(window_of(operation), answer, UTC, "asked", problems)
            chunk = found.chunk(*bounds)
        except EnphaseError as error:
            return str(error)
    facts = (found.start, found.end, found.total_devices, found.last_energy_at, found.last_report_at)
    return repr((facts, chunk)), problems


def document(series: str) -> dict[str, Any]:
    operation = TELEMETRY[series]
    rows = [row_of(operation, NOW - DAY + 900 * n, n) for n in range(6)]
    meta = {"status": "normal", "last_report_at": NOW, "last_energy_at": NOW - 900}
    return {
        "system_id": 1,
        "total_devices": 3,
        "start_at": NOW - DAY,
        "end_at": NOW,
        window_of(operation).rows: rows,
        "meta": meta,
    }


@pytest.mark.parametrize("series", sorted(TELEMETRY))
def test_a_plain_answer_is_read_the_fast_way(series: str) -> None:
    """A path that msgspec does not find would make everything slow, and no other test would say so."""
    window = window_of(TELEMETRY[series])
    plain = document(series)
    shapes: list[list[Any]] = [plain[window.rows], [plain[window.rows]], [], [[]]]
    for rows in shapes:
        found = lean.lean(window, ("start_at",), json.dumps({**plain, window.rows: rows}).encode())
        assert found is not None
        assert found.facts == (NOW - DAY,)
        assert len(found.chunk.keys) == (6 if any(rows) else 0)


ODDITIES: list[Any] = [
    None,
    True,
    0,
    -1,
    5,
    7.0,
    2.5,
    1e300,
    2**63,
    10**30,
    "12",
    "97%",
    " 5 ",
    "x",
    "",
    "é",
    "2026-06-20",
    NOW - DAY,
    NOW - DAY + 900,
    NOW,
    float(NOW),
    str(NOW),
    NOW * 1000,
    [],
    {},
    [[]],
    [5],
    {"enwh": 5},
    {"percent": None, "devices_reporting": 2.0},
    float("nan"),
    float("inf"),
]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each place in a document at which something lies: its container, and key."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(inside):
        yield value, key
        yield from places(inner)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, bytes, tuple[int, int]]:
    """An answer of any series, to which some things have happened."""
    series = draw(st.sampled_from(sorted(TELEMETRY)))
    said = document(series)
    key = window_of(TELEMETRY[series]).rows
    if draw(st.booleans()):
        cut = draw(st.integers(0, 6))
        said[key] = draw(st.sampled_from([[said[key]], [said[key][:cut], said[key][cut:]], [[said[key]]]]))
    for _ in range(draw(st.integers(0, 4))):
        container, at = draw(st.sampled_from(list(places(said))))
        what = draw(st.sampled_from(["put", "drop", "twice", "swap", "extra"]))
        if what == "put":
            container[at] = deepcopy(draw(st.sampled_from(ODDITIES)))
        elif what == "drop":
            del container[at]
        elif what == "twice" and isinstance(container, list):
            container.append(deepcopy(container[at]))
        elif what == "swap" and isinstance(container, list):
            container.reverse()
        elif isinstance(container, dict):
            container["new"] = deepcopy(draw(st.sampled_from(ODDITIES)))
    content = json.dumps(said, ensure_ascii=draw(st.booleans())).encode()
    if draw(st.integers(0, 9)) == 0:
        cut = draw(st.integers(0, len(content)))
        content = content[:cut] + draw(st.sampled_from([b"", b"\xff", b"0", b",", b"}"])) + content[cut + 1 :]
    ends = st.integers(-1, 8).map(lambda n: NOW - DAY + 900 * n - n % 2)
    return series, content, (draw(ends), draw(ends))


@settings(max_examples=examples(500))
@given(answers())
def test_the_fast_way_says_what_the_sure_way_says(case: tuple[str, bytes, tuple[int, int]]) -> None:
    """Whether a package is installed must not decide what the house has done."""
    assert read(*case, fast=True) == read(*case, fast=False)


@pytest.mark.soak
@settings(max_examples=20_000)
@given(answers())
def test_the_fast_way_says_what_the_sure_way_says_of_many_more(
    case: tuple[str, bytes, tuple[int, int]],
) -> None:
    assert read(*case, fast=True) == read(*case, fast=False)


def answered(weeks: int, half: float = 0.5) -> World:
    """A service that has written its answers before it is asked: what is measured is not theirs."""
    operation = TELEMETRY["production_micro"]
    answers = {}
    for start in range(NOW - weeks * WEEK, NOW, WEEK):
        rows = [row_of(operation, end, end // 300, half) for end in range(start + 300, start + WEEK + 1, 300)]
        said = {"start_at": start, "end_at": start + WEEK, "intervals": rows}
        answers[f"{start}"] = json.dumps(said).encode()
    return World(lambda request: httpx.Response(200, content=answers[request.url.params["start_at"]]))


@pytest.mark.parametrize("mode", sorted(MODES))
@pytest.mark.parametrize("form", ["rows", "to_batches"])
def test_what_is_read_one_by_one_takes_the_memory_of_a_window(mode: str, form: str) -> None:
    """Two years would not fit on a small machine, if the windows that were read were kept; nor is the last one."""

    def peak(weeks: int) -> int:
        used = MODES[mode](answered(weeks))
        rows = telemetry(used.client.system(1, timezone="UTC"), "production_micro", NOW - weeks * WEEK)
        items = rows if form == "rows" else rows.to_batches()

        async def read_async() -> None:
            async for _ in items:
                pass

        tracemalloc.start()
        if isinstance(used, AsyncMode):
            used.loop.run(read_async())
        else:
            for _ in items:
                pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert rows.hits == weeks
        used.close()
        return most

    peak(1)
    window, many = peak(1), peak(12)
    assert many < 1.35 * window


@pytest.mark.parametrize("mode", sorted(MODES))
def test_a_table_takes_little_more_memory_than_its_numbers(mode: str) -> None:
    """What was paid for is held until all has come; as Python's numbers, that would be five times the table."""

    def peak(weeks: int) -> int:
        used = MODES[mode](answered(weeks, half=0))
        rows = telemetry(used.client.system(1, timezone="UTC"), "production_micro", NOW - weeks * WEEK)
        tracemalloc.start()
        table = used.result(rows.to_arrow())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert table.num_rows == weeks * 2016
        used.close()
        return most

    peak(1)
    row = (peak(12) - peak(2)) / (10 * 2016)
    assert row < 2 * 4 * 8


@pytest.mark.parametrize("again", ["rows", "columns", "to_arrow"])
@pytest.mark.parametrize("half", [0, 0.5])
def test_what_a_table_was_to_be_made_of_is_read_as_it_came(connect: Connect, half: float, again: str) -> None:
    """An interruption leaves numbers that were packed: whole ones stay whole, and broken ones broken."""
    sent = iter(range(1, 100))
    plain = answered(3, half)

    def serve(request: httpx.Request) -> httpx.Response:
        if next(sent) == 3:
            raise KeyboardInterrupt
        answer: httpx.Response = plain.wire.service(request)
        return answer

    def read(mode: Mode, rows: Any) -> Any:
        if again == "rows":
            return [repr(row) for row in mode.collect(rows)]
        found = mode.result(getattr(rows, again)())
        return found if again == "to_arrow" else repr(found)

    mode = connect(World(serve))
    rows = telemetry(mode.client.system(1, timezone="UTC"), "production_micro", NOW - 3 * WEEK)
    with pytest.raises(KeyboardInterrupt):
        mode.result(rows.to_arrow())
    whole = connect(plain)
    expected = telemetry(whole.client.system(1, timezone="UTC"), "production_micro", NOW - 3 * WEEK)
    assert read(mode, rows) == read(whole, expected)
    assert len(mode.world.wire.requests) == 4
