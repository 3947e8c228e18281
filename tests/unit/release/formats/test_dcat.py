"""The description for data portals: valid after our reading of DCAT-AP-NL 3.0, and complete."""

from __future__ import annotations

from pathlib import Path

import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, Namespace

from tests.unit.release.formats.conftest import open_exports

SHAPES = Path(__file__).with_name("dcat_ap_nl_3.ttl")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
HERE = "https://data.voorbeeld.nl/kpi/dcat.ttl"


def described(folder: Path, base: str = HERE) -> rdflib.Graph:
    return rdflib.Graph().parse(folder / "open/dcat.ttl", format="turtle", publicID=base)


def conforms(graph: rdflib.Graph) -> tuple[bool, str]:
    shapes = rdflib.Graph().parse(SHAPES, format="turtle")
    valid, _, text = pyshacl.validate(graph, shacl_graph=shapes)
    return valid, text


def test_the_description_is_valid(release: Path) -> None:
    valid, text = conforms(described(release))
    assert valid, text


@pytest.mark.parametrize(
    "predicate",
    [
        DCTERMS.identifier,
        DCTERMS.accessRights,
        DCTERMS.creator,
        DCTERMS.license,
        DCTERMS.publisher,
        DCTERMS.title,
        DCAT.accessURL,
        DCAT.contactPoint,
        DCAT.dataset,
        DCAT.theme,
        FOAF.name,
        SPDX.checksumValue,
        VCARD.hasURL,
    ],
)
def test_the_shapes_miss_what_is_left_out(release: Path, predicate: rdflib.URIRef) -> None:
    graph = described(release)
    graph.remove((None, predicate, None))
    assert not conforms(graph)[0]


def test_open_tables_are_offered_as_csv_and_parquet_and_no_others(release: Path) -> None:
    graph = described(release)
    urls = {str(url) for url in graph.objects(None, DCAT.downloadURL)}
    folder = HERE.removesuffix("dcat.ttl")
    assert urls == {
        f"{folder}{kind}/{table}.{kind}"
        for table in ("moeilijk", "soort")
        for kind in ("csv", "parquet")
    }
    for url in urls:
        path = release / "open" / url.removeprefix(folder)
        distribution = graph.value(None, DCAT.downloadURL, rdflib.URIRef(url))
        assert int(str(graph.value(distribution, DCAT.byteSize))) == path.stat().st_size


def test_an_address_fixes_the_names_wherever_the_file_is_read(
    release: Path, tmp_path: Path
) -> None:
    (tmp_path / "mart.duckdb").write_bytes((release / "mart.duckdb").read_bytes())
    open_exports(tmp_path, address="https://data.voorbeeld.nl/kpi/")
    graph = described(tmp_path, base="https://elders.voorbeeld.nl/kopie.ttl")
    dataset = graph.value(None, RDF.type, DCAT.Dataset)
    assert str(dataset) == f"{HERE}#kpis"
    assert str(graph.value(dataset, DCTERMS.identifier)) == f"{HERE}#kpis"
    assert "elders" not in (tmp_path / "open/dcat.ttl").read_text()


def test_a_sample_says_that_it_is_invented(release: Path) -> None:
    graph = described(release)
    dataset = graph.value(None, RDF.type, DCAT.Dataset)
    assert "verzonnen voorbeeld" in str(graph.value(dataset, DCTERMS.description))
