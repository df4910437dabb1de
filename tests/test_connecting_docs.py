"""docs/connecting.md says what is true: its programs and commands are run, and its tables are compared."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import enphase_cloud
from enphase_cloud import EnphaseError, mock
from enphase_cloud._settings import VARIABLES
from enphase_cloud.cli.session import failure
from enphase_cloud.commissioning import Address, NewActivation
from enphase_cloud.transport.body import BODY_LIMIT, DEPTH_LIMIT, EVENT_LIMIT
from tests.test_readme import DOCS

TEXT = DOCS["connecting.md"]
PROGRAMS = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)
COMMANDS = re.findall(r"^\$ ((?:export|enphase (?!mock)).*)$", TEXT.partition("Try it on the mock")[2], re.M)


@pytest.fixture(scope="module")
def server() -> Iterator[mock.Server]:
    with mock.serve(homes=2, consent="approve") as running:
        yield running


@pytest.fixture(autouse=True)
def _around(server: mock.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.service.reset()
    for name in set(VARIABLES.values()) - {"ENPHASE_HOME"}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENPHASE_BASE_URL", server.url)


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_programs(program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is run by itself, as somebody who copies it would."""
    if "login." in program:
        for name in ("id", "secret"):
            monkeypatch.setenv(
                f"ENPHASE_CLIENT_{name.upper()}", f"partner-{'client' if name == 'id' else name}"
            )
        monkeypatch.setenv("ENPHASE_API_KEY", "partner-key")
    else:
        monkeypatch.setenv("ENPHASE_API_KEY", "any-key")
        monkeypatch.setenv("ENPHASE_ACCESS_TOKEN", "any-token")
    exec(compile(program, "docs/connecting.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - ours
    assert "Traceback" not in capsys.readouterr().err


def test_the_spans_are_what_a_collector_would_get(
    server: mock.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer", provider.get_tracer)
    monkeypatch.setenv("ENPHASE_API_KEY", "any-key")
    monkeypatch.setenv("ENPHASE_ACCESS_TOKEN", "any-token")
    server.service.fail_next(status=503)
    (program,) = (each for each in PROGRAMS if "opentelemetry" in each)
    program = program.replace("Enphase.from_env(", "Enphase.from_env(retry=Retry(base=0), ")
    exec(compile(program, "docs", "exec"), {"Retry": enphase_cloud.Retry})  # noqa: S102 - ours
    spans = [dict(span.attributes or {}) for span in exporter.get_finished_spans()]
    assert [span["http.response.status_code"] for span in spans] == [503, 200]
    assert [span["http.request.resend_count"] for span in spans] == [0, 1]
    assert {span["enphase.operation"] for span in spans} == {"listSystems"}
    assert [span.status.is_ok for span in exporter.get_finished_spans()] == [False, True]


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is needed, as a browser")
def test_the_commands_on_the_mock_server(server: mock.Server, home: Path) -> None:
    """A browser is whatever BROWSER says; this one follows redirects, and clicks on nothing."""
    environment = {**os.environ, "BROWSER": "curl --silent --location --output /dev/null %s"}
    said = {}
    for command in COMMANDS:
        words = shlex.split(command)
        if words[0] == "export":
            environment |= dict(word.split("=", 1) for word in words[1:] if "BASE_URL" not in word)
            continue
        run = subprocess.run(
            [sys.executable, "-m", "enphase_cloud", *words[1:]],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment,
        )
        assert run.returncode == 0, f"{command}: {run.stderr}"
        said[words[1]] = run.stdout + run.stderr
        if words[1] == "login":  # nothing else is needed from here on
            environment = {name: each for name, each in environment.items() if "ENPHASE_C" not in name}
            environment.pop("ENPHASE_API_KEY")
            environment.pop("ENPHASE_BASE_URL")
    assert set(said) == {"login", "status", "systems", "logout"}
    assert "watt" in said["status"]
    assert "secret" not in "".join(said.values())
    assert not list(home.glob("profiles/*.json"))


def test_the_table_of_errors() -> None:
    rows = re.findall(r"^\| (`[A-Z].*?) \| ([03456]) \|", TEXT, re.M)
    told = {name: int(status) for names, status in rows for name in re.findall(r"`(\w+)`", names)}
    kinds = {name: getattr(enphase_cloud, name) for name in told}
    known = [getattr(enphase_cloud, name) for name in enphase_cloud.__all__ if name != "login"]
    errors = {each for each in known if isinstance(each, type) and issubclass(each, EnphaseError)}
    assert set(kinds.values()) == errors - {EnphaseError}
    del kinds["SyncRunning"]  # `enphase sync` ends well with it: tests/cli/test_sync.py
    assert told.pop("SyncRunning") == 0
    del kinds["DuplicateActivation"]  # told as left out: tests/cli/test_activations.py
    assert told.pop("DuplicateActivation") == 6
    assert {name: failure(kind("", status=499)).exit_code for name, kind in kinds.items()} == told


def test_every_option_and_every_thing_that_is_kept_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = TEXT.partition("`with_options` gives the same client")[2].partition("for what is asked")[0]
    options = set(inspect.signature(enphase_cloud.Enphase.with_options).parameters) - {"self"}
    assert {name for name in re.findall(r"`(\w+)`", told) if name in options} == options
    place = Address(street1="1 Hill Road", city="Austin", state="TX", country="US", postal_code="73301")
    monkeypatch.setenv("ENPHASE_API_KEY", "any-key")
    monkeypatch.setenv("ENPHASE_ACCESS_TOKEN", "any-token")
    with enphase_cloud.Enphase.from_env() as client:
        client.commissioning.create_activation(
            NewActivation(system_name="House", reference="A1", address=place)
        )
    names = {f"{path.name}/" if path.is_dir() else path.name for path in home.iterdir()}
    assert "activations/" in names
    table = TEXT.partition("| file | what |")[2].partition("\n\n")[0]
    kept = re.findall(r"^\| `([^`]+)`", table, re.M)
    assert {
        name for name in names if not any(name.startswith(each.split("NAME")[0]) for each in kept)
    } == set()


def test_figures() -> None:
    assert f"{BODY_LIMIT // 2**20} MiB after decompression" in TEXT
    assert f"an event of a stream {EVENT_LIMIT // 2**20} MiB" in TEXT
    assert f"JSON {DEPTH_LIMIT} levels" in TEXT
    for variable in re.findall(r"ENPHASE_\w+", TEXT):
        assert variable in {*VARIABLES.values(), "ENPHASE_USERNAME", "ENPHASE_PASSWORD"}
