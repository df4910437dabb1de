"""The generated package as a whole: its size, what importing it costs, its operations as calls, its catalog."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from enphase_v4 import catalog
from enphase_v4.client import Client
from enphase_v4.models import (
    CreateActivationRequest,
    NewActivationAddress,
    SystemSort,
    TariffSettings,
    TelemetryGranularity,
    UpdateSystemLoadControlRequest,
)
from enphase_v4.types import UNSET

from tests.paths import ROOT

PACKAGE = ROOT / "generated" / "enphase_v4"


def lines(files: Iterable[Path]) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


def test_size() -> None:
    files = list(PACKAGE.rglob("*.py"))
    assert len(files) <= 275
    assert lines(files) <= 16_000
    assert (PACKAGE / "py.typed").exists()


def module(name: str) -> Path:
    return PACKAGE.parent / f"{name.replace('.', '/')}.py"


def test_size_of_what_monitoring_needs() -> None:
    """What belongs to Commissioning alone is not counted: its operations, and the models that only they import."""
    operations = [it for it in catalog.OPERATIONS.values() if it.access != "commissioning"]
    needed = {module(operation.module) for operation in operations}
    needed |= {path.parent / "__init__.py" for path in needed}
    # What the package has whatever is in it.
    needed |= {*PACKAGE.glob("*.py"), PACKAGE / "api" / "__init__.py", PACKAGE / "models" / "__init__.py"}
    new = set(needed)
    while new:
        names = {
            name for path in new for name in re.findall(r"from \.+models\.(\w+) import", path.read_text())
        }
        new = {PACKAGE / "models" / f"{name}.py" for name in names - {"__init__"}} - needed
        needed |= new
    assert 140 < len(needed) <= 170
    assert lines(needed) <= 14_000


def test_models_operations_and_catalog_do_not_load_httpx() -> None:
    code = (
        "import sys, enphase_v4, enphase_v4.catalog, enphase_v4.models as models\n"
        "from importlib import import_module\n"
        "[getattr(models, name) for name in models.__all__]\n"
        "[import_module(o.module) for o in enphase_v4.catalog.OPERATIONS.values()]\n"
        "assert 'httpx' not in sys.modules\n"
        "enphase_v4.Client\n"
        "assert 'httpx' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_imports_are_at_the_top() -> None:
    for path in PACKAGE.rglob("*.py"):
        inner = [
            line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("        from ")
        ]
        # The package itself loads its client when it is asked for.
        assert inner == [] or path == PACKAGE / "__init__.py"


def respond(request: httpx.Request) -> httpx.Response:
    return httpx.Response(
        461 if "live" in request.url.path else 200, json={"system_id": 7, "path": request.url.path}
    )


@pytest.mark.parametrize("operation_id", catalog.OPERATIONS)
def test_every_operation_is_the_same_call_sync_and_async(operation_id: str) -> None:
    operation = catalog.OPERATIONS[operation_id]
    module = import_module(operation.module)
    assert operation_id == module.OPERATION
    parameters = inspect.signature(module.sync_detailed).parameters.values()
    given = {p.name: 7 for p in parameters if p.default is p.empty and p.name != "client"}
    kwargs = module.get_kwargs(**given)
    assert kwargs["method"] == operation.method
    assert kwargs["url"] == re.sub(r"{\w+}", "7", operation.path)
    assert kwargs["extensions"] == {"operation": operation_id}
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if operation_id == "getInvertersSummary":
            return httpx.Response(200, json=[{"signal_strength": 7}])
        return respond(request)

    transport = httpx.MockTransport(handler)
    client = Client("https://mock.test", httpx_args={"transport": transport})
    answer = module.sync_detailed(**given, client=client)
    other = asyncio.run(module.asyncio_detailed(**given, client=client))
    assert (answer.status_code, answer.content, answer.parsed) == (
        other.status_code,
        other.content,
        other.parsed,
    )
    assert answer.status_code == (461 if operation_id == "getLiveData" else 200)
    assert (seen[0].method, seen[0].url.path) == (operation.method, kwargs["url"])
    assert seen[0].url == seen[1].url
    assert (seen[0].content, seen[0].headers) == (seen[1].content, seen[1].headers)


def test_parameters_reach_the_wire_in_its_form() -> None:
    module = import_module(catalog.OPERATIONS["listSystems"].module)
    kwargs = module.get_kwargs(page=2, sort_by=SystemSort("-id"), size=None)
    assert kwargs["params"] == {"page": 2, "sort_by": "-id"}
    module = import_module(catalog.OPERATIONS["listSystemAlarms"].module)
    assert module.get_kwargs(1, start_time=5, cleared=True)["params"] == {"start_time": 5, "cleared": "true"}
    module = import_module(catalog.OPERATIONS["getLiveData"].module)
    assert module.get_kwargs(1, duration=60)["headers"] == {"duration": "60"}
    assert "headers" not in module.get_kwargs(1) or module.get_kwargs(1)["headers"] == {}
    module = import_module(catalog.OPERATIONS["updateSystemLoadControl"].module)
    body = UpdateSystemLoadControlRequest(name="NC1", soc_low=30)
    assert module.get_kwargs(1, body=body)["json"] == {"name": "NC1", "soc_low": 30}
    assert "json" not in module.get_kwargs(1)


def sent(operation_id: str, *path: int, body: Any) -> httpx.Request:
    """The request as it goes on the wire."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(501)

    client = Client("https://mock.test", httpx_args={"transport": httpx.MockTransport(handler)})
    import_module(catalog.OPERATIONS[operation_id].module).sync_detailed(*path, client=client, body=body)
    return seen[0]


