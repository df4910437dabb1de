"""What each named fault does to a call: the table `FAULTS` is made of."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from http.client import responses
from typing import Any, NamedTuple

from enphase_v4.catalog import PLANS, Plan

from enphase_cloud.mock.delivery import Delivery, close
from enphase_cloud.mock.document import Operation
from enphase_cloud.mock.fleet import draw
from enphase_cloud.mock.quota import over
from enphase_cloud.mock.replies import RefusedError, Reply, Stream, as_json, refusal
from enphase_cloud.mock.settings import Settings

HTML = b"<html><head><title>Busy</title></head><body><h1>The server is busy. Try again later.</h1></body></html>\n"
HTML_TYPE = "text/html; charset=utf-8"
EVENTS_TYPE = "text/event-stream"
# a header of gzip, and then nothing that gzip would write
NOT_GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"this was never compressed" * 4
PIECE = b"x" * 65_536
MOST_SECONDS = 31 * 86_400
MOST_BYTES = 10**11
ONE_IN = 6  # about one field in so many gets another type


class Incident(NamedTuple):
    """One call that goes wrong.

    reply: what the service answered; None where it was not asked
    operation: None where the document has none, as for `/oauth`
    place: the operationId, `authorize` or `token`; None for an unknown path
    now: epoch seconds
    amount: the fault's option; None where it has none
    plan: the caller's; None where it is not known, or has no limits
    salt: differs between the calls that one server spoils, and is the same in each run
    """

    reply: Reply | Stream | None
    operation: Operation | None
    place: str | None
    now: float
    amount: float | None
    salt: tuple[object, ...]
    plan: Plan | None = None


class Option(NamedTuple):
    """What may stand behind the name, as in `slow_body=5`: what it is of, its default (None: none), its bounds."""

    unit: str
    default: float | None
    low: float
    high: float
    whole: bool


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    unseen: the call never reaches the service, which neither counts nor answers it
    answered: the service does what it is asked, and something happens to the answer; otherwise it counts the
        call and does nothing
    free: the service does not even count it; it only sees who calls
    """

    help: str
    spoil: Callable[[Incident], Delivery]
    option: Option | None = None
    unseen: bool = False
    answered: bool = False
    free: bool = False

    def explained(self, name: str) -> str:
        """What it does, for people; with how its option is written."""
        if self.option is None:
            return self.help
        written, default = f"{name}={self.option.unit.upper()}", self.option.default
        if default is None:
            return f"{self.help}; {written}: with Retry-After"
        return f"{self.help}; {written}, {default:,.12g} without"

    def amount(self, text: str | None) -> float | None:
        """The option as a number, `text` being what stood behind the name. Raises ValueError for nonsense."""
        option = self.option
        if text is None or option is None:
            if text is not None:
                raise ValueError("takes no option")
            return None if option is None else option.default
        try:
            amount = int(text) if option.whole else float(text)
        except ValueError:
            amount = math.nan
        if not option.low <= amount <= option.high:
            unit = f"whole {option.unit}" if option.whole else option.unit
            raise ValueError(f"takes {unit} from {option.low:,} to {option.high:,}, not {text!r}")
        return amount


def status_kind(status: int, help_: str) -> Kind:
    """Answers `status` with what the document shows for it."""
    return Kind(help_, lambda incident: _refused(incident, status), _RETRY_AFTER, free=status == 429)


def documented(incident: Incident, status: int, limit: str = "minute") -> Reply:
    """What goes out with `status` where the service has not been asked; a 429 is for `limit`, `minute` or `month`."""
    operation = incident.operation
    if incident.place == "token" and status >= 400:
        phrase = responses.get(status, f"Error {status}")
        return Reply(
            status, as_json({"error": phrase.lower().replace(" ", "_"), "error_description": phrase})
        )
    media = None if operation is None else operation.media(status)
    if media is not None and media.example is not None and status < 300:
        shown = as_json(media.example)
        if media.content_type == EVENTS_TYPE:
            shown = b"".join(
                b"%s: %s\n" % (key.encode(), as_json(each)) for key, each in media.example.items()
            )
        return Reply(status, shown + b"\n", media.content_type)
    plan = incident.plan or PLANS["kilowatt"]
    error = over(limit, plan, incident.now, Settings()) if status == 429 else RefusedError(status)
    return refusal(operation, error, now=incident.now)


