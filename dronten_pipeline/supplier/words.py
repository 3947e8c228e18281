"""The sentences in which a contract is told to a supplier.

Here belongs: how to write each type, what becomes of personal data, which formats are read. Not
here: the page around them (`page.html.j2`), or what any one contract says.
"""

from __future__ import annotations

from dronten_pipeline.contracts.sources import Cadence, Column, PersonalData, Source, Table
from dronten_pipeline.core.words import number
from dronten_pipeline.ingest.dialect import Format

#: What is read, in words, with the names that `dialect.Format` has for it.
FORMATS: dict[str, tuple[Format, ...]] = {
    "CSV: een kop en daaronder één record per regel, met puntkomma's, in UTF-8": ("csv",),
    "Excel (.xlsx of .xls) of OpenDocument (.ods): een werkblad met een kop en daaronder één "
    "record per rij": ("xlsx", "xls", "ods"),
    "JSON: een lijst van objecten, of één object per regel": ("json", "jsonl"),
    "Parquet": ("parquet",),
    "XML: e-facturen volgens SI-UBL 2.0 (Peppol BIS), één per bestand": ("xml",),
}
#: What is read as nothing in every column.
NOTHING = ("NULL", r"\N", "None", "n.v.t.", "-")

TYPES = {
    "text": "tekst",
    "integer": "geheel getal",
    "decimal": "getal",
    "boolean": "ja of nee",
    "date": "datum",
    "timestamp": "datum en tijd",
}
HOW = {
    "text": "Schrijf de tekst zoals hij in het systeem staat.",
    "integer": "Schrijf alleen cijfers, zonder punten of komma's.",
    "boolean": "Schrijf ja of nee; true of false en 1 of 0 mag ook.",
    "date": "Schrijf dag-maand-jaar; 2025-12-31 mag ook.",
    "timestamp": "Schrijf de Nederlandse tijd; 2025-12-31T14:30:00+01:00 mag ook.",
}
MARKS = {",": "komma", ".": "punt"}

KEPT: dict[PersonalData, str] = {
    "none": "",
    "free_text": "Wij bewaren de tekst niet, alleen hoe lang hij is.",
    "pseudonymise": "Wij bewaren de waarde niet, alleen een versleutelde code.",
    "location": "Wij bewaren de waarde niet.",
}
CADENCES: dict[Cadence, str] = {
    "daily": "elke dag",
    "weekly": "elke week",
    "monthly": "elke maand",
    "quarterly": "elk kwartaal",
    "yearly": "elk jaar",
    "once": "één keer",
}


def formats(source: Source) -> list[str]:
    """The formats in which this source may deliver."""
    reads_ubl = any(table.reads == "ubl" for table in source.tables)
    return [words for words, names in FORMATS.items() if names != ("xml",) or reads_ubl]


def how(column: Column) -> str:
    """How a value of a column is written."""
    if column.names_document:
        return "Schrijf het pad van het document, vanaf de map van deze bron."
    if column.type == "decimal":
        mark = column.decimal_mark or ","
        return f"Schrijf een {MARKS[mark]} voor de decimalen, en geen teken voor duizendtallen."
    said = HOW[column.type]
    return f"{said} Laat leeg zolang er geen einde is." if column.is_end else said


def when_it_counts(source: Source) -> list[str]:
    """When a file that was dropped is read, as sentences."""
    said = []
    if source.complete_when == "ok_file":
        said.append(
            "Wij lezen een bestand pas als er een leeg bestand naast staat met dezelfde naam en "
            ".ok erachter, zoals naam.csv.ok. Zet dat bestand er als laatste neer."
        )
    seconds = number(source.settle_seconds)
    said.append(f"Wij lezen een bestand als het {seconds} seconden niet veranderd is.")
    said.append(
        "Duurt het versturen lang? Geef het bestand dan eerst de uitgang .part, en haal die weg "
        "als het bestand compleet is."
    )
    return said


def loss(source: Source) -> str:
    return (
        f"Kunnen wij meer dan {number(100 * source.allowed_loss, 'percent')} van de rijen van een "
        "bestand niet lezen? Dan gebruiken wij niets van de bron, en blijven de oude cijfers staan "
        "tot er een goed bestand is."
    )


def versions(table: Table) -> str:
    """What becomes of a record that is delivered again, or no more."""
    key = " en ".join(filter(None, [", ".join(table.key[:-1]), table.key[-1]]))
    said = f"Staat in {key} hetzelfde, dan is het hetzelfde record. "
    if table.delivers == "everything":
        shrink = number(100 * table.allowed_shrink, "percent")
        return (
            f"{said}Zet in elk bestand alle records: alleen het laatste bestand telt. Mist dat "
            f"meer dan {shrink} van de records van het vorige, of hebben die een andere {key}, dan "
            "gebruiken wij het pas als de gemeente dat goed vindt."
        )
    return (
        f"{said}Levert u een record opnieuw, dan telt de laatste versie. Een record dat niet meer "
        "in een bestand staat, blijft tellen."
    )
