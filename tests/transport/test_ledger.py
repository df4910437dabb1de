"""The ledger: what it books and remembers, whose it is, and what becomes of it when its file is not well."""

from __future__ import annotations

import gc
import logging
import os
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_cloud import ConfigurationError, Plan
from enphase_cloud.errors import Limit, limit_of
from enphase_cloud.transport import ledger as module
from enphase_cloud.transport import sqlite_file
from enphase_cloud.transport.ledger import KEPT, Ledger, account, ledger_of
from enphase_cloud.transport.lock import make_folder, take
from enphase_cloud.transport.plan import UNLIMITED, Reserve
from enphase_cloud.transport.quota import (
    MARGIN,
    SPREAD,
    WINDOW,
    Ask,
    Booked,
    Decision,
    Exhausted,
    Wait,
)
from enphase_cloud.transport.secret import Secret
from enphase_cloud.transport.sqlite_file import SqliteFile

NOW = 1_782_000_000.0  # 2026-06-21 00:00 UTC
JULY = 1_782_864_000.0
WATT = Plan.named("watt")
PARTNER = Plan.named("partner")
NO_LIMIT = Limit(None, None, None, None)

Open = Callable[..., Ledger]


def ask(plan: Plan = WATT, operation: str = "getSystemSummary", method: str = "GET", **reserve: int) -> Ask:
    return Ask(operation, method, plan, Reserve(**reserve))


def write(operation: str = "updateStormGuard", plan: Plan = PARTNER) -> Ask:
    return ask(plan, operation, "PUT")


@pytest.fixture
def path(home: Path) -> Path:
    return home / "ledger.sqlite3"


@pytest.fixture
def open_ledger(path: Path) -> Iterator[Open]:
    """A ledger of that file; closed after the test."""
    opened: list[Ledger] = []

    def open_one(whose: str = "somebody", chance: float = 0.0, at: Path = path) -> Ledger:
        opened.append(Ledger(at, whose, lambda: chance))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def ledger(open_ledger: Open) -> Ledger:
    return open_ledger()


def book(ledger: Ledger, count: int, asked: Ask | None = None, now: float = NOW) -> list[Decision]:
    return [ledger.book(asked or ask(), now) for _ in range(count)]


def booked(decisions: list[Decision]) -> int:
    return sum(isinstance(each, Booked) for each in decisions)


def got(decision: Decision) -> Booked:
    assert isinstance(decision, Booked)
    return decision


# what it books


def test_the_minute_waits_until_the_oldest_leaves_the_window(ledger: Ledger) -> None:
    assert [got(ledger.book(ask(), NOW + index)).at for index in range(10)] == [NOW + i for i in range(10)]
    assert ledger.book(ask(), NOW + 10) == Wait(WINDOW - 10, "quota")
    assert got(ledger.book(ask(), NOW + WINDOW)).at == NOW + WINDOW
    assert ledger.book(ask(), NOW + WINDOW) == Wait(1, "quota")


def test_waiters_are_spread(open_ledger: Open) -> None:
    ledger = open_ledger(chance=0.5)
    book(ledger, 10)
    assert ledger.book(ask(), NOW) == Wait(WINDOW + SPREAD / 2, "quota")


def test_a_reserve_leaves_hits_of_the_minute_to_others(ledger: Ledger) -> None:
    assert booked(book(ledger, 10, ask(per_minute=4))) == 6
    assert booked(book(ledger, 10)) == 4


def test_the_month_ends_after_its_hits_and_begins_anew(ledger: Ledger) -> None:
    plan = Plan(per_month=3)
    assert booked(book(ledger, 3, ask(plan))) == 3
    assert ledger.book(ask(plan), JULY - 1) == Exhausted("month", 3, JULY, "month")
    assert booked(book(ledger, 4, ask(plan), JULY)) == 3


def test_the_month_counts_what_all_operations_sent(ledger: Ledger) -> None:
    plan = Plan(per_month=3)
    assert booked(book(ledger, 2, ask(plan, "a"))) == 2
    assert booked(book(ledger, 2, write("b", plan))) == 1
    assert ledger.book(ask(plan, "c"), NOW) == Exhausted("month", 3, JULY, "month")


def test_a_reserve_of_the_month(ledger: Ledger) -> None:
    plan = Plan(per_month=3)
    assert booked(book(ledger, 3, ask(plan, per_month=1))) == 2
    assert ledger.book(ask(plan, per_month=1), NOW) == Exhausted("month", 3, JULY, "reserve")
    assert booked(book(ledger, 3, ask(plan))) == 1


def test_sends_just_before_a_months_end_count_in_both(ledger: Ledger) -> None:
    plan = Plan(per_month=3)
    assert booked(book(ledger, 1, ask(plan), JULY - MARGIN - 0.1)) == 1
    assert booked(book(ledger, 1, ask(plan), JULY - MARGIN)) == 1
    assert ledger.quota(plan, JULY - MARGIN).month.used == 2
    assert ledger.quota(plan, JULY).month.used == 1
    assert booked(book(ledger, 3, ask(plan), JULY)) == 2


def test_writes_are_limited_for_each_operation(ledger: Ledger) -> None:
    plan = Plan(writes_per_month=2)
    assert booked(book(ledger, 3, write("a", plan))) == 2
    assert booked(book(ledger, 3, write("b", plan))) == 2
    assert booked(book(ledger, 3, ask(plan, "a", "GET"))) == 3
    assert ledger.book(write("a", plan), NOW) == Exhausted("month", 2, JULY, "writes")
    assert ledger.quota(plan, NOW).operations == {"a": 5, "b": 2}
    assert {name: usage.used for name, usage in ledger.quota(plan, NOW).writes.items()} == {"a": 2, "b": 2}


