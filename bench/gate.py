"""What the gate costs: `make bench-gate`.

    python -m bench.gate [--rows 10_000_000] [--home FOLDER]

Two measurements, each part in a process of its own, so that its memory is its own:

- the gate over the mart of the last run in the home (by default that of `make run`): candidate,
  both judges, verdict, ledger; at most 15 s of CPU, the start of Great Expectations included;
- a table of invented rows, judged by both judges; at most three times the CPU of plain SQL for the
  same checks, written by hand here, in the same run. The start of Great Expectations is left out
  there and printed beside it.

Ends with 1 when a promise is broken. Only this measures; nothing of it is part of the program.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dronten_pipeline.contracts.suites import Suite

MOST_CPU_OF_GATE = 15.0
MOST_TIMES_PLAIN = 3.0
#: Below this many rows the ratio says how long a suite takes to set up, which is no promise.
FEWEST_ROWS = 10_000_000

TABLE = "booking"
ROWS = """
CREATE TABLE booking AS
SELECT n AS id, 'p' || lpad((n % 97)::VARCHAR, 2, '0') AS programme, (n % 13)::INTEGER AS team,
    DATE '2020-01-01' + (n % 2200)::INTEGER AS day, (n * 7919 % 1000003)::DOUBLE / 100 AS amount,
    CASE n % 3 WHEN 0 THEN 'open' WHEN 1 THEN 'paid' ELSE 'late' END AS state,
    '8251' || chr(65 + (n % 26)::INTEGER) || chr(65 + (n // 26 % 26)::INTEGER) AS postcode,
    n % 2 = 0 AS is_final, CASE WHEN n % 50 > 0 THEN n % 100 END AS score
FROM range({rows}) AS r (n)
"""


def rule(name: str, kind: str, **kwargs: object) -> dict[str, object]:
    return {
        "rule": name,
        "type": kind,
        "severity": "critical",
        "description": "Een regel van de meting.",
        "kwargs": kwargs,
    }


COLUMNS = ["id", "programme", "team", "day", "amount", "state", "postcode", "is_final", "score"]
#: Each rule beside what a person would write for it; None: it follows from the catalogue.
CHECKS: list[tuple[dict[str, object], str | None]] = [
    (
        rule("row_count", "expect_table_row_count_to_be_between", min_value=1),
        "SELECT count(*) FROM booking",
    ),
    (
        rule("columns", "expect_table_columns_to_match_ordered_list", column_list=COLUMNS),
        None,
    ),
    *(
        (
            rule(f"{name}_filled", "expect_column_values_to_not_be_null", column=name),
            f"SELECT count(*) FROM booking WHERE {name} IS NULL",
        )
        for name in COLUMNS
        if name != "score"
    ),
    (
        rule(
            "state_known",
            "expect_column_values_to_be_in_set",
            column="state",
            value_set=["open", "paid", "late"],
        ),
        "SELECT count(*) FROM booking WHERE state NOT IN ('open', 'paid', 'late')",
    ),
    (
        rule(
            "team_known",
            "expect_column_values_to_be_in_set",
            column="team",
            value_set=list(range(13)),
        ),
        f"SELECT count(*) FROM booking WHERE team NOT IN {tuple(range(13))}",
    ),
    (
        rule(
            "amount_in_range",
            "expect_column_values_to_be_between",
            column="amount",
            min_value=0,
            max_value=10_001,
        ),
        "SELECT count(*) FROM booking WHERE NOT amount BETWEEN 0 AND 10001",
    ),
    (
        rule(
            "day_in_range",
            "expect_column_values_to_be_between",
            column="day",
            min_value="2020-01-01",
            max_value="2026-12-31",
        ),
        "SELECT count(*) FROM booking WHERE NOT day BETWEEN '2020-01-01' AND '2026-12-31'",
    ),
    (
        rule("score_in_range", "expect_column_values_to_be_between", column="score", min_value=0),
        "SELECT count(*) FROM booking WHERE NOT score >= 0",
    ),
    (
        rule(
            "postcode_form",
            "expect_column_values_to_match_regex",
            column="postcode",
            regex="^[0-9]{4}[A-Z]{2}$",
        ),
        "SELECT count(*) FROM booking WHERE NOT regexp_matches(postcode, '^[0-9]{4}[A-Z]{2}$')",
    ),
    (
        rule("amount_type", "expect_column_values_to_be_of_type", column="amount", type_="DOUBLE"),
        None,
    ),
    (
        rule("id_unique", "expect_column_values_to_be_unique", column="id"),
        "SELECT sum(n) FROM (SELECT count(*) AS n FROM booking GROUP BY id HAVING n > 1)",
    ),
    (
        rule(
            "grain_unique", "expect_compound_columns_to_be_unique", column_list=["programme", "id"]
        ),
        "SELECT sum(n) FROM (SELECT count(*) AS n FROM booking GROUP BY programme, id "
        "HAVING n > 1)",
    ),
    (
        rule(
            "totals_reconcile",
            "unexpected_rows_expectation",
            unexpected_rows_query="WITH own AS (SELECT * FROM {batch}) "
            "SELECT team FROM own GROUP BY team HAVING sum(amount) < 0",
        ),
        "SELECT count(*) FROM (SELECT team FROM booking GROUP BY team HAVING sum(amount) < 0)",
    ),
]


@dataclass(frozen=True)
class Cost:
    """What a process used: seconds of CPU and of wall time, and its largest memory in MB."""

    cpu: float
    wall: float
    memory: float

    def line(self, name: str) -> str:
        return f"{name:<42}{self.cpu:>8.2f} s CPU{self.wall:>8.2f} s wall{self.memory:>8.0f} MB"


def suite() -> Suite:
    return Suite.model_validate(
        {
            "table": TABLE,
            "description": "De regels van de meting.",
            "expectations": [one for one, _ in CHECKS],
        }
    )


def cost_of(*arguments: str) -> Cost:
    """The cost of one part of this module, with everything that it starts."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bench.gate", *arguments])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} ended with code {process.returncode}.")
    return Cost(
        cpu=used.ru_utime + used.ru_stime,
        wall=time.perf_counter() - began,
        memory=used.ru_maxrss / 1024,
    )


