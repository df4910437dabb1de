"""Links that can be followed: a slip in the overlay fails the build and is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from regenerate import documents, links
from regenerate.links import LinkError

from tests.paths import ROOT

DEVICES = "/api/v4/systems/{system_id}/devices"
MICRO = "/api/v4/systems/{system_id}/devices/micros/{serial_no}/telemetry"


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return documents.load(ROOT / "generated" / "openapi.yaml")


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


def test_from_the_list_of_systems_every_operation_can_be_reached(written: dict[str, Any]) -> None:
    assert links.check(written) is written
    leads = followed(written)
    reached, new = {"listSystems", "searchSystems"}, {"listSystems"}
    while new:
        new = {target for name in new for target in leads[name]} - reached
        reached |= new
    assert reached == set(leads)


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
