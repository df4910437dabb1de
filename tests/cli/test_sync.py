"""`enphase sync`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from enphase_cloud import Enphase, Plan, mock
from enphase_cloud.cli.syncing import planned, warnings
from enphase_cloud.sync.hold import held

from .running import KEY, NOW, TOKEN, Person, StoppedClock, process_environment

SINCE = ("--since", "2026-10-20")


class ItsClock(StoppedClock):
    """The time of the server."""

    server: mock.Server

    def time(self) -> float:
        return self.server.service.clock()

    def sleep(self, seconds: float) -> None:
        self.server.service.clock.advance(seconds)


@pytest.fixture
def owner() -> Iterator[Person]:
    """Somebody with one home, on a server of his own: its clock moves."""
    with mock.serve(seed=3, homes=1, clock=NOW.timestamp(), api_key=KEY, access_token=TOKEN) as server:
        world = ItsClock()
        world.server = server
        yield Person(server, world)


def test_it_says_what_it_costs_before_and_what_it_has_done_after(owner: Person) -> None:
    """Data on standard output, everything else on standard error; the price is known before it is paid."""
    result = owner.gets("sync", *SINCE)
    assert owner.calls == 2 + 6 + 10 * 5  # look-ups; lifetimes; five weeks of telemetry, events and alarms
    planned, *_ = result.stderr.splitlines()
    assert planned.startswith("enphase: ")
    assert "of updates" in planned
    assert result.stdout.endswith(f", {owner.calls} hits ({owner.calls} is the least possible)\n")
    again = owner.gets("sync", *SINCE)
    assert again.stdout == "no rows of 1 system, no hits (0 is the least possible)\n"


def test_a_dry_run_makes_no_call_and_says_what_is_not_known(owner: Person) -> None:
    first = owner.gets("sync", "--dry-run")
    assert first.stdout.startswith("at least 1 hit (1 to look up")
    assert "not known yet: which systems there are" in first.stderr
    assert owner.calls == 0
    owner.gets("sync", *SINCE)
    calls = owner.calls
    told = owner.gets("sync", "--dry-run", "--since", "2026-10-01")
    assert "of history)" in told.stdout
    assert f"  system {owner.system_id}  battery: " in told.stdout
    document = json.loads(owner.gets("sync", "--dry-run", "--since", "2026-10-01", "--json").stdout)
    assert document["hits"] == document["history"] + document["updates"] + document["look_ups"]
    assert sum(each["updates"] + each["history"] for each in document["series"]) == document["hits"]
    assert owner.calls == calls
    owner.gets("sync", "--since", "2026-10-01")
    assert owner.calls - calls == document["hits"]


@pytest.fixture
def small(owner: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody whose history takes months: a day of it is there."""
    monkeypatch.setenv("ENPHASE_PLAN", "watt")
    owner.gets("sync", "--since", "2026-11-19", "--quiet")
    owner.world.sleep(3600)
    return owner


def test_what_this_run_does_comes_before_what_there_is_to_do(small: Person) -> None:
    """Whoever waits wants to know for how long; and the bar counts what this run is going to do."""
    calls = small.calls
    told = small.gets("sync", "--dry-run", "--max-hits", "30").stdout.splitlines()[0]
    assert told.startswith("30 hits in this run, about 3 minutes at the plan's pace; in all ")
    assert "with a sync each day" in told
    assert small.calls == calls
    result = small.gets("sync", "--max-hits", "30")
    assert f"enphase: {told}\n" in result.stderr
    assert " of 30 calls, " in result.stderr
    assert small.calls == calls + 30


def test_daily_updates_that_exceed_the_month_are_said(small: Person, home: Path) -> None:
    """Else the last days of each month are missing, and nobody knows why."""
    assert "hits a month" not in small.gets("sync", "--dry-run").stderr

    def told(per_month: int) -> tuple[str, list[str]]:
        with Enphase(
            api_key=KEY,
            access_token=TOKEN,
            base_url=small.server.url,
            home=home,
            plan=Plan(per_month=per_month),
            runtime=small.world,
        ) as enphase:
            plan = enphase.plan_sync()
        return planned(plan), warnings(plan)

    line, notes = told(300)
    assert notes == ["daily updates take 558 of 300 hits a month: sync less often, or choose fewer series"]
    assert "more than the plan's months ever leave" in told(150)[0]
    assert "days with a sync each day" in line


