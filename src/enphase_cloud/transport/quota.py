"""Whether a call may be sent now: pure decisions, from what was sent before and what the service said of it."""

from __future__ import annotations

import calendar
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .plan import Quota, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..errors import Limit
    from .plan import Plan, Reserve

MARGIN = 2.0
"""Seconds that may pass between the booking of a call and the moment at which the service counts it."""
WINDOW = 60.0 + MARGIN
"""Seconds for which a send counts in the minute. No minute of the service, however it lies, sees more than this."""
SPREAD = 0.25
"""Seconds over which those who wait for the same moment are spread, so that they do not all wake at once."""
PATIENCE = 120.0
"""Seconds that a call waits because the service says so without naming a period; it is refused for longer ones."""
LONGEST = 86_400.0
"""Seconds that a refusal is believed that names no period, or one that is not known."""
WRITES = frozenset({"PUT", "POST", "DELETE"})
"""Methods of which some plans allow only so many in a month, for each operation."""


class Ask(NamedTuple):
    """A call that somebody wants to make."""

    operation: str
    """Its name in the document."""
    method: str
    plan: Plan
    reserve: Reserve


class Booked(NamedTuple):
    """The call may be sent: its hit is in the ledger, and stays there whatever becomes of the call."""

    at: float
    """Epoch seconds under which it is there."""
    row: int
    """And the number. One that is free again is given again, to a later hit."""
    operation: str
    method: str


class Wait(NamedTuple):
    """Not now. Ask again after so many seconds; nothing is booked."""

    seconds: float
    reason: str
    """`quota`: the minute is used up, as far as is known; `limited`: the service said so; `ledger`: another
    process is writing (a moment only)."""


class Exhausted(NamedTuple):
    """Not for long: not before `resets_at` (epoch seconds). Nothing is booked."""

    period: str | None
    """`month`, or what the service called it; None where it did not say."""
    limit: int | None
    resets_at: float
    what: str
    """`month`: used up. `writes`: those of this operation are. `reserve`: what is left is reserved for others.
    `limited`: the service said so."""


Decision: TypeAlias = Booked | Wait | Exhausted


class Told(NamedTuple):
    """What a refusal of the service said."""

    scope: str
    """What it is about: `minute`; `month`; `writes` of one operation in the month; `any`: it did not say."""
    operation: str
    """Empty, unless the scope is `writes`."""
    period: str | None
    """In the service's word."""
    limit: int | None
    """None also where the scope is `any`: a limit of what?"""
    at: float
    seconds: float
    """For which nothing may be sent."""

    @property
    def until(self) -> float:
        return self.at + self.seconds

    def concerns(self, operation: str, method: str) -> bool:
        """Whether it is about such calls."""
        return self.scope != "writes" or (self.operation == operation and method in WRITES)

    def passes(self, now: float) -> bool:
        """Whether it is waited for; a month is not, nor what takes as long."""
        return self.scope == "minute" or (self.scope == "any" and self.until - now <= PATIENCE)


class Limits(NamedTuple):
    """What is allowed; None: no limit is known."""

    minute: int | None
    month: int | None
    writes: int | None
    """Of one operation in a month; None also where it does not write."""


class Known(NamedTuple):
    """What is known when a decision is made."""

    limits: Limits
    told: Sequence[Told]
    month: int
    """Sends in this month."""
    writes: int
    """Of them by the operation that is asked for."""
    blocking: float | None
    """When the send was made that has to leave the window first; None: there is room."""


class Hits(NamedTuple):
    """Sends of one operation in a month."""

    operation: str
    method: str
    sent: int


def decide(ask: Ask, known: Known, now: float, chance: float) -> Wait | Exhausted | None:
    """Whether a call has to wait, or is refused; None: it is to be booked. The first line that fits counts.

    | what is known | decision |
    |---|---|
    | the service said: the month is used up | exhausted until then, `limited` |
    | the service said so of this operation's writes | exhausted until then, `writes` |
    | the service said no without a period, for longer than PATIENCE from now | exhausted until then, `limited` |
    | several of these | the one that ends last |
    | as many sends this month as are allowed | exhausted until the next UTC month, `month` |
    | as many as the reserve leaves | exhausted until the next UTC month, `reserve` |
    | a write, and as many of its operation as are allowed | exhausted until the next UTC month, `writes` |
    | the service said no for the minute, or for a while | wait until then, `limited` |
    | as many sends within WINDOW as are allowed, less the reserve (`room`) | wait until there is room, `quota` |
    | both of these | wait for the later |
    | anything else | None |

    What cannot be had this month is refused before anything is waited for. Waits last up to SPREAD longer, by
    `chance` from [0, 1).
    """
    refused = _refused(ask, known, now)
    if refused is not None:
        return refused
    waits = [
        Wait(told.until - now, "limited") for told in known.told if told.until > now and told.passes(now)
    ]
    if known.blocking is not None:
        waits.append(Wait(min(known.blocking - now, 0.0) + WINDOW, "quota"))
    if not waits:
        return None
    longest = max(waits)
    return longest._replace(seconds=longest.seconds + SPREAD * chance)


def _refused(ask: Ask, known: Known, now: float) -> Exhausted | None:
    limits = known.limits
    told = [each for each in known.told if each.concerns(ask.operation, ask.method)]
    blocks = [each for each in told if each.until > now and not each.passes(now)]
    if blocks:
        last = max(blocks, key=lambda each: each.until)
        limit = {"month": limits.month, "writes": limits.writes}.get(last.scope)
        return Exhausted(last.period, limit, last.until, "writes" if last.scope == "writes" else "limited")
    if limits.month is not None and known.month >= limits.month - ask.reserve.per_month:
        what = "month" if known.month >= limits.month else "reserve"
        return Exhausted("month", limits.month, start_of(month_of(now) + 1), what)
    if limits.writes is not None and known.writes >= limits.writes:
        return Exhausted("month", limits.writes, start_of(month_of(now) + 1), "writes")
    return None


