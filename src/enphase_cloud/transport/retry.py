"""When a call is sent again: one pure decision, and the loop that lives by it (without any I/O of its own)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..errors import limit_of, looks_like_html

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from .runtime import Runtime

RETRIED_STATUSES = frozenset({499, 500, 502, 503, 504, *range(520, 528)})


@dataclass(frozen=True, slots=True)
class Policy:
    """How much patience a call has."""

    attempts: int = 2
    """Sends at the most; each may cost a hit."""
    budget: float = 120.0
    """Seconds for all attempts and the waits between them."""
    base: float = 1.0
    """Seconds within which the first wait lies; each further one may be twice as long."""
    limited_base: float = 30.0
    """The same after a 429 that does not say when: the limit is one of a minute."""
    longest: float = 60.0


class Reply(NamedTuple):
    """An answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Lost(NamedTuple):
    """No answer, or one that broke off."""

    problem: str
    hopeless: bool = False
    """Trying again cannot help: a certificate that is not trusted stays so."""


class Send(NamedTuple):
    """Command: send the request (again), within so many seconds."""

    within: float


class Sleep(NamedTuple):
    """Command: wait so many seconds."""

    seconds: float


Outcome: TypeAlias = Reply | Lost
Command: TypeAlias = Send | Sleep


def decide(
    policy: Policy,
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
    | certificate not trusted | None |
    | 500, 502, 503, 504, 499, 520..527 | `Retry-After`, else backoff |
    | 2xx with a page of HTML in place of data | backoff |
    | 429 of the month | None: it will not pass |
    | 429 with `Retry-After` or `period_end` | the later of them, and up to a second more |
    | 429 that does not say when | backoff of a minute's limit |
    | anything else | None |
    | any wait that would end after the budget | None |

    Backoff is full jitter: chance x min(longest, base x 2^(attempt - 1)). A `period_end` counts for no longer
    than its period lasts, so that a clock that is wrong does not make a minute longer.
    """
    if not repeatable or attempt >= policy.attempts:
        return None
    wait = _wait(policy, outcome, attempt, now, chance)
    return None if wait is None or elapsed + wait >= policy.budget else wait


def _wait(policy: Policy, outcome: Outcome, attempt: int, now: float, chance: float) -> float | None:
    backoff = chance * min(policy.longest, policy.base * 2.0 ** (attempt - 1))
    if isinstance(outcome, Lost):
        return None if outcome.hopeless else backoff
    if outcome.status < 300:
        return backoff if looks_like_html(outcome.body) else None
    if outcome.status != 429 and outcome.status not in RETRIED_STATUSES:
        return None
    limit = limit_of(outcome.headers, outcome.body, now)
    if limit.period == "month":
        return None
    if limit.resets_at is not None and limit.resets_at > now:
        wait = limit.resets_at - now
        if limit.period_start is not None and "retry-after" not in outcome.headers:
            wait = min(wait, limit.resets_at - limit.period_start)
        return wait + chance
    if outcome.status == 429 and limit.resets_at is None:
        return chance * min(policy.longest, policy.limited_base * 2.0 ** (attempt - 1))
    return backoff


def attempts(policy: Policy, runtime: Runtime, *, repeatable: bool) -> Generator[Command, Outcome, int]:
    """The calls of one request: yields commands, is sent the outcome of each Send, returns the number sent."""
    began = runtime.monotonic()
    sent = 0
    while True:
        outcome = yield Send(within=max(1.0, policy.budget - (runtime.monotonic() - began)))
        sent += 1
        wait = decide(
            policy,
            outcome,
            repeatable=repeatable,
            attempt=sent,
            elapsed=runtime.monotonic() - began,
            now=runtime.time(),
            chance=runtime.chance(),
        )
        if wait is None:
            return sent
        yield Sleep(wait)
