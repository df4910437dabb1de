"""`enphase demo` where something is missing. What it shows where nothing is: test_examples.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .running import python
from .test_processes import WITHOUT


@pytest.mark.parametrize(("package", "name"), [("starlette", "starlette"), ("yaml", "PyYAML")])
def test_without_the_mock_server_it_says_what_to_install_and_does_nothing(
    tmp_path: Path, package: str, name: str
) -> None:
    """Catches a demo that ends in a traceback, or leaves half of its files."""
    folder = tmp_path / "shown"
    result = python(WITHOUT, package, "demo", "--output", str(folder))
    assert result.returncode == 1
    said = f"enphase: error: the demo needs {name}, not installed here: pip install 'enphase-cloud[all]'"
    assert said in result.stderr.splitlines()
    assert not folder.exists()


def test_what_needs_a_package_that_is_missing_is_left_out_and_said_first(tmp_path: Path) -> None:
    """Catches commands that are tried in vain, and a document that is not alone on standard output."""
    missing = "duckdb,pyarrow,matplotlib,plotext"
    result = python(WITHOUT, missing, "demo", "--days", "1", "--output", str(tmp_path), "--json")
    assert result.returncode == 6, result.stderr
    told = json.loads(result.stdout)
    assert {name for names in told["left_out"].values() for name in names} == set(missing.split(","))
    assert told["files"] == []
    assert told["calls"] > 50
    commands = [each["command"].split()[1] for each in told["commands"]]
    assert commands == ["sync"] * 6 + ["status"]
    assert {each["exit_status"] for each in told["commands"]} == {0}
    said = result.stderr
    assert said.index("Left out: export and sql, for want of duckdb and pyarrow.") < said.index("$ enphase")
