"""KPIs that know no terms, milestones and the social domain, one rule per test."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.contracts.suites import load_suites
from tests.unit.dbt.conftest import PROJECT

D = dt.date
Q1_25, Q2_25, Q4_25, Q1_26 = D(2025, 1, 1), D(2025, 4, 1), D(2025, 10, 1), D(2026, 1, 1)


@pytest.fixture(scope="module")
def mart(
    built: tuple[object, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the warehouse that may be spoiled."""
    copy = tmp_path_factory.mktemp("without_terms") / "warehouse.duckdb"
    shutil.copyfile(built[1] / "warehouse.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        yield connection


def cell(
    mart: duckdb.DuckDBPyConnection,
    columns: str,
    kpi: str,
    grain: str,
    start: dt.date,
    dimension: str = "total",
    value: str = "total",
) -> tuple[object, ...] | None:
    """Columns of a figure before small groups are hidden."""
    return mart.execute(
        f"select {columns} from intermediate.int_kpi_value where kpi_id = ? and period_grain = ?"
        " and period_start = ? and dimension = ? and dimension_value = ?",
        [kpi, grain, start, dimension, value],
    ).fetchone()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param(("mijndronten_users", "month", D(2025, 11, 1)), None, id="eleven_months"),
        pytest.param(("mijndronten_users", "quarter", D(2025, 10, 1)), 6, id="households_once"),
        pytest.param(("mijndronten_users", "month", D(2025, 12, 1)), 6, id="twelve_months"),
        pytest.param(("mijndronten_users", "month", D(2026, 1, 1)), 5, id="thirteenth_is_out"),
        pytest.param(("mijndronten_users", "year", D(2026, 1, 1)), 5, id="cut_at_judgement"),
        pytest.param(("mijndronten_users", "month", D(2026, 3, 1)), None, id="nothing_delivered"),
        pytest.param(("unlawful_files", "year", D(2025, 1, 1)), 0, id="tested_without_unlawful"),
        pytest.param(("unlawful_files", "year", D(2026, 1, 1)), 1, id="as_of_date"),
        pytest.param(
            ("procurement_lawfulness", "year", D(2025, 1, 1), "measure", "files_tested"),
            3,
            id="files_tested",
        ),
        pytest.param(
            ("procurement_lawfulness", "quarter", Q1_25, "measure", "amount_tested"),
            3000.5,
            id="euros_tested",
        ),
        pytest.param(
            ("procurement_lawfulness", "quarter", Q1_25, "measure", "amount_unlawful"),
            0,
            id="uncertain_is_not_unlawful",
        ),
        pytest.param(
            ("unlawful_files", "year", Q1_26, "measure", "amount_tested"), 249.75, id="corrected"
        ),
        pytest.param(
            ("unlawful_files", "year", Q1_26, "measure", "amount_unlawful"), 300, id="unlawful"
        ),
        pytest.param(("service_norm_reports", "month", D(2025, 11, 1)), 3, id="reports"),
        pytest.param(("service_norm_reports", "year", D(1990, 1, 1)), None, id="a_wrong_year"),
        pytest.param(("service_norm_reports", "year", Q1_25), 3, id="starts_in_the_calendar"),
        pytest.param(
            ("service_norm_reports", "month", D(2025, 11, 1), "team", "Jeugd"), 2, id="team"
        ),
        pytest.param(("service_norm_reports", "month", D(2025, 12, 1)), 0, id="month_without"),
        pytest.param(("service_norm_reports", "month", D(2026, 2, 1)), 0, id="other_kind_came"),
        pytest.param(("service_norm_reports", "month", D(2026, 3, 1)), None, id="after_the_last"),
        pytest.param(("unclear_text_reports", "month", D(2025, 11, 1)), 0, id="zero_before_first"),
        pytest.param(
            ("unclear_text_reports", "month", D(2026, 2, 1), "channel", "brief"), 1, id="channel"
        ),
        pytest.param(
            ("unclear_text_reports", "month", D(2026, 2, 1), "channel", "financi\u00eble brief"),
            2,
            id="composed_or_not_is_one_channel",
        ),
        pytest.param(("business_climate_rating", "year", D(2025, 1, 1)), 7, id="climate"),
        pytest.param(("business_climate_rating", "year", D(2027, 1, 1)), None, id="future_year"),
        pytest.param(
            ("business_climate_rating", "year", D(2024, 1, 1), "measure", "national_average"),
            7.1,
            id="national_average",
        ),
        pytest.param(("service_award_nominations", "year", D(2024, 1, 1)), 16, id="latest"),
        pytest.param(("service_award_nominations", "year", D(2025, 1, 1)), None, id="not_read"),
        pytest.param(("softbot_cases", "quarter", Q4_25), 53, id="cases"),
        pytest.param(("softbot_cases", "month", D(2025, 11, 1)), 0, id="no_runs"),
        pytest.param(
            ("softbot_cases", "quarter", Q4_25, "measure", "hours_saved"), 4.75, id="hours_saved"
        ),
        pytest.param(
            ("softbot_cases", "month", D(2025, 11, 1), "measure", "hours_saved"),
            None,
            id="a_measure_is_never_filled_with_zero",
        ),
        pytest.param(("service_rating", "quarter", Q4_25), 7, id="responses_weigh_equally"),
        pytest.param(("service_rating", "year", D(2024, 1, 1)), 7, id="equal_grades"),
        pytest.param(("triage_satisfaction", "quarter", Q4_25), 4, id="stars"),
    ],
)
def test_quantities_and_means(
    mart: duckdb.DuckDBPyConnection, where: tuple, expected: float | None
) -> None:
    found = cell(mart, "value, numerator", *where)
    assert found == (None if expected is None else (pytest.approx(expected, rel=1e-12), None))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param(("procurement_lawfulness", "quarter", Q1_25), (2, 3), id="uncertain_tested"),
        pytest.param(
            ("procurement_lawfulness", "quarter", Q1_25, "department", "Ruimte"), (2, 2), id="name"
        ),
        pytest.param(("procurement_lawfulness", "quarter", Q1_26), (1, 2), id="not_after_today"),
        pytest.param(("softbot_cases", "year", Q1_25, "measure", "failed_share"), (7, 60), id="f"),
        pytest.param(("search_success", "month", Q1_26), (1, 3), id="opened"),
        pytest.param(
            ("search_success", "month", Q1_26, "measure", "without_results"), (1, 3), id="empty"
        ),
        pytest.param(("website_accessibility", "quarter", Q1_26), (1, 3), id="once_per_audit"),
        pytest.param(("b1_training_coverage", "quarter", Q1_25), (2, 8), id="first_stock"),
        pytest.param(("b1_training_coverage", "quarter", Q4_25), (2, 9), id="stock"),
        pytest.param(("b1_training_coverage", "quarter", Q1_26), (3, 8), id="stock_at_judgement"),
        pytest.param(("b1_training_coverage", "year", Q1_26), (3, 8), id="year_is_last_stock"),
        pytest.param(
            ("b1_training_coverage", "quarter", Q1_26, "team", "Jeugd"), (3, 5), id="team"
        ),
        pytest.param(("onboarding_training_coverage", "quarter", Q2_25), (1, 5), id="onboarding"),
        pytest.param(("one_desk_interviews", "quarter", Q2_25), None, id="one_counter_only"),
        pytest.param(("one_desk_interviews", "quarter", D(2025, 7, 1)), (5, 20), id="holds_on"),
        pytest.param(("one_desk_interviews", "year", Q1_25), (15, 20), id="latest_of_year"),
        pytest.param(("one_desk_interviews", "quarter", Q1_26), (15, 20), id="not_tomorrow"),
    ],
)
def test_shares(
    mart: duckdb.DuckDBPyConnection, where: tuple, expected: tuple[int, int] | None
) -> None:
    assert cell(mart, "numerator, denominator", *where) == expected


