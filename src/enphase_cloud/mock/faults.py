"""Calls that go wrong on request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enphase_cloud.mock.delivery import Delivery
from enphase_cloud.mock.document import Operation
from enphase_cloud.mock.replies import RefusedError, Reply, Stream, as_json, refusal


@dataclass(frozen=True)
class Fault:
    """One spoilt call: a status with a body (None: as documented), or a dropped connection.

    unseen: the call never reaches the service, which neither counts nor answers it
    answered: the service answers, and something happens to the answer
    """

    name: str
    operation: str | None
    status: int
    body: bytes | None
    content_type: str | None
    headers: Mapping[str, str]
    drop: bool
    unseen: bool = False
    answered: bool = False

    def spoil(self, reply: Reply | Stream | None, operation: Operation | None, now: float) -> Delivery:
        """What goes out in place of `reply` (None: the service was not asked)."""
        if self.drop:
            return Delivery(reply=None, dropped=True)
        minute = int(now) - int(now) % 60
        period = {"period": "minute", "period_start": minute, "period_end": minute + 60}
        documented = refusal(operation, RefusedError(self.status, fields=period), now=now)
        return Delivery(
            reply=Reply(
                self.status,
                documented.body if self.body is None else self.body,
                self.content_type or documented.content_type,
                self.headers,
            )
        )


class Faults:
    """What is to go wrong, in order."""

    def __init__(self) -> None:
        self._due: list[Fault] = []

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._due.clear()

    def order(self, fault: Fault, count: int) -> None:
        """Spoil `count` calls, after those that were ordered before."""
        self._due.extend([fault] * count)

    def take(self, operation: str | None) -> Fault | None:
        """The fault that is due for a call of `operation`, which is then used up."""
        for index, fault in enumerate(self._due):
            if fault.operation in (None, operation):
                return self._due.pop(index)
        return None


def make_fault(
    status: int,
    body: Any,
    content_type: str | None,
    headers: Mapping[str, str],
    *,
    drop: bool,
    operation: str | None,
) -> Fault:
    """A fault from what `Service.fail_next` takes. Raises ValueError for a status that HTTP does not have."""
    if not 200 <= status <= 599:
        raise ValueError(f"status must be between 200 and 599, not {status}")
    content, kind = _encode(body)
    name = "reset" if drop else str(status)
    return Fault(name, operation, status, content, content_type or kind, dict(headers), drop)


def _encode(body: Any) -> tuple[bytes | None, str | None]:
    if body is None:
        return None, None
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        html = body.lstrip().startswith("<")
        return body.encode(), "text/html; charset=utf-8" if html else "text/plain; charset=utf-8"
    return as_json(body), "application/json"
