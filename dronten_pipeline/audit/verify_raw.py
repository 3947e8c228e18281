"""Whether what was read of the deliveries is still what it was, and what the deliveries say.

Here belongs comparing raw files with the ledger, with the memory of their source, with the releases
that were made of them and, where asked, with the delivered files themselves. Not here: the ledger
and the releases (`audit/verify.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from dronten_pipeline.contracts.sources import Source, load_sources
from dronten_pipeline.core import sandbox
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import (
    kept,
    landing,
    listed_documents,
    parts,
    privacy,
    registry,
    shape,
    worker,
)
from dronten_pipeline.ingest.inputs import load_outcomes
from dronten_pipeline.ledger import acceptance, ledger, raw_files
from dronten_pipeline.ledger.acceptance import Accepted
from dronten_pipeline.ledger.bodies import Ingest, RawEntry
from dronten_pipeline.release.store import Release


@dataclass(kw_only=True)
class RawVerification:
    """What was compared, in Dutch sentences, as in `verification.Verification`."""

    checked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def verify_raw(settings: Settings, releases: list[Release]) -> RawVerification:
    """Compares every raw file with the hash that was taken when it was written."""
    found = RawVerification()
    entries = raw_files.recorded(settings)
    if entries is None:
        if any((settings.raw / "files").rglob("*.parquet")):
            found.notices.append(
                "Van wat uit de leveringen gelezen is, staat nog geen vingerafdruk in het logboek: "
                "de eerstvolgende run legt die vast."
            )
        return found
    for path, entry in entries.items():
        if why := kept.what_is_wrong(settings.raw, path, entries):
            found.problems.append(f"Wat gelezen is van {_name(entry)} ({path}): {why}.")
    found.problems += _wrong_memories(settings, entries)
    found.problems += _wrong_releases(settings, releases)
    accepted = acceptance.accepted(settings)
    found.problems += _wrong_acceptances(settings, accepted)
    found.notices += [
        f"Levering {one.delivery.number} van {one.delivery.source}.{one.delivery.table} heeft "
        f"{one.said}, en is door "
        f"{one.account} toegelaten. {one.sentence}"
        for one in accepted
    ]
    if before := [entry for entry in entries.values() if entry.is_found]:
        found.notices.append(
            f"{len(before)} gelezen bestanden zijn van voor de vastlegging ervan en niet met hun "
            f"levering vergeleken: {_grouped(before)}. Een run leest opnieuw wat er nog ligt; "
            "`datalab prune` haalt weg wat geen uitgave meer nodig heeft."
        )
    unknown = [
        path
        for path in (settings.raw / "files").rglob("[!.]*.parquet")
        if path.parent.name != "documents"
        and path.relative_to(settings.raw).as_posix() not in entries
    ]
    if unknown:
        found.notices.append(
            f"{len(unknown)} bestanden in {settings.raw / 'files'} staan niet in het logboek en "
            "worden niet gelezen."
        )
    found.checked.append(
        f"{len(entries)} gelezen bestanden in {settings.raw}: met het logboek, met het geheugen "
        "van hun bron en met de uitgaven die erop rusten"
    )
    return found


def verify_deliveries(settings: Settings) -> RawVerification:
    """Reads every delivered file that is still there again and compares it with what was read."""
    found = RawVerification()
    entries = raw_files.recorded(settings) or {}
    compared, gone = 0, []
    for source in load_sources(settings.sources).values():
        known = registry.load(settings.raw, source.name)
        here = _delivered_here(settings, source)
        for entry in entries.values():
            if entry.source != source.name or entry.what != "accepted":
                continue
            path = here.get(str(entry.delivered_sha256))
            if path is None:
                gone.append(entry)
                continue
            if difference := _difference(settings, source, known, entry, path):
                found.problems.append(f"Levering {_name(entry)} opnieuw gelezen: {difference}.")
            compared += 1
        _judge_texts_again(settings, source, found)
    found.checked.append(f"{compared} leveringen opnieuw gelezen en met het bewaarde vergeleken")
    if gone:
        found.notices.append(
            f"{len(gone)} leveringen liggen er niet meer en zijn niet opnieuw te lezen: "
            f"{_grouped(gone)}. Zet ze terug uit een archief om ook die te vergelijken."
        )
    return found


# --- what the rest of the home says


def _wrong_memories(settings: Settings, entries: dict[str, RawEntry]) -> Iterator[str]:
    for source in sorted({entry.source for entry in entries.values()}):
        try:
            known = registry.load(settings.raw, source)
        except registry.RegistryError as error:
            yield f"{error}"
            continue
        hashes = {
            path: (sha256, key.split("/")[1])
            for key, parse in known.parses.items()
            for path, sha256 in (
                (parse.raw_path, parse.raw_sha256),
                (parse.rejects_path, parse.rejects_sha256),
            )
            if path
        }
        for path, entry in entries.items():
            if entry.source != source or entry.delivered_sha256 is None:
                continue
            sha256, delivered = hashes.get(path, (None, None))
            if path not in hashes or delivered != entry.delivered_sha256:
                yield f"Het geheugen van bron {source} kent {path} niet meer, het logboek wel."
            elif sha256 not in (None, entry.sha256):
                yield f"Het geheugen van bron {source} spreekt het logboek tegen over {path}."


def _wrong_acceptances(settings: Settings, accepted: list[Accepted]) -> Iterator[str]:
    """What was let in must be what the memory of its source has under that number."""
    for one in accepted:
        try:
            known = registry.load(settings.raw, one.delivery.source)
        except registry.RegistryError:  # told elsewhere
            continue
        if (one.delivery.number, one.delivery.sha256) not in {
            (two.number, two.sha256) for two in known.deliveries
        }:
            yield (
                f"Record {one.record} laat levering {one.delivery.number} van {one.delivery.table} "
                f"toe, en het geheugen van bron {one.delivery.source} kent die levering niet."
            )


def _wrong_releases(settings: Settings, releases: list[Release]) -> Iterator[str]:
    """A release must rest on files as they once were read."""
    first = None
    ever: dict[str, set[str]] = {}
    for record in ledger.records_of(settings, Ingest):
        first = record.number
        for one in record.body.files:
            ever.setdefault(one.path, set()).add(one.sha256)
    for release in releases:
        if release.problem:
            continue
        judged = release.manifest.gate_record.number
        for given in release.manifest.inputs:
            path, sha256 = given.raw_path, given.raw_sha256
            if path is None or not given.counts:
                continue
            if path in ever and sha256 not in (None, *ever[path]):
                yield (f"Uitgave {release.release_id} rust op {path} zoals het nooit gelezen is.")
            elif path not in ever and first is not None and judged > first:
                yield f"Uitgave {release.release_id} rust op {path}, dat het logboek niet kent."


# --- reading again


def _delivered_here(settings: Settings, source: Source) -> dict[str, Path]:
    """The files in the folders of a source by the SHA-256 of their content."""
    found: dict[str, Path] = {}
    for origin in ("sample", "delivery"):
        folder = landing.folder(settings, source, origin)
        for path in landing.delivered_files(folder):
            found[parts.sha256_of(path)] = path
    return found


def _difference(
    settings: Settings,
    source: Source,
    known: registry.Registry,
    entry: RawEntry,
    path: Path,
) -> str | None:
    """What differs between a raw file and its delivery; None when nothing does."""
    table = next((one for one in source.tables if one.name == entry.table), None)
    if table is None:
        return "het contract kent deze tabel niet meer"
    parse = next((one for one in known.parses.values() if one.raw_path == entry.path), None)
    if parse is None or dict(parse.shape) != shape.of(table):
        return None  # read under an earlier contract: the next run reads it under the present one
    key = settings.read_pseudonym_key() if privacy.has_pseudonyms(table) else b""
    with tempfile.TemporaryDirectory(prefix="datalab-") as name:
        into = Path(name) / "accepted.parquet"
        try:
            again = worker.parse(
                sandbox.shared(settings.limits),
                path,
                table,
                key,
                parse.last_day,
                into=into,
                rejects_into=Path(name) / "rejected.parquet",
                about=dict.fromkeys(("source", "table", "file_name", "run_id"), ""),
            )
        except sandbox.Broken as error:
            return f"het bestand is niet meer te lezen: {error}"
        if again.refused is not None:
            return "het bestand is niet meer te lezen"
        try:
            kept_rows = pl.read_parquet(settings.raw / entry.path)
        except (OSError, pl.exceptions.PolarsError):
            return "het bewaarde bestand is niet te lezen"
        if not kept_rows.equals(pl.read_parquet(into)):
            return f"het geeft andere gegevens dan {entry.path}"
    if again.rejected != parse.rows_quarantined:
        return f"er zijn {again.rejected} rijen afgekeurd, eerder {parse.rows_quarantined}"
    return None


def _judge_texts_again(settings: Settings, source: Source, found: RawVerification) -> None:
    tables = {table.name for table in source.tables if table.document_column}
    outcome = load_outcomes(settings, [source.name]).get(source.name) if tables else None
    if outcome is None or not any(one.table_name in tables for one in outcome.counting):
        return
    from dronten_pipeline.readability import calibration, documents

    try:
        rows = listed_documents.listed_rows(settings, source, outcome.counting)
    except (OSError, pl.exceptions.PolarsError):
        found.problems.append(f"De lijst met teksten van {source.name} is niet te lezen.")
        return
    with tempfile.TemporaryDirectory(prefix="datalab-") as name:
        documents.score_documents(
            rows,
            landing.folder(settings, source, outcome.origin),
            Path(name),
            as_of=settings.today(),
            calibration=calibration.in_force(settings.calibration, settings.calibrations),
        )
        compared, different, gone = documents.compare_memories(
            settings.raw / "texts" / source.name, Path(name)
        )
    found.checked.append(f"{compared} oordelen over teksten van {source.name} opnieuw gegeven")
    if different:
        found.problems.append(
            f"{len(different)} teksten van {source.name} krijgen een ander oordeel dan bewaard is "
            f"(documenten {', '.join(one[:16] for one in different[:5])})."
        )
    if gone:
        found.notices.append(
            f"{gone} oordelen over teksten van {source.name} zijn niet opnieuw te geven: de "
            "documenten liggen er niet meer, of horen nu bij andere korte teksten."
        )


# --- words


def _name(entry: RawEntry) -> str:
    if entry.number is None:
        return f"{entry.source}/{entry.table}"
    return f"{entry.number} van {entry.source}/{entry.table}"


def _grouped(entries: list[RawEntry]) -> str:
    """Each table once: of one delivery there are two files, and more when a contract changed."""
    files_of: dict[str, list[RawEntry]] = {}
    for entry in entries:
        files_of.setdefault(f"{entry.source}/{entry.table}", []).append(entry)
    named = [f"{name} ({_counted(of)})" for name, of in sorted(files_of.items())]
    more = f" en {len(named) - 10} andere tabellen" if len(named) > 10 else ""
    return ", ".join(named[:10]) + more


def _counted(entries: list[RawEntry]) -> str:
    deliveries = len({entry.number for entry in entries} - {None})
    words = [
        f"{count} {one if count == 1 else more}"
        for count, one, more in (
            (deliveries, "levering", "leveringen"),
            (len(entries), "bestand", "bestanden"),
        )
        if count
    ]
    return ", ".join(words)