def test_a_plan_that_nobody_has_named_is_asked_for(owner: Person) -> None:
    """The first sync of a free key would take all of its month without a word."""
    owner.gets("sync", "--since", "2026-11-19", "--series", "battery")
    line = "enphase: no plan is known, so nothing is held back: name it with `enphase config set plan watt`"
    assert (
        line in owner.gets("sync", "--dry-run").stderr
        or "not known yet" in owner.gets("sync", "--dry-run").stderr
    )
    assert line not in owner.gets("sync", "--dry-run", "--since", "2026-11-19").stderr
    assert line in owner.gets("sync", "--max-hits", "5").stderr
    assert line in owner.gets("sync", "--dry-run").stderr


def test_json_is_one_document_with_all_figures(owner: Person) -> None:
    result = json.loads(owner.gets("sync", *SINCE, "--series", "battery", "--json", "--quiet").stdout)
    assert result["hits"] == owner.calls == result["least"]
    assert result["complete"] is True
    assert result["series"][0]["series"] == "battery"
    assert result["holes"] == []
    assert result["put_off_until"] is None


def test_quiet_says_nothing_where_nothing_went_wrong(owner: Person) -> None:
    """What cron mails is what somebody has to read."""
    result = owner.gets("sync", *SINCE, "--series", "battery", "--quiet")
    assert (result.stdout, result.stderr) == ("", "")
    owner.server.service.faults.add(500, count=2)
    owner.world.sleep(86400)
    result = owner.runs("sync", *SINCE, "--series", "battery", "--quiet")
    assert result.exit_code == 6
    assert "enphase: failed: " in result.stderr


def test_what_failed_is_named_and_ends_with_6(owner: Person) -> None:
    owner.server.service.faults.add(500, count=2, operations="getBatteryTelemetry")
    result = owner.runs("sync", *SINCE, "--series", "battery", "--series", "lifetime:production")
    assert result.exit_code == 6
    (line,) = [line for line in result.stderr.splitlines() if "failed: " in line]
    assert f"system {owner.system_id}, battery, 2026-11-13 12:00 to 2026-11-20 12:00 UTC: GET " in line
    assert owner.gets("sync", *SINCE, "--series", "battery").exit_code == 0


def test_a_month_that_is_used_up_ends_with_4_and_says_until_when(
    owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENPHASE_PLAN", "watt")
    result = owner.runs("sync", "--reserve", "1000")
    assert (result.exit_code, owner.calls) == (4, 0)
    assert "2026-12-01 00:00:00 UTC" in result.stderr
    assert "until 2026-12-01 UTC, as the month's hits are used up" in result.stderr
    assert "the next sync goes on" not in result.stderr
    document = json.loads(owner.runs("sync", "--reserve", "1000", "--json").stdout)
    assert (document["put_off_for"], document["put_off_until"][:10]) == ("month", "2026-12-01")


def test_history_that_is_put_off_is_said_and_no_error(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENPHASE_PLAN", "watt")
    result = owner.gets("sync", "--reserve", "700")
    assert "put off: " in result.stderr
    assert "until 2026-12-01 UTC" in result.stderr
    assert owner.calls < 300
    few = owner.gets("sync", "--max-hits", "0")
    assert "as no more hits were allowed" in few.stderr


def test_a_system_that_nobody_knows_ends_with_6_and_is_not_remembered(owner: Person) -> None:
    """A number that was mistyped once."""
    result = owner.runs("sync", "99")
    assert result.exit_code == 6
    assert "failed: system 99" in result.stderr
    assert "no holes" in owner.gets("archive", "holes").stderr


def test_series_that_the_plan_lacks_are_said(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENPHASE_PLAN", "watt")
    result = owner.gets("sync", *SINCE, "--series", "micro")
    assert "enphase: skipped: micro: not in the plan watt\n" in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["house"], "'house' is not a valid integer"),
        (["--series", "batery"], "'batery' is not one of"),
        (["--since", "soon"], "since 'soon' is not a time"),
        (["--since", "2030-01-01"], "since 2030-01-01 lies in the future"),
        (["--max-hits", "-1"], "-1 is not in the range"),
    ],
)
def test_a_command_line_that_cannot_be_understood_ends_with_2(
    owner: Person, words: list[str], told: str
) -> None:
    result = owner.runs("sync", *words)
    assert (result.exit_code, owner.calls) == (2, 0)
    assert told in result.stderr


