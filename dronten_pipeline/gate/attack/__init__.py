"""The hostile reader: an attack on what is hidden, apart from the choice of what to hide.

`published.py` reads what a mart says about people, `knowledge.py` what follows from it, `solve.py`
is the arithmetic, `audit.py` judges a candidate. Not here: the choice of what is hidden
(`dronten_pipeline/suppression`), with which this shares no code but the call of HiGHS
(`dronten_pipeline/core/programme.py`), so that each checks the other.
"""

from __future__ import annotations

from pathlib import Path

from dronten_pipeline.gate.attack.audit import DETAILS, judge_candidate, write_details


def try_candidate(mart: Path, reference: Path, releases: Path) -> str:
    """Attacks a candidate; the outcome stands in the reference, its details beside that.

    Returns:
        A line that says what happened, without a figure.
    """
    outcome = judge_candidate(mart, reference, releases)
    write_details(outcome, reference.parent / DETAILS)
    if outcome.problem is not None:
        return f"the hostile reader did not come to an end: {outcome.problem}"
    because = f", because of {', '.join(outcome.causes)}" if outcome.causes else ""
    return (
        f"the hostile reader found {len(outcome.findings)} of {outcome.asked} small groups, with "
        f"{outcome.releases} earlier releases, in {outcome.seconds:.1f} seconds{because}"
    )
