"""The tariff of a site."""

from __future__ import annotations

from typing import Any

from enphase_cloud.mock.fleet import FULL_BACKUP, SAVINGS, SELF_CONSUMPTION
from enphase_cloud.mock.handlers.commissioning.access import system_of
from enphase_cloud.mock.handlers.commissioning.bodies import body_of, refused
from enphase_cloud.mock.service import Asked, Service

MODES = {SELF_CONSUMPTION: "self-consumption", SAVINGS: "economy", FULL_BACKUP: "backup"}


def tariff(service: Service, asked: Asked) -> dict[str, Any]:
    """What energy costs by season, day and time; what the battery does about it is what it was told elsewhere."""
    activation, history = system_of(service, asked)
    content = activation.tariff.content(activation.entered["address"]["country"])
    if history.storage is not None:
        orders = history.storage.orders(service.now)
        settings = {"mode": MODES[orders.mode], "reserved_soc": orders.floor_percent}
        content = {"storage_settings": settings} | content
    return {"tariff": content, "task": activation.tariff.task(service.now)}


def update_tariff(service: Service, asked: Asked) -> dict[str, Any]:
    """Another tariff in place of the old one. 422 for one that makes no sense, which the document does not know."""
    activation, _ = system_of(service, asked, changes=True)
    body = body_of(service, asked, "updateSystemTariffSettings")
    if "tariff" not in body:
        raise refused(["tariff is mandatory"])
    # the battery is told what to do elsewhere
    content = {name: value for name, value in body["tariff"].items() if name != "storage_settings"}
    activation.tariff.set(content, service.now)
    return {"task": activation.tariff.task(service.now)}
