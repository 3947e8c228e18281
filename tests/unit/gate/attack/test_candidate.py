"""What of a candidate is attacked: all tables, all releases that stand, nothing in silence."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.gate import attack
from dronten_pipeline.gate.attack import audit

KEY = "website_text_clarity|month|2025-01-01|page_section"
SHOW = "UPDATE fct_kpi_value SET is_suppressed = false,"
JANUARY = "kpi_id = 'website_text_clarity' AND period_start = DATE '2025-01-01'"

#: January: 20 votes, of which sport 2, werk 6 and wonen 12; sport is small, werk hides it.
WAREHOUSE = """
CREATE SCHEMA register; CREATE SCHEMA intermediate;
CREATE TABLE register.kpi_register AS FROM (VALUES
    ('website_text_clarity', 'percent', true, true), ('b1_share', 'percent', true, false)
) AS r (kpi_id, unit, is_additive_over_time, is_about_people);
CREATE TABLE intermediate.int_kpi_value AS
SELECT concat_ws('|', kpi_id, period_grain, period_start, dimension, dimension_value) AS cell, *
FROM (VALUES
    ('website_text_clarity', 'month', DATE '2025-01-01', 'total', 'total', 10.0, 20, true),
    ('website_text_clarity', 'month', DATE '2025-01-01', 'page_section', 'sport', 1.0, 2, true),
    ('website_text_clarity', 'month', DATE '2025-01-01', 'page_section', 'werk', 3.0, 6, true),
    ('website_text_clarity', 'month', DATE '2025-01-01', 'page_section', 'wonen', 6.0, 12, true),
    ('b1_share', 'month', DATE '2025-01-01', 'total', 'total', 1.0, 2, false)
) AS v (kpi_id, period_grain, period_start, dimension, dimension_value, numerator, sample_size,
    is_about_people);
"""
MART = """
CREATE TABLE fct_kpi_value AS
SELECT kpi_id, period_grain, period_start, dimension, dimension_value,
    CASE WHEN NOT h THEN 100 * numerator / sample_size END AS value,
    CASE WHEN NOT h THEN numerator END :: DOUBLE AS numerator,
    CASE WHEN NOT h THEN sample_size END :: DOUBLE AS denominator,
    CASE WHEN NOT h THEN sample_size END :: BIGINT AS sample_size,
    NULL :: DOUBLE AS ci_low, NULL :: DOUBLE AS ci_high, h AS is_suppressed,
    false AS is_provisional, DATE '2025-02-20' AS as_of, 'current' AS source_state
FROM (
    SELECT *, dimension_value IN ('sport', 'werk') AS h FROM warehouse.intermediate.int_kpi_value
);
CREATE TABLE dim_kpi AS
    SELECT kpi_id, 'month' AS period_grain, 1 AS definition_version
    FROM warehouse.register.kpi_register;
CREATE TABLE fct_kpi_total AS
    SELECT kpi_id, 20250101 AS date_key, numerator, denominator, value FROM fct_kpi_value
    WHERE dimension = 'total';
CREATE TABLE fct_kpi_part AS
    SELECT kpi_id, 20250101 AS date_key, dimension, dimension_value, numerator, denominator, value
    FROM fct_kpi_value WHERE dimension <> 'total';
CREATE TABLE kpi_revision AS
    SELECT kpi_id, period_grain, period_start, dimension, dimension_value,
        NULL :: DOUBLE AS old_value, value AS new_value
    FROM fct_kpi_value WHERE dimension = 'total';
CREATE TABLE kpi_status AS
    SELECT kpi_id, period_grain, DATE '2026-01-01' AS period_start, 50.0 :: DOUBLE AS value,
        50.0 :: DOUBLE AS judged_value, 1.0 :: DOUBLE AS target_value, 49.0 :: DOUBLE AS gap,
        NULL :: DOUBLE AS previous_value
    FROM fct_kpi_value WHERE kpi_id = 'b1_share';
CREATE TABLE kpi_stated_value AS
    SELECT 'website_text_clarity' AS kpi_id, '2025' AS period, 'Sport' AS dimension_value,
        50.0 :: DOUBLE AS stated_value, NULL :: DOUBLE AS stated_low, NULL :: DOUBLE AS stated_high,
        NULL :: DOUBLE AS computed_value, NULL :: BOOLEAN AS is_same;
CREATE TABLE rapport_kpi_reeks AS
    SELECT kpi_id AS "Code",
        concat_ws('|', kpi_id, period_grain, period_start, dimension, dimension_value) AS "Sleutel",
        value AS "Waarde", numerator AS "Teller", denominator AS "Noemer", sample_size AS "Aantal",
        ci_low AS "Ondergrens", ci_high AS "Bovengrens", 60.0 :: DOUBLE AS "Doel",
        value AS "Eerste waarde" FROM fct_kpi_value;
