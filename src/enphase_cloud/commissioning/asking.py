"""What the two kinds of Commissioning share: arguments checked before a hit is spent, and the flows that ask."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from enphase_v4.catalog import OPERATIONS
from enphase_v4.models import (
    ControlMeterRequest,
    CreateActivationRequest,
    CreateCompanyUserRequest,
    CreateHomeOwnerRequest,
    MeterSwitch,
    NewSystemArray,
    OnOff,
    SetProductionModeRequest,
    TariffSettings,
    UpdateActivationBatteryModeRequest,
    UpdateActivationEstimateRequest,
    UpdateActivationRequest,
    UpdateCompanyUserRequest,
    UpdateSystemArraysRequest,
    UserChanges,
    UserExpand,
)

from .. import checks
from ..errors import ConfigurationError, InvalidRequest, QuotaExhausted
from ..flows import Pause
from ..flows.activations import activations, create
from ..flows.calls import called, many, one
from ..flows.estimate import priced
from ..records import commissioning as records
from ..results import of_any_length
from ..rows import LARGEST, Cost, number, shown
from ..transport.lock import take
from . import layout, rules
from .activation import ActivationChanges, NewActivation
from .bodies import real
from .tariffs import NewTariff

if TYPE_CHECKING:
    from pathlib import Path

    from ..flows import Flow
    from ..records.base import Items, Notes
    from ..results import Query
    from ..rows import Estimate, Report
    from ..transport.runtime import Runtime

T = TypeVar("T")

STAGES = (1, 2, 3, 4, 5)
IN_PROGRESS = "in_progress"
NOBODY = "null"
"""The word with which the service finds activations without an owner or a host."""
EXPANDS = ("owner", "owner.company", "host", "host.company")
VIEWS = ("my", "manager")
MONTHS = 12
_LONGEST_PHONE, _LONGEST_COMPANY_PHONE = 255, 50
_LONGEST_EMAIL = 254
_TURN = 0.25
"""Seconds after which those look again who wait for somebody else's creation."""
_PATIENCE = 300.0
"""Seconds for which somebody else's creation is waited for."""
_CREATE = OPERATIONS["createActivation"]


