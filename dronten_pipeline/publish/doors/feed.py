"""The door for whoever wants to be told: `feed.json` and `atom.xml` beside `current`.

Here belongs announcing which release is in force, as the ledger has it. Not here: what changed in
the figures, which the table kpi_revision of each release says.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from dronten_pipeline.evidence import ledger
from dronten_pipeline.evidence.durable import write_durably
from dronten_pipeline.permissions import open_to_readers
from dronten_pipeline.publish.doors.mart import VERDICTS
from dronten_pipeline.settings import Settings

JSON_NAME, ATOM_NAME = "feed.json", "atom.xml"

#: Announcements that a feed keeps: a daily release, for a season.
MOST_ENTRIES = 100

#: Names that hold without an address, after RFC 4151.
TAG = "tag:dronten.nl,2026:datalab"
TITLE = "Datalab Dronten: uitgaven"
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, kw_only=True)
class _Entry:
    number: int
    at: str
    release_id: str
    title: str
    text: str


def export_feeds(settings: Settings) -> None:
    """Writes both feeds anew, each whole or not at all.

    Without a public address the links are relative to the feed.

    Raises:
        OSError: a feed could not be written; the one before still stands.
    """
    entries = sorted(
        [
            entry
            for kind in ("release", "rollback")
            for entry in islice(_entries(settings, kind), MOST_ENTRIES)
        ],
        key=lambda entry: entry.number,
        reverse=True,
    )[:MOST_ENTRIES]
    address = settings.public_address or ""
    write_durably(settings.releases / JSON_NAME, _json(entries, address))
    write_durably(settings.releases / ATOM_NAME, _atom(entries, address))
    for name in (JSON_NAME, ATOM_NAME):
        open_to_readers(settings.releases / name)


def _entries(settings: Settings, kind: str) -> Iterator[_Entry]:
    for record in ledger.records_of(settings, kind):
        release_id = str(record.body.get("release_id"))
        manifest = _manifest(settings.releases / release_id)
        before = record.body.get("from_release")
        yield _Entry(
            number=record.number,
            at=record.recorded_at,
            release_id=release_id,
            title=f"Terug naar uitgave {release_id}" if before else f"Uitgave {release_id}",
            text=" ".join(_sentences(manifest, before)),
        )


def _manifest(folder: Path) -> dict[str, Any]:
    """Of a release that was removed since, nothing more is told."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _sentences(manifest: dict[str, Any], before: str | None) -> Iterator[str]:
    if manifest.get("is_sample"):
        yield "Verzonnen voorbeeld."
    if before:
        yield f"Deze uitgave geldt weer, in plaats van {before}."
    if not manifest:
        yield "Deze uitgave is niet meer aanwezig."
        return
    day = dt.date.fromisoformat(manifest["as_of"])
    yield f"Peildag {day:%d-%m-%Y}."
    yield f"Keuring: {VERDICTS.get(manifest['verdict'], manifest['verdict'])}."
    revised = manifest["tables"].get("kpi_revision", {}).get("rows", 0)
    if revised and not before:
        yield f"{revised} cijfers zijn anders dan in de vorige uitgave; zie kpi_revision."


def _json(entries: Sequence[_Entry], address: str) -> bytes:
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "language": "nl",
        **({"home_page_url": address, "feed_url": address + JSON_NAME} if address else {}),
        "items": [
            {
                "id": f"{TAG}:{entry.number}",
                "url": f"{address}{entry.release_id}/",
                "title": entry.title,
                "content_text": entry.text,
                "date_published": entry.at,
            }
            for entry in entries
        ],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _atom(entries: Sequence[_Entry], address: str) -> bytes:
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "nl"})
    _add(feed, "id", TAG)
    _add(feed, "title", TITLE)
    _add(feed, "updated", entries[0].at if entries else "1970-01-01T00:00:00Z")
    _add(_add(feed, "author"), "name", "Gemeente Dronten")
    _add(feed, "link", rel="self", href=address + ATOM_NAME)
    for entry in entries:
        item = _add(feed, "entry")
        _add(item, "id", f"{TAG}:{entry.number}")
        _add(item, "title", entry.title)
        _add(item, "updated", entry.at)
        _add(item, "link", href=f"{address}{entry.release_id}/")
        _add(item, "content", entry.text, type="text")
    ElementTree.indent(feed)
    document: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add(
    parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name, attributes)
    element.text = text
    return element
