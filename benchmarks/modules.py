"""The benchmarks, and how they are run: each in a process of its own, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from benchmarks.tables import Table

MODULES = (
    *("package", "startup", "decode", "answers", "frames", "calls", "hits", "scale"),
    *("export", "ledger", "mock"),
)
"""In the order of the page."""


def measure(name: str) -> list[Table]:
    """The tables of one module."""
    return list(import_module(f"benchmarks.{name}").tables())


def measured(names: Iterable[str]) -> Iterator[tuple[str, list[Table]]]:
    """The tables of each module, one after the other."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as process:
        for name in names:
            yield name, process.submit(measure, name).result()
