"""Requests of the facade, made for its transport alone.

httpx.Client takes a third of a call's time to merge what it was told with what the request says, to look for cookies,
redirects and authentication. The facade says the same in every request, so what can be is made once; what is left
is what the service, or who reads httpx's log, could notice.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpx

from .answers import Whole

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger("httpx")
_NOTHING = httpx.ByteStream(b"")
_PLAIN = frozenset({"method", "url", "params", "extensions"})


class Maker:
    """Makes the requests that an httpx client would make, and does with the answers what it would do."""

    def __init__(self, client: httpx.Client | httpx.AsyncClient) -> None:
        self._client = client
        self._base = str(client.base_url).rstrip("/") + "/"
        self._headers = httpx.Headers([(b"Host", client.base_url.netloc), *client.headers.raw])
        self._timeout = client.timeout.as_dict()

    def request(self, arguments: Mapping[str, Any]) -> httpx.Request:
        """The request that the arguments of `httpx.Client.request` describe."""
        # A body, headers, or a POST without either, which has to say so: the few calls that change something.
        if arguments["method"] != "GET" or not _PLAIN.issuperset(arguments):
            return self._client.build_request(**arguments)
        request = httpx.Request(
            arguments["method"],
            _url(self._base + arguments["url"].lstrip("/"), _query(arguments.get("params"))),
            headers=self._headers,
            stream=_NOTHING,
            extensions={"timeout": self._timeout, **arguments["extensions"]},
        )
        cookies = self._client.cookies
        if cookies:
            cookies.set_cookie_header(request)
        return request

    def came(self, answer: Whole | httpx.Response) -> None:
        """Keep the cookies of an answer, and say in httpx's log that it came."""
        told = _log.isEnabledFor(logging.INFO)
        if not told and "set-cookie" not in answer.headers:
            return
        response = answer.response() if isinstance(answer, Whole) else answer
        self._client.cookies.extract_cookies(response)
        if told:
            request = response.request
            line = f"{response.http_version} {response.status_code} {response.reason_phrase}"
            _log.info('HTTP Request: %s %s "%s"', request.method, request.url, line)


def _query(params: Mapping[str, Any] | None) -> str:
    return str(httpx.QueryParams(params)) if params else ""


@lru_cache(maxsize=64)
def _url(text: str, query: str) -> httpx.URL:
    """Parsed, which takes as long as all else that a request needs; what is asked once is often asked again."""
    return httpx.URL(text, query=query.encode()) if query else httpx.URL(text)
