"""When a call is sent again: one pure decision, without any I/O."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..errors import ConfigurationError, ConnectionFailed, DecodeError, limit_of
from .body import Judgement, judge

if TYPE_CHECKING:
    from collections.abc import Mapping

LASTING_STATUSES = frozenset({501, 505})
"""Server errors that do not pass: not implemented, and a version of HTTP that is not spoken."""
RETRIED_STATUSES = frozenset({499, *range(500, 600)}) - LASTING_STATUSES
BODILESS_STATUSES = frozenset({204, 205})
MOST_ATTEMPTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How much patience a call has. Each attempt may cost a hit.

    ```python
    Retry(attempts=1)  # never twice, whatever happens
    Retry(settings=True)  # a PUT of settings is sent again, too: setting the same twice does no harm
    ```

    Attributes:
        attempts: Sends at the most, 1 to 100.
        budget: Seconds for all attempts and the waits between them.
        settings: Whether a PUT of settings is sent again.
        base: Seconds within which the first wait lies; each further one may be twice as long.
        limited_base: The same after a 429 that does not say when: the limit is one of a minute.
        longest: Seconds that no wait of those two kinds exceeds.
    """

    attempts: int = 2
    budget: float = 120.0
    settings: bool = False
    base: float = 1.0
    limited_base: float = 30.0
    longest: float = 60.0

    def __post_init__(self) -> None:
        attempts: Any = self.attempts
        if isinstance(attempts, bool) or not isinstance(attempts, int) or not 1 <= attempts <= MOST_ATTEMPTS:
            msg = f"Retry(attempts=) has to be a whole number from 1 to {MOST_ATTEMPTS}, not {attempts!r}."
            raise ConfigurationError(msg)
        if not isinstance(self.settings, bool):
            msg = f"Retry(settings=) has to be True or False, not {self.settings!r}."
            raise ConfigurationError(msg)
        for name in ("budget", "base", "limited_base", "longest"):
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value < math.inf or (name == "budget" and value == 0):
                least = "above 0" if name == "budget" else "0 or more"
                msg = f"Retry({name}=) has to be a number of seconds, {least}, not {value!r}."
                raise ConfigurationError(msg)


class Reply(NamedTuple):
    """An answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Names in small letters, or a mapping that does not care."""
    body: bytes
    """Whole, and decompressed; empty of a stream."""
    judgement: Judgement | None = None
    """What the body is, where somebody has looked already."""


class Lost(NamedTuple):
    """No answer, or one that broke off or cannot be read."""

    problem: str
    hopeless: bool = False
    """Trying again cannot help: a certificate that is not trusted stays so, an answer that is too large, too."""
    kind: type[ConnectionFailed | DecodeError] = ConnectionFailed
    """The error that it is: a DecodeError where an answer came, and cannot be read."""


Outcome: TypeAlias = Reply | Lost


def repeatable(retry: Retry, word: str, method: str) -> bool:
    """Whether an operation may be sent twice. `word` is the catalog's (`idempotent`, `never`; empty if unknown).

    | word | method | may be |
    |---|---|---|
    | idempotent | GET | yes |
    | idempotent | PUT | where it is asked for: `Retry(settings=True)` |
    | idempotent | POST, DELETE and others | no |
    | anything else | any | no |
    """
    if word != "idempotent":
        return False
    return method == "GET" or (method == "PUT" and retry.settings)


def decide(
    retry: Retry,
    outcome: Outcome,
    *,
    repeatable: bool,
    attempt: int,
    elapsed: float,
    now: float,
    chance: float,
) -> float | None:
    """Seconds to wait before the call is sent again, or None: this outcome is the answer.

    `attempt` counts from 1, `elapsed` is seconds since the first send, `now` epoch seconds, `chance` from [0,
    1).

    | outcome | wait |
    |---|---|
    | operation that must not be repeated (charged, or moves something) | None |
    | last attempt of the policy | None |
    | connection refused, lost or too slow; answer broken off | backoff |
    | certificate not trusted, answer over a limit of size | None |
    | 499, 5xx | `Retry-After`, else backoff |
    | 501, 505 | None: it will not pass |
    | 2xx with a page, with JSON that is cut, or with nothing, in place of data | backoff |
    | 2xx nested too deeply | None |
    | 204, 205 | None: nothing is all there is to say |
    | 429 of the month | None: it will not pass |
    | 429 with `Retry-After` or `period_end` | the later of them, and up to a second more |
    | 429 that does not say when | backoff of a minute's limit |
    | anything else | None |
    | any wait that would end after the budget | None |

    Backoff is full jitter: chance x min(longest, base x 2^(attempt - 1)).
    """
    if not repeatable or attempt >= retry.attempts:
        return None
    wait = _wait(retry, outcome, attempt, now, chance)
    return None if wait is None or elapsed + wait >= retry.budget else wait


def _wait(retry: Retry, outcome: Outcome, attempt: int, now: float, chance: float) -> float | None:
    backoff = chance * min(retry.longest, retry.base * 2.0 ** (attempt - 1))
    if isinstance(outcome, Lost):
        return None if outcome.hopeless else backoff
    if 200 <= outcome.status < 300:
        if outcome.status in BODILESS_STATUSES:
            return None
        judgement = outcome.judgement or judge(outcome.body)
        return None if judgement in (Judgement.DATA, Judgement.DEEP) else backoff
    if outcome.status != 429 and outcome.status not in RETRIED_STATUSES:
        return None
    limit = limit_of(outcome.headers, outcome.body, now)
    if limit.period == "month":
        return None
    if limit.resets_at is not None and limit.resets_at > now:
        return limit.resets_at - now + chance
    if outcome.status == 429 and limit.resets_at is None:
        return chance * min(retry.longest, retry.limited_base * 2.0 ** (attempt - 1))
    return backoff
