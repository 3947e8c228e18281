"""The ledger: only added to, never half a record, nothing skipped in silence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dronten_pipeline.evidence import ledger

PASSED = {"passed": True, "severity": "critical", "error": None}
FAILED = {"passed": False, "severity": "critical", "error": None}
WARNED = {"passed": False, "severity": "warning", "error": None}


def judged(folder: Path, *results: dict[str, object], verdict: str = "passed") -> None:
    ledger.append(
        folder, "gate", {"mart_sha256": "ab", "verdict": verdict, "results": list(results)}
    )


def test_records_are_numbered_and_each_names_the_hash_of_the_one_before(tmp_path: Path) -> None:
    records = [ledger.append(tmp_path, "gate", {"n": n}) for n in range(3)]
    assert [record.path.name for record in records] == [
        "000001-gate.json",
        "000002-gate.json",
        "000003-gate.json",
    ]
    assert [record.previous for record in records] == [None, records[0].sha256, records[1].sha256]
    contents = ledger.read_all(tmp_path)
    assert contents.records == records
    assert contents.problems == []


def test_a_record_is_canonical_json_that_nobody_may_write(tmp_path: Path) -> None:
    record = ledger.append(tmp_path, "release", {"b": 1, "a": "é"})
    text = record.path.read_text(encoding="utf-8")
    assert text.startswith('{"body":{"a":"é","b":1},"kind":"release","number":1,"previous":null,')
    assert record.path.stat().st_mode & 0o222 == 0


def test_an_absent_ledger_is_empty(tmp_path: Path) -> None:
    assert ledger.read_all(tmp_path / "ledger") == ledger.Contents()
    assert ledger.passing_gate_record(tmp_path / "ledger", "ab") is None


def test_the_number_of_a_removed_last_record_is_not_given_out_again(tmp_path: Path) -> None:
    ledger.append(tmp_path, "gate", {})
    ledger.append(tmp_path, "release", {}).path.unlink()
    assert ledger.append(tmp_path, "gate", {}).number == 3
    assert any("Record 2 is missing" in problem for problem in ledger.read_all(tmp_path).problems)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("000001-gate.json", b'{"number":1,"ki', "torn or changed"),
        ("000001-gate.json", b"[]", "torn or changed"),
        ("000002-gate.json", None, "another record than its name"),
        ("notes.txt", b"x", "no record of the ledger"),
    ],
    ids=["torn", "not a record", "renamed", "a stranger"],
)
def test_what_is_no_whole_record_is_reported(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    record = ledger.append(tmp_path, "gate", {"n": 1})
    if content is None:
        record.path.rename(tmp_path / name)
    else:
        if name == record.path.name:
            record.path.chmod(0o644)
        (tmp_path / name).write_bytes(content)
    assert any(says in problem for problem in ledger.read_all(tmp_path).problems)


def test_a_changed_record_is_reported_through_the_one_after_it(tmp_path: Path) -> None:
    first = ledger.append(tmp_path, "gate", {"verdict": "failed"})
    ledger.append(tmp_path, "gate", {})
    document = json.loads(first.path.read_text())
    document["body"]["verdict"] = "passed"
    first.path.chmod(0o644)
    first.path.write_text(json.dumps(document))
    assert any("was changed after" in problem for problem in ledger.read_all(tmp_path).problems)


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
    tmp_path: Path, results: list[dict[str, object]], verdict: str, passes: bool
) -> None:
    judged(tmp_path, *results, verdict=verdict)
    assert (ledger.passing_gate_record(tmp_path, "ab") is not None) is passes
    assert ledger.passing_gate_record(tmp_path, "other") is None


def test_the_last_judgement_of_the_same_bytes_holds(tmp_path: Path) -> None:
    judged(tmp_path, PASSED)
    judged(tmp_path, FAILED, verdict="failed")
    assert ledger.passing_gate_record(tmp_path, "ab") is None
    judged(tmp_path, PASSED)
    assert ledger.passing_gate_record(tmp_path, "ab") is not None


def test_a_ledger_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("a file where the folder should be")
    with pytest.raises(ledger.LedgerError, match="could not be added to the ledger"):
        ledger.append(tmp_path / "ledger", "gate", {})


WRITER = """
import sys
from pathlib import Path
from dronten_pipeline.evidence import ledger
for n in range(100000):
    ledger.append(Path(sys.argv[1]), "gate", {"n": n, "filling": "x" * 5000})
"""


def test_kills_and_two_writers_leave_only_whole_records(tmp_path: Path) -> None:
    for wait in (0.25, 0.32, 0.41):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)]) for _ in range(2)
        ]
        time.sleep(wait)
        for writer in writers:
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
    last = ledger.append(tmp_path, "gate", {})
    contents = ledger.read_all(tmp_path)
    assert contents.problems == []
    assert [record.number for record in contents.records] == list(range(1, last.number + 1))
    assert not list(tmp_path.glob(".writing-*"))
    assert last.number > 1, "no record was written before the kills"
