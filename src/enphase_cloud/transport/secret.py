"""What nobody is to see: a key, a token, a password; and how it is kept out of what people do see."""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHOWN = "[secret]"
_SHORTEST = 4
_SHORTEST_PART = 8
_ESCAPE = re.compile("%(?:25)*[0-9A-F]{2}")
_OF_URLS = str.maketrans("+/", "-_")


class Secret:
    """A text that shows itself to nobody who does not ask by name: not in a repr, a log, a traceback or a pickle.

    Keep it wrapped, and call `reveal()` in the very expression that sends or stores it: a local variable that
    holds the bare text would be shown by tools that print the variables of every frame.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return SHOWN

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self), _bytes(other))

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        msg = "secrets are not pickled: build the client anew where it is needed"
        raise TypeError(msg)


def forms(secrets: Iterable[Secret]) -> set[str]:
    """The ways in which a secret may come back.

    | form | |
    |---|---|
    | as it is | however short |
    | quoted for a URL, once or twice | with and without `/` and the marks that browsers leave; both cases |
    | in hex | both cases |
    | in base64, also that of URLs | with and without padding |
    | in base64 of something that has it inside (`Basic`, a whole header) | the letters that are its alone |
    | as Python shows it, in text and in bytes | a log of headers does |

    A form of fewer than `_SHORTEST` letters is none, as it would be found in anything, but for the secret itself;
    nor is a part of base64 with fewer than `_SHORTEST_PART`.
    """
    found: set[str] = set()
    for secret in secrets:
        found |= {form for form in _written(secret) if len(form) >= _SHORTEST}
        found.add(secret.reveal())
    return found - {""}


def _written(secret: Secret) -> set[str]:
    text, data = secret.reveal(), _bytes(secret)
    once = {quote(data, safe=safe) for safe in ("", "/", "!'()*")} | {quote_plus(data)}
    quoted = once | {quote(each, safe="") for each in once}
    encoded = {b64encode(data).decode()}
    encoded |= {each.rstrip("=") for each in encoded} | set(_parts(data))
    return {
        *quoted,
        *(_ESCAPE.sub(lambda escape: escape[0].lower(), each) for each in quoted),
        data.hex(),
        data.hex().upper(),
        *encoded,
        *(each.translate(_OF_URLS) for each in encoded),
        repr(text)[1:-1],
        repr(data)[2:-1],
    }


def _parts(data: bytes) -> Iterator[str]:
    """What stands in base64 for certain where these bytes are inside: for each place where they may begin."""
    for before in range(3):
        first, end = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        if end - first >= _SHORTEST_PART:
            yield b64encode(bytes(before) + data).decode()[first:end]


def _bytes(secret: Secret) -> bytes:
    """Its bytes, also where it is no text that can be sent."""
    return secret.reveal().encode("utf-8", "surrogatepass")


class Hider:
    """Takes secrets out of texts: made once, used for many.

    No regular expression: one of all tokens of a year takes seconds to compile, and each search of a letter here is
    the fastest there is. What stands in the place of one secret is not searched for another, and where two overlap
    both are gone.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._forms = tuple(map(Secret, forms(secrets)))

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        there = [form for form in self._forms if form.reveal() in text]
        if not there:
            return text
        pieces, position = [], 0
        for start, end in _joined(span for form in there for span in _found(form, text)):
            pieces += [text[position:start], SHOWN]
            position = end
        return "".join(pieces) + text[position:]


def _found(form: Secret, text: str) -> Iterator[tuple[int, int]]:
    """Where a form stands in a text, also where it overlaps with itself."""
    length = len(form.reveal())
    start = text.find(form.reveal())
    while start >= 0:
        yield start, start + length
        start = text.find(form.reveal(), start + 1)


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same letters of a text, in their order, with those in one that overlap."""
    first, last = 0, 0
    for start, end in sorted(spans):
        if start >= last:
            if last:
                yield first, last
            first = start
        last = max(last, end)
    if last:
        yield first, last


def hide(text: str, secrets: Iterable[Secret]) -> str:
    """A text without the secrets: a service may repeat in an error what it was sent."""
    return Hider(secrets)(text)
