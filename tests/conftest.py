"""Random tests draw the same examples each time: a red build is red for whoever looks. `make soak` draws others."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from .amounts import PROFILE
from .canaries import Watch, watched
from .tallies import tally

BUSY = [HealthCheck.too_slow]  # says how busy the machine is, and nothing of us
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=BUSY)
settings.register_profile(
    "roaming", deadline=None, print_blob=True, max_examples=200, suppress_health_check=BUSY
)
settings.register_profile(  # that a test fails is enough: no smallest failure is looked for
    "mutants", settings.get_profile("steady"), phases=[Phase.explicit, Phase.generate], max_examples=50
)
settings.load_profile(PROFILE)

# Hundreds of processes are started: each would compile all that it loads, where what was compiled may not be kept.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """What is there by now stays: ten thousand tests, and all that they import, are not to be looked through again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """At the end all of it goes, as without that."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def _short_ends() -> Iterator[None]:
    """uvicorn waits for a tenth of a second when it ends: for hundreds of servers."""

    async def sleep(seconds: float, *result: Any) -> Any:
        return await asyncio.sleep(seconds / 4, *result)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("uvicorn.server.asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))
        yield


class Found:
    """What a proof found, for the table of `make soak` (docs/reliability.md): figures by name, `_` for spaces."""

    def __init__(self, note: Callable[[str, object], None]) -> None:
        self._note = note

    def __call__(self, **figures: float) -> None:
        """Figures that add up over the tests of a proof: `found(kills=500, rows_lost=0)`."""
        for name, figure in figures.items():
            self._note(f"sum {name.replace('_', ' ')}", figure)

    def most(self, **figures: float) -> None:
        """Figures of which the largest counts: `found.most(seconds_at_most=0.2)`."""
        for name, figure in figures.items():
            self._note(f"most {name.replace('_', ' ')}", figure)

    def least(self, **figures: float) -> None:
        """Figures of which the smallest counts: `found.least(percent_usable=96.5)`."""
        for name, figure in figures.items():
            self._note(f"least {name.replace('_', ' ')}", figure)


@pytest.fixture
def found(record_property: Callable[[str, object], None]) -> Found:
    """Say in figures what a test found, just before it ends: `make soak` judges and shows them."""
    return Found(record_property)


@pytest.fixture(autouse=True)
def _tallied(record_property: Callable[[str, object], None]) -> Iterator[None]:
    tally.clear()
    yield
    Found(record_property)(**tally)


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that are not there yet. (`mktemp` looks at all that there are, each time, to number the next.)"""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / f"{number}" for number in count())


@pytest.fixture(autouse=True)
def home(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own for each test: no test sees what another booked, or what belongs to whoever runs them."""
    outside = next(_homes)
    outside.mkdir()
    folder = outside / "enphase"
    monkeypatch.setenv("ENPHASE_HOME", str(folder))
    yield folder
    shutil.rmtree(outside, ignore_errors=True)  # ten thousand of them


@pytest.fixture(autouse=True)
def canaries(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """No secret is shown by any test, in no form."""
    with watched(monkeypatch) as watch:
        yield watch
    found = list(watch.found(home))
    assert not found, "a secret was shown:\n" + "\n".join(found[:5])
