"""Fixtures for the tests of whoever writes software for Enphase; pytest finds them when the package is installed.

```python
@pytest.mark.enphase_mock(plan="watt", clock=1_780_000_000)
def test_it(enphase_mock, enphase_env):
    ...     # a server at enphase_mock.url; the variables ENPHASE_... lead to it
```

pytest reads this file in every run, also of people who never ask for a server: it imports nothing of the
server before a fixture is used.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enphase_cloud.mock import Server, Service

MARKER = "enphase_mock"
GIVEN = "token-of-enphase-env"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(**options): options of the server of `enphase_mock`, as enphase_cloud.mock.serve takes them.",
    )


class Servers:
    """The servers of one session: one for each set of options, started when it is first asked for."""

    def __init__(self) -> None:
        self._running: list[tuple[dict[str, Any], Server]] = []
        self._open = ExitStack()

    def find(self, options: dict[str, Any]) -> Server:
        """A server with these options, as it was when it started."""
        # a test may have stopped one
        self._running = [(known, server) for known, server in self._running if server.running]
        # compared, not hashed: an option may be a list of applications
        server = next((server for known, server in self._running if known == options), None)
        if server is None:
            server = _serve(options)
            self._open.callback(server.stop)
            server.start()
            self._running.append((options, server))
        server.service.reset()
        return server

    def stop(self) -> None:
        """Stop all of them."""
        self._open.close()


@pytest.fixture(scope="session")
def _enphase_mock_servers() -> Iterator[Servers]:
    servers = Servers()
    yield servers
    servers.stop()


@pytest.fixture
def enphase_mock(request: pytest.FixtureRequest, _enphase_mock_servers: Servers) -> Server:
    """A mock of the Enphase cloud on a free port of this machine: `url`, `service`. Reset before each test.

    Options come from the marker `enphase_mock`; of several, the one nearest to the test wins, name by name.
    """
    options: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers(MARKER))):
        if marker.args:
            pytest.fail(f"@pytest.mark.{MARKER} takes names: {MARKER}(homes=2)", pytrace=False)
        options |= marker.kwargs
    return _enphase_mock_servers.find(options)


@pytest.fixture
def enphase_env(
    enphase_mock: Server, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The variables that lead a client to `enphase_mock`, set for this test; no other ENPHASE_ one is left.

    With them goes an empty home: a test neither sees nor changes what is kept for whoever runs it.
    """
    given = enphase_mock.service.accounts.tokens.given
    key, token = _credentials(enphase_mock.service)
    variables = {
        "ENPHASE_BASE_URL": enphase_mock.url,
        "ENPHASE_API_KEY": key,
        "ENPHASE_ACCESS_TOKEN": token,
        "ENPHASE_HOME": str(tmp_path_factory.mktemp("enphase-home")),
    }
    for name in list(os.environ):
        if name.startswith("ENPHASE_"):
            monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    yield variables
    given.clear()


def _serve(options: dict[str, Any]) -> Server:
    """A server that does not run yet. What is wrong with the options, or missing here, ends the test in a line."""
    try:
        from enphase_cloud.mock import serve  # noqa: PLC0415 - starlette and uvicorn: only for who uses it
    except ImportError as error:
        pytest.fail(f"enphase_mock: {error}", pytrace=False)
    try:
        return serve(**options)
    except (OSError, TypeError, ValueError) as error:
        pytest.fail(f"@pytest.mark.{MARKER}: {error}", pytrace=False)


def _credentials(service: Service) -> tuple[str, str]:
    """A key and a token that the server takes; where it is strict, of an application with `plan`, else of the last."""
    accounts, settings = service.accounts, service.settings
    key, token = settings.api_key or "any-key", settings.access_token or "any-token"
    if settings.auth == "strict" and accounts.applications:
        from enphase_cloud.mock.tokens import SCOPE, Grant  # noqa: PLC0415 - as above

        application = next(
            (each for each in accounts.applications if each.plan == settings.plan), accounts.applications[-1]
        )
        everything = Grant(
            client_id=application.client_id, username=accounts.owners[-1].username, scope=SCOPE
        )
        key = settings.api_key or application.api_key
        token = settings.access_token or GIVEN
        # one that a reset in the middle of the test leaves alone
        if settings.access_token is None:
            accounts.tokens.given[token] = everything
    return key, token
