"""Eleven KPIs of different kinds, computed a second time, from the delivered files.

Written from the definitions (the register, docs), by other means than the models: polars for SQL,
numpy's business days for the calendar of the project, Gauss for its list of Easter days. Each
function gives period_grain, period_start, dimension, dimension_value (lower case), value,
numerator, denominator and sample_size of every row, also of those that must be hidden.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from tests.second_computation.files import WITH_OFFSET, read

GRAINS = {"month": "1mo", "quarter": "1q", "year": "1y"}
#: What finance posts in two extra periods after the year belongs to December.
LAST_MONTH = 12


# --- days


def easter(year: int) -> dt.date:
    """Easter Sunday, by Gauss's rule with the corrections for the years 1900 to 2099."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    day = 22 + d + e
    if day == 57 or (day == 56 and d == 28 and a > 10):
        day -= 7
    return dt.date(year, 3, 1) + dt.timedelta(days=day - 1)


def free_days(years: range) -> list[np.datetime64]:
    """The days of the Algemene termijnenwet."""
    found = []
    for year in years:
        sunday = easter(year)
        kings_day = dt.date(year, 4, 27)
        found += [
            dt.date(year, 1, 1),
            *(sunday + dt.timedelta(days=days) for days in (-2, 1, 39, 50)),
            kings_day - dt.timedelta(days=kings_day.weekday() == 6),
            dt.date(year, 5, 5),
            dt.date(year, 12, 25),
            dt.date(year, 12, 26),
        ]
    return [np.datetime64(day) for day in found]


FREE = np.busdaycalendar(holidays=free_days(range(2015, 2031)))


def _days(column: pl.Series) -> np.ndarray:
    return column.cast(pl.Date).to_numpy().astype("datetime64[D]")


def working_days_after(first: pl.Series, count: int) -> pl.Series:
    """The last day of a term of so many working days."""
    return pl.Series(np.busday_offset(_days(first), count, roll="backward", busdaycal=FREE))


def working_days_between(first: pl.Series, second: pl.Series) -> pl.Series:
    """Working days after `first` up to and including `second`; none where that lies before."""
    one = np.timedelta64(1, "D")
    counted = np.busday_count(_days(first) + one, _days(second) + one, busdaycal=FREE)
    return pl.Series(np.maximum(counted, 0))


# --- periods


def _grains(finest: str) -> list[str]:
    return list(GRAINS)[list(GRAINS).index(finest) :]


def per_period(
    records: pl.DataFrame,
    day: str,
    finest: str,
    figures: Sequence[pl.Expr],
    breakdown: tuple[str, str] | None = None,
) -> pl.DataFrame:
    """Figures per period of `day`, in total and per value of a column (name, column)."""
    parts = [("total", pl.lit("total"))]
    if breakdown:
        parts.append((breakdown[0], pl.col(breakdown[1]).str.to_lowercase()))
    return pl.concat(
        records.filter(value.is_not_null())
        .group_by(
            pl.lit(grain).alias("period_grain"),
            pl.col(day).dt.truncate(GRAINS[grain]).alias("period_start"),
            pl.lit(name).alias("dimension"),
            value.alias("dimension_value"),
        )
        .agg(*figures)
        for grain in _grains(finest)
        for name, value in parts
    )


def stock_days(first: dt.date, last: dt.date, as_of: dt.date, finest: str) -> pl.DataFrame:
    """Each period from that of `first` to that of `last`, and the day on which it is judged."""
    months = pl.date_range(first.replace(day=1), last, "1mo", eager=True)
    return pl.concat(
        pl.DataFrame({"period_start": months.dt.truncate(GRAINS[grain]).unique()}).select(
            pl.lit(grain).alias("period_grain"),
            "period_start",
            pl.min_horizontal(
                pl.col("period_start").dt.offset_by(GRAINS[grain]).dt.offset_by("-1d"),
                pl.lit(as_of),
            ).alias("judged_on"),
        )
        for grain in _grains(finest)
    )


