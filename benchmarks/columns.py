"""From answers of a series to one table of Arrow, as its users would write it with each library.

All make the same table: the ends as times, the values as doubles, the devices as whole numbers. What is in it is what
the answers say; only ours looks whether the rows are in order, and one for each end, and goes on where a value is odd.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from functools import partial
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.json
from enphase_v4.catalog import TELEMETRY

from benchmarks import peers
from benchmarks.tables import OURS
from enphase_cloud.flows.decode import Series
from enphase_cloud.flows.windows import window_of
from enphase_cloud.frames import Measured
from enphase_cloud.rows import LAST_EPOCH
from enphase_cloud.transport.messages import Answer

BY_HAND, APPENDS, ORJSON_APPENDS = "msgspec by hand", "json.loads, appends", "orjson, appends"
ARROW_JSON, POLARS, DUCKDB, PANDAS = "pyarrow.json", "polars", "duckdb", "pandas.json_normalize"
LISTS = tuple[list[Any], ...]


class MicroRow(msgspec.Struct, gc=False):
    end_at: int
    devices_reporting: int | None = None
    powr: float | None = None
    enwh: float | None = None


class Energy(msgspec.Struct, gc=False):
    enwh: float | None = None


class Charge(msgspec.Struct, gc=False):
    percent: float | None = None
    devices_reporting: int | None = None


class BatteryRow(msgspec.Struct, gc=False):
    end_at: int
    charge: Energy
    discharge: Energy
    soc: Charge


class MicroWeek(msgspec.Struct):
    intervals: list[MicroRow]


class BatteryWeek(msgspec.Struct):
    intervals: list[BatteryRow]


def micro_appends(answers: Iterable[Any]) -> LISTS:
    ends, energies, powers, devices = [], [], [], []
    for answer in answers:
        for row in answer["intervals"]:
            ends.append(row["end_at"])
            energies.append(row["enwh"])
            powers.append(row["powr"])
            devices.append(row["devices_reporting"])
    return ends, energies, powers, devices


def battery_appends(answers: Iterable[Any]) -> LISTS:
    ends, charges, discharges, shares, devices = [], [], [], [], []
    for answer in answers:
        for row in answer["intervals"]:
            ends.append(row["end_at"])
            charges.append(row["charge"]["enwh"])
            discharges.append(row["discharge"]["enwh"])
            shares.append(row["soc"]["percent"])
            devices.append(row["soc"]["devices_reporting"])
    return ends, charges, discharges, shares, devices


def micro_models(rows: Sequence[Any]) -> LISTS:
    return (
        [row.end_at for row in rows],
        [row.enwh for row in rows],
        [row.powr for row in rows],
        [row.devices_reporting for row in rows],
    )


def battery_models(rows: Sequence[Any]) -> LISTS:
    return (
        [row.end_at for row in rows],
        [row.charge.enwh for row in rows],
        [row.discharge.enwh for row in rows],
        [row.soc.percent for row in rows],
        [row.soc.devices_reporting for row in rows],
    )


class Shape(NamedTuple):
    """What has to be told of a series to whoever reads it."""

    series: str
    paths: tuple[str, ...]
    """Of the columns of the table, in a row."""
    appends: Callable[[Iterable[Any]], LISTS]
    models: Callable[[Sequence[Any]], LISTS]
    week: type[MicroWeek] | type[BatteryWeek]
    stock: str
    """The class of the stock client."""
    row: pa.StructType

    @property
    def names(self) -> list[str]:
        return ["end", *(name for name, _ in window_of(TELEMETRY[self.series]).values)]


_ENERGY = pa.struct({"enwh": pa.int64()})
MICRO = Shape(
    "production_micro",
    ("end_at", "enwh", "powr", "devices_reporting"),
    *(micro_appends, micro_models, MicroWeek, "GetProductionMicroTelemetryResponse200"),
    pa.struct(dict.fromkeys(("end_at", "devices_reporting", "powr", "enwh"), pa.int64())),
)
BATTERY = Shape(
    "battery",
    ("end_at", "charge.enwh", "discharge.enwh", "soc.percent", "soc.devices_reporting"),
    *(battery_appends, battery_models, BatteryWeek, "GetBatteryTelemetryResponse200"),
    pa.struct(
        {
            "end_at": pa.int64(),
            "charge": _ENERGY,
            "discharge": _ENERGY,
            "soc": pa.struct({"percent": pa.int64(), "devices_reporting": pa.int64()}),
        }
    ),
)


def framed(shape: Shape, columns: Iterable[Any]) -> pa.Table:
    """A table of lists of numbers, or of what else has them."""
    made = []
    for name, column in zip(shape.names, columns, strict=True):
        kind = pa.int64() if name in ("end", "devices_reporting") else pa.float64()
        array = column.cast(kind) if isinstance(column, pa.ChunkedArray) else pa.array(column, kind)
        made.append(
            array.cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("us", "UTC")) if name == "end" else array
        )
    return pa.table(dict(zip(shape.names, made, strict=True)))


def ours(shape: Shape, answers: Sequence[bytes]) -> pa.Table:
    """What `to_arrow` does of each answer, from its bytes on."""
    operation = TELEMETRY[shape.series]
    window = window_of(operation)
    frame = Measured("end", shape.series, tuple(name for name, _ in window.values))
    pieces: list[pa.RecordBatch] = []
    for content in answers:
        answer = Answer(operation.operation_id, "GET", "", 200, {}, content, "application/json", 1)
        chunk = Series(window, answer, UTC, "", []).chunk(0, LAST_EPOCH)
        assert chunk is not None
        pieces += frame.pieces([chunk])
    return pa.Table.from_batches(pieces, frame.schema)


def by_hand(shape: Shape, answers: Sequence[bytes]) -> pa.Table:
    decoder = msgspec.json.Decoder(shape.week)
    pieces = [framed(shape, shape.models(decoder.decode(answer).intervals)) for answer in answers]
    return pa.concat_tables(pieces)


def appends(loads: Callable[[bytes], Any], shape: Shape, answers: Sequence[bytes]) -> pa.Table:
    return framed(shape, shape.appends(map(loads, answers)))


def stock(shape: Shape, answers: Sequence[bytes]) -> pa.Table:
    model = getattr(import_module(f"{peers.stock().__name__}.models"), shape.stock)
    rows = [row for answer in answers for row in model.from_dict(json.loads(answer)).intervals]
    return framed(shape, shape.models(rows))


def pandas(shape: Shape, answers: Sequence[bytes]) -> pa.Table:
    frames = [pd.json_normalize(json.loads(answer)["intervals"]) for answer in answers]
    frame = pd.concat(frames)
    return framed(shape, (frame[path] for path in shape.paths))


def arrow_json(shape: Shape, answers: Sequence[bytes]) -> pa.Table:
    lines = b"\n".join(answers)
    schema = pa.schema({"intervals": pa.list_(shape.row)})
    read = pyarrow.json.read_json(
        BytesIO(lines),
        pyarrow.json.ReadOptions(block_size=max(1 << 20, *map(len, answers), 2 * len(answers[0]))),
        pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )
    rows = pa.chunked_array([chunk.flatten() for chunk in read["intervals"].chunks])
    table = pa.Table.from_struct_array(rows)
    while any(pa.types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    return framed(shape, (table[path] for path in shape.paths))


def polars(shape: Shape, answers: Sequence[bytes]) -> pa.Table:
    rows = pl.Series(pa.array([], pa.list_(shape.row))).dtype
    read = pl.read_ndjson(BytesIO(b"\n".join(answers)), schema={"intervals": rows}).explode("intervals")
    fields = []
    for path in shape.paths:
        field = pl.col("intervals")
        for name in path.split("."):
            field = field.struct.field(name)
        fields.append(field.alias(path))
    return framed(shape, read.select(fields).to_arrow().columns)


def sql_type(kind: pa.DataType) -> str:
    if not pa.types.is_struct(kind):
        return "BIGINT"
    return f"STRUCT({', '.join(f'{field.name} {sql_type(field.type)}' for field in kind)})"


def duck(shape: Shape, files: str) -> pa.Table:
    paths = ", ".join(f"row.{path}" for path in shape.paths)
    given = f"columns = {{intervals: '{sql_type(shape.row)}[]'}}"
    query = f"SELECT {paths} FROM (SELECT unnest(intervals) AS row FROM read_json(?, {given}))"  # noqa: S608 - our names
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")
        return framed(shape, database.sql(query, params=[files]).to_arrow_table().columns)


def limits(answers: Sequence[bytes]) -> dict[str, Callable[[], object]]:
    """What only makes dicts of the answers, and drops each before the next."""

    def parsed(loads: Callable[[bytes], Any]) -> None:
        for answer in answers:
            loads(answer)

    return {"json.loads": partial(parsed, json.loads), "orjson": partial(parsed, orjson_loads())}


def orjson_loads() -> Callable[[bytes], Any]:
    loads: Callable[[bytes], Any] = import_module("orjson").loads
    return loads


def ways(shape: Shape, answers: Sequence[bytes], folder: Path) -> dict[str, Callable[[], pa.Table]]:
    """The table of these answers, by each. DuckDB reads files: they are written into the folder here."""
    for index, answer in enumerate(answers):
        (folder / f"{index:03}.json").write_bytes(answer)
    return {
        OURS: partial(ours, shape, answers),
        BY_HAND: partial(by_hand, shape, answers),
        ARROW_JSON: partial(arrow_json, shape, answers),
        ORJSON_APPENDS: partial(appends, orjson_loads(), shape, answers),
        APPENDS: partial(appends, json.loads, shape, answers),
        POLARS: partial(polars, shape, answers),
        DUCKDB: partial(duck, shape, str(folder / "*.json")),
        PANDAS: partial(pandas, shape, answers),
        peers.STOCK: partial(stock, shape, answers),
    }