def test_a_mean_has_a_t_interval(mart: duckdb.DuckDBPyConnection) -> None:
    found = cell(
        mart, "ci_low, ci_high", "service_rating", "quarter", Q4_25, "product", "Burgerzaken"
    )
    half_width = 2.776445105198 * 2.5**0.5 / 5**0.5  # four degrees of freedom, variance 2.5
    assert found == pytest.approx((8 - half_width, 8 + half_width), abs=1e-9)


def test_tested_files_are_a_sample_of_all_files(mart: duckdb.DuckDBPyConnection) -> None:
    low, high = 20.7659601, 93.8508055  # Wilson, 2 of 3
    found = cell(mart, "ci_low, ci_high", "procurement_lawfulness", "quarter", Q1_25)
    assert found == pytest.approx((low, high), abs=1e-6)


def hidden(mart: duckdb.DuckDBPyConnection, kpi: str, start: dt.date) -> set[tuple[str, str]]:
    return set(
        mart.execute(
            "select period_grain, dimension_value from fct_kpi_value"
            " where kpi_id = ? and period_start = ? and is_suppressed and value is null"
            " and ci_low is null and denominator is null",
            [kpi, start],
        ).fetchall()
    )


def test_a_small_mean_is_hidden_with_the_one_that_gives_it_away(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    assert hidden(mart, "service_rating", Q4_25) == {
        ("quarter", "Burgerzaken"),
        ("quarter", "milieustraat"),
    }


def test_of_a_stock_of_today_there_is_only_the_total(mart: duckdb.DuckDBPyConnection) -> None:
    found = mart.execute(
        "select period_grain, dimension_value from fct_kpi_value"
        " where kpi_id = 'b1_training_coverage' and period_start = ? order by all",
        [Q1_26],
    ).fetchall()
    assert found == [("quarter", "total"), ("year", "total")]


@pytest.mark.parametrize(
    ("kpi", "expected"),
    [
        pytest.param(
            "unlawful_files", ("on_target", "unknown", False), id="year_before_in_first_quarter"
        ),
        pytest.param("service_rating", ("too_few", "unknown", False), id="too_few"),
        pytest.param("business_climate_rating", ("on_target", "unknown", False), id="not_strict"),
        pytest.param("website_accessibility", ("no_data", "unknown", False), id="still_running"),
        pytest.param(
            "service_award_nominations",
            ("no_data", "unknown", False),
            id="year_before_not_delivered",
        ),
    ],
)
def test_status(mart: duckdb.DuckDBPyConnection, kpi: str, expected: tuple[str, str, bool]) -> None:
    found = mart.execute(
        "select status, trend, is_provisional from kpi_status where kpi_id = ?", [kpi]
    ).fetchone()
    assert found == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("dashboard_live", ("gereed", False), id="last_day_of_the_month"),
        pytest.param("callback_pilot_wil", ("gereed", True), id="a_day_too_late"),
        pytest.param("kcc_specialists_trained", ("gereed", False), id="last_day_of_the_quarter"),
        pytest.param("service_week", ("onbekend", None), id="reached_tomorrow"),
        pytest.param("website_live", ("gereed", None), id="reached_without_a_day"),
        pytest.param("fixi_plan", ("vervallen", None), id="dropped"),
        pytest.param("datalab", ("loopt", False), id="year_is_not_over"),
        pytest.param("djuma_live", ("onbekend", None), id="nothing_delivered"),
    ],
)
def test_milestones(
    mart: duckdb.DuckDBPyConnection, name: str, expected: tuple[str, bool | None]
) -> None:
    found = mart.execute("select status, is_late from milestone where milestone_id = ?", [name])
    assert found.fetchone() == expected


