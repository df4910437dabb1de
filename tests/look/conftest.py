"""One archive for all tests of the charts: nobody changes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .worlds import Kept, kept


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("kept")) as world:
        yield world
