"""The cases of `../shared/cases/field`, each read as a run would read it.

Here belongs: reading a case. Not here: what must come of it, which stands in `test_field_*.py`
beside the kind of fault.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from dronten_pipeline.contracts.sources import Source, load_sources
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import quarantine, raw
from dronten_pipeline.ingest.outcome import SourceOutcome
from tests.conftest import PROJECT

AS_OF = dt.date(2026, 6, 30)
OWN_FILES = {"README", "EXPECTED"}


@dataclass(frozen=True)
class Case:
    """What a run makes of one case.

    settings: of the home in which it was read.
    """

    settings: Settings
    source: Source
    outcome: SourceOutcome

    @cached_property
    def notes(self) -> str:
        """Everything that is said of its files and of the source, as one text."""
        said = [self.outcome.note, *(report.note for report in self.outcome.deliveries)]
        return " ".join(said)

    @cached_property
    def rejects(self) -> pl.DataFrame:
        """The quarantine of the source: `line_number`, `column_name`, `reason` and more."""
        folder = self.settings.quarantine / self.source.name
        frames = [pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))]
        return pl.concat(frames) if frames else quarantine.SCHEMA.to_frame()

    def rows(self, table: str) -> pl.DataFrame:
        """The latest version of every record of a table that counts, as it is stored."""
        contract = self.source.table(table)
        frames = [
            pl.read_parquet(self.settings.raw / str(report.raw_path))
            for report in self.outcome.counting
            if report.table_name == table
        ]
        if not frames:
            return pl.DataFrame()
        key = [name.lower() for name in contract.key]
        return pl.concat(frames).unique(key, keep="last", maintain_order=True)


def read(shared: Path, name: str, home: Path) -> Case:
    """Delivers the files of a case to a fresh home and ingests their one source."""
    folder = shared / "cases" / "field" / name
    (delivered,) = (path for path in folder.iterdir() if path.name not in OWN_FILES)
    settings = Settings(
        home=home, sources=PROJECT / "sources", landing=home / "landing", settle_seconds=0
    )
    shutil.copytree(delivered, settings.landing_folder / delivered.name)
    source = load_sources(settings.sources)[delivered.name]
    outcome = raw.ingest_source(settings, source, run_id="case", as_of=AS_OF, origin="delivery")
    return Case(settings, source, outcome)
