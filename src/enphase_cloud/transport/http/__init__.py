"""The one package that talks HTTP: runs the pipeline over httpx, as an httpx transport.

    address     where credentials may be sent to, and over which network
    answers     what comes back: a body within its limits, or in words what came in place of one
    asking      one request over a blocking wire
    direct      requests of the facade, without the work of an httpx client
    deadline    an end for answers that drip
    wires       connections: for each process, and for each event loop, its own
    core        what all views of a client share
    exchange    one request on its way between the pipeline and a wire, blocking and async
    tokens      forms to the token endpoint
    listening   streams that are open
    sessions    what the facade and the generated client send through

The facade and the generated client send through the same transport, so that both are signed, counted, repeated
and confined alike. A request says which operation it is in `extensions["operation"]`; one that does not say is
sent once.
"""

from __future__ import annotations

from ..redact import install
from .address import checked_base_url
from .core import Core
from .listening import AsyncListening, Listening
from .sessions import AsyncSession, Session
from .tokens import TokenWire

install()  # before anything is sent

__all__ = ["AsyncListening", "AsyncSession", "Core", "Listening", "Session", "TokenWire", "checked_base_url"]
