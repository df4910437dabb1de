"""The mock and the document say the same: routes, statuses, bodies; and the catalog's facts that it runs on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from enphase_v4.catalog import LIFETIME, OPERATIONS, TELEMETRY
from starlette.applications import Starlette
from starlette.routing import Match, Route

from enphase_cloud.mock import create_app
from enphase_cloud.mock.document import load
from enphase_cloud.mock.handlers import NOT_SERVED, SERVED
from enphase_cloud.mock.settings import LENGTHS
from tests.paths import ROOT

from .conforming import assert_conforms
from .playing import NOW, PATHS, ask, service_of

DOCUMENT = load()
QUERIES = {
    "getEnergyLifetime": [{}, {"production": "all"}, {"start_date": "2026-05-01"}],
    **{
        TELEMETRY[series].operation_id: [{}, {"granularity": "week", "start_date": "2026-05-01"}]
        for series in PATHS
    },
}


@pytest.fixture(scope="module")
def app() -> Starlette:
    return create_app(homes=8, clock=NOW)


def test_every_operation_of_the_document_is_served_or_said_not_to_be() -> None:
    assert set(SERVED) | NOT_SERVED == set(DOCUMENT.operations)
    assert not set(SERVED) & NOT_SERVED


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


def test_what_is_not_served_says_so(app: Starlette) -> None:
    for name in NOT_SERVED:
        operation = DOCUMENT.operations[name]
        path = operation.path.format(system_id=1, serial_no=2)
        answer = ask(app, path, method=operation.method)
        assert answer.status == 501
        assert answer.json == {"reason": "501", "message": ["Not Implemented"]}
        if operation.media(501) is not None:
            assert_conforms(name, answer)
        refused = ask(app, path, method=operation.method, headers={})
        assert refused.status == 401
        assert_conforms(name, refused)


@pytest.mark.parametrize("name", sorted(set(SERVED) - {"searchSystems"}))
def test_every_answer_is_as_documented(app: Starlette, name: str) -> None:
    operation = DOCUMENT.operations[name]
    for system in service_of(app).system_ids:
        for query in QUERIES.get(name, [{}]):
            answer = ask(app, operation.path.format(system_id=system), query)
            assert answer.status == 200
            assert_conforms(name, answer)


@pytest.mark.parametrize("name", sorted(SERVED))
def test_every_refusal_is_as_documented(app: Starlette, name: str) -> None:
    operation = DOCUMENT.operations[name]
    path = operation.path.format(system_id=service_of(app).system_ids[0])
    for status in (401, 403, 404, 405, 422, 429, 500, 501):
        if operation.media(status) is not None:
            service_of(app).fail_next(status=status)
            answer = ask(app, path, method=operation.method)
            assert answer.status == status
            assert_conforms(name, answer)
            assert str(status) in answer.body.decode()


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
