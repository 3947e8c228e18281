"""The ledger: only added to, never half a record, nothing skipped in silence."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.core.durable import canonical_json, sha256_of_json
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.ledger import ledger, trust
from dronten_pipeline.ledger.record import Record
from tests.documents import append

PASSED = {"passed": True, "severity": "critical", "error": None}
FAILED = {"passed": False, "severity": "critical", "error": None}
WARNED = {"passed": False, "severity": "warning", "error": None}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def judged(settings: Settings, *results: dict[str, object], verdict: str = "passed") -> None:
    append(settings, "gate", {"mart_sha256": "ab", "verdict": verdict, "results": list(results)})


def statement_of(record: Record) -> dict[str, Any]:
    envelope = json.loads(record.path.read_bytes())
    document: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))
    return document


def test_records_are_numbered_and_each_names_the_hash_of_the_one_before(settings: Settings) -> None:
    records = [append(settings, "gate", {"n": n}) for n in range(3)]
    assert [record.path.name for record in records] == [
        "000001-gate.json",
        "000002-gate.json",
        "000003-gate.json",
    ]
    assert [record.previous for record in records] == [None, records[0].sha256, records[1].sha256]
    contents = ledger.read_all(settings)
    assert contents.records == records
    assert contents.problems == []


def test_a_record_is_canonical_json_that_nobody_may_write(settings: Settings) -> None:
    record = append(settings, "gate_of_later", {"b": 1, "a": "é"})
    envelope = json.loads(record.path.read_bytes())
    payload = base64.b64decode(envelope["payload"]).decode()
    assert '"predicate":{"anchor":null,"body":{"a":"é","b":1},' in payload
    assert record.path.read_bytes() == canonical_json(envelope)
    assert record.path.stat().st_mode & 0o222 == 0


def test_a_record_is_an_in_toto_statement_signed_with_the_own_key(settings: Settings) -> None:
    record = append(settings, "gate", {"n": 1}, {"mart.duckdb": "ab" * 32})
    document = statement_of(record)
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["subject"] == [{"name": "mart.duckdb", "digest": {"sha256": "ab" * 32}}]
    assert document["predicate"]["number"] == 1
    assert set(document["predicate"]["recorded_by"]) == {"account", "machine"}
    assert record.key_id == trust.own_signer(settings).key_id


def test_a_record_about_no_file_is_about_its_own_body(settings: Settings) -> None:
    record = append(settings, "gate", {"n": 1})
    assert record.subject == {"body": sha256_of_json(record.body.written())}
    assert statement_of(record)["predicate"]["body"] == record.body.written()


def test_an_absent_ledger_is_empty(settings: Settings) -> None:
    assert ledger.read_all(settings) == ledger.Contents()
    assert ledger.passing_gate_record(settings, "ab") is None


def test_the_number_of_a_removed_last_record_is_not_given_out_again(settings: Settings) -> None:
    append(settings, "gate", {})
    append(settings, "release", {}).path.unlink()
    assert append(settings, "gate", {}).number == 3
    assert any("Record 2 ontbreekt" in problem for problem in ledger.read_all(settings).problems)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("000001-gate.json", b'{"number":1,"ki', "beschadigd of veranderd"),
        ("000001-gate.json", b"[]", "niet te geloven"),
        ("000002-gate.json", None, "een ander dan zijn naam zegt"),
        ("notes.txt", b"x", "geen record van het logboek"),
    ],
    ids=["torn", "not a record", "renamed", "a stranger"],
)
def test_what_is_no_whole_record_is_reported(
    settings: Settings, name: str, content: bytes | None, says: str
) -> None:
    record = append(settings, "gate", {"n": 1})
    if content is None:
        record.path.rename(settings.ledger / name)
    else:
        if name == record.path.name:
            record.path.chmod(0o644)
        (settings.ledger / name).write_bytes(content)
    assert any(says in problem for problem in ledger.read_all(settings).problems)


@pytest.mark.parametrize(
    ("results", "verdict", "passes"),
    [
        ([PASSED], "passed", True),
        ([PASSED, WARNED], "passed_with_warnings", True),
        ([PASSED], "failed", False),
        ([], "passed", False),
        ([PASSED, FAILED], "passed", False),
        ([PASSED, WARNED | {"error": "crashed"}], "passed_with_warnings", False),
    ],
    ids=["passed", "warnings", "failed", "no results", "verdict lies", "crashed warning"],
)
def test_a_verdict_is_not_believed_without_its_results(
    settings: Settings, results: list[dict[str, object]], verdict: str, passes: bool
) -> None:
    judged(settings, *results, verdict=verdict)
    assert (ledger.passing_gate_record(settings, "ab") is not None) is passes
    assert ledger.passing_gate_record(settings, "other") is None


def test_the_last_judgement_of_the_same_bytes_holds(settings: Settings) -> None:
    judged(settings, PASSED)
    judged(settings, FAILED, verdict="failed")
    assert ledger.passing_gate_record(settings, "ab") is None
    judged(settings, PASSED)
    assert ledger.passing_gate_record(settings, "ab") is not None


def test_a_ledger_that_cannot_be_written_says_so(settings: Settings) -> None:
    settings.ledger.write_text("a file where the folder should be")
    with pytest.raises(ledger.LedgerError, match="kon niet in het logboek"):
        append(settings, "gate", {})


def test_without_the_key_nothing_is_added(settings: Settings) -> None:
    append(settings, "gate", {})
    settings.own_signing_key.unlink()
    with pytest.raises(ledger.LedgerError, match="is er niet meer"):
        append(settings, "gate", {})
    assert [path.name for path in settings.ledger.glob("0*")] == ["000001-gate.json"]


def test_the_clock_may_go_back_but_it_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = append(settings, "gate", {})
    yesterday = dt.datetime.fromisoformat(first.recorded_at) - dt.timedelta(days=1)
    monkeypatch.setattr(ledger, "_now", lambda: yesterday)
    behind = append(settings, "gate", {})
    assert behind.clock_behind_seconds == 86400
    contents = ledger.read_all(settings)
    assert contents.problems == []
    assert any("De klok liep" in notice for notice in contents.notices)


WRITER = """
import sys
from pathlib import Path
from dronten_pipeline.core.settings import Settings
from tests.documents import append
for n in range(100000):
    append(Settings(home=Path(sys.argv[1])), "gate", {"n": n, "filling": "x" * 5000})
"""


def test_kills_and_two_writers_leave_only_whole_records(settings: Settings) -> None:
    for number in range(1, 4):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(settings.home)], cwd=PROJECT)
            for _ in range(2)
        ]
        # Some records of this pair, and then a kill at a moment of its own.
        deadline = time.monotonic() + 60
        while len(list(settings.ledger.glob("0*"))) < 4 * number and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.003 * number)
        for writer in writers:
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
    last = append(settings, "gate", {})
    contents = ledger.read_all(settings)
    assert contents.problems == []
    assert [record.number for record in contents.records] == list(range(1, last.number + 1))
    assert not list(settings.ledger.glob(".writing-*"))
    assert last.number > 1, "no record was written before the kills"
