"""In which forms a secret is found again, and that nothing else is taken for one; what others log of it."""

from __future__ import annotations

import base64
import gc
import importlib.util
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud.transport import redact
from enphase_cloud.transport.auth import GrantAuth, StaticAuth
from enphase_cloud.transport.secret import SHOWN, Secret, forms, hide

from .token_worlds import a_world

ODD = "canary/+s3cr=t%&ä 'q\""
"""Whatever is written otherwise somewhere."""
PLAIN = "canary-0d9e71c2"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "of a URL": lambda text: quote(text, safe=""),
    "of a URL, lower case": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    "of a path": quote,
    "of a form": quote_plus,
    "of a browser": lambda text: quote(text, safe="!'()*~"),
    "of a URL in a URL": lambda text: quote(quote(text, safe=""), safe=""),
    "of a path in a URL": lambda text: quote(quote(text), safe=""),
    "of a URL in a URL, lower case": lambda text: quote(quote(text, safe=""), safe="").lower(),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "base64": b64,
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 without its end": lambda text: b64(text).rstrip("="),
    "base64 for URLs without its end": lambda text: (
        base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    ),
    "of Python": lambda text: repr(text)[1:-1],
    "of Python's bytes": lambda text: repr(text.encode())[2:-1],
}


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("secret", [ODD, PLAIN, "canary\\n'x\"y", "ca/n"])
def test_a_secret_is_found_however_it_is_written(secret: str, writing: str) -> None:
    written = WRITINGS[writing](secret)
    assert hide(f"<{written}>", [Secret(secret)]) == f"<{SHOWN}>"


@given(
    st.binary(max_size=7),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40),
    st.binary(max_size=7),
    st.booleans(),
)
def test_base64_of_what_has_a_secret_in_it(before: bytes, secret: str, after: bytes, of_urls: bool) -> None:
    """`Basic`, or a whole header: all is hidden but for the letters that the neighbours have a part in."""
    encode = base64.urlsafe_b64encode if of_urls else base64.b64encode
    written = encode(before + secret.encode() + after).decode()
    shown = hide(written, [Secret(secret)])
    assert SHOWN in shown
    left, right = (part.rstrip("=") for part in (shown.split(SHOWN)[0], shown.split(SHOWN)[-1]))
    assert len(left) * 6 < len(before) * 8 + 6
    assert len(right) * 6 < len(after) * 8 + 12


def test_what_carries_credentials_is_hidden_when_it_is_repeated() -> None:
    secret = Secret("0123456789abcdef0123456789abcdef")
    for whole in (f"Bearer {secret.reveal()}", f"an-id:{secret.reveal()}", f"x{secret.reveal()}, y"):
        shown = hide(f"Basic {b64(whole)}", [secret])
        assert SHOWN in shown
        assert len(shown) < len(f"Basic {SHOWN}") + 20


@pytest.mark.parametrize("secret", ["t", "se", "k3y", "1", "/", "ä", "a/b"])
def test_a_short_secret_does_not_make_soup(secret: str) -> None:
    assert {form for form in forms([Secret(secret)]) if len(form) < 4} == {secret}


def test_of_a_short_secret_base64_is_no_guess() -> None:
    """Four letters that happen to be in a word are nobody's secret."""
    found = forms([Secret("abcde")])
    assert b64("abcde") in found
    assert not [form for form in found if form in b64("xabcdex") or form in b64("xxabcdexx")]


@given(st.text(max_size=12), st.text(max_size=30))
def test_whatever_is_a_secret_nothing_is_raised(secret: str, text: str) -> None:
    shown = hide(text + secret + text, [Secret(secret), Secret("\ud800"), Secret("")])
    assert not secret or SHOWN in shown
    assert hide(text, []) == text


def test_secrets_that_overlap_are_hidden_together() -> None:
    assert hide("-abcdefg-", [Secret("abcde"), Secret("defg")]) == f"-{SHOWN}-"
    assert hide("-abcdefg-", [Secret("abcdefg"), Secret("cd")]) == f"-{SHOWN}-"
    assert hide("aaaa", [Secret("aaa")]) == SHOWN
    assert hide("abab", [Secret("ab")]) == SHOWN * 2


def test_hiding_does_not_grow_slow_with_the_tokens_of_a_year() -> None:
    """A pattern of all of them took seconds to compile."""
    secrets = [Secret(f"{number:04d}" * 300) for number in range(700)]
    assert hide("x" * 2000 + secrets[-1].reveal(), secrets) == "x" * 2000 + SHOWN


# --- what other libraries log


