"""The open part of a release: exactly what is marked, and not a word of anything else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import frictionless
import pytest
import rdflib
from rdflib.namespace import DCAT

from dronten_pipeline.contracts.published_tables import TableContract
from dronten_pipeline.release.formats import open_part
from dronten_pipeline.release.formats.feed import Entry
from tests.unit.release.formats import hostile
from tests.unit.release.formats.conftest import open_exports

#: Names and values that no reader of open data may meet: of tables without the mark.
SECRETS = ("werklijst_intern", "Z-2026-000417", "terugbellen over", "vergunningen_maart.xlsx")
ADDRESS = "https://data.voorbeeld.nl/kpi/"
BEFORE = Entry(name="eerder", at="2026-02-01T12:00:00+01:00", title="Uitgave eerder", text="Oud.")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The open part of a release with a work list that an open table refers to."""
    folder = tmp_path_factory.mktemp("release")
    hostile.build(folder)
    with duckdb.connect(str(folder / "mart.duckdb")) as mart:
        mart.execute(
            "CREATE TABLE werklijst_intern AS SELECT 'Z-2026-000417' AS item_id, "
            f"'terugbellen over' AS detail, '{hostile.RELEASE}' AS release_id; "
            "CREATE TABLE source_delivery AS SELECT 'vergunningen_maart.xlsx' AS file_name, "
            f"'{hostile.RELEASE}' AS release_id; "
            "COMMENT ON TABLE werklijst_intern IS 'Wie werklijst_intern mag zien.'"
        )
    return open_exports(folder, address=ADDRESS, before=[BEFORE]) / "open"


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file, and what a reader gets of those that are packed."""
    found = {name: (folder / name).read_bytes() for name in files_in(folder)}
    for name in list(found):
        path = str(folder / name)
        if name.endswith(".parquet"):
            found[f"{name}, read"] = repr(duckdb.read_parquet(path).fetchall()).encode()
        if name.endswith(".duckdb"):
            with duckdb.connect(path, read_only=True) as database:
                rows = [
                    *database.execute("FROM duckdb_tables()").fetchall(),
                    *database.execute("FROM duckdb_columns() WHERE NOT internal").fetchall(),
                    *database.execute("FROM duckdb_constraints()").fetchall(),
                ]
                for (table,) in database.execute("SHOW TABLES").fetchall():
                    rows += database.execute(f"FROM {table}").fetchall()
            found[f"{name}, read"] = repr(rows).encode()
    return found


def test_it_holds_the_marked_tables_in_their_forms_and_nothing_else(opened: Path) -> None:
    assert files_in(opened) == {
        *(f"{form}/{table}.{form}" for form in ("csv", "parquet") for table in hostile.CONTRACTS),
        "datapackage.json",
        "dcat.ttl",
        "feed.json",
        "atom.xml",
        "LEESMIJ.txt",
        "SHA256SUMS",
    }


def test_no_file_of_it_knows_of_another_table(opened: Path) -> None:
    for name, content in contents(opened).items():
        for secret in (*SECRETS, "werklijst", "source_delivery", "gewoon", "leeg.csv"):
            assert secret.encode() not in content, f"{secret} in {name}"


def test_the_search_finds_what_is_packed(opened: Path) -> None:
    """So that not finding it above means something."""
    beside = contents(opened.parent)
    for secret in SECRETS:
        assert secret.encode() in beside["mart.duckdb, read"]
    assert SECRETS[1].encode() in beside["parquet/werklijst_intern.parquet, read"]


def test_a_mark_is_a_mark_and_nothing_like_it(tmp_path: Path) -> None:
    """Without open tables there is no folder, so that an empty website shows the mistake."""
    hostile.build(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        closed = {name: TableContract(name=name, columns={}) for name in hostile.CONTRACTS}
        patch.setattr(hostile, "CONTRACTS", closed)
        open_exports(tmp_path)
    assert not (tmp_path / "open").exists()


def test_every_link_stays_in_the_folder(opened: Path) -> None:
    assert not [path for path in opened.rglob("*") if path.is_symlink()]
    graph = rdflib.Graph().parse(opened / "dcat.ttl", format="turtle")
    package = json.loads((opened / "datapackage.json").read_text(encoding="utf-8"))
    feed = json.loads((opened / "feed.json").read_text(encoding="utf-8"))
    atom = ElementTree.parse(opened / "atom.xml").getroot()
    links = [
        str(url) for kind in (DCAT.downloadURL, DCAT.accessURL) for url in graph.objects(None, kind)
    ]
    links += [item["url"] for item in feed["items"] if "url" in item]
    links += [str(link.get("href")) for link in atom.iter("{http://www.w3.org/2005/Atom}link")]
    links += [ADDRESS + one[kind] for one in package["resources"] for kind in ("path", "parquet")]
    assert len(links) > 10
    for link in links:
        assert link.startswith(ADDRESS), link
        assert (opened / link.removeprefix(ADDRESS)).is_file(), link


def test_its_checksums_and_its_description_hold_without_the_rest(opened: Path) -> None:
    lines = (opened / "SHA256SUMS").read_text().splitlines()
    listed = {line[66:]: line[:64] for line in lines}
    assert set(listed) == files_in(opened) - {"SHA256SUMS"}
    for name, sha256 in listed.items():
        assert hashlib.sha256((opened / name).read_bytes()).hexdigest() == sha256
    report = frictionless.validate(opened / "datapackage.json")
    assert report.valid, report.flatten(["type", "message"])


def test_its_page_names_every_file(opened: Path) -> None:
    page = (opened / "LEESMIJ.txt").read_bytes().decode()
    assert "LET OP: Dit is een verzonnen voorbeeld" in page
    for path in set(opened.iterdir()) - {opened / "LEESMIJ.txt"}:
        assert f"\n{path.name}" in page


def test_its_feed_tells_of_itself_and_of_what_was_before(opened: Path) -> None:
    feed = json.loads((opened / "feed.json").read_text(encoding="utf-8"))
    assert feed["feed_url"] == f"{ADDRESS}feed.json"
    own, before = feed["items"]
    assert own["title"] == f"Uitgave {hostile.RELEASE}"
    assert own["date_published"] == "2026-03-01T12:00:00+01:00"
    assert before["title"] == BEFORE.title
    assert "url" not in before, "it is no longer there"


def test_the_tables_are_copied_where_a_disk_knows_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("Operation not permitted")

    hostile.build(tmp_path)
    monkeypatch.setattr(open_part.os, "link", refused)
    open_exports(tmp_path)
    for name in ("csv/soort.csv", "parquet/moeilijk.parquet"):
        assert (tmp_path / "open" / name).read_bytes() == (tmp_path / name).read_bytes()
