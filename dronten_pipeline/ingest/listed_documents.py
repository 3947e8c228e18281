"""The documents that a list names: their scores, and the rows whose document cannot be read.

Here belongs: what of a list is scored, and the files of scores and judgements. Not here: judging a
text (`readability/documents.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.run_files import SCORES
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import files, kept, quarantine, refusals, shape
from dronten_pipeline.ingest.outcome import DeliveryReport
from dronten_pipeline.ingest.source_run import SourceRun


class ListedDocuments:
    """Scores the documents of one source in one run."""

    def __init__(self, run: SourceRun) -> None:
        self.run = run
        #: Raw files that are gone and were made good by others.
        self.replaced: tuple[str, ...] = ()

    def scored(
        self, reports: list[DeliveryReport]
    ) -> tuple[list[DeliveryReport], str | None, list[str]]:
        """Scores the documents that lists name; those that cannot be read are rejected rows."""
        tables = [table for table in self.run.source.tables if table.document_column]
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

        texts = self.run.settings.raw / "texts" / self.run.source.name
        lost = self._examine_texts(texts)
        rows = listed_rows(self.run.settings, self.run.source, listed)
        scored = documents.score_documents(
            rows,
            self.run.folder,
            texts,
            as_of=self.run.as_of,
            calibration=calibration.in_force(
                self.run.settings.calibration, self.run.settings.calibrations
            ),
            limits=self.run.limits,
            on_progress=self.run.on_progress,
        )
        self._write_document_rejects(listed, scored.rejects)
        if lost and self._miss_documents(rows, scored.rejects):
            return reports, None, [refusals.scores_lost(lost)]
        self.replaced = tuple(path for path in lost if not (self.run.settings.raw / path).exists())
        self._wrote_texts(texts)
        path = self._write_scores(scored.scores)
        reports = [self._less(report, scored.rejects) for report in reports]
        stops = [
            f"{report.file_name}: {loss}"
            for report in reports
            if report.state == "read"
            and (
                loss := refusals.loss(
                    self.run.source, report.rows_delivered, report.rows_quarantined
                )
            )
        ]
        return reports, path, stops

    def rejects_path(self) -> Path:
        return self.run.store / "documents" / f"{self.run.origin}.rejects.parquet"

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

    def _write_document_rejects(
        self, listed: list[DeliveryReport], rejects: pl.DataFrame | None
    ) -> None:
        path = self.rejects_path()
        frames = []
        for report in listed if rejects is not None else ():
            assert rejects is not None
            table = self.run.source.table(str(report.table_name))
            failed = rejects.filter(pl.col("_delivery") == report.number).select(
                "_line", "column_name", "reason"
            )
            frames.append(
                quarantine.quarantined(
                    failed,
                    source=self.run.source.name,
                    table=table.name,
                    file_name=report.file_name,
                    run_id=self.run.run_id,
                )
            )
        rows = pl.concat(frames) if frames else quarantine.SCHEMA.to_frame()
        if rows.height:
            files.write_parquet(path, rows)
        else:
            path.unlink(missing_ok=True)

    def _write_scores(self, scores: pl.DataFrame) -> str:
        folder = self.run.store / SCORES
        temporary = folder / f"new-{self.run.origin}.parquet"
        sha256 = files.write_raw(temporary, scores)
        path = folder / f"{sha256[:16]}-{self.run.origin}.parquet"
        temporary.replace(path)
        self.run.note_computed(SCORES, path, sha256, scores.height)
        return str(self.run.relative(path))

    # --- judgements of texts, which are kept because the texts are not

    def _examine_texts(self, folder: Path) -> list[str]:
        """Removes judgements that are not what the ledger says they were, so that they are made
        again; returns those that were known to it."""
        if self.run.recorded is None:
            return []
        known = {path: entry for path, entry in self.run.recorded.items() if entry.what == "texts"}
        here = {str(self.run.relative(path)): path for path in sorted(folder.rglob("*.parquet"))}
        lost = [
            path
            for path, entry in known.items()
            if entry.source == self.run.source.name
            and kept.what_is_wrong(self.run.settings.raw, path, self.run.recorded)
        ]
        for path in [*lost, *(path for path in here if path not in known)]:
            (self.run.settings.raw / path).unlink(missing_ok=True)
        return lost

    def _wrote_texts(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*.parquet")):
            path.chmod(files.READ_ONLY)
            rows = pl.scan_parquet(path).select(pl.len()).collect().item()
            self.run.note_computed("texts", path, files.sha256_of(path), rows)

    def _miss_documents(self, rows: pl.DataFrame, rejects: pl.DataFrame) -> bool:
        """Whether a text has no judgement because its document is not there to be read again."""
        from dronten_pipeline.readability import documents, extract

        rejected = rows.join(rejects.select("_delivery", "_line"), on=["_delivery", "_line"])
        for document in rejected.get_column("bestand").unique():
            try:
                if not documents.resolve(self.run.folder, document).is_file():
                    return True
            except extract.DocumentUnreadable:
                continue
        return False


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