@pytest.fixture
def foreign(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    redact.install()
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.parametrize("name", redact.LOGGERS)
def test_what_is_logged_of_the_wire_is_without_credentials(
    foreign: pytest.LogCaptureFixture, name: str
) -> None:
    key, token = Secret("canary-key-0001"), Secret("canary-token-02")
    auth = StaticAuth(key, token)
    logging.getLogger(name).debug("complete return_value=%r", [(b"x", key.reveal().encode()), token.reveal()])
    logging.getLogger(name).info("HTTP Request: %s", "nothing")
    first, second = foreign.records
    assert first.getMessage() == f"complete return_value=[(b'x', b'{SHOWN}'), '{SHOWN}']"
    assert first.args == ()
    assert second.getMessage() == "HTTP Request: nothing"
    del auth


def test_a_piece_of_an_answer_is_not_logged(foreign: pytest.LogCaptureFixture) -> None:
    """A token that has just been issued is known to nobody who could hide it."""
    error = "RemoteProtocolError('illegal chunk header: bytearray(b\\'{\"access_token\":\"new\"}\\')')"
    logging.getLogger("httpcore.http11").debug("receive_response_body.failed exception=%s", error)
    (record,) = foreign.records
    assert record.getMessage().endswith("illegal chunk header: (a piece of the answer, which is not shown)")


def test_a_percent_sign_in_what_is_left_is_no_place_for_an_argument(
    foreign: pytest.LogCaptureFixture,
) -> None:
    auth = StaticAuth(Secret("canary-key-0001"), Secret("canary-token-02"))
    logging.getLogger("httpx").info("100%% of %s", "canary-key-0001")
    logging.getLogger("httpx").info("100% of canary-key-0001")
    assert foreign.messages == [f"100% of {SHOWN}"] * 2
    del auth


def test_the_tokens_of_a_grant_are_hidden_also_after_a_renewal(foreign: pytest.LogCaptureFixture) -> None:
    world = a_world()
    auth = GrantAuth(world.tokens)
    assert world.token() == "1"
    logging.getLogger("httpcore.http11").debug("canary-refresh-0, canary-access-1, canary-client-secret")
    assert foreign.messages[-1] == f"{SHOWN}, {SHOWN}, {SHOWN}"
    del auth


def test_a_client_that_is_gone_is_kept_by_nobody(foreign: pytest.LogCaptureFixture) -> None:
    auth = StaticAuth(Secret("key-1"), Secret("token-2"))  # too short for the canaries, as it will be shown
    del auth
    gc.collect()
    logging.getLogger("httpx").info("%s", "key-1")
    assert foreign.messages == ["key-1"]


class Broken:
    def hide(self, text: str) -> str:
        raise RuntimeError(text)

    def __str__(self) -> str:
        raise RuntimeError


def test_what_cannot_be_hidden_is_not_shown_and_nothing_is_raised(foreign: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("httpx")
    log.info("%d canary", "canary")
    log.info("%s", Broken())
    broken = Broken()
    redact.watch(broken)
    log.info("canary")
    assert foreign.messages == [redact.UNREADABLE] * 3
    assert all(record.args == () for record in foreign.records)


def test_the_filter_is_there_once_and_costs_nothing_below_the_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = logging.getLogger("httpcore.http11")
    before = list(log.filters)
    redact.install()
    redact.install()
    assert len(log.filters) <= len(before) + 1
    assert len(set(log.filters)) == len(log.filters)

    class Counting:
        asked = 0

        def hide(self, text: str) -> str:
            self.asked += 1
            return text

    counting = Counting()
    redact.watch(counting)
    monkeypatch.setattr(log, "level", logging.INFO)
    log._cache.clear()  # type: ignore[attr-defined]
    log.debug("not asked for")
    assert counting.asked == 0


def test_clients_come_and_go_while_others_log(foreign: pytest.LogCaptureFixture) -> None:
    auth = StaticAuth(Secret("canary-key-0001"), Secret("canary-token-02"))
    stop = threading.Event()

    def build() -> None:
        while not stop.is_set():
            for _ in range(50):
                StaticAuth(Secret("canary-key-0003"), Secret("canary-token-04"))

    builders = [threading.Thread(target=build) for _ in range(3)]
    for builder in builders:
        builder.start()
    try:
        for _ in range(300):
            logging.getLogger("httpx").info("%s", "canary-key-0001")
    finally:
        stop.set()
        for builder in builders:
            builder.join()
    assert foreign.messages == [SHOWN] * 300
    del auth


def test_the_loggers_are_those_that_the_libraries_have() -> None:
    """A filter of a logger sees what is logged there, and not below it."""
    named = set()
    for package in ("httpx", "httpcore"):
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        for file in Path(spec.origin).parent.rglob("*.py"):
            named |= set(re.findall(r"getLogger\(\"([^\"]+)\"\)", file.read_text()))
    assert named == set(redact.LOGGERS)
    assert httpx.__name__ in redact.LOGGERS


def test_loading_it_loads_no_httpx() -> None:
    code = "import sys; import enphase_cloud.transport.redact; print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
