"""What the facade and the generated client send through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from enphase_v4.client import Client

from ..._version import __version__
from ...errors import InvalidRequest, error_from
from ..messages import Answer, endpoint
from .exchange import AsyncRetryingTransport, RetryingTransport, path_of
from .wires import AsyncWire, Wire

if TYPE_CHECKING:
    from ..messages import Request
    from ..options import Options
    from ..plan import Quota
    from .core import Core


class _Calls:
    """What the two sessions do alike: requests become httpx arguments, responses become answers."""

    def __init__(self, core: Core, options: Options) -> None:
        self._core = core
        self.options = options
        self._settings: dict[str, Any] = {
            "base_url": core.url,
            "timeout": options.timeout,
            "headers": {
                "User-Agent": f"enphase-cloud/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            },
            "follow_redirects": False,
            "trust_env": False,
        }
        self.raw = Client(base_url=str(core.url))
        """The generated client over this session's httpx client."""

    def quota(self) -> Quota:
        """What was used, and what is left."""
        self._core.check_open()
        pipeline = self._core.pipeline
        return pipeline.ledger.quota(pipeline.plan, pipeline.runtime.time())

    def _arguments(self, request: Request) -> dict[str, Any]:
        self._core.check_open()
        try:
            arguments: dict[str, Any] = endpoint(request.operation_id).get_kwargs(**request.arguments)
        except ValueError as error:
            msg = f"{request.operation_id} cannot be asked for: {error}"
            raise InvalidRequest(msg) from None
        return arguments

    def _answer(self, request: Request, response: httpx.Response) -> Answer:
        method, path = response.request.method, path_of(response.request)
        hits: int = response.extensions["hits"]
        auth, runtime = self._core.pipeline.auth, self._core.pipeline.runtime
        if not response.is_success:
            raise error_from(
                method,
                path,
                response.status_code,
                response.headers,
                response.content,
                now=runtime.time(),
                hits=hits,
                hide=auth.hide,
                renewed=response.extensions["renewed"],
            )
        return Answer(
            operation_id=request.operation_id,
            method=method,
            path=path,
            status=response.status_code,
            headers=response.headers,
            content=response.content,
            content_type=auth.hide(response.headers.get("content-type", "")),
            hits=hits,
        )


class Session(_Calls):
    """Sends requests and gives answers; anything but success is raised as an EnphaseError."""

    def __init__(self, core: Core, options: Options, wire: Wire | None = None) -> None:
        super().__init__(core, options)
        self._wire = wire or Wire(core.url, core.pipeline.runtime)
        transport = RetryingTransport(core, options, self._wire)
        self._client = httpx.Client(transport=transport, **self._settings)
        self.raw.set_httpx_client(self._client)

    def view(self, options: Options) -> Session:
        """The same connections, tokens and ledger, with other options."""
        return Session(self._core, options, self._wire)

    def send(self, request: Request) -> Answer:
        return self._answer(request, self._client.request(**self._arguments(request)))

    def close(self) -> None:
        self._core.close()  # from here on nothing is sent: by the generated client neither
        self._wire.close()


class AsyncSession(_Calls):
    """The same for an event loop."""

    def __init__(self, core: Core, options: Options, wire: AsyncWire | None = None) -> None:
        super().__init__(core, options)
        self._wire = wire or AsyncWire(core.url, core.pipeline.runtime)
        transport = AsyncRetryingTransport(core, options, self._wire)
        self._client = httpx.AsyncClient(transport=transport, **self._settings)
        self.raw.set_async_httpx_client(self._client)

    def view(self, options: Options) -> AsyncSession:
        """The same connections, tokens and ledger, with other options."""
        return AsyncSession(self._core, options, self._wire)

    async def send(self, request: Request) -> Answer:
        return self._answer(request, await self._client.request(**self._arguments(request)))

    async def close(self) -> None:
        self._core.close()
        await self._wire.close()