def test_what_is_refused_or_waits_is_not_booked(ledger: Ledger) -> None:
    book(ledger, 50)
    assert ledger.quota(WATT, NOW).minute.used == ledger.quota(WATT, NOW).month.used == 10


def test_old_sends_are_not_kept(ledger: Ledger, path: Path) -> None:
    for index in range(30):
        book(ledger, 1, now=NOW + 10 * index)
    rows = sqlite3.connect(path)
    assert rows.execute("SELECT count(*) FROM sends").fetchone()[0] <= KEPT / 10
    rows.close()
    assert ledger.quota(WATT, NOW + 290).month.used == 30


def test_each_caller_keeps_to_its_own_plan(ledger: Ledger) -> None:
    assert booked(book(ledger, 9, ask(Plan(per_minute=4)))) == 4
    assert booked(book(ledger, 9, ask(Plan(per_minute=7)))) == 3
    assert booked(book(ledger, 9, ask(Plan(per_minute=4)))) == 0
    assert booked(book(ledger, 9, ask(UNLIMITED))) == 9


def test_accounts_do_not_mix(open_ledger: Open) -> None:
    assert booked(book(open_ledger("a"), 11)) == 10
    assert booked(book(open_ledger("b"), 11)) == 10
    assert booked(book(open_ledger("a"), 11)) == 0


def test_what_was_booked_is_there_for_the_next_process(open_ledger: Open) -> None:
    first = open_ledger()
    book(first, 4)
    first.close()
    assert booked(book(open_ledger(), 10)) == 6
    assert booked(book(first, 1)) == 0  # opened again when it is asked again


