"""What differs from the release before, and why, without showing what is hidden."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.unit.dbt.conftest import AS_OF, Raw, dbt_build, publish

CLARITY, SATISFACTION = "website_text_clarity", "website_satisfaction"
JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)

#: How the release before differs from the figures that the invented deliveries give now.
BEFORE = f"""
update old set value = value - 1
where kpi_id = '{CLARITY}' and period_grain = 'month' and period_start = date '2026-01-01'
    and dimension = 'total';
-- shown then, hidden now
update old set value = 50, is_suppressed = false
where kpi_id = '{CLARITY}' and period_grain = 'month' and period_start = date '2026-02-01'
    and dimension_value = 'wonen';
-- hidden then, shown now
update old set value = null, is_suppressed = true
where kpi_id = '{CLARITY}' and period_grain = 'month' and period_start = date '2026-02-01'
    and dimension_value = 'zorg';
-- added up in another order
update old set value = value + 1e-12
where kpi_id = 'external_hiring_share' and period_grain = 'year';
-- a year of which a month is hidden now, in that month and beside it
update old set value = value - 1
where kpi_id = '{CLARITY}' and period_grain = 'year' and period_start = date '2026-01-01';
update old set value = value - 1
where kpi_id = '{CLARITY}' and period_grain = 'month' and period_start = date '2026-02-01'
    and dimension = 'total';
-- a part of a year that still runs, from before these were left out
insert into old
select * replace ('page_section' as dimension, 'wonen' as dimension_value)
from old where kpi_id = '{CLARITY}' and period_grain = 'year' and dimension = 'total'
    and period_start = date '2026-01-01';
-- not there then
delete from old where kpi_id = '{CLARITY}' and period_grain = 'quarter';
update old set value = value - 1, as_of = date '2026-03-09' where kpi_id = '{SATISFACTION}';
update old set value = value - 1, definition_version = 0
where kpi_id = 'b1_share' and period_grain = 'month';
update old set value = value - 1 where kpi_id = 'b1_share' and period_grain = 'year';
update old set value = value - 1
where kpi_id = 'external_hiring_share' and period_grain = 'quarter'
    and period_start = date '2025-01-01' and dimension = 'total';
-- gone now: no record is left of it; one that was hidden; one of a KPI that was dropped
insert into old
select '{CLARITY}', period_grain, date '2020-01-01', dimension, dimension_value, 10, 1, 10, 10,
    null, null, false, false, as_of, source_state, definition_version
from old where kpi_id = '{CLARITY}' and period_grain = 'year' and dimension = 'total'
    and period_start = date '2026-01-01';
insert into old
select * replace (date '2021-01-01' as period_start, null as value, true as is_suppressed)
from old where period_start = date '2020-01-01';
insert into old
select * replace ('dropped' as kpi_id) from old where period_start = date '2020-01-01';
insert into old
select * replace ('press_answered' as kpi_id) from old
where kpi_id = '{CLARITY}' and period_start = date '2020-01-01';
"""

Key = tuple[str, str, dt.date, str]


#: What was first published in an even earlier release, as the release before says.
FIRST = f"""
create table first as select "Sleutel", "Eerste waarde", "Eerste uitgave"
from warehouse.main.rapport_kpi_reeks;
alter table first add column "Waarde" double default 10;
alter table first add column "Voorlopig" varchar default 'nee';
alter table first add column "Herzien" varchar default 'nee';
update first set "Eerste waarde" = 10, "Eerste uitgave" = 'first'
where "Sleutel" like '{CLARITY}|month|2026-0%';
delete from first where "Sleutel" like '{CLARITY}|month|2026-03%'
"""


@pytest.fixture(scope="module")
def later(
    built: tuple[Raw, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A mart that follows an invented release before."""
    raw, before = built
    home = tmp_path_factory.mktemp("dbt_revision")
    shutil.copy(before / "warehouse.duckdb", home)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{before / 'warehouse.duckdb'}' as warehouse (read_only)")
        connection.execute("create table old as from warehouse.main.fct_kpi_value")
        connection.execute(BEFORE)
        connection.execute(FIRST)
        connection.execute("""
            create view fct_kpi_value as from old;
            create view rapport_kpi_reeks as from first;
            create view kpi_status as from warehouse.main.kpi_status;
            create view work_list as from warehouse.main.work_list;
        """)
        publish(connection, home)
    previous = {
        "release_id": "old",
        "as_of": AS_OF,
        "code_version": "older",
        "calendar_version": "2025.1",
        "text_method": "earlier-1+00000000",
    }
    raw.run(AS_OF, previous=previous, new_deliveries=("website_feedback", "text_corpus"))
    try:
        select = "kpi_revision rapport_kpi_reeks"
        warehouse = dbt_build(raw.folder, home, previous=str(home), select=select)
    finally:
        raw.run(AS_OF)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def revisions(later: duckdb.DuckDBPyConnection) -> dict[Key, dict[str, Any]]:
    """The revisions by KPI, grain, period and part."""
    rows = later.sql("from kpi_revision").pl().rows(named=True)
    found = {
        (row["kpi_id"], row["period_grain"], row["period_start"], row["dimension_value"]): row
        for row in rows
    }
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize(
    ("key", "cause"),
    [
        pytest.param((CLARITY, "month", JANUARY, "total"), "delivery", id="new_file"),
        pytest.param((SATISFACTION, "month", JANUARY, "total"), "as_of", id="another_day"),
        pytest.param(("b1_share", "month", FEBRUARY, "total"), "definition", id="new_version"),
        pytest.param(
            ("b1_share", "year", dt.date(2026, 1, 1), "total"),
            "definition",
            id="another_method_judged_the_texts",
        ),
        pytest.param(
            ("external_hiring_share", "quarter", dt.date(2025, 1, 1), "total"),
            "definition",
            id="only_the_code_is_another",
        ),
        pytest.param(
            ("press_answered", "year", dt.date(2020, 1, 1), "total"),
            "calendar",
            id="in_working_days",
        ),
        pytest.param(("dropped", "year", dt.date(2020, 1, 1), "total"), "definition", id="no_kpi"),
    ],
)
def test_a_revision_names_its_cause(
    revisions: dict[Key, dict[str, Any]], key: Key, cause: str
) -> None:
    row = revisions[key]
    assert row["cause"] == cause
    assert (row["old_release"], row["new_release"]) == ("old", "new")


