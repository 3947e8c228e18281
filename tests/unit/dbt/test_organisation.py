"""Teams and departments by their names, and the work lists that name them."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import duckdb
import pytest

from tests.unit.dbt.conftest import DBT_PROJECT
from tests.unit.dbt.rendered import model

TABLES = """
create table stg_run__context (as_of date, release_id varchar);
insert into stg_run__context values ('2026-03-10', '20260310-b');
create table int_calendar as
    select date :: date as date, isodow(date) <= 5 as is_working_day,
        count(*) filter (where isodow(date) <= 5) over (order by date) as working_day_number
    from generate_series(date '2026-01-01', date '2026-12-31', interval 1 day) as days (date);
create table fct_kpi_value (dimension varchar, dimension_value varchar);
insert into fct_kpi_value values
    ('total', 'total'), ('channel', 'Ruimte'), ('team', 'Vergunningen & Handhaving'),
    ('department', 'Vergunningen en handhaving'), ('team', 'vergunningen '),
    ('team', 'Burgerzaken'), ('team', 'BURGERZAKEN'), ('team', 'Nieuw team'),
    ('department', 'Nieuwe afdeling'), ('team', 'onbekend');
create table kpi_register (kpi_id varchar, owner varchar);
insert into kpi_register values ('a', 'VTH - Juristen'), ('b', 'Burgerzaken');
create table int_work_item (
    list varchar, kpi_id varchar, item_id varchar, team varchar, due_on date, detail varchar
);
insert into int_work_item values
    ('callbacks_overdue', 'b', '1', 'vergunningen', '2026-03-06', 'x'),
    ('callbacks_overdue', 'b', '2', 'Griffie', '2026-03-02', 'x'),
    ('callbacks_overdue', 'b', '3', 'geen', '2026-03-10', 'x'),
    ('invoices_overdue', 'b', '1', 'Griffie', '2026-03-02', 'x'),
    ('texts_too_hard', 'a', 'new', null, null, 'x'),
    ('texts_too_hard', 'a', 'old', null, null, 'x');
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        for seed in ("organisation", "organisation_alias"):
            path = DBT_PROJECT / "seeds" / f"{seed}.csv"
            connection.execute(f"create table {seed} as from read_csv('{path}')")
        for name in ("int_organisation_name", "dim_organisation"):
            connection.execute(f"create table {name} as {model(name)}")
        yield connection


def members(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str, str | None]]:
    rows = connection.execute(
        "select organisation_key, organisation_nl, kind_nl, parent_nl from dim_organisation"
    ).fetchall()
    found = {key: (name, kind, parent) for key, name, kind, parent in rows}
    assert len(found) == len(rows)
    return found


def test_other_names_of_a_department_are_one_member(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = members(connection)
    assert found["vergunningen en handhaving"] == ("Vergunningen en handhaving", "afdeling", None)
    assert not {"vergunningen", "vergunningen & handhaving"} & set(found)
    means = connection.execute(
        "select count(*) from int_organisation_name"
        " where organisation_key = 'vergunningen en handhaving'"
    ).fetchone()
    assert means == (3,)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param(
            "burgerzaken", ("Burgerzaken", "team", "Publiekszaken"), id="team_of_a_department"
        ),
        pytest.param(
            "publiekszaken", ("Publiekszaken", "afdeling", None), id="department_nobody_delivered"
        ),
        pytest.param("nieuw team", ("Nieuw team", "team", None), id="unknown_team"),
        pytest.param("nieuwe afdeling", ("Nieuwe afdeling", "afdeling", None), id="unknown_one"),
        pytest.param(
            "vth - juristen",
            ("VTH - Juristen", "team", "Vergunningen en handhaving"),
            id="owner_without_figures",
        ),
        pytest.param("griffie", ("Griffie", "afdeling", None), id="on_a_work_list_only"),
        pytest.param("onbekend", ("Onbekend", "onbekend", None), id="not_told"),
        pytest.param("geen", ("Niet naar team of afdeling", "geen", None), id="no_breakdown"),
    ],
)
def test_members(
    connection: duckdb.DuckDBPyConnection, key: str, expected: tuple[str, str, str | None]
) -> None:
    assert members(connection)[key] == expected


def test_nobody_is_a_member_who_is_named_nowhere(connection: duckdb.DuckDBPyConnection) -> None:
    found = members(connection)
    assert "ruimte" not in found, "a channel is no team"
    assert "belastingen" not in found, "the reviewed list alone makes no member"


def work_list(
    connection: duckdb.DuckDBPyConnection,
    before: str = "null::varchar as list, null::varchar as item_id, null::varchar as release_id "
    "where false",
) -> list[dict[str, object]]:
    """The list after a release whose list held the row `before`."""
    connection.execute(f"create table previous_release__work_list as select {before}")
    staged = "stg_previous_release__work_list"
    connection.execute(f"create table {staged} as {model(staged)}")
    return connection.execute(model("work_list")).pl().to_dicts()


def test_every_team_of_a_work_list_is_a_member(connection: duckdb.DuckDBPyConnection) -> None:
    found = members(connection)
    rows = work_list(connection)
    assert [(row["organisation_key"], row["team"]) for row in rows] == [
        ("griffie", "Griffie"),
        ("vergunningen en handhaving", "Vergunningen en handhaving"),
        ("onbekend", "Onbekend"),
        ("griffie", "Griffie"),
        ("vth - juristen", "VTH - Juristen"),
        ("vth - juristen", "VTH - Juristen"),
    ]
    assert all(found[str(row["organisation_key"])][0] == row["team"] for row in rows)
    assert {row["owner"] for row in rows} == {"Burgerzaken", "VTH - Juristen"}


@pytest.mark.parametrize("has_since", [True, False], ids=["since_known", "older_release"])
def test_an_item_stands_on_the_list_since_the_release_that_showed_it_first(
    connection: duckdb.DuckDBPyConnection, has_since: bool
) -> None:
    since = "'20260101-a' as first_seen_release, " if has_since else ""
    before = f"'texts_too_hard' as list, 'old' as item_id, {since}'20260210-a' as release_id"
    rows = [row for row in work_list(connection, before) if row["list"] == "texts_too_hard"]
    # without a term the one that stood there first comes first
    assert [(row["item_id"], row["first_seen_release"]) for row in rows] == [
        ("old", "20260101-a" if has_since else "20260210-a"),
        ("new", "20260310-b"),
    ]


def test_a_release_without_a_list_before_is_the_first(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = work_list(connection)
    assert {row["first_seen_release"] for row in rows} == {"20260310-b"}


def test_the_reviewed_names_are_clear() -> None:
    """A name is a member or another name for one, and a parent is a department."""
    rows = {
        seed: list(csv.DictReader((DBT_PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8")))
        for seed in ("organisation", "organisation_alias")
    }
    kinds = {row["name_nl"]: row["kind_nl"] for row in rows["organisation"]}
    folded = {name.lower() for name in kinds}
    assert len(folded) == len(kinds)
    assert not folded & {row["alias"].lower() for row in rows["organisation_alias"]}
    assert {row["name_nl"] for row in rows["organisation_alias"]} <= set(kinds)
    for row in rows["organisation"]:
        assert not row["parent_nl"] or (kinds[row["parent_nl"]], row["kind_nl"]) == (
            "afdeling",
            "team",
        )
    assert all(row["reviewed_on"] and row["reviewed_by"] for part in rows.values() for row in part)
