"""What is published about people, as a reader finds it: in every table of a mart.

Here belongs which column of which table says what about which figure. Not here: what follows from
it (`knowledge.py`).

A table or a numeric column about these KPIs that is not named here is not read over: the attack
then did not happen, and nothing is published until somebody says here what the column tells.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb

from dronten_pipeline.core.database import OFFLINE, identifier
from dronten_pipeline.gate.attack.knowledge import Cell, Figure, Kind, Period, Snapshot

#: By unit of a KPI about people: the ends of its scale, and whether sums of it are whole.
SCALES: dict[str, tuple[float | None, float | None, bool]] = {
    "percent": (0, 1, True),
    "grade": (1, 10, False),
    "stars": (1, 5, False),
    "count": (None, None, True),
}

_ROW = ("period_grain", "period_start", "dimension", "dimension_value")
_HEADLINE = ("period_grain", "period_start", "'total'", "'total'")
_OF_DAY = "CAST(strptime(CAST(date_key AS VARCHAR), '%Y%m%d') AS DATE)"


def _headline_grain(code: str) -> str:
    return f"(SELECT kpi.period_grain FROM dim_kpi AS kpi WHERE kpi.kpi_id = own.{code})"


@dataclass(frozen=True)
class Says:
    """What a table says: the columns of one row speak of the figure at `place`.

    `place` gives grain, first day, dimension and part as SQL. `a_year_before` speaks of the same
    period a year earlier. `earlier` is what was published of the figure before, beside what is now:
    it says something where the two differ. `derived` say nothing more than rows of fct_kpi_value
    that are shown, to which a critical rule of the table holds them. `silent` are numbers that say
    nothing of records.
    """

    place: tuple[str, str, str, str]
    kpi: str = "kpi_id"
    shown: tuple[str, ...] = ()
    a_year_before: tuple[str, ...] = ()
    earlier: tuple[str, str] | None = None
    derived: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


_NOTHING = ("NULL", "NULL", "NULL", "NULL")
TABLES: dict[str, Says] = {
    "data_quality": Says(_NOTHING, silent=("failing_rows", "checked_rows")),
    "dim_kpi": Says(_NOTHING, silent=("definition_version",)),
    "fct_kpi_target": Says(_NOTHING, silent=("target_value", "document_page")),
    "fct_kpi_value": Says(
        _ROW,
        shown=("value", "numerator", "denominator", "sample_size", "ci_low", "ci_high"),
        silent=("definition_version",),
    ),
    "fct_kpi_total": Says(
        (_headline_grain("kpi_id"), _OF_DAY, "'total'", "'total'"),
        shown=("numerator", "denominator", "value"),
        silent=("date_key",),
    ),
    "fct_kpi_part": Says(
        (_headline_grain("kpi_id"), _OF_DAY, "dimension", "dimension_value"),
        shown=("numerator", "denominator", "value"),
        silent=("date_key",),
    ),
    "kpi_revision": Says(_ROW, shown=("new_value",), earlier=("old_value", "new_value")),
    "kpi_stated_value": Says(
        (
            "'year'",
            "CAST(try_strptime(period, '%Y') AS DATE)",
            "(SELECT any_value(named.dimension) FROM fct_kpi_value AS named "
            "WHERE named.kpi_id = own.kpi_id AND named.dimension <> 'measure' "
            "AND lower(named.dimension_value) = lower(own.dimension_value))",
            "(SELECT any_value(named.dimension_value) FROM fct_kpi_value AS named "
            "WHERE named.kpi_id = own.kpi_id AND named.dimension <> 'measure' "
            "AND lower(named.dimension_value) = lower(own.dimension_value))",
        ),
        shown=("computed_value", "is_same"),
        silent=("stated_value", "stated_low", "stated_high"),
    ),
    "kpi_status": Says(
        _HEADLINE,
        shown=("value",),
        a_year_before=("previous_value",),
        # rules people_judged_by_visible_rows and previous_year_is_that_of_figures
        derived=(
            "gap",
            "judged_value",
            "judged_numerator",
            "judged_denominator",
            "judged_sample_size",
            "judged_ci_low",
            "judged_ci_high",
            "previous_year_value",
        ),
        silent=("target_value",),
    ),
    # the limits follow from figures that are shown
    "kpi_signal": Says(_HEADLINE, shown=("value",), silent=("centre", "lower", "upper")),
    "rapport_kpi_actueel": Says(
        (_headline_grain('"Code"'), '"Begin periode"', "'total'", "'total'"),
        kpi="Code",
        shown=("Waarde", "Ondergrens", "Bovengrens"),
        a_year_before=("Een jaar eerder",),
        derived=(
            "Verschil",
            "Beoordeelde waarde",
            "Ondergrens beoordeeld",
            "Bovengrens beoordeeld",
            "Vorig heel jaar",
        ),
        silent=("Doel",),
    ),
    "rapport_kpi_reeks": Says(
        (
            "split_part(\"Sleutel\", '|', 2)",
            "CAST(split_part(\"Sleutel\", '|', 3) AS DATE)",
            "split_part(\"Sleutel\", '|', 4)",
            "substr(\"Sleutel\", length(array_to_string(\"Sleutel\".split('|')[1:4], '|')) + 2)",
        ),
        kpi="Code",
        shown=("Waarde", "Teller", "Noemer", "Aantal", "Ondergrens", "Bovengrens"),
        earlier=("Eerste waarde", "Waarde"),
        silent=("Doel",),
    ),
}
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")


class Unread(RuntimeError):
    """A mart says something about people that nobody told this module how to read."""


class Place(NamedTuple):
    """A cell of a KPI."""

    kpi_id: str
    cell: Cell


@dataclass
class Published:
    """What one mart says about people.

    `snapshots` by KPI and year; `shown` and `earlier` are the cells of which any table says any
    number, now or of what was published before, with the tables that do.
    """

    snapshots: dict[tuple[str, int], Snapshot] = field(default_factory=dict)
    shown: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    earlier: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))


def read(mart: Path, kinds: Mapping[str, Kind]) -> Published:
    """Everything that a mart says of these KPIs.

    Raises:
        Unread: a table or a column about them is none of those that this module knows.
    """
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
        found = Published()
        names = ", ".join("?" * len(kinds))
        for table, columns in _columns(connection).items():
            says = TABLES.get(table)
            code = "kpi_id" if "kpi_id" in columns else "Code"
            if code not in columns:
                continue
            numbers = {name for name, kind in columns.items() if kind.startswith(_NUMBERS)}
            known = _named(says) if says else set()
            if strange := sorted(numbers.difference(known)):
                raise Unread(
                    f"{table}.{strange[0]} is a number about KPIs of which "
                    "gate/attack/published.py does not say what it tells a reader: add it there"
                )
            if says is None or says.place == _NOTHING:
                continue
            for condition, shift, into in (
                (_any_filled(says.shown, columns), 0, found.shown),
                (_any_filled(says.a_year_before, columns), 12, found.shown),
                (_differs(says.earlier, columns), 0, found.earlier),
            ):
                grain, start, dimension, part = says.place
                rows = connection.execute(
                    f"SELECT own.{identifier(says.kpi)}, {grain}, "
                    f"CAST({start} - INTERVAL {shift} MONTH AS DATE), {dimension}, {part} "
                    f"FROM {identifier(table)} AS own "
                    f"WHERE own.{identifier(says.kpi)} IN ({names}) AND ({condition})",
                    list(kinds),
                ).fetchall()
                for kpi_id, *place in rows:
                    into[Place(kpi_id, _cell(*place))].add(table)
        found.snapshots = _figures(connection, kinds)
    return found


def read_figures(mart: Path, kinds: Mapping[str, Kind]) -> dict[tuple[str, int], Snapshot]:
    """The figures about people of a mart, by KPI and year.

    Raises:
        duckdb.Error: it cannot be read.
    """
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
        return _figures(connection, kinds)


def _named(says: Says) -> set[str]:
    return {
        *says.shown,
        *says.a_year_before,
        *(says.earlier or ()),
        *says.derived,
        *says.silent,
    }


def _any_filled(names: Iterable[str], columns: Collection[str]) -> str:
    filled = [f"own.{identifier(name)} IS NOT NULL" for name in names if name in columns]
    return " OR ".join(filled) or "false"


def _differs(pair: tuple[str, str] | None, columns: Collection[str]) -> str:
    if pair is None or pair[0] not in columns:
        return "false"
    before, now = (f"own.{identifier(name)}" for name in pair)
    return f"{before} IS NOT NULL AND ({now} IS NULL OR abs({before} - {now}) > 1e-9)"


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal AND database_name = current_database() "
        "ORDER BY table_name, column_index"
    ).fetchall():
        tables[table][column] = kind
    return tables


def _figures(
    connection: duckdb.DuckDBPyConnection, kinds: Mapping[str, Kind]
) -> dict[tuple[str, int], Snapshot]:
    names = ", ".join("?" * len(kinds))
    rows = connection.execute(
        "SELECT kpi_id, as_of, period_grain, period_start, dimension, dimension_value, "
        "is_suppressed, sample_size, numerator, value FROM fct_kpi_value "
        f"WHERE dimension <> 'measure' AND kpi_id IN ({names}) ORDER BY ALL",
        list(kinds),
    ).fetchall()
    figures: dict[tuple[str, int], dict[Cell, Figure]] = defaultdict(dict)
    days: dict[tuple[str, int], dt.date] = {}
    for kpi_id, as_of, grain, start, dimension, part, is_hidden, records, met, value in rows:
        kind, block = kinds[kpi_id], (kpi_id, start.year)
        if is_hidden:
            figure = Figure(None, None)
        elif kind.low is None:
            figure = Figure(int(value), None)
        elif kind.is_whole:
            figure = Figure(records, met)
        else:
            figure = Figure(records, None if value is None else round(value * records, 6))
        figures[block][_cell(grain, start, dimension, part)] = figure
        days[block] = as_of
    return {block: Snapshot(days[block], found) for block, found in figures.items()}


def _cell(grain: str, start: dt.date, dimension: str, part: str) -> Cell:
    return Cell(Period(grain, start), (dimension, part))
