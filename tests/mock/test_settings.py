"""The switches: what they take, from Python and as text; what they say when they do not; and the server's clock."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock import create_app
from enphase_cloud.mock.clock import FIRST, LAST, Clock
from enphase_cloud.mock.settings import QUIRKS, SERIES, Settings, catalogue

from .playing import NOW, ask, service_of

EVERYTHING: dict[str, tuple[Any, str, Any]] = {
    # name: a value, the same as text, what it becomes
    "plan": ("watt", "watt", "watt"),
    "auth": ("strict", "strict", "strict"),
    "api_key": ("a-key", "a-key", "a-key"),
    "access_token": ("a-token", "a-token", "a-token"),
    "key_place": ("query", "query", "query"),
    "outside_plan_status": (401, "401", 401),
    "retry_after": (True, "true", True),
    "overage": (True, "on", True),
    "window_cap": (900, "15mins", 900),
    "stuck_windows": (True, "yes", True),
    "boundary_row": (True, "TRUE", True),
    "nested": (["battery"], "battery", frozenset({"battery"})),
    "day_only": (("rgm", "battery"), "rgm, battery", frozenset({"rgm", "battery"})),
    "late_data": (False, "off", False),
    "dated_summary": (False, "no", False),
    "log_lookback_months": (6, "6", 6),
    "search_max_size": (1000, "1000", 1000),
    "live_max_seconds": (900, "900", 900),
    "quirks": (set(QUIRKS), "all", frozenset(QUIRKS)),
    "commissioning_bodies": ("form", "form", "form"),
    "company_country": ("DE", "DE", "DE"),
    "stranger": ("nobody", "nobody", "nobody"),
    "consent": ("approve", "approve", "approve"),
    "code_seconds": (1, "1", 1.0),
    "access_token_seconds": (60.5, "60.5", 60.5),
    "refresh_token_seconds": (0, "0", 0.0),
    "refresh_grace_seconds": (30.0, "30", 30.0),
}


@pytest.mark.parametrize("name", [each.name for each in dataclasses.fields(Settings)])
def test_every_setting_takes_a_value_and_text_and_nothing_else(name: str) -> None:
    value, text, parsed = EVERYTHING[name]
    assert getattr(Settings(), name) != parsed
    for given_ in (value, text):
        assert getattr(Settings().changed({name: given_}), name) == parsed
    for wrong in ("nonsense ☂" if name not in ("api_key", "access_token") else " ", [], {}, object(), -7):
        if wrong == [] and name in ("nested", "day_only", "quirks"):
            continue  # none of them
        with pytest.raises(ValueError, match=f"^{name} takes "):
            Settings().changed({name: wrong})


def test_settings_read_back_as_they_are_shown() -> None:
    changed = Settings().changed({name: value for name, (value, _, _) in EVERYTHING.items()})
    shown = changed.as_json()
    assert shown["api_key"] == shown["access_token"] == "***"
    open_ = {name: value for name, value in shown.items() if value != "***"}
    assert Settings(api_key="a-key", access_token="a-token").changed(open_) == changed
    assert Settings().changed(Settings().as_json()) == Settings()


def test_what_is_wrong_is_said_without_the_secret() -> None:
    with pytest.raises(ValueError, match=r"no setting 'lates'; there are: plan, auth.*late_data"):
        Settings().changed({"lates": True})
    with pytest.raises(ValueError, match="nested takes any of rgm, production_micro"):
        Settings().changed({"nested": "battery,solar"})
    with pytest.raises(ValueError, match=r"^(?!.*12345)"):
        Settings().changed({"api_key": 12345})
    assert set(SERIES) >= {"production_micro", "rgm", "ev_charger"}


def test_the_catalogue_has_every_setting_with_its_default() -> None:
    listed = {name: default for name, default, _, _ in catalogue()}
    assert list(listed) == list(EVERYTHING)
    assert listed["nested"] == "energy_export, energy_import"
    assert listed["plan"] == "none"
    # what is listed as the default can be typed, and gives it
    typed = {name: "" if name in ("day_only", "quirks") else text for name, text in listed.items()}
    for secret in ("api_key", "access_token"):
        assert typed.pop(secret) == "none"
    assert Settings().changed(typed) == Settings()


def a_field(app: Starlette, path: str) -> Any:
    return ask(app, path).json


def test_a_change_holds_until_the_reset_and_a_wrong_one_changes_nothing() -> None:
    app = create_app(homes=2, clock=NOW, quirks="extra_fields")
    service = service_of(app)
    page = a_field(app, "/api/v4/systems")
    assert page["new_field"] == page["systems"][0]["new_field"] == page["systems"][0]["address"]["new_field"]
    service.change(quirks=[])
    assert "new_field" not in a_field(app, "/api/v4/systems")
    with pytest.raises(ValueError, match="late_data"):
        service.change(quirks="all", late_data="perhaps")
    assert "new_field" not in a_field(app, "/api/v4/systems")
    service.reset()
    assert "new_field" in a_field(app, "/api/v4/systems")


def test_fields_more_leave_lists_by_class_alone() -> None:
    app = create_app(homes=2, clock=NOW, quirks="extra_fields")
    system = service_of(app).system_ids[0]
    devices = a_field(app, f"/api/v4/systems/{system}/devices")
    assert "new_field" not in devices["devices"]
    assert all("new_field" in each for listed in devices["devices"].values() for each in listed)


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(FIRST, LAST - 1)),
        st.tuples(st.just("advance"), st.integers(-1000, 1000)),
        st.tuples(st.just("run"), st.integers(0, 60)),
        st.tuples(st.just("wait"), st.integers(0, 1000)),
        st.tuples(st.just("reset"), st.just(0)),
    ),
    max_size=12,
)


@given(moves=MOVES)
def test_a_clock_shows_what_it_was_told(moves: list[tuple[str, int]]) -> None:
    real = float(NOW)
    clock = Clock(lambda: real)
    shown, speed, bent = real, 1.0, False
    for what, number in moves:
        if what == "wait":
            real += number
            shown = min(shown + number * speed, LAST - 1)
        elif what == "set":
            clock.set(number)
            shown, bent = number, True
        elif what == "advance":
            if not FIRST <= shown + number < LAST:
                continue
            clock.advance(number)
            shown, bent = shown + number, True
        elif what == "run":
            clock.run(number)
            speed, bent = number, True
        else:
            clock.reset()
            shown, speed, bent = real, 1.0, False
        assert clock() == shown
        assert clock.speed == speed
    if not bent:
        assert clock() == real


def test_a_clock_that_stands_still_can_be_let_go_and_comes_back() -> None:
    clock = Clock(NOW)
    assert (clock(), clock.speed) == (NOW, 0)
    clock.advance(900)
    assert clock() == NOW + 900
    clock.reset()
    assert (clock(), clock.speed) == (NOW, 0)


@pytest.mark.parametrize(
    "wrong", [float("nan"), float("inf"), FIRST - 1, LAST, True, "2026-01-01", None, 10**30]
)
def test_times_that_no_clock_shows(wrong: Any) -> None:
    clock = Clock(NOW)
    with pytest.raises(ValueError, match="between 1971 and 2098"):
        clock.set(wrong)
    assert clock() == NOW


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf"), True, "fast", 10**400])
def test_speeds_that_no_clock_has(wrong: Any) -> None:
    with pytest.raises(ValueError, match="speed must be"):
        Clock(None, wrong)


def test_a_running_server_can_run_faster() -> None:
    real = float(NOW)
    app = create_app(homes=1, clock=lambda: real, speed=60)
    service = service_of(app)
    assert service.now == NOW
    real += 10
    assert service.now == NOW + 600
    service.clock.run(0)
    real += 10
    assert service.now == NOW + 600
    service.reset()
    assert service.now == NOW + 20
    real += 1
    assert service.now == NOW + 80


def test_a_clock_can_start_at_a_moment_and_run() -> None:
    app = create_app(homes=1, clock=NOW, speed=0)
    assert service_of(app).now == NOW
    running = service_of(create_app(homes=1, clock=NOW, speed=3600))
    assert NOW <= running.now < NOW + 3600 * 60
    assert running.clock.speed == 3600


def test_an_answer_knows_one_moment_only() -> None:
    """A clock that moves on while an answer is made would let its parts disagree at a quarter of an hour."""
    reads = itertools.count()
    app = create_app(homes=1, clock=lambda: NOW + 900.0 * next(reads))
    service = service_of(app)
    summary = ask(app, f"/api/v4/systems/{service.system_ids[0]}/summary").json
    [call] = service.journal
    assert summary["last_report_at"] == call.at - call.at % 900
    assert service.clock() == call.at + 900


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), True, "a day", 10**400, -(10**400), None])
def test_moves_that_no_clock_makes(wrong: Any) -> None:
    clock = Clock(NOW)
    with pytest.raises(ValueError, match="cannot be moved by"):
        clock.advance(wrong)
    assert clock() == NOW
