"""How many figures are hidden, and how many breakdowns have no parts, stands in the report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.release.report.facts import Reading, _small_groups
from tests.unit.release.report.test_write import judged, page, result

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2026, month, 1) for month in (1, 2, 3, 4))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A warehouse with one KPI about people, broken down by section, and one about none."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA register; CREATE SCHEMA intermediate")
        connection.execute(
            "CREATE TABLE register.kpi_register (kpi_id VARCHAR, name_nl VARCHAR, "
            "is_about_people BOOLEAN); "
            "INSERT INTO register.kpi_register "
            "VALUES ('clarity', 'Begrijpelijk', true), ('invoices', 'Betaald', false)"
        )
        connection.execute(
            "CREATE TABLE intermediate.int_kpi_cell (kpi_id VARCHAR, dimension VARCHAR)"
        )
        connection.execute(
            "CREATE TABLE fct_kpi_value (kpi_id VARCHAR, period_grain VARCHAR, period_start DATE, "
            "dimension VARCHAR, sample_size BIGINT, is_suppressed BOOLEAN, is_provisional BOOLEAN)"
        )
        connection.executemany(
            "INSERT INTO fct_kpi_value VALUES (?, 'month', ?, ?, ?, ?, ?)",
            [
                ("clarity", JANUARY, "total", 30, False, False),
                ("clarity", JANUARY, "measure", 2, False, False),
                ("clarity", JANUARY, "section", None, True, False),
                ("clarity", JANUARY, "section", None, True, False),
                ("clarity", FEBRUARY, "total", None, True, False),
                ("clarity", MARCH, "total", 0, False, False),
                ("clarity", APRIL, "total", 3000, False, True),
                ("invoices", JANUARY, "total", 5, False, False),
                ("invoices", JANUARY, "team", 5, False, False),
                ("invoices", FEBRUARY, "total", 5, False, False),
            ],
        )
    return path


def counted(path: Path) -> list[tuple[str, ...]]:
    with Reading(path) as reading:
        names = ("kpi_id", "figures", "hidden", "breakdowns", "left_out")
        return [tuple(row[name] for name in names) for row in _small_groups(reading)]


def test_a_total_without_parts_is_a_breakdown_that_is_left_out(built: Path) -> None:
    # Of March there is nobody to tell apart, and April still runs.
    assert counted(built) == [("clarity", "7", "3", "2", "1")]


def test_a_breakdown_that_is_shown_of_no_period_counts_too(built: Path) -> None:
    with duckdb.connect(str(built)) as connection:
        connection.execute("INSERT INTO intermediate.int_kpi_cell VALUES ('clarity', 'device')")
    assert counted(built) == [("clarity", "7", "3", "4", "3")]


def test_without_a_warehouse_nothing_is_said(tmp_path: Path) -> None:
    assert counted(tmp_path / "warehouse.duckdb") == []


def test_the_report_of_a_release_says_it(built: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    folder = settings.home / "release"
    folder.mkdir(parents=True)
    built.rename(folder / "warehouse.duckdb")
    record = judged(settings, "passed", result(1, passed=True))
    says = '<h2 id="kleine-groepen">Te kleine groepen om uit te splitsen</h2>'
    assert says in page(settings, record)
    assert says not in page(settings, record, published=False)
