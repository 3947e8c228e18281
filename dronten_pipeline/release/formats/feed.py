"""The format for whoever wants to be told: `feed.json` and `atom.xml`.

They stand twice: in the open part of a release, where they tell of it and of those before it, and
beside `current`, where they are written anew each time another release comes into force.

Here belongs announcing releases, as the ledger has them. Not here: what changed in the figures,
which the table kpi_revision of each release says.
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

from dronten_pipeline.core.durable import explain, write_durably
from dronten_pipeline.core.permissions import open_to_readers
from dronten_pipeline.core.settings import LOCAL_TIME, Settings
from dronten_pipeline.core.words import word
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Release, Rollback
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.release.formats.mart import Mart
from dronten_pipeline.release.formats.readme import NAME as README
from dronten_pipeline.release.manifest import Manifest, read_manifest

JSON_NAME, ATOM_NAME = "feed.json", "atom.xml"

#: Announcements that a feed keeps: a daily release, for a season.
MOST_ENTRIES = 100

#: Names that hold without an address, after RFC 4151.
TAG = "tag:dronten.nl,2026:datalab"
TITLE = "Datalab Dronten: uitgaven"
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One announcement; `name` is part of its id, so that a reader of feeds is told once."""

    name: str
    at: str
    title: str
    text: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What is told of a release; of the figures that differ `revised` were final before."""

    as_of: dt.date
    verdict: str
    is_sample: bool
    differing: int
    revised: int


def export_feeds(folder: Path, entries: Sequence[Entry], *, address: str | None = None) -> None:
    """Writes both feeds into a folder, each whole or not at all.

    Args:
        entries: the newest first.
        address: where the folder is offered on the web, ends with a slash; without one the links
            are relative to the feed.

    Raises:
        OSError: a feed could not be written; the one before still stands.
    """
    write_durably(folder / JSON_NAME, _json(entries[:MOST_ENTRIES], address or ""))
    write_durably(folder / ATOM_NAME, _atom(entries[:MOST_ENTRIES], address or ""))
    for name in (JSON_NAME, ATOM_NAME):
        open_to_readers(folder / name)


def of_release(mart: Mart) -> Entry:
    """What the open part of a release tells of itself; it links to the page beside it."""
    differing = mart.tables["kpi_revision"].rows if "kpi_revision" in mart.tables else 0
    facts = _Facts(
        as_of=mart.as_of,
        verdict=mart.verdict,
        is_sample=mart.is_sample,
        differing=differing,
        revised=mart.revised_figures,
    )
    return Entry(
        name=mart.release_id,
        at=_moment(mart.published_at),
        title=f"Uitgave {mart.release_id}",
        text=" ".join(_sentences(facts, None)),
        url=README,
    )


def history(settings: Settings, *, is_linked: bool = False) -> list[Entry]:
    """What the ledger knows of releases and ways back, the newest first.

    Args:
        is_linked: whether each links to its open part, as seen from the folder of the releases.
    """
    found: list[Record[Release] | Record[Rollback]] = [
        *islice(ledger.records_of(settings, Release), MOST_ENTRIES),
        *islice(ledger.records_of(settings, Rollback), MOST_ENTRIES),
    ]
    found.sort(key=lambda one: one.number, reverse=True)
    return [
        _entry(record, settings.releases / record.body.release_id, is_linked)
        for record in found[:MOST_ENTRIES]
    ]


def announce(settings: Settings) -> list[str]:
    """Tells whoever follows the releases; a feed that cannot be written undoes no publication."""
    try:
        export_feeds(settings.releases, history(settings, is_linked=True))
    except OSError as error:
        return [f"De feeds in {settings.releases} zijn niet bij: {explain(error)}."]
    return []


def _entry(record: Record[Release] | Record[Rollback], folder: Path, is_linked: bool) -> Entry:
    manifest = _manifest(folder)
    before = record.body.from_release if isinstance(record.body, Rollback) else None
    published = manifest.published_at if manifest else None
    return Entry(
        name=f"{record.number}" if before else folder.name,
        at=_moment(dt.datetime.fromisoformat(published))
        if published and not before
        else record.recorded_at,
        title=f"Terug naar uitgave {folder.name}" if before else f"Uitgave {folder.name}",
        text=" ".join(_sentences(_facts(manifest) if manifest else None, before)),
        url=f"{folder.name}/open/" if is_linked and (folder / "open").is_dir() else None,
    )


def _facts(manifest: Manifest) -> _Facts:
    table = manifest.tables.get("kpi_revision")
    differing = table.rows if table else 0
    revised = manifest.revised_figures
    return _Facts(
        as_of=dt.date.fromisoformat(manifest.as_of),
        verdict=manifest.verdict,
        is_sample=manifest.is_sample,
        differing=differing,
        # a release from before the two were told apart does not say which were final
        revised=differing if revised is None else revised,
    )


def _moment(local: dt.datetime) -> str:
    return local.replace(tzinfo=LOCAL_TIME).isoformat(timespec="seconds")


def _manifest(folder: Path) -> Manifest | None:
    """Of a release that was removed since, nothing more is told."""
    try:
        return read_manifest(folder)
    except (OSError, ValueError):
        return None


def _sentences(facts: _Facts | None, before: str | None) -> Iterator[str]:
    if facts and facts.is_sample:
        yield "Verzonnen voorbeeld."
    if before:
        yield f"Deze uitgave geldt weer, in plaats van {before}."
    if facts is None:
        yield "Deze uitgave is niet meer aanwezig."
        return
    yield f"Peildatum {facts.as_of:%d-%m-%Y}."
    yield f"Keuring: {word('release_verdict', facts.verdict)}."
    if facts.differing and not before:
        yield (
            f"{facts.revised} cijfers die vaststonden zijn herzien, "
            f"{facts.differing - facts.revised} voorlopige cijfers lopen door; zie kpi_revision."
        )


def _json(entries: Sequence[Entry], address: str) -> bytes:
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "language": "nl",
        **({"home_page_url": address, "feed_url": address + JSON_NAME} if address else {}),
        "items": [
            {
                "id": f"{TAG}:{entry.name}",
                **({"url": address + entry.url} if entry.url else {}),
                "title": entry.title,
                "content_text": entry.text,
                "date_published": entry.at,
            }
            for entry in entries
        ],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _atom(entries: Sequence[Entry], address: str) -> bytes:
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "nl"})
    _add(feed, "id", TAG)
    _add(feed, "title", TITLE)
    _add(feed, "updated", entries[0].at if entries else "1970-01-01T00:00:00Z")
    _add(_add(feed, "author"), "name", "Gemeente Dronten")
    _add(feed, "link", rel="self", href=address + ATOM_NAME)
    for entry in entries:
        item = _add(feed, "entry")
        _add(item, "id", f"{TAG}:{entry.name}")
        _add(item, "title", entry.title)
        _add(item, "updated", entry.at)
        if entry.url:
            _add(item, "link", href=address + entry.url)
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
