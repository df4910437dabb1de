"""How an owner grants access, and what is known of the grant: login, logout, status.

```python
from enphase_cloud import login

login.with_browser(client_id="...", client_secret="...", api_key="...", plan="watt")
with Enphase.from_env() as enphase:     # uses the grant, and keeps it fresh
    ...
```

Every function takes `profile` (each holds one owner's grant), `home`, `base_url` and `store` as `Enphase` does; what is
not given is taken from the ENPHASE_* variables, then from what an earlier login stored, then from `config.toml`. All
of them block; call them in a thread where an event loop is running.
"""

from __future__ import annotations

import logging
import math
import secrets
import webbrowser
from typing import TYPE_CHECKING, Unpack

from ..errors import ConfigurationError
from ..transport import oauth
from ..transport.hooks import Hooks
from ..transport.runtime import Runtime
from ..transport.secret import Secret
from .answers import check_texts, consented, pasted_code
from .exchange import (
    CODE,
    Login,
    Options,
    Place,
    checked,
    hidden,
    known,
    locked,
    missing,
    prepared,
    resolved,
)
from .report import Status, nothing_stored, status_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from ..transport.store import Store

__all__ = [
    "Options",
    "Place",
    "Status",
    "authorize_url",
    "check",
    "logout",
    "prepared",
    "profiles",
    "redirect_page",
    "status",
    "with_browser",
    "with_code",
    "with_password",
]

TIMEOUT = 300.0
"""Seconds that a browser is waited for."""

_log = logging.getLogger("enphase_cloud.login")


def authorize_url(
    *,
    redirect_uri: str | None = None,
    state: str | None = None,
    client_id: str | None = None,
    replace: bool = False,
    **where: Unpack[Place],
) -> str:
    """The address that the owner has to visit to grant access. It holds no secret, and no call is made.

    `redirect_uri` is where the owner's browser is sent with the code; by default a page of the service that shows it.
    `replace` as in Options.
    ConfigurationError where there is no client id.
    """
    known("authorize_url", where)
    check_texts(redirect_uri=redirect_uri or "", state=state or "")
    settings = prepared(client_id=client_id, replace=replace, **where)
    if settings.client_id is None:
        raise missing("client_id")
    return oauth.authorize_url(
        settings.base_url, settings.client_id, redirect_uri or redirect_page(settings.base_url), state
    )


def redirect_page(base_url: str) -> str:
    """The page of the service that shows a code to whoever has no page of their own."""
    return oauth.redirect_page(base_url)


def with_browser(
    *,
    open_browser: Callable[[str], object] | None = webbrowser.open,
    show: Callable[[str], object] | None = None,
    port: int = 0,
    timeout: float = TIMEOUT,
    **options: Unpack[Options],
) -> Status:
    """Let the owner consent in a browser on this machine, and store the grant.

    Args:
        open_browser: Opens the address; None: nobody does, `show` tells the owner to. That it returns False, or
            raises a `webbrowser.Error`, is no reason to give up where the address was shown; where it was not, it is
            a ConfigurationError.
        show: Is told the address, before it is opened. With neither, the address stands in the log.
        port: Where the answer is listened for, on 127.0.0.1; 0 takes a free one. The address
            `http://127.0.0.1:PORT/callback` has to be one that the application may send people to.
        timeout: Seconds to wait for the owner.
        options: See Options and Place.

    ConsentRequired where the owner declines, or does not answer in time. One token request; one hit for the check.
    """
    from .callback import Listener  # noqa: PLC0415 - a server is loaded only by those who need one

    options = hidden("with_browser", options)
    _check_wait(timeout)
    login = Login(options)
    state = secrets.token_urlsafe(32)
    with Listener(state, port) as listener:
        address = oauth.authorize_url(
            login.settings.base_url, login.application.client_id, listener.redirect_uri, state
        )
        if show is not None:
            show(address)
        if open_browser is None:
            if show is None:
                _log.warning("the owner is waited for, to consent at this address: %s", address)
        elif not _opened(address, open_browser) and show is None:
            raise _nowhere(login)
        answer = listener.wait(timeout)
    code = consented(answer, timeout, address)
    return login.finish(oauth.code_form(code, listener.redirect_uri), refused=CODE)


