"""What becomes of one request: `auth -> quota -> retry`, as a generator that does no I/O of its own.

    who asks (auth) -> is there a hit left (quota) -> send -> is it sent again (retry)

The generator yields commands and is sent what came of them; `http` runs it over a blocking and over an async
wire, so that both kinds of client do the same things in the same order.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from enphase_v4.catalog import OPERATIONS, PLANS

from ..errors import (
    ConfigurationError,
    EnphaseError,
    InvalidRequest,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    limit_of,
)
from .hooks import Call, CallResult, Guarded, Waiting, next_number
from .quota import MARGIN, Ask, Booked, Exhausted
from .retry import Outcome, Reply, decide, repeatable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, MutableMapping

    from enphase_v4.catalog import Operation

    from .auth import Auth, Credentials
    from .ledger import Ledger
    from .options import Options
    from .plan import Plan
    from .quota import Wait
    from .runtime import Runtime

LEDGER_PATIENCE = 10.0
"""Seconds for which another process may keep the ledger to itself."""

_log = logging.getLogger("enphase_cloud.transport")


class Target(Protocol):
    """The request, as far as the pipeline has to know it."""

    method: str
    path: str
    """As it is sent, without the query."""
    operation_id: str
    """Its name in the document; empty for a request that is in no document."""
    headers: MutableMapping[str, str]


class Send(NamedTuple):
    """Command: send the request (again), within so many seconds. Comes back: its Outcome."""

    within: float


class Sleep(NamedTuple):
    """Command: wait so many seconds. Comes back: nothing."""

    seconds: float


class Do(NamedTuple):
    """Command: run this, which may block; not even a cancelled caller stops it half-way. Comes back: its result.

    An EnphaseError comes back as a result, too.
    """

    work: Callable[[], Any]


Command: TypeAlias = Send | Sleep | Do


class Verdict(NamedTuple):
    """What a request came to."""

    outcome: Outcome
    hits: int
    repeatable: bool
    renewed: bool
    """The token was renewed after a 401."""


class Pipeline:
    """The policies that every call of a client goes through."""

    def __init__(self, auth: Auth, ledger: Ledger, plan: Plan, runtime: Runtime) -> None:
        self.auth = auth
        self.ledger = ledger
        self.plan = plan
        self.runtime = runtime
        self._closed = False

    def close(self) -> None:
        """From here on nothing is sent, by calls that wait for their turn neither."""
        self._closed = True
        self.ledger.close()

    def check_open(self) -> None:
        """ConfigurationError after it was closed."""
        if self._closed:
            msg = "this client is closed: build a new one, or keep to the block of its `with`."
            raise ConfigurationError(msg)

    def exchange(self, target: Target, options: Options) -> Generator[Command, Any, Verdict]:
        """Send a request as often as the policies say, and return the last outcome, whatever it is.

        | before a send | |
        |---|---|
        | the path is not one of the operation's | InvalidRequest |
        | the plan does not include the operation | PermissionDenied |
        | no credentials, and none to be had | what `Auth.obtain` raises |
        | the minute is used up | waits; RateLimited where that would take longer than `options.max_wait` |
        | the month is used up | QuotaExhausted; for a repetition the outcome at hand, where that is no 401 |

        | after it | |
        |---|---|
        | 429 | the ledger learns what it says |
        | the first 401, and other credentials are to be had | sent again with those at once, if it may be |
        | anything else | as `retry.decide` says |

        A send that was not answered in the end is an outcome like any other. The EnphaseErrors that are raised here
        are about what was not sent; their `hits` count what was sent before.
        """
        call = _Calls(self, target, options)
        try:
            return (yield from call.run())
        except EnphaseError as error:
            error.hits += call.sent
            raise


class _Calls:
    """The sends of one request."""

    def __init__(self, pipeline: Pipeline, target: Target, options: Options) -> None:
        self._pipeline = pipeline
        self._runtime = pipeline.runtime
        self._target = target
        self._options = options
        self._hooks = Guarded(options.hooks)
        self._operation = OPERATIONS.get(target.operation_id)
        self._system_id = _checked_path(self._operation, target.path)
        self._repeatable = self._operation is not None and repeatable(
            options.retry, self._operation.retry, target.method
        )
        self._number = next_number()
        self._began = self._runtime.monotonic()
        self._paused = 0.0
        self._queued = 0.0
        self.sent = 0

    def run(self) -> Generator[Command, Any, Verdict]:
        self._included()
        renewed = False
        outcome: Outcome | None = None
        while True:
            turn = yield from self._turn()
            if isinstance(turn, Exhausted):
                # after a 401 and a renewal it is the quota that is in the way, and not the token any more
                if outcome is None or (isinstance(outcome, Reply) and outcome.status == 401):
                    raise self._refused(turn)
                return Verdict(outcome, self.sent, self._repeatable, renewed)
            credentials, booked = turn
            credentials.sign(self._target.headers)
            outcome = yield from self._send(booked)
            if isinstance(outcome, Reply) and outcome.status == 401 and not renewed:
                obtain = partial(self._pipeline.auth.obtain, credentials)
                fresh: Credentials = yield from _done(obtain)
                renewed = fresh.access_token != credentials.access_token
                if renewed and self._may_repeat_refused():
                    continue
            wait = decide(
                self._options.retry,
                outcome,
                repeatable=self._repeatable,
                attempt=self.sent,
                elapsed=self._elapsed,
                now=self._runtime.time(),
                chance=self._runtime.chance(),
            )
            if wait is None:
                return Verdict(outcome, self.sent, self._repeatable, renewed)
            limited = isinstance(outcome, Reply) and outcome.status == 429
            self._tell_wait(wait, "limited" if limited else "retry")
            yield Sleep(wait)

    @property
    def _elapsed(self) -> float:
        """Seconds that the service took, and that were waited for it; without those for a turn in the minute."""
        return self._runtime.monotonic() - self._began - self._paused

    def _may_repeat_refused(self) -> bool:
        """Whether a call that was refused for its token is sent again: nothing happened, but it may cost a hit."""
        operation = self._operation
        return (
            operation is not None
            and operation.retry != "never"
            and self._target.method in ("GET", "PUT")
            and self.sent < self._options.retry.attempts
        )

    def _included(self) -> None:
        operation, plan = self._operation, self._pipeline.plan
        if operation is None or plan.access is None or operation.access in plan.access:
            return
        including = [name for name, each in PLANS.items() if operation.access in each.access]
        msg = (
            f"{self._target.method} {self._target.path} was not sent: the plan {plan.name} does not include it "
            f"({operation.access}; {', '.join(including)} would). Name the plan that the application really has, or "
            "Plan(per_minute=, per_month=) for limits without this check."
        )
        raise PermissionDenied(msg, method=self._target.method, path=self._target.path)

    def _turn(self) -> Generator[Command, Any, tuple[Credentials, Booked] | Exhausted]:
        """Have the ledger note one hit, when it is its turn; or what waiting would not help against.

        The credentials are those that are good then: a token may die while its turn is waited for.
        """
        ask, auth = self._ask, self._pipeline.auth
        began = self._runtime.monotonic()
        while True:
            credentials: Credentials = auth.ready() or (yield from _done(auth.obtain))
            self._pipeline.check_open()  # another thread may have closed it meanwhile
            answer = self._pipeline.ledger.book(ask, self._runtime.time())
            if isinstance(answer, Booked):
                return credentials, answer
            if isinstance(answer, Exhausted):
                return answer
            if answer.reason == "ledger":
                if self._runtime.monotonic() - began > LEDGER_PATIENCE:
                    msg = (
                        f"the quota ledger has been locked by another process for {LEDGER_PATIENCE:.0f} s: nothing "
                        "was sent. Look for a process of this program that hangs, and end it."
                    )
                    raise ConfigurationError(msg)
            else:
                self._check_turn(answer)
                self._tell_wait(answer.seconds, answer.reason)
                self._queued += answer.seconds
                began += answer.seconds  # that was no fault of the ledger
            before = self._runtime.monotonic()
            yield Sleep(answer.seconds)
            self._paused += self._runtime.monotonic() - before

    @property
    def _ask(self) -> Ask:
        name = self._target.operation_id or "other"
        return Ask(name, self._target.method, self._pipeline.plan, self._options.reserve)

    def _check_turn(self, wait: Wait) -> None:
        most = self._options.max_wait
        if most is None or self._queued + wait.seconds <= most:
            return
        resets_at = datetime.fromtimestamp(self._runtime.time() + wait.seconds, UTC)
        msg = (
            f"{self._target.method} {self._target.path} was not sent: its turn in the minute comes in "
            f"{wait.seconds:.0f} s, which is longer than max_wait allows. {RateLimited.advice}"
        )
        raise RateLimited(
            msg,
            period="minute",
            limit=self._pipeline.plan.per_minute,
            resets_at=resets_at,
            method=self._target.method,
            path=self._target.path,
        )

    def _refused(self, exhausted: Exhausted) -> RateLimited:
        target, plan = self._target, self._pipeline.plan
        limit = "" if exhausted.limit is None else f" of {exhausted.limit:,}"
        why = {
            "month": f"the month's hits{limit} (plan {plan.name}) are used up",
            "writes": f"the month's hits{limit} for {target.operation_id} are used up",
            "reserve": f"what is left of the month's hits{limit} is reserved for others",
            "limited": "the service takes no more calls for now, as it said itself",
        }[exhausted.what]
        resets_at = datetime.fromtimestamp(exhausted.resets_at, UTC)
        kind = QuotaExhausted if exhausted.period == "month" else RateLimited
        again, name_it = " again" if self.sent else "", ""
        if exhausted.what == "limited" and exhausted.period == "month":
            name_it = " If the plan is a larger one by now, name it: plan=, or ENPHASE_PLAN."
        return kind(
            f"{target.method} {target.path} was not sent{again}: {why}. Calls are taken again from "
            f"{resets_at:%Y-%m-%d %H:%M:%S} UTC. {kind.advice}{name_it}",
            period=exhausted.period,
            limit=exhausted.limit,
            resets_at=resets_at,
            method=target.method,
            path=target.path,
        )

    def _send(self, booked: Booked) -> Generator[Command, Any, Outcome]:
        self.sent += 1
        call = self._call(self.sent)
        self._hooks.before_call(call)
        began = self._runtime.monotonic()
        try:
            outcome: Outcome = yield Send(within=max(1.0, self._options.retry.budget - self._elapsed))
        except GeneratorExit:  # interrupted or cancelled: who began a span has to end it
            self._ended(booked, self._since(began))
            self._hooks.after_call(call, CallResult(None, "cancelled", self._since(began), 0, 1))
            raise
        result = result_of(outcome, self._since(began), hits=1)
        self._ended(booked, result.seconds)
        self._hooks.after_call(call, result)
        log_call(call, result)
        if isinstance(outcome, Reply) and outcome.status == 429:
            now = self._runtime.time()
            limit = limit_of(outcome.headers, outcome.body, now, self._pipeline.auth.hide)
            self._pipeline.ledger.learn(self._ask, limit, now)
        return outcome

    def _ended(self, booked: Booked, seconds: float) -> None:
        if seconds > MARGIN:  # the service may have counted it only now
            self._pipeline.ledger.late(booked, self._runtime.time())

    def _since(self, began: float) -> float:
        return self._runtime.monotonic() - began

    def _tell_wait(self, seconds: float, reason: str) -> None:
        call = self._call(self.sent + 1)
        told = {**_extra(call), "enphase_seconds": seconds, "enphase_reason": reason}
        _log.info("%s %s: waiting %.1f s (%s)", call.method, call.path, seconds, reason, extra=told)
        self._hooks.waiting(call, Waiting(seconds, reason, call.attempt))

    def _call(self, attempt: int) -> Call:
        target = self._target
        return Call(self._number, target.operation_id, target.method, target.path, attempt, self._system_id)


def _done(work: Callable[..., Any]) -> Generator[Command, Any, Any]:
    result = yield Do(work)
    if isinstance(result, EnphaseError):
        raise result
    return result


def result_of(outcome: Outcome, seconds: float, hits: int) -> CallResult:
    """What came of a send, in the words of hooks."""
    if isinstance(outcome, Reply):
        return CallResult(outcome.status, None, seconds, len(outcome.body), hits)
    return CallResult(None, outcome.problem, seconds, 0, hits)


def log_call(call: Call, result: CallResult) -> None:
    """The record of a send, with its parts."""
    if not _log.isEnabledFor(logging.DEBUG):
        return
    told = {
        **_extra(call),
        "enphase_status": result.status,
        "enphase_problem": result.problem,
        "enphase_seconds": result.seconds,
        "enphase_bytes": result.bytes,
        "enphase_hits": result.hits,
    }
    came = f"no answer ({result.problem})" if result.status is None else f"answered {result.status}"
    _log.debug(
        "%s %s: %s, %d bytes, %.3f s", call.method, call.path, came, result.bytes, result.seconds, extra=told
    )


def _extra(call: Call) -> dict[str, Any]:
    return {
        "enphase_call_id": call.call_id,
        "enphase_operation": call.operation,
        "enphase_attempt": call.attempt,
        "enphase_system_id": call.system_id,
    }


def _checked_path(operation: Operation | None, path: str) -> str | None:
    """The system that a path names. InvalidRequest for a path that is not one of the operation's.

    A path with an empty part is another operation's: that of `systems//summary` may be the list of all systems.
    """
    if operation is None:
        return None
    fits, system_id = _read_path(operation.path, path)
    if not fits:
        msg = f"{operation.operation_id} was not sent: {path} is no path of it; ids and serials must not be empty."
        raise InvalidRequest(msg, method=operation.method, path=path)
    return system_id


@lru_cache(maxsize=256)
def _read_path(path_of_document: str, path: str) -> tuple[bool, str | None]:
    """Whether a path is one of those that the document means; and the system that it names. Most come again."""
    template = path_of_document.split("/")
    parts = path.split("/")[-len(template) + 1 :]
    fits = len(parts) == len(template) - 1 and all(
        part == wanted or (wanted.startswith("{") and part not in ("", ".", ".."))
        for part, wanted in zip(parts, template[1:], strict=True)
    )
    named = fits and "{system_id}" in template
    return fits, parts[template.index("{system_id}") - 1] if named else None
