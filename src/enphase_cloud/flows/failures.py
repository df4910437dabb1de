"""What becomes of a call that fails within a range.

With `on_error="raise"` the error is raised, and the range can be read on from where it failed. With
`on_error="gap"` it is kept in `errors`, and a gap says for which time:

| raised | the gap | the rest of the range |
|---|---|---|
| ServerError, ConnectionFailed, DecodeError, InvalidRequest (422), any other | failed call | is asked for |
| the same, right after another that failed | failed call | is a gap of the same reason, not asked for |
| nothing, but the answer has no list of rows | unreadable | is asked for |
| the same, right after another such answer, or a failure: DecodeError | unreadable | is a gap of the same reason |
| PermissionDenied | not in plan | is a gap of the same reason, not asked for |
| AuthenticationError, NotFound, RateLimited, QuotaExhausted, ConfigurationError | failed call | the same |

The last two lines hold for every call of the range: going on would cost hits, and bring nothing. One answer without a
list of rows is a gap with `on_error="raise"` as well; a second in a row is raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import (
    AuthenticationError,
    ConfigurationError,
    NotFound,
    PermissionDenied,
    RateLimited,
)
from ..rows import GapReason

if TYPE_CHECKING:
    from ..errors import EnphaseError
    from ..rows import Report
    from ..transport.messages import Answer

_HOLDS_FOR_ALL = (AuthenticationError, PermissionDenied, NotFound, RateLimited, ConfigurationError)


class Failures:
    """The failures of one range, as they come."""

    def __init__(self, report: Report, tolerant: bool) -> None:
        self._report = report
        self._tolerant = tolerant
        self._in_a_row = 0
        self._reason = GapReason.FAILED

    def note(self, error: EnphaseError, start: int, end: int) -> bool:
        """Make a gap of an error, from `start` to `end` (epoch seconds); True where the rest is to be given up.

        Then `give_up` notes the rest. Raises the error where errors are not to become gaps.
        """
        if not self._tolerant:
            raise error
        self._in_a_row += 1
        self._reason = GapReason.NOT_IN_PLAN if isinstance(error, PermissionDenied) else GapReason.FAILED
        self._report.errors.append(error)
        self._report.gap(start, end, self._reason)
        return self._in_a_row > 1 or isinstance(error, _HOLDS_FOR_ALL)

    def unreadable(self, answer: Answer, path: str, start: int, end: int) -> bool:
        """Make a gap of an answer without a list of rows, from `start` to `end`; True as `note`.

        Raises a DecodeError for the second in a row, where errors are not to become gaps.
        """
        if self._in_a_row:
            error = answer.unreadable(f"no list at {path}, nor anything in the answer before it")
            if not self._tolerant:
                raise error
            self._report.errors.append(error)
        self._in_a_row += 1
        self._reason = GapReason.UNREADABLE
        self._report.gap(start, end, self._reason)
        return self._in_a_row > 1

    def passed(self) -> None:
        """Note that a call has succeeded."""
        self._in_a_row = 0

    def give_up(self, start: int, end: int) -> None:
        """Note what is not asked for any more, for the reason that the last failure had."""
        self._report.gap(start, end, self._reason)
