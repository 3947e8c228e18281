"""The suites that the gate judges by, and the hash that names them.

Not here: what may stand in a suite (`contracts/sources.py`, `contracts/expectation_types.py`).
"""

from __future__ import annotations

from pathlib import Path

from dronten_pipeline.contracts.dbt_project import owners
from dronten_pipeline.contracts.derived_rules import load_all_suites
from dronten_pipeline.contracts.suites import OWNER, Suite, suite_files
from dronten_pipeline.core.durable import sha256_of, sha256_of_json
from dronten_pipeline.gate.personal_data import rules_of

#: The gate itself fills these after it judged the others, and judges them last.
FILLED_BY_GATE = ("data_quality", "publication")


class SuiteError(ValueError):
    """The suites cannot be judged; the message says which and what to do."""


def load_judgeable_suites(folder: Path, dbt_project: Path) -> dict[str, Suite]:
    """All suites by table, with what the contracts of the tables promise.

    Raises:
        SuiteError: there is none.
        ContractError: a file is wrong, with its line.
    """
    suites = load_all_suites(folder, dbt_project)
    if not suites:
        raise SuiteError(
            f"{folder} bevat geen suite, zodat niets beoordeeld zou worden: zet de map terug."
        )
    return suites


def load_judged_suites(folder: Path, dbt_project: Path) -> dict[str, Suite]:
    """The suites as the gate judges by them: each with the rules of every published table.

    Each rule names who acts when it fails.

    Raises:
        SuiteError: there is no suite, or one has a rule by the name of such a rule.
        ContractError: a file is wrong, with its line.
    """
    suites = load_judgeable_suites(folder, dbt_project)
    for suite in suites.values():
        taken = {rule.rule for rule in suite.expectations}
        if double := taken & {rule.rule for rule in rules_of(suite.table)}:
            raise SuiteError(
                f"{folder / suite.table}.json heeft een regel {', '.join(sorted(double))}, die "
                "elke gepubliceerde tabel al heeft: geef hem een andere naam."
            )
    of_kpi = owners(dbt_project)
    return {
        table: suite.model_copy(
            update={
                "expectations": [
                    rule.model_copy(
                        update={"owner": rule.owner or of_kpi.get(rule.kpi or "", OWNER)}
                    )
                    for rule in (*suite.expectations, *rules_of(table))
                ]
            }
        )
        for table, suite in suites.items()
    }


def hash_of_suites(folder: Path) -> str:
    """One SHA-256 over the names and bytes of all suites and the additions to them."""
    return sha256_of_json(
        {path.relative_to(folder).as_posix(): sha256_of(path) for path in suite_files(folder)}
    )


def count_expectations(suites: dict[str, Suite]) -> int:
    return sum(len(suite.expectations) for suite in suites.values())
