"""What Dagster loads: everything in `defs/`, put together. Nothing is defined here.

`definitions.py` is the entry point that `workspace.yaml` names; `defs/` holds the definitions.
"""

import dagster as dg

from dronten_pipeline.connect.connector import declared, load_connector
from dronten_pipeline.contracts.dbt_project import prepared_manifest, register
from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.core.permissions import keep_private
from dronten_pipeline.core.settings import current_settings
from dronten_pipeline.defs.dbt import Translator, build_dbt_assets
from dronten_pipeline.defs.gate import build_gate
from dronten_pipeline.defs.landing import build_landing_asset, build_landing_schedule
from dronten_pipeline.defs.log import progress_log
from dronten_pipeline.defs.postgres import build_postgres
from dronten_pipeline.defs.raw import build_raw_assets, build_snapshot_asset
from dronten_pipeline.defs.release import build_release
from dronten_pipeline.defs.resources import build_resources, one_process
from dronten_pipeline.defs.schedules import daily_schedule, datalab_job
from dronten_pipeline.defs.sensors import delivery_sensor
from dronten_pipeline.gate.suites import load_judged_suites
from dronten_pipeline.web.guarded import refuse_unguarded


@dg.definitions
def defs() -> dg.Definitions:
    # Dagster's own processes load this first, and make files as well.
    keep_private()
    refuse_unguarded()
    settings = current_settings()
    sources = load_sources(settings.sources)
    pulled = {
        name: load_connector(settings.sources / name)[0]
        for name in declared(settings.sources)
        if name in sources
    }
    suites = load_judged_suites(settings.expectations, settings.dbt_project)
    owners = {row["kpi_id"]: row["owner"] for row in register(settings)}
    return dg.Definitions(
        assets=[
            *(build_landing_asset(sources[name], one) for name, one in pulled.items()),
            *(
                build_raw_assets(source, is_pulled=name in pulled)
                for name, source in sources.items()
            ),
            build_snapshot_asset(sources),
            build_dbt_assets(prepared_manifest(settings), Translator(sources, owners)),
            build_release(suites),
            *([build_postgres()] if settings.postgres_url else []),
        ],
        asset_checks=[build_gate(suites)],
        jobs=[datalab_job],
        schedules=[
            daily_schedule,
            *(build_landing_schedule(sources[name], one) for name, one in pulled.items()),
        ],
        sensors=[delivery_sensor],
        resources=build_resources(settings),
        loggers={"console": progress_log},
        executor=one_process,
    )
