"""What is stored of personal data, and finding citizen service numbers."""

from __future__ import annotations

import hashlib
import hmac

import polars as pl
import pytest

from dronten_pipeline.ingest import parsing, privacy

from .conftest import source

# 123456782 and 111222333 pass the eleven-test and belong to nobody; 123456789 does not pass.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123456782", True),
        ("bsn:123456782, graag", True),
        ("x123456782y", True),
        ("123.456.782", True),
        ("123 456 782", True),
        ("1234.56.782", True),
        ("12.34.56.782", True),
        ("123456789 en 111222333", True),
        ("123.456.789 123.456.782", True),
        ("123456789", False),
        ("1234567820", False),
        ("0123456782", False),
        ("06-12345678", False),
        ("000000000", False),
        ("", False),
        (None, False),
    ],
)
def test_the_eleven_test_finds_numbers_within_text(text: str | None, expected: bool) -> None:
    frame = pl.DataFrame({"t": pl.Series([text], dtype=pl.String)})
    assert frame.select(privacy.eleven_proof(pl.col("t"))).item() is expected


CSV = (
    "zaak_id;datum;toelichting;klant;rd_x\n"
    'a;31-12-2025;"bel 06-12345678\nmet Jan";huis 1;180000\n'
    "b;31-12-2025;;huis 1;\n"
    "c;31-12-2025;x;;x\n"
)


def test_only_what_may_be_stored_is_stored() -> None:
    stored = parsing.parse(CSV.encode(), source().table("zaken"), b"sleutel").stored
    assert stored is not None
    assert dict(stored.schema) == privacy.stored_columns(source().table("zaken"))
    assert stored.get_column("toelichting_length").to_list() == [23, None, 1]
    expected = hmac.new(b"sleutel", b"huis 1", hashlib.sha256).hexdigest()
    assert stored.get_column("klant").to_list() == [expected, expected, None]
    assert "rd_x" not in stored.columns


def test_another_key_means_another_parse() -> None:
    table = source().table("zaken")
    assert parsing.version_of(table, b"a") != parsing.version_of(table, b"b")
    plain = source().table("zaken_extra")
    assert parsing.version_of(plain, b"a") == parsing.version_of(plain, b"b")


def test_a_number_in_an_ordinary_column_is_an_error() -> None:
    content = b"code;naam\nx;mail over 123456782\ny;123456789\n"
    findings = parsing.parse(content, source().table("zaken_extra"), b"").findings
    assert [(f.column_name, f.suspected, f.checked) for f in findings] == [("naam", 1, 2)]
    assert privacy.is_error(findings)


@pytest.mark.parametrize(
    ("passing", "checked", "is_error"),
    [
        pytest.param(19, 19, False, id="too few keys to judge"),
        pytest.param(2, 22, False, id="chance"),
        pytest.param(12, 100, False, id="still chance"),
        pytest.param(30, 100, True, id="clearly more"),
        pytest.param(20, 20, True, id="all"),
        pytest.param(9200, 100_000, False, id="chance among many"),
        pytest.param(12_000, 100_000, True, id="clearly more among many"),
    ],
)
def test_keys_are_judged_by_chance(passing: int, checked: int, is_error: bool) -> None:
    finding = privacy.Finding(column_name="k", is_key=True, suspected=passing, checked=checked)
    assert privacy.is_error([finding]) is is_error
