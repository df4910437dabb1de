"""`enphase mock`: its options reach the server, what it prints can be pasted, and what is wrong is said in a line."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud import mock
from enphase_cloud.cli.app import enphase
from enphase_cloud.cli.mock import command
from enphase_cloud.mock.accounts import Application
from enphase_cloud.mock.faults import FAULTS
from enphase_cloud.mock.serve import run as run_server
from enphase_cloud.mock.settings import QUIRKS, catalogue

from .running import NOW

needs_shell = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="curl and bash are needed"
)


def enphase_mock(*words: str) -> Result:
    return CliRunner().invoke(enphase, ["mock", *words], prog_name="enphase")


class Started:
    """What the command would have served, and where."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self.service: mock.Service = app.state.service
        self.host, self.port = host, port


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Started]:
    """Servers that the command would have run; none is."""
    seen: list[Started] = []

    def run(host: str, port: int, *, app: Starlette, echo: Any) -> None:
        seen.append(Started(app, host, port))
        echo(mock.banner(app.state.service, f"http://{host}:{port}"))

    monkeypatch.setattr(mock, "run", run)
    return seen


def test_what_is_not_said_is_as_it_is_in_python(started: list[Started]) -> None:
    assert enphase_mock().exit_code == 0
    run, create = inspect.signature(run_server), inspect.signature(mock.create_app)
    assert [started[0].host, started[0].port] == [run.parameters[name].default for name in ("host", "port")]
    options = started[0].service.options
    for name in ("seed", "homes", "owners"):
        assert getattr(options, name) == create.parameters[name].default
    assert started[0].service.clock.speed == 1
    assert started[0].service.settings == mock.create_app(homes=1).state.service.settings


def test_options_reach_the_server(started: list[Started]) -> None:
    words = ["--host", "::1", "--port", "0", "--seed", "7", "--homes", "3", "--owners", "4"]
    words += [
        "--frozen",
        "2026-11-20T12:00",
        "--plan",
        "watt",
        "--set",
        "late_data=off",
        "--set",
        "nested=rgm,battery",
    ]
    words += ["--fault", "503x2:listSystems,token", "--fault", "slow_body=2@0.25"]
    assert enphase_mock(*words).exit_code == 0
    service, options = started[0].service, started[0].service.options
    assert (started[0].host, started[0].port) == ("::1", 0)
    assert (options.seed, options.homes, options.owners) == (7, 3, 4)
    assert (service.clock(), service.clock.speed) == (NOW.timestamp(), 0)
    assert (service.settings.plan, service.settings.late_data) == ("watt", False)
    assert service.settings.nested == {"rgm", "battery"}
    assert service.faults.pending() == [
        {"name": "503", "count": 2, "operations": ["listSystems", "token"]},
        {"name": "slow_body=2", "rate": 0.25},
    ]


