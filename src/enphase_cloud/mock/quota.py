"""What each application has used of its plan, what that cost, and when the plan says no.

A call that is admitted takes a hit, whatever it answers afterwards; one that is refused takes none. Hits belong to
the minute and the UTC calendar month in which the server's clock stood, wherever the clock stands later.

    outside the plan's access groups    403, or the setting `outside_plan_status`; 401 where no 403 is documented
    the month is used up                429 `month`; with the setting `overage`, a plan that sells further hits goes on
    the operation's writes are          429 `writes`: PUT, POST and DELETE of a plan that limits each of them
    the minute is                       429 `minute`; with the setting `retry_after`, a header says when to come again

Where several limits refuse, the first of these is named: waiting for the last would not help.

A price of the catalog is one for each hit, so a live stream that is refused by a status of its own (461 to 473) costs
what one that runs does. Where the operation makes something (201), the price is one for each that was made: an
activation that is refused costs nothing, and one whose answer is lost costs what every other does.
"""

from __future__ import annotations

import calendar
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from enphase_v4.catalog import OPERATIONS, PLANS, Plan

from enphase_cloud.mock.accounts import Application, Caller
from enphase_cloud.mock.document import Operation
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.settings import Settings

MINUTES_KEPT = 10_000
"""How many minutes with hits are remembered for each application. Months are not so many that they need a bound."""
LIMITS = ("access", "month", "writes", "minute")
"""What can refuse a call, as the journal and the totals call it."""


@dataclass(frozen=True)
class Charge:
    """What a call took: whether it was counted as a hit, and dollars beyond the fee."""

    counted: bool
    usd: float


class Period(NamedTuple):
    """A minute or a month, in epoch seconds; `end` is the first second after it."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Used:
    """Hits of a period. `limit` and `left` None: there is no limit. With overage, `left` is 0 beyond the limit."""

    hits: int
    limit: int | None
    left: int | None


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What one application has used; since the start or the last reset, where no period is named.

    application, client_id: None for the strangers, which are all keys that belong to no application
    plan: its name; None: no limits
    minute, month: of the moment for which the totals were asked
    writes: of the month, for each operation that changes something and was called, where the plan limits them
    by_operation: hits by operationId
    refused: calls that took no hit, by `access`, `month`, `writes` and `minute`
    charges_usd: catalog prices of single operations
    overage_usd: hits beyond those that the plan's fee pays for
    monthly_usd: the plan's fee for each month, in neither of them
    """

    application: str | None
    client_id: str | None
    plan: str | None
    hits: int
    minute: Used
    month: Used
    writes: Mapping[str, Used]
    by_operation: Mapping[str, int]
    refused: Mapping[str, int]
    charges_usd: float
    overage_usd: float
    monthly_usd: float


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What everybody has used.

    minute, month: those of the moment for which it was asked
    applications: all that are registered; strangers: every other key, together
    """

    minute: Period
    month: Period
    applications: tuple[Usage, ...]
    strangers: Usage

    @property
    def hits(self) -> int:
        """The hits of all."""
        return sum(each.hits for each in (*self.applications, self.strangers))

    @property
    def usd(self) -> float:
        """What all of them cost, without the plans' monthly fees."""
        everybody = (*self.applications, self.strangers)
        return round(sum(each.charges_usd + each.overage_usd for each in everybody), 4)

    def of(self, application: str) -> Usage:
        """The usage of an application, by its name or client id. Raises KeyError that lists them."""
        for each in self.applications:
            if application in (each.application, each.client_id):
                return each
        known = ", ".join(str(each.client_id) for each in self.applications)
        raise KeyError(f"no application {application!r}; there are: {known}")

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "hits": self.hits,
            "usd": self.usd,
            "minute": self.minute._asdict(),
            "month": self.month._asdict(),
            "applications": [asdict(each) for each in self.applications],
            "strangers": asdict(self.strangers),
        }


class _Moment(NamedTuple):
    """A minute by its number since 1970, and a UTC calendar month by its number since the year 0."""

    minute: int
    month: int


class _Account:
    """The hits of one application."""

    def __init__(self) -> None:
        self.minutes: dict[int, int] = {}
        self.months: dict[int, int] = {}
        self.writes: dict[int, dict[str, int]] = {}
        self.operations: dict[str, int] = {}
        self.priced: dict[str, int] = {}
        self.refused = dict.fromkeys(LIMITS, 0)
        self.overage_usd = 0.0

    def refused_by(self, plan: Plan, operation: Operation, at: _Moment, settings: Settings) -> str | None:
        """What of the plan refuses one more call; None where all of it admits the call."""
        if OPERATIONS[operation.operation_id].access not in plan.access:
            return "access"
        goes_on = settings.overage and plan.hit_usd > 0
        if self.months.get(at.month, 0) >= plan.per_month and not goes_on:
            return "month"
        if plan.writes_per_month and operation.method != "GET":
            written = self.writes.get(at.month, {}).get(operation.operation_id, 0)
            if written >= plan.writes_per_month:
                return "writes"
        return "minute" if self.minutes.get(at.minute, 0) >= plan.per_minute else None

    def take(self, operation: Operation, at: _Moment) -> None:
        """Count one hit."""
        if at.minute not in self.minutes and len(self.minutes) >= MINUTES_KEPT:
            del self.minutes[next(iter(self.minutes))]
        _add(self.minutes, at.minute)
        _add(self.months, at.month)
        _add(self.operations, operation.operation_id)
        if operation.method != "GET":
            _add(self.writes.setdefault(at.month, {}), operation.operation_id)

    def price(self, operation: Operation) -> float:
        """The catalog's price of the operation, which is due once more."""
        usd = OPERATIONS[operation.operation_id].charge
        if usd:
            _add(self.priced, operation.operation_id)
        return usd


