"""A Hypothesis machine of clients, the mock, its clock, faults and crashes, and what has to hold whatever they do.

| it looks at | and holds against it |
|---|---|
| the mock's journal | no call beyond the plan; an activation is made, and charged, once for each reference |
| what came over the wire | what was paid for is stored; what is stored and final is not paid for again |
| what was returned as final | it is the mock's truth, and is in the archive after any crash |
| the token endpoint | a refresh token is accepted once; consent is asked for only where it is really gone |
| what was raised | nothing but EnphaseErrors, each with a cause; no secret in them, the log or any file |
| the archive | it passes its own check; an export has its rows |
| in the end, when all is well again | one sync gives the truth: the same rows, no gap that could be filled |

A process is killed at one of the POINTS of `machine_processes`, or thrown away between two calls; others act while its
calls are under way.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from enphase_v4.catalog import OPERATIONS, PLANS
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from starlette.applications import Starlette

from enphase_cloud import (
    Archive,
    AsyncEnphase,
    ConsentRequired,
    DuplicateActivation,
    Enphase,
    EnphaseError,
    RateLimited,
    login,
)
from enphase_cloud.archive.answers import Paid
from enphase_cloud.archive.settling import LATEST
from enphase_cloud.archive.upkeep import verify
from enphase_cloud.cli.app import enphase as command
from enphase_cloud.commissioning import Address, NewActivation
from enphase_cloud.export import export
from enphase_cloud.mock.accounts import INSTALLER, PASSWORD
from enphase_cloud.mock.settings import MONTH
from enphase_cloud.transport.secret import forms
from tests.canaries import Watch, watched

from . import machine_truth as truth
from .machine_processes import POINTS, Crash, Process, World, killable

HOUR, DAY = 3600, 86_400
ADDRESS = Address(street1="1 Sun Street", city="Austin", state="TX", country="US", postal_code="73301")
APPLICATION: Any = {
    "client_id": "partner-client",
    "client_secret": "partner-secret",
    "api_key": "partner-key",
    "plan": "partner",
}
STARTS = {
    "a clock change and the end of a month": datetime(2026, 10, 30, 13, 7, tzinfo=UTC),
    "the end of a month": datetime(2026, 11, 28, 20, 31, tzinfo=UTC),
    "an hour that is skipped": datetime(2027, 3, 12, 9, 2, tzinfo=UTC),
}
CHOICE = ("production_meter", "battery", "lifetime:production", "events")
"""What is synced, with or without the microinverters."""
FAULTS = (
    *("refused", "reset", "dropped", "answer_lost", "reset_mid_body", "stall=30", "truncated_json"),
    *("slow_headers=7", "slow_body=3", "wrong_content_type", "html_200", "empty_body", "invalid_gzip"),
    *("429_minute", "429_minute=20", "429_month", "500", "502", "503", "504", "520", "401", "403", "404"),
)
TOKEN_FAULTS = ("refused", "503", "429_minute=20", "html_200", "answer_lost", "truncated_json")
TOKEN_POINTS = tuple(each for each in POINTS if "tokens" in each or each == "after the answer")
MOVES = (20.0, 61.0, 15 * 60.0, 3.0 * HOUR, 1.0 * DAY, 2.0 * DAY + HOUR, 5.0 * DAY)
MEASURED = frozenset(each.operation_id for each in OPERATIONS.values() if each.window)
LOGS = frozenset({"listSystemEvents", "listSystemAlarms"})
POINTS_AT = st.tuples(st.sampled_from(POINTS), st.integers(1, 4))
DOOM = st.none() | st.none() | POINTS_AT
KINDS = st.sampled_from(["sync", "sync", "async", "off"])
RANGES = st.tuples(st.integers(0, 12), st.integers(1, 9), st.sampled_from(["date", "local", "aware"]))


class Counts:
    """What a test has seen of its runs, for the table of `make soak`."""

    def __init__(self) -> None:
        self.figures: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def clear(self) -> None:
        self.figures.clear()
        self.figures.update(violations=0)
        self.points.clear()
        self.faults.clear()


counts = Counts()
"""Of the test that is running: Hypothesis makes the machines."""


@cache
def _app() -> Starlette:
    """One for all runs: what it has reckoned of its days stays."""
    return truth.played(STARTS["the end of a month"].timestamp())


class Machine(RuleBasedStateMachine):
    """One home folder, the processes that share it, and the service."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = ExitStack()
        place = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own in it
        self.folder = Path(tempfile.mkdtemp(prefix="machine-", dir=place))
        self.ends.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.folder / "home"
        patch = self.ends.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("ENPHASE_HOME", str(self.home))
        self.patch = patch
        self.watch: Watch = self.ends.enter_context(watched(patch))
        self.world = World(_app())
        self.ends.enter_context(killable(self.world))
        self.processes: dict[str, Process] = {}
        self.returned: dict[str, dict[Any, tuple[Any, ...]]] = {}
        """What was returned as final, by series: what `Row`s say, by their key."""
        self.final: dict[Any, list[tuple[int, int]]] = {}
        """What is stored and final, by the archive's key; of a lifetime series for each answer."""
        self.seen = 0
        """Calls of the wire that were looked at."""
        self.revoked = self.token_is_dead = False
        self.outages: list[tuple[int, int]] = []
        counts.figures["runs"] += 1

    @initialize(
        start=st.sampled_from(sorted(STARTS)),
        minute=st.sampled_from([3, 10, 300]),
        month=st.sampled_from([30, 60, 5000]),
        micros=st.booleans(),
        earlier=st.integers(2, 9),
        exports=st.sampled_from([False] * 11 + [True]),
    )
    def begin(
        self, *, start: str, minute: int, month: int, micros: bool, earlier: int, exports: bool
    ) -> None:
        service = self.world.service
        service.reset()
        history = service.histories[0]
        history.home = service.homes[0]
        self._allow(minute, month)
        service.clock.set(STARTS[start].timestamp())
        self.last_day = (
            self.world.now + 60 * DAY
        )  # else the first events are too old to be asked for in the end
        self.system = truth.home_id()
        local = STARTS[start].astimezone(truth.zone()).date()
        self.exports = exports
        self.since = local - timedelta(days=earlier)
        self.series = (*CHOICE, "production_micro") if micros else CHOICE
        self.log_in()

    # ------------------------------------------------------------------------------------------------ what is done

    @rule(kind=KINDS, series=st.sampled_from(sorted(truth.SERIES)), span=RANGES, doom=DOOM)
    def ask(self, kind: str, series: str, span: tuple[int, int, str], doom: Any) -> None:
        """Rows of a range."""
        start, end = self._range(span)
        asked: list[Any] = []

        def read(client: Any, wait: Callable[[Any], Any]) -> None:
            rows = client.system(self.system).telemetry(series, start, end)
            asked.append(rows)
            self._note(series, rows, wait(rows.to_list()), archived=kind != "off")

        self._act(kind, read, doom)

    @rule(kind=KINDS, series=st.sampled_from(sorted(truth.LIFETIMES)), span=RANGES, doom=DOOM)
    def ask_lifetime(self, kind: str, series: str, span: tuple[int, int, str], doom: Any) -> None:
        """Days; now and then all of them."""
        start, end = self._range((span[0], span[1], "date"))

        def read(client: Any, wait: Callable[[Any], Any]) -> None:
            whole = span[2] == "date"
            rows = client.system(self.system).lifetime(series, *(() if whole else (start, end)))
            self._note(f"lifetime:{series}", rows, wait(rows.to_list()), archived=kind != "off")

        self._act(kind, read, doom)

    @rule(kind=KINDS, span=RANGES, doom=DOOM, which=st.sampled_from(["events", "alarms", "cleared"]))
    def ask_log(self, kind: str, span: tuple[int, int, str], doom: Any, which: str) -> None:
        """Events or alarms of a range."""
        start, end = self._range(span)

        def read(client: Any, wait: Callable[[Any], Any]) -> None:
            system = client.system(self.system)
            rows = (
                system.events(start, end)
                if which == "events"
                else system.alarms(start, end, cleared=which == "cleared")
            )
            wait(rows.to_list())

        self._act(kind, read, doom)

    @rule(
        kind=st.sampled_from(["sync", "sync", "async"]), doom=DOOM, most=st.sampled_from([None, None, 2, 6])
    )
    def sync(self, kind: str, doom: Any, most: int | None) -> None:
        """The archive is brought up to date."""
        self._act(kind, lambda client, wait: wait(self._synced(client, most)), doom)

    @rule(doom=POINTS_AT, kind=st.sampled_from(["sync", "async"]))
    def killed_sync(self, doom: Any, kind: str) -> None:
        """It is killed, if it comes to that point, and begins anew."""
        self._act(kind, lambda client, wait: wait(self._synced(client, None)), doom)
        self._act(kind, lambda client, wait: wait(self._synced(client, None)))

    @rule(series=st.sampled_from(sorted(truth.SERIES)), first=RANGES, second=RANGES)
    def two_at_once(self, series: str, first: tuple[int, int, str], second: tuple[int, int, str]) -> None:
        """Two clients read, by turns."""
        ranges = [self._range(first), self._range(second)]

        def read(client: Any, wait: Callable[[Any], Any]) -> None:
            other = self._client("other", "sync")
            rows = [
                one.system(self.system).telemetry(series, *ranges[i]) for i, one in enumerate((client, other))
            ]
            found: list[list[Any]] = [[], []]
            left = [iter(each) for each in rows]
            while left:
                for each in tuple(left):
                    number = 0 if each is left[0] and len(left) == 2 else 1
                    row = next(each, None)
                    if row is None:
                        left.remove(each)
                    else:
                        found[number].append(row)

        self._act("sync", read, together=True)

    @rule(
        what=st.sampled_from(["sync", "ask", "summary"]),
        series=st.sampled_from(sorted(truth.SERIES)),
        span=RANGES,
    )
    def visitor(self, what: str, series: str, span: tuple[int, int, str]) -> None:
        """While the next call is under way, another process acts."""
        start, end = self._range(span)

        def visit() -> None:
            def work(client: Any, wait: Callable[[Any], Any]) -> None:
                if what == "sync":
                    wait(self._synced(client, None))
                elif what == "ask":
                    rows = client.system(self.system).telemetry(series, start, end)
                    self._note(series, rows, rows.to_list(), archived=True)
                else:
                    client.system(self.system).summary()

            self._act("sync", work, name="visitor")

        self.world.visit = visit

    @precondition(lambda self: self.world.now < self.last_day)
    @rule(seconds=st.sampled_from(MOVES))
    def time_passes(self, seconds: float) -> None:
        self.world.advance(seconds)

    @rule(seconds=st.sampled_from([-2.0, -0.5, 30.0]))
    def the_month_ends(self, seconds: float) -> None:
        """Nearly, or just now; once in a while, as it takes weeks."""
        now = datetime.fromtimestamp(self.world.now, UTC)
        ends = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC).timestamp() + seconds
        if self.world.now < ends < self.world.now + 6 * DAY:
            self.world.advance(ends - self.world.now)

    @rule(
        name=st.sampled_from(FAULTS),
        count=st.integers(1, 3),
        where=st.sampled_from([None, None, "token", "getProductionMeterTelemetry", "createActivation"]),
    )
    def trouble(self, name: str, count: int, where: str | None) -> None:
        """The next calls go wrong."""
        if where == "token" and name in ("wrong_content_type", "403", "404", "429_month"):
            return
        self.world.service.faults.add(name, count=count, operations=where)

    @precondition(lambda self: self.world.service.faults.pending())
    @rule()
    def trouble_ends(self) -> None:
        self.world.service.faults.clear()

    @rule(count=st.integers(5, 30))
    def quota_is_used_up(self, count: int) -> None:
        """Somebody asks and asks."""

        def work(client: Any, wait: Callable[[Any], Any]) -> None:
            for _ in range(count):
                wait(client.system(self.system).summary())

        self._act("sync", work)

    @rule()
    def consent_is_revoked(self) -> None:
        tokens = self.world.service.accounts.tokens
        tokens._access.clear()
        tokens._refresh.clear()
        self.revoked = True

    @rule(doom=DOOM)
    def the_owner_logs_in(self, doom: Any) -> None:
        self.log_in(doom)

    @rule()
    def the_access_token_dies(self) -> None:
        """Long before its time."""
        self.world.service.accounts.tokens._access.clear()
        self.token_is_dead = True

    @rule(
        reference=st.sampled_from(["ADA1", "ADA2", "ada1"]),
        doom=DOOM,
        lost=st.sampled_from([None, *FAULTS[:8]]),
    )
    def create_activation(self, reference: str, doom: Any, lost: str | None) -> None:
        """One that costs two dollars, once; perhaps its answer is lost."""
        if lost is not None:
            self.world.service.faults.add(lost, count=1, operations="createActivation")
        new = NewActivation(
            system_name="House of Ada", reference=reference, address=ADDRESS, expected_pcu_count=12
        )
        self._act("sync", lambda client, wait: wait(client.commissioning.create_activation(new)), doom)

    @precondition(lambda self: self.world.service.homes[0] is self.world.service.histories[0].home)
    @rule(hours=st.integers(0, 60))
    def the_gateway_falls_silent(self, hours: int) -> None:
        """Since some hours; what it measures comes when it is back."""
        history = self.world.service.histories[0]
        since = max(int(self.world.now) - hours // 10 * HOUR, self._known())
        history.home = _replaced(history.home, silent_at=since - since % 900)

    @precondition(lambda self: self.world.service.homes[0] is not self.world.service.histories[0].home)
    @rule()
    def the_gateway_is_back(self) -> None:
        """And delivers all that it has kept."""
        history = self.world.service.histories[0]
        self.outages.append((history.home.silent_at or 0, int(self.world.now)))
        history.home = self.world.service.homes[0]

    @rule(back=st.integers(0, 40), hours=st.integers(1, 30))
    def rows_are_missing(self, back: int, hours: int) -> None:
        """Some rows have not come, though later ones have."""
        until = int(self.world.now) - back * HOUR
        until -= until % 900
        start = max(until - hours * HOUR, self._known())
        if start < until:
            self.world.withheld.append((start, until))

    @precondition(lambda self: self.world.now < self.last_day)
    @rule(hours=st.integers(2, 40), silent=st.booleans())
    def data_is_late(self, hours: int, silent: bool) -> None:
        """What is measured for some hours does not come for days, or nothing does; and that is synced."""
        since = self._known()
        self.world.advance(hours * HOUR)
        if silent:
            if self.world.service.homes[0] is self.world.service.histories[0].home:
                self.the_gateway_falls_silent(hours)
        else:
            until = int(self.world.now)
            self.world.withheld.append((max(since, until - hours * HOUR), until - until % 900))
        self.world.advance(2.5 * DAY)
        self.sync("sync", None, None)

    @precondition(lambda self: self.world.withheld)
    @rule()
    def missing_rows_come(self) -> None:
        self.outages += [(low, max(high, int(self.world.now))) for low, high in self.world.withheld]
        self.world.withheld.clear()

    @rule(name=st.sampled_from(["main", "other"]))
    def a_process_ends(self, name: str) -> None:
        """In good order; another one takes its place."""
        self._end(name)

    @rule(
        words=st.sampled_from(
            [("status",), ("archive", "verify"), ("archive", "status"), ("sync", "--dry-run")]
        )
    )
    def type_a_command(self, words: tuple[str, ...]) -> None:
        """What needs no call, by the command line."""
        process = Process(self.world, "command")
        self.world.running.append(process)
        try:
            result = CliRunner().invoke(command, list(words), obj=process)
        finally:
            self.world.running.pop()
        counts.figures["commands"] += 1
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert "Traceback" not in result.output

    @rule()
    def look_at_the_archive(self) -> None:
        """It is sound, and has all that was returned as final."""
        counts.figures["looks"] += 1
        path = self.home / "archive.sqlite3"
        if path.exists():
            assert list(verify(path)) == []
        with self._archive() as archive:
            for series, kept in self.returned.items():
                if not kept:
                    continue
                found = self._kept_rows(archive, series)
                lost = [key for key, values in kept.items() if found.get(key) != values]
                assert not lost, (
                    f"{len(lost)} rows of {series} that were final are not in the archive, as of {lost[0]}"
                )

    @precondition(lambda self: self.exports)
    @rule(only_new=st.booleans())
    def export_again(self, only_new: bool) -> None:
        """What is exported is what is read."""
        with self._archive() as archive:
            if not any(each.kind == "telemetry" and each.start for each in archive.contents()):
                return
            read = {
                (each.series, row.end): row
                for each in archive.contents()
                if each.kind == "telemetry" and each.start
                for row in archive.system(each.system_id).telemetry(each.series, each.start)
            }
            if not read:
                return
            target = self.folder / "rows.jsonl"
            export(archive, target, kind="telemetry", layout="long", only_new=only_new)
        counts.figures["exports"] += 1
        written = {}
        for line in target.read_text().splitlines():
            told = json.loads(line)
            written[told["series"], datetime.fromisoformat(told["end"])] = told
        assert written.keys() == read.keys()
        for key, row in read.items():
            for name, value in row._asdict().items():
                assert name == "end" or written[key][name] == value, (key, name)

    # --------------------------------------------------------------------------------------------- what has to hold

    @invariant()
    def the_service_was_asked_for_no_more_than_is_allowed(self) -> None:
        calls = self.world.delivered[self.seen :]
        self.seen = len(self.world.delivered)
        counts.figures["hits"] += sum(each.call.counted for each in calls)
        counts.faults.update(each.call.fault for each in calls if each.call.fault)
        over = [each.call for each in calls if each.call.refused_by in ("minute", "month", "writes")]
        assert not over, f"beyond the plan: {over[0]}"
        twice = [count for count in self.world.spent.values() if count > 1]
        assert not twice, "a refresh token was accepted twice"

    @invariant()
    def a_step_is_over(self) -> None:
        counts.figures["steps"] += 1

    @invariant()
    def an_activation_is_made_and_paid_for_once(self) -> None:
        made = [each for each in self.world.service.activations if each.number is not None]
        names = Counter(name.casefold() for each in made for name in each.references.values())
        assert not names or max(names.values()) == 1, f"made more than once: {names}"
        paid = sum(each.call.charge_usd for each in self.world.delivered)
        assert round(paid) == 2 * len(made), (paid, names)

    def teardown(self) -> None:
        try:
            if hasattr(self, "series"):
                self._all_is_well_again()
        finally:
            for name in list(self.processes):
                self._end(name)
            self.ends.close()

    def _all_is_well_again(self) -> None:
        """No faults, all data there, time enough: one sync, and the archive has the truth."""
        world, now = self.world, self.world.now
        world.service.faults.clear()
        world.visit = world.doom = None
        if world.service.histories[0].home is not world.service.homes[0]:
            self.the_gateway_is_back()
        if world.withheld:
            self.missing_rows_come()
        late = [*self.outages]
        at = datetime.fromtimestamp(now, UTC)
        month = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, 1, tzinfo=UTC).timestamp()
        until = max([now + 8 * DAY, month] + [now + (now - low) + HOUR for low, _ in late])
        world.advance(until - now)
        # of a small month sync keeps back what its updates will take: the owner takes a larger plan
        self._allow(PLANS["partner"].per_minute, 5000)
        self._end("main")
        self.log_in()
        before = len(world.delivered)
        results: list[Any] = []
        self._act("sync", lambda client, wait: results.append(wait(self._synced(client, None))))
        assert results, "the last sync failed, though nothing is wrong"
        assert not results[0].holes, results[0].holes
        assert not results[0].put_off, results[0]
        counts.figures["last_syncs"] += 1
        counts.figures["hits_of_last_syncs"] += len(world.delivered) - before
        self.the_service_was_asked_for_no_more_than_is_allowed()
        self.look_at_the_archive()
        self._is_the_truth()
        if self.exports:
            self.export_again(only_new=True)
        self._shows_no_secret()
        counts.figures["visits"] += world.visits
        counts.figures["crashes"] += sum(world.deaths.values())
        counts.points.update(world.deaths)

    def _is_the_truth(self) -> None:
        zone = truth.zone()
        first = int(datetime(self.since.year, self.since.month, self.since.day, tzinfo=zone).timestamp())
        until = int(self.world.now) - 3 * DAY
        until -= until % 900
        given_up = [
            (low - DAY, high) for low, high in self.outages if low < self.world.now - LATEST + 2 * DAY
        ]
        with self._archive() as archive:
            system = archive.system(self.system)
            for series in (each for each in self.series if each in truth.SERIES):
                rows = system.telemetry(series, truth_time(first), truth_time(until))
                found = {truth.epoch(row.end): row for row in rows}
                wanted = truth.rows(series, first, until)
                for end in [each for each in wanted if any(low < each <= high for low, high in given_up)]:
                    del wanted[end]
                    found.pop(end, None)
                missing = sorted(wanted.keys() - found.keys())
                assert not missing, (
                    f"{len(missing)} rows of {series} never came, as of {truth_time(missing[0])}"
                )
                assert not found.keys() - wanted.keys()
                for end, values in wanted.items():
                    told = {name: getattr(found[end], name) for name in values}
                    assert told == values, (series, truth_time(end), told, values)
                if not given_up:
                    holes = [gap for gap in rows.gaps if gap.reason not in ("night",)]
                    assert not holes, (series, holes)
                counts.figures["rows_compared"] += len(wanted)
            days = {row.date: row.energy_wh for row in system.lifetime("production")}
            last = truth_time(until).astimezone(zone).date()
            wanted_days = {each: value for each, value in truth.days("production").items() if each < last}
            assert {each: value for each, value in days.items() if truth.FIRST <= each < last} == wanted_days
            if not self.outages:
                told_events = {
                    (each.event_type_id, truth.epoch(each.event_start_time), each.serial_number)
                    for each in system.events(truth_time(first), truth_time(until))
                    if each.event_start_time is not None
                }
                known = set()
                for start in range(first, until, truth.WEEK):
                    known |= {each for each in truth.events(start) if each[1] < until}
                assert told_events == known

    def _shows_no_secret(self) -> None:
        canaries = [each for each in _forms(self.watch) if len(each) >= 8]
        shown = "\n".join(self.watch.seen)
        if any(each in shown for each in canaries):
            found = list(self.watch.found(self.home))
            assert not found, f"a secret was shown: {found[0]}"
        for path in self.home.rglob("*"):
            if path.is_file() and "profiles" not in path.relative_to(self.home).parts:
                content = path.read_bytes().decode("latin-1")
                assert not any(each in content for each in canaries), f"a secret is in {path.name}"

    # ----------------------------------------------------------------------------------------------- how it is done

    def log_in(self, doom: Any = None) -> None:
        """The owner consents, and tells the password."""

        def work(_: Any, __: Any) -> None:
            told = login.with_password(
                INSTALLER,
                PASSWORD,
                home=self.home,
                runtime=self.world.running[-1],
                check=False,
                **APPLICATION,
            )
            assert told is not None
            self.revoked = self.world.lost_grant = False

        self._act("none", work, doom, name="owner")

    def _known(self) -> int:
        """When the service was last asked for what it measured: what it has told it does not take back."""
        told = [each.call.at for each in self.world.delivered if each.call.operation in MEASURED]
        return int(max(told, default=0.0))

    def _allow(self, minute: int, month: int) -> None:
        """What the plan allows; also that whose limits the mock names to callers that it does not know."""
        for name in ("partner", "kilowatt"):
            plan = PLANS[name]._replace(per_minute=minute, per_month=month, included=month)
            self.patch.setitem(PLANS, name, plan)

    def _synced(self, client: Any, most: int | None) -> Any:
        return client.sync(self.system, since=self.since, series=self.series, max_hits=most)

    def _range(self, span: tuple[int, int, str]) -> tuple[Any, Any]:
        """Days before now, how many days, and how they are told: the first is never before `since`."""
        back, length, form = span
        now = datetime.fromtimestamp(self.world.now, UTC).astimezone(truth.zone())
        first = max(self.since, now.date() - timedelta(days=back))
        end = first + timedelta(days=length)
        if form == "date":
            return first, end
        midnight = datetime(first.year, first.month, first.day)
        start = midnight if first == now.date() else midnight + timedelta(hours=1, minutes=30)
        last = midnight + timedelta(days=length, hours=2)
        if form == "local":
            return start, last
        zone = truth.zone()
        return start.replace(tzinfo=zone), last.replace(tzinfo=zone).astimezone(UTC)

    def _client(self, name: str, kind: str) -> Any:
        process = self.processes.get(name)
        if process is None:
            process = self.processes[name] = Process(self.world, name)
        client = process.clients.get(kind)
        if client is None:
            made = AsyncEnphase if kind == "async" else Enphase
            given: Any = {
                "plan": "partner",
                "home": self.home,
                "runtime": process,
                "archive": kind != "off",
            }
            client = process.clients[kind] = made.from_env(**given)
        return client

    def _act(
        self,
        kind: str,
        work: Callable[[Any, Callable[[Any], Any]], Any],
        doom: tuple[str, int] | None = None,
        *,
        name: str = "main",
        together: bool = False,
    ) -> None:
        """Let a process do something: it does it, is killed at it, or raises an EnphaseError that has a cause."""
        world = self.world
        process = self.processes.setdefault(name, Process(world, name))
        nested = bool(world.running)
        if not nested:
            world.doom, world.doom_in = (None, 0) if doom is None else ((name, doom[0]), doom[1])
        delivered, stored, visits = len(world.delivered), len(world.stored), world.visits
        world.running.append(process)
        error: BaseException | None = None
        try:
            client = None if kind == "none" else self._client(name, kind)
            if kind == "async":
                self._in_a_loop(process, work, client)
            else:
                work(client, _as_is)
        except (EnphaseError, Crash, BaseExceptionGroup) as caught:
            error = caught
        finally:
            world.running.pop()
        killed = process.dead
        if isinstance(error, Crash | BaseExceptionGroup):
            assert killed, f"not an EnphaseError: {error!r}"
        if killed:
            self._end(name)
        if not nested:
            world.doom = None
            if world.holding is process:
                world.holding = None
        counts.figures["actions"] += 1
        alone = not (nested or together or world.visits > visits)
        self._stored(world.stored[stored:], alone=alone)
        if alone and not killed and kind in ("sync", "async"):
            self._paid_is_stored(delivered, world.stored[stored:])
        if isinstance(error, EnphaseError):
            counts.figures["errors"] += 1
            self._has_a_cause(error, delivered, alone=alone)
        elif any(each.whole and each.call.operation != "token" for each in world.delivered[delivered:]):
            self.token_is_dead = False

    def _in_a_loop(
        self, process: Process, work: Callable[[Any, Callable[[Any], Any]], Any], client: Any
    ) -> None:
        """An async client, for as long as its event loop runs."""
        with asyncio.Runner() as runner:
            try:
                work(client, runner.run)
            finally:
                del process.clients["async"]
                runner.run(client.close())

    def _end(self, name: str) -> None:
        """A process is gone; so is what it had open."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        for client in process.clients.values():
            client.close()

    def _has_a_cause(self, error: EnphaseError, delivered: int, *, alone: bool) -> None:
        """Whether anything was wrong that explains it."""
        world = self.world
        if isinstance(error, ConsentRequired):
            expired = world.now - world.renewed_at >= MONTH
            assert self.revoked or world.lost_grant or expired, f"the grant is gone: {error}"
            return
        calls = [each.call for each in world.delivered[delivered:]]
        if isinstance(error, DuplicateActivation):
            made = [each for each in world.service.activations if each.number is not None]
            assert made, "nothing was created before"
            return
        if not alone or self.revoked or world.lost_grant or any(each.fault for each in calls):
            return
        if self.token_is_dead and any(each.status == 401 for each in calls):
            return  # it may have been renewed just now, and what costs money is not sent a second time
        assert isinstance(error, RateLimited), f"without a cause: {error!r}"

    def _stored(self, stored: list[Paid], *, alone: bool) -> None:
        """Nothing that was stored and final is paid for a second time."""
        for paid in stored:
            window = OPERATIONS[paid.key.operation].window
            if window is None or paid.start >= paid.until:
                continue
            final = self.final.setdefault((paid.key, window.kind == "lifetime" and paid.start), [])
            again = any(low <= paid.start and paid.until <= high for low, high in final)
            assert not (alone and again), f"paid for again, though it is final: {paid.key} {dict(paid.asked)}"
            counts.figures["windows_stored"] += 1
        for paid in stored:
            window = OPERATIONS[paid.key.operation].window
            if window is None or paid.start >= paid.final:
                continue
            key = (paid.key, window.kind == "lifetime" and paid.start)
            self.final[key] = _united([*self.final[key], (paid.start, paid.final)])
        self._doubted()

    def _doubted(self) -> None:
        """What is in doubt may be asked for again: where rows are missing, and all events."""
        for key in [each for each in self.final if each[0].operation in LOGS]:
            del self.final[key]
        for low, high in (*self.world.withheld, *self.outages):
            for key, final in self.final.items():
                self.final[key] = _without(final, low - DAY, high + DAY)

    def _paid_is_stored(self, delivered: int, stored: list[Paid]) -> None:
        """Each answer of a range that came is in the archive."""
        came = Counter(
            each.call.operation
            for each in self.world.delivered[delivered:]
            if each.whole and each.call.operation in MEASURED
        )
        kept = Counter(each.key.operation for each in stored)
        assert not came - kept, f"paid for {came}, stored {kept}"

    def _note(self, series: str, rows: Any, found: list[Any], *, archived: bool) -> None:
        """Rows that were returned: those that are final are the truth, and have to stay."""
        settled = rows.settled_until
        if settled is None:
            return
        kind, _, name = series.rpartition(":")
        kept = self.returned.setdefault(series, {})
        if kind == "lifetime":
            last = settled.astimezone(truth.zone()).date()
            for row in found:
                if truth.FIRST <= row.date < last:
                    assert row.energy_wh == truth.days(name)[row.date], (series, row)
                    if archived:
                        kept[row.date] = tuple(row)
            return
        until = truth.epoch(settled)
        final = [row for row in found if truth.epoch(row.end) <= until]
        if not final:
            return
        wanted = truth.rows(series, truth.epoch(final[0].end) - 1, until)
        for row in final:
            values = wanted[truth.epoch(row.end)]
            assert {each: getattr(row, each) for each in values} == values, (series, row, values)
            if archived:
                kept[row.end] = tuple(row)
        counts.figures["final_rows_returned"] += len(final)

    def _archive(self) -> Archive:
        return Archive(self.home, runtime=Process(self.world, "reader"))

    def _kept_rows(self, archive: Archive, series: str) -> dict[Any, tuple[Any, ...]]:
        system = archive.system(self.system)
        kind, _, name = series.rpartition(":")
        if kind == "lifetime":
            return {row.date: tuple(row) for row in system.lifetime(name)}
        start = datetime(self.since.year, self.since.month, self.since.day, tzinfo=truth.zone())
        return {row.end: tuple(row) for row in system.telemetry(name, start - timedelta(days=1))}


def truth_time(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def _as_is(value: Any) -> Any:
    return value


def _replaced(home: Any, **changes: Any) -> Any:
    return replace(home, **changes)


def _forms(watch: Watch) -> list[str]:
    return sorted(forms(watch.secrets))


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return found


def _without(spans: list[tuple[int, int]], low: int, high: int) -> list[tuple[int, int]]:
    parts = [part for start, end in spans for part in ((start, min(end, low)), (max(start, high), end))]
    return [part for part in parts if part[0] < part[1]]
