"""A contract that cannot be used says so with file, line and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dronten_pipeline.contracts import (
    ContractError,
    load_source,
    load_sources,
    load_suite,
    load_suites,
)
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


ORDERED = (
    GOOD
    + """\
      - {name: geleend, type: date, description: Dag van uitlenen.}
    rejects:
      - rule: not_before
        columns: [geleend, datum]
        reason: Een boek komt niet terug voordat het is uitgeleend.
"""
)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[geleend, datum]", "[geleend, terug]", "must name two of its columns, not terug"),
        ("[geleend, datum]", "[datum, datum]", "must name two of its columns, not datum"),
        ("[geleend, datum]", "[datum]", "at least 2 items"),
        ("[geleend, datum]", "[id, datum]", "must both be a date, or both a timestamp"),
        ("geleend, type: date", "geleend, type: timestamp", "must both be a date"),
        ("rule: not_before", "rule: before", "tables.0.rejects.0.rule"),
    ],
    ids=["unknown", "same", "one", "text", "date beside moment", "rule"],
)
def test_a_rule_that_rejects_names_two_columns_that_can_be_compared(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert load_source(written(tmp_path, ORDERED)).tables[0].rejects
    with pytest.raises(ContractError, match=r"source\.yml:") as mistake:
        load_source(written(tmp_path, ORDERED.replace(old, new)))
    assert says in str(mistake.value)


def test_the_version_of_a_table_changes_with_what_it_rejects(tmp_path: Path) -> None:
    version = load_source(written(tmp_path, ORDERED)).tables[0].version
    without = load_source(written(tmp_path, ORDERED.partition("    rejects:")[0]))
    reworded = load_source(written(tmp_path, ORDERED.replace("Een boek", "Een uitlening")))
    assert without.tables[0].version != version
    assert reworded.tables[0].version == version


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


def suite_with(folder: Path, **additions: str) -> Path:
    """A suite of loans, with a file of additions per keyword."""
    path = folder / "loans.json"
    suite = {"table": "loans", "description": "Uitleningen.", "expectations": [ROW_COUNT]}
    path.write_text(json.dumps(suite), encoding="utf-8")
    for name, text in additions.items():
        path.with_suffix(".d").mkdir(exist_ok=True)
        (path.with_suffix(".d") / f"{name}.json").write_text(text, encoding="utf-8")
    return path


def rules(*names: str) -> str:
    """Additions with one rule per line, so that a line can be pointed at."""
    lines = ",\n".join(json.dumps({**ROW_COUNT, "rule": name}) for name in names)
    return f'{{"expectations": [\n{lines}\n]}}'


def test_additions_join_the_suite_in_the_order_of_their_files(tmp_path: Path) -> None:
    suite_with(tmp_path, b=rules("second"), a=rules("first", "first_again"))
    suites = load_suites(tmp_path)
    assert [found.rule for found in suites["loans"].expectations] == [
        "has_rows",
        "first",
        "first_again",
        "second",
    ]


@pytest.mark.parametrize(
    ("additions", "line", "says"),
    [
        ({"a": rules("other", "has_rows")}, 3, "rule has_rows stands in"),
        ({"a": rules("one"), "b": rules("one")}, 2, "a.json already"),
        ({"a": rules("one", "one")}, 3, "rule one stands in"),
        ({"a": '{"expectations": []}'}, 1, "at least 1 item"),
        ({"a": rules("one").replace("kwargs", "kwarg")}, 2, "kwarg is no known key"),
        ({"a": '{"table": "loans",\n"expectations": [1]}'}, 1, "table is no known key"),
    ],
    ids=["rule of suite", "rule of file", "rule twice", "empty", "key", "table"],
)
def test_a_mistake_in_additions_is_reported_where_it_stands(
    tmp_path: Path, additions: dict[str, str], line: int, says: str
) -> None:
    path = suite_with(tmp_path, **additions)
    with pytest.raises(ContractError) as mistake:
        load_suite(path)
    assert says in str(mistake.value)
    wrong = path.with_suffix(".d") / f"{sorted(additions)[-1]}.json"
    assert str(mistake.value).startswith(f"{wrong}:{line}:")


def test_additions_without_a_suite_are_refused(tmp_path: Path) -> None:
    suite_with(tmp_path, a=rules("one")).unlink()
    with pytest.raises(ContractError, match=r"loans\.d:1: there is no loans\.json to add to"):
        load_suites(tmp_path)


def test_a_file_among_additions_that_is_not_read_is_refused(tmp_path: Path) -> None:
    path = suite_with(tmp_path, a=rules("one"))
    (path.with_suffix(".d") / "b.jsn").write_text("{}", encoding="utf-8")
    with pytest.raises(ContractError, match=r"b\.jsn:1: only \.json is read here"):
        load_suite(path)


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "loans.json"
    path.write_text('{"table": "loans",\n "table": "books", "expectations": []}')
    with pytest.raises(ContractError, match=r"loans\.json:2: .*table"):
        load_suite(path)
