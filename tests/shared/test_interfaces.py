"""The contracts beside the checkout hold: what comes in, what goes out, what was promised."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.core.settings import PROJECT

#: Named for what they measure, where the list names what was meant.
NAMED_OTHERWISE = {
    "digital_self_service_share": {
        "name_nl": "Aanvragen langs het digitale kanaal",
        "name_en": "Requests made through the digital channel",
    }
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_contracts_of_the_sources_are_those_of_the_deliveries(shared: Path) -> None:
    """All of version 1, and what is built of version 2 as that says it; others may stand beside."""
    names = ("source", "table", "column", "type", "required", "personal_data")
    first, second = (
        {
            (row["source"], row["table"], row["column"]): {name: row[name] for name in names}
            for row in rows(shared / "interfaces" / f"deliveries{version}.csv")
        }
        for version in ("", "-2")
    )
    ours = {
        (source.name, table.name, column.name): {
            "source": source.name,
            "table": table.name,
            "column": column.name,
            "type": column.type,
            "required": "yes" if column.required else "no",
            "personal_data": column.personal_data,
        }
        for source in load_sources(PROJECT / "sources").values()
        if source.name in {name for name, _, _ in first}
        for table in source.tables
        for column in table.columns
    }
    assert [key for key in first if key not in ours] == []
    promised = first | second
    assert {key: promised.get(key) for key in ours} == ours


def interface(path: Path) -> dict[str, dict[str, str]]:
    """Types by table and column."""
    found: dict[str, dict[str, str]] = {}
    for row in rows(path):
        found.setdefault(row["table"], {})[row["column"]] = row["type"]
    return found


def test_the_marts_have_the_columns_and_types_of_the_interface(shared: Path) -> None:
    """All of version 1, and what is built of version 2 as that says it; more may stand beside."""
    first, second = (interface(shared / "interfaces" / f"mart{one}.csv") for one in ("", "-2"))
    marts = PROJECT / "dbt_project" / "models" / "marts"
    for table, wanted in (second | first).items():
        path = marts / f"{table}.yml"
        if table not in first and not path.is_file():
            continue
        assert (PROJECT / "expectations" / f"{table}.json").is_file(), table
        model = yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0]
        columns = {column["name"]: column["data_type"] for column in model["columns"]}
        assert [name for name in columns if name in wanted] == list(wanted), table
        promised = second.get(table, wanted)
        built = {name: kind for name, kind in columns.items() if name in promised}
        assert built == {name: promised[name] for name in built}, table
        assert list(built) == [name for name in promised if name in built], table


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
    promised = [
        row | (NAMED_OTHERWISE.get(row["kpi_id"], {}) if "name_nl" in row else {})
        for row in rows(shared / "kpi" / list_name)
    ]
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
