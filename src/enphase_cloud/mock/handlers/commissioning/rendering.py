"""Activations as answers have them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from enphase_cloud.mock.activations import VERIFYING, Activation
from enphase_cloud.mock.addresses import place_of
from enphase_cloud.mock.entries import GRID_CONNECTIONS, GRID_MODES
from enphase_cloud.mock.fleet import DAY
from enphase_cloud.mock.handlers.commissioning.access import told_user
from enphase_cloud.mock.people import User
from enphase_cloud.mock.service import Service

EXPANSIONS = frozenset({"owner", "owner.company", "host", "host.company"})
PENDING = "Pending for system owner approval"
"""What is said of a subcontractor in the first day, while the owner has not agreed."""
LISTED = ("internet_connection", "lease", "operational")
PLAIN = (
    *(
        "allow_public_access",
        "interconnect_date",
        "source",
        "array_type",
        "attachment_type",
        "ensemble_envoy",
    ),
    *("grid_profile", "requested_profile", "requested_report_freq", "voltage", "envoy_serial_numbers"),
    *("expected_envoy_count", "expected_pcu_count", "expected_acb_count", "expected_nsr_count"),
    *("expected_meter_count", "expected_encharge_count", "expected_enpower_count"),
    *("pv_manufacturer", "pv_manufacturer_name", "pv_model", "pv_model_name"),
    *("pv_module_power_rating", "pv_module_type", "encharge", "enpower"),
)


def told_listed(service: Service, activation: Activation, user: User) -> dict[str, Any]:
    """An activation as the list has it: owner and host are names."""
    return _told(service, activation, user, expand=())


def told_activation(
    service: Service, activation: Activation, user: User, expand: Collection[str]
) -> dict[str, Any]:
    """All that is known of an activation; `expand`: words of `EXPANSIONS`."""
    entered = activation.entered
    return _told(service, activation, user, expand) | {
        "production_mode": "on" if activation.production.switch.at(service.now) else "off",
        "installer_support_email": "support@example.com",
        **{name: entered[name] for name in PLAIN},
    }


def _told(service: Service, activation: Activation, user: User, expand: Collection[str]) -> dict[str, Any]:
    entered, now = activation.entered, service.now
    told: dict[str, Any] = {
        "system_id": activation.system_id,
        "system_name": entered["system_name"],
        "system_type": entered["system_type"],
        "status": status_text(service, activation),
        "stage": activation.stage(now),
        **{name: entered[name] for name in LISTED},
        **_person(service, activation, "owner", expand),
        **_person(service, activation, "host", expand),
        **_company(service, activation, "installer"),
        **_company(service, activation, "maintainer"),
        "authorized_subcontractors": [
            _subcontractor(service, activation, company_id) for company_id in activation.subcontractors
        ],
        **_connection(activation),
        "uri": f"/api/v4/partner/activations/{activation.system_id}.json",
        "updated_at": activation.updated_at,
        **service.activations.names(activation, user),
    }
    return told | _where(service, activation)


def _where(service: Service, activation: Activation) -> dict[str, Any]:
    """The address, its degrees and its time zone, as far as the service finds them."""
    address = activation.entered["address"]
    if address is None:
        return {}
    history = service.find(str(activation.system_id))
    place = place_of(address)
    if history is not None:
        built = history.home.place
        moved = any(
            (address[name] or None) != getattr(built, name) for name in ("city", "state", "postal_code")
        )
        place = place._replace(timezone=built.timezone) if moved else built
    known = place.timezone is not None
    told: dict[str, Any] = {"timezone": place.timezone} if known else {}
    told["address"] = address | {
        "latitude": place.latitude if known else None,
        "longitude": place.longitude if known else None,
    }
    return told


def status_text(service: Service, activation: Activation) -> str:
    """The state of a system in words."""
    now = service.now
    history = service.find(str(activation.system_id))
    last = None if history is None else history.last_report_at(now)
    if last is None or now - last >= DAY:
        return "Gateway Not Reporting"
    if activation.stage(now) == VERIFYING:
        return "Microinverters Not Reporting"
    return "Normal" if activation.production.on(now) else "Production Off"


def _person(service: Service, activation: Activation, role: str, expand: Collection[str]) -> dict[str, Any]:
    """Owner or host, and their id: a name, or in full where that is asked for."""
    user_id = activation.entered[f"{role}_id"]
    if user_id is None:
        return {role: None, f"{role}_id": None}
    user, company = service.people.users[user_id], f"{role}.company" in expand
    if role not in expand and not company:
        return {role: user.name, f"{role}_id": user_id}
    return {
        role: told_user(service, user, activation_id=activation.system_id, company=company),
        f"{role}_id": user_id,
    }


def _company(service: Service, activation: Activation, role: str) -> dict[str, Any]:
    company = service.people.companies[activation.entered[f"{role}_id"]]
    return {f"{role}_name": company.name, f"{role}_id": company.company_id}


def _subcontractor(service: Service, activation: Activation, company_id: int) -> dict[str, Any]:
    told = {
        "authorized_subcontractor_id": company_id,
        "authorized_subcontractor_name": service.people.companies[company_id].name,
    }
    since = activation.subcontractors[company_id]
    waiting = activation.entered["owner_id"] is not None and service.now < since + DAY
    return told | ({"status": PENDING} if waiting else {})


def _connection(activation: Activation) -> dict[str, Any]:
    """What is known of the connection to the grid; what nobody has entered is left out."""
    entered = activation.entered
    kind, mode = entered["grid_connection_type"], entered["battery_grid_mode"]
    told: dict[str, Any] = {
        "grid_connection_type": None if kind is None else {"type": kind, "value": GRID_CONNECTIONS[kind]},
        "battery_grid_mode": None if mode is None else GRID_MODES[mode],
        "third_party_storage_device_installed": entered["third_party_storage_device_installed"],
        "third_party_storage_device_manufacturer": entered["third_party_storage_device_manufacturer"],
        "interconnection_application_date": entered["interconnection_application_date"],
        "permission_to_operate": entered["permission_to_operate"],
    }
    return {name: value for name, value in told.items() if value is not None}
