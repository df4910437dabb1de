"""Answers in which anything may have become anything else: an EnphaseError or rows, and always an end."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_cloud import Enphase, EnphaseError
from tests.amounts import examples

from .worlds import HOST, KEY, NOW, TOKEN, World, reply

DAY, STEP = 86400, 900
START, END = datetime.fromtimestamp(NOW - 10 * DAY, UTC), datetime.fromtimestamp(NOW, UTC)

SERIES = {
    "system_id": 7,
    "granularity": "week",
    "total_devices": 1,
    "start_at": NOW - 10 * DAY,
    "end_at": NOW - 3 * DAY,
    "items": "intervals",
    "intervals": [
        {
            "end_at": NOW - 10 * DAY + n * STEP,
            "charge": {"enwh": n, "devices_reporting": 1},
            "discharge": {"enwh": 0, "devices_reporting": 1},
            "soc": {"percent": 30, "devices_reporting": 1},
        }
        for n in range(1, 5)
    ],
    "last_reported_aggregate_soc": "97%",
}
LIFETIME = {"system_id": 7, "start_date": "2026-06-01", "charge": [1, 2, 3], "discharge": [4, 5, 6]}
SYSTEMS = {
    "total": 2,
    "current_page": 1,
    "size": 100,
    "count": 2,
    "items": "systems",
    "systems": [
        {"system_id": 7, "name": "Home", "timezone": None, "address": {"city": "X"}, "last_report_at": NOW}
    ],
}
SUMMARY = {"system_id": 7, "current_power": 0, "last_report_at": NOW, "summary_date": "2026-06-20"}
DEVICES = {
    "system_id": 7,
    "devices": {"micros": [{"id": 1, "serial_number": "1", "active": True}], "meters": []},
}


def everything(system: Any) -> list[Any]:
    return [system.system_id, system.name, system.status, system.timezone, repr(system)]


USES: dict[str, tuple[Any, Callable[[Enphase], Any]]] = {
    "telemetry": (SERIES, lambda e: list(e.system(7).telemetry("battery", START, END))),
    "lifetime": (LIFETIME, lambda e: list(e.system(7).lifetime("battery"))),
    "systems": (SYSTEMS, lambda e: [everything(system) for system in e.systems()]),
    "summary": (SUMMARY, lambda e: repr(e.system(7).summary())),
    "devices": (DEVICES, lambda e: repr(e.system(7).devices())),
}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(NOW - 20 * DAY, NOW + 20 * DAY),
    st.floats(),
    st.sampled_from(["", "x", "12", "-3.5", "97%", "2026-06-01", "0000-00-00", "false", "\ud800", "9" * 400]),
    st.text(max_size=5),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all nodes of a JSON value."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def mutated(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    result = copy.deepcopy(body)
    node = result
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    return result


@pytest.mark.parametrize("use", USES)
@settings(deadline=None, max_examples=examples(120))
@given(data=st.data())
def test_no_answer_breaks_the_client_or_keeps_it_asking(use: str, data: st.DataObject) -> None:
    body, ask = USES[use]
    for _ in range(data.draw(st.integers(1, 3))):
        body = mutated(body, data.draw(st.sampled_from(places(body))), data.draw(values))
    content = json.dumps(body).encode()

    def serve(request: httpx.Request) -> httpx.Response:
        return reply(200, content) if len(world.wire.requests) < 100 else reply(404, {})

    world = World(serve)
    with (
        Enphase(api_key=KEY, access_token=TOKEN, base_url=HOST, archive=False, runtime=world) as enphase,
        suppress(EnphaseError),
    ):
        ask(enphase)
    assert len(world.wire.requests) < 100, (
        "it goes on asking"
    )  # here: what a wire raises is a call that failed