def test_threads_share_a_ledger(ledger: Ledger) -> None:
    got: list[Decision] = []
    threads = [threading.Thread(target=lambda: got.extend(book(ledger, 5))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert booked(got) == 10


def test_who_read_the_clock_first_and_comes_second_does_not_shorten_the_window(ledger: Ledger) -> None:
    book(ledger, 9, now=NOW + 1)
    assert got(ledger.book(ask(), NOW)).at == NOW + 1
    assert ledger.book(ask(), NOW + WINDOW) == Wait(1, "quota")


# a clock that is set back


@pytest.mark.parametrize("back", [1, MARGIN, 60, 3600, 40 * 86_400, NOW])
def test_a_clock_set_back_makes_nobody_wait_for_longer_than_the_window(ledger: Ledger, back: float) -> None:
    book(ledger, 10)
    wait = ledger.book(ask(), NOW - back)
    assert isinstance(wait, Wait)
    assert wait.seconds <= WINDOW
    later = NOW - back + wait.seconds
    again = ledger.book(ask(), later)
    assert isinstance(again, Booked) or (isinstance(again, Wait) and back <= MARGIN and again.seconds <= back)


def test_a_clock_set_back_does_not_shorten_the_window(ledger: Ledger) -> None:
    book(ledger, 10)
    ledger.book(ask(), NOW - 3600)
    assert ledger.book(ask(), NOW - 3600 + WINDOW - 1) == Wait(1, "quota")


def test_a_clock_that_is_behind_by_the_margin_was_not_set_back(ledger: Ledger) -> None:
    book(ledger, 1)
    assert got(ledger.book(ask(), NOW - MARGIN)).at == NOW
    assert got(ledger.book(ask(), NOW - MARGIN - 1)).at == NOW - MARGIN - 1


def test_a_clock_set_back_to_a_months_last_moments_counts_nothing_twice(ledger: Ledger) -> None:
    book(ledger, 2, now=JULY + 100)
    book(ledger, 1, now=JULY - 1)
    assert ledger.quota(WATT, JULY - 1).month.used == 1
    assert ledger.quota(WATT, JULY).month.used == 3


def test_hits_of_a_month_to_come_count_now_and_once(ledger: Ledger) -> None:
    plan = Plan(per_month=5)
    book(ledger, 1, ask(plan))
    book(ledger, 2, ask(plan), JULY + 10)
    for _ in range(3):
        assert ledger.quota(plan, JULY + 10).month.used == 2
        assert ledger.book(ask(plan), NOW + 10) != Wait(1, "quota")
    assert ledger.quota(plan, NOW + 10).month.used == 5
    assert ledger.book(ask(plan), NOW + 10) == Exhausted("month", 5, JULY, "month")
    book(ledger, 1, ask(plan), JULY + 20)  # the clock was right after all
    assert ledger.quota(plan, JULY + 20).month.used == 3
    book(ledger, 1, ask(plan), NOW + 20)
    assert ledger.quota(plan, NOW + 20).month.used == 6


def test_what_was_told_in_the_future_was_told_now(ledger: Ledger) -> None:
    book(ledger, 1)
    ledger.learn(ask(), Limit("minute", 10, None, NOW + 3640), NOW + 3600)
    assert ledger.book(ask(), NOW) == Wait(40, "limited")
    assert ledger.book(ask(), NOW + 39) == Wait(1, "limited")
    assert got(ledger.book(ask(), NOW + 40)).at == NOW + 40


# what it is told


def test_a_minute_that_is_used_up_by_others(ledger: Ledger) -> None:
    book(ledger, 1)
    ledger.learn(ask(), Limit("minute", 10, int(NOW) - 40, NOW + 20), NOW)
    assert ledger.quota(WATT, NOW).minute == (1, 10, 0, datetime.fromtimestamp(NOW + 20, UTC))
    assert ledger.book(ask(), NOW) == Wait(20, "limited")
    assert got(ledger.book(ask(), NOW + 20)).at == NOW + 20


def test_a_month_that_is_used_up_by_others(open_ledger: Open) -> None:
    open_ledger().learn(ask(), Limit("month", 1000, None, JULY), NOW)
    assert open_ledger().book(ask(), JULY - 1) == Exhausted("month", 1000, JULY, "limited")
    assert open_ledger().quota(WATT, NOW).month == (0, 1000, 0, datetime.fromtimestamp(JULY, UTC))
    assert isinstance(open_ledger("another").book(ask(), NOW), Booked)
    assert isinstance(open_ledger().book(ask(), JULY), Booked)


def test_writes_that_are_used_up_by_others_block_no_other_operation(ledger: Ledger) -> None:
    ledger.learn(write(), Limit("month", 200, None, JULY), NOW)
    assert ledger.book(write(), NOW) == Exhausted("month", 200, JULY, "writes")
    assert isinstance(ledger.book(write("startCharging"), NOW), Booked)
    assert isinstance(ledger.book(ask(PARTNER), NOW), Booked)


def test_a_limit_that_is_told_is_used_for_the_rest_of_the_month(ledger: Ledger) -> None:
    for plan in (WATT, UNLIMITED):
        ledger.learn(ask(plan), Limit("minute", 12, None, NOW), NOW)
    assert booked(book(ledger, 20)) == 12
    assert booked(book(ledger, 20, ask(UNLIMITED), NOW + 100)) == 12
    assert booked(book(ledger, 20, ask(UNLIMITED), JULY)) == 20
    assert booked(book(ledger, 20, now=JULY + 100)) == 10


def test_a_limit_stays_known_when_the_next_refusal_does_not_name_it(ledger: Ledger) -> None:
    ledger.learn(ask(), Limit("minute", 12, None, NOW), NOW)
    ledger.learn(ask(), Limit("minute", None, None, NOW + 5), NOW)
    assert ledger.book(ask(), NOW) == Wait(5, "limited")
    assert booked(book(ledger, 20, now=NOW + 5)) == 12


def test_so_does_the_months(ledger: Ledger) -> None:
    ledger.learn(ask(), Limit("month", 900, None, NOW), NOW)
    ledger.learn(ask(), Limit("month", None, None, NOW + 5), NOW)
    assert ledger.book(ask(), NOW) == Exhausted("month", 900, NOW + 5, "limited")
    assert ledger.quota(WATT, NOW + 5).month.limit == 900


def test_a_limit_of_one_operations_writes_is_used_for_it_alone(ledger: Ledger) -> None:
    """It is told from the month's by what the month has sent: less cannot have been allowed."""
    plan = Plan(per_month=1000)
    book(ledger, 4, write("b", plan))
    book(ledger, 1, write("a", plan))
    ledger.learn(write("a", plan), Limit("month", 2, None, NOW), NOW)
    assert booked(book(ledger, 3, write("a", plan))) == 1
    assert ledger.book(write("a", plan), NOW) == Exhausted("month", 2, JULY, "writes")
    assert booked(book(ledger, 3, write("b", plan))) == 3


def test_a_time_without_a_period(ledger: Ledger) -> None:
    ledger.learn(ask(), NO_LIMIT._replace(resets_at=NOW + 300), NOW)
    assert ledger.book(ask(), NOW) == Exhausted(None, None, NOW + 300, "limited")
    assert ledger.book(ask(), NOW + 200) == Wait(100, "limited")
    ledger.learn(ask(), NO_LIMIT, NOW + 200)
    assert ledger.book(ask(), NOW + 200) == Wait(100, "limited")


@pytest.mark.parametrize(
    "body", [b'{"period": "\\ud800"}', b'{"period": "month\\u0000"}', b'{"period": "7"}']
)
def test_a_period_that_is_no_word_is_none(
    ledger: Ledger, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.learn(ask(), limit_of({"retry-after": "30"}, body, NOW), NOW)
    assert ledger.book(ask(), NOW) == Wait(30, "limited")
    assert not caplog.records


@pytest.mark.parametrize(
    ("said", "now"),
    [
        (Limit("\ud800", None, None, NOW + 30), NOW),
        (Limit("minute", 2**70, None, NOW + 30), NOW),
        (Limit("month", 5, None, NOW + 30), float("nan")),
        (Limit("month", 5, None, None), 1e300),
        (Limit(None, None, None, "soon"), NOW),  # type: ignore[arg-type]
    ],
)
def test_learning_never_fails(
    ledger: Ledger, path: Path, said: Limit, now: float, caplog: pytest.LogCaptureFixture
) -> None:
    book(ledger, 9)
    ledger.learn(ask(), said, now)
    [warning] = warnings(caplog)
    assert warning.startswith("what the service said of its limits was not remembered: ")
    assert booked(book(ledger, 2)) == 1
    assert not damaged(path)


@pytest.mark.parametrize(
    "plan",
    [
        Plan.named("kilowatt"),
        UNLIMITED,
        Plan(per_minute=10, per_month=1000),
        Plan(per_minute=11, per_month=1000, name="watt"),
        Plan(per_minute=10, per_month=1001, name="watt"),
        Plan(per_minute=10, per_month=1000, writes_per_month=1, name="watt"),
    ],
)
def test_what_was_told_of_another_plan_is_not_believed(ledger: Ledger, plan: Plan) -> None:
    ledger.learn(ask(), Limit("month", 1000, None, JULY), NOW)
    assert isinstance(ledger.book(ask(plan), NOW), Booked)
    assert isinstance(ledger.book(ask(), NOW), Exhausted)


# what the service counts late


def test_a_slow_send_counts_from_when_the_service_may_have_counted_it(ledger: Ledger) -> None:
    """10 that took 20 s to connect, and 10 more as soon as the ledger allows: never more than 10 in 60 s."""
    slow = [got(each) for each in book(ledger, 10)]
    for each in slow:
        ledger.late(each, NOW + 20)
    counted = [NOW + 20] * 10
    for second in range(21, 200):
        counted += [NOW + second] * booked(book(ledger, 10, now=NOW + second))
    assert max(sum(at <= other < at + 60 for other in counted) for at in counted) == 10
    assert counted[10:12] == [NOW + 82] * 2
    assert ledger.quota(WATT, NOW + 199).month.used == len(counted) == 30


def test_a_send_that_took_two_minutes_is_known_still(ledger: Ledger) -> None:
    slow = got(ledger.book(ask(), NOW))
    for second in (62, 64, 70, 119):
        book(ledger, 1, now=NOW + second)
    ledger.late(slow, NOW + 120)
    assert ledger.quota(WATT, NOW + 120).minute.used == 5
    assert ledger.quota(WATT, NOW + 120 + 61.9).minute.used == 1


def test_a_send_is_moved_forward_only(ledger: Ledger) -> None:
    sent = got(ledger.book(ask(), NOW))
    for now in (NOW - 10, NOW, NOW + 5, NOW + 3):
        ledger.late(sent, now)
    assert ledger.quota(Plan(per_minute=1), NOW + 30).minute.resets_at.timestamp() == NOW + 5 + WINDOW
    assert ledger.book(ask(Plan(per_minute=1)), NOW + 66) == Wait(1, "quota")


def test_only_that_send_is_moved(ledger: Ledger, open_ledger: Open) -> None:
    first, second = (got(each) for each in book(ledger, 2))
    open_ledger("another").late(first, NOW + 20)
    ledger.late(second, NOW + 20)
    used = [ledger.quota(WATT, NOW + second).minute.used for second in (61.9, 62, 81.9, 82)]
    assert used == [2, 1, 1, 0]


def test_a_send_that_is_gone_is_not_moved(ledger: Ledger, path: Path) -> None:
    old = got(ledger.book(ask(), NOW))
    later = NOW + KEPT
    new = got(ledger.book(ask(), later))
    assert old.row == new.row  # SQLite gives numbers again
    ledger.late(old, later + 30)
    assert ledger.book(ask(Plan(per_minute=1)), later + WINDOW - 1) == Wait(1, "quota")
    path.unlink()
    ledger.late(new, later + 30)
    assert booked(book(ledger, 11, now=later + 30)) == 10


def test_a_send_is_found_after_the_clock_was_set_back(ledger: Ledger) -> None:
    sent = got(ledger.book(ask(), NOW))
    ledger.book(ask(), NOW - 3600)
    ledger.late(sent, NOW - 3580)
    assert ledger.quota(WATT, NOW - 3600 + WINDOW).minute.used == 1


def test_a_slow_send_counts_in_the_month_that_it_reached_too(ledger: Ledger) -> None:
    first, second, third = (got(ledger.book(asked, JULY - 10)) for asked in (ask(), ask(), write("a", WATT)))
    ledger.late(first, JULY - 1)
    assert ledger.quota(WATT, JULY).month.used == 0
    ledger.late(second, JULY)
    for _ in range(2):
        ledger.late(third, JULY + 20)
    assert ledger.quota(WATT, JULY - 1).operations == {"getSystemSummary": 2, "a": 1}
    assert ledger.quota(WATT, JULY).operations == {"getSystemSummary": 1, "a": 1}
    assert ledger.quota(WATT, JULY).writes["a"].used == 1
    both = got(ledger.book(ask(), JULY - MARGIN))
    ledger.late(both, JULY + 30)
    assert ledger.quota(WATT, JULY).month.used == 3


def test_noting_that_a_send_was_slow_never_fails(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent = got(ledger.book(ask(), NOW))
    monkeypatch.setattr(sqlite_file, "ATTEMPTS", 2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ledger.late(sent, NOW + 20)
    other.close()
    ledger.late(sent, float("nan"))
    ledger.late(sent._replace(row=2**70), NOW + 20)
    held, unknown = warnings(caplog)
    assert held.startswith("that a call took long was not noted: The ledger of calls, /")
    assert unknown.startswith("that a call took long was not noted: The ledger of calls, /")
    assert ledger.quota(WATT, NOW + WINDOW).minute.used == 0


# any order of events


Event = tuple[str, int, float]
EVENTS = st.tuples(
    st.sampled_from(["watt", "own", "reserve", "told", "back"]),
    st.integers(1, 12),
    st.sampled_from([0.0, 0.3, 1.9, 7.0, 59.9, 60.0, 62.0, 90.0]),
)


@settings(max_examples=60)
@given(st.lists(EVENTS, max_size=25))
def test_no_window_ever_holds_more_than_is_allowed(events: list[Event]) -> None:
    whose = uuid4().hex  # all examples share the file, as all clients do
    ledger = Ledger(Path(os.environ["ENPHASE_HOME"]) / "ledger.sqlite3", whose, lambda: 0.0)
    asks = {"watt": ask(), "own": ask(Plan(per_minute=7, per_month=40)), "reserve": ask(per_minute=3)}
    most = {"watt": 10, "own": 7, "reserve": 7}
    now = real = NOW
    sent: deque[float] = deque()
    for what, count, pause in events:
        if what == "back":
            now -= 1000 * count
        elif what == "told":
            ledger.learn(asks["watt"], Limit("minute", 10, None, now + count), now)
        else:
            for _ in range(count):
                decision = ledger.book(asks[what], now)
                if isinstance(decision, Booked):
                    sent.append(real)
                    assert sum(real - at < WINDOW for at in sent) <= most[what]
                    assert what != "own" or len(sent) <= 40
                elif isinstance(decision, Wait):
                    assert 0 < decision.seconds <= WINDOW
        now, real = now + pause, real + pause
    assert ledger.quota(WATT, now).month.used == len(sent)
    ledger.close()


# whose it is


def test_an_account_is_an_origin_and_a_key_and_tells_neither() -> None:
    vendor = account("https://api.enphaseenergy.com", Secret("key"))
    assert vendor == account("HTTPS://API.EnphaseEnergy.com:443/api/v4", Secret("key"))
    others = {
        account("https://api.enphaseenergy.com", Secret("kez")),
        account("https://api.enphaseenergy.com:444", Secret("key")),
        account("http://api.enphaseenergy.com:443", Secret("key")),
        account("http://127.0.0.1:8000", Secret("key")),
        account("http://127.0.0.1", Secret("key")),
    }
    assert len(others | {vendor}) == 6
    assert account("http://127.0.0.1:80", Secret("key")) in others
    assert "key" not in vendor
    # or an update would begin to count anew
    assert vendor == "5eed63341cc6554281968cb7f48c3c3a"


@pytest.mark.parametrize("mask", [0, 0o777])
def test_the_file_is_its_owners_alone(ledger: Ledger, path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        book(ledger, 1)
        modes = {
            each.name: stat.S_IMODE(each.stat().st_mode) for each in [path.parent, *path.parent.iterdir()]
        }
    finally:
        os.umask(before)
    assert modes == {
        "enphase": 0o700,
        "ledger.sqlite3": 0o600,
        "ledger.sqlite3-wal": 0o600,
        "ledger.sqlite3-shm": 0o600,
    }


@pytest.mark.parametrize("mask", [0, 0o022, 0o777])
def test_every_folder_that_is_made_is_its_owners_alone(open_ledger: Open, home: Path, mask: int) -> None:
    """Of the ledger and of profiles, and those above: whoever may write there may take them away."""
    before = os.umask(mask)
    try:
        book(open_ledger(at=home / "for" / "calls" / "ledger.sqlite3"), 1)
        held = take(home / "for" / "grants" / "profiles", "default")
    finally:
        os.umask(before)
    assert held is not None
    held.release()
    folders = [home, *(each for each in home.rglob("*") if each.is_dir())]
    assert {each.name: oct(stat.S_IMODE(each.stat().st_mode)) for each in folders} == dict.fromkeys(
        ["enphase", "for", "calls", "grants", "profiles"], "0o700"
    )


def test_folders_that_are_there_stay_as_they_are(home: Path) -> None:
    home.mkdir()
    home.chmod(0o750)
    for _ in range(2):
        make_folder(home / "below")
    assert stat.S_IMODE(home.stat().st_mode) == 0o750


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there is nothing above that could be made: in a folder that somebody removed."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(FileNotFoundError):
        make_folder(Path("here"))


def test_nothing_is_made_before_there_is_something_to_book(ledger: Ledger, path: Path) -> None:
    assert ledger.quota(WATT, NOW).month.used == 0
    assert not path.parent.exists()
    ledger.close()


# others at work


@pytest.fixture
def writing(ledger: Ledger, path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else who is in the middle of a booking; so is the ledger's file open."""
    book(ledger, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_who_finds_the_file_in_use_comes_again(
    ledger: Ledger, open_ledger: Open, writing: sqlite3.Connection
) -> None:
    assert ledger.book(ask(), NOW) == Wait(0.005, "ledger")
    assert open_ledger(chance=0.5).book(ask(), NOW) == Wait(0.015, "ledger")
    writing.execute("ROLLBACK")
    assert isinstance(ledger.book(ask(), NOW), Booked)


@pytest.mark.usefixtures("writing")
def test_a_booking_is_not_held_up_by_whoever_writes(ledger: Ledger) -> None:
    began = time.monotonic()
    assert isinstance(ledger.book(ask(), NOW), Wait)
    assert time.monotonic() - began < 2.5, "SQLite itself would wait for 5 s"


def test_what_has_to_be_read_is_tried_again(
    ledger: Ledger, writing: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = Ledger._run, list[object]()

    def run(self: Ledger, work: Any, begin: str) -> Any:
        tries.append(work)
        if len(tries) == 3:
            writing.execute("ROLLBACK")
        return real(self, work, begin)

    monkeypatch.setattr(Ledger, "_run", run)
    assert ledger.quota(WATT, NOW).month.used == 1
    assert len(tries) == 3


def test_the_first_to_open_it_may_find_it_in_use(open_ledger: Open, path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert isinstance(open_ledger().book(ask(), NOW), Wait)
    other.close()
    assert isinstance(open_ledger().book(ask(), NOW), Booked)


@pytest.mark.usefixtures("writing")
def test_who_hangs_is_not_waited_for_for_ever(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite_file, "ATTEMPTS", 2)
    with pytest.raises(ConfigurationError, match="held by another process"):
        ledger.quota(WATT, NOW)
    ledger.learn(ask(), Limit("month", 1000, None, JULY), NOW)
    [said] = warnings(caplog)
    assert said.startswith("what the service said of its limits was not remembered: The ledger of calls, /")


def test_a_schema_is_made_once(open_ledger: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two find an empty file; the second to get the lock finds that the first has made the tables."""
    real = Ledger._version
    seen: list[int] = []

    def version(connection: sqlite3.Connection) -> int:
        found = real(connection)
        if not seen:
            seen.append(found)
            book(open_ledger(), 1)
        return found

    monkeypatch.setattr(Ledger, "_version", staticmethod(version))
    assert booked(book(open_ledger(), 10)) == 9
    assert seen == [0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_children_of_a_fork_book_too(path: Path) -> None:
    script = Path(__file__).with_name("quota_forks.py")
    done = subprocess.run(
        [sys.executable, script, path, "20"], capture_output=True, text=True, timeout=60, check=True
    )
    ledger = Ledger(path, "somebody", lambda: 0.5)
    assert ledger.quota(UNLIMITED, NOW).month.used == int(done.stdout)
    ledger.close()


def test_a_fork_finds_no_open_file_and_nobody_at_work(ledger: Ledger, path: Path) -> None:
    """What the process does around each fork."""
    book(ledger, 9)
    assert path.with_name("ledger.sqlite3-wal").exists()
    sqlite_file._before_fork()
    at_work, files = not ledger._lock.locked(), [each.name for each in path.parent.iterdir()]
    sqlite_file._after_fork()
    assert (at_work, files) == (False, ["ledger.sqlite3"])
    assert booked(book(ledger, 2)) == 1


# a file that is not well


def damaged(path: Path) -> list[Path]:
    return sorted(path.parent.glob("ledger.sqlite3.damaged-*"))


def garble(path: Path) -> None:
    path.write_bytes(b"no database at all, but somebody's letter" * 1000)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def blank_pages(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))


def foreign(path: Path) -> None:
    path.unlink()
    rows = sqlite3.connect(path)
    rows.executescript("CREATE TABLE letters (text); PRAGMA user_version = 1;")
    rows.close()


def foreign_unversioned(path: Path) -> None:
    path.unlink()
    rows = sqlite3.connect(path)
    rows.executescript("CREATE TABLE sends (text)")
    rows.close()


def wrong_types(path: Path) -> None:
    rows = sqlite3.connect(path)
    rows.executescript("PRAGMA ignore_check_constraints = 1; UPDATE sends SET at = x'00'")
    rows.close()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]


DAMAGES = [garble, cut, blank_pages, foreign, wrong_types]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside(
    ledger: Ledger, path: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2):
        book(ledger, 1)
        ledger.close()
        damage(path)
        assert booked(book(ledger, 11)) == 10
        assert damaged(path)[-1].name.startswith(f"ledger.sqlite3.damaged-{number}")
        assert f"damaged-{number}" in warnings(caplog)[-1]


def test_damage_is_found_while_the_file_is_open(
    ledger: Ledger, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    book(ledger, 1)
    other = sqlite3.connect(path)
    other.execute("DROP TABLE months")
    other.close()
    assert booked(book(ledger, 11)) == 10
    [aside] = damaged(path)
    assert warnings(caplog) == [
        "the ledger of calls was damaged (no such table: months) and is begun anew; "
        f"the damaged one is now {aside}"
    ]
    ledger.close()
    wrong_types(path)
    book(ledger, 1)
    assert "(CHECK constraint failed in sends)" in warnings(caplog)[-1]


def test_of_several_that_find_the_damage_one_sets_it_aside(open_ledger: Open, path: Path) -> None:
    ledgers = [open_ledger() for _ in range(3)]
    for each in ledgers:
        book(each, 1)
    other = sqlite3.connect(path)
    other.execute("DROP TABLE months")
    other.close()
    assert [booked(book(each, 4)) for each in ledgers] == [4, 4, 2]
    assert [each.name.partition("damaged-")[2] for each in damaged(path)] == ["1", "1-shm", "1-wal"]


def test_while_another_sets_it_aside_one_comes_again(ledger: Ledger, path: Path) -> None:
    path.parent.mkdir()
    garble(path)
    lock = path.with_name("ledger.sqlite3.lock")
    with FileLock(lock):
        assert isinstance(ledger.book(ask(), NOW), Wait)
    lock.unlink()
    assert isinstance(ledger.book(ask(), NOW), Booked)
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600


def test_what_another_has_set_aside_meanwhile_is_left_alone(
    open_ledger: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    garble(path)
    ledger, other = open_ledger(), open_ledger()
    real = Ledger._set_aside

    def set_aside(self: Ledger, why: Any) -> None:
        if self is ledger:
            book(other, 3)
        real(self, why)

    monkeypatch.setattr(Ledger, "_set_aside", set_aside)
    assert booked(book(ledger, 10)) == 7
    assert len(damaged(path)) == 1


def test_a_file_that_somebody_is_changing_is_not_set_aside(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer version may be about to change the tables: that looks like damage, too."""
    book(ledger, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("ALTER TABLE months RENAME TO periods")
    real = Ledger._set_aside

    def set_aside(self: Ledger, why: Any) -> None:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        real(self, why)

    monkeypatch.setattr(Ledger, "_set_aside", set_aside)
    assert isinstance(ledger.book(ask(), NOW), Wait)
    other.execute("PRAGMA user_version = 2")
    other.execute("COMMIT")
    other.close()
    refused(ledger, "newer version")
    assert not damaged(path)


def test_a_file_that_vanishes_while_it_is_opened_is_looked_for_again(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Ledger._create

    def create(self: Ledger) -> None:
        real(self)
        path.unlink()

    monkeypatch.setattr(Ledger, "_create", create)
    assert isinstance(ledger.book(ask(), NOW), Wait)
    assert not path.exists()  # SQLite does not make one that all may read


def test_a_file_that_was_deleted_is_begun_anew(ledger: Ledger, path: Path) -> None:
    book(ledger, 10)
    path.unlink()
    assert booked(book(ledger, 11)) == 10
    ledger.close()
    assert booked(book(ledger, 1)) == 0


def test_somebody_elses_file_is_left_alone(ledger: Ledger, path: Path) -> None:
    book(ledger, 1)
    ledger.close()
    foreign_unversioned(path)
    content = path.read_bytes()
    refused(ledger, "table sends already exists")
    assert not damaged(path)
    ledger.close()
    assert path.read_bytes()[100:] == content[100:]  # the header says how the file is locked


AGAIN = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_SCHEMA,
    sqlite3.SQLITE_INTERRUPT,
}
DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def failure(code: int | None, kind: type[Exception] = sqlite3.OperationalError) -> Exception:
    error = kind("somebody says so")
    if code is not None:
        error.sqlite_errorcode = code  # type: ignore[attr-defined]
    return error


def once(monkeypatch: pytest.MonkeyPatch, where: str, error: Exception) -> None:
    """Have this method of the ledger fail the next time."""
    real = getattr(Ledger, where)

    def failing(*given: Any) -> Any:
        monkeypatch.setattr(Ledger, where, real)
        raise error

    monkeypatch.setattr(Ledger, where, failing)


@pytest.mark.parametrize(("where", "extended"), [("_book", 0), ("_book", 7 << 8), ("_prepare", 0)])
@pytest.mark.parametrize("code", range(1, sqlite3.SQLITE_NOTADB + 1))
def test_only_damage_is_damage(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch, *, code: int, extended: int, where: str
) -> None:
    """A ledger that is set aside for anything else loses the month's count."""
    book(ledger, 9)
    if where == "_prepare":
        ledger.close()
    once(monkeypatch, where, failure(code | extended))
    if code in AGAIN:
        assert isinstance(ledger.book(ask(), NOW), Wait)
    elif code in DAMAGE:
        assert isinstance(ledger.book(ask(), NOW), Booked)
        assert damaged(path)
        return
    else:
        refused(ledger, "somebody says so")
    assert not damaged(path)
    assert booked(book(ledger, 2)) == 1


@pytest.mark.parametrize("code", [None, 0, 99, 0xFF])
@pytest.mark.parametrize(
    "kind", [sqlite3.Error, sqlite3.DatabaseError, sqlite3.ProgrammingError, sqlite3.InterfaceError]
)
def test_what_nobody_knows_is_no_damage(
    ledger: Ledger, path: Path, code: int | None, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    book(ledger, 9)
    once(monkeypatch, "_book", failure(code, kind))
    refused(ledger, "somebody says so")
    assert not damaged(path)
    assert booked(book(ledger, 2)) == 1


@pytest.mark.parametrize(
    "asked",
    [
        ask(operation=("a", "tuple")),  # type: ignore[arg-type]
        ask(operation=b"bytes"),  # type: ignore[arg-type]
        ask(operation="\ud800"),
        ask(Plan(per_minute=2**70)),
    ],
)
def test_what_cannot_be_booked_is_no_damage(ledger: Ledger, path: Path, asked: Ask) -> None:
    book(ledger, 9)
    refused(ledger, "cannot be used", asked)
    assert not damaged(path)
    assert booked(book(ledger, 2)) == 1


def test_damage_in_words_that_are_no_text(ledger: Ledger, path: Path) -> None:
    """SQLite quotes what it found, and Python cannot read that: which error it was is not to be known then."""
    book(ledger, 1)
    ledger.close()
    content = path.read_bytes()
    assert b"CREATE TABLE months" in content
    path.write_bytes(content.replace(b"CREATE TABLE months", b"CREATE TABLE \xff\xfenths"))
    assert booked(book(ledger, 11)) == 10
    assert damaged(path)


def test_damage_that_comes_back_is_an_error(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(_: Ledger, connection: sqlite3.Connection) -> None:
        connection.execute("SELECT * FROM nowhere")

    monkeypatch.setattr(Ledger, "_prepare", prepare)
    with pytest.raises(ConfigurationError, match="no such table"):
        ledger.book(ask(), NOW)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 40_000), st.binary(min_size=1, max_size=64)), min_size=1, max_size=6)
)
def test_whatever_stands_in_the_file_the_outcome_is_defined(changes: list[tuple[int, bytes]]) -> None:
    home = Path(os.environ["ENPHASE_HOME"])
    path = home / "fuzzed.sqlite3"
    for each in home.glob("fuzzed*"):
        each.unlink()
    ledger = Ledger(path, "somebody", lambda: 0.5)
    book(ledger, 3, write())
    ledger.learn(ask(), Limit("month", 1000, None, JULY), NOW)
    ledger.close()
    content = bytearray(path.read_bytes())
    for offset, new in changes:
        at = offset % len(content)
        content[at : at + len(new)] = new
    path.write_bytes(content)
    with suppress(ConfigurationError):
        ledger.book(ask(), NOW)
        ledger.learn(write(), Limit("month", 200, None, JULY), NOW)
        ledger.quota(WATT, NOW)
    ledger.close()


# a home that is not well


def refused(ledger: Ledger, words: str, asked: Ask | None = None) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        ledger.book(asked or ask(), NOW)
    assert "ENPHASE_HOME" in str(caught.value)


def test_a_file_of_a_newer_version_is_left_alone(ledger: Ledger, path: Path) -> None:
    book(ledger, 1)
    other = sqlite3.connect(path)
    other.executescript("ALTER TABLE months RENAME TO periods; PRAGMA user_version = 2;")
    other.close()
    for _ in range(2):
        refused(ledger, "newer version")
        ledger.close()
    assert not damaged(path)


def test_a_home_that_is_a_file(open_ledger: Open, home: Path) -> None:
    home.write_text("")
    ledger = open_ledger()
    refused(ledger, "Not a directory|File exists")
    refused(open_ledger(at=home / "below" / "ledger.sqlite3"), "Not a directory")
    with pytest.raises(ConfigurationError):
        ledger.quota(WATT, NOW)


def test_a_home_far_below_what_there_is(open_ledger: Open, home: Path) -> None:
    assert booked(book(open_ledger(at=home / "below" / "it" / "ledger.sqlite3"), 1)) == 1


def test_a_folder_in_the_files_place(ledger: Ledger, path: Path) -> None:
    path.mkdir(parents=True)
    refused(ledger, "unable to open")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_must_not_be_written(ledger: Ledger, home: Path) -> None:
    home.mkdir(mode=0o500)
    refused(ledger, "Permission denied")


def test_a_disk_that_is_full(ledger: Ledger, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No file may grow any more: what a full disk does, as far as a test may do it."""
    book(ledger, 1)
    ledger.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        refused(ledger, "disk")
        ledger.learn(ask(), Limit("month", 1000, None, JULY), NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "was not remembered" in caplog.text
    assert booked(book(ledger, 11)) == 9
    assert not damaged(path)


def test_a_damaged_file_in_a_home_that_cannot_be_changed(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    garble(path)

    def rename(_: Path, __: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "rename", rename)
    refused(ledger, "Read-only file system")


def test_an_interruption_leaves_nothing_half_done(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    book(ledger, 1)
    with monkeypatch.context() as patched:
        patched.setattr(module, "month_of", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ledger.book(ask(), NOW)
    assert booked(book(ledger, 11)) == 9


def test_a_ledger_that_nobody_needs_goes() -> None:
    ledger = Ledger(Path("nowhere"), "somebody", lambda: 0.5)
    before = len(sqlite_file._files)
    del ledger
    gc.collect()
    assert len(sqlite_file._files) < before


def test_a_home_has_one_ledger_for_all_who_use_a_key(tmp_path: Path) -> None:
    """The client books in it, and `status` reads it: they have to mean the same file, and the same account in it."""
    url, key = "https://api.enphaseenergy.com", Secret("key")
    one, other = ledger_of(tmp_path, url, key, lambda: 0.5), ledger_of(tmp_path, url + "/", key, lambda: 0.5)
    with closing(one), closing(other):
        one.book(ask(), NOW)
        assert other.quota(WATT, NOW).month.used == 1
    assert (tmp_path / "ledger.sqlite3").is_file()


class Letters(SqliteFile):
    """A large file, as the archive is: what is wrong with it is found where it is read."""

    label = "the letters"
    advice = "Write them anew."
    migrations = ("CREATE TABLE letters (number INTEGER PRIMARY KEY, text)",)
    checked = False


class CheckedLetters(Letters):
    checked = True


@pytest.mark.parametrize(("kind", "found"), [(Letters, 1), (CheckedLetters, 0)])
def test_only_files_that_say_so_are_looked_through_when_they_are_opened(
    tmp_path: Path, kind: type[Letters], found: int
) -> None:
    """Looking through hundreds of megabytes for each command would take seconds."""
    path = tmp_path / "home" / "letters.sqlite3"
    letters = Letters(path)
    text = "a" * 3000
    letters._patiently(
        lambda file: file.executemany(
            "INSERT INTO letters VALUES (?, ?)", [(number, text) for number in range(1, 400)]
        )
    )
    letters.close()
    content = bytearray(path.read_bytes())
    content[200 * 4096 : 201 * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    first = "SELECT count(*) FROM letters WHERE number = 1"
    with closing(kind(path)) as again:
        assert again._patiently(lambda file: file.execute(first).fetchone(), "DEFERRED") == (found,)


def test_a_negative_version_is_damage(
    path: Path, open_ledger: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """A flipped bit: no version of the schema has that number."""
    first = open_ledger()
    book(first, 1)
    first.close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = -1")
    other.close()
    assert isinstance(book(open_ledger(), 1)[0], Booked)
    assert len(damaged(path)) == 1
    assert "the number of its version is negative" in warnings(caplog)[0]
