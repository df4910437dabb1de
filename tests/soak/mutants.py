"""Whether the tests of tokens, quota and retries notice when those modules are wrong: mutmut, judged by module.

Run it with `make soak`, or by hand with `--show`, which shows every mutant that survived, not only those of a module
that fails. mutmut works in a copy: no mutant ever stands in the checkout. What it mutates and which tests it runs is
in pyproject.toml. All mutants are tried, none is sampled: some four minutes on two cores.

A mutant is killed by a test that fails, by a crash, and by taking many times as long as the tests do. Mutants that
write SQL in other letters are left out: SQLite reads both alike.
"""

from __future__ import annotations

import ast
import difflib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
NEEDED = ("src", "tests", "pyproject.toml")
LEAST = 90.0
"""Percent of the mutants of each module."""
NOT_TRIED, SURVIVED = None, (0, 5, 33)
"""What mutmut notes: pytest's exit code; 5 and 33 are no tests at all."""
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA|BEGIN|COMMIT|ROLLBACK)\b")


class Module(NamedTuple):
    """What became of the mutants of one module."""

    name: str
    killed: int
    survivors: list[str]
    """Each as the lines that it changes."""
    alike: int
    """Mutants that are left out."""

    @property
    def percent(self) -> float:
        return 100 * self.killed / (self.killed + len(self.survivors))

    def __str__(self) -> str:
        return (
            f"{self.name:<10} {self.killed + len(self.survivors):5} mutants {self.killed:5} killed "
            f"{len(self.survivors):4} survived {self.percent:6.1f} %  ({self.alike} left out)"
        )


def run(folder: Path) -> None:
    """Let mutmut try all mutants; its progress goes to a file."""
    for name in NEEDED:
        source, copy = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    log = folder / "mutmut.log"
    with log.open("w") as progress:
        mutmut = Path(sys.executable).with_name("mutmut")
        done = subprocess.run(
            [mutmut, "run"], cwd=folder, stdout=progress, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        sys.exit(f"mutmut failed ({done.returncode}):\n{log.read_text()[-5000:]}")


def judged(results: Path) -> Module:
    """What mutmut found of one module."""
    codes: dict[str, int | None] = json.loads(results.read_text())["exit_code_by_key"]
    mutated = results.with_suffix("")  # *.py.meta
    functions = {
        node.name: ast.unparse(node).replace(node.name, "").splitlines()
        for node in ast.walk(ast.parse(mutated.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    killed, survivors, alike = 0, [], 0
    for key, code in codes.items():
        if code is NOT_TRIED:
            sys.exit(f"{key} was not tried")
        name = key.rpartition(".")[2]
        original = functions[f"{name.partition('__mutmut_')[0]}__mutmut_orig"]
        changes = [line for line in difflib.ndiff(original, functions[name]) if line[0] in "-+"]
        removed, added = ("".join(line[1:] for line in changes if line[0] == sign) for sign in "-+")
        if removed.casefold() == added.casefold() and SQL.search(removed.upper()):
            alike += 1
        elif code in SURVIVED:
            survivors.append("\n".join([name, *changes]))
        else:
            killed += 1
    return Module(mutated.stem, killed, survivors, alike)


def main() -> None:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder))
        modules = [judged(results) for results in sorted(Path(folder, "mutants").rglob("*.py.meta"))]
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]["only_mutate"]
    modules = [module for module in modules if module.killed or module.survivors]
    if {module.name for module in modules} != {Path(path).stem for path in wanted}:
        sys.exit(f"Not all of {', '.join(wanted)} were mutated.")
    for module in modules:
        print(module)
        if "--show" in sys.argv or module.percent < LEAST:
            print(*module.survivors, sep="\n")
    print(f"{time.monotonic() - began:.0f} s")
    if any(module.percent < LEAST for module in modules):
        sys.exit(f"Fewer than {LEAST:.0f} % of the mutants of a module were killed.")


if __name__ == "__main__":
    main()
