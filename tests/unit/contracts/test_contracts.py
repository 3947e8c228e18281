"""A contract that cannot be used says so with file, line and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dronten_pipeline.contracts.expectation_types import QUERY_START
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.rule_files import hash_of_query
from dronten_pipeline.contracts.sources import load_source, load_sources
from dronten_pipeline.contracts.suites import load_suite, load_suites
from dronten_pipeline.core.settings import PROJECT

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
        ("cadence: monthly", "cadance: monthly", 5, "cadance is geen bekende sleutel"),
        ("type: date", "type: datum", 12, "tables.0.columns.1.type"),
        ("required: true", "requird: true", 11, "requird is geen bekende sleutel"),
        ("owner: Samenleving\n", "", 1, "owner ontbreekt"),
        ("key: [id]", "key: [datum]", 7, "sleutelkolom datum van loans moet verplicht zijn"),
        ("name: datum", "name: id", 7, "kolom id staat twee keer in tabel loans"),
        ("cadence: monthly", "cadence: [monthly", 6, "kan niet gelezen worden"),
        ("name: bieb", "name: boek", 1, "name is boek, de map bieb"),
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
        (
            "[geleend, datum]",
            "[geleend, terug]",
            "moet twee kolommen van de tabel noemen, niet terug",
        ),
        (
            "[geleend, datum]",
            "[datum, datum]",
            "moet twee kolommen van de tabel noemen, niet datum",
        ),
        ("[geleend, datum]", "[datum]", "er moeten er minstens 2 staan"),
        ("[geleend, datum]", "[id, datum]", "moeten allebei date zijn, of allebei timestamp"),
        ("geleend, type: date", "geleend, type: timestamp", "moeten allebei date zijn"),
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


def rule(kind: str, **kwargs: object) -> dict:
    return {
        "rule": "other",
        "type": kind,
        "kwargs": kwargs,
        "severity": "warning",
        "description": "Een regel van de proef.",
    }


BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
ROWS = "unexpected_rows_expectation"
OWN = "WITH own AS (SELECT * FROM {batch}) SELECT * FROM own"

REFUSED: dict[str, tuple[list[dict], int, str]] = {
    # name: (rules, line of the mistake, what is said)
    "empty": ([], 3, "er moeten er minstens 1 staan"),
    "row count warns": ([{**ROW_COUNT, "severity": "warning"}], 1, "een lege tabel zou slagen"),
    "row count has no minimum": (
        [{**ROW_COUNT, "kwargs": {"max_value": 9}}],
        1,
        "een lege tabel zou slagen",
    ),
    "row count that cannot fail": (
        [{**ROW_COUNT, "kwargs": {"min_value": 0}}],
        1,
        "een lege tabel zou slagen",
    ),
    "row count without bound": (
        [{**ROW_COUNT, "kwargs": {}}],
        4,
        "geef min_value, max_value of allebei",
    ),
    "severity": ([{**ROW_COUNT, "severity": "fatal"}], 4, "severity"),
    "key": ([{**ROW_COUNT, "mostly": 0.9}], 4, "mostly is geen bekende sleutel"),
    "doubled": ([ROW_COUNT, ROW_COUNT], 5, "regel has_rows staat al in"),
    "unknown type": (
        [ROW_COUNT, rule("expect_column_mean_to_be_between", column="n", min_value=1)],
        5,
        "is geen type dat beide beoordelaars kennen: gebruik",
    ),
    "quantiles": (
        [ROW_COUNT, rule("expect_column_quantile_values_to_be_between", column="n")],
        5,
        "is geen type dat beide beoordelaars kennen",
    ),
    "unknown argument": (
        [ROW_COUNT, rule(BETWEEN, column="n", min=1)],
        5,
        "min is geen argument van expect_column_values_to_be_between: gebruik column",
    ),
    "row condition": (
        [ROW_COUNT, rule(IN_SET, column="n", value_set=[1], row_condition="n > 1")],
        5,
        "row_condition is geen argument",
    ),
    "no column": ([ROW_COUNT, rule("expect_column_values_to_not_be_null")], 5, "column ontbreekt"),
    "no bound": ([ROW_COUNT, rule(BETWEEN, column="n")], 5, "geef min_value, max_value of allebei"),
    "bounds crossed": (
        [ROW_COUNT, rule(BETWEEN, column="n", min_value=2, max_value=1)],
        5,
        "min_value is groter dan max_value",
    ),
    "bounds of two kinds": (
        [ROW_COUNT, rule(BETWEEN, column="n", min_value=1, max_value="2026-01-01")],
        5,
        "moeten allebei een getal zijn",
    ),
    "bound that is no day": (
        [ROW_COUNT, rule(BETWEEN, column="n", min_value="2026-02-30")],
        5,
        "een tekst moet een dag of moment zijn",
    ),
    "empty set": ([ROW_COUNT, rule(IN_SET, column="n", value_set=[])], 5, "value_set is te kort"),
    "nothing in set": (
        [ROW_COUNT, rule(IN_SET, column="n", value_set=["a", None])],
        5,
        "value_set",
    ),
    "mixed set": (
        [ROW_COUNT, rule(IN_SET, column="n", value_set=["1", 1])],
        5,
        "value_set heeft waarden van verschillende soort",
    ),
    "no share": (
        [ROW_COUNT, rule(IN_SET, column="n", value_set=[1], mostly=0)],
        5,
        "mostly moet groter zijn dan 0",
    ),
    "unknown column type": (
        [ROW_COUNT, rule("expect_column_values_to_be_of_type", column="n", type_="INT64")],
        5,
        "type_ INT64 is niet een van BIGINT",
    ),
    "query of another table": (
        [ROW_COUNT, rule(ROWS, unexpected_rows_query="SELECT * FROM loans")],
        5,
        "moet beginnen met WITH own AS",
    ),
    "query with a brace": (
        [ROW_COUNT, rule(ROWS, unexpected_rows_query=OWN + " WHERE a ~ '[0-9]{4}'")],
        5,
        "geen accolade hebben buiten {batch}",
    ),
    "query with a semicolon": (
        [ROW_COUNT, rule(ROWS, unexpected_rows_query=OWN + "; ")],
        5,
        "geen commentaar en aan het eind geen puntkomma",
    ),
    "query with a comment": (
        [ROW_COUNT, rule(ROWS, unexpected_rows_query=OWN + " -- all")],
        5,
        "geen commentaar en aan het eind geen puntkomma",
    ),
    "query with a parameter": (
        [ROW_COUNT, rule(ROWS, unexpected_rows_query=OWN + " WHERE a::DATE = :day")],
        5,
        "geen dubbele punt voor een naam",
    ),
}


@pytest.mark.parametrize(("rules", "line", "says"), REFUSED.values(), ids=REFUSED)
def test_a_suite_that_could_pass_in_silence_is_refused(
    tmp_path: Path, rules: list[dict], line: int, says: str
) -> None:
    path = tmp_path / "loans.json"
    written = ",\n".join(map(json.dumps, rules))
    path.write_text(
        f'{{"table": "loans",\n"description": "Uitleningen.",\n"expectations": [\n{written}\n]}}',
        encoding="utf-8",
    )
    with pytest.raises(ContractError) as mistake:
        load_suite(path)
    assert says in str(mistake.value)
    assert str(mistake.value).startswith(f"{path}:{line}:")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('{"table": "loans",\n"description": }', 2, "kan niet gelezen worden"),
        ('{"table": "loans",\n"table": "other"}', 1, "table staat twee keer in één object"),
        ('{"table": "loans", # a note\n}', 1, "kan niet gelezen worden"),
    ],
    ids=["torn", "key twice", "comment"],
)
def test_a_suite_that_is_no_json_is_refused(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    path = tmp_path / "loans.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=rf"loans\.json:{line}:.*{says}"):
        load_suite(path)


def test_a_table_of_figures_must_be_reconciled_with_what_it_was_made_of(tmp_path: Path) -> None:
    path = tmp_path / "fct_loans.json"
    query = rule(ROWS, unexpected_rows_query=OWN + " WHERE n NOT IN (FROM warehouse.staging.loans)")
    suite = {"table": "fct_loans", "description": "Uitleningen.", "expectations": [ROW_COUNT]}
    for added in ([], [query]):  # a warning does not keep anything back
        path.write_text(json.dumps(suite | {"expectations": [ROW_COUNT, *added]}))
        with pytest.raises(
            ContractError, match=r"fct_loans\.json:1: geen kritische query vergelijkt"
        ):
            load_suite(path)
    path.write_text(
        json.dumps(suite | {"expectations": [ROW_COUNT, query | {"severity": "critical"}]})
    )
    assert load_suite(path).reconciles


def suite_with(folder: Path, **queries: str) -> Path:
    """A suite of loans, with a query in a file of its own per keyword."""
    path = folder / "loans.json"
    suite = {"table": "loans", "description": "Uitleningen.", "expectations": [ROW_COUNT]}
    path.write_text(json.dumps(suite), encoding="utf-8")
    for name, text in queries.items():
        path.with_suffix("").mkdir(exist_ok=True)
        (path.with_suffix("") / f"{name}.sql").write_text(text, encoding="utf-8")
    return path


HEAD = "-- severity: warning\n-- description: Geen uitlening\n--   zonder lener.\n"
QUERY = "select n from own where lener is null\n"


def test_queries_join_the_suite_by_name_with_what_their_head_says(tmp_path: Path) -> None:
    suite_with(
        tmp_path,
        b=HEAD + "-- kpi: loans_late\n-- on_failure: Vraag het de bibliotheek.\n" + QUERY,
        a=HEAD + "With other as (select 1)\n" + QUERY,
    )
    rows, first, second = load_suites(tmp_path)["loans"].expectations
    assert (rows.rule, first.rule, second.rule) == ("has_rows", "a", "b")
    assert first.description == "Geen uitlening zonder lener."
    assert first.kwargs["unexpected_rows_query"] == (
        f"{QUERY_START}, other as (select 1)\n{QUERY.strip()}"
    )
    assert second.kwargs["unexpected_rows_query"] == f"{QUERY_START}\n{QUERY.strip()}"
    assert (second.kpi, second.on_failure) == ("loans_late", "Vraag het de bibliotheek.")


@pytest.mark.parametrize(
    ("name", "text", "line", "says"),
    [
        ("has_rows", HEAD + QUERY, 1, "regel has_rows staat al in"),
        ("a", HEAD.replace("severity", "ernst") + QUERY, 1, "een regel van het hoofd is"),
        ("a", HEAD + "-- kpi\n" + QUERY, 4, "een regel van het hoofd is"),
        ("a", HEAD + "-- severity: critical\n" + QUERY, 4, "severity staat er twee keer"),
        ("a", "--   vervolg\n" + HEAD + QUERY, 1, "een regel van het hoofd is"),
        ("a", HEAD.replace("warning", "erg") + QUERY, 1, "severity moet een zijn van"),
        ("a", HEAD.replace("-- severity: warning\n", "") + QUERY, 1, "severity ontbreekt"),
        ("a", HEAD, 4, "staat geen query"),
        ("a", HEAD + QUERY.strip() + ";", 4, "puntkomma"),
        ("a", HEAD + QUERY + "-- een woord erbij", 4, "geen commentaar"),
        ("a", HEAD + "select n from {batch_2}", 4, "geen accolade"),
        ("A", HEAD + QUERY, 1, "rule heeft niet de vorm"),
    ],
)
def test_a_mistake_in_a_query_is_reported_where_it_stands(
    tmp_path: Path, name: str, text: str, line: int, says: str
) -> None:
    path = suite_with(tmp_path, **{name: text})
    with pytest.raises(ContractError) as mistake:
        load_suite(path)
    assert says in str(mistake.value)
    assert str(mistake.value).startswith(f"{path.with_suffix('') / name}.sql:{line}:")


def test_a_rule_twice_in_a_suite_is_reported_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "loans.json"
    suite = {"table": "loans", "description": "Uitleningen."}
    path.write_text(json.dumps(suite | {"expectations": [ROW_COUNT, ROW_COUNT]}, indent=0))
    with pytest.raises(ContractError, match="regel has_rows staat al in"):
        load_suite(path)


def test_queries_without_a_suite_are_refused(tmp_path: Path) -> None:
    suite_with(tmp_path, a=HEAD + QUERY).unlink()
    with pytest.raises(
        ContractError, match=r"loans:1: er is geen loans\.json waar deze queries bij horen"
    ):
        load_suites(tmp_path)


def test_a_file_among_queries_that_is_not_read_is_refused(tmp_path: Path) -> None:
    path = suite_with(tmp_path, a=HEAD + QUERY)
    (path.with_suffix("") / "b.sqll").write_text("{}", encoding="utf-8")
    with pytest.raises(ContractError, match=r"b\.sqll:1: hier wordt alleen \.sql gelezen"):
        load_suite(path)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ("SELECT  n\nFROM own WHERE name = 'A  b' AND n<>1", True),
        ("select n from own where name = 'A b' and n <> 1", False),
        ("select n from own where name = 'a  b' and n <> 1", False),
        ("select n from own where name = 'A  b' and n <> 11", False),
        ("select n from own where \"NAME\" = 'A  b' and n <> 1", False),
    ],
)
def test_a_query_is_the_same_whatever_its_layout(other: str, is_same: bool) -> None:
    query = "select n from own where name = 'A  b' and n <> 1"
    assert (hash_of_query(other) == hash_of_query(query)) is is_same
