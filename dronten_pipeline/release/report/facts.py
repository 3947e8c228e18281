"""What the report of one judgement says, collected from the ledger, the mart and the deliveries.

Here belongs finding and ordering it. Not here: how it looks (`controleverslag.html.j2`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from dronten_pipeline.contracts.dbt_project import sources_about_people
from dronten_pipeline.core import words
from dronten_pipeline.core.database import OFFLINE
from dronten_pipeline.core.run_files import MART, WAREHOUSE
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import definitions, ledger, rules, trust
from dronten_pipeline.ledger.bodies import Agreed, Definitions, Gate
from dronten_pipeline.ledger.judgement import Approval, InputFile, Result
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.release.lineage import Lineage, read_lineage
from dronten_pipeline.release.manifest import NAME, Manifest, read_manifest
from dronten_pipeline.release.report import wording
from dronten_pipeline.release.revisions import changed_deliveries
from dronten_pipeline.release.standing import STANDING

#: So many revised figures are listed; the rest stands in the table kpi_revision.
LISTED = 60
OWN_TEAM = "Datalab"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One judgement and the files that it is about."""

    record: Record[Gate]
    #: Folder with mart.duckdb (and `proof/`): the release that is being made, or the run's.
    folder: Path
    #: Folder with warehouse.duckdb, which the mart was taken from.
    run_folder: Path
    is_sample: bool
    #: Name, SHA-256 and size of each published file; empty when nothing is published.
    files: Mapping[str, Mapping[str, Any]]

    @property
    def body(self) -> Gate:
        return self.record.body


def collect(settings: Settings, judged: Judged) -> dict[str, Any]:
    """Everything that the template shows; days and numbers are words already."""
    body = judged.body
    previous = _manifest(settings, body.previous_release)
    agreed = _agreed(settings, body)
    inputs = body.inputs or []
    lineage = read_lineage(judged.folder)
    warehouse = judged.run_folder / WAREHOUSE
    with Reading(judged.folder / MART) as mart, Reading(warehouse) as built:
        checks = [_check(result, agreed) for result in body.results]
        return {
            "about": _about(judged, settings),
            "counts": _counts(checks),
            "tables": [
                {"name": name, "rows": words.number(rows)} for name, rows in body.row_counts.items()
            ],
            "kpis": _kpis(mart, lineage) if judged.files else [],
            "small_groups": _small_groups(built) if judged.files else [],
            "not_passed": sorted(
                (check for check in checks if not check["passed"]),
                key=lambda check: (check["mark"] != "critical", check["owner"]),
            ),
            "approval": _approval(body.approval),
            "reconciliation": _reconciliation(mart, built, sources_about_people(settings)),
            "stopped": _stopped(mart),
            "rejected": _rejected(settings, inputs),
            "revisions": _revisions(mart, lineage, previous, inputs),
            "agreed": _agreed_otherwise(settings, body, previous),
            "judged_by": _judged_by(body),
            "first_key": _first_key(settings),
            "deliveries": _deliveries(mart, inputs),
            "checks": _by_table(checks),
            "files": [
                {"name": name, "sha256": about["sha256"], "bytes": words.number(about["bytes"])}
                for name, about in sorted(judged.files.items())
            ],
        }


# --- what it is about


def _about(judged: Judged, settings: Settings) -> dict[str, Any]:
    body, record = judged.body, judged.record
    return {
        "release_id": body.release_id,
        "as_of": words.day(body.as_of),
        "published_at": words.moment(body.published_at) if body.published_at else None,
        "judged_at": words.moment(record.recorded_at),
        "verdict": body.verdict,
        "is_published": bool(judged.files),
        "is_sample": judged.is_sample,
        "error": body.error is not None,
        "previous_release": body.previous_release,
        "code_version": body.code_version,
        "code_has_changes": body.code_has_changes,
        "engine": body.engine,
        "mart_sha256": body.mart_sha256,
        "suites_sha256": body.suites_sha256,
        "record": record.number,
        "record_sha256": record.sha256,
        "key_id": record.key_id,
        "is_anchored": settings.anchor is not None,
    }


