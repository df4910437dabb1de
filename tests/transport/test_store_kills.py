"""Writers that are killed, and disks that fail, at any moment: the file is always the old or the new grant."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from enphase_cloud.transport import kept
from enphase_cloud.transport.store import Store, open_store
from tests.conftest import Found

from .store_samples import SECRETS, mode, names, profile

ROOT = Path(__file__).parents[2]
OLD, NEW = kept.compose(profile(0)), kept.compose(profile(1))
LONGEST_LIFE_S = 0.004
"""After the first save: several saves, so that the moment of death is anywhere in one."""


def looked_after(store: Store, folder: Path) -> bool:
    """Whether a killed writer left something; afterwards nothing is left but the grant, and the lock is free."""
    left = ".default.json.new" in names(folder)
    if left:
        assert mode(folder / ".default.json.new") & 0o077 == 0
    found = store.load()
    assert found in (None, profile(0), profile(1))
    assert names(folder) <= {"default.json", ".default.lock"}
    lock = store.try_lock()
    assert lock is not None
    lock.release()
    return left


def test_killed_at_random_moments(home: Path, found: Found) -> None:
    chance = random.Random(4)
    rounds = 80
    store = open_store("file", home, "default")
    folder = Path(store.place).parent
    seen: Counter[bytes | str] = Counter()
    command = [sys.executable, "-m", "tests.transport.store_saver", str(home)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as saver:
        assert saver.stdin is not None
        assert saver.stdout is not None
        for _ in range(rounds):
            print(chance.uniform(0, LONGEST_LIFE_S), file=saver.stdin, flush=True)
            assert saver.stdout.readline() == "dead\n"
            content = Path(store.place).read_bytes()
            assert content in (OLD, NEW)
            seen[content] += 1
            seen["left"] += looked_after(store, folder)
    assert saver.returncode == 0
    # The test would say nothing if nobody died in the midst of a save, or all before the second one.
    assert min(seen[OLD], seen[NEW], seen["left"]) >= rounds // 20
    found(kills=rounds, files_neither_old_nor_new=rounds - seen[OLD] - seen[NEW])


STRACE = shutil.which("strace")
soak = pytest.mark.soak
traced = pytest.mark.skipif(
    STRACE is None or subprocess.run([STRACE, "-o", "/dev/null", "true"], check=False).returncode != 0,
    reason="strace is not installed, or may not trace",
)


def save_once(
    home: Path, folder: Path, log: Path, fault: str | None = None
) -> subprocess.CompletedProcess[str]:
    """One save of the new grant, of which strace counts, and perhaps spoils, the calls that concern its files."""
    files = [
        home,
        folder,
        *(folder / name for name in ("default.json", ".default.json.new", ".default.lock")),
    ]
    return subprocess.run(
        [
            str(STRACE),
            *("-f", "-o", str(log)),
            *(word for file in files for word in ("-P", str(file))),
            *(() if fault is None else ("-e", f"inject={fault}")),
            *(sys.executable, "-m", "tests.transport.store_once", str(home)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def prepare(home: Path, *, first: bool) -> tuple[Store, Path]:
    """A store that has the old grant; or, before the `first` save of all, nothing: not even its folders."""
    shutil.rmtree(home, ignore_errors=True)
    store = open_store("file", home, "default")
    if not first:
        lock = store.try_lock()
        assert lock is not None
        with lock:
            store.save(profile(0))
    return store, Path(store.place).parent


def calls(home: Path, tmp_path: Path, *, first: bool) -> Iterator[tuple[str, int]]:
    """Every system call of a save that concerns its files: its name, and the how-manyth of that name it is."""
    store, folder = prepare(home, first=first)
    run = save_once(home, folder, tmp_path / "log")
    assert run.returncode == 0, run.stderr
    assert store.load() == profile(1)
    made = re.findall(r"^\d+ +(\w+)\(", (tmp_path / "log").read_text(), re.MULTILINE)
    assert {"openat", "fchmod", "write", "fsync", "close", "rename", "flock"} <= set(made)
    count: Counter[str] = Counter()
    for name in made:
        count[name] += 1
        yield name, count[name]


@soak
@traced
@pytest.mark.parametrize("first", [False, True])
def test_killed_before_every_system_call(home: Path, tmp_path: Path, first: bool, found: Found) -> None:
    seen: Counter[bytes | str | None] = Counter()
    for name, when in calls(home, tmp_path, first=first):
        store, folder = prepare(home, first=first)
        run = save_once(home, folder, tmp_path / "log", f"{name}:signal=KILL:when={when}")
        assert run.returncode < 0 or run.returncode == 128 + 9, (name, when)
        path = Path(store.place)
        content = path.read_bytes() if path.exists() else None
        assert content in ((None if first else OLD), NEW), (name, when)
        seen[content] += 1
        seen["left"] += folder.exists() and looked_after(store, folder)
    assert seen[NEW] >= 3  # killed after the rename
    assert seen["left"] >= 4  # killed between the birth of the new file and the rename
    points = sum(times for content, times in seen.items() if content != "left")
    whole = seen[NEW] + seen[None if first else OLD]
    found(kills=points, system_calls_killed_at=points, files_neither_old_nor_new=points - whole)


@soak
@traced
@pytest.mark.parametrize("code", ["ENOSPC", "EIO", "EROFS", "EACCES"])
@pytest.mark.parametrize("first", [False, True])
def test_every_system_call_fails(home: Path, tmp_path: Path, first: bool, code: str, found: Found) -> None:
    outcomes: Counter[tuple[int, bool]] = Counter()
    for name, when in calls(home, tmp_path, first=first):
        store, folder = prepare(home, first=first)
        run = save_once(home, folder, tmp_path / "log", f"{name}:error={code}:when={when}")
        assert run.returncode in (0, 3), (name, when, run.stderr)
        assert "Traceback" not in run.stderr, (name, when, run.stderr)
        assert not [secret for secret in SECRETS if secret in run.stderr + run.stdout]
        path = Path(store.place)
        content = path.read_bytes() if path.exists() else None
        assert content == NEW or (run.returncode == 3 and content == (None if first else OLD)), (name, when)
        if folder.exists():
            assert not looked_after(store, folder), (name, when)
            assert mode(folder) == 0o700
        outcomes[run.returncode, content == NEW] += 1
    # Refused before the rename; failed after it (the folder could not be synchronised); and not impressed.
    assert outcomes[3, False] >= 5
    assert outcomes[3, True] >= 1
    assert outcomes[0, True] >= 1
    found(system_calls_failed=outcomes.total())
