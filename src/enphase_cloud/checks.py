"""What callers name things by, checked before a hit is spent. InvalidRequest says what was wrong, and what to do."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import tzinfo
from difflib import get_close_matches
from operator import index
from typing import TYPE_CHECKING, Any, TypeVar

from . import _time
from .errors import InvalidRequest
from .rows import LARGEST, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")

_LONGEST_SERIAL = 64


def possible_id(value: object) -> int | None:
    """A system id, from a number or its digits; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,18}\s*", value):
        value = int(value)
    number = _whole(value)
    return None if number is None or not 0 < number <= LARGEST else number


def system_id(value: object) -> int:
    """A system id, from a number or its digits."""
    number = possible_id(value)
    if number is None:
        msg = (
            f"{shown(value)} is no system id: it is a whole number, such as 698905955. systems() lists them."
        )
        raise InvalidRequest(msg)
    return number


def serial(value: object) -> str:
    """The serial number of a device, from text or a number."""
    number = _whole(value)
    if number is not None and abs(number) >= 10**_LONGEST_SERIAL:
        value = "9" * (_LONGEST_SERIAL + 1)  # Python refuses to write larger ones
    text = str(value).strip() if isinstance(value, str) or number is not None else ""
    if len(text) > _LONGEST_SERIAL:
        msg = f"a serial number has no more than {_LONGEST_SERIAL} characters. devices() lists them."
        raise InvalidRequest(msg)
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._:-]*", text):
        msg = f"{shown(value)} is no serial number: letters and digits are expected. devices() lists them."
        raise InvalidRequest(msg)
    return text


def zone(value: object) -> tzinfo:
    """A time zone, from its name or as it is."""
    if isinstance(value, tzinfo):
        # A zone of pytz is not to be used as it is: it would stand for the local mean time of a century ago.
        # One of dateutil does not say its name, but the file that it was read from.
        file = re.search(r"/zoneinfo/([^']+)'", repr(value))
        named = getattr(value, "zone", None) or (file and file[1])
        return (_time.find_zone(named) if isinstance(named, str) else None) or value
    found = _time.find_zone(value) if isinstance(value, str) else None
    if found is None:
        msg = f"{shown(value)} is no time zone: give an IANA name such as 'Europe/Berlin'."
        raise InvalidRequest(msg)
    return found


def named(known: Mapping[str, T], name: object, method: str) -> T:
    """What is known by a name that a method takes."""
    if isinstance(name, str) and name in known:
        return known[name]
    msg = f"{shown(name)} is no series of {method}().{meant(name, known)} There are: {', '.join(known)}."
    raise InvalidRequest(msg)


def choice(value: object, known: Iterable[str], argument: str) -> str:
    """One of a few words."""
    words = [str(word) for word in known]
    if isinstance(value, str) and value in words:
        return str(value)
    msg = f"{argument} is {shown(value)}.{meant(value, words)} There are: {', '.join(words)}."
    raise InvalidRequest(msg)


def between(value: object, least: int, most: int, argument: str) -> int:
    """A whole number in a range."""
    number = _whole(value)
    if number is None or not least <= number <= most:
        msg = f"{argument} has to be a whole number from {least} to {most}, not {shown(value)}."
        raise InvalidRequest(msg)
    return number


def boolean(value: object, argument: str) -> bool:
    """True or False, and nothing that only counts as one: the text "false" would count as True."""
    if type(value).__module__ == "numpy" and type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    if not isinstance(value, bool):
        msg = f"{argument} has to be True or False, not {shown(value)}."
        raise InvalidRequest(msg)
    return value


def words(value: object, argument: str) -> str:
    """Text that says something, and that can be sent."""
    if not isinstance(value, str) or not value.strip():
        msg = f"{argument} has to be text that is not empty, not {shown(value)}."
        raise InvalidRequest(msg)
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        msg = f"{argument} has half of a letter in it, which cannot be sent: {shown(value)}."
        raise InvalidRequest(msg)
    return value


def natural(value: object, argument: str) -> int:
    """A whole number from 1."""
    return between(value, 1, LARGEST, argument)


def gateway_serial(value: object) -> str:
    """The serial number of a gateway, which the document declares a whole number: digits."""
    digits = serial(value)
    if not digits.isdigit():
        msg = f"{shown(value)} is no serial number of a gateway: it is all digits. devices() lists them as gateways."
        raise InvalidRequest(msg)
    return digits


def _whole(value: Any) -> int | None:
    """A whole number of Python, or of a library that has its own; None for anything else, and for bools."""
    with suppress(TypeError):
        return None if isinstance(value, bool) else index(value)
    return None


def meant(name: object, known: Iterable[str]) -> str:
    """A question that names what was meant, perhaps; empty where nothing is like it."""
    close = get_close_matches(name, known, n=1) if isinstance(name, str) else []
    return f" Did you mean {close[0]!r}?" if close else ""
