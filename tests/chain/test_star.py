"""What a report builder does: relate the tables, define a measure, slice it and drill down.

Nothing here knows how a figure was computed; it must come out as in fct_kpi_value and kpi_status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PROJECT

#: KPIs about people with parts: of a period that runs only their total is published.
PEOPLE = (
    "'website_text_clarity', 'website_satisfaction', 'service_rating', 'b1_training_coverage', "
    "'onboarding_training_coverage'"
)
FACTS = ("fct_kpi_total", "fct_kpi_part")
KEYS = {
    "kpi_id": "dim_kpi",
    "date_key": "dim_date",
    "organisation_key": "dim_organisation",
    "channel_key": "dim_channel",
}
#: The measure of docs/bi-consumer.md: nothing where a hidden figure would make it too low, where
#: breakdowns would count double, or where stocks of several parts would be added up.
MEASURE = """
case
    when bool_or(is_suppressed) then null
    when min({breakdown}) <> max({breakdown}) then null
    when min(aggregation) = 'share' then 100 * sum(numerator) / sum(denominator)
    when min(aggregation) = 'mean' then sum(numerator) / sum(denominator)
    when min(aggregation) = 'sum' then sum(numerator)
    when min(aggregation) = 'last' and min({part}) = max({part}) then arg_max_null(value, date_key)
end
"""
TOTAL = MEASURE.format(breakdown="kpi_id", part="kpi_id")
PART = MEASURE.format(breakdown="dimension", part="dimension_value")

#: What a cell of a report counts: the periods that lie whole within it.
IN_VIEW = """
{fact}
inner join dim_date as first_day using (date_key)
inner join dim_date as last_day on period_end = last_day.date
where first_day.{column} = last_day.{column}
"""
#: The column of the calendar that shows a period of this kind.
COLUMNS = {"month": "month_year_nl", "quarter": "quarter_nl", "year": "year"}


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


def differ(found: float, published: float | None) -> bool:
    return published is None or found != pytest.approx(published, rel=1e-12)


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


@pytest.mark.parametrize("grain", COLUMNS)
def test_a_measure_of_any_period_is_the_published_figure(
    mart: duckdb.DuckDBPyConnection, grain: str
) -> None:
    """And nothing else: the figure of a quarter is not shown as that of its first month."""
    compared = mart.execute(
        f"""
        with measured as (
            select
                kpi_id, min(date_trunc('{grain}', first_day.date)) as period_start,
                {TOTAL} as value
            from {IN_VIEW.format(fact="fct_kpi_total", column=COLUMNS[grain])}
            group by kpi_id, first_day.{COLUMNS[grain]}
        )
        select measured.kpi_id, measured.period_start, measured.value, figures.value
        from measured
        left join fct_kpi_value as figures
            on measured.kpi_id = figures.kpi_id and measured.period_start = figures.period_start
                and figures.period_grain = '{grain}' and figures.dimension = 'total'
        where measured.value is not null
        """
    ).fetchall()
    assert len(compared) > 100
    wrong = [row for row in compared if differ(row[2], row[3])]
    assert wrong == []


@pytest.mark.parametrize(
    ("by", "grains"),
    [
        ("date", set()),
        ("iso_week_nl", set()),
        ("month_nl", {"month"}),
        ("quarter_nl", {"month", "quarter"}),
        ("year", {"month", "quarter", "year"}),
    ],
)
@pytest.mark.parametrize("fact", FACTS)
def test_a_figure_is_not_shown_for_a_part_of_its_period(
    mart: duckdb.DuckDBPyConnection, fact: str, by: str, grains: set[str]
) -> None:
    view = IN_VIEW.format(fact=f"{fact} inner join dim_kpi using (kpi_id)", column=by)
    assert set(column(mart, f"select distinct period_grain from {view}")) == grains


def test_shares_and_stocks_of_parts_are_not_added_up(mart: duckdb.DuckDBPyConnection) -> None:
    """Somebody forgets to choose a breakdown, or a team."""
    shown = mart.execute(
        f"""
        select kpi_id, {PART} as value, max(value)
        from {IN_VIEW.format(fact="fct_kpi_part", column="quarter_nl")}
        group by kpi_id, first_day.quarter_nl
        having count(distinct (dimension, dimension_value)) > 1
        """
    ).fetchall()
    # by team and by channel, and a stock: the percentages of eight teams
    for kpi in ("b1_share", "callbacks_open_late"):
        assert {value for name, value, _ in shown if name == kpi} == {None}
    shares = column(mart, "select kpi_id from dim_kpi where unit = 'percent'")
    assert [row for row in shown if row[0] in shares and (row[1] or 0) > (row[2] or 0)] == []


def test_the_page_names_columns_that_are_there(mart: duckdb.DuckDBPyConnection) -> None:
    """A measure in DAX cannot be run here."""
    page = (PROJECT / "docs" / "bi-consumer.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(\w+)\[(\w+)\]", page))
    assert len(named) > 10
    there = mart.execute("select table_name, column_name from duckdb_columns()").fetchall()
    assert named - set(there) == set()


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
        select shown.kpi_id, shown.quarter_nl, shown.value, figures.value
        from ({shown}) as shown
        left join fct_kpi_value as figures
            on shown.kpi_id = figures.kpi_id and figures.dimension = 'total'
                and figures.period_grain = 'quarter'
                and shown.quarter_nl
                = year(figures.period_start) || ' K' || quarter(figures.period_start)
        where shown.value is not null
        """
    ).fetchall()
    assert len(compared) > 300
    assert [row for row in compared if differ(row[2], row[3])] == []


