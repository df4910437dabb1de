"""A sync that is killed at any moment, or whose disk fails: the next one goes on, and next to nothing is paid twice."""

from __future__ import annotations

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from os import kill
from pathlib import Path
from typing import Any

import pytest

from enphase_cloud import Archive, Enphase, mock
from enphase_cloud.archive.upkeep import verify
from tests.conftest import Found
from tests.facade.worlds import NOW
from tests.paths import ROOT

from .sync_once import SINCE, StoppedClock, sync

STRACE = shutil.which("strace")
traced = pytest.mark.skipif(
    STRACE is None or subprocess.run([STRACE, "-o", "/dev/null", "true"], check=False).returncode != 0,
    reason="strace is not installed, or may not trace",
)


@pytest.fixture(scope="module")
def server() -> Iterator[mock.Server]:
    with mock.serve(seed=3, homes=1, clock=NOW) as running:
        yield running


class Syncs:
    """Starts processes that sync, and kills them."""

    def __init__(self, server: mock.Server) -> None:
        words = [sys.executable, "-m", "tests.archive.sync_once", server.url, str(NOW)]
        self._process = subprocess.Popen(
            words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, home: Path) -> int:
        """Let one begin; returns its id."""
        assert self._process.stdin is not None
        print(home, file=self._process.stdin, flush=True)
        return int(self._line())

    def ended(self) -> tuple[str, int]:
        """What it said, and how it ended."""
        said = ""
        while not (line := self._line()).startswith("ended "):
            said += line
        return said, int(line.split()[1])

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait() == 0

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the processes are gone"
        return line


def content(server: mock.Server, home: Path) -> dict[str, Any]:
    """All rows, gaps and settled times of an archive."""
    assert list(verify(home / "archive.sqlite3")) == []
    start = datetime.fromtimestamp(NOW, UTC) - timedelta(days=SINCE)
    found: dict[str, Any] = {}
    with Archive(home, server.url, runtime=StoppedClock(NOW)) as archive:
        assert archive.holes() == []
        for system in archive.systems():
            found["zone"] = system.timezone
            for series in ("battery", "production_meter"):
                rows = system.telemetry(series, start)
                found[series] = rows.to_list(), rows.gaps
            for kind in ("production", "battery", "import"):
                found[f"lifetime {kind}"] = system.lifetime(kind).to_list()
            events = system.events(start)
            found["events"] = events.to_list(), events.gaps
        finals = {(each.series, each.kind): each.final_until for each in archive.contents()}
        found["answers"] = sum(each.answers for each in archive.contents())
    assert len(found["battery"][0]) > 60 * 96
    return {**found, "final": finals}


def rows_of(content: dict[str, Any]) -> Counter[str]:
    parts = [each[0] if isinstance(each, tuple) else each for each in content.values()]
    return Counter(repr(row) for part in parts if isinstance(part, list) for row in part)


def lost(want: dict[str, Any], got: dict[str, Any]) -> int:
    """How many rows are not there."""
    return 0 if want == got else (rows_of(want) - rows_of(got)).total()


@pytest.fixture(scope="module")
def whole(server: mock.Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], int]:
    """What an uninterrupted sync gives, and the calls that it takes."""
    home = tmp_path_factory.mktemp("whole") / "home"
    before = len(server.service.journal)
    said = sync(server.url, NOW, str(home))
    hits = len(server.service.journal) - before
    assert said == f"done {hits} of {hits}, 0 holes, 0 put off"
    return content(server, home), hits


@pytest.mark.parametrize(
    ("kills", "seed"), [(12, 12), *(pytest.param(250, seed, marks=pytest.mark.soak) for seed in (500, 501))]
)
def test_killed_at_random_moments(
    server: mock.Server,
    whole: tuple[dict[str, Any], int],
    tmp_path: Path,
    *,
    kills: int,
    seed: int,
    found: Found,
) -> None:
    """Between the answer and the disk one call may be lost for each kill: those that were under way; no row is."""
    chance = random.Random(seed)
    want, least = whole
    twice = rows_lost = 0
    syncs = Syncs(server)
    under_way = 8  # calls at once, at the most
    done, longest, number, died = 0, 0.0, 0, 0
    while died < kills:
        home = tmp_path / f"home-{number}"
        number += 1
        before, killed = len(server.service.journal), 0
        while True:
            began = time.monotonic()
            child = syncs.start(home)
            if died < kills and killed < 12:
                time.sleep(chance.uniform(0, longest or 0.2))
                with suppress(ProcessLookupError):
                    kill(child, signal.SIGKILL)
            said, status = syncs.ended()
            assert status in (0, -signal.SIGKILL), said
            if status == 0:
                longest = max(longest, (time.monotonic() - began) * 0.6)
                break
            killed, died = killed + 1, died + 1
        hits = len(server.service.journal) - before
        got = content(server, home)
        twice += max(0, got["answers"] - want["answers"])
        rows_lost += lost(want, got)
        assert got == want
        assert hits <= least + killed * under_way
        done += max(0, hits - least)
        shutil.rmtree(home)
    syncs.close()
    found(kills=died, syncs=number, rows_lost=rows_lost, kept_answers_paid_for_twice=twice)
    found.most(hits_lost_under_way_for_each_kill=round(done / died, 2))
    assert done <= died, "more than one wasted hit for a kill"


