"""A metric adds its periods up as the published table says."""

from __future__ import annotations

import duckdb

from dronten_pipeline.contracts.dbt_project import register
from dronten_pipeline.contracts.semantic_model import _aggregation
from dronten_pipeline.core.settings import PROJECT, Settings
from tests.unit.dbt.rendered import rendered


def test_periods_add_up_in_a_metric_as_in_the_models() -> None:
    aggregation = rendered("{{ kpi_aggregation('register') }}")
    seed = PROJECT / "dbt_project" / "seeds" / "kpi_register.csv"
    query = f"select kpi_id, {aggregation} from read_csv('{seed}') as register"
    said = dict(duckdb.sql(query).fetchall())
    assert said == {row["kpi_id"]: _aggregation(row) for row in register(Settings())}
    assert set(said.values()) == {"share", "sum", "mean", "last", "none"}
