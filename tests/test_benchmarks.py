"""The frame of the benchmarks judges rightly, and docs/benchmarks.md is what `make bench` writes: all of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from benchmarks import page, promises, turns
from benchmarks.documented import documented, mutants
from benchmarks.modules import MODULES
from benchmarks.tables import OURS, Row, Table
from tests.paths import ROOT
from tests.soak.proofs import PROOFS

DOCS = ROOT / "docs"
WRITTEN = (DOCS / "benchmarks.md").read_text(encoding="utf-8")


def row(ours: float, **more: Any) -> Row:
    figures = {OURS: ours, **more.pop("beside", {})}
    return Row(more.pop("what", "a thing"), figures, **more)


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [
        (row(2.3, goal=2.3), "held"),
        (row(2.304, goal=2.3), "held"),  # shown as 2.30
        (row(2.306, goal=2.3), "**missed**"),
        (row(2.4, goal=2.3, digits=0), "held"),  # shown as 2
        (row(305, better="more", goal=306), "**missed**"),
        (row(306, better="more", goal=306), "held"),
        (row(1.0), ""),
        (row(1.0, beside={"stock": 0.5, "other": None, "slow": 2.0}), "better: stock"),
        (row(1.0, beside={"stock": 2.0, "slow": 0.5}, better="more"), "better: stock"),
        (row(1.0, beside={"stock": 0.5}, better=""), ""),
        (row(1.001, beside={"stock": 1.0}), ""),  # the same, as shown
        (row(1.0, beside={"json.loads": 0.5, "orjson": 0.1}), ""),  # limits are no peers
        (row(3.0, beside={"stock": 1.0}, goal=2.0), "**missed**; better: stock"),
    ],
)
def test_a_row_says_whether_it_holds_and_who_is_better(judged: Row, verdict: str) -> None:
    assert judged.verdict == verdict


def test_a_table_shows_us_first_and_the_limits_last_and_says_why() -> None:
    first = row(1234.5, beside={"json.loads": 1.0}, unit="kB", goal=2000, digits=0, why="So it is.")
    text = str(Table("Sizes", "How it was done.", [first, row(0.5, beside={"stock": None}, what="another")]))
    assert text.splitlines() == [
        *("## Sizes", "", "How it was done.", ""),
        f"| what | unit | {OURS} | stock | json.loads | goal | verdict |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- |",
        "| a thing | kB | 1,234 |  | 1 | ≤ 2,000 | held |",
        "| another |  | 0.50 |  |  |  |  |",
        *("", "- a thing: So it is."),
    ]


def test_a_goal_that_is_missed_is_said() -> None:
    found = {"decode": [Table("", "", [row(3.0, goal=2.0, what="late"), row(1.0, goal=2.0), row(9.0)])]}
    assert page.missed(found) == "1 of 2 goals missed: late"


def everything(**ours: float) -> dict[str, list[Table]]:
    """What is measured of the promises, all of it held, but for what is said otherwise."""
    rows: dict[str, list[Row]] = {name: [] for name in MODULES}
    rows["decode"] = [row(ours.get("decode", 2.0), goal=2.3, what="battery, a day: 96 nested rows")]
    rows["startup"] = [
        row(9.0, goal=20, what="`import enphase_cloud`"),
        row(ours.get("modules", 0.0), goal=0, what="modules of httpx that it loads"),
    ]
    return {name: [Table(name, "", some)] for name, some in rows.items()}


@pytest.mark.parametrize(
    ("found", "what", "verdict"),
    [
        (everything(), "a day of a battery to models", "held"),
        (everything(decode=2.4), "a day of a battery to models", "**missed**"),
        (everything(), "`import enphase_cloud`", "held"),
        (everything(modules=3), "`import enphase_cloud`", "**missed**"),
        (everything(), "the generated package", "not measured"),
        (everything(), "hits over a quota", "`make soak`"),
    ],
)
def test_a_promise_holds_where_all_of_its_rows_do(
    found: dict[str, list[Table]], what: str, verdict: str
) -> None:
    [line] = [line for line in promises.shown(found).splitlines() if line.startswith(f"| {what} |")]
    assert line.endswith(f"| {verdict} |")


def test_a_promise_shows_what_was_found_and_the_bound() -> None:
    [line] = [line for line in promises.shown(everything()).splitlines() if "`import" in line]
    found = "`import enphase_cloud`: 9.00 (≤ 20.00); modules of httpx that it loads: 0.00 (≤ 0.00)"
    assert f"| {found} |" in line


def test_every_promise_is_measured_or_proved() -> None:
    for promise in promises.PROMISES:
        assert f"| {promise.what} | {promise.figure} |" in WRITTEN
    assert "not measured" not in WRITTEN


@pytest.mark.parametrize(
    ("proof", "figure"), [named for promise in promises.PROMISES for named in promise.proved]
)
def test_a_promise_that_is_proved_is_a_goal_of_that_proof(proof: str, figure: str) -> None:
    [goals] = [each.goals for each in PROOFS if each.name == proof]
    assert figure in {goal.figure for goal in goals}
    proofs = (DOCS / promises.RELIABILITY).read_text(encoding="utf-8")
    [line] = [line for line in proofs.splitlines() if line.startswith(f"| {proof} |")]
    assert figure in line


def test_the_page_lists_every_benchmark_with_its_command_and_its_tables() -> None:
    assert "`make bench`" in WRITTEN
    listed = re.findall(r"^- \[(.+)\]\(#(.+)\): `python -m benchmarks (\w+)`$", WRITTEN, re.M)
    assert list(dict.fromkeys(name for _, _, name in listed)) == list(MODULES)
    titles = re.findall(r"^## (.+)$", WRITTEN, re.M)[1:]
    assert [title for title, _, _ in listed] == titles
    assert all(anchor == page.anchor(title) for title, anchor, _ in listed)


def test_the_page_says_where_a_peer_is_better_and_which_versions_were_measured() -> None:
    assert re.search(r"better: .*msgspec", WRITTEN)
    assert all(re.search(rf"\b{name} \d+\.\d", WRITTEN) for name in ("openapi-python-client", *page.BESIDE))


def test_changed_answers_differ_from_the_documented_one_in_one_thing_of_each_kind() -> None:
    answers = documented("monitoring")
    assert (len(answers), len(documented("commissioning"))) == (306, 238)
    made = list(mutants(answers))
    assert all(each.answer.content != each.unchanged.content for each in made)
    assert Counter(each.kind for each in made).keys() == {
        *("a key dropped", "null", "a number as text", "an unknown word"),
        *("a list for an object", "an object for a list"),
    }


def test_what_is_held_is_counted_and_what_was_let_go_is_not() -> None:
    def call() -> object:
        bytearray(1_000_000)
        return bytearray(100_000)

    assert 100_000 <= turns.held(call) < 200_000
