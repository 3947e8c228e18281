"""A contract that cannot be used says so with file, line and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dronten_pipeline.contracts import ContractError, load_source, load_sources, load_suite
from dronten_pipeline.settings import PROJECT

GOOD = """\
name: bieb
description: Een bron om te proberen.
owner: Samenleving
system: Bibliotheeksysteem
cadence: monthly
tables:
  - name: loans
    description: Een uitlening per regel.
    key: [id]
    columns:
      - {name: id, type: text, required: true, description: Uniek nummer.}
      - {name: datum, type: date, description: Dag van uitlenen.}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "bieb" / "source.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_contracts_of_the_project_load() -> None:
    assert set(load_sources(PROJECT / "sources")) >= {"website_feedback", "iv3"}


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("cadence: monthly", "cadance: monthly", 5, "cadance is no known key"),
        ("type: date", "type: datum", 12, "tables.0.columns.1.type"),
        ("required: true", "requird: true", 11, "requird is no known key"),
        ("owner: Samenleving\n", "", 1, "owner is missing"),
        ("key: [id]", "key: [datum]", 7, "key column datum of loans must be required"),
        ("name: datum", "name: id", 7, "column id stands in table loans twice"),
        ("cadence: monthly", "cadence: [monthly", 6, "cannot be read"),
        ("name: bieb", "name: boek", 1, "name is boek, the folder bieb"),
    ],
    ids=["key", "type", "nested key", "missing", "loose key", "doubled", "no YAML", "folder"],
)
def test_a_mistake_is_reported_where_it_stands(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ContractError) as mistake:
        load_source(path)
    assert says in str(mistake.value)
    assert f"{path}:{line}:" in str(mistake.value)


def test_the_version_of_a_table_changes_with_what_is_read_and_not_with_words(
    tmp_path: Path,
) -> None:
    version = load_source(written(tmp_path, GOOD)).tables[0].version
    reworded = load_source(written(tmp_path, GOOD.replace("Dag van uitlenen", "Datum")))
    retyped = load_source(written(tmp_path, GOOD.replace("type: date", "type: timestamp")))
    assert reworded.tables[0].version == version
    assert retyped.tables[0].version != version


ROW_COUNT = {
    "rule": "has_rows",
    "type": "expect_table_row_count_to_be_between",
    "kwargs": {"min_value": 1},
    "severity": "critical",
    "description": "De tabel heeft minstens een rij.",
}


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ([], "at least 1 item"),
        ([{**ROW_COUNT, "severity": "warning"}], "an empty table would pass"),
        ([{**ROW_COUNT, "kwargs": {}}], "an empty table would pass"),
        ([{**ROW_COUNT, "severity": "fatal"}], "severity"),
        ([{**ROW_COUNT, "mostly": 0.9}], "mostly is no known key"),
        ([ROW_COUNT, ROW_COUNT], "has_rows stands in the suite twice"),
    ],
    ids=["empty", "row count warns", "row count without bound", "severity", "key", "doubled"],
)
def test_a_suite_that_could_pass_in_silence_is_refused(
    tmp_path: Path, rules: list[dict], says: str
) -> None:
    path = tmp_path / "loans.json"
    suite = {"table": "loans", "description": "Uitleningen.", "expectations": rules}
    path.write_text(json.dumps(suite), encoding="utf-8")
    with pytest.raises(ContractError, match=r"loans\.json:") as mistake:
        load_suite(path)
    assert says in str(mistake.value)
