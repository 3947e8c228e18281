"""What is stored of personal data, and what is found in it."""

from __future__ import annotations

import hashlib
import hmac

from dronten_pipeline.core import personal
from dronten_pipeline.ingest import parsing, privacy

from .conftest import source

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
    assert personal.is_error(findings)


def test_whole_numbers_and_every_kind_are_looked_at() -> None:
    lines = "x;31-12-2025;123456782;a@voorbeeld.nl\ny;31-12-2025;7;\n"
    content = f"zaak_id;datum;aantal;klant\n{lines}".encode()
    findings = parsing.parse(content, source().table("zaken"), b"sleutel").findings
    # What is replaced by a keyed hash is not stored, so the address is no finding.
    assert [(f.column_name, f.kind, f.suspected) for f in findings] == [
        ("aantal", "citizen_number", 1)
    ]
    content = b"code;naam\nx;bel 06-12345678\ny;NL91 ABNA 0417 1643 00\nz;a@voorbeeld.nl\n"
    kinds = {f.kind for f in parsing.parse(content, source().table("zaken_extra"), b"").findings}
    assert {"phone", "iban", "email"} <= kinds
