"""Invented cases of a case system: semicolons, UTF-8, moments as 2025-12-31 13:05, waar/onwaar.

Six kinds of cases in one table, each with columns of its own. First reactions get faster at one
desk and slower at another; permits end, some before they start; cases come again when something
happened to them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import (
    correct_later,
    delivered,
    dutch_amount,
    exports,
    maybe,
    spelt,
    with_flaws,
    write_lines,
)
from sources.town import (
    OFFICE,
    WEB,
    Rhythm,
    Town,
    answers,
    between,
    column,
    drifting,
    moments,
    pick,
)
from sources.truth import MONTHLY, QUARTERLY, Truth, mean_truth, share_truth
from sources.working_days import days_of, lag, term_end

#: Kind of case, how many of them, team, share of first reactions that is late on the first and on
#: the last day, and their term in working days.
SPORT = ("sportvraag", 900, "Samenleving - Sport", 0.26, 0.07, 5)
TRIAGE = ("triage", 2_000, "Triage leefomgeving", 0.45, 0.16, 2)
ENFORCEMENT = ("toezichtmelding", 1_600, "Toezicht", 0.14, 0.33, 5)
PERMIT = ("vergunning", 1_900, "APV & bijzondere wetten", 0.2, 0.2, 5)
PENALTY = ("last_onder_dwangsom", 220, "Juristen", 0.2, 0.2, 5)
REQUEST = ("aanvraag", 5_400, "Publiekszaken", 0.2, 0.2, 5)
#: Product of a request, weight, whether it can be asked online, share online on the first and on
#: the last day.
PRODUCTS = (
    ("Uittreksel", 26.0, True, 0.70, 0.90),
    ("Verhuizing", 24.0, True, 0.72, 0.92),
    ("Parkeervergunning", 16.0, True, 0.60, 0.85),
    ("Bijstand", 12.0, True, 0.48, 0.42),
    ("Subsidie", 10.0, True, 0.55, 0.80),
    ("Begraafrechten", 1.0, True, 0.30, 0.40),
    ("Huwelijk", 6.0, False, 0.10, 0.10),
    ("Naamswijziging", 5.0, False, 0.10, 0.10),
)
#: Kind of permit, weight, share whose holder is warned in time on the first and on the last day.
PERMITS = (
    ("Evenement", 40.0, 0.55, 0.93),
    ("Terras", 25.0, 0.50, 0.96),
    ("Standplaats", 18.0, 0.45, 0.90),
    ("Inrijverbod ontheffing", 12.0, 0.60, 0.50),
    ("Loterij", 5.0, 0.50, 0.90),
)
CHANNELS = ("digitaal", "balie", "post", "telefoon")
LARGE_CENTS = 5_000_000
MOMENTS = ("verdeeld_op", "eerste_reactie_op", "afgesloten_op")
EVENTS = (*MOMENTS, "houder_benaderd_op", "warm_contact_op")
FLAWS = (
    {"Ontvangen_op": "2025-04-31 10:00"},
    {"Zaak_ID": None},
    {"Bedrag_EUR": "vijftigduizend"},
    {"Zaaktype": None},
    {"Digitaal_mogelijk": "soms"},
    {"Vergunning_einddatum": "2025-02-30"},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the deliveries of `cases` and returns the true figures of six KPIs."""
    cases = _cases(town)
    chance = town.chance("case_system.delivery")
    dates = exports(town, months=3, overlap=7)
    parts = [delivered(export, cases, "ontvangen_op", EVENTS) for export in dates]
    # Reopened: closed and answered at once, in truth answered later and not closed yet.
    soon = pl.col("ontvangen_op").dt.offset_by("30m")
    wrong = [
        pl.when(pl.col("zaaktype").str.to_lowercase() == "triage").then(soon)
        .otherwise("eerste_reactie_op").alias("eerste_reactie_op"),
        soon.alias("afgesloten_op"),
    ]  # fmt: skip
    parts = correct_later(chance, parts, 2, "zaak_id", town.many(90), wrong)
    for export, part in zip(dates, parts, strict=True):
        rows = _as_delivered(part)
        rows = with_flaws(chance, rows, "Zaak_ID", FLAWS, town.key(f"{export.name}-"))
        path = folder / f"{town.file(f'cases_{export.name}')}.csv"
        write_lines(path, rows, separator=";", encoding="utf-8", line_end="\n")
    return truth(town, cases)


