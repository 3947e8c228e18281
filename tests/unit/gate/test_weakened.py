"""Rules that gave way hold a release back, and an edited warehouse is not judged."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dronten_pipeline.audit.verify import verify
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.gate.gate import GateError, run_gate
from dronten_pipeline.gate.verdict import Verdict
from dronten_pipeline.ingest.inputs import Inputs
from dronten_pipeline.ledger import bodies, built, introduce, ledger, rules, signing
from dronten_pipeline.pipeline.approve import (
    publish_approved,
    what_was_held_back,
    what_was_weakened,
)
from dronten_pipeline.release.errors import NotJudged
from dronten_pipeline.release.publish import Published, publish
from tests.documents import a_body, append
from tests.unit.gate.marts import make_settings, make_warehouse
from tests.unit.ledger.test_trust import stand_alone

pytestmark = pytest.mark.usefixtures("in_process")

FIRST, SECOND = "20260317-1a2b3c4d5e6f", "20260318-1a2b3c4d5e6f"


def run(settings: Settings, number: int, **changes: Any) -> Verdict:
    folder = settings.warehouse / f"run{number}"
    inputs = Inputs(
        run_id=f"run{number}",
        release_id=FIRST if number == 1 else SECOND,
        follows=None if number == 1 else FIRST,
        as_of=dt.date(2026, 3, 16 + number),
        code_version="abc",
        calendar_version="2026.1",
        is_sample=True,
        files=(),
    )
    (folder / "inputs.json").write_text(inputs.model_dump_json())
    latest = settings.warehouse / "latest"
    latest.unlink(missing_ok=True)
    latest.symlink_to(folder.name)
    return run_gate(
        settings,
        run_folder=folder,
        run_id=inputs.run_id,
        release_id=inputs.release_id,
        as_of=inputs.as_of,
        code_version="abc",
        previous_release=inputs.follows,
        **changes,
    )


def release(settings: Settings, number: int) -> Published:
    outcome = publish(
        settings,
        run_folder=settings.warehouse / f"run{number}",
        run_id=f"run{number}",
        inputs=[],
        calendar_version="2026.1",
        is_sample=True,
    )
    assert isinstance(outcome, Published)
    return outcome


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One release, judged by all rules, and a second warehouse to be judged."""
    settings = make_settings(tmp_path)
    append(settings, "ingest", {"run_id": "1", "source": "a", "files": [], "replaced": []})
    for number in (1, 2):
        folder = make_warehouse(settings, f"UPDATE figure SET value = {number}", f"run{number}")
        built.record_built(settings, folder)
    run(settings, 1)
    release(settings, 1)
    return settings


def change_rules(settings: Settings, change: Any) -> None:
    path = settings.expectations / "figure.json"
    suite = json.loads(path.read_text())
    by_name = {rule["rule"]: rule for rule in suite["expectations"]}
    change(by_name)
    suite["expectations"] = list(by_name.values())
    path.write_text(json.dumps(suite))


def test_a_rule_that_is_gone_holds_the_release_back_until_somebody_signs(
    settings: Settings,
) -> None:
    change_rules(settings, lambda by_name: by_name.pop("team_known"))
    verdict = run(settings, 2)
    assert verdict.verdict == "failed"
    (change,) = verdict.weakened
    assert (change.rule, change.how) == ("team_known", "removed")
    with pytest.raises(NotJudged, match=r"held|tegen"):
        release(settings, 2)
    assert what_was_held_back(settings) == []
    assert what_was_weakened(settings) == [
        "figure.team_known is weg (De regel team_known van de proef.)"
    ]
    key = settings.home.parent / "b.tweede.pem"
    signer = signing.make_key(key)
    settings.approvers_folder.mkdir()
    (settings.approvers_folder / "b.tweede.pem").write_bytes(signer.public.pem())
    introduce.introduce_approver(settings, "b.tweede")
    approval, published = publish_approved(
        settings, key=key, reason="Team is in de bron verplicht geworden."
    )
    assert isinstance(published, Published)
    assert approval.weakened == verdict.weakened
    allowed = published.manifest.approval
    assert allowed and allowed.weakened == verdict.weakened
    found = verify(settings)
    assert found.problems == []
    assert any("figure.team_known is weg" in notice for notice in found.notices)
    code, said = stand_alone(settings)
    assert code == 0, said
    report = (published.folder / "controleverslag.html").read_text(encoding="utf-8")
    assert "figure.team_known is weg" in report


def test_a_query_that_differs_is_not_shown_to_be_as_strict(settings: Settings) -> None:
    def weaken(by_name: dict[str, Any]) -> None:
        by_name["reconciles"]["kwargs"]["unexpected_rows_query"] += " AND false"

    change_rules(settings, weaken)
    (change,) = run(settings, 2).weakened
    assert (change.rule, change.how, change.part) == ("reconciles", "changed", "query")


def test_a_warning_may_give_way_and_is_said(settings: Settings) -> None:
    change_rules(settings, lambda by_name: by_name["value_usual"]["kwargs"].update(max_value=999))
    verdict = run(settings, 2)
    assert (verdict.verdict, verdict.weakened) == ("passed", [])
    body = next(ledger.records_of(settings, bodies.Gate)).body
    assert [(one.rule, one.how) for one in body.rule_changes] == [("value_usual", "weaker")]
    release(settings, 2)
    assert verify(settings).problems == []


def test_a_verdict_that_hides_what_gave_way_is_found(settings: Settings) -> None:
    """Somebody with the key makes a judgement that says nothing of it."""
    change_rules(settings, lambda by_name: by_name.pop("team_known"))
    run(settings, 2)
    body = next(ledger.records_of(settings, bodies.Gate)).body
    said = body.written() | {"verdict": "passed", "weakened": [], "rule_changes": []}
    folder = settings.warehouse / "run2"
    append(settings, "gate", said, {"mart.duckdb": body.mart_sha256})
    release(settings, 2)
    assert (folder / "mart.duckdb").is_file()
    assert any("niemand keurde dat goed" in problem for problem in verify(settings).problems)
    code, said_alone = stand_alone(settings)
    assert (code, "rules gave way and nobody approved it: figure.team_known" in said_alone) == (
        5,
        True,
    ), said_alone


def test_a_warehouse_that_was_edited_is_not_judged(settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse / "run2" / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE figure SET value = 100 WHERE kpi_id = 'k1'")
    with pytest.raises(GateError, match="niet wat dbt bouwde"):
        run(settings, 2)


def test_a_warehouse_that_dbt_did_not_build_is_not_judged(settings: Settings) -> None:
    shutil.copytree(settings.warehouse / "run2", settings.warehouse / "run3")
    with pytest.raises(GateError, match="niet wat dbt bouwde"):
        run(settings, 3)


def test_a_release_of_before_kept_no_rules_and_blocks_nothing(settings: Settings) -> None:
    assert rules.since_release(settings, "20250101-000000000000", {}) == ([], False)
    said = rules.sentences(a_body("gate", rules_compared=False, previous_release="x"), [])
    assert said == [
        "De uitgave ervoor bewaarde haar regels niet: er is niets om mee te vergelijken."
    ]
