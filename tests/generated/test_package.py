"""The generated package as a whole: its size, what importing it costs, its operations as calls, its catalog."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from importlib import import_module

import httpx
import pytest
from enphase_v4 import catalog
from enphase_v4.client import Client
from enphase_v4.models import SystemSort, TelemetryGranularity, UpdateSystemLoadControlRequest
from enphase_v4.types import UNSET

from tests.paths import ROOT

PACKAGE = ROOT / "generated" / "enphase_v4"


def test_size() -> None:
    files = list(PACKAGE.rglob("*.py"))
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    assert len(files) <= 170
    assert lines <= 14_000
    assert (PACKAGE / "py.typed").exists()


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
    assert kwargs["url"] == operation.path.replace("{system_id}", "7").replace("{serial_no}", "7")
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
    assert len(set(names)) == len(names) == 43
    assert {operation.access for operation in catalog.OPERATIONS.values()} == {
        *("system_details", "site_production", "site_consumption", "ev_monitoring"),
        *("device_level", "streaming", "system_configuration", "ev_control"),
    }


def test_words_that_make_no_name_have_one() -> None:
    assert [word.name for word in SystemSort] == ["ASCENDING", "DESCENDING"]
    assert {word.name for word in TelemetryGranularity} == {"FIVE_MINUTES", "FIFTEEN_MINUTES", "DAY", "WEEK"}


def test_what_is_charged_or_moves_something_is_never_sent_twice() -> None:
    never = {operation.name for operation in catalog.OPERATIONS.values() if operation.retry == "never"}
    writes = {operation.name for operation in catalog.OPERATIONS.values() if operation.method == "POST"}
    assert never == {"live", "start_charging", "stop_charging"} | writes
    assert catalog.OPERATIONS["getLiveData"].charge == 0.1


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
    styles = {o.name: (o.paging.style, o.paging.max_size) for o in catalog.OPERATIONS.values() if o.paging}
    assert styles == {
        **dict.fromkeys(("systems", "search", "inverters"), ("page", 100)),
        **dict.fromkeys(("ev_events", "ev_sessions"), ("offset", 100)),
    }
