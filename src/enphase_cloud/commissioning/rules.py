"""What the vendor's documents require of an activation beyond single values: a table of rules, and who is held to it.

Refused here, a mistake costs nothing; refused by the service, it costs a hit, and one of the 200 writes of the month.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .._time import find_zone
from ..errors import InvalidRequest
from .activation import Address, NewActivation
from .bodies import drafted, epoch, path_of, wired, wrong

if TYPE_CHECKING:
    from .activation import ActivationChanges

NET_BILLING = 1
"""The grid connection type that knows what a battery may do with the grid."""
LAST_OF_NET_METERING = date(2023, 4, 14)
"""Whoever applied on this day or before has net metering (NEM 2.0)."""
_NOON_AFTER_FIRST = (12 + 14) * 3600
"""Seconds from where a day begins first (UTC+14) to its noon in UTC."""
_PACIFIC = "America/Los_Angeles"


class Case(NamedTuple):
    """What a rule is held against."""

    body: ActivationChanges
    united_states: bool
    """Whether the company of the caller is in the United States."""
    now: float

    @property
    def new(self) -> bool:
        """Whether it is a new activation, of which everything is known; of a change, only what it names."""
        return isinstance(self.body, NewActivation)

    @property
    def placed(self) -> bool:
        """Whether it is said where the system stands."""
        return self.body.address is not None

    @property
    def american(self) -> bool:
        """Whether it stands in the United States, as far as is said."""
        address = self.body.address
        return isinstance(address, Address) and _code(address.country) == "US"

    @property
    def californian(self) -> bool:
        """Whether it stands in California, as far as is said."""
        return self.american and self.body.address is not None and _code(self.body.address.state) == "CA"

    @property
    def batteries(self) -> bool:
        """Whether there are Encharge batteries, as far as is said."""
        counted = self.body.expected_encharge_count
        return bool(self.body.encharge) or (isinstance(counted, int) and counted > 0)

    @property
    def applied(self) -> int | None:
        """Epoch seconds at which the connection was applied for; None where that is not said, or is no time."""
        told = self.body.interconnection_application_date
        try:
            return None if told is None else epoch(told, "")
        except InvalidRequest:
            return None

    @property
    def applied_today(self) -> bool:
        """Whether that is a date, and one that has begun somewhere: its noon may be still to come."""
        told = self.body.interconnection_application_date
        dated = isinstance(told, str) and len(told.strip()) <= len("2026-01-01")
        dated = dated or (isinstance(told, date) and not isinstance(told, datetime))
        return dated and self.applied is not None and self.applied - _NOON_AFTER_FIRST <= self.now


Broken: TypeAlias = Callable[[Case], bool]


class Rule(NamedTuple):
    """One rule. `broken` says whether a case breaks it, `told` what to do then, and `source` where it is written."""

    name: str
    told: str
    source: str
    broken: Broken


_DOCUMENT = "the vendor's Commissioning document, July 2026"
_NOTES = "the vendor's release notes, grid connection type and battery grid mode in activations"

RULES = (
    Rule(
        "address",
        "address is missing, and companies in the United States have to give one, also with a change. "
        "Give an Address, or say united_states=False if yours is elsewhere.",
        f"{_DOCUMENT}: createActivation, updateActivation; {_NOTES}",
        lambda case: case.united_states and not case.placed,
    ),
    Rule(
        "state",
        "address.state has to be a code of two letters in the United States, such as CA.",
        f"{_DOCUMENT}: address",
        lambda case: (
            case.american
            and case.body.address is not None
            and not (
                isinstance(case.body.address.state, str)
                and re.fullmatch("[A-Za-z]{2}", case.body.address.state)
            )
        ),
    ),
    Rule(
        "grid connection in California",
        "grid_connection_type is missing, and sites in California need one: 1 (net billing tariff, NEM 3.0), "
        "2 (net metering), 3 (net feed-in tariff) or 4 (gross feed-in tariff).",
        f"{_DOCUMENT}: grid_connection_type; {_NOTES}",
        lambda case: case.new and case.californian and case.body.grid_connection_type is None,
    ),
    Rule(
        "grid connection elsewhere",
        "grid_connection_type is for sites in California, and the address is elsewhere: leave it out.",
        _NOTES,
        lambda case: case.body.grid_connection_type is not None and case.placed and not case.californian,
    ),
    Rule(
        "battery grid mode without net billing",
        "battery_grid_mode goes with grid_connection_type 1 only: leave it out.",
        f"{_DOCUMENT}: battery_grid_mode; {_NOTES}",
        lambda case: (
            case.body.battery_grid_mode is not None
            and (case.new or case.body.grid_connection_type is not None)
            and case.body.grid_connection_type != NET_BILLING
        ),
    ),
    Rule(
        "battery grid mode without a battery",
        "battery_grid_mode is for sites with Encharge batteries, and none are named: leave it out, or name them in "
        "encharge or expected_encharge_count.",
        _NOTES,
        lambda case: case.new and case.body.battery_grid_mode is not None and not case.batteries,
    ),
    Rule(
        "battery grid mode that is missing",
        "battery_grid_mode is missing, and batteries in California with grid_connection_type 1 need one: "
        "1 (import only) or 2 (export only).",
        f"{_DOCUMENT}: battery_grid_mode",
        lambda case: (
            case.new
            and case.californian
            and case.batteries
            and case.body.grid_connection_type == NET_BILLING
            and case.body.battery_grid_mode is None
        ),
    ),
    Rule(
        "storage of others",
        "third_party_storage_device_installed is missing, and sites in California without Encharge batteries have to "
        "say it.",
        f"{_DOCUMENT}: third_party_storage_device_installed; {_NOTES}",
        lambda case: (
            case.new
            and case.californian
            and not case.batteries
            and case.body.third_party_storage_device_installed is None
        ),
    ),
    Rule(
        "manufacturer of storage",
        "third_party_storage_device_manufacturer is missing: say whose device it is that "
        "third_party_storage_device_installed speaks of.",
        f"{_DOCUMENT}: third_party_storage_device_manufacturer",
        lambda case: (
            case.body.third_party_storage_device_installed is True
            and case.body.third_party_storage_device_manufacturer is None
        ),
    ),
    Rule(
        "manufacturer without storage",
        "third_party_storage_device_manufacturer is given, and third_party_storage_device_installed is False.",
        f"{_DOCUMENT}: third_party_storage_device_manufacturer",
        lambda case: (
            case.body.third_party_storage_device_installed is False
            and case.body.third_party_storage_device_manufacturer is not None
        ),
    ),
    Rule(
        "application before net billing",
        "interconnection_application_date has to be after 2023-04-14, the last day of net metering, where permission "
        "to operate is given or the grid connection type is 1. Check the date.",
        "the vendor's guide to NEM 3.0 settings (April 15, 2023, or later)",
        lambda case: (
            (case.body.permission_to_operate is True or case.body.grid_connection_type == NET_BILLING)
            and case.applied is not None
            and _day_in_california(case.applied) <= LAST_OF_NET_METERING
        ),
    ),
    Rule(
        "application in the future",
        "interconnection_application_date lies in the future, and permission_to_operate is True: nobody has permission "
        "for what is not applied for yet.",
        "this client: permission is given to what was applied for",
        lambda case: (
            case.body.permission_to_operate is True
            and case.applied is not None
            and case.applied > case.now
            and not case.applied_today
        ),
    ),
)


def complaints_of(
    kind: type[ActivationChanges], given: object, *, united_states: bool, now: float
) -> list[str]:
    """All that is wrong with what a file describes: names, values, and how they go together.

    No rule is held against a value that is wrong as it is.
    """
    complaints: list[str] = []
    body = drafted(kind, given, "", complaints)
    if body is None:
        return complaints
    return complaints + _broken(Case(body, united_states, now), complaints)


def _broken(case: Case, complaints: list[str]) -> list[str]:
    """The rules that are broken, but those that are about values which are wrong as they are."""
    wrong_ones = {path_of(each) for each in complaints}
    broken = [rule.told for rule in RULES if rule.broken(case)]
    return [each for each in broken if path_of(each) not in wrong_ones]


def check(body: ActivationChanges, *, united_states: bool, now: float) -> dict[str, Any]:
    """The JSON object that is sent. InvalidRequest says all that is wrong, be it a value or how several go together."""
    complaints: list[str] = []
    found = wired(body, "", complaints)
    case = Case(body, united_states, now)
    complaints += _broken(case, complaints)
    if complaints:
        raise wrong(complaints)
    if body.permission_to_operate and case.applied_today:
        found["interconnection_application_date"] = min(case.applied or 0, int(now))
    return found


def _code(value: object) -> str:
    return value.strip().upper() if isinstance(value, str) else ""


def _day_in_california(moment: int) -> date:
    return datetime.fromtimestamp(moment, find_zone(_PACIFIC) or UTC).date()
