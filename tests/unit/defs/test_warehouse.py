"""The warehouse that a step reads is the one that its run built, and is closed after a mistake."""

import contextlib
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from dagster_duckdb import DuckDBResource

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.defs import resources


def test_a_step_reads_what_its_run_built_and_locks_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    built: list[Path] = []

    @dg.asset
    def table(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[DuckDBResource]
    ) -> dg.MaterializeResult:
        built.append(settings.warehouse / context.run.run_id / "warehouse.duckdb")
        built[0].parent.mkdir(parents=True)
        with duckdb.connect(str(built[0])) as connection:
            connection.execute("create table a as select 1 as one")
        with warehouse.get_connection() as connection, contextlib.closing(connection):
            rows = connection.sql("from a").fetchall()
            with pytest.raises(duckdb.InvalidInputException, match="read-only"):
                connection.execute("drop table a")
        with (
            contextlib.suppress(ZeroDivisionError),
            warehouse.get_connection() as connection,
            contextlib.closing(connection),
        ):
            raise ZeroDivisionError
        duckdb.connect(str(built[0])).close()  # to write: nobody else has it open
        return dg.MaterializeResult(metadata={"rows": len(rows)})

    ran = dg.materialize(
        [table], resources={"warehouse": resources.build_resources(settings)["warehouse"]}
    )
    assert ran.asset_materializations_for_node("table")[0].metadata["rows"].value == 1
