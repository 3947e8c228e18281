"""The figures of the mart on small invented deliveries, one rule per test."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dronten_pipeline.defs.dbt import broken_rules

CLARITY = "website_text_clarity"
JANUARY, FEBRUARY, MARCH = (dt.date(2026, month, 1) for month in (1, 2, 3))


def figure(
    mart: duckdb.DuckDBPyConnection,
    kpi: str,
    grain: str,
    start: dt.date,
    dimension: str = "total",
    value: str = "total",
    table: str = "fct_kpi_value",
) -> dict[str, Any] | None:
    rows = mart.execute(
        f"select * from {table} where kpi_id = ? and period_grain = ? and period_start = ?"
        " and dimension = ? and dimension_value = ?",
        [kpi, grain, start, dimension, value],
    )
    names = [column[0] for column in rows.description]
    found = rows.fetchall()
    assert len(found) <= 1
    return dict(zip(names, found[0], strict=True)) if found else None


def computed(mart: duckdb.DuckDBPyConnection, *where: Any) -> tuple[float, float] | None:
    """Numerator and denominator before small groups are hidden."""
    row = figure(mart, *where, table="intermediate.int_kpi_value")
    return (row["numerator"], row["denominator"]) if row else None


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param((CLARITY, "month", JANUARY), (38, 53), id="total"),
        pytest.param(
            (CLARITY, "month", JANUARY, "page_section", "wonen"), (3, 5), id="code_in_lower_case"
        ),
        pytest.param((CLARITY, "month", MARCH), (4, 9), id="as_of_date_counts_to_its_end"),
        pytest.param((CLARITY, "quarter", JANUARY), (78, 110), id="quarter"),
        pytest.param(
            (CLARITY, "month", dt.date(2025, 12, 1), "page_section", "verhuizen"),
            (0, 1),
            id="corrected_record_local_date_and_section_from_address",
        ),
        pytest.param((CLARITY, "month", dt.date(2025, 1, 1)), None, id="superseded_record"),
        pytest.param(
            ("website_satisfaction", "month", JANUARY, "form", "Verhuizing"),
            (3, 8),
            id="first_spelling_and_unknown_scale_left_out",
        ),
        pytest.param(("b1_share", "month", JANUARY), None, id="replaced_texts_do_not_count"),
        pytest.param(("b1_share", "month", FEBRUARY), (2, 5), id="latest_duplicate_and_blocks"),
        pytest.param(("b1_share", "month", FEBRUARY, "team", "KCC"), (1, 2), id="pool_has_no_team"),
        pytest.param(
            ("b1_share", "month", FEBRUARY, "measure", "weighted_by_views"),
            (40, 50),
            id="weighted_by_known_views",
        ),
        pytest.param(
            ("b1_share", "month", FEBRUARY, "measure", "not_judged"), (2, 9), id="texts_left_out"
        ),
        pytest.param(("b1_share", "month", MARCH), (0, 0), id="text_after_the_as_of_date"),
        pytest.param(
            ("b1_share", "month", MARCH, "measure", "not_judged"),
            (1, 1),
            id="left_out_also_where_nothing_was_judged_and_duplicates_once",
        ),
        pytest.param(("permit_pages_b1", "quarter", JANUARY), (1, 2), id="pages_from_50_words"),
        pytest.param(
            ("permit_pages_b1", "quarter", JANUARY, "measure", "indicative"),
            (2, 2),
            id="pages_under_100_words",
        ),
        pytest.param(
            ("permit_pages_b1", "quarter", JANUARY, "measure", "not_judged"),
            (1, 3),
            id="pages_under_50_words",
        ),
        pytest.param(
            ("external_hiring_share", "quarter", dt.date(2025, 1, 1)),
            (199.9, 1000),
            id="realisation_of_two_categories_only",
        ),
        pytest.param(
            ("external_hiring_share", "quarter", dt.date(2025, 10, 1)),
            (100, 1000),
            id="closing_periods_belong_to_december",
        ),
        pytest.param(
            ("external_hiring_share", "year", dt.date(2025, 1, 1), "department", "Ruimte"),
            (399.9, 3000),
            id="department_per_year",
        ),
        pytest.param(
            (
                "external_hiring_share",
                "quarter",
                dt.date(2025, 10, 1),
                "measure",
                "rolling_four_quarters",
            ),
            (699.9, 4000),
            id="rolling",
        ),
        pytest.param(
            (
                "external_hiring_share",
                "quarter",
                dt.date(2025, 7, 1),
                "measure",
                "rolling_four_quarters",
            ),
            None,
            id="rolling_needs_four_quarters",
        ),
        pytest.param(
            ("external_hiring_share", "quarter", dt.date(2026, 4, 1)), None, id="future_booking"
        ),
        pytest.param(
            ("external_hiring_share", "month", dt.date(2025, 1, 1)), None, id="no_finer_grain"
        ),
    ],
)
def test_a_figure_counts_what_it_says(
    mart: duckdb.DuckDBPyConnection,
    where: tuple[Any, ...],
    expected: tuple[float, float] | None,
) -> None:
    assert computed(mart, *where) == expected


def test_three_of_five_is_exactly_sixty_percent(mart: duckdb.DuckDBPyConnection) -> None:
    row = figure(
        mart, CLARITY, "month", JANUARY, "page_section", "wonen", "intermediate.int_kpi_value"
    )
    assert row is not None
    assert row["value"] == 60.0
    # Wilson, 3 of 5, worked out by hand
    assert row["ci_low"] == pytest.approx(23.0724, abs=1e-3)
    assert row["ci_high"] == pytest.approx(88.2379, abs=1e-3)


def test_what_is_wholly_counted_has_no_interval(mart: duckdb.DuckDBPyConnection) -> None:
    row = figure(mart, "b1_share", "month", FEBRUARY, "channel", "website")
    assert row is not None and row["ci_low"] is None and row["ci_high"] is None


def test_the_share_is_also_shown_without_the_errors_of_the_instrument(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    # 2 of 5 texts; 45 of 50 easy and 40 of 50 hard texts are recognised: (0.4 - 0.2) / 0.7.
    row = figure(mart, "b1_share", "month", FEBRUARY, "measure", "corrected")
    assert row is not None and row["value"] == pytest.approx(100 * 2 / 7)
    assert (row["numerator"], row["denominator"], row["sample_size"]) == (None, 5, 5)
    # Lang & Reiczigel (2014), section 2.2, in the order of the article, but with the variance of
    # judging these five texts for that of a sample of five.
    z = 1.959963984540054
    p, se, sp = 2 / 5, 46 / 52, 41 / 52
    estimate = (p + sp - 1) / (se + sp - 1)
    judging = (estimate * se * (1 - se) + (1 - estimate) * sp * (1 - sp)) / 5
    a, b = estimate**2 * se * (1 - se) / 52, (1 - estimate) ** 2 * sp * (1 - sp) / 52
    move = 2 * z**2 * (estimate * se * (1 - se) / 52 - (1 - estimate) * sp * (1 - sp) / 52)
    half = z * (judging + a + b) ** 0.5 / (se + sp - 1)
    low, high = 100 * max(0, estimate + move - half), 100 * min(1, estimate + move + half)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))
    share = figure(mart, "b1_share", "month", FEBRUARY)
    assert share is not None and share["value"] == 40.0, "the value stays the plain share"
    assert (share["ci_low"], share["ci_high"]) == pytest.approx((min(low, 40), max(high, 40)))


def test_the_year_so_far_is_judged_and_not_published(mart: duckdb.DuckDBPyConnection) -> None:
    values = "intermediate.int_kpi_value"
    row = figure(mart, "b1_share", "year_so_far", JANUARY, table=values)
    month = figure(mart, "b1_share", "month", FEBRUARY, table=values)
    assert row is not None and month is not None
    columns = ("value", "numerator", "denominator", "sample_size", "ci_low", "ci_high")
    assert [row[name] for name in columns] == [month[name] for name in columns]
    published = mart.execute("select distinct period_grain from fct_kpi_value").fetchall()
    assert sorted(published) == [("month",), ("quarter",), ("year",)]
    # no quarter of this year is over, and of the years before there are no pages
    assert figure(mart, "permit_pages_b1", "year_so_far", JANUARY, table=values) is None


def test_texts_that_the_instrument_cannot_decide_about_are_counted(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    row = figure(mart, "b1_share", "month", FEBRUARY, "measure", "uncertain")
    assert row is not None and row["denominator"] == 5


def test_a_period_is_provisional_until_its_last_day(mart: duckdb.DuckDBPyConnection) -> None:
    shown = mart.execute(
        "select period_grain, period_start, is_provisional from fct_kpi_value"
        " where kpi_id = ? and dimension = 'total' and period_start >= ? order by all",
        [CLARITY, JANUARY],
    ).fetchall()
    assert shown == [
        ("month", JANUARY, False),
        ("month", FEBRUARY, False),
        ("month", MARCH, True),
        ("quarter", JANUARY, True),
        ("year", JANUARY, True),
    ]


@pytest.mark.parametrize(
    ("where", "hidden"),
    [
        pytest.param(("month", FEBRUARY, "page_section", "wonen"), True, id="two_votes"),
        pytest.param(("month", FEBRUARY, "page_section", "werk"), True, id="smallest_sibling"),
        pytest.param(("month", FEBRUARY, "page_section", "zorg"), False, id="larger_sibling"),
        pytest.param(("month", FEBRUARY, "total", "total"), False, id="total"),
        pytest.param(("month", JANUARY, "page_section", "wonen"), False, id="month_beside_it"),
        pytest.param(("month", dt.date(2025, 12, 1), "total", "total"), True, id="total_of_one"),
    ],
)
def test_small_groups_and_what_gives_them_away_are_hidden(
    mart: duckdb.DuckDBPyConnection, where: tuple[Any, ...], hidden: bool
) -> None:
    row = figure(mart, CLARITY, *where)
    assert row is not None
    assert row["is_suppressed"] is hidden
    columns = ("value", "numerator", "denominator", "sample_size", "ci_low", "ci_high")
    assert all((row[column] is None) is hidden for column in columns)


def test_parts_of_a_period_that_runs_are_in_no_table(mart: duckdb.DuckDBPyConnection) -> None:
    running = mart.execute(
        "select count(*) from fct_kpi_value where kpi_id = ? and is_provisional"
        " and dimension <> 'total'",
        [CLARITY],
    ).fetchone()
    kept = mart.execute(
        "select count(*) from fct_kpi_part where is_provisional and kpi_id in"
        " (select kpi_id from register.kpi_register where is_about_people)"
    ).fetchone()
    wide = mart.execute(
        """select count(*) from rapport_kpi_reeks where "Voorlopig" = 'ja' and """
        """"Code" = ? and "Uitsplitsing" <> 'Totaal'""",
        [CLARITY],
    ).fetchone()
    assert running == kept == wide == (0,)


def test_only_kpis_about_people_are_hidden(mart: duckdb.DuckDBPyConnection) -> None:
    hidden = mart.execute(
        "select distinct kpi_id from fct_kpi_value where is_suppressed"
    ).fetchall()
    people = mart.execute("select kpi_id from register.kpi_register where is_about_people")
    assert CLARITY in {kpi for (kpi,) in hidden} <= {kpi for (kpi,) in people.fetchall()}


def test_no_hidden_figure_follows_from_those_shown(mart: duckdb.DuckDBPyConnection) -> None:
    """Also not by combining equations: no hidden cell is fixed by the linear system."""
    import numpy as np

    query = """
        select cell from intermediate.int_kpi_shown where is_suppressed union
        select cells.cell from intermediate.int_kpi_cell as cells
        anti join intermediate.int_kpi_shown as shown on cells.cell = shown.cell
    """
    hidden = [cell for (cell,) in mart.execute(query).fetchall()]
    place = {cell: index for index, cell in enumerate(hidden)}
    equations: dict[str, Any] = {}
    for equation, cell, is_parent in mart.execute(
        "select equation, cell, is_parent from intermediate.int_kpi_equation"
    ).fetchall():
        row = equations.setdefault(equation, np.zeros(len(hidden)))
        if cell in place:
            row[place[cell]] = -1 if is_parent else 1
    system = np.array(list(equations.values()))
    rank = np.linalg.matrix_rank(system)
    unit = np.eye(len(hidden))
    fixed = [
        cell
        for cell, index in place.items()
        if np.linalg.matrix_rank(np.vstack([system, unit[index]])) == rank
    ]
    assert hidden and fixed == []


def test_the_benchmark_leaves_out_who_did_not_file(mart: duckdb.DuckDBPyConnection) -> None:
    rows = mart.execute(
        "select region, method, municipalities, region_share, region_share_without_own,"
        " own_share, status, own_trend, region_trend from external_hiring_benchmark"
        " where year = 2024 order by region, method"
    ).fetchall()
    shown = {(row[0], row[1]): row[2:] for row in rows}
    # own 20 %, GM0001 40 %, GM0002 did not file, GM0003 -100 of 200: -50 %
    # and one other municipality is too few for a verdict
    assert shown["Flevoland", "mean"] == (2, 30.0, 40.0, 20.0, None, 5.0, 2.5)
    assert shown["Regio Zwolle", "mean"][:5] == (2, -15.0, -50.0, 20.0, None)
    assert shown["Nederland", "weighted"][1] == pytest.approx(100 * (20 + 40 - 100) / 400)
    assert shown["Nederland", "median"][1] == 20.0


def test_a_trend_needs_three_years(mart: duckdb.DuckDBPyConnection) -> None:
    trends = mart.execute(
        "select distinct year, own_trend is not null from external_hiring_benchmark order by year"
    ).fetchall()
    assert trends == [(2022, False), (2023, False), (2024, True)]


@pytest.mark.parametrize(
    ("kpi", "expected"),
    [
        # January and February: 74 of 101 is 73.3, interval 63.9 - 80.9: above 60 with certainty
        pytest.param(CLARITY, (FEBRUARY, 75.0, 60.0, "on_target", "unknown"), id="on_target"),
        # 3 of 8
        pytest.param(
            "website_satisfaction", (JANUARY, 37.5, 86.0, "too_few", "unknown"), id="too_few"
        ),
        pytest.param("b1_share", (FEBRUARY, 40.0, 80.0, "too_few", "unknown"), id="few_texts"),
        pytest.param(
            "external_hiring_share",
            (dt.date(2025, 10, 1), 10.0, None, "no_data", "unknown"),
            id="two_regions_of_one_other_municipality",
        ),
    ],
)
def test_the_status_judges_the_year_so_far_and_shows_the_last_full_period(
    mart: duckdb.DuckDBPyConnection, kpi: str, expected: tuple[Any, ...]
) -> None:
    row = mart.execute(
        "select period_start, value, target_value, status, trend from kpi_status where kpi_id = ?",
        [kpi],
    ).fetchone()
    assert row == expected


def test_every_text_is_in_the_readability_table_once(mart: duckdb.DuckDBPyConnection) -> None:
    rows = mart.execute("select text_id, team from text_readability").fetchall()
    assert dict(rows).get("t2") == "KCC"
    assert dict(rows).get("pool:social_media:2026-02:001", "absent") is None
    assert len(rows) == len(dict(rows)) == 13
    assert not {"t7", "t8"} & set(dict(rows)), "after the as-of date, or not to be judged"


@pytest.mark.parametrize("table", ["data_quality", "publication"])
def test_what_the_gate_fills_is_empty(mart: duckdb.DuckDBPyConnection, table: str) -> None:
    assert mart.execute(f"select count(*) from {table}").fetchone() == (0,)


def test_tables_and_columns_carry_their_description(mart: duckdb.DuckDBPyConnection) -> None:
    without = mart.execute(
        "select table_name, column_name from duckdb_columns()"
        " where schema_name = 'main' and not internal"
        " and coalesce(comment, '') = ''"
    ).fetchall()
    assert without == []
    tables = mart.execute(
        "select comment from duckdb_tables() where schema_name = 'main'"
    ).fetchall()
    assert tables and all("Eén rij per" in comment for (comment,) in tables)


def test_implausible_records_are_warned_about(built: tuple[Any, Path]) -> None:
    report = (built[1] / "build.txt").read_text(encoding="utf-8")
    for model in ("stg_klant_in_focus__responses", "stg_iv3__staff_costs_by_municipality"):
        assert f"[WARNING]: in test {model}_is_plausible" in report


def test_of_implausible_records_the_rules_are_named_that_they_break(
    built: tuple[Any, Path],
) -> None:
    _, home = built
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        broken = list(broken_rules(connection, home / "run_results.json"))
    assert ("stg_klant_in_focus__responses", "responses_have_known_scale", 1) in broken
    named = {(model, rule) for model, rule, _ in broken}
    assert ("stg_iv3__staff_costs_by_municipality", "municipalities_filed_salaries") in named
    # what is plausible is not named
    assert ("stg_klant_in_focus__responses", "responses_are_not_in_the_future") not in named


def test_a_stopped_source_keeps_the_figures_of_the_release_before(
    mart: duckdb.DuckDBPyConnection, mart_of_stopped_source: duckdb.DuckDBPyConnection
) -> None:
    columns = "* exclude (source_state)"
    query = f"select {columns} from fct_kpi_value where kpi_id = '{CLARITY}' order by all"
    assert mart_of_stopped_source.execute(query).fetchall() == mart.execute(query).fetchall()
    states = mart_of_stopped_source.execute(
        f"select distinct source_state, as_of, kpi_id = '{CLARITY}' from fct_kpi_value"
    ).fetchall()
    assert sorted(states) == [
        ("current", dt.date(2026, 4, 10), False),
        ("stale", dt.date(2026, 3, 10), True),
    ]
