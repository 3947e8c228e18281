"""The gate as a whole: what passes, what is kept back, and that it fails closed."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dronten_pipeline.contracts.suites import QUERY
from dronten_pipeline.core.durable import is_full, sha256_of
from dronten_pipeline.core.run_files import MART, VERDICT
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.gate import gate, gx_judge, sql_judge
from dronten_pipeline.gate.suites import hash_of_suites, load_judged_suites
from dronten_pipeline.gate.verdict import JUDGES, Answers, Verdict
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Gate
from dronten_pipeline.ledger.judgement import Answer
from tests.unit.gate.marts import JUDGED, SUITES, expectation, make_settings, make_warehouse


def run(settings: Settings, folder: Path, **changes: Any) -> Verdict:
    arguments: dict[str, Any] = {
        "run_folder": folder,
        "run_id": "1a2b3c4d-run",
        "release_id": "20260317-1a2b3c4d5e6f",
        "as_of": dt.date(2026, 3, 17),
        "code_version": "abc",
        "previous_release": None,
    }
    return gate.run_gate(settings, **(arguments | changes))


def last_record(settings: Settings) -> Gate:
    contents = ledger.read_all(settings)
    assert contents.problems == []
    body = contents.records[-1].body
    assert isinstance(body, Gate)
    return body


SPOIL_VALUE = "UPDATE figure SET value = 999 WHERE kpi_id = 'k1'"
SPOIL_TEAM = "UPDATE figure SET team = 'zz' WHERE kpi_id = 'k1'"
ALL_RULES = {rule["rule"] for rule in JUDGED["figure"]}
RULES_OF_OWN = {rule["rule"] for rule in JUDGED["publication"]}
SCENARIOS = {
    # name: (SQL that spoils the warehouse, verdict, rules that are not passed)
    "good": ("", "passed", set()),
    "warning only": (SPOIL_VALUE, "passed_with_warnings", {"value_usual"}),
    "unknown team": (SPOIL_TEAM, "failed", {"team_known"}),
    "a record lost": ("DELETE FROM figure WHERE kpi_id = 'k1'", "failed", {"reconciles"}),
    "column dropped": ("ALTER TABLE figure DROP value", "failed", {"value_filled", "value_usual"}),
    "empty table": ("DELETE FROM figure", "failed", {"row_count", "reconciles"}),
    "table dropped": ("DROP TABLE figure", "failed", ALL_RULES),
    "no publication": ("DROP TABLE publication", "failed", RULES_OF_OWN),
}


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(("change", "verdict", "rules"), SCENARIOS.values(), ids=SCENARIOS)
def test_the_verdict_follows_from_the_data(
    tmp_path: Path, change: str, verdict: str, rules: set[str]
) -> None:
    settings = make_settings(tmp_path)
    folder = make_warehouse(settings, change)
    found = run(settings, folder)
    assert found.verdict == verdict
    assert {result.rule for result in found.failures} == rules
    assert len(found.results) == sum(len(rules) for rules in JUDGED.values())
    record = last_record(settings)
    assert record.verdict == verdict
    assert record.mart_sha256 == sha256_of(folder / "mart.duckdb")
    passing = ledger.passing_gate_record(settings, record.mart_sha256)
    assert (passing is None) is (verdict == "failed")


@pytest.mark.usefixtures("in_process")
def test_data_quality_and_publication_say_what_was_judged(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    folder = make_warehouse(settings, SPOIL_VALUE)
    verdict = run(settings, folder, previous_release="20260101-000000000000")
    with duckdb.connect(str(folder / "mart.duckdb"), read_only=True) as mart:
        quality = mart.sql("SELECT * FROM data_quality").fetchall()
        publication = mart.sql("SELECT * FROM publication").fetchall()
    rows = {(row[0], row[1]): row[2:] for row in quality}
    assert set(rows) == {(result.table, result.rule) for result in verdict.results}
    assert rows["figure", "value_usual"] == (
        "warning", False, "1 van 40 rijen", 1, 40, "1a2b3c4d-run",
        None, "Datalab", "20260317-1a2b3c4d5e6f",
    )  # fmt: skip
    # Also the rows about the own tables hold for these tables as they are.
    assert rows["data_quality", "row_count"][2] == f"{len(quality)} rijen"
    assert publication == [
        (
            "20260317-1a2b3c4d5e6f",
            dt.datetime.fromisoformat(verdict.published_at),
            dt.date(2026, 3, 17),
            "abc",
            verdict.contract_version,
            "passed_with_warnings",
            "20260101-000000000000",
        )
    ]


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("judge_that_errs", ["gx_judge", "sql_judge"])
def test_nothing_is_published_when_the_judges_differ_on_one_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judge_that_errs: str
) -> None:
    def say_passed(answers: Answers) -> Answers:
        rule = ("figure", "team_known")
        wrong = Answer(passed=True, observed="0 van 40 rijen", failing_rows=0)
        return answers | ({rule: wrong} if rule in answers else {})

    if judge_that_errs == "gx_judge":
        honest = gx_judge.judge_by_great_expectations
        monkeypatch.setattr(
            gx_judge, "judge_by_great_expectations", lambda *a, **k: say_passed(honest(*a, **k))
        )
    else:
        judge_suite = sql_judge.judge_suite
        monkeypatch.setattr(
            sql_judge, "judge_suite", lambda *a, **k: say_passed(judge_suite(*a, **k))
        )
    settings = make_settings(tmp_path)
    verdict = run(settings, make_warehouse(settings, SPOIL_TEAM))
    assert verdict.verdict == "failed"
    result = next(one for one in verdict.failures if one.rule == "team_known")
    assert result.error is not None
    assert result.error.startswith("de twee beoordelaars zijn het oneens (Great Expectations: ")
    assert "voldoet, 0 van 40 rijen" in result.error
    assert "voldoet niet, 1 van 40 rijen" in result.error
    record = last_record(settings)
    kept = next(one for one in record.results if one.rule == "team_known").answers
    assert {kept[judge].passed for judge in JUDGES} == {True, False}
    assert ledger.passing_gate_record(settings, record.mart_sha256) is None


@pytest.mark.usefixtures("in_process")
def test_a_mart_that_changes_between_the_judges_is_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = gx_judge.judge_by_great_expectations

    def change_and_judge(mart: Path, *rest: Any) -> Answers:
        with duckdb.connect(str(mart)) as connection:
            connection.execute("UPDATE figure SET value = 2 WHERE kpi_id = 'k3'")
        return honest(mart, *rest)

    monkeypatch.setattr(gx_judge, "judge_by_great_expectations", change_and_judge)
    settings = make_settings(tmp_path)
    with pytest.raises(gate.GateError, match="terwijl het beoordeeld werd"):
        run(settings, make_warehouse(settings))
    assert last_record(settings).verdict == "failed"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path, Verdict, list[str]]:
    """One judgement in a process of its own, with an empty home folder."""
    settings = make_settings(tmp_path_factory.mktemp("real"))
    folder = make_warehouse(settings)
    home = folder / "home"
    home.mkdir()
    progress: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        verdict = run(settings, folder, on_progress=progress.append)
    return settings, folder, verdict, progress


def test_the_process_of_the_judge_is_quiet_and_leaves_no_files(
    real: tuple[Settings, Path, Verdict, list[str]],
) -> None:
    _, folder, verdict, _ = real
    assert verdict.verdict == "passed"
    assert (folder / gate.LOG).read_text() == ""
    assert {path.name for path in folder.rglob("*")} == {
        "home", "warehouse.duckdb", "mart.duckdb", "gate-request.json", "gate.log", "verdict.json",
        "great-expectations.json", "attack.json",
    }  # fmt: skip


def test_progress_is_told_per_table(real: tuple[Settings, Path, Verdict, list[str]]) -> None:
    progress = real[3]
    assert progress[0] == "candidate with 3 tables and 40 rows"
    assert "figure: 7 rules judged" in progress
    assert progress[-1] == "verdict passed, record 2 of the ledger"


def test_the_record_names_everything_that_was_judged(
    real: tuple[Settings, Path, Verdict, list[str]],
) -> None:
    settings, folder, verdict, _ = real
    record = last_record(settings)
    assert record.row_counts == {"data_quality": 13, "figure": 40, "publication": 1}
    assert record.suites_sha256 == verdict.suites_sha256
    assert set(record.versions) >= {"great_expectations", "duckdb", "python"}
    assert json.loads((folder / VERDICT).read_text())["mart_sha256"] == record.mart_sha256


# --- failing closed

HANG = """
import subprocess, sys, time
process = subprocess.Popen(['sleep', '60'])
with open(sys.argv[1], 'w') as file:
    file.write(str(process.pid))
