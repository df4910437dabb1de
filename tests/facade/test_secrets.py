"""Canaries in every field that can hold a secret; then everything that can be seen is searched for them."""

from __future__ import annotations

import base64
import copy
import io
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from enphase_cloud import ConfigurationError, EnphaseError, RateLimited, Retry, Runtime, mock
from enphase_cloud.errors import error_from
from enphase_cloud.transport.auth import StaticAuth
from enphase_cloud.transport.secret import Secret, hide

from .conftest import Connect
from .worlds import KEY, MODES, NOW, TOKEN, Mode, World, reply, script

NOW_DATE = "2026-06-20"

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
    """All that an error shows of itself, with the local variables of every frame, and of what it came of."""
    detailed = traceback.TracebackException.from_exception(error, capture_locals=True)
    text = "".join(detailed.format()) + repr(error) + str(error) + repr(vars(error))
    for name in ("doc", "object"):  # what an error of reading has of what was to be read
        text += f"{getattr(error, name, '')!s}"
    return text + (shown(error.__context__) if error.__context__ else "")


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


READINGS: dict[str, Callable[[Mode], Any]] = {
    "telemetry": lambda mode: mode.client.system(7, timezone="UTC").telemetry("battery", NOW_DATE),
    "lifetime": lambda mode: mode.client.system(7, timezone="UTC").lifetime("battery", NOW_DATE),
    "events": lambda mode: mode.client.system(7, timezone="UTC").events(NOW_DATE),
    "systems": lambda mode: mode.client.systems(),
    "inverters": lambda mode: mode.client.inverters("7"),
}
TOLD = {"start_at": TOKEN, "start_date": TOKEN, "end_at": TOKEN, "timezone": TOKEN, KEY: TOKEN}
TOLD_ROWS: list[Any] = [
    reply(200, f"{{x {TOKEN}"),
    reply(200, f"[{TOKEN}]"),
    reply(200, [TOKEN]),
    reply(200, TOKEN.encode() + b"\xff"),
    reply(200, TOLD | {"intervals": TOKEN, "events": TOKEN, "systems": [], "charge": TOKEN}),
    reply(200, TOLD | {"intervals": [TOKEN], "events": [TOKEN], "systems": [TOKEN], "charge": [TOKEN]}),
    reply(
        200,
        {
            "intervals": [{"end_at": NOW, "charge": TOKEN, "soc": [[TOKEN]]}, {"end_at": "x" * 50 + TOKEN}],
            "events": [{"event_type_id": TOKEN, "event_start_time": {KEY: TOKEN}}],
            "systems": [{"system_id": f"'{TOKEN}\"", "timezone": TOKEN}],
            "discharge": [1, {KEY: TOKEN}],
            "start_date": "2026-06-01",
        },
    ),
]


@pytest.mark.parametrize("answer", [*ANSWERS, *TOLD_ROWS])
@pytest.mark.parametrize("reading", READINGS.values(), ids=list(READINGS))
def test_nothing_that_is_said_of_rows_shows_a_credential(
    connect: Connect, logged: io.StringIO, answer: Any, reading: Callable[[Mode], Any]
) -> None:
    mode = connect(World(script(answer)))
    rows = reading(mode)
    seen = []
    try:
        mode.collect(rows)
    except EnphaseError as error:
        seen += [shown(error), pickle.dumps(error).decode("latin-1")]
    for text in (*seen, repr(rows), repr(rows.problems), logged.getvalue()):
        assert clean(text)
        assert f"{TOKEN[:9]}…" not in text


@pytest.mark.parametrize(
    "said",
    [
        TOKEN,
        f'{{"data": {{"pv_power": "{TOKEN}"}}}}',
        f'{{"data": "{TOKEN}"}}',
        f'{{"{KEY}": 1}}',
        "[" * 100 + TOKEN,
        "{" + "".join(f"\\u{ord(letter):04x}" for letter in TOKEN),
    ],
)
def test_nothing_that_is_said_of_live_readings_shows_a_credential(connect: Connect, said: str) -> None:
    mode = connect(World(lambda _: reply(200, f"data: {said}\n\n", content_type="text/event-stream")))
    listing = mode.client.system(7).live()
    mode.collect(listing)
    assert len(listing.problems) == 1
    assert clean(repr(listing.problems))


def test_nothing_that_is_said_of_devices_shows_a_credential(connect: Connect) -> None:
    """The classes of devices are names that the service gives."""
    classes = {KEY: [{"id": [TOKEN]}, TOKEN], TOKEN: KEY}
    mode = connect(World(script(reply(200, {"devices": classes}), reply(200, {"current_power": TOKEN}))))
    devices = mode.result(mode.client.system(7).devices())
    assert len(devices.problems) == 3
    assert clean(repr(devices.problems))
    summary = mode.result(mode.client.system(7).summary())
    assert len(summary.problems) == 1
    assert clean(repr(summary.problems))


@pytest.mark.parametrize("zone", [f"Bearer {TOKEN}", "x" * 50 + TOKEN, "x" * 100_000])
def test_the_name_of_a_zone_that_is_not_known_is_told_without_secrets(
    connect: Connect, logged: io.StringIO, zone: str
) -> None:
    mode = connect(World(lambda _: reply(200, {"system_id": 7, "timezone": zone, "intervals": []})))
    rows = mode.client.system(7).telemetry("battery", "2026-06-19", "2026-06-20")
    mode.collect(rows)
    assert "a time zone that is not known" in logged.getvalue()
    assert "no time zone" in repr(rows.problems)
    for text in (logged.getvalue(), repr(rows.problems)):
        assert clean(text)
        assert "canar" not in text
        assert len(text) < 5_000


def test_the_period_of_a_limit_is_no_credential(connect: Connect) -> None:
    key = "canaryKeyOfLetters"
    mode = connect(World(lambda _: reply(429, {"period": f" {key} "})), api_key=key, retry=Retry(attempts=1))
    with pytest.raises(RateLimited) as caught:
        mode.result(mode.client.system(7).summary())
    assert caught.value.period is None
    assert "canary" not in f"{caught.value!r} {vars(caught.value)}".lower()


@pytest.mark.parametrize("body", ["{}", "<p>{}", '{{"message": "{}"}}'])
@pytest.mark.parametrize("missing", range(1, 24, 4))
def test_a_credential_where_a_long_body_is_cut_is_not_shown_in_part(body: str, missing: int) -> None:
    before = body.partition("{}")[0].replace("{{", "{")
    text = body.format("." + " " * (262_144 - len(before) - 1 - missing) + TOKEN)
    hidden = error_from(
        "GET", "/", 500, {}, text.encode(), now=NOW, hide=lambda text: hide(text, [Secret(TOKEN)])
    )
    assert "cana" not in str(hidden)
    assert hidden.body is not None
    assert "cana" not in hidden.body


def test_a_credential_in_escapes_where_a_long_body_is_cut_is_not_shown_in_part() -> None:
    """Each letter of them is six in the body, and one where it is shown."""
    token = "".join(f"\\u{ord(letter):04x}" for letter in TOKEN * 3_000)
    error = error_from(
        "GET", "/", 500, {}, token.encode(), now=NOW, hide=lambda text: hide(text, [Secret(TOKEN)])
    )
    assert error.body is not None
    assert error.body.replace("[secret]", "") == ""


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
