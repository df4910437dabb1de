"""Plans: what they let through, what they count, what they charge, and in which words they say no."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from enphase_v4.catalog import OPERATIONS, PLANS
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from starlette.applications import Starlette

from enphase_cloud.mock import create_app, quota
from enphase_cloud.mock.document import load

from .conforming import assert_conforms
from .playing import NOW, Answer, ask, service_of

MINUTE = NOW - NOW % 60
MAY = (1_777_593_600, 1_780_272_000)
PARTNER, WATT, KILOWATT = "partner-key", "watt-key", "kilowatt-key"
LIMITED = [name for name, operation in load().operations.items() if operation.media(429)]


def call(app: Starlette, operation_id: str, key: str | None = WATT) -> Answer:
    """One call of an operation, about a system that does not exist and with an empty body: as cheap as can be."""
    operation = OPERATIONS[operation_id]
    headers = {"authorization": "Bearer t", "duration": "1"} | ({} if key is None else {"key": key})
    return ask(app, re.sub(r"{\w+}", "1", operation.path), method=operation.method, headers=headers)


def calls(
    app: Starlette, count: int, operation_id: str = "getSystemSummary", key: str = WATT
) -> Counter[int]:
    return Counter(call(app, operation_id, key).status for _ in range(count))


def usage(app: Starlette, client_id: str) -> quota.Usage:
    service = service_of(app)
    return service.quota.totals(service.clock()).of(client_id)


def epoch(*date: int) -> int:
    return int(datetime(*date, tzinfo=UTC).timestamp())  # type: ignore[arg-type,misc]  # no tzinfo among them


@pytest.fixture
def app() -> Starlette:
    return create_app(homes=1, clock=NOW)


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Change a plan for one test."""

    def change(name: str, **facts: Any) -> None:
        monkeypatch.setitem(PLANS, name, PLANS[name]._replace(**facts))

    return change


def test_the_free_plan_has_ten_hits_a_minute(app: Starlette) -> None:
    service = service_of(app)
    assert calls(app, 12) == {404: 10, 429: 2}
    service.clock.set(MINUTE + 59.9)
    assert calls(app, 1) == {429: 1}
    service.clock.set(MINUTE + 60)
    assert calls(app, 11) == {404: 10, 429: 1}
    assert usage(app, "watt-client").minute == quota.Used(hits=10, limit=10, left=0)
    assert usage(app, "watt-client").month == quota.Used(hits=20, limit=1000, left=980)


@pytest.mark.parametrize("overage", [False, True])
def test_the_free_plan_ends_after_a_thousand_hits_a_month(overage: bool) -> None:
    app = create_app(homes=1, clock=NOW, overage=overage)
    service = service_of(app)
    for _ in range(100):
        assert calls(app, 10) == {404: 10}
        service.clock.advance(60)
    refused = call(app, "getSystemSummary")
    assert refused.status == 429
    assert [refused.json[name] for name in ("period", "period_start", "period_end", "limit")] == [
        "month",
        *MAY,
        1000,
    ]
    service.clock.set(MAY[1] - 1)
    assert calls(app, 1) == {429: 1}
    service.clock.set(MAY[1])
    assert calls(app, 1) == {404: 1}
    assert usage(app, "watt-client").refused == {"access": 0, "month": 2, "writes": 0, "minute": 0}


def test_partners_may_write_two_hundred_times_a_month_with_each_operation(app: Starlette) -> None:
    service = service_of(app)
    assert calls(app, 201, "searchSystems", PARTNER) == {422: 200, 429: 1}
    refused = service.journal[-1]
    assert (refused.refused_by, refused.counted, refused.charge_usd) == ("writes", False, 0)
    assert call(app, "updateSystemStormGuard", PARTNER).status != 429
    assert call(app, "getSystemSummary", PARTNER).status == 404
    writes = usage(app, "partner-client").writes
    assert writes["searchSystems"] == quota.Used(hits=200, limit=200, left=0)
    assert writes["updateSystemStormGuard"].left == 199
    service.clock.set(MAY[1])
    assert usage(app, "partner-client").writes == {}
    assert call(app, "searchSystems", PARTNER).status == 422


