"""Publication as a Dagster asset. Not here: what a release is (`release/`)."""

import time
from collections.abc import Iterable

import dagster as dg

from dronten_pipeline.defs.naming import ENGINEERS, RELEASE_KEY, mart_key
from dronten_pipeline.defs.resources import RunResource
from dronten_pipeline.pipeline.run import folder_to_read


def build_release(tables: Iterable[str]) -> dg.AssetsDefinition:
    """The release: what BI reads."""

    @dg.asset(
        key=RELEASE_KEY,
        config_schema={},
        deps=[mart_key(table) for table in tables],
        group_name="release",
        owners=[ENGINEERS],
        kinds={"duckdb", "parquet"},
        description="De tabellen die de beoordeling doorstonden, als een onveranderlijke map; "
        "`releases/current` wijst naar de laatste.",
    )
    def release(context: dg.AssetExecutionContext, run: RunResource) -> dg.MaterializeResult:
        from dronten_pipeline.ingest.inputs import read_inputs
        from dronten_pipeline.release.publish import Published, publish
        from dronten_pipeline.release.store import current_release

        started = time.monotonic()
        folder = folder_to_read(run.settings, context.run.run_id)
        inputs = read_inputs(folder)
        outcome = publish(
            run.settings,
            run_folder=folder,
            run_id=context.run.run_id,
            inputs=inputs.files,
            calendar_version=inputs.calendar_version,
            is_sample=inputs.is_sample,
        )
        for problem in outcome.ledger_problems:
            context.log.warning(problem)
        is_new = isinstance(outcome, Published)
        in_force = current_release(run.settings)
        assert in_force is not None  # publish() has just pointed at it, or found it unchanged
        context.log.info(
            f"published: release {outcome.release_id}"
            if is_new
            else f"nothing new: release {outcome.release_id} says the same and stays in force"
        )
        about = in_force.manifest
        return dg.MaterializeResult(
            metadata={
                "release_id": outcome.release_id,
                "is_new": is_new,
                "verdict": about.verdict,
                "folder": dg.MetadataValue.path(str(in_force.folder)),
                "seconds": round(time.monotonic() - started, 2),
                "bytes": sum(file.bytes for file in about.files.values()),
                "dagster/row_count": sum(table.rows for table in about.tables.values()),
            }
        )

    return release
