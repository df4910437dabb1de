"""A client that knows the host and nothing else: keys, tokens, quotas and retries belong to the httpx client that it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar

import httpx
from attrs import define, field

from .types import Response

T = TypeVar("T")


@define
class Client:
    """Sends the requests of the operations through httpx, sync and async. Redirects are not followed.

    Give it an httpx client that authenticates (`set_httpx_client`), or arguments for the one it makes (`httpx_args`).
    """

    base_url: str
    timeout: float = field(default=30.0, kw_only=True)
    httpx_args: dict[str, Any] = field(factory=dict, kw_only=True, repr=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False, repr=False)

    def set_httpx_client(self, client: httpx.Client) -> Self:
        self._client = client
        return self

    def set_async_httpx_client(self, client: httpx.AsyncClient) -> Self:
        self._async_client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(base_url=self.base_url, timeout=self.timeout, **self.httpx_args)
        return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(
                base_url=self.base_url, timeout=self.timeout, **self.httpx_args
            )
        return self._async_client

    def send(self, kwargs: dict[str, Any], parse: Callable[[int, bytes, str], T | None]) -> Response[T]:
        """One request of an operation, and its answer."""
        return _response(self.get_httpx_client().request(**kwargs), parse)

    async def send_async(
        self, kwargs: dict[str, Any], parse: Callable[[int, bytes, str], T | None]
    ) -> Response[T]:
        """One request of an operation, and its answer."""
        return _response(await self.get_async_httpx_client().request(**kwargs), parse)

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(self, *args: Any) -> None:
        self.get_httpx_client().__exit__(*args)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(self, *args: Any) -> None:
        await self.get_async_httpx_client().__aexit__(*args)


def _response(answer: httpx.Response, parse: Callable[[int, bytes, str], T | None]) -> Response[T]:
    parsed = parse(answer.status_code, answer.content, answer.headers.get("content-type", ""))
    return Response(answer.status_code, answer.content, answer.headers, parsed)
