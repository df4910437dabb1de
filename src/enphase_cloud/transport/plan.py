"""What a developer plan allows, what a job leaves to others, and what has been used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from enphase_v4.catalog import PLANS

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def _count(value: Any, name: str, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        msg = f"{name} has to be a whole number, {least} or more, not {value!r}."
        raise ConfigurationError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What may be called, and how often. `Plan.named("watt")` is one of the vendor's; None stands for no limit.

    ```python
    Plan(per_minute=20, per_month=5_000)  # limits by arrangement, or fewer than the plan's own
    ```

    Attributes:
        per_minute: Hits allowed in a minute.
        per_month: Hits allowed in a UTC calendar month.
        writes_per_month: Hits allowed in a month for each PUT, POST and DELETE operation.
        name: Of the vendor's plan, else `own`.
        access: Groups of operations that the plan includes; None: whatever the service allows.
    """

    per_minute: int | None = None
    per_month: int | None = None
    writes_per_month: int | None = None
    name: str = "own"
    access: frozenset[str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name in ("per_minute", "per_month", "writes_per_month"):
            value = getattr(self, name)
            if value is not None:
                _count(value, f"Plan({name}=)", 1)

    @classmethod
    def named(cls, name: str) -> Plan:
        """A plan of the vendor: `watt`, `kilowatt`, `megawatt`, `partner`. ConfigurationError for other names."""
        known = PLANS.get(name.strip().lower()) if isinstance(name, str) else None
        if known is None:
            msg = (
                f"{name!r} is no plan. There are: {', '.join(PLANS)}; or give Plan(per_minute=, per_month=)."
            )
            raise ConfigurationError(msg)
        return cls(
            per_minute=known.per_minute,
            per_month=known.per_month,
            writes_per_month=known.writes_per_month or None,
            name=known.name,
            access=frozenset(known.access),
        )


UNLIMITED = Plan(name="unknown")
"""Where nobody said which plan it is: hits are counted, and limits are learned from the service's refusals."""


def checked_plan(plan: Plan | str | None) -> Plan:
    """A plan from whatever a caller names it by."""
    if plan is None:
        return UNLIMITED
    return plan if isinstance(plan, Plan) else Plan.named(plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Hits that a client leaves to others who use the same key: a long job, to people who wait for an answer."""

    per_minute: int = 0
    per_month: int = 0

    def __post_init__(self) -> None:
        _count(self.per_minute, "Reserve(per_minute=)", 0)
        _count(self.per_month, "Reserve(per_month=)", 0)


class Usage(NamedTuple):
    """What has been used of a limit. `limit` and `left` are None where no limit is known."""

    used: int
    limit: int | None
    left: int | None
    resets_at: datetime
    """Aware UTC time from which there is more again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What all processes of this machine have used of a key, as this machine's ledger has it.

    `writes` has a Usage of the month for each operation that changes something, by its name in the document.
    `operations` has the hits of the month for each operation.
    """

    plan: Plan
    minute: Usage
    month: Usage
    writes: Mapping[str, Usage]
    operations: Mapping[str, int]
