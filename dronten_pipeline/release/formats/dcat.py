"""The format for data portals: `dcat.ttl` after DCAT-AP-NL 3.0.

Here belongs describing the open part of a release. Not here: what is in that (`open_part.py`).

Every address in it is relative to the file, so that a copy of the folder describes itself wherever
it stands; a known address of the folder is named as the base.
The types and labels at the end are facts of the code lists that are used, given here so that the
description can be validated without the web.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from dronten_pipeline.core.database import OFFLINE
from dronten_pipeline.core.settings import LOCAL_TIME
from dronten_pipeline.release.formats.mart import Mart, Table

NAME = "dcat.ttl"

HEAD = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

#: The municipality in the register of government organisations; GM0303 is its code at CBS.
MUNICIPALITY = "https://identifier.overheid.nl/tooi/id/gemeente/gm0303"
LICENCE = "http://creativecommons.org/publicdomain/zero/1.0/deed.nl"

CATALOGUE = """
<#catalogus> a dcat:Catalog ;
    dct:title "Datalab Dronten"@nl ;
    dct:description "De KPI's waarop de gemeente Dronten zich laat afrekenen."@nl ;
    dct:publisher <{municipality}> ;
    dct:creator <{municipality}> ;
    dct:language <http://publications.europa.eu/resource/authority/language/NLD> ;
    dct:modified {published_at} ;
    dcat:contactPoint <#contact> ;
    dcat:dataset <#kpis> .

<#kpis> a dcat:Dataset ;
    dct:identifier {identifier} ;
    dct:title "KPI's van de gemeente Dronten"@nl ;
    dct:description {description}@nl ;
    dct:publisher <{municipality}> ;
    dct:creator <{municipality}> ;
    dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
    dct:conformsTo <https://specs.frictionlessdata.io/tabular-data-package/> ;
    dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/DAILY> ;
    dct:language <http://publications.europa.eu/resource/authority/language/NLD> ;
    dct:spatial <{municipality}> ;{temporal}
    dct:issued {published_at} ;
    dct:modified {published_at} ;
    dcat:version {version} ;
    dcat:theme <http://publications.europa.eu/resource/authority/data-theme/GOVE> ;
    dcat:keyword "gemeente"@nl, "dienstverlening"@nl, "KPI"@nl ;
    dcat:contactPoint <#contact> ;
    dcat:landingPage <LEESMIJ.txt> ;
    foaf:page <LEESMIJ.txt> ;
    dcat:distribution {distributions} .
"""

DISTRIBUTION = """
<#{kind}-{table}> a dcat:Distribution ;
    dct:title {title}@nl ;
    dct:description {description}@nl ;
    dct:language <http://publications.europa.eu/resource/authority/language/NLD> ;
    dct:license <{licence}> ;
    dct:modified {published_at} ;
    dct:conformsTo <{standard}> ;
    dct:format <http://publications.europa.eu/resource/authority/file-type/{format}> ;
    dcat:mediaType <{media_type}> ;
    dcat:accessURL <LEESMIJ.txt> ;
    dcat:downloadURL <{path}> ;
    dcat:byteSize "{bytes}"^^xsd:nonNegativeInteger ;
    spdx:checksum [
        a spdx:Checksum ;
        spdx:algorithm spdx:checksumAlgorithm_sha256 ;
        spdx:checksumValue "{sha256}"^^xsd:hexBinary
    ] .
"""

CODES = """
<#contact> a vcard:Kind, vcard:Organization ;
    vcard:fn "Gemeente Dronten"@nl ;
    vcard:hasURL <https://www.dronten.nl/> .

<{municipality}> a foaf:Agent, dct:Location ;
    foaf:name "Gemeente Dronten"@nl ;
    dct:type <http://purl.org/adms/publishertype/LocalAuthority> .

<LEESMIJ.txt> a foaf:Document .
<{licence}> a dct:LicenseDocument .
<https://specs.frictionlessdata.io/tabular-data-package/> a dct:Standard .
<https://www.rfc-editor.org/info/rfc4180> a dct:Standard .
<https://parquet.apache.org/docs/file-format/> a dct:Standard .
<http://purl.org/adms/publishertype/LocalAuthority> a skos:Concept ;
    skos:prefLabel "Local Authority"@en .
