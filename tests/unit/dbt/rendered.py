"""A model or macro rendered without dbt, to try it on tables worked out by hand in milliseconds.

Here belongs: Jinja with what the models under test use of dbt. Not here: building the project
(`conftest.py` does that, once); whether dbt renders the same is tried there.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import yaml

from tests.unit.dbt.conftest import DBT_PROJECT


def rendered(
    text: str, connection: duckdb.DuckDBPyConnection | None = None, **environment: str
) -> str:
    """SQL of a template; `ref('x')` becomes the table `x` of the connection.

    Args:
        connection: where the template may ask something while it is rendered.
        environment: what it finds there as variables.
    """
    variables: dict[str, Any] = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())[
        "vars"
    ]
    jinja = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)

    def run_query(query: str) -> SimpleNamespace:
        assert connection is not None, query
        return SimpleNamespace(rows=connection.execute(query).fetchall())

    jinja.globals.update(
        ref=str,
        var=variables.__getitem__,
        env_var=lambda name, default="": environment.get(name, default),
        execute=connection is not None,
        run_query=run_query,
    )
    macros = sorted((DBT_PROJECT / "macros").rglob("*.sql"))
    known = "".join(path.read_text(encoding="utf-8") for path in macros)
    return jinja.from_string(known + text).render()


def model(
    name: str, connection: duckdb.DuckDBPyConnection | None = None, **environment: str
) -> str:
    """SQL of a model of intermediate or marts."""
    (path,) = (DBT_PROJECT / "models").rglob(f"{name}.sql")
    return rendered(path.read_text(encoding="utf-8"), connection, **environment)
