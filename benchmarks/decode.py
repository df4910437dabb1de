"""From the bytes of an answer to models: time and memory, of us and of each peer, beside json.loads and orjson."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from enphase_v4.catalog import OPERATIONS

from benchmarks import peers, turns
from benchmarks.tables import OURS, Row, Table

START = 1_760_000_000
SECONDS = 3.0
"""For each payload."""
COMPILED = (
    "What builds the models of pydantic and msgspec is Rust and C; ours are plain Python objects, here and below. The"
    " price of theirs is in the table of changed answers: one value that is not as documented, and there is no model."
    " For long series the facade has structs of msgspec of its own, and falls back to these models: see the columns."
)
TIMES = (
    "Three times become datetimes, each for a microsecond, and are looked at again for a form that would not be written"
    " back the same: six microseconds more than json.loads, in a call of some 300."
)
SLOTS = "A struct of msgspec has no room for what the document does not know; our models have, and keep it."


class Payload(NamedTuple):
    """An answer as the service writes it."""

    what: str
    operation_id: str
    content: bytes
    goal: float | None = None
    why: str = ""


def window(rows: list[Any], granularity: str = "week") -> bytes:
    body = {
        "system_id": 1,
        "granularity": granularity,
        "total_devices": 2,
        "start_at": START,
        "end_at": START,
    }
    return json.dumps({**body, "items": "intervals", "intervals": rows}).encode()


def battery(rows: int) -> list[dict[str, Any]]:
    reporting = {"devices_reporting": 2}
    return [
        {
            "end_at": START + 900 * index,
            "charge": {"enwh": index % 50, **reporting},
            "discharge": {"enwh": index % 30, **reporting},
            "soc": {"percent": index % 100, **reporting},
        }
        for index in range(rows)
    ]


def payloads() -> list[Payload]:
    meter = [{"end_at": START + 900 * i, "devices_reporting": 1, "wh_del": i % 999} for i in range(672)]
    grid = [{"end_at": START + 900 * i, "wh_imported": i % 999} for i in range(672)]
    micro = [
        {"end_at": START + 300 * i, "devices_reporting": 15, "powr": i, "enwh": i // 12} for i in range(2016)
    ]
    summary = {
        **{"system_id": 1, "current_power": 4120, "energy_lifetime": 21987654, "energy_today": 18250},
        **{
            "last_interval_end_at": 1782000000,
            "last_report_at": 1782000123,
            "modules": 24,
            "nmi": "6408091979",
        },
        **{"operational_at": 1655000000, "operational_date": "2022-06-12", "source": "microinverters"},
        **{
            "status": "normal",
            "summary_date": "2026-06-21",
            "battery_charge_w": 0,
            "battery_discharge_w": 120,
        },
        **{"battery_capacity_wh": 10080, "size_w": 9120},
    }
    return [
        Payload(
            "battery, a day: 96 nested rows", "getBatteryTelemetry", window(battery(96), "day"), 2.3, COMPILED
        ),
        Payload("battery, a week: 672 nested rows", "getBatteryTelemetry", window(battery(672)), 2.3),
        Payload("battery, 2,016 nested rows", "getBatteryTelemetry", window(battery(2016)), 2.3),
        Payload("production meter, a week: 672 rows", "getProductionMeterTelemetry", window(meter)),
        Payload("microinverters, a week: 2,016 rows", "getProductionMicroTelemetry", window(micro)),
        Payload(
            "energy import, a week: 672 rows in a list of lists", "getEnergyImportTelemetry", window([grid])
        ),
        Payload("summary: one small object", "getSystemSummary", json.dumps(summary).encode(), None, TIMES),
    ]


def decoders(payload: Payload) -> dict[str, Callable[[], object]]:
    """From bytes to models, by each; what comes before (urllib3 or httpx) is not in it."""
    content = payload.content
    name = payload.operation_id[:1].upper() + payload.operation_id[1:]
    ours = import_module(OPERATIONS[payload.operation_id].module).parse
    stock = getattr(import_module(f"{peers.stock().__name__}.models"), f"{name}Response200")
    generator = peers.openapi_generator().ApiClient()
    pydantic = getattr(peers.pydantic_models(), f"{name}Response200")
    struct = getattr(peers.msgspec_models(), f"{name}Response200")
    msgspec = import_module("msgspec").json.Decoder(struct)
    orjson = import_module("orjson")
    return {
        OURS: lambda: ours(200, content, "application/json"),
        peers.STOCK: lambda: stock.from_dict(json.loads(content)),
        peers.OPENAPI_GENERATOR: lambda: generator.deserialize(
            content.decode(), f"{name}200Response", "application/json"
        ),
        peers.PYDANTIC: lambda: pydantic.model_validate_json(content),
        peers.MSGSPEC: lambda: msgspec.decode(content),
        "json.loads": lambda: json.loads(content),
        "orjson": lambda: orjson.loads(content),
    }


def tables() -> Iterator[Table]:
    given = payloads()
    yield Table(
        "Decoding to models",
        "The bytes of one answer to the models of each generator, and to the dicts of two JSON libraries. Multiples of"
        " `json.loads` of the same bytes; all took turns in one process, and the shortest run of each counts.",
        [
            Row(
                payload.what,
                turns.ratios(decoders(payload), "json.loads", seconds=SECONDS),
                "x json.loads",
                goal=payload.goal,
                why=payload.why,
            )
            for payload in given
        ],
    )
    yield Table(
        "Memory of decoded models",
        "What the models of one answer hold, by `tracemalloc`, after the same call has been made once.",
        [
            Row(
                payload.what,
                {name: turns.held(call) / 1000 for name, call in decoders(payload).items()},
                "kB",
                digits=1,
                why=SLOTS if payload.what.startswith("battery") else "",
            )
            for payload in given
            if payload.what.startswith(("battery, a week", "microinverters", "summary"))
        ],
    )
