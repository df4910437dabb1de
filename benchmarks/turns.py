"""Calls measured in turns: what disturbs one disturbs the others, and what is compared is the shortest of many runs."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable, Mapping

Calls = Mapping[str, Callable[[], object]]


def best(calls: Calls, *, seconds: float, least: int = 5) -> dict[str, float]:
    """The shortest of many runs of each call, in seconds; turns are taken for so many seconds, and a few at least."""
    shortest = dict.fromkeys(calls, float("inf"))
    gc.collect()
    gc.freeze()  # what the others have loaded is not to be looked through at the expense of each
    until, turns = time.perf_counter() + seconds, 0
    while turns < least or time.perf_counter() < until:
        turns += 1
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            shortest[name] = min(shortest[name], time.perf_counter() - began)
    gc.unfreeze()
    return shortest


def ratios(calls: Calls, limit: str, *, seconds: float) -> dict[str, float]:
    """The same as multiples of one of them."""
    shortest = best(calls, seconds=seconds)
    return {name: taken / shortest[limit] for name, taken in shortest.items()}


def held(call: Callable[[], object]) -> int:
    """How many bytes of Python's memory the result of a call holds, after a first one has loaded what it needs."""
    call()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    result = call()
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del result
    return after - before
