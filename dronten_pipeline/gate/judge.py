"""The process that judges: `python -m dronten_pipeline.gate.judge`.

Here belongs having a candidate judged by both judges, filling `data_quality` and `publication`,
and writing `verdict.json`. Not here: the judges (`sql_judge.py`, `gx_judge.py`), and who starts
this and whether it is believed (`gate.py`). It is a process of its own because Great Expectations
is slow to import and keeps files open; it takes seconds once and its connections end with it. A run
starts it at its beginning: it loads its libraries and waits for the path of a request on its input.

Values of the data are never written: results hold counts, names of columns and types only.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Any

import duckdb

from dronten_pipeline.contracts.mart_versions import contract_version
from dronten_pipeline.contracts.reading import Strict
from dronten_pipeline.contracts.suites import Suite
from dronten_pipeline.core import collecting
from dronten_pipeline.core.child import dies_with
from dronten_pipeline.core.database import OFFLINE, count_rows
from dronten_pipeline.core.durable import canonical_json, is_full, sha256_of, write_durably
from dronten_pipeline.core.errors import traced
from dronten_pipeline.gate import attack, from_raw, gx_judge, sql_judge
from dronten_pipeline.gate.data_docs import without_values
from dronten_pipeline.gate.own_tables import Publication, fill_own_tables
from dronten_pipeline.gate.suites import FILLED_BY_GATE, hash_of_suites, load_judged_suites
from dronten_pipeline.gate.verdict import (
    DISK_FULL,
    LOG,
    Answers,
    JudgementError,
    Verdict,
    combine,
    verdict_of,
)


class Request(Strict):
    """What the gate asks for; every path is absolute."""

    mart: str
    warehouse: str
    expectations: str
    dbt_project: str
    releases: str
    raw: str
    verdict: str
    outcomes: str
    run_id: str
    release_id: str
    as_of: str
    published_at: str
    code_version: str
    previous_release: str | None
    is_approved: bool = False


def main() -> int:
    """Judges by the request in a file, whose path is the first line of the input.

    Returns:
        0 when a verdict was written, whatever it says, or nobody asked for one; `DISK_FULL` or 1
        when there is none, with the calls that led to it, and no value of the data, in the log.
    """
    dies_with(os.getppid())
    collecting.seldom()
    gx_judge.load()
    collecting.seldom()
    path = sys.stdin.readline().strip()
    if not path:
        return 0
    with Path(path).with_name(LOG).open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    try:
        request = Request.model_validate_json(Path(path).read_text(encoding="utf-8"))
        verdict = judge(request)
        write_durably(Path(request.verdict), canonical_json(verdict.model_dump()))
    except Exception as error:
        sentence = f"{error}\n" if isinstance(error, JudgementError) else ""
        sys.stderr.write(sentence + traced(error))
        return DISK_FULL if is_full(error) else 1
    return 0


def judge(request: Request) -> Verdict:
    """Has the candidate judged and fills its last two tables.

    The hostile reader comes first: the rules read what it found beside the warehouse. Then comes
    the second judge, because it is quick and the two tables must hold what they say
    of themselves. From then on the file stays as it is: its hash is that of what Great Expectations
    reads as well.

    Raises:
        SuiteError, ContractError: the suites cannot be used.
        JudgementError: a write-ahead log stays, or the mart was changed while it was judged.
        RuntimeError: the answers about the last two tables do not settle.
    """
    mart, warehouse = Path(request.mart), Path(request.warehouse)
    suites_sha256 = hash_of_suites(Path(request.expectations))
    suites = list(
        load_judged_suites(Path(request.expectations), Path(request.dbt_project)).values()
    )
    publication = Publication(
        contract_version=contract_version(mart),
        **{
            name: getattr(request, name)
            for name in (
                "release_id",
                "published_at",
                "as_of",
                "code_version",
                "previous_release",
            )
        },
    )
    _tell(attack.try_candidate(mart, warehouse, Path(request.releases)))
    by_sql: Answers = {}
    raw = from_raw.raw_of(
        mart.parent,
        Path(request.raw),
        Path(request.dbt_project),
        dt.date.fromisoformat(request.as_of),
    )
    with sql_judge.opened(mart, warehouse, read_only=False) as connection:
        for suite in suites:
            if suite.table not in FILLED_BY_GATE:
                by_sql |= sql_judge.judge_suite(connection, suite, raw)
        by_sql |= fill_own_tables(
            connection,
            suites,
            by_sql,
            run_id=request.run_id,
            publication=publication,
            is_approved=request.is_approved,
        )
        row_counts = count_rows(connection)
    _settle(mart)
    _tell(f"{len(by_sql)} rules judged by SQL")
    mart_sha256 = sha256_of(mart)
    outcomes: list[dict[str, Any]] = []

    def keep(suite: Suite, outcome: gx_judge.Outcome) -> None:
        if outcome is not None:
            outcomes.append(without_values(outcome))
        _tell(f"{suite.table}: {len(suite.expectations)} rules judged")

    by_great_expectations = gx_judge.judge_by_great_expectations(mart, warehouse, suites, keep)
    write_durably(Path(request.outcomes), canonical_json(outcomes))
    if sha256_of(mart) != mart_sha256:
        raise JudgementError(f"{mart} is veranderd terwijl het beoordeeld werd: start opnieuw.")
    results = combine(
        suites, {"sql": by_sql, "great_expectations": by_great_expectations}, row_counts
    )
    verdict = verdict_of(results)
    return Verdict(
        verdict="approved" if request.is_approved else verdict,
        run_id=request.run_id,
        release_id=request.release_id,
        as_of=request.as_of,
        published_at=request.published_at,
        code_version=request.code_version,
        contract_version=publication.contract_version,
        previous_release=request.previous_release,
        mart_sha256=mart_sha256,
        suites_sha256=suites_sha256,
        row_counts=row_counts,
        versions=_versions(),
        results=results,
    )


def _settle(mart: Path) -> None:
    """Leaves one file: what is published has no write-ahead log beside it."""
    with duckdb.connect(str(mart), config=OFFLINE) as connection:
        connection.execute("CHECKPOINT")
    log = mart.with_name(mart.name + ".wal")
    if log.exists():
        raise JudgementError(f"{log} blijft staan: een ander programma heeft de cijfers open.")


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    names = ("great_expectations", "duckdb", "duckdb-sqlalchemy", "sqlalchemy")
    return {name: version(name) for name in names} | {"python": sys.version.split()[0]}


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
