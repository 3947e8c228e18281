"""What is known of every rule: what was proven, what was shown, and what is neither.

Here belongs putting answers together and saying them. Not here: the logic (`questions.py`) and
the mutants, whose outcome is kept in `mutants.json` (`shown.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dronten_pipeline.contracts.suites import Suite
from dronten_pipeline.gate.rules_judged.questions import Finding, Outcome, Question, ask
from dronten_pipeline.gate.rules_judged.shown import Shown

#: How an answer was come by.
_BY_ROWS, _BY_PROOF, _BY_MUTANT, _BY_NOTHING = "rows", "proof", "mutant", "nothing"


@dataclass(frozen=True)
class Told:
    """An answer, and what it rests on: rows that the judge saw, a proof, a mutant, or nothing."""

    finding: Finding
    by: str


def tell(
    suites: Mapping[str, Suite], types: Mapping[str, Mapping[str, str]], shown: Shown
) -> list[Told]:
    """Every answer about every rule, by table, rule and question.

    Args:
        types: the types of the columns of each table, in their order.
        shown: what mutants of a whole mart showed.
    """
    return [told for suite in suites.values() for told in _about(suite, types[suite.table], shown)]


def _about(suite: Suite, types: Mapping[str, str], shown: Shown) -> Iterator[Told]:
    found = {(one.rule, one.question): one for one in ask(suite, types)}
    for rule in suite.expectations:
        for question in Question:
            finding = found.get((rule.rule, question))
            if finding is None or finding.outcome == Outcome.UNKNOWN:
                outcome = shown.of(suite.table, rule, question)
                by = _BY_NOTHING if outcome == Outcome.UNKNOWN else _BY_MUTANT
                yield Told(Finding(suite.table, rule.rule, question, outcome), by)
            else:
                yield Told(finding, _BY_ROWS if finding.outcome == Outcome.YES else _BY_PROOF)


def lines(told: list[Told], *, every_rule: bool) -> Iterator[str]:
    """The report: what is wrong, what is unknown, and the numbers; or every rule as well."""
    if every_rule:
        for one in told:
            yield f"{_name(one.finding)} {one.finding.question}: {one.finding.outcome} ({one.by})"
    unknown = [one.finding for one in told if one.finding.outcome == Outcome.UNKNOWN]
    for question in Question:
        names = [_name(finding) for finding in unknown if finding.question == question]
        if names:
            yield f"not known whether it {question} ({len(names)}): {', '.join(names)}"
    for question in Question:
        by = Counter(
            (one.finding.outcome, one.by) for one in told if one.finding.question == question
        )
        counts = ", ".join(
            f"{outcome} {count} (by {how})" if how != _BY_NOTHING else f"unknown {count}"
            for (outcome, how), count in sorted(by.items(), reverse=True)
        )
        yield f"{question}: {counts}"


def mistakes(told: list[Told]) -> Iterator[str]:
    """What must be mended before anybody relies on these rules."""
    for one in told:
        if one.finding.outcome != Outcome.NO:
            continue
        others = " and ".join(one.finding.others)
        name = _name(one.finding)
        match one.finding.question:
            case Question.CAN_PASS if others:
                yield f"{name} contradicts {others}: no row passes both. Change one of them."
            case Question.CAN_PASS:
                yield f"{name} cannot hold of the columns of its contract. Change it."
            case Question.CAN_FAIL:
                yield f"{name} cannot fail, whatever the table: make it ask something or remove it."
            case Question.IS_NEEDED:
                yield f"{name} follows from {others}: remove it, or the others."


def _name(finding: Finding) -> str:
    return f"{finding.table}.{finding.rule}"
