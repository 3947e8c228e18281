"""What one run reads: always the same folders and files, whatever was delivered.

Here belongs: laying out `raw/current`, beside and then switched to. Not here: deciding what
counts (`counting.py`), computing anything (dbt).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from dronten_pipeline.contracts.sources import FRESH_DAYS, Source, Table
from dronten_pipeline.core import personal
from dronten_pipeline.core.run_files import SCORES
from dronten_pipeline.core.settings import LOCAL_TIME, Settings
from dronten_pipeline.ingest import cleaning, completeness, files, kept, registry, shape
from dronten_pipeline.ingest.kept import Recorded
from dronten_pipeline.ingest.outcome import DeliveryReport, SourceOutcome
from dronten_pipeline.ingest.registry import Origin

#: Per source and table the raw files that a release read, relative to raw/, each with the number
#: under which it was read: a content that was delivered again later has another by now.
PreviousInputs = Mapping[str, Mapping[str, Mapping[str, int]]]

#: Under this table name the scores of documents stand among the inputs.
WITHOUT_ROWS = "00000000.parquet"

DELIVERY_COLUMNS = pl.Schema(
    {
        "source": pl.String(),
        "table_name": pl.String(),
        "file_name": pl.String(),
        "sha256": pl.String(),
        "format": pl.String(),
        "encoding": pl.String(),
        "separator": pl.String(),
        "state": pl.String(),
        "note": pl.String(),
        "received_at": pl.Datetime("us"),
        "rows_delivered": pl.Int64(),
        "rows_accepted": pl.Int64(),
        "rows_quarantined": pl.Int64(),
        "cleaned": pl.String(),
        "is_fresh": pl.Boolean(),
    }
)
TABLE_COLUMNS = pl.Schema({"source": pl.String, "table_name": pl.String, "records": pl.Int64})
SOURCE_COLUMNS = pl.Schema(
    {
        "source": pl.String,
        "state": pl.String,
        "note": pl.String,
        "has_same_deliveries": pl.Boolean,
        "fresh_days": pl.Int64,
    }
)
PRIVACY_COLUMNS = pl.Schema(
    {
        "source": pl.String,
        "table_name": pl.String,
        "column_name": pl.String,
        "file_name": pl.String,
        "is_key": pl.Boolean,
        "suspected": pl.Int64,
        "checked": pl.Int64,
        "is_error": pl.Boolean,
        "kind": pl.String,
    }
)


PREVIOUS_COLUMNS = pl.Schema(
    {
        "release_id": pl.String,
        "as_of": pl.Date,
        "code_version": pl.String,
        "calendar_version": pl.String,
        "text_method": pl.String,
    }
)


RATIFICATION_COLUMNS = pl.Schema(
    {"kpi_id": pl.String, "ratified_on": pl.Date, "ratified_by": pl.String}
)


class PreviousRelease(BaseModel):
    """What the release says of itself with which the figures of this run are compared.

    `delivered` names, per source, table and SHA-256 of the deliveries that it read, in order.
    """

    model_config = ConfigDict(frozen=True)

    release_id: str
    as_of: dt.date
    code_version: str
    calendar_version: str | None = Field(description="None: from before it was written down.")
    text_method: str | None = Field(
        default=None, description="Methods that its texts were judged with; None without texts."
    )
    delivered: Mapping[str, tuple[tuple[str, str], ...]]


class RawFile(BaseModel):
    """One raw file that this run reads."""

    model_config = ConfigDict(frozen=True)

    source: str
    table: str
    path: str = Field(description="Relative to raw/.")
    sha256: str = Field(description="Of the delivered file; of the file itself for scores.")
    number: int = Field(description="Number of the delivery; 0 for scores.")
    rows: int


class Snapshot(BaseModel):
    """What was laid out.

    rows_accepted and rows_quarantined are totals over the deliveries that this run reports; gaps
    is the number of places where periods or numbers are missing.
    """

    model_config = ConfigDict(frozen=True)

    folder: Path
    inputs: tuple[RawFile, ...]
    rows_accepted: int
    rows_quarantined: int
    gaps: int
    stopped: tuple[str, ...]

    def by_table(self) -> dict[str, dict[str, dict[str, int]]]:
        """The inputs in the form that the next run takes as `previous_inputs`."""
        found: dict[str, dict[str, dict[str, int]]] = {}
        for one in self.inputs:
            found.setdefault(one.source, {}).setdefault(one.table, {})[one.path] = one.number
        return found


def build_snapshot(
    settings: Settings,
    sources: Mapping[str, Source],
    outcomes: Mapping[str, SourceOutcome],
    *,
    run_id: str,
    as_of: dt.date,
    code_version: str,
    release_id: str,
    origin: Origin,
    previous: PreviousRelease | None,
    previous_inputs: PreviousInputs,
    recorded: Recorded = None,
    ratified: Sequence[Mapping[str, object]] = (),
) -> Snapshot:
    """Lays out `raw/current` for this run.

    Args:
        outcomes: by name of the source; a source without one is taken as stopped.
        release_id: the release that this run may become.
        previous: the release that its figures are compared with.
        previous_inputs: what the previous release read (`Snapshot.by_table`); used for stopped
            sources only, and only what was read from the same origin.
        recorded: raw files as the ledger holds them. A file that is not what it was is not laid
            out, and its source stands still.
        ratified: the KPIs whose owner signed their definition of now: RATIFICATION_COLUMNS.
    """
    folder = settings.raw / "snapshots" / run_id
    if folder.exists():
        shutil.rmtree(folder)
    layout = _Layout(settings, folder, origin, as_of, previous_inputs, recorded)
    for name, source in sources.items():
        layout.lay_out(source, outcomes.get(name))
    context = pl.DataFrame(
        {
            "run_id": [run_id],
            "as_of": [as_of],
            "code_version": [code_version],
            "is_sample": [origin == "sample"],
            "release_id": [release_id],
        }
    )
    layout.write("run__context", context)
    layout.write("run__ratification", pl.DataFrame(ratified, schema=RATIFICATION_COLUMNS))
    layout.write_records(previous)
    _switch(settings.raw_current, folder)
    return Snapshot(
        folder=settings.raw_current,
        inputs=tuple(layout.inputs),
        rows_accepted=layout.rows_accepted,
        rows_quarantined=layout.rows_quarantined,
        gaps=sum(gaps.height for gaps in layout.gaps.values()),
        stopped=tuple(layout.stopped),
    )


def is_fresh(latest: dt.datetime, source: Source, as_of: dt.date) -> bool:
    """Whether the last delivery of a table is as recent as the source promises."""
    days = FRESH_DAYS[source.cadence]
    return days is None or (as_of - latest.astimezone(LOCAL_TIME).date()).days <= days


class _Layout:
    """Collects what stands in the folder that is being built."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        origin: Origin,
        as_of: dt.date,
        previous_inputs: PreviousInputs,
        recorded: Recorded,
    ) -> None:
        self.recorded = recorded
        self.settings = settings
        self.folder = folder
        self.origin = origin
        self.as_of = as_of
        self.previous_inputs = previous_inputs
        self.inputs: list[RawFile] = []
        self.states: list[dict[str, object]] = []
        self.deliveries: list[dict[str, object]] = []
        self.privacy: list[dict[str, object]] = []
        self.gaps: dict[tuple[str, str], pl.DataFrame] = {}
        self.records: list[dict[str, object]] = []
        self.stopped: list[str] = []
        self.rows_accepted = 0
        self.rows_quarantined = 0

    def write(self, name: str, frame: pl.DataFrame) -> None:
        files.write_parquet(self.folder / name / "1.parquet", frame)

    def lay_out(self, source: Source, outcome: SourceOutcome | None) -> None:
        for table in source.tables:
            folder = self.folder / f"{source.name}__{table.name}"
            files.write_parquet(folder / WITHOUT_ROWS, shape.empty(table))
        reports = outcome.deliveries if outcome else ()
        broken = self._broken(outcome) if outcome and outcome.state == "current" else []
        if outcome is not None and outcome.state == "current" and not broken:
            counting = {report.raw_path for report in outcome.counting}
            for report in outcome.counting:
                self._add(source, report)
            self._add_scores(source, outcome.scores_path)
        else:
            counting = self._add_previous(source)
            self.stopped.append(source.name)
        self.states.append(
            {
                "source": source.name,
                "state": outcome.state if outcome and not broken else "stopped",
                "note": _changed_meanwhile(broken)
                if broken
                else outcome.note
                if outcome
                else "Deze bron is in deze run niet gelezen.",
                "fresh_days": FRESH_DAYS[source.cadence],
            }
        )
        for table in source.tables:
            self._look_through(source, table)
        self._report(source, reports, counting)

    def _broken(self, outcome: SourceOutcome) -> list[str]:
        """What of a source is no longer what ingest found it to be, in parts of sentences."""
        found = [
            f"levering {report.number} van {report.table_name}: {why}"
            for report in outcome.counting
            if (
                why := kept.what_is_wrong(
                    self.settings.raw,
                    str(report.raw_path),
                    self.recorded,
                    known=report.raw_sha256,
                    delivered_sha256=report.sha256,
                )
            )
        ]
        if outcome.scores_path is not None and (
            why := kept.what_is_wrong(self.settings.raw, outcome.scores_path, self.recorded)
        ):
            found.append(f"oordelen over teksten: {why}")
        return found

    def _is_whole(self, path: str, delivered_sha256: str | None, known: str | None) -> bool:
        why = kept.what_is_wrong(
            self.settings.raw, path, self.recorded, known=known, delivered_sha256=delivered_sha256
        )
        return why is None

    def _look_through(self, source: Source, table: Table) -> None:
        """Counts the records of a table and finds what may be missing of it."""
        rows = pl.scan_parquet(self.folder / f"{source.name}__{table.name}" / "*.parquet")
        self.gaps[source.name, table.name] = completeness.find_gaps(
            rows, table, source.cadence, self.as_of
        )
        self.records.append(
            {
                "source": source.name,
                "table_name": table.name,
                "records": completeness.count_records(rows, table),
            }
        )

    def _add(self, source: Source, report: DeliveryReport) -> None:
        self._add_file(
            source,
            str(report.table_name),
            str(report.raw_path),
            str(report.sha256),
            int(report.number or 0),
            report.shape,
        )

    def _add_file(
        self,
        source: Source,
        table_name: str,
        path: str,
        sha256: str,
        number: int,
        was: Mapping[str, tuple[str, str]],
    ) -> None:
        table = source.table(table_name)
        existing = self.settings.raw / path
        target = self.folder / f"{source.name}__{table_name}" / f"{number:08d}.parquet"
        if dict(was) == shape.of(table):
            files.link(existing, target)
        else:
            frame = shape.conformed(pl.read_parquet(existing), table, was)
            files.write_parquet(target, frame)
        rows = pl.scan_parquet(target).select(pl.len()).collect().item()
        self.inputs.append(
            RawFile(
                source=source.name,
                table=table_name,
                path=path,
                sha256=sha256,
                number=number,
                rows=rows,
            )
        )

    def _add_previous(self, source: Source) -> set[str | None]:
        """What the previous release read of a source that is stopped now.

        Nothing where its memory cannot be read: its figures are those of the previous release.
        """
        try:
            known = registry.load(self.settings.raw, source.name)
        except registry.RegistryError:
            return set()
        deliveries = known.paths(self.origin)
        parses = {parse.raw_path: parse for parse in known.parses.values()}
        previous = self.previous_inputs.get(source.name, {})
        used: set[str | None] = set()
        for table in source.tables:
            for path, number in previous.get(table.name, {}).items():
                delivery = deliveries.get(path)
                # What is not what it was is left out: the figures are those of then anyway.
                if delivery is None or not self._is_whole(
                    path, delivery.sha256, parses[path].raw_sha256
                ):
                    continue
                shape_then = parses[path].shape
                self._add_file(source, table.name, path, delivery.sha256, number, shape_then)
                used.add(path)
        scores = [
            path
            for path in previous.get(SCORES, ())
            if path.endswith(f"-{self.origin}.parquet") and self._is_whole(path, None, None)
        ]
        self._add_scores(source, scores[-1] if scores else None)
        return used

    def _add_scores(self, source: Source, path: str | None) -> None:
        if not any(table.document_column for table in source.tables):
            return
        from dronten_pipeline.readability.documents import SCORE_SCHEMA

        name = f"{source.name}__scores"
        if path is None or not (self.settings.raw / path).exists():
            self.write(name, pl.DataFrame(schema=SCORE_SCHEMA))
            return
        target = self.folder / name / "1.parquet"
        existing = self.settings.raw / path
        if pl.read_parquet_schema(existing) == SCORE_SCHEMA:
            files.link(existing, target)
        else:  # made by earlier code, of a source that stands still now
            empty = pl.DataFrame(schema=SCORE_SCHEMA)
            scores = pl.concat([empty, pl.read_parquet(existing)], how="diagonal")
            files.write_parquet(target, scores.select(SCORE_SCHEMA.keys()))
        self.inputs.append(
            RawFile(
                source=source.name,
                table=SCORES,
                path=path,
                sha256=Path(path).name.split("-")[0],
                number=0,
                rows=pl.scan_parquet(target).select(pl.len()).collect().item(),
            )
        )

    def _report(
        self,
        source: Source,
        reports: Sequence[DeliveryReport],
        counting: set[str | None],
    ) -> None:
        fresh = {
            table.name: is_fresh(latest, source, self.as_of)
            for table in source.tables
            if (latest := _latest(reports, table.name)) is not None
        }
        # What a table lacks is said once, at the last of its files that counts.
        last = {
            report.table_name: report.number
            for report in reports
            if report.counts and report.raw_path in counting
        }
        for report in reports:
            counts = report.counts and report.raw_path in counting
            state, note = report.state, report.note
            if counts and report.number == last[report.table_name]:
                gaps = self.gaps[source.name, str(report.table_name)]
                note = f"{note} {completeness.note(gaps)}".strip()
            if report.counts and not counts:
                state = "stopped"
                note = f"Dit bestand wacht tot bron {source.name} is hersteld. {note}".strip()
            self.deliveries.append(
                {
                    "source": source.name,
                    **report.model_dump(
                        include={
                            "table_name",
                            "file_name",
                            "sha256",
                            "format",
                            "encoding",
                            "separator",
                            "rows_delivered",
                            "rows_accepted",
                            "rows_quarantined",
                        }
                    ),
                    "cleaned": cleaning.listed(report.cleaned),
                    "state": state,
                    "note": note,
                    "received_at": report.received_at.astimezone(LOCAL_TIME).replace(tzinfo=None),
                    "is_fresh": fresh.get(str(report.table_name), False),
                }
            )
            self.rows_quarantined += report.rows_quarantined
            if counts:
                self.rows_accepted += report.rows_accepted
                self.privacy += [
                    {
                        "source": source.name,
                        "table_name": report.table_name,
                        "file_name": report.file_name,
                        **finding.model_dump(),
                    }
                    for finding in report.findings
                ]

    def write_records(self, previous: PreviousRelease | None) -> None:
        for state in self.states:
            state["has_same_deliveries"] = self._has_same_deliveries(str(state["source"]), previous)
        self.write("run__source", pl.DataFrame(self.states, schema=SOURCE_COLUMNS))
        about = [previous.model_dump(exclude={"delivered"})] if previous else []
        self.write("run__previous", pl.DataFrame(about, schema=PREVIOUS_COLUMNS))
        self.write("run__table", pl.DataFrame(self.records, schema=TABLE_COLUMNS))
        self.write(
            "run__gap",
            pl.concat(
                gaps.select(pl.lit(source).alias("source"), pl.lit(table).alias("table_name"), "*")
                for (source, table), gaps in self.gaps.items()
            ),
        )
        self.write("run__delivery", pl.DataFrame(self.deliveries, schema=DELIVERY_COLUMNS))
        self.write("run__privacy", pl.DataFrame(self._judged(), schema=PRIVACY_COLUMNS))

    def _has_same_deliveries(self, source: str, previous: PreviousRelease | None) -> bool | None:
        """Whether this run and the previous release read the same; None where there is none."""
        if previous is None:
            return None
        read = [
            (one.table, one.sha256)
            for one in sorted(self.inputs, key=lambda one: one.number)
            if one.source == source and one.table != SCORES
        ]
        return read == list(previous.delivered.get(source, ()))

    def _judged(self) -> list[dict[str, object]]:
        """Findings with a suspicion, judged over all files of their column together.

        A citizen service number may not even be stored. The rest is a warning here: what of it
        would be published the gate holds back (`gate/personal_data.py`).
        """
        columns: dict[tuple[object, ...], list[personal.Finding]] = {}
        for row in self.privacy:
            place = row["source"], row["table_name"], row["column_name"], row["kind"]
            columns.setdefault(place, []).append(personal.Finding.model_validate(row))
        errors = {
            place
            for place, found in columns.items()
            if "citizen_number" in str(place[-1]) and personal.is_error(found)
        }
        return [
            row
            | {
                "is_error": (row["source"], row["table_name"], row["column_name"], row["kind"])
                in errors
            }
            for row in self.privacy
            if row["suspected"]
        ]


def _changed_meanwhile(broken: Sequence[str]) -> str:
    return (
        "Deze bron staat stil: wat gelezen is, is niet te vertrouwen "
        f"({'; '.join(broken)}). De cijfers van de vorige publicatie blijven gelden. Start opnieuw "
        "met `datalab run`: wat nog in de map met leveringen ligt, wordt opnieuw gelezen."
    )


def _latest(reports: Sequence[DeliveryReport], table_name: str) -> dt.datetime | None:
    return max(
        (
            report.received_at
            for report in reports
            if report.table_name == table_name and report.state != "stopped"
        ),
        default=None,
    )


def _switch(current: Path, folder: Path) -> None:
    """Points `current` at `folder` in one step, and removes what no run reads any more."""
    if current.is_dir() and not current.is_symlink():
        shutil.rmtree(current)
    beside = current.with_name(f".current.{os.getpid()}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(folder.relative_to(current.parent), target_is_directory=True)
    beside.replace(current)
    for older in folder.parent.iterdir():
        if older != folder:
            shutil.rmtree(older, ignore_errors=True)
