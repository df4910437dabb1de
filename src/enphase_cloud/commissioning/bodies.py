"""Bodies that a caller fills in: what each value may be, said once, for checks, for files and for editors.

A field is declared with the helpers here. Each says what the value is, and from that come its check (before a hit is
spent, all complaints at once), its form on the wire, and its part of the JSON Schema that editors understand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias, TypeVar

import attrs

from .. import checks
from ..errors import InvalidRequest
from ..rows import LARGEST, LAST_EPOCH, number, shown

if TYPE_CHECKING:
    from ..records.base import Record

B = TypeVar("B", bound="Body")

CLEAR = ""
"""What takes a value away that is set, where the service knows how."""

_NOON = time(12, tzinfo=UTC)
_FIRST_EPOCH = 100_000_000
"""In 1973. Smaller numbers are dates without their dashes: 20260531 would be a day of 1970."""
_MOMENT = (
    r"^(19[89]\d|2\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$"
)

Check: TypeAlias = Callable[[Any, str], Any]
"""Makes of a value, and of what it is called, what goes on the wire. InvalidRequest for what cannot be."""


class _Told(NamedTuple):
    """What is known of a field."""

    says: str
    check: Check
    schema: dict[str, Any]
    kind: type[Body] | None = None
    """What a part is made of."""
    many: bool = False


@attrs.frozen(kw_only=True)
class Body:
    """What is sent. What is None is left out: the service keeps what it has, or takes what it takes by default."""

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Self:
        """The body that a file describes, with the names of the document. InvalidRequest says all that is wrong."""
        complaints: list[str] = []
        made = drafted(cls, given, "", complaints)
        _raise(complaints)
        assert made is not None  # noqa: S101 - nothing was wrong
        return made

    def wire(self) -> dict[str, Any]:
        """The JSON object that is sent. InvalidRequest says all that is wrong with the values."""
        complaints: list[str] = []
        made = wired(self, "", complaints)
        _raise(complaints)
        return made

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """What a file of it may hold, as JSON Schema."""
        fields = _fields(cls)
        needed = [
            each.name for each in attrs.fields(cls) if each.name in fields and each.default is attrs.NOTHING
        ]
        found: dict[str, Any] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _described(told) for name, told in fields.items()},
        }
        return found | ({"required": needed} if needed else {})


def _described(told: _Told) -> dict[str, Any]:
    inner: dict[str, Any] = told.schema
    if told.kind is not None:
        inner = told.kind.schema()
        if told.many:
            inner = {"type": "array", "items": inner}
    return {"description": told.says, **inner}


def _fields(kind: type[Body]) -> dict[str, _Told]:
    """What is known of the fields: first of those that have to be given."""
    told = [each for each in attrs.fields(kind) if "told" in each.metadata]
    told.sort(key=lambda each: each.default is not attrs.NOTHING)
    return {each.name: each.metadata["told"] for each in told}


def told_of(kind: type[Body]) -> dict[str, str]:
    """What each field of a body is, by name."""
    return {name: told.says for name, told in _fields(kind).items()}


def drafted(kind: type[B], given: Any, where: str, complaints: list[str]) -> B | None:
    """The body that an object describes, as far as it does: what is wrong with its names and values is complained of.

    What is missing is None in it, so that all the rest can be looked at, too.
    """
    if not isinstance(given, Mapping):
        complaints.append(
            f"{where.removesuffix('.') or 'it'} has to be an object of names and values, not {shown(given)}."
        )
        return None
    fields = _fields(kind)
    values: dict[str, Any] = {}
    for name, value in given.items():
        here = f"{where}{name}"
        if name not in fields:
            there = checks.meant(name, fields) or f" There are: {', '.join(fields)}."
            complaints.append(f"{shown(here)} is not known.{there}")
        elif value is not None:
            values[name] = _part_drafted(fields[name], value, here, complaints)
    for each in attrs.fields(kind):
        if each.default is attrs.NOTHING and each.name not in values:
            complaints.append(f"{where}{each.name} is missing: {told_of(kind)[each.name]}")
            values[each.name] = None
    return kind(**values)


def _part_drafted(told: _Told, value: Any, here: str, complaints: list[str]) -> Any:
    if told.kind is None:
        _checked(told, value, here, complaints)
        return value
    if not told.many:
        return drafted(told.kind, value, f"{here}.", complaints)
    if isinstance(value, str | Mapping) or not isinstance(value, Collection):
        complaints.append(f"{here} has to be a list, not {shown(value)}.")
        return None
    return [drafted(told.kind, each, f"{here}[{index}].", complaints) for index, each in enumerate(value)]


def _checked(told: _Told, value: Any, here: str, complaints: list[str]) -> Any:
    """What goes on the wire; None, and a complaint, for what cannot be."""
    try:
        return told.check(value, here)
    except InvalidRequest as error:
        complaints.append(str(error))
        return None


def wired(body: Body, where: str, complaints: list[str]) -> dict[str, Any]:
    """What is sent of a body, without what cannot be: that is complained of."""
    found: dict[str, Any] = {}
    fields = attrs.fields_dict(type(body))
    for name, told in _fields(type(body)).items():
        value, here = getattr(body, name), f"{where}{name}"
        if value is None:
            if fields[name].default is attrs.NOTHING:
                complaints.append(f"{here} is missing: {told.says}")
        elif told.kind is None:
            found[name] = _checked(told, value, here, complaints)
        elif not told.many:
            found[name] = _part_wired(told.kind, value, here, complaints)
        elif isinstance(value, str | Mapping) or not isinstance(value, Collection):
            complaints.append(f"{here} has to be a list of {told.kind.__name__}, not {shown(value)}.")
        else:
            found[name] = [
                _part_wired(told.kind, each, f"{here}[{index}]", complaints)
                for index, each in enumerate(value)
            ]
    return found


def _part_wired(kind: type[Body], value: Any, here: str, complaints: list[str]) -> Any:
    if isinstance(value, kind):
        return wired(value, f"{here}.", complaints)
    complaints.append(f"{here} has to be a {kind.__name__}, not {shown(value)}.")
    return None


def _raise(complaints: list[str]) -> None:
    if complaints:
        raise wrong(complaints)


def read_values(read: Record, kind: type[Body], **parts_of: Callable[[Any], Body]) -> dict[str, Any]:
    """The values of a body, as they were read; of its parts, what is made of each. What was not said stays None.

    InvalidRequest where something could not be read: what is written in its place would be made up.
    """
    refuse_unread(read, kind)
    values = {name: getattr(read, name) for name in _fields(kind)}
    for name, made in parts_of.items():
        if values[name] is not None:
            values[name] = [made(each) for each in values[name]]
    return values


def refuse_unread(read: Record, kind: type[Body]) -> None:
    """InvalidRequest where something that goes into the body could not be read."""
    names = set(_fields(kind))
    lost = [each for each in read.problems if names & set(re.findall(r"\w+", each.path))]
    if lost:
        told = "; ".join(f"{each.path}: {each.problem}" for each in lost[:3])
        msg = f"this cannot be written as it was read: {told}. Give all of it yourself."
        raise InvalidRequest(msg)


def path_of(complaint: str) -> str:
    """What a complaint is about, such as `address.state` or `encharge[0].envoy_serial_number`: each begins with it."""
    found = re.match(r"'?([\w.\[\]]*)", complaint)
    return found[1] if found else ""


def wrong(complaints: list[str]) -> InvalidRequest:
    """The one error that says all of them."""
    if len(complaints) == 1:
        return InvalidRequest(complaints[0])
    told = "\n".join(f"- {each}" for each in complaints)
    return InvalidRequest(f"{len(complaints)} things cannot be:\n{told}")


# ---------------------------------------------------------------------------------------------------------- the helpers


def _field(told: _Told, *, needed: bool) -> Any:
    if needed:
        return attrs.field(metadata={"told": told})
    return attrs.field(default=None, metadata={"told": told})


def text(
    says: str, *, longest: int | None = None, pattern: str = "", expected: str = "", needed: bool = False
) -> Any:
    """Text that is not empty. Digits may be given as a number. `expected` says in words what the pattern does."""
    schema: dict[str, Any] = {"type": ["string", "integer"], "minLength": 1, "pattern": pattern or r"\S"}
    if pattern:
        schema |= {"minimum": 0} if re.fullmatch(pattern, "12345") else {"type": "string"}
    schema |= {"maxLength": longest} if longest else {}

    def check(value: Any, name: str) -> str:
        found = checks.words(str(value) if type(value) is int and abs(value) <= LARGEST else value, name)
        if longest and len(found) > longest:
            msg = f"{name} has {len(found)} characters, and may have {longest}."
            raise InvalidRequest(msg)
        if pattern and not re.fullmatch(pattern, found):
            msg = f"{name} is {shown(found)}: {expected} expected."
            raise InvalidRequest(msg)
        return found

    return _field(_Told(says, check, schema), needed=needed)


def word(says: str, known: Iterable[str], *, clears: bool = False, needed: bool = False) -> Any:
    """One of a few words. `clears`: an empty text takes away what is set, as null on the wire."""
    words = [str(each) for each in known]
    schema: dict[str, Any] = {"enum": [*words, CLEAR] if clears else words}

    def check(value: Any, name: str) -> str | None:
        return None if clears and value == CLEAR else checks.choice(value, words, name)

    return _field(_Told(says, check, schema), needed=needed)


def coded(says: str, known: Mapping[int, str], *, needed: bool = False) -> Any:
    """One of a few numbers, each with a meaning."""
    meanings = ", ".join(f"{key} ({value})" for key, value in known.items())
    schema = {"enum": list(known)}

    def check(value: Any, name: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value not in known:
            msg = f"{name} is {shown(value)}. There are: {meanings}."
            raise InvalidRequest(msg)
        return int(value)

    return _field(_Told(f"{says} {meanings}.", check, schema), needed=needed)


def whole(says: str, *, least: int = 0, most: int = LARGEST, needed: bool = False) -> Any:
    """A whole number."""
    schema = {"type": "integer", "minimum": least} | ({"maximum": most} if most < LARGEST else {})

    def check(value: Any, name: str) -> int:
        try:
            return checks.between(value, least, most, name)
        except InvalidRequest:
            if most < LARGEST:
                raise
        msg = f"{name} has to be a whole number, {least} or more, not {shown(value)}."
        raise InvalidRequest(msg)

    return _field(_Told(says, check, schema), needed=needed)


def measure(says: str, *, least: float, most: float | None = None, needed: bool = False) -> Any:
    """A number."""
    schema = {"type": "number", "minimum": least} | ({} if most is None else {"maximum": most})

    def check(value: Any, name: str) -> float:
        return real(value, least, most, name)

    return _field(_Told(says, check, schema), needed=needed)


def real(value: Any, least: float, most: float | None, name: str) -> float:
    """A finite number from `least`, to `most` where there is one."""
    given = number(value) if isinstance(value, int | float) else None
    if given is None or abs(given) > LARGEST or value < least or (most is not None and value > most):
        limits = f"from {least:g}" if most is None else f"from {least:g} to {most:g}"
        msg = f"{name} has to be a number {limits}, not {shown(value)}."
        raise InvalidRequest(msg)
    return given


def flag(says: str) -> Any:
    """True or False."""
    return _field(_Told(says, checks.boolean, {"type": "boolean"}), needed=False)


def moment(says: str) -> Any:
    """A time: aware datetime, date, epoch seconds, or ISO text of either; epoch seconds on the wire."""
    schema = {
        "type": ["string", "integer"],
        "minimum": _FIRST_EPOCH,
        "maximum": LAST_EPOCH,
        "pattern": _MOMENT,
    }
    return _field(_Told(says, epoch, schema), needed=False)


def epoch(value: Any, name: str) -> int:
    """Epoch seconds. A date is its noon in UTC, which is that date almost everywhere."""
    found = value
    if isinstance(value, str):
        with suppress(ValueError):
            found = (
                datetime.fromisoformat(value)
                if len(value.strip()) > len("2026-01-01")
                else date.fromisoformat(value)
            )
    if isinstance(found, datetime):
        if found.tzinfo is None:
            msg = f"{name} is {shown(value)}, which is another time in each zone: give an offset, such as +00:00."
            raise InvalidRequest(msg)
        found = int(found.timestamp())
    elif isinstance(found, date):
        found = int(datetime.combine(found, _NOON).timestamp())
    if isinstance(found, int) and not isinstance(found, bool) and _FIRST_EPOCH <= found <= LAST_EPOCH:
        return found
    msg = f"{name} is {shown(value)}: a date (YYYY-MM-DD), an aware time or epoch seconds are expected."
    raise InvalidRequest(msg)


_SERIAL = {
    "type": ["string", "integer"],
    "minimum": 0,
    "pattern": r"^[0-9A-Za-z][0-9A-Za-z._:-]*$",
    "maxLength": 64,
}
"""What `checks.serial` takes, for editors."""


def serial(says: str, *, needed: bool = False) -> Any:
    """The serial number of a device."""

    def check(value: Any, name: str) -> str:
        return _serial(value, name)

    return _field(_Told(says, check, _SERIAL), needed=needed)


def serials(says: str, *, needed: bool = False) -> Any:
    """Serial numbers of devices, each once."""
    schema = {
        "type": "array",
        "items": _SERIAL,
        "uniqueItems": True,
    }

    def check(value: Any, name: str) -> list[str]:
        if isinstance(value, str | Mapping) or not isinstance(value, Collection):
            msg = f"{name} has to be a list of serial numbers, not {shown(value)}."
            raise InvalidRequest(msg)
        found = [_serial(each, f"{name}[{index}]") for index, each in enumerate(value)]
        twice = [each for each in dict.fromkeys(found) if found.count(each) > 1]
        if twice:
            msg = f"{name} has {twice[0]} more than once."
            raise InvalidRequest(msg)
        return found

    return _field(_Told(says, check, schema), needed=needed)


def _serial(value: Any, name: str) -> str:
    try:
        return checks.serial(value)
    except InvalidRequest as error:
        msg = f"{name}: {error}"
        raise InvalidRequest(msg) from None


_PRICE = r"^\s*[0-9]*\.?[0-9]+\s*$"


def price(says: str, *, needed: bool = False) -> Any:
    """A price of a kWh: a number of 0 or more, or the text of one, which goes on as it is."""
    schema = {"type": ["number", "string"], "minimum": 0, "pattern": _PRICE}

    def check(value: Any, name: str) -> str:
        plain = not isinstance(value, str) or re.fullmatch(_PRICE, value)
        found = number(value) if plain else None
        if found is None or not 0 <= found <= LARGEST:
            msg = f"{name} is {shown(value)}: a price of 0 or more is expected."
            raise InvalidRequest(msg)
        return value.strip() if isinstance(value, str) else format(Decimal(repr(found)), "f")

    return _field(_Told(says, check, schema), needed=needed)


def part(says: str, kind: type[Body], *, needed: bool = False) -> Any:
    """A body within a body."""
    return _field(_Told(says, _never, {}, kind), needed=needed)


def parts(says: str, kind: type[Body], *, needed: bool = False) -> Any:
    """Bodies within a body."""
    return _field(_Told(says, _never, {}, kind, many=True), needed=needed)


def checked(says: str, check: Check, schema: dict[str, Any], *, needed: bool = False) -> Any:
    """A field with a check of its own."""
    return _field(_Told(says, check, schema), needed=needed)


def _never(value: Any, name: str) -> Any:
    msg = f"{name} is made of parts, which are checked one by one"
    raise TypeError(msg)
