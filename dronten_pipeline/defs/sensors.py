"""When the pipeline runs because something was delivered.

Not here: when a delivery is whole (`ingest/landing.py`).
"""

import dagster as dg

from dronten_pipeline.core.settings import current_settings
from dronten_pipeline.defs.schedules import datalab_job

INTERVAL_SECONDS = 60


@dg.sensor(
    name="levering",
    job=datalab_job,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Start een run als er een levering is die niet meer verandert.",
)
def delivery_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    from dronten_pipeline.ingest.arriving import arriving
    from dronten_pipeline.ingest.landing import files_below, fingerprint

    settings = current_settings()
    if not files_below(settings.landing_folder):
        return dg.SkipReason("Er is niets geleverd.")
    seen = fingerprint(settings.landing_folder)
    if seen == context.cursor:
        return dg.SkipReason("Er is niets nieuws geleverd.")
    # What misses more than time must not keep the others waiting.
    if any(one.wait.seconds for one in arriving(settings)):
        return dg.SkipReason("Een levering is nog onderweg; straks opnieuw.")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=seen)
