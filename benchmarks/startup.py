"""What it takes to begin, over a bare interpreter: imports and `enphase --help`, as whole processes taken in turns."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

from benchmarks import peers
from benchmarks.tables import OURS, Row, Table

RUNS = 15
STRUCTS = (
    "C makes the structs of msgspec; attrs writes the methods of each of our models in Python and compiles them. So a"
    " model is imported when it is first asked for."
)
BARE = "bare"
CASES: dict[str, list[str]] = {
    BARE: ["-c", "pass"],
    "import": ["-c", "import enphase_cloud"],
    "help": ["-m", "enphase_cloud", "--help"],
    "command help": ["-m", "enphase_cloud", "telemetry", "--help"],
    "package": ["-c", "import enphase_v4"],
    "model": ["-c", "from enphase_v4.models import BatteryTelemetry"],
    "models": ["-c", "import enphase_v4.models as m; [getattr(m, name) for name in m.__all__]"],
    "httpx": ["-c", "import httpx"],
    "requests": ["-c", "import requests"],
    "stock package": ["-c", "import stock_client"],
    "stock models": ["-c", "import stock_client.models"],
    "generator package": ["-c", "import openapi_generator_client"],
    "pydantic": ["-c", "import pydantic_models"],
    "msgspec": ["-c", "import msgspec_models"],
}
_LOADED = "import sys, enphase_cloud; print(sum(name.partition('.')[0] == 'httpx' for name in sys.modules))"


def run(words: list[str]) -> str:
    environment = {**os.environ, "PYTHONPATH": str(peers.folder())}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, *words], check=True, stdout=subprocess.PIPE, env=environment, text=True
    )
    return done.stdout


def milliseconds(words: list[str]) -> float:
    began = time.perf_counter()
    run(words)
    return (time.perf_counter() - began) * 1000


def taken() -> dict[str, float]:
    """The shortest of each case, less that of a bare interpreter."""
    shortest = dict.fromkeys(CASES, float("inf"))
    for _ in range(RUNS):
        for name, words in CASES.items():
            shortest[name] = min(shortest[name], milliseconds(words))
    return {name: least - shortest[BARE] for name, least in shortest.items()}


def tables() -> Iterator[Table]:
    ms = taken()
    everything = {
        peers.STOCK: ms["stock models"],
        peers.OPENAPI_GENERATOR: ms["generator package"],
        peers.PYDANTIC: ms["pydantic"],
        peers.MSGSPEC: ms["msgspec"],
    }
    package = {OURS: ms["package"], peers.STOCK: ms["stock package"]}
    http = {peers.REQUESTS: ms["requests"], "bare httpx": ms["httpx"]}
    rows = [
        Row("`import enphase_cloud`", {OURS: ms["import"], **http}, "ms", goal=20, digits=0),
        Row("modules of httpx that it loads", {OURS: float(run(["-c", _LOADED]))}, goal=0, digits=0),
        Row("`enphase --help`", {OURS: ms["help"]}, "ms", goal=60, digits=0),
        Row("`enphase telemetry --help`", {OURS: ms["command help"]}, "ms", digits=0),
        Row(
            "the generated package",
            {**package, peers.OPENAPI_GENERATOR: everything[peers.OPENAPI_GENERATOR]},
            "ms",
        ),
        Row("one of its models", {OURS: ms["model"], **everything}, "ms"),
        Row("all of its models", {OURS: ms["models"], **everything}, "ms", why=STRUCTS),
    ]
    yield Table(
        "Start",
        f"Whole processes, taken in turns {RUNS} times: the shortest in milliseconds, less that of `python -c pass`;"
        " everything is compiled before. Beside our import stand the HTTP libraries alone. A peer that loads all models"
        " with its package, or with the first of them, has that figure in each row.",
        [replace(row, digits=0) for row in rows],
    )