def test_a_limit_of_writes_is_told_as_one_of_the_month(app: Starlette, plan: Any) -> None:
    plan("partner", writes_per_month=1)
    for _ in range(2):
        refused = call(app, "updateSystemStormGuard", PARTNER)
    assert refused.status == 429
    assert_conforms("updateSystemStormGuard", refused)
    told = [refused.json[name] for name in ("period", "period_start", "period_end", "limit")]
    assert told == ["month", *MAY, 1]


def test_other_plans_may_write_as_often_as_they_read(app: Starlette) -> None:
    assert calls(app, 51, "searchSystems", KILOWATT) == {422: 50, 429: 1}
    assert service_of(app).journal[-1].refused_by == "minute"
    assert usage(app, "kilowatt-client").writes == {}


def test_the_lasting_limit_is_named_where_two_refuse(app: Starlette, plan: Any) -> None:
    plan("watt", per_minute=2, per_month=2)
    assert calls(app, 3) == {404: 2, 429: 1}
    assert service_of(app).journal[-1].refused_by == "month"


@pytest.mark.parametrize("operation_id", list(OPERATIONS))
def test_every_operation_says_too_many_in_its_own_words(plan: Any, operation_id: str) -> None:
    plan("kilowatt", per_minute=0, access=tuple({each.access for each in OPERATIONS.values()}))
    app = create_app(homes=1, clock=NOW)
    refused = call(app, operation_id, KILOWATT)
    assert refused.status == 429
    told = "Usage limit exceeded for plan Kilowatt"
    if operation_id not in LIMITED:
        assert refused.json == {"message": "Too Many Requests", "details": told, "code": "429"}
        assert refused.headers["content-type"] == "application/octet-stream"
        return
    assert_conforms(operation_id, refused)
    documented = load().operations[operation_id].example(429) or {"reason": "429", "message": []}
    if operation_id == "getLiveData":
        assert refused.json["error"] == {
            "code": 429,
            "details": [{}],
            "message": told,
            "status": "TOO_MANY_REQUESTS",
        }
        return
    if OPERATIONS[operation_id].access == "commissioning":
        assert (refused.json["message"], refused.json["reason"]) == ([told], "429")
    else:
        assert (refused.json["details"], refused.json["code"]) == (told, 429)
    assert set(refused.json) == set(documented)
    if "period" in documented:
        assert {name: refused.json[name] for name in ("period", "period_start", "period_end", "limit")} == {
            "period": "minute",
            "period_start": MINUTE,
            "period_end": MINUTE + 60,
            "limit": 0,
        }


def test_all_operations_that_have_no_place_for_it_are_those_of_chargers() -> None:
    assert {OPERATIONS[name].access for name in set(OPERATIONS) - set(LIMITED)} == {
        "ev_monitoring",
        "ev_control",
    }


@pytest.mark.parametrize("status", [403, 401])
@pytest.mark.parametrize("plan_name", list(PLANS))
def test_what_lies_outside_the_plan_is_refused_and_costs_nothing(plan_name: str, status: int) -> None:
    app = create_app(homes=1, clock=NOW, outside_plan_status=status)
    outside = [name for name, each in OPERATIONS.items() if each.access not in PLANS[plan_name].access]
    for operation_id in outside:
        refused = call(app, operation_id, f"{plan_name}-key")
        # what documents no 403 says 401 either way
        assert refused.status == (status if load().operations[operation_id].media(403) else 401)
        assert_conforms(operation_id, refused)
    assert len(outside) == {"watt": 52, "kilowatt": 48, "megawatt": 41, "partner": 0}[plan_name]
    used = usage(app, f"{plan_name}-client")
    assert (used.hits, used.month.hits, used.refused["access"]) == (0, 0, len(outside))
    assert all(each.refused_by == "access" and not each.counted for each in service_of(app).journal)


