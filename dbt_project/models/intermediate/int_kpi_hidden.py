"""Which figures are not published.

The reasoning stands in `dronten_pipeline/suppression.py`: sums
that expose a cell only together are found by elimination, for which SQL has no words.
"""


def model(dbt, session):
    dbt.config(materialized="table")
    from dronten_pipeline.suppression import hidden_cells

    cells, equations = dbt.ref("int_kpi_value"), dbt.ref("int_kpi_equation")
    return hidden_cells(cells.filter("is_about_people").pl(), equations.pl()).to_arrow()