class Asking:
    """What the two kinds of Commissioning share. What is wrong with an argument is said before a flow is made of it."""

    def __init__(self, session: Any, runtime: Runtime, home: Path, base_url: str) -> None:
        self._session = session
        self._runtime = runtime
        self._home = home
        self._base_url = base_url

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._base_url}>"

    def estimate_activations(self, count: int = 1, *, check_reference: bool = True) -> Estimate:
        """What creating so many activations costs: two dollars each, and two hits, one of them to look first. No call.

        `within_month` is also about the 200 that a plan may create in a month. InvalidRequest for what is no number.
        """
        number_of = checks.natural(count, "count")
        looks = number_of if checks.boolean(check_reference, "check_reference") else 0
        quota = self._session.quota()
        told = priced(Cost(number_of + looks, charge_usd=number_of * _CREATE.charge), quota)
        limit = quota.plan.writes_per_month
        writes = quota.writes.get(_CREATE.operation_id)
        left = limit if writes is None else writes.left
        return replace(told, within_month=told.within_month and (left is None or number_of <= left))

    # -- activations

    def _activations(self, **filters: Any) -> Query:
        given = {name: _FILTERS[name](value, name) for name, value in filters.items() if value is not None}
        return of_any_length("activations", lambda report: activations(given, report))

    def _activation(self, activation_id: object, expand: object) -> Flow[Any, records.Activation]:
        return one(
            records.Activation,
            "getActivation",
            activation_id=identity(activation_id, "activation_id"),
            **_expanded(expand),
        )

    def _create_activation(
        self, new: object, report: Report, *, check_reference: object, united_states: object
    ) -> Flow[Any, records.Activation]:
        if not isinstance(new, NewActivation):
            msg = f"a new activation has to be a NewActivation, not a {type(new).__name__}."
            raise InvalidRequest(msg)
        look = checks.boolean(check_reference, "check_reference")
        wire = rules.check(
            new,
            united_states=checks.boolean(united_states, "united_states"),
            now=self._runtime.time(),
        )
        reference: str | None = wire.get("reference")
        if look and reference is None:
            msg = (
                "reference is missing: what your company calls the system. By it an activation is found again after "
                "an answer was lost, and is created (and charged) once. Without one, say check_reference=False."
            )
            raise InvalidRequest(msg)
        flow = create(CreateActivationRequest.from_dict(wire), reference, report, look_first=look)
        return self._alone(flow) if look else flow

    def _alone(self, flow: Flow[Any, T]) -> Flow[Any, T]:
        """One creation at a time, of all processes with this home: two that look at once would both find nothing."""
        folder = self._home / "activations"
        name = hashlib.sha256(self._base_url.encode()).hexdigest()[:16]
        turn = folder / f"{name}.turn"
        since, seen = self._runtime.monotonic(), _changed(turn)
        while (held := take(folder, name)) is None:
            if self._runtime.monotonic() - since >= _PATIENCE:
                msg = (
                    f"an activation has been in the making for {_PATIENCE:.0f} s, by this process or another one with "
                    f"this home ({self._home}): find out what hangs, and end it. Nothing was sent."
                )
                raise ConfigurationError(msg)
            yield Pause(_TURN)
            if (now := _changed(turn)) != seen:  # another one's turn came: nothing hangs
                since, seen = self._runtime.monotonic(), now
        with held:
            turn.touch(mode=0o600)
            self._refuse_more()
            return (yield from flow)

    def _refuse_more(self) -> None:
        """QuotaExhausted where no activation can be created this month: then it need not be looked for, either."""
        quota = self._session.quota()
        used = quota.writes.get(_CREATE.operation_id)
        if used is not None and used.left == 0:
            msg = (
                f"{_CREATE.method} {_CREATE.path} was not sent, and nothing was looked for: the {used.limit:,} "
                f"activations that the plan {quota.plan.name} lets you create in a month are used up. "
                f"{QuotaExhausted.advice}"
            )
            raise QuotaExhausted(msg, period="month", limit=used.limit, resets_at=used.resets_at)

    def _update_activation(
        self, activation_id: object, changes: object, *, united_states: object
    ) -> Flow[Any, records.Activation]:
        activation = identity(activation_id, "activation_id")
        if not isinstance(changes, ActivationChanges) or isinstance(changes, NewActivation):
            msg = f"changes have to be ActivationChanges, not a {type(changes).__name__}."
            raise InvalidRequest(msg)
        wire = rules.check(
            changes, united_states=checks.boolean(united_states, "united_states"), now=self._runtime.time()
        )
        if not wire:
            msg = "nothing is to be changed: the changes name no value."
            raise InvalidRequest(msg)
        return one(
            records.Activation,
            "updateActivation",
            activation_id=activation,
            body=UpdateActivationRequest.from_dict(wire),
        )

    def _delete_activation(self, activation_id: object) -> Flow[Any, records.Confirmation]:
        return one(
            records.Confirmation, "deleteActivation", activation_id=identity(activation_id, "activation_id")
        )

    def _battery_mode(self, activation_id: object) -> Flow[Any, records.ActivationBatteryMode]:
        return one(
            records.ActivationBatteryMode,
            "getActivationBatteryMode",
            activation_id=identity(activation_id, "activation_id"),
        )

    def _update_battery_mode(
        self, activation_id: object, cfg_allowed: object, dtg_allowed: object
    ) -> Flow[Any, records.Confirmation]:
        return one(
            records.Confirmation,
            "updateActivationBatteryMode",
            activation_id=identity(activation_id, "activation_id"),
            body=UpdateActivationBatteryModeRequest(
                checks.boolean(cfg_allowed, "cfg_allowed"), checks.boolean(dtg_allowed, "dtg_allowed")
            ),
        )

    def _production_mode(self, activation_id: object) -> Flow[Any, records.ProductionMode]:
        return one(
            records.ProductionMode,
            "getProductionMode",
            activation_id=identity(activation_id, "activation_id"),
        )

    def _set_production_mode(self, activation_id: object, mode: object) -> Flow[Any, records.Confirmation]:
        return one(
            records.Confirmation,
            "setProductionMode",
            activation_id=identity(activation_id, "activation_id"),
            body=SetProductionModeRequest(OnOff(checks.choice(mode, OnOff, "mode"))),
        )

    def _production_estimate(self, activation_id: object) -> Flow[Any, records.ProductionEstimate]:
        return one(
            records.ProductionEstimate,
            "getActivationEstimate",
            activation_id=identity(activation_id, "activation_id"),
        )

    def _update_production_estimate(
        self, activation_id: object, degrade_factor: object, month_estimates: object
    ) -> Flow[Any, records.ProductionEstimate]:
        return one(
            records.ProductionEstimate,
            "updateActivationEstimate",
            activation_id=identity(activation_id, "activation_id"),
            body=UpdateActivationEstimateRequest(
                _decimal(real(degrade_factor, 0, None, "degrade_factor")), _months(month_estimates)
            ),
        )

    # -- people

    def _grant_access(self, activation_id: object, user_id: object) -> Flow[Any, records.Confirmation]:
        return one(records.Confirmation, "grantActivationAccess", **_pair(activation_id, user_id))

    def _revoke_access(self, activation_id: object, user_id: object) -> Flow[Any, records.Confirmation]:
        return one(records.Confirmation, "revokeActivationAccess", **_pair(activation_id, user_id))

    def _activation_user(
        self, activation_id: object, user_id: object, company: object
    ) -> Flow[Any, records.User]:
        return one(
            records.User, "getActivationUser", **_pair(activation_id, user_id), **_with_company(company)
        )

    def _user(self, user_id: object, company: object) -> Flow[Any, records.User]:
        return one(records.User, "getUser", user_id=identity(user_id, "user_id"), **_with_company(company))

    def _current_user(self, company: object) -> Flow[Any, records.User]:
        return one(records.User, "getCurrentUser", **_with_company(company))

    def _company_user(self, company_id: object, user_id: object, company: object) -> Flow[Any, records.User]:
        return one(
            records.User,
            "getCompanyUser",
            company_id=identity(company_id, "company_id"),
            user_id=identity(user_id, "user_id"),
            **_with_company(company),
        )

    def _find_user(self, email: object) -> Flow[Any, records.FoundUser]:
        return one(records.FoundUser, "searchUser", email=_email(email, "email"))

    def _create_home_owner(self, **fields: Any) -> Flow[Any, records.User]:
        body = CreateHomeOwnerRequest.from_dict(_new_person(fields, _LONGEST_PHONE))
        return one(records.User, "createHomeOwner", body=body)

    def _create_company_user(self, company_id: object, **fields: Any) -> Flow[Any, records.User]:
        company = identity(company_id, "company_id")
        body = CreateCompanyUserRequest.from_dict(_new_person(fields, _LONGEST_COMPANY_PHONE))
        return one(records.User, "createCompanyUser", company_id=company, body=body)

    def _update_user(self, user_id: object, **fields: Any) -> Flow[Any, records.User]:
        user = identity(user_id, "user_id")
        return one(records.User, "updateUser", user_id=user, body=UserChanges.from_dict(_changes(fields)))

    def _update_activation_user(
        self, activation_id: object, user_id: object, **fields: Any
    ) -> Flow[Any, records.User]:
        return one(
            records.User,
            "updateActivationUser",
            **_pair(activation_id, user_id),
            body=UserChanges.from_dict(_changes(fields)),
        )

    def _update_company_user(
        self, company_id: object, user_id: object, **fields: Any
    ) -> Flow[Any, records.User]:
        found = _changes(fields, _LONGEST_COMPANY_PHONE)
        if "new_company_id" in found:
            found["company_id"] = found.pop("new_company_id")
        return one(
            records.User,
            "updateCompanyUser",
            company_id=identity(company_id, "company_id"),
            user_id=identity(user_id, "user_id"),
            body=UpdateCompanyUserRequest.from_dict(found),
        )

    def _company_users(self, company_id: object) -> Flow[Any, Items[records.CompanyUser]]:
        return _pairs(
            records.CompanyUser, "users", "listCompanyUsers", company_id=identity(company_id, "company_id")
        )

    def _branches(self) -> Flow[Any, records.Branches]:
        return one(records.Branches, "listBranches")

    def _subcontractors(self) -> Flow[Any, records.Subcontractors]:
        return one(records.Subcontractors, "listAuthorizedSubcontractors")

    # -- what is installed

    def _grid_profiles(self) -> Flow[Any, Items[records.GridProfile]]:
        return many(records.GridProfile, "grid_profiles", "listGridProfiles")

    def _pv_manufacturers(self) -> Flow[Any, Items[records.PvManufacturer]]:
        return _pairs(records.PvManufacturer, "pv_manufacturers", "listPvManufacturers")

    def _pv_models(self, pv_manufacturer_id: object) -> Flow[Any, Items[records.PvModel]]:
        return _pairs(
            records.PvModel,
            "pv_models",
            "listPvModels",
            pv_manufacturer_id=identity(pv_manufacturer_id, "pv_manufacturer_id"),
        )

    def _meter(self, system_id: object, serial_number: object) -> Flow[Any, records.Meter]:
        return one(
            records.Meter,
            "getSystemMeter",
            system_id=checks.system_id(system_id),
            serial_number=checks.serial(serial_number),
        )

    def _update_meter(
        self, system_id: object, serial_number: object, operational_date: object
    ) -> Flow[Any, records.Meter]:
        return one(
            records.Meter,
            "updateSystemMeter",
            system_id=checks.system_id(system_id),
            serial_number=checks.serial(serial_number),
            operational_date=_day(operational_date, "operational_date"),
        )

    def _set_meter(
        self, activation_id: object, serial_number: object, status: object
    ) -> Flow[Any, records.MeterTask]:
        return one(
            records.MeterTask,
            "controlMeter",
            activation_id=identity(activation_id, "activation_id"),
            serial_number=checks.serial(serial_number),
            body=ControlMeterRequest(MeterSwitch(checks.choice(status, MeterSwitch, "status"))),
        )

    def _tariff(self, system_id: object) -> Flow[Any, records.TariffSettings]:
        return one(records.TariffSettings, "getSystemTariffSettings", system_id=checks.system_id(system_id))

    def _update_tariff(self, system_id: object, tariff: object) -> Flow[Any, records.TariffUpdate]:
        system = checks.system_id(system_id)
        if not isinstance(tariff, NewTariff):
            msg = (
                f"a tariff has to be a NewTariff, not a {type(tariff).__name__}; NewTariff.of() makes one of what "
                "was read."
            )
            raise InvalidRequest(msg)
        body = TariffSettings.from_dict(tariff.body())
        return one(records.TariffUpdate, "updateSystemTariffSettings", system_id=system, body=body)

    def _arrays(self, system_id: object) -> Flow[Any, records.SystemArrays]:
        return one(records.SystemArrays, "getSystemArrays", system_id=checks.system_id(system_id))

    def _array(self, system_id: object, array_id: object) -> Flow[Any, records.SystemArray]:
        return one(
            records.SystemArray,
            "getSystemArray",
            system_id=checks.system_id(system_id),
            array_id=identity(array_id, "array_id"),
        )

    def _update_arrays(
        self, system_id: object, arrays: object, angle: object
    ) -> Flow[Any, records.SystemArrays]:
        turned = None if angle is None else checks.between(angle, -360, 360, "angle")
        body = {"angle": turned, "arrays": layout.bodies_of(arrays)}
        return one(
            records.SystemArrays,
            "updateSystemArrays",
            system_id=checks.system_id(system_id),
            body=UpdateSystemArraysRequest.from_dict(body),
        )

    def _update_array(
        self, system_id: object, array_id: object, array: object
    ) -> Flow[Any, records.SystemArray]:
        number_of = identity(array_id, "array_id")
        if isinstance(array, layout.NewArray) and array.id not in (None, number_of):
            msg = f"the array is {shown(array.id)} by its own id, and {number_of} is to be replaced: which is it?"
            raise InvalidRequest(msg)
        return one(
            records.SystemArray,
            "updateSystemArray",
            system_id=checks.system_id(system_id),
            array_id=number_of,
            body=NewSystemArray.from_dict(layout.body_of(array)),
        )

    def _delete_array(self, system_id: object, array_id: object) -> Flow[Any, records.Confirmation]:
        return one(
            records.Confirmation,
            "deleteSystemArray",
            system_id=checks.system_id(system_id),
            array_id=identity(array_id, "array_id"),
        )


