"""What dbt says of who reads the published tables is so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ruamel.yaml import YAML

from dronten_pipeline.contracts.dbt_project import register
from dronten_pipeline.contracts.published_tables import load_table_contracts
from dronten_pipeline.core.settings import PROJECT, Settings

MODELS = PROJECT / "dbt_project" / "models"


@pytest.fixture(scope="module")
def exposures() -> dict[str, Any]:
    described = YAML(typ="safe").load(MODELS / "exposures.yml")
    return {one["name"]: one for one in described["exposures"]}


def tables(exposure: Mapping[str, Any]) -> Iterator[str]:
    for one in exposure["depends_on"]:
        yield one.split("'")[1]


def test_each_form_offers_every_table_and_the_open_part_those_that_are_open(
    exposures: dict[str, Any],
) -> None:
    published = load_table_contracts(PROJECT / "dbt_project")
    opened = {name for name, table in published.items() if table.is_open}
    for name, one in exposures.items():
        if name == "open_data":
            assert set(tables(one)) == opened
        elif one.get("config", {}).get("meta", {}).get("file") or name == "postgres":
            assert set(tables(one)) == set(published), name


def test_each_work_list_is_that_of_the_owner_of_its_kpi(exposures: dict[str, Any]) -> None:
    owners = {row["kpi_id"]: row["owner"] for row in register(Settings())}
    sql = (MODELS / "intermediate" / "int_work_item.sql").read_text(encoding="utf-8")
    lists = dict(re.findall(r"'(\w+)' as list,\s+'(\w+)' as kpi_id", sql))
    published = load_table_contracts(PROJECT / "dbt_project")["work_list"].columns["list"].values
    assert set(lists) == set(published)
    said = {
        one["config"]["meta"]["work_list"]: one["owner"]["name"]
        for one in exposures.values()
        if "work_list" in one.get("config", {}).get("meta", {})
    }
    assert said == {name: owners[kpi] for name, kpi in lists.items()}
