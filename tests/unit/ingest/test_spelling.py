"""What systems write around a value, or in place of nothing, is read as what it means."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dronten_pipeline.contracts.sources import ColumnType
from dronten_pipeline.ingest import cleaning, spelling

from .test_values import AS_OF, judged, one, table, typed

NOTHING = [
    "NULL", "null", r"\N", "None", "n.v.t.", "N.V.T.", "nvt", "-", "--", "\u2013", "<null>",
    "(leeg)", "(null)", "n/a", "N/A", "NaN", " NULL ", '="NULL"', "niet van toepassing",
]  # fmt: skip
KINDS: list[ColumnType] = ["text", "integer", "decimal", "boolean", "date", "timestamp"]
ERRORS = ["#N/B", "#N/A", "#VERW!", "#REF!", "#DEEL/0!", "#DIV/0!", "#WAARDE!", "#VALUE!", "#NAAM?",
          "#NAME?", "#GETAL!", "#NUM!", "#LEEG!", "#NULL!", "#OVERLOOP!", "######", "Err:502",
          "#Error", "#VELD!"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", NOTHING)
def test_a_word_for_nothing_is_empty_and_counted(kind: ColumnType, text: str) -> None:
    found = typed(kind, [text])
    assert found.frame.get_column("v").to_list() == [None]
    assert found.cleaned["null_text"] == 1
    assert typed(kind, [text], required=True).rejects.height == 1


@pytest.mark.parametrize("text", ["NA", "leeg", "?", "."])
def test_a_word_that_may_be_text_stays_text_and_is_counted(text: str) -> None:
    found = typed("text", [text])
    assert found.frame.get_column("v").to_list() == [text]
    assert found.cleaned == {"perhaps_nothing": 1}
    assert one("boolean", text) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ERRORS)
def test_an_error_of_a_spreadsheet_is_no_value(kind: ColumnType, text: str) -> None:
    rejects = typed(kind, [text, None]).rejects
    assert rejects.height == 1
    assert rejects.get_column("reason")[0].startswith(f"v: '{text}' is een foutmelding")


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        ('="00700"', "00700", "formula"),
        ("=00700", "00700", "formula"),
        ('="a ""b"""', 'a "b"', "formula"),
        ('"00700"', "00700", "outer_quotes"),
        ("'00700'", "00700", "outer_quotes"),
        ("'00700", "00700", "leading_apostrophe"),
        ("'TBV-7000", "TBV-7000", "leading_apostrophe"),
        ("'s-Gravenhage", "'s-Gravenhage", None),
        ("'t Harde", "'t Harde", None),
        ("12;#Burgerzaken", "Burgerzaken", "sharepoint"),
        ("12;#Burgerzaken;#", "Burgerzaken", "sharepoint"),
        (";#Burgerzaken;#", "Burgerzaken", "sharepoint"),
        ("string;#Burgerzaken", "Burgerzaken", "sharepoint"),
        ("12;#", None, "sharepoint"),
        ("a;#b", "a;#b", None),
        ("12;#Naam;#13;#Ander", "rejected", None),
        (";#Naam;#Ander;#", "rejected", None),
        ("#1 in de rij", "#1 in de rij", None),
    ],
)
def test_what_stands_around_text(text: str, expected: object, kind: str | None) -> None:
    assert one("text", text) == expected
    assert set(typed("text", [text]).cleaned) == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,000001E+6", "1000001"),
        ("1.000001e6", "1000001"),
        ("1,0000010E+06", "1000001"),
        ("1000006.0", "1000006"),
        ("700,00", "700"),
        ("2,02603E+16", "rejected"),
        ("1,5E+3", "rejected"),
        ("1E+6", "rejected"),
        ("1,23457E+11", "rejected"),
        ("2E4", "2E4"),
        ("1.000", "1.000"),
    ],
)
def test_a_number_that_was_made_of_a_key(text: str, expected: str) -> None:
    frame = pl.DataFrame({"k": [text], "v": ["x"], "_line": [0]})
    found = spelling_of_key(frame)
    assert found == expected
    assert one("text", text) == text  # of a column that identifies nothing


def spelling_of_key(frame: pl.DataFrame) -> str:
    from dronten_pipeline.ingest import values

    found = values.type_records(frame, table("text"))
    return str(found.frame.get_column("k")[0]) if found.frame.height else "rejected"


@pytest.mark.parametrize("kind", ["integer", "decimal"])
@pytest.mark.parametrize("text", [".", "x", "X"])
def test_a_figure_that_statline_does_not_know(kind: ColumnType, text: str) -> None:
    found = typed(kind, [text])
    assert found.frame.get_column("v").to_list() == [None]
    assert found.cleaned == {"unknown_figure": 1}
    assert typed(kind, [text], required=True).rejects.height == 1


def test_minus_one_is_true_only_beside_zero() -> None:
    found = typed("boolean", ["-1", "0", None, "NULL"])
    assert found.frame.get_column("v").to_list() == [True, False, None, None]
    assert found.cleaned == {"minus_one_true": 1, "null_text": 1}
    mixed = typed("boolean", ["-1", "0", "1"])
    assert mixed.rejects.get_column("_line").to_list() == [0]
    assert one("boolean", "x") == "rejected"


@pytest.mark.parametrize(
    "text", ["0000-00-00", "0000-00-00 00:00:00", "00000000", "0", "00-00-0000", "00:00:00"]
)
def test_a_day_that_no_calendar_has_is_no_date(text: str) -> None:
    found = judged("date", [text])
    assert found.frame.get_column("v").to_list() == [None]
    assert found.cleaned == {"no_date": 1}