# --- the parts, each a process


def plain(folder: Path) -> None:
    with duckdb.connect(str(folder / "mart.duckdb"), read_only=True) as connection:
        for _, query in CHECKS:
            if query is not None:
                connection.execute(query).fetchall()


def by_sql(folder: Path) -> None:
    from dronten_pipeline.gate.sql_judge import judge_by_sql

    found = judge_by_sql(folder / "mart.duckdb", folder / "warehouse.duckdb", [suite()])
    assert all(answer.passed for answer in found.values()), found


def by_great_expectations(folder: Path) -> None:
    from dronten_pipeline.gate.gx_judge import judge_by_great_expectations

    found = judge_by_great_expectations(
        folder / "mart.duckdb", folder / "warehouse.duckdb", [suite()]
    )
    assert all(answer.passed for answer in found.values()), found


def gate(home: Path) -> None:
    """The whole gate over a copy of what the last run built."""
    from dronten_pipeline.core.settings import Settings
    from dronten_pipeline.gate.gate import run_gate
    from dronten_pipeline.ingest.inputs import read_inputs

    built = Settings(home=home).warehouse / "latest"
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(home=Path(name))
        folder = settings.warehouse / "run"
        folder.mkdir(parents=True)
        shutil.copy(built / "warehouse.duckdb", folder)
        inputs = read_inputs(built)
        verdict = run_gate(
            settings,
            run_folder=folder,
            run_id="bench",
            release_id=inputs.release_id,
            as_of=inputs.as_of,
            code_version=inputs.code_version,
            previous_release=inputs.follows,
        )
        sys.stdout.write(f"{len(verdict.results)} rules: {verdict.verdict}\n")


PARTS = {
    "nothing": lambda _: None,
    "great-expectations-start": lambda _: __import__("dronten_pipeline.gate.adapter"),
    "plain": plain,
    "sql": by_sql,
    "great-expectations": by_great_expectations,
    "gate": gate,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="What the gate costs.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.part:
        PARTS[asked.part](asked.folder)
        return 0
    broken = _sample(asked.home) + _large(asked.rows)
    for sentence in broken:
        sys.stdout.write(f"BROKEN: {sentence}\n")
    return 1 if broken else 0


def _sample(home: Path | None) -> list[str]:
    from dronten_pipeline.core.settings import Settings

    home = home or Settings().home
    if not (home / "warehouse" / "latest" / "warehouse.duckdb").is_file():
        sys.stdout.write(f"{home} holds no run: `make run` first, to measure the whole gate.\n")
        return []
    sys.stdout.write("The gate over the mart of the last run\n")
    whole = cost_of("--part", "gate", "--folder", str(home))
    sys.stdout.write(whole.line("the whole gate") + "\n\n")
    if whole.cpu > MOST_CPU_OF_GATE:
        return [f"the gate took {whole.cpu:.1f} s of CPU, more than {MOST_CPU_OF_GATE:.0f} s"]
    return []


def _large(rows: int) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with duckdb.connect(str(folder / "mart.duckdb")) as connection:
            connection.execute(ROWS.format(rows=rows))
        duckdb.connect(str(folder / "warehouse.duckdb")).close()
        sys.stdout.write(f"{len(CHECKS)} rules on {rows:,} rows\n")
        cost = {part: cost_of("--part", part, "--folder", name) for part in list(PARTS)[:-1]}
    for part, one in cost.items():
        sys.stdout.write(one.line(part) + "\n")
    start, started = cost["nothing"].cpu, cost["great-expectations-start"].cpu
    plain_sql = cost["plain"].cpu - start
    both = (cost["sql"].cpu - start) + (cost["great-expectations"].cpu - started)
    times = both / plain_sql
    sys.stdout.write(
        f"plain SQL {plain_sql:.1f} s of CPU, both judges {both:.1f} s: {times:.2f} times\n"
    )
    if times > MOST_TIMES_PLAIN and rows >= FEWEST_ROWS:
        return [f"both judges cost {times:.2f} times plain SQL, more than {MOST_TIMES_PLAIN:.0f}"]
    return []


if __name__ == "__main__":
    sys.exit(main())
