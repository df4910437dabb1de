"""Links that can be followed: a slip in the overlay fails the build and is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from regenerate import documents, links
from regenerate.links import LinkError

from tests.regenerate import ours

DEVICES = "/api/v4/systems/{system_id}/devices"
MICRO = "/api/v4/systems/{system_id}/devices/micros/{serial_no}/telemetry"


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return ours.written()


def operations(document: dict[str, Any]) -> dict[str, Any]:
    return {it["operationId"]: it for item in document["paths"].values() for it in item.values()}


def followed(document: dict[str, Any]) -> dict[str, set[str]]:
    """By operation, where its answers lead."""
    return {
        name: {
            link["operationId"]
            for response in operation["responses"].values()
            for link in response.get("links", {}).values()
        }
        for name, operation in operations(document).items()
    }


def reached(document: dict[str, Any], starts: set[str]) -> set[str]:
    """Every operation that the answers of some lead to, and those themselves."""
    leads = followed(document)
    found, new = set(starts), set(starts)
    while new:
        new = {target for name in new for target in leads[name]} - found
        found |= new
    return found


def of(name: str) -> set[str]:
    """The operations of one of our documents."""
    return set(operations(ours.patched(name)))


def test_the_links_of_the_written_document_can_be_followed(written: dict[str, Any]) -> None:
    assert links.check(written) is written


def test_from_the_list_of_systems_every_operation_of_monitoring_can_be_reached(
    written: dict[str, Any],
) -> None:
    assert of("monitoring") - reached(written, {"listSystems"}) == {"searchSystems"}


# What an installer can ask for who knows nothing yet.
STARTS = {
    *("listActivations", "createActivation", "createHomeOwner", "getCurrentUser"),
    *("listBranches", "listAuthorizedSubcontractors", "listGridProfiles", "listPvManufacturers"),
}


def test_what_asks_for_nothing_that_one_has_to_know_is_where_an_installer_begins(
    written: dict[str, Any],
) -> None:
    free = {
        name
        for name, operation in operations(written).items()
        if not any(parameter.get("required") for parameter in operation.get("parameters", []))
    }
    assert free & of("commissioning") == STARTS


def test_from_where_an_installer_begins_every_operation_of_commissioning_can_be_reached(
    written: dict[str, Any],
) -> None:
    assert of("commissioning") - reached(written, STARTS) == set()


def test_no_answer_of_commissioning_tells_of_a_meter_and_those_of_monitoring_do(
    written: dict[str, Any],
) -> None:
    meters = {"getSystemMeter", "updateSystemMeter", "controlMeter"}
    leads = followed(written)
    assert {name for name in of("commissioning") if leads[name] & meters} == meters
    assert {name for name in of("monitoring") if leads[name] & meters} == {
        *("listSystemDevices", "getProductionMeterReadings")
    }
    # An activation leads to its system, and that to its devices: the way that an installer has to go.
    assert "getSystemById" in leads["getActivation"]
    assert "listSystemDevices" in leads["getSystemById"]


def test_the_next_part_of_a_list_is_asked_for_with_the_same_filters(written: dict[str, Any]) -> None:
    listed = operations(written)["listActivations"]
    following = listed["responses"]["200"]["links"]["next"]["parameters"]
    assert following == {"next": "$response.body#/next"} | {
        parameter["name"]: f"$request.query.{parameter['name']}"
        for parameter in listed["parameters"]
        if parameter["name"] != "next"
    }


def test_every_series_of_windows_leads_on(written: dict[str, Any]) -> None:
    for name, operation in operations(written).items():
        if operation.get("x-enphase-window", {}).get("granularity") and operation["operationId"] != (
            "fetchEnergyConsumptionData"
        ):
            following = operation["responses"]["200"]["links"]["next"]
            assert following["operationId"] == name
            assert set(following["parameters"]) == {
                *(it["name"] for it in operation["parameters"] if it["in"] == "path"),
                *("start_at", "granularity"),
            }


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda link: link.update(operationId="getMicro"), "there is no operation 'getMicro'"),
        (lambda link: link.pop("operationId"), "there is no operation None"),
        (lambda link: link.update(operationRef="#/paths"), "it has operationRef"),
        (lambda link: link["parameters"].update(serial="$request.path.system_id"), "no parameter serial"),
        (lambda link: link["parameters"].pop("serial_no"), "needs serial_no in its path"),
        (lambda link: link["parameters"].update(system_id="$response.body#/id"), "no \\$response.body#/id"),
        (lambda link: link["parameters"].update(system_id="$response.body#/devices"), "no \\$response"),
        (lambda link: link["parameters"].update(system_id="$response.body#/items/0"), "no \\$response"),
        (lambda link: link["parameters"].update(serial_no="$response.body#/devices/micros/x/id"), "no \\$"),
        (lambda link: link["parameters"].update(system_id="$request.query.system_id"), "nor a parameter"),
        (lambda link: link["parameters"].update(system_id="1"), "neither in the answer nor a parameter"),
    ],
)
def test_a_link_that_nobody_could_follow_fails(
    written: dict[str, Any], change: Callable[[Any], object], complaint: str
) -> None:
    document = documents.copied(written)
    change(document["paths"][DEVICES]["get"]["responses"]["200"]["links"]["micro"])
    with pytest.raises(LinkError, match=f"listSystemDevices 200: link micro: .*{complaint}"):
        links.check(document)
