"""Each of the document's operations is one clear call away, and the same through both clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from enphase_v4.catalog import OPERATIONS

from enphase_cloud import mock

from .asking import USES, House
from .test_mock import Clock
from .worlds import KEY, MODES, NOW, TOKEN

MOST_CALLS = {
    "listSystemEvents": 3,
    "listSystemAlarms": 3,
    "fetchEvents": 26,
    "fetchChargerSessionHistory": 10,
}
"""Where one use takes more than a call: three weeks of a log, and all that a charger ever did."""
WITH_ACB = 6
"""The home of the fleet that has batteries of the older kind."""


@pytest.fixture(scope="module")
def server() -> Iterator[mock.Server]:
    with mock.serve(seed=3, homes=8, clock=NOW, api_key=KEY, access_token=TOKEN) as running:
        yield running


def serials_of(mode: Any, system: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for device in mode.result(system.devices()):
        found.setdefault(device.device_type, device.serial_number)
    return found


def test_every_operation_has_a_use() -> None:
    assert set(USES) == set(OPERATIONS)


@pytest.mark.parametrize("operation_id", USES)
def test_both_clients_ask_and_give_the_same(server: mock.Server, operation_id: str) -> None:
    """One call of the operation itself, as the document writes it; equal values; nothing that could not be read."""
    seen: list[Any] = []
    calls: list[Any] = []
    problems: list[Any] = []
    for kind in MODES.values():
        mode = kind(Clock(server), base_url=server.url)
        try:
            home = WITH_ACB if operation_id == "getAcbTelemetry" else 0
            system = mode.client.system(server.service.system_ids[home], timezone="UTC")
            house = House(mode, system, serials_of(mode, system))
            server.service.journal.clear()
            found = USES[operation_id](house)
            problems += house.problems
            calls.append([(call.operation, call.status, call.query) for call in server.service.journal])
            seen.append(found)
        finally:
            mode.close()
    assert seen[0] == seen[1]
    assert calls[0] == calls[1]
    assert len(calls[0]) == MOST_CALLS.get(operation_id, 1)
    assert {(name, status // 100) for name, status, _ in calls[0]} == {(operation_id, 2)}
    assert problems == []
