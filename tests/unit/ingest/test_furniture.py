"""Rows below a header that are no records."""

from __future__ import annotations

import polars as pl
import pytest

from dronten_pipeline.ingest import furniture
from dronten_pipeline.ingest.header import Wanted

WANTED = Wanted(frozenset({"zaak_id", "team", "bedrag"}), frozenset({"zaak_id", "bedrag"}))


def kind(*cells: str | None) -> str | None:
    frame = pl.DataFrame([cells], schema=dict.fromkeys(("zaak_id", "team", "bedrag"), pl.String),
                         orient="row")  # fmt: skip
    (found,) = furniture.kinds(frame, WANTED).to_list()
    return found


@pytest.mark.parametrize(
    "cells",
    [
        ("zaak_id", "team", "bedrag"),
        ("Zaak ID", " TEAM ", "Bedrag"),
        ('"zaak-id"', "team", "bedrag"),
    ],
)
def test_a_header_that_comes_again_is_no_record(cells: tuple[str, ...]) -> None:
    assert kind(*cells) == furniture.REPEATED


@pytest.mark.parametrize(
    "cells",
    [
        ("Totaal", None, "12"),
        ("TOTAAL:", "", "12"),
        (None, "Totaal Burgerzaken", "12"),
        (None, "Burgerzaken Totaal", "12"),
        (None, "subtotaal", "12"),
        ("Eindtotaal", "", ""),
        (None, "Grand Total", "3"),
        ("", "Deel-totaal", "3"),
        ("Som", "", "3"),
        ("Som van bedrag", None, "3"),
    ],
)
def test_a_total_says_so_and_lacks_what_a_record_has(cells: tuple[str | None, ...]) -> None:
    assert kind(*cells) == furniture.TOTAL
    assert kind("Z1", *(cell or "x" for cell in cells[1:])) is None


@pytest.mark.parametrize(
    "cells",
    [
        ("z1", "Totaal", "12"),
        ("123", "Totaal", "12"),
        ("z1", "team", "bedrag"),
        ("z1", "Totalitair", None),
        (None, "Burgerzaken", "12"),
        (None, None, None),
    ],
)
def test_other_rows_are_records(cells: tuple[str | None, ...]) -> None:
    assert kind(*cells) is None


def test_a_total_in_a_column_that_nobody_asked_for_is_one() -> None:
    frame = pl.DataFrame({"zaak_id": [None, "z1"], "bedrag": ["12", "3"]})
    said = pl.Series(["Totaal maart", "Totaal"])
    assert furniture.kinds(frame, WANTED, said).to_list() == [furniture.TOTAL, None]


@pytest.mark.parametrize("number", ["TOTAAL", "Eindtotaal", "Subtotaal Beheer"])
def test_a_total_in_place_of_a_number_is_no_record_however_filled(number: str) -> None:
    assert kind(number, "Beheer", "1200,50") == furniture.TOTAL
    assert kind("Z1", number, "1200,50") is None
