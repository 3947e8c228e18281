"""Cases from the field in which a value is written in a way of its own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tests.shared import field


def read_whole(shared: Path, name: str, home: Path, table: str) -> tuple[field.Case, pl.DataFrame]:
    """A case of which every row must be read."""
    case = field.read(shared, name, home)
    assert case.outcome.state == "current", case.outcome.note
    assert case.rejects.is_empty()
    return case, case.rows(table)


@pytest.mark.parametrize("name", ["45-net-min-date", "46-bc-1753-date"])
def test_the_first_day_of_a_system_is_no_day_of_payment(
    shared: Path, tmp_path: Path, name: str
) -> None:
    case, rows = read_whole(shared, name, tmp_path, "incoming")
    unpaid = rows.filter(pl.int_range(pl.len()) % 3 == 0)
    assert unpaid.get_column("betaald_op").null_count() == unpaid.height
    assert "'geen datum'" in case.notes


def test_day_zero_of_a_workbook_is_no_day_of_payment(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "11-empty-date-is-zero", tmp_path)
    rows = case.rows("incoming").filter(pl.col("factuur_id").is_in(["F1017", "F1018", "F1019"]))
    assert rows.get_column("betaald_op").null_count() == rows.height
    assert rows.height + case.rejects.height == 3


def test_null_as_text_is_empty(shared: Path, tmp_path: Path) -> None:
    case, rows = read_whole(shared, "22-null-as-text", tmp_path, "reports")
    assert rows.height == rows.get_column("hoofdmelding_id").null_count() == 20
    assert "keer stond er een woord of streepje voor 'leeg'" in case.notes


def test_the_formula_around_a_key_is_taken_off(shared: Path, tmp_path: Path) -> None:
    case, rows = read_whole(shared, "24-formula-wrapped-id", tmp_path, "callbacks")
    assert rows.get_column("terugbelverzoek_id").to_list() == [f"007{i:02}" for i in range(12)]
    assert rows.get_column("afgehandeld_op").null_count() == 0
    assert "12 keer stond een waarde als formule" in case.notes


@pytest.mark.parametrize(
    ("name", "amount", "words"),
    [
        ("25-apostrophe-before-minus", "-12.50", "de apostrof van Excel"),
        ("39-accounting-brackets", "-1212.50", "tussen haakjes"),
    ],
)
def test_a_negative_amount_is_read(
    shared: Path, tmp_path: Path, name: str, amount: str, words: str
) -> None:
    case, rows = read_whole(shared, name, tmp_path, "staff_costs")
    assert rows.get_column("bedrag_eur")[11] == Decimal(amount)
    assert words in case.notes


def test_minus_one_is_true_where_there_is_no_one(shared: Path, tmp_path: Path) -> None:
    case, rows = read_whole(shared, "40-access-booleans", tmp_path, "outgoing")
    number = pl.col("factuur_id").str.slice(1).cast(pl.Int64)
    assert rows.select((pl.col("qr_code") == (number % 2 == 1)).all()).item()
    assert "keer stond -1 voor ja" in case.notes


def test_what_statline_does_not_know_is_empty(shared: Path, tmp_path: Path) -> None:
    case, rows = read_whole(
        shared, "43-statline-dots-only", tmp_path, "staff_costs_by_municipality"
    )
    assert rows.height == 24
    assert rows.get_column("lasten_keur").null_count() == 2
    assert "2 keer stond er een teken van StatLine" in case.notes


def test_a_lookup_of_sharepoint_is_its_name(shared: Path, tmp_path: Path) -> None:
    case, rows = read_whole(shared, "47-sharepoint-lookup", tmp_path, "callbacks")
    assert rows.get_column("team").unique().to_list() == ["Burgerzaken"]
    assert "20 keer had een waarde nog het volgnummer van SharePoint" in case.notes


def test_halves_of_a_day_are_read(shared: Path, tmp_path: Path) -> None:
    case, rows = read_whole(shared, "54-am-pm", tmp_path, "callbacks")
    first, last = rows.get_column("afgehandeld_op")[0], rows.get_column("afgehandeld_op")[-1]
    assert first == dt.datetime(2026, 3, 3, 10, tzinfo=dt.UTC)
    assert last == dt.datetime(2026, 3, 22, 12, 13, tzinfo=dt.UTC)
    assert "40 keer stond een tijdstip met AM of PM" in case.notes


def test_spaces_and_apostrophes_of_thousands_are_read(shared: Path, tmp_path: Path) -> None:
    case, rows = read_whole(shared, "81-spaces-as-thousands", tmp_path, "staff_costs")
    assert rows.get_column("bedrag_eur").to_list() == [Decimal(f"1{n}.50") for n in range(201, 225)]
    assert "24 keer stond een spatie of apostrof tussen duizendtallen" in case.notes


def test_keys_that_lost_their_zeros_stop_their_source(shared: Path, tmp_path: Path) -> None:
    """Refused and not put right: nothing in the file says how many zeros there were."""
    case = field.read(shared, "78-leading-zeros-lost", tmp_path)
    assert case.outcome.state == "stopped"
    assert "12 sleutels (terugbelverzoek_id) zijn gelijk aan eerder geleverde" in case.notes
    assert case.rows("callbacks").height == 12
