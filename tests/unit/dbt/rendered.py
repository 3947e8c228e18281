"""A model or macro rendered without dbt, to try it on tables worked out by hand in milliseconds.

Here belongs: Jinja with what the models under test use of dbt. Not here: building the project
(`conftest.py` does that, once); whether dbt renders the same is tried there.
"""

from __future__ import annotations

import os
from typing import Any

import jinja2
import yaml

from tests.unit.dbt.conftest import DBT_PROJECT


def rendered(text: str) -> str:
    """SQL of a template; `ref('x')` becomes the table `x` of the connection."""
    variables: dict[str, Any] = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())[
        "vars"
    ]
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)
    environment.globals.update(
        ref=str, var=variables.__getitem__, env_var=os.environ.get, execute=False
    )
    macros = sorted((DBT_PROJECT / "macros").rglob("*.sql"))
    known = "".join(path.read_text(encoding="utf-8") for path in macros)
    return environment.from_string(known + text).render()


def model(name: str) -> str:
    """SQL of a model of intermediate or marts."""
    (path,) = (DBT_PROJECT / "models").rglob(f"{name}.sql")
    return rendered(path.read_text(encoding="utf-8"))
