"""How a request reaches the service and comes back: `auth -> retry -> httpx`.

httpx is loaded by `http.py` alone, and that is loaded when a client is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .auth import StaticAuth
    from .http import AsyncSession, Session
    from .runtime import Runtime


def open_session(base_url: str, auth: StaticAuth, timeout: float, runtime: Runtime) -> Session:
    from .http import Session  # noqa: PLC0415 - httpx is loaded when a client is built, not before

    return Session(base_url, auth, timeout, runtime)


def open_async_session(base_url: str, auth: StaticAuth, timeout: float, runtime: Runtime) -> AsyncSession:
    from .http import AsyncSession  # noqa: PLC0415 - httpx is loaded when a client is built, not before

    return AsyncSession(base_url, auth, timeout, runtime)
