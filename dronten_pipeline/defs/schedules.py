"""When the pipeline runs by the clock: once a day, before people start to work."""

import dagster as dg

from dronten_pipeline.defs.naming import LANDING
from dronten_pipeline.defs.resources import one_process

#: The whole chain, from deliveries to release; what is pulled was delivered before.
datalab_job = dg.define_asset_job(
    "datalab",
    selection=(dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks())
    - dg.AssetSelection.groups(LANDING),
    executor_def=one_process,
    description="Leest wat er geleverd is, bouwt de tabellen, beoordeelt ze en publiceert.",
)

daily_schedule = dg.ScheduleDefinition(
    name="elke_dag",
    job=datalab_job,
    cron_schedule="30 5 * * *",
    execution_timezone="Europe/Amsterdam",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Elke dag om 5.30 uur.",
)
