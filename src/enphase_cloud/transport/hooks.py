"""What can be watched while a client works."""

from __future__ import annotations

import itertools
import logging
from typing import NamedTuple

next_number = itertools.count(1).__next__
"""Numbers calls. One step of one C function: two threads never get the same."""

_log = logging.getLogger("enphase_cloud.transport")


class Call(NamedTuple):
    """One send of a request, before or after it.

    `call_id` is the same for all attempts of one call, and unique in this process.
    """

    call_id: int
    operation: str
    """Its name in the document, such as `getSystemSummary`; `token` for the token endpoint; empty if unknown."""
    method: str
    path: str
    """Without the query."""
    attempt: int
    """From 1."""
    system_id: str | None
    """As the path names it."""


class CallResult(NamedTuple):
    """What came of one send."""

    status: int | None
    """None where there was no answer."""
    problem: str | None
    """Why there was none."""
    seconds: float
    bytes: int
    """Of the body, decompressed; 0 of a stream, whose body is still to come."""
    hits: int
    """What the send took of the quota: 1, or 0 for the token endpoint."""


class Waiting(NamedTuple):
    """Nothing is sent for a while."""

    seconds: float
    reason: str
    """`quota`: the minute is used up, as far as is known; `limited`: the service said so; `retry`: it failed."""
    attempt: int
    """That is waited for."""


class Hooks:
    """Told of every call. Derive from it and override what is of interest; all three do nothing here.

    They are called in the thread that makes the call (the token endpoint of an async client: in a thread of its
    own), and hold it up while they run. What they raise is logged and goes no further: an answer that was paid
    for is not lost to a broken watcher.
    """

    def before_call(self, call: Call) -> None:
        """A request is about to be sent; its hit is booked."""

    def after_call(self, call: Call, result: CallResult) -> None:
        """It was answered, or not."""

    def waiting(self, call: Call, wait: Waiting) -> None:
        """The call is going to wait."""


class Guarded:
    """Hooks whose mistakes stay with them."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def before_call(self, call: Call) -> None:
        try:
            self._hooks.before_call(call)
        except Exception:
            _log.exception("the hook before_call failed")

    def after_call(self, call: Call, result: CallResult) -> None:
        try:
            self._hooks.after_call(call, result)
        except Exception:
            _log.exception("the hook after_call failed")

    def waiting(self, call: Call, wait: Waiting) -> None:
        try:
            self._hooks.waiting(call, wait)
        except Exception:
            _log.exception("the hook waiting failed")
