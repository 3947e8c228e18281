"""Reading what is new of a source, and keeping what was read.

Here belongs: the process that reads, small files together, what a raw file is called and when it
is on the disk. Not here: which files there are (`look.py`), or what reading one means
(`parsing.py`).
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.core import sandbox
from dronten_pipeline.core.file_names import is_sound
from dronten_pipeline.ingest import files, landing, parsing, parts, shape, worker
from dronten_pipeline.ingest.ahead import Behind
from dronten_pipeline.ingest.registry import Parse
from dronten_pipeline.ingest.source_run import SourceRun
from dronten_pipeline.ingest.together import FEWEST, SMALL


@dataclass(frozen=True)
class Read:
    """What was read of a small file. sha256: of its content just before."""

    sha256: str
    parsed: parsing.Parsed
    records: Path


class Reading:
    """Reads the files of one source in one run."""

    def __init__(self, run: SourceRun) -> None:
        self.run = run
        #: What was read of small files together, until each is taken.
        self.read: Mapping[Path, Read] = {}
        #: Raw files that may not be on the disk yet; they are before the memory names them.
        self.unflushed: list[Path] = []
        self.flushing = Behind()

    def together(self, paths: Sequence[Path]) -> dict[Path, Read]:
        """What was read of those that are small and new, where reading them together was enough."""
        small: dict[str, dict[str, Path]] = {}
        for path in paths:
            table = landing.table_for(path, self.run.source)
            sha256 = self._hash_of_small(path)
            if table is None or table.trailer is not None or sha256 is None:
                continue
            if self.run.must_be_read(table, sha256):
                small.setdefault(table.name, {}).setdefault(sha256, path)
        found: dict[Path, Read] = {}
        for name, files_of in small.items():
            if len(files_of) >= FEWEST:
                found |= self._read_small(self.run.source.table(name), files_of)
        return found

    def parse(self, path: Path, table: Table, sha256: str, file_name: str) -> bool:
        """Reads a file in a process that may break; false when it changed meanwhile."""
        small = self.read.get(path)
        if small is not None and small.sha256 == sha256:  # the same before and after it was read
            self._keep(table, sha256, small.parsed, small.records, None)
            return True
        _, raw_path, rejects_path = self._places(table, sha256)
        with files.beside(raw_path) as accepted, files.beside(rejects_path) as rejected:
            before = parts.state(path)
            try:
                parsed = worker.parse(
                    sandbox.shared(self.run.limits),
                    path,
                    table,
                    self.run.key,
                    self.run.as_of,
                    into=accepted,
                    rejects_into=rejected,
                    about={
                        "source": self.run.source.name,
                        "table": table.name,
                        "file_name": file_name,
                        "run_id": self.run.run_id,
                    },
                )
            except sandbox.Broken as error:
                parsed = parsing.Parsed(refused=str(error))
            except sandbox.Unwritten as error:
                raise files.unwritable(Path(error.filename or raw_path), error) from error
            read = parsed.sha256 or parts.stable_sha256(path)
            if read != sha256 or parts.state(path) != before:
                return False
            self._keep(table, sha256, parsed, accepted, rejected)
        return True

    def flush_behind(self) -> None:
        """Sees to it that what was read is on the disk, while more is read."""
        written, self.unflushed = self.unflushed, []
        self.flushing.do(lambda: files.flush(written))

    def finish(self) -> None:
        """Waits until all that was read is on the disk."""
        self.flushing.wait()

    # --- small files

    def _hash_of_small(self, path: Path) -> str | None:
        """SHA-256 of a small file that lies in the folder itself; None of anything else."""
        try:
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode) or about.st_size > SMALL or not is_sound(path.name):
                return None
            return (
                None if landing.leads_outside(path, self.run.folder) else parts.stable_sha256(path)
            )
        except OSError:  # taking it tells why
            return None

    def _read_small(self, table: Table, paths: Mapping[str, Path]) -> dict[Path, Read]:
        """Args:
        paths: by the SHA-256 of their content.
        """
        into = self.run.store / table.name
        into.mkdir(parents=True, exist_ok=True)
        records = [
            into / f".{sha256[:16]}-{self.run.versions[table.name]}.together{files.TEMPORARY}"
            for sha256 in paths
        ]
        try:
            parsed = worker.parse_together(
                sandbox.shared(self.run.limits),
                list(zip(paths.values(), records, strict=True)),
                table,
                self.run.key,
                self.run.as_of,
            )
        except (sandbox.Broken, sandbox.Unwritten, sandbox.Failed):
            # Which of them it was shows when each is read alone.
            parsed = [None] * len(records)
        found: dict[Path, Read] = {}
        for (sha256, path), place, one in zip(paths.items(), records, parsed, strict=True):
            if one is None:
                place.unlink(missing_ok=True)
            else:
                found[path] = Read(sha256, one, place)
        return found

    # --- what was read

    def _places(self, table: Table, sha256: str) -> tuple[str, Path, Path]:
        """The key of a parse in the memory, and where its records and rejected rows are kept."""
        key, _ = self.run.registry.parse_for(self.run.parse_key(table, sha256), self.run.as_of)
        stem = self.run.store / table.name / f"{sha256[:16]}-{key.rpartition('/')[2]}"
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
            self.run.note_read(table, sha256, "accepted", raw_path, raw_sha256, parsed.accepted)
            if parsed.rejected and rejected is not None:
                rejects_sha256 = self._adopt(rejected, rejects_path)
                self.run.note_read(
                    table, sha256, "rejected", rejects_path, rejects_sha256, parsed.rejected
                )
        self.run.registry.parses[key] = Parse(
            format=parsed.format,
            encoding=parsed.encoding,
            separator=parsed.separator,
            rows_delivered=parsed.rows,
            rows_accepted=parsed.accepted,
            rows_quarantined=parsed.rejected,
            raw_path=self.run.relative(raw_path) if raw_sha256 else None,
            rejects_path=self.run.relative(rejects_path) if rejects_sha256 else None,
            raw_sha256=raw_sha256,
            rejects_sha256=rejects_sha256,
            notes=parsed.notes,
            cleaned=dict(parsed.cleaned),
            findings=parsed.findings,
            biases=parsed.biases,
            refused=parsed.refused,
            limits=self.run.limits.model_dump_json() if parsed.refused else None,
            holds_from=parsed.horizon.from_day,
            holds_until=parsed.horizon.until,
            shape=shape.of(table),
        )
        if why := self.run.broken.pop((table.name, sha256), None):
            self.run.restored[table.name, sha256] = why

    def _adopt(self, temporary: Path, path: Path) -> str:
        self.unflushed.append(path)
        return files.adopt(temporary, path)

    def _compare_with_found(self, table: Table, sha256: str, path: Path, again: Path) -> None:
        """What stood there when recording began is held beside its delivery, once."""
        entry = self.run.entry(self.run.relative(path))
        if entry is None or not entry.is_found:
            return
        try:
            is_same = pl.read_parquet(path).equals(pl.read_parquet(again))
        except (OSError, pl.exceptions.PolarsError):
            is_same = False
        if not is_same:
            self.run.broken[table.name, sha256] = "er stond iets anders dan in de levering"
