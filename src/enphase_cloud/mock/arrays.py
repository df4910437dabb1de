"""How the modules of a system are laid out: arrays of modules, each with the microinverter beneath it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from enphase_cloud.mock.devices import gateway_serials, micro_serial
from enphase_cloud.mock.fleet import Home
from enphase_cloud.mock.settings import brief

Array = dict[str, Any]

COLUMNS, ARRAY_MODULES = 6, 12
WIDTH, HEIGHT = 100, 160
ARRAY_IDS, MODULE_IDS = 1_000, 100_000  # of one system


class Layout:
    """The arrays of one system, as answers have them. Moments are epoch seconds; None: nobody has made one yet."""

    def __init__(self, system_id: int) -> None:
        self._system_id = system_id
        self._made = {"array": 0, "module": 0}
        self.angle: int | None = None
        self.arrays: list[Array] = []
        self.created_at: int | None = None
        self.updated_at: int | None = None

    def find(self, array_id: int) -> Array | None:
        """The array with that id."""
        return next((each for each in self.arrays if each["id"] == array_id), None)

    def replace(
        self, angle: int | None, arrays: Sequence[Mapping[str, Any]], home: Home, now: int | None
    ) -> None:
        """Another layout. An array or a module that keeps its id is the same; one without a known id gets a new one."""
        known = {each["id"]: each for each in self.arrays}
        taken: set[int] = set()
        fresh: list[Array] = []
        for each in arrays:
            old = known.get(each.get("id", 0))
            old = None if old is None or old["id"] in taken else old
            fresh.append(self._array(each, old, home, now))
            taken.add(fresh[-1]["id"])
        self.angle, self.arrays = angle, fresh
        self._changed(now)

    def put(self, old: Array, array: Mapping[str, Any], home: Home, now: int) -> Array:
        """Another layout of one array, which keeps its id."""
        fresh = self._array(array, old, home, now)
        self.arrays[self.arrays.index(old)] = fresh
        self._changed(now)
        return fresh

    def delete(self, array: Array, now: int) -> None:
        """Take an array out of the layout."""
        self.arrays.remove(array)
        self._changed(now)

    def placed(self, *, beside: int | None = None) -> set[str]:
        """The microinverters that have a place, but for those of the array `beside`."""
        return {
            module["serial_num"] for each in self.arrays if each["id"] != beside for module in each["modules"]
        }

    def arrange(self, home: Home) -> None:
        """As it is usual: twelve modules to an array, towards the noon."""
        angle = 180 if home.place.latitude >= 0 else 0
        positions = range(0, home.modules, ARRAY_MODULES)
        arrays = [
            {
                "label": f"Array {number}",
                "angle": angle,
                "tilt": "25.0",
                "provisioned_envoy": gateway_serials(home)[0],
                "left": 0,
                "top": (number - 1) * 3 * HEIGHT,
                "modules": [
                    {
                        "left": (position - first) % COLUMNS * WIDTH,
                        "top": (position - first) // COLUMNS * HEIGHT,
                        "angle": 0,
                        "serial_num": micro_serial(home, position),
                    }
                    for position in range(first, min(first + ARRAY_MODULES, home.modules))
                ],
            }
            for number, first in enumerate(positions, start=1)
        ]
        self.replace(None, arrays, home, home.operational_at)

    def _array(self, given: Mapping[str, Any], old: Array | None, home: Home, now: int | None) -> Array:
        modules = given["modules"]
        known = {each["id"] for each in (old or {}).get("modules", ())}
        kept = [each.get("id") if each.get("id") in known else None for each in modules]
        return {
            "id": self._number("array", ARRAY_IDS) if old is None else old["id"],
            "label": given["label"],
            "angle": given["angle"],
            "tilt": given["tilt"],
            "reporting_envoys": [gateway_serials(home)[0]] if modules else [],
            "provisioned_envoy": given["provisioned_envoy"],
            "updated_at": now,
            "left": given["left"],
            "top": given["top"],
            "modules": [
                {
                    "id": number
                    if number is not None and number not in kept[:index]
                    else self._number("module", MODULE_IDS),
                    "left": each["left"],
                    "top": each["top"],
                    "angle": each["angle"],
                    "serial_num": each["serial_num"],
                }
                for index, (each, number) in enumerate(zip(modules, kept, strict=True))
            ],
        }

    def _number(self, what: str, spread: int) -> int:
        self._made[what] += 1
        return self._system_id % 1_000_000 * spread + self._made[what]

    def _changed(self, now: int | None) -> None:
        self.updated_at = now
        if self.created_at is None:
            self.created_at = now


def complaints(arrays: Sequence[Mapping[str, Any]], home: Home, *, placed: set[str]) -> Iterator[str]:
    """A sentence for each thing in arrays that the system does not have. `placed`: microinverters that have a place."""
    serials = {micro_serial(home, position) for position in range(home.modules)}
    seen = set(placed)
    for each in arrays:
        envoy, tilt = each["provisioned_envoy"], each["tilt"]
        if envoy is not None and envoy not in gateway_serials(home):
            yield f"Envoy {brief(envoy)} not found"
        if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?", tilt) or not 0 <= math.ceil(float(tilt)) <= 90:
            yield f"tilt must be degrees from 0 to 90 as text, not {brief(tilt)}"
        for module in each["modules"]:
            serial = module["serial_num"]
            if serial not in serials:
                yield f"Microinverter {brief(serial)} not found"
            elif serial in seen:
                yield f"Microinverter {serial} has more than one place"
            seen.add(serial)
