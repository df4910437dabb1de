"""Ask a mock for consent, codes and tokens, in process."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock.accounts import PASSWORD

from .playing import Answer, ask

SYSTEMS = "/api/v4/systems"
AUTHORIZE, TOKEN, CODE_PAGE = "/oauth/authorize", "/oauth/token", "/oauth/redirect_uri"
CALLBACK = "http://localhost:8123/callback"
VENDOR = f"https://api.enphaseenergy.com{CODE_PAGE}"
FORM = "application/x-www-form-urlencoded"
OWNER, OTHER = "owner1@example.com", "owner2@example.com"
WISH = {"response_type": "code", "client_id": "partner-client", "redirect_uri": CALLBACK, "state": "s"}
HOSTILE = '<script>alert("x")</script>'
PIECES = (
    *("http://", "https://", "javascript:", "localhost", "127.0.0.1", "[::1]", "mock", "example.com"),
    *("api.enphaseenergy.com", CODE_PAGE, "//", "/", "\\", "@", ":", "80", "?", "#", ".", "%2f", "%00"),
    *(" ", "\t", "\r\n", "\x00", "\ud7ff", "ⓛ", "؀", "'", "&quot;", "</select>"),
    *('"><img src=x onerror=1>', HOSTILE),
)
SPICE = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=6).map("".join)


def consent(app: Starlette, *, method: str = "GET", **parameters: object) -> Answer:
    """The authorize page asked with `parameters`, or its form sent."""
    if method == "GET":
        return ask(app, AUTHORIZE, parameters, headers={"host": "mock"})
    headers = {"host": "mock", "content-type": FORM}
    return ask(app, AUTHORIZE, method="POST", headers=headers, body=urlencode(parameters).encode())


def basic(client: str, secret: str | None = None) -> str:
    secret = f"{client.removesuffix('-client')}-secret" if secret is None else secret
    return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()


def ask_token(app: Starlette, client: str = "partner-client", **parameters: object) -> Answer:
    headers = {"authorization": basic(client), "content-type": FORM}
    return ask(app, TOKEN, method="POST", headers=headers, body=urlencode(parameters).encode())


def code_for(app: Starlette, owner: str = OWNER, **wish: str) -> str:
    """A code, from a person who approves."""
    choice = {"owner": owner, "password": PASSWORD, "decision": "approve"}
    answer = consent(app, method="POST", **{**WISH, **wish, **choice})
    assert answer.status == 302, answer
    [code] = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
    return code


def exchange(
    app: Starlette, code: str, client: str = "partner-client", redirect_uri: str = CALLBACK
) -> Answer:
    return ask_token(app, client, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)


def refresh(app: Starlette, token: str, client: str = "partner-client", **more: object) -> Answer:
    return ask_token(app, client, grant_type="refresh_token", refresh_token=token, **more)


def signed_in(app: Starlette, owner: str = OWNER, client: str = "partner-client") -> Any:
    """The tokens that an owner's approval leads to."""
    answer = exchange(app, code_for(app, owner, client_id=client), client)
    assert answer.status == 200, answer
    return answer.json


def as_caller(token: str, key: str = "partner-key") -> dict[str, str]:
    return {"key": key, "authorization": f"Bearer {token}"}


def seen_with(app: Starlette, token: str, key: str = "partner-key") -> int | set[int]:
    """The systems of the list, or the status that refuses it."""
    answer = ask(app, SYSTEMS, {"size": 100}, headers=as_caller(token, key))
    return {each["system_id"] for each in answer.json["systems"]} if answer.status == 200 else answer.status


def error_of(answer: Answer) -> tuple[int, str]:
    """Status and word of an OAuth error, which has to be complete."""
    assert set(answer.json) == {"error", "error_description"}
    assert answer.json["error_description"]
    assert answer.headers["content-type"] == "application/json"
    return answer.status, answer.json["error"]
