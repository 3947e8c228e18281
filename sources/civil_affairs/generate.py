"""Invented appointments at the counter: Parquet with local moments, as a planning system dumps it.

Passports of ten years ago expire from 2024 to 2029, most of them before the summer: then people
wait longer than the five working days that were promised.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import correct_later, delivered, exports, maybe, spelt, with_flaws
from sources.town import DAY, OFFICE, Town, between, column, moments, pick
from sources.truth import Truth, share_truth
from sources.working_days import days_of, term_end

APPOINTMENTS = 15_000
TERM = 5
PEAK_YEARS, PEAK_MONTHS = range(2024, 2030), (3, 4, 5, 6)
#: Product, weight, whether it has to do with the passport peak, share that can be helped in time
#: outside of it.
PRODUCTS = (
    ("Paspoort", 30.0, True, 0.95),
    ("Identiteitskaart", 17.0, True, 0.95),
    ("Rijbewijs", 24.0, False, 0.96),
    ("Verhuizing vanuit het buitenland", 8.0, False, 0.90),
    ("Geboorteaangifte", 7.0, False, 0.99),
    ("Uittreksel", 8.0, False, 0.97),
    ("Huwelijk of partnerschap", 4.0, False, 0.85),
    ("Naturalisatie", 2.0, False, 0.80),
)
FLAWS = (
    {"afspraak_id": None},
    {"product": None},
    {"aangevraagd_op": pl.lit(None, pl.Datetime("us"))},
    {"afspraak_op": pl.lit(None, pl.Datetime("us"))},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `appointments` and returns the true appointment_within_5d."""
    appointments = _appointments(town)
    chance = town.chance("civil_affairs.delivery")
    dates = exports(town, months=1, overlap=5)
    parts = [delivered(export, appointments, "aangevraagd_op") for export in dates]
    # Moved: first booked for the next day, then for three weeks later.
    wrong = [(pl.col("aangevraagd_op").dt.offset_by("1d")).alias("afspraak_op")]
    parts = correct_later(chance, parts, 2, "afspraak_id", town.many(40), wrong)
    for export, part in zip(dates, parts, strict=True):
        rows = with_flaws(chance, part, "afspraak_id", FLAWS, town.key(f"{export.name}-"))
        path = folder / f"{town.file(f'appointments_{export.name}')}.parquet"
        rows.drop("naam").write_parquet(path, compression_level=9)
    return truth(town, appointments)


def truth(town: Town, appointments: pl.DataFrame) -> Truth:
    """By the day on which the clock starts; a booking ahead counts by its booked day."""
    asked, booked = (days_of(appointments[name]) for name in ("aangevraagd_op", "afspraak_op"))
    wanted = days_of(appointments["gewenst_vanaf"])
    start = np.where(np.isnat(wanted), asked, np.maximum(asked, wanted))
    facts = pl.DataFrame(
        {
            "day": start,
            "asked": asked,
            "hit": (booked <= term_end(start, TERM)).astype(np.int64),
            "all": np.ones(len(start), dtype=np.int64),
            "product": appointments["naam"],
            "urgent": appointments["spoed"].fill_null(False),
        }
    ).filter(~pl.col("urgent"), pl.col("day") <= town.as_of, pl.col("asked") <= town.as_of)
    return share_truth("appointment_within_5d", facts, "product")


def _appointments(town: Town) -> pl.DataFrame:
    chance = town.chance("civil_affairs")
    count = town.many(APPOINTMENTS)
    # More are drawn than needed, and those outside the peak are thinned out.
    drawn = moments(town, chance, count * 2, OFFICE, beyond=2)
    peak = _in_peak(drawn)
    kept = chance.random(len(drawn)) < np.where(peak, 0.85, 0.38)
    at = drawn.filter(pl.Series(kept))
    count, peak = len(at), peak[kept]
    product = pick(chance, [row[1] for row in PRODUCTS], count)
    product = np.where(peak & (chance.random(count) < 0.3), 0, product)
    share = column(PRODUCTS, 3, product).astype(np.float64)
    strained = column(PRODUCTS, 2, product).astype(np.bool_) & peak
    share = np.where(strained, 0.62, share - 0.12 * peak)
    asked = days_of(at)
    # A resident who wants a later day is not waiting; a few want it after the day they booked.
    later = asked + between(chance, 3, 60, count)
    wanted = np.where(chance.random(count) < 0.14, later, np.datetime64("NaT", "D"))
    start = np.where(np.isnat(wanted), asked, wanted)
    luck = chance.random(count)
    after = np.where(
        chance.random(count) < share,
        1 + (luck * 5).astype(np.int64),
        6 + (-np.log1p(-luck) * np.where(strained, 9, 4)).astype(np.int64),
    )
    booked = term_end(start, after)
    booked = np.where(chance.random(count) < 0.001, term_end(asked, 1), booked)
    second = (9 * 12 + between(chance, 0, 7 * 12 - 1, count)) * 300
    moment = (booked.astype("datetime64[s]") + second % DAY).astype("datetime64[us]")
    names = pl.Series("product", column(PRODUCTS, 0, product))
    return pl.DataFrame(
        {
            "afspraak_id": [f"{town.key('AFS')}{n}" for n in range(300_001, 300_001 + count)],
            "product": spelt(chance, names),
            "aangevraagd_op": at,
            "gewenst_vanaf": pl.Series(wanted),
            "afspraak_op": moment,
            "spoed": maybe(chance, chance.random(count) < 0.03, 0.9),
            "naam": names,
        }
    )


def _in_peak(at: pl.Series) -> np.ndarray:
    spring = at.dt.month().is_in(PEAK_MONTHS) & at.dt.year().is_in(list(PEAK_YEARS))
    return spring.to_numpy()
