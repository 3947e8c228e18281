"""What must come of the workbooks of `../shared/cases/field`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tests.shared import field


@pytest.mark.parametrize(
    ("name", "table", "rows", "note"),
    [
        ("01-title-rows", "incoming", 20, ""),
        ("03-month-per-sheet", "incoming", 30, "Gelezen zijn 3 werkbladen met dezelfde kop"),
        ("05-pivot-sheet-first", "callbacks", 10, "Gelezen is werkblad 2 van 2."),
        ("06-filtered-rows", "incoming", 20, "10 keer was een rij verborgen"),
        ("08-time-just-below-midnight", "callbacks", 20, ""),
        ("11-empty-date-is-zero", "incoming", 20, ""),
        ("12-percent-cells", "indicators", 10, "10 keer had een cel procentopmaak"),
        ("14-strict-ooxml", "incoming", 20, ""),
        ("21-stray-cell-last-row", "incoming", 20, ""),
        (
            "80-merged-data-cells",
            "cases",
            20,
            "36 keer hoorde een lege cel bij een samengevoegde cel",
        ),
    ],
)
def test_all_records_are_read(
    shared: Path, tmp_path: Path, name: str, table: str, rows: int, note: str
) -> None:
    case = field.read(shared, name, tmp_path)
    assert case.rows(table).height == rows
    assert case.rejects.height == 0
    assert note in case.notes


def test_a_moment_is_the_one_that_excel_shows(shared: Path, tmp_path: Path) -> None:
    found = field.read(shared, "08-time-just-below-midnight", tmp_path).rows("callbacks")
    local = (
        pl.col("aangemaakt_op").dt.convert_time_zone("Europe/Amsterdam").dt.replace_time_zone(None)
    )
    made = dict(found.select("terugbelverzoek_id", local).iter_rows())
    assert made["TBV7101"] == dt.datetime(2026, 3, 31)
    assert made["TBV7102"] == dt.datetime(2026, 4, 1)


def test_day_0_is_no_day(shared: Path, tmp_path: Path) -> None:
    found = field.read(shared, "11-empty-date-is-zero", tmp_path).rows("incoming")
    unpaid = found.filter(pl.col("betaald_op").is_null()).get_column("factuur_id")
    assert unpaid.to_list() == ["F1017", "F1018", "F1019"]


def test_a_percentage_is_the_one_that_excel_shows(shared: Path, tmp_path: Path) -> None:
    found = field.read(shared, "12-percent-cells", tmp_path).rows("indicators")
    assert found.get_column("waarde")[0] == Decimal("42.6")


def test_merged_cells_hold_for_all_their_cells(shared: Path, tmp_path: Path) -> None:
    found = field.read(shared, "80-merged-data-cells", tmp_path).rows("cases")
    assert found.group_by("team", "product").len().get_column("len").to_list() == [10, 10]


def test_a_formula_without_an_outcome_rejects_its_row(shared: Path, tmp_path: Path) -> None:
    """Refused or rejected are both allowed: rejected by row, so that the others may count."""
    case = field.read(shared, "09-formula-without-cached-value", tmp_path)
    assert case.outcome.state == "stopped"
    assert case.rejects.get_column("column_name").unique().to_list() == ["betaald_op"]
    assert "formule waarvan het bestand de uitkomst niet kent" in case.rejects["reason"][0]


def test_a_key_of_17_digits_as_a_number_rejects_its_row(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "16-number-of-17-digits", tmp_path)
    assert case.rejects.get_column("column_name").to_list() == ["zaak_id"] * 12
    assert "meer dan 15 cijfers" in case.rejects["reason"][0]
    assert "als tekst" in case.rejects["reason"][0]


def test_a_web_page_with_the_name_of_a_workbook_is_refused_by_its_name(
    shared: Path, tmp_path: Path
) -> None:
    case = field.read(shared, "50-html-table-as-xls", tmp_path)
    assert case.outcome.state == "stopped"
    assert "webpagina (HTML) met een tabel" in case.notes
    assert "sla het op als .xlsx" in case.notes