<http://publications.europa.eu/resource/authority/access-right/PUBLIC> a dct:RightsStatement .
<http://publications.europa.eu/resource/authority/data-theme/GOVE> a skos:Concept ;
    skos:prefLabel "Overheid en publieke sector"@nl .
<http://publications.europa.eu/resource/authority/file-type/CSV> a dct:MediaTypeOrExtent .
<http://publications.europa.eu/resource/authority/file-type/PARQUET> a dct:MediaTypeOrExtent .
<http://publications.europa.eu/resource/authority/frequency/DAILY> a dct:Frequency .
<http://publications.europa.eu/resource/authority/language/NLD> a dct:LinguisticSystem .
<https://www.iana.org/assignments/media-types/text/csv> a dct:MediaType .
<https://www.iana.org/assignments/media-types/application/vnd.apache.parquet> a dct:MediaType .
spdx:checksumAlgorithm_sha256 a spdx:ChecksumAlgorithm .
"""

#: File type of the EU, media type of IANA, and the standard that the file keeps to.
FORMS = {
    "csv": (
        "CSV",
        "https://www.iana.org/assignments/media-types/text/csv",
        "https://www.rfc-editor.org/info/rfc4180",
    ),
    "parquet": (
        "PARQUET",
        "https://www.iana.org/assignments/media-types/application/vnd.apache.parquet",
        "https://parquet.apache.org/docs/file-format/",
    ),
}


def export_dcat(
    mart: Mart, path: Path, files: Mapping[str, Mapping[str, Any]], address: str | None
) -> None:
    """Writes the description of all tables of a mart.

    Args:
        mart: the open part of one.
        files: `sha256` and `bytes` of each file, by its path within the folder.
        address: where the folder is offered, ends with a slash.
    """
    tables = list(mart.tables.values())
    path.write_text("".join(_turtle(mart, tables, files, address)), encoding="utf-8")


def _turtle(
    mart: Mart,
    tables: list[Table],
    files: Mapping[str, Mapping[str, Any]],
    address: str | None,
) -> Iterator[str]:
    yield HEAD
    if address:
        yield f"@base <{address}{NAME}> .\n"
    published_at = mart.published_at.replace(tzinfo=LOCAL_TIME)
    facts = {
        "municipality": MUNICIPALITY,
        "licence": LICENCE,
        "published_at": f'"{published_at.isoformat(timespec="seconds")}"^^xsd:dateTime',
    }
    yield CATALOGUE.format(
        **facts,
        identifier=_literal(f"{address}{NAME}#kpis" if address else "gm0303-kpis"),
        description=_literal(
            " ".join(
                [
                    f"Cijfers, doelen en definities op peildatum {mart.as_of.isoformat()}.",
                    "Cijfers over kleine groepen zijn verborgen.",
                    *mart.warnings,
                ]
            )
        ),
        temporal=_temporal(mart),
        version=_literal(mart.release_id),
        distributions=", ".join(f"<#{kind}-{table.name}>" for table in tables for kind in FORMS),
    )
    for table in tables:
        for kind, (name, media_type, standard) in FORMS.items():
            file = f"{kind}/{table.name}.{kind}"
            yield DISTRIBUTION.format(
                **facts,
                **files[file],
                kind=kind,
                table=table.name,
                title=_literal(f"{table.name} ({name})"),
                description=_literal(table.comment or table.name),
                format=name,
                media_type=media_type,
                standard=standard,
                path=file,
            )
    yield CODES.format(**facts)


def _temporal(mart: Mart) -> str:
    """From the first period with a figure to the as-of date."""
    if "fct_kpi_value" not in mart.tables:
        return ""
    with duckdb.connect(str(mart.path), read_only=True, config=OFFLINE) as connection:
        row = connection.execute("SELECT min(period_start) FROM fct_kpi_value").fetchone()
    if row is None or row[0] is None:
        return ""
    return (
        "\n    dct:temporal [ a dct:PeriodOfTime ; "
        f'dcat:startDate "{row[0].isoformat()}"^^xsd:date ; '
        f'dcat:endDate "{mart.as_of.isoformat()}"^^xsd:date ] ;'
    )


def _literal(text: str) -> str:
    """A string of Turtle: what JSON escapes, Turtle escapes alike."""
    return json.dumps(text, ensure_ascii=False)
