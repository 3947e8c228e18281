"""The contracts beside the checkout hold: what comes in, what goes out, what was promised."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from dronten_pipeline.contracts import load_sources
from dronten_pipeline.settings import PROJECT


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_contracts_of_the_sources_are_those_of_the_deliveries(shared: Path) -> None:
    """A source of our own may stand beside those that were promised."""
    promised = rows(shared / "interfaces" / "deliveries.csv")
    sources = {row["source"] for row in promised}
    ours = [
        {
            "source": source.name,
            "table": table.name,
            "column": column.name,
            "type": column.type,
            "required": "yes" if column.required else "no",
            "personal_data": column.personal_data,
        }
        for source in load_sources(PROJECT / "sources").values()
        if source.name in sources
        for table in source.tables
        for column in table.columns
    ]
    wanted = [{name: row[name] for name in ours[0]} for row in promised]
    key = lambda row: tuple(row.values())  # noqa: E731
    assert sorted(ours, key=key) == sorted(wanted, key=key)


def test_the_marts_have_the_columns_and_types_of_the_interface(shared: Path) -> None:
    promised: dict[str, list[tuple[str, str]]] = {}
    for row in rows(shared / "interfaces" / "mart.csv"):
        promised.setdefault(row["table"], []).append((row["column"], row["type"]))
    # What we publish beside the interface has the contract in docs/contract/.
    for table, wanted in promised.items():
        assert (PROJECT / "expectations" / f"{table}.json").is_file(), table
        path = PROJECT / "dbt_project" / "models" / "marts" / f"{table}.yml"
        model = yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0]
        columns = [(column["name"], column["data_type"]) for column in model["columns"]]
        assert columns == wanted, table


def test_the_figures_that_documents_state_are_the_published_ones(shared: Path) -> None:
    names = ("kpi_id", "period", "dimension_value", "value", "value_low", "value_high", "document")
    ours = rows(PROJECT / "dbt_project" / "seeds" / "kpi_published_value.csv")
    promised = rows(shared / "kpi" / "kpi_published_values.csv")
    assert [[row[n] for n in names] for row in ours] == [
        [row[n] for n in names] for row in promised
    ]


@pytest.mark.parametrize(
    ("seed", "list_name"),
    [("kpi_register.csv", "kpi_definitions.csv"), ("kpi_target.csv", "kpi_targets.csv")],
)
def test_the_seeds_say_what_was_promised(shared: Path, seed: str, list_name: str) -> None:
    """A KPI of our own may stand beside those that were promised."""
    promised = rows(shared / "kpi" / list_name)
    known = {row["kpi_id"] for row in promised}
    ours = [row for row in rows(PROJECT / "dbt_project" / "seeds" / seed) if row["kpi_id"] in known]
    names = [
        name
        for name in promised[0]
        if name in ours[0] and name not in {"note", "formula", "breakdown"}
    ]
    assert [{n: row[n] for n in names} for row in ours] == [
        {n: row[n] for n in names} for row in promised
    ]
