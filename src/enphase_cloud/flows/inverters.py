"""The microinverters of a site, or of a gateway. They come under their gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from enphase_v4.types import UNSET

from ..records.base import Notes, read_whole
from ..records.site import Inverter
from .pages import Page, pages, read_object

if TYPE_CHECKING:
    from collections.abc import Hashable

    from enphase_v4.types import Model

    from ..rows import Report
    from . import Flow


def inverters(report: Report, **asked: int | str) -> Flow[Inverter, None]:
    """All of them, each once; a gateway may be spread over pages.

    No answer says how many there are, and the document not whether a page counts microinverters or gateways. So
    the page that is full, or may have been cut short (`pages.py`), by neither count is the last: the fewest calls
    that are right by both.
    """
    return pages("getInvertersSummary", asked, _page, report, identity=_identity)


def _page(groups: Any, notes: Notes) -> Page | None:
    if not isinstance(groups, list):
        return None
    read = [read_object(_of_gateway, group, f"$[{index}]", notes) for index, group in enumerate(groups)]
    found = [inverter for members in read for inverter in members or ()]
    return Page(found, (len(found), len(groups)))


def _of_gateway(group: Any, path: str, notes: Notes) -> list[Inverter | None]:
    strength = None
    if group.signal_strength not in (UNSET, None):
        strength = read_whole(group.signal_strength, f"{path}.signal_strength", notes)

    def read(model: Model, path: str, notes: Notes) -> Inverter:
        return attrs.evolve(Inverter.read_from(model, path, notes), signal_strength=strength)

    path = f"{path}.micro_inverters"
    members = group.micro_inverters
    if not isinstance(members, list):
        notes.wrong(path, "no list", members or None)
        return []
    return [read_object(read, member, f"{path}[{index}]", notes) for index, member in enumerate(members)]


def _identity(inverter: Inverter) -> Hashable:
    return inverter.serial_number or inverter.id or inverter
