"""Answers and refusals, in the shapes that the document gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from enphase_cloud.mock.document import Operation

# where the document has no example of its own
WORDS = {
    401: ("Not Authorized", "User is not authorized"),
    405: ("Method not allowed", ""),
    422: ("Unprocessable Entity", "Invalid request"),
    429: ("Too Many Requests", "Usage limit exceeded for plan Watt"),
}


@dataclass(frozen=True)
class Reply:
    """What goes back: `body` as bytes, ready to send."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """The request cannot be served: `status` as the document names it, `details` for the one who asked."""

    def __init__(self, status: int, details: str) -> None:
        super().__init__(f"{status}: {details}")
        self.status = status
        self.details = details


def as_json(payload: Any) -> bytes:
    """Compact JSON, as the service sends it."""
    return json.dumps(payload, separators=(",", ":")).encode()


def answer(operation: Operation, payload: Any, status: int = 200) -> Reply:
    """A success, under the content type that the document names."""
    media = operation.media(status)
    return Reply(status, as_json(payload), "application/json" if media is None else media.content_type)


def refusal(operation: Operation | None, status: int, details: str | None = None, *, now: int = 0) -> Reply:
    """The body that the document gives for `status` of `operation`, with `details` in its place.

    The families differ: ``{message, details, code}`` with a code that is a number or text,
    ``{reason, message: [..]}`` for 405 and 501, and the live stream's own. The period of
    a 429 is the minute that `now` is in.
    """
    body = None if operation is None else operation.example(status)
    if not isinstance(body, dict):
        body = _undocumented(status)
    if details is not None and "details" in body:
        body["details"] = details
    if "period_start" in body:
        start = now - now % 60
        body |= {"period": "minute", "period_start": start, "period_end": start + 60}
    media = None if operation is None else operation.media(status)
    return Reply(status, as_json(body), "application/json" if media is None else media.content_type)


def _undocumented(status: int) -> dict[str, Any]:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = f"Error {status}"
    message, details = WORDS.get(status, (phrase, phrase))
    if status in (405, 501):
        return {"reason": str(status), "message": [message]}
    return {"message": message, "details": details, "code": status}
