"""Great Expectations on DuckDB: an execution engine and a data source of our own.

Here belongs only what makes Great Expectations 1.24 run on DuckDB. Not here: suites and verdicts.
Importing this module costs seconds; only the process of the gate does it.

Why it is needed: Great Expectations reads a result after it gave its connection back. SQLAlchemy
then rolls back, and in DuckDB the pending result goes with the transaction. Hence one connection
that stays open, as Great Expectations itself does for SQLite, and no transactions. Where its SQL
means something else on DuckDB than its documentation says, a metric of ours takes the place of its
own; `tests/unit/gate/test_two_judges.py` shows each of them.
"""

# mypy: disable-error-code="misc,has-type"
# The classes register themselves with Great Expectations by being defined, and it reads their
# annotations at run time.
import inspect
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Literal, Optional

import sqlalchemy as sa
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.metrics import (
    ColumnValuesBetween,
    CompoundColumnsUnique,
)
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_function_partial import (  # noqa: E501
    multicolumn_function_partial,
)
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.query_metrics import UnexpectedRowsQueryTable
from great_expectations.expectations.metrics.table_metrics.table_column_types import ColumnTypes

from dronten_pipeline.contracts.expectation_types import OfType
from dronten_pipeline.core.database import OFFLINE, literal


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """The engine of Great Expectations with one connection that stays open, and which asks again
    only what failed: by itself it asks all of a table again, three times for each that fails."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._answered: dict[Any, Any] = {}

    def _process_direct_and_bundled_metric_computation_configurations(
        self, metric_fn_direct_configurations: list[Any], metric_fn_bundle_configurations: list[Any]
    ) -> dict[Any, Any]:
        answer = super()._process_direct_and_bundled_metric_computation_configurations
        asked = [one.metric_configuration.id for one in metric_fn_direct_configurations]
        for one, known in zip(metric_fn_direct_configurations, asked, strict=True):
            if known not in self._answered:
                self._answered |= answer([one], [])
        bundled: dict[Any, Any] = answer([], metric_fn_bundle_configurations)
        return {known: self._answered[known] for known in asked} | bundled

    @contextmanager
    def get_connection(self) -> Generator[sa.Connection, None, None]:
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection

    def close(self) -> None:
        """Gives the file free: without it DuckDB opens it no other way in this process."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.engine.dispose()


#: Great Expectations looks a type up by its name in SQLAlchemy; one that is not here has none.
_TYPES = {name: getattr(sa, name)() for name in OfType.TYPES} | {"FLOAT": sa.REAL()}


class DuckDBColumnTypes(ColumnTypes):
    """The types as DuckDB names them.

    The usual way gives VARCHAR and DECIMAL a type that is not found again under these names, and
    takes a moment with a time zone for one without.
    """

    @metric_value(engine=DuckDBExecutionEngine)
    def _sqlalchemy(
        cls, execution_engine: Any, metric_domain_kwargs: dict[str, Any], **_: Any
    ) -> list[dict[str, Any]]:
        manager = execution_engine.batch_manager
        batch = metric_domain_kwargs.get("batch_id") or manager.active_batch_data_id
        rows = execution_engine.execute_query(
            sa.text(
                "SELECT column_name, data_type FROM duckdb_columns() "
                "WHERE database_name = current_database() AND schema_name = 'main' "
                "AND table_name = :name ORDER BY column_index"
            ).bindparams(name=manager.batch_data_cache[batch].source_table_name)
        )
        return [
            {"name": name, "type": _TYPES.get(kind.split("(")[0], sa.types.NullType())}
            for name, kind in rows
        ]


class DuckDBColumnValuesMatchRegex(ColumnMapMetricProvider):
    """A value matches where the expression is found in it; DuckDB's `~` matches whole values."""

    condition_metric_name = "column_values.match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _sqlalchemy(cls, column: Any, regex: str, **_: Any) -> Any:
        return sa.func.regexp_matches(column, regex)


class DuckDBColumnValuesBetween(ColumnValuesBetween):
    """A range never holds NaN, which DuckDB orders after every other number."""

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _sqlalchemy(cls, column: Any, **kwargs: Any) -> Any:
        inside = inspect.unwrap(ColumnValuesBetween._sqlalchemy)(cls, column, **kwargs)
        kinds = {known["name"]: known["type"] for known in kwargs["_metrics"]["table.column_types"]}
        if isinstance(kinds[column.name], sa.Float):
            return sa.and_(inside, sa.not_(sa.func.isnan(column)))
        return inside


class DuckDBCompoundColumnsUnique(CompoundColumnsUnique):
    """A key of which a part is empty is a key: the join must not lose it.

    Only what stands there more than once is joined, which takes half the time on many rows.
    """

    @multicolumn_function_partial(engine=DuckDBExecutionEngine)
    def _sqlalchemy_function(self, column_list: Any, **kwargs: Any) -> Any:
        rows = (
            sa.select(*map(sa.column, kwargs["_table_columns"]))
            .select_from(kwargs["_table"])
            .alias("own_rows")
        )
        sizes = (
            sa.select(*column_list, sa.func.count().label("_num_rows"))
            .select_from(rows)
            .group_by(*column_list)
            .having(sa.func.count() > 1)
            .alias("sizes")
        )
        same = (
            sizes.c[name].is_not_distinct_from(rows.c[name]) for name in kwargs["_column_names"]
        )
        return (
            sa.select(rows, sa.func.coalesce(sizes.c._num_rows, 1).label("_num_rows"))
            .select_from(rows.outerjoin(sizes, sa.and_(*same)))
            .alias("rows_with_sizes")
        )


class DuckDBUnexpectedRows(UnexpectedRowsQueryTable):
    """Rows are counted, never fetched: they would be data in the evidence."""

    @metric_value(engine=DuckDBExecutionEngine)
    def _sqlalchemy(cls, **_: Any) -> list[dict[str, Any]]:
        return []


# Named here because `type` means something else inside the class below.
EngineType = type[SqlAlchemyExecutionEngine]


class DuckDBDatasource(SQLDatasource):
    """A DuckDB file, opened read-only, with the warehouse attached read-only beside it."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
    # Not part of the connection string, in which signs of a path would have a meaning.
    database: str
    warehouse: Optional[str] = None  # noqa: UP045
    connection_string: str = "duckdb://"

    @property
    def execution_engine_type(self) -> EngineType:
        return DuckDBExecutionEngine

    def _create_engine(self) -> sa.Engine:
        engine = sa.create_engine(
            sa.URL.create("duckdb", database=self.database),
            poolclass=sa.StaticPool,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            connect_args={"read_only": True, "config": dict(OFFLINE)},
        )
        if self.warehouse is not None:
            attach = f"ATTACH IF NOT EXISTS {literal(self.warehouse)} AS warehouse (READ_ONLY)"
            sa.event.listen(engine, "connect", lambda connection, _: connection.execute(attach))
        return engine

    def get_execution_engine(self) -> SqlAlchemyExecutionEngine:
        engine: SqlAlchemyExecutionEngine | None = self._execution_engine
        if engine is None:
            engine = DuckDBExecutionEngine(engine=self.get_engine(), create_temp_table=False)
            self._execution_engine = engine
        return engine