time.sleep(60)
"""


def stub(monkeypatch: pytest.MonkeyPatch, code: str, *arguments: str) -> None:
    monkeypatch.setattr(gate, "judge_command", lambda: [sys.executable, "-c", code, *arguments])


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import os; os.kill(os.getpid(), 9)", "door het systeem gestopt"),
        ("raise SystemExit(2)", "eindigde met code 2"),
        ("pass", "schreef geen"),
        ("open('{folder}/verdict.json', 'w').write('{{}}')", "is geen oordeel"),
        ("open('{folder}/verdict.json', 'w').write('{{\"verdict\": \"pas')", "is geen oordeel"),
    ],
    ids=["killed", "crashed", "no verdict", "empty verdict", "torn verdict"],
)
def test_a_judge_that_does_not_answer_keeps_the_release_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, says: str
) -> None:
    settings = make_settings(tmp_path)
    folder = make_warehouse(settings)
    # A verdict of an earlier attempt must not be taken for this one.
    (folder / VERDICT).write_text("old")
    stub(monkeypatch, code.format(folder=folder))
    with pytest.raises(gate.GateError, match=says):
        run(settings, folder)
    record = last_record(settings)
    assert record.verdict == "failed"
    assert says in record.error
    assert ledger.passing_gate_record(settings, sha256_of(folder / "mart.duckdb")) is None


def test_a_judge_whose_disk_is_full_says_so(
    tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path)
    folder = make_warehouse(settings)
    honest = gate.judge_command

    def with_its_verdict_on_the_small_disk() -> list[str]:
        request = folder / gate.REQUEST
        document = json.loads(request.read_text())
        document["verdict"] = str(small_disk / "verdict.json")
        request.write_text(json.dumps(document))
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        (small_disk / "ballast").write_bytes(b"x" * free)
        return honest()

    monkeypatch.setattr(gate, "judge_command", with_its_verdict_on_the_small_disk)
    with pytest.raises(gate.GateError, match="de schijf is vol") as caught:
        run(settings, folder)
    assert is_full(caught.value)
    assert "No space left" in (folder / gate.LOG).read_text()


def test_a_judge_that_hangs_is_stopped_with_everything_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path, timeout=1)
    folder = make_warehouse(settings)
    stub(monkeypatch, HANG, str(tmp_path / "pid"))
    with pytest.raises(gate.GateError, match="na 1 seconden niet klaar"):
        run(settings, folder)
    child = int((tmp_path / "pid").read_text())
    for _ in range(50):
        if not is_running(child):
            break
        time.sleep(0.1)
    assert not is_running(child)
    assert last_record(settings).verdict == "failed"


ASKED = """
import os, sys
request = sys.stdin.readline().strip()
with open(sys.argv[1], 'a') as file:
    file.write(f'{os.getpid()} {request}\\n')