def _refused(incident: Incident, status: int, limit: str = "minute") -> Delivery:
    reply = documented(incident, status, limit)
    if incident.amount is not None:
        reply = replace(reply, headers={**reply.headers, "retry-after": str(int(incident.amount))})
    return Delivery(reply=reply)


def _ok(incident: Incident, body: bytes, content_type: str | None = None, **headers: str) -> Delivery:
    media = None if incident.operation is None else incident.operation.media(200)
    kind = content_type or ("application/json" if media is None else media.content_type)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery(reply=Reply(200, body, kind, named))


def _dropped(broken: type[OSError], *, reset: bool = True) -> Callable[[Incident], Delivery]:
    def spoil(incident: Incident) -> Delivery:
        return Delivery(reply=None, broken=broken, reset=reset, closed_s=incident.amount or 0.0)

    return spoil


def _half(incident: Incident) -> Delivery:
    """The first half of the answer: of a stream, all until the middle of the second event."""
    reply = incident.reply
    if isinstance(reply, Stream):
        return Delivery(reply=replace(reply, chunks=_to_the_second(reply.chunks)))
    return Delivery(reply=reply, part=0 if reply is None else len(reply.body) // 2)


def _reset_mid_body(incident: Incident) -> Delivery:
    return replace(_half(incident), broken=ConnectionResetError)


def _stall(incident: Incident) -> Delivery:
    return replace(_half(incident), stall_s=incident.amount or 0.0, broken=TimeoutError)


def _truncated(incident: Incident) -> Delivery:
    half = _half(incident)
    if isinstance(half.reply, Reply):
        return Delivery(reply=replace(half.reply, body=half.reply.body[: half.part]))
    return half


def _wrong_content_type(incident: Incident) -> Delivery:
    assert incident.reply is not None  # noqa: S101 - an answered fault
    return Delivery(reply=replace(incident.reply, content_type=HTML_TYPE))


def _slow_headers(incident: Incident) -> Delivery:
    return Delivery(reply=incident.reply, wait_s=incident.amount or 0.0)


def _slow_body(incident: Incident) -> Delivery:
    return Delivery(reply=incident.reply, pace_s=incident.amount or 0.0)


def _invalid_gzip(incident: Incident) -> Delivery:
    return _ok(incident, NOT_GZIP, content_encoding="gzip")


def _oversized(incident: Incident) -> Delivery:
    whole = _ok(incident, b"").reply
    assert whole is not None  # noqa: S101 - made in the line before
    return Delivery(reply=Stream(200, _padding(int(incident.amount or 0)), whole.content_type))


async def _padding(size: int) -> AsyncIterator[bytes]:
    """A JSON object of `size` bytes, a piece at a time."""
    begin, end = b'{"padding":"', b'"}'
    yield begin
    for sent in range(0, size - len(begin) - len(end), len(PIECE)):
        yield PIECE[: size - len(begin) - len(end) - sent]
    yield end


async def _to_the_second(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    first = True
    try:
        async for chunk in chunks:
            if not first:
                yield chunk[: len(chunk) // 2]
                return
            first = False
            yield chunk
    finally:
        await close(chunks)


def _wrong_types(incident: Incident) -> Delivery:
    reply = incident.reply
    if isinstance(reply, Stream):
        return Delivery(reply=replace(reply, chunks=_wrong_events(reply.chunks, incident.salt)))
    assert reply is not None  # noqa: S101 - an answered fault
    return Delivery(reply=replace(reply, body=_wrong_json(reply.body, incident.salt)))


async def _wrong_events(chunks: AsyncIterator[bytes], salt: tuple[object, ...]) -> AsyncIterator[bytes]:
    number = 0
    try:
        async for chunk in chunks:
            number += 1
            lines = [
                b"data: " + _wrong_json(line[5:], (*salt, number)) if line.startswith(b"data:") else line
                for line in chunk.split(b"\n")
            ]
            yield b"\n".join(lines)
    finally:
        await close(chunks)


def _wrong_json(body: bytes, salt: tuple[object, ...]) -> bytes:
    """JSON in which at least one value has another type; anything but JSON comes back as it is."""
    try:
        payload = json.loads(body)
    except ValueError:
        return body
    slots = list(_slots(payload))
    if not slots:
        return as_json(_another(payload, draw(*salt)))
    # one for certain, the others as they come
    certain = draw(*salt, "which") % len(slots)
    for index, (holder, key) in enumerate(slots):
        drawn = draw(*salt, index)
        if index == certain or drawn % ONE_IN == 0:
            holder[key] = _another(holder[key], drawn // ONE_IN)
    return as_json(payload)


def _slots(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place below `node` that holds a value that is no object and no list, or an empty one."""
    inside: Any = (
        node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    )
    for key, value in inside:
        if isinstance(value, dict | list) and value:
            yield from _slots(value)
        else:
            yield node, key


def _another(value: Any, drawn: int) -> Any:
    """Something in the place of `value` that JSON has another type for; often the same, spelt as text."""
    others: list[Any] = [None, {"value": value}, [value], "unexpected", 7, True]
    if not isinstance(value, dict | list | str) and value is not None:
        others += [json.dumps(value)] * 3
    others = [each for each in others if _type(each) != _type(value)]
    return others[drawn % len(others)]


def _type(value: Any) -> str:
    """The JSON type of `value`."""
    return "number" if type(value) in (int, float) else type(value).__name__


_RETRY_AFTER = Option("seconds", None, 0, MOST_SECONDS, whole=True)


def _seconds(default: float) -> Option:
    return Option("seconds", default, 0, MOST_SECONDS, whole=False)


KINDS: dict[str, Kind] = {
    "refused": Kind(
        "the connection is refused: the service sees nothing of the call. Over a socket it is reset as soon as the"
        " call was read, since before that nobody knows whose turn it is; with seconds the port is closed as well,"
        " and new connections are really refused",
        _dropped(ConnectionRefusedError),
        _seconds(0.0),
        unseen=True,
    ),
    "reset": Kind(
        "the connection is reset before the answer; the service counted the call and did nothing",
        _dropped(ConnectionResetError),
    ),
    "dropped": Kind(
        "the connection is closed in good order before the answer; the service counted the call and did nothing",
        _dropped(ConnectionResetError, reset=False),
    ),
    "answer_lost": Kind(
        "the service does what it was asked, and the connection is reset before the answer",
        _dropped(ConnectionResetError),
        answered=True,
    ),
    "reset_mid_body": Kind(
        "the connection is reset in the middle of the body (of a stream: of the second event)",
        _reset_mid_body,
        answered=True,
    ),
    "stall": Kind(
        "half of the answer, then silence, then the connection is reset",
        _stall,
        _seconds(3600.0),
        answered=True,
    ),
    "slow_headers": Kind("the answer comes late", _slow_headers, _seconds(5.0), answered=True),
    "slow_body": Kind(
        "the body comes in ten pieces over that time (a stream: that time before each piece)",
        _slow_body,
        _seconds(5.0),
        answered=True,
    ),
    "truncated_json": Kind(
        "the first half of the body, as if it were the whole (a stream ends in the middle of the second event)",
        _truncated,
        answered=True,
    ),
    "wrong_types": Kind(
        "some values of the real answer have another type: numbers as text, objects, nulls",
        _wrong_types,
        answered=True,
    ),
    "wrong_content_type": Kind("the real answer, as text/html", _wrong_content_type, answered=True),
    "html_200": Kind("200 with a page of HTML", lambda incident: _ok(incident, HTML, HTML_TYPE)),
    "empty_body": Kind("200 without a body", lambda incident: _ok(incident, b"")),
    "invalid_gzip": Kind("200 with content-encoding gzip, and a body that is none", _invalid_gzip),
    "oversized_body": Kind(
        "200 with a JSON object that is far too large, of unannounced length",
        _oversized,
        Option("bytes", 64 * 1024 * 1024, 14, MOST_BYTES, whole=True),
    ),
    "429_minute": Kind(
        "429 for the minute, with the limit of the caller's plan; takes no hit",
        lambda incident: _refused(incident, 429),
        _RETRY_AFTER,
        free=True,
    ),
    "429_month": Kind(
        "429 for the month, with the limit of the caller's plan; takes no hit",
        lambda incident: _refused(incident, 429, "month"),
        _RETRY_AFTER,
        free=True,
    ),
    **{
        str(status): status_kind(status, f"status {status}: {told}")
        for status, told in {
            500: "the server's own mistake",
            502: "a bad gateway",
            503: "the service is unavailable",
            504: "the gateway gave up waiting",
            461: "of the live stream: the duration is too short",
            499: "of a gateway: the client has gone",
            520: "of a gateway: an unknown error",
        }.items()
    },
}
