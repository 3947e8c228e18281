"""The feeds beside `current`: what the ledger says, in the two forms that readers of feeds know."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.release.formats import feed
from dronten_pipeline.release.manifest import TableForms
from tests.documents import append, write_manifest

ATOM = "{http://www.w3.org/2005/Atom}"


def published(folder: Path, name: str, *, revised: int = 0, is_sample: bool = False) -> None:
    (folder / "releases" / name / "open").mkdir(parents=True)
    write_manifest(
        folder / "releases" / name,
        as_of="2026-06-30",
        verdict="passed_with_warnings",
        is_sample=is_sample,
        tables={"kpi_revision": TableForms(rows=revised + 30, parquet="", csv="")},
        revised_figures=revised,
    )
    append(Settings(home=folder), "release", {"release_id": name})


def items(folder: Path) -> list[dict[str, str]]:
    entries = feed.history(Settings(home=folder), is_linked=True)
    feed.export_feeds(folder / "releases", entries)
    document = json.loads((folder / "releases/feed.json").read_text(encoding="utf-8"))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    return document["items"]


def test_an_announcement_says_what_a_reader_wants_to_know(tmp_path: Path) -> None:
    published(tmp_path, "een", is_sample=True)
    published(tmp_path, "twee", revised=12)
    second, first = items(tmp_path)
    assert second["title"] == "Uitgave twee"
    assert second["url"] == "twee/open/", "no further than what is open"
    assert second["content_text"] == (
        "Peildatum 30-06-2026. Keuring: goed, met waarschuwingen. "
        "12 cijfers die vaststonden zijn herzien, 30 voorlopige cijfers lopen door; "
        "zie kpi_revision."
    )
    assert first["content_text"].startswith("Verzonnen voorbeeld. Peildatum")
    assert first["date_published"] <= second["date_published"]


def test_a_release_from_before_there_was_an_open_part_has_no_link(tmp_path: Path) -> None:
    published(tmp_path, "een")
    (tmp_path / "releases/een/open").rmdir()
    assert "url" not in items(tmp_path)[0]


def test_a_way_back_and_a_removed_release_are_told_as_such(tmp_path: Path) -> None:
    published(tmp_path, "een")
    append(Settings(home=tmp_path), "rollback", {"release_id": "een", "from_release": "twee"})
    append(Settings(home=tmp_path), "release", {"release_id": "weg"})
    gone, back, _ = items(tmp_path)
    assert gone["content_text"] == "Deze uitgave is niet meer aanwezig."
    assert back["title"] == "Terug naar uitgave een"
    assert "in plaats van twee" in back["content_text"]


def test_both_feeds_announce_the_same_and_keep_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_ENTRIES", 3)
    for number in range(5):
        published(tmp_path, f"nummer-{number}")
    announced = items(tmp_path)
    assert [item["title"] for item in announced] == [f"Uitgave nummer-{n}" for n in (4, 3, 2)]
    atom = ElementTree.parse(tmp_path / "releases/atom.xml").getroot()
    assert atom.tag == f"{ATOM}feed"
    assert atom.findtext(f"{ATOM}updated") == announced[0]["date_published"]
    entries = atom.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [item["id"] for item in announced]
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        item["title"] for item in announced
    ]
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == announced[0]["url"]
