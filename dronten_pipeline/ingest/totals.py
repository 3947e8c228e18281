"""A last record that is the sum of all before it: a total that does not say so.

Here belongs: knowing it by its figures. Not here: totals and subtotals that their row calls so
(`furniture.py`).

A total under an ordinary number in a column of texts can be told by nothing but its figures. That
is certain where several columns, or one with a figure of some size, hold the sum of at least three
records; a small figure may be a sum by chance, and is told only. A subtotal, a total above its
records, one of a worksheet that others follow, and one that a rejected row takes part in cannot be
told: any record may be the sum of some others.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.ingest.records import LINE, REJECTS

#: So many records before it have a figure.
FEWEST = 3
#: Holds the sum of any figures.
WIDE = pl.Decimal(38, 6)
#: From here on one figure is enough: by chance a sum is hit less than once in thousands of files.
SURE = 1000


def ending_in_one(records: pl.DataFrame, lines: Sequence[int], table: Table) -> set[int]:
    """The places of files of which the last record may be a total; `Sums` of each tells.

    Args:
        records: those of many files, one below the other.
        lines: how many each has.
    """
    names = figures_of(table)
    if not names or not records.height:
        return set()
    file = pl.select(pl.int_range(len(lines)).repeat_by(pl.Series(lines)).explode()).to_series()
    checks = (_may_end_in_one(pl.col(name).cast(WIDE)) for name in names)
    each = records.lazy().group_by(file.alias("\x1ffile")).agg(found=pl.any_horizontal(checks))
    return set(each.filter("found").select("\x1ffile").collect().to_series().to_list())


def _may_end_in_one(figure: pl.Expr) -> pl.Expr:
    last, above = figure.last(), figure.slice(0, pl.len() - 1)
    is_many = (above != 0).sum() >= FEWEST
    return (is_many & (above.sum() == last) & (last.abs() > above.abs().max())).fill_null(False)


def figures_of(table: Table) -> list[str]:
    """The columns of which the figures may be added up."""
    keys = {*table.key, *table.event_date}
    return [
        column.name.lower()
        for column in table.columns
        if column.type in ("integer", "decimal")
        and column.personal_data == "none"
        and column.name not in keys
    ]


class Sums:
    """The sums of the figures of a file, gathered over its pieces."""

    def __init__(self, table: Table) -> None:
        self.names = figures_of(table)
        self.above: list[pl.DataFrame] = []

    def add(self, records: pl.DataFrame) -> None:
        """Adds records that others follow."""
        if self.names:
            self.above.append(self._summed(records))

    def without_total(self, records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, str | None]:
        """The last records of the file without a total at their end, its reject, and what is said
        where it may be one."""
        none = records, REJECTS.to_frame(), None
        if not self.names or not records.height:
            return none
        last = records.tail(1)
        before = pl.concat([*self.above, self._summed(records.head(-1))])
        sums = self._columns(before, last)
        equal = [name for name, is_sum in sums.items() if is_sum]
        if not equal or len(equal) < len(sums):
            return none
        figures = last.select(pl.col(equal).cast(pl.Float64).abs()).row(0)
        said = f"{', '.join(equal)} {'is' if len(equal) == 1 else 'zijn'}"
        if len(equal) == 1 and figures[0] < SURE:
            return (
                records,
                none[1],
                (
                    f"Let op: in het laatste record {said} precies de som van alle andere. Is dat "
                    "een totaal, haal het dan weg en lever het bestand opnieuw."
                ),
            )
        reason = (
            f"Dit laatste record is een totaal: {said} precies de som van alle records erboven. "
            "Haal die rij weg."
        )
        reject = last.select(
            LINE, pl.lit(equal[0]).alias("column_name"), pl.lit(reason).alias("reason")
        ).cast(REJECTS)
        return records.head(-1), reject, None

    def _summed(self, records: pl.DataFrame) -> pl.DataFrame:
        """One row with what is known of every column."""
        return records.select(
            expression
            for name in self.names
            for expression in (
                pl.col(name).cast(WIDE).sum().alias(name),
                (pl.col(name) != 0).sum().alias(f"{name}\x1fmany"),
                pl.col(name).abs().max().cast(WIDE).alias(f"{name}\x1flargest"),
            )
        )

    def _columns(self, before: pl.DataFrame, last: pl.DataFrame) -> dict[str, bool]:
        """By column whether the last record has the sum there, for those where it has a figure
        that is larger than every other one, as a sum is; a year or a score is none."""
        found: dict[str, bool] = {}
        for name in self.names:
            figure = last.get_column(name).cast(WIDE).item()
            largest = before.get_column(f"{name}\x1flargest").max()
            many = before.get_column(f"{name}\x1fmany").sum()
            if figure is not None and largest is not None and abs(figure) > largest:
                found[name] = many >= FEWEST and figure == before.get_column(name).sum()
        return found