def test_an_indicator_that_nobody_defined_is_no_zero(mart: duckdb.DuckDBPyConnection) -> None:
    found = mart.execute(
        "select theme, result_no, year, value, indicator like 'Nog niet gedefinieerd%'"
        " from social_domain_indicator where theme in ('participatie', 'elders') order by all"
    ).fetchall()
    assert found == [
        ("elders", 1, 2025, 5, False),
        ("participatie", 1, 2025, 68.4, False),
        ("participatie", 2, 2025, 0, False),
        *[("participatie", number, None, None, True) for number in (3, 4, 5, 6)],
    ]


def test_a_delivered_plan_replaces_that_of_the_document(mart: duckdb.DuckDBPyConnection) -> None:
    found = mart.execute(
        "select saving_keur, realised_keur, measure from social_domain_measure"
        " where measure_no = 17 and year = 2019"
    ).fetchone()
    assert found == (-90, -120, "Stijging beschermd wonen a.g.v. doorstroom jeugd")


def spoil(kpi: str, change: str = "value = value + 1, numerator = numerator + 1") -> str:
    return f"UPDATE fct_kpi_value SET {change} WHERE kpi_id = '{kpi}'"


def part_of(kpi: str, dimension: str) -> str:
    """One part more than there is."""
    return (
        f"INSERT INTO fct_kpi_value SELECT * REPLACE ('{dimension}' AS dimension, 'x' AS "
        "dimension_value, 99 AS sample_size, false AS is_suppressed) FROM fct_kpi_value "
        f"WHERE kpi_id = '{kpi}' AND dimension = 'total' AND NOT is_suppressed"
    )


