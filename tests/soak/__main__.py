"""`python -m tests.soak [NAME ...]` (`make soak`): run the proofs, judge them, and write docs/reliability.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.paths import ROOT

from .proof import Outcome, Proof
from .proofs import PROOFS
from .runner import run
from .table import goal_of, where, where_of, written

PAGE = ROOT / "docs" / "reliability.md"
LOGS = ROOT / ".soak"
HOUR_S = 3600


def main(
    words: Sequence[str] | None = None,
    proofs: Sequence[Proof] = PROOFS,
    page: Path = PAGE,
    logs: Path = LOGS,
) -> int:
    """Exit status: 0 where all that was run holds, within an hour; 1 where not; 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("names", nargs="*", help="proofs; all, where none is named")
    parser.add_argument("--list", action="store_true", help="list the proofs, and run none")
    options = parser.parse_args(words)
    unknown = {*options.names} - {proof.slug for proof in proofs} - {proof.name for proof in proofs}
    if unknown:
        known = ", ".join(proof.slug for proof in proofs)
        parser.error(f"no proof is called {', '.join(sorted(unknown))}; there are {known}")
    chosen = [each for each in proofs if not options.names or {each.slug, each.name} & {*options.names}]
    if options.list:
        for proof in chosen:
            print(f"{proof.slug}: {proof.does} Goal: {goal_of(proof)}. About {proof.seconds} s.")
        return 0
    outcomes: list[Outcome] = []
    try:
        for proof in chosen:
            outcomes.append(run(proof, logs))
            print(told(outcomes[-1]), flush=True)
    except KeyboardInterrupt:
        print(f"interrupted: {page.name} stays as it was", file=sys.stderr)
        return 130
    before = page.read_text() if page.exists() and options.names else ""
    if where_of(before) not in (None, where()):
        print(f"{page.name} is of {where_of(before)}, this is {where()}: run all, to write it anew")
    else:
        page.write_text(written(proofs, outcomes, before))
    seconds = sum(outcome.seconds for outcome in outcomes)
    if seconds > HOUR_S:
        print(f"it took {seconds / 60:.0f} minutes, and should take an hour")
    return 0 if all(outcome.held for outcome in outcomes) and seconds <= HOUR_S else 1


def told(outcome: Outcome) -> str:
    """One line."""
    proof = outcome.proof
    return (
        f"{proof.name}: {outcome.shown or 'no figures'} (goal: {goal_of(proof)}): "
        f"{outcome.verdict.replace('**', '')}, {outcome.seconds:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
