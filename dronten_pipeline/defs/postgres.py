"""The release in PostgreSQL as a Dagster asset. Not here: loading it (`postgres/`)."""

import dagster as dg

from dronten_pipeline.defs.naming import ENGINEERS, POSTGRES_KEY, RELEASE_KEY
from dronten_pipeline.defs.resources import RunResource


def build_postgres() -> dg.AssetsDefinition:
    """What readers of PostgreSQL see; red while it lags behind the files, which stand."""

    @dg.asset(
        key=POSTGRES_KEY,
        config_schema={},
        deps=[RELEASE_KEY],
        group_name="release",
        owners=[ENGINEERS],
        kinds={"postgres"},
        description="De uitgave die geldt, als tabellen in PostgreSQL. Mislukt dit, dan staat de "
        "uitgave er wel als bestanden; de volgende run probeert het opnieuw.",
    )
    def postgres(context: dg.AssetExecutionContext, run: RunResource) -> dg.MaterializeResult:
        from dronten_pipeline.postgres.load import load_current

        outcome = load_current(run.settings)
        if outcome is None:
            raise dg.Failure("Er is geen uitgave om te laden: start eerst de hele keten.")
        for warning in outcome.warnings:
            context.log.warning(warning)
        context.log.info(f"PostgreSQL: release {outcome.release_id} ({outcome.kind})")
        return dg.MaterializeResult(
            metadata={
                "release_id": outcome.release_id,
                "outcome": outcome.kind,
                "seconds": outcome.seconds,
                "dagster/row_count": sum(table.rows for table in outcome.tables.values()),
            }
        )

    return postgres
