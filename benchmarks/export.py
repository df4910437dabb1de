"""What an export of years of telemetry takes: rows a second, and the most memory of its process.

Four microinverters over two years are 840,960 rows. `python -m benchmarks export --full` takes forty of them, 8,409,600
rows, to Parquet in less than 1 GiB.

The archive is filled with answers as the service writes them, a week each, without a server. Each export runs in a
process of its own, whose memory is that of the whole process: the interpreter and libraries included.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from enphase_v4.catalog import BASE_URL

from benchmarks.tables import OURS, Row, Table
from enphase_cloud.archive.answers import Paid
from enphase_cloud.archive.shelf import range_key
from enphase_cloud.archive.store import store_of

WEEK, STEP = 604800, 300
START = 1_700_006_400
END = START + 730 * 86400
SYSTEM = 700
LIMIT_MB = 1024

_EXPORT = """
import json, resource, sys, time
from enphase_cloud import Archive
from enphase_cloud.export import export
home, to, choices = sys.argv[1:]
began = time.perf_counter()
with Archive(home=home) as archive:
    exported = export(archive, to, **json.loads(choices))
took = time.perf_counter() - began
unit = 1e6 if sys.platform == "darwin" else 1e3
print(json.dumps([exported.rows, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit]))
"""


def answer(start: int, end: int, chance: random.Random) -> bytes:
    """A week of a microinverter: by day, and by night, so that all intervals have a row."""
    rows = []
    for at in range(start + STEP, end + 1, STEP):
        power = chance.randrange(350)
        rows.append({"end_at": at, "powr": power, "enwh": power // 12})
    body = {"system_id": SYSTEM, "granularity": "week", "total_devices": 1, "start_at": start, "end_at": end}
    meta = {"status": "normal", "last_report_at": END, "last_energy_at": END, "operational_at": START}
    return json.dumps(body | {"items": "intervals", "intervals": rows, "meta": meta}).encode()


def fill(home: Path, micros: int) -> None:
    """Two years of so many microinverters, as a sync would have kept them."""
    chance = random.Random(5)  # noqa: S311 - some numbers
    store = store_of(home, BASE_URL)
    about = {"system_id": SYSTEM, "name": "A house", "timezone": "Europe/Berlin", "status": "normal"}
    store.know({SYSTEM: json.dumps(about)}, END)
    for start in range(START, END, WEEK):
        end = min(start + WEEK, END)
        body = answer(start, end, chance)
        for number in range(micros):
            key = range_key("getMicroTelemetry", {"system_id": SYSTEM, "serial_no": f"1220{number:08}"})
            asked = {"granularity": "week", "start_at": start}
            store.keep(Paid(key, asked, start, end, end, END + 10 * WEEK, 200, 1, "application/json", body))
    store.close()


def measured(home: Path, to: Path, **choices: object) -> tuple[int, float, float]:
    """Rows, seconds and MB of an export in a process of its own."""
    run = [sys.executable, "-c", _EXPORT, str(home), str(to), json.dumps(choices)]
    rows, took, memory = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    return int(rows), float(took), float(memory)


CASES: list[tuple[str, str, dict[str, object]]] = [
    ("Parquet", "all.parquet", {}),
    ("Parquet, again, only what is new", "all.parquet", {"only_new": True}),
    ("Parquet, by the hour", "hours.parquet", {"every": "hour"}),
    ("Parquet, a folder by month", "folder", {"partitioned": True}),
    ("DuckDB", "all.duckdb", {}),
    ("CSV, a line a value", "all.csv", {"layout": "long"}),
]
"""What it is called, where it goes, and with what choices."""


def tables() -> Iterator[Table]:
    full = "--full" in sys.argv
    micros = 40 if full else 4
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        fill(home, micros)
        for what, name, choices in CASES[: -1 if full else None]:  # the figure is that of Parquet
            count, took, memory = measured(home, Path(folder) / name, **choices)
            if count:
                of = f"rows a second, of {count:,}"
                rows.append(Row(what, {OURS: count / took}, of, "more", digits=0))
            else:
                rows.append(Row(what, {OURS: took}, "s", ""))
            rows.append(Row(f"{what}: memory", {OURS: memory}, "MB", goal=LIMIT_MB, digits=0))
    yield Table(
        "Export",
        f"{micros} microinverters over two years, from an archive that holds their answers; each export in a process of"
        " its own, whose memory is that of the whole process, interpreter and libraries included.",
        rows,
    )