def on_stock_days(
    periods: pl.DataFrame,
    records: pl.DataFrame,
    present: pl.Expr,
    figures: Sequence[pl.Expr],
    breakdown: tuple[str, str] | None = None,
) -> pl.DataFrame:
    """Figures over the records that are `present` on the day of each period."""
    found = periods.join(records, how="cross").filter(present)
    parts = [("total", pl.lit("total"))]
    if breakdown:
        parts.append((breakdown[0], pl.col(breakdown[1]).str.to_lowercase()))
    return pl.concat(
        found.group_by(
            "period_grain",
            "period_start",
            pl.lit(name).alias("dimension"),
            value.alias("dimension_value"),
        ).agg(*figures)
        for name, value in parts
    )


def share(counted: pl.DataFrame) -> pl.DataFrame:
    """Adds the percentage to numerator and denominator, and the records behind it."""
    return counted.with_columns(
        value=100 * pl.col("numerator").cast(pl.Float64) / pl.col("denominator").cast(pl.Float64),
        sample_size=pl.col("denominator"),
    )


COUNT = pl.len().alias("denominator")


# --- the KPIs


def website_text_clarity(as_of: dt.date) -> pl.DataFrame:
    """A share of a sample, with small groups."""
    votes = read(
        "website_feedback",
        "votes",
        key=["reactie_id"],
        required=["reactie_id", "ingezonden_op", "pagina_url", "vraag", "antwoord"],
        kinds={"ingezonden_op": "%d-%m-%Y %H:%M:%S"},
    )
    answer = pl.col("antwoord").str.to_lowercase()
    path = pl.col("pagina_url").str.extract(r"^https?://[^/]+/([^/?#]+)")
    counted = votes.filter(
        pl.col("vraag").str.to_lowercase() == "teksten_begrijpelijk",
        answer.is_in(["ja", "nee"]),
        pl.col("ingezonden_op") <= as_of,
    ).with_columns(section=pl.coalesce("paginasectie", path, pl.lit("onbekend")))
    figures = [(answer == "ja").sum().alias("numerator"), COUNT]
    return share(
        per_period(counted, "ingezonden_op", "month", figures, ("page_section", "section"))
    )


def _callbacks(as_of: dt.date) -> pl.DataFrame:
    moment = "%d-%m-%Y %H:%M:%S"
    rows = read(
        "customer_contact",
        "callbacks",
        key=["terugbelverzoek_id"],
        required=["terugbelverzoek_id", "team", "aangemaakt_op", "status"],
        kinds={"aangemaakt_op": moment, "afgehandeld_op": moment},
        impossible=pl.col("afgehandeld_op") < pl.col("aangemaakt_op"),
    )
    made = rows.filter(pl.col("aangemaakt_op") <= as_of)
    handled = pl.col("afgehandeld_op")
    return made.with_columns(
        due=working_days_after(made["aangemaakt_op"], 2),
        handled=pl.when(handled <= as_of).then(handled),
    )


def callbacks_late(as_of: dt.date) -> pl.DataFrame:
    """A term in working days."""
    due = _callbacks(as_of).filter(pl.col("due") <= as_of)
    in_time = (pl.col("handled") <= pl.col("due")).fill_null(False)
    figures = [(~in_time).sum().alias("numerator"), COUNT]
    return share(per_period(due, "due", "month", figures, ("team", "team")))


def callbacks_open_late(as_of: dt.date) -> pl.DataFrame:
    """A stock on the last day of the period."""
    records = _callbacks(as_of)
    day = pl.col("judged_on")
    is_open = (pl.col("aangemaakt_op") <= day) & (
        pl.col("handled").is_null() | (pl.col("handled") > day)
    )
    first = records["aangemaakt_op"].min()
    assert isinstance(first, dt.date)
    return share(
        on_stock_days(
            stock_days(first, as_of, as_of, "month"),
            records,
            is_open,
            [(pl.col("due") <= day).sum().alias("numerator"), COUNT],
            ("team", "team"),
        )
    )


