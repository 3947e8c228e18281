"""Data Docs: the pages that Great Expectations makes of its judgements, for engineers.

Here belongs having them rendered and taking out what they would fetch from elsewhere: they are
complete without a network, and tell nobody that they are looked at. Not here: the report for the
auditor (`ledger/`). The pages hold counts and what a suite says, never a value of the data: the
judge asks Great Expectations for none (`gx_judge.py`).

The runs that are kept for repair are those that have pages, so that the history stays short.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from dronten_pipeline.core.run_files import VERDICT
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.gate.gx_judge import keep_quiet
from dronten_pipeline.gate.verdict import Verdict
from dronten_pipeline.ledger.judgement import Result

#: What Great Expectations said, beside the verdict of the same run.
OUTCOMES = "great-expectations.json"

#: The section of rules that are not about one column.
_WHOLE_TABLE = "Table-Level Expectations"

#: Nothing may be fetched, whatever a later version of Great Expectations puts into its pages.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

#: In the place of five style sheets, twelve scripts and a font of icons from six hosts.
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1b1b; margin: 0 auto; max-width: 80rem;
  padding: 1rem; overflow-wrap: break-word; }
h1, h2, h4, h5, h6 { line-height: 1.25; margin: .75rem 0 .25rem; }
nav { position: static; height: auto; } nav ol, nav ul { list-style: none; margin: 0; padding: 0; }
nav ul li { display: inline-block; margin-right: 1rem; }
a { color: #154273; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { border-bottom: 1px solid #d0d0d0; padding: .35rem .5rem; text-align: left;
  vertical-align: top; }
pre, code { white-space: pre-wrap; font-size: 13px; }
.alert { background: #eef1f5; padding: .25rem .75rem; }
.card, .card-body { margin: .25rem 0; } .sticky { position: static; }
.badge { background: #e6e6e6; border-radius: .25rem; padding: 0 .35rem; margin-right: .15rem;
  white-space: pre-wrap; }
.fas { font-style: normal; font-weight: bold; }
.fa-check-circle::before { content: "✔ passed"; } .fa-times::before { content: "✘ failed"; }
.fa-exclamation-triangle::before { content: "⚠ not judged"; }
.text-success { color: #1a6a1a; } .text-danger { color: #b3001b; }
.text-warning { color: #8a5300; }
.critical { font-weight: bold; } td.critical { color: #b3001b; } .warning { color: #8a5300; }
@media print { body { max-width: none; } }
"""

