"""A rule of the type `reconciles`: figures must be what the records that they are made of give.

Here belongs what the head of such a rule says, and the query that follows from it; Great
Expectations judges that as any other. Not here: the form of a rule's file (`rule_files.py`).

The file holds one query that gives the records of a KPI, a row each, and nothing that all such
rules share: the period, the as-of date, a source that stands still, and the comparison.

    -- type: reconciles
    -- kpi: invoices_paid_30d
    -- equal: sample_size, denominator, numerator
    -- every: stg_finance_invoices__incoming
    select received_on + 30 as day, 1 as denominator, paid_on <= received_on + 30 as numerator,
        case when is_disputed then 'betwist' end as left_out
    from warehouse.staging.stg_finance_invoices__incoming

`day` says in which year a record counts; without one, or with one after the as-of date, it does
not. A column of `equal` is the sum over the records (`sample_size` their number; `mean value` and
`median value` what they say) and must be what the table shows of that year; of finer periods other
rules say that they add up to the year. Nothing counts as zero. `every` names the staging table of
which each record must be given, with in `left_out` why it does not count. `part` (`measure
unassigned`) names figures beside the total; without a value the query gives `dimension_value`.
Beside `own` there is `run`, with `as_of`. What is hidden because it is about people is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TYPE = "reconciles"
#: What only the head of such a rule says.
HEAD = ("equal", "every", "part")

#: Half a cent: a whole number cannot be nearer. A mean can.
WITHIN, WITHIN_OF_VALUE = "0.005", "0.000001"

_EQUAL = re.compile(r"sample_size|numerator|denominator|(?:(?:mean|median) )?value")
_AGGREGATES = {"": "sum", "mean": "avg", "median": "median"}
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class ReconciliationError(ValueError):
    """What the head says cannot be; `field` is where, the message a part of a Dutch sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def on_failure(kpi: str) -> str:
    """What to do when such a rule fails."""
    return (
        "De query noemt het jaar waarin cijfer en records verschillen. Leg het model "
        f"kpi_{kpi} naast de records van zijn bron, herstel het model of de levering en start "
        "opnieuw."
    )


def query(start: str, head: Mapping[str, str], records: str) -> str:
    """The years in which the table shows something else than the records give.

    Args:
        start: the first common table, `own`.

    Raises:
        ReconciliationError: the head lacks something or says what is not known.
    """
    kpi = _named("kpi", head.get("kpi", ""))
    compared = [_compared(one.strip()) for one in head.get("equal", "").split(",")]
    dimension, _, value = head.get("part", "total total").partition(" ")
    where = [f"dimension = '{_named('part', dimension)}'"]
    if value:
        where.append(f"dimension_value = '{_named('part', value)}'")
    keys = ["period_start"] if value else ["period_start", "dimension_value"]
    every = _named("every", head["every"]) if "every" in head else None
    counts = ["day <= (SELECT as_of FROM run)", *(["left_out IS NULL"] if every else [])]
    sums = ", ".join(f"{aggregate} AS {column}" for column, aggregate in compared)
    differs = " OR ".join(
        f"abs(coalesce(expected.{column}, 0) - coalesce(shown.{column}, 0)) > "
        f"{WITHIN_OF_VALUE if column == 'value' else WITHIN}"
        for column, _ in compared
    )
    parts = "" if value else ", dimension_value"
    lost = (
        "\nUNION ALL\nSELECT NULL WHERE (SELECT count(*) FROM records) <> "
        f"(SELECT count(*) FROM warehouse.staging.{every})"
        if every
        else ""
    )
    return f"""{start}, run AS (
    SELECT as_of FROM warehouse.staging.stg_run__context
), kpi AS (
    SELECT source_system, is_about_people FROM warehouse.register.kpi_register
    WHERE kpi_id = '{kpi}'
), records AS (
{records}
), expected AS (
    SELECT CAST(date_trunc('year', day) AS DATE) AS period_start{parts}, {sums}
    FROM records
    WHERE {" AND ".join(counts)} AND (SELECT source_system FROM kpi) NOT IN (
        SELECT source FROM warehouse.staging.stg_run__source WHERE state = 'stopped'
    )
    GROUP BY ALL
), shown AS (
    SELECT * FROM own
    WHERE kpi_id = '{kpi}' AND period_grain = 'year' AND source_state = 'current'
        AND {" AND ".join(where)}
)
SELECT period_start FROM expected FULL JOIN shown USING ({", ".join(keys)})
WHERE ({differs})
    AND NOT (coalesce(shown.is_suppressed, false) AND (SELECT is_about_people FROM kpi)){lost}"""


def _compared(text: str) -> tuple[str, str]:
    """A column that is compared, and what of the records it must be."""
    if not _EQUAL.fullmatch(text):
        raise ReconciliationError(
            "equal",
            "equal noemt welke van sample_size, numerator, denominator en value (of mean value, "
            "median value) gelijk moeten zijn, met een komma ertussen",
        )
    how, _, column = text.rpartition(" ")
    if column == "sample_size":
        return column, "count(*)"
    return column, f"{_AGGREGATES[how]}(CAST({column} AS DOUBLE))"


def _named(field: str, text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ReconciliationError(field, f"{field} moet een naam zijn, met kleine letters en _")
    return text