class Quota:
    """The hits of all applications."""

    def __init__(self, applications: Sequence[Application], strangers: Callable[[], str | None]) -> None:
        """`strangers` gives the plan of keys that belong to none of the applications; None: no limits."""
        self._applications = tuple(applications)
        self._strangers = strangers
        self._accounts: dict[str, _Account] = {}

    def reset(self) -> None:
        """Nobody has used anything."""
        self._accounts.clear()

    def admit(self, caller: Caller, operation: Operation, now: float, settings: Settings) -> Charge:
        """Count one call. Raises RefusedError: outside the plan (403), or beyond what it allows (429)."""
        account, at = self._accounts.setdefault(caller.account, _Account()), _moment(now)
        plan = caller.plan
        usd = 0.0
        if plan is not None:
            limit = account.refused_by(plan, operation, at, settings)
            if limit is not None:
                account.refused[limit] += 1
                if limit == "access" and operation.media(403) is None:
                    settings = replace(settings, outside_plan_status=401)
                raise over(limit, plan, now, settings)
            if account.months.get(at.month, 0) >= plan.included:
                account.overage_usd += plan.hit_usd
                usd += plan.hit_usd
        account.take(operation, at)
        if not operation.makes:
            usd += account.price(operation)
        return Charge(True, round(usd, 4))

    def made(self, caller: Caller, operation: Operation, charge: Charge) -> Charge:
        """The call that was admitted for `charge` has made what it was to make: what it costs with that."""
        if not operation.makes:
            return charge
        account = self._accounts.setdefault(caller.account, _Account())
        return Charge(charge.counted, round(charge.usd + account.price(operation), 4))

    def totals(self, now: float) -> Totals:
        """What everybody has used, with the minute and the month of `now`."""
        return Totals(
            minute=_bounds_of_minute(now),
            month=_bounds_of_month(now),
            applications=tuple(
                self._usage(each.client_id, each.name, each.plan, now) for each in self._applications
            ),
            strangers=self._usage("", None, self._strangers(), now),
        )

    def _usage(self, client_id: str, name: str | None, plan_name: str | None, now: float) -> Usage:
        account, at = self._accounts.get(client_id) or _Account(), _moment(now)
        plan = None if plan_name is None else PLANS[plan_name]
        operations = dict(account.operations)
        writes = dict(account.writes.get(at.month, {})) if plan and plan.writes_per_month else {}
        charges_usd = sum((OPERATIONS[each].charge * times for each, times in account.priced.items()), 0.0)
        return Usage(
            application=name,
            client_id=client_id or None,
            plan=plan_name,
            hits=sum(operations.values()),
            minute=_used(account.minutes.get(at.minute, 0), plan and plan.per_minute),
            month=_used(account.months.get(at.month, 0), plan and plan.per_month),
            writes={each: _used(hits, plan and plan.writes_per_month) for each, hits in writes.items()},
            by_operation=operations,
            refused=dict(account.refused),
            charges_usd=round(charges_usd, 4),
            overage_usd=round(account.overage_usd, 4),
            monthly_usd=plan.monthly_usd if plan else 0.0,
        )


def over(limit: str, plan: Plan, now: float, settings: Settings) -> RefusedError:
    """What a call is told that `limit` refuses."""
    if limit == "access":
        if settings.outside_plan_status == 403:
            return RefusedError(403, limit=limit)
        told = f"Plan {plan.name.capitalize()} does not cover this operation"
        # the key is known: the live stream has another word for that
        return RefusedError(401, told, fields={"status": "UNAUTHORIZED"}, limit=limit)
    period = _bounds_of_minute(now) if limit == "minute" else _bounds_of_month(now)
    allowed = {"minute": plan.per_minute, "month": plan.per_month, "writes": plan.writes_per_month}
    fields = {
        "period": "minute" if limit == "minute" else "month",
        "period_start": period.start,
        "period_end": period.end,
        "limit": allowed[limit],
    }
    headers = {}
    if settings.retry_after and limit == "minute":
        headers["retry-after"] = str(max(1, math.ceil(period.end - now)))
    told = f"Usage limit exceeded for plan {plan.name.capitalize()}"
    return RefusedError(429, told, fields=fields, headers=headers, limit=limit)


def _used(hits: int, limit: int | None) -> Used:
    return Used(hits=hits, limit=limit, left=None if limit is None else max(0, limit - hits))


def _add(counts: dict[Any, int], key: str | int) -> None:
    counts[key] = counts.get(key, 0) + 1


def _moment(now: float) -> _Moment:
    date = time.gmtime(now)
    return _Moment(int(now // 60), 12 * date.tm_year + date.tm_mon - 1)


def _bounds_of_minute(now: float) -> Period:
    minute = _moment(now).minute
    return Period(60 * minute, 60 * minute + 60)


def _bounds_of_month(now: float) -> Period:
    month = _moment(now).month
    start, end = ((each // 12, each % 12 + 1, 1, 0, 0, 0) for each in (month, month + 1))
    return Period(calendar.timegm(start), calendar.timegm(end))
