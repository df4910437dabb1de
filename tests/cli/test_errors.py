"""What goes wrong: a message on standard error, an exit status that says of which kind, and never a secret."""

from __future__ import annotations

import json

import pytest

from enphase_cloud import InvalidRequest
from enphase_cloud.cli.session import failure

from .running import KEY, TOKEN, Person

ATTEMPTS = {429: 2, 500: 2, 503: 2}
"""How often a call is sent that is answered so; any other answer is believed at once."""


@pytest.mark.parametrize("variable", ["ENPHASE_API_KEY", "ENPHASE_ACCESS_TOKEN"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_secret_is_named_with_its_variable(
    person: Person, variable: str, value: str | None
) -> None:
    person.environment[variable] = value
    result = person.runs("systems")
    assert (result.exit_code, result.stdout, person.calls) == (3, "", 0)
    assert result.stderr.startswith("enphase: error: no ")
    assert variable in result.stderr
    assert "enphase mock" in result.stderr


def test_no_secret_can_be_given_as_an_argument(person: Person) -> None:
    for option in ("--api-key", "--access-token", "--key", "--token"):
        assert person.runs(option, "x", "systems").exit_code == 2
        assert person.runs("systems", option, "x").exit_code == 2
        assert person.runs("login", option, "x").exit_code == 2
    for option in ("--client-secret", "--client-id", "--username"):
        assert person.runs("login", option, "x").exit_code == 2
    assert person.runs("login", "--password", "x").exit_code == 2
    assert person.calls == 0
    shown = person.gets("--help").stdout
    assert "ENPHASE_API_KEY" in shown
    assert "ENPHASE_ACCESS_TOKEN" in shown


@pytest.mark.parametrize(
    ("status", "exit_code"), [(400, 5), (401, 3), (403, 5), (404, 5), (422, 5), (429, 4), (500, 5)]
)
def test_what_the_service_refuses_is_said_in_one_line(person: Person, status: int, exit_code: int) -> None:
    person.server.service.fail_next(ATTEMPTS.get(status, 1), status=status)
    result = person.runs("systems", "--json")
    assert result.exit_code == exit_code
    last = result.stderr.splitlines()[-1]
    assert last.startswith(f"enphase: error: GET /api/v4/systems was answered {status}")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("hits", "status", "exit_code"), [(0, None, 2), (1, None, 5), (1, 422, 5)])
def test_what_took_a_hit_is_not_told_as_if_nothing_was_asked(
    hits: int, status: int | None, exit_code: int
) -> None:
    assert failure(InvalidRequest("it cannot be", status=status, hits=hits)).exit_code == exit_code


def test_a_month_that_is_used_up_is_not_waited_for(person: Person) -> None:
    body = {"message": "Too Many Requests", "period": "month", "limit": 1000, "period_end": 1796083200}
    person.server.service.fail_next(status=429, body=body)
    result = person.runs("lifetime", person.system_id, "production")
    assert (result.exit_code, person.calls, person.world.slept) == (4, 1, [])
    assert "enphase: incomplete: no rows, 1 hit\n" in result.stderr
    assert "Calls are taken again from 2026-12-01 00:00:00 UTC." in result.stderr


def test_a_service_that_is_not_there_is_a_sentence(person: Person) -> None:
    result = person.runs("--base-url", "http://127.0.0.1:9", "systems")
    assert result.exit_code == 5
    assert result.stderr.splitlines()[-1].startswith("enphase: error: GET /api/v4/systems got no answer")


def test_a_base_url_that_would_send_secrets_in_the_clear_is_refused(person: Person) -> None:
    result = person.runs("--base-url", "http://example.com", "systems")
    assert result.exit_code == 3
    assert "not sent over plain http" in result.stderr


def test_the_argument_wins_over_the_environment(person: Person) -> None:
    url = person.environment["ENPHASE_BASE_URL"]
    person.environment["ENPHASE_BASE_URL"] = "http://127.0.0.1:9"
    person.gets("--base-url", url, "systems")
    assert person.calls == 1


def test_no_secret_is_ever_shown(person: Person) -> None:
    """A service that repeats what it was sent, in an error and in data's place."""
    told = f"key {KEY} and Bearer {TOKEN}"
    for status in (400, 401, 404, 503):
        calls = ATTEMPTS.get(status, 1)
        person.server.service.fail_next(calls, status=status, body={"message": told, "details": [told]})
        result = person.runs("telemetry", person.system_id, "battery", "--start", "2026-11-19")
        assert result.exit_code == (3 if status == 401 else 5)
        assert "5up3r53cr3t" not in result.output
    person.server.service.fail_next(status=200, body=f"<html>{told}</html>")
    assert "5up3r53cr3t" not in person.runs("systems").output
    assert "5up3r53cr3t" not in person.gets("systems", "--json").output


def test_words_of_the_service_cannot_command_a_terminal(person: Person) -> None:
    person.server.service.fail_next(
        status=404, body=json.dumps({"message": "\x1b[2J\x1b]0;owned\x07 gone"}).encode()
    )
    result = person.runs("systems")
    assert "\x1b" not in result.output
    assert "\x07" not in result.output
    assert "gone" in result.stderr
