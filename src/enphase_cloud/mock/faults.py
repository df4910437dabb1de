"""Calls that go wrong on request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enphase_cloud.mock.document import Operation
from enphase_cloud.mock.replies import Reply, as_json, refusal


@dataclass(frozen=True)
class Fault:
    """One spoilt call: a status with a body (None: as documented), or a dropped connection."""

    operation: str | None
    status: int
    body: bytes | None
    content_type: str | None
    headers: Mapping[str, str]
    drop: bool

    def reply(self, operation: Operation | None, now: int) -> Reply:
        """What the spoilt call answers."""
        documented = refusal(operation, self.status, now=now)
        return Reply(
            self.status,
            documented.body if self.body is None else self.body,
            self.content_type or documented.content_type,
            self.headers,
        )


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
    return Fault(operation, status, content, content_type or kind, dict(headers), drop)


def _encode(body: Any) -> tuple[bytes | None, str | None]:
    if body is None:
        return None, None
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        html = body.lstrip().startswith("<")
        return body.encode(), "text/html; charset=utf-8" if html else "text/plain; charset=utf-8"
    return as_json(body), "application/json"
