"""What programs that people use see in PostgreSQL: types and keys, asked for in their own way."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest
from pydantic import SecretStr

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.postgres.load import load_current
from tests.postgres_server import PASSWORD, Server, new_database
from tests.unit.postgres.marts import TABLES, make_current

READER = "klant"
EVERY_TYPE = """
CREATE TABLE soorten AS SELECT * FROM (VALUES
    (1, 2.5::DOUBLE, 9007199254740993, DATE '2026-03-31', TIMESTAMP '2026-03-29 02:30:00.000001',
     true, 'één', 0.5::FLOAT),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS of (id, waarde, groot, dag, moment, klopt, tekst, klein);
"""


@pytest.fixture(scope="module")
def loaded(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The address for a reader, and the mart that was loaded."""
    with server.connected() as connection:
        connection.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")  # type: ignore[arg-type]
    database = new_database(server)
    settings = Settings(
        home=tmp_path_factory.mktemp("home"),
        postgres_url=SecretStr(server.url(database)),
        postgres_reader=READER,
        postgres_open_reader=f"{READER}_open",
    )
    folder = make_current(settings, 1, TABLES + EVERY_TYPE)
    assert load_current(settings) is not None
    return server.url(database, READER), folder / "mart.duckdb"


def test_polars_reads_by_adbc_what_stands_in_the_mart(loaded: tuple[str, Path]) -> None:
    address, path = loaded
    with duckdb.connect(str(path), read_only=True) as mart:
        wanted = mart.sql("FROM soorten ORDER BY id").pl()
    found = pl.read_database_uri("SELECT * FROM mart.soorten ORDER BY id", address, engine="adbc")
    assert found.schema == wanted.schema
    assert found.equals(wanted)


def test_a_driver_finds_each_key_with_the_column_that_it_refers_to(
    loaded: tuple[str, Path],
) -> None:
    """JDBC and ODBC read the catalog, a row for each column of a key."""
    found = pl.read_database_uri(
        """
        SELECT
            own.relname::text AS fk_table, own_column.attname::text AS fk_column,
            other.relname::text AS pk_table, other_column.attname::text AS pk_column
        FROM pg_catalog.pg_constraint AS relation
        CROSS JOIN unnest(relation.conkey, relation.confkey) AS place (own, other)
        INNER JOIN pg_catalog.pg_class AS own ON own.oid = relation.conrelid
        INNER JOIN pg_catalog.pg_class AS other ON other.oid = relation.confrelid
        INNER JOIN pg_catalog.pg_attribute AS own_column
            ON own_column.attrelid = own.oid AND own_column.attnum = place.own
        INNER JOIN pg_catalog.pg_attribute AS other_column
            ON other_column.attrelid = other.oid AND other_column.attnum = place.other
        INNER JOIN pg_catalog.pg_namespace AS spot ON spot.oid = own.relnamespace
        WHERE relation.contype = 'f' AND spot.nspname = 'mart'
        """,
        loaded[0],
        engine="adbc",
    )
    assert found.rows() == [("fct_kpi_value", "kpi_id", "dim_kpi", "kpi_id")]
