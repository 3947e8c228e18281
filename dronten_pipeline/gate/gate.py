"""The gate: builds the candidate, has it judged, verifies the verdict, writes down what came out.

Here belongs everything that makes the gate fail closed. Not here: the judgement itself
(`judge.py`, a process of its own), who may approve what it held back (`approval.py`) and
publishing (`release/`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from pydantic import ValidationError

from dronten_pipeline.contracts.published_tables import hash_of_contracts, load_table_contracts
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.core.database import remove_database
from dronten_pipeline.core.durable import canonical_json, explain, sha256_of, write_durably
from dronten_pipeline.core.run_files import MART, VERDICT, WAREHOUSE
from dronten_pipeline.core.settings import LOCAL_TIME, PROJECT, Settings
from dronten_pipeline.gate.approval import held_back
from dronten_pipeline.gate.candidate import build_candidate, build_reference
from dronten_pipeline.gate.data_docs import OUTCOMES
from dronten_pipeline.gate.personal_data import record_findings
from dronten_pipeline.gate.provenance import provenance
from dronten_pipeline.gate.suites import (
    SuiteError,
    count_expectations,
    hash_of_suites,
    load_judged_suites,
)
from dronten_pipeline.gate.verdict import (
    DISK_FULL,
    JUDGES,
    LOG,
    JudgementError,
    Verdict,
    combine,
    verdict_of,
)
from dronten_pipeline.ledger import built, ledger, rules
from dronten_pipeline.ledger.bodies import Gate
from dronten_pipeline.ledger.judgement import Approval, Provenance, Result, RuleChange

#: The warehouse as the rules read it, for as long as the judgement lasts.
REFERENCE = "reference.duckdb"
#: The mart as it was when it was held back; what is published after an approval is made of it.
HELD_BACK = "held-back.duckdb"
REQUEST = "gate-request.json"


class GateError(RuntimeError):
    """No verdict that can be believed; nothing may be published. The message is a sentence."""


def run_gate(
    settings: Settings,
    *,
    run_folder: Path,
    run_id: str,
    release_id: str,
    as_of: dt.date,
    code_version: str,
    previous_release: str | None,
    approval: Approval | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Verdict:
    """Judges the warehouse of a run; the mart stands beside it afterwards.

    The ledger gets one record of kind gate in every case. A verdict `failed` is returned, not
    raised: the gate did its work.

    Args:
        approval: of a mart that was held back; that very mart is then judged again, with nothing
            changed but its own tables, and the verdict is `approved` if exactly the same critical
            rules fail.

    Raises:
        GateError: there is no verdict, or none that can be believed.
        LedgerError: the outcome could not be written down; then nothing can be published either.
    """
    known: dict[str, Any] = {
        "run_id": run_id,
        "release_id": release_id,
        "as_of": as_of.isoformat(),
        "code_version": code_version,
        "previous_release": previous_release,
    }
    mart = run_folder / MART
    suites_sha256 = _suites_or_none(settings.expectations)
    about = provenance(settings, run_folder, code_version)
    changes, is_compared = _rule_changes(settings, previous_release, about)
    known_too = vars(about) | {"rule_changes": changes, "rules_compared": is_compared}
    try:
        verdict = _judge(settings, run_folder, known, approval, on_progress)
        if verdict.suites_sha256 != suites_sha256:
            raise GateError(
                f"De regels in {settings.expectations} zijn tijdens de beoordeling veranderd: "
                "start opnieuw."
            )
        verdict = _held_to_its_rules(verdict, rules.needing_approval(changes), approval, run_folder)
    except BaseException as error:
        sentence = _sentence(error, run_folder)
        digest = _hash_or_none(mart)
        ledger.append(
            settings,
            Gate(
                **known,
                **known_too,
                verdict="failed",
                error=sentence,
                mart_sha256=digest,
                suites_sha256=_suites_or_none(settings.expectations),
                row_counts={},
                results=[],
            ),
            {MART: digest} if digest else {},
        )
        if not isinstance(error, Exception):  # the user or the system stopped the run
            raise
        raise GateError(sentence) from error
    said = vars(verdict) | {"results": [_without_echo(result) for result in verdict.results]}
    if approval is not None:
        said["approval"] = approval
    body = Gate(**said, **known_too, error=None, judges=list(JUDGES))
    record = ledger.append(settings, body, {MART: verdict.mart_sha256})
    on_progress(f"verdict {verdict.verdict}, record {record.number} of the ledger")
    return verdict


def _rule_changes(
    settings: Settings, previous_release: str | None, about: Provenance
) -> tuple[list[RuleChange], bool]:
    """What became of the rules since the release before, and whether that could be compared."""
    now = rules.agreed_of(settings, about.definitions)
    if now is None:
        return [], False
    return rules.since_release(settings, previous_release, now)


def _held_to_its_rules(
    verdict: Verdict,
    weakened: list[RuleChange],
    approval: Approval | None,
    run_folder: Path,
) -> Verdict:
    """The verdict, failed where critical rules gave way and nobody signed for just that.

    Raises:
        GateError: other rules gave way than were approved.
    """
    if approval is not None:
        if weakened != approval.weakened:
            raise GateError(
                "Opnieuw beoordeeld zijn er andere regels weg of verzwakt dan er goedgekeurd zijn: "
                "er wordt niets gepubliceerd. Start opnieuw en laat goedkeuren wat er dan is."
            )
        return verdict.model_copy(update={"weakened": weakened})
    if not weakened:
        return verdict
    verdict = verdict.model_copy(update={"verdict": "failed", "weakened": weakened})
    write_durably(run_folder / VERDICT, verdict.model_dump_json().encode())
    return verdict


def _without_echo(result: Result) -> Result:
    """A result as the ledger keeps it: what both judges said in the same words stands there once,
    and what to do only where there is something to do.

    Most of a record would be that repetition, and a ledger is read whole.
    """
    said = {
        (answer.passed, answer.observed, answer.failing_rows, answer.error)
        for answer in result.answers.values()
    }
    itself = (result.passed, result.observed, result.failing_rows, result.error)
    agree = len(result.answers) == len(JUDGES) and said == {itself}
    left_out = ({"answers"} if agree else set()) | ({"on_failure"} if result.passed else set())
    return Result(**{name: said for name, said in vars(result).items() if name not in left_out})


def _judge(
    settings: Settings,
    run_folder: Path,
    known: dict[str, Any],
    approval: Approval | None,
    on_progress: Callable[[str], None],
) -> Verdict:
    for name in (REQUEST, VERDICT, OUTCOMES, LOG):
        (run_folder / name).unlink(missing_ok=True)
    suites = load_judged_suites(settings.expectations, settings.dbt_project)
    contracts_sha256 = hash_of_contracts(settings.dbt_project)
    suites_sha256 = hash_of_suites(settings.expectations)
    warehouse, mart = run_folder / WAREHOUSE, run_folder / MART
    if not warehouse.is_file():
        raise GateError(f"{warehouse} is er niet: start de hele keten met `datalab run`.")
    if not built.is_as_built(settings, run_folder):
        raise GateError(
            f"{warehouse} is niet wat dbt bouwde: het is daarna veranderd of anders gemaakt. Start "
            "de hele keten opnieuw met `datalab run --whole`, en zoek uit wie het veranderde."
        )
    if approval is None:
        (run_folder / HELD_BACK).unlink(missing_ok=True)
        counts = build_candidate(
            warehouse,
            mart,
            suites,
            load_table_contracts(settings.dbt_project),
            release_id=known["release_id"],
        )
        on_progress(f"candidate with {len(counts)} tables and {sum(counts.values())} rows")
    else:
        _take_held_back(run_folder, approval)
    request = known | {
        "mart": str(mart),
        "warehouse": str(run_folder / REFERENCE),
        "expectations": str(settings.expectations),
        "dbt_project": str(settings.dbt_project),
        "releases": str(settings.releases),
        "raw": str(settings.raw),
        "verdict": str(run_folder / VERDICT),
        "outcomes": str(run_folder / OUTCOMES),
        "is_approved": approval is not None,
        "published_at": dt.datetime.now(LOCAL_TIME)
        .replace(tzinfo=None)
        .isoformat(sep=" ", timespec="seconds"),
    }
    write_durably(run_folder / REQUEST, canonical_json(request))
    build_reference(warehouse, run_folder / REFERENCE)
    try:
        record_findings(mart, run_folder / REFERENCE, load_table_contracts(settings.dbt_project))
        _run_judge(run_folder, settings.gate_timeout_seconds, on_progress)
    finally:
        remove_database(run_folder / REFERENCE)
    verdict = read_verdict(run_folder)
    expected = count_expectations(suites)
    judged = {(result.table, result.rule) for result in verdict.results}
    wanted = {(suite.table, rule.rule) for suite in suites.values() for rule in suite.expectations}
    if len(verdict.results) != expected or judged != wanted:
        raise GateError(
            f"De beoordelaar gaf antwoord op {len(verdict.results)} van {expected} regels: het "
            f"oordeel telt niet. Kijk in {run_folder / LOG} en start opnieuw."
        )
    if (
        verdict.suites_sha256 != suites_sha256
        or hash_of_suites(settings.expectations) != suites_sha256
        or hash_of_contracts(settings.dbt_project) != contracts_sha256
    ):
        raise GateError(
            f"De regels in {settings.expectations} of de contracten in {settings.dbt_project} zijn "
            "tijdens de beoordeling veranderd: start opnieuw."
        )
    if any(getattr(verdict, name) != value for name, value in known.items()):
        raise GateError("Het oordeel gaat over een andere run: start opnieuw.")
    answers = {
        judge: {
            (result.table, result.rule): result.answers[judge]
            for result in verdict.results
            if judge in result.answers
        }
        for judge in JUDGES
    }
    if verdict.results != combine(suites.values(), answers, verdict.row_counts):
        raise GateError(
            "De uitkomsten volgen niet uit wat de twee beoordelaars zeiden: het oordeel telt niet. "
            "Start opnieuw, en zoek uit wie het bestand veranderde."
        )
    follows = verdict_of(verdict.results)
    if approval is not None and held_back(verdict.results) != approval.rules:
        raise GateError(
            "Opnieuw beoordeeld zijn er andere regels fout dan er goedgekeurd zijn: er is niets "
            "gepubliceerd. Start opnieuw, en laat goedkeuren wat er dan fout is."
        )
    if verdict.verdict != (follows if approval is None else "approved"):
        raise GateError("Het oordeel volgt niet uit zijn uitkomsten en telt niet: start opnieuw.")
    if sha256_of(mart) != verdict.mart_sha256:
        raise GateError(f"{mart} is veranderd nadat het beoordeeld was: start opnieuw.")
    return verdict


def _take_held_back(run_folder: Path, approval: Approval) -> None:
    """Puts the approved bytes in the place of the mart, also when a kill came between."""
    mart, kept = run_folder / MART, run_folder / HELD_BACK
    for path in (mart, kept):
        if path.is_file() and sha256_of(path) == approval.mart_sha256:
            break
    else:
        raise GateError(
            f"De cijfers in {run_folder} zijn niet die er goedgekeurd zijn: start opnieuw, en laat "
            "goedkeuren wat er dan fout is."
        )
    if path == mart:
        shutil.copyfile(mart, kept)
    remove_database(mart)
    shutil.copyfile(kept, mart)


class _Waiting:
    """The judge that was started before there was anything to judge, until it is asked."""

    process: subprocess.Popen[str] | None = None


def start_judge() -> None:
    """Starts the process of the judge now, so that it loads Great Expectations while the run reads
    and builds.

    Nothing waits for it, and nothing is lost when it fails: the gate starts another. It ends when
    this process does.
    """
    if _Waiting.process is None:
        _Waiting.process = _started(subprocess.DEVNULL)


def _started(errors: int | IO[bytes]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        judge_command(),
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
        text=True,
    )


def _run_judge(run_folder: Path, timeout: int, on_progress: Callable[[str], None]) -> None:
    """Runs the process of the judge to its end, or ends it and everything that it started."""
    log = run_folder / LOG
    process, _Waiting.process = _Waiting.process, None
    if process is not None and process.poll() is not None:
        _end_group(process)
        process = None
    with log.open("wb") as errors:
        if process is None:
            process = _started(errors)
        assert process.stdout is not None
        lines = process.stdout

        def pass_on() -> None:
            for line in lines:
                on_progress(line.strip())

        reader = threading.Thread(target=pass_on, daemon=True)
        reader.start()
        try:
            with contextlib.suppress(BrokenPipeError), cast(IO[str], process.stdin) as told:
                told.write(f"{run_folder / REQUEST}\n")
            code = process.wait(timeout)
            reader.join(5)
        except subprocess.TimeoutExpired:
            raise GateError(
                f"De beoordelaar was na {timeout} seconden niet klaar en is gestopt: verhoog "
                "DATALAB_GATE_TIMEOUT_SECONDS, of zoek de trage regel."
            ) from None
        finally:
            _end_group(process)
    if code == DISK_FULL:
        raise GateError("De beoordelaar kon niet schrijven: de schijf is vol.") from OSError(
            errno.ENOSPC, os.strerror(errno.ENOSPC), str(run_folder)
        )
    if code in (-signal.SIGKILL, -signal.SIGABRT):
        raise GateError(
            "De beoordelaar is door het systeem gestopt, meestal omdat er te weinig geheugen was: "
            f"geef de machine meer, kijk in {log} en start opnieuw."
        )
    if code != 0:
        how = f"werd gestopt door sein {-code}" if code < 0 else f"eindigde met code {code}"
        raise GateError(f"De beoordelaar {how}, zonder oordeel: kijk in {log} en start opnieuw.")


def judge_command() -> list[str]:
    """How the process of the judge is started; it is told on its input what to judge."""
    return [sys.executable, "-m", "dronten_pipeline.gate.judge"]


def _end_group(process: subprocess.Popen[str]) -> None:
    # The group outlives its first process when something that it started still runs.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def read_verdict(run_folder: Path) -> Verdict:
    path = run_folder / VERDICT
    if not path.is_file():
        raise GateError(
            f"De beoordelaar schreef geen {path}: kijk in {run_folder / LOG} en start opnieuw."
        )
    try:
        return Verdict.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise GateError(
            f"{path} is geen oordeel ({error.error_count()} delen kloppen niet): start opnieuw."
        ) from error


def _sentence(error: BaseException, run_folder: Path) -> str:
    if isinstance(error, GateError | JudgementError | SuiteError | ContractError):
        return str(error)
    if not isinstance(error, Exception):
        return f"De beoordeling is afgebroken ({type(error).__name__}): start opnieuw."
    return f"{run_folder / WAREHOUSE} kon niet beoordeeld worden: {explain(error)}."


def _hash_or_none(path: Path) -> str | None:
    with contextlib.suppress(OSError):
        return sha256_of(path)
    return None


def _suites_or_none(folder: Path) -> str | None:
    with contextlib.suppress(OSError):
        return hash_of_suites(folder)
    return None
