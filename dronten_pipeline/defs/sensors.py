"""When the pipeline runs because something was delivered.

Not here: what a complete delivery is (`ingest/landing.py`).
"""

import datetime as dt

import dagster as dg

from dronten_pipeline.defs.schedules import datalab_job
from dronten_pipeline.settings import current_settings

INTERVAL_SECONDS = 60

#: A file that did not change for so long is taken to be whole.
SETTLE_SECONDS = 30


@dg.sensor(
    name="levering",
    job=datalab_job,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Start een run als er een levering is die niet meer verandert.",
)
def delivery_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    from dronten_pipeline.ingest.landing import delivered_files, fingerprint, is_complete

    landing = current_settings().landing_folder
    folders = [path for path in landing.iterdir() if path.is_dir()] if landing.is_dir() else []
    files = [file for folder in folders for file in delivered_files(folder)]
    seen = fingerprint(landing)
    if not files or seen == context.cursor:
        return dg.SkipReason("Er is niets nieuws geleverd.")
    if not is_complete(files, dt.datetime.now(dt.UTC), SETTLE_SECONDS):
        return dg.SkipReason("Een levering is nog onderweg; straks opnieuw.")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=seen)
