"""What mutants of a whole mart showed of its rules, as `mutants.json` keeps it.

Here belongs reading the file. Not here: making mutants, which takes a mart
(`tests/unit/gate/rules_judged/mutants.py` writes the file, and a test of the published suites keeps
it true).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from dronten_pipeline.contracts.reading import Strict
from dronten_pipeline.contracts.suites import Expectation
from dronten_pipeline.core.durable import sha256_of_json
from dronten_pipeline.gate.rules_judged.questions import Outcome, Question

FILE = Path(__file__).with_name("mutants.json")


class Mutant(Strict):
    """A change to a mart that passed, after which the rule failed."""

    rule_sha256: str = Field(description="Of the type and arguments of the rule that was tried.")
    statement: str
    is_alone: bool = Field(description="No other rule failed that matters as much.")


class Shown(Strict):
    """By table and rule; a rule that no mutant broke is not in it."""

    mutants: dict[str, dict[str, Mutant]]

    def of(self, table: str, rule: Expectation, question: Question) -> Outcome:
        """Yes or unknown: that no mutant broke a rule proves nothing."""
        mutant = self.mutants.get(table, {}).get(rule.rule)
        if mutant is None or mutant.rule_sha256 != fingerprint(rule):
            return Outcome.UNKNOWN
        is_shown = mutant.is_alone or question != Question.IS_NEEDED
        return Outcome.YES if is_shown else Outcome.UNKNOWN


def fingerprint(rule: Expectation) -> str:
    """Twelve characters by which it is seen that a rule now asks something else."""
    asked: Mapping[str, object] = {"type": rule.type, "kwargs": rule.kwargs}
    return sha256_of_json(asked)[:12]


def read(path: Path = FILE) -> Shown:
    return Shown.model_validate_json(path.read_bytes())
