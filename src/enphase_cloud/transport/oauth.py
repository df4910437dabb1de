"""OAuth as the vendor speaks it: addresses, forms, and what an answer of the token endpoint is.

Nothing here sends anything, and nothing here raises while the bare text of a token is in reach of a traceback.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlencode

from ..errors import (
    AuthenticationError,
    ConsentRequired,
    DecodeError,
    EnphaseError,
    error_from,
    looks_like_html,
    whole_number,
)
from .body import Judgement, judge
from .grant import Application, Grant
from .retry import Outcome, Reply
from .secret import Secret, hide

AUTHORIZE_PAGE = "/oauth/authorize"
TOKEN_ENDPOINT = "/oauth/token"  # noqa: S105 - a path
REDIRECT_PAGE = "/oauth/redirect_uri"
"""Where an owner is sent who has nowhere else to go: a page of the service that shows the code."""

ASSUMED_LIFE = 86_400.0
"""Seconds that an access token is taken to live where the answer does not say: what the vendor's always did."""
_LONGEST_LIFE = 366 * 86_400.0
EXTRA_LIMIT = 64 * 1024
"""Bytes of an answer of which everything is kept. The vendor's have less than one thousand and a half."""
_PART = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[][{}]', re.DOTALL)
"""A string of JSON, whole or cut short, or a bracket."""

Form: TypeAlias = Mapping[str, str | Secret]
"""What is posted to the token endpoint."""
Post: TypeAlias = Callable[[Form, Application], Outcome]
"""Sends a form to the token endpoint, once, in the application's name."""


def authorize_url(base_url: str, client_id: str, redirect_uri: str, state: str | None = None) -> str:
    """The page on which an owner consents. It leads to `redirect_uri`, with a code and the `state`."""
    query = {"response_type": "code", "client_id": client_id, "redirect_uri": redirect_uri}
    if state is not None:
        query["state"] = state
    return f"{base_url.rstrip('/')}{AUTHORIZE_PAGE}?{urlencode(query)}"


def redirect_page(base_url: str) -> str:
    """The `redirect_uri` of whoever has no page of their own: the service shows the code there."""
    return f"{base_url.rstrip('/')}{REDIRECT_PAGE}"


def code_form(code: Secret, redirect_uri: str) -> Form:
    """Asks for the tokens of a code; `redirect_uri` as it was when the code was asked for."""
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}


def password_form(username: str, password: Secret) -> Form:
    """Asks for the tokens of a person who told us the password (Partner applications only)."""
    return {"grant_type": "password", "username": username, "password": password}


def refresh_form(refresh_token: Secret) -> Form:
    """Asks for new tokens. The answer brings a new refresh token, and this one dies."""
    return {"grant_type": "refresh_token", "refresh_token": refresh_token}


def granted(
    reply: Reply, asked_at: float, previous: Grant | None = None, *, secrets: Iterable[Secret] = ()
) -> Grant:
    """The tokens that an answer holds; raises the error that `judged` finds in it."""
    found = judged(reply, asked_at, previous, secrets=secrets)
    # a traceback shows what the frames hold: an answer that is no good may hold a token yet
    del reply
    if isinstance(found, EnphaseError):
        raise found
    return found


def judged(
    reply: Reply, asked_at: float, previous: Grant | None = None, *, secrets: Iterable[Secret] = ()
) -> Grant | EnphaseError:
    """What an answer of the token endpoint is: tokens, or an error (which is given back, not raised).

    `asked_at` is when the request was sent (epoch seconds), `previous` the grant whose refresh token it carried
    (None: a first grant), `secrets` what the service may repeat and nobody is to see.

    | answer | is |
    |---|---|
    | 2xx, an object with `access_token` and `refresh_token` | a grant that began at `asked_at` |
    | the same without `refresh_token`, after a refresh | the same; the refresh token is the old one (RFC 6749, 6) |
    | the same without `refresh_token`, at first | DecodeError: it would end within a day |
    | `expires_in` as text | a number all the same |
    | `expires_in` missing, no number, not above 0, above a year | `ASSUMED_LIFE`: too long costs one 401, no grant |
    | 2xx, no `access_token`, or one that no header can carry | DecodeError |
    | 2xx: a page, nothing, JSON that is cut short or is no object | DecodeError |
    | 400, 401 with `invalid_grant` | ConsentRequired: nothing else says that consent is gone |
    | 2xx with tokens, nested deeper than `body.DEPTH_LIMIT`, or longer than `EXTRA_LIMIT` | the tokens alone |
    | other 400, 401 | AuthenticationError: the application's id or secret |
    | 429 | RateLimited, of the month QuotaExhausted |
    | 408, 499, 5xx | ServerError (55x LiveStreamError, as everywhere) |
    | anything else | as everywhere |

    No error of a 2xx repeats a word of the answer: there may be tokens in it that nobody knows yet. A refresh
    token that did not change keeps its age. What else the answer says stays in `Grant.extra`, unless a token is
    in it.
    """
    if not 200 <= reply.status < 300:
        return _refusal(reply, asked_at, secrets)
    told = _read(reply.body)
    if isinstance(told, str):
        return _undecodable(reply, told)
    if told.refresh_token is not None and (previous is None or told.refresh_token != previous.refresh_token):
        refresh_token, consent_at = told.refresh_token, asked_at
    elif previous is not None:
        refresh_token, consent_at = previous.refresh_token, previous.consent_at
    else:
        return _undecodable(reply, "without a refresh_token")
    return Grant(
        access_token=told.access_token,
        refresh_token=refresh_token,
        obtained_at=asked_at,
        expires_at=asked_at + told.life,
        consent_at=consent_at,
        scope=told.scope,
        extra=told.extra,
    )


