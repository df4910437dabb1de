"""What systems are searched by, checked before a hit is spent. InvalidRequest says what cannot be a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from enphase_v4.models import SearchSystemsRequest, SystemFilter, SystemSort, SystemStatus

from . import checks
from .errors import InvalidRequest
from .rows import shown

if TYPE_CHECKING:
    from collections.abc import Mapping


def sorting(sort_by: object) -> SystemSort:
    """The order of a list of systems: by id, from either end."""
    return SystemSort(checks.choice(sort_by, SystemSort, "sort_by"))


def search(filters: Mapping[str, object], sort_by: object) -> SearchSystemsRequest:
    """The body of a search. What is None is no filter.

    A status may be any word, as the service has new ones at any time.
    """
    found = {
        name: _FILTERS.get(name, checks.words)(value, name)
        for name, value in filters.items()
        if value is not None
    }
    return SearchSystemsRequest(system=SystemFilter(**found), sort_by=sorting(sort_by))


def _each(value: object, name: str, check: Callable[[object], Any]) -> list[Any]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        msg = f"{name} has to be a list, not {shown(value)}; a list of one for one."
        raise InvalidRequest(msg)
    found = [check(each) for each in value]
    if not found:
        msg = f"{name} is empty: no system would fit. Leave it out for all."
        raise InvalidRequest(msg)
    return found


def _ids(value: object, name: str) -> list[int]:
    return _each(value, name, checks.system_id)


def _statuses(value: object, name: str) -> list[SystemStatus]:
    return _each(value, name, lambda each: SystemStatus(checks.words(each, "a status")))


_FILTERS: dict[str, Callable[[object, str], Any]] = {"ids": _ids, "statuses": _statuses}
