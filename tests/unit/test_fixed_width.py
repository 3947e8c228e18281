"""Texts of one length as an array: what stands where, and when there is none."""

from __future__ import annotations

import polars as pl
import pytest

from dronten_pipeline.core import fixed_width, personal


def test_each_row_is_a_place_and_each_column_a_text() -> None:
    rows = fixed_width.places(pl.Series(["Ab1", "Cd2", "é7"]))
    assert rows is not None
    assert [bytes(column).decode() for column in rows.T] == ["Ab1", "Cd2", "é7"]
    part = fixed_width.places(pl.Series([f"{number:04d}" for number in range(5_000)])[4_321:])
    assert part is not None and bytes(part[:, 0]) == b"4321" and part.shape == (4, 679)


@pytest.mark.parametrize("texts", [[], ["a", "bc"], ["", ""], ["ab", "é", ""]])
def test_texts_of_other_lengths_and_no_texts_make_none(texts: list[str]) -> None:
    assert fixed_width.places(pl.Series(texts, dtype=pl.String)) is None


def test_letters_and_digits_are_those_of_ascii() -> None:
    for code in range(256):
        row = fixed_width.places(pl.Series(["00"]))
        assert row is not None
        row[0] = code
        sign = chr(code) if code < 128 else ""
        assert fixed_width.are_letters(row[:1]) == sign.isalpha()
        assert fixed_width.are_digits(row[:1]) == sign.isdigit()
        assert fixed_width.are(row[0], "-") == (sign == "-")


@pytest.mark.parametrize("letters", ["W", "WF", "ABCDEFGHIJKL", "ABCDEFGHIJKLM", "É"])
@pytest.mark.parametrize("head", ["", "0", "00", "000", "06", "060", "316", "310", "36"])
@pytest.mark.parametrize("size", [8, 9, 10, 11, 12, 13])
def test_keys_that_are_all_alike_hold_what_they_hold_among_others(
    letters: str, head: str, size: int
) -> None:
    draw = [(7_919 * number) % 10 ** (size - len(head)) for number in range(300)]
    keys = [f"{letters}-{head}{one:0{size - len(head)}d}" for one in draw]
    among_others = pl.Series("nummer", [*keys, "niets", None])
    alike = pl.Series("nummer", [*keys, None])
    for role in ("key", "text"):
        found = personal.examine(alike, role=role)  # type: ignore[arg-type]
        assert found == personal.examine(among_others, role=role)  # type: ignore[arg-type]
