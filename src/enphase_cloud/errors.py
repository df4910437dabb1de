"""Everything that can go wrong, as one family.

    EnphaseError
    ├── ConfigurationError      a setting of this client is missing or cannot be used; nothing was sent
    ├── AuthenticationError     401: the token, the key, or the two together were not accepted
    │   └── ConsentRequired     the owner's grant is gone; only the owner can give a new one
    ├── PermissionDenied        403: accepted, but not for this: plan, scope or somebody else's system
    ├── NotFound                404
    ├── InvalidRequest          400, 405, 422 and the like; also what is refused before a call (a ValueError)
    │   └── DuplicateActivation an activation with this reference is there already; nothing was created
    ├── RateLimited             429: `period`, `limit`, `resets_at`
    │   └── QuotaExhausted      the month's allowance is used up
    ├── ServerError             5xx, gateways (499, 52x), and a service that contradicts itself
    ├── LiveStreamError         46x, 47x, 55x: live data is not to be had, and why
    ├── ConnectionFailed        no answer: not reached, cut off, or too slow
    ├── DecodeError             an answer that is not what the document says
    └── SyncRunning             a sync of this archive is running already; nothing was sent

Messages say what was asked (method and path, never a query, never a header), what came back in the service's
own words, and what to do next. Decisions are made on the status alone: the service's words are not stable.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import partial
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .records.commissioning import ListedActivation

GATEWAY_STATUSES = frozenset({408, 499, *range(520, 528)})
LIVE_STATUSES = frozenset({*range(460, 480), *range(550, 560)})
_LONGEST_WORDS = 300
_LONGEST_BODY = 16_384
_LONGEST_READ = 262_144
"""Letters of a body that are looked at for words and secrets: what takes long is done with no more of them."""
_LONGEST_SECRET = 4_096
_DEEPEST_WORDS = 8
_MOST_WORDS = 1_000
_LONGEST_NUMBER = 400
_LONGEST_MINUTE = 60.0
_TITLE = re.compile("<title[^<>]*>", re.IGNORECASE)
_TITLE_END = re.compile("</title", re.IGNORECASE)
_TAG = re.compile("<(/?[a-z]*)[^<>]*>", re.IGNORECASE)
_ADVICE = {
    "token": (
        "The access token is not accepted, or no longer: they live about a day. Get a new one; a grant that "
        "`enphase login` has stored is renewed by itself."
    ),
    "key": "Check the API key: it stands beside the client id, where the application is registered.",
    "mismatch": "Use the API key of the application that the access token was issued to.",
    "plan": "The developer plan of the application does not include this: use what it includes, or change it.",
}
"""What to do about a 401, by its reason."""
_LIVE_UNREACHED = "The service could not reach the gateway's stream, which passes: try again later."
_LIVE_ADVICE = {
    461: "The duration is too short: live data is streamed for 30 to 300 s.",
    462: "The duration is too long: live data is streamed for 30 to 300 s.",
    463: "The duration has to be a whole number of seconds, 30 to 300.",
    466: "The gateway is not active, or its firmware is older than 6.0.0: live data needs a newer one.",
    468: "There is no such system: check its id; `systems()` lists what this token may see.",
    472: (
        "The site has no live data: it needs a production meter, and with a battery or a system controller a "
        "consumption meter, too."
    ),
    473: "The gateway is not reporting: check its power and its internet connection, then try again.",
    550: _LIVE_UNREACHED,
    551: _LIVE_UNREACHED,
    552: _LIVE_UNREACHED,
}
"""What a refusal of live data means, by its status."""


class EnphaseError(Exception):
    """The root of the family. What is not known is None.

    `method` and `path` say what was asked, `status` what came back, `problem` in which words, `hits` how many
    calls were spent on it. `body` is what came back as it came, without secrets: its first 16 KiB, for a reader.
    `partial` is what had been fetched before, where something was being collected: the rows up to there, in the form
    that was asked for.
    """

    advice = ""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        method: str | None = None,
        path: str | None = None,
        problem: str | None = None,
        hits: int = 0,
        body: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.method = method
        self.path = path
        self.problem = problem
        self.hits = hits
        self.body = body
        self.partial: Any = None


class ConfigurationError(EnphaseError):
    """A setting is missing, or has a value that cannot be used. Nothing was sent."""


class AuthenticationError(EnphaseError):
    """401.

    `reason` says which of the credentials was not accepted, as far as the service's words tell: `token`, `key`,
    `mismatch` (each is good, but they belong to different applications), `plan` (some plans answer so for what
    they do not include), else None. The words are not stable: it is for people, not for programs to decide by.
    """

    advice = (
        "Check that the access token is still valid (they live about a day), and that the API key belongs to "
        "the application that the token was issued to. Some plans answer so, too, for what they do not include."
    )

    def __init__(self, message: str, *, reason: str | None = None, **known: Any) -> None:
        super().__init__(message, **known)
        self.reason = reason


class ConsentRequired(AuthenticationError):
    """The grant is gone: it was revoked, replaced or has expired. The owner has to consent again.

    `address` is where the owner does so, where that is known.
    """

    advice = "Ask the system's owner to grant access again; retrying does not help."

    def __init__(self, message: str, *, address: str | None = None, **known: Any) -> None:
        super().__init__(message, **known)
        self.address = address


class PermissionDenied(EnphaseError):
    """403. Who asks is known, but may not have this."""

    advice = "Check that the developer plan includes this endpoint and that the owner has shared this system."


class NotFound(EnphaseError):
    """404. There is no such system, device or type, or none that this token may see."""

    advice = "Check the ids and serial numbers in the call; `systems()` lists what this token may see."


class InvalidRequest(EnphaseError, ValueError):
    """The request cannot be answered as it stands: says the service, or this client before any call."""

    advice = "Asking again in the same way gives the same answer."


class DuplicateActivation(InvalidRequest):
    """There is an activation with this reference already. Nothing was created, and nothing charged.

    `activation` is the one that is there, as the list has it.
    """

    def __init__(self, message: str, *, activation: ListedActivation, **known: Any) -> None:
        super().__init__(message, **known)
        self.activation = activation

    def __reduce__(self) -> tuple[Any, ...]:
        """How pickle and copy make it again: with what it cannot be made without."""
        return partial(type(self), activation=self.activation), self.args, vars(self)


class RateLimited(EnphaseError):
    """429. More calls than the plan allows.

    `period` is `minute` or `month` (None where the service does not say), `limit` the calls allowed in it,
    `resets_at` the aware UTC time from which calls are taken again.
    """

    advice = "Wait, and ask less often."

    def __init__(
        self,
        message: str,
        *,
        period: str | None = None,
        limit: int | None = None,
        resets_at: datetime | None = None,
        **known: Any,
    ) -> None:
        super().__init__(message, **known)
        self.period = period
        self.limit = limit
        self.resets_at = resets_at


class QuotaExhausted(RateLimited):
    """The month's allowance is used up. Months are UTC calendar months."""

    advice = "Wait for the next month, or move to a larger plan."


