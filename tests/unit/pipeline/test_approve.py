"""A critical failure is published only with the signature of a second person, and says so."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.gate import approval, gate
from dronten_pipeline.gate.approval import ApprovalError
from dronten_pipeline.gate.gate import GateError, run_gate
from dronten_pipeline.ingest.inputs import Inputs
from dronten_pipeline.ledger import ledger, signing, trust
from dronten_pipeline.ledger.introduce import IntroductionError, introduce_approver
from dronten_pipeline.pipeline.approve import publish_approved, what_was_held_back
from dronten_pipeline.pipeline.run import alone
from dronten_pipeline.release.errors import NotJudged, ReleaseError
from dronten_pipeline.release.publish import Published, publish
from dronten_pipeline.release.rollback import rollback
from dronten_pipeline.release.store import current_release
from tests.documents import append
from tests.unit.gate.marts import make_settings, make_warehouse

pytestmark = pytest.mark.usefixtures("in_process")

REASON = "Team zz is nieuw; de lijst van teams volgt in de volgende versie."
SPOILED = "UPDATE figure SET team = 'zz', value = 999 WHERE kpi_id = 'k1'"
ID = "20260317-1a2b3c4d5e6f"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home in which the gate held a mart back on one critical rule and one warning."""
    settings = make_settings(tmp_path)
    folder = make_warehouse(settings, SPOILED)
    (settings.warehouse / "latest").symlink_to(folder.name)
    inputs = Inputs(
        run_id="run1",
        release_id=ID,
        follows=None,
        as_of=dt.date(2026, 3, 17),
        code_version="abc",
        calendar_version="2026.1",
        is_sample=True,
        files=(),
    )
    (folder / "inputs.json").write_text(inputs.model_dump_json())
    assert judge(settings).verdict == "failed"
    return settings


def judge(settings: Settings, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "run_folder": settings.warehouse / "run1",
        "run_id": "run1",
        "release_id": ID,
        "as_of": dt.date(2026, 3, 17),
        "code_version": "abc",
        "previous_release": None,
    }
    return run_gate(settings, **(arguments | changes))


def approver(settings: Settings, name: str = "b.tweede") -> Path:
    """The private key of somebody who may approve."""
    key = settings.home.parent / f"{name}.pem"
    signer = signing.make_key(key)
    settings.approvers_folder.mkdir(parents=True, exist_ok=True)
    (settings.approvers_folder / f"{name}.pem").write_bytes(signer.public.pem())
    introduce_approver(settings, name)
    return key


def last_publication(settings: Settings) -> tuple[Any, ...]:
    release = settings.releases / "current"
    with duckdb.connect(str(release / "mart.duckdb"), read_only=True) as mart:
        return mart.sql("SELECT verdict FROM publication").fetchall()[0]


def test_what_was_held_back_is_published_with_the_approval_of_a_second_person(
    settings: Settings,
) -> None:
    assert [result.rule for result in what_was_held_back(settings)] == ["team_known"]
    approved, published = publish_approved(settings, key=approver(settings), reason=REASON)
    assert isinstance(published, Published)
    assert last_publication(settings) == ("approved",)
    said = published.manifest.approval
    assert said is not None
    assert said == approved
    assert (said.approved_by, said.reason) == ("b.tweede", REASON)
    assert [rule.written() for rule in said.rules] == [
        {
            "table": "figure",
            "rule": "team_known",
            "failing_rows": 1,
            "observed": "1 van 40 rijen",
        }
    ]
    assert published.manifest.verdict == "approved"
    assert [warning.rule for warning in published.manifest.warnings] == ["value_usual"]
    contents = ledger.read_all(settings)
    assert contents.problems == []
    assert [record.kind for record in contents.records] == [
        "definitions",
        "gate",
        "approver",
        "approval",
        "gate",
        "release",
    ]
    # What fails stays visible as failed.
    with duckdb.connect(str(published.folder / "mart.duckdb"), read_only=True) as mart:
        failed = "SELECT rule FROM data_quality WHERE NOT passed ORDER BY 1"
        assert mart.sql(failed).fetchall() == [("team_known",), ("value_usual",)]


def refused(settings: Settings, says: str, **changes: Any) -> None:
    arguments: dict[str, Any] = {"reason": REASON} | changes
    if "key" not in arguments:
        arguments["key"] = approver(settings)
    with pytest.raises(ApprovalError, match=says):
        publish_approved(settings, **arguments)
    assert current_release(settings) is None
    assert "release" not in {record.kind for record in ledger.read_all(settings).records}


