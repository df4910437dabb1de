"""What callers name things by, checked before a hit is spent. InvalidRequest says what was wrong, and what to do."""

from __future__ import annotations

import re
from datetime import tzinfo
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from . import _time
from .errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")

_LONGEST_SERIAL = 64


def system_id(value: object) -> int:
    """A system id, from a number or its digits."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,18}\s*", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        msg = f"{value!r} is no system id: it is a whole number, such as 698905955. systems() lists them."
        raise InvalidRequest(msg)
    return value


def serial(value: object) -> str:
    """The serial number of a device, from text or a number."""
    if isinstance(value, int) and abs(value) >= 10**_LONGEST_SERIAL:
        value = "9" * (_LONGEST_SERIAL + 1)  # Python refuses to write larger ones
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if len(text) > _LONGEST_SERIAL:
        msg = f"a serial number has no more than {_LONGEST_SERIAL} characters. devices() lists them."
        raise InvalidRequest(msg)
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._:-]*", text):
        msg = f"{value!r} is no serial number: letters and digits are expected. devices() lists them."
        raise InvalidRequest(msg)
    return text


def zone(value: object) -> tzinfo:
    """A time zone, from its name or as it is."""
    if isinstance(value, tzinfo):
        # A zone of pytz is not to be used as it is: it would stand for the local mean time of a century ago.
        named = getattr(value, "zone", None)
        return (_time.find_zone(named) if isinstance(named, str) else None) or value
    found = _time.find_zone(value) if isinstance(value, str) else None
    if found is None:
        msg = f"{value!r} is no time zone: give an IANA name such as 'Europe/Berlin'."
        raise InvalidRequest(msg)
    return found


def named(known: Mapping[str, T], name: object, method: str) -> T:
    """What is known by a name that a method takes."""
    if isinstance(name, str) and name in known:
        return known[name]
    msg = f"{name!r} is no series of {method}().{_meant(name, known)} There are: {', '.join(known)}."
    raise InvalidRequest(msg)


def choice(value: object, known: Iterable[str], argument: str) -> str:
    """One of a few words."""
    words = [str(word) for word in known]
    if isinstance(value, str) and value in words:
        return str(value)
    msg = f"{argument} is {value!r}.{_meant(value, words)} There are: {', '.join(words)}."
    raise InvalidRequest(msg)


def between(value: object, least: int, most: int, argument: str) -> int:
    """A whole number in a range."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        msg = f"{argument} has to be a whole number from {least} to {most}, not {value!r}."
        raise InvalidRequest(msg)
    return value


def boolean(value: object, argument: str) -> bool:
    """True or False, and nothing that only counts as one: the text "false" would count as True."""
    if not isinstance(value, bool):
        msg = f"{argument} has to be True or False, not {value!r}."
        raise InvalidRequest(msg)
    return value


def words(value: object, argument: str) -> str:
    """Text that says something."""
    if not isinstance(value, str) or not value.strip():
        msg = f"{argument} has to be text that is not empty, not {value!r}."
        raise InvalidRequest(msg)
    return value


def natural(value: object, argument: str) -> int:
    """A whole number from 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        msg = f"{argument} has to be a whole number from 1, not {value!r}."
        raise InvalidRequest(msg)
    return value


def gateway_serial(value: object) -> str:
    """The serial number of a gateway, which the document declares a whole number: digits."""
    digits = serial(value)
    if not digits.isdigit():
        msg = (
            f"{value!r} is no serial number of a gateway: it is all digits. devices() lists them as gateways."
        )
        raise InvalidRequest(msg)
    return digits


def _meant(name: object, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, n=1) if isinstance(name, str) else []
    return f" Did you mean {close[0]!r}?" if close else ""
