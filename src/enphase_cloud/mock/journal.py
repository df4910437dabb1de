"""What the server has seen: the calls, none of their secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECRET = frozenset(
    {
        "key",
        "access_token",
        "refresh_token",
        "password",
        "client_secret",
        "code",
        "state",
        "username",
        "api_key",
    }
)
KEPT = 200_000


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call as the journal keeps it. `status` 0: the connection was dropped instead of an answer.

    at: epoch seconds by the server's clock
    query: without the API key, and without secrets of the token endpoint
    operation: the operationId; None where no operation of the document was met
    application, owner: who called (names); None where nobody was recognised
    plan: whose limits hold; None without limits
    counted: whether the call took a hit of the quota
    refused_by: what of the plan refused it: `access`, `minute`, `month` or `writes`
    charge_usd: what it cost, beyond the plan's fee
    fault: the name of the fault that spoilt it
    """

    at: float
    method: str
    path: str
    query: Mapping[str, str]
    operation: str | None
    status: int
    application: str | None = None
    owner: str | None = None
    plan: str | None = None
    counted: bool = False
    refused_by: str | None = None
    charge_usd: float = 0.0
    fault: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return dict(vars(self))


class Journal(list[Call]):
    """The calls, oldest first. Beyond `KEPT` the older half is forgotten."""

    def record(self, call: Call) -> None:
        """Add one call."""
        if len(self) >= KEPT:
            del self[: KEPT // 2]
        self.append(call)


def without_secrets(query: Mapping[str, str]) -> dict[str, str]:
    """The parameters that anybody may read."""
    return {name: value for name, value in query.items() if name.lower() not in SECRET}