def test_who_started_the_run_cannot_approve_it(settings: Settings) -> None:
    ran = ledger.read_all(settings).records[0].recorded_by["account"]
    refused(settings, "een tweede persoon moet", key=approver(settings, ran))


def test_the_pipeline_cannot_approve_itself(settings: Settings) -> None:
    settings.approvers_folder.mkdir()
    own = trust.own_signer(settings)
    (settings.approvers_folder / "robot.pem").write_bytes(own.public.pem())
    refused(settings, "Met deze sleutel tekent de keten zelf", key=settings.own_signing_key)


def test_a_stranger_cannot_approve(settings: Settings, tmp_path: Path) -> None:
    signing.make_key(tmp_path / "stranger.pem")
    refused(
        settings,
        "van niemand die mag goedkeuren: maak een sleutel met",
        key=tmp_path / "stranger.pem",
    )


def test_a_key_under_a_second_name_makes_no_second_person(settings: Settings) -> None:
    """Who ran may approve the runs of others; copied under another name, their key may not."""
    ran = ledger.read_all(settings).records[0].recorded_by["account"]
    key = approver(settings, ran)
    shutil.copy(
        settings.approvers_folder / f"{ran}.pem", settings.approvers_folder / "b.tweede.pem"
    )
    with pytest.raises(IntroductionError, match=f"al van {ran}"):
        introduce_approver(settings, "b.tweede")
    refused(settings, "een tweede persoon moet", key=key)


def test_a_key_that_only_lies_there_approves_nothing(settings: Settings) -> None:
    key = settings.home.parent / "b.tweede.pem"
    signer = signing.make_key(key)
    settings.approvers_folder.mkdir()
    (settings.approvers_folder / "b.tweede.pem").write_bytes(signer.public.pem())
    refused(settings, "bekend maken met `datalab approvers --trust", key=key)


@pytest.mark.parametrize("reason", ["", "  ok  ", "goed zo, goed"])
def test_an_approval_says_why(settings: Settings, reason: str) -> None:
    refused(settings, "zeg in minstens 15", reason=reason)


def test_a_key_that_others_can_read_approves_nothing(settings: Settings) -> None:
    key = approver(settings)
    key.chmod(0o644)
    refused(settings, "rechten 0600", key=key)


def test_there_is_nothing_to_approve_without_a_failed_judgement(settings: Settings) -> None:
    mart = settings.warehouse / "run1" / MART
    with duckdb.connect(str(mart)) as connection:
        connection.execute("INSERT INTO figure (kpi_id, team, value) VALUES ('k99', 'team1', 1)")
    refused(settings, "niet tot het einde beoordeeld")


def test_what_could_not_be_judged_cannot_be_approved(tmp_path: Path, settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse / "run1" / "warehouse.duckdb")) as connection:
        connection.execute("ALTER TABLE figure DROP value")
    judge(settings)
    refused(settings, "figure.value_filled, figure.value_usual was niet te beoordelen")


