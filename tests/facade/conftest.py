"""Fixtures: every behaviour is tested through the sync and the async client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from enphase_cloud import Runtime

from .worlds import MODES, Mode

Connect = Callable[..., Mode]


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
