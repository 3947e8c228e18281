"""What reading deliveries costs, beside DuckDB's typed read of the same file into Parquet.

    make bench-ingest            5 million votes, 10 million cases, 5,000 small files
    make bench-ingest ROWS=1e5   so many rows in both large files, and a fiftieth in small files

Each is measured in a process of its own, with everything that ingest promises: hashes, quarantine,
pseudonyms, the search for personal data, the order of deliveries. The yardstick is one statement of
DuckDB that types the columns, keeps rejects and writes Parquet, on the same file and processors.
The promises: at most twice its clock and CPU, less than 1 GB, 5 ms per small file. Ends with 1 when
one is broken.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

MOST_TIMES_DUCKDB = 2.0
MOST_MEGABYTES = 1_000
MOST_SECONDS_PER_FILE = 0.005
AS_OF = dt.date(2026, 6, 30)

VOTES = """
SELECT
    printf('WF-%09d', n) AS reactie_id,
    strftime(TIMESTAMP '2024-01-01' + to_seconds((n * 15) % 78000000), '%d-%m-%Y %H:%M:%S')
        AS ingezonden_op,
    'https://www.dronten.nl/' || ['afval', 'paspoort', 'wmo', 'bouwen'][1 + h % 4] || '/pagina-'
        || (h % 300) AS pagina_url,
    ['afval', 'paspoort', 'wmo', 'bouwen'][1 + h % 4] AS paginasectie,
    'teksten_begrijpelijk' AS vraag,
    ['ja', 'nee', 'weet_niet'][1 + h % 3] AS antwoord,
    CASE WHEN h % 9 = 0 THEN 'Verzonnen opmerking ' || (h % 1000) END AS toelichting
