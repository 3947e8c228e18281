"""What was agreed is recorded once, and each change of it with who decided."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.gate.provenance import provenance
from dronten_pipeline.ledger import definitions, ledger, rules
from dronten_pipeline.ledger.bodies import AgreedChange, Definitions


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project of its own, so that what was agreed can be changed."""
    for name in ("seeds", "models/kpi"):
        shutil.copytree(PROJECT / "dbt_project" / name, tmp_path / "dbt_project" / name)
    shutil.copytree(PROJECT / "expectations", tmp_path / "expectations")
    return Settings(
        home=tmp_path / "home",
        dbt_project=tmp_path / "dbt_project",
        expectations=tmp_path / "expectations",
    )


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def changes(settings: Settings) -> list[AgreedChange]:
    definitions.record_definitions(settings)
    last = ledger.read_all(settings).records[-1]
    assert isinstance(last.body, Definitions)
    return last.body.changes


def test_the_same_agreements_are_recorded_once(settings: Settings) -> None:
    first = definitions.record_definitions(settings)
    assert definitions.record_definitions(settings) == first
    assert len(ledger.read_all(settings).records) == 1


def test_every_kpi_target_and_rule_is_among_them(settings: Settings) -> None:
    agreed = definitions.agreed(settings)
    assert agreed["definition/b1_share"]["counts_nl"]
    assert agreed["target/website_satisfaction 2026"]["value"] == "86"
    rule = agreed["tolerance/fct_kpi_value.row_count"]
    assert rule["allowed"] == {"min_value": 1}
    assert agreed["tolerance/fct_kpi_value.b1_reconciles"]["kpi"] == "b1_share"


def test_another_target_is_a_record_with_who_decided(settings: Settings) -> None:
    definitions.record_definitions(settings)
    replace(
        settings.dbt_project / "seeds" / "kpi_target.csv",
        "website_satisfaction,2026,>=,86",
        "website_satisfaction,2026,>=,80",
    )
    (change,) = changes(settings)
    assert change.written() == {
        "name": "target/website_satisfaction 2026",
        "decided": "gemeenteraad (programmabegroting 2026), 2025-11-14",
        "field": "value",
        "old": "86",
        "new": "80",
    }


def test_another_computation_is_a_change_of_the_definition(settings: Settings) -> None:
    definitions.record_definitions(settings)
    model = settings.dbt_project / "models" / "kpi" / "kpi_b1_share.sql"
    model.write_text(model.read_text() + "\n-- otherwise\n")
    (change,) = changes(settings)
    assert (change.name, change.field) == ("definition/b1_share", "model_sha256")


def test_another_tolerance_names_the_decision_behind_it(settings: Settings) -> None:
    definitions.record_definitions(settings)
    path = settings.expectations / "fct_kpi_value.json"
    suite = json.loads(path.read_text())
    suite["expectations"][0]["kwargs"]["min_value"] = 10
    suite["expectations"][0]["source"] = "Besluit van een verzonnen raad."
    path.write_text(json.dumps(suite))
    found = {change.field: change for change in changes(settings)}
    assert found["allowed"].new == {"min_value": 10}
    assert found["allowed"].decided == "Besluit van een verzonnen raad."


def test_a_rule_that_is_gone_is_a_change(settings: Settings) -> None:
    definitions.record_definitions(settings)
    path = settings.expectations / "dim_kpi.json"
    suite = json.loads(path.read_text())
    gone = suite["expectations"].pop()
    path.write_text(json.dumps(suite))
    (change,) = changes(settings)
    assert change.name == f"tolerance/dim_kpi.{gone['rule']}"
    assert (change.field, change.new) == (None, None)


def of_before(rule: dict, file: str, query_sha256: str | None) -> dict:
    """A rule as the ledger kept it when queries stood in JSON."""
    kept = {name: rule[name] for name in rule if name not in ("kpi", "owner")}
    kept.pop("earlier_query_sha256", None)
    return kept | {"file": file, "query_sha256": query_sha256}


def test_a_record_of_before_is_read_as_it_was_written(settings: Settings) -> None:
    name = "tolerance/fct_kpi_value.callbacks_teams_add_up"
    now = definitions.agreed(settings)[name]
    (earlier,) = now["earlier_query_sha256"]
    was = of_before(now, "fct_kpi_value.d/callbacks_late.json", earlier)
    assert definitions.kpi_of(was) == definitions.kpi_of(now) == "callbacks_late"
    assert definitions.kpi_of(of_before(now, "fct_kpi_value.json", earlier)) is None
    assert definitions.changes({name: was}, {name: now}) == []
    assert rules.compare({name: was}, {name: now}) == []
    (change,) = definitions.changes({name: was | {"query_sha256": "0" * 64}}, {name: now})
    assert change.field == "query_sha256"


def test_a_query_that_says_something_else_is_a_change(settings: Settings) -> None:
    name = "tolerance/fct_kpi_value.callbacks_teams_add_up"
    before = definitions.agreed(settings)
    path = settings.expectations / "fct_kpi_value" / "callbacks_teams_add_up.sql"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("callbacks_late'", "callbacks_late '"), encoding="utf-8")
    now = definitions.agreed(settings)
    assert "earlier_query_sha256" not in now[name]
    was = of_before(before[name], "x.d/a.json", *before[name]["earlier_query_sha256"])
    assert [one.part for one in rules.compare({name: was}, now)] == ["query"]
    path.write_text(text.replace("select", "SELECT  \n"), encoding="utf-8")
    assert definitions.agreed(settings) == before


def test_a_judgement_is_recorded_also_when_nothing_can_be_read(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, dbt_project=tmp_path / "none", expectations=tmp_path / "none"
    )
    about = provenance(settings, tmp_path, "abc+changes")
    assert about.inputs is None
    assert about.definitions is None
    assert about.code_has_changes is True
    assert about.engine["duckdb"]
