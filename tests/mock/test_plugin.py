"""What a test suite gets by installing the package: fixtures, a marker, and nothing else."""

from __future__ import annotations

import os
import socket
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from enphase_cloud import mock

pytest_plugins = ["pytester"]

# pytester forgets what a run in this process has imported, which modules in C do not survive: these stay
LOADED = (mock,)
PLUGIN = "enphase_cloud.pytest_plugin"
ASK = """
    import json
    import os
    import urllib.error
    import urllib.request

    import pytest

    def ask(server, path="/api/v4/systems", key="any-key"):
        request = urllib.request.Request(server.url + path, headers={"key": key, "Authorization": "Bearer t"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)
"""


def run(pytester: pytest.Pytester, code: str, *arguments: str) -> pytest.RunResult:
    """A suite of its own, in this process, strict about warnings and markers."""
    pytester.makepyfile(ASK + code)
    strict = ("-p", "no:cacheprovider", "-p", "no:randomly", "-W", "error", "--strict-markers")
    return pytester.runpytest_inprocess(*strict, *arguments)


def test_pytest_finds_the_plugin_where_the_package_is_installed() -> None:
    [found] = [each for each in entry_points(group="pytest11") if each.value == PLUGIN]
    assert found.name == "enphase_mock"


def test_a_run_that_does_not_ask_for_a_server_loads_nothing_of_it(pytester: pytest.Pytester) -> None:
    heavy = ["starlette", "uvicorn", "yaml", "httpx", "anyio", "asyncio", "enphase_cloud.mock", "enphase_v4"]
    pytester.makepyfile(f"import sys\ndef test_it(): assert not set({heavy}) & set(sys.modules)")
    done = alone(pytester)
    done.assert_outcomes(passed=1)


def alone(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """A run in a process of its own, with this plugin and no other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        command = (sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-W", "error")
        return pytester.run(*command, *arguments)


def test_a_server_answers_and_each_test_finds_it_as_new(pytester: pytest.Pytester) -> None:
    """Nothing of a test is left for the next: calls, settings, faults, the clock."""
    done = run(
        pytester,
        """
    @pytest.mark.parametrize("turn", [1, 2])
    @pytest.mark.enphase_mock(clock=1_780_000_000)
    def test_it(enphase_mock, turn):
        service = enphase_mock.service
        assert (len(service.journal), service.now) == (0, 1_780_000_000)
        assert ask(enphase_mock)[0] == 200
        assert [call.operation for call in service.journal] == ["listSystems"]
        service.fail_next(5)
        service.change(api_key="mine")
        service.clock.advance(60)
        assert ask(enphase_mock)[0] == 503
    """,
    )
    done.assert_outcomes(passed=2)


def test_one_server_for_each_set_of_options(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
    ports = []

    @pytest.mark.enphase_mock(homes=2, seed=5)
    def test_one(enphase_mock):
        ports.append(enphase_mock.port)

    @pytest.mark.enphase_mock(seed=5, homes=2)
    def test_the_same(enphase_mock):
        ports.append(enphase_mock.port)

    @pytest.mark.enphase_mock(homes=3)
    def test_another(enphase_mock):
        ports.append(enphase_mock.port)
        assert ask(enphase_mock)[1]["total"] == 3
        assert ports[0] == ports[1] != ports[2]
    """,
    )
    done.assert_outcomes(passed=3)


@pytest.mark.parametrize("how", ["with mock.serve(server.app, port=server.port): ...", "..."])
def test_a_server_that_a_test_stopped_is_replaced(pytester: pytest.Pytester, how: str) -> None:
    done = run(
        pytester,
        f"""
    from enphase_cloud import mock

    def test_stops(enphase_mock):
        server = enphase_mock
        server.service.change(plan="watt")
        server.stop()
        {how}

    def test_next(enphase_mock):
        assert ask(enphase_mock)[0] == 200
        assert enphase_mock.service.settings.plan is None
    """,
    )
    done.assert_outcomes(passed=2)


def test_a_port_that_a_fault_closed_is_open_for_the_next_test(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
    @pytest.mark.parametrize("turn", range(5))
    def test_it(enphase_mock, turn):
        assert ask(enphase_mock)[0] == 200
        enphase_mock.service.faults.add("refused=600", count=1)
        for _ in range(2):
            with pytest.raises(OSError):
                ask(enphase_mock)
    """,
    )
    done.assert_outcomes(passed=5)


def test_applications_that_differ_in_a_secret_do_not_share_a_server(pytester: pytest.Pytester) -> None:
    """Secrets are not in the repr of an application: options are told apart by what they are."""
    done = run(
        pytester,
        """
    from enphase_cloud.mock.accounts import Application

    def mine(key):
        return [Application(name="mine", client_id="mine", client_secret="s", api_key=key, plan="watt")]

    @pytest.mark.enphase_mock(applications=mine("one"), auth="strict")
    def test_one(enphase_mock):
        assert enphase_mock.service.accounts.applications[0].api_key == "one"

    @pytest.mark.enphase_mock(applications=mine("two"), auth="strict")
    def test_two(enphase_mock):
        assert enphase_mock.service.accounts.applications[0].api_key == "two"
    """,
    )
    done.assert_outcomes(passed=2)


def test_the_marker_nearest_to_the_test_wins_name_by_name(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
    pytestmark = pytest.mark.enphase_mock(homes=2, plan="watt")

    @pytest.mark.enphase_mock(homes=3)
    class TestClass:
        @pytest.mark.enphase_mock(seed=9)
        def test_it(self, enphase_mock):
            service = enphase_mock.service
            options = service.options
            assert (len(service.homes), options.seed, service.settings.plan) == (3, 9, "watt")

    def test_beside_it(enphase_mock):
        assert len(enphase_mock.service.homes) == 2
    """,
    )
    done.assert_outcomes(passed=2)


