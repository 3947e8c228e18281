"""The lines of a control chart beside the points of a KPI, and what is found there.

The method stands in `dronten_pipeline/statistics/control_chart.py`: whether the limits are computed
anew at a point follows from what was found at the points before it, for which SQL has no words.
"""


def model(dbt, session):
    dbt.config(materialized="table")
    from dronten_pipeline.statistics.control_chart import charted

    return charted(dbt.ref("int_kpi_series").pl()).to_arrow()
