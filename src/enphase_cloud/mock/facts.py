"""What the catalog says of an operation that the mock cannot do without."""

from __future__ import annotations

from enphase_v4.catalog import OPERATIONS, Paging, Window


def paging_of(operation: str) -> Paging:
    """How the operation hands out a long list. Raises LookupError where the catalog does not say."""
    facts = OPERATIONS[operation].paging
    if facts is None:
        raise LookupError(f"the catalog has no paging for {operation}")
    return facts


def window_of(operation: str) -> Window:
    """How the operation takes a range of time. Raises LookupError where the catalog does not say."""
    facts = OPERATIONS[operation].window
    if facts is None:
        raise LookupError(f"the catalog has no window for {operation}")
    return facts