@pytest.mark.parametrize("kind", ["date", "timestamp"])
@pytest.mark.parametrize(
    "text", ["31-12-9999", "9999-12-31T23:59:59.9999999Z", "2079-06-06", "infinity"]
)
def test_the_largest_dates_are_open_ends(kind: ColumnType, text: str) -> None:
    found = judged(kind, [text], is_end=True)
    assert found.frame.get_column("v").to_list() == [None]
    assert found.cleaned == {"open_end": 1}
    assert judged(kind, [text]).rejects.height == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("45992", "dagnummer van Excel"),
        ("45992,5", "dagnummer van Excel"),
        ("03/04/2026", "schuine strepen"),
        ("2026/31/03", "bestaat niet"),
        ("2026-03-02 13:00 PM", "bestaat niet"),
    ],
)
def test_a_date_that_cannot_be_read_is_refused_in_words(text: str, words: str) -> None:
    assert words in judged("date", [text]).rejects.get_column("reason")[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [("12,50 CR", "debet of credit"), ("12,50 D", "debet of credit"), ("42,6 %", "procentteken")],
)
def test_an_amount_with_another_sign_is_refused_in_words(text: str, words: str) -> None:
    assert words in typed("decimal", [text]).rejects.get_column("reason")[0]


def test_every_kind_of_cleaning_has_an_example() -> None:
    for name, kind in cleaning.KINDS.items():
        assert kind.words and kind.example, name


AROUND = ["{}", " {} ", "'{}", '="{}"', '"{}"', "'{}'", "\u00a0{}\ufeff"]
AMOUNTS = {
    "comma": lambda euros, cents: f"{euros},{cents:02}",
    "point": lambda euros, cents: f"{euros}.{cents:02}",
    "thousands point": lambda euros, cents: f"{euros:,}".replace(",", ".") + f",{cents:02}",
    "thousands comma": lambda euros, cents: f"{euros:,}.{cents:02}",
    "space": lambda euros, cents: f"{euros:,}".replace(",", "\u202f") + f",{cents:02}",
    "thin space": lambda euros, cents: f"{euros:,}".replace(",", "\u2009") + f",{cents:02}",
    "apostrophe": lambda euros, cents: f"{euros:,}".replace(",", "'") + f".{cents:02}",
    "mark": lambda euros, cents: f"{euros:,}".replace(",", "\u2019") + f".{cents:02}",
    "euro": lambda euros, cents: f"\u20ac {euros},{cents:02}",
    "EUR": lambda euros, cents: f"{euros},{cents:02} EUR",
}
NEGATIVE = ["-{}", "{}-", "({})", "\u2212{}", "{} -", "- {}"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**9), st.integers(0, 99), st.booleans(),
            st.sampled_from(sorted(AMOUNTS)), st.sampled_from(NEGATIVE), st.sampled_from(AROUND),
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_an_amount_is_itself_however_it_is_written(
    drawn: list[tuple[int, int, bool, str, str, str]],
) -> None:
    cells: list[str | None] = []
    meant = []
    for euros, cents, is_negative, way, sign, around in drawn:
        text = AMOUNTS[way](euros, cents)
        cells.append(around.format(sign.format(text) if is_negative else text))
        amount = Decimal(f"{euros}.{cents:02}")
        meant.append(-amount if is_negative else amount)
    found = typed("decimal", cells)
    assert found.rejects.is_empty(), found.rejects.rows()
    assert found.frame.get_column("v").to_list() == meant


MOMENTS = [
    "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.000", "%Y-%m-%dT%H:%M:%S.0000000", "%Y-%m-%d %I:%M %p",
    "%d-%m-%Y %I:%M:%S %p", "%d %b %Y %H:%M", "%d %B %Y %H.%M uur", "%d-%m-%y %H:%M",
    "%Y%m%d %H:%M:%S", "%a %d %b %Y %H:%M", "%d-%b-%Y %H:%M",
]  # fmt: skip
DUTCH = {"March": "maart", "Mar": "mrt", "May": "mei", "Oct": "okt", "Mon": "ma", "Wed": "wo",
         "Tue": "di", "Thu": "do", "Fri": "vr", "Sat": "za", "Sun": "zo", "June": "juni",
         "January": "januari", "February": "februari", "July": "juli", "August": "augustus",
         "October": "oktober"}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2030, 12, 31)),
            st.sampled_from(MOMENTS), st.sampled_from(AROUND),
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_a_moment_is_itself_however_it_is_written(
    drawn: list[tuple[dt.datetime, str, str]],
) -> None:
    cells: list[str | None] = []
    meant = []
    for moment, way, around in drawn:
        minute = moment.replace(second=0, microsecond=0)
        text = minute.strftime(way)
        for english, dutch in DUTCH.items():
            text = text.replace(english, dutch)
        cells.append(around.format(text))
        meant.append(minute.date())
    found = judged("date", cells)
    assert found.rejects.is_empty(), (cells, found.rejects.rows())
    assert found.frame.get_column("v").to_list() == meant
    instants = judged("timestamp", cells)
    assert instants.rejects.is_empty()
    assert AS_OF  # the as-of date of both


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(whitelist_categories=["Ll", "Lu"], max_codepoint=127), min_size=4),
    st.integers(0, 10**6),
    st.sampled_from(["{}", " {} ", '="{}"', '"{}"', "'{}'", "12;#{}", ";#{};#"]),
)
def test_a_name_is_itself_whatever_stands_around_it(name: str, number: int, around: str) -> None:
    text = f"{name} {number}"
    assert one("text", around.format(text)) == text


@given(st.sampled_from(ERRORS + NOTHING))
def test_what_a_rule_is_about_is_always_found(text: str) -> None:
    """The pattern that picks out texts for the rules may not be narrower than the rules."""
    frame = pl.DataFrame({"v": [text]})
    assert frame.select(pl.col("v").str.contains(spelling.SPECIAL)).item()
