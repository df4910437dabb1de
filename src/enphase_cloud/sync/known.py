"""What the archive knows of systems and their devices, and what of it is to be asked for again."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from enphase_v4.catalog import OPERATIONS

from .. import _time
from ..archive.answers import canonical
from ..archive.coverage import Key
from ..archive.settling import OBJECTS_DUE, SETTLING
from ..archive.shelf import Reopen, object_key
from ..errors import EnphaseError
from ..flows.devices import devices
from ..rows import number
from .plan import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..archive.shelf import Shelf
    from ..archive.store import Store
    from ..records.site import Device

LOOK_AGAIN = OBJECTS_DUE - 3600
"""Seconds after which a sync looks for new systems and devices: one that runs each day does so each day, also where it
starts some minutes earlier than the day before."""

_LIST = OPERATIONS["listSystems"]


class Known(NamedTuple):
    """What is known of a system."""

    site: Site
    fetched: int
    """When the service was asked for it, epoch seconds."""
    reported: bool
    """Whether it has ever reported."""


class Register:
    """What a store has of systems and devices. No call is made."""

    def __init__(self, shelf: Shelf, now: int, *, refresh: bool) -> None:
        assert shelf.store is not None  # noqa: S101 - who has no archive does not sync
        self._shelf = shelf
        self._store: Store = shelf.store
        self._since = now - (1 if refresh else LOOK_AGAIN)
        self._refresh = refresh
        self._now = now
        self._told = self._store.told()

    def reread(self) -> None:
        """Look again, as answers have come."""
        self._told = self._store.told()

    def listed(self) -> tuple[list[int], bool]:
        """The systems of the newest list, by their ids, and whether it is due again."""
        newest = self._store.newest(LIST_KEY)
        if newest is None:
            return [], True
        ids = [each for each, (fetched, _) in self._told.items() if fetched >= newest.fetched]
        lost = not ids and bool(self._told)  # there were some, and then none: it is not left at that
        return sorted(ids), lost or newest.fetched <= self._since

    def ever(self) -> int:
        """How many systems the service has told of, ever."""
        return len(self._told)

    def system(self, system_id: int) -> Known | None:
        """What is known of a system."""
        fetched, document = self._told.get(system_id, (0, None))
        if document is None:
            return None
        zone = document.get("timezone")
        found = _time.find_zone(zone) if isinstance(zone, str) and zone else None
        report, operational = (
            _epoch(document.get(name), self._now) for name in ("last_report_at", "operational_at")
        )
        never = "last_report_at" in document and document["last_report_at"] is None
        site = Site(found or UTC, fetched, report, operational, never=never and operational is None)
        return Known(site, fetched, not never)

    def due(self, system_id: int) -> bool:
        """Whether the service is to be asked for a system itself."""
        return self._told.get(system_id, (0, None))[0] <= self._since

    def devices(self, system_id: int) -> tuple[Sequence[Device], bool]:
        """The devices of a system, as far as they are known, and whether they are due.

        Those of a system that reports nothing stay what they were.
        """
        known = self.system(system_id)
        if known is not None and not known.reported:
            return (), False
        key = object_key("listSystemDevices", system_id, {})
        newest = self._store.newest(key)
        answer = None if newest is None else self._shelf.reopen(Reopen(key, newest.held))
        if newest is None or answer is None:
            return (), True
        flow = devices(system_id)
        next(flow)
        try:
            flow.send(answer)
        except StopIteration as end:
            found: Sequence[Device] = end.value
            silent = None if known is None else known.site.silent_since
            still = silent is not None and newest.fetched > silent + SETTLING and not self._refresh
            return found, newest.fetched <= self._since and not still
        except EnphaseError:  # it was paid for, and nobody can read it
            pass
        return (), newest.fetched <= self._since


LIST_KEY = Key(
    "listSystems",
    0,
    canonical({"page": 1, "size": _LIST.paging.max_size if _LIST.paging else 0, "sort_by": "id"}),
)
"""What the first page of the list of systems is kept under."""


def _epoch(value: Any, now: int) -> int | None:
    epoch = number(value)
    return int(epoch) if epoch is not None and 0 < epoch <= now else None