CREATE TABLE rapport_kpi_actueel AS
    SELECT kpi_id AS "Code", period_start AS "Begin periode", value AS "Waarde",
        1.0 :: DOUBLE AS "Doel",
        NULL :: DOUBLE AS "Verschil", ci_low AS "Ondergrens", ci_high AS "Bovengrens",
        NULL :: DOUBLE AS "Een jaar eerder" FROM fct_kpi_value WHERE dimension = 'total';
CREATE TABLE work_list AS SELECT 'list' AS list, 3 AS working_days_late;
"""


class Town:
    """A candidate, the warehouse that it was made of, and a folder of releases."""

    def __init__(self, folder: Path) -> None:
        self.reference = folder / "run" / "reference.duckdb"
        self.mart = folder / "run" / "mart.duckdb"
        self.releases = folder / "releases"
        self.mart.parent.mkdir(parents=True)
        self.releases.mkdir()
        with duckdb.connect(str(self.reference)) as connection:
            connection.execute(
                WAREHOUSE + "CREATE TABLE main.fct_kpi_value (kpi_id VARCHAR, source_state VARCHAR)"
            )
        self.publish(self.mart)

    def publish(self, mart: Path, change: str = "") -> None:
        mart.unlink(missing_ok=True)
        mart.parent.mkdir(exist_ok=True)
        with duckdb.connect(str(mart)) as connection:
            connection.execute(f"ATTACH '{self.reference}' AS warehouse (READ_ONLY)")
            connection.execute(MART + change)

    def attack(self) -> tuple[set[str], bool, str]:
        """How cells are given away, whether it came to an end, and what it said."""
        said = attack.try_candidate(self.mart, self.reference, self.releases)
        with duckdb.connect(str(self.reference), read_only=True) as connection:
            how = connection.execute("SELECT how FROM attack.finding").fetchall()
            (ended,) = connection.execute("SELECT is_finished FROM attack.run").fetchall()
        return {row[0] for row in how}, ended[0], said


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_what_hides_enough_gives_nothing_away(town: Town) -> None:
    how, is_finished, said = town.attack()
    assert (how, is_finished) == (set(), True)
    assert said.startswith("the hostile reader found 0 of 1 small groups, with 0 earlier releases")


@pytest.mark.parametrize(
    "change",
    [
        f"{SHOW} sample_size = 2, numerator = 1, value = 50 WHERE dimension_value = 'sport'",
        "UPDATE fct_kpi_value SET ci_low = 10 WHERE dimension_value = 'werk'",
        "UPDATE fct_kpi_part SET denominator = 6 WHERE dimension_value = 'werk'",
        f'UPDATE rapport_kpi_reeks SET "Aantal" = 2 WHERE "Sleutel" = \'{KEY}|sport\'',
        f'UPDATE rapport_kpi_reeks SET "Bovengrens" = 2 WHERE "Sleutel" = \'{KEY}|werk\'',
        "INSERT INTO kpi_revision SELECT kpi_id, period_grain, period_start, dimension, "
        "dimension_value, NULL, 50 FROM fct_kpi_value WHERE dimension_value = 'sport'",
        # A figure of a part that stands in no table of figures.
        "INSERT INTO fct_kpi_part VALUES "
        "('website_text_clarity', 20250101, 'page_section', 'zorg', "
        "1, 1, 100)",
    ],
)
def test_a_number_of_a_hidden_figure_is_seen_in_every_table(town: Town, change: str) -> None:
    town.publish(town.mart, change)
    assert "shown" in town.attack()[0]


def test_the_figure_of_a_year_before_is_that_of_its_period(town: Town) -> None:
    hidden = f"""
        UPDATE fct_kpi_value SET is_suppressed = true, value = NULL, numerator = NULL,
            denominator = NULL, sample_size = NULL WHERE {JANUARY};
        UPDATE fct_kpi_total SET value = NULL, numerator = NULL, denominator = NULL
            WHERE kpi_id LIKE 'website%';
        DELETE FROM kpi_revision; DELETE FROM fct_kpi_part;
        DELETE FROM rapport_kpi_reeks; DELETE FROM rapport_kpi_actueel;
    """
    town.publish(town.mart, hidden)
    assert town.attack()[0] == set()
    town.publish(
        town.mart,
        hidden + "UPDATE kpi_status SET kpi_id = 'website_text_clarity', previous_value = 50",
    )
    assert town.attack()[0] == {"shown"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE kpi_revision SET old_value = 45 WHERE kpi_id LIKE 'website%'", {"shown_before"}),
        (
            f'UPDATE rapport_kpi_reeks SET "Eerste waarde" = 45 WHERE "Sleutel" = \'{KEY}|wonen\'',
            {"shown_before"},
        ),
        # What was published first and still stands says nothing new.
        ('UPDATE rapport_kpi_reeks SET "Eerste waarde" = "Waarde"', set()),
        ("UPDATE kpi_revision SET old_value = 45 WHERE kpi_id = 'b1_share'", set()),
    ],
)
def test_no_earlier_value_of_what_adds_up_with_a_hidden_one(
    town: Town, change: str, found: set[str]
) -> None:
    town.publish(town.mart, change)
    assert town.attack()[0] == found


def test_a_release_that_still_stands_is_read_with_the_candidate(town: Town) -> None:
    """It hid wonen in the place of werk; withdrawn, it says nothing any more."""
    older = town.releases / "20250201-000000000000" / "mart.duckdb"
    town.publish(
        older,
        f"{SHOW} numerator = 3, sample_size = 6, value = 50 WHERE dimension_value = 'werk';"
        "UPDATE fct_kpi_value SET is_suppressed = true, numerator = NULL, sample_size = NULL "
        "WHERE dimension_value = 'wonen'",
    )
    how, is_finished, said = town.attack()
    assert (how, is_finished) == ({"records"}, True)
    assert "with 1 earlier releases" in said
    older.unlink()
    assert town.attack()[0] == set()


def in_words(details: Path) -> list[str]:
    return audit.to_withdraw_in_words(details.parent)


def test_the_releases_that_give_it_away_are_named(town: Town) -> None:
    """Those that show no more than the candidate may stay; what it shows itself is no cause."""
    shows = f"{SHOW} numerator = 3, sample_size = 6, value = 50 WHERE dimension_value = 'werk';"
    hides = (
        "UPDATE fct_kpi_value SET is_suppressed = true, numerator = NULL, sample_size = NULL "
        "WHERE dimension_value = 'wonen'"
    )
    details = town.reference.parent / "attack.json"
    town.publish(town.releases / "20250131-000000000000" / "mart.duckdb")
    guilty = ["20250201-000000000000", "20250202-000000000000"]
    for name in guilty:
        town.publish(town.releases / name / "mart.duckdb", shows + hides)
    said = town.attack()[2]
    assert audit.releases_to_withdraw(details) == guilty
    assert [name in words for name, words in zip(guilty, in_words(details), strict=True)] == [
        True,
        True,
    ]
    assert said.endswith(f"because of {guilty[0]}, {guilty[1]}")
    town.publish(town.mart, shows)
    assert town.attack()[0] == {"records"}
    assert audit.releases_to_withdraw(details) == []


def test_a_number_that_nobody_knows_how_to_read_stops_the_attack(town: Town) -> None:
    town.publish(
        town.mart, "CREATE TABLE kpi_signal AS SELECT kpi_id, 1.5 :: DOUBLE AS middle FROM dim_kpi"
    )
    how, is_finished, said = town.attack()
    assert (how, is_finished) == (set(), False)
    assert "kpi_signal.middle" in said


def test_figures_that_contradict_each_other_stop_the_attack(town: Town) -> None:
    town.publish(
        town.mart, "UPDATE fct_kpi_value SET sample_size = 25 WHERE dimension_value = 'wonen'"
    )
    assert town.attack()[1] is False


def test_an_attack_that_takes_too_long_does_not_count(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LIMIT_SECONDS", 0)
    _, is_finished, said = town.attack()
    assert not is_finished
    assert "not solved in time" in said


def test_only_the_file_of_the_run_says_which_cells_it_is_about(town: Town) -> None:
    town.publish(
        town.mart,
        f"{SHOW} sample_size = 6, numerator = 3, value = 50 WHERE dimension_value = 'werk'",
    )
    how, _, said = town.attack()
    assert how == {"records"}
    assert "sport" not in said and "werk" not in said
    with duckdb.connect(str(town.reference), read_only=True) as connection:
        assert connection.execute("FROM attack.finding").fetchall() == [
            ("website_text_clarity", "records")
        ]
    details = town.reference.parent / "attack.json"
    assert stat.S_IMODE(details.stat().st_mode) == 0o640
    (finding,) = json.loads(details.read_text())["findings"]
    assert (finding["dimension_value"], finding["what"]) == ("sport", "2")


def test_a_release_that_cannot_be_read_stops_nothing(town: Town) -> None:
    broken = town.releases / "20250201-000000000000" / "mart.duckdb"
    broken.parent.mkdir()
    broken.write_bytes(b"no database")
    (town.releases / "20250201-000000000001").mkdir()
    how, is_finished, said = town.attack()
    assert (how, is_finished) == (set(), True)
    assert "with 0 earlier releases" in said
