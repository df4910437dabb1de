"""Where files stand: whole or not at all, whatever happens to whoever writes them; and what is in the text in them."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from enphase_cloud import InvalidRequest
from enphase_cloud.export import export
from enphase_cloud.export.files import Csv
from enphase_cloud.export.merge import Piece
from enphase_cloud.export.work import Workshop

from .worlds import DAY, Written, at

START = at("2026-03-02T00:00")
NAMES = ("rows.csv", "rows.json", "rows.parquet", "rows.duckdb", "rows")
MOSTLY = [pytest.param(name, marks=pytest.mark.soak if name == "rows.json" else ()) for name in NAMES]
"""JSON is text, as CSV is."""

EXPORT = """
import resource, sys
from enphase_cloud import Archive
from enphase_cloud.export import export
home, to, most = sys.argv[1:]
if int(most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
try:
    with Archive(home=home) as archive:
        export(archive, to, layout="long" if to.endswith(".csv") else None, partitioned=to.endswith("rows"))
except OSError as error:
    sys.exit(f"{error.filename}: {error.strerror}")
"""


def start(written: Written, to: Path, most: int = 0) -> subprocess.Popen[str]:
    run = [sys.executable, "-c", EXPORT, str(written.home), str(to), str(most)]
    return subprocess.Popen(run, stderr=subprocess.PIPE, text=True)


def years(written: Written, micros: int = 1, weeks: int = 4) -> None:
    written.site()
    values = {"powr": 3, "enwh": 4}
    for number in range(micros):
        for week in range(weeks):
            begin = START + 7 * DAY * week
            written.telemetry("micro", begin, begin + 7 * DAY, values, serial=f"{number}")


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.name not in ("written", "home")}


@pytest.mark.parametrize("name", MOSTLY)
def test_a_run_that_was_killed_leaves_what_was_there(written: Written, tmp_path: Path, name: str) -> None:
    """Half a file under the name of a whole one; and, with time, a disk full of halves."""
    years(written, micros=4, weeks=12)
    place = tmp_path / "place"
    place.mkdir()
    target = place / name
    if target.suffix:
        target.write_text("what was there")
    run = start(written, target)
    inside = place if target.suffix else target
    while not (
        made := [each for each in _hidden(inside) if any(part.name != "lock" for part in each.iterdir())]
    ):
        assert run.poll() is None, "it was done before it was killed"
        time.sleep(0.001)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    if target.suffix:
        assert target.read_text() == "what was there"
    assert made[0].is_dir()
    with written.open() as archive:
        export(archive, target, systems=[700], partitioned=not target.suffix)
    assert _hidden(inside) == []
    assert (
        (target / "_export.json").is_file() if not target.suffix else target.read_bytes() != b"what was there"
    )


def _hidden(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if each.name.endswith(".tmp")] if folder.is_dir() else []


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
@pytest.mark.parametrize("name", MOSTLY)
def test_a_disk_that_is_full_leaves_what_was_there(written: Written, tmp_path: Path, name: str) -> None:
    """A message that names the file, and no half of it."""
    years(written, weeks=12)
    target = tmp_path / name
    if target.suffix:
        target.write_text("what was there")
    run = start(written, target, most=20_000)
    _, said = run.communicate()
    assert run.returncode == 1
    assert said.startswith(f"{tmp_path}"), said
    assert "Traceback" not in said
    if target.suffix:
        assert target.read_text() == "what was there"
        assert names(tmp_path) == {name}
    else:
        assert not list(target.rglob("*.parquet"))


def test_what_another_run_is_writing_is_left_alone(tmp_path: Path) -> None:
    """Two exports to one file at once: the second must not pull the first one's half from under it."""
    with Workshop(tmp_path, "rows.csv") as one:
        one.path("half").write_text("half")
        with Workshop(tmp_path, "rows.csv") as other:
            assert one.path("half").read_text() == "half"
            other.path("whole").write_text("whole")
            other.put(other.path("whole"), tmp_path / "rows.csv")
        assert one.path("half").is_file()
    assert [each.name for each in tmp_path.iterdir()] == ["rows.csv"]


def test_what_is_not_ours_is_not_cleared_away(tmp_path: Path) -> None:
    for name in (".rows.csv.mine.tmp", ".other.csv.1.tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / ".rows.csv.file.tmp").write_text("a file")
    with Workshop(tmp_path, "rows.csv"):
        pass
    assert names(tmp_path) == {".rows.csv.mine.tmp", ".other.csv.1.tmp", ".rows.csv.file.tmp"}


@pytest.mark.parametrize("name", NAMES[:4])
def test_files_are_as_open_as_their_owner_wants(written: Written, tmp_path: Path, name: str) -> None:
    years(written, weeks=1)
    before = os.umask(0o027)
    try:
        with written.open() as archive:
            export(archive, tmp_path / name)
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o640
            (tmp_path / name).chmod(0o600)
            export(archive, tmp_path / name)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_link_stays_a_link(written: Written, tmp_path: Path) -> None:
    years(written, weeks=1)
    (tmp_path / "far").mkdir()
    (tmp_path / "rows.csv").symlink_to(tmp_path / "far" / "rows.csv")
    with written.open() as archive:
        exported = export(archive, tmp_path / "rows.csv", layout="long")
    assert (tmp_path / "rows.csv").is_symlink()
    assert exported.path == tmp_path / "far" / "rows.csv"
    assert exported.path.is_file()


@pytest.mark.parametrize(
    ("to", "choices", "told"),
    [
        ("rows.xlsx", {}, "does not say what it is to be"),
        ("rows", {}, "does not say what it is to be"),
        ("rows.csv", {"series": ["batery"]}, "'batery' is no series of telemetry"),
        ("rows.csv", {"series": ["battery", "production"]}, "one table holds one kind of rows"),
        ("rows.csv", {"series": ["micro"], "kind": "lifetime"}, "one table holds one kind of rows"),
        ("rows.csv", {"every": "week"}, "every is 'week'"),
        ("rows.csv", {"kind": "lifetime", "every": "hour"}, "lifetime series have a value for each day"),
        ("rows.duckdb", {"kind": "lifetime"}, "a table for each kind"),
        ("rows.duckdb", {"layout": "wide"}, "long tables"),
        ("rows", {"layout": "wide", "partitioned": True}, "long tables"),
        ("rows.csv", {"start": "2026-05-01", "end": "2026-05-01"}, "does not lie before end"),
        ("rows.csv", {"systems": ["x"]}, "is no system id"),
        ("rows.csv", {"systems": [5]}, "nothing of it is archived"),
        ("rows.csv", {"series": ["battery"]}, "nothing of it is archived"),
    ],
)
def test_wishes_that_cannot_be(
    written: Written, tmp_path: Path, to: str, choices: dict[str, Any], told: str
) -> None:
    """Said before anything is read, and nothing is left where the file would be."""
    years(written, weeks=1)
    with written.open() as archive, pytest.raises(InvalidRequest, match=told):
        export(archive, tmp_path / to, **choices)
    assert names(tmp_path) == set()


def test_no_archive_is_no_file(tmp_path: Path) -> None:
    with (
        Written(tmp_path / "written").open() as archive,
        pytest.raises(InvalidRequest, match="nothing of it"),
    ):
        export(archive, tmp_path / "rows.csv")


def test_what_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path) -> None:
    """A serial number that is a formula would run when the file is opened; a negative number is a number."""
    words = ["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "＝1", 'a "name", with a comma', "plain", None]
    rows = pa.table({"serial": pa.array(words), "energy_wh": pa.array([-1.5, *range(9)], pa.float64())})
    with Workshop(tmp_path, "rows.csv") as workshop:
        target = Csv(tmp_path / "rows.csv", rows.schema, workshop)
        target.begin(None, None)
        target.add(Piece(rows, 0))
        target.close()
        text = next(workshop.folder.glob("*.csv")).read_text()
    assert text.splitlines() == [
        "serial,energy_wh",
        '"\'=1+1",-1.5',
        '"\'+1",0',
        '"\'-1",1',
        '"\'@A1",2',
        '"\\tx",3',
        '"\\rx",4',
        '"\'＝1",5',
        '"a ""name"", with a comma",6',
        '"plain",7',
        ",8",
    ]


def _folder(written: Written, root: Path) -> Path:
    years(written, weeks=1)
    with written.open() as archive:
        export(archive, root, partitioned=True)
    (month,) = root.rglob("*.parquet")
    return month


@pytest.mark.parametrize("only_new", [False, True], ids=["whole", "only new"])
@pytest.mark.parametrize(
    "files",
    [
        ["../victim.txt"],
        ["{there}/victim.txt"],
        ["system_id=1/series=x/month=2026-01/../../../../victim.txt"],
        ["sub"],
        ["system_id=1/series=x/month=2026-01/data.parquet\n"],
        [1, None],
        {"a": 1},
        None,
    ],
    ids=["above", "absolute", "up again", "a folder", "a newline", "no names", "no list", "nothing"],
)
@pytest.mark.parametrize("key", ["files", "coming"])
def test_a_note_that_names_others_files_deletes_none(
    written: Written, tmp_path: Path, files: Any, key: str, only_new: bool
) -> None:
    """Whoever shares a folder of Parquet files would have the export delete what they like."""
    years(written, weeks=1)
    victim, root = tmp_path / "victim.txt", tmp_path / "rows"
    victim.write_text("precious")
    (root / "sub").mkdir(parents=True)
    text = json.dumps({"files": [], key: files})
    (root / "_export.json").write_text(text.replace("{there}", str(tmp_path)))
    with written.open() as archive, pytest.raises(InvalidRequest, match="names what no export writes"):
        export(archive, root, only_new=only_new)
    assert (victim.read_text(), sorted(each.name for each in root.iterdir())) == (
        "precious",
        ["_export.json", "sub"],
    )


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("told", [True, False], ids=["noted", "in the way"])
def test_no_link_leads_out_of_a_folder(written: Written, tmp_path: Path, depth: int, told: bool) -> None:
    """A link in a folder that others may write to would let the export write, and delete, elsewhere."""
    root, away = tmp_path / "rows", tmp_path / "away"
    month = _folder(written, root)
    link = [month, *month.parents][depth]
    link.rename(away)
    link.symlink_to(away)
    if not told:
        (root / "_export.json").write_text(json.dumps({"files": []}))
    before = {path: path.read_bytes() for path in away.rglob("*") if path.is_file()}
    with written.open() as archive, pytest.raises(InvalidRequest, match="is not what an export writes"):
        export(archive, root, every="day")
    assert before == {path: path.read_bytes() for path in away.rglob("*") if path.is_file()}


def test_a_note_that_is_a_link_is_not_followed(written: Written, tmp_path: Path) -> None:
    root = tmp_path / "rows"
    _folder(written, root)
    (root / "_export.json").rename(tmp_path / "note")
    (root / "_export.json").symlink_to(tmp_path / "note")
    with written.open() as archive, pytest.raises(InvalidRequest, match="is not a file of its own"):
        export(archive, root)


def test_a_folder_of_others_whose_note_is_junk_is_left_alone(written: Written, tmp_path: Path) -> None:
    root = tmp_path / "rows"
    _folder(written, root)
    (root / "_export.json").write_text("junk")
    (root / "notes.txt").write_text("mine")
    with written.open() as archive, pytest.raises(InvalidRequest, match="holds other files"):
        export(archive, root)
    assert (root / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("only_new", [False, True], ids=["whole", "only new"])
def test_what_an_interrupted_export_left_in_a_folder_is_cleared_away(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, only_new: bool
) -> None:
    """Months that no note knew of stayed for ever, and readers saw them beside others."""
    root = tmp_path / "rows"
    _folder(written, root)
    written.telemetry("micro", START + 60 * DAY, START + 61 * DAY, {"powr": 3, "enwh": 4}, serial="0")
    put, done = Workshop.put, []

    def interrupted(self: Workshop, made: Path, target: Path) -> None:
        put(self, made, target)
        if target.name == "data.parquet":
            done.append(target)
            if "month=2026-05" in str(target):
                raise KeyboardInterrupt

    with monkeypatch.context() as patch, written.open() as archive:
        patch.setattr(Workshop, "put", interrupted)
        with pytest.raises(KeyboardInterrupt):
            export(archive, root, only_new=only_new)
    assert done[-1].is_file()
    with written.open() as archive:
        export(archive, root, end="2026-04-01", only_new=only_new)
    assert [path.parent.name for path in root.rglob("*.parquet")] == ["month=2026-03"]
    with written.open() as archive:
        export(archive, root, only_new=only_new)
    assert sorted(path.parent.name for path in root.rglob("*.parquet")) == ["month=2026-03", "month=2026-05"]


def test_what_stands_beside_a_private_file_is_private(written: Written, tmp_path: Path) -> None:
    years(written, weeks=1)
    (tmp_path / "rows.csv").touch()
    (tmp_path / "rows.csv").chmod(0o600)
    with written.open() as archive:
        export(archive, tmp_path / "rows.csv")
    assert stat.S_IMODE((tmp_path / "rows.csv.export.json").stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="has no such pipes")
def test_a_pipe_is_not_replaced(written: Written, tmp_path: Path) -> None:
    years(written, weeks=1)
    os.mkfifo(tmp_path / "rows.csv")
    with written.open() as archive, pytest.raises(OSError, match="it is a pipe or a device"):
        export(archive, tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").is_fifo()


def test_names_as_long_as_a_disk_takes(written: Written, tmp_path: Path) -> None:
    """What is put before and after a name while the file is made is not the person's to think of."""
    years(written, weeks=1)
    with written.open() as archive:
        for name in ("é" * 119 + "e.csv", "x" * 247 + ".parquet"):
            for _ in range(2):
                assert export(archive, tmp_path / name, only_new=True).path.is_file()
        with pytest.raises(InvalidRequest, match="is too long"):
            export(archive, tmp_path / ("x" * 240 + ".csv"))
        for name in ("rows\0.csv", ""):
            with pytest.raises(InvalidRequest, match="is no name of a file"):
                export(archive, name)
    assert not _hidden(tmp_path)
