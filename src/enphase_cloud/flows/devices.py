"""Devices, and what they reported last: lists by class, made one, whatever the classes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs
from enphase_v4.types import Model

from ..records.base import read_records
from ..records.ev import Charger
from ..records.site import Device, LatestReading
from .calls import called

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..records.base import Items
    from ..transport.messages import Answer, Request

R = TypeVar("R", Device, LatestReading, Charger)


def devices(system_id: int) -> Generator[Request, Answer, Items[Device]]:
    """The devices of all classes, in the order of the answer."""
    return _of_all_classes(Device, "listSystemDevices", system_id)


def latest(system_id: int) -> Generator[Request, Answer, Items[LatestReading]]:
    """The last readings of all classes, in the order of the answer."""
    return _of_all_classes(LatestReading, "getLatestSystemTelemetry", system_id)


def chargers(system_id: int) -> Generator[Request, Answer, Items[Charger]]:
    """The EV chargers of all classes, in the order of the answer."""
    return _of_all_classes(Charger, "fetchChargersSummary", system_id)


def _of_all_classes(kind: type[R], operation_id: str, system_id: int) -> Generator[Request, Answer, Items[R]]:
    answer = yield from called(operation_id, system_id=system_id)
    classes = answer.model.get_path("devices")
    found: list[R] = []
    if isinstance(classes, Model):
        for name, listed in classes.additional_properties.items():
            members = read_records(kind, listed, f"$.devices.{name}", answer.notes)
            found += [attrs.evolve(member, device_type=name) for member in members]
    else:
        answer.notes.wrong("$.devices", "no object", classes or None)
    return answer.items(found)
