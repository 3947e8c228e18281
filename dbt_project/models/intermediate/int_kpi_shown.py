"""Which figures about people are published, and which of them without their figure.

The reasoning stands in `dronten_pipeline/statistics/suppression/`: whether a reader can find a
hidden figure is a question to an integer programme, for which SQL has no words.
"""


def model(dbt, session):
    dbt.config(materialized="table")
    from dronten_pipeline.statistics.suppression import shown_cells

    cells, equations = dbt.ref("int_kpi_cell"), dbt.ref("int_kpi_equation")
    before = dbt.ref("int_kpi_before")
    return shown_cells(cells.pl(), equations.pl(), before.pl()).to_arrow()
