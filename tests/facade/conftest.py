"""Fixtures: every behaviour is tested through the sync and the async client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from enphase_cloud import Runtime, mock

from .worlds import KEY, MODES, NOW, TOKEN, Mode

Connect = Callable[..., Mode]

HOMES = 4
"""Of the fleet that a module's tests ask about, where the module has no HOMES of its own."""


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[mock.Server]:
    """A mock server that all tests of a module ask; its clock stands at NOW."""
    homes = getattr(request.module, "HOMES", HOMES)
    with mock.serve(seed=3, homes=homes, clock=NOW, api_key=KEY, access_token=TOKEN) as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Builds a client of one kind in a world, and closes it after the test."""
    opened: list[Mode] = []

    def build(world: Runtime, **settings: Any) -> Mode:
        opened.append(MODES[request.param](world, **settings))
        return opened[-1]

    yield build
    for mode in opened:
        mode.close()