def test_an_operation_outside_the_plan_is_told_apart_from_a_wrong_key() -> None:
    app = create_app(homes=1, clock=NOW, outside_plan_status=401)
    live = call(app, "getLiveData", WATT)
    assert_conforms("getLiveData", live)
    error = live.json["error"]
    assert (error["code"], error["status"]) == (401, "UNAUTHORIZED")
    assert error["message"] == "Plan Watt does not cover this operation"
    assert call(app, "getLiveData", "").json["error"]["status"] == "NOT_AUTHENTICATED"
    for operation_id in ("getMicroTelemetry", "startCharging", "getSystemStormGuard"):
        refused = call(app, operation_id, WATT)
        assert_conforms(operation_id, refused)
        assert "Plan Watt does not cover this operation" in refused.json["details"]


def test_each_plan_reaches_what_it_pays_for(app: Starlette) -> None:
    for name, each in PLANS.items():
        for operation in OPERATIONS.values():
            if operation.access in each.access:
                service_of(app).clock.advance(60)
                assert call(app, operation.operation_id, f"{name}-key").status not in (401, 403, 429)


@pytest.mark.parametrize(("at", "told"), [(0, "60"), (0.5, "60"), (40, "20"), (59.999, "1")])
def test_a_header_says_when_to_come_again_if_asked(plan: Any, at: float, told: str) -> None:
    plan("watt", per_minute=1, per_month=2)
    app = create_app(homes=1, clock=MINUTE + at, retry_after=True)
    assert "retry-after" not in call(app, "getSystemSummary").headers
    assert call(app, "getSystemSummary").headers["retry-after"] == told
    service_of(app).clock.advance(60)
    assert call(app, "getSystemSummary").status == 404
    assert "retry-after" not in call(app, "getSystemSummary").headers  # the month has no header
    service_of(app).change(retry_after=False)
    service_of(app).quota.reset()
    assert "retry-after" not in [call(app, "getSystemSummary") for _ in range(2)][1].headers


def test_a_partner_pays_for_hits_beyond_those_that_are_free(app: Starlette, plan: Any) -> None:
    plan("partner", included=2)
    assert calls(app, 5, key=PARTNER) == {404: 5}
    used = usage(app, "partner-client")
    assert (used.overage_usd, used.charges_usd, used.monthly_usd) == (0.015, 0, 0)
    assert [each.charge_usd for each in service_of(app).journal] == [0, 0, 0.005, 0.005, 0.005]
    service_of(app).clock.set(MAY[1])
    calls(app, 2, key=PARTNER)
    assert usage(app, "partner-client").overage_usd == 0.015


@pytest.mark.parametrize("name", ["kilowatt", "megawatt", "partner"])
def test_paid_plans_go_on_beyond_the_month_if_told_so(name: str, plan: Any) -> None:
    plan(name, per_month=3, included=2)
    app = create_app(homes=1, clock=NOW)
    assert calls(app, 4, key=f"{name}-key") == {404: 3, 429: 1}
    service_of(app).change(overage=True)
    assert calls(app, 4, key=f"{name}-key") == {404: 4}
    used = usage(app, f"{name}-client")
    assert (used.month.left, used.overage_usd, used.refused["month"]) == (0, 0.025, 1)
    assert used.monthly_usd == PLANS[name].monthly_usd