def room(limit: int | None, reserve: Reserve) -> int | None:
    """Sends that may lie within WINDOW, all clients of the key together; None: any number.

    A reserve does not take the last hit of a minute: who leaves more than there is would wait for ever.
    """
    return None if limit is None else max(1, limit - reserve.per_minute)


def limits_of(plan: Plan, operation: str, method: str, told: Iterable[Told], now: float) -> Limits:
    """The plan's limits, and in their place those that the service told this month, also if they are higher."""
    limits = Limits(plan.per_minute, plan.per_month, plan.writes_per_month if method in WRITES else None)
    for each in told:
        this_month = month_of(each.at) == month_of(now)
        if each.limit is not None and this_month and each.concerns(operation, method):
            limits = limits._replace(**{each.scope: each.limit})
    return limits


def learned(ask: Ask, said: Limit, limits: Limits, used: int, now: float) -> Told | None:
    """What there is to remember of a 429; None: nothing. `used` are sends of the month, the refused one included.

    | it says | remembered |
    |---|---|
    | `minute` | nothing is sent until its end, for as long as the period lasts at the most, and WINDOW |
    | `minute` without an end | nothing is sent for a minute |
    | `month` | nothing is sent until its end, and no longer than this UTC month lasts |
    | `month` without an end | nothing is sent for the rest of this UTC month |
    | `month` of a write, with the limit of the plan's writes | the same, for this operation only |
    | `month` of a write, with less than the month has used, and not the month's known limit | the same |
    | no period, or an unknown one, with a time | nothing is sent until then, and for no longer than LONGEST |
    | neither a period nor a time | nothing |
    | a limit, with `minute` or `month` | it is used in place of the plan's |

    Clocks and calendars differ, and services err: who believes too little spends one call on asking again.
    """
    limit = said.limit if said.limit is not None and said.limit > 0 else None
    left = None if said.resets_at is None else max(0.0, said.resets_at - now)
    if said.period == "minute":
        return Told("minute", "", "minute", limit, now, min(60.0 if left is None else left, _lasts(said)))
    if said.period == "month":
        rest = start_of(month_of(now) + 1) - now
        seconds = rest if left is None else min(left, rest)
        if ask.method in WRITES and limit is not None and _of_writes(limit, ask.plan, limits, used):
            return Told("writes", ask.operation, "month", limit, now, seconds)
        return Told("month", "", "month", limit, now, seconds)
    return Told("any", "", said.period, None, now, min(left, LONGEST)) if left else None


def _lasts(said: Limit) -> float:
    """How long a minute lasts, by its own word; WINDOW where that cannot be."""
    if said.resets_at is None or said.period_start is None:
        return WINDOW
    lasts = said.resets_at - said.period_start
    return lasts if 0 < lasts < WINDOW else WINDOW


def _of_writes(limit: int, plan: Plan, limits: Limits, used: int) -> bool:
    """Whether a month's limit is the one of a single operation's writes."""
    if limit in (plan.writes_per_month, limits.writes):
        return True
    return limit != limits.month and limit < used - 1


def quota_of(
    plan: Plan, told: Sequence[Told], sends: Sequence[float], month: Sequence[Hits], now: float
) -> Quota:
    """What has been used. `sends` are those of the window, the oldest first; `month` has those of the UTC month.

    `minute.resets_at` is the moment at which there is one more hit to be had: now, if there is one already.
    """
    limits = limits_of(plan, "", "", told, now)
    next_month = start_of(month_of(now) + 1)
    free_at = now
    if limits.minute is not None and len(sends) >= limits.minute:
        free_at = min(sends[len(sends) - limits.minute], now) + WINDOW
    blocks = [each for each in told if each.until > now]
    waits = [each.until for each in blocks if each.passes(now)]
    ends = [each.until for each in blocks if each.scope != "writes" and not each.passes(now)]
    writes = {}
    written = Counter({each.operation: each.sent for each in month if each.method in WRITES})
    blocked = {each.operation: [each.until] for each in blocks if each.scope == "writes"}
    for operation in sorted({*written, *blocked}):
        limit = limits_of(plan, operation, "PUT", told, now).writes
        writes[operation] = _usage(written[operation], limit, next_month, blocked.get(operation, []))
    operations: Counter[str] = Counter()
    for each in month:
        operations[each.operation] += each.sent
    return Quota(
        plan=plan,
        minute=_usage(len(sends), limits.minute, free_at, waits),
        month=_usage(operations.total(), limits.month, next_month, ends),
        writes=writes,
        operations=operations,
    )


def _usage(used: int, limit: int | None, resets_at: float, blocks: Sequence[float]) -> Usage:
    used_up = limit is not None and used >= limit
    left = 0 if blocks or used_up else None if limit is None else limit - used
    ends = max([*blocks, resets_at] if used_up else blocks, default=resets_at)
    return Usage(used, limit, left, datetime.fromtimestamp(ends, UTC))


def month_of(now: float) -> int:
    """The UTC calendar month of a moment, by its number since the year 0."""
    date = time.gmtime(now)
    return 12 * date.tm_year + date.tm_mon - 1


def start_of(month: int) -> float:
    """The moment at which a month begins."""
    return float(calendar.timegm((month // 12, month % 12 + 1, 1, 0, 0, 0)))
