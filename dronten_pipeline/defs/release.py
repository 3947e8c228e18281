"""Publication as a Dagster asset. Not here: what a release is (`publish/`)."""

from collections.abc import Iterable

import dagster as dg

from dronten_pipeline.defs.naming import ENGINEERS, RELEASE_KEY, mart_key
from dronten_pipeline.defs.resources import RunResource
from dronten_pipeline.run import latest_run_folder


def build_release(tables: Iterable[str]) -> dg.AssetsDefinition:
    """The release: what BI reads."""

    @dg.asset(
        key=RELEASE_KEY,
        deps=[mart_key(table) for table in tables],
        group_name="release",
        owners=[ENGINEERS],
        kinds={"duckdb", "parquet"},
        description="De tabellen die de beoordeling doorstonden, als een onveranderlijke map; "
        "`releases/current` wijst naar de laatste.",
    )
    def release(context: dg.AssetExecutionContext, run: RunResource) -> dg.MaterializeResult:
        from dronten_pipeline.publish.releases import publish

        outcome = publish(
            run.settings, run_folder=latest_run_folder(run.settings), run=run.now
        )
        context.log.info(outcome.message)
        return dg.MaterializeResult(
            metadata={
                "uitgave": outcome.release_id,
                "nieuw": outcome.is_new,
                "map": dg.MetadataValue.path(str(outcome.folder)),
                "bytes": outcome.bytes,
                "dagster/row_count": outcome.rows,
            }
        )

    return release
