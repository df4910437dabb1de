"""The catalog refuses facts that do not fit their operation: a slip in the overlay fails the build and is named."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from regenerate import catalog, documents
from regenerate.catalog import CatalogError
from regenerate.join import JoinError, join
from regenerate.lower import LowerError, lower

from tests.regenerate import ours

BATTERY = "/api/v4/systems/{system_id}/telemetry/battery"
ACTIVATIONS = "/api/v4/partner/activations"
ARRAYS = "/api/v4/partner/systems/{system_id}/arrays"


@pytest.fixture
def document() -> Any:
    """The patched document, for a test to break."""
    return documents.copied(ours.written())


def test_the_checked_in_catalog_is_python_data(document: dict[str, Any]) -> None:
    namespace: dict[str, Any] = {"__name__": "catalog"}
    exec(catalog.render(document, lambda name: f"module.of.{name}"), namespace)  # noqa: S102 - text of ours
    operation = namespace["OPERATIONS"]["getBatteryTelemetry"]
    assert operation.module == "module.of.getBatteryTelemetry"
    assert namespace["TELEMETRY"]["battery"] is operation
    assert namespace["BASE_URL"] == "https://api.enphaseenergy.com"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda o: o["x-enphase-window"].update(rows="interval"), "no 'interval'"),
        (lambda o: o["x-enphase-window"].update({"row-end": "ends_at"}), "a row has no 'ends_at'"),
        (lambda o: o["x-enphase-window"]["values"].update(energy_wh="charge.wh"), "a row has no 'charge.wh'"),
        (lambda o: o["x-enphase-window"].update(start="start"), "no query parameter 'start'"),
        (lambda o: o["x-enphase-window"].update(serial="serial_no"), "no path parameter 'serial_no'"),
        (lambda o: o["x-enphase-window"].update({"answer-end": "until"}), "no 'until'"),
        (lambda o: o["x-enphase-window"].update(kind="telemetrie"), "it can be telemetry, lifetime, log"),
        (lambda o: o["x-enphase-window"].update(silent="noon"), "silent is 'noon', not night"),
        (
            lambda o: o["x-enphase-window"].update({"start-format": "iso"}),
            "it can be epoch, date, compact_date",
        ),
        (lambda o: o["x-enphase-window"].pop("start"), "has no start"),
        (lambda o: o["x-enphase-window"].update(series="energy_import"), "both are telemetry energy_import"),
        (lambda o: o.update({"x-enphase-retry": "sometimes"}), "it can be idempotent, never"),
        (lambda o: o.pop("operationId"), "no operationId"),
        (
            lambda o: o.update({"x-enphase-paging": {"style": "page", "items": "granularity"}}),
            "the answer has no list at 'granularity'",
        ),
    ],
)
def test_a_fact_that_does_not_fit_fails(
    document: dict[str, Any], change: Callable[[Any], object], complaint: str
) -> None:
    change(document["paths"][BATTERY]["get"])
    with pytest.raises(CatalogError, match=complaint):
        catalog.render(document, str)


@pytest.mark.parametrize(
    ("path", "method", "change", "complaint"),
    [
        (ACTIVATIONS, "get", lambda o: o["x-enphase-paging"].pop("token"), "style next needs a token"),
        (
            ACTIVATIONS,
            "get",
            lambda o: o["x-enphase-paging"].update(token="next_page"),
            "the answer has no 'next_page'",
        ),
        (
            "/api/v4/systems",
            "get",
            lambda o: o["x-enphase-paging"].update(token="items"),
            "style page has no token",
        ),
        (
            ACTIVATIONS,
            "get",
            lambda o: o.update({"x-enphase-form": "system"}),
            "x-enphase-form is 'system', and the body is not there",
        ),
        (ACTIVATIONS, "post", lambda o: o.pop("requestBody"), "and the body is not there"),
        (
            ARRAYS,
            "put",
            lambda o: o.update({"x-enphase-form": "arrays"}),
            "x-enphase-form is 'arrays', and the body is application/text",
        ),
    ],
)
def test_a_fact_about_tokens_or_forms_that_does_not_fit_fails(
    document: dict[str, Any], path: str, method: str, change: Callable[[Any], object], complaint: str
) -> None:
    change(document["paths"][path][method])
    with pytest.raises(CatalogError, match=f"{method.upper()} {re.escape(path)}: .*{complaint}"):
        catalog.render(document, str)


@pytest.mark.parametrize(
    ("wire", "python"), [("next", "next_"), ("from", "from_"), ("nextPage", "next_page"), ("id", "id")]
)
def test_a_parameter_is_called_as_the_generated_function_calls_it(
    document: dict[str, Any], wire: str, python: str
) -> None:
    events = document["paths"]["/api/v4/systems/{system_id}/ev_charger/events"]["get"]
    [offset] = [p for p in events["parameters"] if p["name"] == "offset"]
    offset["name"] = events["x-enphase-paging"]["parameter"] = wire
    assert f"Paging(style='offset', parameter='{python}'" in catalog.render(document, str)


# ------------------------------------------------------------------------------------------------------ lower and join


def test_a_value_of_no_known_kind_fails(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["SystemStormGuard"]["properties"]["storm_alert"]["x-enphase-value"] = (
        "bool"
    )
    with pytest.raises(LowerError, match="storm_alert: x-enphase-value is 'bool'; it can be boolean, switch"):
        lower(document)


def test_a_quantity_without_an_object_fails(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Inverter"]["properties"]["energy"]["anyOf"] = [{"type": "integer"}]
    with pytest.raises(LowerError, match=r"energy: .* offers no object"):
        lower(document)


def test_a_body_of_no_known_kind_fails(document: dict[str, Any]) -> None:
    path = "/api/v4/systems/{system_id}/live_data"
    media = document["paths"][path]["get"]["responses"]["200"]["content"]["text/event-stream"]
    media["x-enphase-media"] = "sse"
    with pytest.raises(LowerError, match=r"GET .*live_data: x-enphase-media is 'sse'"):
        lower(document)


def part(title: str, host: str = "https://a", **paths: Any) -> dict[str, Any]:
    return {
        "info": {"title": title, "version": "4", "description": f"{title} things."},
        "servers": [{"url": host}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {"schemas": {"E": {"type": "string"}}},
    }


def test_joined_documents_hold_everything_once() -> None:
    one, two = part("One", x={"get": 1}), part("Two", y={"get": 2})
    two["x-plans"] = {"cheap": 1}
    joined = join({"one": one, "two": two})
    assert joined["paths"] == {"x": {"get": 1}, "y": {"get": 2}}
    assert joined["components"]["schemas"] == {"E": {"type": "string"}}
    assert joined["x-plans"] == {"cheap": 1}
    assert joined["info"] == {
        "title": "One and Two",
        "version": "4",
        "description": "One things.\n\nTwo things.",
    }
    assert (one, "x-plans" in one) == (part("One", x={"get": 1}), False)


def test_documents_that_contradict_each_other_do_not_join() -> None:
    with pytest.raises(JoinError, match="two and one have different servers"):
        join({"one": part("One"), "two": part("Two", "https://b")})
    with pytest.raises(JoinError, match="two and one have different security"):
        join({"one": part("One"), "two": part("Two") | {"security": []}})
    with pytest.raises(JoinError, match="two paths: x is already there, and different"):
        join({"one": part("One", x={"get": 1}), "two": part("Two", x={"get": 2})})
    with pytest.raises(JoinError, match="two: x-plans is already there, and different"):
        join({"one": part("One") | {"x-plans": 1}, "two": part("Two") | {"x-plans": 2}})


def test_plans_say_what_they_allow_and_cost(document: dict[str, Any]) -> None:
    namespace: dict[str, Any] = {"__name__": "catalog"}
    exec(catalog.render(document, str), namespace)  # noqa: S102 - text of ours
    plans = namespace["PLANS"]
    assert [(plan.per_minute, plan.per_month) for plan in plans.values()] == [
        (10, 1_000),
        (50, 50_000),
        (100, 300_000),
        (300, 1_500_000),
    ]
    assert plans["watt"].included == 1_000
    assert (plans["partner"].included, plans["partner"].writes_per_month) == (10_000, 200)
    for smaller, larger in itertools.pairwise(plans.values()):
        assert set(smaller.access) < set(larger.access)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda plans: plans["watt"].pop("per-month"), "watt has no per-month"),
        (lambda plans: plans["watt"].update({"per-hour": 5}), "watt has per-hour; it can have per-minute"),
        (lambda plans: plans["partner"]["access"].remove("ev_control"), "ev_control is on one side only"),
        (lambda plans: plans["watt"]["access"].append("sistem_details"), "sistem_details is on one side"),
    ],
)
def test_a_plan_that_does_not_fit_fails(
    document: dict[str, Any], change: Callable[[Any], object], complaint: str
) -> None:
    change(document["x-enphase-plans"])
    with pytest.raises(catalog.CatalogError, match=complaint):
        catalog.render(document, str)
