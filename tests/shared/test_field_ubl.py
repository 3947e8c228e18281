"""The case from the field that is an e-invoice: what is missing from it is named."""

from __future__ import annotations

from pathlib import Path

from tests.shared import field


def test_an_invoice_without_a_declaration_is_known_for_what_it_is(
    shared: Path, tmp_path: Path
) -> None:
    """It is an invoice, but one without supplier, type, amount and currency: refused."""
    case = field.read(shared, "52-ubl-without-declaration", tmp_path)
    assert case.outcome.state == "stopped"
    assert "Dit is XML: een e-factuur (SI-UBL)" in case.notes
    for name in ("leverancier_id", "typecode", "bedrag_eur", "valuta"):
        assert f"geen {name} (" in case.notes
    assert "kop" not in case.notes