def test_a_clock_starts_at_a_time_and_runs(started: list[Started]) -> None:
    assert enphase_mock("--frozen", "2026-11-20T13:00+01:00", "--speed", "3600").exit_code == 0
    clock = started[0].service.clock
    assert clock.speed == 3600
    assert NOW.timestamp() <= clock() < NOW.timestamp() + 3600 * 60
    assert enphase_mock("--speed", "0").exit_code == 0
    assert started[1].service.clock.speed == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--homes", "0"], "homes must be a whole number between 1 and 10000, not 0"),
        (["--homes", "many"], "'many' is not a valid integer"),
        (["--owners", "101"], "owners must be a whole number between 1 and 100, not 101"),
        (["--port", "-1"], "-1 is not in the range 0<=x<=65535"),
        (["--speed", "-1"], "speed must be a number from 0"),
        (["--speed", "nan"], "speed must be a number from 0"),
        (["--frozen", "noon"], "'noon' is not a time"),
        (["--frozen", "1970-01-01"], "clock must show a time between 1971 and 2098"),
        (["--host", "192.0.2.1"], "add --allow-remote"),
        (["--plan", "gigawatt"], "'gigawatt' is not one of 'watt', 'kilowatt', 'megawatt', 'partner'"),
        (["--set", "late_data"], "'late_data' is not NAME=VALUE"),
        (["--set", "late=on"], "there is no setting 'late'; there are: plan, auth"),
        (["--set", "seed=3"], "there is no setting 'seed'"),
        (["--set", "=on"], "there is no setting ''"),
        (["--set", "late_data=perhaps"], "late_data takes true or false, not 'perhaps'"),
        (["--set", "plan=watt", "--set", "plan=watt"], "plan is given twice"),
        (["--plan", "watt", "--set", "plan=partner"], "plan is given twice"),
        (["--fault", "gremlin"], "there is no fault 'gremlin'; there are: refused, reset"),
        (["--fault", ""], "there is no fault ''"),
        (["--fault", "503@often"], "'often' in '503@often' is not a share"),
        (["--fault", "503@"], "'' in '503@' is not a share"),
        (["--fault", "503@2"], "rate must be a number from 0 to 1, not 2.0"),
        (["--fault", "503x0"], "count must be a whole number from 1, not 0"),
        (["--fault", "503x3x3"], "there is no fault '503x3'"),
        (["--fault", "503@0.1@0.1"], "is not NAME[@RATE|xCOUNT][:OPERATION,...]"),
        (["--fault", "503:listSystem"], "no operation 'listSystem' in the document; there are: "),
        (["--fault", "503:"], "no operation ''"),
        (["--frozen-at", "x"], "No such option"),
        (["here"], "Got unexpected extra argument (here)"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_sense_is_an_error_of_usage(
    started: list[Started], words: list[str], told: str
) -> None:
    result = enphase_mock(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    last = result.stderr.splitlines()[-1]
    assert last.startswith("Error: ")
    assert told in last
    assert started == []


def test_a_port_that_is_taken_is_named_in_one_line() -> None:
    with mock.serve(homes=1) as server:
        result = enphase_mock("--port", str(server.port), "--homes", "1")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"enphase: error: cannot listen on 127.0.0.1:{server.port}: Address already in use; try another port\n"
    )


@given(
    name=st.sampled_from([*FAULTS, "418", "slow_body=0.5"]),
    rate=st.none() | st.floats(0, 1),
    count=st.none() | st.integers(1, 999_999_999),
    operations=st.none() | st.lists(st.sampled_from(["listSystems", "token"]), min_size=1, unique=True),
)
def test_faults_are_read_as_they_are_written(
    name: str, rate: float | None, count: int | None, operations: list[str] | None
) -> None:
    from enphase_cloud.cli.mock import _fault

    text = name + (f"@{rate:.17f}" if rate is not None else "") + (f"x{count}" if count is not None else "")
    text += ":" + ",".join(operations) if operations is not None else ""
    found = _fault(text)
    assert (found["name"], found["count"], found["operations"]) == (name, count, operations)
    assert found["rate"] == (None if rate is None else pytest.approx(rate, abs=1e-15))


def listed(shown: str) -> dict[str, str]:
    """The two columns of a list, by the first."""
    entries: dict[str, str] = {}
    name = ""
    for line in shown.splitlines():
        if line and not line.startswith(" "):
            name, _, text = line.partition("  ")
            entries[name] = text.strip()
        else:
            entries[name] = f"{entries[name]} {line.strip()}".strip()
    return entries


def test_settings_are_listed_with_what_they_take() -> None:
    result = enphase_mock("--list-settings")
    assert (result.exit_code, result.stderr) == (0, "")
    shown = listed(result.stdout)
    assert list(shown) == [name for name, *_ in catalogue()] + [f"quirks={name}" for name in QUIRKS]
    for name, default, takes, does in catalogue():
        assert shown[name] == f"{does}. Takes {takes}. [default: {default}]"


def test_faults_are_listed_with_what_they_do() -> None:
    result = enphase_mock("--list-faults")
    assert (result.exit_code, result.stderr) == (0, "")
    shown = listed(result.stdout)
    assert {name: shown[name] for name in FAULTS} == FAULTS
    assert set(shown) - set(FAULTS) == {"200 to 599"}


def test_the_help_names_every_option() -> None:
    shown = enphase_mock("--help").stdout
    for option in command.params:
        assert isinstance(option, click.Option)
        assert option.opts[0] in shown
        assert option.help


VARIABLES = ("ENPHASE_BASE_URL", "ENPHASE_API_KEY", "ENPHASE_ACCESS_TOKEN")


def pasted(told: str) -> tuple[Any, list[str]]:
    """What the call of a banner answers in a shell that was given the exports; and what they left there."""
    lines = told.splitlines()
    [call] = [line for line in lines if line.startswith("curl ")]
    exports = [line for line in lines if line.startswith("export ")]
    assert [re.split("[ =]", line)[1] for line in exports] == list(VARIABLES)
    values = "; ".join(f'printf "%s\\n" "${name}"' for name in VARIABLES)
    script = "\n".join(["set -eu", *exports, values, call.replace("curl ", "curl -sS ", 1)])
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert not done.stderr
    *variables, answer = done.stdout.splitlines()
    return json.loads(answer), variables


@needs_shell
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"auth": "strict"},
        {
            "auth": "strict",
            "applications": [Application(name="A", client_id="a b", client_secret="it's", api_key="k")],
        },
        {"api_key": 'it\'s $HOME & "more"', "access_token": "$(exit 1)`false`"},
        {"auth": "strict", "api_key": "k", "access_token": "t"},
        {"key_place": "query", "api_key": "a&b=c#d"},
        {"key_place": "header"},
    ],
    ids=str,
)
def test_what_the_banner_says_can_be_pasted_into_a_shell(options: dict[str, Any]) -> None:
    with mock.serve(clock=NOW.timestamp(), homes=2, **options) as server:
        answer, (url, key, token) = pasted(mock.banner(server.service, server.url))
        assert (answer["system_id"], url) == (server.service.system_ids[0], server.url)
        asked = httpx.get(
            f"{url}/api/v4/systems",
            params={"key": key} if options.get("key_place") == "query" else {},
            headers={"key": key, "authorization": f"Bearer {token}"},
        )
        assert asked.status_code == 200
        assert [call.status for call in server.service.journal] == [200] * len(server.service.journal)


