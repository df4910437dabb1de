"""Arrays as a caller lays them out: modules, and the microinverters on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import attrs

from ..errors import InvalidRequest
from .bodies import Body, Check, checked, parts, read_values, real, serial, text, whole, wired, wrong

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..records import commissioning as records

_FAR = 1_000_000
"""No position is further from the corner."""


def _position(says: str) -> Any:
    """Whole numbers by the document. Answers were seen with decimals: they are rounded, so that they can be written."""

    def check(value: Any, name: str) -> int:
        return round(real(value, -_FAR, _FAR, name))

    return checked(says, check, {"type": "number", "minimum": -_FAR, "maximum": _FAR}, needed=True)


def _turned(says: str) -> Any:
    return whole(says, least=-360, most=360, needed=True)


def _tilt() -> Check:
    def check(value: Any, name: str) -> str:
        given = value
        if isinstance(value, str):
            try:
                given = float(value)
            except ValueError:
                given = None
        return str(float(real(given, 0, 90, name)))

    return check


@attrs.frozen(kw_only=True)
class NewModule(Body):
    """A module of an array."""

    serial_num: str = serial("Serial number of its microinverter.", needed=True)
    left: float = _position("Where it lies in the array, across.")
    top: float = _position("Where it lies in the array, upwards.")
    angle: int = _turned("How it is turned, in degrees.")
    id: int | None = whole("Its id; a new module has none.", least=1)


@attrs.frozen(kw_only=True)
class NewArray(Body):
    """Modules that lie together on a roof."""

    label: str = text("Name of the array.", needed=True)
    angle: int = _turned("How it is turned, in degrees.")
    tilt: float | str = checked(
        "How steep it is, in degrees, 0 to 90.",
        _tilt(),
        {"type": ["number", "string"], "minimum": 0, "maximum": 90},
        needed=True,
    )
    left: float = _position("Where it lies in the layout, across.")
    top: float = _position("Where it lies in the layout, upwards.")
    modules: Sequence[NewModule] = parts("Its modules.", NewModule, needed=True)
    provisioned_envoy: str | None = serial("Serial number of the gateway that it is set up on.")
    id: int | None = whole("Its id; a new array has none.", least=1)

    @classmethod
    def of(cls, array: records.SystemArray) -> Self:
        """The array that was read, to be changed with `attrs.evolve` and written again.

        InvalidRequest where something of it could not be read: it would be lost.
        """
        return cls(
            **read_values(array, NewArray, modules=lambda each: NewModule(**read_values(each, NewModule)))
        )


def body_of(array: object) -> dict[str, Any]:
    """The JSON object of one array. InvalidRequest says all that is wrong with it."""
    return _bodies([array])[0]


def bodies_of(arrays: object) -> list[dict[str, Any]]:
    """The JSON objects of all arrays of a system. InvalidRequest says all that is wrong with them."""
    if isinstance(arrays, str | Body) or not hasattr(arrays, "__iter__"):
        msg = "arrays has to be a list of NewArray; an empty one takes all arrays away."
        raise InvalidRequest(msg)
    return _bodies(list(arrays))


def _bodies(arrays: list[Any]) -> list[dict[str, Any]]:
    complaints: list[str] = []
    found = []
    for index, each in enumerate(arrays):
        if isinstance(each, NewArray):
            # The document requires a gateway, and shows none as null.
            found.append({"provisioned_envoy": None} | wired(each, f"arrays[{index}].", complaints))
        else:
            complaints.append(f"arrays[{index}] has to be a NewArray, not a {type(each).__name__}.")
    complaints += _twice(found)
    if complaints:
        raise wrong(complaints)
    return found


def _twice(found: Iterable[dict[str, Any]]) -> list[str]:
    """A microinverter is on one module only."""
    counted = Counter(
        module.get("serial_num") for array in found for module in array.get("modules") or () if module
    )
    return [
        f"{serial} is on {number} modules: each microinverter is on one."
        for serial, number in counted.items()
        if serial and number > 1
    ]