def test_a_measure_by_quarter_and_team_is_the_published_figure(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    compared = mart.execute(
        f"""
        with measured as (
            select kpi_id, first_day.quarter_nl, organisation_nl,
                min(dimension_value) as dimension_value, {PART} as value
            from {
            IN_VIEW.format(
                fact="fct_kpi_part inner join dim_organisation using (organisation_key)",
                column="quarter_nl",
            )
        } and dimension = 'team'
            group by kpi_id, first_day.quarter_nl, organisation_nl
        )
        select figures.kpi_id, measured.quarter_nl, measured.value, figures.value
        from measured
        full join (
            select *, year(period_start) || ' K' || quarter(period_start) as quarter_nl
            from fct_kpi_value
            where dimension = 'team' and period_grain = 'quarter'
        ) as figures
            on measured.kpi_id = figures.kpi_id and measured.quarter_nl = figures.quarter_nl
                and measured.dimension_value = figures.dimension_value
        -- a stock without open items on the last day has no figure for the quarter
        where not (figures.kpi_id is null and measured.kpi_id = 'callbacks_open_late')
            and measured.value is not null
        """
    ).fetchall()
    assert len(compared) > 200
    assert {row[0] for row in compared} >= {"callbacks_late", "b1_share", "service_norm_reports"}
    wrong = [row for row in compared if differ(row[2], row[3])]
    assert wrong == []


@pytest.mark.parametrize("grain", COLUMNS)
def test_a_measure_of_any_part_is_the_published_figure(
    mart: duckdb.DuckDBPyConnection, grain: str
) -> None:
    """Also where one of its months is hidden: then nothing, rather than a sum without it."""
    compared = mart.execute(
        f"""
        with measured as (
            select
                kpi_id, dimension, dimension_value,
                min(date_trunc('{grain}', first_day.date)) as period_start, {PART} as value
            from {IN_VIEW.format(fact="fct_kpi_part", column=COLUMNS[grain])}
            group by kpi_id, dimension, dimension_value, first_day.{COLUMNS[grain]}
        )
        select measured.kpi_id, measured.dimension_value, measured.value, figures.value
        from measured
        left join fct_kpi_value as figures
            on measured.kpi_id = figures.kpi_id and measured.period_start = figures.period_start
                and measured.dimension = figures.dimension
                and measured.dimension_value = figures.dimension_value
                and figures.period_grain = '{grain}'
        -- a stock without open items on the last day has no figure for the period
        where measured.value is not null
            and not (figures.kpi_id is null and measured.kpi_id = 'callbacks_open_late')
            -- of people the running period has no parts, and some are too small for any
            and not (figures.value is null and measured.kpi_id in ({PEOPLE}))
        """
    ).fetchall()
    assert len(compared) > 200
    assert [row for row in compared if differ(row[2], row[3])] == []


def test_drilling_down_from_a_year_ends_at_the_status(mart: duckdb.DuckDBPyConnection) -> None:
    """Year, quarter, month: the last level that shows something says what kpi_status says."""
    levels = " union all ".join(
        f"""
        select kpi_id, '{grain}' as period_grain, min(first_day.date) as period_start,
            {TOTAL} as value
        from {IN_VIEW.format(fact="fct_kpi_total", column=column)}
        group by kpi_id, first_day.{column}
        """
        for grain, column in COLUMNS.items()
    )
    compared = mart.execute(
        f"""
        select status.kpi_id, status.value, measured.value
        from kpi_status as status
        left join ({levels}) as measured using (kpi_id, period_grain, period_start)
        where status.value is not null
            and status.kpi_id not in (
                select kpi_id from fct_kpi_total where aggregation = 'none'
            )
        """
    ).fetchall()
    assert len(compared) > 30
    assert [row for row in compared if differ(row[1], row[2])] == []


def test_the_target_of_a_period_is_that_of_the_wide_table(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    """The measure Doel: the target on the last day of the period."""
    compared = mart.execute(
        """
        select facts.kpi_id, facts.date_key, any_value(wide."Doel"), max(target.target_value)
        from fct_kpi_total as facts
        inner join dim_date using (date_key)
        inner join rapport_kpi_reeks as wide
            on facts.kpi_id = wide."Code" and date = wide."Begin periode"
                and facts.period_end = wide."Einde periode" and wide."Uitsplitsing" = 'Totaal'
        left join fct_kpi_target as target
            on facts.kpi_id = target.kpi_id and target.kind = 'target'
                and target.period_start <= facts.period_end
                and facts.period_end <= coalesce(target.period_end, facts.period_end)
        group by all
        """
    ).fetchall()
    assert len([row for row in compared if row[2] is not None]) > 300
    assert [row for row in compared if row[2] != row[3]] == []


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
        "running": "loopt nog",
        "not_yet": "nog niet van kracht",
        "too_few": "te weinig gegevens",
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
