"""What a value means in every dialect."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import Column, ColumnType, Table
from dronten_pipeline.ingest import records, values


def table(kind: ColumnType, **changes: object) -> Table:
    about = {"name": "v", "type": kind, "description": "Verzonnen.", **changes}
    key = Column(name="k", type="text", required=True, description="Verzonnen.")
    columns = [key, Column.model_validate(about)]
    return Table(name="t", description="Verzonnen.", key=["k"], columns=columns)


def typed(kind: ColumnType, cells: list[str | None], **changes: object) -> values.Typed:
    numbers = changes.pop("numbers", None)
    frame = pl.DataFrame(
        {"k": ["k"] * len(cells), "v": cells, "_line": list(range(len(cells)))},
        schema={"k": pl.String, "v": pl.String, "_line": pl.Int64},
    )
    if numbers is not None:
        frame = frame.with_columns(pl.Series(records.number_of("v"), numbers, dtype=pl.String))
    return values.type_records(frame, table(kind, **changes))


def one(kind: ColumnType, cell: str | None, **changes: object) -> object:
    found = typed(kind, [cell], **changes).frame
    return found.get_column("v")[0] if found.height else "rejected"


NEW_YEARS_EVE = dt.date(2025, 12, 31)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31-12-2025", NEW_YEARS_EVE),
        ("31-12-25", NEW_YEARS_EVE),
        ("2025-12-31", NEW_YEARS_EVE),
        ("2025/12/31", NEW_YEARS_EVE),
        ("2025.12.31", NEW_YEARS_EVE),
        ("31 dec 2025", NEW_YEARS_EVE),
        ("31 DEC. 2025", NEW_YEARS_EVE),
        ("31 december 2025", NEW_YEARS_EVE),
        ("31-dec-2025", NEW_YEARS_EVE),
        ("1 maart 2025", dt.date(2025, 3, 1)),
        ("1 mrt 2025", dt.date(2025, 3, 1)),
        ("1-3-2025", dt.date(2025, 3, 1)),
        ("01-06-98", dt.date(1998, 6, 1)),
        ("29-02-2024", dt.date(2024, 2, 29)),
        ("\ufeff 31-12-2025\u00a0", NEW_YEARS_EVE),
        ("", None),
        ("31/12/2025", "rejected"),
        ("29-02-2025", "rejected"),
        ("31-04-2026", "rejected"),
        ("31 foo 2025", "rejected"),
        ("46022", "rejected"),
        ("31-12-2025 23:59", NEW_YEARS_EVE),
        ("2026-01-07T23:30Z", dt.date(2026, 1, 8)),
        ("2026-01-07T23:30+01:00", dt.date(2026, 1, 7)),
    ],
)
def test_dates(text: str, expected: object) -> None:
    assert one("date", text) == expected


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31-12-2025 10:00:00", utc(2025, 12, 31, 9)),
        ("2025-06-01T10:00:00", utc(2025, 6, 1, 8)),
        ("1 juni 2025 10:00", utc(2025, 6, 1, 8)),
        ("31-12-2025", utc(2025, 12, 30, 23)),
        ("2026-01-07T23:30Z", utc(2026, 1, 7, 23, 30)),
        ("2026-01-07 23:30:00+0100", utc(2026, 1, 7, 22, 30)),
        ("2026-01-07 23:30:00.25 -05:00", utc(2026, 1, 8, 4, 30, 0, 250000)),
        pytest.param("29-03-2026 02:30", utc(2026, 3, 29, 1, 30), id="skipped: an hour later"),
        pytest.param("29-03-2026 02:30:00", utc(2026, 3, 29, 1, 30), id="skipped, quick way"),
        pytest.param("25-10-2026 02:30", utc(2026, 10, 25, 0, 30), id="doubled: the first"),
        ("31-12-2025 24:00", "rejected"),
        ("31-12-2025 10:60", "rejected"),
        ("31-12-2025 10:00:61", "rejected"),
        ("31-12-2025 10:00+25:00", "rejected"),
    ],
)
def test_timestamps_become_instants(text: str, expected: object) -> None:
    assert one("timestamp", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234", "1234"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("1.234.567", "1234567"),
        ("1234.567", "1234.567"),
        ("0.567", "0.567"),
        (",5", "0.5"),
        ("1 234 567,89", "1234567.89"),
        ("1\u00a0234,5", "1234.5"),
        ("€ 1.234,50", "1234.5"),
        ("12,50 EUR", "12.5"),
        ("€ 1.234,-", "1234"),
        ("12,50-", "-12.5"),
        ("-12,50", "-12.5"),
        ("€ -5,00", "-5"),
        ("−5,00", "-5"),
        ("+3", "3"),
        ("0,1234567", "0.123457"),
        ("1.234", "rejected"),
        ("1,234", "rejected"),
        ("12 34", "rejected"),
        ("1.23.4", "rejected"),
        ("1234.567,8", "rejected"),
        ("--5", "rejected"),
        ("1e5", "rejected"),
        ("10%", "rejected"),
        ("9" * 23, "rejected"),
    ],
)
def test_an_amount_is_read_where_it_can_be_read_in_one_way(text: str, expected: str) -> None:
    found = one("decimal", text)
    assert found == (expected if expected == "rejected" else Decimal(expected))


@pytest.mark.parametrize(
    ("others", "hint", "expected"),
    [
        pytest.param(["12,50"], None, "1234", id="others with a comma"),
        pytest.param(["12.50"], None, "1.234", id="others with a point"),
        pytest.param(["1.234.567"], None, "1234", id="others with thousands points"),
        pytest.param(["12,50", "12.50"], None, "rejected", id="others disagree"),
        pytest.param(["5"], None, "rejected", id="others say nothing"),
        pytest.param(["12.50"], ",", "1234", id="the contract goes first"),
        pytest.param([], ".", "1.234", id="the contract alone"),
    ],
)
def test_what_decides_an_amount_that_can_be_read_in_two_ways(
    others: list[str], hint: str | None, expected: str
) -> None:
    found = typed("decimal", ["1.234", *others], decimal_mark=hint)
    first = found.frame.filter(pl.col("_line") == 0).get_column("v").to_list()
    assert first == ([] if expected == "rejected" else [Decimal(expected)])
    assert any("1.234" in note for note in found.notes)


@pytest.mark.parametrize(
    ("cells", "hint", "expected"),
    [
        pytest.param(["1.234"], ",", 1234, id="thousands point"),
        pytest.param(["1.234"], ".", "rejected", id="decimal point"),
        pytest.param(["1.234"], None, "rejected", id="undecided"),
        pytest.param(["12,0"], None, 12, id="whole"),
        pytest.param(["12,5"], None, "rejected", id="not whole"),
        pytest.param(["-7"], None, -7, id="negative"),
        pytest.param(["99999999999999999999"], None, "rejected", id="too large"),
    ],
)
def test_integers(cells: list[str | None], hint: str | None, expected: object) -> None:
    assert one("integer", cells[0], decimal_mark=hint) == expected


def test_a_native_number_never_goes_through_the_rules_of_text() -> None:
    numbers = ["1.234", "3.0", "1e3"]
    found = typed("decimal", [None] * 3, numbers=numbers, decimal_mark=",")
    assert found.frame.get_column("v").to_list() == [Decimal("1.234"), Decimal(3), Decimal(1000)]
    found = typed("integer", [None] * 3, numbers=numbers, decimal_mark=",")
    assert found.frame.get_column("v").to_list() == [3, 1000]
    found = typed("text", [None] * 3, numbers=["1.234", "123.0", "7"])
    assert found.frame.get_column("v").to_list() == ["1.234", "123", "7"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, True) for text in ("ja", "J", "true", "1", "WAAR")),
        *((text, False) for text in ("nee", "n", "FALSE", "0", "onwaar")),
        ("misschien", "rejected"),
    ],
)
def test_booleans(text: str, expected: object) -> None:
    assert one("boolean", text) == expected


def test_text_keeps_its_case_and_loses_outer_white_space() -> None:
    assert one("text", "\0 \ufeffAbC d\u00a0\t") == "AbC d"
    assert one("text", " \u00a0 ") is None


def test_every_failing_column_is_named_in_one_row() -> None:
    columns = [
        {"name": "k", "type": "text", "required": True},
        {"name": "d", "type": "date"},
        {"name": "n", "type": "integer"},
    ]
    contract = Table.model_validate(
        {
            "name": "t",
            "description": "Verzonnen.",
            "key": ["k"],
            "columns": [{**column, "description": "Verzonnen."} for column in columns],
        }
    )
    frame = pl.DataFrame(
        {"k": ["a", None], "d": ["x", "1-1-2025"], "n": ["y", "1"], "_line": [2, 3]}
    )
    rejects = values.type_records(frame, contract).rejects
    assert rejects.select("_line", "column_name").rows() == [(2, "d"), (3, "k")]
    assert rejects.get_column("reason")[0].count(";") >= 1
    assert "k is leeg" in rejects.get_column("reason")[1]


@pytest.mark.parametrize(
    ("cell", "changes", "hidden"),
    [
        pytest.param("123456782", {}, "123456782", id="eleven-proof"),
        pytest.param("x bsn 1234.56.782", {}, "1234.56.782", id="written in groups"),
        pytest.param("jan@voorbeeld.nl", {}, "jan@", id="address"),
        pytest.param("x" * 60, {}, "x" * 41, id="long"),
        pytest.param("1234 56782", {}, "1234", id="nine figures in two groups"),
        pytest.param("12.34.56.78", {}, "12.34", id="eight figures"),
        pytest.param("1e12345678", {}, "12345678", id="figures with a letter"),
        pytest.param("31-02-1955", {}, "1955", id="may be a day of birth"),
        pytest.param("1955-02-31", {}, "1955", id="the same, year first"),
        pytest.param("31/2/1955", {}, "1955", id="the same, with slashes"),
        pytest.param("31-02-55", {}, "55", id="the same, short year"),
        pytest.param("31-02-2026 12345", {}, "12345", id="a late day with more"),
    ],
)
def test_a_reason_does_not_repeat_what_may_be_private(
    cell: str, changes: dict[str, object], hidden: str
) -> None:
    reason = typed("date", [cell], **changes).rejects.get_column("reason")[0]
    assert hidden not in reason
    assert reason.startswith("v: ")


def test_an_ordinary_value_is_quoted_in_the_reason() -> None:
    for text in ("31-04-2026", "2026-04-31", "31/04/2026", "31-04-2026 10:11", "12,5"):
        assert f"'{text}'" in typed("date", [text]).rejects.get_column("reason")[0]
    early = judged("date", ["31-12-1955", "01-01-1990"]).rejects.get_column("reason")[0]
    assert early == "v: de waarde ligt voor 01-01-1990 en kan niet kloppen."


AS_OF = dt.date(2026, 6, 30)


def judged(kind: ColumnType, cells: list[str | None], **changes: object) -> values.Typed:
    frame = pl.DataFrame(
        {"k": ["k"] * len(cells), "v": cells, "_line": list(range(len(cells)))},
        schema={"k": pl.String, "v": pl.String, "_line": pl.Int64},
    )
    as_of = changes.pop("as_of", AS_OF)
    return values.type_records(frame, table(kind, **changes), as_of)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["date", "timestamp"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("03-02-0206", "ligt voor 01-01-1990"),
        ("31-12-1989", "ligt voor 01-01-1990"),
        ("01-07-2036", "meer dan 10 jaar na de peildatum"),
        ("9999-12-31", "meer dan 10 jaar na de peildatum"),
    ],
)
def test_a_date_that_cannot_be_goes_to_quarantine(kind: ColumnType, text: str, words: str) -> None:
    found = judged(kind, [text, "01-01-1990", "30-06-2036", None])
    assert found.frame.height == 3
    assert words in found.rejects.get_column("reason")[0]
    assert found.rejects.get_column("_line").to_list() == [0]


def test_a_contract_may_ask_for_older_and_later_dates() -> None:
    early = judged("date", ["01-05-1972", "31-12-1949"], earliest=dt.date(1950, 1, 1))
    assert early.frame.get_column("v").to_list() == [dt.date(1972, 5, 1)]
    assert judged("date", ["01-07-2046"], years_ahead=25).frame.height == 1


@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_what_systems_write_for_no_date_is_empty(kind: ColumnType) -> None:
    nothing: list[str | None] = [
        "0001-01-01", "01-01-1753", "30-12-1899", "1899-12-31", "1900-01-01", "0-1-1900",
        "1900-01-00",
    ]  # fmt: skip
    found = judged(kind, [*nothing, "01-01-2026"])
    assert found.frame.get_column("v").null_count() == len(nothing)
    assert found.rejects.is_empty()
    assert found.cleaned == {"no_date": 7}
    required = judged(kind, [*nothing, "01-01-2026"], required=True)
    assert set(required.rejects.get_column("reason")) == {"v is leeg, maar verplicht."}


def test_an_open_end_is_empty_where_something_ends() -> None:
    ends: list[str | None] = ["9999-12-31", "31-12-2099", "2262-04-11T23:47:16.854775", None]
    found = judged("date", ends, is_end=True)
    assert found.frame.get_column("v").to_list() == [None] * 4
    assert found.cleaned == {"open_end": 3}
    assert judged("date", ends).rejects.height == 3


def test_a_reading_says_for_which_days_of_judgement_it_holds() -> None:
    horizon = judged("date", ["01-01-2020", "01-03-2036", "15-09-2036"]).horizon
    assert horizon == values.Horizon(dt.date(2026, 3, 1), dt.date(2026, 9, 15))
    assert [
        horizon.holds_on(day)
        for day in (
            dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 9, 14), dt.date(2026, 9, 15),
        )
    ] == [False, True, True, False]  # fmt: skip


def test_no_record_is_lost_beside_one_on_its_line_that_is_not_plain() -> None:
    frame = pl.DataFrame({"k": ["a", "b", "c"], "v": ["12,50", "€ 3", "7"], "_line": [1, 1, 2]})
    found = values.type_records(frame, table("decimal")).frame
    assert found.get_column("k").to_list() == ["a", "b", "c"]
    assert found.get_column("v").to_list() == [Decimal("12.5"), Decimal(3), Decimal(7)]