ADDRESS = NewActivationAddress(
    street1="1 Café & Co", city="Zürich", state="ZH", country="CH", postal_code="8001"
)
BODY = {"system_name": "Dach = 100 % + Süd", "address": ADDRESS.to_dict(), "lease": False}


def test_a_form_is_one_key_whose_value_is_json() -> None:
    request = sent("createActivation", body=CreateActivationRequest.from_dict(BODY))
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.content.isascii()
    form = parse_qs(request.content.decode(), strict_parsing=True)
    assert {key: [json.loads(value) for value in values] for key, values in form.items()} == {
        "system": [BODY]
    }


def test_json_under_another_name_is_json_under_that_name() -> None:
    tariff = {"tariff": {"currency": {"code": "€"}, "single_rate": {"rate": "0.31", "sell": "0.08"}}}
    request = sent("updateSystemTariffSettings", 7, body=TariffSettings.from_dict(tariff))
    assert request.headers["Content-Type"] == "application/text"
    assert json.loads(request.content) == tariff
    assert "€".encode() in request.content


def test_a_number_that_is_none_is_refused_in_a_form_and_elsewhere() -> None:
    for operation_id, path in (
        ("createActivation", ()),
        ("updateSystemTariffSettings", (7,)),
        ("controlMeter", (7, 7)),
    ):
        with pytest.raises(ValueError, match="JSON compliant"):
            sent(operation_id, *path, body={"pv_module_power_rating": float("nan")})


# By the key of a form, or the media type, what is not sent as plain JSON.
NOT_PLAIN = {
    "system": {"createActivation", "updateActivation"},
    "user": {
        *("createHomeOwner", "updateUser", "updateActivationUser"),
        *("createCompanyUser", "updateCompanyUser"),
    },
    "estimate": {"updateActivationEstimate"},
    "production_mode": {"setProductionMode"},
    "application/text": {"updateSystemTariffSettings", "updateSystemArrays", "updateSystemArray"},
}


def test_how_each_body_is_sent() -> None:
    found: dict[str, set[str]] = {}
    for operation_id, operation in catalog.OPERATIONS.items():
        function = import_module(operation.module).get_kwargs
        parameters = inspect.signature(function).parameters
        if "body" not in parameters:
            assert operation.form == ""
            continue
        given = {p.name: 7 for p in parameters.values() if p.default is p.empty}
        kwargs = function(**given | {"body": {"a": 1}})
        assert list(kwargs.get("data", {})) == [operation.form] * bool(operation.form)
        request = httpx.Request(**kwargs | {"url": "https://mock.test"})
        found.setdefault(operation.form or request.headers["Content-Type"], set()).add(operation_id)
    plain = found.pop("application/json")
    assert found == NOT_PLAIN
    assert {"updateActivationBatteryMode", "controlMeter", "updateSystemBatterySettings"} < plain


@pytest.mark.parametrize("serial", ["", " ", ".", "..", None, UNSET])
def test_a_serial_that_would_be_another_path_is_refused(serial: object) -> None:
    module = import_module(catalog.OPERATIONS["getMicroTelemetry"].module)
    with pytest.raises(ValueError, match="serial_no"):
        module.get_kwargs(1, serial)