def truth(town: Town, cases: pl.DataFrame) -> Truth:
    kind = pl.col("zaaktype").str.strip_chars().str.to_lowercase()
    existing = cases.with_columns(kind.alias("kind"), day=pl.col("ontvangen_op").dt.date()).filter(
        pl.col("day") <= town.as_of
    )
    by_kind = {name: existing.filter(pl.col("kind") == name) for name in existing["kind"].unique()}
    none = existing.clear()
    triage, sport = by_kind.get("triage", none), by_kind.get("sportvraag", none)
    return [
        *_reaction_truth(town, "triage_first_response", triage, "ontvangen_op", 2, MONTHLY),
        *_reaction_truth(town, "sport_answered", sport, "ontvangen_op", 5, QUARTERLY),
        *_reaction_truth(
            town,
            "enforcement_response",
            by_kind.get("toezichtmelding", none),
            "verdeeld_op",
            5,
            QUARTERLY,
        ),
        *_sport_days_truth(town, sport),
        *_permit_truth(town, by_kind.get("vergunning", none)),
        *_penalty_truth(town, by_kind.get("last_onder_dwangsom", none)),
        *_digital_truth(by_kind.get("aanvraag", none)),
    ]


def _reaction_truth(
    town: Town, kpi_id: str, cases: pl.DataFrame, clock: str, term: int, grains: tuple[str, ...]
) -> Truth:
    """By the day that a first reaction was due; not on the clock is not due."""
    start, reaction = (days_of(cases[name]) for name in (clock, "eerste_reactie_op"))
    due = term_end(start, term)
    facts = pl.DataFrame(
        {
            "day": due,
            "hit": (~np.isnat(reaction) & (reaction <= due)).astype(np.int64),
            "all": np.ones(len(due), dtype=np.int64),
        }
    ).filter(pl.col("day") <= town.as_of)
    return share_truth(kpi_id, facts, grains=grains)


def _sport_days_truth(town: Town, sport: pl.DataFrame) -> Truth:
    """Mean working days until the reaction, over the questions that the share counts."""
    start, reaction = (days_of(sport[name]) for name in ("ontvangen_op", "eerste_reactie_op"))
    due = term_end(start, 5)
    today = np.datetime64(town.as_of, "D")
    known = (reaction <= today) & (due <= today)
    facts = pl.DataFrame({"day": due[known], "number": lag(start[known], reaction[known])})
    return mean_truth("sport_answered", facts, measure="mean_working_days", grains=QUARTERLY)


def _permit_truth(town: Town, permits: pl.DataFrame) -> Truth:
    """By the end less three months; a permit that came after that day is left out."""
    facts = permits.filter(pl.col("vergunning_einddatum").is_not_null()).select(
        received="day",
        # The same day three months earlier, or the last one of that month.
        day=pl.col("vergunning_einddatum").dt.offset_by("-3mo"),
        told="houder_benaderd_op",
        permit_type="naam",
        all=pl.lit(1),
    )
    facts = facts.filter(
        pl.col("day") >= pl.col("received"), pl.col("day") <= town.as_of
    ).with_columns(hit=(pl.col("told") <= pl.col("day")).fill_null(False).cast(pl.Int64))
    return share_truth("permit_expiry_notice", facts, "permit_type", grains=QUARTERLY)


def _penalty_truth(town: Town, penalties: pl.DataFrame) -> Truth:
    facts = penalties.filter(pl.col("cents") > LARGE_CENTS).select(
        "day",
        hit=(pl.col("warm_contact_op") <= town.as_of).fill_null(False).cast(pl.Int64),
        all=pl.lit(1),
    )
    return share_truth("penalty_warm_contact", facts, grains=QUARTERLY)


