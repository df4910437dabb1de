"""When an answer is final, and when what is not is asked for again: the policy, case by case."""

from __future__ import annotations

import zlib
from types import SimpleNamespace
from typing import Any

import pytest

from enphase_cloud.archive.answers import Meta, canonical, check_sum, lenient, service_of, systems_of
from enphase_cloud.archive.coverage import Doubt, Held, Key
from enphase_cloud.archive.settling import (
    AGAIN,
    LATEST,
    REACH,
    SETTLING,
    doubt_due,
    due_after,
    final_until,
    in_doubt,
    silent_since,
)

DAY, HOUR = 86_400, 3_600
NOW = 1_782_000_000


@pytest.mark.parametrize(
    ("last", "told", "since"),
    [
        (None, NOW, None),
        (NOW, NOW, None),
        (NOW - 2 * DAY, NOW, None),  # by then it may only be late
        (NOW - 2 * DAY - 1, NOW, NOW - 2 * DAY - 1),
        (1, NOW, 1),
    ],
)
def test_a_system_was_silent_that_had_not_reported_for_two_days(
    last: int | None, told: int, since: int | None
) -> None:
    assert silent_since(last, told) == since


@pytest.mark.parametrize(
    ("kind", "step", "due"),
    [("telemetry", 900, 900), ("telemetry", 300, 300), ("lifetime", 86_400, HOUR), ("log", 0, 900)],
)
def test_what_is_not_final_is_due_when_something_new_can_have_come(kind: str, step: int, due: int) -> None:
    window: Any = SimpleNamespace(kind=kind, step_seconds=step)
    assert due_after(window) == due


@pytest.mark.parametrize(
    ("until", "lasting", "doubted"),
    [
        (NOW - 30 * DAY + 1, False, True),
        (NOW - 30 * DAY, False, False),
        (NOW - 180 * DAY + 1, True, True),
        (NOW - 180 * DAY, True, False),
    ],
)
def test_what_is_missing_may_come_for_a_month_and_what_is_open_for_as_long_as_it_is_given(
    until: int, lasting: bool, doubted: bool
) -> None:
    assert in_doubt(Doubt(until - 900, until, NOW, lasting), NOW) is doubted


@pytest.mark.parametrize(
    ("age", "since", "due"),
    [
        (0, 20 * HOUR - 1, False),
        (0, 20 * HOUR, True),
        (3 * DAY, 3 * DAY - 1, False),  # as much time as had passed when it was asked for
        (3 * DAY, 3 * DAY, True),
        (10 * HOUR, 20 * HOUR - 1, False),
        (10 * HOUR, 20 * HOUR, True),
    ],
)
def test_what_is_in_doubt_is_asked_for_at_growing_distances(age: int, since: int, due: bool) -> None:
    doubt = Doubt(NOW - age - 900, NOW - age, NOW, False)
    assert doubt_due(doubt, NOW + since) is due


@pytest.mark.parametrize(
    ("until", "loose", "fetched", "final"),
    [
        (500, None, 500 + SETTLING, 500),  # two days later nothing of it changes
        (500, None, 400 + SETTLING, 400),
        (500, 300, 500 + SETTLING, 300),  # by its own words
        (500, 300, 200 + SETTLING, 200),
        (500, 50, 500 + SETTLING, 100),  # not before it begins
        (500, None, 0, 100),
        (500, 900, 900 + SETTLING, 500),  # nor after it ends
    ],
)
def test_an_answer_is_final_up_to_what_may_still_be_revised(
    until: int, loose: int | None, fetched: int, final: int
) -> None:
    assert final_until(100, until, loose, fetched) == final


def test_the_times_are_those_that_the_documentation_says() -> None:
    assert (SETTLING, AGAIN, LATEST, REACH) == (2 * DAY, 20 * HOUR, 30 * DAY, 180 * DAY)


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://api.enphaseenergy.com", "https://api.enphaseenergy.com"),
        ("https://api.enphaseenergy.com/", "https://api.enphaseenergy.com"),
        ("https://API.EnphaseEnergy.com/api/v4?x=1", "https://api.enphaseenergy.com"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080"),
    ],
)
def test_a_service_is_its_origin(url: str, service: str) -> None:
    assert service_of(url) == service


@pytest.mark.parametrize(
    ("operation_id", "document", "ids"),
    [
        ("listSystems", {"systems": [{"system_id": 1}, {"system_id": 2**63 - 1}]}, [1, 2**63 - 1]),
        ("listSystems", {"systems": [{"system_id": 0}, {"system_id": -1}, {"system_id": 2**63}]}, []),
        ("listSystems", {"systems": [{"system_id": True}, {"system_id": "7"}, {"id": 7}, None, 7]}, []),
        ("listSystems", {"systems": {"system_id": 1}}, []),
        ("listSystems", {"system_id": 1}, []),
        ("listSystems", [{"system_id": 1}], []),
        ("getSystemById", {"system_id": 7, "name": "ü"}, [7]),
        ("getSystemById", {"systems": [{"system_id": 7}]}, []),
        ("getSystemById", None, []),
    ],
)
def test_what_an_answer_tells_of_systems(operation_id: str, document: Any, ids: list[int]) -> None:
    assert sorted(systems_of(operation_id, document)) == ids


def test_what_is_told_of_a_system_is_kept_as_it_was_written() -> None:
    assert systems_of("getSystemById", {"system_id": 7, "name": "ü"}) == {7: '{"system_id": 7, "name": "ü"}'}


def test_a_value_is_written_in_one_way() -> None:
    """Keys and checksums are made of it: another way would lose what is kept."""
    assert canonical({"b": [1, None], "a": "ü"}) == '{"a":"\\u00fc","b":[1,null]}'
    assert check_sum([1, "a"]) == zlib.crc32(b'[1,"a"]')
    assert check_sum((1, "a")) == check_sum([1, "a"])


def test_what_a_disk_did_to_a_text_raises_nothing() -> None:
    assert lenient("ü".encode()) == "ü"
    assert lenient(b"a\xff") == "a\udcff"


def test_a_row_knows_its_key_and_what_it_holds() -> None:
    row = (1, "s", "o", 7, "{}", '{"a":1}', 10, 20, 15, 30, 200, 1, "t", 2, 5)
    meta = Meta(*row, check_sum(row[1:]))
    assert meta.whole
    assert not meta._replace(until=21).whole
    assert meta._replace(id=2).whole, "numbers change when a file is made anew"
    assert meta.key == Key("o", 7, "{}")
    assert meta.held == Held(1, 10, 20, 15, 30, {"a": 1})
