"""Keys that Excel took for a date, and letters that were lost, beside the rest of their column."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
import xlsxwriter

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.ingest import parsing

from .conftest import source


def table() -> Table:
    columns = [
        {"name": "zaak_id", "type": "text", "required": True},
        {"name": "team", "type": "text"},
    ]
    about = {"name": "zaken", "description": "Verzonnen.", "key": ["zaak_id"], "columns": columns}
    return source(tables=[about]).tables[0]


def parse(records: Sequence[tuple[str, str]]) -> parsing.Parsed:
    text = "zaak_id;team\n" + "".join(f"{key};{team}\n" for key, team in records)
    return parsing.parse(text.encode(), table(), b"k")


def teams(*values: str) -> parsing.Parsed:
    return parse([(f"Z{n}", value) for n, value in enumerate(values)])


def stored(parsed: parsing.Parsed, column: str = "team") -> list[str | None]:
    assert parsed.stored is not None
    return parsed.stored.get_column(column).to_list()


# --- keys


@pytest.mark.parametrize(
    "key",
    ["mrt-26", "1-mei", "12-okt-2026", "Jan-2026", "1-5-2026", "01-05-2026", "1/5/2026",
     "2026-05-01", "2026-05-01 00:00:00"],
)  # fmt: skip
@pytest.mark.parametrize("others", ["Z{}", "2026{:05}", "{}.{}", "KCC-{}-a"])
def test_a_key_that_excel_took_for_a_date_is_refused_by_row(key: str, others: str) -> None:
    keys = [others.format(n, n) for n in range(10, 20)]
    parsed = parse([(one, "a") for one in [*keys, key]])
    assert stored(parsed, "zaak_id") == keys
    assert parsed.rejects.row(0)[:2] == (12, "zaak_id")
    assert "door Excel in een datum veranderd" in parsed.rejects.row(0)[2]


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(["MRT-26", "KCC-31", "VTH-12"], id="a team has the name of a month"),
        pytest.param(["2026-10-12", "2026-10-345", "2026-11-7"], id="a number with a year"),
        pytest.param(["1-5-2026", "2-5-2026", "3-5-2026"], id="days are the keys"),
        pytest.param(["1-5-2026", "Z1"], id="as many of both"),
        pytest.param(["mrt-26"], id="alone"),
        pytest.param(["2026-13-0001", "Z2", "Z3"], id="no date"),
    ],
)
def test_a_number_that_is_like_the_others_stays(keys: list[str]) -> None:
    assert stored(parse([(key, "a") for key in keys]), "zaak_id") == keys


def test_a_date_in_another_text_is_none_of_it() -> None:
    assert stored(teams("a", "b", "mrt-26")) == ["a", "b", "mrt-26"]


def test_a_key_that_is_a_date_in_a_workbook_is_refused_too() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for row, key in enumerate(("zaak_id", "Z1", "Z2", "Z3")):
            sheet.write(row, 0, key)
        sheet.write_number(4, 0, 46143, book.add_format({"num_format": "d-mmm"}))
    parsed = parsing.parse(made.getvalue(), table(), b"k")
    assert parsed.rejects.get_column("_line").to_list() == [5]
    assert "door Excel" in parsed.rejects.item(0, "reason")


# --- letters


@pytest.mark.parametrize(
    ("lost", "whole"),
    [
        ("Financi?n", "Financi\u00ebn"),
        ("Financi\ufffdn", "Financi\u00ebn"),
        ("Financi\ufffd\ufffdn", "Financi\u00ebn"),
        ("FINANCI?N", "Financi\u00ebn"),
        ("Caf?", "Caf\u00e9"),
        ("?valuatie", "\u00c9valuatie"),
        ("Co?rdinatie re?le zorg", "Co\u00f6rdinatie re\u00eble zorg"),
    ],
)
def test_a_letter_that_another_value_still_has_is_read(lost: str, whole: str) -> None:
    parsed = teams(whole, lost, "Beheer", lost)
    assert stored(parsed) == [whole, whole, "Beheer", whole]
    assert parsed.cleaned["lost_letter"] == 2


def test_where_more_than_one_value_fits_the_row_is_refused() -> None:
    parsed = teams("re\u00ebel", "re\u00e9el", "re?el", "a")
    assert stored(parsed) == ["re\u00ebel", "re\u00e9el", "a"]
    assert "meer dan een andere waarde" in parsed.rejects.item(0, "reason")


def test_a_letter_that_nobody_knows_is_told() -> None:
    parsed = teams("Financi?n", "Beheer", "Financi?n")
    assert stored(parsed) == ["Financi?n", "Beheer", "Financi?n"]
    assert parsed.cleaned == {"letter_gone": 2}
    assert any("2 keer staat er een vraagteken midden in een woord" in one for one in parsed.notes)


@pytest.mark.parametrize(
    "text", ["Waarom?", "pagina?id=3", "https://a.nl/x?y", "wie, wat? waar?", "?", "jan?@a"]
)
def test_a_question_mark_is_no_lost_letter(text: str) -> None:
    assert not {"lost_letter", "letter_gone"} & set(teams(text, "Caf\u00e9").cleaned)


def test_a_key_with_a_lost_sign_is_refused() -> None:
    parsed = parse([("Z1", "a"), ("Z\ufffd2", "a")])
    assert stored(parsed, "zaak_id") == ["Z1"]
    assert "vervangteken" in parsed.rejects.item(0, "reason")