def service_rating(as_of: dt.date) -> pl.DataFrame:
    """A mean."""
    grades = read(
        "service_survey",
        "grades",
        key=["respons_id"],
        required=["respons_id", "afgenomen_op", "product", "cijfer", "schaal_max"],
        kinds={"afgenomen_op": "%Y-%m-%d", "cijfer": "number", "schaal_max": "number"},
    )
    counted = grades.filter(
        pl.col("schaal_max") == 10,
        pl.col("product").str.to_lowercase() != "triage_leefomgeving",
        pl.col("afgenomen_op") <= as_of,
    )
    found = per_period(
        counted,
        "afgenomen_op",
        "quarter",
        [pl.col("cijfer").sum().alias("total"), COUNT],
        ("product", "product"),
    )
    return found.select(
        pl.exclude("total"),
        value=pl.col("total").cast(pl.Float64) / pl.col("denominator"),
        numerator=pl.lit(None, pl.Float64),
        sample_size=pl.col("denominator"),
    )


def public_space_feedback_lag(as_of: dt.date) -> pl.DataFrame:
    """A median of working days, and beside it a stock of old reports."""
    moments = ["aangemaakt_op", "afgehandeld_op", "afgemeld_op"]
    rows = read(
        "fixi",
        "reports",
        key=["melding_id"],
        required=["melding_id", "categorie", "aangemaakt_op"],
        kinds=dict.fromkeys(moments, WITH_OFFSET) | dict.fromkeys(["rd_x", "rd_y"], "number"),
    )
    whole = rows.filter(
        pl.col("hoofdmelding_id").is_null(), pl.col("aangemaakt_op") <= as_of
    ).with_columns(pl.when(pl.col(day) <= as_of).then(pl.col(day)) for day in moments)
    told = whole.drop_nulls(["afgehandeld_op", "afgemeld_op"])
    told = told.with_columns(lag=working_days_between(told["afgehandeld_op"], told["afgemeld_op"]))
    lag = [pl.col("lag").median().alias("value"), COUNT]
    medians = per_period(told, "afgemeld_op", "month", lag, ("category", "categorie")).with_columns(
        numerator=pl.lit(None, pl.Float64), sample_size=pl.col("denominator")
    )
    day = pl.col("judged_on")
    first = whole["aangemaakt_op"].min()
    assert isinstance(first, dt.date)
    still_open = (pl.col("aangemaakt_op") <= day) & (
        pl.col("afgehandeld_op").is_null() | (pl.col("afgehandeld_op") > day)
    )
    old = (pl.col("aangemaakt_op").dt.offset_by("30d") < day).sum().alias("numerator")
    stock = share(
        on_stock_days(stock_days(first, as_of, as_of, "month"), whole, still_open, [old, COUNT])
    ).with_columns(dimension=pl.lit("measure"), dimension_value=pl.lit("open_over_30_days"))
    # Beside a stock stands a total, also where nobody was told anything.
    empty = stock.join(
        medians.filter(pl.col("dimension") == "total"),
        on=["period_grain", "period_start"],
        how="anti",
    ).select(
        "period_grain", "period_start",
        pl.lit("total").alias("dimension"), pl.lit("total").alias("dimension_value"),
        pl.lit(0).alias("denominator"), pl.lit(0).alias("sample_size"),
    )  # fmt: skip
    return pl.concat([medians, stock, empty], how="diagonal_relaxed")


def mijndronten_users(as_of: dt.date) -> pl.DataFrame:
    """Distinct households over twelve months."""
    logins = read(
        "mijndronten",
        "logins",
        key=["inlog_id"],
        required=["inlog_id", "huishouden_id", "ingelogd_op", "inlogmiddel"],
        kinds={"ingelogd_op": WITH_OFFSET},
    ).filter(pl.col("ingelogd_op") <= as_of)
    day, login = pl.col("judged_on"), pl.col("ingelogd_op")
    first, last = logins["ingelogd_op"].min(), logins["ingelogd_op"].max()
    assert isinstance(first, dt.date) and isinstance(last, dt.date)
    in_window = (
        (pl.col("inlogmiddel").str.to_lowercase() == "digid")
        & (login <= day)
        & (login >= day.dt.truncate("1mo").dt.offset_by("-11mo"))
    )
    households = pl.col("huishouden_id").n_unique()
    periods = stock_days(first, last, as_of, "month").filter(
        # a year of logins lies behind it
        day.dt.month_start().dt.offset_by("-11mo") >= first.replace(day=1)
    )
    return on_stock_days(
        periods,
        logins,
        in_window,
        [households.cast(pl.Float64).alias("value"), households.alias("sample_size")],
    ).with_columns(numerator=pl.lit(None, pl.Float64), denominator=pl.lit(None, pl.Float64))


