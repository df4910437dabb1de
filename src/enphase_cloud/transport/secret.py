"""What nobody is to see: a key, a token, a password; and how it is kept out of what people do see."""

from __future__ import annotations

import base64
import hmac
import re
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
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        msg = "secrets are not pickled: build the client anew where it is needed"
        raise TypeError(msg)


def forms(secrets: Iterable[Secret]) -> set[str]:
    """The ways in which a secret may come back: as it is, quoted for a URL, in base64."""
    return {
        form
        for secret in secrets
        if (text := secret.reveal())
        for form in (
            text,
            quote(text, safe=""),
            quote_plus(text),
            re.sub("%[0-9A-F]{2}", lambda escape: escape[0].lower(), quote(text, safe="")),
            base64.b64encode(text.encode()).decode(),
            base64.urlsafe_b64encode(text.encode()).decode(),
        )
    }


def pattern(secrets: Iterable[Secret]) -> re.Pattern[str]:
    """What finds any of the secrets in a text; nothing, where there are none.

    In one pass, the longest first: what stands in the place of one secret is not searched for another.
    """
    found = sorted(forms(secrets), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)) or r"(?!)")


def hide(text: str, secrets: Iterable[Secret]) -> str:
    """A text without the secrets: a service may repeat in an error what it was sent."""
    return pattern(secrets).sub(SHOWN, text)