#: What only works with scripts, or leads to elsewhere.
_DROPPED = (
    "script",
    "link",
    "img",
    "iframe",
    "footer",
    "#ge-cta-footer",
    ".modal",
    "[data-toggle=collapse]",
)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What one judgement left behind."""

    name: str
    verdict: Verdict
    outcomes: list[dict[str, Any]]


class NothingJudged(RuntimeError):
    """No run that is kept was judged; the message says what to do."""


def without_values(outcome: Any) -> dict[str, Any]:
    """What Great Expectations says of a suite, without the errors: they may quote a value."""
    said: dict[str, Any] = outcome.to_json_dict()
    for result in said["results"]:
        raised = result["exception_info"]
        if raised and raised.get("raised_exception", True):
            result["exception_info"] = {
                "raised_exception": True,
                "exception_message": "This rule could not be judged; the verdict says why.",
                "exception_traceback": "",
            }
    return said


def build_data_docs(settings: Settings) -> Path:
    """Writes the pages of all runs that are kept, and gives the place of the first page.

    Raises:
        NothingJudged: no run that is kept was judged.
    """
    runs = _kept_runs(settings.warehouse)
    if not runs:
        raise NothingJudged(
            f"In {settings.warehouse} is nog niets beoordeeld: start met `datalab run`."
        )
    keep_quiet()
    building = settings.data_docs.with_name(f".{settings.data_docs.name}")
    shutil.rmtree(building, ignore_errors=True)
    for run in runs:
        folder = building / run.name
        folder.mkdir(parents=True)
        for outcome in run.outcomes:
            page = render(outcome, run.verdict)
            (folder / f"{outcome['suite_name']}.html").write_text(page, encoding="utf-8")
    (building / "index.html").write_text(_index(runs), encoding="utf-8")
    shutil.rmtree(settings.data_docs, ignore_errors=True)
    building.rename(settings.data_docs)
    return settings.data_docs / "index.html"


def render(outcome: dict[str, Any], verdict: Verdict) -> str:
    """One page of Great Expectations about one table, complete in itself."""
    from great_expectations.core.expectation_validation_result import (
        expectationSuiteValidationResultSchema,
    )
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    table = outcome["suite_name"]
    known = {result.rule: result for result in verdict.results if result.table == table}
    said = outcome | {
        "meta": outcome["meta"]
        | {"run_id": {"run_name": verdict.run_id, "run_time": verdict.published_at}}
    }
    document = ValidationResultsPageRenderer().render(
        expectationSuiteValidationResultSchema.load(said)
    )
    sections: dict[str, list[Result]] = {}
    for one in outcome["results"]:
        config = one["expectation_config"]
        section = config["kwargs"].get("column", _WHOLE_TABLE)
        sections.setdefault(section, []).append(known[config["meta"]["rule"]])
    for section in document.sections:
        for block in section.content_blocks:
            if getattr(block, "header_row", None):
                _add_columns(block, sections[section.section_name])
    return complete_in_itself(DefaultJinjaPageView().render(document))


def _add_columns(block: Any, results: list[Result]) -> None:
    """Puts beside each row what Great Expectations leaves out; its rows keep the given order."""
    block.header_row = [*block.header_row, "Severity", "Rule", "Second judge"]
    for row, result in zip(block.table, results, strict=True):
        by_sql = result.answers.get("sql")
        seen = "not judged" if by_sql is None else by_sql.error or by_sql.observed
        row += [
            f'<span class="{result.severity}">{result.severity}</span>',
            f"<b>{escape(result.rule)}</b><br>{escape(result.description)}",
            escape(seen),
        ]


def complete_in_itself(page: str) -> str:
    """The page without scripts and without anything that a browser would fetch."""
    tree = LexborHTMLParser(page)
    for style in tree.css("style"):
        style.decompose()
    for selector in _DROPPED:
        for node in tree.css(selector):
            node.decompose()
    for button in tree.css(".card:has(> .card-body .btn-group)"):
        button.decompose()
    for node in tree.css("*"):
        for name, value in list(node.attributes.items()):
            if name.startswith("on") or (name == "href" and "//" in (value or "")):
                del node.attrs[name]
            elif name == "href" and "index.html" in (value or ""):
                node.attrs[name] = "../index.html"
            elif name == "style" or (name == "href" and not (value or "").startswith("#")):
                del node.attrs[name]
    head, rest = (tree.html or "").split("<head>", 1)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    return f"{head}<head>{policy}<style>{_STYLE}</style>{rest}"


def _kept_runs(warehouse: Path) -> list[_Run]:
    """The runs with a verdict, the newest first."""
    runs = []
    for path in warehouse.glob(f"*/{OUTCOMES}"):
        verdict = path.with_name(VERDICT)
        if path.parent.is_symlink() or not verdict.is_file():
            continue
        runs.append(
            _Run(
                name=path.parent.name,
                verdict=Verdict.model_validate_json(verdict.read_bytes()),
                outcomes=json.loads(path.read_text(encoding="utf-8")),
            )
        )
    return sorted(runs, key=lambda run: run.verdict.published_at, reverse=True)


def _index(runs: list[_Run]) -> str:
    """The way to the pages: per run its verdict, per table what failed."""
    sections = "".join(_section(run) for run in runs)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>Data Docs</title><style>{_STYLE}</style></head><body>"
        "<h1>Data Docs</h1><p>What Great Expectations says of each published table, for engineers: "
        "the runs that are kept, the newest first. The second judge is beside it on each page; "
        f"the ledger holds all judgements.</p>{sections}</body></html>"
    )


def _section(run: _Run) -> str:
    rows = "".join(_row(run, outcome["suite_name"]) for outcome in run.outcomes)
    about = run.verdict
    return (
        f"<h2>{escape(about.release_id)}, judged {escape(about.published_at)}: "
        f"{escape(about.verdict)}</h2><p>Run {escape(about.run_id)}, as of {escape(about.as_of)}, "
        f"code {escape(about.code_version)}.</p><table><thead><tr><th>Table</th><th>Rules</th>"
        f"<th>Critical failures</th><th>Warnings</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(run: _Run, table: str) -> str:
    results = [result for result in run.verdict.results if result.table == table]
    failed = {
        severity: sum(not one.passed and one.severity == severity for one in results)
        for severity in ("critical", "warning")
    }
    cells = "".join(
        f'<td class="{severity if number else ""}">{number}</td>'
        for severity, number in failed.items()
    )
    link = f'<a href="{escape(run.name)}/{escape(table)}.html">{escape(table)}</a>'
    return f"<tr><td>{link}</td><td>{len(results)}</td>{cells}</tr>"
