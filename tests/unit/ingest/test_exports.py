"""The same records as the programs that people export with write them: all are read the same."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import psycopg
import pyarrow.csv
import pyarrow.parquet
import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest.outcome import SourceOutcome
from tests.postgres_server import NoServer, running

RECORDS = pl.DataFrame(
    {
        "zaak_id": ["z1", "z2", 'z"3', "z;4", "z5"],
        "datum": [dt.date(2026, 1, day) for day in range(1, 6)],
        "gestart_op": [dt.datetime(2026, 1, 2, 3, 4, 5), None, *[dt.datetime(2026, 3, 1)] * 3],
        "bedrag": [Decimal("1234.50"), Decimal("-0.05"), None, Decimal("0.00"), Decimal("7.00")],
        "aantal": [1, None, 0, -3, 1_000_000],
        "akkoord": [True, False, None, True, False],
    },
    schema_overrides={"bedrag": pl.Decimal(12, 2)},
)
Write = Callable[[Path], object]


def duck(options: str) -> Write:
    def write(path: Path) -> None:
        with duckdb.connect() as connection:
            connection.register("records", RECORDS.to_arrow())
            connection.execute(f"COPY records TO '{path}' ({options})")

    return write


def frame() -> pd.DataFrame:
    return RECORDS.to_pandas().convert_dtypes()


def excel_of_python(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, dialect="excel", delimiter=";")
        writer.writerow(RECORDS.columns)
        writer.writerows(RECORDS.rows())


WRITERS: dict[str, tuple[str, Write]] = {
    "DuckDB, CSV": ("zaken.csv", duck("HEADER")),
    "DuckDB, CSV with semicolons": ("zaken.csv", duck("HEADER, DELIMITER ';'")),
    "DuckDB, all quoted": ("zaken.csv", duck("HEADER, FORCE_QUOTE *")),
    "DuckDB, Parquet": ("zaken.parquet", duck("FORMAT parquet")),
    "DuckDB, JSON lines": ("zaken.jsonl", duck("FORMAT json")),
    "DuckDB, JSON array": ("zaken.json", duck("FORMAT json, ARRAY true")),
    "polars, CSV": ("zaken.csv", RECORDS.write_csv),
    "polars, Parquet": ("zaken.parquet", RECORDS.write_parquet),
    "polars, JSON lines": ("zaken.jsonl", RECORDS.write_ndjson),
    "polars, Excel": ("zaken.xlsx", RECORDS.write_excel),
    "pandas, CSV": ("zaken.csv", lambda path: frame().to_csv(path, index=False)),
    "pandas, CSV with its index": ("zaken.csv", lambda path: frame().to_csv(path)),
    "pandas, Excel": ("zaken.xlsx", lambda path: frame().to_excel(path, index=False)),
    "pandas, Parquet": ("zaken.parquet", lambda path: frame().to_parquet(path)),
    "pandas, JSON": (
        "zaken.json",
        lambda path: (
            frame()
            .assign(bedrag=lambda given: given["bedrag"].astype(float))
            .to_json(path, orient="records", date_format="iso")
        ),
    ),
    "pyarrow, CSV": (
        "zaken.csv",
        lambda path: pyarrow.csv.write_csv(RECORDS.to_arrow(), path),
    ),
    "pyarrow, Parquet": (
        "zaken.parquet",
        lambda path: pyarrow.parquet.write_table(RECORDS.to_arrow(), path),
    ),
    "Python's csv": ("zaken.csv", excel_of_python),
}


def stored(settings: Settings, outcome: SourceOutcome) -> pl.DataFrame:
    (report,) = outcome.deliveries
    assert (report.state, report.rows_quarantined) == ("read", 0), report.note
    rows = pl.read_parquet(settings.raw / str(report.raw_path))
    return rows.select(RECORDS.columns)


@pytest.fixture
def expected(settings: Settings, tmp_path: Path) -> pl.DataFrame:
    moment = pl.col("gestart_op").dt.replace_time_zone("Europe/Amsterdam")
    return RECORDS.with_columns(
        moment.dt.convert_time_zone("UTC"), pl.col("bedrag").cast(pl.Decimal(28, 6))
    )


def assert_same(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    for name in expected.columns:
        values = found.get_column(name)
        if isinstance(values.dtype, pl.Datetime):
            values = values.dt.convert_time_zone("UTC") if values.dtype.time_zone else values
        assert (
            values.cast(pl.String).str.replace(r"(\+00:00| UTC|\.0+)$", "").to_list()
            == (
                expected.get_column(name).cast(pl.String).str.replace(r"(\+00:00| UTC|\.0+)$", "")
            ).to_list()
        ), name


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_program_writes_is_read(
    name: str,
    settings: Settings,
    ingest: Callable[..., SourceOutcome],
    deliver: Callable[..., Path],
    expected: pl.DataFrame,
) -> None:
    file_name, write = WRITERS[name]
    path = deliver(file_name, b"")
    path.unlink()
    write(path)
    assert_same(stored(settings, ingest()), expected)


@pytest.mark.parametrize(
    ("file_name", "options"),
    [
        ("zaken.csv", "FORMAT csv, HEADER"),
        ("zaken.csv", "FORMAT csv, HEADER, DELIMITER ';', FORCE_QUOTE *"),
        ("zaken.csv", "FORMAT csv, HEADER, DELIMITER '|', NULL 'NULL'"),
        ("zaken.csv", "FORMAT text, HEADER"),
    ],
)
def test_what_postgres_copies_is_read(
    file_name: str,
    options: str,
    settings: Settings,
    ingest: Callable[..., SourceOutcome],
    deliver: Callable[..., Path],
    expected: pl.DataFrame,
    copied_from: psycopg.Connection,
) -> None:
    with copied_from.cursor().copy(
        f"COPY (TABLE zaken ORDER BY datum) TO STDOUT ({options})"
    ) as out:
        deliver(file_name, b"".join(bytes(block) for block in out))
    assert_same(stored(settings, ingest()), expected)


@pytest.fixture(scope="module")
def copied_from():  # type: ignore[no-untyped-def]
    try:
        with running() as started, started.connected() as connection:
            connection.execute(
                "CREATE TABLE zaken (zaak_id text, datum date, gestart_op timestamp, "
                "bedrag numeric(12, 2), aantal integer, akkoord boolean)"
            )
            with connection.cursor().copy("COPY zaken FROM STDIN") as into:
                for row in RECORDS.rows():
                    into.write_row(row)
            yield connection
    except NoServer as error:
        pytest.skip(str(error))