def external_hiring_share(as_of: dt.date) -> pl.DataFrame:
    """A share of amounts, with a rolling figure beside it."""
    entries = read(
        "finance_hr",
        "staff_costs",
        key=["boekstuk_id"],
        required=[
            "boekstuk_id", "boekjaar", "periode", "verslagsoort",
            "afdeling", "categorie", "bedrag_eur",
        ],
        kinds={"boekjaar": "number", "periode": "number", "bedrag_eur": "amount"},
    )  # fmt: skip
    category, amount = pl.col("categorie").str.to_lowercase(), pl.col("bedrag_eur")
    month = pl.date(
        pl.col("boekjaar").cast(pl.Int32), pl.col("periode").cast(pl.Int32).clip(1, LAST_MONTH), 1
    )
    booked = entries.filter(
        pl.col("verslagsoort").str.to_lowercase() == "realisatie",
        category.is_in(["l1.1", "l3.5.1"]),
    ).with_columns(month=month).filter(pl.col("month") <= as_of)  # fmt: skip
    sums = [
        amount.filter(category == "l3.5.1").sum().alias("numerator"),
        amount.sum().alias("denominator"),
        pl.len().alias("records"),
    ]
    found = per_period(booked, "month", "quarter", sums, ("department", "afdeling"))
    quarters = found.filter(
        pl.col("dimension") == "total", pl.col("period_grain") == "quarter"
    ).sort("period_start")
    added = ["numerator", "denominator", "records"]
    four = quarters.with_columns(
        *(sum((pl.col(name).shift(n) for n in range(1, 4)), pl.col(name)) for name in added),
        in_a_row=pl.col("period_start").shift(3).dt.offset_by("9mo") == pl.col("period_start"),
        dimension=pl.lit("measure"),
        dimension_value=pl.lit("rolling_four_quarters"),
    ).filter("in_a_row")
    return share(
        pl.concat([found, four.select(found.columns)], how="vertical_relaxed")
    ).with_columns(sample_size=pl.col("records"))


def b1_training_coverage(as_of: dt.date) -> pl.DataFrame:
    """A stock of people, with small teams."""
    days = ["in_dienst_sinds", "uit_dienst_per", "afgerond_op"]
    rows = read(
        "hr_training",
        "staff_training",
        key=["medewerker_id", "training"],
        required=["medewerker_id", "team", "training", "in_doelgroep"],
        kinds=dict.fromkeys(days, "%d-%m-%Y") | {"in_doelgroep": "yes_no"},
    )
    staff = rows.filter(pl.col("training").str.to_lowercase() == "b1_schrijven", "in_doelgroep")
    first = staff["afgerond_op"].min()
    assert isinstance(first, dt.date)
    day = pl.col("judged_on")
    in_service = (pl.col("in_dienst_sinds").is_null() | (pl.col("in_dienst_sinds") <= day)) & (
        pl.col("uit_dienst_per").is_null() | (pl.col("uit_dienst_per") > day)
    )
    return share(
        on_stock_days(
            stock_days(first, as_of, as_of, "quarter"),
            staff,
            in_service,
            [(pl.col("afgerond_op") <= day).sum().alias("numerator"), COUNT],
            ("team", "team"),
        )
    )


def _tested_files(as_of: dt.date) -> pl.DataFrame:
    """Tested files with whether they are lawful, whether not, and their amounts in euros."""
    files = read(
        "procurement",
        "files",
        key=["dossier_id"],
        required=["dossier_id", "afdeling", "toetsdatum", "oordeel"],
        kinds={"toetsdatum": "sheet_day", "bedrag_eur": "number"},
    )
    verdict = pl.col("oordeel").str.to_lowercase()
    unlawful = verdict == "onrechtmatig"
    return files.filter(pl.col("toetsdatum") <= as_of).with_columns(
        lawful=verdict == "rechtmatig",
        unlawful=unlawful,
        unlawful_eur=pl.when(unlawful).then("bedrag_eur").otherwise(pl.lit(0)),
    )


