"""What comes back: a body within its limits, or in words what came in place of one."""

from __future__ import annotations

import math
import re
import ssl
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import httpx

from ...errors import ConnectionFailed, DecodeError
from ..body import BODY_LIMIT, EVENT_LIMIT, BodyError, Decoder, Events
from ..retry import Lost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ..runtime import Runtime

_BARE = (b"content-encoding", b"content-length", b"transfer-encoding")
_PART = 2**16
_HARMLESS = re.compile(r"peer closed connection|Server disconnected")


class Broken(NamedTuple):
    """No answer, or one that cannot be read. In our words: those of an HTTP library may quote what was sent."""

    kind: type[ConnectionFailed | DecodeError]
    problem: str
    hopeless: bool
    """It would be so the second time, too."""

    @property
    def outcome(self) -> Lost:
        """The same in the pipeline's words."""
        return Lost(self.problem, self.hopeless, self.kind)


class Whole:
    """An answer that has been read. Its names are those of an httpx.Response, which takes much longer to make."""

    __slots__ = ("content", "extensions", "headers", "request", "status_code")

    def __init__(self, response: httpx.Response, content: bytes, request: httpx.Request) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.content = content
        self.request = request
        self.extensions = dict(response.extensions)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code < 300

    def response(self) -> httpx.Response:
        """The same for those who expect one."""
        return _made(self, {"content": self.content})


Received: TypeAlias = Whole | httpx.Response | Broken
"""A Response is a stream, which has still to be read."""


def broken(error: Exception) -> Broken:
    """What an exception of httpx means; of anything else, too: what nobody thought of is still no answer.

    | exception | problem | hopeless |
    |---|---|---|
    | a certificate that is not trusted | its name and text | yes |
    | a body over a limit | what is wrong with it | yes |
    | a body that cannot be decoded | what is wrong with it | no |
    | an answer that breaks the rules of HTTP | that it does | no |
    | a request that breaks them | that it does | yes |
    | the connection, the time | its name and text | no |
    | the time for the answer's beginning | that it is over | no |
    | anything that is not httpx's | its name | yes |
    """
    name = type(error).__name__
    if isinstance(error, Unreadable):
        return Broken(DecodeError, str(error), error.too_large)
    if isinstance(error, httpx.DecodingError):
        return Broken(DecodeError, f"{name}: {error}", hopeless=False)
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return Broken(ConnectionFailed, f"{name}: the request breaks the rules of HTTP", hopeless=True)
    if isinstance(error, httpx.RemoteProtocolError) and not _HARMLESS.match(str(error)):
        return Broken(ConnectionFailed, f"{name}: the answer breaks the rules of HTTP", hopeless=False)
    if isinstance(error, TimeoutError):
        return Broken(ConnectionFailed, "ReadTimeout: the answer did not begin in time", hopeless=False)
    if isinstance(error, httpx.RequestError):
        return Broken(ConnectionFailed, f"{name}: {error}".rstrip(": "), _untrusted(error))
    return Broken(ConnectionFailed, f"an unexpected {name}", hopeless=True)


def is_events(response: httpx.Response) -> bool:
    """Whether an answer says that it is a stream of server-sent events."""
    told: str = response.headers.get("content-type", "")
    return response.is_success and told.partition(";")[0].strip().lower() == "text/event-stream"


def _untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


class Unreadable(httpx.DecodingError):
    """A body that cannot be read; `too_large`: it would not be the second time either."""

    def __init__(self, error: BodyError) -> None:
        super().__init__(error.problem)
        self.too_large = error.too_large


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer: decompressed, no larger than may be, and there by a time.

    httpx's own limits are none of size, and of time for each piece: a body may drip for ever.
    """

    def __init__(self, response: httpx.Response, until: float, runtime: Runtime) -> None:
        self._stream: Any = response.stream
        self._until = until
        self._runtime = runtime
        self._encoding: str | None = response.headers.get("content-encoding")
        self._events: Events | None = None

    def __iter__(self) -> Iterator[bytes]:
        decoder = self._decoder()
        for piece in self._stream:
            yield from self._parts(self._checked(decoder, piece))
        yield self._last(decoder)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        decoder = self._decoder()
        async for piece in self._stream:
            for part in self._parts(self._checked(decoder, piece)):
                yield part
        yield self._last(decoder)

    def whole(self) -> bytes:
        """All of it. By no generator: there would be one for each piece, and most answers are one piece."""
        decoder = self._decoder()
        pieces = [self._checked(decoder, piece) for piece in self._stream]
        return b"".join([*pieces, self._last(decoder)])

    async def awhole(self) -> bytes:
        """The same for an event loop."""
        decoder = self._decoder()
        pieces = [self._checked(decoder, piece) async for piece in self._stream]
        return b"".join([*pieces, self._last(decoder)])

    def as_events(self) -> Body:
        """The same as a stream of events: it may go on for as long as it likes, but no event for ever."""
        self._events = Events(EVENT_LIMIT)
        self._until = math.inf
        return self

    def _decoder(self) -> Decoder:
        try:
            return Decoder(self._encoding, BODY_LIMIT)
        except BodyError as error:
            raise Unreadable(error) from None

    def _checked(self, decoder: Decoder, piece: bytes) -> bytes:
        if self._runtime.monotonic() >= self._until:
            msg = "the answer went on for too long"
            raise httpx.ReadTimeout(msg)
        try:
            return decoder.feed(piece)
        except BodyError as error:
            raise Unreadable(error) from None

    def _parts(self, decoded: bytes) -> Iterator[bytes]:
        """What a piece was decoded to; of a stream in parts, for a few bytes may stand for more than is soon read."""
        if self._events is None:
            yield decoded
            return
        for start in range(0, len(decoded), _PART):
            try:
                yield self._events.feed(decoded[start : start + _PART])
            except BodyError as error:
                raise Unreadable(error) from None

    def _last(self, decoder: Decoder) -> bytes:
        try:
            return decoder.flush()
        except BodyError as error:
            raise Unreadable(error) from None

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()


def streamed(response: httpx.Response, body: Body, request: httpx.Request) -> httpx.Response:
    """The answer with its body as a stream of events."""
    return _made(Whole(response, b"", request), {"stream": body.as_events()})


def _made(answer: Whole, body: dict[str, Any]) -> httpx.Response:
    """The answer with its body, which is not encoded any more.

    Without the reason phrase, which httpx logs and a gateway may write anything into; and a redirect without its
    address, which httpx reads although it is not followed, and stumbles over.
    """
    left_out = (*_BARE, b"location") if 300 <= answer.status_code < 400 else _BARE
    headers = [pair for pair in answer.headers.raw if pair[0].lower() not in left_out]
    extensions = {name: each for name, each in answer.extensions.items() if name != "reason_phrase"}
    return httpx.Response(
        answer.status_code, headers=headers, extensions=extensions, request=answer.request, **body
    )
