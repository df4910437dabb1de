"""`make soak` and docs/reliability.md: every deep test is in one proof, and no proof can hold without its figures."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.paths import ROOT
from tests.soak.__main__ import PAGE, main
from tests.soak.proof import (
    Commands,
    Goal,
    Note,
    Outcome,
    Proof,
    Tests,
    at_least,
    at_most,
    combined,
    none,
    shown,
)
from tests.soak.proofs import PROOFS, covered, mutated
from tests.soak.runner import run
from tests.soak.table import goal_of, line_of, lines_in, written

EMPTY = Commands((), lambda _: [])
RACES = Proof("some races", "Many at once.", EMPTY, [at_least(10, "races"), *none("rows lost")], seconds=10)
KILLS = Proof("kills", "Some are killed.", EMPTY, [at_most(0.5, "seconds")], seconds=10)


# --------------------------------------------------------------------------------------------------------- all of them


def test_every_soak_test_is_in_one_proof() -> None:
    """Catches a deep test that nobody ever runs, and one that is counted twice."""
    files = [str(file) for file in (ROOT / "tests").rglob("test_*.py") if "mark.soak" in file.read_text()]
    words = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        "-m",
        "soak",
    ]
    told = subprocess.run(
        [*words, "-o", "addopts=", "-q", *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    tests = [line for line in told.stdout.splitlines() if "::" in line]
    assert len(tests) > 150, told.stdout + told.stderr
    steps = [proof.step for proof in PROOFS]
    wrong = [test for test in tests if sum(step.holds(test) for step in steps) != 1]
    assert not wrong, "\n".join(wrong)


def test_every_proof_names_tests_that_are_there() -> None:
    """Catches a file that was moved, and a function that was renamed: pytest would say so an hour later."""
    nodes = [node for proof in PROOFS if isinstance(proof.step, Tests) for node in proof.step.nodes]
    assert nodes
    for node in nodes:
        file, _, function = node.partition("::")
        assert (ROOT / file).exists(), node
        assert not function or f"def {function}(" in (ROOT / file).read_text(), node


def test_every_proof_has_a_name_a_goal_and_a_budget() -> None:
    assert len({proof.slug for proof in PROOFS}) == len(PROOFS)
    assert all(proof.goals for proof in PROOFS)
    assert sum(proof.seconds for proof in PROOFS) <= 3600
    for proof in PROOFS:
        for text in (proof.name, proof.does, goal_of(proof)):
            assert "|" not in text
            assert "\n" not in text


def test_the_figures_of_the_design_have_goals() -> None:
    """Those that are measured by breaking things."""
    goals = {str(goal) for proof in PROOFS for goal in proof.goals}
    assert goals >= {
        "token requests when 8 processes x 4 threads need one ≤ 1",
        "grants lost: 0",
        "hits over a quota: 0",
        "percent of the allowance usable ≥ 95",
        "hits for a range beyond the least possible: 0",
        "hits for what is archived: 0",
    }


def test_the_page_has_every_proof_with_the_goals_that_are_judged() -> None:
    """Catches a goal that was changed after it had been measured, and a proof that is not shown."""
    lines = lines_in(PAGE.read_text())
    assert [(line.name, line.does, line.goal) for line in lines] == [
        (proof.name, proof.does, goal_of(proof)) for proof in PROOFS
    ]


# ------------------------------------------------------------------------------------------------------------- judging


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        ({"races": 10, "rows lost": 0}, "held"),
        ({"races": 9, "rows lost": 0}, "**short**: races"),
        ({"races": 10, "rows lost": 1}, "**short**: rows lost"),
        ({"races": 10}, "**not measured**: rows lost"),
        ({}, "**not measured**: races; **not measured**: rows lost"),
        ({"races": 3}, "**short**: races; **not measured**: rows lost"),
    ],
)
def test_a_proof_holds_when_each_goal_was_measured_and_met(figures: dict[str, float], verdict: str) -> None:
    outcome = Outcome(RACES, figures, 1.0)
    assert outcome.verdict == verdict
    assert outcome.held is (verdict == "held")


def test_a_broken_proof_never_holds() -> None:
    outcome = Outcome(RACES, {"races": 10, "rows lost": 0}, 1.0, "ended with 1")
    assert (outcome.held, outcome.verdict) == (False, "**broken**: ended with 1")


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_bound_is_met_by_itself_and_by_what_is_better(bound: float, figure: float) -> None:
    assert at_least(bound, "x").held(figure) == (figure >= bound)
    assert at_most(bound, "x").held(figure) == (figure <= bound)
    assert at_least(bound, "x").held(bound)
    assert at_most(bound, "x").held(bound)


def test_figures_add_up_or_the_extreme_counts() -> None:
    notes = [
        Note("sum", "kills", 5),
        Note("sum", "kills", 7),
        Note("most", "seconds", 0.2),
        Note("most", "seconds", 0.1),
        Note("least", "percent", 99),
        Note("least", "percent", 97),
    ]
    assert combined(notes) == {"kills": 12, "seconds": 0.2, "percent": 97}
    with pytest.raises(ValueError, match="'kills' is noted as most and as sum"):
        combined([*notes, Note("most", "kills", 3)])


@pytest.mark.parametrize(
    ("figure", "text"),
    [(1234567, "1,234,567"), (0, "0"), (0.0312, "0.031"), (97.46, "97.5"), (-2.0, "-2")],
)
def test_figures_are_shown_as_far_as_they_say_something(figure: float, text: str) -> None:
    assert shown(figure) == text


def test_a_goal_is_not_rounded_away() -> None:
    """Catches 99.96 that is shown as 100 and is short all the same, or held though it is not met."""
    assert not Goal("percent covered", 100, more=True).held(99.96)


# ------------------------------------------------------------------------------------------------------------- running


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Tests that a proof can be of."""
    file = tmp_path / "test_some.py"
    file.write_text(
        dedent(
            """
            import pytest
            from hypothesis import given, settings, strategies as st
            from tests.conftest import Found, found

            @pytest.fixture(autouse=True)
            def _late(found):
                yield
                found(noted_late=1)

            @pytest.mark.parametrize("number", range(4))
            def test_races(number, found):
                found(races=number, rows_lost=0)
                found.most(largest=number)
                found.least(smallest=number + 1)

            @settings(max_examples=30, derandomize=True, database=None)
            @given(st.integers())
            def test_random(number):
                pass

            @pytest.mark.soak
            def test_deep(found):
                found(deep=1)

            @pytest.mark.deep_and_broken
            def test_broken(found):
                found(races=100, rows_lost=0)
                raise AssertionError("a row was lost")
            """
        )
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    soak: deep\n    deep_and_broken: fails\n")
    return file


def proof_of(suite: Path, marker: str, *goals: Goal, workers: int = 2) -> Proof:
    return replace(RACES, step=Tests((str(suite),), marker, workers), goals=list(goals), seconds=60)


def test_figures_travel_from_all_workers(suite: Path, tmp_path: Path) -> None:
    """Catches figures that only one process sees, or that are counted in each."""
    wanted = {"races": 6, "rows lost": 0, "largest": 3, "smallest": 1, "noted late": 5, "tests": 5}
    wanted["cases drawn"] = 30
    proof = proof_of(suite, "not soak and not deep_and_broken", at_least(6, "races"), at_most(1, "smallest"))
    outcome = run(proof, tmp_path / "logs")
    assert (outcome.figures, outcome.verdict) == (wanted, "held")
    assert not list((tmp_path / "logs").iterdir())


def test_a_test_that_fails_breaks_the_proof_and_its_output_is_kept(suite: Path, tmp_path: Path) -> None:
    """Whatever figures it noted before."""
    outcome = run(proof_of(suite, "not soak", at_least(6, "races"), workers=0), tmp_path / "logs")
    assert not outcome.held
    log = tmp_path / "logs" / "some-races.log"
    assert outcome.broken == f"ended with 1, see {log}"
    assert "a row was lost" in log.read_text()
    assert outcome.figures["tests"] == 5


def test_tests_that_are_not_there_break_the_proof(suite: Path, tmp_path: Path) -> None:
    """pytest ends with 5 where nothing is chosen: no figure, and no green line."""
    outcome = run(proof_of(suite, "soak and not soak", at_least(0, "tests"), workers=0), tmp_path / "logs")
    assert outcome.broken is not None
    assert outcome.broken.startswith("ended with 5")


CHILD = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
SLEEP = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}, sys.argv[1]])"
"""A program that starts another, which says who it is, and then sleeps."""


