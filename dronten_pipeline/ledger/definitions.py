"""What was agreed: definitions, targets and tolerances, and a record of each change in them.

Here belongs reading what people decided and comparing it with what held before. Not here: judging
with it (`gate/`) or computing with it (`dbt_project/`).

A name says what it is about: `definition/b1_share`, `target/b1_share 2026`, `norm/callback`,
`tolerance/fct_kpi_value.b1_reconciles`.

A record stays as it was written. Rules of before December 2026 name their file in place of their
KPI, and their query by a hash over its bytes; `earlier_queries.json` says which of those hashes are
of a query that still says the same, so that another form of a file is no change of a rule.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dronten_pipeline.contracts.derived_rules import load_all_suites
from dronten_pipeline.contracts.rule_files import hash_of_query
from dronten_pipeline.contracts.seeds import read_seed
from dronten_pipeline.contracts.suites import Expectation
from dronten_pipeline.core.durable import sha256_of, sha256_of_json
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Agreed, AgreedChange, Definitions
from dronten_pipeline.ledger.judgement import Agreement


def agreed(settings: Settings) -> Agreed:
    """Everything that was decided and decides a figure, a status or a verdict, by name.

    Raises:
        OSError, ValueError, KeyError: a file of the project cannot be read.
    """
    found: Agreed = {}
    seeds = settings.dbt_project / "seeds"
    models = settings.dbt_project / "models" / "kpi"
    words = {row["kpi_id"]: row for row in read_seed(seeds, "kpi_definition")}
    for row in read_seed(seeds, "norm"):
        found[f"norm/{row['code']}"] = {name: row[name] for name in row if name != "code"}
    for row in read_seed(seeds, "kpi_register"):
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
    for row in read_seed(seeds, "kpi_target"):
        kind = "" if row["kind"] == "target" else f" {row['kind']}"
        found[f"target/{row['kpi_id']} {row['period']}{kind}"] = {
            name: row[name] for name in row if name not in ("kpi_id", "period", "kind")
        }
    for suite in load_all_suites(settings.expectations, settings.dbt_project).values():
        for rule in suite.expectations:
            found[f"tolerance/{suite.table}.{rule.rule}"] = _tolerance(rule)
    return dict(sorted(found.items()))


def record_definitions(settings: Settings) -> Agreement:
    """Adds a record when something was agreed otherwise than the last one says.

    Returns:
        the number of the record that holds now, and the hash of what was agreed.

    Raises:
        OSError, ValueError, KeyError: a file of the project cannot be read.
        LedgerError: the record could not be added.
    """
    now = agreed(settings)
    digest = sha256_of_json(now)
    last = next(ledger.records_of(settings, Definitions), None)
    if last is None or last.body.sha256 != digest:
        before = last.body.agreed if last else {}
        last = ledger.append(
            settings,
            Definitions(
                sha256=digest,
                replaces=last.number if last else None,
                changes=changes(before, now) if last else [],
                agreed=now,
            ),
        )
    return Agreement(record=last.number, sha256=digest)


def changes(before: Agreed, now: Agreed) -> list[AgreedChange]:
    """One entry per property that differs; `field` is null where the whole is new or gone.

    `decided` is who decided on what holds now and when, where the project knows it.
    """
    return list(_changes(before, now))


def _changes(before: Agreed, now: Agreed) -> Iterator[AgreedChange]:
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        by = decided(new or old or {})
        if old is None or new is None:
            yield AgreedChange(name=name, decided=by, field=None, old=old, new=new)
            continue
        old, new = _in_one_form(old, new)
        for part in sorted(old.keys() | new.keys()):
            if old.get(part) != new.get(part):
                yield AgreedChange(
                    name=name, decided=by, field=part, old=old.get(part), new=new.get(part)
                )


def decided(one: Mapping[str, Any]) -> str | None:
    """Who set it and when, or which decision says so; null where nobody wrote that down."""
    if one.get("source"):
        return str(one["source"])
    if one.get("decided_by"):
        return f"{one['decided_by']}, {one.get('decided_on') or 'datum onbekend'}"
    return None


def kpi_of(rule: Mapping[str, Any]) -> str | None:
    """The KPI that a rule guards; one of before December 2026 stood in a file of its name."""
    file = str(rule.get("file", ""))
    kpi = Path(file).stem if ".d/" in file else rule.get("kpi")
    return str(kpi) if kpi else None


def says_the_same(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether two versions of a rule have the same query, in whatever form it was written."""
    old = was["query_sha256"]
    return bool(old == now["query_sha256"] or old in now.get("earlier_query_sha256", ()))


def _in_one_form(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two versions of what was agreed, without what differs by their form alone."""
    before, after = dict(old), dict(new)
    if "query_sha256" in before and "query_sha256" in after:
        if says_the_same(before, after):
            before["query_sha256"] = after["query_sha256"]
        if before.pop("file", None):
            before |= {name: after.get(name) for name in ("kpi", "owner")}  # it kept neither
        for one in (before, after):
            one.pop("earlier_query_sha256", None)
    return before, after


def _tolerance(rule: Expectation) -> dict[str, Any]:
    """What a rule allows; a long query is named by its hash."""
    allowed = dict(rule.kwargs)
    query = allowed.pop("unexpected_rows_query", None)
    digest = hash_of_query(query) if query else None
    earlier = [old for old, same in _earlier_queries().items() if digest in same]
    return {
        "type": rule.type,
        "severity": rule.severity,
        "description": rule.description,
        "allowed": allowed,
        "query_sha256": digest,
        "source": rule.source,
        "kpi": rule.kpi,
        "owner": rule.owner,
        # said in the record itself, so that who reads it alone can compare
        **({"earlier_query_sha256": earlier} if earlier else {}),
    }


@functools.cache
def _earlier_queries() -> dict[str, list[str]]:
    """By the hash of a query as it was once written: those of queries now that see as much."""
    known: dict[str, list[str]] = json.loads(
        Path(__file__).with_name("earlier_queries.json").read_text(encoding="utf-8")
    )
    return known
