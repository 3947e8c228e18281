"""Everything that is known of one published figure.

Here belongs collecting it, from the release, the ledger and the releases before. Not here: the
shape of the answer (`answer.py`), saying it in words (`words.py`) and computing it again
(`audit/recompute.py`).

A figure that is hidden because few people stand behind it stays hidden: nothing here shows what
the release does not.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from dronten_pipeline.audit.explain.answer import (
    AboutKpi,
    AboutRelease,
    Again,
    Answer,
    Check,
    Checks,
    Delivery,
    Earlier,
    FailedTest,
    Figure,
    Pulled,
    Recomputed,
    Revision,
    Signature,
    Sql,
    Target,
    WhileBuilding,
)
from dronten_pipeline.audit.recompute import FIGURES, RecomputeError, recompute, script
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.core.words import period_code, period_end, word
from dronten_pipeline.ledger import bodies, definitions, ledger
from dronten_pipeline.ledger.bodies import Agreed, Body, Definitions, Gate, Pull
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.release.lineage import Lineage, read_lineage
from dronten_pipeline.release.revisions import changed_deliveries
from dronten_pipeline.release.standing import STANDING
from dronten_pipeline.release.store import Release, current_release, differences, list_releases

_PERIOD = re.compile(r"^(\d{4})(?:-?[KQkq]([1-4])|-(\d{2}))?$")
#: As in kpi_revision: below this share of a value is how a sum was added up.
SAME = 1e-9
_KEY = ("period_grain", "period_start", "dimension", "dimension_value")


class ExplainError(ValueError):
    """There is no such figure; the message says which there are, in Dutch."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Which figure of a KPI is meant."""

    period_grain: str
    period_start: dt.date
    dimension: str = "total"
    dimension_value: str = "total"

    @property
    def period_end(self) -> dt.date:
        return period_end(self.period_grain, self.period_start)

    def condition(self) -> pl.Expr:
        return pl.all_horizontal(pl.col(name) == value for name, value in asdict(self).items())


def period_of(text: str) -> tuple[str, dt.date]:
    """Grain and first day of `2026`, `2026-K1` (or `2026-Q1`) or `2026-03`.

    Raises:
        ExplainError: the text is none of these.
    """
    match = _PERIOD.match(text.strip())
    if match is None or (match[3] and not 1 <= int(match[3]) <= 12):
        raise ExplainError(
            f"{text} is geen periode: schrijf een jaar (2026), een kwartaal (2026-K1) of een maand "
            "(2026-03)."
        )
    year, quarter, month = int(match[1]), match[2], match[3]
    if quarter:
        return "quarter", dt.date(year, 3 * int(quarter) - 2, 1)
    return ("month", dt.date(year, int(month), 1)) if month else ("year", dt.date(year, 1, 1))


def explain(
    settings: Settings,
    kpi_id: str,
    *,
    period: str | None = None,
    dimension: str = "total",
    value: str | None = None,
    release_id: str | None = None,
    again: bool = False,
) -> Answer:
    """Everything that is known of one figure.

    Args:
        period: as `period_of` reads it; by default that of the status of the KPI.
        value: of the dimension; needed unless it is the total.
        release_id: by default the current release.
        again: whether to compute the figure again from its raw files.

    Raises:
        ExplainError: there is no such figure or release.
    """
    release = _release(settings, release_id)
    about = _one(release, "dim_kpi", pl.col("kpi_id") == kpi_id)
    if about is None:
        known = ", ".join(_table(release, "dim_kpi")["kpi_id"].sort())
        raise ExplainError(f"Uitgave {release.release_id} kent geen KPI {kpi_id}; wel: {known}.")
    figures = _table(release, FIGURES).filter(pl.col("kpi_id") == kpi_id)
    cell = _cell(release, kpi_id, figures, period, dimension, value)
    figure = figures.filter(cell.condition()).row(0, named=True)
    lineage = read_lineage(release.folder)
    judged = ledger.read_record(settings, release.manifest.gate_record.number, Gate)
    agreed = _agreed(settings, judged)
    tables = lineage.tables_behind(f"kpi_{kpi_id}") if lineage else None
    called = {"document_nl": _called(release, about["document"])}
    return Answer(
        release=_about_release(settings, release, judged),
        kpi=AboutKpi.read(_plain(about | called | _decided(agreed, kpi_id))),
        figure=Figure.read(_plain({name: figure[name] for name in Figure.model_fields})),
        status=_plain(_standing(release, kpi_id)),
        targets=_targets(release, agreed, kpi_id, cell),
        sql=_sql(lineage, kpi_id),
        deliveries=_deliveries(settings, release, about["source_system"], tables),
        checks=_checks(judged, agreed, lineage, kpi_id),
        history=_history(settings, release, kpi_id, cell, tables),
        recomputed=_again(settings, release, lineage, kpi_id, cell, figure) if again else None,
    )


