"""What comes with a request: a dictionary, as the value of the one key of a form or as plain JSON.

By the vendor's document most bodies are forms; a client of the community sends plain JSON. The setting
`commissioning_bodies` says which of them are taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from enphase_v4.catalog import OPERATIONS

from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service
from enphase_cloud.mock.shapes import problems, pruned

INVALID = 11  # the number that the service has for parameters that it does not take
MISSING = {
    "system": "System parameter missing in body",
    "user": "User param are missing at body location",
    "production_mode": "Production mode parameter missing in body",
    "estimate": "Estimate parameter missing in body",
}
"""By the key of the form."""
NUMBERED = ("system", "estimate")
NO_OBJECT = "The body must be a JSON object"
MAX_FIELDS = 100


def refused(told: Iterable[str], *, numbered: bool = False) -> RefusedError:
    """422, with a sentence for each thing that is wrong."""
    return RefusedError(422, list(told), fields={"errorCode": INVALID} if numbered else None)


def dictionary(service: Service, asked: Asked, operation_id: str) -> dict[str, Any]:
    """The dictionary that comes with a call of the operation, without fields that nobody knows.

    Raises RefusedError (422) where it is missing, or has another shape than the document says.
    """
    key = OPERATIONS[operation_id].form
    found = _object(asked.body) if not key else _dictionary(asked, key, service.settings.commissioning_bodies)
    if found is None:
        raise refused([MISSING.get(key, NO_OBJECT)], numbered=key in NUMBERED)
    return found


def shaped(service: Service, operation_id: str, found: dict[str, Any]) -> dict[str, Any]:
    """A dictionary that has the shape which the document gives it. Raises RefusedError (422) for any other."""
    schema = service.document.operations[operation_id].request
    told = list(problems(service.document, schema, found))
    if told:
        raise refused(told, numbered=OPERATIONS[operation_id].form in NUMBERED)
    known: dict[str, Any] = pruned(service.document, schema, found)
    return known


def body_of(service: Service, asked: Asked, operation_id: str) -> dict[str, Any]:
    """Both in one: the dictionary, in the shape that the document gives it. Raises RefusedError (422)."""
    return shaped(service, operation_id, dictionary(service, asked, operation_id))


def _dictionary(asked: Asked, key: str, taken: str) -> dict[str, Any] | None:
    """None where it is missing, or came in a way that is not taken."""
    plain = asked.body.lstrip().startswith(b"{")
    if plain:
        return _object(asked.body) if taken != "form" else None
    if taken == "json":
        return None
    try:
        form = parse_qs(asked.body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return None
    return _object(form[key][0].encode()) if key in form else None


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
