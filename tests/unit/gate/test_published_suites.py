"""The suites of the published tables: they pass on good data and every query can fail.

Each mutation breaks one thing in a warehouse in which all else holds; the rule that is there for
it must see it. Queries are run as they stand in the suite, without Great Expectations, so that
all of them can be tried.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.contracts.suites import Suite
from dronten_pipeline.core.run_files import VERDICT
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.gate import gate, judge
from dronten_pipeline.gate.attack.audit import judge_candidate
from dronten_pipeline.gate.rules_judged import shown
from dronten_pipeline.gate.suites import load_judgeable_suites, load_judged_suites
from dronten_pipeline.gate.verdict import Verdict
from tests.unit.gate.marts import OWN_TABLES
from tests.unit.gate.rules_judged.mutants import Tried

TOWN = Path(__file__).with_name("invented_town.sql")
SUITES = load_judgeable_suites(PROJECT / "expectations", PROJECT / "dbt_project")

#: KPIs of the invented town. The rules that another KPI or source adds are tried on the sample
#: (tests/chain), because nothing else holds what all of them read.
TOWN_KPIS = ("b1_share", "external_hiring_share", "website_satisfaction", "website_text_clarity")
TOTAL = "dimension = 'total'"
CLARITY = "kpi_id = 'website_text_clarity'"
YEAR = "period_grain = 'year' AND year(period_start) = 2025"
W = "warehouse.staging"
FOUND = "INSERT INTO warehouse.attack.finding VALUES"


def figure(change: str, where: str) -> str:
    return f"UPDATE fct_kpi_value SET {change} WHERE {where}"


# (table, rule) -> what breaks it
MUTATIONS: dict[tuple[str, str], str] = {
    ("dim_kpi", "source_has_contract"): "UPDATE dim_kpi SET source_system = 'gone'",
    ("dim_kpi", "register_complete"): "DELETE FROM dim_kpi WHERE kpi_id = 'b1_share'",
    ("dim_kpi", "definitions_complete"): "UPDATE dim_kpi SET short_nl = 'Een andere zin.'",
    ("dim_kpi", "short_nl_is_short"): "UPDATE dim_kpi SET short_nl = repeat('woord ', 21)",
    ("dim_kpi", "ratified_as_signed"): "UPDATE dim_kpi SET ratified_on = DATE '2026-01-01'",
    ("dim_kpi", "document_known"): "UPDATE dim_kpi SET document = 'gone'",
    ("dim_kpi", "goal_known"): "UPDATE dim_kpi SET goal_id = 'gone'",
    ("dim_document", "label_nl_is_no_file_name"): "UPDATE dim_document SET label_nl = document_id",
    ("dim_goal", "document_known"): "UPDATE dim_goal SET document_id = 'gone'",
    # --- figures
    ("fct_kpi_value", "kpi_known"): figure("kpi_id = 'unknown'", CLARITY),
    ("fct_kpi_value", "kpi_without_figures"): f"DELETE FROM fct_kpi_value WHERE {CLARITY}",
    ("fct_kpi_value", "period_starts_on_first_day"): figure(
        "period_start = DATE '2025-02-01'", f"{YEAR} AND {CLARITY}"
    ),
    ("fct_kpi_value", "grain_not_finer_than_headline"): figure(
        "period_grain = 'month'", "kpi_id = 'external_hiring_share' AND period_grain = 'quarter'"
    ),
    ("fct_kpi_value", "total_named_total"): figure("dimension_value = 'all'", TOTAL),
    ("fct_kpi_value", "part_has_total"): f"DELETE FROM fct_kpi_value WHERE {TOTAL} AND {YEAR}",
    ("fct_kpi_value", "coarser_period_present"): (
        f"DELETE FROM fct_kpi_value WHERE {TOTAL} AND {YEAR} AND {CLARITY}"
    ),
    ("fct_kpi_value", "value_finite"): figure("value = 'NaN'", f"{YEAR} AND {CLARITY}"),
    ("fct_kpi_value", "share_of_counts_in_range"): figure(
        "numerator = denominator + 1", f"{YEAR} AND {CLARITY}"
    ),
    ("fct_kpi_value", "share_of_amounts_in_range"): figure(
        "value = -0.1", f"{YEAR} AND kpi_id = 'external_hiring_share'"
    ),
    ("fct_kpi_value", "share_is_numerator_of_denominator"): figure(
        "value = value + 0.001", f"{YEAR} AND {CLARITY}"
    ),
    ("fct_kpi_value", "no_value_without_reason"): figure("value = NULL", f"{YEAR} AND {CLARITY}"),
    ("fct_kpi_value", "no_value_without_observations"): figure(
        "denominator = 0, value = 0", f"{YEAR} AND {CLARITY}"
    ),
    ("fct_kpi_value", "interval_around_value"): figure(
        "ci_low = value + 1", f"{YEAR} AND {CLARITY}"
    ),
    ("fct_kpi_value", "interval_only_for_samples"): figure(
        "ci_low = value, ci_high = value", "kpi_id = 'b1_share'"
    ),
    ("fct_kpi_value", "hidden_rows_are_empty"): figure("sample_size = 3", "is_suppressed"),
    ("fct_kpi_value", "small_groups_hidden"): figure("sample_size = 4", f"{YEAR} AND {CLARITY}"),
    ("fct_kpi_value", "people_parts_of_closed_periods"): figure(
        "is_provisional = true", f"dimension_value = 'wonen' AND {YEAR}"
    ),
    ("fct_kpi_value", "people_periods_add_up"): figure(
        "numerator = numerator - 1", f"dimension_value = 'wonen' AND {YEAR}"
    ),
    ("fct_kpi_value", "hidden_part_not_derivable"): figure(
        "is_suppressed = false", "dimension_value = 'afval' AND period_grain = 'month'"
    ),
    ("fct_kpi_value", "hidden_period_not_derivable"): figure(
        "is_suppressed = false", "is_suppressed AND period_grain = 'quarter'"
    ),
    ("fct_kpi_value", "parts_not_more_than_total"): figure(
        "sample_size = sample_size + 1000", f"dimension_value = 'wonen' AND {YEAR}"
    ),
    ("fct_kpi_value", "parts_add_up_to_total"): figure(
        "numerator = numerator - 1", f"dimension_value = 'wonen' AND {YEAR}"
    ),
    ("fct_kpi_value", "periods_add_up"): figure(
        "denominator = denominator - 0.01",
        f"kpi_id = 'external_hiring_share' AND {YEAR} AND {TOTAL}",
    ),
    ("fct_kpi_value", "judged_on_day_of_run"): figure("as_of = DATE '2026-03-30'", CLARITY),
    ("fct_kpi_value", "no_future_period"): figure("period_start = DATE '2027-01-01'", YEAR),
    ("fct_kpi_value", "running_period_is_provisional"): figure(
        "is_provisional = false", "is_provisional"
    ),
    ("fct_kpi_value", "definition_version_current"): figure("definition_version = 2", CLARITY),
    ("fct_kpi_value", "stale_only_when_stopped"): figure("source_state = 'stale'", CLARITY),
    ("fct_kpi_value", "no_stale_figures"): figure("source_state = 'stale'", CLARITY),
    ("fct_kpi_value", "text_clarity_reconciles"): (
        f"DELETE FROM {W}.stg_website_feedback__votes WHERE vote_id = 'vwonen2025-10-010'"
    ),
    ("fct_kpi_value", "text_clarity_all_accounted"): (
        f"UPDATE {W}.stg_website_feedback__votes SET answer = 'misschien'"
    ),
    ("fct_kpi_value", "satisfaction_reconciles"): (
        f"UPDATE {W}.stg_klant_in_focus__responses SET score = 4 WHERE score = 3"
    ),
    ("fct_kpi_value", "satisfaction_all_accounted"): (
        f"UPDATE {W}.stg_klant_in_focus__responses SET scale_max = 7"
    ),
    ("fct_kpi_value", "b1_reconciles"): (
        f"UPDATE {W}.stg_text_corpus__scores SET text_sha256 = 'same' WHERE text_id = 't5'"
    ),
    ("fct_kpi_value", "b1_channels_add_up"): figure(
        "sample_size = sample_size - 1", "dimension = 'channel'"
    ),
    ("fct_kpi_value", "b1_corrected_reconciles"): figure(
        "value = value - 0.001, ci_low = 0", "dimension_value = 'corrected'"
    ),
    ("fct_kpi_value", "instrument_interval"): figure(
        "ci_low = NULL, ci_high = NULL", "kpi_id = 'b1_share' AND dimension = 'total'"
    ),
    ("fct_kpi_value", "b1_not_judged_reconciles"): figure(
        "numerator = 0, value = 0", "dimension_value = 'not_judged'"
    ),
    ("fct_kpi_value", "hiring_departments_add_up"): figure(
        "numerator = numerator - 0.01", f"{YEAR} AND dimension = 'department'"
    ),
    ("fct_kpi_value", "hiring_amounts_reconcile"): (
        f"UPDATE {W}.stg_finance_hr__staff_costs SET amount_eur = amount_eur + 0.01 "
        "WHERE entry_id = 'e2025-01-01Wonenl1.1'"
    ),
    ("fct_kpi_value", "hiring_months_present"): (
        f"DELETE FROM {W}.stg_finance_hr__staff_costs WHERE booking_period = 5"
    ),
    ("fct_kpi_value", "hiring_all_accounted"): (
        f"UPDATE {W}.stg_finance_hr__staff_costs SET booking_period = 15"
    ),
    ("fct_kpi_value", "votes_months_not_thin"): (
        f"DELETE FROM {W}.stg_website_feedback__votes WHERE month(sent_on) = 12"
    ),
    ("fct_kpi_value", "responses_months_not_thin"): (
        f"DELETE FROM {W}.stg_klant_in_focus__responses WHERE month(sent_on) = 12"
    ),
    # --- targets
    ("fct_kpi_target", "kpi_known"): "UPDATE fct_kpi_target SET kpi_id = 'unknown'",
    ("fct_kpi_target", "percentage_possible"): "UPDATE fct_kpi_target SET target_value = 101",
    ("fct_kpi_target", "period_in_order"): (
        "UPDATE fct_kpi_target SET period_end = period_start - 1"
    ),
    ("fct_kpi_target", "documents_say_it_once"): (
        "UPDATE fct_kpi_target SET kind = 'stated_otherwise'"
    ),
    ("fct_kpi_target", "reference_has_no_target"): (
        "UPDATE dim_kpi SET document = '004_9f91a7e1c2dec50a.txt'"
    ),
    ("fct_kpi_target", "one_target_in_force"): "UPDATE fct_kpi_target SET period_end = NULL",
    ("fct_kpi_target", "register_complete"): (
        "UPDATE fct_kpi_target SET target_value = 61 WHERE target_value = 60"
    ),
    ("fct_kpi_target", "kpi_without_target"): "DELETE FROM fct_kpi_target WHERE target_value = 80",
    # --- status
    ("kpi_status", "every_kpi_present"): "DELETE FROM kpi_status WHERE kpi_id = 'b1_share'",
    ("kpi_status", "value_is_that_of_figures"): "UPDATE kpi_status SET value = value + 1e-9",
    ("kpi_status", "latest_complete_period"): (
        "UPDATE kpi_status SET period_start = period_start - INTERVAL 1 MONTH"
    ),
    ("kpi_status", "target_known"): "UPDATE kpi_status SET comparator = '<'",
    ("kpi_status", "gap_is_value_minus_target"): "UPDATE kpi_status SET gap = gap + 0.1",
    ("kpi_status", "status_agrees"): "UPDATE kpi_status SET status = 'no_data'",
    ("kpi_status", "judged_value_adds_up"): (
        f"UPDATE kpi_status SET judged_numerator = judged_numerator - 1 WHERE {CLARITY}"
    ),
    ("kpi_status", "people_judged_by_visible_rows"): figure(
        "is_suppressed = true", f"{TOTAL} AND {CLARITY} AND period_start = DATE '2026-02-01'"
    )
    + "; "
    + figure(
        "is_suppressed = true",
        f"{TOTAL} AND {CLARITY} AND period_start = DATE '2026-01-01' AND period_grain <> 'month'",
    ),
    ("kpi_status", "previous_year_is_that_of_figures"): (
        "UPDATE kpi_status SET previous_year_value = 1"
    ),
    ("kpi_status", "benchmark_status_agrees"): (
        "UPDATE kpi_status SET status = 'off_target' WHERE kpi_id = 'external_hiring_share'"
    ),
    ("kpi_status", "is_ratified_is_that_of_register"): (
        "UPDATE kpi_status SET is_ratified = NOT is_ratified"
    ),
    ("kpi_status", "previous_value_year_earlier"): "UPDATE kpi_status SET previous_value = 1",
    ("kpi_status", "kpi_without_data"): "UPDATE kpi_status SET value = NULL",
    # --- revisions
    ("kpi_revision", "new_value_is_that_of_figures"): "UPDATE kpi_revision SET new_value = 1e-9",
    ("kpi_revision", "hidden_figure_shows_nothing"): "UPDATE kpi_revision SET old_value = 1",
    ("kpi_revision", "hidden_part_shows_nothing"): (
        "UPDATE kpi_revision SET old_value = 1 WHERE dimension = 'total'"
    ),
    ("kpi_revision", "values_differ"): "UPDATE kpi_revision SET old_value = new_value",
    ("kpi_revision", "kpi_known"): "UPDATE kpi_revision SET kpi_id = 'unknown'",
    ("kpi_revision", "stale_figures_are_not_revised"): figure("source_state = 'stale'", CLARITY),
    ("kpi_revision", "revised_period_was_over"): (
        "UPDATE kpi_revision SET is_revision = true, period_start = DATE '2026-04-01'"
    ),
    ("kpi_revision", "no_new_definition_or_calendar"): (
        "UPDATE kpi_revision SET cause = 'calendar'"
    ),
    # --- benchmark
    ("external_hiring_benchmark", "benchmark_present"): "DELETE FROM external_hiring_benchmark",
    ("external_hiring_benchmark", "benchmark_complete"): (
        "DELETE FROM external_hiring_benchmark WHERE region = 'Flevoland'"
    ),
    ("external_hiring_benchmark", "region_known"): (
        "UPDATE external_hiring_benchmark SET region = 'Elders'"
    ),
    ("external_hiring_benchmark", "three_methods"): (
        "DELETE FROM external_hiring_benchmark WHERE method = 'mean'"
    ),
    ("external_hiring_benchmark", "own_share_same_everywhere"): (
        "UPDATE external_hiring_benchmark SET own_share = 1 WHERE region = 'Flevoland'"
    ),
    ("external_hiring_benchmark", "difference_is_own_minus_region"): (
        "UPDATE external_hiring_benchmark SET difference = difference + 0.01"
    ),
    ("external_hiring_benchmark", "status_agrees"): (
        "UPDATE external_hiring_benchmark SET difference = 1.01"
    ),
    ("external_hiring_benchmark", "year_is_over"): (
        "UPDATE external_hiring_benchmark SET year = 2026"
    ),
    ("external_hiring_benchmark", "amounts_reconcile"): (
        f"UPDATE {W}.stg_iv3__staff_costs_by_municipality SET hiring_keur = hiring_keur + 1 "
        "WHERE municipality_code = 'GM0303'"
    ),
    ("external_hiring_benchmark", "mean_and_median_reconcile"): (
        "UPDATE external_hiring_benchmark SET region_share = region_share + 0.001"
    ),
    ("external_hiring_benchmark", "country_is_complete"): (
        "UPDATE external_hiring_benchmark SET municipalities = 299"
    ),
    ("external_hiring_benchmark", "no_negative_amounts"): (
        f"UPDATE {W}.stg_iv3__staff_costs_by_municipality SET hiring_keur = -1"
    ),
    ("external_hiring_benchmark", "own_municipality_filed"): (
        "UPDATE external_hiring_benchmark SET own_share = NULL"
    ),
    ("external_hiring_benchmark", "ledger_is_that_of_figures"): (
        "UPDATE external_hiring_benchmark SET ledger_share = ledger_share + 0.001"
    ),
    ("external_hiring_benchmark", "ledger_fits_accounts"): (
        "UPDATE external_hiring_benchmark SET ledger_difference = -0.51"
    ),
    ("external_hiring_benchmark", "membership_same_everywhere"): (
        "UPDATE external_hiring_benchmark SET membership_version = '1' || membership_version "
        "WHERE method = 'mean'"
    ),
    ("external_hiring_benchmark", "aggregates_reconcile"): (
        f"INSERT INTO {W}.stg_iv3__staff_costs_by_municipality "
        "SELECT * REPLACE ('NL01' AS municipality_code) "
        f"FROM {W}.stg_iv3__staff_costs_by_municipality WHERE municipality_code = 'GM0303'"
    ),
    # --- texts
    ("text_readability", "texts_present"): "DELETE FROM text_readability",
    ("text_readability", "one_method"): (
        "UPDATE text_readability SET method_version = 'x' WHERE text_id = 't1'"
    ),
    ("text_readability", "level_and_flag_agree"): (
        "UPDATE text_readability SET is_b1_or_easier = NULL"
    ),
    ("text_readability", "level_has_score"): "UPDATE text_readability SET score = NULL",
    ("text_readability", "no_misread_texts"): (
        f"UPDATE {W}.stg_text_corpus__scores SET remark = 'scan' WHERE text_id = 't3'"
    ),
    ("text_readability", "short_texts_not_judged"): (
        "UPDATE text_readability SET words = 99 WHERE text_id = 't1'"
    ),
    ("text_readability", "lists_are_lists"): "UPDATE text_readability SET hard_words = '[\"a'",
    ("text_readability", "not_in_future"): (
        "UPDATE text_readability SET published_on = DATE '2026-04-01'"
    ),
    ("text_readability", "scores_reconcile"): "DELETE FROM text_readability WHERE text_id = 't0'",
    ("text_readability", "every_text_scored"): (
        f"DELETE FROM {W}.stg_text_corpus__scores WHERE text_id = 't0'"
    ),
    ("fct_kpi_value", "hostile_reader_tried"): "UPDATE warehouse.attack.run SET hidden_rows = 99",
    ("fct_kpi_value", "hidden_figure_not_shown"): f"{FOUND} ('website_satisfaction', 'shown')",
    ("fct_kpi_value", "hidden_records_stay_open"): f"{FOUND} ('website_satisfaction', 'records')",
    ("fct_kpi_value", "hidden_share_stays_open"): f"{FOUND} ('website_satisfaction', 'none')",
    # --- deliveries
    ("source_delivery", "sha256_known"): "UPDATE source_delivery SET sha256 = NULL",
    ("source_delivery", "rows_add_up"): "UPDATE source_delivery SET rows_quarantined = 9",
    ("source_delivery", "no_counts_of_people"): (
        "UPDATE source_delivery SET rows_delivered = 3 WHERE source = 'klant_in_focus'"
    ),
    ("source_delivery", "source_has_contract"): "UPDATE source_delivery SET source = 'gone'",
    ("source_delivery", "deliveries_complete"): "DELETE FROM source_delivery WHERE source = 'iv3'",
    ("source_delivery", "stop_has_reason"): (
        "UPDATE source_delivery SET state = 'stopped', note = ''"
    ),
    ("source_delivery", "no_citizen_service_number"): (
        f"INSERT INTO {W}.stg_run__privacy "
        "VALUES ('s', 't', 'c', 'f', false, 1, 9, true, 'citizen_number')"
    ),
    ("source_delivery", "no_suspect_numbers"): (
        f"INSERT INTO {W}.stg_run__privacy "
        "VALUES ('s', 't', 'c', 'f', true, 1, 99, false, 'citizen_number')"
    ),
    ("source_delivery", "no_stopped_source"): (
        f"UPDATE {W}.stg_run__source SET state = 'stopped' WHERE source = 'iv3'"
    ),
    ("source_delivery", "every_source_delivered"): "DELETE FROM source_delivery",
    ("source_delivery", "every_source_fresh"): "UPDATE source_delivery SET is_fresh = false",
    ("source_delivery", "few_rows_rejected"): (
        f"UPDATE {W}.stg_run__delivery SET rows_delivered = 5231, rows_quarantined = 262, "
        "rows_accepted = 4969 WHERE source = 'iv3'"
    ),
    ("source_delivery", "no_missing_periods"): (
        f"INSERT INTO {W}.stg_run__gap VALUES ('s', 't', 'period', '2026-01', '2026-02', 2)"
    ),
    ("source_delivery", "no_missing_numbers"): (
        f"INSERT INTO {W}.stg_run__gap VALUES ('s', 't', 'number', 'A2', 'A3', 2)"
    ),
    ("source_delivery", "no_file_missing"): "UPDATE source_delivery SET state = 'missing'",
    ("source_delivery", "records_not_more_than_delivered"): (
        f"UPDATE {W}.stg_run__delivery SET rows_delivered = 9 WHERE table_name = 'votes'"
    ),
    ("source_delivery", "every_record_staged"): (
        "UPDATE warehouse.intermediate.int_staged_table SET records = 9 WHERE table_name = 'votes'"
    ),
    # --- what the gate fills
    ("data_quality", "every_table_judged"): (
        "DELETE FROM data_quality WHERE table_name = 'dim_kpi'"
    ),
    ("data_quality", "guarded_kpi_known"): "UPDATE data_quality SET owner = 'niemand'",
    ("data_quality", "one_run"): "UPDATE data_quality SET run_id = rule",
    ("data_quality", "passed_without_failures"): "UPDATE data_quality SET failing_rows = 1",
    ("publication", "as_of_is_that_of_run"): "UPDATE publication SET as_of = DATE '2026-03-30'",
    ("publication", "built_by_same_code"): "UPDATE publication SET code_version = 'other'",
    ("publication", "not_its_own_predecessor"): (
        "UPDATE publication SET previous_release = release_id"
    ),
    ("publication", "revisions_lead_here"): "UPDATE publication SET previous_release = NULL",
    ("publication", "code_is_committed"): "UPDATE publication SET code_version = 'abc+changes'",
}

MUTATIONS |= {
    (table, "carries_its_release"): f"UPDATE {table} SET release_id = 'another'"
    for table in {table for table, _ in MUTATIONS}
}

QUERIES = {
    (table, rule.rule): rule.kwargs["unexpected_rows_query"]
    for table, suite in SUITES.items()
    for rule in suite.expectations
    if rule.type == "unexpected_rows_expectation"
}


def copy_town_suites(folder: Path) -> dict[str, Suite]:
    """The suites of the tables that the town has, without the rules of other KPIs."""
    folder.mkdir()
    for table in {table for table, _ in MUTATIONS}:
        shutil.copy(PROJECT / "expectations" / f"{table}.json", folder)
        for rule in SUITES[table].expectations:
            query = PROJECT / "expectations" / table / f"{rule.rule}.sql"
            if query.is_file() and rule.kpi in (None, *TOWN_KPIS):
                (folder / table).mkdir(exist_ok=True)
                shutil.copy(query, folder / table)
    return load_judgeable_suites(folder, PROJECT / "dbt_project")


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Suite]]:
    folder = tmp_path_factory.mktemp("suites") / "expectations"
    return folder, copy_town_suites(folder)


def judged_town(home: Path, expectations: Path) -> tuple[Path, Verdict]:
    """The run folder of an invented town that Great Expectations judged by the real suites."""
    settings = Settings(home=home, expectations=expectations)
    folder = settings.warehouse / "run"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(TOWN.read_text(encoding="utf-8") + OWN_TABLES)

    def in_process(run_folder: Path, *_: object) -> None:
        request = judge.Request.model_validate_json((run_folder / gate.REQUEST).read_text())
        (run_folder / VERDICT).write_text(judge.judge(request).model_dump_json())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "_run_judge", in_process)
        verdict = gate.run_gate(
            settings,
            run_folder=folder,
            run_id="run",
            release_id="20260331-1a2b3c4d5e6f",
            as_of=dt.date(2026, 3, 31),
            code_version="abc",
            previous_release="20260301-000000000001",
        )
    return folder, verdict


@contextmanager
def in_memory(run_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The mart in memory, without the keys that would refuse what a rule is there to see."""
    mart, warehouse = run_folder / "mart.duckdb", run_folder / "warehouse.duckdb"
    # The gate has the outcome written into a copy of the warehouse, which it removes.
    judge_candidate(mart, warehouse, run_folder / "releases")
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS mart; USE mart")
        connection.execute(f"ATTACH '{mart}' AS judged (READ_ONLY)")
        connection.execute(f"ATTACH '{warehouse}' AS warehouse")
        for (table,) in connection.execute("SHOW TABLES FROM judged").fetchall():
            # Ordered, so that the first row is the same row in every build.
            connection.execute(f"CREATE TABLE {table} AS FROM judged.{table} ORDER BY ALL")
        yield connection


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, suites: tuple[Path, dict[str, Suite]]
) -> tuple[Path, Verdict]:
    return judged_town(tmp_path_factory.mktemp("town"), suites[0])