class ServerError(EnphaseError):
    """The service, or a gateway before it, failed."""

    advice = "The fault is on the other side: try again later."


class LiveStreamError(EnphaseError):
    """Live data is refused (46x: the request or the system; 47x: the site) or not reached (55x)."""

    advice = (
        "46x and 47x do not pass by themselves: check the duration and the gateway. 55x do: try again later."
    )


class ConnectionFailed(EnphaseError):
    """No answer came: the service was not reached, the connection was cut, or it took too long."""

    advice = "Check the network, and try again."


class DecodeError(EnphaseError):
    """An answer came that is not what the document says: not JSON, cut short, or of another shape."""

    advice = (
        "Try again later; if it stays so, the service has changed: please report the path and these words."
    )


class SyncRunning(EnphaseError):
    """Another sync of this archive is running. Nothing was sent.

    `pid` is its process, and `since` the aware UTC time at which it began, as far as that is known.
    """

    def __init__(
        self, message: str, *, pid: int | None = None, since: datetime | None = None, **known: Any
    ) -> None:
        super().__init__(message, **known)
        self.pid = pid
        self.since = since


class Limit(NamedTuple):
    """What a 429 says about the limit that was met. None where it does not say."""

    period: str | None
    limit: int | None
    period_start: int | None
    resets_at: float | None
    """Epoch seconds."""


