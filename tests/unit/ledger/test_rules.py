"""What became of the rules is seen, part by part, by us and by who does not trust us."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import rules
from dronten_pipeline.pipeline.run import code_version
from tests.conftest import PROJECT
from tests.documents import a_body

spec = importlib.util.spec_from_file_location("stand_alone", PROJECT / "tools" / "verify.py")
assert spec is not None
assert spec.loader is not None
stand_alone = importlib.util.module_from_spec(spec)
spec.loader.exec_module(stand_alone)


def rule(severity: str = "critical", query: str | None = None, **allowed: Any) -> dict[str, Any]:
    return {
        "type": "expect_column_values_to_be_between",
        "severity": severity,
        "description": "Een regel van de proef.",
        "allowed": {"column": "value", **allowed},
        "query_sha256": query,
        "source": None,
        "file": "figure.json",
    }


CASES: dict[str, tuple[dict[str, Any], dict[str, Any] | None, list[tuple[str, str]]]] = {
    "nothing": (rule(), rule(), []),
    "words only": (rule(), rule() | {"description": "Anders gezegd.", "file": "x.json"}, []),
    "gone": (rule(), None, [("removed", "rule")]),
    "lower severity": (rule(), rule("warning"), [("weaker", "severity")]),
    "higher severity": (rule("warning"), rule(), []),
    "lower minimum": (rule(min_value=1), rule(min_value=0), [("weaker", "min_value")]),
    "higher minimum": (rule(min_value=1), rule(min_value=2), []),
    "no minimum": (rule(min_value=1), rule(), [("weaker", "min_value")]),
    "a minimum": (rule(), rule(min_value=1), []),
    "higher maximum": (rule(max_value=1), rule(max_value=1.5), [("weaker", "max_value")]),
    "lower maximum": (rule(max_value=1), rule(max_value=0), []),
    "later day": (
        rule(max_value="2026-01-01"),
        rule(max_value="2027-01-01"),
        [("weaker", "max_value")],
    ),
    "another kind of bound": (
        rule(max_value="2026-01-01"),
        rule(max_value=1),
        [("changed", "max_value")],
    ),
    "lower share": (rule(), rule(mostly=0.9), [("weaker", "mostly")]),
    "share said": (rule(), rule(mostly=1.0), []),
    "higher share": (rule(mostly=0.5), rule(mostly=0.9), []),
    "bound itself allowed": (
        rule(strict_min=True),
        rule(strict_min=False),
        [("weaker", "strict_min")],
    ),
    "another value": (
        rule(value_set=["a"]),
        rule(value_set=["a", "b"]),
        [("weaker", "value_set")],
    ),
    "other values": (rule(value_set=["a"]), rule(value_set=["b"]), [("weaker", "value_set")]),
    "fewer values": (rule(value_set=["a", "b"]), rule(value_set=["b"]), []),
    "another column": (rule(), rule(column="other"), [("changed", "column")]),
    "another expression": (rule(regex="^a"), rule(regex="a"), [("changed", "regex")]),
    "another query": (rule(query="a"), rule(query="b"), [("changed", "query")]),
    "the same query in another form": (
        rule(query="a"),
        rule(query="b") | {"earlier_query_sha256": ["c", "a"]},
        [],
    ),
    "another query than those of before": (
        rule(query="a"),
        rule(query="b") | {"earlier_query_sha256": ["c"]},
        [("changed", "query")],
    ),
    "another type": (
        rule(),
        rule() | {"type": "expect_column_values_to_not_be_null"},
        [("changed", "type")],
    ),
}


@pytest.mark.parametrize(("was", "now", "found"), CASES.values(), ids=CASES)
def test_what_gave_way_is_named(
    was: dict[str, Any], now: dict[str, Any] | None, found: list[tuple[str, str]]
) -> None:
    name = "tolerance/figure.usual"
    before = {name: was, "definition/x": {"owner": "a"}}
    after = {**({name: now} if now else {}), "tolerance/figure.new": rule()}
    changes = rules.compare(before, after)
    assert [(one.how, one.part) for one in changes] == found
    assert {(one.table, one.rule) for one in changes} <= {("figure", "usual")}
    assert all("figure.usual is" in rules.in_words(one) for one in changes)
    if was["severity"] == "critical":
        assert rules.needing_approval(changes) == changes
        assert stand_alone.as_strict(was, now) is not bool(found)
    else:
        assert rules.needing_approval(changes) == []


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        (
            rule(column_list=[f"column_{n}" for n in range(30)]),
            rule(column_list=[*(f"column_{n}" for n in range(1, 30)), "release_id"]),
            "column_list, erbij: release_id; weg: column_0",
        ),
        (rule(column_list=["a", "b"]), rule(column_list=["b", "a"]), "in een andere volgorde"),
        (rule(query="a"), rule(query="b"), "de query, in expectations/figure/usual.sql"),
        (rule(regex="x" * 90 + "a"), rule(regex="x" * 90 + "b"), f"{'x' * 20}a, is ...{'x' * 20}b"),
        (rule(max_value=None, min_value=1), rule(max_value=None, min_value=0), "was 1, is 0"),
    ],
)
def test_who_must_judge_reads_what_differs(
    was: dict[str, Any], now: dict[str, Any], says: str
) -> None:
    (change,) = rules.compare({"tolerance/figure.usual": was}, {"tolerance/figure.usual": now})
    assert rules.in_words(change).endswith(says)


def test_the_parts_of_this_checkout_are_those_of_its_commit() -> None:
    settings = Settings()
    version = code_version(settings)
    if version.startswith("files-"):
        pytest.skip("there is no git here to compare with")
    differs = rules.against_commit(rules.parts(settings), version)
    assert differs is not None
    if not version.endswith("+changes"):
        assert differs == []


def test_other_rules_than_those_of_the_commit_are_seen(tmp_path: Path) -> None:
    try:
        commit = subprocess.run(
            ["git", "-C", str(PROJECT), "rev-parse", "--short=12", "HEAD"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no git here to compare with")
    (tmp_path / "figure.json").write_text("{}")
    parts = rules.parts(Settings(expectations=tmp_path))
    differs = rules.against_commit(parts, commit)
    assert differs is not None
    assert "suites" in differs
    said = rules.sentences(a_body("gate", code_version=commit), differs)
    assert any("Beoordeeld met andere regels" in line for line in said)
    changed = a_body("gate", code_version="a+changes")
    assert any("werkmap" in line for line in rules.sentences(changed, []))


@pytest.mark.parametrize("version", ["files-0123456789ab", "0" * 12, "--output=x"])
def test_what_cannot_be_compared_is_said(version: str) -> None:
    assert rules.against_commit({"suites": "x"}, version) is None
    assert "niet te vergelijken" in rules.sentences(a_body("gate", code_version=version), None)[0]