def test_another_sync_that_runs_is_no_error(owner: Person, home: Path) -> None:
    """Cron may start one while another runs: nobody is to be woken for that."""
    with held(home, NOW.timestamp()):
        result = owner.gets("sync")
        assert f"running already, by process {os.getpid()}, since 2026-11-20 12:00:00 UTC" in result.stderr
        document = json.loads(owner.gets("sync", "--json").stdout)
        assert document["running"] is True
        assert owner.gets("sync", "--quiet").stderr == ""
    assert owner.calls == 0


def test_a_name_that_is_no_name_does_not_reach_the_terminal(owner: Person) -> None:
    """Serial numbers and messages come from the service."""
    body = {"message": "busy \x1b[2J", "details": "", "code": 500}
    owner.server.service.fail_next(status=500, body=body, count=2, operation="getBatteryTelemetry")
    result = owner.runs("sync", *SINCE, "--series", "battery")
    assert "\x1b" not in result.output + result.stderr
    assert result.exit_code == 6


def test_processes_that_begin_at_once_pay_once(home: Path) -> None:
    """Cron, systemd and somebody at the keyboard: the lock is between processes."""
    with mock.serve(seed=3, homes=1, api_key=KEY, access_token=TOKEN) as server:
        environment = process_environment(server, ENPHASE_HOME=str(home))
        begin = [
            sys.executable,
            "-m",
            "enphase_cloud",
            "sync",
            "--series",
            "battery",
            "--since",
            "2026-01-01",
        ]
        running = [
            subprocess.Popen(begin, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)
        ]
        told = "".join(process.communicate(timeout=60)[1] for process in running)
        assert [process.returncode for process in running] == [0, 0, 0]
        calls = server.service.journal
        asked = [tuple(sorted(call.query.items())) for call in calls]
        assert len(asked) == len(set(asked))
        assert "running already" in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_end_it_keeps_what_is_under_way_and_the_next_goes_on(
    home: Path, number: signal.Signals
) -> None:
    """Ctrl-C, and `systemctl stop`: what was paid for is there."""
    with mock.serve(seed=3, homes=1, api_key=KEY, access_token=TOKEN) as server:
        environment = process_environment(server, ENPHASE_HOME=str(home))
        begin = [sys.executable, "-m", "enphase_cloud", "sync", "--series", "battery"]
        server.service.faults.add("slow_headers=0.05")
        process = subprocess.Popen(
            begin, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        for line in process.stderr:
            if "calls, " in line:
                break
        process.send_signal(number)
        told = process.communicate(timeout=30)[1]
        assert process.returncode == 130
        assert "ending, once the calls that are under way" in told
        assert "what came is kept, and the next sync goes on" in told
        assert "Traceback" not in told
        before = len(server.service.journal)
        assert 10 < before < 105
        server.service.faults.clear()
        done = subprocess.run(begin, env=environment, capture_output=True, text=True, check=True, timeout=60)
        assert len(server.service.journal) == 105 + 1, done.stderr


def test_a_second_ctrl_c_ends_it_at_once(home: Path) -> None:
    """Whoever cannot wait need not."""
    with mock.serve(seed=3, homes=1, api_key=KEY, access_token=TOKEN) as server:
        environment = process_environment(server, ENPHASE_HOME=str(home))
        begin = [sys.executable, "-m", "enphase_cloud", "sync", "--series", "battery"]
        server.service.faults.add("stall=60")
        process = subprocess.Popen(begin, env=environment, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        while not server.service.journal and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        for line in process.stderr:
            if "ending, once" in line:
                break
        began = datetime.now(UTC)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 130
        assert (datetime.now(UTC) - began).total_seconds() < 20
