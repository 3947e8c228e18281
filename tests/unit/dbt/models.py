"""Runs models by themselves in DuckDB, without dbt: over tables that a test makes.

Here belongs rendering a model as dbt does, as far as the models need. Not here: what they must
give.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import jinja2

DBT_PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"


def run_models(
    connection: duckdb.DuckDBPyConnection,
    models: Iterable[str],
    own_statuses: Mapping[str, str] | None = None,
) -> None:
    """Makes a table of each model, in the order given; `ref` names a table of the connection,
    and `source('x', 'y')` its table x__y.

    `own_statuses` gives, by KPI, the query that macros/status/ would hold for it.
    """
    own = own_statuses or {}
    names = {
        "ref": lambda name: name,
        "source": "{}__{}".format,
        "config": lambda **_: "",
        "own_statuses": lambda: " union all ".join(
            [
                *(
                    f"select '{kpi}' as kpi_id, period_start, status, value from ({query})"
                    for kpi, query in own.items()
                ),
                "select null::varchar as kpi_id, null::date as period_start, "
                "null::varchar as status, null::double as value where false",
            ]
        ),
    }
    for model in models:
        connection.execute(f"create or replace table {model} as {_template(model).render(names)}")


@functools.cache
def _template(model: str) -> jinja2.Template:
    """A model behind the macros that it may call."""
    macros = "".join(
        path.read_text(encoding="utf-8") for path in sorted((DBT_PROJECT / "macros").glob("*.sql"))
    )
    # here the test says which KPIs have a rule of their own
    macros = re.sub(r"{% macro own_statuses\(\) %}.*?{% endmacro %}", "", macros, flags=re.DOTALL)
    (path,) = (DBT_PROJECT / "models").rglob(f"{model}.sql")
    jinja = jinja2.Environment(extensions=["jinja2.ext.do"])
    return jinja.from_string(macros + path.read_text(encoding="utf-8"))