# --- which figure


def _release(settings: Settings, release_id: str | None) -> Release:
    if release_id is None:
        release = current_release(settings)
        if release is None:
            raise ExplainError("Er is nog geen uitgave. Maak er een met `datalab run`.")
        return release
    known = {release.release_id: release for release in list_releases(settings)}
    if release_id not in known or known[release_id].problem:
        raise ExplainError(f"Er is geen uitgave {release_id}; bekijk `datalab releases`.")
    return known[release_id]


def _cell(
    release: Release,
    kpi_id: str,
    figures: pl.DataFrame,
    period: str | None,
    dimension: str,
    value: str | None,
) -> Cell:
    if period is None:
        status = _one(release, "kpi_status", pl.col("kpi_id") == kpi_id)
        if status is None or status["period_start"] is None:
            raise ExplainError(
                f"{kpi_id} heeft geen cijfer waarvan een periode vaststaat: noem er "
                "een met --period."
            )
        grain, start = str(status["period_grain"]), status["period_start"]
    else:
        grain, start = period_of(period)
    there = figures.filter((pl.col("period_grain") == grain) & (pl.col("period_start") == start))
    if there.is_empty():
        periods = figures.filter(pl.col("period_grain") == grain)["period_start"].unique().sort()
        raise ExplainError(
            f"{kpi_id} heeft in deze uitgave geen cijfer over {period}; "
            + (
                f"wel van {period_code(grain, periods[0])} tot en met "
                f"{period_code(grain, periods[-1])}."
                if len(periods)
                else f"wel per {_grains(figures)}."
            )
        )
    if value is None and dimension != "total":
        values = there.filter(pl.col("dimension") == dimension)["dimension_value"].sort()
        dimensions = ", ".join(there["dimension"].unique().sort())
        raise ExplainError(
            f"Noem met --value welke {dimension}: {', '.join(values)}."
            if len(values)
            else f"{kpi_id} is er niet per {dimension}; wel per {dimensions}."
        )
    cell = Cell(
        period_grain=grain,
        period_start=start,
        dimension=dimension,
        dimension_value=value or "total",
    )
    if there.filter(cell.condition()).is_empty():
        known = there.filter(pl.col("dimension") == dimension)["dimension_value"].sort()
        raise ExplainError(
            f"{kpi_id} kent over deze periode geen {dimension} {cell.dimension_value}; wel: "
            f"{', '.join(known) or ', '.join(there['dimension'].unique().sort())}."
        )
    return cell


def _grains(figures: pl.DataFrame) -> str:
    return ", ".join(word("grain", grain) for grain in figures["period_grain"].unique().sort())


# --- what is known of it


def _about_release(
    settings: Settings, release: Release, judged: Record[Gate] | None
) -> AboutRelease:
    manifest = release.manifest
    published = next(
        (
            record
            for record in ledger.records_of(settings, bodies.Release)
            if record.body.release_id == release.release_id
        ),
        None,
    )
    return AboutRelease(
        release_id=release.release_id,
        is_current=release.is_current,
        is_sample=manifest.is_sample,
        as_of=manifest.as_of,
        published_at=manifest.published_at,
        verdict=manifest.verdict,
        code_version=manifest.code_version,
        changed_files=sorted(differences(release)),
        judgement=_signature(judged),
        publication=_signature(published),
    )


def _signature(record: Record[Body] | None) -> Signature | None:
    if record is None:
        return None
    return Signature(
        record=record.number,
        sha256=record.sha256,
        recorded_at=record.recorded_at,
        recorded_by=record.recorded_by["account"],
        key_id=record.key_id,
        anchor=record.anchor,
    )


def _agreed(settings: Settings, judged: Record[Gate] | None) -> Agreed:
    """What was agreed when the release was judged."""
    named = judged.body.definitions if judged else None
    record = ledger.read_record(settings, named.record, Definitions) if named else None
    return record.body.agreed if record else {}


def _decided(agreed: Agreed, kpi_id: str) -> dict[str, Any]:
    decided = agreed.get(f"definition/{kpi_id}", {})
    return {name: decided.get(name) for name in ("decided_by", "decided_on")}


