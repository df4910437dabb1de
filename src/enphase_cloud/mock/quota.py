"""What each application has used of its plan, what that cost, and when the plan says no."""

from __future__ import annotations

from dataclasses import dataclass

from enphase_cloud.mock.accounts import Caller
from enphase_cloud.mock.document import Operation
from enphase_cloud.mock.settings import Settings


@dataclass(frozen=True)
class Charge:
    """What a call took: whether it was counted as a hit, and dollars beyond the fee."""

    counted: bool
    usd: float


class Quota:
    """The hits of all applications."""

    def admit(self, caller: Caller, operation: Operation, now: float, settings: Settings) -> Charge:
        """Count one call. Raises RefusedError: outside the plan (403), or beyond what it allows (429)."""
        return Charge(caller.plan is not None, 0.0)