def _digital_truth(requests: pl.DataFrame) -> Truth:
    online = pl.col("kanaal").str.strip_chars().str.to_lowercase() == "digitaal"
    facts = requests.filter(pl.col("digitaal_mogelijk").fill_null(False)).select(
        "day",
        hit=online.fill_null(False).cast(pl.Int64),
        all=pl.lit(1),
        product="naam",
    )
    return share_truth("digital_self_service_share", facts, "product")


def _cases(town: Town) -> pl.DataFrame:
    parts = [
        _reacting(town, SPORT, OFFICE),
        _reacting(town, TRIAGE, WEB),
        _reacting(town, ENFORCEMENT, WEB),
        _permits(town),
        _penalties(town),
        _requests(town),
    ]
    cases = pl.concat(parts, how="diagonal").sort("ontvangen_op", "zaaktype", maintain_order=True)
    chance = town.chance("case_system.cases")
    number = pl.int_range(pl.len()).over(pl.col("ontvangen_op").dt.year()) + 1
    shout = pl.Series(chance.random(cases.height) < 0.03)
    return cases.with_columns(
        pl.format(
            "{}-{}{}",
            pl.col("ontvangen_op").dt.year(),
            pl.lit(town.key("Z")),
            number.cast(pl.String).str.zfill(6),
        ).alias("zaak_id"),
        pl.when(shout).then(pl.col("zaaktype").str.to_titlecase()).otherwise("zaaktype")
        .alias("zaaktype"),
        naam="product",
        product=spelt(chance, cases["product"]),
    )  # fmt: skip


def _reacting(
    town: Town, kind: tuple[str, int, str, float, float, int], rhythm: Rhythm
) -> pl.DataFrame:
    """Cases with a first reaction; of those for enforcement a few are never assigned."""
    zaaktype, number, team, first, last, term = kind
    chance = town.chance(f"case_system.{zaaktype}")
    count = town.many(number)
    at = moments(town, chance, count, rhythm, beyond=2)
    is_late = chance.random(count) < first + (last - first) * town.progress(at)
    frame = pl.DataFrame({"zaaktype": [zaaktype] * count, "team": team, "ontvangen_op": at})
    frame = frame.with_columns(kanaal=maybe(chance, _channel(chance, count), 0.95))
    clock = at
    if zaaktype == ENFORCEMENT[0]:
        clock = answers(chance, at, 2, chance.random(count) < 0.15, slowness=3, never=0.015)
        frame = frame.with_columns(verdeeld_op=clock)
    reaction = answers(chance, clock, term, is_late, slowness=3.5, never=0.012)
    # A clerk who types yesterday's date: a reaction before the question came.
    odd = (chance.random(count) < 0.002) & (zaaktype == TRIAGE[0])
    reaction = reaction.zip_with(pl.Series(~odd), at.dt.offset_by("-1d"))
    closed = answers(chance, reaction, 10, chance.random(count) < 0.2, slowness=8, never=0.03)
    return frame.with_columns(eerste_reactie_op=reaction, afgesloten_op=closed)


def _permits(town: Town) -> pl.DataFrame:
    zaaktype, number, team, *_ = PERMIT
    chance = town.chance(f"case_system.{zaaktype}")
    count = town.many(number)
    at = moments(town, chance, count, OFFICE, beyond=2)
    product = pick(chance, [row[1] for row in PERMITS], count)
    length = np.array([75, 150, 210, 365, 540])[pick(chance, [12, 22, 28, 28, 10], count)]
    length = length + between(chance, -20, 60, count)
    # Some end before they start: a typing error that counts with a warning.
    length = np.where(chance.random(count) < 0.002, -300, length)
    end = pl.Series(days_of(at) + length)
    # Terraces end with the month, so that February has its say.
    end = end.zip_with(pl.Series(product != 1), end.dt.month_end())
    warn = days_of(end.dt.offset_by("-3mo"))
    progress = np.clip(town.progress(pl.Series(warn)), 0, 1)
    in_time = chance.random(count) < drifting(PERMITS, (2, 3), product, progress)
    early = np.maximum(warn - between(chance, 0, 25, count), days_of(at))
    told = np.where(in_time, early, warn + between(chance, 1, 45, count))
    told = np.where(chance.random(count) < 0.05, np.datetime64("NaT", "D"), told)
    endless = pl.Series(chance.random(count) < 0.12)
    closed = answers(chance, at, 30, chance.random(count) < 0.1, slowness=10, never=0.02)
    return pl.DataFrame(
        {
            "zaaktype": [zaaktype] * count,
            "team": [team] * count,
            "product": column(PERMITS, 0, product),
            "kanaal": maybe(chance, _channel(chance, count), 0.95),
            "ontvangen_op": at,
            "afgesloten_op": closed,
            "vergunning_einddatum": end.set(endless, None),
            "houder_benaderd_op": pl.Series(told).set(endless, None),
        }
    )


