"""Texts with separators from the field: each is read as its user expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared import field

#: Case, table, records that count, words in the notes. Where a case may also be refused, it is
#: read: what is meant can be told for certain.
READ = [
    ("27-trailing-delimiter-rows", "callbacks", 20, "20 keer had een regel achteraan"),
    ("28-trailing-delimiter-header", "callbacks", 20, "1 keer had een regel achteraan"),
    ("30-mixed-line-ends", "callbacks", 20, "10 keer eindigde een regel op een losse CR"),
    ("32-header-again-all-text", "region_membership", 20, "1 keer stond de kop er opnieuw"),
    ("33-ctrl-z", "outgoing", 8, "1 keer stond er een eindteken van DOS"),
    ("34-dos-cp850", "callbacks", 20, "gelezen als CP850 (DOS); 20 keer"),
    ("36-mojibake", "callbacks", 20, "20 keer was een woord dubbel gecodeerd"),
    ("38-utf16-with-sep", "callbacks", 20, ""),
    (
        "42-statline-footer-and-dots",
        "staff_costs_by_municipality",
        24,
        "1 keer stond er een regel onder de tabel",
    ),
    ("43-statline-dots-only", "staff_costs_by_municipality", 24, ""),
    # Country and province stay in raw; `is_municipality` keeps them out of every figure.
    ("44-statline-aggregate-rows", "staff_costs_by_municipality", 24, ""),
    ("74-names-nfd-long-upper", "callbacks", 12, ""),
    ("75-header-with-spaces", "callbacks", 20, "4 keer was een kolomnaam anders geschreven"),
]


@pytest.mark.parametrize(("name", "table", "rows", "said"), READ, ids=[case[0] for case in READ])
def test_every_record_is_read(
    shared: Path, tmp_path: Path, name: str, table: str, rows: int, said: str
) -> None:
    case = field.read(shared, name, tmp_path)
    assert case.outcome.state == "current"
    assert case.rows(table).height == rows
    assert case.rejects.is_empty()
    assert said in case.notes


@pytest.mark.parametrize("name", ["34-dos-cp850", "36-mojibake"])
def test_teams_have_the_names_of_the_source(shared: Path, tmp_path: Path, name: str) -> None:
    teams = field.read(shared, name, tmp_path).rows("callbacks")["team"].unique().sort().to_list()
    assert teams == ["Cliëntzaken", "Coördinatie", "Financiën", "Griffie & café"]


def test_a_header_that_comes_again_is_no_region(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "32-header-again-all-text", tmp_path)
    assert "regio" not in case.rows("region_membership")["regio"].to_list()


@pytest.mark.parametrize("name", ["42-statline-footer-and-dots", "43-statline-dots-only"])
def test_what_statline_does_not_know_is_empty(shared: Path, tmp_path: Path, name: str) -> None:
    costs = field.read(shared, name, tmp_path).rows("staff_costs_by_municipality")
    assert costs["lasten_keur"].null_count() == 2