def test_what_is_refused_takes_no_hit_and_what_is_admitted_does(app: Starlette) -> None:
    service = service_of(app)

    def hits() -> int:
        return usage(app, "watt-client").hits

    headers = {"key": WATT, "authorization": "Bearer t"}
    ask(app, "/api/v4/nowhere", headers=headers)
    ask(app, "/api/v4/systems", method="DELETE", headers=headers)
    ask(app, "/api/v4/systems", headers={"key": WATT})
    call(app, "getMicroTelemetry")
    service.faults.add("refused", count=1)
    with pytest.raises(ConnectionError):
        call(app, "listSystems")
    assert hits() == 0
    assert not any(each.counted for each in service.journal)
    assert call(app, "getSystemSummary").status == 404
    assert ask(app, "/api/v4/systems", {"page": 0}, headers=headers).status == 422
    assert call(app, "listSystems").status == 200
    service.faults.add("503", count=1)
    assert call(app, "listSystems").status == 503
    service.faults.add("reset", count=1)
    with pytest.raises(ConnectionError):
        call(app, "listSystems")
    assert hits() == 5
    assert [each.counted for each in service.journal[-5:]] == [True] * 5
    # what the plan refuses takes none, whatever a fault answers instead
    calls(app, 5)
    service.faults.add("503", count=1)
    assert call(app, "listSystems").status == 503
    assert (hits(), service.journal[-1].refused_by) == (10, "minute")


def test_a_live_stream_costs_ten_cents_even_where_it_is_refused(app: Starlette) -> None:
    for _ in range(3):
        call(app, "getLiveData", KILOWATT)
    used = usage(app, "kilowatt-client")
    assert (used.hits, used.charges_usd, used.overage_usd) == (3, 0.3, 0)
    assert used.by_operation == {"getLiveData": 3}
    assert [each.charge_usd for each in service_of(app).journal] == [0.1] * 3
    assert service_of(app).quota.totals(NOW).usd == 0.3


def test_strangers_have_no_limits_unless_they_are_given_a_plan(app: Starlette) -> None:
    service = service_of(app)
    strangers = service.quota.totals(NOW).strangers
    assert (strangers.plan, strangers.minute) == (None, quota.Used(hits=0, limit=None, left=None))
    assert not {403, 429} & set(calls(app, 11, "getMicroTelemetry", key="mine"))
    service.change(plan="watt")
    assert service.quota.totals(NOW).strangers.minute == quota.Used(hits=11, limit=10, left=0)
    assert calls(app, 1, key="yours") == {429: 1}
    assert calls(app, 1, "getMicroTelemetry", key="yours") == {403: 1}
    service.clock.advance(60)
    assert calls(app, 1, key="yours") == {404: 1}
    strangers = service.quota.totals(service.clock()).strangers
    assert (strangers.hits, strangers.refused["minute"], strangers.refused["access"]) == (12, 1, 1)
    assert (strangers.application, strangers.client_id, strangers.plan) == (None, None, "watt")


def test_a_clock_that_is_moved_leaves_hits_where_they_were_taken(app: Starlette) -> None:
    service = service_of(app)
    calls(app, 10)
    service.clock.set(epoch(2026, 1, 31, 23, 59, 59))
    assert calls(app, 11) == {404: 10, 429: 1}
    service.clock.set(NOW)
    assert calls(app, 1) == {429: 1}
    assert usage(app, "watt-client").month.hits == 10
    service.clock.set(epoch(2026, 1, 1))
    assert usage(app, "watt-client").month.hits == 10
    assert usage(app, "watt-client").minute.hits == 0
    assert usage(app, "watt-client").hits == 20


@pytest.mark.parametrize(
    ("now", "begin", "end"),
    [
        ((2024, 2, 29, 12), (2024, 2, 1), (2024, 3, 1)),
        ((2026, 12, 31, 23, 59, 59), (2026, 12, 1), (2027, 1, 1)),
        ((2027, 1, 1), (2027, 1, 1), (2027, 2, 1)),
        ((1971, 1, 1), (1971, 1, 1), (1971, 2, 1)),
        ((2098, 12, 31, 23), (2098, 12, 1), (2099, 1, 1)),
    ],
)
def test_months_are_those_of_the_calendar_in_utc(
    now: tuple[int, ...], begin: tuple[int, ...], end: tuple[int, ...]
) -> None:
    app = create_app(homes=1, clock=epoch(*now))
    totals = service_of(app).quota.totals(epoch(*now))
    assert totals.month == (epoch(*begin), epoch(*end))