def _penalties(town: Town) -> pl.DataFrame:
    zaaktype, number, team, *_ = PENALTY
    chance = town.chance(f"case_system.{zaaktype}")
    count = town.many(number)
    at = moments(town, chance, count, OFFICE, beyond=2)
    cents = between(chance, 10, 240, count) * 50_000
    # On the edge: fifty thousand is not above it, a cent more is.
    cents = np.where(chance.random(count) < 0.08, LARGE_CENTS, cents)
    cents = np.where(chance.random(count) < 0.08, LARGE_CENTS + 1, cents)
    explained = chance.random(count) < 0.6 + 0.38 * town.progress(at)
    contact = pl.Series(days_of(at) + between(chance, 0, 30, count))
    return pl.DataFrame(
        {
            "zaaktype": [zaaktype] * count,
            "team": [team] * count,
            "ontvangen_op": at,
            "cents": cents,
            "warm_contact_op": contact.set(pl.Series(~explained), None),
        }
    )


def _requests(town: Town) -> pl.DataFrame:
    zaaktype, number, team, *_ = REQUEST
    chance = town.chance(f"case_system.{zaaktype}")
    count = town.many(number)
    at = moments(town, chance, count, WEB, beyond=2)
    product = pick(chance, [row[1] for row in PRODUCTS], count)
    possible = column(PRODUCTS, 2, product).astype(np.bool_)
    online = chance.random(count) < drifting(PRODUCTS, (3, 4), product, town.progress(at))
    other = 1 + pick(chance, [5, 3, 2], count)
    channel = np.array(CHANNELS)[np.where(online, 0, other)]
    shout = chance.random(count) < 0.1
    reaction = answers(chance, at, 5, chance.random(count) < 0.2, never=0.03)
    return pl.DataFrame(
        {
            "zaaktype": [zaaktype] * count,
            "team": [team] * count,
            "product": maybe(chance, column(PRODUCTS, 0, product), 0.995),
            "kanaal": maybe(chance, np.where(shout, np.char.capitalize(channel), channel), 0.995),
            "digitaal_mogelijk": maybe(chance, possible, 0.99),
            "ontvangen_op": at,
            "eerste_reactie_op": reaction,
            "afgesloten_op": answers(chance, reaction, 10, chance.random(count) < 0.2, never=0.03),
        }
    )


def _channel(chance: np.random.Generator, count: int) -> np.ndarray:
    return np.array(CHANNELS)[pick(chance, [55, 10, 15, 20], count)]


def _as_delivered(cases: pl.DataFrame) -> pl.DataFrame:
    truth = pl.col("digitaal_mogelijk")
    return cases.select(
        Zaak_ID="zaak_id",
        Zaaktype="zaaktype",
        Team="team",
        Product="product",
        Kanaal="kanaal",
        Ontvangen_op=pl.col("ontvangen_op").dt.strftime("%Y-%m-%d %H:%M"),
        **{name.capitalize(): pl.col(name).dt.strftime("%Y-%m-%d %H:%M") for name in MOMENTS},
        Digitaal_mogelijk=pl.when(truth).then(pl.lit("waar")).when(~truth).then(pl.lit("onwaar")),
        Vergunning_einddatum=pl.col("vergunning_einddatum").cast(pl.String),
        Houder_benaderd_op=pl.col("houder_benaderd_op").cast(pl.String),
        Bedrag_EUR=dutch_amount(pl.col("cents")),
        Warm_contact_op=pl.col("warm_contact_op").cast(pl.String),
    )
