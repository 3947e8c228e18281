"""A mart of values that break files: invented, and none of them may change on its way out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

from dronten_pipeline.contracts.published_tables import ColumnContract, TableContract
from dronten_pipeline.gate.candidate import build_candidate

TEXTS: list[str | None] = [
    None,
    "",
    "=1+1",
    '=HYPERLINK("http://voorbeeld.nl";"klik")',
    "+31 321",
    "-2",
    "@SUM(A1)",
    "＝1",
    "'al gemerkt",
    "''=twee",
    "\t=tab",
    "\r\n=regel",
    "a;b,c|d",
    'zegt "ja"',
    '"',
    "regel 1\nregel 2",
    "regel 1\r\nregel 2",
    " spaties ",
    "é ü € ﬁ 日本 𝄞 🎉",
    "http://voorbeeld.nl",
    "NULL",
    "nan",
    "1,5",
    "007",
    "01-02-2026",
    "2026-Q1",
    "{=1}",
    "&lt;b&gt; <b>",
]
DOUBLES = [
    None,
    0.0,
    0.1,
    -0.1,
    100 / 3,
    59.96,
    1e-10,
    1e21,
    123456789.125,
    5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    -1.7976931348623157e308,
]
WHOLES = [None, 0, -1, 10**15 - 1, 10**15, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
DATES = [
    None,
    dt.date(1, 1, 1),
    dt.date(1899, 12, 31),
    dt.date(1900, 1, 1),
    dt.date(1900, 2, 28),
    dt.date(1900, 3, 1),
    dt.date(2026, 6, 30),
    dt.date(9999, 12, 31),
]
MOMENTS = [
    None,
    dt.datetime(1, 1, 1),
    dt.datetime(1850, 6, 1, 23, 59, 59),
    dt.datetime(2026, 6, 30, 12, 34, 56),
    dt.datetime(2026, 6, 30, 12, 34, 56, 500_000),
    dt.datetime(9999, 12, 31, 23, 59, 59),
]
RELEASE = "20260301-000000000001"

#: The columns of the hostile table; behind them stands its release.
COLUMNS = {
    "n": "INTEGER",
    "tekst": "VARCHAR",
    "waarde": "DOUBLE",
    "aantal": "BIGINT",
    "dag": "DATE",
    "moment": "TIMESTAMP",
    "klopt": "BOOLEAN",
    "soort": "VARCHAR",
    "release_id": "VARCHAR",
}

CONTRACTS = {
    "soort": TableContract(
        name="soort",
        key=("soort",),
        columns={"soort": ColumnContract(name="soort", required=True)},
        is_open=True,
    ),
    "moeilijk": TableContract(
        name="moeilijk",
        key=("n",),
        columns={
            "n": ColumnContract(name="n", required=True),
            "soort": ColumnContract(
                name="soort", values=("één", "twee"), references=("soort", "soort")
            ),
        },
        is_open=True,
    ),
}


def rows() -> list[tuple[Any, ...]]:
    """Every hostile value at least once, beside others each time."""
    flags, kinds = [None, True, False], [None, "één", "twee"]
    lists = (TEXTS, DOUBLES, WHOLES, DATES, MOMENTS, flags, kinds, [RELEASE])
    return [(n, *(values[n % len(values)] for values in lists)) for n in range(7 * len(TEXTS))]


def build(folder: Path) -> Path:
    """A warehouse with the hostile values, and the candidate that the gate would make of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        fields = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        connection.execute(f"CREATE TABLE moeilijk ({fields})")
        marks = ", ".join("?" for _ in COLUMNS)
        connection.executemany(f"INSERT INTO moeilijk VALUES ({marks})", rows())
        connection.execute("ALTER TABLE moeilijk DROP COLUMN release_id")
        connection.execute("COMMENT ON TABLE moeilijk IS 'Verzonnen; met \"aanhaling\" en ;'")
        connection.execute("COMMENT ON COLUMN moeilijk.tekst IS 'Tekst die een bestand breekt.'")
        connection.execute(
            "CREATE TABLE soort AS SELECT unnest(['één', 'twee']) AS soort; "
            "CREATE TABLE gewoon AS SELECT 1::INTEGER AS n, 2.5::DOUBLE AS waarde, "
            "3::BIGINT AS aantal, DATE '2026-06-30' AS dag, true AS klopt, 'x' AS tekst, "
            "TIMESTAMP '2026-06-30 12:00:00' AS moment; "
            "CREATE TABLE leeg (n INTEGER, tekst VARCHAR); "
            "CREATE TABLE publication AS SELECT NULL::VARCHAR AS release_id, "
            "TIMESTAMP '2026-03-01 12:00:00' AS published_at, DATE '2026-03-01' AS as_of, "
            "'abc' AS code_version, '0123456789ab' AS contract_version, 'passed' AS verdict, "
            "NULL::VARCHAR AS previous_release; "
            f"UPDATE publication SET release_id = '{RELEASE}'"
        )
    mart = folder / "mart.duckdb"
    tables = ["moeilijk", "soort", "gewoon", "leeg", "publication"]
    build_candidate(folder / "warehouse.duckdb", mart, tables, CONTRACTS, release_id=RELEASE)
    return mart
