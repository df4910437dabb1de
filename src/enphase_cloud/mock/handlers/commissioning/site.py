"""What an installer sets of a system: what its battery may do with the grid, if it produces, and how much it should."""

from __future__ import annotations

import re
from typing import Any

from enphase_cloud.mock.activations import VERIFYING, Activation
from enphase_cloud.mock.energy import MICRO_STEP
from enphase_cloud.mock.estimates import Estimate
from enphase_cloud.mock.handlers.commissioning.access import activation_of
from enphase_cloud.mock.handlers.commissioning.bodies import body_of, refused
from enphase_cloud.mock.handlers.common import status
from enphase_cloud.mock.history import History
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service
from enphase_cloud.mock.storage import Storage

PV_ONLY = "This is a PV only site. Battery mode can only be {} for sites with Enphase battery systems"
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
MONTHS = 12


def battery_mode(service: Service, asked: Asked) -> dict[str, bool]:
    """Whether the battery may charge from the grid (CFG), and discharge to it (DTG)."""
    activation = activation_of(service, asked)
    _, storage = _storage(service, activation, "fetched")
    return {
        "CFG_allowed": storage.orders(service.now).from_grid,
        "DTG_allowed": activation.discharges_to_grid.at(service.now),
    }


def update_battery_mode(service: Service, asked: Asked) -> dict[str, str]:
    """Set both, from now on. What it is told of the grid is what Monitoring calls `charge_from_grid`."""
    activation = activation_of(service, asked, changes=True)
    history, storage = _storage(service, activation, "updated")
    body = body_of(service, asked, "updateActivationBatteryMode")
    storage.change(service.now, from_grid=body["CFG_allowed"])
    activation.discharges_to_grid.change(service.now, body["DTG_allowed"])
    history.forget(service.now)
    return {"message": "Battery mode updated successfully"}


def production_mode(service: Service, asked: Asked) -> dict[str, Any]:
    """Whether the microinverters may produce, and how many of them do now."""
    activation = activation_of(service, asked)
    history, now = _reporting(service, activation), service.now
    day = history.date_at(now)
    power_w = history.sun(day).power_w[(now - history.midnight(day)) // MICRO_STEP]
    producing = power_w > 0 and activation.production.on(now) and status(history, now) == "normal"
    return {
        "mode": "on" if activation.production.switch.at(now) else "off",
        "total_micros": history.home.modules,
        "energy_producing_micros": history.home.modules if producing else 0,
    }


def set_production_mode(service: Service, asked: Asked) -> dict[str, str]:
    """Let the microinverters produce, or not: from the interval on that begins next."""
    activation = activation_of(service, asked, changes=True)
    history = _reporting(service, activation)
    if status(history, service.now) != "normal":
        raise RefusedError(422, "No active Envoys present in the site")
    body = body_of(service, asked, "setProductionMode")
    activation.switch(service.now, on=body["mode"] == "on")
    return {"message": "Production mode Task sent to envoy Successfully"}


def estimate(service: Service, asked: Asked) -> dict[str, Any]:
    """What the system is to produce by month."""
    return _estimate(activation_of(service, asked))


def update_estimate(service: Service, asked: Asked) -> dict[str, Any]:
    """Another estimate in place of the old one."""
    activation = activation_of(service, asked, changes=True)
    body = body_of(service, asked, "updateActivationEstimate")
    factor, months = body["degrade_factor"], body["month_estimates"]
    told = []
    if not NUMBER.fullmatch(factor):
        told.append("degrade_factor must be percent, 0 or more, as text")
    if len(months) not in (0, MONTHS):
        told.append("month_estimates must have 12 values, or none")
    if not all(NUMBER.fullmatch(each) and float(each) > 0 for each in months):
        told.append("month_estimates must be kWh, more than 0, as text")
    if told:
        raise refused(told, numbered=True)
    activation.estimate = Estimate(factor, tuple(months))
    return _estimate(activation)


def _estimate(activation: Activation) -> dict[str, Any]:
    return {
        "system_id": activation.system_id,
        "degrade_factor": activation.estimate.degrade_factor,
        "month_estimates": list(activation.estimate.month_estimates),
    }


def _storage(service: Service, activation: Activation, done: str) -> tuple[History, Storage]:
    """The system and its Encharges. Raises RefusedError (422) where there are none, or nobody has seen them yet."""
    history = service.find(str(activation.system_id))
    if history is None or history.storage is None or history.home.battery is None:
        raise RefusedError(422, PV_ONLY.format(done))
    if history.home.battery.kind != "encharge":
        raise RefusedError(422, PV_ONLY.format(done))
    return history, history.storage


def _reporting(service: Service, activation: Activation) -> History:
    """The system, from stage 3 on. Raises RefusedError (422) before."""
    history = service.find(str(activation.system_id))
    if history is None or activation.stage(service.now) < VERIFYING:
        raise RefusedError(422, "System not yet communicated")
    return history
