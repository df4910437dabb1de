"""`enphase config`: settings of this machine, in a file that its owner may have written by hand."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from enphase_cloud._settings import KINDS, read_config
from enphase_cloud.cli.config import edited

from .running import Person, python

BY_HAND = """\
# of the house in the hills
plan = "kilowatt"   # since May

timeout = 10
# the end
"""


@pytest.fixture
def file(home: Path) -> Path:
    return home / "config.toml"


@pytest.fixture
def owner(person: Person) -> Person:
    """Somebody whose environment names no service."""
    person.environment["ENPHASE_BASE_URL"] = None
    return person


def shown(owner: Person, *words: str) -> dict[str, tuple[object, str]]:
    rows = json.loads(owner.gets(*words, "config", "show", "--json").stdout)
    return {row["setting"]: (row["value"], row["from"]) for row in rows}


def test_what_is_set_is_what_a_client_takes(owner: Person, file: Path) -> None:
    """Catches a value that is written in a way in which it is not read."""
    for name, value in (
        *(("plan", "watt"), ("base_url", "http://127.0.0.1:1"), ("profile", "hills")),
        *(("store", "keyring"), ("timeout", "12.5")),
    ):
        result = owner.gets("config", "set", name, value)
        assert (result.stdout, result.stderr) == ("", f"enphase: {name} is set to {value} in {file}\n")
    assert {name: value for name, (value, _) in shown(owner).items()} == {
        "home": str(file.parent),
        "plan": "watt",
        "base_url": "http://127.0.0.1:1",
        "profile": "hills",
        "store": "keyring",
        "timeout": 12.5,
    }
    assert {source for name, (_, source) in shown(owner).items() if name != "home"} == {"config.toml"}
    assert set(read_config(file)) == set(KINDS)
    for name in KINDS:
        owner.gets("config", "unset", name)
    assert file.read_text() == ""
    assert {source for _, source in shown(owner).values()} == {"ENPHASE_HOME", "default"}
    assert owner.calls == 0


def test_who_set_it_is_said(owner: Person) -> None:
    """Catches somebody changing the file over and over, while the environment wins."""
    owner.gets("config", "set", "plan", "watt")
    owner.environment |= {"ENPHASE_PLAN": "partner", "ENPHASE_STORE": " "}
    found = shown(owner, "--base-url", "http://127.0.0.1:2")
    assert found["plan"] == ("partner", "ENPHASE_PLAN")
    assert found["base_url"] == ("http://127.0.0.1:2", "--base-url")
    assert found["store"] == ("file", "default")
    assert "warning: ENPHASE_PLAN is set" in owner.gets("config", "set", "plan", "watt").stderr


def test_comments_and_other_lines_stay(owner: Person, file: Path) -> None:
    file.parent.mkdir()
    file.write_text(BY_HAND)
    owner.gets("config", "set", "timeout", "20")
    assert file.read_text() == BY_HAND.replace("timeout = 10", "timeout = 20")
    owner.gets("config", "set", "profile", "hills")
    assert file.read_text() == BY_HAND.replace("timeout = 10", "timeout = 20") + 'profile = "hills"\n'
    owner.gets("config", "unset", "timeout")
    owner.gets("config", "unset", "profile")
    assert file.read_text() == BY_HAND.replace("timeout = 10\n", "")


def test_limits_of_ones_own_are_shown_kept_and_taken_out(owner: Person, file: Path) -> None:
    """A table must stand below all other lines: catches a setting that becomes a part of it."""
    file.parent.mkdir()
    file.write_text("[plan]\nper_minute = 20\nper_month = 5000\n")
    assert shown(owner)["plan"] == ("20 a minute, 5000 a month", "config.toml")
    owner.gets("config", "set", "timeout", "5")
    assert file.read_text() == "timeout = 5\n[plan]\nper_minute = 20\nper_month = 5000\n"
    result = owner.gets("config", "set", "plan", "watt", "--json")
    assert json.loads(result.stdout) == {"setting": "plan", "was": "20 a minute, 5000 a month", "is": "watt"}
    assert tomllib.loads(file.read_text()) == {"timeout": 5, "plan": "watt"}


def test_what_does_not_belong_in_the_file_can_be_taken_out(owner: Person, file: Path) -> None:
    """Catches a file that no command can put right any more."""
    file.parent.mkdir()
    file.write_text('api_key = "5up3r"\nplan = "watt"\n')
    for words in (["config", "show"], ["config", "set", "timeout", "5"]):
        refused = owner.runs(*words)
        assert refused.exit_code == 3
        assert "api_key does not belong in" in refused.stderr
        assert "5up3r" not in refused.output
    assert json.loads(owner.gets("config", "unset", "api_key", "--json").stdout)["unset"] is True
    assert file.read_text() == 'plan = "watt"\n'


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("plan", "wat", "'wat' is no plan. There are: watt, kilowatt, megawatt, partner; limits"),
        ("plan", " ", "plan has no value: `enphase config unset plan`"),
        ("timeout", "0", "timeout has to be a number of seconds above 0"),
        ("timeout", "soon", "timeout has to be a number of seconds above 0"),
        ("timeout", "inf", "timeout has to be a number of seconds above 0"),
        ("store", "drawer", "there is no store 'drawer'"),
        ("profile", "../x", "cannot be the name of a profile"),
        ("base_url", "http://example.com", "not sent over plain http"),
        ("base_url", "https://name:5up3r@example.com", "must not carry credentials"),
        ("color", "red", "'color' is not one of"),
        (
            "api_key",
            "5up3r",
            "api_key belongs in no file: set ENPHASE_API_KEY, or let `enphase login` keep it",
        ),
        ("refresh_token", "5up3r", "refresh_token belongs in no file: let `enphase login` keep it"),
    ],
)
def test_what_no_client_could_use_is_refused_and_a_secret_not_repeated(
    owner: Person, file: Path, name: str, value: str, told: str
) -> None:
    result = owner.runs("config", "set", name, value)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert "5up3r" not in result.output
    assert not file.exists()


@pytest.mark.parametrize("text", ["plan = ", "timeout = 'x'", "\ufeff="], ids=["cut", "kind", "bom"])
def test_a_file_that_cannot_be_read_is_left_alone(owner: Person, file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    result = owner.runs("config", "set", "plan", "watt")
    assert result.exit_code == 3
    assert str(file) in result.stderr
    assert file.read_text() == text


def test_what_cannot_be_edited_line_by_line_is_left_to_its_owner(owner: Person, file: Path) -> None:
    """Catches an edit that means something else than what was said."""
    file.parent.mkdir()
    text = 'profile = """a\\\n"""\nplan.per_minute = 5\n'
    file.write_text(text)
    result = owner.runs("config", "set", "plan", "watt")
    assert result.exit_code == 1
    assert "change plan by hand" in result.stderr
    assert file.read_text() == text


def test_the_file_is_private_and_a_link_stays_a_link(owner: Person, file: Path, tmp_path: Path) -> None:
    owner.gets("config", "set", "plan", "watt")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    real = tmp_path / "dotfiles.toml"
    file.rename(real)
    real.chmod(0o640)
    file.symlink_to(real)
    owner.gets("config", "set", "timeout", "5")
    assert file.is_symlink()
    assert tomllib.loads(real.read_text()) == {"plan": "watt", "timeout": 5}
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in (*tmp_path.iterdir(), *file.parent.iterdir())) == [
        *("config.toml", "dotfiles.toml")
    ]


def test_a_full_disk_leaves_the_old_file(owner: Person, file: Path) -> None:
    owner.gets("config", "set", "plan", "watt")
    code = (
        "import os\n"
        "def full(_): raise OSError(28, 'No space left on device')\n"
        "os.fsync = full\n"
        "from enphase_cloud.cli import main\n"
        "import sys; main(sys.argv[1:])"
    )
    result = python(code, "config", "set", "plan", "partner", **os.environ)
    assert result.returncode == 1
    assert result.stderr == f"enphase: error: cannot write {file}: No space left on device\n"
    assert file.read_text() == 'plan = "watt"\n'
    assert os.listdir(file.parent) == ["config.toml"]  # noqa: PTH208 - with hidden ones


def test_the_path_is_printed_and_nothing_made(owner: Person, file: Path) -> None:
    assert owner.gets("config", "path").stdout == f"{file}\n"
    assert json.loads(owner.gets("config", "path", "--json").stdout) == {"path": str(file), "exists": False}
    assert not file.parent.exists()


_lines = st.lists(
    st.sampled_from(
        [
            *("# a comment", "", '  plan = "watt" # mine', "timeout=3", '"store" = "file"', "profile = 'x'"),
            *(
                "[plan]",
                "  per_minute = 3",
                "[other]",
                'text = """',
                "plan = 1",
                '"""',
                "a = [",
                "]",
                "[plan.x]",
            ),
        ]
    ),
    max_size=8,
)


@given(_lines, st.sampled_from(["plan", "timeout", "store"]), st.sampled_from([None, "watt", 4]))
@example(["[plan]", "per_minute = 3"], "timeout", 4)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_edit_of_any_file_does_what_is_said_or_is_seen_not_to(
    lines: list[str], name: str, value: str | int | None
) -> None:
    """An edit may fail; it is then seen, and refused. Catches one that raises, or that adds to what it takes out."""
    text = "\n".join(lines)
    after = edited(text, name, value)
    try:
        before = tomllib.loads(text)
    except ValueError:
        return
    if any(mark in text for mark in ('"""', "[plan.x]", "a = [")):
        return
    wanted = {each: kept for each, kept in before.items() if each != name}
    assert tomllib.loads(after) == wanted | ({} if value is None else {name: value})