def _targets(release: Release, agreed: Agreed, kpi_id: str, cell: Cell) -> list[Target]:
    """The targets in force on the last day of the period, as published, with who set them.

    None beside a figure that stands beside the headline: no target is about it.
    """
    if cell.dimension == "measure":
        return []
    rows = _table(release, "fct_kpi_target").filter(
        (pl.col("kpi_id") == kpi_id)
        & (pl.col("period_start") <= cell.period_end)
        & (pl.col("period_end").is_null() | (pl.col("period_end") >= cell.period_end))
    )
    found = []
    for row in rows.sort("period_start").drop("kpi_id").iter_rows(named=True):
        kind = "" if row["kind"] == "target" else f" {row['kind']}"
        names = (f"target/{kpi_id} {row['period_start']:{form}}{kind}" for form in ("%Y", "%Y-%m"))
        by = [definitions.decided(agreed[name]) for name in names if name in agreed]
        also = {"document_nl": _called(release, row["document"]), "decided": by[-1] if by else None}
        found.append(Target.read(_plain(row | also)))
    return found


def _standing(release: Release, kpi_id: str) -> dict[str, Any] | None:
    """The row of the KPI as every screen reads it; of a release before version 2.0 that of then."""
    status = _one(release, "kpi_status", pl.col("kpi_id") == kpi_id)
    if status is None or "judged_grain" not in status:
        return status
    with duckdb.connect(str(release.folder / MART), read_only=True) as mart:
        found = mart.execute(STANDING).pl().filter(pl.col("kpi_id") == kpi_id)
    return found.row(0, named=True)


def _sql(lineage: Lineage | None, kpi_id: str) -> Sql | None:
    key = lineage.id_of(f"kpi_{kpi_id}") if lineage else None
    if lineage is None or key is None:
        return None
    return Sql(model=str(lineage.nodes[key].sql), script=script(lineage, kpi_id))


def _pulls(settings: Settings) -> dict[tuple[str, str], Pulled]:
    """By source and SHA-256 of a file the pull that brought it first."""
    return {
        (record.body.source, sha256): Pulled(
            record=record.number,
            recorded_at=record.recorded_at,
            connector=record.body.connector,
            asked=record.body.asked,
        )
        for record in ledger.records_of(settings, Pull)
        for sha256 in record.body.files.values()
    }


def _deliveries(
    settings: Settings, release: Release, source: str, tables: list[tuple[str, str]] | None
) -> list[Delivery]:
    """The delivered files that the KPI reads; without a lineage all of its source."""
    pulls = _pulls(settings)
    known = {
        (row["source"], row["table_name"], row["file_name"], row["sha256"]): row
        for row in _table(release, "source_delivery").iter_rows(named=True)
    }
    found = []
    for one in release.manifest.inputs:
        place = one.source, one.table
        if place not in tables if tables is not None else one.source != source:
            continue
        row = known.get((*place, one.file_name, one.sha256), {})
        found.append(
            Delivery(
                source=one.source,
                table=one.table,
                file_name=one.file_name,
                sha256=one.sha256,
                counts=one.counts,
                delivery_number=one.delivery_number,
                raw_path=one.raw_path,
                raw_sha256=one.raw_sha256,
                rows_counted=one.rows,
                state=row.get("state"),
                received_at=_plain(row.get("received_at")),
                rows_delivered=row.get("rows_delivered"),
                rows_accepted=row.get("rows_accepted"),
                rows_quarantined=row.get("rows_quarantined"),
                note=row.get("note"),
                pulled=pulls.get((one.source, one.sha256)),
            )
        )
    return found


def _checks(
    judged: Record[Gate] | None,
    agreed: Agreed,
    lineage: Lineage | None,
    kpi_id: str,
) -> Checks:
    """The rules about this KPI, those about every figure and delivery, and the tests of dbt."""
    own, general = [], []
    for result in judged.body.results if judged else []:
        rule = agreed.get(f"tolerance/{result.table}.{result.rule}", {})
        one = Check(
            table=result.table,
            rule=result.rule,
            severity=result.severity,
            description=result.description,
            passed=result.passed,
            observed=result.observed,
            error=result.error,
            allowed=rule.get("allowed"),
            source=rule.get("source"),
        )
        guarded = definitions.kpi_of(rule)
        if guarded == kpi_id and result.table == FIGURES:
            own.append(one)
        elif guarded is None and result.table in (FIGURES, "source_delivery", "dim_kpi"):
            general.append(one)
    behind = set(lineage.upstream([lineage.id_of(f"kpi_{kpi_id}") or ""])) if lineage else set()
    tests = [test for test in (lineage.tests if lineage else ()) if behind & set(test.on)]
    return Checks(
        of_this_kpi=own,
        of_all_figures=general,
        while_building=WhileBuilding(
            passed=sum(test.status == "pass" for test in tests),
            not_passed=[
                FailedTest(name=test.name, status=test.status, failures=test.failures)
                for test in tests
                if test.status != "pass"
            ],
        ),
    )


