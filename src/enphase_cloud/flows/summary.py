"""The summary of a date, and not that of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ServerError
from ..records.site import Summary
from ..transport.messages import Request
from .calls import object_of

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date

    from ..transport.messages import Answer


def summary_of(day: date, system_id: int) -> Generator[Request, Answer, Summary]:
    """One hit. ServerError where the service, which may not know the parameter, says that it is of another date."""
    asked = {"system_id": system_id, "summary_date": day.isoformat()}
    answer = yield Request("getSystemSummary", asked)
    found = Summary.of(object_of(answer), "$", f"{answer.method} {answer.path}", answer.hide)
    if found.summary_date not in (None, day):
        problem = f"the summary of {day} was asked for, and that of {found.summary_date} came"
        raise ServerError(
            f"{answer.method} {answer.path}: {problem}. The service does not give summaries of other dates here: "
            "leave the date out, or read the day from lifetime().",
            status=answer.status,
            method=answer.method,
            path=answer.path,
            problem=problem,
            hits=answer.hits,
        )
    return found
