"""Releases for the tests of PostgreSQL: small, with keys, and of one number each. Invented."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.release.manifest import File, GateRecord, TableForms
from tests.documents import write_manifest

#: The tables of a release that are open data, as its manifest says.
OPENED = ("dim_kpi", "fct_kpi_value", "publication")

#: Two tables that refer to each other; every row says of which release it is.
TABLES = """
CREATE TABLE dim_kpi (kpi_id VARCHAR PRIMARY KEY, name_nl VARCHAR NOT NULL, number INTEGER);
CREATE TABLE fct_kpi_value (
    kpi_id VARCHAR REFERENCES dim_kpi (kpi_id),
    period_start DATE,
    value DOUBLE,
    number INTEGER,
    PRIMARY KEY (kpi_id, period_start)
);
COMMENT ON TABLE dim_kpi IS 'Het register van de KPI''s.';
COMMENT ON COLUMN dim_kpi.name_nl IS 'Naam in het Nederlands.';
INSERT INTO dim_kpi SELECT 'kpi' || i, 'KPI nummer ' || i, {number} FROM range(10) AS of (i);
INSERT INTO fct_kpi_value
SELECT 'kpi' || i % 10, DATE '2026-01-01' + (i // 10)::INTEGER, i + 0.1, {number}
FROM range(200) AS of (i);
"""


def release_id(number: int) -> str:
    return f"20260101-{number:012x}"


def make_current(settings: Settings, number: int, statements: str | None = None) -> Path:
    """Writes a release folder with a mart made by `statements`, and points `current` at it."""
    folder = settings.releases / release_id(number)
    if not folder.exists():
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "mart.duckdb")) as mart:
            mart.execute((statements or TABLES).format(number=number))
            mart.execute("CREATE TABLE publication (release_id VARCHAR, published_at TIMESTAMP)")
            mart.execute("INSERT INTO publication DEFAULT VALUES")
        finish(folder, number)
    pointer = settings.releases / "current"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(folder.name)
    return folder


def finish(folder: Path, number: int) -> None:
    """Names the release in its mart, which has a table `publication`, and writes its manifest."""
    mart_file = folder / "mart.duckdb"
    with duckdb.connect(str(mart_file)) as mart:
        mart.execute(
            "UPDATE publication SET release_id = ?, "
            "published_at = TIMESTAMP '2026-01-01' + ? * INTERVAL 1 HOUR",
            [release_id(number), number],
        )
    write_manifest(
        folder,
        files={"mart.duckdb": File(sha256=sha256_of(mart_file), bytes=mart_file.stat().st_size)},
        gate_record=GateRecord(number=number, sha256=""),
        tables={table: TableForms(rows=0, parquet="", csv="", open=True) for table in OPENED},
    )
