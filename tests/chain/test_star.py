"""What a report builder does: relate the tables, define a measure, slice it and drill down.

Nothing here knows how a figure was computed; it must come out as in fct_kpi_value and kpi_status.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PROJECT

FACTS = ("fct_kpi_total", "fct_kpi_part")
KEYS = {
    "kpi_id": "dim_kpi",
    "date_key": "dim_date",
    "organisation_key": "dim_organisation",
    "channel_key": "dim_channel",
}
#: The measure of docs/bi-consumer.md; nothing where a hidden figure would make it too low.
MEASURE = """
case
    when bool_or(is_suppressed) then null
    when any_value(aggregation) = 'share' then 100 * sum(numerator) / sum(denominator)
    when any_value(aggregation) = 'mean' then sum(numerator) / sum(denominator)
    when any_value(aggregation) = 'sum' then sum(numerator)
    when any_value(aggregation) = 'last' then arg_max(value, date_key)
end
"""


@pytest.fixture(scope="module")
def mart(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the published mart."""
    release = (sample_home / "releases" / "current").resolve()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'mart.duckdb'}' as published (read_only)")
        for (table,) in connection.execute("show tables from published").fetchall():
            connection.execute(f'create table "{table}" as from published."{table}"')
        yield connection


def column(mart: duckdb.DuckDBPyConnection, query: str) -> list[object]:
    return [row[0] for row in mart.execute(query).fetchall()]


@pytest.mark.parametrize("fact", FACTS)
def test_relations_are_found_by_name_and_are_one_to_many(
    mart: duckdb.DuckDBPyConnection, fact: str
) -> None:
    """Power BI relates two tables by itself where a column has one name and is unique in one."""
    names = set(column(mart, f"select column_name from duckdb_columns() where table_name='{fact}'"))
    found = {key: table for key, table in KEYS.items() if key in names}
    assert {"kpi_id", "date_key"} <= set(found)
    for key, dimension in found.items():
        rows, members = mart.execute(
            f"select count({key}), count(distinct {key}) from {dimension}"
        ).fetchall()[0]
        assert rows == members, f"{dimension}.{key} is not unique"
        kinds = column(
            mart,
            "select distinct data_type from duckdb_columns() "
            f"where column_name = '{key}' and table_name in ('{fact}', '{dimension}')",
        )
        assert len(kinds) == 1, f"{key} has two types"
        assert column(mart, f"select {key} from {fact} anti join {dimension} using ({key})") == []


@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_a_measure_of_any_period_is_the_published_figure(
    mart: duckdb.DuckDBPyConnection, grain: str
) -> None:
    compared = mart.execute(
        f"""
        with measured as (
            select kpi_id, date_trunc('{grain}', date) as period_start, {MEASURE} as value
            from fct_kpi_total
            inner join dim_date using (date_key)
            where aggregation <> 'none'
            group by all
        )
        select figures.kpi_id, figures.period_start, figures.value, measured.value
        from fct_kpi_value as figures
        inner join measured using (kpi_id, period_start)
        where figures.period_grain = '{grain}' and figures.dimension = 'total'
            and measured.value is not null
        """
    ).fetchall()
    assert len(compared) > 40
    wrong = [row for row in compared if row[2] != pytest.approx(row[3], rel=1e-12)]
    assert wrong == []