def test_a_serial_stays_one_segment() -> None:
    module = import_module(catalog.OPERATIONS["getMicroTelemetry"].module)
    assert module.get_kwargs(1, "../a?b#c/d")["url"].endswith("/devices/micros/..%2Fa%3Fb%23c%2Fd/telemetry")


def test_a_client_shows_nothing_of_what_it_was_given() -> None:
    assert "hidden" not in repr(Client("https://mock.test", httpx_args={"headers": {"key": "hidden"}}))


# ------------------------------------------------------------------------------------------------------------- catalog


def test_every_operation_has_a_name_and_a_group_of_access() -> None:
    names = [operation.name for operation in catalog.OPERATIONS.values()]
    assert len(set(names)) == len(names) == 43 + 39
    assert {operation.access for operation in catalog.OPERATIONS.values()} == {
        *("system_details", "site_production", "site_consumption", "ev_monitoring"),
        *("device_level", "streaming", "system_configuration", "ev_control", "commissioning"),
    }
    commissioning = [it for it in catalog.OPERATIONS.values() if it.access == "commissioning"]
    assert len(commissioning) == 39
    assert all(operation.name.startswith("commissioning.") for operation in commissioning)
    assert [plan.name for plan in catalog.PLANS.values() if "commissioning" in plan.access] == ["partner"]


def test_words_that_make_no_name_have_one() -> None:
    assert [word.name for word in SystemSort] == ["ASCENDING", "DESCENDING"]
    assert {word.name for word in TelemetryGranularity} == {"FIVE_MINUTES", "FIFTEEN_MINUTES", "DAY", "WEEK"}


def test_what_is_charged_or_moves_something_is_never_sent_twice() -> None:
    never = {operation.name for operation in catalog.OPERATIONS.values() if operation.retry == "never"}
    writes = {it.name for it in catalog.OPERATIONS.values() if it.method in ("POST", "DELETE")}
    assert never == {"live", "start_charging", "stop_charging"} | writes
    assert {name: it.charge for name, it in catalog.OPERATIONS.items() if it.charge} == {
        "getLiveData": 0.1,
        "createActivation": 2.0,
    }


WEEK = (("day", 86400), ("week", 604800))


@pytest.mark.parametrize(
    ("series", "step", "lengths", "names", "serial"),
    [
        ("production_micro", 300, WEEK, "energy_wh power_w devices_reporting", ""),
        ("production_meter", 900, WEEK, "energy_wh devices_reporting", ""),
        ("consumption_meter", 900, WEEK, "energy_wh devices_reporting", ""),
        ("battery", 900, WEEK, "charge_wh discharge_wh soc_percent devices_reporting", ""),
        ("energy_import", 900, WEEK, "energy_wh", ""),
        ("energy_export", 900, WEEK, "energy_wh", ""),
        ("rgm", 900, (("", 604800),), "energy_wh devices_reporting", ""),
        ("micro", 300, WEEK, "energy_wh power_w", "serial_no"),
        ("acb", 900, WEEK, "charge_wh discharge_wh soc_percent", "serial_no"),
        ("encharge", 900, WEEK, "charge_wh discharge_wh soc_percent", "serial_no"),
        ("ev_charger", 900, WEEK, "energy_wh", "serial_no"),
    ],
)
def test_windows_of_telemetry(
    series: str, step: int, lengths: tuple[tuple[str, int], ...], names: str, serial: str
) -> None:
    window = catalog.TELEMETRY[series].window
    assert window is not None
    assert (window.step_seconds, window.lengths, window.serial) == (step, lengths, serial)
    assert " ".join(name for name, _ in window.values) == names
    assert window.lookback_months == (0 if series == "ev_charger" else 24)


def test_lifetime_series() -> None:
    assert set(catalog.LIFETIME) == {"production", "consumption", "battery", "import", "export", "ev_charger"}
    window = catalog.LIFETIME["import"].window
    assert window is not None
    assert window.values == (("energy_wh", "import"),)


def test_pages() -> None:
    pages = {o.name: o.paging for o in catalog.OPERATIONS.values() if o.paging}
    assert {name: (paging.style, paging.max_size, paging.token) for name, paging in pages.items()} == {
        **dict.fromkeys(("systems", "search", "inverters"), ("page", 100, "")),
        **dict.fromkeys(("ev_events", "ev_sessions"), ("offset", 100, "")),
        "commissioning.activations": ("next", 1000, "next"),
    }
    activations = pages["commissioning.activations"]
    assert (activations.parameter, activations.size, activations.default_size) == ("next_", "limit", 100)
