"""What nobody is to see: a key, a token, a password; and how it is kept out of what people do see."""

from __future__ import annotations

import hmac
import re
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = "[secret]"


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
    """The ways in which a secret may come back: as it is, quoted for a URL, in base64."""
    found: set[str] = set()
    for secret in secrets:
        text, data = secret.reveal(), _bytes(secret)
        quoted = quote(data, safe="")
        found |= {text, quoted, re.sub("%[0-9A-F]{2}", lambda escape: escape[0].lower(), quoted)}
        found |= {quote_plus(data), b64encode(data).decode(), urlsafe_b64encode(data).decode()}
    return found - {""}


def _bytes(secret: Secret) -> bytes:
    """Its bytes, also where it is no text that can be sent."""
    return secret.reveal().encode("utf-8", "surrogatepass")


def pattern(secrets: Iterable[Secret]) -> re.Pattern[str]:
    """What finds any of the secrets in a text; nothing, where there are none.

    In one pass, the longest first: what stands in the place of one secret is not searched for another.
    """
    found = sorted(forms(secrets), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)) or r"(?!)")


def hide(text: str, secrets: Iterable[Secret]) -> str:
    """A text without the secrets: a service may repeat in an error what it was sent."""
    return pattern(secrets).sub(SHOWN, text)
