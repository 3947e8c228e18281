"""Invented contacts of the front office, from three systems that write in three ways.

Contacts come as Parquet with instants in UTC, call-backs as semicolons in Windows-1252, contacts
of teams as a workbook. Call-backs go from six in ten late to less than two in ten, but one team
gets worse; some were reopened after they had been handled, and come again in a later file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sources.delivery import (
    correct_later,
    delivered,
    exports,
    local_to_utc,
    maybe,
    spelt,
    with_flaws,
    write_lines,
    write_workbook,
)
from sources.town import (
    OFFICE,
    WEB,
    Rhythm,
    Town,
    answers,
    between,
    choose,
    column,
    drifting,
    moments,
    pick,
)
from sources.truth import MONTHLY, Truth, periods, share_truth
from sources.working_days import days_of, term_end

CONTACTS, CALLBACKS, TEAM_CONTACTS = 52_000, 9_000, 3_500
TERM = 2

#: Channel, weight at the start and at the end, share handled by the front office at the start and
#: at the end.
CHANNELS = (
    ("telefoon", 56.0, 44.0, 0.71, 0.86),
    ("balie", 14.0, 12.0, 0.86, 0.93),
    ("email", 12.0, 12.0, 0.55, 0.78),
    ("contactformulier", 10.0, 15.0, 0.62, 0.88),
    ("chat", 3.0, 11.0, 0.80, 0.95),
    ("social_media", 5.0, 6.0, 0.70, 0.90),
)
#: Team, weight, share of call-backs that is late on the first and on the last day, and how many
#: working days late ones take. The last but one gets worse; the last has few of them.
TEAMS = (
    ("Burgerzaken", 20.0, 0.50, 0.06, 3.0),
    ("Werk, Inkomen & Leerrecht", 24.0, 0.78, 0.07, 3.0),
    ("Gebiedsontwikkeling", 12.0, 0.80, 0.12, 4.0),
    ("Beheer openbare ruimte", 14.0, 0.70, 0.10, 3.5),
    ("Jeugd, Participatie & Wmo", 12.0, 0.72, 0.10, 3.5),
    ("Belastingen", 8.0, 0.55, 0.10, 2.5),
    ("Vergunningen & Handhaving", 7.0, 0.38, 0.62, 6.0),
    ("Griffie & café", 0.6, 0.30, 0.20, 2.0),
)
#: Team, weight, term in working days, share that is late on the first and on the last day.
CARE_TEAMS = (
    ("Gebiedsontwikkeling", 55.0, (2, 5, 10), 0.24, 0.12),
    ("Economische zaken", 20.0, (2, 5, 5), 0.20, 0.15),
    ("Vastgoed", 25.0, (5, 10, 10), 0.30, 0.30),
)
#: More every year.
ONLINE = Rhythm(WEB.weekdays, WEB.hours, WEB.months, growth=0.3)
CALLED = {"Opmerking intern": "niet voor export; zie dossier"}


def generate(town: Town, folder: Path) -> Truth:
    """Writes three tables and returns the true figures of the four KPIs that they feed."""
    contacts = _contacts(town)
    callbacks = _callbacks(town, contacts)
    care = _team_contacts(town)
    _write_contacts(town, contacts, folder)
    _write_callbacks(town, callbacks, folder)
    _write_team_contacts(town, care, folder)
    return [
        *contacts_truth(town, contacts),
        *callbacks_truth(town, callbacks),
        *team_contacts_truth(town, care),
    ]


def contacts_truth(town: Town, contacts: pl.DataFrame) -> Truth:
    """kcc_contact_share by channel, and phone_reached of calls transferred or not."""
    facts = contacts.select(
        day=pl.col("gestart_op").dt.date(),
        channel=_code("kanaal"),
        hit=(_code("afgehandeld_door") == "kcc").cast(pl.Int64),
        all=pl.lit(1),
        answered=pl.col("beantwoord").cast(pl.Int64),
        transferred="doorverbonden",
        succeeded=pl.col("doorverbinden_gelukt").cast(pl.Int64),
    ).filter(pl.col("day") <= town.as_of)
    calls = facts.filter(pl.col("channel") == "telefoon")
    offered = calls.filter(pl.col("answered").is_not_null())
    direct = offered.filter(~pl.col("transferred")).with_columns(hit="answered")
    moved = calls.filter(pl.col("transferred"), pl.col("succeeded").is_not_null())
    both = pl.concat(
        [
            direct.with_columns(transfer=pl.lit("direct")),
            moved.with_columns(hit="succeeded", transfer=pl.lit("transferred")),
        ]
    )
    rows = share_truth("kcc_contact_share", facts, "channel")
    rows += share_truth("phone_reached", offered.with_columns(hit="answered"))
    parts = share_truth("phone_reached", both, "transfer")
    return rows + [row for row in parts if row[3] == "transfer"]


def callbacks_truth(town: Town, callbacks: pl.DataFrame) -> Truth:
    """callbacks_late by the day that they were due, callbacks_open_late as a stock."""
    made, handled = (days_of(callbacks[name]) for name in ("aangemaakt_op", "afgehandeld_op"))
    due = term_end(made, TERM)
    in_time = ~np.isnat(handled) & (handled <= due)
    facts = pl.DataFrame(
        {
            "day": due,
            "hit": (~in_time).astype(np.int64),
            "all": np.ones(len(due), dtype=np.int64),
            "team": callbacks["naam"],
            "made": made,
            "handled": handled,
        }
    ).filter(pl.col("made") <= town.as_of)
    rows = share_truth("callbacks_late", facts.filter(pl.col("day") <= town.as_of), "team")
    return rows + _open_truth(town, facts)


def _open_truth(town: Town, facts: pl.DataFrame) -> Truth:
    first = facts["made"].min()
    stocks: Truth = []
    for grain in MONTHLY:
        for start, judged in periods(town, grain, first):  # type: ignore[arg-type]
            is_open = facts.filter(
                pl.col("made") <= judged,
                pl.col("handled").is_null() | (pl.col("handled") > judged),
            ).select(
                "team",
                "all",
                day=pl.lit(start),
                hit=(pl.col("day") <= judged).cast(pl.Int64),
            )
            stocks += share_truth("callbacks_open_late", is_open, "team", grains=(grain,))
    return stocks


def team_contacts_truth(town: Town, care: pl.DataFrame) -> Truth:
    """area_development_within_norm: one team, each contact with a norm of its own."""
    area = care.filter(_code("team") == "gebiedsontwikkeling")
    received, handled = (days_of(area[name]) for name in ("ontvangen_op", "afgehandeld_op"))
    due = term_end(received, area["norm_werkdagen"].to_numpy())
    facts = pl.DataFrame(
        {
            "day": due,
            "hit": (~np.isnat(handled) & (handled <= due)).astype(np.int64),
            "all": np.ones(len(due), dtype=np.int64),
        }
    )
    return share_truth("area_development_within_norm", facts.filter(pl.col("day") <= town.as_of))


def _code(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().str.to_lowercase()


def _contacts(town: Town) -> pl.DataFrame:
    chance = town.chance("customer_contact.contacts")
    count = town.many(CONTACTS)
    online = round(count * 0.4)
    at = pl.concat(
        [
            moments(town, chance, count - online, OFFICE, beyond=2),
            moments(town, chance, online, ONLINE, beyond=2),
        ]
    )
    is_online = np.arange(count) >= count - online
    progress = town.progress(at)
    late_half = chance.random(count) < progress
    channel = np.where(
        late_half,
        pick(chance, [row[2] for row in CHANNELS], count),
        pick(chance, [row[1] for row in CHANNELS], count),
    )
    # Nobody calls or comes by at night: what comes in then is written.
    channel = np.where(is_online & (channel < 2), 3, channel)
    by_front = chance.random(count) < drifting(CHANNELS, (3, 4), channel, progress)
    is_call = channel == 0
    month = at.dt.month().to_numpy()
    busy = 0.06 * np.isin(month, [2, 4, 5]) * (progress > 0.2)
    answered = chance.random(count) < 0.90 + 0.05 * progress - busy
    transferred = is_call & answered & ~by_front & (chance.random(count) < 0.75)
    succeeded = chance.random(count) < 0.76 + 0.08 * progress
    unknown = chance.random(count) < 0.004
    team = column(TEAMS, 0, pick(chance, [row[1] for row in TEAMS], count))
    luck = chance.random(count)
    front = np.where(luck < 0.02, "kcc", np.where(luck < 0.03, "KCC ", "KCC"))
    names = np.array([row[0] for row in CHANNELS])
    spelling = np.array([names, np.char.capitalize(names)])
    frame = pl.DataFrame(
        {
            "kanaal": spelling[(luck > 0.9).astype(np.int64), channel],
            "gestart_op": at,
            "beantwoord": pl.Series(answered).set(pl.Series(~is_call | unknown), None),
            "doorverbonden": pl.Series(transferred & ~unknown).set(pl.Series(~is_call), None),
            "doorverbinden_gelukt": pl.Series(succeeded).set(
                pl.Series(~transferred | unknown), None
            ),
            "afgehandeld_door": np.where(by_front, front, team),
            "team": maybe(chance, team, 0.9),
        }
    )
    return frame.sort("gestart_op", maintain_order=True).select(
        pl.format("{}{}", pl.lit(town.key("KC")), pl.int_range(pl.len()) + 1_000_001).alias(
            "contact_id"
        ),
        pl.all(),
    )


def _callbacks(town: Town, contacts: pl.DataFrame) -> pl.DataFrame:
    chance = town.chance("customer_contact.callbacks")
    count = town.many(CALLBACKS)
    at = moments(town, chance, count, OFFICE, beyond=2)
    team = pick(chance, [row[1] for row in TEAMS], count)
    # Half of the way is made in the first year; holidays and the dark days cost a little.
    progress = np.clip(town.progress(at), 0, 1) ** 0.7
    tired = 0.05 * np.isin(at.dt.month().to_numpy(), [7, 8, 12])
    is_late = chance.random(count) < drifting(TEAMS, (2, 3), team, progress) + tired
    slowness = column(TEAMS, 4, team).astype(np.float64)
    handled = answers(chance, at, TERM, is_late, slowness=2.0, never=0.0001)
    slow = answers(chance, at, TERM, is_late, slowness=3.2, never=0.0005)
    handled = handled.zip_with(pl.Series(slowness < 5), slow)
    names = pl.Series("team", column(TEAMS, 0, team))
    linked = contacts["contact_id"].gather(between(chance, 0, contacts.height - 1, count).tolist())
    return pl.DataFrame(
        {
            "terugbelverzoek_id": [
                f"{town.key('TBV')}{number}" for number in range(50_001, 50_001 + count)
            ],
            "contact_id": maybe(chance, linked, 0.8),
            "team": spelt(chance, names),
            "aangemaakt_op": at,
            "afgehandeld_op": handled,
            # A few are marked as handled without a day: they are open, whatever the status says.
            "aangevinkt": chance.random(count) < 0.001,
            "naam": names,
        }
    )


def _team_contacts(town: Town) -> pl.DataFrame:
    chance = town.chance("customer_contact.team_contacts")
    count = town.many(TEAM_CONTACTS)
    at = moments(town, chance, count, OFFICE, beyond=2)
    team = pick(chance, [row[1] for row in CARE_TEAMS], count)
    norms = np.array([row[2] for row in CARE_TEAMS])
    norm = norms[team, between(chance, 0, 2, count)]
    is_late = chance.random(count) < drifting(CARE_TEAMS, (3, 4), team, town.progress(at))
    names = pl.Series("team", column(CARE_TEAMS, 0, team))
    return pl.DataFrame(
        {
            "zaak_id": [f"{town.key('GO-')}{number}" for number in range(10_001, 10_001 + count)],
            "team": spelt(chance, names),
            "ontvangen_op": at,
            "norm_werkdagen": norm,
            "afgehandeld_op": answers(chance, at, norm, is_late, slowness=5, never=0.008),
        }
    )


def _write_contacts(town: Town, contacts: pl.DataFrame, folder: Path) -> None:
    chance = town.chance("customer_contact.contacts.delivery")
    dates = exports(town, months=3, overlap=3)
    parts = [delivered(export, contacts, "gestart_op") for export in dates]
    # Who handled it was filled in afterwards.
    wrong = [pl.col("team").fill_null("Burgerzaken").alias("afgehandeld_door")]
    parts = correct_later(chance, parts, 2, "contact_id", town.many(80), wrong)
    flaws = (
        {"contact_id": None},
        {"kanaal": None},
        {"gestart_op": pl.lit(None, pl.Datetime("us"))},
        {"afgehandeld_door": None},
    )
    for export, part in zip(dates, parts, strict=True):
        rows = with_flaws(chance, part, "contact_id", flaws, town.key(f"{export.name}-"))
        rows.with_columns(local_to_utc("gestart_op")).write_parquet(
            folder / f"{town.file(f'contacts_{export.name}')}.parquet", compression_level=9
        )


def _write_callbacks(town: Town, callbacks: pl.DataFrame, folder: Path) -> None:
    chance = town.chance("customer_contact.callbacks.delivery")
    dates = exports(town, months=1, overlap=7)
    parts = [delivered(export, callbacks, "aangemaakt_op", ["afgehandeld_op"]) for export in dates]
    # Reopened: first handled within the hour, in truth days later; and the team was wrong.
    too_soon = pl.col("aangemaakt_op") + pl.duration(minutes=40)
    wrong = [too_soon.alias("afgehandeld_op")]
    parts = correct_later(chance, parts, 2, "terugbelverzoek_id", town.many(40), wrong)
    wrong = [pl.lit("Burgerzaken").alias("team")]
    parts = correct_later(chance, parts, 3, "terugbelverzoek_id", town.many(12), wrong)
    flaws = (
        {"Afgehandeld_op": "16-03-2010 12:00:00"},
        {"Aangemaakt_op": "31-04-2025 09:00:00"},
        {"Afgehandeld_op": "02-07-2010 09:15:00"},
        {"Terugbelverzoek_ID": None},
        {"Team": None},
        {"Afgehandeld_op": "ja, gebeld"},
    )
    for export, part in zip(dates, parts, strict=True):
        stamp = "%d-%m-%Y %H:%M:%S"
        rows = part.select(
            Terugbelverzoek_ID="terugbelverzoek_id",
            Status=pl.when(pl.col("afgehandeld_op").is_null() & ~pl.col("aangevinkt"))
            .then(pl.lit("Open"))
            .otherwise(pl.lit("Afgehandeld")),
            Team="team",
            Aangemaakt_op=pl.col("aangemaakt_op").dt.strftime(stamp),
            Afgehandeld_op=pl.col("afgehandeld_op").dt.strftime(stamp),
            Contact_ID="contact_id",
            **{name: pl.when(pl.int_range(pl.len()) % 97 == 0).then(pl.lit(text))
               for name, text in CALLED.items()},
        )  # fmt: skip
        rows = with_flaws(chance, rows, "Terugbelverzoek_ID", flaws, town.key(f"{export.name}-"))
        path = folder / f"{town.file(f'callbacks_{export.name}')}.csv"
        write_lines(path, rows, separator=";", encoding="cp1252")


def _write_team_contacts(town: Town, care: pl.DataFrame, folder: Path) -> None:
    chance = town.chance("customer_contact.team_contacts.delivery")
    for export in exports(town, months=3):
        part = delivered(export, care, "ontvangen_op", ["afgehandeld_op"])
        cells: dict[str, list[Any]] = {name.title(): part[name].to_list() for name in part.columns}
        broken = max(1, part.height // 200) if part.height > 10 else 0
        for number, place in enumerate(choose(chance, np.arange(part.height), broken).tolist()):
            row = {name: column[place] for name, column in cells.items()}
            row["Zaak_Id"] = f"{town.key(export.name)}-fout{number}"
            row |= (
                {"Ontvangen_Op": "30-02-2025 10:00"},
                {"Zaak_Id": None},
                {"Norm_Werkdagen": "twee"},
                {"Team": None},
            )[number % 4]
            for name, value in row.items():
                cells[name].append(value)
        write_workbook(
            folder / f"{town.file(f'team_contacts_{export.name}')}.xlsx", town, "Export", cells
        )
