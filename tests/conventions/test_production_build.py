"""A run leaves out no test of dbt that the gate does not repeat."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.contracts.dbt_project import PRODUCTION, prepared_manifest
from dronten_pipeline.contracts.derived_rules import load_all_suites
from dronten_pipeline.contracts.expectation_types import RowCount
from dronten_pipeline.contracts.suites import Expectation
from dronten_pipeline.core.settings import Settings


@pytest.fixture(scope="module")
def manifest(parsed_home: Path) -> dict[str, Any]:
    written = prepared_manifest(Settings(home=parsed_home))
    return json.loads(written.read_text(encoding="utf-8"))


def left_out(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    from dagster_dbt.utils import select_unique_ids

    built = select_unique_ids("", "", PRODUCTION, None, manifest)
    return [node for key, node in manifest["nodes"].items() if key not in built]


def says(rule: Expectation, test: str, arguments: Mapping[str, Any]) -> bool:
    """Whether no table can satisfy the rule and fail the test."""
    told = rule.kwargs
    column = arguments.get("column_name")
    if rule.severity != "critical" or "mostly" in told:
        return False
    if test == "not_null":
        return rule.type == "expect_column_values_to_not_be_null" and told["column"] == column
    if test == "accepted_values":
        return (
            rule.type == "expect_column_values_to_be_in_set"
            and told["column"] == column
            and set(told["value_set"]) <= set(arguments["values"])
        )
    if test == "unique_combination":
        if isinstance(rule.arguments, RowCount):
            return rule.arguments.max_value is not None and rule.arguments.max_value <= 1
        named = told.get("column_list") or [told.get("column")]
        return rule.type.endswith("to_be_unique") and set(named) <= set(arguments["columns"])
    return False


def test_what_a_run_leaves_out_is_said_by_a_critical_rule_of_the_gate(
    manifest: dict[str, Any],
) -> None:
    suites = load_all_suites(Settings().expectations, Settings().dbt_project)

    def unsaid(nodes: Iterable[Mapping[str, Any]]) -> Iterable[str]:
        for node in nodes:
            table = manifest["nodes"][node["attached_node"]]["name"]
            test = node["test_metadata"]
            if not any(says(r, test["name"], test["kwargs"]) for r in suites[table].expectations):
                yield node["name"]

    assert list(unsaid(left_out(manifest))) == [], "name them in dbt_project/selectors.yml"


def test_a_run_leaves_out_tests_only_and_most_of_those_of_published_tables(
    manifest: dict[str, Any],
) -> None:
    nodes = left_out(manifest)
    assert {node["resource_type"] for node in nodes} == {"test"}
    of_marts = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and "models/marts" in node["original_file_path"]
    ]
    assert len(nodes) > 0.7 * len(of_marts)
