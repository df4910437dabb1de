"""From what an installer entered to a home, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from enphase_cloud.mock.addresses import place_of
from enphase_cloud.mock.devices import encharge_serial, enpower_serial, gateway_serials
from enphase_cloud.mock.entries import DEFAULTS, Entered, encharges, enpowers, in_california
from enphase_cloud.mock.fleet import GATEWAY, SELF_CONSUMPTION, Battery, Home, Labels, draw
from enphase_cloud.mock.history import History
from enphase_cloud.mock.modules import MANUFACTURERS, MODEL_NAMES, MODELS, grid_profile_id
from enphase_cloud.mock.options import MAX_HOMES

MODULE_W, MOST_MODULE_W = 400, 2_000
ENCHARGE = (5_000, 3_840)  # capacity in Wh, power in W, of each
ACB = (1_200, 260)
RESERVE_PERCENT = 20
STREETS = (
    "Mill Lane",
    "Station Road",
    "Orchard Street",
    "Hillside",
    "Meadow Way",
    "Harbour Street",
    "Vine Street",
)


def connected_home(number: int, system_id: int, entered: Entered, *, seed: int, connected_at: int) -> Home:
    """A home of which nobody has seen more than the gateway. `number`: of the activation, from 0."""

    def pick(what: str, low: int, high: int) -> int:
        return low + draw(seed, "activation", number, what) % (high - low + 1)

    place = place_of(entered["address"])
    return Home(
        index=MAX_HOMES + number,
        system_id=system_id,
        name=entered["system_name"],
        place=place,
        zone=ZoneInfo(place.clock),
        modules=0,
        size_w=0,
        base_load_w=pick("base", 180, 420),
        peak_load_w=pick("peak", 1200, 2600),
        battery=None,
        chargers=0,
        controllers=0,
        relays=0,
        gateway_version=GATEWAY,
        connection="cellular" if entered["internet_connection"] == "cellular" else "ethernet",
        connected_at=connected_at,
        operational_at=None,
        metered_at=None,
        replaced_at=None,
        gap=None,
        silent_at=None,
        serial=100_000_000_000 + draw(seed, "activation", number, "serial") % 800_000_000_000 // 1000 * 1000,
        key=draw(seed, "activation", number, "weather"),
        labels=Labels(gateways=tuple(entered["envoy_serial_numbers"])),
    )


def finished(home: Home, entered: Entered, *, operational_at: int) -> Home:
    """The same with all the devices that were entered, at work since `operational_at`."""
    battery = _battery(entered)
    metered = battery is not None or entered["expected_meter_count"] > 0 or entered["source"] == "meter"
    controllers = enpowers(entered)
    rating_w = min(int(entered["pv_module_power_rating"] or 0), MOST_MODULE_W) or MODULE_W
    facts: dict[str, Any] = vars(home) | {
        "modules": entered["expected_pcu_count"],
        "size_w": entered["expected_pcu_count"] * rating_w,
        "battery": battery,
        "controllers": len(controllers) or entered["expected_enpower_count"],
        "relays": entered["expected_nsr_count"],
        "operational_at": operational_at,
        "metered_at": operational_at if metered else None,
        "labels": Labels(home.labels.gateways, encharges(entered), controllers),
    }
    return Home(**facts)


def _battery(entered: Entered) -> Battery | None:
    units = len(encharges(entered)) or entered["expected_encharge_count"]
    kind, (capacity_wh, power_w) = "encharge", ENCHARGE
    if not units:
        units, kind, (capacity_wh, power_w) = entered["expected_acb_count"], "acb", ACB
    if not units:
        return None
    return Battery(kind, units, capacity_wh * units, power_w * units, SELF_CONSUMPTION, RESERVE_PERCENT)


def entries_of(history: History, owner_id: int | None, company_id: int) -> Entered:
    """What was entered for a home of the fleet before anybody came to look."""
    home = history.home
    place, battery = home.place, home.battery
    gateways = gateway_serials(home)
    stored = battery is not None and battery.kind == "encharge"
    units = battery.units if battery is not None else 0
    noise = draw(home.key, "entered")
    maker = sorted(MODELS)[noise % len(MODELS)]
    model = sorted(MODELS[maker])[noise // 2**16 % len(MODELS[maker])]
    first = history.first_date
    known: Mapping[str, Any] = {
        "system_name": home.name,
        "internet_connection": "cellular" if home.connection == "cellular" else "broadband",
        "owner_id": owner_id,
        "installer_id": company_id,
        "maintainer_id": company_id,
        # the newer records of the service know no day on which the connection was approved
        "interconnect_date": None if first is None or home.index % 2 else history.midnight(first),
        "source": "microinverters" if home.metered_at is None else "meter",
        "array_type": "fixed_roof_mount",
        "attachment_type": ("rack_mount", "zep", "")[home.index % 3],
        "ensemble_envoy": gateways[0] if stored else "",
        "grid_profile": grid_profile_id(place.country, place.state),
        "envoy_serial_numbers": list(gateways),
        "expected_envoy_count": len(gateways),
        "expected_pcu_count": home.modules,
        "expected_acb_count": 0 if stored else units,
        "expected_nsr_count": home.relays,
        "expected_meter_count": 0 if home.metered_at is None else 2,
        "expected_encharge_count": units if stored else 0,
        "expected_enpower_count": home.controllers,
        "pv_manufacturer": maker,
        "pv_manufacturer_name": MANUFACTURERS[maker],
        "pv_model": model,
        "pv_model_name": MODEL_NAMES[model],
        "pv_module_power_rating": home.size_w // home.modules,
        "pv_module_type": 1,
        "encharge": _grouped(gateways[0], "encharge", [encharge_serial(home, each) for each in range(units)])
        if stored
        else [],
        "enpower": _grouped(
            gateways[0], "enpower", [enpower_serial(home, each) for each in range(home.controllers)]
        ),
        "address": {
            "street1": f"{1 + noise // 2**24 % 180} {STREETS[noise // 2**32 % len(STREETS)]}",
            "city": place.city,
            "state": place.state or "",
            "postal_code": place.postal_code,
            "country": place.country,
        },
    }
    entered = {**DEFAULTS, **known}
    if in_california(entered):
        entered |= {"grid_connection_type": 2, "permission_to_operate": True}
    return entered


def _grouped(gateway: str, what: str, serials: list[str]) -> list[dict[str, Any]]:
    return [{"envoy_serial_number": gateway, f"{what}_serial_numbers": serials}] if serials else []
