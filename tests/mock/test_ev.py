"""EV chargers: rows, days and sessions tell one story, commands change the future alone, refusals say what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from enphase_v4 import catalog
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock import create_app

from .conforming import assert_conforms
from .playing import NOW, Answer, Site, ask, flat, service_of
from .test_statuses import signed_in

HOMES = 9  # the ninth is the first again, in Kathmandu
CHARGERS = [(0, 0), (7, 0), (7, 1), (8, 0)]  # home, charger
PLAIN = [1, 2, 3, 4, 5, 6]
DAYS = st.dates(date(2024, 6, 15), date(2026, 5, 27))
OPERATIONS = {
    "devices": "fetchChargersSummary",
    "events": "fetchEvents",
    "sessions": "fetchChargerSessionHistory",
    "schedules": "fetchSchedules",
    "lifetime": "fetchDailyEnergyConsumptionData",
    "telemetry": "fetchEnergyConsumptionData",
    "start_charging": "startCharging",
    "stop_charging": "stopCharging",
}
some = settings(max_examples=25)


@cache
def fleet(now: int = NOW) -> Starlette:
    return create_app(homes=HOMES, clock=now)


class Plug(NamedTuple):
    """One charger of one home."""

    site: Site
    serial: str

    def ask(self, what: str, /, method: str = "GET", body: bytes = b"", **query: object) -> Answer:
        """Ask about the charger, or the system's chargers."""
        middle = "" if what in ("devices", "events") else f"/{self.serial}"
        path = f"{self.site.path}/ev_charger{middle}/{what}"
        return ask(self.site.app, path, query, method=method, body=body)

    def get(self, what: str, **query: object) -> Any:
        answer = self.ask(what, "GET", b"", **query)
        assert answer.status == 200, answer
        return answer.json

    def tell(self, what: str, **body: str) -> None:
        sent = json.dumps(body).encode() if body else b""
        assert self.ask(f"{what}_charging", method="POST", body=sent).status == 202

    def rows(self, day: date) -> dict[int, int]:
        """Wh by the end of each interval of a local date."""
        begin, end = self.site.midnight(day), self.site.midnight(day + timedelta(days=1))
        found: dict[int, int] = {}
        for start in range(begin, end, 86_400):
            rows = self.get("telemetry", start_at=start)["consumption"]
            found |= {row["end_at"]: row["consumption"] for row in rows if row["end_at"] <= end}
        return found

    def lifetime(self, first: date, last: date) -> list[int]:
        values: list[int] = self.get("lifetime", start_date=f"{first:%Y%m%d}", end_date=f"{last:%Y%m%d}")[
            "consumption"
        ]
        return values

    def everything(self, what: str, **query: object) -> list[Any]:
        """All pages of sessions or events, the latest first."""
        entries: list[Any] = self.get(what, limit=2_000_000, **query)[what]
        return entries

    @property
    def state(self) -> str:
        listed = self.get("devices")["devices"]["ev_chargers"]
        word: str = next(each["status"] for each in listed if each["serial_number"] == self.serial)
        return word


def plug(home: int, position: int, app: Starlette | None = None) -> Plug:
    site = Site(app or fleet(), home)
    listed = site.get("/ev_charger/devices")["devices"]["ev_chargers"]
    return Plug(site, listed[position]["serial_number"])


def wh(session: Any) -> int:
    """Energy of a session, which the service gives in kWh."""
    energy_kwh: float = session["energy_added"]
    return round(energy_kwh * 1000)


def noon(day: date, zone: Any) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp())


@pytest.mark.parametrize("where", CHARGERS)
def test_answers_are_as_documented(where: tuple[int, int]) -> None:
    charger = plug(*where, app=create_app(homes=HOMES, clock=NOW))
    body = b'{"connectorId": "1", "chargingLevel": "40"}'
    for what, operation in OPERATIONS.items():
        method, sent = ("POST", body) if what.endswith("charging") else ("GET", b"")
        query = {"start_date": "20260501"} if what in ("lifetime", "telemetry") else {}
        answer = charger.ask(what, method, sent, **query)
        assert_conforms(operation, answer)
        assert answer.status == (202 if sent else 200)
        assert answer.headers["content-type"] == "application/octet-stream"
    assert charger.ask("start_charging", "POST", b"{}").json == {"message": "Request sent successfully"}