def sync_traced(server: mock.Server, home: Path, log: Path, *faults: str) -> subprocess.CompletedProcess[str]:
    """One sync, of which strace counts, and perhaps spoils, what it does to the files of the archive."""
    files = [home / f"archive.sqlite3{suffix}" for suffix in ("", "-wal")]
    words = [STRACE or "strace", "-f", "-qq", "-o", str(log), "-e", "trace=fdatasync,fsync,pwrite64"]
    for file in files:
        words += ["-P", str(file)]
    for fault in faults:
        words += ["-e", f"inject={fault}"]
    words += [sys.executable, "-m", "tests.archive.sync_once", server.url, str(NOW), str(home)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def prepared(server: mock.Server, folder: Path) -> Path:
    """A home in which the systems are known: strace finds only files that are there."""
    home = folder / "home"
    with Enphase(
        api_key="any-key", access_token="any-token", base_url=server.url, home=home, runtime=StoppedClock(NOW)
    ) as enphase:
        list(enphase.systems())
    return home


@traced
@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.soak)])
def test_killed_at_each_commit(
    server: mock.Server, whole: tuple[dict[str, Any], int], tmp_path: Path, every: int, found: Found
) -> None:
    """Each commit syncs the log to the disk: killed right there, before it is done."""
    want, least = whole
    commits, points, differ, twice = 1, 0, 0, 0
    while True:
        folder = tmp_path / f"at-{commits}"
        folder.mkdir()
        home = prepared(server, folder)
        before = len(server.service.journal)
        done = sync_traced(server, home, folder / "log", f"fdatasync,fsync:signal=KILL:when={commits}")
        if done.returncode == 0:
            break
        assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), done.stderr
        sync(server.url, NOW, str(home))
        got = content(server, home)
        differ += got != want
        twice += max(0, got["answers"] - want["answers"])
        assert got == want
        hits = len(server.service.journal) - before
        assert hits <= least, (
            f"killed at commit {commits}: more than one call was wasted"
        )  # one is in `prepared`
        commits, points = commits + every, points + 1
        shutil.rmtree(folder)
    found(commits_killed_at=points, archives_that_differ=differ, kept_answers_paid_for_twice=twice)
    assert points >= 30 // every


@traced
@pytest.mark.parametrize(
    ("error", "when"),
    [
        ("ENOSPC", "3"),
        ("EIO", "9+"),
        ("ENOSPC", "40"),
        pytest.param("EIO", "3", marks=pytest.mark.soak),
        pytest.param("ENOSPC", "9+", marks=pytest.mark.soak),
        pytest.param("EIO", "40", marks=pytest.mark.soak),
    ],
)
def test_the_disk_fails(
    server: mock.Server,
    whole: tuple[dict[str, Any], int],
    tmp_path: Path,
    *,
    error: str,
    when: str,
    found: Found,
) -> None:
    """What was committed stays; the sync says what is the matter, and spends nothing more. Then there is room again."""
    want, least = whole
    home = prepared(server, tmp_path)
    before = len(server.service.journal)
    done = sync_traced(server, home, tmp_path / "log", f"pwrite64:error={error}:when={when}")
    spent = len(server.service.journal) - before
    if re.search("INJECTED", (tmp_path / "log").read_text()):
        assert done.returncode == 1, done.stderr
        assert re.search(
            r"said: The archive, .*archive\.sqlite3, cannot be used: .*free some space", done.stderr
        )
    kept = sum(each.answers for each in archived(server, home))
    assert spent - 1 <= kept - 1 <= spent, "an answer that was kept is gone"
    sync(server.url, NOW, str(home))
    got = content(server, home)
    found(
        disks_that_failed=done.returncode == 1,
        archives_that_differ=got != want,
        kept_answers_paid_for_twice=max(0, got["answers"] - want["answers"]),
    )
    assert got == want
    assert len(server.service.journal) - before <= least


def archived(server: mock.Server, home: Path) -> Any:
    with Archive(home, server.url, runtime=StoppedClock(NOW)) as archive:
        return archive.contents()
