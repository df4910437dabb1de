"""`enphase sql`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import ANY

import pytest

from ..export.worlds import DAY, SYSTEM, Written, at
from .running import Person, process_environment, read_csv

START = at("2026-03-02T00:00")
NAME = "=cmd|' /C calc'!A0\x1b[2J"


@pytest.fixture
def written(person: Person, home: Path) -> Written:
    written = Written(home, at("2026-06-01T00:00"), person.server.url)
    written.site(name=NAME)
    written.telemetry("consumption_meter", START, START + DAY, {"enwh": 10})
    written.telemetry("micro", START, START + DAY, {"powr": 1, "enwh": 2}, serial="66")
    written.telemetry(
        "battery", START, START + DAY, {"charge.enwh": 1, "discharge.enwh": 2, "soc.percent": 3}
    )
    written.lifetime("production", "2026-03-01", [5, 6, 7])
    written.lifetime("battery", "2026-03-01", [1])
    return written


MANY = """SELECT 1 AS a, 2 AS a, 1.50 AS d, [1, NULL] AS l, {'x': DATE '2026-01-01'} AS s, 'inf'::DOUBLE AS i,
TIME '10:00' AS t, INTERVAL 1 DAY AS v, '\\xAB'::BLOB AS b, true AS y, NULL AS z"""
AS_JSON = {
    "a": 1,
    "a_2": 2,
    "d": 1.5,
    "l": [1, None],
    "s": {"x": "2026-01-01"},
    "i": "inf",
    "t": "10:00:00",
    "v": "0 months, 1 days, 0 nanoseconds",
    "b": "ab",
    "y": True,
    "z": None,
}
FAR = """SELECT DATE '290000-01-01' AS d, 'infinity'::TIMESTAMP AS i, '-infinity'::DATE AS j, [DATE '10000-02-29'] AS l,
TIMESTAMP '0001-01-01' - INTERVAL 1 MICROSECOND AS b, '10000-01-01 00:00+00'::TIMESTAMPTZ AS z, MAP {'k': 1} AS m,
MAP {[1]: DATE '10000-01-01'} AS n, TIMESTAMP_NS '2026-01-01 00:00:00.123456789' AS ns, [INTERVAL 1 MONTH] AS v,
union_value(a := DATE '10000-01-01') AS u, {'s': 'infinity'::TIMESTAMP_S} AS s"""
FAR_AS_JSON = {
    "d": "290000-01-01",
    "i": "infinity",
    "j": "-infinity",
    "l": ["10000-02-29"],
    "b": "0000-12-31T23:59:59.999999",
    "z": "10000-01-01T00:00:00+00:00",
    "m": {"k": 1},
    "n": {"[1]": "10000-01-01"},
    "ns": "2026-01-01T00:00:00.123456789",
    "v": ["1 months, 0 days, 0 nanoseconds"],
    "u": "10000-01-01",
    "s": {"s": "infinity"},
}
OF_MICRO = {
    "system_id": SYSTEM,
    "serial": "66",
    "start": "2026-03-02T00:00:00+00:00",
    "end": "2026-03-02T00:05:00+00:00",
    "start_local": "2026-03-02T01:00:00",
    "energy_wh": 2.0,
    "power_w": 1.0,
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT count(*) AS n, sum(energy_wh) AS wh FROM consumption_meter", {"n": 96, "wh": 960.0}),
        ("FROM micro LIMIT 1", OF_MICRO),
        ("SELECT count(DISTINCT series) AS n, count(*) AS rows FROM telemetry", {"n": 3, "rows": 96 * 2 + 288}),
        ('SELECT max(date) AS last FROM "lifetime_production"', {"last": "2026-03-03"}),
        ("SELECT charge_wh FROM Lifetime_Battery", {"charge_wh": 1.0}),
        ("SELECT count(*) AS n FROM lifetime", {"n": 4}),
        ("SELECT timezone FROM systems", {"timezone": "Europe/Berlin"}),
        ("SELECT sum(hits)::INT AS hits FROM answers WHERE operation = 'getBatteryTelemetry'", {"hits": 1}),
        ("SELECT count(*) AS n FROM events, alarms, holes", {"n": 0}),
        ("SELECT count(*) AS n FROM query_table('battery')", {"n": 96}),
        ("WITH a AS (FROM battery) SELECT count(*) AS n FROM a JOIN battery USING (start)", {"n": 96}),
        ("PIVOT (SELECT series, 1 AS one FROM telemetry) ON series USING count(*)",
            {"one": 1, "battery": 96, "consumption_meter": 96, "micro": 288}),
        (MANY, AS_JSON),
        (FAR, FAR_AS_JSON),
        ("SELECT count(*) AS n FROM query('SELECT * FROM answ' || 'ers')", {"n": 5}),
        ("SELECT count(*) AS n FROM query_table('sys' || 'tems')", {"n": 1}),
        ("EXPLAIN SELECT 1", ANY),
        ("/* é */ EXPLAIN (ANALYZE, FORMAT json) FROM battery", ANY),
    ],
)  # fmt: skip
def test_questions(person: Person, written: Written, query: str, found: dict[str, object]) -> None:
    """A table that is empty because its name was written otherwise, and values that no JSON can hold."""
    (row,) = json.loads(person.gets("sql", query, "--json").stdout)
    assert row == found
    assert person.calls == 0


def test_gaps(person: Person, written: Written) -> None:
    written.telemetry("battery", START + 3 * DAY, START + 4 * DAY, {"soc.percent": 3})
    rows = json.loads(person.gets("sql", "FROM gaps WHERE kind = 'telemetry'", "--json").stdout)
    assert [(row["series"], row["start"], row["end"], row["reason"]) for row in rows] == [
        ("battery", "2026-03-03T00:00:00+00:00", "2026-03-05T00:00:00+00:00", "not archived")
    ]


def test_tables_are_listed(person: Person, written: Written) -> None:
    rows = json.loads(person.gets("sql", "--json").stdout)
    assert {"table": "battery", "column": "soc_percent", "type": "DOUBLE"} in rows
    assert {row["table"] for row in rows} >= {
        "telemetry", "lifetime", "lifetime_import", "systems", "events", "alarms", "gaps", "holes", "answers",
    }  # fmt: skip
    assert [row["column"] for row in rows if row["table"] == "encharge"][:3] == [
        "system_id",
        "serial",
        "start",
    ]


def test_what_a_terminal_or_a_spreadsheet_would_obey(
    person: Person, written: Written, tmp_path: Path
) -> None:
    """A system's name is written by whoever owns it."""
    table = person.gets("sql", "SELECT name FROM systems")
    assert "\x1b" not in table.output
    assert table.stderr == "enphase: 1 row\n"
    to = tmp_path / "names.csv"
    person.gets("sql", "SELECT name, -1 AS n FROM systems", "--csv", to)
    assert read_csv(to.read_text()) == [{"name": "'=cmd|' /C calc'!A0\\x1b[2J", "n": "-1"}]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("selekt 1", "syntax error"),
        ("FROM batery", 'Did you mean "battery"?'),
        ("SELECT nothing FROM battery", "nothing"),
        ("SELECT 'x'::INT", "Could not convert"),
        ("SELECT error('no\x1b[2J') FROM battery", "no\\x1b[2J"),
        ("SELECT 1; SELECT 2", "one question at a time"),
    ],
)
def test_what_is_no_question(person: Person, written: Written, query: str, told: str) -> None:
    result = person.runs("sql", query)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "query",
    [
        "COPY battery TO '{there}'",
        "COPY (FROM battery) TO '{there}' (FORMAT parquet)",
        "EXPORT DATABASE '{there}'",
        "ATTACH '{there}'",
        "INSTALL httpfs",
        "LOAD '{there}'",
        "SET enable_external_access = true",
        "RESET enable_external_access",
        "PRAGMA enable_external_access=true",
        "CREATE TABLE more AS FROM battery",
        "DELETE FROM loaded.telemetry",
        "INSERT INTO systems SELECT * FROM systems",
        "DROP VIEW battery",
        "EXPLAIN ANALYZE CREATE TABLE more AS FROM battery",
        "EXPLAIN ANALYZE DELETE FROM loaded.telemetry",
        "EXPLAIN (ANALYZE) COPY battery TO '{there}'",
        "-- EXPLAIN\nEXPLAIN ANALYZE WITH a AS (FROM systems) INSERT INTO systems FROM a",
        "FROM '{here}'",
        "FROM read_text('{here}')",
        "FROM read_csv('{here}')",
        "FROM glob('/*')",
        "SELECT * FROM query('FROM read_text(''{here}'')')",
        "FROM sqlite_scan('{here}', 'answers')",
        "FROM parquet_scan('https://example.com/a.parquet')",
        "FROM archive",
    ],
)
def test_no_question_reaches_files_or_changes_anything(
    person: Person, written: Written, tmp_path: Path, query: str
) -> None:
    """A query that was copied from somewhere must not read a key, nor write over a file."""
    here = tmp_path / "secret.csv"
    here.write_text("s3cret,of,mine\n")
    there = tmp_path / "out"
    result = person.runs("sql", query.format(here=here, there=there))
    assert result.exit_code == 2, result.output
    assert "s3cret" not in result.output
    assert not there.exists()


