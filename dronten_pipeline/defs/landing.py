"""Pulling a source as a Dagster asset, with a schedule of its own.

Here belongs when it is done, and what of it may be tried again. Not here: the pull (`connect/`),
or reading what it brought (`defs/raw.py`). Of a source without connector.yml there is no asset.

A pull that fails leaves its check red and the asset there: what was delivered before still counts,
and a system that cannot be reached must not keep the others from being read.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import dagster as dg

from dronten_pipeline.connect.connector import Connector
from dronten_pipeline.contracts.sources import FRESH_DAYS, Source
from dronten_pipeline.core.settings import LOCAL_TIME, Settings, current_settings
from dronten_pipeline.defs.failures import without_values
from dronten_pipeline.defs.naming import ENGINEERS, LANDING, landing_key, team
from dronten_pipeline.defs.resources import one_process

PULLED, FRESH = "pulled", "fresh"
#: What may pass is tried again so often, after so many seconds: before the daily run begins.
RETRIES, RETRY_SECONDS = 2, 300


def build_landing_asset(source: Source, connector: Connector) -> dg.AssetsDefinition:
    """The deliveries that a connector fetches for one source."""
    key = landing_key(source.name)

    @dg.asset(
        key=key,
        config_schema={},
        group_name=LANDING,
        owners=[ENGINEERS, team(source.owner)],
        kinds={"csv"},
        tags={"connector": connector.kind},
        pool=connector.pool or source.name,
        description=f"Wat bij {source.system} opgehaald is, zoals een persoon het had kunnen "
        "leveren.",
        check_specs=[
            dg.AssetCheckSpec(PULLED, asset=key, description="De laatste ophaalbeurt is gelukt."),
            dg.AssetCheckSpec(
                FRESH,
                asset=key,
                description=f"Er is zo kort geleden opgehaald als bij een {source.cadence} "
                "levering hoort.",
            ),
        ],
    )
    def landing(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        from dronten_pipeline.connect.state import load

        settings = current_settings()
        with without_values():
            metadata, failed = _pull(context, settings, source.name)
        state = load(settings, source.name)
        last = state.pulled_at.astimezone(LOCAL_TIME).date() if state.pulled_at else None
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=PULLED,
            passed=failed is None,
            severity=dg.AssetCheckSeverity.ERROR,
            description=failed or "De ophaalbeurt is gelukt.",
        )
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=FRESH,
            passed=last is not None and _is_fresh(last, source, settings.today()),
            severity=dg.AssetCheckSeverity.ERROR,
            description=f"Het laatst opgehaald op {last:%d-%m-%Y}."
            if last
            else "Er is nog nooit iets opgehaald.",
        )

    return landing


def build_landing_schedule(source: Source, connector: Connector) -> dg.ScheduleDefinition:
    """Fetches one source by the clock of its connector."""
    job = dg.define_asset_job(
        f"ophalen_{source.name}",
        selection=dg.AssetSelection.assets(landing_key(source.name)),
        executor_def=one_process,
        description=f"Haalt op wat {source.system} heeft.",
    )
    return dg.ScheduleDefinition(
        job=job,
        cron_schedule=connector.schedule,
        execution_timezone="Europe/Amsterdam",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


def _pull(
    context: dg.AssetExecutionContext, settings: Settings, name: str
) -> tuple[dict[str, Any], str | None]:
    """What is told of a pull, and why it failed.

    Raises:
        RetryRequested: it may pass.
    """
    from dronten_pipeline.connect.errors import MayPass, PullError
    from dronten_pipeline.connect.pull import pull
    from dronten_pipeline.pipeline.run import delivery_origin

    if delivery_origin(settings) == "sample":
        return {}, (
            "Deze installatie rekent nog met het voorbeeld. De eerste levering beëindigt dat voor "
            f"alle bronnen; doe de eerste ophaalbeurt zelf: `datalab pull {name}`."
        )
    try:
        outcome = pull(settings, name, tell=context.log.info)
    except MayPass as error:
        if context.retry_number < RETRIES:
            context.log.warning(str(error))
            raise dg.RetryRequested(RETRIES, RETRY_SECONDS) from None
        return {}, str(error)
    except PullError as error:
        return {}, str(error)
    return {
        "dagster/row_count": sum(outcome.records.values()),
        "files": len(outcome.landed),
        "same_as_before": outcome.is_same,
        "requests": outcome.requests,
        "seconds": outcome.seconds,
        **{f"records {table}": count for table, count in outcome.records.items()},
    }, None


def _is_fresh(last: dt.date, source: Source, today: dt.date) -> bool:
    days = FRESH_DAYS[source.cadence]
    return days is None or (today - last).days <= days
