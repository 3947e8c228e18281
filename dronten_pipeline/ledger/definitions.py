"""What was agreed: definitions, targets and tolerances, and a record of each change in them.

Here belongs reading what people decided and comparing it with what held before. Not here: judging
with it (`gate/`) or computing with it (`dbt_project/`).

A name says what it is about: `definition/b1_share`, `target/b1_share 2026`, `norm/callback`,
`tolerance/fct_kpi_value.b1_reconciles`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dronten_pipeline.contracts.suites import suite_files
from dronten_pipeline.core.durable import sha256_of, sha256_of_json
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger

KIND = "definitions"
Agreed = dict[str, dict[str, Any]]


def agreed(settings: Settings) -> Agreed:
    """Everything that was decided and decides a figure, a status or a verdict, by name.

    Raises:
        OSError, ValueError, KeyError: a file of the project cannot be read.
    """
    found: Agreed = {}
    seeds = settings.dbt_project / "seeds"
    models = settings.dbt_project / "models" / "kpi"
    words = {row["kpi_id"]: row for row in _rows(seeds / "kpi_definition.csv")}
    for row in _rows(seeds / "norm.csv"):
        found[f"norm/{row['code']}"] = {name: row[name] for name in row if name != "code"}
    for row in _rows(seeds / "kpi_register.csv"):
        model = models / f"kpi_{row['kpi_id']}.sql"
        query = model.read_text(encoding="utf-8") if model.is_file() else ""
        norms = {
            code: found[f"norm/{code}"]["value"]
            for code in sorted(set(re.findall(r"\bnorm\('(\w+)'\)", query)))
        }
        found[f"definition/{row['kpi_id']}"] = {
            **{name: value for name, value in row.items() if name != "kpi_id"},
            **{name: text for name, text in words[row["kpi_id"]].items() if name != "kpi_id"},
            "model_sha256": sha256_of(model) if model.is_file() else None,
            # what its query takes from the seed was a number in the query once
            **({"norms": norms} if norms else {}),
        }
    for row in _rows(seeds / "kpi_target.csv"):
        kind = "" if row["kind"] == "target" else f" {row['kind']}"
        found[f"target/{row['kpi_id']} {row['period']}{kind}"] = {
            name: row[name] for name in row if name not in ("kpi_id", "period", "kind")
        }
    for path in suite_files(settings.expectations):
        found |= _tolerances(settings.expectations, path)
    return dict(sorted(found.items()))


def record_definitions(settings: Settings) -> dict[str, Any]:
    """Adds a record when something was agreed otherwise than the last one says.

    Returns:
        the number of the record that holds now, and the hash of what was agreed.

    Raises:
        OSError, ValueError, KeyError: a file of the project cannot be read.
        LedgerError: the record could not be added.
    """
    now = agreed(settings)
    digest = sha256_of_json(now)
    last = next(ledger.records_of(settings, KIND), None)
    if last is None or last.body["sha256"] != digest:
        before = last.body["agreed"] if last else {}
        last = ledger.append(
            settings,
            KIND,
            {
                "sha256": digest,
                "replaces": last.number if last else None,
                "changes": changes(before, now) if last else [],
                "agreed": now,
            },
        )
    return {"record": last.number, "sha256": digest}


def changes(before: Agreed, now: Agreed) -> list[dict[str, Any]]:
    """One entry per property that differs; `field` is null where the whole is new or gone.

    `decided` is who decided on what holds now and when, where the project knows it.
    """
    return list(_changes(before, now))


def _changes(before: Agreed, now: Agreed) -> Iterator[dict[str, Any]]:
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        about = {"name": name, "decided": decided(new or old or {})}
        if old is None or new is None:
            yield about | {"field": None, "old": old, "new": new}
            continue
        for part in sorted(old.keys() | new.keys()):
            if old.get(part) != new.get(part):
                yield about | {"field": part, "old": old.get(part), "new": new.get(part)}


def decided(one: Mapping[str, Any]) -> str | None:
    """Who set it and when, or which decision says so; null where nobody wrote that down."""
    if one.get("source"):
        return str(one["source"])
    if one.get("decided_by"):
        return f"{one['decided_by']}, {one.get('decided_on') or 'datum onbekend'}"
    return None


def _tolerances(expectations: Path, path: Path) -> Agreed:
    """The rules of one file; a long query is named by its hash."""
    table = path.parent.stem if path.parent != expectations else path.stem
    found: Agreed = {}
    for rule in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
        kwargs = dict(rule.get("kwargs", {}))
        query = kwargs.pop("unexpected_rows_query", None)
        found[f"tolerance/{table}.{rule['rule']}"] = {
            "type": rule["type"],
            "severity": rule["severity"],
            "description": rule["description"],
            "allowed": kwargs,
            "query_sha256": sha256_of_json(query) if query else None,
            "source": rule.get("source"),
            "file": path.relative_to(expectations).as_posix(),
        }
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
