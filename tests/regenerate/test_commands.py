"""`python -m regenerate drift`, as `make drift` runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from regenerate import documents
from regenerate.__main__ import main

from tests.paths import ROOT
from tests.regenerate.ours import DOCUMENTS, published


def drift(name: str, newer: Any, folder: Path) -> int:
    """The exit status for a newer version of a document."""
    (folder / "newer.yaml").write_text(documents.dump(newer))
    return main(["drift", "--document", name, str(folder / "newer.yaml")])


@pytest.mark.parametrize(
    ("name", "said"),
    [("monitoring", []), *((name, ["--document", name]) for name in DOCUMENTS[1:])],
)
def test_a_checked_in_document_has_not_drifted(
    name: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drift", *said, str(ROOT / "openapi" / f"{name}.yaml")]) == 0
    assert capsys.readouterr().out == "No drift: the documents say the same, and every overlay action fits.\n"


def test_what_breaks_nobody_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = documents.copied(published("monitoring"))
    newer["components"]["schemas"]["BatteryMode"]["enum"].append("DR Event Active")
    assert drift("monitoring", newer, tmp_path) == 0
    assert "enum word added: BatteryMode in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "path", "said"),
    [
        (
            "monitoring",
            "/api/v4/systems/event_types",
            [
                "operation gone: GET /api/v4/systems/event_types (listEventTypes)",
                "$..event_types.items: the target matches nothing",
            ],
        ),
        (
            "commissioning",
            "/api/v4/pv_manufacturers",
            [
                "operation gone: GET /api/v4/pv_manufacturers (listPvManufacturers)",
                "$.paths['/api/v4/pv_manufacturers'].get.responses['200']: the target matches nothing",
            ],
        ),
    ],
)
def test_what_breaks_callers_or_patches_does_not(
    name: str, path: str, said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = documents.copied(published(name))
    del newer["paths"][path]
    assert drift(name, newer, tmp_path) == 1
    told = capsys.readouterr().out
    assert [line for line in said if line not in told] == []


def test_a_document_that_we_do_not_have_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["drift", "--document", "installing", str(ROOT / "openapi" / "monitoring.yaml")])
    assert "choose from 'monitoring', 'commissioning'" in capsys.readouterr().err


def test_a_file_that_is_not_there_or_no_document_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drift", str(tmp_path / "nowhere.yaml")]) == 1
    assert "nowhere.yaml" in capsys.readouterr().err
    (tmp_path / "list.yaml").write_text("- 1\n")
    assert main(["drift", str(tmp_path / "list.yaml")]) == 1
    assert "it holds no mapping" in capsys.readouterr().err
