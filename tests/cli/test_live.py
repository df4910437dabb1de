"""`enphase live`: readings as they come, to people and to programs, and what they cost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from enphase_cloud.mock import Server

from .running import Person, process_environment, read_csv

ENPHASE = (sys.executable, "-m", "enphase_cloud")
POWERS = ["pv_power_w", "consumption_power_w", "grid_power_w", "battery_power_w"]
HEAD = ["time", *POWERS, "battery_soc_percent", "grid_status"]


def stream(*readings: int) -> bytes:
    """A body of live data: one event for each power of the modules."""
    events = []
    for index, power in enumerate(readings):
        data = {
            "pv_power": power,
            "grid_power": -power,
            "battery_soc": 40,
            "grid_status": "On Grid",
            "system_id": 1,
        }
        event = {"type": "response", "timestamp_epoch": (1_763_640_000 + index) * 1000, "data": data}
        events.append(f"data: {json.dumps(event)}\n\n")
    return "".join(events).encode()


def give(person: Person, *readings: int) -> None:
    person.server.service.fail_next(
        status=200,
        body=stream(*readings),
        content_type="text/event-stream",
        operation="getLiveData",
    )


def test_readings_in_every_form(person: Person) -> None:
    """Catches columns out of line with their values, and JSON that is no document in each line."""
    give(person, 1, 20_000, 300)
    result = person.gets("live", person.system_id)
    head, *lines = result.stdout.splitlines()
    assert head.split() == HEAD
    assert [line.split()[1] for line in lines] == ["1", "20000", "300"]
    assert {len(line) for line in lines} == {len(head)}
    assert lines[0].split()[0] == "12:00:00"
    assert lines[0].split()[2] == "-"  # the site has no meter for it
    assert result.stderr == "enphase: 3 readings, 1 hit\n"
    give(person, 1, 20_000, 300)
    objects = [
        json.loads(line) for line in person.gets("live", person.system_id, "--json").stdout.splitlines()
    ]
    assert [each["pv_power_w"] for each in objects] == [1, 20_000, 300]
    assert objects[0]["time"] == "2025-11-20T12:00:00+00:00"
    assert objects[0]["consumption_power_w"] is None
    give(person, 1, 20_000, 300)
    rows = read_csv(person.gets("live", person.system_id, "--csv", "-").stdout)
    assert [row["grid_power_w"] for row in rows] == ["-1", "-20000", "-300"]  # numbers, and no formulas


def test_the_price_is_told_without_a_call(person: Person) -> None:
    assert person.gets("live", person.system_id, "--estimate").stdout.startswith("1 hit, $0.10")
    told = person.gets("live", person.system_id, "--reconnect", "--dry-run").stdout
    assert told.startswith("about 1 hit, more where streams break, $0.10")
    assert json.loads(person.gets("live", person.system_id, "--estimate", "--json").stdout)["cost_usd"] == 0.1
    assert person.calls == 0


@pytest.mark.parametrize("duration", ["29", "301", "soon"])
def test_a_duration_that_cannot_be_costs_nothing(person: Person, duration: str) -> None:
    result = person.runs("live", person.system_id, "--duration", duration)
    assert (result.exit_code, person.calls) == (2, 0)


def test_a_site_without_live_data_is_a_sentence(person: Person) -> None:
    person.server.service.fail_next(status=472, operation="getLiveData")
    result = person.runs("live", person.system_id, "--json")
    assert (result.exit_code, result.stdout) == (5, "")
    assert "enphase: no readings, 1 hit\n" in result.stderr
    assert "needs a production meter" in result.stderr


def test_a_place_that_cannot_be_written_to_costs_nothing(person: Person, tmp_path: Path) -> None:
    result = person.runs("live", person.system_id, "--csv", tmp_path / "no" / "x.csv")
    assert (result.exit_code, person.calls) == (1, 0)


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv", "-"]], ids=["table", "json", "csv"])
def test_each_reading_is_there_when_it_comes_and_ctrl_c_ends_it(live_server: Server, form: list[str]) -> None:
    """Through a pipe: catches rows that wait in a buffer until the stream is over."""
    process = subprocess.Popen(
        [*ENPHASE, "live", str(live_server.service.system_ids[0]), "--duration", "300", *form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=process_environment(live_server),
    )
    assert process.stdout is not None
    patience = threading.Timer(15, process.kill)  # a reading comes each second
    patience.start()
    try:
        for _ in range(3):
            assert process.stdout.readline()
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        patience.cancel()
    assert process.returncode == 130
    assert errors.endswith("enphase: interrupted\n")
    assert "reading" in errors
    assert "Traceback" not in errors
