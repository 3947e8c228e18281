"""Figures that a person worked out from a small delivery, beside what the pipeline says.

`by_hand/<source>/` is an invented delivery of two months and two teams, with a term over Easter and
one over King's Day, moments just before and after midnight, and records that do not count.
`by_hand/answers.csv` gives each figure with the records behind it, as somebody with the delivery,
a calendar and the definitions writes it down; no code of the pipeline was used for it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.chain.deliveries import current, quarantine

HERE = Path(__file__).resolve().parent / "by_hand"
KEYS = ["kpi_id", "period_grain", "period_start", "dimension", "dimension_value"]
NUMBERS = ["value", "numerator", "denominator", "ci_low", "ci_high"]


@pytest.fixture(scope="module")
def compared(hand_home: Path) -> pl.DataFrame:
    """One row per answer, with what the release says in the columns `found_*`."""
    answers = pl.read_csv(
        HERE / "answers.csv",
        schema_overrides={**dict.fromkeys(NUMBERS, pl.Float64), "period_start": pl.Date},
    ).with_columns(pl.coalesce("value", 100 * pl.col("numerator") / pl.col("denominator")))
    figures = current(hand_home, "fct_kpi_value").rename(
        {name: f"found_{name}" for name in NUMBERS}
    )
    return answers.join(figures, on=KEYS, how="left")


def test_ten_kpis_and_more_over_two_months_and_two_teams(compared: pl.DataFrame) -> None:
    assert compared["kpi_id"].n_unique() >= 10
    assert compared.filter(dimension="team", period_grain="month").height >= 8
    assert compared["reasoning"].null_count() == 0


def test_every_figure_is_the_one_worked_out_by_hand(compared: pl.DataFrame) -> None:
    assert compared["is_suppressed"].null_count() == 0, "a figure is missing"
    for name in NUMBERS:
        # An interval is worked out to four decimals; the rest is exact.
        apart = (pl.col(name) - pl.col(f"found_{name}")).abs()
        wrong = compared.filter(
            pl.col(name).is_not_null()
            & (apart > (1e-4 if name.startswith("ci") else 1e-9)).fill_null(True)
        )
        assert wrong.is_empty(), wrong.select(*KEYS, name, f"found_{name}", "reasoning").to_dicts()


def test_the_month_that_is_not_over_is_provisional(compared: pl.DataFrame) -> None:
    for row in compared.filter(period_grain="month").iter_rows(named=True):
        assert row["is_provisional"] == (row["period_start"].month == 4), row


def test_a_product_with_two_grades_is_hidden_and_its_neighbour_too(hand_home: Path) -> None:
    """Of the quarter that is over; of the one that runs there are no products yet."""
    figures = current(hand_home, "fct_kpi_value").filter(pl.col("kpi_id") == "service_rating")
    grades = figures.filter(pl.col("dimension") == "product")
    assert set(grades["dimension_value"]) == {"paspoort", "rijbewijs"}
    assert grades["is_suppressed"].all() and not grades["is_provisional"].any()
    assert grades["value"].null_count() == grades.height
    assert figures["is_provisional"].any()


def test_the_callback_handled_before_it_was_made_is_in_quarantine(hand_home: Path) -> None:
    rejected = quarantine(hand_home, "customer_contact")
    assert rejected.select("file_name", "line").rows() == [("callbacks_2026-03.csv", 15)]


def test_an_einvoice_says_what_the_ledger_lacks_and_what_it_never_saw(hand_home: Path) -> None:
    """Two files of XML: the invoice F05 with its due date, and a credit note of that number."""
    listed = current(hand_home, "work_list").filter(pl.col("list").str.starts_with("invoices"))
    details = dict(listed.filter(item_id="F05").select("list", "detail").rows())
    assert details == {
        "invoices_overdue": "Factuur van 4500,00 euro, ontvangen op 12-02-2026, vervaldatum van de "
        "leverancier 01-03-2026",
        "invoices_unseen": "Creditnota van -250,00 euro, gedateerd 11-02-2026, staat niet in de "
        "administratie",
    }
    read = current(hand_home, "source_delivery").filter(table_name="einvoices")
    assert read.select("format", "state", "rows_accepted").rows() == [("xml", "read", 1)] * 2
