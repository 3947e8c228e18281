"""LEESMIJ.txt: which file to open, for whoever finds the folder of a release or its open part.

Here belongs that one page of each. Not here: what the tables mean; the workbook and the comments of
the mart say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dronten_pipeline.release.formats import dutch_csv, workbook
from dronten_pipeline.release.formats.mart import Mart, Table

NAME = "LEESMIJ.txt"

PAGE = """\
DATALAB DRONTEN: KPI'S VAN DE GEMEENTE DRONTEN

Uitgave       {release_id}
Peildatum       {as_of}
Gepubliceerd  {published_at}
Keuring       {verdict}
{warnings}
Welk bestand hebt u nodig?

{workbook:<21} Excel: de tabellen, met uitleg bij elke KPI. Begin hier.
excel/                Eén tabel per bestand; opent in Nederlandse Excel met een dubbelklik.
csv/                  Eén tabel per bestand, voor programma's (UTF-8, komma, 2026-03-31).
parquet/              Eén tabel per bestand, voor Power BI, Python en R.
mart.duckdb           Alle tabellen in één bestand, voor DBeaver en DuckDB; open het alleen-lezen.
datapackage.json      Beschrijving van de CSV-bestanden: types, sleutels, betekenis.
open/                 Alleen de open data, met een eigen LEESMIJ: dit deel mag op het web.
manifest.json         Herkomst: leveringen, oordeel, versies.
controleverslag.html  Wat er is gekeurd, en het oordeel; voor wie controleert.
proof/                Hoe elk cijfer tot stand kwam; voor wie controleert.
SHA256SUMS            Vingerafdruk van elk bestand; controleer met sha256sum --check SHA256SUMS.

Begin met rapport_kpi_actueel (hoe staan we ervoor) en rapport_kpi_reeks (alle cijfers).
Een leeg vakje is geen nul: het cijfer is verborgen omdat de groep te klein is, of er viel niets
te delen. Bouwt u rapporten? Lees de pagina docs/bi-consumer.md die bij de pijplijn hoort.
Een tekst die op een formule lijkt, begint in excel/ met een apostrof.
{left_out}
Elke tabel noemt in haar laatste kolom, release_id, de uitgave waarvan zij is. Staan er in uw
rapport twee, dan las het een bestand van voor en een van na een nieuwe uitgave: lees opnieuw.

Deze map verandert niet meer. De geldende uitgave staat altijd in de map current; feed.json en
atom.xml in de map daarboven melden een nieuwe. Zet van dit alles alleen open/ op het web.

Tabellen

{tables}
"""

OPEN_PAGE = """\
DATALAB DRONTEN: OPEN DATA OVER DE KPI'S VAN DE GEMEENTE DRONTEN

Uitgave       {release_id}
Peildatum       {as_of}
Gepubliceerd  {published_at}
Keuring       {verdict}
{warnings}
csv/                  Eén tabel per bestand (UTF-8, komma, 2026-03-31).
parquet/              Eén tabel per bestand, voor Power BI, Python en R.
datapackage.json      Beschrijving van de CSV-bestanden: types, sleutels, betekenis.
dcat.ttl              Beschrijving voor een dataportaal (DCAT-AP-NL 3.0).
feed.json             Welke uitgaven er waren (JSON Feed).
atom.xml              Hetzelfde als Atom.
SHA256SUMS            Vingerafdruk van elk bestand; controleer met sha256sum --check SHA256SUMS.

Vrij te gebruiken (CC0 1.0). Een leeg vakje is geen nul: het cijfer is verborgen omdat de groep te
klein is, of er viel niets te delen. Elke tabel noemt in de kolom release_id de uitgave waarvan zij
is; tabellen van twee uitgaven horen niet bij elkaar.

Tabellen

{tables}
"""


def export_readme(mart: Mart, path: Path) -> None:
    """Writes the page: UTF-8, the line ends of Windows."""
    left_out = "".join(f"{sentence}\n" for sentence in _left_out(mart))
    _write(path, PAGE.format(**_facts(mart), workbook=workbook.NAME, left_out=left_out))


def export_open_readme(mart: Mart, path: Path) -> None:
    """Writes the page of the open part, which knows nothing of the rest."""
    _write(path, OPEN_PAGE.format(**_facts(mart)))


def _write(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8", newline="\r\n")


def _facts(mart: Mart) -> dict[str, str]:
    return {
        "release_id": mart.release_id,
        "as_of": f"{mart.as_of:%d-%m-%Y}",
        "published_at": f"{mart.published_at:%d-%m-%Y %H:%M}",
        "verdict": mart.verdict_nl,
        "warnings": "".join(f"\nLET OP: {warning}\n" for warning in mart.warnings),
        "tables": "\n".join(
            f"{table.name:<28}{_grouped(table.rows):>12} rijen" for table in mart.tables.values()
        ),
    }


def _left_out(mart: Mart) -> Iterator[str]:
    """A sentence for each form that is not made of a large table."""
    tables = mart.tables.values()
    formats = (
        (workbook.NAME, [table for table in tables if not workbook.fits(table)]),
        ("excel/", [table for table in tables if not dutch_csv.fits(table)]),
    )
    for form, missing in formats:
        if missing:
            yield f"Te groot voor {form}: {_named(missing)}. Neem daarvoor parquet/."


def _named(tables: list[Table]) -> str:
    return ", ".join(f"{table.name} ({_grouped(table.rows)} rijen)" for table in tables)


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")
