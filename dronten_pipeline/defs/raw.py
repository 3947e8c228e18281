"""The raw tables as Dagster assets: one per delivered table, and the snapshot that a run reads.

Not here: reading a delivery (`ingest/`). Dagster gets counts of raw rows, never a row: its history
is kept, and read by people who may not see what was delivered.
"""

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from dronten_pipeline.contracts.dbt_project import calendar_version
from dronten_pipeline.contracts.sources import FRESH_DAYS, Source, Table
from dronten_pipeline.core.run_files import SCORES
from dronten_pipeline.defs.failures import without_values
from dronten_pipeline.defs.naming import ENGINEERS, SNAPSHOT_KEY, landing_key, raw_key, team
from dronten_pipeline.defs.resources import RunResource
from dronten_pipeline.pipeline.run import code_fingerprint

if TYPE_CHECKING:
    from dronten_pipeline.ingest.outcome import DeliveryReport

READ, FRESH = "delivered", "fresh"


def build_raw_assets(source: Source, *, is_pulled: bool = False) -> dg.AssetsDefinition:
    """One step per source, because what stops one of its files stops them all.

    Args:
        is_pulled: whether a connector delivers; how fresh that is, is told there (`landing.py`).
    """

    @dg.multi_asset(
        name=f"ingest_{source.name}",
        specs=[
            *(_spec(source, table, is_pulled=is_pulled) for table in source.tables),
            *(_scores_spec(source, table) for table in source.tables if table.document_column),
        ],
        check_specs=[
            check
            for table in source.tables
            for check in (
                dg.AssetCheckSpec(
                    READ,
                    asset=raw_key(source.name, table.name),
                    description="Elke levering is gelezen en niets is afgekeurd.",
                ),
                dg.AssetCheckSpec(
                    FRESH,
                    asset=raw_key(source.name, table.name),
                    description=f"De laatste levering is niet ouder dan bij een {source.cadence} "
                    "levering hoort.",
                ),
            )
        ],
    )
    def ingest(
        context: dg.AssetExecutionContext, run: RunResource
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        from dronten_pipeline.ingest.inputs import save_outcome
        from dronten_pipeline.ingest.recorded import read_source

        started = time.monotonic()
        with without_values():
            outcome = read_source(
                run.settings,
                source,
                run_id=context.run.run_id,
                as_of=run.now.as_of,
                origin=run.now.origin,
                believed=run.believed_raw,
                on_progress=context.log.info,
            )
            save_outcome(run.settings, outcome)
        seconds = round(time.monotonic() - started, 2)
        context.log.info(
            f"{source.name}: {len(outcome.deliveries)} files, {outcome.rows_accepted} rows, "
            f"{outcome.rows_quarantined} rejected"
        )
        if outcome.state == "stopped":
            context.log.warning(f"{source.name} stands still: {outcome.note}")
        for table in source.tables:
            reports = [one for one in outcome.deliveries if one.table_name == table.name]
            yield _materialized(run, source, table, reports, seconds)
            yield from _checked(run, source, table, reports, outcome.unread)
        if any(table.document_column for table in source.tables):
            yield _scored(run, source, outcome.scores_path, seconds)

    return ingest


def _materialized(
    run: RunResource, source: Source, table: Table, reports: list["DeliveryReport"], seconds: float
) -> dg.MaterializeResult:
    raw = run.settings.raw
    paths = [raw / one.raw_path for one in reports if one.counts and one.raw_path]
    metadata: dict[str, Any] = {
        "dagster/row_count": sum(one.rows_accepted for one in reports if one.counts),
        "rejected_rows": sum(one.rows_quarantined for one in reports),
        "files": len(reports),
        "bytes": sum(path.stat().st_size for path in paths),
        "seconds": seconds,
        "folder": dg.MetadataValue.path(str(raw / "files" / source.name / table.name)),
        "dagster/column_schema": dg.TableSchema(
            [
                dg.TableColumn(column.name, column.type, description=column.description)
                for column in table.columns
            ]
        ),
    }
    return dg.MaterializeResult(asset_key=raw_key(source.name, table.name), metadata=metadata)


def _checked(
    run: RunResource,
    source: Source,
    table: Table,
    reports: list["DeliveryReport"],
    unread: Sequence[str],
) -> Iterator[dg.AssetCheckResult]:
    from dronten_pipeline.ingest.snapshot import is_fresh

    key = raw_key(source.name, table.name)
    stopped = [one for one in reports if one.state == "stopped"]
    rejected = sum(one.rows_quarantined for one in reports)
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name=READ,
        passed=not stopped and not rejected and not unread,
        severity=dg.AssetCheckSeverity.ERROR if stopped else dg.AssetCheckSeverity.WARN,
        description="\n".join([*(f"{one.file_name}: {one.note}" for one in stopped), *unread])
        or f"{rejected} rijen afgekeurd, zie quarantine/{source.name}/.",
        metadata={one.file_name: one.note or one.state for one in reports},
    )
    received = [one.received_at for one in reports if one.state != "stopped"]
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name=FRESH,
        passed=bool(received) and is_fresh(max(received), source, run.now.as_of),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Laatste levering: {max(received):%d-%m-%Y}."
        if received
        else "Er is nog niets geleverd.",
    )