class _Told(NamedTuple):
    """What a good answer says. `life`: seconds that the access token lives."""

    access_token: Secret
    refresh_token: Secret | None
    life: float
    scope: str | None
    extra: Mapping[str, Any]


def _read(body: bytes) -> _Told | str:
    """What an answer says, or in which way it says nothing. Raises nothing: its frame holds bare tokens."""
    if looks_like_html(body):
        return "with a page in place of tokens"
    whole = len(body) <= EXTRA_LIMIT and judge(body) is Judgement.DATA
    try:
        # Whoever nests an answer takes no tokens along: they are dead where this fails, and so is the grant.
        told = json.loads(
            body if whole else _without_nested(body), parse_int=whole_number, parse_constant=lambda _: None
        )
    except ValueError:
        return "with no JSON, or with one that was cut short"
    if not isinstance(told, dict):
        return "with JSON that is no object"
    access, refresh, scope = (_text(told.get(name)) for name in ("access_token", "refresh_token", "scope"))
    if access is None or not all("!" <= letter <= "~" for letter in access):
        return "without an access_token that a header can carry"
    tokens = [access] if refresh is None else [access, refresh]
    return _Told(
        access_token=Secret(access),
        refresh_token=None if refresh is None else Secret(refresh),
        life=_life(told.get("expires_in")),
        scope=scope if whole else None,
        extra={
            name: value
            for name, value in told.items()
            if whole and name not in ("expires_in", "scope") and not _tells(name, value, tokens)
        },
    )


def _without_nested(body: bytes) -> bytes:
    """JSON with null in the place of every object and list within the outermost. ValueError for no text."""
    text = body.decode(json.detect_encoding(body)).encode()
    pieces, position, depth = [], 0, 0
    for part in _PART.finditer(text):
        if part[0] in (b"[", b"{"):
            depth += 1
            if depth == 2:
                pieces += [text[position : part.start()], b"null"]
        elif part[0] in (b"]", b"}"):
            if depth == 2:
                position = part.end()
            depth -= 1
    return b"".join(pieces) + (text[position:] if depth < 2 else b"")


def _text(value: object) -> str | None:
    """Text that says something, and that every encoding of it has letters for."""
    return value if isinstance(value, str) and value.strip() and value.isprintable() else None


def _life(told: object) -> float:
    try:
        life = float(told) if isinstance(told, str | int | float) and not isinstance(told, bool) else 0.0
    except (ValueError, OverflowError):
        life = 0.0
    return life if 0 < life <= _LONGEST_LIFE else ASSUMED_LIFE


def _tells(name: str, value: object, tokens: list[str]) -> bool:
    """Whether a part of an answer is a token, or has one in it."""
    if name.lower().endswith("token"):
        return True
    if isinstance(value, dict):
        return any(_tells(key, each, tokens) for key, each in value.items())
    if isinstance(value, list):
        return any(_tells("", each, tokens) for each in value)
    return isinstance(value, str) and any(token in value for token in tokens)


def _undecodable(reply: Reply, problem: str) -> DecodeError:
    msg = f"POST {TOKEN_ENDPOINT} was answered {reply.status} {problem}. {DecodeError.advice}"
    return DecodeError(msg, status=reply.status, method="POST", path=TOKEN_ENDPOINT, problem=problem)


def _refusal(reply: Reply, now: float, secrets: Iterable[Secret]) -> EnphaseError:
    shown = tuple(secrets)
    error = error_from(
        "POST",
        TOKEN_ENDPOINT,
        reply.status,
        reply.headers,
        reply.body,
        now=now,
        hide=lambda text: hide(text, shown),
    )
    if reply.status not in (400, 401) or isinstance(error, ConsentRequired):
        return error
    told = f": {error.problem}" if error.problem else ""
    msg = (
        f"POST {TOKEN_ENDPOINT} was answered {reply.status}{told}{'' if told.endswith('.') else '.'} "
        "Check the application's client id and client secret; if they are right, log in once more: `enphase login`."
    )
    return AuthenticationError(
        msg,
        status=reply.status,
        method="POST",
        path=TOKEN_ENDPOINT,
        problem=error.problem,
        body=error.body,
    )
