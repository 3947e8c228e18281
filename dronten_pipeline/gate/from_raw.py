"""The second computation of the headline figures: from the raw files, with polars.

Here belongs what `expectations/fct_kpi_value/*reconcile*.sql` of six KPIs ask, computed by other
means: not the query, not the tables that dbt built, not DuckDB. The second judge answers such a
rule by this, Great Expectations by the query. Not here: the other rules, of which both run the
query.

What a run itself knows is taken as given: its as-of date, which files it read, and which source
stands still. So are days off and terms, which people decided (the seeds of the register).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronten_pipeline.contracts.reconciliation import WITHIN
from dronten_pipeline.core.run_files import INPUTS, SCORES
from dronten_pipeline.ledger.judgement import InputFile

if TYPE_CHECKING:
    import duckdb
    import polars as pl

TABLE = "fct_kpi_value"
#: The first day of the calendar; a term that starts before it has no end.
CALENDAR_BEGINS = dt.date(1900, 1, 1)
#: The number of a delivery comes before the line in it.
LINES = 10_000_000_000

_COMPARED = ("sample_size", "denominator", "numerator")
_BLANK = " \t\n\r\xa0"


class Unreadable(ValueError):
    """What the run read cannot be read again; the message is part of a Dutch sentence."""


@dataclass(frozen=True, kw_only=True)
class Raw:
    """The raw files that a run read: by source and table their paths and numbers of delivery."""

    folder: Path
    files: Mapping[tuple[str, str], Sequence[tuple[str, int]]]
    as_of: dt.date
    seeds: Path

    def rows(self, source: str, table: str) -> pl.LazyFrame:
        """All rows that were delivered, each with the number of its delivery."""
        import polars as pl

        return pl.concat(
            [
                pl.scan_parquet(self.folder / path).with_columns(_number=pl.lit(number, pl.Int64))
                for path, number in self.files.get((source, table), ())
            ],
            how="diagonal_relaxed",
        )

    def latest(self, source: str, table: str, *key: str) -> pl.LazyFrame:
        """Of every record the version that was delivered last."""
        import polars as pl

        ordered = self.rows(source, table).with_columns(
            _order=pl.col("_number") * LINES + pl.col("_line")
        )
        return ordered.filter(pl.col("_order") == pl.col("_order").max().over(key))

    def days_off(self) -> list[dt.date]:
        import polars as pl

        days = pl.read_csv(self.seeds / "non_working_day.csv", try_parse_dates=True)["date"]
        return days.to_list()

    def norm(self, code: str) -> int:
        import polars as pl

        norms = pl.read_csv(self.seeds / "norm.csv").filter(pl.col("code") == code)
        return int(norms["value"].item())


def raw_of(run_folder: Path, raw: Path, dbt_project: Path, as_of: dt.date) -> Raw | None:
    """What the run with this folder read; None where that is not written down."""
    try:
        said = json.loads((run_folder / INPUTS).read_bytes())["files"]
        inputs = [InputFile.read(one) for one in said]
    except (OSError, ValueError, KeyError):
        return None
    files: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for one in inputs:
        if one.counts and one.raw_path is not None:
            place = files.setdefault((one.source, one.table), [])
            place.append((one.raw_path, one.delivery_number or 0))
    return Raw(folder=raw, files=files, as_of=as_of, seeds=dbt_project / "seeds")


def differing(connection: duckdb.DuckDBPyConnection, raw: Raw, rule: str) -> int:
    """In how many years the published headline is not what the raw files give.

    Args:
        connection: the mart, with the warehouse attached beside it.
        rule: one of `COMPUTED`.

    Raises:
        Unreadable: a raw file is gone, or is not what a raw file is.
    """
    import polars as pl

    one = COMPUTED[rule]
    shown = connection.execute(
        f"SELECT period_start, is_suppressed, {', '.join(_COMPARED)} FROM {TABLE} "
        "WHERE kpi_id = ? AND period_grain = 'year' AND dimension = 'total' "
        "AND source_state = 'current'",
        [one.kpi_id],
    ).pl()
    register = connection.execute(
        "SELECT is_about_people, source_system IN "
        "(SELECT source FROM warehouse.staging.stg_run__source WHERE state = 'stopped') "
        "FROM warehouse.register.kpi_register WHERE kpi_id = ?",
        [one.kpi_id],
    ).fetchone()
    assert register is not None
    is_about_people, is_stopped = register
    is_read = not is_stopped and one.table in raw.files
    try:
        records = one.records(raw).collect() if is_read else _no_records()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise Unreadable(
            f"de ruwe bestanden van {'/'.join(one.table)} zijn niet opnieuw te lezen"
        ) from error
    expected = (
        records.filter(pl.col("day") <= raw.as_of)
        .group_by(period_start=pl.col("day").dt.truncate("1y"))
        .agg(
            sample_size=pl.len(),
            denominator=pl.col("denominator").cast(pl.Float64).sum(),
            numerator=pl.col("numerator").cast(pl.Float64).sum(),
        )
    )
    both = expected.join(shown, on="period_start", how="full", coalesce=True, suffix="_shown")
    if is_about_people:
        both = both.filter(~pl.col("is_suppressed").fill_null(False))
    return both.filter(
        pl.any_horizontal(
            (
                pl.col(name).cast(pl.Float64).fill_null(0)
                - pl.col(f"{name}_shown").cast(pl.Float64).fill_null(0)
            ).abs()
            > float(WITHIN)
            for name in _COMPARED
        )
    ).height


# --- the records of each KPI: the day on which one counts, and for what


@dataclass(frozen=True, kw_only=True)
class Computation:
    """The records of a KPI as (day, denominator, numerator), made of the delivered `table`."""

    kpi_id: str
    table: tuple[str, str]
    records: Callable[[Raw], pl.LazyFrame]


def _no_records() -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(schema={"day": pl.Date, "denominator": pl.Int64, "numerator": pl.Int64})


def _text_clarity(raw: Raw) -> pl.LazyFrame:
    import polars as pl

    votes = raw.latest("website_feedback", "votes", "reactie_id")
    is_asked = _code("vraag") == "teksten_begrijpelijk"
    return votes.filter(is_asked, _code("antwoord").is_in(["ja", "nee"])).select(
        day=_local_day("ingezonden_op"), denominator=pl.lit(1), numerator=_code("antwoord") == "ja"
    )


def _b1(raw: Raw) -> pl.LazyFrame:
    import polars as pl

    texts = raw.latest("text_corpus", "texts", "tekst_id").select(
        text_id="tekst_id",
        is_pool=pl.lit(False),
        address=_trimmed("canonieke_url"),
        order="_order",
    )
    judged = (
        raw.rows("text_corpus", SCORES)
        .join(texts, on=["text_id", "is_pool"], how="left")
        .filter(pl.col("published_on") <= raw.as_of)
        .with_columns(pl.col("order").fill_null(0))
    )
    own, pool = judged.filter(~pl.col("is_pool")), judged.filter("is_pool")
    for same in ("address", "text_sha256"):
        own = own.filter(_is_last("published_on", "order", same))
    judged = pl.concat([own.filter(pl.col("words") >= 100), pool])
    return judged.filter(pl.col("level").is_not_null()).select(
        day="published_on", denominator=pl.lit(1), numerator="is_b1_or_easier"
    )


def _callbacks(raw: Raw) -> pl.LazyFrame:
    import polars as pl

    made, handled = _local_day("aangemaakt_op"), _local_day("afgehandeld_op")
    term, days_off = raw.norm("callback"), raw.days_off()
    due = pl.col("made").dt.add_business_days(term, holidays=days_off, roll="backward")
    return (
        raw.latest("customer_contact", "callbacks", "terugbelverzoek_id")
        .select(made=made, handled=handled)
        .filter(pl.col("made").is_between(CALENDAR_BEGINS, raw.as_of))
        .with_columns(day=due)
        .select(
            "day",
            denominator=pl.lit(1),
            numerator=pl.col("handled").is_null() | (pl.col("handled") > pl.col("day")),
        )
    )


def _invoices(raw: Raw) -> pl.LazyFrame:
    import polars as pl

    credit_note, day = 381, pl.col("ontvangen_op").dt.offset_by(f"{raw.norm('invoice')}d")
    return (
        raw.latest("finance_invoices", "incoming", "factuur_id", "leverancier_id", "typecode")
        .filter(pl.col("typecode").ne_missing(credit_note), ~pl.col("in_geschil").fill_null(False))
        .select(day=day, denominator=pl.lit(1), numerator=pl.col("betaald_op") <= day)
    )


def _hiring(raw: Raw) -> pl.LazyFrame:
    import polars as pl

    hired, amount = _code("categorie") == "l3.5.1", pl.col("bedrag_eur").cast(pl.Float64)
    month = pl.date(pl.col("boekjaar"), pl.col("periode").clip(1, 12), 1)
    return (
        raw.latest("finance_hr", "staff_costs", "boekstuk_id")
        .filter(_code("verslagsoort") == "realisatie", hired | (_code("categorie") == "l1.1"))
        .select(day=month, denominator=amount, numerator=pl.when(hired).then(amount))
    )


def _lawfulness(raw: Raw) -> pl.LazyFrame:
    import polars as pl

    return raw.latest("procurement", "files", "dossier_id").select(
        day="toetsdatum", denominator=pl.lit(1), numerator=_code("oordeel") == "rechtmatig"
    )


#: By rule of fct_kpi_value.
COMPUTED: Mapping[str, Computation] = {
    "text_clarity_reconciles": Computation(
        kpi_id="website_text_clarity", table=("website_feedback", "votes"), records=_text_clarity
    ),
    "b1_reconciles": Computation(kpi_id="b1_share", table=("text_corpus", SCORES), records=_b1),
    "callbacks_reconcile": Computation(
        kpi_id="callbacks_late", table=("customer_contact", "callbacks"), records=_callbacks
    ),
    "invoices_reconcile": Computation(
        kpi_id="invoices_paid_30d", table=("finance_invoices", "incoming"), records=_invoices
    ),
    "hiring_amounts_reconcile": Computation(
        kpi_id="external_hiring_share", table=("finance_hr", "staff_costs"), records=_hiring
    ),
    "lawfulness_reconciles": Computation(
        kpi_id="procurement_lawfulness", table=("procurement", "files"), records=_lawfulness
    ),
}


# --- values as they were delivered


def _trimmed(column: str) -> pl.Expr:
    import polars as pl

    return pl.col(column).str.normalize("NFC").str.strip_chars(_BLANK).replace("", None)


def _code(column: str) -> pl.Expr:
    return _trimmed(column).str.to_lowercase()


def _local_day(column: str) -> pl.Expr:
    import polars as pl

    return pl.col(column).dt.convert_time_zone("Europe/Amsterdam").dt.date()


def _is_last(day: str, order: str, same: str) -> pl.Expr:
    """Nothing with the same value came later; what has no value is like nothing else."""
    import polars as pl

    of_day = pl.col(day) == pl.col(day).max().over(same)
    return pl.col(same).is_null() | (
        of_day & (pl.col(order) == pl.col(order).max().over(same, day))
    )