"""


def test_the_judge_that_waits_is_the_one_that_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path)
    folder = make_warehouse(settings)
    stub(monkeypatch, ASKED, str(tmp_path / "asked"))
    gate.start_judge()
    waiting = gate._Waiting.process
    assert waiting is not None
    with pytest.raises(gate.GateError, match="schreef geen"):
        run(settings, folder)
    assert (tmp_path / "asked").read_text() == f"{waiting.pid} {folder / gate.REQUEST}\n"
    assert gate._Waiting.process is None


def test_a_waiting_judge_that_died_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path)
    folder = make_warehouse(settings)
    stub(monkeypatch, ASKED, str(tmp_path / "asked"))
    gate.start_judge()
    dead = gate._Waiting.process
    assert dead is not None
    dead.kill()
    dead.wait()
    with pytest.raises(gate.GateError, match="schreef geen"):
        run(settings, folder)
    process, request = (tmp_path / "asked").read_text().split()
    assert int(process) != dead.pid and request == str(folder / gate.REQUEST)


def test_a_waiting_judge_ends_with_who_started_it() -> None:
    code = (
        "import os; from dronten_pipeline.gate import gate; gate.start_judge(); "
        "print(gate._Waiting.process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    judge = int(said.stdout)
    until = time.monotonic() + 60
    while is_running(judge) and time.monotonic() < until:
        time.sleep(0.1)
    assert not is_running(judge)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def answer(run_folder: Path, settings: Settings) -> dict[str, Any]:
    """What an honest judge answers on good data, made up here: these tests are about belief."""
    asked = json.loads((run_folder / gate.REQUEST).read_text())
    known = ("run_id", "release_id", "as_of", "published_at", "code_version", "previous_release")
    agreed = {
        (suite.table, one.rule): {
            "kpi": one.kpi,
            "owner": one.owner,
            "on_failure": one.what_to_do,
            "computations": 1 if one.type == QUERY else 2,
        }
        for suite in load_judged_suites(settings.expectations, settings.dbt_project).values()
        for one in suite.expectations
    }
    return {name: asked[name] for name in known} | {
        "verdict": "passed",
        "contract_version": "0123456789ab",
        "mart_sha256": sha256_of(run_folder / MART),
        "suites_sha256": hash_of_suites(settings.expectations),
        "row_counts": {},
        "versions": {},
        "results": [
            {
                "table": table,
                "rule": rule["rule"],
                "type": rule["type"],
                "severity": rule["severity"],
                "description": rule["description"],
                **agreed[table, rule["rule"]],
                "passed": True,
                "observed": "0 afwijkingen",
                "answers": {
                    judge: {"passed": True, "observed": "0 afwijkingen"} for judge in JUDGES
                },
            }
            for table, rules in sorted(JUDGED.items())
            for rule in rules
        ],
    }


def spoil(folder: Path, _: object) -> None:
    with duckdb.connect(str(folder / "mart.duckdb")) as connection:
        connection.execute("DELETE FROM figure")


LIES: dict[str, tuple[Any, str | None]] = {
    "the truth": (lambda _, verdict: None, None),
    "a rule left out": (lambda _, verdict: verdict["results"].pop(), "van 13 regels"),
    "a rule twice": (
        lambda _, verdict: verdict["results"].__setitem__(0, verdict["results"][1]),
        "van 13 regels",
    ),
    "another run": (lambda _, verdict: verdict.update(run_id="other"), "een andere run"),
    "other suites": (
        lambda _, verdict: verdict.update(suites_sha256="0"),
        "tijdens .* veranderd",
    ),
    "a better result": (
        lambda _, verdict: verdict["results"][0].update(observed="1 rij"),
        "volgen niet uit wat de twee beoordelaars zeiden",
    ),
    "a better verdict": (
        lambda _, verdict: verdict.update(verdict="passed_with_warnings"),
        "volgt niet uit zijn uitkomsten",
    ),
    "one judge silent": (
        lambda _, verdict: verdict["results"][0]["answers"].pop("great_expectations"),
        "volgen niet uit wat de twee beoordelaars zeiden",
    ),
    "two judges at odds": (
        lambda _, verdict: verdict["results"][0]["answers"]["sql"].update(passed=False),
        "volgen niet uit wat de twee beoordelaars zeiden",
    ),
    "approved by nobody": (
        lambda _, verdict: verdict.update(verdict="approved"),
        "volgt niet uit zijn uitkomsten",
    ),
    "another mart": (spoil, "veranderd nadat het beoordeeld was"),
}


@pytest.mark.parametrize(("tamper", "says"), LIES.values(), ids=LIES)
def test_a_verdict_that_does_not_fit_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tamper: Any, says: str | None
) -> None:
    settings = make_settings(tmp_path)
    folder = make_warehouse(settings)

    def run_judge(run_folder: Path, *_: object) -> None:
        document = answer(run_folder, settings)
        tamper(run_folder, document)
        (run_folder / VERDICT).write_text(json.dumps(document))

    monkeypatch.setattr(gate, "_run_judge", run_judge)
    if says is None:
        assert run(settings, folder).verdict == "passed"
        return
    with pytest.raises(gate.GateError, match=says):
        run(settings, folder)
    assert last_record(settings).verdict == "failed"
    assert ledger.passing_gate_record(settings, sha256_of(folder / "mart.duckdb")) is None


QUANTILE = expectation(
    "quantile",
    "expect_column_quantile_values_to_be_between",
    column="value",
    quantile_ranges={"quantiles": [0.5], "value_ranges": [[0, 1]]},
)
NO_BATCH = expectation(
    "loose", "unexpected_rows_expectation", unexpected_rows_query="SELECT * FROM figure"
)


@pytest.mark.parametrize(
    ("suites", "says"),
    [
        ({}, "bevat geen suite"),
        ({"figure": []}, "expectations"),
        ({"figure": [SUITES["figure"][1]]}, "een lege tabel zou slagen"),
        ({"figure": [SUITES["figure"][0], QUANTILE]}, "geen type dat beide beoordelaars kennen"),
        ({"figure": [SUITES["figure"][0], NO_BATCH]}, "moet beginnen met"),
    ],
    ids=["no suites", "empty suite", "no row count", "unproven type", "query without batch"],
)
def test_suites_that_cannot_be_judged_are_refused(
    tmp_path: Path, suites: dict[str, list[dict[str, Any]]], says: str
) -> None:
    settings = make_settings(tmp_path, suites)
    folder = make_warehouse(settings)
    with pytest.raises(gate.GateError, match=says):
        run(settings, folder)
    assert last_record(settings).verdict == "failed"


def test_without_a_warehouse_nothing_is_judged(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    (settings.warehouse / "run1").mkdir(parents=True)
    with pytest.raises(gate.GateError, match="start de hele keten"):
        run(settings, settings.warehouse / "run1")
    assert last_record(settings).mart_sha256 is None


def test_a_run_that_is_broken_off_leaves_a_failed_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    settings = make_settings(tmp_path)
    folder = make_warehouse(settings)
    monkeypatch.setattr(gate, "_run_judge", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(settings, folder)
    assert last_record(settings).verdict == "failed"
