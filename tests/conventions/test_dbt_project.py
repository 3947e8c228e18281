"""What a stranger may rely on in the dbt project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.contracts import semantic_model
from dronten_pipeline.contracts.dbt_project import AS_READ, prepared_manifest, register, seed
from dronten_pipeline.contracts.derived_rules import load_all_suites
from dronten_pipeline.contracts.dictionary import dictionary
from dronten_pipeline.contracts.mart_versions import advice, promised, released
from dronten_pipeline.contracts.published_tables import load_table_contracts
from dronten_pipeline.contracts.sources import FRESH_DAYS, load_sources
from dronten_pipeline.contracts.suites import load_suites
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.release.formats.headings import headings
from dronten_pipeline.release.formats.workbook import sheet_name


@pytest.fixture(scope="module")
def settings(parsed_home: Path) -> Settings:
    return Settings(home=parsed_home)


@pytest.fixture(scope="module")
def manifest(settings: Settings) -> dict[str, Any]:
    return json.loads(prepared_manifest(settings).read_text(encoding="utf-8"))


def nodes(manifest: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] in kinds]


def marts(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in nodes(manifest, "model") if node["fqn"][1] == "marts"}


def test_every_model_seed_and_column_is_described(manifest: dict[str, Any]) -> None:
    for node in [*nodes(manifest, "model", "seed"), *manifest["sources"].values()]:
        assert len(node["description"]) > 20, f"{node['name']} has no description that helps"
        assert node["columns"], f"{node['name']} names no columns"
        for column in node["columns"].values():
            assert column["description"], f"{node['name']}.{column['name']} is not described"


def test_every_mart_has_an_enforced_contract_and_ends_with_its_grain(
    manifest: dict[str, Any],
) -> None:
    for name, node in marts(manifest).items():
        assert node["contract"]["enforced"], f"{name} has no contract"
        assert "Eén rij per " in node["description"].strip().splitlines()[-1] or (
            "Eén rij" in node["description"].strip().splitlines()[-1]
        ), f"{name} does not say its grain"


def test_every_mart_is_sorted_by_its_whole_key(
    manifest: dict[str, Any], settings: Settings
) -> None:
    """Rows are published in this order, which must be the same in every run."""
    contracts = load_table_contracts(settings.dbt_project)
    filled_by_the_gate = {"data_quality", "publication"}
    for name, node in marts(manifest).items():
        if name in filled_by_the_gate:
            continue
        columns = list(contracts[name].columns)
        _, _, order = re.sub("--.*", "", node["raw_code"]).lower().rpartition("order by")
        terms = [term.strip().strip('"').rpartition(".")[2] for term in order.split(",")]
        sorted_by = {columns[int(term) - 1].lower() if term.isdigit() else term for term in terms}
        missing = {key.lower() for key in contracts[name].key} - sorted_by
        assert not missing or terms == ["all"], f"{name} is not sorted by {missing}"


def test_the_grain_of_every_mart_is_tested(manifest: dict[str, Any]) -> None:
    tested = {node["attached_node"] for node in nodes(manifest, "test") if "unique" in node["name"]}
    for name, node in marts(manifest).items():
        assert node["unique_id"] in tested, f"no test of the grain of {name}"


def test_what_has_a_suite_is_a_mart_and_the_other_way_round(
    manifest: dict[str, Any], settings: Settings
) -> None:
    assert set(load_suites(settings.expectations)) == set(marts(manifest))


def test_every_kpi_of_the_register_has_its_model_and_the_other_way_round(
    manifest: dict[str, Any], settings: Settings
) -> None:
    modelled = {
        node["name"].removeprefix("kpi_")
        for node in nodes(manifest, "model")
        if node["fqn"][1] == "kpi"
    }
    assert modelled == {row["kpi_id"] for row in register(settings)}
    united = manifest["nodes"]["model.datalab.int_kpi_value"]["depends_on"]["nodes"]
    missing = {kpi for kpi in modelled if f"model.datalab.kpi_{kpi}" not in united}
    assert not missing, "add them to int_kpi_value"


def test_every_kpi_of_the_register_has_a_definition_and_the_other_way_round(
    settings: Settings,
) -> None:
    defined = [row["kpi_id"] for row in seed(settings, "kpi_definition")]
    assert defined == [row["kpi_id"] for row in register(settings)]


def test_every_contract_table_has_its_staging_model(
    manifest: dict[str, Any], settings: Settings
) -> None:
    staged = {node["name"] for node in nodes(manifest, "model") if node["fqn"][1] == "staging"}
    for source in load_sources(settings.sources).values():
        for table in source.tables:
            assert f"stg_{source.name}__{table.name}" in staged
            counted = manifest["nodes"]["model.datalab.int_staged_table"]["depends_on"]["nodes"]
            assert f"model.datalab.stg_{source.name}__{table.name}" in counted, (
                "add it to int_staged_table"
            )


def test_marts_do_not_read_sources_and_staging_reads_nothing_else(
    manifest: dict[str, Any],
) -> None:
    for node in nodes(manifest, "model"):
        reads = node["depends_on"]["nodes"]
        if node["fqn"][1] == "staging":
            assert all(found.startswith("source.") for found in reads), node["name"]
        else:
            assert not any(found.startswith("source.") for found in reads), node["name"]


def test_targets_are_of_known_kpis(settings: Settings) -> None:
    known = {row["kpi_id"] for row in register(settings)}
    assert {row["kpi_id"] for row in seed(settings, "kpi_target")} <= known


def test_the_data_dictionary_is_that_of_today(settings: Settings) -> None:
    page = (PROJECT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert page == dictionary(settings), "run `make dictionary`"


def test_the_semantic_model_is_that_of_today(settings: Settings) -> None:
    written = semantic_model.path(settings).read_text(encoding="utf-8")
    assert written == semantic_model.semantic_model(settings), "run `make dictionary`"


def test_metricflow_finds_nothing_wrong_with_the_metrics(
    manifest: dict[str, Any], settings: Settings, tmp_path: Path
) -> None:
    """`mf validate-configs` without its questions to the warehouse."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.contracts.graph.semantic_manifest import SemanticManifest
    from dbt.parser.manifest import extended_mashumuro_decoder
    from metricflow_semantic_interfaces.implementations.semantic_manifest import (
        PydanticSemanticManifest,
    )
    from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
        SemanticManifestValidator,
    )

    known = (settings.dbt_target / AS_READ).read_bytes()
    written = tmp_path / "semantic_manifest.json"
    SemanticManifest(
        Manifest.from_msgpack(known, decoder=extended_mashumuro_decoder)
    ).write_json_to_file(str(written))
    read = PydanticSemanticManifest.parse_file(written)
    issues = SemanticManifestValidator[PydanticSemanticManifest]().validate_semantic_manifest(read)
    assert [*issues.errors, *issues.warnings, *issues.future_errors] == []
    # The median of a number of days adds up over no period.
    medians = {row["kpi_id"] for row in register(settings) if row["unit"] == "working_days"}
    metrics = {node["name"] for node in manifest["metrics"].values()}
    kpis = {row["kpi_id"] for row in register(settings)}
    assert metrics - {"kpi_met", "kpi_counted", "kpi_stands"} == kpis - medians