def _opened(address: str, open_browser: Callable[[str], object]) -> bool:
    try:
        return open_browser(address) is not False
    except webbrowser.Error:
        return False


def _nowhere(login: Login) -> ConfigurationError:
    """Nobody could see the address. The one that is told leads to a page, as nobody listens any more."""
    base_url = login.settings.base_url
    address = oauth.authorize_url(base_url, login.application.client_id, redirect_page(base_url))
    return ConfigurationError(
        "no browser can be opened here. Have the address told to somebody on this machine, with open_browser=None, "
        "show=print; or have the owner consent in any browser, and give with_code() the code that the page shows. "
        f"Its address: {address}"
    )


def _check_wait(timeout: float) -> None:
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout <= math.inf:
        msg = f"timeout has to be a number of seconds above 0, not {timeout!r}."
        raise ConfigurationError(msg)


def with_code(
    code: str | Secret,
    *,
    redirect_uri: str | None = None,
    state: str | None = None,
    **options: Unpack[Options],
) -> Status:
    """Store the grant that a code stands for.

    Args:
        code: The code, or the whole address of the page that the owner came to.
        redirect_uri: As it was in the address that the owner visited; by default the page of the service.
        state: As it was there; one in a pasted address has to be the same.
        options: See Options and Place.

    ConsentRequired where the code is not accepted, or the owner declined. One token request; one hit for the check.
    """
    pasted = code if isinstance(code, Secret) else Secret(code)
    del code
    options = hidden("with_code", options)
    check_texts(code=pasted, redirect_uri=redirect_uri or "", state=state or "")
    found = pasted_code(pasted, state)
    login = Login(options)
    where = redirect_uri or redirect_page(login.settings.base_url)
    return login.finish(oauth.code_form(found, where), refused=CODE)


def with_password(username: str, password: str | Secret, **options: Unpack[Options]) -> Status:
    """Store the grant of a person who told us their password: for applications of the plan Partner only.

    The password is sent once, in the body of a request to the token endpoint, and kept nowhere. ConsentRequired where
    it is wrong. One token request; one hit for the check.
    """
    proof = password if isinstance(password, Secret) else Secret(password)
    del password
    options = hidden("with_password", options)
    check_texts(username=username, password=proof)
    if not username.strip() or not proof.reveal():
        msg = "username and password must not be empty."
        raise ConfigurationError(msg)
    return Login(options).finish(
        oauth.password_form(username.strip(), proof),
        refused="the username or the password",
        username=username.strip(),
    )


def logout(**where: Unpack[Place]) -> bool:
    """Forget the grant of a profile. False where there was none. No call: the service has none for it.

    The owner can take the consent back at Enphase, where it was given.
    """
    known("logout", where)
    settings = resolved(where)
    store = settings.open_store()
    if not _there(store):  # else the lock would make a folder for it
        return False
    with locked(store, where.get("runtime") or Runtime()):
        return store.delete()


def _there(store: Store) -> bool:
    """Whether there is anything to forget; what cannot be read is."""
    try:
        return store.load() is not None
    except ConfigurationError:
        return True


def profiles(home: str | os.PathLike[str] | None = None) -> list[str]:
    """The names of the profiles that have a file, sorted; those in a keyring are not listed, as keyrings cannot.

    `home` as in Place. No call.
    """
    from ..transport.store import profiles as kept  # noqa: PLC0415 - of those that log in, few list

    return kept(resolved({"home": home}).home)


def status(**where: Unpack[Place]) -> Status:
    """What is known of the grant of a profile. No call. ConfigurationError where there is none."""
    known("status", where)
    settings = prepared(**where)
    return status_of(settings, where.get("runtime") or Runtime())


def check(*, hooks: Hooks | None = None, **where: Unpack[Place]) -> Status:
    """The status, after the systems were listed with the stored grant: whether it works shows in `failure`. One hit."""
    known("check", where)
    settings = prepared(**where)
    runtime = where.get("runtime") or Runtime()
    if settings.stored is None:
        raise nothing_stored(settings)
    return checked(settings, runtime, hooks or Hooks())
