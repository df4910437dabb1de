"""What pytest is told while mutants are tried: quick tests first.

`mutants.py` has the conftest of its copy take it in. mutmut asks only whether a test fails: with what, nobody reads.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

_DURATIONS = Path("mutmut-stats.json")
"""mutmut notes there how long each test takes, when it has run all of them once; pytest runs in its folder."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose tests are quick come first, and in each the quickest: fixtures of a module are set up once."""
    if not _DURATIONS.exists():
        return
    taken: dict[str, float] = json.loads(_DURATIONS.read_text())["duration_by_test"]
    of_file: dict[Path, list[float]] = defaultdict(list)
    for item in items:
        of_file[item.path].append(taken.get(item.nodeid, 0))
    mean = {path: sum(each) / len(each) for path, each in of_file.items()}
    items.sort(key=lambda item: (mean[item.path], str(item.path), taken.get(item.nodeid, 0)))
