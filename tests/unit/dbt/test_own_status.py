"""A KPI whose status follows from more than its target brings its own rule, in its own file."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.dbt.conftest import DBT_PROJECT, registered

RULES = DBT_PROJECT / "macros" / "status"
SHARED = [
    # the KPIs with a rule of their own stand there, a line for each
    *(path for path in (DBT_PROJECT / "macros").glob("*.sql") if path.stem != "status"),
    *(
        path
        for path in (DBT_PROJECT / "models").rglob("*.sql")
        if path.parent.name in {"intermediate", "marts"}
        # one unites all KPIs, a line for each; a list is made of the items of one KPI, a
        # contradiction is about one or two of them, and the benchmark is that of one
        and path.stem
        not in {
            "int_kpi_value",
            "int_work_item",
            "document_contradiction",
            "external_hiring_benchmark",
        }
    ),
]


def code(path: Path) -> str:
    """What stands in a file but its comments, which may give examples."""
    return re.sub(r"\{#.*?#\}|--[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_each_rule_is_that_of_a_kpi_and_bears_its_name() -> None:
    for path in RULES.iterdir():
        assert path.stem in registered()
        assert f"macro status_of_{path.stem}()" in path.read_text(encoding="utf-8")
        shared = (RULES.parent / "status.sql").read_text(encoding="utf-8")
        assert f"status_of_{path.stem}()" in shared, "add it to own_statuses"


def test_no_shared_model_names_a_kpi() -> None:
    """Else adding a KPI could mean editing what others rely on."""
    ids = re.compile(r"\b(" + "|".join(registered()) + r")\b")
    assert {path.name: found for path in SHARED if (found := set(ids.findall(code(path))))} == {}