def _scored(
    run: RunResource, source: Source, scores_path: str | None, seconds: float
) -> dg.MaterializeResult:
    import polars as pl

    key = raw_key(source.name, SCORES)
    if scores_path is None:
        nothing = {"dagster/row_count": 0, "bytes": 0, "seconds": seconds}
        return dg.MaterializeResult(asset_key=key, metadata=nothing)
    scores = pl.read_parquet(run.settings.raw / scores_path)
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "dagster/row_count": scores.height,
            "judged": scores["level"].count(),
            "bytes": (run.settings.raw / scores_path).stat().st_size,
            "method": ", ".join(scores["method_version"].drop_nulls().unique().sort()),
            "seconds": seconds,
        },
    )


def _spec(source: Source, table: Table, *, is_pulled: bool) -> dg.AssetSpec:
    days = None if is_pulled else FRESH_DAYS[source.cadence]
    return dg.AssetSpec(
        raw_key(source.name, table.name),
        deps=[landing_key(source.name)] if is_pulled else [],
        description=f"{table.description}\n\n{source.description} Systeem: {source.system}.",
        group_name="raw",
        owners=[ENGINEERS, team(source.owner)],
        kinds={"polars", "parquet"},
        tags={"cadence": source.cadence},
        code_version=table.version,
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(days=days))
        if days
        else None,
    )


def _scores_spec(source: Source, table: Table) -> dg.AssetSpec:
    return dg.AssetSpec(
        raw_key(source.name, SCORES),
        deps=[raw_key(source.name, table.name)],
        description="Het leesniveau van elke tekst; de teksten zelf worden niet bewaard.",
        group_name="raw",
        owners=[ENGINEERS, team(source.owner)],
        kinds={"polars", "parquet"},
    )


def build_snapshot_asset(sources: Mapping[str, Source]) -> dg.AssetsDefinition:
    """Everything that the run reads, under names that are the same in every run."""

    @dg.asset(
        key=SNAPSHOT_KEY,
        config_schema={},
        deps=[
            raw_key(source.name, table.name)
            for source in sources.values()
            for table in source.tables
        ],
        group_name="raw",
        owners=[ENGINEERS],
        kinds={"parquet"},
        description="Welke leveringen in deze run tellen, op welke peildatum, en wat van elk "
        "bestand gelezen werd.",
    )
    def snapshot(context: dg.AssetExecutionContext, run: RunResource) -> dg.MaterializeResult:
        from dronten_pipeline.ingest.inputs import (
            inputs_of,
            load_outcomes,
            made_of,
        )
        from dronten_pipeline.ingest.landing import strange_folders
        from dronten_pipeline.ingest.recorded import believed_raw
        from dronten_pipeline.ingest.snapshot import build_snapshot
        from dronten_pipeline.ledger import ratification
        from dronten_pipeline.release.previous import (
            previous_inputs,
            previous_release,
            raw_files_of_releases,
        )
        from dronten_pipeline.release.store import new_release_id

        started = time.monotonic()
        settings, now = run.settings, run.now
        if strange := strange_folders(settings.landing_folder, sources):
            # Somebody else chose the names.
            context.log.warning(
                f"{len(strange)} folders of landing/ belong to no source and are not read: correct "
                "their names, or write a contract (sources/<name>/source.yml)"
            )
        outcomes = load_outcomes(settings, sources)
        ratified = [
            {
                "kpi_id": one.kpi_id,
                "ratified_on": one.ratified_on,
                "ratified_by": one.ratified_by,
            }
            for one in ratification.in_force(settings).values()
        ]
        follows = now.current_release.name if now.current_release else None
        about: dict[str, Any] = {
            "run_id": context.run.run_id,
            "release_id": new_release_id(
                now.as_of,
                [
                    follows,
                    now.origin,
                    code_fingerprint(settings),
                    made_of(outcomes.values()),
                    [one | {"ratified_on": str(one["ratified_on"])} for one in ratified],
                ],
            ),
            "as_of": now.as_of,
            "code_version": now.code_version,
            "origin": now.origin,
        }
        laid_out = build_snapshot(
            settings,
            sources,
            outcomes,
            previous=previous_release(now.comparable_release),
            previous_inputs=previous_inputs(now.comparable_release),
            recorded=believed_raw(  # with what this run has read
                settings, context.run.run_id, raw_files_of_releases
            ),
            ratified=ratified,
            **about,
        )
        inputs = inputs_of(
            laid_out,
            outcomes.values(),
            follows=follows,
            calendar_version=calendar_version(settings),
            **about,
        )
        inputs.write(settings.raw_current)
        if not now.is_sample:
            settings.delivered_before.touch()
        context.log.info(
            f"as-of date {now.as_of}: {laid_out.rows_accepted} rows count, "
            f"{laid_out.rows_quarantined} were rejected"
        )
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": laid_out.rows_accepted,
                "bytes": sum(path.stat().st_size for path in laid_out.folder.rglob("*.parquet")),
                "seconds": round(time.monotonic() - started, 2),
                "rejected_rows": laid_out.rows_quarantined,
                "as_of": now.as_of.isoformat(),
                "gaps": laid_out.gaps,
                "files": len(laid_out.inputs),
                "stopped_sources": ", ".join(laid_out.stopped) or "none",
                "is_sample": now.is_sample,
            }
        )

    return snapshot