#: (table, rule) -> what breaks it
MUTATIONS: dict[tuple[str, str], str] = {
    ("fct_kpi_value", "portal_users_reconcile"): spoil("mijndronten_users"),
    ("fct_kpi_value", "portal_months_have_a_figure"): (
        "DELETE FROM fct_kpi_value WHERE kpi_id = 'mijndronten_users'"
    ),
    ("fct_kpi_value", "lawfulness_reconciles"): spoil("procurement_lawfulness"),
    ("fct_kpi_value", "lawfulness_departments_add_up"): spoil(
        "procurement_lawfulness", "sample_size = sample_size + 1"
    ),
    ("fct_kpi_value", "files_tested_is_denominator"): spoil(
        "procurement_lawfulness", "denominator = 99"
    ),
    ("fct_kpi_value", "lawfulness_amounts_reconcile"): spoil(
        "procurement_lawfulness", "value = value + 0.01"
    ),
    ("fct_kpi_value", "unlawful_amounts_reconcile"): spoil(
        "unlawful_files", "value = value + 0.01"
    ),
    ("fct_kpi_value", "unlawful_files_reconcile"): spoil("unlawful_files"),
    ("fct_kpi_value", "unlawful_files_known_where_tested"): (
        "DELETE FROM fct_kpi_value WHERE kpi_id = 'unlawful_files' AND value = 0"
    ),
    ("fct_kpi_value", "unlawful_departments_add_up"): spoil("unlawful_files"),
    ("fct_kpi_value", "rating_reconciles"): spoil("service_rating", "value = value + 1e-6"),
    ("fct_kpi_value", "rating_products_add_up"): spoil(
        "service_rating", "sample_size = 99, is_suppressed = false"
    ),
    ("fct_kpi_value", "rating_on_scale"): spoil("service_rating", "value = 10.1"),
    ("fct_kpi_value", "triage_stars_reconcile"): spoil("triage_satisfaction"),
    ("fct_kpi_value", "triage_stars_on_scale"): spoil("triage_satisfaction", "value = 5.1"),
    ("fct_kpi_value", "norm_reports_reconcile"): spoil("service_norm_reports"),
    ("fct_kpi_value", "norm_reports_known_where_reported"): spoil(
        "service_norm_reports", "value = NULL"
    ),
    ("fct_kpi_value", "text_reports_reconcile"): spoil("unclear_text_reports"),
    ("fct_kpi_value", "text_reports_known_where_reported"): spoil(
        "unclear_text_reports", "value = NULL"
    ),
    ("fct_kpi_value", "climate_reconciles"): spoil("business_climate_rating"),
    ("fct_kpi_value", "climate_on_scale"): spoil("business_climate_rating", "value = 0.9"),
    ("fct_kpi_value", "b1_training_reconciles"): spoil("b1_training_coverage"),
    ("fct_kpi_value", "b1_training_teams_add_up"): part_of("b1_training_coverage", "team"),
    ("fct_kpi_value", "b1_training_covers_as_of_date"): (
        "DELETE FROM fct_kpi_value WHERE kpi_id = 'b1_training_coverage'"
    ),
    ("fct_kpi_value", "onboarding_reconciles"): spoil("onboarding_training_coverage"),
    ("fct_kpi_value", "onboarding_teams_add_up"): part_of("onboarding_training_coverage", "team"),
    ("fct_kpi_value", "one_desk_reconciles"): spoil("one_desk_interviews"),
    ("fct_kpi_value", "one_desk_not_more_than_all_teams"): spoil(
        "one_desk_interviews", "numerator = 21"
    ),
    ("fct_kpi_value", "nominations_reconcile"): spoil("service_award_nominations"),
    ("fct_kpi_value", "softbot_reconciles"): spoil("softbot_cases"),
    ("fct_kpi_value", "softbot_known_where_run"): spoil("softbot_cases", "value = NULL"),
    ("fct_kpi_value", "softbot_failed_share_agrees"): spoil("softbot_cases"),
    ("fct_kpi_value", "softbot_processes_are_total"): (
        "UPDATE fct_kpi_value SET value = value + 1 WHERE dimension = 'process'"
    ),
    ("fct_kpi_value", "search_reconciles"): spoil("search_success"),
    ("fct_kpi_value", "search_without_results_fits"): spoil("search_success", "numerator = 3"),
    ("fct_kpi_value", "accessibility_reconciles"): spoil("website_accessibility"),
    ("fct_kpi_target", "reference_has_no_target"): (
        "UPDATE fct_kpi_target SET kpi_id = 'website_accessibility'"
    ),
    ("milestone", "every_milestone_present"): "DELETE FROM milestone WHERE status = 'loopt'",
    ("milestone", "day_only_when_reached"): "UPDATE milestone SET done_on = DATE '2026-03-11'",
    ("milestone", "due_on_is_the_last_day"): "UPDATE milestone SET due_on = due_on - 1",
    ("milestone", "late_is_known"): "UPDATE milestone SET is_late = true",
    ("social_domain_indicator", "every_result_present"): (
        "DELETE FROM social_domain_indicator WHERE year IS NULL"
    ),
    ("social_domain_indicator", "undefined_has_no_value"): (
        "UPDATE social_domain_indicator SET value = 0 WHERE year IS NULL"
    ),
    ("social_domain_indicator", "undefined_stands_once"): (
        "UPDATE social_domain_indicator SET result_no = 1"
    ),
    ("social_domain_indicator", "indicators_reconcile"): (
        "UPDATE social_domain_indicator SET value = value + 1"
    ),
    ("social_domain_indicator", "no_future_year"): (
        "UPDATE social_domain_indicator SET year = 2027 WHERE year = 2025"
    ),
    ("social_domain_measure", "every_measure_present"): (
        "DELETE FROM social_domain_measure WHERE measure_no = 1"
    ),
    ("social_domain_measure", "measures_reconcile"): (
        "UPDATE social_domain_measure SET saving_keur = saving_keur + 1"
    ),
    ("social_domain_measure", "stated_totals_are_sums"): (
        "UPDATE register.social_domain_plan_total SET total_keur = total_keur + 2"
    ),
    ("social_domain_measure", "realised_not_in_the_future"): (
        "UPDATE social_domain_measure SET year = 2027 WHERE realised_keur IS NOT NULL"
    ),
    ("kpi_stated_value", "kpi_known"): "UPDATE kpi_stated_value SET kpi_id = 'unknown'",
    ("kpi_stated_value", "register_complete"): (
        "UPDATE kpi_stated_value SET stated_value = computed_value WHERE NOT is_same"
    ),
    ("kpi_stated_value", "something_is_stated"): (
        "UPDATE kpi_stated_value SET stated_low = NULL, stated_value = NULL"
    ),
    ("kpi_stated_value", "computed_is_that_of_fact"): (
        "UPDATE kpi_stated_value SET computed_value = computed_value + 1"
    ),
    ("document_contradiction", "readings_differ"): (
        "UPDATE document_contradiction SET other_reading = one_reading"
    ),
    ("document_contradiction", "item_known"): (
        "UPDATE document_contradiction SET item_id = 'unknown' WHERE subject = 'mijlpaal'"
    ),
    ("document_contradiction", "other_targets_present"): (
        "DELETE FROM document_contradiction WHERE item_id = 'besparing'"
    ),
}


