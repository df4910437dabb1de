"""What DESIGN promises of the generated package, measured: ratios to a limit in the same run, best of many.

Run it with `make bench`. A ratio is comparable between machines; a time is not, so none is a goal.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from enphase_v4.models import BatteryTelemetry, EnergyImportTelemetry, ProductionMeterTelemetry

PACKAGE = Path(sys.modules["enphase_v4"].__file__ or "").parent
START = 1_760_000_000


class Shape(Protocol):
    """What every generated model can do."""

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> object: ...


def best(*calls: Callable[[], object], times: int = 200) -> list[float]:
    """The shortest of many runs of each call, in seconds, taken in turns: what disturbs one disturbs the other."""
    shortest = [float("inf")] * len(calls)
    for _ in range(times):
        for index, call in enumerate(calls):
            began = time.perf_counter()
            call()
            shortest[index] = min(shortest[index], time.perf_counter() - began)
    return shortest


def window(rows: list[Any], **more: Any) -> str:
    return json.dumps(
        {"system_id": 1, "granularity": "week", "items": "intervals", "intervals": rows, **more}
    )


def battery_row(index: int) -> dict[str, Any]:
    reporting = {"devices_reporting": 2}
    energy = {"charge": {"enwh": index % 50, **reporting}, "discharge": {"enwh": index % 30, **reporting}}
    return {"end_at": START + 900 * index, **energy, "soc": {"percent": index % 100, **reporting}}


def decoded(model: type[Shape], text: str) -> object:
    return model.from_dict(json.loads(text))


def decoding() -> list[tuple[str, str, str]]:
    meter = [{"end_at": START + 900 * i, "devices_reporting": 1, "wh_del": i % 999} for i in range(672)]
    grid = [{"end_at": START + 900 * i, "wh_imported": i % 999} for i in range(672)]
    cases: list[tuple[str, type[Shape], str, str]] = [
        ("battery, 2,016 rows", BatteryTelemetry, window([battery_row(i) for i in range(2016)]), "2.3"),
        ("production meter, 672 rows", ProductionMeterTelemetry, window(meter), ""),
        ("energy import, 672 rows, nested", EnergyImportTelemetry, window([grid]), ""),
    ]
    lines = []
    for name, model, text, goal in cases:
        limit, ours = best(partial(json.loads, text), partial(decoded, model, text))
        lines.append((f"{name} to models, x json.loads", f"{ours / limit:.2f}", goal))
    return lines


def size() -> list[tuple[str, str, str]]:
    files = list(PACKAGE.rglob("*.py"))
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    return [
        ("files of the generated package", f"{len(files)}", "275"),
        ("lines of the generated package", f"{lines:,}", "16,000"),
    ]


def main() -> None:
    print(f"Python {sys.version.split()[0]}")
    print(f"{'what':<58}{'figure':>8}{'at most':>9}")
    for what, figure, goal in [*decoding(), *size()]:
        print(f"{what:<58}{figure:>8}{goal:>9}")


if __name__ == "__main__":
    main()
