"""What calls will cost, from what the plan says and the ledger knows. No call is made."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from enphase_v4.catalog import PLANS

from ..rows import Estimate
from ..transport.quota import WINDOW

if TYPE_CHECKING:
    from ..rows import Cost
    from ..transport.plan import Quota


def priced(cost: Cost, quota: Quota) -> Estimate:
    """The estimate for a cost, now.

    | what | is |
    |---|---|
    | seconds | 0 for what is left of this minute; then a window of the minute for each further `limit` hits |
    | cost | the charges; and the plan's price for each hit beyond those that its fee pays for |
    | within the month | what is left of it suffices |
    """
    minute, month = quota.minute, quota.month
    beyond = max(0, cost.hits - minute.left) if minute.left is not None else 0
    seconds = ceil(beyond / minute.limit) * WINDOW if minute.limit else 0.0
    plan = PLANS.get(quota.plan.name)
    billed = 0
    if plan is not None and plan.hit_usd:
        billed = max(0, month.used + cost.hits - plan.included) - max(0, month.used - plan.included)
    return Estimate(
        hits=cost.hits,
        exact=cost.exact,
        archived=cost.archived,
        seconds=seconds,
        cost_usd=round(cost.charge_usd + billed * (plan.hit_usd if plan else 0.0), 4),
        within_month=month.left is None or cost.hits <= month.left,
    )