def test_the_query_that_the_page_for_report_builders_shows_gives_published_figures(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    page = (PROJECT / "docs" / "bi-consumer.md").read_text(encoding="utf-8")
    shown = next(
        block.partition("```")[0]
        for block in page.split("```sql\n")[1:]
        if "fct_kpi_total" in block.partition("```")[0]
    ).rstrip(";\n")
    compared = mart.execute(
        f"""
        select shown.value, figures.value
        from ({shown}) as shown
        inner join fct_kpi_value as figures
            on shown.kpi_id = figures.kpi_id and figures.dimension = 'total'
                and figures.period_grain = 'quarter'
                and shown.quarter_nl
                = year(figures.period_start) || ' K' || quarter(figures.period_start)
        where shown.value is not null
        """
    ).fetchall()
    assert len(compared) > 300
    assert [row for row in compared if row[0] != pytest.approx(row[1], rel=1e-12)] == []


def test_a_measure_by_quarter_and_team_is_the_published_figure(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    compared = mart.execute(
        f"""
        with measured as (
            select kpi_id, quarter_nl, organisation_nl, {MEASURE} as value
            from fct_kpi_part
            inner join dim_date using (date_key)
            inner join dim_organisation using (organisation_key)
            where kind_nl = 'team'
            group by all
        )
        select figures.kpi_id, measured.quarter_nl, measured.value, figures.value
        from measured
        full join (
            select *, year(period_start) || ' K' || quarter(period_start) as quarter_nl
            from fct_kpi_value
            where dimension = 'team' and period_grain = 'quarter'
        ) as figures
            on measured.kpi_id = figures.kpi_id and measured.quarter_nl = figures.quarter_nl
                and lower(measured.organisation_nl) = lower(figures.dimension_value)
        -- a stock without open items on the last day has no figure for the quarter
        where not (figures.kpi_id is null and measured.kpi_id = 'callbacks_open_late')
            and measured.value is not null
        """
    ).fetchall()
    assert len(compared) > 200
    assert {row[0] for row in compared} >= {"callbacks_late", "b1_share", "service_norm_reports"}
    wrong = [row for row in compared if row[2] != pytest.approx(row[3], rel=1e-12)]
    assert wrong == []


def test_drilling_down_from_a_year_ends_at_the_status(mart: duckdb.DuckDBPyConnection) -> None:
    """Year, quarter, month: at the grain of the headline stands what kpi_status says."""
    compared = mart.execute(
        f"""
        select status.kpi_id, status.value, measured.value
        from kpi_status as status
        inner join (
            select kpi_id, year, quarter, date, {MEASURE} as value
            from fct_kpi_total
            inner join dim_date using (date_key)
            group by kpi_id, rollup (year, quarter, date)
        ) as measured
            on status.kpi_id = measured.kpi_id and status.period_start = measured.date
        where status.value is not null
            and status.kpi_id not in (
                select kpi_id from fct_kpi_total where aggregation = 'none'
            )
        """
    ).fetchall()
    assert len(compared) > 30
    assert [row for row in compared if row[1] != pytest.approx(row[2], rel=1e-12)] == []


def test_parts_add_up_to_the_total_where_every_record_has_one(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    found = mart.execute(
        """
        select parts.kpi_id, sum(parts.denominator), any_value(totals.denominator)
        from fct_kpi_part as parts
        inner join fct_kpi_total as totals using (kpi_id, date_key)
        where parts.kpi_id = 'kcc_contact_share'
        group by parts.kpi_id, date_key
        """
    ).fetchall()
    assert found and all(parts == total for _, parts, total in found)


def test_the_wide_tables_say_what_the_others_say(mart: duckdb.DuckDBPyConnection) -> None:
    now = mart.execute(
        'select "Code", "Waarde", "Doel", "Oordeel", "Uitgave" from rapport_kpi_actueel'
    ).fetchall()
    words = {
        "on_target": "gehaald",
        "off_target": "niet gehaald",
        "uncertain": "onzeker",
        "no_target": "geen doel",
        "no_data": "geen cijfer",
    }
    status = mart.execute("select kpi_id, value, target_value, status from kpi_status").fetchall()
    release = column(mart, "select release_id from publication")[0]
    assert sorted(now) == sorted((*row[:3], words[row[3]], release) for row in status)
    assert column(mart, "select count(*) from rapport_kpi_reeks") == column(
        mart, "select count(*) from fct_kpi_value"
    )


def test_no_code_of_ours_is_left_in_the_wide_tables(mart: duckdb.DuckDBPyConnection) -> None:
    """Words with an underscore are ours, not those of a reader; a new breakdown may need a name."""
    shown = column(
        mart,
        """
        select distinct unnest(["Uitsplitsing", "Onderdeel", "Periode", "Eenheid"])
        from rapport_kpi_reeks where "Uitsplitsing" in ('Totaal', 'Cijfer ernaast', 'Kanaal')
        """,
    )
    assert [word for word in shown if word and "_" in str(word)] == []


def test_the_calendar_names_weeks_quarters_and_working_days(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    row = """
        select quarter_nl, month_year_nl, iso_week_nl, weekday_nl, is_working_day, holiday_nl
        from dim_date where date_key = {}
    """
    assert mart.execute(row.format(20260101)).fetchone() == (
        "2026 K1",
        "januari 2026",
        "2026 W01",
        "donderdag",
        False,
        "Nieuwjaarsdag",
    )
    assert mart.execute(row.format(20241230)).fetchone() == (
        "2024 K4",
        "december 2024",
        "2025 W01",
        "maandag",
        True,
        None,
    )
