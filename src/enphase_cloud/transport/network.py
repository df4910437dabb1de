"""Whom to trust on the way, and through which proxy the way leads: read from the environment, checked, never shown."""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import ConfigurationError
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROXY = re.compile(
    r"https?://"
    r"(?:[!-\"$-.0->@-~]*@)?"  # a name and a password: printable, and none of what ends them: / ? #
    r"(?:[0-9a-z._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/?",
    re.IGNORECASE,
)


def tls_context(environ: Mapping[str, str] | None = None) -> ssl.SSLContext:
    """TLS 1.2 or newer, with certificates and host names checked. There is no way to switch that off.

    Trusted are certifi's roots, and those of `SSL_CERT_FILE` and `SSL_CERT_DIR` beside them: whoever works behind
    a proxy that opens TLS adds its root, and loses no other. `SSLKEYLOGFILE` is not heeded: it would write down
    what every token can be read with.

    `environ` None is the environment of the process. Raises ConfigurationError where a variable names what cannot
    be used.
    """
    import certifi  # noqa: PLC0415 - the settings of a client are checked before this is needed

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificates and host names
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=certifi.where())
    file = _variable(environ, "SSL_CERT_FILE")
    if file:
        _trust_file(context, file)
    for folder in filter(None, map(str.strip, _variable(environ, "SSL_CERT_DIR").split(os.pathsep))):
        if not Path(folder).is_dir():
            msg = f"SSL_CERT_DIR: there is no folder {folder}. Correct the variable, or unset it."
            raise ConfigurationError(msg)
        context.load_verify_locations(capath=folder)
    return context


def _trust_file(context: ssl.SSLContext, file: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        problem = "holds no certificates in PEM format"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    else:
        return
    msg = f"SSL_CERT_FILE: {file} {problem}. Correct the variable, or unset it."
    raise ConfigurationError(msg)


def proxy_for(url: str, environ: Mapping[str, str] | None = None) -> Secret | None:
    """The proxy that leads to a URL; None: straight. It is a Secret, for it may hold a password.

    | the URL, or a variable | proxy |
    |---|---|
    | `http://`, or any URL of this machine | None |
    | its host stands in `NO_PROXY` (a name, the end of one, `*`) | None |
    | `HTTPS_PROXY` | that one |
    | `ALL_PROXY` | that one |

    In small letters a variable has precedence, also where it is blank; blank is as good as not set. `http://` is
    taken as said of a proxy that does not say. Raises ConfigurationError, which does not repeat the value, for
    what is no address of a proxy, and for proxies that are not spoken to by HTTP, such as SOCKS.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or loopback(host):
        return None
    for name in ("HTTPS_PROXY", "ALL_PROXY"):
        proxy = Secret(_variable(environ, name.lower(), name))
        if proxy.reveal():
            straight = _exempt(host, parts.port or 443, _variable(environ, "no_proxy", "NO_PROXY"))
            return None if straight else _checked(name, proxy)
    return None


def loopback(host: str) -> bool:
    """Whether a host is this machine."""
    name = host.lower().rstrip(".").strip("[]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _variable(environ: Mapping[str, str] | None, name: str, *also: str) -> str:
    """The first of the variables that is set. None: the process's own, which no frame here holds in a variable."""
    for each in (name, *also):
        told = os.environ.get(each) if environ is None else environ.get(each)
        if told is not None:
            return told.strip()
    return ""


def _exempt(host: str, port: int, no_proxy: str) -> bool:
    """Whether `NO_PROXY` names the host, with or without its port: by its name, by the end of it, or by `*`."""
    names = {name.strip().lstrip(".") for name in no_proxy.lower().split(",")} - {""}
    return "*" in names or any(
        f".{known}".endswith(f".{name}") for name in names for known in (host, f"{host}:{port}")
    )


def _checked(name: str, proxy: Secret) -> Secret:
    if "://" not in proxy.reveal():
        proxy = Secret(f"http://{proxy.reveal()}")
    if proxy.reveal().lower().startswith("socks"):
        msg = (
            f"{name} names a SOCKS proxy, and this client speaks to proxies by HTTP only. "
            "Set HTTPS_PROXY to one of those, or NO_PROXY to the service's host."
        )
        raise ConfigurationError(msg)
    if not _is_address(proxy):
        msg = f"{name} is no address of a proxy. It looks like http://HOST:3128."
        raise ConfigurationError(msg)
    return proxy


def _is_address(proxy: Secret) -> bool:
    found = _PROXY.fullmatch(proxy.reveal())
    return found is not None and (found[1] is None or 0 < int(found[1]) < 65536)
