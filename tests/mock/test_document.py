"""The mock and the document say the same: routes, statuses, bodies; and the catalog's facts that it runs on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from enphase_v4.catalog import LIFETIME, OPERATIONS, TELEMETRY
from starlette.applications import Starlette
from starlette.routing import Match, Route

from enphase_cloud.mock import create_app
from enphase_cloud.mock.handlers import SERVED, STATIC
from enphase_cloud.mock.settings import LENGTHS
from tests.paths import ROOT

from .conforming import assert_conforms
from .granting import OWNER, as_caller, signed_in
from .operations import CREATED, DAY, DOCUMENT, GOOD, LAST, NoSuchDeviceError, Request, send
from .playing import AUTH, NOW, PATHS, service_of

HOUR = 3_600
QUERIES = {
    "getEnergyLifetime": [{}, {"production": "all"}, {"start_date": "2026-05-01"}],
    **{
        TELEMETRY[series].operation_id: [{}, {"granularity": "week", "start_date": "2026-05-01"}]
        for series in PATHS
    },
}


@dataclass(frozen=True)
class Change:
    """What makes another state: the last step, or another fleet.

    steps: operations that are called, with another request than usual or not, or seconds by which the clock moves
    seen_by: whose answer shows it; "": its own
    person: who looks; "": anybody
    """

    steps: tuple[str | tuple[str, Request] | int, ...] = ()
    seen_by: str = ""
    seed: int = 1
    person: str = ""


CHANGES = {
    **dict.fromkeys(set(SERVED) - STATIC, Change((2 * DAY,))),
    # an event that is still open, and a home that has not fallen silent yet
    "listSystemEvents": Change((-6 * DAY - 8 * HOUR,)),
    "listSystemAlarms": Change((-193 * DAY - 17 * HOUR,)),
    "retrieveSystemId": Change(seed=2),
    "fetchSchedules": Change(seed=2),
    "getSystemBatterySettings": Change(("updateSystemBatterySettings",)),
    "updateSystemBatterySettings": Change(("updateSystemBatterySettings",), "getSystemBatterySettings"),
    "getSystemStormGuard": Change(("updateSystemStormGuard",)),
    "updateSystemStormGuard": Change(("updateSystemStormGuard",), "getSystemStormGuard"),
    "getSystemLoadControl": Change(("updateSystemLoadControl",)),
    "updateSystemLoadControl": Change(("updateSystemLoadControl",), "getSystemLoadControl"),
    "startCharging": Change(("startCharging",), "fetchChargersSummary"),
    "stopCharging": Change(("startCharging", HOUR, "stopCharging"), "fetchChargersSummary"),
    "listActivations": Change(("createActivation",)),
    "createActivation": Change(("createActivation",), "listActivations"),
    "getActivation": Change(("updateActivation",)),
    "updateActivation": Change(("updateActivation",), "getActivation"),
    "deleteActivation": Change(
        ("createActivation", ("deleteActivation", Request(home=LAST))), "listActivations"
    ),
    "grantActivationAccess": Change(
        (("grantActivationAccess", replace(GOOD["grantActivationAccess"], home=1)),),
        "listSystems",
        person=OWNER,
    ),
    "revokeActivationAccess": Change(("revokeActivationAccess",), "listSystems", person=OWNER),
    "getActivationUser": Change(("updateActivationUser",)),
    "updateActivationUser": Change(("updateActivationUser",), "getActivationUser"),
    "getActivationBatteryMode": Change(("updateActivationBatteryMode",)),
    "updateActivationBatteryMode": Change(("updateActivationBatteryMode",), "getActivationBatteryMode"),
    "getProductionMode": Change(("setProductionMode",)),
    "setProductionMode": Change(("setProductionMode",), "getProductionMode"),
    "getActivationEstimate": Change(("updateActivationEstimate",)),
    "updateActivationEstimate": Change(("updateActivationEstimate",), "getActivationEstimate"),
    "getCurrentUser": Change(("updateCompanyUser",)),
    "getUser": Change(("updateUser",)),
    "updateUser": Change(("updateUser",), "getUser"),
    "searchUser": Change(seed=2),
    "listCompanyUsers": Change(("createCompanyUser",)),
    "createCompanyUser": Change(("createCompanyUser",), "listCompanyUsers"),
    "getCompanyUser": Change(("updateCompanyUser",)),
    "updateCompanyUser": Change(("updateCompanyUser",), "getCompanyUser"),
    "listBranches": Change(seed=2),
    "listAuthorizedSubcontractors": Change(seed=2),
    "getSystemMeter": Change(("updateSystemMeter",)),
    "updateSystemMeter": Change(("updateSystemMeter",), "getSystemMeter"),
    # the last report is the same one: it is the task that shows
    "controlMeter": Change(("controlMeter", 120), "getSystemMeter"),
    "getSystemTariffSettings": Change(("updateSystemTariffSettings",)),
    "updateSystemTariffSettings": Change(("updateSystemTariffSettings",), "getSystemTariffSettings"),
    "getSystemArrays": Change(("updateSystemArrays",)),
    "updateSystemArrays": Change(("updateSystemArrays",), "getSystemArrays"),
    "getSystemArray": Change(("updateSystemArray",)),
    "updateSystemArray": Change(("updateSystemArray",), "getSystemArray"),
    "deleteSystemArray": Change(("deleteSystemArray",), "getSystemArrays"),
}
"""Two states that an operation tells apart, or makes: without the last step, and with it."""


def started(seed: int = 1, now: float = NOW) -> Starlette:
    async def no_wait(seconds: float) -> None:
        pass

    return create_app(homes=8, clock=now, seed=seed, sleep=no_wait)


@pytest.fixture(scope="module")
def app() -> Starlette:
    return started()


def test_every_operation_of_the_document_is_served() -> None:
    assert set(SERVED) == set(DOCUMENT.operations) == set(GOOD)
    assert set(SERVED) > STATIC


def test_every_path_of_the_document_has_its_own_route(app: Starlette) -> None:
    for path in {operation.path for operation in DOCUMENT.operations.values()}:
        scope = {
            "type": "http",
            "method": "GET",
            "path": path.replace("{", "").replace("}", ""),
            "headers": [],
        }
        matching = [route for route in app.routes if route.matches(scope)[0] is Match.FULL]
        assert isinstance(matching[0], Route)
        assert matching[0].path == path


@pytest.mark.parametrize("name", ["getSystemSummary", "fetchSchedules", "getLiveData"])
def test_an_operation_that_is_new_in_the_document_says_so(
    app: Starlette, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delitem(SERVED, name)
    answer = send(app, name)
    assert (answer.status, answer.json) == (501, {"reason": "501", "message": ["Not Implemented"]})
    assert send(app, name, headers={}).status == 401


@pytest.mark.parametrize("name", sorted(SERVED))
def test_every_answer_is_as_documented(app: Starlette, name: str) -> None:
    good, seen = GOOD[name], set()
    for home in [*range(8), *[CREATED] * (good.home == CREATED)]:
        for query in QUERIES.get(name, [good.query]):
            with suppress(NoSuchDeviceError):
                answer = send(app, name, replace(good, home=home, query=query))
                assert_conforms(name, answer)
                seen.add(answer.status)
    assert seen & {200, 201, 202}


@pytest.mark.parametrize("name", sorted(SERVED))
def test_every_refusal_is_as_documented(app: Starlette, name: str) -> None:
    for status in map(int, DOCUMENT.operations[name].responses):
        if status >= 400:
            service_of(app).fail_next(status=status, operation=name)
            answer = send(app, name)
            assert answer.status == status
            assert_conforms(name, answer)


@pytest.mark.parametrize("name", sorted(STATIC))
def test_a_static_operation_answers_the_same_whatever_happened(app: Starlette, name: str) -> None:
    first = send(app, name)
    assert first.status == 200
    other = started(seed=7, now=NOW + 400 * DAY)
    for each in GOOD:
        send(other, each)
    assert send(other, name).body == first.body


@pytest.mark.parametrize("name", sorted(set(SERVED) - STATIC))
def test_a_stateful_operation_shows_another_state(name: str) -> None:
    change = CHANGES[name]
    answers = []
    for seed, steps in ((1, change.steps[:-1]), (change.seed, change.steps)):
        app = started(seed)
        for step in steps:
            if isinstance(step, int):
                service_of(app).clock.advance(step)
            else:
                called, request = step if isinstance(step, tuple) else (step, None)
                assert send(app, called, request).status in (200, 201, 202)
        headers = as_caller(signed_in(app, change.person)["access_token"]) if change.person else AUTH
        answers.append(send(app, change.seen_by or name, headers=headers))
    assert {answer.status for answer in answers} <= {200, 201}
    assert answers[0].body != answers[1].body


def test_the_catalog_and_the_document_know_what_the_mock_runs_on() -> None:
    for series in PATHS:
        window = TELEMETRY[series].window
        assert window is not None
        assert window.step_seconds == (300 if series == "production_micro" else 900)
        assert window.lookback_months == 24
        assert set(dict(window.lengths).items()) <= set(LENGTHS.items())
    granularity = DOCUMENT.raw["components"]["schemas"]["TelemetryGranularity"]
    assert set(granularity["enum"]) == set(LENGTHS)
    paging = OPERATIONS["listSystems"].paging
    assert paging is not None
    assert (paging.default_size, paging.max_size) == (10, 100)
    assert {LIFETIME[name].operation_id for name in LIFETIME if name != "ev_charger"} <= set(SERVED)


def located(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "from enphase_cloud.mock.document import locate; print(locate())"
    path = os.pathsep.join([str(folder), str(ROOT / "src")])
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={"PYTHONPATH": path}
    )


@pytest.mark.parametrize("place", ["enphase_v4/openapi.yaml", "openapi.yaml"])
def test_the_document_is_found_in_a_wheel_and_in_a_checkout(tmp_path: Path, place: str) -> None:
    (tmp_path / "enphase_v4").mkdir()
    for name in ("__init__.py", "catalog.py"):
        shutil.copy(ROOT / "generated" / "enphase_v4" / name, tmp_path / "enphase_v4")
    missing = located(tmp_path)
    assert "make generate" in missing.stderr.splitlines()[-1]
    (tmp_path / place).touch()
    assert located(tmp_path).stdout.strip() == str(tmp_path / place)


def test_it_imports_nothing_of_the_client() -> None:
    code = (
        "import sys; before = set(sys.modules); import enphase_cloud; base = set(sys.modules);"
        "import enphase_cloud.mock; new = set(sys.modules) - base;"
        "print(sorted(each for each in new if each.split('.')[0] in ('enphase_cloud', 'enphase_v4', 'httpx')"
        " and not each.startswith('enphase_cloud.mock')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.strip("[]\n").replace("'", "").split(", ")) <= {"enphase_v4", "enphase_v4.catalog"}
