"""Whether the tests notice when a module is wrong in one place: mutmut, judged by module.

Run it with `make soak`, or by hand: names of groups, or parts of names of modules (`archive/store`), try those alone;
`--all` tries all mutants, which takes five times as long as the first of each function and every fifth after it;
`--show` shows every mutant that survived, not only those of a module that fails; `--figures FILE` writes what was found
as JSON. mutmut works in a copy: no mutant ever stands in the checkout. Each is tried with the tests of its group that
come by the function in which it stands.

A mutant is killed by a test that fails, by a crash, and by taking many times as long as the tests do. Some are left
out, and counted, as no test can tell them from the original, or none should; LEFT_OUT says which and why.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = "src/enphase_cloud"
NEEDED = ("src", "tests", "pyproject.toml")
MOST_BYTES = 3 << 30
"""Of memory, for each process: a loop without end that collects takes all that there is."""
LEAST = 90.0
"""Percent of the mutants of each module."""
SAMPLE = "16"
"""With which digits the numbers of the mutants end that are tried; each function has its own, from 1."""
SURVIVED = {0, 5, 33}
ENDLESS = {-24, -9, 24, 36, 152, 255}
KILLED = {1, 2, 3, 4, -6, -11} | ENDLESS
"""What mutmut notes: pytest's exit code; 5 and 33 are no tests at all. The tests run without a mutant before: with one,
2 and 4 are of tests that could not even be collected. -6 and -11 are crashes."""
SQL = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA|BEGIN|COMMIT|ROLLBACK|VACUUM|REINDEX|DEFERRED|IMMEDIATE)\b"
)
LITERAL = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
AT_IMPORT = ("xǁShapeǁ__init__",)
"""What runs when its module is imported, which is before a mutant stands."""
LEFT_OUT = {
    "at import": "no mutant stands there",
    "letters of SQL": "SQLite reads both alike",
    "letters of a sentence": "tests ask what a message says, not how each word is written",
    "None for False": "whoever asks whether it holds hears the same",
}


class Group(NamedTuple):
    """Modules that are tried with the same tests: quick ones, as each survivor runs all that it meets."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


SYNC = "not async and not any_order and not (late_is_fetched and not 21600)"
"""Not the async client, which runs the same flows; and of what takes seconds, one."""
GROUPS = {
    "transport": Group(
        tuple(f"transport/{name}" for name in ("ledger", "oauth", "quota", "retry", "sqlite_file", "tokens")),
        tuple(f"tests/transport/test_{name}.py" for name in ("ledger", "oauth", "quota", "retry", "tokens")),
    ),
    "windows": Group(
        ("flows/windows", "flows/holes", "flows/walk"),
        (
            "tests/facade/test_windows.py",
            "tests/facade/test_gaps.py",
            "tests/facade/test_holes.py",
            "tests/facade/test_plan.py",
            "tests/facade/test_tiling.py",
            "tests/archive/test_ranges.py",
            "tests/archive/test_reading.py",
            "-k",
            f"{SYNC} and not lifetime and not shorter_windows",
        ),
    ),
    "policy": Group(
        tuple(f"archive/{name}" for name in ("answers", "coverage", "settling")),
        ("tests/archive/test_coverage.py", "tests/archive/test_settling.py"),
    ),
    "archive": Group(
        tuple(f"archive/{name}" for name in ("shelf", "store", "upkeep")),
        (
            *(f"tests/archive/test_{name}.py" for name in ("store", "upkeep", "reading")),
            "tests/sync/test_quiet.py",
            "-k",
            SYNC,
        ),
    ),
    "salvage": Group(
        ("archive/pages", "archive/salvage"),
        (
            *(f"tests/archive/test_{name}.py" for name in ("pages", "damage", "upkeep")),
            "-k",
            "not processes",
        ),
    ),
}


class Module(NamedTuple):
    """What became of the mutants of one module."""

    name: str
    killed: int
    survivors: list[str]
    """Each as the lines that it changes."""
    alike: dict[str, int]
    """Mutants that are left out, by the reason."""
    endless: int
    """Of those that were killed: by the time that they took. Many of them, and the machine was too busy to tell."""

    @property
    def mutants(self) -> int:
        return self.killed + len(self.survivors)

    @property
    def percent(self) -> float:
        return 100 * self.killed / self.mutants

    def __str__(self) -> str:
        return (
            f"{self.name:<21} {self.mutants:5} mutants {self.killed:5} killed "
            f"{len(self.survivors):4} survived {self.percent:6.1f} %  "
            f"({self.endless} took too long, {sum(self.alike.values())} left out)"
        )