def _amounts(files: pl.DataFrame, finest: str) -> pl.DataFrame:
    """The euros behind the files that have an amount, as two figures beside a KPI."""
    valued = files.drop_nulls("bedrag_eur")
    return pl.concat(
        per_period(
            valued,
            "toetsdatum",
            finest,
            [pl.col(column).sum().cast(pl.Float64).alias("value"), pl.len().alias("sample_size")],
        ).with_columns(dimension=pl.lit("measure"), dimension_value=pl.lit(name))
        for name, column in (("amount_tested", "bedrag_eur"), ("amount_unlawful", "unlawful_eur"))
    )


def procurement_lawfulness(as_of: dt.date) -> pl.DataFrame:
    """A share of files with euros beside it."""
    files = _tested_files(as_of)
    lawful = [pl.col("lawful").sum().alias("numerator"), COUNT]
    shares = share(per_period(files, "toetsdatum", "quarter", lawful, ("department", "afdeling")))
    tested = shares.filter(pl.col("dimension") == "total").select(
        "period_grain",
        "period_start",
        pl.lit("measure").alias("dimension"),
        pl.lit("files_tested").alias("dimension_value"),
        pl.col("sample_size").cast(pl.Float64).alias("value"),
        "sample_size",
    )
    return pl.concat([shares, tested, _amounts(files, "quarter")], how="diagonal_relaxed")


def unlawful_files(as_of: dt.date) -> pl.DataFrame:
    """A count per year, also of years without any."""
    files = _tested_files(as_of)
    found = pl.col("unlawful").sum()
    counts = per_period(
        files,
        "toetsdatum",
        "year",
        [found.cast(pl.Float64).alias("value"), found.alias("sample_size")],
        ("department", "afdeling"),
    ).filter((pl.col("dimension") == "total") | (pl.col("value") > 0))
    return pl.concat([counts, _amounts(files, "year")], how="diagonal_relaxed").with_columns(
        numerator=pl.lit(None, pl.Float64), denominator=pl.lit(None, pl.Float64)
    )


def enforcement_response(as_of: dt.date) -> pl.DataFrame:
    """A term that starts when a report is assigned, and beside it what nobody was assigned to."""
    moment = "%Y-%m-%d %H:%M"
    moments = ["ontvangen_op", "verdeeld_op", "eerste_reactie_op"]
    cases = read(
        "case_system",
        "cases",
        key=["zaak_id"],
        required=["zaak_id", "zaaktype", "ontvangen_op"],
        kinds=dict.fromkeys([*moments, "afgesloten_op"], moment)
        | dict.fromkeys(
            ["vergunning_einddatum", "houder_benaderd_op", "warm_contact_op"], "%Y-%m-%d"
        )
        | {"bedrag_eur": "amount", "digitaal_mogelijk": "yes_no"},
    )
    reports = cases.filter(
        pl.col("zaaktype").str.to_lowercase() == "toezichtmelding",
        pl.col("ontvangen_op") <= as_of,
    ).with_columns(pl.when(pl.col(day) <= as_of).then(pl.col(day)) for day in moments)
    assigned = reports.drop_nulls("verdeeld_op")
    due = assigned.with_columns(due=working_days_after(assigned["verdeeld_op"], 5)).filter(
        pl.col("due") <= as_of
    )
    met = (pl.col("eerste_reactie_op") <= pl.col("due")).fill_null(False)
    answered = share(per_period(due, "due", "quarter", [met.sum().alias("numerator"), COUNT]))
    waiting = [pl.col("verdeeld_op").is_null().sum().alias("numerator"), COUNT]
    unassigned = share(per_period(reports, "ontvangen_op", "quarter", waiting)).with_columns(
        dimension=pl.lit("measure"), dimension_value=pl.lit("unassigned")
    )
    return pl.concat([answered, unassigned])


KPIS: tuple[Callable[[dt.date], pl.DataFrame], ...] = (
    website_text_clarity,
    callbacks_late,
    callbacks_open_late,
    service_rating,
    public_space_feedback_lag,
    mijndronten_users,
    external_hiring_share,
    b1_training_coverage,
    procurement_lawfulness,
    unlawful_files,
    enforcement_response,
)
