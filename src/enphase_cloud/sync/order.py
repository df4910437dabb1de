"""What somebody wants of a sync, read from the arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .. import _time, checks
from ..errors import InvalidRequest
from ..rows import LARGEST, shown
from .tracks import Choice, choice_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._time import When
    from .plan import Site


class Order(NamedTuple):
    """What somebody wants of a sync."""

    systems: tuple[int, ...] | None
    """None: all that the token may see."""
    choice: Choice
    since: Callable[[Site], int] | None
    """Before what moment nothing of a site is asked for."""
    max_hits: int | None
    reserve: int
    refresh: bool


def order_of(
    systems: Iterable[int | str] | int | str | None,
    since: When | None,
    series: Iterable[str] | str | None,
    *,
    max_hits: int | None,
    reserve: int,
    refresh: bool,
    now: int,
) -> Order:
    """Check what was asked for. InvalidRequest for what cannot be."""
    earliest = None
    if since is not None:
        moment = _time.moment(since, "since")
        if moment.earliest > now:
            msg = f"since {moment.text} lies in the future: there is nothing to ask for yet."
            raise InvalidRequest(msg)

        def earliest(site: Site) -> int:
            return moment.epoch(site.zone)

    return Order(
        _ids(systems),
        choice_of(series),
        earliest,
        None if max_hits is None else checks.between(max_hits, 0, LARGEST, "max_hits"),
        checks.between(reserve, 0, LARGEST, "reserve"),
        checks.boolean(refresh, "refresh"),
    )


def _ids(systems: Iterable[int | str] | int | str | None) -> tuple[int, ...] | None:
    if systems is None:
        return None
    if isinstance(systems, int | str):
        systems = [systems]
    if not isinstance(systems, Iterable):
        msg = f"systems has to be the id of a system, or a list of such, not {shown(systems)}."
        raise InvalidRequest(msg)
    found = tuple(dict.fromkeys(map(checks.system_id, systems)))
    if not found:
        msg = "systems is empty: leave it out for all."
        raise InvalidRequest(msg)
    return found
