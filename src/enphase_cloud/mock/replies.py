"""Answers and refusals, in the shapes that the document gives them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
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


@dataclass(frozen=True)
class Stream:
    """What goes back piece by piece."""

    status: int
    chunks: AsyncIterator[bytes]
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """The request cannot be served: `status` as the document names it, `details` for the one who asked.

    fields: what else the body says, where the document has a place for it
    limit: what of the plan refused: `access`, `minute`, `month` or `writes`
    """

    def __init__(
        self,
        status: int,
        details: str | list[str] | None = None,
        *,
        fields: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        limit: str | None = None,
    ) -> None:
        super().__init__(f"{status}: {details}")
        self.status = status
        self.details = details
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})
        self.limit = limit


def as_json(payload: Any) -> bytes:
    """Compact JSON, as the service sends it."""
    return json.dumps(payload, separators=(",", ":")).encode()


def answer(operation: Operation, payload: Any) -> Reply:
    """A success, with the status and under the content type that the document names."""
    status = operation.success
    media = operation.media(status)
    return Reply(status, as_json(payload), "application/json" if media is None else media.content_type)


def with_extra_fields(payload: Any) -> Any:
    """`payload`, its objects with a field more; objects that only hold other objects are left as they are."""
    if isinstance(payload, list):
        return [with_extra_fields(each) for each in payload]
    if not isinstance(payload, dict):
        return payload
    extended = {name: with_extra_fields(value) for name, value in payload.items()}
    if any(not isinstance(value, dict | list) for value in payload.values()):
        extended["new_field"] = {"since": "v4.1"}
    return extended


def with_json_errors(reply: Reply | Stream | None) -> Reply | Stream | None:
    """`reply`; a refusal that calls itself a stream of events as the JSON that it is."""
    if (
        isinstance(reply, Reply)
        and reply.status >= 400
        and reply.content_type.startswith("text/event-stream")
    ):
        return replace(reply, content_type="application/json")
    return reply


def refusal(operation: Operation | None, error: RefusedError | int, *, now: float = 0) -> Reply:
    """The body that the document gives for a status of `operation`, with what `error` says in its place.

    The families differ: ``{message, details, code}`` with a code that is a number or text,
    ``{reason, message: [..]}`` for 405 and 501 and throughout commissioning, but for its
    ``{errorMessages: [..], errorCode}``, and the live stream's own. `now` is the time that they name.
    """
    if isinstance(error, int):
        error = RefusedError(error)
    body, kind = _form(operation, error.status)
    if error.details is not None:
        _tell(body, error.details, error.fields)
    for part in (body, body.get("error")):
        if isinstance(part, dict):
            part |= {
                name: value
                for name, value in error.fields.items()
                if name in part and not isinstance(part[name], list)
            }
    if "timestamp_epoch" in body:
        told = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        body |= {"timestamp_epoch": int(now * 1000), "timestamp_utc": told}
    return Reply(error.status, as_json(body), kind, error.headers)


def _tell(body: dict[str, Any], details: str | list[str], fields: Mapping[str, Any]) -> None:
    """Put the details where the family has them, in place of those of its example."""
    listed = details if isinstance(details, list) else [details]
    if "errorMessages" in body:
        # the number of the example is of another mistake
        body.clear()
        body |= {name: value for name, value in fields.items() if name == "errorCode"}
        body["errorMessages"] = listed
    elif "reason" in body:
        body["message"] = listed
    elif "details" in body:
        body["details"] = details
    elif isinstance(body.get("error"), dict):
        body["error"]["message"] = details


def _form(operation: Operation | None, status: int) -> tuple[dict[str, Any], str]:
    """Body and content type that the document has for `status`; where it has none, those of the family."""
    documented = None if operation is None else operation.media(status)
    example = None if operation is None else operation.example(status)
    kin = None if operation is None else operation.media(401)
    family = kin.example if kin is not None and isinstance(kin.example, dict) else {}
    body = example if isinstance(example, dict) else _undocumented(status, by_reason="reason" in family)
    if documented is not None:
        return body, documented.content_type
    if kin is not None and isinstance(family.get("code"), str):
        # EV charging: codes are text, and JSON has a name of its own
        return body | ({"code": str(status)} if "code" in body else {}), kin.content_type
    return body, "application/json"


def _undocumented(status: int, *, by_reason: bool) -> dict[str, Any]:
    """`by_reason`: in the family of commissioning."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = f"Error {status}"
    message, details = WORDS.get(status, (phrase, phrase))
    if by_reason and status in (422, 500):
        return {"errorMessages": [details]}
    if by_reason or status in (405, 501):
        return {"reason": str(status), "message": [details if by_reason and details else message]}
    return {"message": message, "details": details, "code": status}
