"""The proofs of `make soak`, one after another: which tests they are, and what has to be found."""

from __future__ import annotations

import json
from pathlib import Path

from .proof import Commands, Note, Proof, Tests, at_least, at_most, none

DRAWN = {"HYPOTHESIS_PROFILE": "roaming"}
"""Random tests draw others each time, and more of them."""
PAID_FOR = ("ledger", "oauth", "quota", "retry", "store", "tokens")
"""Tests of what costs money or consent where it goes wrong; pyproject.toml says which modules that are."""

DAMAGE = ("tests/archive/test_damage.py",)
WINDOWS = tuple(
    f"tests/{name}.py"
    for name in ("facade/test_plan", "facade/test_windows", "facade/test_tiling", "sync/test_plan")
)
DECODING = (
    *(f"tests/facade/test_{name}.py" for name in ("errors", "frames", "logs", "mutated_examples", "records")),
    "tests/generated/test_any_model.py",
)


def covered(figures: Path) -> list[Note]:
    """What `coverage json` wrote."""
    totals = json.loads(figures.read_text())["totals"]
    return [
        Note("sum", "percent covered", totals["percent_covered"]),
        Note("sum", "lines", totals["num_statements"]),
        Note("sum", "branches", totals["num_branches"]),
    ]


def mutated(figures: Path) -> list[Note]:
    """What `mutants.py --figures` wrote: of each module how many there were, and what part was killed."""
    modules = json.loads(figures.read_text())
    return [
        note
        for name, found in modules.items()
        for note in (
            Note("least", "percent killed of the worst module", found["percent"]),
            Note("sum", "mutants", found["mutants"]),
            Note("sum", "that took too long", found["took_too_long"]),
            Note("sum", "left out", sum(found["left_out"].values())),
            Note("sum", "modules", 1),
            Note("sum", f"{name} %", found["percent"]),
        )
    ]


