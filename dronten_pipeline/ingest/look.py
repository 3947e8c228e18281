"""Which files lie in the folder of a source, and what each is.

Here belongs: what is a delivery, a document that a list names, or neither; what is not whole yet.
Not here: reading one (`reading.py`), numbering (`numbering.py`), whether it counts
(`counting.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import polars as pl

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.core.errors import whereabouts
from dronten_pipeline.core.file_names import is_sound
from dronten_pipeline.core.limits import TooLarge
from dronten_pipeline.ingest import (
    files,
    landing,
    names,
    parts,
    pieces,
    reading_process,
    refusals,
)
from dronten_pipeline.ingest.ahead import ahead
from dronten_pipeline.ingest.reading import Reading
from dronten_pipeline.ingest.registry import Delivery
from dronten_pipeline.ingest.source_run import SourceRun

NO_UTF8 = (
    "De naam van dit bestand is geen UTF-8: zij komt van een oud systeem. Hernoem het bestand, met "
    "gewone letters en cijfers."
)
FOLDER = (
    "Dit is een map (of geen gewoon bestand) met de naam van een bestand. Zet de bestanden die "
    "erin staan rechtstreeks in de map van de bron, en haal dit weg."
)
#: A file of so many bytes takes long enough to hash to start the process that reads meanwhile.
LONG = 50 * 2**20
#: So many files are looked at together for small ones.
TOGETHER = 200
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
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


class Look:
    """What lies in the folder of one source, looked at once in a run."""

    def __init__(self, run: SourceRun, reading: Reading) -> None:
        self.run = run
        self.reading = reading
        #: Whether the folder could be listed, so that a name that is not in it is gone.
        self.is_listed = True
        #: What is not read yet, by the kept name, in a sentence.
        self.waiting: dict[str, str] = {}
        self.seen = self._look()

    @property
    def names(self) -> set[str]:
        """The kept names of all that lies there, also of what is not whole yet."""
        return {one.name for one in self.seen} | set(self.waiting)

    def left_alone(self) -> list[str]:
        """Sentences about files that somebody was still writing."""
        return [
            f"{one.said} veranderde tijdens het lezen en blijft liggen voor de volgende run."
            for one in self.seen
            if one.left_alone
        ]

    def _look(self) -> list[Seen]:
        """Every delivery in the folder, parsed. Files that a list names are documents."""
        self.is_listed = self.run.folder.is_dir()
        try:
            found = landing.delivered_files(self.run.folder)
            folders = landing.folders_like_files(self.run.folder)
        except OSError as error:
            self.is_listed = False
            message = f"De map {self.run.source.name} {refusals.not_opened(error)}"
            return [Seen(self.run.folder, self.run.source.name, None, None, problem=message)]
        found = [path for path in found if not self._waits(path)]
        named = [path for path in found if landing.is_named_after_table(path.name, self.run.source)]
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
                Seen(path, self.run.names.kept(path.name), None, None, problem=FOLDER)
                for path in folders
            ),
        ]

    def _waits(self, path: Path) -> bool:
        """Whether a file is not yet whole; then it is told, and neither counts nor stops."""
        if self.run.origin == "sample":
            return False
        moment = self.run.now.timestamp()
        wait = landing.wait_for(path, self.run.source, moment, self.run.settings.settle_seconds)
        if wait is None:
            return False
        name = self.run.names.kept(path.name)
        table = landing.table_for(path, self.run.source)
        said = names.said(name, table.name if table else None, None)
        self.waiting[name] = f"{said} {wait.why}."
        return True

    def _taken(self, paths: Iterable[Path]) -> list[Seen]:
        """What is there of `paths`; one that is gone since the folder was listed is none."""
        every = list(paths)
        some = (every[first : first + TOGETHER] for first in range(0, len(every), TOGETHER))
        taken: list[Seen] = []
        for these, self.reading.read in ahead(
            (these, self.reading.together(these)) for these in some
        ):
            try:
                taken += [one for path in these if (one := self._take(path)) is not None]
            finally:
                for read in self.reading.read.values():
                    read.records.unlink(missing_ok=True)
            self.reading.flush_behind()
        return taken

    def _take(self, path: Path) -> Seen | None:
        table = landing.table_for(path, self.run.source)
        seen = Seen(path, self.run.names.kept(path.name), table, None)
        if not is_sound(path.name):
            return replace(seen, problem=NO_UTF8)
        if any(landing.leads_outside(one, self.run.folder) for one in (path, *_inside(path))):
            return replace(seen, problem=landing.LINK_MESSAGE)
        try:
            pieces.check_size(path, self.run.limits)
            if parts.state(path).size > LONG:
                reading_process.start(self.run.limits)
            sha256 = parts.stable_sha256(path)
            if sha256 is None:
                return replace(seen, left_alone=True)
            if table is None:
                message = landing.no_table_message(self.run.source)
                return replace(seen, sha256=sha256, problem=message)
            if self.run.must_be_read(table, sha256):
                self.run.on_progress(f"{self.run.source.name}: {seen.said} wordt gelezen")
                if not self.reading.parse(path, table, sha256, seen.said):
                    return replace(seen, left_alone=True)
        except files.Unwritable:
            raise
        except FileNotFoundError:
            return None
        except TooLarge as error:
            return replace(seen, problem=str(error))
        except OSError as error:
            return replace(seen, problem=f"Het bestand {refusals.not_opened(error)}")
        except Exception as error:  # a mistake of ours must stop this source, not the others
            # What the error says may quote what stands in the file.
            LOG.error(
                "%s: %s cannot be read: %s", self.run.source.name, seen.said, whereabouts(error)
            )
            message = (
                f"Het bestand kan niet gelezen worden door een onverwachte fout "
                f"({type(error).__name__}). Meld dit aan de beheerder van het datalab."
            )
            return replace(seen, problem=message)
        return replace(seen, sha256=sha256)

    def _documents(self, seen: list[Seen]) -> set[str]:
        """Names of files directly in the folder that an accepted list names as documents."""
        names: set[str] = set()
        keys = {(one.table.name, one.sha256) for one in seen if one.table and one.sha256}
        keys |= {
            (delivery.table, delivery.sha256)
            for delivery in self.run.registry.deliveries
            if delivery.origin == self.run.origin and delivery.table
        }
        for table in self.run.source.tables:
            column = table.document_column
            for name, sha256 in sorted(keys) if column else ():
                found = self.run.parse_of(table, sha256) if name == table.name else None
                if column is None or found is None or found.raw_path is None:
                    continue
                if (name, sha256) in self.run.broken:
                    continue
                values = pl.read_parquet(
                    self.run.settings.raw / found.raw_path, columns=[column.lower()]
                ).to_series()
                names |= {_as_posix(value) for value in values.drop_nulls().unique()}
        return {name for name in names if "/" not in name}

    def _is_good(self, seen: Seen) -> bool:
        found = self.run.parse_of(seen.table, seen.sha256) if seen.table and seen.sha256 else None
        return found is not None and found.refused is None

    def _forget(self, documents: set[str]) -> None:
        """A document that arrived before its list was taken for a bad delivery."""
        named = {self.run.names.kept(name) for name in documents}
        self.run.registry.deliveries = [
            delivery
            for delivery in self.run.registry.deliveries
            if delivery.file_name not in named
            or delivery.origin != self.run.origin
            or self._readable(delivery)
        ]

    def _readable(self, delivery: Delivery) -> bool:
        table = self.run.table(delivery.table)
        found = self.run.parse_of(table, delivery.sha256) if table else None
        return found is not None and found.refused is None


def _inside(path: Path) -> list[Path]:
    """The parts of a delivery that is a folder; none of one that may not be listed."""
    try:
        return parts.of(path) if path.is_dir() else []
    except OSError:  # reading it tells why
        return []


def _as_posix(value: str) -> str:
    return PurePosixPath(value.replace("\\", "/")).as_posix()