@some
@given(where=st.sampled_from(CHARGERS), day=DAYS)
@example(where=(0, 0), day=date(2026, 3, 8))
@example(where=(0, 0), day=date(2025, 11, 2))
@example(where=(7, 1), day=date(2025, 10, 26))
def test_the_rows_of_a_day_add_up_to_lifetime_and_are_part_of_what_the_house_takes(
    where: tuple[int, int], day: date
) -> None:
    charger = plug(*where)
    rows = charger.rows(day)
    assert charger.lifetime(day, day) == [sum(rows.values())]
    house = charger.site.rows("consumption_meter", day)
    assert list(rows) == list(house)
    together = dict.fromkeys(rows, 0)
    for position in range(2 if where[0] == 7 else 1):
        for end, taken in plug(where[0], position).rows(day).items():
            together[end] += taken
    assert all(0 <= taken < house[end]["enwh"] for end, taken in together.items())


@pytest.mark.parametrize("where", CHARGERS)
def test_the_sessions_add_up_to_lifetime(where: tuple[int, int]) -> None:
    zone = plug(*where).site.zone
    for day in (date(2024, 3, 1), date(2026, 5, 27)):
        # by noon the cars are gone, and what they took is reported
        charger = plug(*where, app=create_app(homes=HOMES, clock=noon(day, zone)))
        values = charger.lifetime(date(2021, 1, 1), day)
        sessions = charger.everything("sessions")
        assert sum(map(wh, sessions)) == sum(values) > 100_000
        assert len(values) == (day - date(2021, 1, 1)).days + 1


@some
@given(where=st.sampled_from(CHARGERS), number=st.integers(0, 400))
def test_a_session_is_what_its_rows_say(where: tuple[int, int], number: int) -> None:
    charger = plug(*where)
    (session,) = charger.get("sessions", offset=number, limit=1)["sessions"]
    start, end = session["start_time"], session["end_time"]
    rows = {
        row["end_at"]: row["consumption"]
        for row in charger.get("telemetry", start_at=start, granularity="week")["consumption"]
    }
    assert sum(taken for at, taken in rows.items() if start < at < end + 900) == wh(session) > 0
    assert session["duration"] == end - start >= session["charge_time"] > 0
    power_w = wh(session) * 3600 / session["charge_time"]
    assert 5_000 < power_w <= 9_600
    assert all(taken * 4 <= 9_601 for taken in rows.values())


def test_some_charge_at_night_and_across_midnight() -> None:
    """Home 0 waits for its schedule; the first charger of home 7 does not."""
    by_schedule, at_once = plug(0, 0), plug(7, 0)
    (schedule,) = by_schedule.get("schedules")["charger_schedules"]
    assert schedule["is_active"]
    assert not at_once.get("schedules")["charger_schedules"][0]["is_active"]
    assert sorted(day for period in schedule["schedules"] for day in period["days"]) == [*range(1, 8)]
    starts = {
        datetime.fromtimestamp(event["triggered_date"], by_schedule.site.zone).strftime("%-H:%M:%S")
        for event in by_schedule.everything("events")
        if "started" in event["details"]
    }
    assert starts == {f"{schedule['schedules'][0]['start_time']}:00"}
    waited = [each["duration"] - each["charge_time"] for each in at_once.everything("sessions")]
    assert (
        max(waited)
        <= 90
        < min(each["duration"] - each["charge_time"] for each in by_schedule.everything("sessions"))
    )
    crossing = [
        each
        for each in at_once.everything("sessions")
        if len(
            {
                datetime.fromtimestamp(each[end], at_once.site.zone).date()
                for end in ("start_time", "end_time")
            }
        )
        == 2
    ]
    day = datetime.fromtimestamp(crossing[0]["start_time"], at_once.site.zone).date()
    assert len(crossing) < len(waited) / 2
    assert min(at_once.lifetime(day, day + timedelta(days=1))) > 0


def level_of(charger: Plug, session: Any) -> int:
    """At which level the schedule has a charger charge, by the day on which it began."""
    begun = datetime.fromtimestamp(session["end_time"] - session["charge_time"], charger.site.zone)
    (schedule,) = charger.get("schedules")["charger_schedules"]
    (level,) = (
        each["charging_level"] for each in schedule["schedules"] if begun.isoweekday() in each["days"]
    )
    return int(level)


