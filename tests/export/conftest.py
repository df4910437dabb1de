"""Archives, of which each test gets its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from enphase_cloud import Archive, Enphase, mock

from .worlds import NOW, SERIES, Written, fetch, opened


def _history(client: Enphase) -> None:
    """Weeks around the clock changes of Los Angeles and Sydney; the battery was left out for ten days."""
    for system in client.systems():
        if system.name is not None and system.name.startswith("Berlin"):
            continue  # it has never reported
        for series in SERIES:
            if series == "battery":
                system.telemetry(series, "2026-02-25T00:00Z", "2026-03-11T00:00Z").to_list()
                system.telemetry(series, "2026-03-20T00:00Z", "2026-04-10T00:00Z").to_list()
            else:
                system.telemetry(series, "2026-02-25T00:00Z", "2026-04-10T00:00Z").to_list()
        for kind in ("production", "battery"):
            system.lifetime(kind).to_list()
        system.events("2026-06-01T00:00Z").to_list()


@pytest.fixture(scope="session")
def service() -> Iterator[mock.Server]:
    with mock.serve(
        seed=3, homes=4, clock=NOW, api_key="canary-key-5f1c", access_token="canary-token-9b7e"
    ) as server:
        yield server


@pytest.fixture(scope="session")
def filled(service: mock.Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was filled from the mock server. To be copied, not written to."""
    home = tmp_path_factory.mktemp("filled")
    fetch(service, home, _history)
    return home


@pytest.fixture
def archive(filled: Path, service: mock.Server, tmp_path: Path) -> Iterator[Archive]:
    home = tmp_path / "home"
    shutil.copytree(filled, home)
    with opened(home, service.url) as found:
        yield found


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "written")
