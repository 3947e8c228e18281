"""E-invoices in XML: what is read of them, what is refused, and to which table they belong."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from dronten_pipeline.contracts.sources import Source, load_source
from dronten_pipeline.core.limits import Limits
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import dialect, landing, parsing, privacy, raw, readers, ubl_files
from dronten_pipeline.ingest.dialect import Refused
from tests.conftest import PROJECT

KEY = b"a key of the tests"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
SUPPLIER = (
    "<cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity>"
    "<cbc:RegistrationName>Jansen</cbc:RegistrationName><cbc:CompanyID>{}</cbc:CompanyID>"
    "</cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>"
)
AMOUNT = (
    '<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="{}">{}</cbc:PayableAmount>'
    "</cac:LegalMonetaryTotal>"
)


def invoice(
    root: str = "Invoice",
    *,
    code: str | None = "380",
    amount: str = "1.234",
    currency: str = "EUR",
    amount_currency: str = "EUR",
    supplier: str = SUPPLIER.format("12345678"),
    more: str = "",
    number: str = "F1",
) -> str:
    kind = "" if code is None else f"<cbc:{root}TypeCode>{code}</cbc:{root}TypeCode>"
    return (
        f'<{root} xmlns="{ubl_files.UBL}{root}-2" xmlns:cac="{CAC}" xmlns:cbc="{CBC}">'
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-01-05</cbc:IssueDate>{kind}"
        f"<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>"
        f"{supplier}{more}{AMOUNT.format(amount_currency, amount)}</{root}>"
    )


@pytest.fixture(scope="module")
def source() -> Source:
    return load_source(PROJECT / "sources" / "finance_invoices" / "source.yml")


def read(content: bytes, source: Source) -> dict[str, object]:
    """The one record of a file, as it is stored."""
    parsed = parsing.parse(content, source.table("einvoices"), KEY, dt.date(2026, 6, 30))
    assert parsed.refused is None, parsed.refused
    assert parsed.rejects.is_empty() and parsed.stored is not None
    (row,) = parsed.stored.to_dicts()
    return row


def test_an_invoice_is_one_record(source: Source) -> None:
    more = (
        "<cbc:DueDate>2026-02-04+01:00</cbc:DueDate><cac:BillingReference>"
        "<cac:InvoiceDocumentReference><cbc:ID>F0</cbc:ID></cac:InvoiceDocumentReference>"
        "</cac:BillingReference><cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>"
    )
    row = read(b'<?xml version="1.0"?>\n' + invoice(code="384", more=more).encode(), source)
    (supplier,) = privacy.pseudonyms(pl.Series(["12345678"]), KEY)
    assert row == {
        "factuur_id": "F1",
        "leverancier_id": supplier,
        "typecode": 384,
        "factuurdatum": dt.date(2026, 1, 5),
        "vervaldatum": dt.date(2026, 2, 4),
        "bedrag_eur": Decimal("1.234"),
        "valuta": "EUR",
        "verwijst_naar": "F0",
        "ontvangen_op": None,
        "_line": 2,
    }


@pytest.mark.parametrize(
    ("root", "code", "amount", "stored"),
    [
        pytest.param("Invoice", "380", "-5.00", "-5.00", id="negative invoice"),
        pytest.param("Invoice", "381", "5.00", "-5.00", id="credit by its type"),
        pytest.param("CreditNote", "381", "5.00", "-5.00", id="credit note"),
        pytest.param("CreditNote", "396", "5", "-5", id="another credit note"),
        pytest.param("CreditNote", None, "+5.00", "-5.00", id="credit note without a type"),
        pytest.param("CreditNote", "381", "0.00", "0", id="nothing"),
        pytest.param("CreditNote", "381", "-5.00", "5.00", id="less credit"),
    ],
)
def test_the_type_gives_the_amount_its_sign(
    source: Source, root: str, code: str | None, amount: str, stored: str
) -> None:
    row = read(invoice(root, code=code, amount=amount).encode(), source)
    assert row["bedrag_eur"] == Decimal(stored)
    assert row["typecode"] == int(code or 381)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(invoice().encode(), id="no declaration"),
        pytest.param(b"\xef\xbb\xbf" + invoice().encode(), id="mark"),
        pytest.param(f"\n {invoice()}".encode(), id="white space before"),
        pytest.param(invoice().encode("utf-16"), id="utf-16"),
        pytest.param(
            f'<?xml version="1.0" encoding="windows-1252"?><!-- é -->{invoice()}'.encode("cp1252"),
            id="windows-1252",
        ),
        pytest.param(
            '<?xml-stylesheet href="a.xsl"?><!-- é --><!-- <html xmlns=""> -->'.encode()
            + invoice().encode(),
            id="comments before",
        ),
        pytest.param(
            invoice().replace("cbc:", "b:").replace(":cbc", ":b").encode(), id="other prefixes"
        ),
        pytest.param(
            f'<s:StandardBusinessDocument xmlns:s="{ubl_files.ENVELOPE}"><s:Header><s:ID>9</s:ID>'
            f"</s:Header>{invoice()}</s:StandardBusinessDocument>".encode(),
            id="in the envelope of an access point",
        ),
        pytest.param(
            invoice(more="<a>" * 50_000 + "</a>" * 50_000).encode(), id="nested without end"
        ),
    ],
)
def test_an_invoice_is_known_however_it_is_written(source: Source, content: bytes) -> None:
    assert dialect.format_of(content) == "xml"
    row = read(content, source)
    assert (row["factuur_id"], row["bedrag_eur"]) == ("F1", Decimal("1.234"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(invoice(supplier=""), "geen leverancier_id", id="no supplier"),
        pytest.param(invoice(supplier=SUPPLIER.format(" ")), "geen leverancier_id", id="empty"),
        pytest.param(
            invoice(supplier=SUPPLIER.format("1") + SUPPLIER.format("2")),
            "meer dan één leverancier_id",
            id="two suppliers",
        ),
        pytest.param(invoice(code=None), "geen typecode", id="no type"),
        pytest.param(invoice(amount="1.234,50"), "geen getal met een punt", id="decimal comma"),
        pytest.param(invoice(amount="1E3"), "geen getal met een punt", id="exponent"),
        pytest.param(invoice(currency="USD"), "valuta", id="two currencies"),
        pytest.param(invoice("CreditNote", code="380"), "typecode van een factuur", id="both"),
        pytest.param(invoice()[:-12], "afgebroken", id="cut off"),
        pytest.param(
            f'<s:StandardBusinessDocument xmlns:s="{ubl_files.ENVELOPE}">{invoice()}'
            f"{invoice(number='F2')}</s:StandardBusinessDocument>",
            "meer dan één e-factuur",
            id="two invoices",
        ),
        pytest.param(
            f'<!DOCTYPE Invoice [<!ENTITY a "{"x" * 99}"><!ENTITY b "&a;&a;">]>'
            + invoice(number="&b;"),
            "DOCTYPE",
            id="entities",
        ),
        pytest.param(
            '<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
            + invoice(number="&a;"),
            "DOCTYPE",
            id="an entity of another file",
        ),
        pytest.param(
            invoice().replace("Invoice-2", "Order-2"), "geen factuur of creditnota", id="order"
        ),
        pytest.param('<?xml version="1.0"?><geheim/>', "Dit is XML, geen tabel", id="other xml"),
        pytest.param(
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>',
            "bank",
            id="bank",
        ),
        pytest.param('<?xml version="1.0" encoding="klingon"?><a/>', "regel 1", id="encoding"),
    ],
)
def test_what_is_no_good_invoice_is_refused_by_its_name(
    source: Source, content: str, words: str
) -> None:
    parsed = parsing.parse(content.encode(), source.table("einvoices"), KEY)
    assert parsed.refused is not None and words in parsed.refused
    assert "XML" in parsed.refused and "geheim" not in parsed.refused


def test_a_value_may_not_be_longer_than_a_line(source: Source) -> None:
    content = invoice(number="9" * 1_100_000).encode()
    parsed = parsing.parse(content, source.table("einvoices"), KEY, limits=Limits(line_megabytes=1))
    assert parsed.refused is not None and "DATALAB_LINE_MEGABYTES" in parsed.refused


def test_what_is_attached_is_not_limited(source: Source) -> None:
    attached = f"<cac:Attachment>{'QUJD' * 400_000}</cac:Attachment>"
    content = invoice(more=attached).encode()
    parsed = parsing.parse(content, source.table("einvoices"), KEY, limits=Limits(line_megabytes=1))
    assert parsed.refused is None


def test_a_table_without_invoices_says_what_the_file_is() -> None:
    with pytest.raises(Refused, match=r"e-factuur \(SI-UBL\), geen tabel"):
        readers.read(invoice().encode(), {"reactie_id", "antwoord"})


@pytest.mark.parametrize("text", ["a;b\n1;2\n", "<id>;<naam>\n1;2\n", "<html xmlns='x'><p>"])
def test_a_table_or_a_web_page_is_no_xml(text: str) -> None:
    assert not dialect.is_xml(text.encode())


@pytest.mark.parametrize("name", ["20260001.xml", "incoming_1.xml", "Jansen", "outgoing.csv"])
def test_xml_belongs_to_the_table_that_reads_it_whatever_its_name(
    source: Source, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("incoming_1", invoice())
    for content in (invoice().encode(), gzip.compress(invoice().encode()), zipped.getvalue()):
        path.write_bytes(content)
        found = landing.table_for(path, source)
        assert found is not None and found.name == "einvoices"


def test_a_workbook_is_no_xml_though_its_parts_are(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "incoming_1.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["factuur_id"])
    assert (found := landing.table_for(path, source)) is not None and found.name == "incoming"


def test_other_files_belong_to_the_table_of_their_name(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "incoming_1.csv"
    path.write_text("a;b\n")
    assert (found := landing.table_for(path, source)) is not None and found.name == "incoming"
    assert landing.table_for(tmp_path / "x.csv", source) is None


def test_an_invoice_that_is_still_coming_in_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "F1.xml"
    path.write_text(invoice()[:-30])
    assert landing.is_cut_off(path)
    path.write_text(invoice() + "\n<!-- van het toegangspunt -->\n")
    assert not landing.is_cut_off(path)


def test_a_run_reads_invoices_of_any_name_and_nothing_of_them_is_said(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, sources=PROJECT / "sources", landing=tmp_path / "in", settle_seconds=0
    )
    folder = tmp_path / "in" / "finance_invoices"
    folder.mkdir(parents=True)
    (folder / "Jansen BV 2026.xml").write_text(invoice())
    (folder / "b.xml").write_text(invoice("CreditNote", code="381", amount="2.00"))
    (folder / "einvoices_2026-01.csv").write_text(
        "factuur_id;leverancier_id;typecode;factuurdatum;bedrag_eur;valuta\n"
        "F3;12345678;380;05-01-2026;1.234,50;EUR\n"
    )
    source = load_source(settings.sources / "finance_invoices" / "source.yml")
    outcome = raw.ingest_source(
        settings, source, run_id="r", as_of=dt.date(2026, 6, 30), origin="delivery"
    )
    assert outcome.state == "current", outcome.note
    assert [one.table_name for one in outcome.counting] == ["einvoices"] * 3
    stored = pl.concat(
        pl.read_parquet(settings.raw / str(one.raw_path)) for one in outcome.counting
    )
    assert set(stored["bedrag_eur"]) == {Decimal("1.234"), Decimal("-2"), Decimal("1234.5")}
    assert stored["leverancier_id"].n_unique() == 1, "XML and CSV know one supplier"
    assert "Jansen" not in outcome.model_dump_json()