def error_class(status: int) -> type[EnphaseError]:
    """Which error a status stands for.

    | status | error |
    |---|---|
    | 401 | AuthenticationError |
    | 403 | PermissionDenied |
    | 404 | NotFound |
    | 429 | RateLimited |
    | 408, 499, 520..527 | ServerError (said by gateways) |
    | 460..479, 550..559 | LiveStreamError |
    | other 4xx | InvalidRequest |
    | other 5xx and above | ServerError |
    | 1xx, 2xx, 3xx | EnphaseError: an answer this client does not follow |
    """
    special: dict[int, type[EnphaseError]] = {
        401: AuthenticationError,
        403: PermissionDenied,
        404: NotFound,
        429: RateLimited,
    }
    if status in special:
        return special[status]
    if status in LIVE_STATUSES:
        return LiveStreamError
    if status in GATEWAY_STATUSES or status >= 500:
        return ServerError
    return InvalidRequest if 400 <= status < 500 else EnphaseError


def error_from(
    method: str,
    path: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float,
    hits: int = 0,
    hide: Callable[[str], str] = str,
    renewed: bool = False,
) -> EnphaseError:
    """The error that an answer stands for. `now` (epoch seconds) gives `Retry-After` a meaning.

    `hide` takes out of the service's words what nobody is to see. `renewed`: after a 401 the token was renewed, and
    the call was sent again where that may be (`hits` says so).
    """
    problem = words(body, hide)
    kind = error_class(status)
    extra: dict[str, Any] = {}
    when = ""
    if kind is RateLimited:
        limit = limit_of(headers, body, now, hide)
        kind = QuotaExhausted if limit.period == "month" else RateLimited
        resets_at = _utc(limit.resets_at)
        extra = {"period": limit.period, "limit": limit.limit, "resets_at": resets_at}
        if resets_at is not None:
            when = f" Calls are taken again from {resets_at:%Y-%m-%d %H:%M:%S} UTC."
    elif (
        status in (400, 401)
        and (method, path.endswith("/oauth/token")) == ("POST", True)
        and _object(body).get("error") == "invalid_grant"
    ):
        kind = ConsentRequired
        extra = {"reason": "token"}
    elif kind is AuthenticationError:
        extra = {"reason": reason_of(problem)}
        if renewed:
            again = "and that one was not accepted either" if hits > 1 else "and this call was not sent again"
            when = f" The token has been renewed since, {again}."
    elif 300 <= status < 400:
        when = " Redirects are not followed: check base_url."
    told = f": {problem}" if problem else ""
    advice = kind.advice
    if kind is AuthenticationError:
        advice = _ADVICE.get(extra["reason"], advice)
    elif kind is LiveStreamError:
        advice = _LIVE_ADVICE.get(status, advice)
    message = f"{method} {path} was answered {status}{told}{'' if told.endswith('.') else '.'}{when} {advice}"
    return kind(
        message.rstrip(),
        status=status,
        method=method,
        path=path,
        problem=problem or None,
        hits=hits,
        body=shown(body, hide),
        **extra,
    )


def told_status(body: bytes, otherwise: int) -> int | None:
    """The status of an error that is told in a success, as in an event of a stream; None where none is told.

    `otherwise`: what it is where the error has no number from 400 to 599.
    """
    told = _object(body)
    error = told.get("error")
    if not error:
        return None
    code = _number((error if isinstance(error, dict) else told).get("code"))
    return int(code) if code is not None and 400 <= code < 600 else otherwise


