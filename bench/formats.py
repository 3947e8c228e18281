"""What the export formats of a large mart cost, beside DuckDB writing the same tables as Parquet.

    make bench-formats            2 million rows
    make bench-formats ROWS=...   another number
    make bench-formats MART=...   a mart.duckdb or the folder of a release, such as one of ten
                                million raw rows (`make sample ROWS=10_000_000 INTO=folder`)

Two invented marts, one with rows in three tables and one with all of them in the figures. For each,
both are measured in turn in processes of their own, on the same file and the same processors. The
promise is that all formats together take no more than twice as long, and that memory does not grow
with the mart; ends with 1 when a mart takes longer. A mart of some ten thousand rows does, for its
workbook alone costs many times its Parquet.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any

import duckdb

from dronten_pipeline.contracts.published_tables import load_table_contracts
from dronten_pipeline.core.database import OFFLINE, identifier, literal
from dronten_pipeline.core.settings import PROJECT
from dronten_pipeline.gate.candidate import build_candidate

MOST_TIMES_PARQUET = 2.0

#: Rows of judged texts, of items that wait for somebody, and of figures when everything is split by
#: neighbourhood, as shares of all.
MARTS = {"rows in three tables": (0.5, 0.4, 0.1), "one large table": (0.0, 0.0, 1.0)}

GROWING = """
CREATE TABLE text_readability AS
SELECT
    'tekst-' || n AS text_id,
    ['brief', 'website', 'social_media'][1 + n % 3] AS channel,
    'Team ' || (h % 40) AS team,
    'soort ' || (h % 12) AS kind,
    DATE '2020-01-01' + (h % 2300)::INTEGER AS published_on,
    (80 + h % 700)::INTEGER AS words,
    (5 + h % 60)::INTEGER AS sentences,
    ['A', 'B1', 'B2', 'C'][1 + h % 4] AS level,
    (h % 1000003) / 10007.0 AS score,
    (h % 1000033) / 10009.0 AS rank_score,
    (h % 1000037) / 1000037.0 AS b1_probability,
    h % 4 < 2 AS is_b1_or_easier,
    '["woord' || (h % 5000) || '", "term' || (h % 3000) || '", "begrip' || (h % 700) || '"]'
        AS hard_words,
    '[' || (h % 9) || ', ' || (10 + h % 30) || ']' AS hard_sentences,
    'method-2' AS method_version