def _history(
    settings: Settings,
    release: Release,
    kpi_id: str,
    cell: Cell,
    tables: list[tuple[str, str]] | None,
) -> list[Earlier]:
    """The same figure in every release of the same kind, the newest first."""
    releases = {one.release_id: one for one in list_releases(settings) if not one.problem}
    found = []
    for one in releases.values():
        if one.manifest.is_sample != release.manifest.is_sample:
            continue
        mine = (pl.col("kpi_id") == kpi_id) & cell.condition()
        row = _one(one, FIGURES, mine)
        revision = _one(one, "kpi_revision", mine)
        before = releases.get(one.manifest.previous_release or "")
        found.append(
            Earlier(
                release_id=one.release_id,
                as_of=one.manifest.as_of,
                is_current=one.is_current,
                is_this=one.release_id == release.release_id,
                is_there=row is not None,
                value=row["value"] if row else None,
                is_suppressed=row["is_suppressed"] if row else None,
                revision=None
                if revision is None
                else Revision(
                    old_value=revision["old_value"],
                    new_value=revision["new_value"],
                    old_release=revision["old_release"],
                    cause=revision["cause"],
                    # a release from before the two were told apart does not say
                    is_revision=revision.get("is_revision", True),
                    deliveries=changed_deliveries(
                        before.manifest.inputs if before else None, one.manifest.inputs, tables
                    ),
                ),
            )
        )
    return found


def _again(
    settings: Settings,
    release: Release,
    lineage: Lineage | None,
    kpi_id: str,
    cell: Cell,
    figure: dict[str, Any],
) -> Recomputed:
    """The same figure, computed again; what is hidden is only said to be hidden again."""
    if lineage is None:
        return Recomputed(error="Deze uitgave bewaarde haar SQL nog niet.", is_equal=None)
    try:
        computed = recompute(
            release=release.folder,
            lineage=lineage,
            kpi_id=kpi_id,
            raw=settings.raw,
            releases=settings.releases,
        )
    except RecomputeError as error:
        return Recomputed(error=str(error), is_equal=None)
    rows = computed.filter(cell.condition()).to_dicts()
    published = _table(release, FIGURES).filter(pl.col("kpi_id") == kpi_id)
    new = rows[0] if rows else None
    same_columns = list(Again.model_fields)
    return Recomputed(
        error=None,
        figure=Again(**{name: new[name] for name in same_columns}) if new else None,
        is_equal=new is not None
        and all(_is_same(new[name], figure[name]) for name in same_columns),
        figures_of_this_kpi=published.height,
        # The name of the release is added when it is made.
        all_equal=computed.sort(_KEY).equals(published.select(computed.columns).sort(_KEY)),
    )


def _is_same(new: Any, old: Any) -> bool:
    if isinstance(new, float) and isinstance(old, float):
        return abs(new - old) <= SAME * max(1.0, abs(old))
    return bool(new == old)


# --- reading


def _called(release: Release, document: str | None) -> str:
    """How a document is called on a screen; releases of before named no titles."""
    row = _one(release, "dim_document", pl.col("document_id") == document)
    return str(row["label_nl"]) if row else "onbekend"


def _table(release: Release, name: str) -> pl.DataFrame:
    return pl.read_parquet(release.folder / "parquet" / f"{name}.parquet")


def _one(release: Release, name: str, condition: pl.Expr) -> dict[str, Any] | None:
    path: Path = release.folder / "parquet" / f"{name}.parquet"
    if not path.is_file():
        return None
    rows = pl.scan_parquet(path).filter(condition).head(1).collect()
    return rows.row(0, named=True) if rows.height else None


def _plain(document: Any) -> Any:
    """Days and moments as ISO 8601, everything else as it is."""
    if isinstance(document, dict):
        return {name: _plain(value) for name, value in document.items()}
    if isinstance(document, list):
        return [_plain(value) for value in document]
    if isinstance(document, dt.date | dt.datetime):
        return document.isoformat()
    return document
