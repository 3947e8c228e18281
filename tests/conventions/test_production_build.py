"""A run leaves out no test of dbt that is not done elsewhere: at the gate, or before dbt starts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.contracts.dbt_project import PRODUCTION, prepared_manifest
from dronten_pipeline.contracts.derived_rules import load_all_suites, rule_of_reference
from dronten_pipeline.contracts.expectation_types import RowCount
from dronten_pipeline.contracts.published_tables import ColumnContract
from dronten_pipeline.contracts.suites import QUERY, Expectation
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
    column = str(arguments.get("column_name")).strip('"')
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
    if test == "relationships":
        return rule.type == QUERY and rule.rule == rule_of_reference(ColumnContract(name=column))
    if test == "unique_combination":
        if isinstance(rule.arguments, RowCount):
            return rule.arguments.max_value is not None and rule.arguments.max_value <= 1
        named = told.get("column_list") or [told.get("column")]
        return rule.type.endswith("to_be_unique") and set(named) <= set(arguments["columns"])
    return False


def is_read_before(test: str, arguments: Mapping[str, Any], seeds: frozenset[str]) -> bool:
    """Whether reading a seed (`contracts/seeds.py`) refuses what fails the test; see its tests."""
    if test == "relationships":
        return arguments["to"].removeprefix("ref('").removesuffix("')") in seeds
    return test in ("unique_combination", "accepted_values", "not_null")


def test_what_a_run_leaves_out_is_said_by_the_gate_or_when_seeds_are_read(
    manifest: dict[str, Any],
) -> None:
    suites = load_all_suites(Settings().expectations, Settings().dbt_project)
    nodes = manifest["nodes"]
    seeds = frozenset(one["name"] for one in nodes.values() if one["resource_type"] == "seed")

    def unsaid(left_out: Iterable[Mapping[str, Any]]) -> Iterable[str]:
        for node in left_out:
            tested, test = nodes[node["attached_node"]], node["test_metadata"]
            if tested["resource_type"] == "seed":
                is_said = is_read_before(test["name"], test["kwargs"], seeds)
            else:
                rules = suites[tested["name"]].expectations
                is_said = any(says(rule, test["name"], test["kwargs"]) for rule in rules)
            if not is_said:
                yield node["name"]

    assert list(unsaid(left_out(manifest))) == []


def test_a_run_leaves_out_all_tests_of_seeds_and_published_tables_and_nothing_else(
    manifest: dict[str, Any],
) -> None:
    nodes = manifest["nodes"].values()
    of_both = [
        node["name"]
        for node in nodes
        if node["resource_type"] == "test"
        and "test_metadata" in node
        and node["original_file_path"].startswith(("models/marts", "seeds"))
    ]
    assert sorted(node["name"] for node in left_out(manifest)) == sorted(of_both)
    assert len(of_both) > 100
