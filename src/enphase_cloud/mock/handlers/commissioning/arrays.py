"""How the modules of a system are laid out."""

from __future__ import annotations

from typing import Any

from enphase_cloud.mock.activations import Activation
from enphase_cloud.mock.arrays import Array, complaints
from enphase_cloud.mock.devices import inventory
from enphase_cloud.mock.handlers.commissioning.access import system_of
from enphase_cloud.mock.handlers.commissioning.bodies import body_of, refused
from enphase_cloud.mock.history import History
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service, as_id

NO_ARRAY = "Array not found"


def arrays(service: Service, asked: Asked) -> dict[str, Any]:
    """The whole layout, and what has no place in it."""
    activation, history = system_of(service, asked)
    return _told(service, activation, history)


def update_arrays(service: Service, asked: Asked) -> dict[str, Any]:
    """Another layout in place of the old one."""
    activation, history = system_of(service, asked, changes=True)
    body = body_of(service, asked, "updateSystemArrays")
    told = list(complaints(body["arrays"], history.home, placed=set()))
    if told:
        raise refused(told)
    activation.layout.replace(body["angle"], body["arrays"], history.home, service.now)
    return _told(service, activation, history)


def array(service: Service, asked: Asked) -> Array:
    """One array."""
    activation, _ = system_of(service, asked)
    return _array(activation, asked)


def update_array(service: Service, asked: Asked) -> Array:
    """Another layout of one array."""
    activation, history = system_of(service, asked, changes=True)
    found = _array(activation, asked)
    body = body_of(service, asked, "updateSystemArray")
    told = list(complaints([body], history.home, placed=activation.layout.placed(beside=found["id"])))
    if told:
        raise refused(told)
    return activation.layout.put(found, body, history.home, service.now)


def delete_array(service: Service, asked: Asked) -> dict[str, str]:
    """Take an array out of the layout. Its microinverters have no place then."""
    activation, _ = system_of(service, asked, changes=True)
    activation.layout.delete(_array(activation, asked), service.now)
    return {"message": "Array deleted successfully"}


def _array(activation: Activation, asked: Asked) -> Array:
    """The array that the path names. Raises RefusedError (422), which is what the document has for it."""
    found = activation.layout.find(as_id(asked.path["array_id"]))
    if found is None:
        raise RefusedError(422, NO_ARRAY)
    return found


def _told(service: Service, activation: Activation, history: History) -> dict[str, Any]:
    layout, home = activation.layout, history.home
    placed = layout.placed()
    micros = inventory(home, history.last_report_at(service.now)).get("micros", [])
    loose = [each for each in micros if each["serial_number"] not in placed]
    return {
        "system_id": home.system_id,
        "created_at": layout.created_at,
        "updated_at": layout.updated_at,
        "angle": layout.angle,
        "arrays": layout.arrays,
        "inventory": [each["serial_number"] for each in loose],
        "inventory_details": [
            {"type": each["model"], "count": 1, "serialNum": each["serial_number"]} for each in loose
        ],
        "layers": [],
    }