FROM (SELECT n, (hash(n) // 4)::BIGINT AS h FROM range($texts) AS r (n));
CREATE TABLE work_list AS
SELECT
    ['callbacks_overdue', 'invoices_overdue', 'reports_open_long'][1 + n % 3] AS list,
    'item-' || n AS item_id,
    'Team ' || (h % 40) AS team,
    DATE '2026-01-01' + (h % 180)::INTEGER AS due_on,
    (h % 90)::INTEGER AS working_days_late,
    'Wacht sinds week ' || (h % 52) || ' op antwoord van team ' || (h % 40) AS detail
FROM (SELECT n, (hash(n) // 4)::BIGINT AS h FROM range($items) AS r (n));
CREATE TABLE fct_kpi_value AS
SELECT
    'kpi_' || (n % 36) AS kpi_id,
    ['month', 'quarter', 'year'][1 + n % 3] AS period_grain,
    (DATE '2015-01-01' + INTERVAL 1 MONTH * ((n // 36) % 132)::INTEGER)::DATE AS period_start,
    'team' AS dimension,
    'Buurt ' || (n // 4752) AS dimension_value,
    CASE WHEN n % 11 <> 0 THEN 100 * numerator / denominator END AS value,
    CASE WHEN n % 11 <> 0 THEN numerator END AS numerator,
    CASE WHEN n % 11 <> 0 THEN denominator END AS denominator,
    CASE WHEN n % 11 <> 0 THEN denominator::BIGINT END AS sample_size,
    CASE WHEN n % 36 < 9 AND n % 11 <> 0 THEN 95 * numerator / denominator END AS ci_low,
    CASE WHEN n % 36 < 9 AND n % 11 <> 0 THEN 105 * numerator / denominator END AS ci_high,
    n % 11 = 0 AS is_suppressed,
    n % 132 = 131 AS is_provisional,
    DATE '2026-06-30' AS as_of,
    'current' AS source_state,
    1::INTEGER AS definition_version
FROM (
    SELECT
        n,
        (5 + hash(n) % 400)::DOUBLE AS numerator,
        (405 + hash(-n) % 600)::DOUBLE AS denominator
    FROM range($figures) AS r (n)
);
"""
OTHERS = """
CREATE TABLE dim_kpi AS
SELECT
    'kpi_' || n AS kpi_id, 'KPI ' || n AS name_nl, 'KPI ' || n AS name_en,
    repeat('Verzonnen definitie. ', 20) AS definition_nl, 'percent' AS unit,
    'higher' AS direction, 'month' AS period_grain, 'verzonnen' AS source_system,
    'document' AS document, 'Team' AS owner, 1::INTEGER AS definition_version
FROM range(36) AS r (n);
CREATE TABLE fct_kpi_target AS
SELECT
    kpi_id, DATE '2024-01-01' AS period_start, NULL::DATE AS period_end, '>=' AS comparator,
    80.0::DOUBLE AS target_value, 'target' AS kind, 'document' AS document, '' AS note
FROM dim_kpi;
CREATE TABLE publication AS
SELECT
    '20260630-000000000001' AS release_id, TIMESTAMP '2026-06-30 12:00:00' AS published_at,
    DATE '2026-06-30' AS as_of, 'abc' AS code_version, '0123456789ab' AS contract_version,
    'passed' AS verdict, NULL::VARCHAR AS previous_release;
"""
TABLES = (
    "dim_kpi",
    "fct_kpi_target",
    "fct_kpi_value",
    "publication",
    "text_readability",
    "work_list",
)

#: Where `write_exports` finds each function that is timed, under which name.
DOORS = "dronten_pipeline.release.formats"
TIMED = {
    "(reading the mart)": (DOORS, "read_mart"),
    "csv": (f"{DOORS}.machine_csv", "export_csv"),
    "excel": (f"{DOORS}.dutch_csv", "export_dutch_csv"),
    "dronten_kpi.xlsx": (f"{DOORS}.workbook", "export_workbook"),
    "datapackage.json": (f"{DOORS}.datapackage", "export_datapackage"),
    "dcat.ttl": (f"{DOORS}.dcat", "export_dcat"),
    "LEESMIJ.txt": (f"{DOORS}.readme", "export_readme"),
    "SHA256SUMS": (f"{DOORS}.checksums", "describe"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--mart", type=Path, help="a mart.duckdb, or the folder with it")
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--into", type=Path)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(PARTS[options.part](options.mart, options.into)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if options.mart:
            mart = options.mart / "mart.duckdb" if options.mart.is_dir() else options.mart
            ratio, _ = _compare(str(mart), mart, Path(folder), options.times)
            return int(ratio > MOST_TIMES_PARQUET)
        return max(
            _invented(name, shares, Path(folder), options.rows, options.times)
            for name, shares in MARTS.items()
        )


def _invented(
    name: str, shares: tuple[float, float, float], folder: Path, rows: int, times: int
) -> int:
    """The figures of an invented mart; 1 when the promise is broken."""
    small, large = folder / "small.duckdb", folder / "large.duckdb"
    build(small, rows // 10, shares)
    build(large, rows, shares)
    ratio, peak = _compare(f"{name}, {rows:,} rows", large, folder, times)
    less = _measure("formats", small, folder)["peak_mb"]
    print(f"memory {less:,.0f} MB with a tenth of the rows, {peak:,.0f} MB with all")
    return int(ratio > MOST_TIMES_PARQUET)


def _compare(name: str, mart: Path, folder: Path, times: int) -> tuple[float, float]:
    """Prints what everything costs; how many times the clock of Parquet, and the peak in MB."""
    print(f"\n{name}: {mart.stat().st_size / 1e6:,.0f} MB", flush=True)
    runs: dict[str, list[dict[str, Any]]] = {"parquet": [], "formats": []}
    for _ in range(times):
        for part, done in runs.items():
            done.append(_measure(part, mart, folder))
    print(f"{'':<34}{'seconds':>9}{'CPU':>9}   (median of {times})")
    reference = _line("DuckDB writes Parquet", runs["parquet"], "all")
    for step in sorted(runs["formats"][0]["seconds"].keys() - {"all"}):
        _line(f"  {step}", runs["formats"], step)
    formats = _line("all formats", runs["formats"], "all")
    ratio = formats[0] / reference[0]
    print(
        f"ratio {ratio:.2f} of the clock, {formats[1] / reference[1]:.2f} of CPU; "
        f"promised: {MOST_TIMES_PARQUET:g}"
    )
    return ratio, statistics.median(run["peak_mb"] for run in runs["formats"])


def _line(name: str, runs: list[dict[str, Any]], step: str) -> tuple[float, float]:
    clock, cpu = (
        statistics.median(run["seconds"][step][which] for run in runs) for which in (0, 1)
    )
    print(f"{name:<34}{clock:>9.2f}{cpu:>9.2f}")
    return clock, cpu


def _measure(part: str, mart: Path, folder: Path) -> dict[str, Any]:
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "bench.formats"),
            *("--part", part, "--mart", str(mart.resolve()), "--into", str(folder)),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    measured: dict[str, Any] = json.loads(finished.stdout)
    return measured


def build(mart: Path, rows: int, shares: tuple[float, float, float]) -> None:
    """The mart as the gate makes it, keys and order included."""
    warehouse = mart.with_suffix(".warehouse")
    numbers = dict(zip(("texts", "items", "figures"), shares, strict=True))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            Template(GROWING).substitute({key: int(rows * part) for key, part in numbers.items()})
        )
        connection.execute(OTHERS)
    contracts = load_table_contracts(PROJECT / "dbt_project")
    build_candidate(warehouse, mart, TABLES, contracts, release_id="20260630-000000000001")
    warehouse.unlink()


# --- the parts, each in a process of its own


class _Clock:
    """Seconds of the clock and of the processors, per step."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}

    def time(self, name: str, step: Callable[[], Any]) -> Any:
        clock, cpu = time.perf_counter(), time.process_time()
        outcome = step()
        before = self.seconds.get(name, (0.0, 0.0))
        self.seconds[name] = (
            before[0] + time.perf_counter() - clock,
            before[1] + time.process_time() - cpu,
        )
        return outcome

    def report(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "peak_mb": _peak_mb()}


def _peak_mb() -> float:
    # Not getrusage: it counts what the process that started this one held.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _parquet(mart: Path, into: Path) -> dict[str, Any]:
    """DuckDB at its best: all processors, nothing sorted, zstd as it comes."""
    clock = _Clock()
    folder = Path(tempfile.mkdtemp(dir=into))

    def write() -> None:
        with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
            tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
            for (table,) in tables:
                connection.execute(
                    f"COPY {identifier(table)} TO {literal(folder / f'{table}.parquet')} "
                    "(FORMAT parquet, COMPRESSION zstd)"
                )

    clock.time("all", write)
    shutil.rmtree(folder)
    return clock.report()


def _formats(mart: Path, into: Path) -> dict[str, Any]:
    """Everything that a release holds, from the judged mart on.

    The CPU of a step is that of the whole process while it ran, and steps run at the same time.
    Packages and contracts are read before the clock runs: that takes as long for any mart.
    """
    import polars  # noqa: F401
    import xlsxwriter  # noqa: F401

    from dronten_pipeline.release import formats
    from dronten_pipeline.release.formats.parquet import export_parquet

    clock = _Clock()
    contracts = load_table_contracts(PROJECT / "dbt_project")
    folder = Path(tempfile.mkdtemp(dir=into))
    for name, (path, function) in TIMED.items():
        module = importlib.import_module(path)
        setattr(module, function, _timed(clock, name, getattr(module, function)))

    def write() -> None:
        clock.time("mart.duckdb", lambda: shutil.copyfile(mart, folder / "mart.duckdb"))
        clock.time("parquet", lambda: export_parquet(mart, folder / "parquet"))
        formats.write_exports(folder, contracts, address=None, is_sample=True)

    clock.time("all", write)
    shutil.rmtree(folder)
    return clock.report()


def _timed(clock: _Clock, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*arguments: Any, **named: Any) -> Any:
        return clock.time(name, lambda: function(*arguments, **named))

    return run


PARTS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "parquet": _parquet,
    "formats": _formats,
}


if __name__ == "__main__":
    sys.exit(main())