def test_a_revision_shows_both_values(revisions: dict[Key, dict[str, Any]]) -> None:
    row = revisions[CLARITY, "month", JANUARY, "total"]
    assert row["new_value"] == pytest.approx(100 * 38 / 53)
    assert row["new_value"] - row["old_value"] == pytest.approx(1)


def test_what_was_final_is_revised_and_what_was_not_runs_on(
    revisions: dict[Key, dict[str, Any]],
) -> None:
    told_apart = {key: row["is_revision"] for key, row in revisions.items()}
    assert told_apart[CLARITY, "month", JANUARY, "total"]
    assert told_apart["external_hiring_share", "quarter", dt.date(2025, 1, 1), "total"]
    assert not told_apart[CLARITY, "year", JANUARY, "total"]
    assert not told_apart["b1_share", "year", JANUARY, "total"]


def test_a_figure_that_vanished_has_no_new_value(revisions: dict[Key, dict[str, Any]]) -> None:
    row = revisions[CLARITY, "year", dt.date(2020, 1, 1), "total"]
    assert (row["old_value"], row["new_value"]) == (10, None)


def test_of_a_figure_that_is_hidden_now_nothing_is_shown(
    revisions: dict[Key, dict[str, Any]],
) -> None:
    row = revisions[CLARITY, "month", FEBRUARY, "wonen"]
    assert (row["old_value"], row["new_value"]) == (None, None)


@pytest.mark.parametrize(
    ("grain", "start"),
    [
        pytest.param("year", JANUARY, id="year_with_it"),
        pytest.param("month", FEBRUARY, id="total_of_its_month"),
    ],
)
def test_of_a_sum_with_a_hidden_figure_the_old_value_is_not_shown(
    revisions: dict[Key, dict[str, Any]], grain: str, start: dt.date
) -> None:
    """What a total or a year changed by would be that of the hidden part."""
    row = revisions[CLARITY, grain, start, "total"]
    assert row["old_value"] is None and row["new_value"] is not None


def test_of_parts_that_are_not_published_any_more_nothing_is_said(
    revisions: dict[Key, dict[str, Any]],
) -> None:
    assert (CLARITY, "year", JANUARY, "wonen") not in revisions


def test_of_a_figure_that_was_hidden_the_new_value_is_shown(
    revisions: dict[Key, dict[str, Any]],
) -> None:
    row = revisions[CLARITY, "month", FEBRUARY, "zorg"]
    assert row["old_value"] is None and row["new_value"] is not None


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(
            ("external_hiring_share", "year", dt.date(2025, 1, 1), "total"), id="last_digits"
        ),
        pytest.param((CLARITY, "quarter", JANUARY, "total"), id="new_figure"),
        pytest.param((CLARITY, "month", dt.date(2026, 3, 1), "total"), id="same"),
        pytest.param((CLARITY, "year", dt.date(2021, 1, 1), "total"), id="hidden_and_gone"),
    ],
)
def test_what_does_not_differ_is_no_revision(
    revisions: dict[Key, dict[str, Any]], key: Key
) -> None:
    assert key not in revisions


def test_without_a_release_before_there_are_no_revisions(mart: duckdb.DuckDBPyConnection) -> None:
    assert mart.execute("select count(*) from kpi_revision").fetchone() == (0,)


def test_a_stopped_source_is_not_revised(
    mart_of_stopped_source: duckdb.DuckDBPyConnection,
) -> None:
    found = mart_of_stopped_source.execute("select distinct kpi_id from kpi_revision").fetchall()
    assert found and CLARITY not in {kpi for (kpi,) in found}


@pytest.mark.parametrize(
    ("key", "first", "release", "revised"),
    [
        pytest.param("month|2026-01-01|total|total", 10, "first", "ja", id="of_an_earlier_one"),
        pytest.param("month|2026-03-01|total|total", None, "new", "nee", id="new_figure"),
        pytest.param("quarter|2026-01-01|total|total", None, None, "nee", id="hidden_month"),
        pytest.param(
            "month|2026-02-01|total|total", None, None, "nee", id="total_of_a_hidden_part"
        ),
        pytest.param("month|2026-02-01|page_section|wonen", None, None, "nee", id="hidden_now"),
    ],
)
def test_a_figure_stands_beside_what_was_published_first(
    later: duckdb.DuckDBPyConnection,
    key: str,
    first: float | None,
    release: str | None,
    revised: str,
) -> None:
    row = later.execute(
        'select "Waarde", "Eerste waarde", "Eerste uitgave", "Herzien" from rapport_kpi_reeks '
        f"where \"Sleutel\" = '{CLARITY}|{key}'"
    ).fetchone()
    assert row is not None
    value, found, *rest = row
    assert rest == [release, revised]
    assert found == (value if release == "new" else first)
