"""LEESMIJ.txt: which file to open, for whoever finds the folder of a release.

Here belongs that one page. Not here: what the tables mean; the workbook and the comments of the
mart say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dronten_pipeline.publish.doors import dutch_csv, workbook
from dronten_pipeline.publish.doors.mart import Mart, Table

NAME = "LEESMIJ.txt"

PAGE = """\
DATALAB DRONTEN: KPI'S VAN DE GEMEENTE DRONTEN

Uitgave       {release_id}
Peildag       {as_of}
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
dcat.ttl              Beschrijving voor een dataportaal (DCAT-AP-NL 3.0).
manifest.json         Herkomst: leveringen, oordeel, versies.
controleverslag.html  Wat er is gekeurd, en het oordeel; voor wie controleert.
proof/                Hoe elk cijfer tot stand kwam; voor wie controleert.
SHA256SUMS            Vingerafdruk van elk bestand; controleer met sha256sum --check SHA256SUMS.

Begin met rapport_kpi_actueel (hoe staan we ervoor) en rapport_kpi_reeks (alle cijfers).
Een leeg vakje is geen nul: het cijfer is verborgen omdat de groep te klein is, of er viel niets
te delen. Bouwt u rapporten? Lees de pagina docs/bi-consumer.md die bij de pijplijn hoort.
Een tekst die op een formule lijkt, begint in excel/ met een apostrof.
{left_out}
Deze map verandert niet meer. De geldende uitgave staat altijd in de map current; feed.json en
atom.xml in de map daarboven melden een nieuwe.

Tabellen

{tables}
"""


def export_readme(mart: Mart, path: Path) -> None:
    """Writes the page: UTF-8, the line ends of Windows."""
    page = PAGE.format(
        release_id=mart.release_id,
        as_of=f"{mart.as_of:%d-%m-%Y}",
        published_at=f"{mart.published_at:%d-%m-%Y %H:%M}",
        verdict=mart.verdict_nl,
        warnings="".join(f"\nLET OP: {warning}\n" for warning in mart.warnings),
        workbook=workbook.NAME,
        left_out="".join(f"{sentence}\n" for sentence in _left_out(mart)),
        tables="\n".join(
            f"{table.name:<28}{_grouped(table.rows):>12} rijen" for table in mart.tables.values()
        ),
    )
    path.write_text(page, encoding="utf-8", newline="\r\n")


def _left_out(mart: Mart) -> Iterator[str]:
    """A sentence for each form that is not made of a large table."""
    tables = mart.tables.values()
    doors = (
        (workbook.NAME, [table for table in tables if not workbook.fits(table)]),
        ("excel/", [table for table in tables if not dutch_csv.fits(table)]),
    )
    for door, missing in doors:
        if missing:
            yield f"Te groot voor {door}: {_named(missing)}. Neem daarvoor parquet/."


def _named(tables: list[Table]) -> str:
    return ", ".join(f"{table.name} ({_grouped(table.rows)} rijen)" for table in tables)


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")
