"""An e-invoice in XML (SI-UBL 2.0, Peppol BIS) read into one record.

Here belongs: where in UBL each column stands, the sign of its amount, and what other XML is
called. Not here: what a value means (`values.py`). The file is read as a stream and nothing of it
is kept but the values below, so what is attached to an invoice costs no memory. A document type
declaration, without which there are no entities to expand, is refused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from xml.parsers import expat

import polars as pl

from dronten_pipeline.core.limits import Limits, TooLarge
from dronten_pipeline.ingest.dialect import RESAVE, WHAT_TO_DO, Refused
from dronten_pipeline.ingest.records import LINE, REJECTS, Delivered, number_of

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOTS = {f"{UBL}Invoice-2": "Invoice", f"{UBL}CreditNote-2": "CreditNote"}
#: What an access point may put around an invoice.
ENVELOPE = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

#: Where each column stands below the root; of several places the first that is filled counts.
PLACES: Mapping[str, tuple[str, ...]] = {
    "factuur_id": ("ID",),
    "leverancier_id": ("AccountingSupplierParty/Party/PartyLegalEntity/CompanyID",),
    "typecode": ("InvoiceTypeCode", "CreditNoteTypeCode"),
    "factuurdatum": ("IssueDate",),
    "vervaldatum": ("DueDate", "PaymentMeans/PaymentDueDate"),
    "bedrag_eur": ("LegalMonetaryTotal/PayableAmount",),
    "valuta": ("DocumentCurrencyCode",),
    "verwijst_naar": ("BillingReference/InvoiceDocumentReference/ID",),
}
AMOUNT = PLACES["bedrag_eur"][0]
OPTIONAL = ("vervaldatum", "verwijst_naar")
DEEPEST = max(place.count("/") + 1 for places in PLACES.values() for place in places)
WANTED = frozenset(place for places in PLACES.values() for place in places)

CREDIT_NOTE = "381"
#: Types that a credit note cannot have.
INVOICES = ("380", "384")

#: The numbers and days of XML Schema.
DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?")

EXCEL_2003 = "urn:schemas-microsoft-com:office:spreadsheet"
OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument"
#: Other XML by the beginning of the namespace of its root.
KINDS: Mapping[str, str] = {
    UBL: "XML: een UBL-bericht dat geen factuur of creditnota is",
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice": (
        "XML: een e-factuur in een andere taal dan SI-UBL (UN/CEFACT CII)"
    ),
    EXCEL_2003: "XML: een Excel-bestand van 2003",
    OPEN_DOCUMENT: "XML: een OpenDocument-bestand in één stuk (.fods)",
    "urn:iso:std:iso:20022": "XML: een bericht van of aan de bank (ISO 20022)",
    "http://www.w3.org/1999/xhtml": "XML: een webpagina (XHTML)",
    "http://www.w3.org/2005/Atom": "XML: een antwoord van een webdienst (Atom of OData)",
    "http://schemas.xmlsoap.org/soap/": "XML: een antwoord van een webdienst (SOAP)",
    "http://www.w3.org/2003/05/soap-envelope": "XML: een antwoord van een webdienst (SOAP)",
    "http://www.opengis.net/": "XML: een kaartbestand (GML of KML)",
    "http://www.w3.org/2000/svg": "XML: een tekening (SVG)",
}


def read(content: bytes, wanted: Collection[str], limits: Limits) -> Delivered:
    """The invoice of a file as one record; a credit note has a negative amount.

    Raises:
        Refused: no XML, other XML, or an invoice that lacks what it must have; the message says
            which, by the names of the contract and their place in UBL.
        TooLarge: a value is longer than a line may be.
    """
    invoice = _parsed(content, limits)
    if not set(PLACES) <= set(wanted):
        raise Refused(
            f"Dit is XML: een e-factuur (SI-UBL), geen tabel. {WHAT_TO_DO} E-facturen horen in de "
            "map van de bron die ze vraagt."
        )
    notes: list[str] = []
    record = {name: invoice.value(name) for name in PLACES if name not in OPTIONAL}
    if invoice.root == "CreditNote" and record["typecode"] is None:
        record["typecode"] = CREDIT_NOTE  # UBL 2.0 knows no type of credit note
    _check(invoice, record)
    due = invoice.values("vervaldatum")
    if len(due) > 1:
        notes.append("De e-factuur noemt meer dan één vervaldatum; er is er geen gelezen.")
    record["vervaldatum"] = due[0] if len(due) == 1 else None
    record["verwijst_naar"] = ", ".join(invoice.values("verwijst_naar")) or None
    for name in ("factuurdatum", "vervaldatum"):
        day = DAY.fullmatch(record[name] or "")
        record[name] = day[1] if day else record[name]
    amount = (record.pop("bedrag_eur") or "").removeprefix("+")
    if invoice.root == "CreditNote" or record["typecode"] == CREDIT_NOTE:
        if amount.startswith("-"):
            notes.append(
                "De creditnota noemt een negatief bedrag, en is dus gelezen als een bedrag dat "
                "betaald moet worden."
            )
        amount = amount[1:] if amount.startswith("-") else f"-{amount}"
    schema = dict.fromkeys((*record, number_of("bedrag_eur")), pl.String())
    row = [*record.values(), amount]
    frame = pl.DataFrame([row], schema=schema, orient="row")
    return Delivered(
        format="xml",
        encoding=None,
        separator=None,
        frame=frame.with_columns(pl.lit(invoice.line, dtype=pl.Int64).alias(LINE)),
        rejects=REJECTS.to_frame(),
        headers=tuple(PLACES),
        rows=1,
        notes=tuple(notes),
    )


def _check(invoice: _Invoice, record: Mapping[str, str | None]) -> None:
    wrong = [
        f"{'meer dan één' if invoice.values(name) else 'geen'} {name} "
        f"({' of '.join(place for place in PLACES[name])})"
        for name, value in record.items()
        if value is None
    ]
    if wrong:
        listed = " en ".join(filter(None, [", ".join(wrong[:-1]), wrong[-1]]))
        raise _bad(f"Zij heeft {listed}.")
    if not DECIMAL.fullmatch(record["bedrag_eur"] or ""):
        raise _bad(f"Het bedrag ({AMOUNT}) is geen getal met een punt.")
    if invoice.currencies and invoice.currencies != {record["valuta"]}:
        raise _bad(f"De valuta van het bedrag ({AMOUNT}) is een andere dan die van de factuur.")
    if invoice.root == "CreditNote" and record["typecode"] in INVOICES:
        raise _bad("Zij is een creditnota (CreditNote) met de typecode van een factuur.")


def _bad(why: str) -> Refused:
    return Refused(
        f"Dit is XML: een e-factuur (SI-UBL) die zo niet te lezen is. {why} Vraag de leverancier "
        "om een goede e-factuur, en haal deze uit de map."
    )


def _parsed(content: bytes, limits: Limits) -> _Invoice:
    invoice = _Invoice(limits)
    try:
        invoice.parser.Parse(content.lstrip(b" \t\r\n"), True)
    except (Refused, TooLarge):
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: of its encoding
        line = invoice.parser.CurrentLineNumber
        raise Refused(
            f"Dit is XML die vanaf regel {line} niet klopt: mogelijk is het bestand afgebroken. "
            "Lever het opnieuw."
        ) from error
    if invoice.root is None:
        raise Refused(f"Dit is XML zonder factuur, geen tabel. {WHAT_TO_DO}")
    return invoice


class _Invoice:
    """What the parser meets of one invoice.

    root: `Invoice` or `CreditNote`; None until it is met.
    line: on which it begins, from 1.
    currencies: that the amount names.
    """

    def __init__(self, limits: Limits) -> None:
        self.root: str | None = None
        self.line = 0
        self.currencies: set[str] = set()
        self._limits = limits
        self._path: list[str] = []
        self._is_open = False
        self._text: list[str] | None = None
        self._found: defaultdict[str, list[str]] = defaultdict(list)
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def values(self, column: str) -> list[str]:
        """Different values of a column, in their order."""
        filled = (self._found[place] for place in PLACES[column] if self._found[place])
        return list(dict.fromkeys(next(filled, [])))

    def value(self, column: str) -> str | None:
        """The one value of a column; None where there is none, or more than one."""
        values = self.values(column)
        return values[0] if len(values) == 1 else None

    def _doctype(self, *_: object) -> None:
        raise Refused(
            "Dit is XML met een DOCTYPE, en die wordt uit voorzorg niet gelezen. Een e-factuur "
            f"heeft er geen. {WHAT_TO_DO}"
        )

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if not self._is_open:
            self._begin(namespace)
            return
        self._path.append(local)
        self._text = None
        # A file may nest as deep as it likes; what is looked for does not.
        place = "/".join(self._path) if len(self._path) <= DEEPEST else ""
        if place in WANTED:
            self._text = []
        if place == AMOUNT and "currencyID" in attributes:
            self.currencies.add(attributes["currencyID"].strip())

    def _begin(self, namespace: str) -> None:
        if namespace == ENVELOPE:
            return
        if namespace not in ROOTS:
            kinds = (words for start, words in KINDS.items() if namespace.startswith(start))
            advice = RESAVE if namespace.startswith((EXCEL_2003, OPEN_DOCUMENT)) else WHAT_TO_DO
            raise Refused(f"Dit is {next(kinds, 'XML')}, geen tabel. {advice}")
        if self.root is not None:
            raise Refused(
                "Dit is XML met meer dan één e-factuur. Lever elke factuur in een eigen bestand."
            )
        self.root, self.line = ROOTS[namespace], self.parser.CurrentLineNumber
        self._is_open = True

    def _end(self, _: str) -> None:
        if not self._is_open:
            return
        if not self._path:
            self._is_open = False
            return
        if self._text is not None:
            value = "".join(self._text).strip()
            if value:
                self._found["/".join(self._path)].append(value)
        self._text = None
        self._path.pop()

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
            self._limits.check_line(sum(map(len, self._text)))
