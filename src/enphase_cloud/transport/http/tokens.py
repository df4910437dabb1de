"""Forms to the token endpoint."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import httpx

from ..._version import __version__
from ...errors import ConfigurationError
from ..hooks import Call, Guarded, next_number
from ..pipeline import log_call, result_of
from ..retry import Outcome, Reply
from ..secret import Secret
from .address import checked_base_url
from .answers import Broken
from .asking import asked
from .wires import opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..grant import Application
    from ..hooks import Hooks
    from ..runtime import Runtime

PATH = "/oauth/token"
TIMEOUTS = {"connect": 10.0, "read": 60.0, "write": 10.0, "pool": 10.0}
"""Seconds. A token that was rotated and whose answer nobody waited for is a grant that is lost."""
BUDGET = 80.0
"""Seconds for one request as a whole: others wait for two of them (`tokens.PATIENCE`)."""


class TokenWire:
    """Posts forms to the token endpoint, once each. Blocking; an async client calls it in a thread.

    Each over a connection of its own: there is one in a day, and none that a client which is closed meanwhile
    could take away from it.
    """

    def __init__(self, base_url: str, runtime: Runtime, hooks: Hooks) -> None:
        self._url = checked_base_url(base_url)
        self._runtime = runtime
        self._hooks = Guarded(hooks)

    def post(self, form: Mapping[str, str | Secret], application: Application) -> Outcome:
        """Send a form with the application's credentials. Nothing of either stands in a URL."""
        url = self._url.copy_with(path=self._url.path.rstrip("/") + PATH)
        request = _request(url, form, application)
        if request is None:
            msg = "a credential holds characters that cannot be sent: enter it again."
            raise ConfigurationError(msg)
        wire: httpx.BaseTransport | None = self._runtime.wire
        if wire is None and self._runtime.async_wire is not None:
            msg = (
                "tokens are renewed over a blocking wire: give the runtime a `wire` beside its `async_wire`."
            )
            raise ConfigurationError(msg)
        own = opened(self._url) if wire is None else None
        used = wire or own
        assert used is not None  # noqa: S101 - for the type checker
        call = Call(next_number(), "token", "POST", url.path, 1, None)
        self._hooks.before_call(call)
        began = self._runtime.monotonic()
        try:
            received = asked(used, request, began + BUDGET, self._runtime)
        finally:
            if own is not None:
                own.close()
        seconds = self._runtime.monotonic() - began
        if isinstance(received, Broken):
            outcome: Outcome = received.outcome
        else:
            outcome = Reply(received.status_code, received.headers, received.content)
        result = result_of(outcome, seconds, hits=0)
        self._hooks.after_call(call, result)
        log_call(call, result)
        return outcome


def _request(
    url: httpx.URL, form: Mapping[str, str | Secret], application: Application
) -> httpx.Request | None:
    """None where something in it is no text that can be sent."""
    try:
        return httpx.Request(
            "POST",
            url,
            headers={
                "Authorization": f"Basic {_basic(application)}",
                "User-Agent": f"enphase-cloud/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            },
            data={
                name: value.reveal() if isinstance(value, Secret) else value for name, value in form.items()
            },
            extensions={"timeout": dict(TIMEOUTS)},
        )
    except ValueError:
        return None


def _basic(application: Application) -> str:
    return base64.b64encode(f"{application.client_id}:{application.client_secret.reveal()}".encode()).decode()
