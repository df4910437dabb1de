"""The summary of a date, and not that of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records.site import Summary
from .calls import called

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date

    from ..transport.messages import Answer, Request


def summary_of(day: date, system_id: int) -> Generator[Request, Answer, Summary]:
    """One hit. ServerError where the service, which may not know the parameter, says that it is of another date."""
    came = yield from called("getSystemSummary", system_id=system_id, summary_date=day.isoformat())
    found = Summary.read_from(came.model, "$", came.notes)
    if found.summary_date not in (None, day):
        raise came.answer.contradictory(
            f"the summary of {day} was asked for, and that of {found.summary_date} came",
            "The service does not give summaries of other dates here: leave the date out, or read the day from "
            "lifetime().",
        )
    return found
