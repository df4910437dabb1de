"""Systems: lists of them, and the one that a gateway belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import checks
from ..rows import shown
from .calls import called
from .pages import listed, pages

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from enphase_v4.models import System

    from ..records.base import Notes
    from ..rows import Report
    from ..transport.messages import Answer, Request
    from . import Flow


def systems(operation_id: str, arguments: Mapping[str, Any], report: Report) -> Flow[System, None]:
    """The models of all systems of a list. One whose id cannot be read is a problem, and left out."""
    return pages(operation_id, arguments, listed(operation_id, _known_by_id), report, identity=_id)


def system_of(serial: str) -> Generator[Request, Answer, int]:
    """The id of the system of a gateway. One hit. DecodeError where the answer has none."""
    answer, model, _ = yield from called("retrieveSystemId", serial_num=serial)
    found = _id(model)
    if found is None:
        msg = f"no system id at $.system_id: {shown(model.system_id or None, answer.hide)}"
        raise answer.unreadable(msg)
    return found


def _known_by_id(system: Any, path: str, notes: Notes) -> Any:
    if _id(system) is not None:
        return system
    notes.wrong(f"{path}.system_id", "no system id", system.system_id or None)
    return None


def _id(model: Any) -> int | None:
    return checks.possible_id(getattr(model, "system_id", None))