def test_every_key_of_a_contract_is_judged_before_it_is_declared(settings: Settings) -> None:
    suites = load_all_suites(settings.expectations, settings.dbt_project)
    for name, contract in load_table_contracts(settings.dbt_project).items():
        assert contract.key, f"{name} has no key"
        judged = {
            frozenset(rule.kwargs.get("column_list") or [rule.kwargs.get("column")])
            for rule in suites[name].expectations
            if rule.severity == "critical" and rule.type.endswith("to_be_unique")
        }
        has_one_row = any(
            rule.type == "expect_table_row_count_to_be_between"
            and rule.kwargs.get("max_value") == 1
            for rule in suites[name].expectations
        )
        assert frozenset(contract.key) in judged or has_one_row, f"nobody judges the key of {name}"


def test_every_published_column_has_a_heading_of_its_own_in_excel(settings: Settings) -> None:
    for name, contract in load_table_contracts(settings.dbt_project).items():
        columns = list(contract.columns)
        titles = headings(columns)
        assert len({title.casefold() for title in titles}) == len(columns), name


def test_every_table_has_a_sheet_of_its_own_in_excel(settings: Settings) -> None:
    names = [sheet_name(table) for table in load_suites(settings.expectations)]
    assert len({name.casefold() for name in names}) == len(names)


def test_the_published_tables_are_those_of_the_last_released_contract(settings: Settings) -> None:
    last = released()[-1]
    assert (problem := advice(last, promised(settings))) is None, problem


def test_every_table_of_the_contract_has_a_key(settings: Settings) -> None:
    assert [table.name for table in promised(settings) if not table.key] == []


def test_the_terms_and_limits_that_models_name_are_those_of_the_seed(settings: Settings) -> None:
    """One that is misspelt would be null, and every comparison with it unknown."""
    named = {
        code
        for path in (settings.dbt_project / "models").rglob("*.sql")
        for code in re.findall(r"norm\('(\w+)'\)", path.read_text(encoding="utf-8"))
    }
    joined = {"triage", "sportvraag", "toezichtmelding"}
    assert named | joined == {row["code"] for row in seed(settings, "norm")}


def test_a_macro_is_called_by_its_name(settings: Settings) -> None:
    """Of one that is looked up dbt does not know who uses it, and parses all anew to be sure."""
    folders = (settings.dbt_project / name for name in ("macros", "models", "tests"))
    for path in (path for folder in folders for path in folder.rglob("*.sql")):
        assert not re.search(r"\bcontext(\[|\.get\()", path.read_text(encoding="utf-8")), path.name


def test_a_source_of_dbt_is_as_fresh_as_its_contract_says(
    manifest: dict[str, Any], settings: Settings
) -> None:
    contracts = load_sources(settings.sources)
    for source in manifest["sources"].values():
        if source["source_name"] not in contracts:
            continue
        limit = (source["freshness"] or {}).get("warn_after") or {}
        days = FRESH_DAYS[contracts[source["source_name"]].cadence]
        assert limit.get("count") == days, source["source_name"]
