"""Invented bookings of staff costs: tabs or semicolons, thousands points, decimal comma.

Bookings of the realisation and of the budget, closing periods 13 and 14, negative corrections, and
a second-quarter file that corrects records of the first.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import dutch_amount, write_lines
from sources.town import Floats, Integers, Town, choose
from sources.truth import QUARTERLY, Truth, share_truth

SALARY, HIRING, OTHER = "L1.1", "L3.5.1", "L3.8"
#: Category and number of vouchers per department and month.
VOUCHERS = ((SALARY, 3), (HIRING, 5), (OTHER, 2))

#: Department, monthly salaries in euros, share of hiring on the first and on the last day. The
#: works department took people into service (better), social affairs hires ever more (worse).
DEPARTMENTS = (
    ("Ruimte", 620_000, 0.26, 0.16),
    ("Sociaal domein", 580_000, 0.15, 0.25),
    ("Publiekszaken", 260_000, 0.15, 0.14),
    ("Bedrijfsvoering", 410_000, 0.20, 0.19),
    ("Financiën", 190_000, 0.22, 0.20),
    ("Vergunningen en handhaving", 240_000, 0.24, 0.22),
    ("Griffie", 45_000, 0.05, 0.06),
)
REMARKS = {SALARY: "Salarissen", HIRING: "Inhuur projectleider", OTHER: "Opleiding en reizen"}
BROKEN_AMOUNTS = ("n.v.t.", "12,34,56", "1.2.3,4", "vijfhonderd")


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `staff_costs` and returns the true external_hiring_share."""
    bookings = _bookings(town)
    _write(town, bookings, folder)
    counted = bookings.filter(
        pl.col("verslagsoort") == "realisatie", pl.col("categorie").is_in([SALARY, HIRING])
    ).select(
        day=pl.date("boekjaar", pl.col("periode").clip(upper_bound=12), 1),
        hit=pl.when(pl.col("categorie") == HIRING).then("cents").otherwise(0),
        all="cents",
        department="afdeling",
    )
    truth = share_truth("external_hiring_share", counted, "department", grains=QUARTERLY)
    truth += _rolling(counted)
    return [(*row[:6], (row[6] or 0) / 100, (row[7] or 0) / 100) for row in truth]


def _rolling(counted: pl.DataFrame) -> Truth:
    """The share over four quarters, for each quarter with three before it."""
    quarters = (
        counted.group_by(start=pl.col("day").dt.truncate("1q"))
        .agg(pl.col("hit", "all").sum())
        .sort("start")
    )
    hit, every = (
        np.convolve(quarters[name], np.ones(4, dtype=np.int64), "valid") for name in ("hit", "all")
    )
    return [
        ("external_hiring_share", "quarter", start.isoformat(), "measure", "rolling_four_quarters",
         100 * int(part) / int(whole), int(part), int(whole))
        for start, part, whole in zip(quarters["start"][3:], hit, every, strict=True)
    ]  # fmt: skip


def _bookings(town: Town) -> pl.DataFrame:
    """Every booking as it finally is; amounts in cents."""
    chance = town.chance("finance_hr")
    year = town.as_of.year
    months = [
        (y, m)
        for y in range(year - 3, year + 1)
        for m in range(1, 13)
        if (y, m) <= (year, town.as_of.month)
    ]
    parts = [
        _realised(town, chance, months),
        _closing(chance, range(year - 3, year)),
        _budget(year),
    ]
    bookings = pl.concat(parts).sort(
        "boekjaar", "verslagsoort", "periode", "afdeling", "categorie", maintain_order=True
    )
    return bookings.with_columns(
        boekstuk_id=pl.format(
            "{}-{}{}",
            "boekjaar",
            pl.lit(town.key("")),
            pl.int_range(1, pl.len() + 1).over("boekjaar") + 10_000,
        )
    )


