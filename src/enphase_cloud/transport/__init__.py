"""How a request reaches the service and comes back: `auth -> quota -> retry -> httpx`.

    auth        who asks: a token that stays as it is, or the stored grant of an owner
    tokens      when a grant is renewed, by whom, and what becomes of it when that fails
    oauth       what is sent to the token endpoint, and what its answers mean
    store       where a grant lies: a file of its own, or the keyring
    quota       what the plan still allows; ledger: what was used, as all processes have it
    retry       when a call is sent again
    body        what an answer may be; messages: what passes between flows and transport
    pipeline    all of these in their order, as a generator without I/O
    http        the one package that knows httpx; network: TLS and proxies
    options, hooks, plan, grant, secret, runtime    what they speak of

httpx is loaded by `http` alone, and that is loaded when a client is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from .auth import Auth
    from .grant import Profile
    from .http import AsyncSession, Core, Session
    from .options import Options
    from .plan import Plan
    from .runtime import Runtime
    from .secret import Secret
    from .store import Store


def open_core(
    base_url: str,
    *,
    plan: Plan,
    home: Path,
    api_key: Secret,
    access_token: Secret | None,
    given: tuple[Secret | None, Secret | None],
    store: Store | None,
    stored: Profile | None,
    options: Options,
    runtime: Runtime,
) -> Core:
    """The policies of one client: with the access token, or else with what is stored. Nothing is sent.

    `given`: API key and client secret that are used in the place of the stored ones.
    """
    from .auth import GrantAuth, StaticAuth  # noqa: PLC0415 - httpx is loaded when a client is built, not before
    from .http import Core, TokenWire, checked_base_url  # noqa: PLC0415 - as above
    from .ledger import ledger_of  # noqa: PLC0415 - as above
    from .pipeline import Pipeline  # noqa: PLC0415 - as above
    from .tokens import Given, Tokens  # noqa: PLC0415 - as above

    checked_base_url(base_url)
    auth: Auth
    if store is None or stored is None:
        assert access_token is not None  # noqa: S101 - the settings have seen to it
        auth = StaticAuth(api_key, access_token)
    else:
        post = TokenWire(base_url, runtime, options.hooks).post
        auth = GrantAuth(Tokens(store, post, runtime, stored, Given(*given)))
    ledger = ledger_of(home, base_url, api_key, runtime.chance)
    return Core(base_url, Pipeline(auth, ledger, plan, runtime))


def open_session(core: Core, options: Options, shelf: Any) -> Session:
    """A session; `shelf` is what the client keeps of answers."""
    from .http import Session  # noqa: PLC0415 - as above

    return Session(core, options, shelf)


def open_async_session(core: Core, options: Options, shelf: Any) -> AsyncSession:
    """The same for an event loop."""
    from .http import AsyncSession  # noqa: PLC0415 - as above

    return AsyncSession(core, options, shelf)
