"""One source: what lies in its folder, read into raw tables, and what of it counts.

Here belongs: the rules of `Deliveries` - parsed once per content and contract version, what
stops a source, what is reported. Not here: reading a file (`parsing.py`), laying out what a
run reads (`snapshot.py`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from dronten_pipeline.contracts.sources import Source, Table
from dronten_pipeline.core import personal, sandbox
from dronten_pipeline.core.file_names import is_sound
from dronten_pipeline.core.limits import TooLarge
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.core.speaking import whereabouts
from dronten_pipeline.ingest import (
    completeness,
    files,
    kept,
    landing,
    loss,
    names,
    order,
    parsing,
    parts,
    pieces,
    privacy,
    quarantine,
    registry,
    shape,
    spelled_keys,
    standing,
    unread,
    worker,
)
from dronten_pipeline.ingest.ahead import Behind, ahead
from dronten_pipeline.ingest.kept import RawEntry, Recorded
from dronten_pipeline.ingest.registry import Delivery, Origin, Parse, Registry
from dronten_pipeline.ingest.standing import Shrink, Standing
from dronten_pipeline.ingest.together import FEWEST, SMALL

DeliveryState = Literal["read", "unchanged", "stopped", "missing"]
SourceState = Literal["current", "stopped"]
Progress = Callable[[str], None]
#: What somebody let in though it holds fewer records than what it replaces: by number and SHA-256
#: of the delivery, what to say of that.
Accepted = Mapping[tuple[int, str], str]

NO_UTF8 = (
    "De naam van dit bestand is geen UTF-8: zij komt van een oud systeem. Hernoem het bestand, met "
    "gewone letters en cijfers."
)
REPLACED = "Vervangen door een latere levering: van deze tabel telt alleen de laatste."
FOLDER = (
    "Dit is een map (of geen gewoon bestand) met de naam van een bestand. Zet de bestanden die "
    "erin staan rechtstreeks in de map van de bron, en haal dit weg."
)
NOTHING_READ = {"rows_delivered": 0, "rows_accepted": 0, "rows_quarantined": 0, "cleaned": {}}
#: So many files are looked at together for small ones.
TOGETHER = 200
LOG = logging.getLogger(__name__)


class DeliveryReport(BaseModel):
    """One delivered file as this run sees it; `file_name` is what may be shown of its name.

    `counts` says that its rows are read by this run, as far as the source itself is concerned:
    where the source is stopped, the snapshot takes what the previous release used instead.
    """

    model_config = ConfigDict(frozen=True)

    number: int | None
    table_name: str | None
    file_name: str
    sha256: str | None
    format: str | None = None
    encoding: str | None = None
    separator: str | None = None
    state: DeliveryState
    note: str = ""
    received_at: dt.datetime
    rows_delivered: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    cleaned: dict[str, int] = Field(default_factory=dict, description="By kind: `cleaning.KINDS`.")
    counts: bool = False
    raw_path: str | None = Field(default=None, description="Relative to raw/.")
    raw_sha256: str | None = None
    shape: dict[str, tuple[str, str]] = Field(default_factory=dict)
    findings: tuple[personal.Finding, ...] = ()
    shrink: Shrink | None = Field(default=None, description="Why it waits for `datalab accept`.")
    is_replaced: bool = Field(
        default=False, description="A later delivery of everything took its place."
    )


class SourceOutcome(BaseModel):
    """What came of one source in one run."""

    model_config = ConfigDict(frozen=True)

    source: str
    origin: Origin
    state: SourceState
    note: str
    deliveries: tuple[DeliveryReport, ...] = ()
    scores_path: str | None = Field(default=None, description="Relative to raw/.")
    waiting: tuple[str, ...] = Field(
        default=(), description="Files that are not whole yet and are read later, in sentences."
    )
    unread: tuple[str, ...] = Field(
        default=(), description="Backups and folders with files, which nobody reads, in sentences."
    )
    written: tuple[RawEntry, ...] = Field(default=(), description="Raw files that this run made.")
    replaced: tuple[str, ...] = Field(
        default=(), description="Raw files that are gone and were made good by others."
    )

    @property
    def counting(self) -> tuple[DeliveryReport, ...]:
        return tuple(report for report in self.deliveries if report.counts)

    @property
    def rows_accepted(self) -> int:
        return sum(report.rows_accepted for report in self.counting)

    @property
    def rows_quarantined(self) -> int:
        return sum(report.rows_quarantined for report in self.deliveries)

    @property
    def suspected_citizen_numbers(self) -> int:
        return sum(
            finding.suspected
            for report in self.counting
            for finding in report.findings
            if "citizen_number" in finding.kind
        )


def landing_folder(settings: Settings, source: Source, origin: Origin) -> Path:
    if origin == "sample":
        return settings.sources / source.name / "sample"
    return settings.landing_folder / source.name


def ingest_source(
    settings: Settings,
    source: Source,
    *,
    run_id: str,
    as_of: dt.date,
    origin: Origin,
    recorded: Recorded = None,
    accepted: Accepted | None = None,
    on_progress: Progress | None = None,
) -> SourceOutcome:
    """Reads what is new in the folder of a source and says what counts.

    What was read before and is no longer what it was is read again from its delivery; where that
    is gone too, the source stops.

    Args:
        run_id: the run that first sees new files.
        as_of: as-of date, for the scores of documents.
        origin: 'delivery' reads `landing/<source>`, 'sample' reads `sources/<source>/sample`.
        recorded: raw files as the ledger holds them; only these are believed.
        accepted: deliveries that may hold fewer records than what they replace.
        on_progress: is told in words what is being read.
    """
    progress = on_progress or _silent
    try:
        ingest = _Ingest(
            settings, source, run_id, as_of, origin, recorded, accepted or {}, progress
        )
    except registry.RegistryError as error:
        return _without_memory(source, origin, str(error))
    return ingest.run()


def _without_memory(source: Source, origin: Origin, why: str) -> SourceOutcome:
    """Nothing may be guessed of what was delivered before: the source stands still."""
    report = DeliveryReport(
        number=None,
        table_name=None,
        file_name="deliveries.json",
        sha256=None,
        state="stopped",
        note=why,
        received_at=dt.datetime.now(dt.UTC),
    )
    note = f"Deze bron staat stil: de cijfers van de vorige publicatie blijven gelden. {why}"
    return SourceOutcome(
        source=source.name, origin=origin, state="stopped", note=note, deliveries=(report,)
    )


@dataclass(frozen=True)
class _Seen:
    """A file in the folder; `problem` when its content could not even be taken.

    `name` is what is kept of its name (`names.Names`).
    """

    path: Path
    name: str
    table: Table | None
    sha256: str | None
    problem: str | None = None
    left_alone: bool = False

    @property
    def said(self) -> str:
        return names.said(self.name, self.table.name if self.table else None, None)


@dataclass(frozen=True)
class _Read:
    """What was read of a small file. sha256: of its content just before."""

    sha256: str
    parsed: parsing.Parsed
    records: Path


class _Ingest:
    """The steps of one run over one source."""

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
        self.settings = settings
        self.limits = settings.limits
        self.source = source
        self.run_id = run_id
        self.as_of = as_of
        self.origin = origin
        self.recorded = recorded
        self.accepted = accepted
        #: Per number of a new delivery its keys that are known but for their spelling.
        self.respelled: dict[int, int] = {}
        self.on_progress = on_progress
        self.folder = landing_folder(settings, source, origin)
        self.store = settings.raw / "files" / source.name
        #: What was read of small files together, until each is taken.
        self.read: Mapping[Path, _Read] = {}
        self.numbers = itertools.count()
        #: Raw files that may not be on the disk yet; they are before the memory names them.
        self.unflushed: list[Path] = []
        self.flushing = Behind()
        self.names = names.Names(source, settings.read_pseudonym_key())
        self.key = self.names.key if self._needs_key() else b""
        self.versions = {table.name: parsing.version_of(table, self.key) for table in source.tables}
        self.now = dt.datetime.now(dt.UTC)
        self.registry: Registry = registry.load(settings.raw, source.name)
        #: Table and content of what was read and may not be relied on, and why; what is read
        #: again goes from the first to the second.
        self.broken: dict[tuple[str, str], str] = {}
        self.restored: dict[tuple[str, str], str] = {}
        self.written: dict[str, RawEntry] = {}
        #: What is not read yet, by the kept name, in a sentence.
        self.waiting: dict[str, str] = {}
        self.replaced: tuple[str, ...] = ()
        #: By table, what counts of it and why.
        self.standings: dict[str, Standing] = {}
        #: By table and content, the run that saw it first.
        self.first_runs: dict[tuple[str | None, str], str] = {}
        #: Whether the folder could be listed, so that a name that is not in it is gone.
        self.is_listed = True
        self._forget_names()

    def run(self) -> SourceOutcome:
        files.remove_leftovers(self.store)
        files.remove_leftovers(self.settings.raw / self.source.name)
        self._examine()
        seen = self._look()
        self._register(seen)
        reports = self._reports(seen)
        stops = [f"{report.file_name}: {report.note}" for report in reports if self._stops(report)]
        scores_path = None
        stops += self._forgotten()
        if not stops:
            reports, scores_path, stops = self._scored(reports)
        registry.save(self.settings.raw, self.registry)
        self._synchronise_quarantine(reports)
        left = unread.unread(self.folder, self.source, self._shown)
        return SourceOutcome(
            source=self.source.name,
            origin=self.origin,
            state="stopped" if stops else "current",
            note=" ".join(
                [
                    self._note(reports, stops),
                    *self._left_alone(seen),
                    *self.waiting.values(),
                    *left,
                ]
            ),
            unread=tuple(left),
            waiting=tuple(self.waiting.values()),
            deliveries=tuple(reports),
            scores_path=scores_path,
            written=tuple(self.written.values()),
            replaced=self.replaced,
        )

    # --- what was read before

    def _examine(self) -> None:
        """Compares what earlier runs read with the hashes that were taken when it was written."""
        for delivery in self.registry.deliveries:
            table = self._table(delivery.table)
            if table is None or delivery.origin != self.origin or delivery.erased_at is not None:
                continue
            found = self._parse_of(table, delivery.sha256)
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

    def _must_be_read(self, table: Table, sha256: str) -> bool:
        """Whether a content is new here, or what was read of it cannot be relied on."""
        _, found = self.registry.parse_for(self._key(table, sha256), self.as_of)
        if found is None or (table.name, sha256) in self.broken:
            return True
        if found.limits not in (None, self.limits.model_dump_json()):
            return True  # it was refused under other limits
        entry = self._entry(found.raw_path)
        return entry is not None and entry.is_found

    def _entry(self, path: str | None) -> RawEntry | None:
        return (self.recorded or {}).get(path or "")

    def _is_broken(self, report: DeliveryReport) -> bool:
        return (str(report.table_name), str(report.sha256)) in self.broken

    def _forgotten(self) -> list[str]:
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

    # --- what lies in the folder

    def _look(self) -> list[_Seen]:
        """Every delivery in the folder, parsed. Files that a list names are documents."""
        self.is_listed = self.folder.is_dir()
        try:
            found = landing.delivered_files(self.folder)
            folders = landing.folders_like_files(self.folder)
        except OSError as error:
            self.is_listed = False
            message = f"De map {self.source.name} {not_opened(error)}"
            return [_Seen(self.folder, self.source.name, None, None, problem=message)]
        found = [path for path in found if not self._waits(path)]
        named = [path for path in found if landing.is_named_after_table(path.name, self.source)]
        seen = self._taken(named)
        documents = self._documents(seen)
        done = {*documents, *(path.name for path in named)}
        seen += self._taken(path for path in found if path.name not in done)
        # A list may itself have another name than its table.
        documents |= self._documents(seen)
        self._forget(documents)
        return [
            *(one for one in seen if one.path.name not in documents or self._is_good(one)),
            *(
                _Seen(path, self.names.kept(path.name), None, None, problem=FOLDER)
                for path in folders
            ),
        ]

    def _waits(self, path: Path) -> bool:
        """Whether a file is not yet whole; then it is told, and neither counts nor stops."""
        if self.origin == "sample":
            return False
        moment = self.now.timestamp()
        wait = landing.wait_for(path, self.source, moment, self.settings.settle_seconds)
        if wait is None:
            return False
        name = self.names.kept(path.name)
        table = landing.table_for(path, self.source)
        said = names.said(name, table.name if table else None, None)
        self.waiting[name] = f"{said} {wait.why}."
        return True

    def _taken(self, paths: Iterable[Path]) -> list[_Seen]:
        """What is there of `paths`; one that is gone since the folder was listed is none."""
        every = list(paths)
        some = (every[first : first + TOGETHER] for first in range(0, len(every), TOGETHER))
        taken: list[_Seen] = []
        for these, self.read in ahead((these, self._read_together(these)) for these in some):
            try:
                taken += [one for path in these if (one := self._take(path)) is not None]
            finally:
                for read in self.read.values():
                    read.records.unlink(missing_ok=True)
            self._flush_behind()
        return taken

    def _read_together(self, paths: Sequence[Path]) -> dict[Path, _Read]:
        """What was read of those that are small and new, where reading them together was enough."""
        small: dict[str, dict[str, Path]] = {}
        for path in paths:
            table = landing.table_for(path, self.source)
            sha256 = self._hash_of_small(path)
            if table is None or table.trailer is not None or sha256 is None:
                continue
            if self._must_be_read(table, sha256):
                small.setdefault(table.name, {}).setdefault(sha256, path)
        found: dict[Path, _Read] = {}
        for name, files_of in small.items():
            if len(files_of) >= FEWEST:
                found |= self._read_small(self.source.table(name), files_of)
        return found

    def _hash_of_small(self, path: Path) -> str | None:
        """SHA-256 of a small file that lies in the folder itself; None of anything else."""
        try:
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode) or about.st_size > SMALL or not is_sound(path.name):
                return None
            return None if landing.leads_outside(path, self.folder) else _stable_hash(path)
        except OSError:  # taking it tells why
            return None

    def _read_small(self, table: Table, paths: Mapping[str, Path]) -> dict[Path, _Read]:
        """Args:
        paths: by the SHA-256 of their content.
        """
        into = self.store / table.name
        into.mkdir(parents=True, exist_ok=True)
        records = [
            into / f".{sha256[:16]}-{self.versions[table.name]}.together{files.TEMPORARY}"
            for sha256 in paths
        ]
        try:
            parsed = worker.parse_together(
                sandbox.shared(self.limits),
                list(zip(paths.values(), records, strict=True)),
                table,
                self.key,
                self.as_of,
            )
        except (sandbox.Broken, sandbox.Unwritten, sandbox.Failed):
            # Which of them it was shows when each is read alone.
            parsed = [None] * len(records)
        found: dict[Path, _Read] = {}
        for (sha256, path), place, one in zip(paths.items(), records, parsed, strict=True):
            if one is None:
                place.unlink(missing_ok=True)
            else:
                found[path] = _Read(sha256, one, place)
        return found

    def _take(self, path: Path) -> _Seen | None:
        table = landing.table_for(path, self.source)
        seen = _Seen(path, self.names.kept(path.name), table, None)
        if not is_sound(path.name):
            return replace(seen, problem=NO_UTF8)
        if any(landing.leads_outside(one, self.folder) for one in (path, *_inside(path))):
            return replace(seen, problem=landing.LINK_MESSAGE)
        try:
            pieces.check_size(path, self.limits)
            sha256 = _stable_hash(path)
            if sha256 is None:
                return replace(seen, left_alone=True)
            if table is None:
                message = landing.no_table_message(self.source)
                return replace(seen, sha256=sha256, problem=message)
            if self._must_be_read(table, sha256):
                self.on_progress(f"{self.source.name}: {seen.said} wordt gelezen")
                if not self._parse(path, table, sha256, seen.said):
                    return replace(seen, left_alone=True)
        except files.Unwritable:
            raise
        except FileNotFoundError:
            return None
        except TooLarge as error:
            return replace(seen, problem=str(error))
        except OSError as error:
            return replace(seen, problem=f"Het bestand {not_opened(error)}")
        except Exception as error:  # a mistake of ours must stop this source, not the others
            # What the error says may quote what stands in the file.
            LOG.error("%s: %s cannot be read: %s", self.source.name, seen.said, whereabouts(error))
            message = (
                f"Het bestand kan niet gelezen worden door een onverwachte fout "
                f"({type(error).__name__}). Meld dit aan de beheerder van het datalab."
            )
            return replace(seen, problem=message)
        return replace(seen, sha256=sha256)

    def _parse(self, path: Path, table: Table, sha256: str, file_name: str) -> bool:
        """Reads a file in a process that may break; false when it changed meanwhile."""
        read = self.read.get(path)
        if read is not None and read.sha256 == sha256:  # the same before and after it was read
            self._keep(table, sha256, read.parsed, read.records, None)
            return True
        _, raw_path, rejects_path = self._places(table, sha256)
        with files.beside(raw_path) as accepted, files.beside(rejects_path) as rejected:
            try:
                parsed = worker.parse(
                    sandbox.shared(self.limits),
                    path,
                    table,
                    self.key,
                    self.as_of,
                    into=accepted,
                    rejects_into=rejected,
                    about={
                        "source": self.source.name,
                        "table": table.name,
                        "file_name": file_name,
                        "run_id": self.run_id,
                    },
                )
            except sandbox.Broken as error:
                parsed = parsing.Parsed(refused=str(error))
            except sandbox.Unwritten as error:
                raise files.unwritable(Path(error.filename or raw_path), error) from error
            if _stable_hash(path) != sha256:
                return False
            self._keep(table, sha256, parsed, accepted, rejected)
        return True

    def _places(self, table: Table, sha256: str) -> tuple[str, Path, Path]:
        """The key of a parse in the memory, and where its records and rejected rows are kept."""
        key, _ = self.registry.parse_for(self._key(table, sha256), self.as_of)
        stem = self.store / table.name / f"{sha256[:16]}-{key.rpartition('/')[2]}"
        return (
            key,
            stem.with_name(stem.name + ".parquet"),
            stem.with_name(stem.name + ".rejects.parquet"),
        )

    def _keep(
        self,
        table: Table,
        sha256: str,
        parsed: parsing.Parsed,
        accepted: Path,
        rejected: Path | None,
    ) -> None:
        """Puts what was read in its place, and remembers how."""
        key, raw_path, rejects_path = self._places(table, sha256)
        raw_sha256 = rejects_sha256 = None
        if parsed.refused is None:
            self._compare_with_found(table, sha256, raw_path, accepted)
            raw_sha256 = self._adopt(accepted, raw_path)
            self._wrote(table, sha256, "accepted", raw_path, raw_sha256, parsed.accepted)
            if parsed.rejected and rejected is not None:
                rejects_sha256 = self._adopt(rejected, rejects_path)
                self._wrote(
                    table, sha256, "rejected", rejects_path, rejects_sha256, parsed.rejected
                )
        self.registry.parses[key] = Parse(
            format=parsed.format,
            encoding=parsed.encoding,
            separator=parsed.separator,
            rows_delivered=parsed.rows,
            rows_accepted=parsed.accepted,
            rows_quarantined=parsed.rejected,
            raw_path=self._relative(raw_path) if raw_sha256 else None,
            rejects_path=self._relative(rejects_path) if rejects_sha256 else None,
            raw_sha256=raw_sha256,
            rejects_sha256=rejects_sha256,
            notes=parsed.notes,
            cleaned=dict(parsed.cleaned),
            findings=parsed.findings,
            biases=parsed.biases,
            refused=parsed.refused,
            limits=self.limits.model_dump_json() if parsed.refused else None,
            holds_from=parsed.horizon.from_day,
            holds_until=parsed.horizon.until,
            shape=shape.of(table),
        )
        if why := self.broken.pop((table.name, sha256), None):
            self.restored[table.name, sha256] = why

    def _adopt(self, temporary: Path, path: Path) -> str:
        self.unflushed.append(path)
        return files.adopt(temporary, path)

    def _flush_behind(self) -> None:
        """Sees to it that what was read is on the disk, while more is read."""
        written, self.unflushed = self.unflushed, []
        self.flushing.do(lambda: files.flush(written))

    def _compare_with_found(self, table: Table, sha256: str, path: Path, again: Path) -> None:
        """What stood there when recording began is held beside its delivery, once."""
        entry = self._entry(self._relative(path))
        if entry is None or not entry.is_found:
            return
        try:
            is_same = pl.read_parquet(path).equals(pl.read_parquet(again))
        except (OSError, pl.exceptions.PolarsError):
            is_same = False
        if not is_same:
            self.broken[table.name, sha256] = "er stond iets anders dan in de levering"

    def _wrote(
        self, table: Table, delivered: str, what: str, path: Path, sha256: str, rows: int
    ) -> None:
        place = str(self._relative(path))
        self.written[place] = RawEntry(
            source=self.source.name,
            table=table.name,
            what=what,
            path=place,
            sha256=sha256,
            rows=rows,
            delivered_sha256=delivered,
        )

    def _documents(self, seen: list[_Seen]) -> set[str]:
        """Names of files directly in the folder that an accepted list names as documents."""
        names: set[str] = set()
        keys = {(one.table.name, one.sha256) for one in seen if one.table and one.sha256}
        keys |= {
            (delivery.table, delivery.sha256)
            for delivery in self.registry.deliveries
            if delivery.origin == self.origin and delivery.table
        }
        for table in self.source.tables:
            column = table.document_column
            for name, sha256 in sorted(keys) if column else ():
                found = self._parse_of(table, sha256) if name == table.name else None
                if column is None or found is None or found.raw_path is None:
                    continue
                if (name, sha256) in self.broken:
                    continue
                values = pl.read_parquet(
                    self.settings.raw / found.raw_path, columns=[column.lower()]
                ).to_series()
                names |= {_as_posix(value) for value in values.drop_nulls().unique()}
        return {name for name in names if "/" not in name}

    def _is_good(self, seen: _Seen) -> bool:
        found = self._parse_of(seen.table, seen.sha256) if seen.table and seen.sha256 else None
        return found is not None and found.refused is None

    def _forget(self, documents: set[str]) -> None:
        """A document that arrived before its list was taken for a bad delivery."""
        named = {self.names.kept(name) for name in documents}
        self.registry.deliveries = [
            delivery
            for delivery in self.registry.deliveries
            if delivery.file_name not in named
            or delivery.origin != self.origin
            or self._readable(delivery)
        ]

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

    def _readable(self, delivery: Delivery) -> bool:
        table = self._table(delivery.table)
        found = self._parse_of(table, delivery.sha256) if table else None
        return found is not None and found.refused is None

    def _register(self, seen: list[_Seen]) -> None:
        """Numbers what was delivered since the last run, before anything else is decided."""
        self._note_what_is_gone({one.name for one in seen} | set(self.waiting))
        lying = self.registry.lying(self.origin)
        delivered: dict[str | None, list[_Seen]] = {}
        for one in seen:
            if one.sha256 is not None and lying.get(one.name) != one.sha256:
                table = one.table.name if one.table else None
                delivered.setdefault(table, []).append(one)
        number = self.registry.next_number()
        for table in sorted(delivered, key=lambda name: order.natural_key(name or "")):
            together, by = self._in_order(delivered[table])
            for one in together:
                self.registry.deliveries.append(
                    Delivery(
                        number=number,
                        origin=self.origin,
                        file_name=one.name,
                        sha256=str(one.sha256),
                        table=table,
                        first_run=self.run_id,
                        received_at=self.now,
                        ordered_by=by,
                    )
                )
                number += 1
        self.flushing.wait()
        registry.save(self.settings.raw, self.registry)
        numbers = {
            (delivery.table, delivery.sha256): delivery.number
            for delivery in reversed(self.registry.deliveries)
        }
        self.written = {
            path: entry.model_copy(
                update={"number": numbers.get((entry.table, str(entry.delivered_sha256)))}
            )
            for path, entry in self.written.items()
        }

    def _note_what_is_gone(self, there: set[str]) -> None:
        """Not of a folder that is not there: that is a share out of reach, and its files will be
        the same ones when it is back."""
        if not self.is_listed:
            return
        gone = {name for name in self.registry.lying(self.origin) if name not in there}
        self.registry.deliveries = [
            delivery.model_copy(update={"is_gone": True})
            if delivery.origin == self.origin and delivery.file_name in gone
            else delivery
            for delivery in self.registry.deliveries
        ]

    def _in_order(self, together: list[_Seen]) -> tuple[list[_Seen], order.OrderedBy | None]:
        """Files of one table that came together, the oldest first, and what that was decided by."""
        by_name = {one.path.name: one for one in together}
        names, by = order.in_order({name: self._changed(by_name[name]) for name in by_name})
        found = [by_name[name] for name in names]
        # Copies that come together are one delivery, in the place of the last of them.
        places = {one.sha256: place for place, one in enumerate(found)}
        return sorted(found, key=lambda one: places[one.sha256]), by if len(places) > 1 else None

    def _changed(self, seen: _Seen) -> int | None:
        """When a file was last changed; of a sample that is when it was installed."""
        if self.origin == "sample":
            return None
        try:
            return parts.state(seen.path).changed_ns
        except OSError:
            return None

    # --- what counts

    def _reports(self, seen: list[_Seen]) -> list[DeliveryReport]:
        present = {(one.name, one.sha256) for one in seen}
        there = {one.name for one in seen} | set(self.waiting)
        made = sorted(
            (one for one in self.registry.deliveries if one.origin == self.origin),
            key=lambda one: one.number,
        )
        counting = self._counting(made)
        self.first_runs = {
            (one.table, one.sha256): one.first_run
            for one in reversed(made)
            if one.erased_at is None
        }
        # One report per file and content: of what was delivered again, the delivery that counts.
        of_file = {(one.file_name, one.sha256): one for one in made}
        of_file |= {(one.file_name, one.sha256): one for one in counting.values()}
        together = self._said_of_order(made, {one.number for one in of_file.values()})
        reports = [
            self._report(
                one,
                (one.file_name, one.sha256) in present,
                one.file_name in there,
                counting,
                together.get(one.number),
            )
            for one in sorted(of_file.values(), key=lambda one: one.number)
        ]
        return reports + [
            DeliveryReport(
                number=None,
                table_name=one.table.name if one.table else None,
                file_name=one.said,
                sha256=None,
                state="stopped",
                note=one.problem,
                received_at=self.now,
            )
            for one in seen
            if one.problem and one.sha256 is None
        ]

    def _counting(self, made: Sequence[Delivery]) -> dict[tuple[str, str], Delivery]:
        """By table and content, the delivery with which it counts."""
        for table in self.source.tables:
            good = [one for one in made if one.table == table.name and self._can_count(one)]
            if self._look_for_respelled(table, good):
                good = [one for one in good if self._can_count(one)]
            self.standings[table.name] = (
                Standing(standing.latest_of_each_content(good))
                if table.delivers == "changes"
                else standing.latest_whole(
                    good,
                    _Keys(self, table),
                    allowed_shrink=table.allowed_shrink,
                    is_accepted=lambda one: (one.number, one.sha256) in self.accepted,
                )
            )
        return {
            (table, one.sha256): one
            for table, what in self.standings.items()
            for one in what.counting
        }

    def _look_for_respelled(self, table: Table, good: Sequence[Delivery]) -> bool:
        """Notes in which new deliveries keys are known but for their spelling; whether any is."""
        fresh = {one.number for one in good if one.first_run == self.run_id or one.respelled}
        if not fresh or not spelled_keys.can_differ(table):
            return False
        parses = {one.number: self._parse_of(table, one.sha256) for one in good}
        now = shape.of(table)
        keys = [name.lower() for name in table.key]
        paths = {
            number: self.settings.raw / str(found.raw_path)
            for number, found in parses.items()
            if found and all(found.shape.get(key) == now[key] for key in keys)
        }
        found = spelled_keys.respelled(table, paths, fresh)
        self.registry.deliveries = [
            one.model_copy(update={"respelled": found.get(one.number, 0)})
            if one.number in fresh
            else one
            for one in self.registry.deliveries
        ]
        self.respelled |= found
        return bool(found)

    def _respelled(self, delivery: Delivery) -> str:
        table = self.source.table(str(delivery.table))
        many = self.respelled[delivery.number]
        return (
            f"{many} sleutels ({', '.join(table.key)}) zijn gelijk aan eerder geleverde, op de "
            "schrijfwijze na: nullen vooraan, hoofdletters, spaties, streepjes of "
            "aanhalingstekens. Hetzelfde record telt dan twee keer. Lever het bestand opnieuw met "
            "de sleutels zoals ze eerder geleverd zijn. Was juist de eerdere levering fout, wis "
            "die dan (`datalab erase`). Zijn het echt andere records, zet dan exact_keys: true bij "
            f"tabel {table.name} in het contract."
        )

    def _can_count(self, delivery: Delivery) -> bool:
        table = self._table(delivery.table)
        if table is None or delivery.erased_at is not None:
            return False
        if (table.name, delivery.sha256) in self.broken:
            return False
        return self._problem(delivery, self._parse_of(table, delivery.sha256)) is None

    def _said_of_order(self, made: Sequence[Delivery], reported: set[int]) -> dict[int, str]:
        """By number of the last of files that came together, how their order was decided."""
        groups: dict[tuple[str, str | None], list[Delivery]] = {}
        for one in made:
            if one.ordered_by is not None and one.number in reported:
                groups.setdefault((one.first_run, one.table), []).append(one)
        return {
            group[-1].number: f"Kwam tegelijk met {_others(len(group) - 1)}; de volgorde is die "
            f"van {order.IN_WORDS[group[-1].ordered_by]}, en dit is het laatste."
            for group in groups.values()
            if len(group) > 1 and group[-1].ordered_by
        }

    def _report(
        self,
        delivery: Delivery,
        here: bool,
        is_overwritten: bool,
        counting: dict[tuple[str, str], Delivery],
        order_note: str | None,
    ) -> DeliveryReport:
        table = self._table(delivery.table)
        found = self._parse_of(table, delivery.sha256) if table else None
        about: dict[str, object] = {
            "number": delivery.number,
            "table_name": delivery.table,
            "file_name": delivery.said,
            "sha256": delivery.sha256,
            "received_at": delivery.received_at,
        }
        if delivery.erased_at is not None:
            note = f"Gewist op {delivery.erased_at:%d-%m-%Y}: {delivery.erased_because}"
            return _report(about, state="missing", note=note)
        if found is not None:
            about |= {
                "format": found.format,
                "encoding": found.encoding,
                "separator": found.separator,
                "rows_delivered": found.rows_delivered,
                "rows_accepted": found.rows_accepted,
                "rows_quarantined": found.rows_quarantined,
                "cleaned": found.cleaned,
            }
        counts = counting.get((str(delivery.table), delivery.sha256))
        if self._is_replaced(delivery, counts):
            about |= NOTHING_READ
            return _report(about, state="unchanged", is_replaced=True, note=REPLACED)
        if why := self.broken.get((str(delivery.table), delivery.sha256)):
            about |= {"rows_accepted": 0, "rows_quarantined": 0, "cleaned": {}}
            return _report(about, state="stopped", note=_not_what_it_was(delivery, why))
        problem = self._problem(delivery, found)
        shrink = self._standing(delivery).shrunk.get(delivery.number)
        if shrink is not None:
            problem = self._too_small(delivery, shrink)
        gone = (
            "Dit bestand is overschreven door een nieuwere levering."
            if is_overwritten
            else "Dit bestand staat niet meer in de map."
        )
        if problem and here:
            return _report(about, state="stopped", note=problem, shrink=shrink)
        if problem or found is None or counts is None:
            about |= NOTHING_READ
            return _report(about, state="missing", note=f"{gone} Het telde niet mee.")
        if counts is not delivery:
            return _report(about, state="unchanged", note=_of_a_copy(delivery, counts))
        notes = [
            *found.notes,
            *(
                [f"Let op: {self._respelled(delivery)}"]
                if delivery.number in self.respelled
                else []
            ),
            *(f"Let op: {bias.sentence}" for bias in found.biases),
            *self._version_notes(table, delivery.sha256),
            *self._kept_notes(found, delivery),
        ]
        if order_note:
            notes.append(order_note)
        notes += self._whole_notes(delivery)
        if self._is_back(delivery):
            notes.insert(0, "Deze inhoud was al eerder geleverd en geldt weer, na wat erna kwam.")
        if not here:
            notes.insert(0, f"{gone} De gegevens blijven meetellen.")
        return _report(
            about,
            state="read" if here else "missing",
            note=" ".join(notes),
            counts=True,
            raw_path=found.raw_path,
            raw_sha256=found.raw_sha256,
            shape=found.shape,
            findings=found.findings,
        )

    def _standing(self, delivery: Delivery) -> Standing:
        return self.standings.get(str(delivery.table), Standing([]))

    def _is_replaced(self, delivery: Delivery, counts: Delivery | None) -> bool:
        """Whether a later delivery of everything took its place, also that of a bad one."""
        table = self._table(delivery.table)
        if table is None or table.delivers == "changes" or counts is not None:
            return False
        return any(one.number > delivery.number for one in self._standing(delivery).counting)

    def _too_small(self, delivery: Delivery, shrink: Shrink) -> str:
        table = self.source.table(str(delivery.table))
        return (
            f"Van tabel {table.name} is elke levering alles, en deze heeft {shrink.keys_after} "
            f"records; levering {shrink.replaces}, die zij zou vervangen, heeft er "
            f"{shrink.keys_before}, en {shrink.keys_gone} daarvan staan er niet meer in"
            f"{self._rejected_too(delivery)}. Toegestaan is {_percent(table.allowed_shrink)}. "
            f"Lever opnieuw, met alles erin en met dezelfde {', '.join(table.key)}. Zijn die "
            "records echt vervallen of hernummerd, geef dan "
            f'`datalab accept {self.source.name} {delivery.number} --reason "..."`.'
        )

    def _whole_notes(self, delivery: Delivery) -> Iterator[str]:
        what = self._standing(delivery)
        if what.keys is None or delivery is not what.counting[-1]:
            return
        with_others = f" (met {_others(len(what.counting) - 1)})" * (len(what.counting) > 1)
        before = "" if what.keys_before is None else f"; de vorige had er {what.keys_before}"
        if what.keys_gone:
            are = "staat" if what.keys_gone == 1 else "staan"
            before += f", en {what.keys_gone} daarvan {are} er niet meer in"
            before += "".join(dict.fromkeys(self._rejected_too(one) for one in what.counting))
        yield f"Alleen deze levering{with_others} telt, met {what.keys} records{before}."
        yield from (
            self.accepted[one.number, one.sha256]
            for one in what.counting
            if (one.number, one.sha256) in self.accepted
        )

    def _rejected_too(self, delivery: Delivery) -> str:
        """That rejected rows are among what a whole delivery lacks: their records had an earlier
        version, which counts no more either."""
        table = self.source.table(str(delivery.table))
        found = self._parse_of(table, delivery.sha256)
        if found is None or not found.rows_quarantined:
            return ""
        many = found.rows_quarantined
        rows = "1 rij" if many == 1 else f"{many} rijen"
        return (
            f" ({rows} van levering {delivery.number} {'is' if many == 1 else 'zijn'} afgekeurd, "
            "en het record van zo'n rij telt ook in zijn vorige versie niet meer mee)"
        )

    def _is_back(self, delivery: Delivery) -> bool:
        """Whether the content was delivered before by another run."""
        return self.first_runs.get((delivery.table, delivery.sha256)) != delivery.first_run

    def _problem(self, delivery: Delivery, found: Parse | None) -> str | None:
        if delivery.table is None:
            return landing.no_table_message(self.source)
        if found is None:
            return "Het bestand is niet gelezen; de volgende run probeert het opnieuw."
        if found.refused is not None:
            return found.refused
        if self.respelled.get(delivery.number, 0) > spelled_keys.FEW:
            return self._respelled(delivery)
        too_much = self._loss(found.rows_delivered, found.rows_quarantined)
        return too_much or biased(self.source, found.biases)

    def _loss(self, delivered: int, rejected: int) -> str | None:
        if not delivered or rejected <= self.source.allowed_loss * delivered:
            return None
        return (
            f"{rejected} van de {delivered} rijen {'is' if rejected == 1 else 'zijn'} afgekeurd; "
            "toegestaan is "
            f"{_percent(self.source.allowed_loss)}. Zie de quarantaine van {self.source.name} "
            "voor de reden per regel, herstel de oorzaak in het bronsysteem en lever het bestand "
            "opnieuw."
        )

    def _version_notes(self, table: Table | None, sha256: str) -> list[str]:
        if table is None or self._key(table, sha256) in self.registry.parses:
            return []
        return ["Gelezen volgens een eerdere versie van het contract; het bestand is er niet meer."]

    def _kept_notes(self, found: Parse, delivery: Delivery) -> list[str]:
        if why := self.restored.get((str(delivery.table), delivery.sha256)):
            return [
                "Opnieuw gelezen uit de levering, want wat er eerder van bewaard was, is niet te "
                f"vertrouwen: {why}."
            ]
        entry = self._entry(found.raw_path)
        if entry is not None and entry.is_found and found.raw_path not in self.written:
            return [
                "Gelezen voordat de vastlegging van gelezen bestanden begon; de levering is er "
                "niet meer om mee te vergelijken."
            ]
        return []

    def _stops(self, report: DeliveryReport) -> bool:
        return report.state == "stopped"

    # --- documents beside a list

    def _scored(
        self, reports: list[DeliveryReport]
    ) -> tuple[list[DeliveryReport], str | None, list[str]]:
        """Scores the documents that lists name; those that cannot be read are rejected rows."""
        tables = [table for table in self.source.tables if table.document_column]
        listed = [
            report
            for report in reports
            if report.counts and any(table.name == report.table_name for table in tables)
        ]
        if not tables:
            return reports, None, []
        if not any(report.rows_accepted for report in listed):
            self._write_document_rejects(listed, None)
            return reports, None, []
        from dronten_pipeline.readability import calibration, documents

        texts = self.settings.raw / "texts" / self.source.name
        lost = self._examine_texts(texts)
        rows = listed_rows(self.settings, self.source, listed)
        scored = documents.score_documents(
            rows,
            self.folder,
            texts,
            as_of=self.as_of,
            calibration=calibration.in_force(self.settings.calibration, self.settings.calibrations),
            limits=self.limits,
            on_progress=self.on_progress,
        )
        self._write_document_rejects(listed, scored.rejects)
        if lost and self._miss_documents(rows, scored.rejects):
            return reports, None, [_scores_lost(lost)]
        self.replaced = tuple(path for path in lost if not (self.settings.raw / path).exists())
        self._wrote_texts(texts)
        path = self._write_scores(scored.scores)
        reports = [self._less(report, scored.rejects) for report in reports]
        stops = [
            f"{report.file_name}: {loss}"
            for report in reports
            if report.state == "read"
            and (loss := self._loss(report.rows_delivered, report.rows_quarantined))
        ]
        return reports, path, stops

    def _less(self, report: DeliveryReport, rejects: pl.DataFrame) -> DeliveryReport:
        """The report with the rows whose document failed moved from accepted to quarantined."""
        failed = rejects.filter(pl.col("_delivery") == report.number)
        if not report.counts or not failed.height:
            return report
        rows = failed.get_column("_line").n_unique()
        note = (
            f"{report.note} Van {rows} rijen is het document niet te lezen, niet te beoordelen of "
            "niet aanwezig."
        )
        return report.model_copy(
            update={
                "rows_accepted": report.rows_accepted - rows,
                "rows_quarantined": report.rows_quarantined + rows,
                "note": note.strip(),
            }
        )

    def _document_rejects_path(self) -> Path:
        return self.store / "documents" / f"{self.origin}.rejects.parquet"

    def _write_document_rejects(
        self, listed: list[DeliveryReport], rejects: pl.DataFrame | None
    ) -> None:
        path = self._document_rejects_path()
        frames = []
        for report in listed if rejects is not None else ():
            assert rejects is not None
            table = self.source.table(str(report.table_name))
            failed = rejects.filter(pl.col("_delivery") == report.number).select(
                "_line", "column_name", "reason"
            )
            frames.append(
                quarantine.quarantined(
                    failed,
                    source=self.source.name,
                    table=table.name,
                    file_name=report.file_name,
                    run_id=self.run_id,
                )
            )
        rows = pl.concat(frames) if frames else quarantine.SCHEMA.to_frame()
        if rows.height:
            files.write_parquet(path, rows)
        else:
            path.unlink(missing_ok=True)

    def _write_scores(self, scores: pl.DataFrame) -> str:
        folder = self.store / "scores"
        temporary = folder / f"new-{self.origin}.parquet"
        sha256 = files.write_raw(temporary, scores)
        path = folder / f"{sha256[:16]}-{self.origin}.parquet"
        temporary.replace(path)
        self._computed("scores", path, sha256, scores.height)
        return str(self._relative(path))

    def _computed(self, what: str, path: Path, sha256: str, rows: int) -> None:
        """Notes a file that was computed from documents, unless the ledger has it already."""
        place = str(self._relative(path))
        entry = self._entry(place)
        if entry is None or entry.sha256 != sha256:
            self.written[place] = RawEntry(
                source=self.source.name,
                table=what,
                what=what,
                path=place,
                sha256=sha256,
                rows=rows,
            )

    # --- judgements of texts, which are kept because the texts are not

    def _examine_texts(self, folder: Path) -> list[str]:
        """Removes judgements that are not what the ledger says they were, so that they are made
        again; returns those that were known to it."""
        if self.recorded is None:
            return []
        known = {path: entry for path, entry in self.recorded.items() if entry.what == "texts"}
        here = {str(self._relative(path)): path for path in sorted(folder.rglob("*.parquet"))}
        lost = [
            path
            for path, entry in known.items()
            if entry.source == self.source.name
            and kept.what_is_wrong(self.settings.raw, path, self.recorded)
        ]
        for path in [*lost, *(path for path in here if path not in known)]:
            (self.settings.raw / path).unlink(missing_ok=True)
        return lost

    def _wrote_texts(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*.parquet")):
            path.chmod(files.READ_ONLY)
            rows = pl.scan_parquet(path).select(pl.len()).collect().item()
            self._computed("texts", path, files.sha256_of(path), rows)

    def _miss_documents(self, rows: pl.DataFrame, rejects: pl.DataFrame) -> bool:
        """Whether a text has no judgement because its document is not there to be read again."""
        from dronten_pipeline.readability import documents, extract

        rejected = rows.join(rejects.select("_delivery", "_line"), on=["_delivery", "_line"])
        for document in rejected.get_column("bestand").unique():
            try:
                if not documents.resolve(self.folder, document).is_file():
                    return True
            except extract.DocumentUnreadable:
                continue
        return False

    # --- quarantine, notes and small things

    def _synchronise_quarantine(self, reports: list[DeliveryReport]) -> None:
        wanted: dict[str, Path] = {}
        for report in reports:
            table = self._table(report.table_name)
            if table is None or report.sha256 is None or not report.rows_delivered:
                continue
            found = self._parse_of(table, report.sha256)
            if found is not None and found.rejects_path and not self._is_broken(report):
                path = self.settings.raw / found.rejects_path
                name = path.name.replace(".rejects", "")
                wanted[f"{table.name}-{name}"] = path
        documents = self._document_rejects_path()
        folder = self.settings.quarantine / self.source.name
        if documents.exists():
            # Rewritten by every run, because a document may still arrive.
            (folder / f"{documents.parent.name}.parquet").unlink(missing_ok=True)
            wanted[f"{documents.parent.name}.parquet"] = documents
        quarantine.synchronise(folder, wanted)

    def _note(self, reports: list[DeliveryReport], stops: list[str]) -> str:
        if stops:
            return (
                "Deze bron staat stil: de cijfers van de vorige publicatie blijven gelden tot dit "
                f"is hersteld. {' '.join(stops)}"
            )
        if not reports:
            return "Er is nog niets geleverd."
        notes = []
        counting = [report for report in reports if report.counts]
        many = "1 bestand telt" if len(counting) == 1 else f"{len(counting)} bestanden tellen"
        notes.append(f"{many} mee.")
        for state, words in (
            ("unchanged", "al eerder geleverd"),
            ("missing", "niet meer aanwezig"),
        ):
            count = sum(report.state == state and not report.is_replaced for report in reports)
            if count:
                notes.append(f"{count} {words}.")
        notes += self._privacy_notes(counting)
        return " ".join(notes)

    def _shown(self, name: str) -> str | None:
        return name if names.is_showable(name, self.source) else None

    def _left_alone(self, seen: list[_Seen]) -> list[str]:
        return [
            f"{one.said} veranderde tijdens het lezen en blijft liggen voor de volgende run."
            for one in seen
            if one.left_alone
        ]

    def _privacy_notes(self, counting: list[DeliveryReport]) -> Iterator[str]:
        suspected: dict[tuple[str, str, personal.Kind], int] = {}
        for report in counting:
            for finding in report.findings:
                place = str(report.table_name), finding.column_name, finding.kind
                suspected[place] = suspected.get(place, 0) + finding.suspected
        for (table, column, kind), count in suspected.items():
            if count:
                yield f"In {table}.{column} staan {count} {personal.DUTCH[kind]}."

    def _needs_key(self) -> bool:
        return any(privacy.has_pseudonyms(table) for table in self.source.tables)

    def _key(self, table: Table, sha256: str) -> str:
        return registry.parse_key(table.name, sha256, self.versions[table.name])

    def _parse_of(self, table: Table, sha256: str) -> Parse | None:
        _, current = self.registry.parse_for(self._key(table, sha256), self.as_of)
        return current or self.registry.older_parse(table.name, sha256)

    def _table(self, name: str | None) -> Table | None:
        return next((table for table in self.source.tables if table.name == name), None)

    def _relative(self, path: Path | None) -> str | None:
        return None if path is None else path.relative_to(self.settings.raw).as_posix()


class _Keys:
    """Counts the records of deliveries of one table, and remembers it with how they were read."""

    def __init__(self, ingest: _Ingest, table: Table) -> None:
        self.ingest = ingest
        self.table = table

    def count(self, deliveries: Sequence[Delivery]) -> int:
        if len(deliveries) > 1:
            every = pl.concat([self._of(one) for one in deliveries]).unique()
            return int(every.select(pl.len()).collect().item())
        (one,) = deliveries
        key = ", ".join(self.table.key)
        place, found = self._parse_of(one)
        if found is not None and key in found.keys:
            return found.keys[key]
        count = int(self._of(one).select(pl.len()).collect().item())
        if found is not None:
            self._remember(place, found.model_copy(update={"keys": found.keys | {key: count}}))
        return count

    def gone(self, before: Sequence[Delivery], after: Sequence[Delivery]) -> int:
        place, found = self._parse_of(after[-1]) if len(after) == 1 else ("", None)
        key = " ".join([*(one.sha256 for one in before), *self.table.key])
        if found is not None and key in found.gone:
            return found.gone[key]
        keys, others = (pl.concat([self._of(one) for one in all]) for all in (before, after))
        names = keys.collect_schema().names()
        lacks = keys.unique().join(others, on=names, how="anti", nulls_equal=True)
        gone = int(lacks.select(pl.len()).collect().item())
        if found is not None:
            self._remember(place, found.model_copy(update={"gone": found.gone | {key: gone}}))
        return gone

    def share(self, of: Delivery, within: Delivery) -> float:
        keys, others = self._of(of), self._of(within)
        names = keys.collect_schema().names()
        same = keys.join(others, on=names, how="semi", nulls_equal=True)
        return int(same.select(pl.len()).collect().item()) / max(1, self.count([of]))

    def _parse_of(self, delivery: Delivery) -> tuple[str, Parse | None]:
        key = self.ingest._key(self.table, delivery.sha256)
        return self.ingest.registry.parse_for(key, self.ingest.as_of)

    def _remember(self, place: str, parse: Parse) -> None:
        self.ingest.registry.parses[place] = parse

    def _of(self, delivery: Delivery) -> pl.LazyFrame:
        found = self.ingest._parse_of(self.table, delivery.sha256)
        assert found is not None
        rows = pl.read_parquet(self.ingest.settings.raw / str(found.raw_path))
        return completeness.keys_of(
            shape.conformed(rows, self.table, found.shape).lazy(), self.table
        )


def _scores_lost(paths: list[str]) -> str:
    return (
        f"Van {len(paths)} bestanden met oordelen over teksten is niet meer te vertrouwen wat erin "
        f"staat ({paths[0]}), en niet alle documenten zijn er nog om opnieuw te beoordelen. Zet "
        "die bestanden terug uit een reservekopie, of leg de documenten terug, en start opnieuw."
    )


def listed_rows(
    settings: Settings, source: Source, reports: Sequence[DeliveryReport]
) -> pl.DataFrame:
    """The rows of the lists that name documents, in the present shape, with their `_delivery`."""
    tables = {table.name for table in source.tables if table.document_column}
    return pl.concat(
        [
            shape.conformed(
                pl.read_parquet(settings.raw / str(report.raw_path)),
                source.table(str(report.table_name)),
                report.shape,
            ).with_columns(pl.lit(report.number, dtype=pl.Int64).alias("_delivery"))
            for report in reports
            if report.table_name in tables
        ]
    )


def biased(source: Source, biases: Sequence[loss.Bias]) -> str | None:
    """Why a file may not count of which one group lost too many rows, however few they are."""
    allowed = max(source.allowed_loss_of_a_group, source.allowed_loss)
    too_many = [bias.sentence for bias in biases if bias.exceeds(allowed)]
    if not too_many:
        return None
    return (
        f"De afgekeurde rijen zijn andere dan de rest, zodat een cijfer scheef zou worden. "
        f"{too_many[0]} Toegestaan is {_percent(allowed)} van zo'n groep. Zie de quarantaine van "
        f"{source.name} voor de reden per regel, herstel de oorzaak in het bronsysteem en lever "
        "het bestand opnieuw."
    )


def _silent(message: str) -> None:
    """Nobody wants to know."""
    del message


def _of_a_copy(delivery: Delivery, counts: Delivery) -> str:
    if counts.number < delivery.number:
        return f"Dezelfde inhoud is al geleverd als {counts.said}; er verandert niets."
    return f"Dezelfde inhoud is later nog eens geleverd als {counts.said}, en telt daar mee."


def _others(count: int) -> str:
    return "1 ander bestand" if count == 1 else f"{count} andere bestanden"


def _not_what_it_was(delivery: Delivery, why: str) -> str:
    return (
        f"Wat uit levering {delivery.number} van {delivery.table} gelezen is, is niet te "
        f"vertrouwen: {why}. De levering zelf ligt niet meer in de map om opnieuw te "
        "lezen. Zet het gelezen bestand terug uit een reservekopie, of leg dezelfde levering "
        f"terug (SHA-256 {delivery.sha256[:16]}…), en start opnieuw."
    )


def _report(about: dict[str, object], **more: object) -> DeliveryReport:
    return DeliveryReport.model_validate({**about, **more})


def not_opened(error: OSError) -> str:
    """What stands behind the name of something that the system does not let us read."""
    reason = error.strerror or type(error).__name__
    return (
        f"kan niet geopend worden ({reason}). Controleer de rechten en lever het zo nodig opnieuw."
    )


def _inside(path: Path) -> list[Path]:
    """The parts of a delivery that is a folder; none of one that may not be listed."""
    try:
        return parts.of(path) if path.is_dir() else []
    except OSError:  # reading it tells why
        return []


def _stable_hash(path: Path) -> str | None:
    """SHA-256 of a delivery; None when it changed while it was read."""
    before = parts.state(path)
    digest = parts.sha256_of(path)
    return digest if parts.state(path) == before else None


def _as_posix(value: str) -> str:
    return PurePosixPath(value.replace("\\", "/")).as_posix()


def _percent(share: float) -> str:
    return f"{share * 100:g} %".replace(".", ",")