# ------------------------------------------------------------------------------------------------------------ arguments


def _changed(file: Path) -> int | None:
    """When a file was changed; None where there is none."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return None


def identity(value: object, name: str) -> int:
    """An id, from a number or its digits."""
    found = checks.possible_id(value)
    if found is None:
        msg = f"{name} is {shown(value)}: an id is a whole number, from 1."
        raise InvalidRequest(msg)
    return found


def _pair(activation_id: object, user_id: object) -> dict[str, int]:
    return {
        "activation_id": identity(activation_id, "activation_id"),
        "user_id": identity(user_id, "user_id"),
    }


def _with_company(company: object) -> dict[str, Any]:
    return {"expand": UserExpand.COMPANY} if checks.boolean(company, "company") else {}


def _expanded(expand: object) -> dict[str, str]:
    given = [expand] if isinstance(expand, str) else expand
    if not isinstance(given, Iterable):
        msg = f"expand has to be some of {', '.join(EXPANDS)}, not {shown(expand)}."
        raise InvalidRequest(msg)
    words = [checks.choice(each, EXPANDS, "expand") for each in given]
    return {"expand": ",".join(dict.fromkeys(words))} if words else {}


def _stage(value: object, name: str) -> str:
    if value == IN_PROGRESS:
        return IN_PROGRESS
    given: Any = [value] if isinstance(value, int) else value
    if isinstance(given, str) or not isinstance(given, Iterable):
        msg = (
            f"{name} is {shown(value)}: a stage from 1 to 5, several of them, or 'in_progress' are expected."
        )
        raise InvalidRequest(msg)
    stages = [checks.between(each, STAGES[0], STAGES[-1], name) for each in given]
    if not stages:
        msg = f"{name} is empty: no activation would fit. Leave it out for all."
        raise InvalidRequest(msg)
    return ",".join(str(each) for each in dict.fromkeys(stages))


def _somebody(value: object, name: str) -> int | str:
    return NOBODY if value == NOBODY else identity(value, name)


_FILTERS: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(
        ("reference", "system_name", "city", "state", "country", "postal_code", "street1", "street2"),
        checks.words,  # the service takes no heed of an empty filter, and lists everything
    ),
    "stage": _stage,
    "installer_id": identity,
    "owner_id": _somebody,
    "host_id": _somebody,
}


def _email(value: object, name: str) -> str:
    found = checks.words(value, name).strip()
    if len(found) > _LONGEST_EMAIL or not re.fullmatch(r"[^@\s]+@[^@\s]+", found):
        msg = f"{name} is {shown(value)}, which is no email address."
        raise InvalidRequest(msg)
    return found


def _person(fields: dict[str, Any], longest_phone: int) -> dict[str, Any]:
    """The values of a user, those that were given."""
    found = {name: _PERSON[name](value, name) for name, value in fields.items() if value is not None}
    phone = found.get("phone")
    if phone is not None and len(phone) > longest_phone:
        msg = f"phone has {len(phone)} characters, and may have {longest_phone}."
        raise InvalidRequest(msg)
    if found.get("enlighten_view") == "manager" and "company_id" not in found:
        msg = "enlighten_view 'manager' is for people of companies: give company_id, too."
        raise InvalidRequest(msg)
    return found


def _new_person(fields: dict[str, Any], longest_phone: int) -> dict[str, Any]:
    """The values of a new user: some have to be given."""
    missing = [name for name in ("email", "first_name", "last_name") if fields[name] is None]
    if missing:
        msg = f"{', '.join(missing)} missing: a user has an email address, a first name and a last name."
        raise InvalidRequest(msg)
    return _person(fields, longest_phone)


def _changes(fields: dict[str, Any], longest_phone: int = _LONGEST_PHONE) -> dict[str, Any]:
    """The values of a user that are to be changed, one at least. Of the view the service knows whose it may be."""
    if all(value is None for value in fields.values()):
        msg = f"nothing is to be changed: give at least one of {', '.join(fields)}."
        raise InvalidRequest(msg)
    given = dict(fields)
    view = given.pop("enlighten_view", None)
    found = _person(given, longest_phone)
    return found if view is None else found | {"enlighten_view": checks.choice(view, VIEWS, "enlighten_view")}


_PERSON: dict[str, Callable[[Any, str], Any]] = {
    "email": _email,
    "first_name": checks.words,
    "last_name": checks.words,
    "phone": checks.words,
    "enlighten_emails": checks.boolean,
    "enlighten_view": lambda value, name: checks.choice(value, VIEWS, name),
    "company_id": identity,
    "new_company_id": identity,
}


def _decimal(value: float) -> str:
    """A number as the service writes it."""
    return str(float(value))


def _months(value: object) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        msg = f"month_estimates has to be a list of {MONTHS} numbers, in kWh, not {shown(value)}."
        raise InvalidRequest(msg)
    if len(value) not in (0, MONTHS):
        msg = (
            f"month_estimates has {len(value)} values: there are {MONTHS}, January to December, or none, which takes "
            "them away."
        )
        raise InvalidRequest(msg)
    for index, each in enumerate(value):
        if isinstance(each, str) or not 0 < (number(each) or 0) <= LARGEST:
            msg = f"month_estimates[{index}] is {shown(each)}: kWh above 0 are expected."
            raise InvalidRequest(msg)
    return [_decimal(each) for each in value]


def _day(value: object, name: str) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    elif isinstance(value, date) and not isinstance(value, datetime):
        return value
    msg = f"{name} is {shown(value)}: a date is expected, such as 2026-05-31."
    raise InvalidRequest(msg)


def _pairs(
    kind: Callable[[int, str], T], path: str, operation_id: str, **arguments: Any
) -> Flow[Any, Items[T]]:
    """The pairs of an id and a name in the list of an answer. What is none is left out, and noted."""
    answer = yield from called(operation_id, **arguments)
    given = answer.model.get_path(path)
    found = []
    for index, each in enumerate(given if isinstance(given, list) else []):
        here = f"$.{path}[{index}]"
        read = _pair_of(each, here, answer.notes)
        if read is not None:
            found.append(kind(*read))
    if given and not isinstance(given, list):
        answer.notes.wrong(f"$.{path}", "no list", given)
    return answer.items(found)


def _pair_of(value: Any, where: str, notes: Notes) -> tuple[int, str] | None:
    if isinstance(value, list) and len(value) >= 2:
        key = checks.possible_id(value[0])
        if key is not None and isinstance(value[1], str):
            return key, value[1]
    notes.wrong(where, "no pair of an id and a name", value)
    return None