@pytest.fixture(scope="module")
def opened(town: tuple[Path, Verdict]) -> Iterator[duckdb.DuckDBPyConnection]:
    with in_memory(town[0]) as connection:
        yield connection


def failing(connection: duckdb.DuckDBPyConnection, key: tuple[str, str]) -> int:
    return len(connection.sql(QUERIES[key].replace("{batch}", key[0])).fetchall())


def test_every_rule_passes_on_good_data(
    town: tuple[Path, Verdict], suites: tuple[Path, dict[str, Suite]]
) -> None:
    verdict = town[1]
    assert [(result.table, result.rule, result.error) for result in verdict.failures] == []
    assert verdict.verdict == "passed"
    judged = load_judged_suites(suites[0], PROJECT / "dbt_project")
    assert len(verdict.results) == sum(len(suite.expectations) for suite in judged.values())


def test_every_query_is_tried_here(suites: tuple[Path, dict[str, Suite]]) -> None:
    queries = {
        (table, rule.rule): rule
        for table, suite in suites[1].items()
        for rule in suite.expectations
        if rule.type == "unexpected_rows_expectation"
    }
    derived = {key for key, rule in queries.items() if rule.description.startswith("Contract: ")}
    # What a contract promises is tried by kind (tests/unit/contracts/test_derived_rules.py).
    assert queries.keys() - derived <= set(MUTATIONS) <= queries.keys()


