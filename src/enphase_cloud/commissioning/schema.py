"""What a file that describes an activation may hold, as JSON Schema: editors check and complete by it."""

from __future__ import annotations

from typing import Any

from .activation import ActivationChanges, NewActivation
from .rules import NET_BILLING

_DIALECT = "http://json-schema.org/draft-07/schema#"

LEFT_OUT = ("address", "application before net billing", "application in the future")
"""The rules that no schema can hold: they need a clock, or have to know where a company is."""


def activation_schema(*, changes: bool = False) -> dict[str, Any]:
    """The JSON Schema (draft 7, which editors know) of a new activation; or of changes of one that is there.

    It knows the values of each field, what sites in California have to say, and what goes with what. It leaves out
    which days there are in a month, and the rules that need a clock, or have to know where your company is: its
    `$comment` names them. `create_activation` checks all of them.
    """
    kind = ActivationChanges if changes else NewActivation
    return {
        "$schema": _DIALECT,
        "$comment": f"Left out, and checked before anything is sent: {', '.join(LEFT_OUT)}; days of months.",
        "title": "Changes of an Enphase activation" if changes else "A new Enphase activation",
        **kind.schema(),
        "allOf": [*_ALWAYS, *([] if changes else _OF_NEW_ONES)],
    }


def _given(*names: str) -> dict[str, Any]:
    return {"required": list(names)}


def _is(name: str, value: object) -> dict[str, Any]:
    return {"properties": {name: {"const": value}}, **_given(name)}


def _when(*conditions: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"allOf": list(conditions)}, "then": then}


def _no(what: dict[str, Any]) -> dict[str, Any]:
    return {"not": what}


def _placed(**codes: str) -> dict[str, Any]:
    """An address with these codes, in letters of any size."""
    patterns = {
        name: {"pattern": f"^{''.join(f'[{each.upper()}{each.lower()}]' for each in code)}$"}
        for name, code in codes.items()
    }
    return {"properties": {"address": {"properties": patterns, **_given(*codes)}}, **_given("address")}


_CALIFORNIA = _placed(country="US", state="CA")
_BATTERIES = {
    "anyOf": [
        {"properties": {"encharge": {"minItems": 1}}, **_given("encharge")},
        {"properties": {"expected_encharge_count": {"minimum": 1}}, **_given("expected_encharge_count")},
    ]
}
_TYPE = _given("grid_connection_type")
_MODE = _given("battery_grid_mode")
_STORAGE = "third_party_storage_device_installed"
_MANUFACTURER = _given("third_party_storage_device_manufacturer")

_ALWAYS: list[dict[str, Any]] = [
    _when(
        _placed(country="US"),
        then={
            "properties": {
                "address": {"properties": {"state": {"type": "string", "pattern": "^[A-Za-z]{2}$"}}}
            }
        },
    ),
    _when(_given("address"), _no(_CALIFORNIA), then=_no(_TYPE)),
    _when(_TYPE, _no(_is("grid_connection_type", NET_BILLING)), then=_no(_MODE)),
    _when(_is(_STORAGE, True), then=_MANUFACTURER),
    _when(_is(_STORAGE, False), then=_no(_MANUFACTURER)),
]
_OF_NEW_ONES: list[dict[str, Any]] = [
    _when(_CALIFORNIA, then=_TYPE),
    _when(_MODE, then={"allOf": [_TYPE, _BATTERIES]}),
    _when(_CALIFORNIA, _BATTERIES, _is("grid_connection_type", NET_BILLING), then=_MODE),
    _when(_CALIFORNIA, _no(_BATTERIES), then=_given(_STORAGE)),
]