def _realised(
    town: Town, chance: np.random.Generator, months: list[tuple[int, int]]
) -> pl.DataFrame:
    many = {category: town.many(vouchers) for category, vouchers in VOUCHERS}
    kinds = [category for category, vouchers in many.items() for _ in range(vouchers)]
    grid = (
        pl.DataFrame({"month": range(len(months))})
        .join(pl.DataFrame({"department": range(len(DEPARTMENTS))}), how="cross")
        .join(pl.DataFrame({"categorie": kinds}), how="cross")
    )
    month = grid["month"].to_numpy()
    department = grid["department"].to_numpy()
    progress = month / (len(months) - 1)
    year, period = (np.array([pair[side] for pair in months])[month] for side in (0, 1))
    salary = np.array([row[1] for row in DEPARTMENTS])[department] * (
        1 + 0.05 * (year - year.min())
    )
    first, last = (np.array([row[side] for row in DEPARTMENTS])[department] for side in (2, 3))
    share = first + (last - first) * progress + 0.02 * np.isin(period, [6, 7, 8])
    amount = np.select(
        [grid["categorie"].to_numpy() == SALARY, grid["categorie"].to_numpy() == HIRING],
        [salary * (1 + 0.08 * (period == 5)), salary * share / (1 - share)],
        salary * 0.05,
    )
    vouchers = grid["categorie"].replace_strict(many).to_numpy()
    noise = 0.7 + 0.6 * chance.random(grid.height)
    cents = np.round(amount / vouchers * noise * 100).astype(np.int64)
    # Invoices that were booked double are taken back.
    back = (grid["categorie"].to_numpy() == HIRING) & (chance.random(grid.height) < 0.03)
    cents = np.where(back, -(cents // 4), cents)
    return _frame(year, period, "realisatie", department, grid["categorie"], cents)


def _closing(chance: np.random.Generator, years: range) -> pl.DataFrame:
    grid = (
        pl.DataFrame({"year": list(years)})
        .join(pl.DataFrame({"department": range(len(DEPARTMENTS))}), how="cross")
        .join(
            pl.DataFrame({"period": [13, 13, 14], "categorie": [HIRING, SALARY, HIRING]}),
            how="cross",
        )
    )
    department = grid["department"].to_numpy()
    salary = np.array([row[1] for row in DEPARTMENTS])[department]
    sign = np.where(grid["period"].to_numpy() == 14, -0.02, 0.06)
    cents = np.round(salary * sign * (0.5 + chance.random(grid.height)) * 100).astype(np.int64)
    return _frame(
        grid["year"].to_numpy(),
        grid["period"].to_numpy(),
        "realisatie",
        department,
        grid["categorie"],
        cents,
    )


def _budget(year: int) -> pl.DataFrame:
    grid = (
        pl.DataFrame({"year": range(year - 3, year + 1)})
        .join(pl.DataFrame({"period": range(1, 13)}), how="cross")
        .join(pl.DataFrame({"department": range(len(DEPARTMENTS))}), how="cross")
        .join(pl.DataFrame({"categorie": [SALARY, HIRING]}), how="cross")
    )
    department = grid["department"].to_numpy()
    salary = np.array([row[1] for row in DEPARTMENTS])[department] * (
        1 + 0.05 * (grid["year"].to_numpy() - year + 3)
    )
    euros = np.round(np.where(grid["categorie"].to_numpy() == SALARY, salary, salary * 0.15), -3)
    return _frame(
        grid["year"].to_numpy(),
        grid["period"].to_numpy(),
        "begroting",
        department,
        grid["categorie"],
        (euros * 100).astype(np.int64),
    )


def _frame(
    year: Integers,
    period: Integers,
    kind: str,
    department: Integers,
    category: pl.Series,
    cents: Integers | Floats,
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "boekjaar": year.astype(np.int64),
            "periode": period.astype(np.int64),
            "verslagsoort": [kind] * len(period),
            "afdeling": np.array([row[0] for row in DEPARTMENTS])[department],
            "categorie": category,
            "cents": cents,
        }
    )


def _write(town: Town, bookings: pl.DataFrame, folder: Path) -> None:
    chance = town.chance("finance_hr.delivery")
    year = town.as_of.year
    realised = bookings.filter(pl.col("verslagsoort") == "realisatie")
    this_year = realised.filter(pl.col("boekjaar") == year)
    first = this_year.filter(pl.col("periode") <= 3)
    corrected = choose(chance, np.arange(first.height), 12)
    wrong = first.with_columns(
        cents=pl.when(pl.Series(np.isin(np.arange(first.height), corrected)))
        .then(pl.col("cents") * 10)
        .otherwise("cents")
    )
    second = pl.concat([this_year.filter(pl.col("periode") > 3), first[corrected.tolist()]])
    for name in range(year - 3, year):
        _file(
            chance,
            folder / f"{town.file(f'staff_costs_{name}')}.csv",
            realised.filter(pl.col("boekjaar") == name),
            "\t",
        )
    _file(chance, folder / f"{town.file(f'staff_costs_{year}K1')}.csv", wrong, ";")
    _file(chance, folder / f"{town.file(f'staff_costs_{year}K2')}.csv", second, ";")
    _file(
        chance,
        folder / f"{town.file(f'staff_costs_begroting_{year - 3}-{year}')}.csv",
        bookings.filter(pl.col("verslagsoort") == "begroting"),
        ";",
    )


def _file(chance: np.random.Generator, path: Path, part: pl.DataFrame, separator: str) -> None:
    """Writes one delivery; one row in two hundred extra cannot be read."""
    kind = pl.col("verslagsoort")
    whole = part.select(
        boekstuk_id="boekstuk_id",
        boekjaar="boekjaar",
        periode=pl.col("periode").cast(pl.String),
        verslagsoort=pl.when(pl.int_range(pl.len()) % 50 == 49)
        .then(kind.str.to_titlecase())
        .otherwise(kind),
        afdeling="afdeling",
        categorie="categorie",
        bedrag_eur=dutch_amount(pl.col("cents")),
        omschrijving=pl.when(kind == "begroting")
        .then(pl.lit("Begroting"))
        .when(pl.col("cents") < 0)
        .then(pl.lit("Correctie"))
        .otherwise(pl.col("categorie").replace_strict(REMARKS)),
    )
    count = max(1, round(part.height / 200))
    flaw = pl.int_range(pl.len()) % 4
    amounts = pl.Series([BROKEN_AMOUNTS[number % len(BROKEN_AMOUNTS)] for number in range(count)])
    place = choose(chance, np.arange(part.height), count)
    broken = whole[place.tolist()].with_columns(
        boekstuk_id=pl.format("{}-fout-{}", pl.lit(path.stem), pl.int_range(pl.len())),
        bedrag_eur=pl.when(flaw < 2).then(amounts).otherwise("bedrag_eur"),
        afdeling=pl.when(flaw != 2).then("afdeling"),
        periode=pl.when(flaw == 3).then(pl.lit("juni")).otherwise("periode"),
    )
    order = np.argsort(np.concatenate([np.arange(part.height), place + 0.5]), kind="stable")
    rows = pl.concat([whole, broken])[order.tolist()]
    write_lines(path, rows, separator=separator, encoding="cp1252")