def test_the_level_of_a_schedule_is_the_power_it_charges_with() -> None:
    charger = plug(0, 0)
    powers: dict[int, set[int]] = {}
    for session in charger.everything("sessions"):
        power_w = wh(session) * 3600 / session["charge_time"]
        powers.setdefault(level_of(charger, session), set()).add(round(power_w / 10))
    shares = {level: sorted(each) for level, each in powers.items()}
    (low, slow), (high, fast) = sorted(shares.items())
    assert slow[-1] - slow[0] <= 1
    assert fast[-1] - fast[0] <= 1
    assert slow[0] / fast[0] == pytest.approx(low / high, abs=0.01)


class Moment(NamedTuple):
    """A command after a while: `level` None: to stop."""

    after: int
    level: int | None


def past(charger: Plug, now: int) -> list[bytes]:
    """All that a charger and its house have to show at `now`, but for what the charger is doing."""
    service_of(charger.site.app).clock.set(now)
    day = datetime.fromtimestamp(now, charger.site.zone).date()
    return [
        charger.ask(
            "telemetry", start_at=charger.site.midnight(day - timedelta(days=3)), granularity="week"
        ).body,
        charger.ask(
            "lifetime", start_date=f"{day - timedelta(days=5):%Y%m%d}", end_date=f"{day:%Y%m%d}"
        ).body,
        charger.ask("sessions").body,
        charger.ask("events").body,
        ask(charger.site.app, f"{charger.site.path}/telemetry/battery", {"start_at": now - 86_400}).body,
        ask(
            charger.site.app, f"{charger.site.path}/telemetry/consumption_meter", {"start_at": now - 86_400}
        ).body,
    ]


