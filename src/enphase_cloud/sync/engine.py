"""The decisions of a sync: which call next, and what came of it. Threads and tasks ask it; it makes no call itself.

It works in three phases, each until nothing is left to do: the list of systems, their devices, their series. In the
last one, of the calls that may be made

| first | which |
|---|---|
| updates of the system for which the fewest were begun | lifetimes, then telemetry, then events and alarms |
| history of the system for which the fewest were begun | the newest window that is missing, of any series |

so that no system waits for the history of another. Of one series one call at a time is under way: what it says may make
others needless.

| a call ends with | then |
|---|---|
| its range | the next window is reckoned anew; holes of the range are forgotten |
| its range, but part of that is not covered | a hole |
| a list without systems, where there were some | a hole: the next sync asks again |
| RateLimited, for the minute | all wait, and it is made again |
| QuotaExhausted, of history, while there is a reserve | history is put off |
| AuthenticationError, ConfigurationError, another RateLimited | the sync ends with it |
| PermissionDenied, or 401 for the plan | a hole, `not in plan`; the series is dropped, for a week |
| NotFound of a series | a hole, `not found`; the series is dropped, for a week |
| NotFound of a system, of its devices, or of `LOST` of its series in a row | a hole; all of the system is dropped |
| NotFound of a system that was named, and that nobody knows | the same, but the hole is not kept |
| another error | a hole; after the second in a row the series is left alone, after `MANY` in a row the sync ends |
| another error, of the first list of systems | the sync ends with it |
| outside lookback (events and alarms reach less far than is documented) | the series ends there, for good |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from .. import _time
from ..archive.answers import Hole
from ..archive.shelf import object_key
from ..archived import told
from ..errors import (
    AuthenticationError,
    ConfigurationError,
    EnphaseError,
    NotFound,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
)
from ..flows.estimate import priced
from ..flows.windows import earliest_of
from ..rows import Cost, GapReason
from .budget import LONGEST_MONTH, Budget, days_until_done, hits_now, kept_back
from .jobs import Enough, Job, Outcome
from .known import LIST_KEY, Register
from .plan import Aim, Part, Site, fewest, reckon
from .results import SeriesDone, SeriesPlan, SyncPlan, SyncProgress, SyncResult
from .tracks import Track, lacking, needs_devices, tracks_of
from .turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..archive.coverage import Coverage, Key
    from ..archive.shelf import Shelf
    from ..transport.plan import Plan, Quota
    from .order import Order

MANY = 6
"""Failures in a row, of whichever series, after which the service, or the way to it, is taken to be down."""
LOST = 3
"""Series of a system in a row that are not found, after which the system is taken to be gone."""
REFUSED_FOR = 7 * 86400
"""Seconds for which a series that the plan did not include, or that was not found, is not asked for again."""
NOT_FOUND = "not found"
"""The reason of a hole: the service knows no such series, or keeps from us that there is one."""
LISTED = 100
"""Systems on a page of their list."""
MARGIN = 8 * 86400
"""Seconds before a system began to work that are asked for: a window, so that the service says what it has."""
_PATIENCE = 3
"""Times that a refusal for the minute is waited for in a row."""
QUIET_DAYS = 5
"""After so many days events and alarms of a silent system are asked for again (`plan.py`)."""
_NEW = 2 * 86400
"""Seconds before its begin that are news for a sync."""


class Nap(NamedTuple):
    """Nothing may be sent for so many seconds."""

    seconds: float


@dataclass(eq=False, slots=True)
class Lane:
    """A track, or something to be looked up, and how far it is."""

    key: Key
    system_id: int
    name: str
    kind: str
    site: Site
    rank: int
    track: Track | None = None
    next: Job | None = None
    running: bool = False
    since: int = 0
    barred: list[Part] = field(default_factory=list)
    covered: list[Part] = field(default_factory=list)
    failures: int = 0
    windows: int = 0
    hits: int = 0
    rows: int = 0
    paid: int = 0
    place: int = 0
    """Among the lanes of its phase."""
    left: int = 0
    """Calls that are still to be made, as far as is known."""
    sure: bool = True
    """Whether they are known to be so many: what lies before the system began to work is asked for until the service
    says that there is nothing, and but for a week of it not counted."""


@dataclass(eq=False, slots=True)
class Task:
    """A job that was handed out."""

    lane: Lane
    job: Job
    attempts: int
    begun: int
    leaves: int
    """Hits of the month that it leaves."""


class Engine:
    """One sync. May be asked by several threads."""

    def __init__(
        self,
        shelf: Shelf,
        order: Order,
        *,
        plan: Plan,
        quota: Callable[[], Quota],
        now: Callable[[], float],
        attempts: int = 1,
        watch: Callable[[SyncProgress], None] | None = None,
    ) -> None:
        assert shelf.store is not None  # noqa: S101 - who has no archive does not sync
        self._store = shelf.store
        self._order, self._plan, self._quota, self._now = order, plan, quota, now
        self._attempts, self._watch = attempts, watch
        self._begun = int(now())
        self._register = Register(shelf, self._begun, refresh=order.refresh)
        self._lock = Lock()
        self._budget = Budget(order.max_hits)
        self._holes: dict[Key, list[Hole]] = {}
        for hole in self._store.holes():
            self._holes.setdefault(hole.key, []).append(hole)
        self._found: list[Hole] = []
        self._lanes: list[Lane] = []
        self._done: list[Lane] = []
        self._turns: Turns[Lane] = Turns(self._turn)
        self._of_system: dict[int, list[Lane]] = {}
        self._windows = self._rows = self._left = self._updating = 0
        """Sums over lanes, as these may be many: windows and rows that were read; calls that are still to be made;
        and how many updates are under way."""
        self._phase = 0
        self._systems: list[int] = []
        self._gone: set[int] = set()
        self._not_found: dict[int, int] = {}
        self._skipped: dict[str, None] = {}
        self._lacking: dict[str, list[int]] = {}
        self._counts: dict[tuple[int, bool], int] = {}
        self._planned: SyncPlan | None = None
        self._most: int | None = None
        """Calls that this sync is going to make, by its plan."""
        self._stopped = False
        self._error: BaseException | None = None
        self._put_off_for = ""
        self._put_off_until: float | None = None
        self._history = True
        self._leaves = order.reserve
        self._not_before = 0.0
        self._limited = 0
        self._failures = 0

    # ------------------------------------------------------------------------------------------------ what is to do

    def estimate(self) -> SyncPlan:
        """What there is to be done, as far as that is known without a call. Of an engine that does nothing else."""
        looking, unknown = 0, []
        ids, due = self._known_systems()
        if due:
            looking += max(1, -(-len(ids) // LISTED))
            if not ids:
                unknown.append("which systems there are: the list of systems was not fetched yet")
        if self._order.systems is not None:
            looking += sum(map(self._register.due, ids))
        lanes: list[Lane] = []
        self._systems = ids
        strangers = 0
        for system_id in ids:
            devices, look = (
                self._register.devices(system_id) if needs_devices(self._order.choice) else ((), False)
            )
            looking += look
            strangers += look and not devices
            lanes += self._lanes_of(system_id)
        if strangers:
            word = "system: its" if strangers == 1 else "systems: their"
            unknown.append(f"the series of {strangers} {word} devices were not fetched yet")
        return self._reckoned(lanes, looking, unknown)

    def prepare(self) -> bool:
        """Make ready what is to be done next. False: nothing is."""
        with self._lock:
            while not self._stopped and self._phase < 3:
                self._phase += 1
                self._done += self._lanes
                self._line_up([self._look_systems, self._look_devices, self._look_series][self._phase - 1]())
                if self._planned:
                    self._say(None)
                if self._lanes:
                    return True
            return False

    @property
    def systems(self) -> int:
        """Of how many systems there is something to be done."""
        with self._lock:
            return len({lane.system_id for lane in self._lanes if lane.next})

    def take(self) -> Task | Nap | None:
        """The next call; or how long to wait for it. None: there is none for whoever asks."""
        with self._lock:
            if self._stopped:
                return None
            if self._not_before > self._now():
                return Nap(self._not_before - self._now())
            lane = self._turns.first()
            if lane is None or lane.next is None:
                return None
            if self._budget.left == 0:
                self._put_off_for = self._put_off_for or "max_hits"
                return None
            begun = self._budget.begin(self._attempts)
            attempts = begun if self._budget.max_hits is not None else self._attempts
            self._count(lane.next, 1)
            lane.running, lane.paid = True, 0
            leaves = self._order.reserve
            if not lane.next.update:  # updates that are under way may not be booked yet
                leaves = self._leaves + self._updating
            self._updating += lane.next.update
            return Task(lane, lane.next, attempts, begun, leaves)

    def paid(self, task: Task, hits: int) -> None:
        """A call of a task was answered, and is kept."""
        with self._lock:
            task.lane.paid += hits
            self._budget.paid(hits)

    def enough(self, task: Task) -> bool:
        """Whether no further call is to be made for a task."""
        with self._lock:
            return self._stopped or self._budget.spent

    def finish(self, task: Task, outcome: Outcome) -> None:
        """What came of a task."""
        with self._lock:
            lane, job = task.lane, task.job
            lane.running = False
            self._updating -= job.update
            self._budget.end(task.begun)
            self._budget.paid(outcome.hits - lane.paid)
            lane.hits += outcome.hits
            lane.rows += outcome.rows
            self._rows += outcome.rows if lane.track else 0
            error = outcome.error
            if error is None or isinstance(error, Enough):
                self._limited = self._failures = lane.failures = 0
                self._succeeded(lane, job, outcome)
            else:
                self._failed(lane, job, error)
            self._turns.enter(lane)
            self._say(lane)

    def stop(self, error: BaseException | None = None) -> None:
        """Begin nothing any more. What is under way is finished."""
        with self._lock:
            self._stopped = True
            self._error = self._error or error

    # ---------------------------------------------------------------------------------------------- what came of it

    def result(self) -> SyncResult:
        """What was done. Raises what ended the sync, with the result in `error.partial`."""
        with self._lock:
            lanes = [*self._done, *self._lanes]
            left = sum(lane.left for lane in self._lanes)
            result = SyncResult(
                hits=self._budget.hits,
                least=sum(map(_least, lanes)),
                rows=sum(lane.rows for lane in lanes if lane.track),
                windows=sum(lane.windows for lane in lanes if lane.track),
                put_off=left,
                put_off_for=self._put_off_for if left else "",
                put_off_until=_time.aware(int(self._put_off_until)) if left and self._put_off_until else None,
                holes=tuple(map(told, self._found)),
                skipped=tuple(self._skipped),
                systems=len(self._systems),
                seconds=self._now() - self._begun,
                series=tuple(
                    SeriesDone(lane.system_id, lane.name, lane.windows, lane.hits, lane.rows)
                    for lane in lanes
                    if lane.track and lane.hits
                ),
            )
            error = self._error
        if error is None:
            return result
        if isinstance(error, EnphaseError):
            error.partial = result
        raise error

    def _known_systems(self) -> tuple[list[int], bool]:
        """The systems of the order, and whether the list has to be asked for."""
        if self._order.systems is not None:
            return list(self._order.systems), False
        ids, due = self._register.listed()
        return ids, due or bool(self._holes.get(LIST_KEY))

    def _look_systems(self) -> list[Lane]:
        ids, due = self._known_systems()
        if due:
            return [self._look(LIST_KEY, 0, "systems", "the list of systems", max(1, -(-len(ids) // LISTED)))]
        if self._order.systems is None:
            return []
        return [
            self._look(object_key("getSystemById", each, {}), each, "system", "the system itself")
            for each in ids
            if self._register.due(each)
        ]

    def _look_devices(self) -> list[Lane]:
        self._register.reread()
        self._systems = [each for each in self._known_systems()[0] if each not in self._gone]
        if not needs_devices(self._order.choice):
            return []
        return [
            self._look(object_key("listSystemDevices", each, {}), each, "devices", "its devices")
            for each in self._systems
            if self._register.devices(each)[1]
        ]

    def _look_series(self) -> list[Lane]:
        lanes = [lane for each in self._systems if each not in self._gone for lane in self._lanes_of(each)]
        self._planned = self._reckoned(lanes, 0, [])
        self._most = sum(each.windows for each in self._done) + self._planned.hits_now
        updates = self._daily(lanes)
        self._leaves = kept_back(self._quota(), updates, self._now(), self._order.reserve)
        return lanes

    def _line_up(self, lanes: list[Lane]) -> None:
        """These are what is to be done now."""
        self._lanes, self._of_system = lanes, {}
        for place, lane in enumerate(lanes):
            lane.place = place
            self._of_system.setdefault(lane.system_id, []).append(lane)
        self._left = sum(lane.left for lane in lanes)
        self._turns = Turns(self._turn, lanes)

    def _look(self, key: Key, system_id: int, kind: str, name: str, hits: int = 1) -> Lane:
        lane = Lane(key, system_id, name, kind, Site(UTC, 0, None), rank=0, left=hits)
        lane.next = Job(kind, key, system_id, name, Part(self._begun, self._begun + 1), True, lane.site.zone)
        return lane

    def _lanes_of(self, system_id: int) -> list[Lane]:
        known = self._register.system(system_id)
        if known is None:
            return []
        choice = self._order.choice
        devices, unsure = self._register.devices(system_id) if needs_devices(choice) else ((), False)
        lanes: list[Lane] = []
        if known.reported and not unsure:
            for name in lacking(devices, choice):
                self._lacking.setdefault(name, []).append(system_id)
        for track in tracks_of(system_id, devices, choice, reported=known.reported):
            lane = Lane(track.key, system_id, track.name, track.kind, known.site, len(lanes), track)
            if self._included(lane, track):
                self._replan(lane)
                lanes.append(lane)
        return lanes

    def _included(self, lane: Lane, track: Track) -> bool:
        """Whether the plan includes a track, as far as is known; if not, that is said."""
        access = self._plan.access
        refused = None
        for hole in list(self._holes.get(lane.key, ())):
            if hole.reason == GapReason.OUTSIDE_LOOKBACK:
                if hole.until <= earliest_of(track.window, self._begun):
                    self._forget(lane.key, Part(hole.start, hole.until))
                lane.since = max(lane.since, hole.until)
            elif hole.reason in _REFUSED and self._begun - hole.at < REFUSED_FOR:
                refused = hole.reason
        if access is not None and track.operation.access not in access:
            self._skipped[f"{track.series}: not in the plan {self._plan.name}"] = None
            return False
        if refused is not None and not self._order.refresh:
            why = "refused by the service" if refused == GapReason.NOT_IN_PLAN else "not found by the service"
            self._skipped[f"{track.series}: {why}, and asked for again a week after"] = None
            return False
        return True

    def _replan(self, lane: Lane) -> list[Part]:
        """Reckon anew what is left of a track."""
        track = lane.track
        self._left -= lane.left
        lane.next, lane.left, lane.sure = None, 0, True
        if track is None:
            return []
        aim = Aim(self._begun, self._order.since and self._order.since(lane.site), self._order.refresh)
        left, ask = reckon(
            track, lane.site, aim, self._recall, now=int(self._now()), barred=lane.barred, since=lane.since
        )
        if ask is not None:
            update = track.kind == "lifetime" or ask.end > self._begun - _NEW
            lane.next = Job(
                track.kind, lane.key, lane.system_id, lane.name, ask, update, lane.site.zone, track
            )
            lane.left = sum(part.end > _begins(lane) for part in left) or 1
            lane.sure = lane.left == len(left)
            self._left += lane.left
        return left

    def _recall(self, key: Key, fresh_since: int, as_of: int) -> Coverage:
        return self._store.coverage(key, as_of, fresh_since=fresh_since)

    def _may(self, job: Job) -> bool:
        return job.update or self._history

    def _turn(self, lane: Lane) -> tuple[bool, int, int, int, int] | None:
        job = lane.next
        if job is None or lane.running or not self._may(job):
            return None
        begun = self._counts.get((lane.system_id, job.update), 0)
        return not job.update, begun, 0 if job.update else -job.part.end, lane.rank, lane.place

    def _count(self, job: Job, change: int) -> None:
        key = (job.system_id, job.update)
        self._counts[key] = self._counts.get(key, 0) + change
        if change < 0:
            for lane in self._of_system.get(job.system_id, ()):
                self._turns.enter(lane)

    def _succeeded(self, lane: Lane, job: Job, outcome: Outcome) -> None:
        lane.windows += 1
        self._windows += 1
        self._forget(lane.key, job.part)
        if lane.track is None:
            self._replan(lane)
            if lane.kind == "systems":
                self._count_systems(lane, job)
            return
        self._not_found.pop(lane.system_id, None)
        lane.covered = _joined([*lane.covered, job.part])
        outside = [gap for gap in outcome.gaps if gap.reason == GapReason.OUTSIDE_LOOKBACK]
        if outside and job.kind == "log":
            lane.since = max(gap.end for gap in outside)
            if lane.since > earliest_of(lane.track.window, int(self._now())):  # less than is documented
                reach = Part(min(gap.start for gap in outside), lane.since)
                self._note(lane, reach, GapReason.OUTSIDE_LOOKBACK, "")
        left = self._replan(lane)
        if isinstance(outcome.error, Enough):
            return
        open_parts = [part for part in left if part.start < job.part.end and part.end > job.part.start]
        if open_parts:
            reasons = [gap.reason for gap in outcome.gaps if gap.reason in _FAILED]
            reason = reasons[0] if reasons else GapReason.UNREADABLE
            self._hole(lane, job.part, reason, "the service answered, and its answer does not cover this")
            self._failure(lane, None)

    def _failed(self, lane: Lane, job: Job, error: EnphaseError) -> None:
        if isinstance(error, RateLimited) and self._patient(error):
            self._count(job, -1)
            return
        if isinstance(error, QuotaExhausted) and not job.update and self._quota().month.left != 0:
            self._count(job, -1)
            self._history = False
            self._put_off_for = "reserve"
            self._put_off_until = None if error.resets_at is None else error.resets_at.timestamp()
            return
        refused = isinstance(error, PermissionDenied) or (
            isinstance(error, AuthenticationError) and error.reason == "plan"
        )
        if not refused and isinstance(error, RateLimited | AuthenticationError | ConfigurationError):
            if isinstance(error, QuotaExhausted):
                self._put_off_for = "month"
                self._put_off_until = None if error.resets_at is None else error.resets_at.timestamp()
            self._end(error)
            return
        if refused or isinstance(error, NotFound):
            self._refused(lane, job, error, GapReason.NOT_IN_PLAN if refused else NOT_FOUND)
            return
        self._hole(lane, job.part, GapReason.FAILED, str(error))
        self._failure(lane, error)

    def _refused(self, lane: Lane, job: Job, error: EnphaseError, reason: str) -> None:
        """Nothing is to be had of a series, or of a system."""
        stranger = lane.kind == "system" and self._register.system(lane.system_id) is None
        self._hole(lane, job.part, reason if lane.track else GapReason.FAILED, str(error), keep=not stranger)
        gone = False
        if reason == NOT_FOUND and lane.system_id:
            of_site = lane.track is not None and lane.track.serial is None
            self._not_found[lane.system_id] = self._not_found.get(lane.system_id, 0) + of_site
            gone = lane.track is None or self._not_found[lane.system_id] >= LOST
        gone = gone or stranger
        self._drop(self._of_system[lane.system_id] if gone else [lane])
        if gone:
            self._gone.add(lane.system_id)

    def _count_systems(self, lane: Lane, job: Job) -> None:
        """A list that names nobody, where there were some, is not believed at once."""
        self._register.reread()
        known = self._register.ever()
        if known and not self._register.listed()[0]:
            were = "1 system" if known == 1 else f"{known:,} systems"
            self._hole(
                lane, job.part, GapReason.UNREADABLE, f"the service lists 0 systems, and had told of {were}"
            )

    def _patient(self, error: RateLimited) -> bool:
        """Whether a refusal passes soon: then all wait until then."""
        if isinstance(error, QuotaExhausted) or error.resets_at is None:
            return False
        until = error.resets_at.timestamp()
        if error.status is not None:
            self._limited += 1
        if self._limited > _PATIENCE or until - self._now() > 120:
            return False
        if until > self._not_before:
            self._not_before = until
            self._say(None)
        return True

    def _failure(self, lane: Lane, error: EnphaseError | None) -> None:
        """A call has failed: what is behind it is left alone, where that is the second in a row."""
        lane.failures += 1
        self._failures += 1
        if error is not None and self._failures >= MANY:
            self._end(error)
        elif error is not None and lane.kind == "systems" and not self._register.listed()[0]:
            self._end(error)  # there is nothing to go on with
        else:
            self._replan(lane)
            if lane.failures > 1:
                lane.next = None

    def _hole(self, lane: Lane, part: Part, reason: str, problem: str, *, keep: bool = True) -> None:
        lane.barred.append(part)
        self._found.append(self._note(lane, part, reason, problem, keep=keep))

    def _note(self, lane: Lane, part: Part, reason: str, problem: str, *, keep: bool = True) -> Hole:
        hole = Hole(lane.key, part.start, part.end, str(reason), problem, int(self._now()))
        if not keep:
            return hole
        self._store.note_holes(lane.key, part.start, part.end, [hole])
        self._holes.setdefault(lane.key, []).append(hole)
        return hole

    def _forget(self, key: Key, part: Part) -> None:
        """What was asked for in vain once has come."""
        known = self._holes.get(key, [])
        whole = key.operation in _WHOLE
        gone = [hole for hole in known if whole or (hole.start < part.end and hole.until > part.start)]
        if gone:
            start, end = min(hole.start for hole in gone), max(hole.until for hole in gone)
            kept = [hole for hole in known if hole not in gone]
            self._holes[key] = kept
            self._store.note_holes(
                key, start, end, [hole for hole in kept if hole.start < end and hole.until > start]
            )

    def _drop(self, lanes: Iterable[Lane]) -> None:
        """Nothing more is to be had of these."""
        for lane in lanes:
            self._left -= lane.left
            lane.next, lane.left = None, 0

    def _end(self, error: EnphaseError) -> None:
        self._stopped, self._error = True, self._error or error

    # ------------------------------------------------------------------------------------------------- what is said

    def _reckoned(self, lanes: list[Lane], looking: int, unknown: list[str]) -> SyncPlan:
        self._skipped |= self._no_devices()
        updates = sum(map(_updates, lanes))
        history = sum(lane.left for lane in lanes) - updates
        hits, quota, daily = looking + updates + history, self._quota(), self._daily(lanes)
        now, reserve = self._now(), self._order.reserve
        possible = hits_now(quota, daily, now, reserve, updates=looking + updates, history=history)
        if self._order.max_hits is not None:
            possible = min(possible, max(0, self._order.max_hits - self._budget.hits))
        estimate = priced(Cost(hits), quota)
        return SyncPlan(
            hits=hits,
            exact=not unknown and all(lane.sure for lane in lanes),
            hits_now=possible,
            look_ups=looking,
            updates=updates,
            history=history,
            updates_per_month=daily * LONGEST_MONTH,
            per_month=quota.month.limit,
            seconds=estimate.seconds,
            seconds_now=priced(Cost(possible), quota).seconds,
            days=days_until_done(quota, daily, now, reserve, history=history, seconds=estimate.seconds),
            cost_usd=estimate.cost_usd,
            within_month=estimate.within_month,
            series=tuple(
                SeriesPlan(lane.system_id, lane.name, fresh, lane.left - fresh)
                for lane in lanes
                if lane.left and lane.next
                for fresh in [int(lane.next.update)]
            ),
            unknown=tuple(unknown),
            skipped=tuple(self._skipped),
        )

    def _no_devices(self) -> dict[str, None]:
        """What is said of series of single devices that somebody chose in vain."""
        if self._order.systems is not None:
            return {
                f"{name}: system {each} has no such device": None
                for name, ids in self._lacking.items()
                for each in ids
            }
        everywhere = [name for name, ids in self._lacking.items() if len(ids) == len(self._systems)]
        return {f"{name}: no system has such a device": None for name in everywhere}

    def _daily(self, lanes: list[Lane]) -> int:
        """The hits of a sync of the day after."""
        live = [lane for lane in lanes if not lane.site.quiet]
        rare = sum(lane.kind == "log" and lane.site.quiet for lane in lanes)
        systems = len({lane.system_id for lane in live})
        look_ups = systems * needs_devices(self._order.choice) + max(1, -(-len(self._systems) // LISTED))
        return len(live) + look_ups + -(-rare // QUIET_DAYS)

    def _say(self, lane: Lane | None) -> None:
        if self._watch is None:
            return
        done = self._windows
        planned = done + self._left
        if self._most is not None:
            planned = max(done, min(planned, self._most))
        self._watch(
            SyncProgress(
                plan=self._planned,
                windows=done,
                planned=planned,
                hits=self._budget.hits,
                rows=self._rows,
                failed=len(self._found),
                month_left=self._quota().month.left,
                system_id=lane.system_id if lane and lane.system_id else None,
                series=lane.name if lane else "",
                waiting=max(0.0, self._not_before - self._now()),
            )
        )


_REFUSED = frozenset({GapReason.NOT_IN_PLAN, NOT_FOUND})
_FAILED = frozenset({GapReason.FAILED, GapReason.NOT_IN_PLAN, GapReason.UNREADABLE})
_WHOLE = frozenset({"listSystems", "getSystemById", "listSystemDevices"})
"""Operations of which one answer is all there is."""


def _updates(lane: Lane) -> bool:
    return lane.next is not None and lane.next.update


def _begins(lane: Lane) -> int:
    """Before what moment nothing is expected of a track, though it is asked for."""
    if lane.track is None or lane.track.kind != "telemetry" or lane.site.operational is None:
        return 0
    return lane.site.operational - MARGIN


def _least(lane: Lane) -> int:
    """The fewest calls for what a lane has covered."""
    if lane.track is None or lane.track.kind == "lifetime":
        return lane.windows
    return min(lane.windows, fewest(lane.track.window, lane.site.zone, lane.covered))


def _joined(covered: list[Part]) -> list[Part]:
    """The same, where parts that meet are one."""
    found: list[Part] = []
    for part in sorted(covered):
        if found and part.start <= found[-1].end:
            found[-1] = Part(found[-1].start, max(found[-1].end, part.end))
        else:
            found.append(part)
    return found
