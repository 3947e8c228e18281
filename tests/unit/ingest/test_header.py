"""Where the header of a table stands, and what its cells name."""

from __future__ import annotations

import unicodedata

import pytest

from dronten_pipeline.ingest import header
from dronten_pipeline.ingest.header import Wanted

WANTED = Wanted(frozenset({"zaak_id", "aangemaakt_op", "team"}), frozenset({"zaak_id", "team"}))
ROW = ["zaak_id", "aangemaakt_op", "team"]
RECORD = ["Z1", "2026-01-01", "Burgerzaken"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Aangemaakt op", "aangemaakt_op"),
        ("AANGEMAAKT-OP ", "aangemaakt_op"),
        ("aangemaaktOp", "aangemaakt_op"),
        ("aange\u00admaakt_op", "aangemaakt_op"),
        ('"aangemaakt op"', "aangemaakt_op"),
        ("'zaak id'", "zaak_id"),
        ("# Zaak–ID", "zaak_id"),
        ("zaak\u00a0id:", "zaak_id"),
        ("\ufeffZaak_Id", "zaak_id"),
        ("ｚａａｋ＿ｉｄ", "zaak_id"),
        ("zaak\nid", "zaak_id"),
    ],
)
def test_a_name_is_known_however_it_is_spelled(name: str, wanted: str) -> None:
    assert header.canonical([name], WANTED)[0] == (wanted,)


def test_one_letter_in_two_codes_is_the_same_name() -> None:
    name = "coördinatie_id"
    assert header.canonical([unicodedata.normalize("NFD", name)], {name}) == ((name,), 1)


def test_only_another_spelling_is_counted_and_other_names_stay_as_they_are() -> None:
    names = ["Zaak_ID", "zaak-nummer", " Naam Aanvrager ", None, "Aangemaakt op"]
    expected = ("zaak_id", "zaak-nummer", "naam aanvrager", "", "aangemaakt_op")
    assert header.canonical(names, WANTED) == (expected, 1)


def test_a_spelling_that_two_columns_of_the_contract_share_names_neither() -> None:
    assert header.canonical(["a b", "a_b", "ab"], {"a_b", "ab"}) == (("a b", "a_b", "ab"), 0)


@pytest.mark.parametrize("above", range(20))
def test_the_header_is_found_within_twenty_rows(above: int) -> None:
    rows = [["Overzicht zaken", "team", ""]] * above + [ROW] + [RECORD] * 30
    found = header.find(rows, WANTED)
    assert (found.first, found.last, found.names) == (above, above, tuple(ROW))
    assert found.is_complete


def test_a_header_beyond_twenty_rows_is_not_looked_for() -> None:
    found = header.find([["titel"]] * 20 + [ROW], WANTED)
    assert (found.first, found.is_complete) == (0, False)


def test_the_first_header_is_taken_when_it_stands_there_again() -> None:
    assert header.find([["titel"], ROW, RECORD, ROW], WANTED).first == 1


def test_without_a_whole_header_the_row_that_names_most_is_taken() -> None:
    found = header.find([["titel"], ["zaak_id", "aangemaakt_op", "afdeling"], RECORD], WANTED)
    assert (found.first, found.found, found.is_complete) == (1, 2, False)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        pytest.param(["Zaak", "", "team"], ["id", "nummer", ""], id="group over two columns"),
        pytest.param(["zaak_", "aangemaakt", "te"], ["id", "op", "am"], id="broken words"),
        pytest.param(["zaak-", "aangemaakt", "team"], ["id", "op", None], id="broken and whole"),
        pytest.param(["Gegevens", "", "Team"], ["zaak_id", "iets"], id="rows of two lengths"),
    ],
)
def test_a_header_of_two_rows_is_joined(upper: list[str | None], lower: list[str | None]) -> None:
    found = header.find([["titel"], upper, lower, RECORD], WANTED)
    assert (found.first, found.last) == (1, 2)
    assert {"zaak_id", "team"} <= set(found.names)


def test_a_row_that_is_whole_by_itself_is_never_joined() -> None:
    found = header.find([["Zaak", "", "Wie"], ROW, ["aangemaakt_op", "x", "y"]], WANTED)
    assert (found.first, found.last, found.names) == (1, 1, tuple(ROW))


def test_without_names_to_look_for_the_first_row_is_the_header() -> None:
    assert header.find([["a", "b"], ["c", "d"]], ()).names == ("a", "b")


@pytest.mark.parametrize(
    "other", ["afgehandelt_op", "Afgehandled op", "afgehandel-op", "afgehanndeld_op"]
)
def test_a_slip_in_a_word_is_a_typing_error(other: str) -> None:
    assert header.is_mistyped("afgehandeld_op", ["team", other])
    assert header.is_alike("afgehandeld_op", ["team", other])


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("beantwoord", "beantwoord_op"),
        ("afgehandeld_op", "afgehandeld"),
        ("afgehandeld_op", "afgehandeld_door"),
        ("afgehandeld_op", "afgemeld_op"),
        ("betaald_op", "betaald_om"),
        ("lasten_keur", "lasten_eur"),
        ("geldig_tot", "geldig_van"),
        ("rd_x", "rd_z"),
    ],
)
def test_another_word_is_another_column(name: str, other: str) -> None:
    assert not header.is_mistyped(name, [other])
    assert not header.is_mistyped(other, [name])
