"""Why a KPI has no figure: the same reason on every screen, and in the page for report builders."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from dronten_pipeline.core.settings import PROJECT
from dronten_pipeline.core.words import word
from dronten_pipeline.release.standing import STANDING

#: By KPI: where its source delivered, whether the latest quarter and the one before are hidden.
CASES = {
    "never_delivered": ("nobody", False, False, "not_delivered"),
    "latest_hidden": ("source", True, False, "hidden"),
    "year_hidden": ("source", False, True, "hidden"),
    "nothing": ("source", False, False, "nothing_counted"),
}


@pytest.fixture
def mart() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE TABLE kpi_status (
                kpi_id VARCHAR, status VARCHAR, period_start DATE, judged_period_start DATE,
                judged_until DATE
            );
            CREATE TABLE dim_kpi (
                kpi_id VARCHAR, name_nl VARCHAR, unit VARCHAR, direction VARCHAR, owner VARCHAR,
                source_system VARCHAR, ratified_on DATE
            );
            CREATE TABLE fct_kpi_value (
                kpi_id VARCHAR, period_start DATE, dimension VARCHAR, is_suppressed BOOLEAN,
                source_state VARCHAR
            );
            CREATE TABLE source_delivery (source VARCHAR);
            INSERT INTO source_delivery VALUES ('source');
            INSERT INTO kpi_status VALUES
                ('fine', 'on_target', '2026-04-01', '2026-01-01', '2026-06-30');
            INSERT INTO dim_kpi VALUES
                ('fine', 'fine', 'percent', 'higher', 'KCC', 'source', NULL);
            """
        )
        for kpi_id, (source, latest, before, _) in CASES.items():
            connection.execute(
                """
                INSERT INTO kpi_status VALUES
                    ($1, 'no_data', '2026-04-01', '2026-01-01', '2026-06-30');
                """,
                [kpi_id],
            )
            connection.execute(
                "INSERT INTO dim_kpi VALUES ($1, $1, 'percent', 'higher', 'KCC', $2, NULL)",
                [kpi_id, source],
            )
            connection.execute(
                """
                INSERT INTO fct_kpi_value VALUES
                    ($1, '2026-04-01', 'total', $2, 'current'),
                    ($1, '2026-01-01', 'total', $3, 'current'),
                    ($1, '2025-01-01', 'total', true, 'current'),
                    ($1, '2026-04-01', 'team', true, 'current')
                """,
                [kpi_id, latest, before],
            )
        yield connection


def test_the_reason_is_that_of_what_was_judged(mart: duckdb.DuckDBPyConnection) -> None:
    found = {row["kpi_id"]: row["why"] for row in mart.execute(STANDING).pl().to_dicts()}
    assert found == {"fine": None} | {kpi_id: case[-1] for kpi_id, case in CASES.items()}


def test_the_page_for_report_builders_gives_the_same_reason(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    page = (PROJECT / "docs" / "bi-consumer.md").read_text(encoding="utf-8")
    (query,) = (
        block for block in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if "as reden" in block
    )
    said = dict(mart.execute(query).fetchall())
    assert said == {kpi_id: word("why_no_data", case[-1]) for kpi_id, case in CASES.items()}
