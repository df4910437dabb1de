"""`python -m regenerate drift`, as `make drift` runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from regenerate import documents
from regenerate.__main__ import main

from tests.paths import ROOT

PUBLISHED = ROOT / "openapi" / "monitoring.yaml"


def test_the_checked_in_document_has_not_drifted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", str(PUBLISHED)]) == 0
    assert capsys.readouterr().out == "No drift: the documents say the same, and every overlay action fits.\n"


def test_what_breaks_nobody_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = documents.load(PUBLISHED)
    newer["components"]["schemas"]["BatteryMode"]["enum"].append("DR Event Active")
    (tmp_path / "newer.yaml").write_text(documents.dump(newer))
    assert main(["drift", str(tmp_path / "newer.yaml")]) == 0
    assert "enum word added: BatteryMode in" in capsys.readouterr().out


def test_what_breaks_callers_or_patches_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = documents.load(PUBLISHED)
    del newer["paths"]["/api/v4/systems/event_types"]
    (tmp_path / "newer.yaml").write_text(documents.dump(newer))
    assert main(["drift", str(tmp_path / "newer.yaml")]) == 1
    said = capsys.readouterr().out
    assert "operation gone: GET /api/v4/systems/event_types (listEventTypes)" in said
    assert "$..event_types.items: the target matches nothing" in said


def test_a_file_that_is_not_there_or_no_document_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drift", str(tmp_path / "nowhere.yaml")]) == 1
    assert "nowhere.yaml" in capsys.readouterr().err
    (tmp_path / "list.yaml").write_text("- 1\n")
    assert main(["drift", str(tmp_path / "list.yaml")]) == 1
    assert "it holds no mapping" in capsys.readouterr().err