def test_minutes_are_forgotten_before_they_fill_the_memory(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "MINUTES_KEPT", 3)
    service = service_of(app)
    for minute in range(4):
        service.clock.set(MINUTE + 60 * minute)
        calls(app, 10)
    totals = [service.quota.totals(MINUTE + 60 * minute).of("watt-client") for minute in range(4)]
    assert [each.minute.hits for each in totals] == [0, 10, 10, 10]
    assert [each.month.hits for each in totals] == [40] * 4


def test_totals_stay_as_they_were_asked_for(app: Starlette) -> None:
    call(app, "listSystems")
    before = service_of(app).quota.totals(NOW)
    call(app, "getSystemSummary")
    assert before.of("Sandbox Watt").by_operation == {"listSystems": 1}
    assert before.of("Sandbox Watt") is before.of("watt-client")
    with pytest.raises(dataclasses.FrozenInstanceError):
        before.strangers = before.of("watt-client")  # type: ignore[misc]  # that is the point
    with pytest.raises(
        KeyError, match="there are: watt-client, kilowatt-client, megawatt-client, partner-client"
    ):
        before.of("gigawatt-client")


SMALL: dict[str, dict[str, Any]] = {
    "watt": {"per_minute": 3, "per_month": 7, "included": 7},
    "kilowatt": {"per_minute": 4, "per_month": 6, "included": 6},
    "partner": {"per_minute": 5, "per_month": 14, "included": 4, "writes_per_month": 2},
}
KEYS = {WATT: "watt-client", KILOWATT: "kilowatt-client", PARTNER: "partner-client", "mine": ""}
ASKED = (
    "getSystemSummary",
    "getEnergyLifetime",
    "listSystems",
    "searchSystems",
    "getLiveData",
    "updateSystemStormGuard",
    "startCharging",
    "fetchEvents",
)


