"""Random tests draw the same examples each time: a red build is red for whoever looks. `make soak` draws others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from .canaries import watched

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("roaming", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test: no test sees what another booked, or what belongs to whoever runs them."""
    folder = tmp_path_factory.mktemp("home") / "enphase"
    monkeypatch.setenv("ENPHASE_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _canaries(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No secret is shown by any test, in no form."""
    with watched(monkeypatch) as watch:
        yield
    found = list(watch.found(home))
    assert not found, "a secret was shown:\n" + "\n".join(found[:5])