def test_servers_stop_with_the_session(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
    def test_it(enphase_mock):
        with open("port", "w") as file:
            file.write(str(enphase_mock.port))
    """,
    )
    done.assert_outcomes(passed=1)
    port = int(Path(pytester.path, "port").read_text())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_the_environment_leads_every_client_to_the_server(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a person's own variables, with which a test would reach the real account, are out of the way."""
    monkeypatch.setenv("ENPHASE_API_KEY", "of-my-account")
    monkeypatch.setenv("ENPHASE_TOKEN_FILE", "/of/my/account")
    code = """
    from enphase_cloud import Enphase

    def test_it(enphase_env, enphase_mock):
        assert {name: value for name, value in os.environ.items() if "ENPHASE" in name} == enphase_env
        with Enphase.from_env() as enphase:
            assert [each.system_id for each in enphase.systems()] == enphase_mock.service.system_ids

    @pytest.mark.enphase_mock(api_key="mine", access_token="my-token")
    def test_with_credentials_of_its_own(enphase_env, enphase_mock):
        assert ask(enphase_mock)[0] == 401
        with Enphase.from_env() as enphase:
            assert enphase.systems()

    @pytest.mark.enphase_mock(auth="strict", clock=1_780_000_000)
    def test_a_reset_in_the_middle_leaves_its_token_alone(enphase_env, enphase_mock):
        token = enphase_env["ENPHASE_ACCESS_TOKEN"]
        enphase_mock.service.reset()
        with Enphase.from_env() as enphase:
            assert enphase.systems()

    @pytest.mark.enphase_mock(auth="strict", clock=1_780_000_000)
    def test_and_without_the_fixture_it_is_no_token(enphase_mock):
        accounts = enphase_mock.service.accounts
        assert not accounts.tokens.given
        key = accounts.applications[-1].api_key
        assert ask(enphase_mock, key=key)[0] == 401

    @pytest.mark.parametrize("plan", [None, "watt"])
    def test_where_only_known_keys_and_tokens_are_taken(request, plan):
        request.applymarker(pytest.mark.enphase_mock(auth="strict", plan=plan))
        request.getfixturevalue("enphase_env")
        server = request.getfixturevalue("enphase_mock")
        assert ask(server)[0] == 401
        with Enphase.from_env() as enphase:
            assert [each.system_id for each in enphase.systems()] == server.service.system_ids
        assert server.service.journal[-1].plan == (plan or "partner")

    def test_afterwards():
        assert os.environ["ENPHASE_API_KEY"] == "of-my-account"
        assert os.environ["ENPHASE_TOKEN_FILE"] == "/of/my/account"
    """
    # a client brings modules that do not survive being forgotten after a run in this process
    pytester.makepyfile(ASK + code)
    done = alone(pytester, "--strict-markers")
    done.assert_outcomes(passed=7)
    assert os.environ["ENPHASE_API_KEY"] == "of-my-account"


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ("homes=0", "homes must be a whole number between 1 and"),
        ("no_such_thing=1", "there is no setting 'no_such_thing'; there are: plan,"),
        ("plan='gigawatt'", "plan takes none or watt or kilowatt"),
        ("seed=None", "seed must be a whole number"),
        ("port=99999", "port must be a whole number between 0 and 65535, not 99999"),
        ("host='192.0.2.1'", "*cannot listen on 192.0.2.1:0"),
        ("applications=['x']", "applications must be a list of"),
        ("3", "takes names: enphase_mock(homes=2)"),
    ],
)
def test_a_bad_option_is_told_in_a_line(pytester: pytest.Pytester, marker: str, told: str) -> None:
    done = run(
        pytester,
        f"""
    @pytest.mark.enphase_mock({marker})
    def test_it(enphase_mock):
        raise AssertionError("not reached")
    """,
    )
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([f"@pytest.mark.enphase_mock*{told.replace('[', '[[]')}*"])
    done.stdout.no_fnmatch_line("*Traceback*")


def test_without_the_extra_a_test_that_asks_is_told_what_to_install(pytester: pytest.Pytester) -> None:
    """And one that does not ask runs as ever."""
    pytester.makeconftest("import sys\nsys.modules['starlette'] = None")
    pytester.makepyfile("def test_asks(enphase_env): ...\ndef test_does_not(): ...")
    done = alone(pytester)
    done.assert_outcomes(errors=1, passed=1)
    done.stdout.fnmatch_lines(
        ["enphase_mock: *needs the package starlette: pip install 'enphase-cloud?mock?'*"]
    )


def test_it_shows_up_where_people_look_for_it(pytester: pytest.Pytester) -> None:
    fixtures = run(pytester, "", "--fixtures")
    fixtures.stdout.fnmatch_lines_random(["enphase_mock -- *", "enphase_env -- *"])
    assert "_enphase_mock_servers" not in fixtures.stdout.str()
    run(pytester, "", "--markers").stdout.fnmatch_lines(["@pytest.mark.enphase_mock(*"])


def test_it_can_be_left_out(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(enphase_mock): ...")
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:enphase_mock")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*fixture 'enphase_mock' not found"])
