"""One request over a blocking wire, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import EnphaseError
from .answers import Body, Whole, broken, streamed
from .deadline import answered_by

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from ..runtime import Runtime
    from .answers import Received


def asked(
    wire: httpx.BaseTransport,
    request: httpx.Request,
    until: float,
    runtime: Runtime,
    streams: Callable[[httpx.Response], bool] = lambda response: False,
) -> Received:
    """The answer, read whole unless `streams` says that it is a stream; there by `until` (monotonic), or broken."""
    response: httpx.Response | None = None
    try:
        with answered_by(until, runtime):
            response = wire.handle_request(request)
        body = Body(response, until, runtime)
        if streams(response):
            kept, response = response, None
            return streamed(kept, body, request)
        return Whole(response, body.whole(), request)
    except EnphaseError:
        raise
    except Exception as error:
        return broken(error)
    finally:
        if response is not None:
            response.close()