def _counts(checks: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    marks = [check["mark"] for check in checks]
    return {
        "all": len(marks),
        "passed": marks.count("passed"),
        "warning": marks.count("warning"),
        "critical": marks.count("critical"),
        "computed_twice": sum(check["computations"] == 2 for check in checks),
        "computed_once": sum(check["computations"] == 1 for check in checks),
    }


def _check(result: Result, agreed: Agreed) -> dict[str, Any]:
    """One rule in words; a rule that could not be judged counts as failed."""
    rule = agreed.get(f"tolerance/{result.table}.{result.rule}", {})
    unjudged = result.error is not None
    passed = result.passed and not unjudged
    critical = unjudged or result.severity == "critical"
    return {
        "table": result.table,
        "rule": result.rule,
        "description": result.description,
        "passed": passed,
        "is_critical": critical,
        "mark": "passed" if passed else "critical" if critical else "warning",
        "observed": "kon niet beoordeeld worden" if unjudged else result.observed,
        "allowed": wording.allowed(result.type, rule.get("allowed", {})),
        "source": rule.get("source"),
        "owner": result.owner or _owner(rule, agreed),
        "kpi": result.kpi or definitions.kpi_of(rule),
        "on_failure": result.on_failure,
        "computations": result.computations,
    }


def _owner(rule: Mapping[str, Any], agreed: Agreed) -> str:
    """Who must look at it: whom it names, the owner of its KPI, else those who build."""
    kpi = agreed.get(f"definition/{definitions.kpi_of(rule)}", {})
    return str(rule.get("owner") or kpi.get("owner") or OWN_TEAM)


def _by_table(checks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for check in checks:
        grouped[check["table"]].append(check)
    return [{"table": table, "checks": grouped[table]} for table in sorted(grouped)]


def _approval(approval: Approval | None) -> dict[str, Any] | None:
    if approval is None:
        return None
    return {
        "by": approval.approved_by,
        "at": words.moment(approval.approved_at),
        "reason": approval.reason,
        "rules": [rule.written() for rule in approval.rules],
        "record": approval.record,
        "key_id": approval.key_id,
    }


# --- the figures


def _kpis(mart: Reading, lineage: Lineage | None) -> list[dict[str, Any]]:
    found = []
    for row in mart.rows(STANDING):
        tables = lineage.tables_behind(f"kpi_{row['kpi_id']}") if lineage else []
        sources = sorted({source for source, _ in tables}) or [row["source_system"]]
        found.append(
            {
                "id": row["kpi_id"],
                "name": row["name_nl"],
                "period": words.period(row["period_grain"], row["period_start"]),
                "asked_as": words.period_code(row["period_grain"], row["period_start"])
                if row["period_start"]
                else None,
                "provisional": row["is_provisional"],
                "value": words.number(row["value"], row["unit"], beside=row["target_value"]),
                "judged": words.judged(row, row["unit"]),
                "target": words.target(row, row["unit"]),
                "status": words.verdict(row),
                "owner": row["owner"],
                "ratified_on": words.day(row["ratified_on"]) if row["ratified_on"] else None,
                "sources": sources,
            }
        )
    return found


def _small_groups(built: Reading) -> list[dict[str, Any]]:
    """Per KPI about people how many figures are hidden and how many breakdowns left out.

    Both are counted in what is published, so that this says nothing that a reader cannot see: a
    total of a period that is over, with somebody in it, that has no parts. The warehouse says only
    which KPIs are about people and which breakdowns they have.
    """
    rows = built.rows(
        """
        WITH published AS (
            SELECT figures.*, name_nl
            FROM main.fct_kpi_value AS figures
            INNER JOIN register.kpi_register AS register USING (kpi_id)
            WHERE register.is_about_people
        ),
        breakdown AS (
            SELECT kpi_id, dimension FROM published
            UNION
            SELECT kpi_id, dimension FROM intermediate.int_kpi_cell
        ),
        possible AS (
            SELECT kpi_id, period_grain, period_start, breakdown.dimension
            FROM published INNER JOIN breakdown USING (kpi_id)
            WHERE published.dimension = 'total'
                AND NOT is_provisional
                AND (is_suppressed OR sample_size > 0)
                AND breakdown.dimension NOT IN ('total', 'measure')
        ),
        counted AS (
            SELECT possible.kpi_id, count(*) AS breakdowns,
                count(*) FILTER (WHERE parts.kpi_id IS NULL) AS left_out
            FROM possible
            LEFT JOIN (SELECT DISTINCT kpi_id, period_grain, period_start, dimension FROM published)
                AS parts USING (kpi_id, period_grain, period_start, dimension)
            GROUP BY ALL
        )
        SELECT kpi_id, any_value(name_nl) AS name,
            count(*) AS figures, count(*) FILTER (WHERE is_suppressed) AS hidden,
            coalesce(any_value(breakdowns), 0) AS breakdowns,
            coalesce(any_value(left_out), 0) AS left_out
        FROM published LEFT JOIN counted USING (kpi_id)
        GROUP BY kpi_id ORDER BY kpi_id
        """
    )
    numbers = ("figures", "hidden", "breakdowns", "left_out")
    return [row | {name: words.number(row[name]) for name in numbers} for row in rows]


def _revisions(
    mart: Reading,
    lineage: Lineage | None,
    previous: Manifest | None,
    inputs: Sequence[InputFile],
) -> dict[str, Any]:
    rows = mart.rows(
        """
        SELECT kpi_revision.*, unit, name_nl
        FROM kpi_revision LEFT JOIN dim_kpi USING (kpi_id)
        ORDER BY NOT is_revision, dimension <> 'total', kpi_id, period_start, period_grain,
            dimension_value
        """
    )
    by_kpi: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_kpi[row["kpi_id"]].append(row)
    kpis = []
    for kpi_id, revised in sorted(by_kpi.items()):
        tables = lineage.tables_behind(f"kpi_{kpi_id}") if lineage else None
        causes = sorted({words.word("cause", row["cause"]) for row in revised})
        delivered = any(row["cause"] == "delivery" for row in revised)
        kpis.append(
            {
                "name": revised[0]["name_nl"] or kpi_id,
                "id": kpi_id,
                "count": sum(row["is_revision"] for row in revised),
                "running": sum(not row["is_revision"] for row in revised),
                "causes": ", ".join(causes),
                "deliveries": changed_deliveries(
                    previous.inputs if previous else None, inputs, tables
                )
                if delivered
                else [],
            }
        )
    return {
        "count": sum(row["is_revision"] for row in rows),
        "running": sum(not row["is_revision"] for row in rows),
        "kpis": kpis,
        "listed": [
            {
                "id": row["kpi_id"],
                "period": words.period(row["period_grain"], row["period_start"]),
                "part": "totaal"
                if row["dimension"] == "total"
                else f"{row['dimension']}: {row['dimension_value']}",
                "old": words.number(row["old_value"], beside=row["new_value"]),
                "new": words.number(row["new_value"], beside=row["old_value"]),
                "cause": words.word("cause", row["cause"])
                if row["is_revision"]
                else words.word("revision", "runs_on"),
            }
            for row in rows[:LISTED]
        ],
    }


# --- the deliveries


def _reconciliation(
    mart: Reading, built: Reading, about_people: Collection[str]
) -> list[dict[str, Any]]:
    """From delivered rows to records in the figures, per delivered table.

    Of sources about people no number is said, only whether it adds up.

    A delivered row is rejected or read; of the rows that were read, the latest version of each
    record is used; what is used is what the models read. The last two must be equal.
    """
    # The mart has no numbers of people; without a warehouse it is all there is to say.
    query = """
        SELECT source, table_name, count(*) AS files,
            sum(rows_delivered)::bigint AS delivered, sum(rows_accepted)::bigint AS accepted,
            sum(rows_quarantined)::bigint AS rejected
        FROM {} WHERE state IN ('read', 'missing') GROUP BY ALL ORDER BY ALL
        """
    tables = built.rows(query.format("staging.stg_run__delivery"))
    tables = tables or mart.rows(query.format("source_delivery"))
    records = {
        (row["source"], row["table_name"]): (row["counted"], row["staged"])
        for row in built.rows(
            """
            SELECT source, table_name, counted.records AS counted, staged.records AS staged
            FROM staging.stg_run__table AS counted
            FULL JOIN intermediate.int_staged_table AS staged USING (source, table_name)
            """
        )
    }
    found = []
    for row in tables:
        counted, staged = records.get((row["source"], row["table_name"]), (None, None))
        delivered, accepted, rejected = row["delivered"], row["accepted"], row["rejected"]
        replaced = None if None in (accepted, counted) else accepted - counted
        numbers = {
            "delivered": delivered,
            "rejected": rejected,
            "accepted": accepted,
            "replaced": replaced,
            "counted": counted,
            "staged": staged,
        }
        is_hidden = row["source"] in about_people
        found.append(
            {
                "source": row["source"],
                "table": row["table_name"],
                "files": row["files"],
                "adds_up": None not in (accepted, rejected)
                and accepted + rejected == delivered
                and counted == staged,
                **{
                    name: words.number(None if is_hidden else number)
                    for name, number in numbers.items()
                },
            }
        )
    return found


def _stopped(mart: Reading) -> list[dict[str, Any]]:
    rows = mart.rows(
        "SELECT source, file_name, note FROM source_delivery WHERE state = 'stopped' ORDER BY ALL"
    )
    return [row | {"note": wording.without_values(row["note"] or "")} for row in rows]


def _rejected(settings: Settings, inputs: Sequence[InputFile]) -> list[dict[str, Any]]:
    """Rejected records by reason, of the files that count; never the record or its value.

    Of sources about people not how many: with what was delivered that is what counts.
    """
    counting = [one for one in inputs if one.counts]
    columns = ["source", "table_name", "file_name", "reason"]
    frames = [pl.DataFrame(schema=dict.fromkeys(columns, pl.String))]
    for path in sorted(settings.quarantine.glob("*/*.parquet")):
        # A quarantine is named after table and content, for a name may not be shown; that of the
        # documents is of all lists together.
        content = path.stem.split("-")[1] if "-" in path.stem else None
        names = [
            one.file_name
            for one in counting
            if one.source == path.parent.name
            and (content is None or one.sha256.startswith(content))
        ]
        rows = pl.read_parquet(path, columns=columns)
        if content is None:
            rows = rows.filter(pl.col("file_name").is_in(names))
        frames.append(rows if names else rows.clear())
    grouped = (
        pl.concat(frames)
        .with_columns(pl.col("reason").map_elements(wording.without_values, return_dtype=pl.String))
        .group_by("source", "table_name", "reason")
        .len("count")
        .sort("source", "table_name", "count", "reason", descending=[False, False, True, False])
    )
    about_people = sources_about_people(settings)
    return [
        row | {"count": words.number(None if row["source"] in about_people else row["count"])}
        for row in grouped.iter_rows(named=True)
    ]


def _deliveries(mart: Reading, inputs: Sequence[InputFile]) -> list[dict[str, Any]]:
    """Per source the files that count, with what identifies them."""
    known = {
        (row["source"], row["table_name"], row["file_name"], row["sha256"]): row
        for row in mart.rows(
            """
            SELECT source, table_name, file_name, sha256, received_at, rows_delivered,
                rows_quarantined
            FROM source_delivery
            """
        )
    }
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in inputs:
        row = known.get((one.source, one.table, one.file_name, one.sha256))
        if row is None:
            continue  # the scores of texts are computed, not delivered
        grouped[one.source].append(
            {
                "file_name": one.file_name,
                "table": one.table,
                "sha256": one.sha256,
                "counts": one.counts,
                "received": words.day(row["received_at"]) if row["received_at"] else "–",
                "delivered": words.number(row["rows_delivered"]),
                "rejected": words.number(row["rows_quarantined"]),
            }
        )
    return [{"source": source, "files": grouped[source]} for source in sorted(grouped)]


# --- what was agreed


def _agreed(settings: Settings, body: Gate) -> Agreed:
    record = ledger.read_record(settings, _definitions_record(body), Definitions)
    return record.body.agreed if record else {}


def _agreed_otherwise(
    settings: Settings, body: Gate, previous: Manifest | None
) -> list[dict[str, Any]]:
    """Definitions, targets and tolerances that differ from those of the release before."""
    if previous is None:
        return []
    before = ledger.read_record(settings, previous.gate_record.number, Gate)
    since = _definitions_record(before.body) if before else 0
    found = []
    for record in ledger.records_of(settings, Definitions):
        if since < record.number <= _definitions_record(body):
            found += [
                {
                    "name": change.name,
                    "field": change.field or "geheel",
                    "old": _short(change.old),
                    "new": _short(change.new),
                    "decided": change.decided,
                }
                for change in record.body.changes
            ]
    return found


def _judged_by(body: Gate) -> dict[str, Any]:
    """By which rules it was judged, where that is not as usual, and what became of them."""
    if not body.names_its_rules:
        return {"said": [], "changes": []}
    return {
        "said": rules.sentences(body, body.differs_from_commit),
        "changes": [
            {"line": rules.in_words(change), "is_critical": change.is_critical}
            for change in body.rule_changes
        ],
    }


def _first_key(settings: Settings) -> list[str]:
    """What vouches for the keys that signed."""
    return trust.sentences(trust.trust(settings))


def _definitions_record(body: Gate) -> int:
    return body.definitions.record if body.definitions else 0


def _short(value: object) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:157] + "..."


def _manifest(settings: Settings, release_id: str | None) -> Manifest | None:
    folder = settings.releases / str(release_id)
    return read_manifest(folder) if release_id and (folder / NAME).is_file() else None


# --- reading


class Reading:
    """A database that may be missing, or lack a table: then there are no rows.

    The report of a gate that failed must say what there is to say.
    """

    def __init__(self, path: Path) -> None:
        self._connection = (
            duckdb.connect(str(path), read_only=True, config=OFFLINE) if path.is_file() else None
        )

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def rows(self, query: str) -> list[dict[str, Any]]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(query).pl().to_dicts()
        except (duckdb.CatalogException, duckdb.BinderException):
            return []