MOMENTS = st.lists(
    st.builds(
        Moment,
        after=st.one_of(st.integers(0, 1), st.integers(2, 7_200), st.integers(7_200, 100_000)),
        level=st.one_of(st.none(), st.integers(0, 100), st.just(100)),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=10)
@given(where=st.sampled_from(CHARGERS), begin=st.integers(NOW - 30 * 86_400, NOW), moments=MOMENTS)
@example(where=(0, 0), begin=NOW, moments=[Moment(0, 100), Moment(3600, None), Moment(60, 50)])
@example(where=(7, 0), begin=NOW, moments=[Moment(0, 0), Moment(0, 1), Moment(0, None), Moment(0, 100)])
@example(where=(0, 0), begin=NOW, moments=[Moment(0, 1)])
def test_commands_at_any_moment_change_what_comes_and_nothing_that_was(
    where: tuple[int, int], begin: int, moments: list[Moment]
) -> None:
    commanded, plain = (plug(*where, app=create_app(homes=HOMES, clock=begin)) for _ in range(2))
    seen: list[tuple[int, list[bytes]]] = []
    now = begin
    for moment in moments:
        now += moment.after
        before = past(commanded, now)
        if moment.level is None:
            commanded.tell("stop")
        else:
            commanded.tell("start", connectorId="1", chargingLevel=str(moment.level))
        assert past(commanded, now) == before
        seen.append((now, before))
    end = noon(date.fromtimestamp(now + 3 * 86_400), commanded.site.zone)
    later = past(commanded, end)
    values = commanded.lifetime(date(2022, 1, 1), datetime.fromtimestamp(end, commanded.site.zone).date())
    sessions = commanded.everything("sessions")
    assert sum(map(wh, sessions)) == sum(values)
    assert all(later["start_time"] >= earlier["end_time"] for later, earlier in pairwise(sessions))
    differ = assert_the_house_takes_what_the_charger_takes(commanded, plain, begin, end)
    # a car that charges already, or is stopped at once, takes no more for being told to start
    event(f"the commands changed something: {differ}")
    # a clock that was set back knows only of the commands before
    for at, before in reversed(seen):
        assert past(commanded, at) == before
    assert past(commanded, end) == later
    service_of(commanded.site.app).reset()
    assert past(commanded, end) == past(plain, end)


def assert_the_house_takes_what_the_charger_takes(one: Plug, other: Plug, begin: int, end: int) -> bool:
    """In each interval the houses differ by what their chargers differ. Whether they do at all."""
    differ = False
    for start in range(begin - 86_400, end, 7 * 86_400):
        chargers, houses = [], []
        for each in (one, other):
            service_of(each.site.app).clock.set(end)
            rows = each.get("telemetry", start_at=start, granularity="week")["consumption"]
            chargers.append({row["end_at"]: row["consumption"] for row in rows})
            window = each.site.window("consumption_meter", start_at=start, granularity="week")
            houses.append({row["end_at"]: row["enwh"] for row in flat(window["intervals"])})
        assert chargers[0].keys() == houses[0].keys() == houses[1].keys()
        for at in chargers[0]:
            assert chargers[0][at] - chargers[1][at] == houses[0][at] - houses[1][at], at
        differ = differ or chargers[0] != chargers[1]
    return differ


def evening(charger: Plug) -> tuple[int, Any]:
    """When a car was plugged in that then waited for an hour at least, and its session, of an hour or two."""
    for session in charger.everything("sessions"):
        if session["duration"] - session["charge_time"] > 3600 and 3600 < session["charge_time"] < 7200:
            return session["start_time"], session
    raise AssertionError("no car ever waited")


def test_told_to_start_a_waiting_car_begins_at_once_and_told_to_stop_it_does_not_begin_at_all() -> None:
    plugged_in, planned = evening(plug(0, 0))
    for what, energy in (("start", wh(planned)), ("stop", 0)):
        charger = plug(0, 0, create_app(homes=HOMES, clock=plugged_in + 100))
        assert charger.state == "preparing"
        charger.tell(what)
        service_of(charger.site.app).clock.set(planned["end_time"] + 60)
        assert charger.state == "finishing"
        latest = charger.everything("sessions")[0]
        assert latest["start_time"] == plugged_in
        assert wh(latest) == energy
        assert plugged_in + 103 <= latest["end_time"] - latest["charge_time"] <= plugged_in + 112
        assert sum(charger.rows(date.fromtimestamp(plugged_in)).values()) <= energy


def test_a_car_takes_what_it_wants_at_any_power_in_any_number_of_sessions() -> None:
    plugged_in, planned = evening(plug(0, 0))
    half_an_hour = planned["end_time"] - planned["charge_time"] + 1800
    charger = plug(0, 0, create_app(homes=HOMES, clock=half_an_hour))
    charger.tell("start", chargingLevel="50")
    service_of(charger.site.app).clock.set(plugged_in + 86_400)
    (session,) = (each for each in charger.everything("sessions") if each["start_time"] == plugged_in)
    assert wh(session) == wh(planned)
    rest_s = (planned["charge_time"] - 1808) * level_of(charger, planned) / 50
    assert session["charge_time"] == pytest.approx(1808 + rest_s, abs=10)
    service_of(charger.site.app).reset()
    service_of(charger.site.app).clock.set(half_an_hour)
    charger.tell("stop")
    service_of(charger.site.app).clock.set(half_an_hour + 60)
    charger.tell("start")
    service_of(charger.site.app).clock.set(plugged_in + 86_400)
    two = [
        each
        for each in charger.everything("sessions")
        if plugged_in <= each["start_time"] < plugged_in + 43_200
    ]
    assert sum(map(wh, two)) == pytest.approx(wh(planned), abs=1)
    assert len(two) == 2
    assert min(map(wh, two)) > 1_000


def test_a_session_ends_when_the_car_leaves() -> None:
    plugged_in, _ = evening(plug(0, 0))
    charger = plug(0, 0, create_app(homes=HOMES, clock=plugged_in + 100))
    charger.tell("start", chargingLevel="1")
    service_of(charger.site.app).clock.set(plugged_in + 86_400)
    (plugged,) = (each for each in charger.everything("events") if each["triggered_date"] == plugged_in)
    (session,) = (each for each in charger.everything("sessions") if each["start_time"] == plugged_in)
    assert session["end_time"] == plugged["cleared_date"]
    assert 0 < wh(session) < 2_500


def test_a_day_has_taken_nothing_before_it_is_reported() -> None:
    _, planned = evening(plug(0, 0))
    charger = plug(0, 0)
    day = datetime.fromtimestamp(planned["end_time"], charger.site.zone).date()
    charger = plug(0, 0, create_app(homes=HOMES, clock=charger.site.midnight(day) + 600))
    assert charger.lifetime(day, day) == [0]
    service_of(charger.site.app).clock.set(planned["end_time"] + 3_600)
    assert charger.lifetime(day, day)[0] > 0


def test_what_was_told_later_has_not_happened_once_another_command_is_given_before_it() -> None:
    charger = plug(7, 0, create_app(homes=HOMES, clock=NOW))
    clock, begun = service_of(charger.site.app).clock, NOW - 20 * 86_400
    before = past(charger, NOW)
    clock.set(begun + 7_200)
    charger.tell("start")
    clock.set(begun + 3_600)
    charger.tell("stop")
    assert past(charger, NOW) == before, "to stop where nothing charges does nothing"


def test_a_charger_goes_through_its_states() -> None:
    app = create_app(homes=HOMES, clock=NOW)
    charger, clock = plug(0, 0, app), service_of(app).clock
    power_w = 50 * max(row["consumption"] for row in charger.get("telemetry")["consumption"]) * 4 / 90
    states = [charger.state]
    charger.tell("start", connectorId="1", chargingLevel="50")
    for seconds in (0, 2, 13, 3600):
        clock.set(NOW + seconds)
        states.append(charger.state)
    charger.tell("stop")
    for seconds in (0, 13):
        clock.set(NOW + 3600 + seconds)
        states.append(charger.state)
    tomorrow = datetime.fromtimestamp(NOW, charger.site.zone).date() + timedelta(days=1)
    clock.set(noon(tomorrow, charger.site.zone))
    assert [*states, charger.state] == [
        "normal",
        *("preparing", "preparing", "charging", "charging"),
        *("finishing", "finishing"),
        "normal",
    ]
    session = next(each for each in charger.everything("sessions") if NOW < each["start_time"] <= NOW + 13)
    assert NOW + 3600 < session["end_time"] <= NOW + 3613
    assert wh(session) == pytest.approx(power_w * session["charge_time"] / 3600, rel=0.01)
    told = [
        event["details"].split(" on ")[0]
        for event in charger.everything("events")
        if NOW < event["triggered_date"] <= NOW + 3613
    ]
    assert told == ["Charging stopped", "Charging started", told[-1]]
    assert told[-1].startswith("Car plugged in")


@pytest.mark.parametrize("home", [0, 7])
def test_a_home_that_has_yet_to_report_cannot_be_told_anything(home: int) -> None:
    app = create_app(homes=HOMES, clock=NOW)
    charger, clock = plug(home, 0, app), service_of(app).clock
    installed = charger.site.home.metered_at
    assert installed is not None
    for moment, status in ((installed - 30 * 86_400, 400), (installed - 1, 400), (installed, 202)):
        clock.set(moment)
        for what in ("start", "stop"):
            answer = charger.ask(f"{what}_charging", method="POST")
            assert answer.status == status
            assert_conforms(OPERATIONS[f"{what}_charging"], answer)
            assert status == 202 or CHARGER in answer.json["details"]


def test_nothing_is_finished_that_had_not_begun() -> None:
    app = create_app(homes=HOMES, clock=NOW)
    charger, clock = plug(0, 0, app), service_of(app).clock
    charger.tell("stop")
    states = []
    for seconds in (0, 1, 2, 13):
        clock.set(NOW + seconds)
        states.append(charger.state)
    assert states == ["normal"] * 4
    charger.tell("start")
    clock.set(NOW + 60)
    charger.tell("stop")
    assert charger.state == "finishing", "of a session that is open"


def test_a_capped_window_is_a_step_long() -> None:
    app = create_app(homes=1, clock=NOW, window_cap=300)
    charger, start = plug(0, 0, app), NOW - NOW % 900 - 86_400
    answer = charger.get("telemetry", start_at=start + 10)
    assert (answer["start_at"], answer["end_at"]) == (start, start + 900)
    assert len(answer["consumption"]) == 1


def test_an_event_is_open_while_the_car_is_there() -> None:
    app = create_app(homes=HOMES, clock=NOW)
    charger = plug(0, 0, app)
    plugged = next(each for each in charger.everything("events") if each["status"] == "Closed")
    assert plugged["cleared_date"] - plugged["triggered_date"] > 8 * 3600
    service_of(app).clock.set(plugged["cleared_date"] - 1)
    then = next(each for each in charger.everything("events") if each["status"] != "Info")
    assert then["status"] == "Open"
    assert "cleared_date" not in then
    assert then["triggered_date"] == plugged["triggered_date"]


@cache
def whole_list(where: tuple[int, int], what: str) -> list[Any]:
    return plug(*where).everything(what)


@some
@given(where=st.sampled_from(CHARGERS), offset=st.integers(0, 1_200), limit=st.integers(1, 60))
@example(where=(0, 0), offset=2**31 - 1, limit=2**31 - 1)
def test_pages(where: tuple[int, int], offset: int, limit: int) -> None:
    charger = plug(*where)
    for what in ("sessions", "events"):
        everything = whole_list(where, what)
        page = charger.get(what, offset=offset, limit=limit)
        assert page[what] == everything[offset : offset + limit]
        assert page["count"] == len(page[what])


@pytest.mark.parametrize("where", CHARGERS)
def test_the_latest_come_first_twenty_where_no_limit_is_named(where: tuple[int, int]) -> None:
    for what, start in (("sessions", "start_time"), ("events", "triggered_date")):
        everything = whole_list(where, what)
        assert plug(*where).get(what)[what] == everything[:20]
        moments = [each[start] for each in everything]
        assert moments == sorted(moments, reverse=True)
        assert moments[0] <= NOW


@pytest.mark.parametrize("what", ["events", "sessions"])
def test_a_page_is_as_large_as_the_catalog_says(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = catalog.OPERATIONS[OPERATIONS[what]]
    assert known.paging is not None
    smaller = known._replace(paging=known.paging._replace(default_size=3))
    monkeypatch.setitem(catalog.OPERATIONS, known.operation_id, smaller)
    assert len(plug(0, 0).get(what)[what]) == 3


def test_events_of_one_charger_and_of_all() -> None:
    one, other = plug(7, 0), plug(7, 1)
    own = [charger.everything("events", serial_num=charger.serial) for charger in (one, other)]
    together = one.everything("events")
    assert [each for each in together if one.serial in each["details"]] == own[0]
    assert [each for each in together if other.serial in each["details"]] == own[1]
    assert len(together) == len(own[0]) + len(own[1])
    assert one.everything("events", serial_num="nobody's") == []


@pytest.mark.parametrize("home", PLAIN)
def test_a_home_without_chargers(home: int) -> None:
    site = Site(fleet(), home)
    charger = Plug(site, "1")
    assert charger.get("devices") == {
        "system_id": site.home.system_id,
        "total_devices": 0,
        "items": "devices",
        "devices": {},
    }
    assert charger.get("events") == {"system_id": site.home.system_id, "count": 0, "events": []}
    assert charger.ask("sessions").status == 400


def test_the_chargers_are_those_of_the_inventory() -> None:
    for home in (0, 7):
        site = Site(fleet(), home)
        inventory = site.get("/devices")["devices"]["ev_chargers"]
        listed = site.get("/ev_charger/devices")["devices"]["ev_chargers"]
        for field in ("serial_number", "name", "sku", "model", "part_number", "firmware", "last_report_at"):
            assert [each[field] for each in inventory] == [each[field] for each in listed], field
        assert all(each["id"] == f"{each['serial_number']}:{site.home.system_id}" for each in listed)


def window(charger: Plug, **query: object) -> tuple[Any, list[int]]:
    answer = charger.get("telemetry", **query)
    return answer, [row["end_at"] for row in answer["consumption"]]


def test_windows() -> None:
    charger = plug(0, 0)
    today = datetime.fromtimestamp(NOW, charger.site.zone).date()
    midnight = charger.site.midnight(today)
    answer, ends = window(charger)
    assert (answer["granularity"], answer["start_at"], answer["end_at"]) == (
        "day",
        midnight - 86_400,
        midnight,
    )
    assert ends == [*range(midnight - 86_400 + 900, midnight + 900, 900)]
    answer, ends = window(charger, start_at=NOW - 7_000)
    assert (answer["start_at"], answer["end_at"]) == (NOW - 7_000 - (NOW - 7_000) % 900, NOW)
    assert NOW - 3_600 < ends[-1] <= NOW
    answer, ends = window(charger, granularity="week", start_date="20260501")
    assert (answer["start_date"], answer["end_date"]) == ("2026-05-01", "2026-05-07")
    assert "start_at" not in answer
    assert len(ends) == 672
    answer, ends = window(charger, granularity="week", start_date=f"{today:%Y%m%d}")
    assert (answer["start_date"], answer["end_date"]) == (today.isoformat(), today.isoformat())
    answer, ends = window(charger, start_at=NOW - 900, start_date="20260501")
    assert answer["end_at"] == NOW
    first = charger.site.home.metered_at
    assert first is not None
    answer, ends = window(charger, start_at=0)
    assert answer["start_at"] == charger.site.midnight(charger.site.first_date()) < first
    assert ends[0] == first


def test_lifetime_counts_the_dates_that_are_asked_for() -> None:
    charger = plug(0, 0)
    today = datetime.fromtimestamp(NOW, charger.site.zone).date()
    answer = charger.get("lifetime", start_date="20260520")
    assert answer["start_date"] == "2026-05-20"
    assert len(answer["consumption"]) == (today - date(2026, 5, 20)).days
    before = charger.lifetime(date(2015, 1, 1), date(2015, 12, 31))
    assert before == [0] * 365
    assert charger.get("lifetime", start_date=f"{today:%Y%m%d}")["consumption"] == []
    assert len(charger.lifetime(today, today)) == 1


SWITCHED = [
    ({"nested": ["ev_charger"]}, {}, lambda rows, start: len(rows) == 1 and len(rows[0]) == 96),
    ({"day_only": ["ev_charger"]}, {"granularity": "week"}, lambda rows, start: len(rows) == 96),
    ({"window_cap": 3600}, {"granularity": "week"}, lambda rows, start: len(rows) == 4),
    ({"stuck_windows": True}, {}, lambda rows, start: rows == []),
    ({"boundary_row": True}, {}, lambda rows, start: len(rows) == 97 and rows[0]["end_at"] == start),
]


@pytest.mark.parametrize(("switches", "query", "holds"), SWITCHED)
def test_windows_that_were_seen_and_are_not_documented(switches: Any, query: Any, holds: Any) -> None:
    app = create_app(homes=1, clock=NOW, **switches)
    charger = Plug(Site(app, 0), plug(0, 0).serial)
    path = f"{charger.site.path}/ev_charger/{charger.serial}/telemetry"
    answer = ask(app, path, {"start_at": NOW - 5 * 86_400, **query}).json
    assert holds(answer["consumption"], answer["start_at"])
    assert (answer["end_at"] == answer["start_at"]) == bool(switches.get("stuck_windows"))


def test_quirks() -> None:
    app = create_app(homes=1, clock=NOW, quirks=["word_booleans", "extra_fields"])
    charger = plug(0, 0, app)
    (listed,) = charger.get("devices")["devices"]["ev_chargers"]
    assert listed["active"] == "true"
    assert "new_field" in listed
    assert "new_field" in charger.ask("stop_charging", method="POST").json


SYSTEM, CHARGER = "Invalid system_id", "Invalid system_id or serial_no"
PAGE, DATES, START = "Invalid offset/limit", "Invalid start_date/end_date", "Invalid start_date"
CONNECTOR = "Connector Id must be greater than 0"
LEVEL = "Charging level should be in the range [0-100]"
BAD_PAGES = [
    *({"offset": each} for each in ("-1", "x", "", "1.0", "2147483648", "٣", "9" * 5_000)),
    *({"limit": each} for each in ("0", "-5", "x", "", "1e3", "2147483648")),
    {"offset": "-1", "limit": "0"},
]
BAD_STARTS = [
    *(
        {"start_date": each}
        for each in ("2026-05-01", "20260231", "", "x", "00010101", "99991231", "20260530")
    ),
    *({"start_at": each} for each in ("x", "", "-1", "1.5", str(NOW + 1), "9" * 5_000, "２")),
]
BAD_DATES = [
    {},
    *({"start_date": each} for each in ("2026-05-01", "20260231", "", "20260529", "99999999")),
    *({"start_date": "20260501", "end_date": each} for each in ("20260430", "20260529", "2026-05-02", "")),
]
BAD_BODIES = [
    (b"[]", ["Invalid request body"]),
    (b"{", ["Invalid request body"]),
    (b"\xff", ["Invalid request body"]),
    (b"[" * 100_000, ["Invalid request body"]),
    (b'{"connectorId": "0"}', [CONNECTOR]),
    (b'{"connectorId": 1}', [CONNECTOR]),
    (b'{"connectorId": "-1", "chargingLevel": "101"}', [CONNECTOR, LEVEL]),
    (b'{"connectorId": "1\\n"}', [CONNECTOR]),
    (b'{"connectorId": null}', [CONNECTOR]),
    *(
        (b'{"chargingLevel": %s}' % each, [LEVEL])
        for each in (b"40", b'"-1"', b'"040"', b'"1.5"', b'""', b"null")
    ),
]


def refusals() -> Iterator[Any]:
    """Operation, path below the system's chargers, query, body, details."""
    for query in BAD_PAGES:
        yield "events", "/events", query, b"", [PAGE]
        yield "sessions", "/{serial}/sessions", query, b"", [PAGE]
    yield "sessions", "/1/sessions", {"limit": "x"}, b"", [CHARGER, PAGE]
    for query in BAD_STARTS:
        yield "telemetry", "/{serial}/telemetry", query, b"", [START]
    for granularity in ("5mins", "15mins", "month", "", "DAY"):
        yield "telemetry", "/{serial}/telemetry", {"granularity": granularity}, b"", ["Invalid granularity"]
    yield (
        "telemetry",
        "/{serial}/telemetry",
        {"granularity": "x", "start_at": "x"},
        b"",
        ["Invalid granularity", START],
    )
    yield "telemetry", "/1/telemetry", {"granularity": "x"}, b"", ["Invalid granularity", CHARGER]
    for query in BAD_DATES:
        yield "lifetime", "/{serial}/lifetime", query, b"", [DATES]
    yield "lifetime", "/1/lifetime", {"start_date": "20260501"}, b"", [CHARGER]
    yield "schedules", "/nobody/schedules", {}, b"", CHARGER
    yield "stop_charging", "/nobody/stop_charging", {}, b"", CHARGER
    for body, details in BAD_BODIES:
        yield "start_charging", "/{serial}/start_charging", {}, body, details
    yield "start_charging", "/1/start_charging", {}, b'{"connectorId": "0"}', [CHARGER, CONNECTOR]


@pytest.mark.parametrize(("what", "tail", "query", "body", "details"), [*refusals()])
def test_what_makes_no_sense_is_refused_with_its_reasons(
    what: str, tail: str, query: dict[str, str], body: bytes, details: Any
) -> None:
    charger = plug(0, 0)
    path = f"{charger.site.path}/ev_charger{tail.format(serial=charger.serial)}"
    method = "POST" if what.endswith("charging") else "GET"
    answer = ask(fleet(), path, query, method=method, body=body)
    assert_conforms(OPERATIONS[what], answer)
    assert answer.json == {"message": "Bad request", "code": "400", "details": details}


@pytest.mark.parametrize("system", ["1", "abc", "-1", "²", "9" * 40])
@pytest.mark.parametrize("what", OPERATIONS)
def test_an_unknown_system_is_refused(what: str, system: str) -> None:
    middle = "" if what in ("devices", "events") else "/1"
    method = "POST" if what.endswith("charging") else "GET"
    answer = ask(fleet(), f"/api/v4/systems/{system}/ev_charger{middle}/{what}", method=method)
    assert_conforms(OPERATIONS[what], answer)
    assert answer.status == 400
    told = answer.json["details"]
    assert ([told] if isinstance(told, str) else told)[0] == (CHARGER if middle else SYSTEM)


@pytest.mark.parametrize("what", OPERATIONS)
def test_another_owner_s_chargers_are_forbidden(what: str) -> None:
    app = create_app(homes=HOMES, clock=NOW)
    bearer = signed_in(app, "owner2@example.com")
    for where, right in ((plug(0, 0, app), False), (plug(7, 0, app), True)):
        middle = "" if what in ("devices", "events") else f"/{where.serial}"
        path = f"{where.site.path}/ev_charger{middle}/{what}"
        method = "POST" if what.endswith("charging") else "GET"
        for headers, status in ((bearer, (200, 202, 400) if right else (403,)), ({}, (401,))):
            answer = ask(app, path, method=method, headers=headers)
            assert_conforms(OPERATIONS[what], answer)
            assert answer.status in status
