"""A model or macro rendered without dbt, to try it on tables worked out by hand in milliseconds.

Here belongs: Jinja with what the models under test use of dbt. Not here: building the project
(`conftest.py` does that, once); whether dbt renders the same is tried there.
"""

from __future__ import annotations

from typing import Any

import jinja2
import yaml

from tests.unit.dbt.conftest import DBT_PROJECT


def rendered(text: str) -> str:
    """SQL of a template: `ref('x')` becomes the table x, `source('x', 'y')` the table x__y."""
    variables: dict[str, Any] = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())[
        "vars"
    ]
    jinja = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)
    jinja.globals.update(
        ref=str,
        source="{}__{}".format,
        config=lambda **_: "",
        execute=False,  # as while dbt reads the project: nothing is looked up
        var=variables.__getitem__,
    )
    macros = sorted((DBT_PROJECT / "macros").rglob("*.sql"))
    known = "".join(path.read_text(encoding="utf-8") for path in macros)
    return jinja.from_string(known + text).render()


def model(name: str) -> str:
    """SQL of a model."""
    (path,) = (DBT_PROJECT / "models").rglob(f"{name}.sql")
    return rendered(path.read_text(encoding="utf-8"))
