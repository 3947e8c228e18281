"""Writes `controleverslag.html`: one file, complete without a network.

Not here: what it says (`facts.py`) and how it looks (`controleverslag.html.j2`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dronten_pipeline.core.durable import write_durably
from dronten_pipeline.core.run_files import REPORT
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Gate
from dronten_pipeline.release.report.facts import Judged, collect

TEMPLATE = "controleverslag.html.j2"


def write_report(settings: Settings, judged: Judged) -> Path:
    """The report of a judgement, in the folder of its mart."""
    path = judged.folder / REPORT
    write_durably(path, render(collect(settings, judged)).encode())
    return path


def write_report_of_failure(
    settings: Settings, run_folder: Path, *, is_sample: bool
) -> Path | None:
    """The report of a gate that held a release back, beside its verdict.

    Returns:
        None when the last judgement of this folder was not a failure.
    """
    record = next(ledger.records_of(settings, Gate), None)
    if record is None or record.body.verdict != "failed":
        return None
    return write_report(
        settings,
        Judged(
            record=record,
            folder=run_folder,
            run_folder=run_folder,
            is_sample=is_sample,
            files={},
        ),
    )


def render(facts: dict[str, Any]) -> str:
    """The page; every text in it is escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(TEMPLATE).render(facts)
