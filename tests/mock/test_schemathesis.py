"""The mock is what generated/openapi.yaml says, to a tool that knows nothing else: schemathesis, over sockets.

`schemathesis.toml` holds the checks, what is excepted and why, and the systems and devices that requests are about.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from enphase_cloud.mock import Service, create_app, serve
from enphase_cloud.mock.document import load, locate
from enphase_cloud.mock.entries import DEFAULTS
from tests.conftest import Found
from tests.paths import ROOT

from .operations import RENO
from .playing import NOW, ask, service_of

CONFIG = tomllib.loads((ROOT / "schemathesis.toml").read_text())
HOOKS = CONFIG["hooks"]
HOMES = 8
ACTIVATIONS = "/api/v4/partner/activations"
STARTED = {"system_name": "Started", "address": RENO}
"""An activation that can be taken back: the dictionary `started` has its id."""


@dataclass(frozen=True)
class Run:
    """One phase of schemathesis. `examples`: requests for each operation, or scenarios; None: as the phase has it.

    least: cases that have to have been sent
    everything: the phase has to get a success out of every operation
    seed: what is drawn; None: the same each time, as hypothesis has it
    """

    phase: str
    examples: int | None
    least: int
    everything: bool = False
    seed: int | None = None

    def __str__(self) -> str:
        return f"{self.phase}-{self.examples or 'quick'}" + (f"-seed{self.seed}" if self.seed else "")


QUICK = (
    Run("examples", None, 320),
    Run("coverage", None, 4_000, everything=True),
    Run("fuzzing", 20, 1_400, everything=True),
    Run("stateful", 80, 850),
)
SEEDS = (1, 2, 3)
LONG = tuple(
    run
    for seed in SEEDS
    for run in (
        Run("examples", None, 320, seed=seed),
        Run("coverage", None, 4_000, everything=True, seed=seed),
        Run("fuzzing", 150, 10_000, everything=True, seed=seed),
        Run("stateful", 300, 3_000, seed=seed),
    )
)


async def no_wait(seconds: float) -> None:
    """Slow answers and live streams go out at once."""


def dictionaries(app: Starlette) -> dict[str, list[Any]]:
    """What schemathesis is told that exists. Serial numbers are those of one home, so that a pair fits."""
    homes = service_of(app).homes

    def serials(index: int, device_class: str) -> list[str]:
        listed = ask(app, f"/api/v4/systems/{homes[index].system_id}/devices").json["devices"][device_class]
        return [each["serial_number"] for each in listed[:2]]

    contacts = ask(app, f"/api/v4/systems/config/{homes[0].system_id}/load_control").json["load_control_data"]
    types = ask(app, "/api/v4/systems/event_types").json["event_types"]
    partner = "/api/v4/partner"
    made = ask(app, ACTIVATIONS, method="POST", body=json.dumps(STARTED).encode()).json
    page = ask(app, ACTIVATIONS, {"limit": 4}).json
    company = ask(app, f"{partner}/users/self", {"expand": "company"}).json
    layout = ask(app, f"{partner}/systems/{homes[0].system_id}/arrays").json
    makers = ask(app, "/api/v4/pv_manufacturers").json["pv_manufacturers"]
    models = ask(app, f"/api/v4/pv_manufacturers/{makers[0][0]}/pv_models").json["pv_models"]
    hired = ask(app, "/api/v4/companies/self/authorized_subcontractors").json["authorized_subcontractors"]
    branches = ask(app, "/api/v4/companies/self/branches").json["branches"]
    gateways = [serial for index in range(HOMES) for serial in serials(index, "gateways")]
    return {
        "systems": [home.system_id for home in homes],
        "with_encharges": [homes[0].system_id],
        "with_acbs": [homes[6].system_id],
        "with_chargers": [homes[7].system_id],
        "micros": serials(0, "micros"),
        "encharges": serials(0, "encharges"),
        "acbs": serials(6, "acbs"),
        "chargers": serials(7, "ev_chargers"),
        "gateways": gateways,
        "gateway_numbers": [int(serial) for serial in gateways],
        "contacts": [contacts[0]["name"]],
        "loads": [contacts[0]["load_name"]],
        "event_types": [each["event_type_id"] for each in types],
        "tokens": [page["next"]],
        "references": [page["systems"][0]["reference"]],
        "owners": sorted({each["owner_id"] for each in page["systems"]}),
        "colleagues": [company["user_id"]],
        "own_company": [company["company"]["company_id"]],
        "companies": [company["company"]["company_id"], branches[0]["company_id"]],
        "manufacturers": [number for number, _ in makers[:2]],
        "arrays": [each["id"] for each in layout["arrays"]],
        "meters": serials(0, "meters"),
        "gateway": serials(0, "gateways"),
        "other_gateway": serials(6, "gateways"),
        "other_micros": serials(6, "micros"),
        "subcontractors": [each["company_id"] for each in hired if each["status"] == "Enabled"],
        "first_manufacturer": [makers[0][0]],
        "first_model": [models[0][0]],
        "started": [made["system_id"]],
    }


def test_what_schemathesis_is_told_exists() -> None:
    told = {name: each["values"] for name, each in CONFIG["dictionaries"].items()}
    fleet = dictionaries(create_app(homes=HOMES, clock=NOW))
    right = "\n".join(f"{name}.values = {json.dumps(values)}" for name, values in fleet.items())
    assert told | fleet == told, f"put this into schemathesis.toml:\n{right}"


def test_there_are_as_many_cases_as_promised() -> None:
    assert sum(run.least for run in QUICK) >= 6_500
    for seed in SEEDS:
        assert sum(run.least for run in LONG if run.seed == seed) >= 17_000
    assert [run.phase for run in QUICK] == ["examples", "coverage", "fuzzing", "stateful"]


@pytest.mark.parametrize(
    "run",
    [*QUICK, *(pytest.param(run, marks=pytest.mark.soak) for run in LONG)],
    ids=str,
)
def test_schemathesis_finds_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Found
) -> None:
    secrets = CONFIG["auth"]["openapi"]
    app = create_app(
        homes=HOMES,
        clock=NOW,
        sleep=no_wait,
        api_key=secrets["apiKey"]["api_key"],
        access_token=secrets["oauth2"]["bearer"],
        company_country="DE",  # where an address is not mandatory, which the document cannot say
    )
    keep_ready(service_of(app), monkeypatch)
    with serve(app) as server:
        report = schemathesis(server.url, run, tmp_path)
        journal = server.service.journal
    failures = report["test_cases"]["unique_failures"] + report["test_cases"]["errored"]
    found(cases=report["test_cases"]["generated"], requests=len(journal), failures=failures)
    if run.seed is not None:
        found(**{f"cases_with_seed_{run.seed}": report["test_cases"]["generated"]})
    # the report counts what was made, the journal what arrived
    assert report["test_cases"]["generated"] >= run.least
    assert len(journal) >= run.least
    assert not report["test_cases"]["errored"]
    if run.everything:
        answered = {call.operation for call in journal if call.status in (200, 201, 202)}
        assert not set(load().operations) - answered


def keep_ready(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an activation that can be taken back, after each reset again; and a journal that no reset clears."""
    reset = service.reset

    def again() -> None:
        reset()
        user = service.people.installer
        company = {"installer_id": user.company_id, "maintainer_id": user.company_id}
        service.activations.create({**DEFAULTS, **company, **STARTED}, service.now)

    monkeypatch.setattr(service, "reset", again)
    monkeypatch.setattr(service.journal, "clear", lambda: None)
    again()


def schemathesis(url: str, run: Run, folder: Path) -> dict[str, Any]:
    """What `schemathesis run` reports of one phase; a failure shows what it says, with curl to see it again."""
    command = [sys.executable, "-m", "schemathesis.cli", *drawn(run, folder)]
    command += ["run", str(locate()), "--url", url, "--no-color"]
    command += ["--phases", run.phase, "--report-json-path", str(folder / "report.json")]
    if run.examples is not None:
        command += ["--max-examples", str(run.examples)]
    if run.seed is not None:
        command += ["--seed", str(run.seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout[-8_000:]}{done.stderr[-2_000:]}", pytrace=False)
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


def drawn(run: Run, folder: Path) -> list[str]:
    """The configuration for a seed: without one, all is the same each time, and a seed is not looked at."""
    if run.seed is None:
        return []
    same, other = "\ndeterministic = true\n", "\ndeterministic = false\n"
    told = (ROOT / "schemathesis.toml").read_text()
    assert same in told
    file = folder / "schemathesis.toml"
    file.write_text(told.replace(same, other).replace(f'"{HOOKS}"', json.dumps(str(ROOT / HOOKS))))
    return ["--config-file", str(file)]
