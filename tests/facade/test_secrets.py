"""Canaries in every field that can hold a secret; then everything that can be seen is searched for them."""

from __future__ import annotations

import base64
import copy
import io
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from enphase_cloud import ConfigurationError, EnphaseError, Runtime, mock
from enphase_cloud.transport.auth import StaticAuth
from enphase_cloud.transport.secret import Secret, hide

from .conftest import Connect
from .worlds import KEY, MODES, TOKEN, World, reply, script

FORMS = [
    form
    for secret in (KEY, TOKEN)
    for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode())
]


def clean(text: str) -> bool:
    return not any(form in text for form in FORMS)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that anybody logs at DEBUG: httpx and httpcore too."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s %(args)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def shown(error: BaseException) -> str:
    """All that an error shows of itself, with the local variables of every frame, and of what caused it."""
    detailed = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(detailed.format()) + repr(error) + str(error) + repr(vars(error))


ANSWERS: list[Any] = [
    reply(200, {"system_id": 7}),
    reply(401, {"message": f"Invalid key {KEY}", "details": f"token {TOKEN} of {quote(TOKEN)}", "code": 401}),
    reply(429, {"message": KEY, "period": "month"}),
    reply(500, f"<html><title>{TOKEN}</title></html>"),
    reply(302, f"{KEY}", location=f"https://elsewhere.example/{TOKEN}"),
    reply(200, f"<html>{KEY}</html>"),
    reply(200, f"{TOKEN}"),
    reply(404, '{"message": "' + "".join(f"\\u{ord(letter):04x}" for letter in TOKEN) + '"}'),
    reply(404, "<title>" + "".join(f"&#{ord(letter)};" for letter in KEY) + "</title>"),
    reply(404, {"message": "x" * (290 - len(TOKEN) // 2) + TOKEN}),
    reply(404, f'{{"message": "{TOKEN}"}}'.encode("utf-16")),
    reply(200, "no JSON", content_type=f"text/{TOKEN}"),
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_nothing_shows_a_credential_whatever_the_service_says(
    connect: Connect, logged: io.StringIO, answer: Any
) -> None:
    mode = connect(World(script(answer)))
    seen = [repr(mode.client), repr(vars(mode.client)), repr(vars(mode.client._session))]
    try:
        seen.append(repr(mode.result(mode.client.system(7).summary())))
    except EnphaseError as error:
        seen += [shown(error), pickle.dumps(error).decode("latin-1")]
    assert "enphase_cloud.transport" in logged.getvalue()
    for text in (*seen, logged.getvalue()):
        assert clean(text)


@pytest.mark.parametrize("name", MODES)
def test_nothing_on_the_wire_is_logged(logged: io.StringIO, name: str) -> None:
    """With httpx's own transport: httpcore logs a good deal at DEBUG."""
    with mock.serve(seed=1, homes=1) as server:
        mode = MODES[name](Runtime(), base_url=server.url)
        try:
            systems = mode.collect(mode.client.systems())
            rows = mode.collect(systems[0].lifetime("production", "2026-01-01", "2026-01-03"))
        finally:
            mode.close()
        calls = [f"{call.path} {call.query}" for call in server.service.journal]
    assert len(rows) == 2
    text = logged.getvalue()
    assert "httpcore" in text
    assert "HTTP Request" in text
    assert clean(text)
    assert clean("".join(calls))


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": f"https://{KEY}@example.com"},
        {"base_url": f"https://example.com/?key={KEY}"},
        {"base_url": f"https://example.com/#{TOKEN}"},
        {"base_url": f"{TOKEN}"},
        {"base_url": f"{TOKEN}://{KEY}"},
        {"timeout": KEY},
        {"api_key": KEY + "\n" + TOKEN},
        {"api_key": f"{KEY} ü"},
        {"access_token": f"{TOKEN}\r\nX: 1"},
        {"access_token": f"Bearer {TOKEN}"},
        {"api_key": KEY.encode()},
    ],
)
@pytest.mark.parametrize("name", MODES)
def test_a_wrong_setting_is_not_repeated(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        MODES[name](World(script(reply())), **settings)
    assert clean(str(caught.value) + repr(caught.value))


def test_credentials_are_neither_shown_nor_packed() -> None:
    auth = StaticAuth(Secret(KEY), Secret(TOKEN))
    assert clean(repr(auth) + str(auth) + f"{auth}")
    for packed in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            packed(auth)


def test_what_stands_in_the_place_of_a_secret_is_not_searched_for_another() -> None:
    assert hide("se sent t", [Secret("se"), Secret("t")]) == "[secret] [secret]n[secret] [secret]"
    assert hide("abc ab", [Secret("ab"), Secret("abc")]) == "[secret] [secret]"