def test_what_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = tmp_path / "pid"
    proof = replace(RACES, step=Commands((("-c", SLEEP, str(noted)),), lambda _: []))
    for seconds in (1, 5, 25):  # as long as it takes here, until both have begun
        monkeypatch.setattr(Proof, "longest", seconds)
        outcome = run(proof, tmp_path / "logs")
        assert outcome.broken is not None
        assert outcome.broken.startswith(f"ended after {seconds} s")
        if noted.exists() and noted.read_text():
            break
    assert gone(int(noted.read_text()))


def gone(process: int) -> bool:
    """Soon, as others have to notice that it ended."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{process}/stat").exists() and " Z " in Path(f"/proc/{process}/stat").read_text():
            return True
    return False


def test_ctrl_c_ends_all_and_leaves_the_page(tmp_path: Path) -> None:
    page, noted = tmp_path / "page.md", tmp_path / "pid"
    page.write_text("as it was")
    program = dedent(
        f"""
        import sys
        from pathlib import Path
        from tests.soak.__main__ import main
        from tests.soak.proof import Commands, Proof, at_least
        step = Commands((("-c", {SLEEP!r}, {str(noted)!r}),), lambda _: [])
        proof = Proof("sleep", "Sleeps.", step, [at_least(1, "x")], seconds=60)
        sys.exit(main([], [proof], Path({str(page)!r}), Path({str(tmp_path / "logs")!r})))
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as running:
        until = time.monotonic() + 60
        while not (noted.exists() and noted.read_text()) and time.monotonic() < until:
            time.sleep(0.01)  # another process begins
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "interrupted: page.md stays as it was" in told
    assert page.read_text() == "as it was"
    assert gone(int(noted.read_text()))


