"""What assets are given: the run that they belong to, dbt, and the warehouse.

Not here: how the run's facts are found (`run.py`) or how dbt is set up (`transform.py`).
"""

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import duckdb
from dagster_dbt import DbtCliResource
from dagster_duckdb import DuckDBResource
from packaging import version
from pydantic import Field, PrivateAttr

from dronten_pipeline.run import Run, alone, describe_run
from dronten_pipeline.settings import Settings, current_settings
from dronten_pipeline.transform import DBT

if TYPE_CHECKING:
    from dronten_pipeline.ingest.kept import RawEntry


class RunResource(dg.ConfigurableResource):
    """The run under way: alone in its home, with one day of judgement for all its steps."""

    as_of: str | None = Field(
        default=None,
        description="Day on which open items are judged (yyyy-mm-dd); empty: DATALAB_AS_OF, "
        "or today.",
    )
    _run: Run = PrivateAttr()

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["RunResource"]:
        run_id = context.run.run_id if context.run else "no-run"
        day = dt.date.fromisoformat(self.as_of) if self.as_of else None
        with alone(self.settings, run_id):
            self._run = describe_run(self.settings, run_id, day)
            yield self

    @property
    def settings(self) -> Settings:
        return current_settings()

    @property
    def now(self) -> Run:
        return self._run

    @cached_property
    def believed_raw(self) -> Mapping[str, "RawEntry"]:
        """The raw files that the ledger held when this run began; read once for all sources."""
        from dronten_pipeline.ingested import believed_raw

        return believed_raw(self.settings, self.now.run_id)


class DbtResource(DbtCliResource):
    """dbt as a program of its own, without the seconds that dagster-dbt spends on asking it."""

    @cached_property
    def _cli_version(self) -> version.Version:
        """That of the package: the program is the one beside this Python (`transform.DBT`)."""
        return version.parse(metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        """None: a second dbt in this process would count rows, which `dbt.py` does itself."""


class WarehouseResource(DuckDBResource):  # type: ignore[misc]
    """The warehouse that was built last, for reading only.

    dagster-duckdb's own connection is read-write and stays open after an exception, which locks
    the file for everyone else.
    """

    @contextlib.contextmanager
    def get_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = duckdb.connect(
            str(Path(self.database).resolve()), read_only=True, config=self.connection_config
        )
        try:
            yield connection
        finally:
            connection.close()


def build_resources(settings: Settings) -> dict[str, object]:
    """The resources by the names under which assets ask for them."""
    return {
        "run": RunResource(),
        "dbt": DbtResource(
            project_dir=str(settings.dbt_project),
            profiles_dir=str(settings.dbt_project),
            dbt_executable=str(DBT),
        ),
        "warehouse": WarehouseResource(
            database=str(settings.warehouse / "latest" / "warehouse.duckdb"),
            connection_config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        ),
    }