def test_only_what_is_named_is_read(
    person: Person, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    """A question about a battery that decodes the years of forty microinverters."""
    written.store._patiently(
        lambda connection: connection.execute(
            "UPDATE answers SET body = x'00' WHERE operation LIKE '%Micro%'"
        )
    )
    assert json.loads(person.gets("sql", "SELECT count(*) AS n FROM battery", "--json").stdout) == [{"n": 96}]
    assert "was damaged" not in caplog.text
    person.gets("sql", "SELECT count(*) AS n FROM telemetry", "--json")
    assert "was damaged" in caplog.text


def test_nothing_is_archived(person: Person) -> None:
    assert json.loads(person.gets("sql", "SELECT count(*) AS n FROM battery", "--json").stdout) == [{"n": 0}]


def test_every_type_that_there_is(person: Person) -> None:
    """A value that nothing can be made of would end the answer in its middle."""
    for form in ((), ("--json",), ("--csv", "-")):
        assert "GOOSE" in person.gets("sql", "FROM test_all_types()", *form).stdout
    assert len(json.loads(person.gets("sql", "FROM test_all_types()", "--json").stdout)) == 3


ROWS = "FROM range(100000) a, range(1000000) b WHERE hash(a.range, b.range) % 700000000 = 1"


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize("query", [f"SELECT count(*) {ROWS}", f"SELECT a.range {ROWS}"], ids=["one", "many"])
def test_ctrl_c_ends_a_long_question(person: Person, query: str) -> None:
    """Nobody waits for DuckDB to be done with a query that was a mistake."""
    code = (
        "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from enphase_cloud.export import engine, query\n"
        "aside = query.aside\n"
        "def told(*asked):\n    print('now', file=sys.stderr, flush=True)\n    return aside(*asked)\n"
        "query.aside = told\n"
        "from enphase_cloud.cli import main\nmain(sys.argv[1:])"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code, "sql", "--json", query],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=process_environment(person.server),
    )
    assert run.stderr is not None
    assert run.stderr.readline() == "now\n"
    time.sleep(0.2)  # it computes
    run.send_signal(signal.SIGINT)
    out, told = run.communicate(timeout=30)
    assert (run.returncode, out) == (130, "")
    assert told.endswith("enphase: interrupted\n")