def reason_of(problem: str) -> str | None:
    """Which of the credentials the words of a 401 speak of, as far as they tell. The first line that fits counts.

    | the words | reason |
    |---|---|
    | `mismatch`, `does not belong`, `does not match` | mismatch |
    | of a plan or a subscription | plan |
    | of an API key, and of no token; the live stream's `NOT_AUTHENTICATED` | key |
    | of a token, and of no API key; `Full authentication is required`, said where there is none | token |
    | anything else, `Not Authorized` for one | None |
    """
    said = problem.casefold()
    if re.search(r"mismatch|do(es)?(n't| not) (belong|match)", said):
        return "mismatch"
    if re.search(r"\bplans?\b|\bsubscri", said):
        return "plan"
    key = re.search(r"\bapi[ _-]?keys?\b|\bnot_authenticated\b", said)
    token = re.search(r"token|\bfull authentication\b", said)
    if key and token:
        return None
    return "key" if key else "token" if token else None


def shown(body: bytes, hide: Callable[[str], str] = str) -> str:
    """The beginning of a body for a reader: as it came, but without secrets.

    Where a secret stands in it with letters written as escapes (of JSON, of HTML), these are resolved first.
    """
    whole = body.decode("utf-8", "replace")
    text = whole[:_LONGEST_READ]
    for resolved in (_unescaped, unescape):
        plain = resolved(text)
        if plain != text and hide(plain) != plain:
            text = plain
    return _uncut(hide(text), cut=len(whole) > _LONGEST_READ)[:_LONGEST_BODY]


def limit_of(headers: Mapping[str, str], body: bytes, now: float, hide: Callable[[str], str] = str) -> Limit:
    """What a 429 says: the body's `period`, `limit`, `period_start` and `period_end`, and `Retry-After`.

    The later of `period_end` and `Retry-After` counts. A `period_end` counts for no longer than its period lasts,
    so that a clock that is wrong does not make a minute longer. A `period` is a word of up to 20 ASCII letters,
    in small ones here; anything else is none, and so is what `hide` finds a secret in.
    """
    told = _object(body)
    named = told.get("period")
    word = re.fullmatch(r"\s*([A-Za-z]{1,20})\s*", hide(named) if isinstance(named, str) else "")
    period = word[1].lower() if word else None
    start, end = _number(told.get("period_start")), _number(told.get("period_end"))
    limit = _number(told.get("limit"))
    if end is not None:
        if start is not None and start <= end:
            end = min(end, now + end - start)
        if period == "minute":
            end = min(end, now + _LONGEST_MINUTE)
    ends = [end, _retry_after(headers, now)]
    return Limit(
        period=period,
        limit=None if limit is None else int(limit),
        period_start=None if start is None else int(start),
        resets_at=max((end for end in ends if end is not None), default=None),
    )


def words(body: bytes, hide: Callable[[str], str] = str) -> str:
    """The service's own words, from whichever of its error bodies this is, in one short line.

    | body | words |
    |---|---|
    | `{message, details, code}`, details text or list | `message: details` |
    | `{reason, message: [..]}` | the messages |
    | `{errorMessages: [..], errorCode}` | the messages |
    | `{error, error_description}` | `error: error_description` |
    | `{error: {message, status, ..}}` (also as `data:` of an event) | `message: status` |
    | HTML | its title, or its text |
    | anything else | its beginning |

    `hide` is given them whole, with no letter written as an escape: of very long ones, the beginning.
    """
    text = body.decode("utf-8", "replace").strip()
    told = _object(body)
    if not told and looks_like_html(body):
        return _html_words(text, hide)
    if isinstance(told.get("error"), dict):
        told = told["error"]
    found = [
        _sentence(told[key])
        for key in ("message", "errorMessages", "error", "details", "error_description", "status")
        if told.get(key)
    ]
    return _short(": ".join(dict.fromkeys(part for part in found if part)) or text, hide)