def run(folder: Path, modules: list[str], tests: tuple[str, ...], sample: str) -> None:
    """Let mutmut try mutants of these modules; its progress goes to a file."""
    for name in NEEDED:
        source, copy = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    settings = {
        "source_paths": ["src"],
        # Seconds for a loop without end: mutmut's own 15 times what the tests take would be minutes for each.
        "timeout_constant": 2,
        "timeout_multiplier": 2,
        "only_mutate": [f"{PACKAGE}/{name}.py" for name in modules],
        "pytest_add_cli_args": ["-p", "no:xdist", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": list(tests),
    }
    with (folder / "tests" / "conftest.py").open("a") as conftest:
        print("\nfrom .soak.mutating import pytest_collection_modifyitems", file=conftest)
    with (folder / "pyproject.toml").open("a") as project:
        print("\n[tool.mutmut]\nuse_git_change_detection = false", file=project)
        print(*(f"{name} = {json.dumps(value)}" for name, value in settings.items()), sep="\n", file=project)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    log = folder / "mutmut.log"
    with log.open("w") as progress:
        done = subprocess.run(
            [
                Path(sys.executable).with_name("mutmut"),
                *("run", "--max-children", "2"),
                *(f"*__mutmut_*{digit}" for digit in sample),
            ],
            cwd=folder,
            env={**os.environ, "HYPOTHESIS_PROFILE": "mutants"},
            stdout=progress,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        sys.exit(f"mutmut failed ({done.returncode}):\n{log.read_text()[-5000:]}")


def judged(results: Path, sample: str) -> Module:
    """What mutmut found of one module."""
    codes: dict[str, int | None] = json.loads(results.read_text())["exit_code_by_key"]
    mutated = results.with_suffix("")  # *.py.meta
    functions = {
        node.name: ast.unparse(node).replace(node.name, "").splitlines()
        for node in ast.walk(ast.parse(mutated.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    killed, endless, survivors, alike = 0, 0, [], dict.fromkeys(LEFT_OUT, 0)
    for key, code in codes.items():
        if key[-1] not in sample:
            continue
        if code not in SURVIVED | KILLED:
            sys.exit(f"{key}: {'not tried' if code is None else f'ended with {code}, which says nothing'}")
        name = key.rpartition(".")[2]
        original = functions[f"{name.partition('__mutmut_')[0]}__mutmut_orig"]
        changes = [line for line in difflib.ndiff(original, functions[name]) if line[0] in "-+"]
        removed, added = ("".join(line[1:] for line in changes if line[0] == sign) for sign in "-+")
        reason = "at import" if name.startswith(AT_IMPORT) else left_out(removed, added)
        if reason is not None:
            alike[reason] += 1
        elif code in SURVIVED:
            survivors.append("\n".join([name, *changes]))
        else:
            killed += 1
            endless += code in ENDLESS
    return Module("/".join(mutated.with_suffix("").parts[-2:]), killed, survivors, alike, endless)


def left_out(removed: str, added: str) -> str | None:
    """For which reason a mutant that changes these lines is not counted."""
    if removed.casefold() == added.casefold() and SQL.search(removed.upper()):
        return "letters of SQL"
    changed = [
        one
        for one, other in zip(LITERAL.findall(removed), LITERAL.findall(added), strict=False)
        if one != other
    ]
    alike = removed.casefold() == added.replace("XX", "").casefold()
    if alike and changed and all(len(literal.split()) > 2 for literal in changed):
        return "letters of a sentence"
    words = zip(re.split(r"\b", removed), re.split(r"\b", added), strict=False)
    if [pair for pair in words if pair[0] != pair[1]] == [("False", "None")]:
        return "None for False"
    return None


def tried(wanted: list[str], sample: str) -> list[Module]:
    """All modules that are wanted, each printed as soon as its group is done."""
    found = []
    parts = [each for each in wanted if each not in GROUPS]
    for name, group in GROUPS.items():
        whole = not wanted or name in wanted
        modules = [each for each in group.modules if whole or any(part in each for part in parts)]
        if not modules:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder), modules, group.tests, sample)
            metas = sorted(Path(folder, "mutants").rglob("*.py.meta"))
            done = [
                judged(each, sample) for each in metas if json.loads(each.read_text())["exit_code_by_key"]
            ]
        if {module.name for module in done} != set(modules):
            sys.exit(f"Not all of {', '.join(modules)} were mutated.")
        for module in done:
            print(module)
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        found += done
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "wanted", nargs="*", help="groups, or parts of modules' names; all, where none is named"
    )
    parser.add_argument("--all", action="store_true", help="try all mutants: this takes five times as long")
    parser.add_argument("--show", action="store_true", help="show each mutant that survived")
    parser.add_argument("--figures", type=Path, help="write the figures there, as JSON")
    options = parser.parse_args()
    began = time.monotonic()
    modules = tried(options.wanted, "0123456789" if options.all else SAMPLE)
    for module in modules:
        if options.show or module.percent < LEAST:
            print(*module.survivors, sep="\n")
    for reason, why in LEFT_OUT.items():
        print(f"{sum(module.alike[reason] for module in modules)} left out: {reason} ({why})")
    print(f"{time.monotonic() - began:.0f} s")
    if options.figures:
        figures = {
            module.name: {
                "percent": round(module.percent, 1),
                "mutants": module.mutants,
                "killed": module.killed,
                "took_too_long": module.endless,
                "left_out": module.alike,
            }
            for module in modules
        }
        options.figures.write_text(json.dumps(figures, indent=2) + "\n")
    if any(module.percent < LEAST for module in modules):
        sys.exit(f"Fewer than {LEAST:.0f} % of the mutants of a module were killed.")


if __name__ == "__main__":
    main()
