"""Activations: lists of them, and a new one that is created once, whatever becomes of the answer.

There is no idempotency key, and each activation that is created costs two dollars. What tells one from another is the
reference that the caller's company gives it:

| before it is created | |
|---|---|
| none is there with the reference | it is created |
| one is | DuplicateActivation, which has it; nothing was created |
| the list cannot be read to its end, and none is in what can be | DecodeError; nothing was created |
| nobody wants to know | it is created |

| what came of creating it | |
|---|---|
| a success, with an id in it | that is it |
| a refusal (4xx, but not those that gateways give): nothing was created | raised |
| not sent at all | raised |
| no answer, a broken one, a success without an id, 5xx: it may have been created | it is looked for by its reference |

| what was found then | |
|---|---|
| one with the reference, and none was there before | it is read by its id, and is what was created |
| one with the reference, and nobody has looked before | the error is raised, and says so: it may be an older one |
| none | the error is raised, and says so: trying again looks first |
| looking failed too | the error is raised, and says that nobody knows: trying again looks first |

Nothing is sent twice by itself.
"""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import (
    ConnectionFailed,
    DecodeError,
    DuplicateActivation,
    EnphaseError,
    LiveStreamError,
    ServerError,
)
from ..records.base import Notes
from ..records.commissioning import Activation, ListedActivation
from ..rows import LARGEST, Report
from ..transport.messages import Request
from .calls import Called, called, one
from .pages import listed, paging_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from . import Flow

E = TypeVar("E", bound=EnphaseError)

_LIST = "listActivations"
_CREATE = "createActivation"
_HIDES = re.compile(r"\$\.(next|systems(\[\d+\](\.reference)?)?)")
"""Where a list is not whole: an activation may be missing in it, or its reference."""
_PATIENCE = 2
"""Pages in a row that may bring nothing new."""
_UNCERTAIN = (ConnectionFailed, DecodeError, LiveStreamError, ServerError)
"""What leaves open whether it was done: no answer, none that can be read, and a service that failed half-way."""


def activations(filters: Mapping[str, Any], report: Report) -> Flow[ListedActivation, None]:
    """The activations that fit, each once, as they come: as many in a call as there may be.

    The list goes on where an answer says with which token, a few times also where it has brought nothing new. A token
    that was given before, or that is none, ends it, and is a problem.
    """
    paging = paging_of(_LIST)
    read_page = listed(_LIST, ListedActivation.read_from)
    token: str | None = None
    tokens: set[str] = set()
    known: set[int] = set()
    stale = 0
    while True:
        asked = {} if token is None else {paging.parameter: token}
        answer = yield Request(_LIST, {**filters, paging.size: paging.max_size, **asked})
        model, notes = answer.parsed(), Notes(f"{answer.method} {answer.path}", answer.hide)
        page = read_page(model, notes)
        if page is None:
            msg = f"no list at $.{paging.items}"
            raise answer.unreadable(msg)
        fresh = []
        for item in page.items:
            if item is not None and item.system_id not in known:
                fresh.append(item)
                if item.system_id is not None:
                    known.add(item.system_id)
        report.problems += notes.found
        if fresh:
            yield fresh
        stale = 0 if fresh else stale + 1
        following = model.get_path(paging.token) or None
        if following is None:
            return
        token = _token(following)
        if token is None or token in tokens or stale == _PATIENCE:
            notes.add(f"$.{paging.token}", "the list ended before its end: the token leads to nothing new")
            report.problems.append(notes.found[-1])
            return
        tokens.add(token)


def _token(told: Any) -> str | None:
    """What the next page is asked for by: text, or a number as its digits; None for anything else."""
    digits = isinstance(told, int) and not isinstance(told, bool) and abs(told) <= LARGEST
    return str(told) if isinstance(told, str) or digits else None


def create(
    body: Any, reference: str | None, report: Report, *, look_first: bool
) -> Generator[Any, Any, Activation]:
    """Create an activation, once. See the module for what comes of what. An error says what all of it took."""
    try:
        return (yield from _create(body, reference, report, look_first=look_first))
    except EnphaseError as error:
        error.hits = report.hits
        raise


def _create(
    body: Any, reference: str | None, report: Report, *, look_first: bool
) -> Generator[Any, Any, Activation]:
    if look_first and reference is not None:
        found = yield from find(reference, report)
        if found is not None:
            raise _duplicate(found, reference)
    try:
        answer = yield from called(_CREATE, body=body)
        return _created(answer)
    except _UNCERTAIN as error:
        if error.hits == 0:
            raise  # nothing was sent
        if reference is None:
            raise _retold(
                error,
                "It is not known whether the activation was created, and without a reference it cannot be looked for: "
                "look through activations() before you create it again.",
            ) from error
        lost = error
    return (yield from _looked_again(lost, reference, report, looked_before=look_first))


def find(reference: str, report: Report) -> Generator[Any, Any, ListedActivation | None]:
    """The activation that the caller's company knows by this. One hit, where the service heeds the filter.

    A service that ignores it lists everything: each is compared, as the service compares, whatever the letters' size.
    DecodeError where it is not found, and the list is not whole, or a reference in it cannot be read.
    """
    seen = Report()
    flow = activations({"reference": reference}, seen)
    outcome: Any = None
    wanted = reference.casefold()
    while True:
        try:
            step = flow.send(outcome) if outcome is not None else next(flow)
        except StopIteration:
            break
        if isinstance(step, list):
            for each in step:
                if each.reference is not None and each.reference.casefold() == wanted:
                    flow.close()
                    return each
            outcome = None
        else:
            outcome = yield step
    hiding = [problem.path for problem in seen.problems if _HIDES.fullmatch(problem.path)]
    if hiding:
        msg = (
            f"the list of activations cannot be read where it says {', '.join(hiding[:3])}, so it is not known whether "
            f"there is one with {reference}. {DecodeError.advice}"
        )
        raise DecodeError(msg, hits=report.hits)
    return None


def _created(answer: Called) -> Activation:
    made = Activation.read_from(answer.model, "$", answer.notes)
    if made.system_id is None:
        msg = "no id at $.system_id"
        raise answer.answer.unreadable(msg)
    return made


def _looked_again(
    lost: EnphaseError, reference: str, report: Report, *, looked_before: bool
) -> Generator[Any, Any, Activation]:
    try:
        found = yield from find(reference, report)
    except EnphaseError as error:
        raise _retold(
            lost,
            f"It is not known whether the activation {reference} was created: looking for it failed, too ({error}). "
            "Creating it again looks first.",
        ) from error
    if found is None or found.system_id is None:
        raise _retold(
            lost,
            f"No activation {reference} is there, so none was created, as far as can be seen. Creating it again looks "
            "first.",
        ) from lost
    if not looked_before:
        raise _retold(
            lost,
            f"There is an activation {reference}, with the id {found.system_id}. Whether it was created now, or was "
            "there before, is not known, as it was not looked for first: compare it with what you have.",
        ) from lost
    try:
        return (yield from one(Activation, "getActivation", activation_id=found.system_id))
    except EnphaseError as error:
        told = _retold(
            lost, f"The activation {reference} was created all the same, with the id {found.system_id}."
        )
        told.partial = found
        raise told from error


def _duplicate(found: ListedActivation, reference: str) -> DuplicateActivation:
    msg = (
        f"there is an activation {reference} already, with the id {found.system_id}: nothing was created. Change that "
        "one, or give the new one another reference."
    )
    return DuplicateActivation(msg, activation=found)


def _retold(error: E, more: str) -> E:
    """The same error, that also says what it means for the activation."""
    told = copy(error)
    told.args = (f"{error} {more}",)
    return told
