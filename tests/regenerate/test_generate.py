"""The pipeline as a whole, in the generator's own environment: other documents in the place of ours, broken ones."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from regenerate import documents
from regenerate.generate import differences

from tests.paths import ROOT
from tests.regenerate.ours import DOCUMENTS, published
from tests.regenerate.test_hoist import shuffled

GENERATOR = ROOT / ".venv-generate" / "bin" / "python"
pytestmark = pytest.mark.skipif(
    not GENERATOR.exists(), reason="the generator's environment is not there: make check"
)

STORM = "/api/v4/systems/config/{system_id}/storm_guard"
FIRST = "Production. There is no public sandbox."  # what the first action of both overlays says of the host


def generate(out: Path, **sources: Path) -> subprocess.CompletedProcess[str]:
    """The whole pipeline, with other files in the place of documents of ours."""
    code = (
        "import sys; from pathlib import Path; from regenerate.generate import generate\n"
        "generate(Path(sys.argv[1]), Path(sys.argv[2]), dict(zip(sys.argv[3::2], map(Path, sys.argv[4::2]))))"
    )
    command = [str(GENERATOR), "-c", code, str(ROOT), str(out)]
    command += [str(part) for source in sources.items() for part in source]
    environment = {"PYTHONPATH": str(ROOT / "overlay"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def reworded(value: Any, words: str, *, names: bool = False) -> Any:
    """The document with other summaries and descriptions; `names`: the keys are names of properties, not keywords."""
    if isinstance(value, dict):
        return {
            key: words
            if not names and key in ("summary", "description") and isinstance(entry, str)
            else reworded(entry, words, names=key == "properties")
            for key, entry in value.items()
        }
    return [reworded(entry, words) for entry in value] if isinstance(value, list) else value


def test_a_document_in_other_words_and_another_order_makes_the_same_client(tmp_path: Path) -> None:
    nasty = 'Ends in a quote: "Full Backup" / """ and a \\N backslash \\ {braces} {{ x }} "'
    others = {name: tmp_path / f"{name}.json" for name in DOCUMENTS}
    for name, other in others.items():
        other.write_text(json.dumps(shuffled(reworded(published(name), nasty), random.Random(11))))
    done = generate(tmp_path / "generated", **others)
    assert done.returncode == 0, done.stderr[-2000:]
    made = {str(p.relative_to(tmp_path / "generated")) for p in (tmp_path / "generated").rglob("*.py")}
    assert made == {str(p.relative_to(ROOT / "generated")) for p in (ROOT / "generated").rglob("*.py")}
    check = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from importlib import import_module\n"
        "from enphase_v4 import catalog, models\n"
        "assert models.__file__.startswith(sys.argv[1])\n"
        "[getattr(models, name) for name in models.__all__]\n"
        "[import_module(o.module) for o in catalog.OPERATIONS.values()]\n"
        "print(len(catalog.OPERATIONS))"
    )
    command = [sys.executable, "-c", check, str(tmp_path / "generated")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "82\n"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert generate(tmp_path / name).returncode == 0
    assert {"/api/v4/systems", "/api/v4/partner/activations"} < set(
        documents.load(tmp_path / "one" / "openapi.yaml")["paths"]
    )
    assert differences(tmp_path / "one", tmp_path / "two") == []
    (tmp_path / "two" / "openapi.yaml").write_text("edited")
    (tmp_path / "two" / "stray.py").touch()
    assert differences(tmp_path / "one", tmp_path / "two") == ["openapi.yaml", "stray.py"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_quirk_that_the_vendor_has_mended_fails_the_build_and_is_named(name: str, tmp_path: Path) -> None:
    mended = documents.copied(published(name))
    mended["servers"][0] = {"url": "https://api.enphaseenergy.com", "description": FIRST}
    (tmp_path / "mended.json").write_text(json.dumps(mended))
    done = generate(tmp_path / "generated", **{name: tmp_path / "mended.json"})
    assert done.returncode != 0
    assert "actions[0] $.servers[0]: it changes nothing" in done.stderr
    assert not (tmp_path / "generated").exists()


def test_a_warning_of_the_generator_fails_the_build_and_leaves_what_was_there(tmp_path: Path) -> None:
    odd = documents.copied(published("monitoring"))
    content = odd["paths"][STORM]["get"]["responses"]["200"]["content"]
    content["application/json"]["schema"]["properties"]["odd"] = {"type": "array"}  # of what?
    (tmp_path / "odd.json").write_text(json.dumps(odd))
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated" / "kept").touch()
    done = generate(tmp_path / "generated", monitoring=tmp_path / "odd.json")
    assert done.returncode != 0
    assert "GenerateError" in done.stderr
    assert "/storm_guard" in done.stderr
    assert "type array must have items" in done.stderr
    assert (tmp_path / "generated" / "kept").exists()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["generated"]
