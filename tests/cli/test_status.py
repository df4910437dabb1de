"""`enphase status`, and what is said of the quota while a command waits."""

from __future__ import annotations

import json
import re
import webbrowser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from enphase_cloud import login, mock
from enphase_cloud.cli.status import show
from enphase_cloud.transport.plan import Plan, Quota, Usage

from .running import NOW, Person
from .test_login import newcomer, operations, visit

KEYS = [
    "profile",
    "place",
    "base_url",
    "client_id",
    "who",
    "plan",
    "systems",
    "systems_at",
    "access_token_ends_at",
    "consent_ends_at",
    "warnings",
    "quota",
    "failure",
]


@pytest.fixture(scope="module")
def strict_server() -> Iterator[mock.Server]:
    with mock.serve(clock=NOW.timestamp(), homes=4, auth="strict", consent="approve") as server:
        yield server


@pytest.fixture
def owner(strict_server: mock.Server, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody who has logged in."""
    monkeypatch.setattr(webbrowser, "open", visit)
    person = newcomer(strict_server, "watt")
    person.gets("login", "--plan", "watt")
    strict_server.service.journal.clear()
    return person


def test_a_status_shows_who_granted_what_until_when(owner: Person) -> None:
    result = owner.gets("status")
    shown = dict(re.split(r" {2,}", line, maxsplit=1) for line in result.stdout.splitlines())
    first, second = owner.server.service.system_ids[0::2]
    assert shown["systems"] == f"{first}, {second} (listed 2026-11-20 12:00 UTC)"
    assert shown["application"] == "watt-client"
    assert shown["plan"] == "watt"
    assert shown["access token"] == "until 2026-11-21 12:00 UTC, renewed by itself"
    assert shown["consent"] == "until 2026-12-20 12:00 UTC, renewed by calls before then"
    assert shown["this minute"] == "1 of 10 hits used, 9 left"
    assert shown["this month"] == "1 of 1,000 hits used, 999 left"
    assert re.fullmatch(r"\d+", shown["granted by"])
    assert (result.stderr, operations(owner)) == ("", [])


def test_json_is_one_document_for_programs(owner: Person) -> None:
    told = json.loads(owner.gets("status", "--json").stdout)
    assert list(told) == KEYS
    assert told["systems"] == owner.server.service.system_ids[0::2]
    assert told["consent_ends_at"] == "2026-12-20T12:00:00+00:00"
    month = {"used": 1, "limit": 1000, "left": 999, "resets_at": "2026-12-01T00:00:00+00:00"}
    assert told["quota"]["month"] == month
    assert told["quota"]["operations"] == {"listSystems": 1}
    assert told["warnings"] == []


def test_the_days_of_a_consent_are_warned_of(owner: Person) -> None:
    owner.world.slept.append(25 * 86_400)
    result = owner.gets("status")
    assert result.stderr.startswith(
        "enphase: warning: the consent ends on 2026-12-20 12:00 UTC: any call before"
    )
    assert result.stderr.count("\n") == 1


def test_a_check_costs_a_hit_and_lists_the_systems(owner: Person) -> None:
    result = owner.gets("status", "--check")
    assert operations(owner) == ["listSystems"]
    assert result.stderr == "enphase: 2 systems, 1 hit\n"
    assert "2 of 10 hits used" in result.stdout


def test_a_check_that_fails_shows_what_is_known_and_ends_as_any_error(owner: Person) -> None:
    owner.server.service.fail_next(2, status=503, operation="listSystems")
    result = owner.runs("status", "--check", "--json")
    assert result.exit_code == 5
    assert json.loads(result.stdout)["failure"].startswith("GET /api/v4/systems was answered 503")
    assert result.stderr.splitlines()[-1].startswith("enphase: error: GET /api/v4/systems was answered 503")


def test_nothing_stored_ends_with_3(strict_server: mock.Server) -> None:
    person = newcomer(strict_server, "watt")
    for words, told in (
        (["status"], "run `enphase login`."),
        (["status", "--check"], "run `enphase login`."),
        (["status", "--profile", "other"], "run `enphase login --profile other`."),
    ):
        result = person.runs(*words)
        assert (result.exit_code, result.stdout, person.calls) == (3, "", 0)
        assert told in result.stderr


def test_a_token_of_ones_own_has_a_quota_to_be_shown(person: Person) -> None:
    """Catches `no grant is stored` in the place of what the README promises: what is left of the quota."""
    person.environment["ENPHASE_PLAN"] = "watt"
    person.gets("systems")
    calls = person.calls
    shown = dict(re.split(r" {2,}", line, maxsplit=1) for line in person.gets("status").stdout.splitlines())
    assert shown["service"] == person.server.url
    assert shown["plan"] == "watt"
    assert shown["access token"] == "from ENPHASE_ACCESS_TOKEN, used as it is: it is not renewed"
    assert shown["this month"] == "1 of 1,000 hits used, 999 left"
    told = json.loads(person.gets("status", "--json").stdout)
    assert list(told) == KEYS
    assert (told["quota"]["month"]["used"], told["access_token_ends_at"], told["warnings"]) == (1, None, [])
    assert person.calls == calls
    assert "1 hit" in person.gets("status", "--check").stderr
    assert person.calls == calls + 1


def test_a_token_without_a_key_is_no_use(person: Person) -> None:
    person.environment["ENPHASE_API_KEY"] = None
    result = person.runs("status")
    assert (result.exit_code, "ENPHASE_API_KEY" in result.stderr) == (3, True)


def test_all_profiles_are_shown_whatever_the_environment_is_for(owner: Person, home: Path) -> None:
    other = {"API_KEY": "megawatt-key", "CLIENT_ID": "megawatt-client", "CLIENT_SECRET": "megawatt-secret"}
    owner.environment.update({f"ENPHASE_{name}": value for name, value in other.items()})
    owner.gets("login", "--profile", "work", "--no-check")
    owner.server.service.journal.clear()
    result = owner.gets("status", "--all")
    head, *lines = [line.split() for line in result.stdout.splitlines()]
    assert head[:5] == ["profile", "granted_by", "application", "plan", "systems"]
    assert [(line[0], *line[2:5]) for line in lines] == [
        ("default", "watt-client", "watt", "2"),
        ("work", "megawatt-client", "-", "-"),
    ]
    assert lines[0][-1] == "999"
    assert result.stderr.startswith("enphase: warning: work: the plan is not known")
    default, work = json.loads(owner.gets("status", "--all", "--json").stdout)
    assert list(default) == KEYS
    assert (default["profile"], default["quota"]["month"]["used"]) == ("default", 1)
    assert (work["profile"], work["client_id"]) == ("work", "megawatt-client")
    assert operations(owner) == []


def test_a_damaged_profile_hides_no_other(owner: Person, home: Path) -> None:
    owner.gets("login", "--profile", "work", "--no-check")
    (home / "profiles" / "default.json").write_text("")
    result = owner.runs("status", "--all")
    assert result.exit_code == 3
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["profile", "default", "work"]
    assert result.stderr.splitlines()[-1].endswith("run `enphase login --replace --profile default`.")
    default, work = json.loads(owner.runs("status", "--all", "--json").stdout)
    assert list(default) == list(work) == KEYS
    assert (default["client_id"], work["client_id"]) == (None, "watt-client")
    assert "is damaged" in default["failure"]


def test_all_of_nothing_is_an_empty_list(strict_server: mock.Server) -> None:
    person = newcomer(strict_server, "watt")
    assert json.loads(person.gets("status", "--all", "--json").stdout) == []
    assert "run `enphase login`" in person.gets("status", "--all").stderr


def test_a_warning_for_several_profiles_is_said_once(owner: Person) -> None:
    owner.gets("login", "--profile", "work", "--no-check", "--plan", "watt")
    owner.environment["ENPHASE_ACCESS_TOKEN"] = "t0ken"
    told = owner.gets("status", "--all").stderr
    assert told == (
        "enphase: warning: default, work: ENPHASE_ACCESS_TOKEN is set: it is used in the place of this grant\n"
    )


@pytest.mark.parametrize("words", [["--check"], ["--profile", "default"]])
def test_all_is_all_there_is(owner: Person, words: list[str]) -> None:
    assert owner.runs("status", "--all", *words).exit_code == 2


def test_a_file_that_others_can_read_is_not_used(owner: Person, home: Path) -> None:
    (home / "profiles" / "default.json").chmod(0o644)
    for command in ("status", "systems"):
        result = owner.runs(command)
        assert (result.exit_code, owner.calls) == (3, 0)
        assert "chmod 600" in result.stderr


def test_what_is_not_known_is_not_made_up(capsys: pytest.CaptureFixture[str]) -> None:
    end = datetime(2026, 12, 1, tzinfo=UTC)
    learned, none = Usage(3, None, None, end), Usage(200, 200, 0, end)
    status = login.Status(
        profile="default",
        place="x\x1b[2J",
        base_url="https://api.enphaseenergy.com",
        client_id="id",
        who=None,
        plan=None,
        systems=None,
        systems_at=None,
        access_token_ends_at=end,
        consent_ends_at=end,
        warnings=("one\x1b[2J",),
        quota=Quota(
            plan=Plan(), minute=learned, month=learned, writes={"startCharging": none}, operations={}
        ),
    )
    show(status)
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err
    assert "granted by    -\n" in printed.out
    assert "systems       not listed yet: --check does\n" in printed.out
    assert "this month    3 hits used\n" in printed.out
    assert "startCharging 200 of 200 hits used, 0 left until 2026-12-01 00:00 UTC\n" in printed.out
    assert "\nquota" not in printed.out
    show(status, as_json=True)
    assert json.loads(capsys.readouterr().out)["quota"]["writes"]["startCharging"]["left"] == 0


def test_many_systems_do_not_bury_the_rest(owner: Person, capsys: pytest.CaptureFixture[str]) -> None:
    found = login.status(base_url=owner.server.url, runtime=owner.world)
    for systems, told in (((), "none (listed"), (tuple(range(100, 130)), "109, ... (listed")):
        show(login.Status(**{**{name: getattr(found, name) for name in KEYS}, "systems": systems}))
        assert told in capsys.readouterr().out


def test_who_waits_for_the_minute_is_told_how_long(person: Person) -> None:
    """Twelve weeks on a plan of ten calls a minute: the command waits once, says so, and gets it all."""
    person.environment["ENPHASE_PLAN"] = "watt"
    words = ("telemetry", person.system_id, "battery", "--start", "2026-08-28T00:00Z", "--csv", "-")
    result = person.gets(*words, "--end", "2026-11-20T00:00Z")
    assert person.calls == 12
    [told] = [line for line in result.stderr.splitlines() if "minute" in line]
    assert re.fullmatch(r"enphase: the minute's hits are used up: going on in 6[0-9] s", told)
    assert 60 < sum(person.world.slept) < 64


def test_a_month_that_is_used_up_costs_nothing_and_ends_with_4(owner: Person, home: Path) -> None:
    (home / "config.toml").write_text("[plan]\nper_month = 1\n")
    owner.environment["ENPHASE_PLAN"] = None
    stored = home / "profiles" / "default.json"
    stored.write_text(stored.read_text().replace('"plan": "watt"', '"plan": null'))
    result = owner.runs("systems")
    assert (result.exit_code, owner.calls) == (4, 0), result.output
    assert "2026-12-01" in result.stderr