def test_the_banner_has_what_is_needed_to_begin() -> None:
    service = mock.create_app(clock=NOW.timestamp(), homes=2, seed=5).state.service
    told = mock.banner(service, "http://127.0.0.1:8787")
    assert told.startswith("Enphase v4 mock server: http://127.0.0.1:8787\n")
    assert f"2 systems (seed 5), for example {service.system_ids[0]}" in told
    assert "its clock stands still at 2026-11-20T12:00:00Z" in told
    for each in service.accounts.applications:
        [line] = [line for line in told.splitlines() if line.startswith(f"{each.plan} ")]
        assert line.split() == [each.plan, each.api_key, each.client_id, each.client_secret]
    assert re.search(r"^no limits +any other$", told, re.M)
    assert "http://127.0.0.1:8787/_mock\n" in told
    assert "http://127.0.0.1:8787/oauth/authorize: owner1@example.com ... installer@example.com" in told


@pytest.mark.parametrize(
    ("options", "there", "missing"),
    [
        ({"plan": "kilowatt"}, "kilowatt  any other", "no limits"),
        ({"auth": "strict"}, "watt-key", "any other"),
        ({"api_key": "mine"}, "watt      mine  watt-client", "watt-key"),
        ({"applications": []}, "no limits  any other", "watt"),
        ({"applications": [], "auth": "strict"}, "/oauth/authorize", "any other"),
        ({"speed": 60}, "its clock runs 60 times as fast", "stands still"),
        ({}, "its clock runs\n", "times as fast"),
    ],
    ids=str,
)
def test_the_banner_says_only_what_is_so(options: dict[str, Any], there: str, missing: str) -> None:
    told = mock.banner(mock.create_app(homes=1, **options).state.service, "http://127.0.0.1:8787")
    assert there in told
    assert missing not in told