PROOFS = [
    Proof(
        "token races",
        "8 processes with 4 threads each need a token at the same moment, 200 times; the service "
        "takes each refresh token once.",
        Tests(
            (
                "tests/transport/test_token_processes.py::test_eight_processes_with_four_threads_each_ask_for_tokens_once",
            ),
            workers=0,
        ),
        [
            at_least(200, "rounds"),
            at_most(1, "token requests when 8 processes x 4 threads need one"),
            *none("grants lost"),
        ],
        seconds=70,
    ),
    Proof(
        "token kills",
        "Processes that renew or save a grant are killed (kill -9) at random moments and at every "
        "system call, and each system call fails once in four ways: the file has the old grant or "
        "the new one. Only a service without a grace can lose a grant with its answer, and that "
        "is said.",
        Tests(
            (
                "tests/transport/test_token_processes.py::test_a_process_that_is_killed_while_it_renews",
                "tests/transport/test_store_kills.py",
            ),
            marker="",
        ),
        [
            at_least(2_000, "renewals begun"),
            at_least(300, "kills"),
            at_least(20, "system calls killed at"),
            at_least(80, "system calls failed"),
            *none("grants lost", "files neither old nor new", "losses without a word"),
        ],
        seconds=90,
    ),
    Proof(
        "quota races",
        "8 processes share a ledger in virtual time, some of them killed, until the month is used up.",
        Tests(("tests/transport/test_quota_processes.py",), marker=""),
        [
            *none("hits over a quota"),
            at_least(95, "percent of the allowance usable"),
            at_least(19_000, "hits"),
            at_least(200, "kills"),
        ],
        seconds=60,
    ),
    Proof(
        "sync kills",
        "Syncs are killed (kill -9) at random moments and run again. What was under way is lost "
        "with its process; what was kept is not asked for again.",
        Tests(("tests/archive/test_kills.py::test_killed_at_random_moments",)),
        [
            at_least(500, "kills"),
            *none("rows lost", "kept answers paid for twice"),
            at_most(1, "hits lost under way for each kill"),
        ],
        seconds=80,
    ),
    Proof(
        "crash-equal sync",
        "A sync is killed at each of its commits, or its disk fails: run again, it gives the "
        "archive of one that never was.",
        Tests(
            (
                "tests/archive/test_kills.py::test_killed_at_each_commit",
                "tests/archive/test_kills.py::test_the_disk_fails",
            ),
            marker="",
        ),
        [
            at_least(30, "commits killed at"),
            at_least(6, "disks that failed"),
            *none("archives that differ", "kept answers paid for twice"),
        ],
        seconds=110,
    ),
    Proof(
        "archive damage",
        "Each page of an archive is lost, files and logs are cut off and zeroed, bits are "
        "flipped: nothing is invented, and what stands on sound pages is had back.",
        Tests(DAMAGE, marker=""),
        [at_least(60_000, "damaged files"), *none("rows lost silently", "rows invented")],
        seconds=420,
        environment=DRAWN,
    ),
    Proof(
        "archive reading",
        "Ranges in any order while time goes on and rows come late, and gateways that deliver "
        "weeks later: an archive gives what the service gives.",
        Tests(("tests/archive/test_reading.py",), marker=""),
        [
            at_least(1_000, "orders of reading"),
            at_least(30, "late gateways"),
            *none("readings that differ", "hits beyond the estimate", "hits for what is archived"),
        ],
        seconds=170,
        environment=DRAWN,
    ),
    Proof(
        "fault matrix",
        "Every fault of the mock, once and for ever, through the sync client, the async client "
        "and the command line, at the API and at the token endpoint: the outcome and the price "
        "are those of a table.",
        Tests(
            (
                "tests/transport/test_matrix.py",
                "tests/facade/test_mock.py::test_faults",
            ),
            marker="",
        ),
        [
            at_least(180, "faults met"),
            *none("faults without a case", "outcomes not as said", "hits over what was said", "grants lost"),
        ],
        seconds=60,
    ),
    Proof(
        "lost answers",
        "The answers of 100 activations are lost on the way, sync and async, and asked for again: "
        "each exists once, and was charged once.",
        Tests(("tests/facade/test_lost_answers.py",), marker=""),
        [at_least(200, "answers lost"), *none("activations missing", "activations paid for twice")],
        seconds=20,
    ),
    Proof(
        "two years",
        "Two years of every series against what the world of the mock has measured; two years of "
        "a home, synced; the demo; a month of daily syncs on the free plan.",
        Tests(
            (
                "tests/facade/test_two_years.py",
                "tests/sync/test_sync.py",
                "tests/cli/test_examples.py",
            ),
            marker="",
        ),
        [
            at_least(800_000, "rows compared"),
            *none(
                "rows that differ", "hits for a range beyond the least possible", "hits for what is archived"
            ),
            at_most(1_000, "hits of a month of daily syncs"),
        ],
        seconds=110,
    ),
    Proof(
        "exports that go on",
        "Exports that write only what is new, after any change of the archive, in each format: "
        "equal to one in full.",
        Tests(
            (
                "tests/export/test_only_new.py",
                "tests/export/test_places.py",
                "tests/export/test_tables.py",
            ),
            marker="",
        ),
        [at_least(150, "exports compared"), *none("exports that differ")],
        seconds=60,
        environment=DRAWN,
    ),
    Proof(
        "windows at depth",
        "Ranges, clocks, holes, caps and late rows, drawn: each row once or told as a gap, with as "
        "few calls as can be.",
        Tests(WINDOWS, marker=""),
        [
            at_least(20_000, "ranges"),
            *none("hits for a range beyond the least possible"),
        ],
        seconds=170,
        environment=DRAWN,
    ),
    Proof(
        "decoding at depth",
        "Odd answers through the quick reader of JSON and the tolerant one, which have to read "
        "alike; documents of every model, read and written; each documented answer with one thing "
        "wrong; bodies that are long in each way.",
        Tests(DECODING),
        [
            at_least(20_000, "cases drawn"),
            at_least(30_000, "documents"),
            at_least(5_000, "answers with one thing wrong"),
            *none("items that went without a word"),
        ],
        seconds=120,
        environment=DRAWN,
    ),
    Proof(
        "decoder fuzz",
        "Bytes into every way in which bytes come: a result or an error of ours, soon, and in little memory.",
        Tests(("tests/soak/test_decoder_fuzz.py",), marker=""),
        [
            at_least(100_000, "cases"),
            *none("bare exceptions"),
            at_most(3_000, "milliseconds for one"),
            at_most(256, "mb for one"),
        ],
        seconds=200,
    ),
    Proof(
        "other properties",
        "All other random tests: pages, paths, quota, tokens, secrets, activations, the mock's own world.",
        Tests(("tests",), marker="hypothesis and not soak", without=(*WINDOWS, *DAMAGE)),
        [at_least(10_000, "cases drawn"), at_least(90, "tests")],
        seconds=60,
        environment=DRAWN,
    ),
    Proof(
        "state machine",
        "Clients, processes, the mock, its clock, faults and crashes in any order; what was paid "
        "for, kept and promised is kept account of beside it.",
        Tests(("tests/soak/test_state_machine.py",)),
        [
            at_least(1_000, "runs"),
            at_least(50_000, "steps"),
            at_least(200, "crashes"),
            at_least(1_000, "faults"),
            *none("violations"),
        ],
        seconds=320,
    ),
    Proof(
        "schemathesis",
        "The mock against generated/openapi.yaml by a tool that knows nothing else: all phases, "
        "with three seeds.",
        Tests(("tests/mock/test_schemathesis.py::test_schemathesis_finds_nothing",)),
        [
            *(at_least(17_000, f"cases with seed {seed}") for seed in (1, 2, 3)),
            *none("failures"),
        ],
        seconds=420,
    ),
    Proof(
        "installed alone",
        "The wheel in an empty environment, by pip, with and without extras: the demo runs, and a "
        "client asks.",
        Tests(("tests/test_supply_chain.py",)),
        [at_least(2, "tests")],
        seconds=80,
    ),
    Proof(
        "coverage",
        "The tests of tokens, stores, quota and retries alone, over the modules where a mistake "
        "costs consent or money.",
        Commands(
            (
                (
                    "-m",
                    "coverage",
                    "run",
                    "-m",
                    "pytest",
                    *(f"tests/transport/test_{name}.py" for name in PAID_FOR),
                ),
                ("-m", "coverage", "json", "-o", "{figures}"),
            ),
            covered,
        ),
        [at_least(100, "percent covered")],
        seconds=40,
    ),
    Proof(
        "mutants",
        "Modules are wrong in one place, one place after another, of each function the first that can be and every "
        "fifth after it: a test notices.",
        Commands((("tests/soak/mutants.py", "--figures", "{figures}"),), mutated),
        [
            at_least(90, "percent killed of the worst module"),
            at_least(17, "modules"),
            at_least(1_000, "mutants"),
        ],
        seconds=920,
    ),
]