def broken(mart: duckdb.DuckDBPyConnection, table: str, rule: str) -> int:
    suite = load_suites(PROJECT / "expectations")[table]
    (query,) = (
        expectation.kwargs["unexpected_rows_query"]
        for expectation in suite.expectations
        if expectation.rule == rule
    )
    return len(mart.execute(query.replace("{batch}", table)).fetchall())


@pytest.mark.parametrize(("table", "rule"), MUTATIONS, ids=lambda name: name)
def test_a_rule_sees_what_it_is_there_for(
    mart: duckdb.DuckDBPyConnection, table: str, rule: str
) -> None:
    assert broken(mart, table, rule) == 0
    mart.begin()
    try:
        mart.execute(MUTATIONS[table, rule])
        assert broken(mart, table, rule) > 0
    finally:
        mart.rollback()


@pytest.mark.parametrize(
    ("table", "rule", "rows"),
    [
        pytest.param("fct_kpi_target", "documents_say_it_once", 2, id="two_readings_of_a_target"),
        pytest.param("fct_kpi_value", "stated_lawfulness_fits_stated_files", 3, id="lawfulness"),
        pytest.param(
            "kpi_stated_value", "published_values_agree", 1, id="published_beside_computed"
        ),
        pytest.param("fct_kpi_value", "enough_files_tested", 1, id="too_few_files"),
        pytest.param("milestone", "documents_say_due_once", 1, id="april_and_may"),
        pytest.param("milestone", "delivered_milestones_known", 1, id="unknown_milestone"),
        pytest.param(
            "social_domain_indicator", "announced_number_of_indicators", 1, id="25_and_26"
        ),
        pytest.param("social_domain_measure", "plan_is_that_of_document", 1, id="plan_changed"),
    ],
)
def test_contradictions_stay_visible(
    mart: duckdb.DuckDBPyConnection, table: str, rule: str, rows: int
) -> None:
    assert broken(mart, table, rule) == rows


