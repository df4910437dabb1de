"""Lists that come in pages: all of it, each item once, with the fewest calls."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from enphase_v4.catalog import OPERATIONS
from enphase_v4.types import Model

from ..transport.messages import Request

if TYPE_CHECKING:
    from . import Flow

_log = logging.getLogger("enphase_cloud")


def pages(operation_id: str, identity: str | None, **arguments: Any) -> Flow[Any, None]:
    """The items of all pages, as models, in the order they come; `identity` is what tells them apart.

    Asks for the largest page. Ends with the page that completes the total; where no total is said, with a
    page that is not full; and always with a page that brings nothing new, so that a list that changes
    meanwhile, or a service that repeats itself, neither doubles an item nor goes on for ever.
    """
    paging = OPERATIONS[operation_id].paging
    if paging is None or paging.style not in ("page", "offset"):
        msg = f"{operation_id} does not come in pages that are asked for by number"
        raise TypeError(msg)
    seen: set[Any] = set()
    received = 0
    page = 1
    while True:
        position = page if paging.style == "page" else received
        place = {paging.parameter: position, paging.size: paging.max_size}
        answer = yield Request(operation_id, {**arguments, **place})
        model = answer.parsed()
        items = _at(model, paging.items)
        if not isinstance(items, list):
            msg = f"no list at $.{paging.items}".rstrip(".")
            raise answer.unreadable(msg)
        fresh = []
        known = len(seen)
        for item in items:
            key = getattr(item, identity, None) if identity else None
            if not isinstance(item, Model):
                _log.warning("%s: an item that is not an object was left out", answer.path)
            elif not isinstance(key, int | str):
                fresh.append(item)
            elif key not in seen:
                seen.add(key)
                fresh.append(item)
        received += len(items)
        page += 1
        if fresh:
            yield fresh
        total = _at(model, paging.total) if paging.total else None
        complete = received >= total if isinstance(total, int) else len(items) < paging.max_size
        if complete or not items or (identity and len(seen) == known):
            if items and not complete:
                _log.warning("%s: the list ended after %d of %s items", answer.path, received, total)
            return


def _at(model: Any, path: str) -> Any:
    return model.get_path(path) if path and isinstance(model, Model) else model