def test_a_mart_that_passes_needs_no_approval(tmp_path: Path, settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse / "run1" / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE figure SET team = 'team1'")
    assert judge(settings).verdict == "passed_with_warnings"
    refused(settings, "hield deze cijfers niet tegen")


def test_an_approval_is_for_the_rules_that_failed_then(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = approval.approve(
        settings,
        sha256_of(settings.warehouse / "run1" / MART),
        key=approver(settings),
        reason=REASON,
    )
    # The suites became stricter between the approval and the second judgement.
    path = settings.expectations / "figure.json"
    suite = json.loads(path.read_text())
    next(rule for rule in suite["expectations"] if rule["rule"] == "value_usual")["severity"] = (
        "critical"
    )
    path.write_text(json.dumps(suite))
    with pytest.raises(GateError, match="andere regels fout dan er goedgekeurd zijn"):
        judge(settings, approval=given)
    assert ledger.read_all(settings).records[-1].body.verdict == "failed"


def test_an_approval_is_for_the_bytes_that_were_held_back(settings: Settings) -> None:
    mart = settings.warehouse / "run1" / MART
    given = approval.approve(settings, sha256_of(mart), key=approver(settings), reason=REASON)
    with duckdb.connect(str(mart)) as connection:
        connection.execute("UPDATE figure SET value = 1 WHERE kpi_id = 'k2'")
    with pytest.raises(GateError, match="niet die er goedgekeurd zijn"):
        judge(settings, approval=given)


def test_an_approval_that_was_broken_off_can_be_given_again(settings: Settings) -> None:
    folder = settings.warehouse / "run1"
    key = approver(settings)
    shutil.copy(folder / MART, folder / gate.HELD_BACK)
    (folder / MART).write_bytes(b"torn by a kill")
    publish_approved(settings, key=key, reason=REASON)
    assert last_publication(settings) == ("approved",)


def approved_mart(settings: Settings) -> Path:
    """A run folder with an approved mart that was not published yet."""
    folder = settings.warehouse / "run1"
    given = approval.approve(
        settings, sha256_of(folder / MART), key=approver(settings), reason=REASON
    )
    assert judge(settings, approval=given).verdict == "approved"
    return folder


def try_to_publish(settings: Settings) -> None:
    publish(
        settings,
        run_folder=settings.warehouse / "run1",
        run_id="by hand",
        inputs=[],
        calendar_version="2026.1",
        is_sample=True,
    )


def test_the_release_step_asks_for_the_approval_itself(settings: Settings) -> None:
    approved_mart(settings)
    key = settings.approvers_folder / "b.tweede.pem"
    gone = key.rename(key.with_suffix(".gone"))
    with pytest.raises(NotJudged, match=r"telt niet, want .* onbekende sleutel"):
        try_to_publish(settings)
    gone.rename(key)
    try_to_publish(settings)
    assert last_publication(settings) == ("approved",)


def another(record: int) -> dict[str, Any]:
    """An approval that names this record and was never given."""
    return {
        "mart_sha256": "",
        "gate_record": 1,
        "rules": [],
        "approved_by": "x",
        "key_id": "x",
        "reason": "x",
        "approved_at": "x",
        "record": record,
        "record_sha256": "",
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"approval": None}, "noemt geen goedkeuring"),
        ({"approval": another(1)}, "bevat geen goedkeuring 1"),
        ({"approval": another(4)}, "gaat niet over wat er"),
        ({"results": []}, "gaat niet over wat er"),
    ],
    ids=["none", "no approval", "another", "other failures"],
)
def test_a_judgement_that_calls_itself_approved_is_not_believed(
    settings: Settings, change: dict[str, Any], says: str
) -> None:
    approved_mart(settings)
    body = ledger.read_all(settings).records[-1].body.written()
    append(settings, "gate", body | change)
    with pytest.raises(NotJudged, match=says):
        try_to_publish(settings)


def test_going_back_to_an_approved_release_asks_for_its_approval(settings: Settings) -> None:
    publish_approved(settings, key=approver(settings), reason=REASON)
    link = settings.releases / "current"
    link.unlink()
    assert rollback(settings, ID).manifest.verdict == "approved"
    link.unlink()
    (settings.approvers_folder / "b.tweede.pem").unlink()
    with pytest.raises(ReleaseError, match="onbekende sleutel"):
        rollback(settings, ID)


@pytest.mark.parametrize(
    ("number", "is_for_the_work", "code", "says"),
    [
        (signal.SIGINT, False, 130, "met Ctrl-C gestopt"),
        (signal.SIGKILL, True, 137, "door het systeem gestopt (SIGKILL)"),
    ],
    ids=["Ctrl-C", "killed"],
)
def test_an_approval_that_is_cut_off_ends_as_a_run_does(
    settings: Settings, number: int, is_for_the_work: bool, code: int, says: str
) -> None:
    key = approver(settings)
    inherited = {name: one for name, one in os.environ.items() if not name.startswith("DATALAB_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "dronten_pipeline.cli", "approve", "--key", key, "--reason", REASON],
        cwd=PROJECT,
        env=inherited
        | {
            "DATALAB_HOME": str(settings.home),
            "DATALAB_EXPECTATIONS": str(settings.expectations),
            "DATALAB_APPROVERS": str(settings.approvers_folder),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lock = settings.home / "run.lock"
    while not (
        lock.exists() and (holds := re.match(r"proces (\d+) \(approve\)", lock.read_text()))
    ):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    os.kill(int(holds[1]) if is_for_the_work else process.pid, number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert said.startswith("Afgebroken. ")
    assert says in said
    assert said.endswith("Er is nog geen uitgave.\n")
    assert said.count("\n") == 1
    with alone(settings, "the next"):
        pass