def looks_like_html(body: bytes) -> bool:
    """Whether a body is a page for people: gateways send them in place of data, also with status 200."""
    return body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def whole_number(digits: str) -> int | None:
    """A whole number of JSON. Python refuses to read those that are much longer."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body, also as the data of a server-sent event; empty where there is none."""
    try:
        found = json.loads(_data(body), parse_int=whole_number)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, dict) and isinstance(found.get("data"), dict) and "error" in found["data"]:
        found = found["data"]
    return found if isinstance(found, dict) else {}


def _data(body: bytes) -> bytes:
    """The data of the first line of a body that has some as an event has; where none has, all of it."""
    text = body.strip()
    lines = b"\n" + text
    starts = [start for end in (b"\n", b"\r") if (start := lines.find(end + b"data:")) >= 0]
    return re.split(rb"[\r\n]", text[min(starts) + 5 :], maxsplit=1)[0] if starts else text


def _unescaped(text: str) -> str:
    """A text in which no letter is written as an escape of JSON, whole or not."""
    if "\\" not in text:
        return text
    return re.sub(
        r"\\(?:u([0-9a-fA-F]{4})|([\"\\/]))", lambda found: found[2] or chr(int(found[1], 16)), text
    )


def _sentence(value: Any) -> str:
    """The words of a value: of one in which there is more than anybody says, those that come first."""
    return ", ".join(filter(None, islice(_words_in(value, _DEEPEST_WORDS), _MOST_WORDS)))


def _words_in(value: Any, depth: int) -> Iterator[str]:
    """What each part of a value says, be it nothing; none of what lies in more lists than `depth`."""
    if not isinstance(value, list):
        yield str(value).strip() if isinstance(value, str | int | float) else ""
        return
    yield ""
    for each in value if depth else ():
        yield from _words_in(each, depth - 1)


def _html_words(text: str, hide: Callable[[str], str]) -> str:
    """What a page says: its title, or its text."""
    page = text[:_LONGEST_READ]
    begin = _TITLE.search(page)
    end = _TITLE_END.search(page, begin.end()) if begin else None
    if begin and end:
        said = _line(unescape(page[begin.end() : end.start()]), hide)
    else:
        said = _line(unescape(_html_text(page)), hide, cut=len(text) > _LONGEST_READ)
    return _shortened(f"a page in place of data: {said or 'empty'}")


def _html_text(page: str) -> str:
    """What stands between the tags of a page, other than scripts and styles."""
    pieces, position, within = [], 0, ""
    for tag in _TAG.finditer(page):
        name = tag[1].lower()
        if not within:
            pieces.append(page[position : tag.start()])
            within = name if name in ("script", "style") else ""
        elif name == f"/{within}":
            within = ""
        position = tag.end()
    return " ".join(pieces if within else [*pieces, page[position:]])


def _short(text: str, hide: Callable[[str], str]) -> str:
    return _shortened(_line(text[:_LONGEST_READ], hide, cut=len(text) > _LONGEST_READ))


def _line(text: str, hide: Callable[[str], str], *, cut: bool = False) -> str:
    line = "".join(letter if letter.isprintable() else " " for letter in hide(text))
    return _uncut(" ".join(line.split()), cut=cut)


def _uncut(text: str, *, cut: bool) -> str:
    """A text from which secrets were taken, without what may be a part of one, where the text was cut."""
    return text[:-_LONGEST_SECRET] if cut else text


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST_WORDS else line[: _LONGEST_WORDS - 1] + "…"


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**53 else None


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Epoch seconds; a date is taken relative to the answer's own `Date`, so that clocks need not agree."""
    told = headers.get("retry-after", "").strip()
    seconds = _number(told)
    if seconds is not None:
        return now + seconds
    until = _http_date(told)
    if until is None:
        return None
    sent = _http_date(headers.get("date", ""))
    return until if sent is None else now + max(0.0, until - sent)


def _http_date(text: str) -> float | None:
    if not text:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - takes longer to load than all the rest here

    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _utc(epoch: float | None) -> datetime | None:
    try:
        return None if epoch is None else datetime.fromtimestamp(epoch, UTC)
    except (ValueError, OverflowError, OSError):
        return None