def noting(tmp_path: Path, proof: Proof, status: int = 0, **figures: float) -> Proof:
    """A proof by a program that writes these figures."""
    code = f"import sys; open(sys.argv[1], 'w').write(''); sys.exit({status})"
    notes = [Note("sum", name.replace("_", " "), figure) for name, figure in figures.items()]
    return replace(proof, step=Commands((("-c", code, "{figures}"),), lambda _: notes))


def test_a_program_that_judges_itself_is_short_and_not_broken(tmp_path: Path) -> None:
    """It ends with an error for the same reason; one that ends so for another is broken."""
    short = run(noting(tmp_path, RACES, 1, races=5, rows_lost=0), tmp_path)
    assert short.verdict == "**short**: races"
    other = run(noting(tmp_path, RACES, 1, races=50, rows_lost=0), tmp_path)
    assert other.verdict.startswith("**broken**: ended with 1, see ")


def test_what_mutants_and_coverage_write_is_read(tmp_path: Path) -> None:
    """The worst module counts: many mutants of a good one would hide it."""
    file = tmp_path / "figures"
    module = {"percent": 96.2, "mutants": 250, "killed": 240, "took_too_long": 3, "left_out": {"alike": 2}}
    file.write_text(json.dumps({"archive/store": module, "transport/quota": {**module, "percent": 88.5}}))
    figures = combined(mutated(file))
    assert figures["percent killed of the worst module"] == 88.5
    assert (figures["mutants"], figures["modules"]) == (500, 2)
    assert (figures["that took too long"], figures["left out"]) == (6, 4)
    file.write_text(
        json.dumps({"totals": {"percent_covered": 99.98, "num_statements": 9, "num_branches": 4}})
    )
    assert combined(covered(file)) == {"percent covered": 99.98, "lines": 9, "branches": 4}


# ------------------------------------------------------------------------------------------------------------ the page


def test_a_line_says_what_was_found_wanted_and_judged() -> None:
    outcome = Outcome(RACES, {"tests": 2, "races": 1000, "rows lost": 0}, 12.6)
    assert str(line_of(outcome)) == (
        "| some races | Many at once. | races: 1,000; rows lost: 0; tests: 2 | races ≥ 10; rows lost: 0 | held | 13 |"
    )


def test_lines_of_other_proofs_stay() -> None:
    both = [RACES, KILLS]
    first = written(both, [Outcome(RACES, {"races": 10, "rows lost": 0}, 61)])
    assert [(line.name, line.verdict) for line in lines_in(first)] == [
        ("some races", "held"),
        ("kills", "not run"),
    ]
    assert "1 of 2 proofs hold; one after another they took 1 minutes and 1 seconds" in first
    then = written(both, [Outcome(KILLS, {"seconds": 0.7}, 3)], first)
    assert [line.verdict for line in lines_in(then)] == ["held", "**short**: seconds"]
    assert lines_in(then)[0] == lines_in(first)[0]
    assert "1 of 2 proofs hold; one after another they took 1 minutes and 4 seconds" in then
    changed = [replace(RACES, goals=[at_least(20, "races")]), KILLS]
    assert [line.verdict for line in lines_in(written(changed, [], then))] == [
        "not run",
        "**short**: seconds",
    ]
    assert not re.search(r"\b20\d\d-\d\d|\b20\d\d\b", then), "a date"


def test_the_exit_status_says_whether_all_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, logs = tmp_path / "page.md", tmp_path / "logs"
    proofs = [noting(tmp_path, RACES, races=10, rows_lost=0), noting(tmp_path, KILLS, seconds=0.7)]
    assert main(["some-races"], proofs, page, logs) == 0
    assert main(["kills"], proofs, page, logs) == 1
    assert main([], proofs, page, logs) == 1
    assert [line.verdict for line in lines_in(page.read_text())] == ["held", "**short**: seconds"]
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "some races: races: 10; rows lost: 0 (goal: races ≥ 10; rows lost: 0): held, 0 s"


def test_lines_of_another_python_are_not_mixed_with_these(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    proofs = [noting(tmp_path, RACES, races=10, rows_lost=0), noting(tmp_path, KILLS, seconds=0.1)]
    main([], proofs, page, tmp_path)
    other = re.sub(r"^Python \S+,", "Python 3.99.1,", page.read_text(), flags=re.MULTILINE)
    page.write_text(other)
    main(["kills"], proofs, page, tmp_path)
    assert page.read_text() == other
    assert "page.md is of Python 3.99.1" in capsys.readouterr().out
    main([], proofs, page, tmp_path)
    assert "3.99.1" not in page.read_text()


def test_a_name_that_is_none_says_which_there_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["races"], [RACES, KILLS], tmp_path / "page.md", tmp_path)
    assert caught.value.code == 2
    assert "no proof is called races; there are some-races, kills" in capsys.readouterr().err
    assert main(["--list"], [RACES, KILLS], tmp_path / "page.md", tmp_path) == 0
    assert capsys.readouterr().out.startswith("some-races: Many at once. Goal: races ≥ 10; rows lost: 0.")