FROM (SELECT n, (hash(n) // 4)::BIGINT AS h FROM range($rows) AS r (n))
"""
CASES = """
SELECT
    printf('Z-%09d', n) AS zaak_id,
    ['aanvraag', 'triage', 'sportvraag', 'vergunning'][1 + h % 4] AS zaaktype,
    'product ' || (h % 40) AS product,
    'Team ' || (h % 30) AS team,
    ['digitaal', 'balie', 'post', 'telefoon'][1 + h % 4] AS kanaal,
    ['ja', 'nee'][1 + h % 2] AS digitaal_mogelijk,
    strftime(TIMESTAMP '2024-01-01' + to_seconds((n * 7) % 77000000), '%d-%m-%Y %H:%M:%S')
        AS ontvangen_op,
    strftime(TIMESTAMP '2024-01-02' + to_seconds((n * 7) % 77000000), '%d-%m-%Y %H:%M:%S')
        AS verdeeld_op,
    strftime(TIMESTAMP '2024-01-03' + to_seconds((n * 7) % 77000000), '%d-%m-%Y %H:%M:%S')
        AS eerste_reactie_op,
    CASE WHEN h % 5 <> 0 THEN
        strftime(TIMESTAMP '2024-01-09' + to_seconds((n * 7) % 77000000), '%d-%m-%Y %H:%M:%S')
    END AS afgesloten_op,
    strftime(DATE '2027-01-01' + (h % 900)::INTEGER, '%d-%m-%Y') AS vergunning_einddatum,
    NULL AS houder_benaderd_op,
    NULL AS warm_contact_op,
    replace(printf('%.2f', (h % 9000000) / 100.0), '.', ',') AS bedrag_eur
FROM (SELECT n, (hash(n) // 4)::BIGINT AS h FROM range($rows) AS r (n))
"""
MOMENTS = {"ingezonden_op", "ontvangen_op", "verdeeld_op", "eerste_reactie_op", "afgesloten_op"}
DAYS = {"vergunning_einddatum", "houder_benaderd_op", "warm_contact_op"}

#: What is read, by the name of its source and table, and how many rows of it.
LARGE = {
    "website_feedback/votes": (VOTES, 5_000_000),
    "case_system/cases": (CASES, 10_000_000),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--of")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.part:
        PARTS[options.part](options.folder, options.of)
        return 0
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (query, rows) in LARGE.items():
            broken |= _large(Path(folder), name, query, int(options.rows or rows), options.times)
        broken |= _small(Path(folder), int((options.rows or 250_000) / 50))
    return broken


def _large(folder: Path, name: str, query: str, rows: int, times: int) -> int:
    source, table = name.split("/")
    home = folder / table
    path = home / "landing" / source / f"{table}_2026.csv"
    path.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY ({query.replace('$rows', str(rows))}) TO '{path}' (HEADER, DELIMITER ';')"
        )
    print(f"\n{name}: {rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB", flush=True)
    print(f"{'':<28}{'seconds':>9}{'CPU':>9}{'MB':>9}   (median of {times})")
    measured: dict[str, list[tuple[float, float, float]]] = {"duckdb": [], "ingest": []}
    for number in range(times):
        for part, done in measured.items():
            done.append(_measure(part, home, f"{name}#{number}"))
    lines = {
        part: tuple(statistics.median(run[which] for run in runs) for which in range(3))
        for part, runs in measured.items()
    }
    for part, (clock, cpu, megabytes) in lines.items():
        print(f"{part:<28}{clock:>9.2f}{cpu:>9.2f}{megabytes:>9,.0f}")
    times_clock, times_cpu = (lines["ingest"][i] / lines["duckdb"][i] for i in (0, 1))
    print(f"ratio {times_clock:.2f} of the clock, {times_cpu:.2f} of CPU", flush=True)
    path.unlink()
    return int(
        max(times_clock, times_cpu) > MOST_TIMES_DUCKDB or lines["ingest"][2] > MOST_MEGABYTES
    )


def _small(folder: Path, files: int) -> int:
    home = folder / "small"
    landing = home / "landing" / "website_feedback"
    landing.mkdir(parents=True)
    header = "reactie_id;ingezonden_op;pagina_url;vraag;antwoord\n"
    for number in range(files):
        (landing / f"votes_{number:05d}.csv").write_text(
            header
            + "".join(
                f"WF-{number:05d}-{row};01-03-2026 10:{row:02d}:00;https://www.dronten.nl/a;"
                "teksten_begrijpelijk;ja\n"
                for row in range(10)
            ),
            encoding="utf-8",
        )
    clock, cpu, megabytes = _measure("ingest", home, "website_feedback/votes#0")
    start, _, _ = _measure("start", home, "website_feedback/votes#0")
    each = (clock - start) / files
    print(
        f"\n{files:,} files of 10 rows: {clock:.2f} s, {cpu:.2f} s of CPU, {megabytes:,.0f} MB; "
        f"{1000 * each:.1f} ms per file without the start of {start:.2f} s"
    )
    return int(each > MOST_SECONDS_PER_FILE)


def _measure(part: str, home: Path, of: str) -> tuple[float, float, float]:
    """Seconds of the clock, of CPU, and the largest process in MB."""
    command = [sys.executable, "-m", "bench.ingest", "--part", part, "--folder", str(home)]
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--of", of])
    _, status, usage = os.wait4(process.pid, 0)
    clock = time.perf_counter() - began
    if status:
        raise SystemExit(f"{part} of {of} broke: {status}")
    return clock, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def _duckdb(home: Path, of: str) -> None:
    source, _, rest = of.partition("/")
    table = rest.partition("#")[0]
    (path,) = (home / "landing" / source).iterdir()
    with duckdb.connect() as connection:
        described = connection.execute(f"DESCRIBE FROM read_csv('{path}')").fetchall()
        types = {
            name: "TIMESTAMP"
            if name in MOMENTS
            else "DATE"
            if name in DAYS
            else "DECIMAL(28, 6)"
            if name == "bedrag_eur"
            else "VARCHAR"
            for name, *_ in described
        }
        connection.execute(
            f"COPY (FROM read_csv('{path}', delim = ';', header = true, columns = {types}, "
            "timestampformat = '%d-%m-%Y %H:%M:%S', dateformat = '%d-%m-%Y', "
            "decimal_separator = ',', store_rejects = true)) "
            f"TO '{home / 'duckdb.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
        )
        assert connection.execute("SELECT count(*) FROM reject_errors").fetchone() == (0,), table


def _ingest(home: Path, of: str) -> None:
    from dronten_pipeline.contracts.sources import load_sources
    from dronten_pipeline.core.settings import PROJECT, Settings
    from dronten_pipeline.ingest import raw

    name, _, number = of.partition("#")
    settings = Settings(
        home=home / f"home-{number}",
        landing=home / "landing",
        sources=PROJECT / "sources",
        settle_seconds=0,
    )
    source = load_sources(settings.sources)[name.partition("/")[0]]
    outcome = raw.ingest_source(settings, source, run_id="bench", as_of=AS_OF, origin="delivery")
    assert outcome.state == "current", outcome.note
    assert outcome.rows_quarantined == 0


def _start(home: Path, of: str) -> None:
    """The same without a delivery."""
    empty = home / "nothing"
    (empty / "landing" / of.partition("/")[0]).mkdir(parents=True)
    _ingest(empty, of)


PARTS: dict[str, Callable[[Path, str], Any]] = {
    "duckdb": _duckdb,
    "ingest": _ingest,
    "start": _start,
}


if __name__ == "__main__":
    sys.exit(main())
