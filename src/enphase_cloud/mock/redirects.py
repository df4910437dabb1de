"""Where the authorize page may send a browser, and where it never does."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from enphase_v4.catalog import BASE_URL

from enphase_cloud.mock.accounts import Application

CODE_PAGE = "/oauth/redirect_uri"
# what a browser reads as Python does: no backslash, blank, user name or spelling of an address that one of them bends
LOOPBACK = re.compile(
    r"https?://(?:localhost|127(?:\.(?:0|[1-9]\d{0,2})){3}|\[::1\])(?::\d{1,5})?(?:[/?][\w\-.~!$&'()*+,;=:@/?%]*)?",
    re.IGNORECASE | re.ASCII,
)
ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*:)(//[a-z0-9.-]+(?::\d+)?(?=[/?]|$))?", re.IGNORECASE | re.ASCII)


def destination(application: Application, redirect_uri: str, host: str) -> str | None:
    """The address that `redirect_uri` leads to; None where `application` may not send anybody there.

    host: under which the server was called. Its own page stays its own also where it is spelt with the vendor's host.
    """
    own = redirect_uri in {f"{base}{CODE_PAGE}" for base in (BASE_URL, f"http://{host}", f"https://{host}")}
    if application.redirect_uris is not None:
        allowed = redirect_uri in application.redirect_uris
    else:
        allowed = own or LOOPBACK.fullmatch(redirect_uri) is not None
    if not allowed:
        return None
    return CODE_PAGE if own else redirect_uri


def with_query(address: str, **parameters: str | None) -> str:
    """`address` with the parameters that are not None added to its query."""
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return f"{address}{'&' if '?' in address else '?'}{query}"


def form_sources(address: str) -> str:
    """Where a form may end up that leads to `address`, for `form-action`: browsers check redirects as well.

    With it every port of this machine, as an application in the making often goes on from one to another.
    """
    sources = ["'self'", "http://localhost:*", "http://127.0.0.1:*"]
    origin = ORIGIN.match(address)
    if origin is not None:
        # a literal of IPv6 cannot be said there: its scheme has to do
        sources.append(origin[0])
    return " ".join(sources)
