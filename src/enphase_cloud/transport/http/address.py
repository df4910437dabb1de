"""Where credentials may be sent to, and over which network."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

import httpx

from ...errors import ConfigurationError
from ..network import proxy_for, tls_context

if TYPE_CHECKING:
    from ..secret import Secret


def checked_base_url(text: str) -> httpx.URL:
    """Where to send to: https, or plain http to this machine.

    ConfigurationError otherwise; it does not repeat the URL.
    """
    url = _read(text)
    if url is None:
        msg = "base_url is not a URL. It looks like https://api.enphaseenergy.com."
        raise ConfigurationError(msg)
    if url.userinfo or any(mark in str(text) for mark in "?#@"):
        msg = "base_url must not carry credentials, a query or a fragment: only scheme, host, port and path."
        raise ConfigurationError(msg)
    named = _is_host(url) and (url.port is None or 0 < url.port < 65536)
    if url.scheme not in ("http", "https") or not named:
        msg = "base_url has to begin with https:// and name a host, and no port that cannot be."
        raise ConfigurationError(msg)
    if url.path.rstrip("/").endswith("/api/v4"):
        msg = "base_url must not end in /api/v4: every call brings that part of its path along."
        raise ConfigurationError(msg)
    if url.scheme == "http" and not _loopback(url.host):
        msg = f"base_url: credentials are not sent over plain http, except to this machine. Use https://{url.host}."
        raise ConfigurationError(msg)
    return url


def network(url: httpx.URL) -> dict[str, Any]:
    """How to get there: over TLS that is checked, and through the proxy that the environment names, if any.

    ConfigurationError where a variable of the environment cannot be used; it does not repeat the value.
    """
    if url.scheme == "http":
        return {
            "verify": False,
            "trust_env": False,
        }  # to this machine, and without TLS there is nothing to verify
    context, secret = tls_context(), proxy_for(str(url))
    proxy = None
    if secret is not None:
        proxy = _proxy(secret)
        if proxy is None or not _is_host(proxy.url):
            msg = (
                "the proxy that HTTPS_PROXY or ALL_PROXY names has no host that can be. Correct the variable."
            )
            raise ConfigurationError(msg)
        if proxy.url.scheme == "https":  # it is trusted like the service
            proxy.ssl_context = context
    return {"verify": context, "trust_env": False, "proxy": proxy}


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _read(text: str) -> httpx.URL | None:
    try:
        return httpx.URL(text)
    except (httpx.InvalidURL, TypeError, ValueError):
        return None


def _proxy(secret: Secret) -> httpx.Proxy | None:
    """It does not show its password either; what cannot be read as one would in its error."""
    try:
        return httpx.Proxy(secret.reveal())
    except (httpx.InvalidURL, ValueError):
        return None


def _is_host(url: httpx.URL) -> bool:
    """Whether a name can be asked for: who looks it up raises what they like for one with an empty or endless part."""
    try:
        host = url.host
        host.encode("idna")
    except UnicodeError:  # idna.IDNAError is one
        return False
    return re.fullmatch(r"[0-9A-Za-z.:_-]+", host) is not None and host.strip(".") != ""


def _loopback(host: str) -> bool:
    """Whether what is sent to a host cannot leave this machine.

    Stricter than `network.loopback`, which only keeps a proxy out: what `x.localhost` or `localhost.` lead to is
    for a resolver to say.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
