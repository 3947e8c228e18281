"""One run over one source: what is known of it, and what the run adds to that.

Here belongs: the memory of the source beside what the ledger holds of it, and what of it may be
relied on. Not here: the steps of a run (`raw.py`), each in a module of its own, nor how the memory
is kept (`registry.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from dronten_pipeline.contracts.sources import Source, Table
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import kept, landing, names, parsing, privacy, registry
from dronten_pipeline.ingest.kept import Recorded
from dronten_pipeline.ingest.outcome import DeliveryReport
from dronten_pipeline.ingest.registry import Origin, Parse, Registry
from dronten_pipeline.ledger.bodies import RawEntry

Progress = Callable[[str], None]
#: What somebody let in though it holds fewer records than what it replaces: by number and SHA-256
#: of the delivery, what to say of that.
Accepted = Mapping[tuple[int, str], str]


class SourceRun:
    """What the steps of one run over one source share."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        run_id: str,
        as_of: dt.date,
        origin: Origin,
        recorded: Recorded,
        accepted: Accepted,
        on_progress: Progress,
    ) -> None:
        """Raises:
        RegistryError: the memory of the source cannot be read.
        """
        self.settings = settings
        self.limits = settings.limits
        self.source = source
        self.run_id = run_id
        self.as_of = as_of
        self.origin = origin
        self.recorded = recorded
        self.accepted = accepted
        self.on_progress = on_progress
        self.folder = landing.folder(settings, source, origin)
        self.store = settings.raw / "files" / source.name
        self.names = names.Names(source, settings.read_pseudonym_key())
        has_pseudonyms = any(privacy.has_pseudonyms(table) for table in source.tables)
        self.key = self.names.key if has_pseudonyms else b""
        self.versions = {table.name: parsing.version_of(table, self.key) for table in source.tables}
        self.now = dt.datetime.now(dt.UTC)
        self.registry: Registry = registry.load(settings.raw, source.name)
        #: Table and content of what was read and may not be relied on, and why; what is read
        #: again goes from the first to the second.
        self.broken: dict[tuple[str, str], str] = {}
        self.restored: dict[tuple[str, str], str] = {}
        self.written: dict[str, RawEntry] = {}
        self._forget_names()

    def _forget_names(self) -> None:
        """Of what an earlier version kept, the names that may not be shown."""
        self.registry.parses = {
            key: parse
            if parsing.repeats_no_names(key)
            else parse.model_copy(
                update={"notes": (), "refused": parse.refused and "Het bestand werd afgekeurd."}
            )
            for key, parse in self.registry.parses.items()
        }
        self.registry.deliveries = [
            delivery.model_copy(update={"file_name": self.names.kept(delivery.file_name)})
            for delivery in self.registry.deliveries
        ]

    def save(self) -> None:
        """Keeps the memory of the source."""
        registry.save(self.settings.raw, self.registry)

    # --- what was read before

    def examine(self) -> None:
        """Compares what earlier runs read with the hashes that were taken when it was written."""
        for delivery in self.registry.deliveries:
            table = self.table(delivery.table)
            if table is None or delivery.origin != self.origin or delivery.erased_at is not None:
                continue
            found = self.parse_of(table, delivery.sha256)
            if found is not None and (why := self._what_is_wrong(found, delivery.sha256)):
                self.broken[table.name, delivery.sha256] = why

    def _what_is_wrong(self, found: Parse, sha256: str) -> str | None:
        if found.refused is None and found.raw_path is None:
            return "het geheugen van de bron noemt geen bestand"
        for path, known in (
            (found.raw_path, found.raw_sha256),
            (found.rejects_path, found.rejects_sha256),
        ):
            why = path and kept.what_is_wrong(
                self.settings.raw, path, self.recorded, known=known, delivered_sha256=sha256
            )
            if why:
                return why
        return None

    def must_be_read(self, table: Table, sha256: str) -> bool:
        """Whether a content is new here, or what was read of it cannot be relied on."""
        _, found = self.registry.parse_for(self.parse_key(table, sha256), self.as_of)
        if found is None or (table.name, sha256) in self.broken:
            return True
        if found.limits not in (None, self.limits.model_dump_json()):
            return True  # it was refused under other limits
        entry = self.entry(found.raw_path)
        return entry is not None and entry.is_found

    def is_broken(self, report: DeliveryReport) -> bool:
        return (str(report.table_name), str(report.sha256)) in self.broken

    def forgotten(self) -> list[str]:
        """What the ledger says was read and the memory of this source knows nothing of."""
        known = {delivery.sha256 for delivery in self.registry.deliveries}
        lost = {
            (entry.table, entry.number)
            for entry in (self.recorded or {}).values()
            if entry.source == self.source.name
            and entry.what == "accepted"
            and entry.delivered_sha256 not in known
        }
        return [
            f"Levering {number} van {table} staat in het logboek en niet meer in "
            f"{registry.registry_path(self.settings.raw, self.source.name)}: zet dat bestand terug "
            "uit een reservekopie, of lever het bestand opnieuw."
            for table, number in sorted(lost, key=str)
        ]

    def parse_key(self, table: Table, sha256: str) -> str:
        return registry.parse_key(table.name, sha256, self.versions[table.name])

    def parse_of(self, table: Table, sha256: str) -> Parse | None:
        _, current = self.registry.parse_for(self.parse_key(table, sha256), self.as_of)
        return current or self.registry.older_parse(table.name, sha256)

    def entry(self, path: str | None) -> RawEntry | None:
        return (self.recorded or {}).get(path or "")

    # --- what this run wrote

    def note_read(
        self, table: Table, delivered: str, what: str, path: Path, sha256: str, rows: int
    ) -> None:
        place = str(self.relative(path))
        self.written[place] = RawEntry(
            source=self.source.name,
            table=table.name,
            what=what,
            path=place,
            sha256=sha256,
            rows=rows,
            delivered_sha256=delivered,
        )

    def note_computed(self, what: str, path: Path, sha256: str, rows: int) -> None:
        """Notes a file that was computed from documents, unless the ledger has it already."""
        place = str(self.relative(path))
        entry = self.entry(place)
        if entry is None or entry.sha256 != sha256:
            self.written[place] = RawEntry(
                source=self.source.name,
                table=what,
                what=what,
                path=place,
                sha256=sha256,
                rows=rows,
            )

    # --- small things

    def table(self, name: str | None) -> Table | None:
        return next((table for table in self.source.tables if table.name == name), None)

    def relative(self, path: Path | None) -> str | None:
        return None if path is None else path.relative_to(self.settings.raw).as_posix()
