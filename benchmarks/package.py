"""What each generator writes of one document: how much, what it needs installed, and how long it takes to write it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import Distribution, distribution, requires
from pathlib import Path

from packaging.requirements import Requirement

from benchmarks import peers
from benchmarks.tables import OURS, Row, Table

TIMES = 3
GENERATED = peers.ROOT / "generated" / "enphase_v4"
SOURCES = (peers.ROOT / "src" / "enphase_cloud", GENERATED)
MONITORING = ("-m", "benchmarks.monitoring_alone", str(peers.ROOT))
_PROGRAM = """
import sys
from pathlib import Path
from regenerate.generate import generate
generate(Path(sys.argv[1]), Path(sys.argv[2]))
"""
BOTH = ("-c", _PROGRAM, str(peers.ROOT))


def generate(command: tuple[str, ...], into: Path) -> None:
    """Our pipeline: overlay, join, hoist, generator, catalog; as `make generate` runs it."""
    path = os.pathsep.join([str(peers.ROOT / "overlay"), str(peers.ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(
        [str(peers.GENERATE_PYTHON), *command, str(into / "generated")], env=environment, check=True
    )


def lines(files: Iterable[Path]) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


def kilobytes(files: Iterable[Path]) -> float:
    return sum(path.stat().st_size for path in files) / 1000


def sizes(ours: list[Path]) -> Iterator[Row]:
    by = {OURS: ours, **{name: peer.files for name, peer in peers.PEERS.items()}}
    models = "datamodel-code-generator writes models alone, in one file: there are no calls in it."
    yield Row(
        *("files", {name: float(len(files)) for name, files in by.items()}),
        goal=170,
        digits=0,
        why=f"openapi-generator puts all operations of a tag into one file. {models}",
    )
    yield Row(
        *("lines", {name: float(lines(files)) for name, files in by.items()}),
        goal=14_000,
        digits=0,
        why=models,
    )
    yield Row("source", {name: kilobytes(files) for name, files in by.items()}, "kB", digits=0, why=models)
    both = sorted(GENERATED.rglob("*.py"))
    yield Row("files, with Commissioning", {OURS: float(len(both))}, goal=275, digits=0)
    yield Row("lines, with Commissioning", {OURS: float(lines(both))}, goal=16_000, digits=0)


def needed(names: Iterable[str]) -> dict[str, Distribution]:
    """Distributions with all that they need, without extras."""
    found: dict[str, Distribution] = {}
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = distribution(name)
            wants = map(Requirement, requires(name) or [])
            todo += [
                it.name.lower() for it in wants if it.marker is None or it.marker.evaluate({"extra": ""})
            ]
    return found


def megabytes(of: Distribution) -> float:
    """What a distribution has installed, without compiled Python."""
    files = (Path(str(file.locate())) for file in of.files or () if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in files if path.exists()) / 1e6


def installed() -> Iterator[Row]:
    ours = needed(["enphase-cloud"])
    with_it = {OURS: ours, **{name: needed(peer.needs) for name, peer in peers.PEERS.items()}}
    others = {name: sum(map(megabytes, them.values())) for name, them in with_it.items()}
    own = {name: kilobytes(peer.files) / 1000 for name, peer in peers.PEERS.items()}
    own[OURS] = sum(kilobytes(folder.rglob("*.py")) for folder in SOURCES) / 1000
    why = (
        "Ours is the whole library: facade, archive, mock server and command line, with both documents; it adds a lock"
        " between processes, folders of the platform and the time zones of the world."
    )
    yield Row(
        "with what it needs", {name: others[name] + own[name] for name in with_it}, "MB", digits=1, why=why
    )
    counts = {name: float(len(them) - (name == OURS)) for name, them in with_it.items()}
    yield Row("distributions that it needs", counts, digits=0, why=why)


def seconds(make: Callable[[Path], None]) -> float:
    with peers.making_place() as folder:
        began = time.perf_counter()
        make(folder)
        return time.perf_counter() - began


def generating() -> Iterator[Row]:
    calls: dict[str, Callable[[Path], None]] = {
        "monitoring": partial(generate, MONITORING),
        "both": partial(generate, BOTH),
        **{name: peer.make for name, peer in peers.PEERS.items()},
    }
    taken = {name: float("inf") for name in calls}
    for _ in range(TIMES):
        for name, make in calls.items():
            taken[name] = min(taken[name], seconds(make))
    others = {name: taken[name] for name in peers.PEERS}
    why = "datamodel-code-generator writes one file of models, and formats nothing with a tool of its own."
    yield Row("to generate Monitoring", {OURS: taken["monitoring"], **others}, "s", why=why)
    yield Row("to generate both documents", {OURS: taken["both"]}, "s")


def tables() -> Iterator[Table]:
    with peers.making_place() as folder:
        generate(MONITORING, folder)
        ours = sorted(folder.rglob("*.py"))
        yield Table(
            "Size of what is generated",
            "The Python that each generator writes of the Monitoring document; ours of the patched one, with the"
            " catalog of its operations, the peers of the published one.",
            list(sizes(ours)),
        )
    yield Table(
        "Size of what is installed",
        "The files of a package and of the distributions that it needs, without extras and without compiled Python.",
        list(installed()),
    )
    yield Table(
        "Time to generate",
        f"A process that generates into an empty folder: the shortest of {TIMES}, taken in turns. Ours is the whole"
        " pipeline: overlay, hoisting, openapi-python-client with our templates, ruff, catalog.",
        list(generating()),
    )