class Plans(RuleBasedStateMachine):
    """Calls of all plans while the clock jumps about, beside a model that keeps a list of what it let through."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        for name, facts in SMALL.items():
            self.patch.setitem(PLANS, name, PLANS[name]._replace(**facts))
        self.app = create_app(homes=1, clock=NOW)
        self.service = service_of(self.app)
        self.forget()

    def teardown(self) -> None:
        self.patch.undo()

    def forget(self) -> None:
        self.taken: list[tuple[str, str, int, str]] = []  # client, operation, minute, month
        self.refused: Counter[tuple[str, str]] = Counter()
        self.usd: Counter[str] = Counter()
        self.overage = False
        self.strangers: str | None = None

    @initialize()
    def start(self) -> None:
        assert self.service.quota.totals(NOW).hits == 0

    def expect(self, client: str, operation_id: str) -> str | None:
        """What refuses the call, by the model."""
        name = client.removesuffix("-client") or self.strangers
        if name is None:
            return None
        plan, operation = PLANS[name], OPERATIONS[operation_id]
        month = [each for each in self.taken if each[0] == client and each[3] == self.month()]
        if operation.access not in plan.access:
            return "access"
        if len(month) >= plan.per_month and not (self.overage and name != "watt"):
            return "month"
        written = sum(each[1] == operation_id for each in month)
        if plan.writes_per_month and operation.method != "GET" and written >= plan.writes_per_month:
            return "writes"
        if sum(each[2] == self.minute() for each in month) >= plan.per_minute:
            return "minute"
        if len(month) >= plan.included:
            self.usd[client] += round(1000 * plan.hit_usd)
        return None

    def minute(self) -> int:
        return self.service.now // 60

    def month(self) -> str:
        return f"{datetime.fromtimestamp(self.service.now, UTC):%Y-%m}"

    @rule(
        key=st.sampled_from(list(KEYS)),
        operation_id=st.sampled_from(ASKED),
        count=st.integers(1, 9),
        pause=st.sampled_from([0, 20]),
    )
    def asks(self, key: str, operation_id: str, count: int, pause: int) -> None:
        for _ in range(count):
            self.service.clock.advance(pause)
            client = KEYS[key]
            limit = self.expect(client, operation_id)
            answer = call(self.app, operation_id, key)
            noted = self.service.journal[-1]
            assert (noted.counted, noted.refused_by) == (limit is None, limit)
            if limit is None:
                assert answer.status not in (401, 403, 429)
                self.taken.append((client, operation_id, self.minute(), self.month()))
                self.usd[client] += round(1000 * OPERATIONS[operation_id].charge)
            else:
                assert answer.status == (403 if limit == "access" else 429)
                self.refused[client, limit] += 1

    @rule(key=st.sampled_from([None, WATT]), path=st.sampled_from(["/api/v4/systems/", "/api/v4/nowhere"]))
    def asks_in_vain(self, key: str | None, path: str) -> None:
        headers = {"authorization": "Bearer t"} if key is None else {"authorization": "Bearer t", "key": key}
        status = ask(self.app, path, method="GET" if key is None else "PUT", headers=headers).status
        assert status == (404 if path.endswith("nowhere") else 401 if key is None else 405)

    @rule(seconds=st.sampled_from([1, 30, 60, 61, -60, 86_400, -86_400]))
    def moves(self, seconds: int) -> None:
        self.service.clock.advance(seconds)

    @rule(moment=st.sampled_from([NOW, MAY[0], MAY[1], MAY[1] - 1, epoch(2025, 5, 28), epoch(2098, 12, 1)]))
    def jumps(self, moment: int) -> None:
        self.service.clock.set(moment)

    @rule(overage=st.booleans(), plan=st.sampled_from([None, "watt", "partner"]))
    def switches(self, overage: bool, plan: str | None) -> None:
        self.service.change(overage=overage, plan=plan)
        self.overage, self.strangers = overage, plan

    @precondition(lambda self: len(self.taken) > 20)
    @rule()
    def resets(self) -> None:
        self.service.reset()
        self.forget()
        assert self.service.quota.totals(self.service.clock()).hits == 0

    @invariant()
    def nobody_has_more_than_the_plan_allows(self) -> None:
        for client in ("watt-client", "partner-client"):
            plan = PLANS[client.removesuffix("-client")]
            minutes = Counter(each[2] for each in self.taken if each[0] == client)
            assert all(count <= plan.per_minute for count in minutes.values())
        months = Counter(each[3] for each in self.taken if each[0] == "watt-client")
        assert all(count <= PLANS["watt"].per_month for count in months.values())

    @invariant()
    def totals_add_up_to_the_journal_and_to_the_model(self) -> None:
        service = self.service
        totals = service.quota.totals(service.clock())
        usages = {"": totals.strangers, **{str(each.client_id): each for each in totals.applications}}
        for client, used in usages.items():
            noted = [
                each for each in service.journal if each.application == used.application and each.operation
            ]
            taken = [each for each in self.taken if each[0] == client]
            assert used.hits == len(taken) == sum(each.counted for each in noted)
            assert used.by_operation == Counter(each[1] for each in taken)
            assert used.minute.hits == sum(each[2:] == (self.minute(), self.month()) for each in taken)
            assert used.month.hits == sum(each[3] == self.month() for each in taken)
            for limit, count in used.refused.items():
                assert count == self.refused[client, limit]
            assert round(1000 * (used.charges_usd + used.overage_usd)) == self.usd[client]
            assert sum(round(1000 * each.charge_usd) for each in noted) == self.usd[client]
            for period in (used.minute, used.month, *used.writes.values()):
                assert period.left is None or period.left == max(0, (period.limit or 0) - period.hits)


TestPlans = Plans.TestCase
TestPlans.settings = settings(max_examples=40, stateful_step_count=30)