@pytest.mark.parametrize(
    ("item", "period", "one", "other"),
    [
        pytest.param(
            "procurement_lawfulness", "2022", "96,6 % rechtmatig", "7 onrechtmatige dossiers",
            id="lawfulness_beside_unlawful_files",
        ),
        pytest.param(
            "procurement_lawfulness", "2026", "> 95", ">= 95", id="more_than_or_at_least"
        ),
        pytest.param(
            "mijndronten_users", "2026", "gezinnen (de tabel)",
            "gebruikers (de tekst van doel 5)", id="users_or_households",
        ),
        pytest.param("dashboard_live", "2024-05", "2024-05", "2024-04", id="april_or_may"),
        pytest.param(
            "indicatoren", "2019-2022", "25 indicatoren aangekondigd", "26 resultaten genoemd",
            id="indicators_or_results",
        ),
        *[
            pytest.param(
                "besparing", year, f"som van de maatregelen: {total - 1} duizend euro",
                f"totaal in de tabel: {total} duizend euro", id=f"totals_of_{year}",
            )
            for year, total in (("2018", 358), ("2020", 1780), ("2022", 2298))
        ],
    ],
)  # fmt: skip
def test_both_readings_of_a_document_are_published(
    mart: duckdb.DuckDBPyConnection, item: str, period: str, one: str, other: str
) -> None:
    found = mart.execute(
        "select one_reading, other_reading, choice from document_contradiction "
        "where item_id = ? and period = ?",
        [item, period],
    ).fetchall()
    assert [row[:2] for row in found] == [(one, other)]
    assert found[0][2].endswith(".")


def test_what_documents_state_stands_beside_the_figures_and_never_among_them(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    stated = mart.sql("select count(*) from kpi_stated_value").fetchall()[0][0]
    assert stated == mart.sql("select count(*) from register.kpi_published_value").fetchall()[0][0]
    # a stated year that nobody delivered has no figure of its own
    assert mart.sql(
        "select count(*) from kpi_stated_value where computed_value is null"
    ).fetchall() > [(0,)]
    assert (
        mart.sql(
            """
        select stated.kpi_id, stated.period from kpi_stated_value as stated
        inner join fct_kpi_value as figure
            on stated.kpi_id = figure.kpi_id and figure.period_grain = 'year'
            and stated.period = year(figure.period_start)::varchar
        where stated.computed_value is null and figure.value = stated.stated_value
        """
        ).fetchall()
        == []
    )


def test_all_contradictions_are_explained(mart: duckdb.DuckDBPyConnection) -> None:
    """Those of the registers and those that only words hold; a new one is looked at here."""
    found = mart.sql(
        "select item_id, count(*) from document_contradiction group by 1 order by 1"
    ).fetchall()
    assert found == [
        ("besparing", 3), ("callbacks_late", 1), ("dashboard_live", 1), ("indicatoren", 1),
        ("mijndronten_users", 1), ("procurement_lawfulness", 4), ("unlawful_files", 1),
    ]  # fmt: skip
