"""A plugin of pytest: what tests noted with `found` goes to a file, a line of JSON for each test (`--figures=FILE`).

It also counts the cases that Hypothesis draws, as each random test runs: how many a test has drawn, nobody has to say.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

KINDS = ("sum", "most", "least")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", type=Path, help="write what tests found there")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.figures is not None and not hasattr(config, "workerinput"):  # workers report to the one
        config.pluginmanager.register(Notes(config.option.figures))


class Notes:
    """Writes as reports come in: what was noted before a kill is there."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What a fixture notes as it ends is in the last report; it has what was noted before, too."""
        if report.when == "setup" and report.passed:
            return
        noted = [(*name.partition(" ")[::2], figure) for name, figure in report.user_properties]
        line = {
            "test": report.nodeid,
            "when": report.when,
            "outcome": report.outcome,
            "figures": [each for each in noted if each[0] in KINDS] if report.when == "teardown" else [],
        }
        with self._file.open("a") as file:
            print(json.dumps(line), file=file)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Count each call of what `@given` wraps; it is looked up for every run."""
    random: Any = getattr(getattr(item, "obj", None), "hypothesis", None)
    if random is None:
        return (yield)
    inner, cases = random.inner_test, 0

    @functools.wraps(inner)
    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal cases
        cases += 1
        return inner(*arguments, **named)

    random.inner_test = counted
    try:
        return (yield)
    finally:
        random.inner_test = inner
        item.user_properties.append(("sum cases drawn", cases))
