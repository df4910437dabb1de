"""Each of the document's operations is one clear call away, and the same through both clients."""

from __future__ import annotations

import ast
import inspect
from contextlib import suppress
from typing import Any, TypeGuard

import attrs
import pytest
from enphase_v4.catalog import OPERATIONS

from enphase_cloud import InvalidRequest, NotFound, Record, mock
from enphase_cloud.commissioning import NewActivation

from .asking import ADDRESS, PERSON, USES, House
from .worlds import MODES, Clock

HOMES = 8

MOST_CALLS = {
    "listSystemEvents": 3,
    "listSystemAlarms": 3,
    "fetchEvents": 26,
    "fetchChargerSessionHistory": 10,
}
"""Where one use takes more than a call: three weeks of a log, and all that a charger ever did."""
WITH_ACB = 6
"""The home of the fleet that has batteries of the older kind."""


def ids_of(mode: Any, site: int) -> dict[str, int]:
    """What there is on the server beside systems."""
    desk = mode.client.commissioning
    company = mode.result(desk.branches()).company_id
    begun = NewActivation(system_name="Begun", reference="BEGUN1", address=ADDRESS)
    guest = mode.result(desk.create_company_user(company, **PERSON | {"email": "guest@example.com"})).user_id
    mode.result(desk.grant_access(site, guest))
    return {
        "company": company,
        "colleague": mode.result(desk.company_users(company))[0].user_id,
        "guest": guest,
        "owner": mode.result(desk.activation(site)).owner_id,
        "manufacturer": mode.result(desk.pv_manufacturers())[0].pv_manufacturer_id,
        "array": mode.result(desk.arrays(site)).arrays[0].id,
        "begun": mode.result(desk.create_activation(begun)).system_id,
    }


def serials_of(mode: Any, system: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for device in mode.result(system.devices()):
        found.setdefault(device.device_type, device.serial_number)
    return found


def test_details_are_of_the_model_that_the_type_checker_is_told(server: mock.Server) -> None:
    found: dict[type, type] = {}

    def note(value: Any) -> None:
        if isinstance(value, Record):
            found[type(value)] = type(value.details)
            for each in attrs.fields(type(value)):
                note(getattr(value, each.name))
        elif isinstance(value, list | tuple):
            for each in value:
                note(each)

    mode = MODES["sync"](Clock(server), base_url=server.url)
    system = mode.client.system(server.service.system_ids[0], timezone="UTC")
    house = House(mode, system, serials_of(mode, system), ids_of(mode, system.system_id))
    for use in USES.values():
        with suppress(
            NotFound, InvalidRequest
        ):  # no batteries of the older kind, and no array once it was replaced
            note(use(house))
    note(mode.client.system(system.system_id).refresh().about)
    mode.close()
    told = {}
    for kind in found:
        tree = ast.parse(inspect.getsource(kind))
        told[kind] = [ast.unparse(n.annotation) for n in ast.walk(tree) if _is_details(n)]
    assert told == {kind: [f"models.{model.__name__}"] for kind, model in found.items()}
    assert {kind.__name__ for kind in found} >= {"Summary", "Device", "Event", "LiveReading"}


def _is_details(node: ast.AST) -> TypeGuard[ast.AnnAssign]:
    return isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "details"


def test_every_operation_has_a_use() -> None:
    assert set(USES) == set(OPERATIONS)


@pytest.mark.parametrize("operation_id", USES)
def test_both_clients_ask_and_give_the_same(server: mock.Server, operation_id: str) -> None:
    """One call of the operation itself, as the document writes it; equal values; nothing that could not be read."""
    seen: list[Any] = []
    calls: list[Any] = []
    problems: list[Any] = []
    for kind in MODES.values():
        server.service.reset()  # what is created for one client is none of the other's
        mode = kind(Clock(server), base_url=server.url)
        try:
            home = WITH_ACB if operation_id == "getAcbTelemetry" else 0
            system = mode.client.system(server.service.system_ids[home], timezone="UTC")
            house = House(mode, system, serials_of(mode, system), ids_of(mode, system.system_id))
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