@pytest.mark.parametrize("key", sorted(MUTATIONS), ids=".".join)
def test_a_query_sees_what_it_is_there_for(
    opened: duckdb.DuckDBPyConnection, key: tuple[str, str]
) -> None:
    assert failing(opened, key) == 0
    opened.execute("BEGIN")
    try:
        opened.execute(MUTATIONS[key])
        assert failing(opened, key) > 0
    finally:
        opened.execute("ROLLBACK")


def test_what_mutants_showed_of_the_rules_is_so(
    opened: duckdb.DuckDBPyConnection, suites: tuple[Path, dict[str, Suite]]
) -> None:
    """Of a rule that asks something else now the report says that nothing is known."""
    tried = Tried(opened, suites[1])
    known = {
        (table, name): mutant
        for table, mutants in shown.read().mutants.items()
        for name, mutant in mutants.items()
        if (table, name) in tried.rules
        and mutant.rule_sha256 == shown.fingerprint(tried.rules[table, name])
    }
    assert known, "run `python -m tests.unit.gate.rules_judged.mutants`"
    for key, mutant in known.items():
        with tried.changed(mutant.statement):
            is_noticed = key not in tried.before and key in tried.failing([key])
            is_alone = is_noticed and tried.is_alone(key, mutant.statement)
        assert (is_noticed, is_alone) == (True, mutant.is_alone), (key, mutant)


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_suite_looks_at_rows_columns_and_grain(suite: Suite) -> None:
    kinds = {rule.type for rule in suite.expectations}
    assert "expect_table_row_count_to_be_between" in kinds or suite.may_be_empty
    assert "expect_table_columns_to_match_ordered_list" in kinds
    assert "expect_column_values_to_not_be_null" in kinds
    assert suite.table == "publication" or kinds & {
        "expect_compound_columns_to_be_unique",
        "expect_column_values_to_be_unique",
    }


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_description_is_a_sentence_and_a_tolerance_has_a_source(suite: Suite) -> None:
    for rule in suite.expectations:
        assert rule.description[0].isupper() or rule.description[0] == "'", rule.rule
        assert rule.description.endswith("."), rule.rule
        assert "mostly" not in rule.kwargs or rule.source, f"{rule.rule} has a tolerance"
