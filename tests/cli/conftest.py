"""Servers to ask: one whose clock stands still, and one that lives in the present, for processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from enphase_cloud import mock

from .looking import Looker, fetched, looking
from .running import NOW, Person


@pytest.fixture(scope="session")
def stopped_server() -> Iterator[mock.Server]:
    with mock.serve(clock=NOW.timestamp()) as server:
        yield server


@pytest.fixture(scope="session")
def live_server() -> Iterator[mock.Server]:
    with mock.serve() as server:
        yield server


@pytest.fixture
def person(stopped_server: mock.Server) -> Iterator[Person]:
    """Somebody before whom nobody has asked anything, and who leaves no fault behind for the next."""
    stopped_server.service.journal.clear()
    yield Person(stopped_server)
    assert stopped_server.service.faults.take(None) is None


@pytest.fixture(scope="session")
def kept(stopped_server: mock.Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of what `stopped_server` says of its first home."""
    folder = tmp_path_factory.mktemp("kept")
    fetched(Person(stopped_server), folder)
    return folder


@pytest.fixture
def looker(person: Person, kept: Path, home: Path) -> Looker:
    """Somebody who has fetched that, and has asked for nothing since."""
    return looking(person, kept, home)
