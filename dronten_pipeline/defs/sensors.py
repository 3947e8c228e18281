"""When the pipeline runs because something was delivered.

Not here: what a complete delivery is (`ingest/landing.py`).
"""

import dagster as dg

from dronten_pipeline.settings import current_settings

INTERVAL_SECONDS = 60

#: A file that did not change for so long is taken to be whole.
SETTLE_SECONDS = 30


def build_delivery_sensor(job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    @dg.sensor(
        name="levering",
        job=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Start een run als er een levering is die niet meer verandert.",
    )
    def delivered(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        from dronten_pipeline.ingest.landing import fingerprint, is_complete

        landing = current_settings().landing_folder
        seen = fingerprint(landing)
        if seen == (context.cursor or ""):
            return dg.SkipReason("Er is niets nieuws geleverd.")
        if not is_complete(landing, settle_seconds=SETTLE_SECONDS):
            return dg.SkipReason("Een levering is nog onderweg; straks opnieuw.")
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=seen)

    return delivered
