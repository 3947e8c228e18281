"""Invented invoices: incoming with semicolons, Windows-1252 and dates as 13 feb 2026; outgoing
with commas and dates as 31-12-25; e-invoices as XML (SI-UBL).

Some 93 in a hundred are paid in time; one department gets better and one worse. Credit notes,
disputes (some settled later), invoices that are open past their term, negative amounts, and a few
that were paid before they came. Twelve outgoing invoices in a row were never exported: a break in
a series of numbers that the system gives without gaps. Of the last weeks there are a few invoices
as their suppliers sent them; two of those were never booked.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import (
    correct_later,
    delivered,
    dutch_amount,
    dutch_date,
    exports,
    maybe,
    spelt,
    with_flaws,
    write_lines,
)
from sources.town import DAILY, Rhythm, Town, between, column, drifting, moments, pick
from sources.truth import Truth, count_truth, share_truth
from sources.working_days import days_of

INCOMING, OUTGOING = 20_000, 8_000
TERM, SOON = 30, 14

#: The numbers of outgoing invoices that no delivery holds.
LOST = range(73_412, 73_424)
CREDIT_NOTE = 381

#: Department, weight, share paid in time on the first and on the last day.
DEPARTMENTS = (
    ("Ruimte", 30.0, 0.88, 0.97),
    ("Sociaal domein", 24.0, 0.96, 0.87),
    ("Bedrijfsvoering", 18.0, 0.94, 0.95),
    ("Publiekszaken", 11.0, 0.95, 0.96),
    ("Vergunningen en handhaving", 9.0, 0.92, 0.94),
    ("Financiën", 7.0, 0.97, 0.98),
    ("Griffie", 1.0, 0.93, 0.94),
)
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
EINVOICE = """\
<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="{ubl}{root}-2"
  xmlns:cac="{ubl}CommonAggregateComponents-2" xmlns:cbc="{ubl}CommonBasicComponents-2">
  <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
  <cbc:ID>{factuur_id}</cbc:ID>
  <cbc:IssueDate>{factuurdatum}</cbc:IssueDate>
  {due}<cbc:{root}TypeCode>{typecode}</cbc:{root}TypeCode>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:AccountingSupplierParty>
    <cac:Party>
      <cac:PartyLegalEntity>
        <cbc:RegistrationName>Verzonnen leverancier</cbc:RegistrationName>
        <cbc:CompanyID>{leverancier_id}</cbc:CompanyID>
      </cac:PartyLegalEntity>
    </cac:Party>
  </cac:AccountingSupplierParty>
  <cac:LegalMonetaryTotal>
    <cbc:PayableAmount currencyID="EUR">{amount:.2f}</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
</{root}>
"""
#: Days before the as-of date in which the suppliers of the e-invoices sent them.
SENT = (28, 7)
#: Invoices come before the summer and at the end of the year.
INVOICES = Rhythm(DAILY.weekdays, DAILY.hours, (1.1, 0.95, 1, 1, 1, 1.1, 0.85, 0.7, 1, 1, 1.1, 1.3))
BROKEN = (
    {"bedrag_eur": "1.2.3,45"},
    {"ontvangen_op": "30 feb 2025"},
    {"factuur_id": None},
    {"bedrag_eur": "n.v.t."},
    {"betaald_op": "31 jun 2025"},
    {"leverancier_id": None},
    {"typecode": "factuur"},
)
BROKEN_OUTGOING = (
    {"verzonden_op": "31-06-25"},
    {"factuur_id": None},
    {"qr_code": "misschien"},
    {"verzonden_op": None},
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes the tables and returns the true invoices_paid_30d and invoices_with_qr."""
    incoming, outgoing = _incoming(town), _outgoing(town)
    _write_incoming(town, incoming, folder)
    if town.is_first_part:
        _write_einvoices(town, incoming, folder)
    _write_outgoing(town, outgoing, folder)
    return incoming_truth(town, incoming) + outgoing_truth(town, outgoing)


def incoming_truth(town: Town, incoming: pl.DataFrame) -> Truth:
    """By the thirtieth day after receipt, as soon as it has come; day 30 is in time."""
    received, paid = (days_of(incoming[name]) for name in ("ontvangen_op", "betaald_op"))
    last = received + TERM
    facts = pl.DataFrame(
        {
            "day": last,
            "hit": (~np.isnat(paid) & (paid <= last)).astype(np.int64),
            "soon": (~np.isnat(paid) & (paid <= received + SOON)).astype(np.int64),
            "all": np.ones(len(last), dtype=np.int64),
            "department": incoming["naam"],
            "is_credit": incoming["typecode"] == CREDIT_NOTE,
            "is_disputed": incoming["in_geschil"].fill_null(False),
        }
    ).filter(pl.col("day") <= town.as_of)
    counted = facts.filter(~pl.col("is_credit"), ~pl.col("is_disputed"))
    soon = counted.with_columns(hit="soon")
    apart = facts.with_columns(number=pl.lit(1))
    credit = apart.filter("is_credit")
    disputed = apart.filter("is_disputed", ~pl.col("is_credit"))
    return [
        *share_truth("invoices_paid_30d", counted, "department"),
        *share_truth("invoices_paid_30d", soon, measure="within_14_days"),
        *count_truth("invoices_paid_30d", credit, measure="credit_notes"),
        *count_truth("invoices_paid_30d", disputed, measure="disputed"),
    ]


def outgoing_truth(town: Town, outgoing: pl.DataFrame) -> Truth:
    facts = outgoing.filter(pl.col("verzonden_op") <= town.as_of).select(
        day="verzonden_op", hit=pl.col("qr_code").cast(pl.Int64), all=pl.lit(1)
    )
    return share_truth("invoices_with_qr", facts)


def _incoming(town: Town) -> pl.DataFrame:
    chance = town.chance("finance_invoices.incoming")
    count = town.many(INCOMING)
    received = moments(town, chance, count, INVOICES, beyond=2).dt.date()
    month = received.dt.month().to_numpy()
    who = pick(chance, [row[1] for row in DEPARTMENTS], count)
    tired = 0.03 * np.isin(month, [7, 8, 12])
    share = drifting(DEPARTMENTS, (2, 3), who, np.clip(town.progress(received), 0, 1)) - tired
    in_time = chance.random(count) < share
    luck = chance.random(count)
    # Two in three go the short way, many of the others are paid on the very last day.
    quick = (luck**1.5 * 15).astype(np.int64)
    slow = 15 + (luck**0.6 * 16).astype(np.int64)
    late = 31 + (-np.log1p(-luck) * 12).astype(np.int64)
    after = np.where(in_time, np.where(chance.random(count) < 0.66, quick, slow), late)
    after = np.where(chance.random(count) < 0.001, -2, after)
    paid = received + pl.Series(after * 86_400_000).cast(pl.Duration("ms"))
    unpaid = pl.Series(chance.random(count) < 0.004)
    kind = np.array([380, 381, 384])[pick(chance, [95, 4, 1], count)]
    cents = np.round(np.exp(5.5 + 6 * chance.random(count) ** 1.3) * 100).astype(np.int64)
    cents = np.where((kind == 380) & (chance.random(count) < 0.003), -cents, cents)
    # A number is only unique for its supplier, and the big ones send many.
    supplier = (chance.random(count) ** 3 * 420).astype(np.int64)
    issued = received - pl.Series(between(chance, 0, 6, count) * 86_400_000).cast(pl.Duration("ms"))
    disputed = chance.random(count) < 0.015
    names = pl.Series("afdeling", column(DEPARTMENTS, 0, who))
    frame = pl.DataFrame(
        {
            "supplier": supplier,
            "afdeling": spelt(chance, names),
            "typecode": kind,
            "factuurdatum": issued,
            "ontvangen_op": received,
            "vervaldatum": maybe(chance, issued.dt.offset_by("30d"), 0.95),
            "betaald_op": paid.set(unpaid, None),
            "cents": cents,
            "in_geschil": maybe(chance, disputed, 0.85),
            "naam": names,
        }
    )
    return frame.select(
        pl.format(
            "{}{}", pl.lit(town.key("F")), pl.int_range(pl.len()).over("supplier") + 1001
        ).alias("factuur_id"),
        pl.format("{}{}", pl.lit(town.key("CRED")), pl.col("supplier") + 5000).alias(
            "leverancier_id"
        ),
        pl.exclude("supplier"),
    )


def _outgoing(town: Town) -> pl.DataFrame:
    chance = town.chance("finance_invoices.outgoing")
    count = town.many(OUTGOING)
    sent = moments(town, chance, count, INVOICES, beyond=2).dt.date()
    # From the summer of the first year the invoices were made with a code, and then nearly all.
    progress = town.progress(sent)
    share = np.where(progress < 0.3, 0.15, np.where(progress < 0.36, 0.7, 0.95 + 0.04 * progress))
    made = pl.DataFrame(
        {
            "number": range(70_001, 70_001 + count),
            "verzonden_op": sent,
            "qr_code": chance.random(count) < share,
        }
    )
    return made.filter(~pl.col("number").is_in(LOST)).select(
        pl.format("{}{}", pl.lit(town.key("U")), "number").alias("factuur_id"),
        "verzonden_op",
        "qr_code",
    )


def _write_incoming(town: Town, incoming: pl.DataFrame, folder: Path) -> None:
    chance = town.chance("finance_invoices.incoming.delivery")
    dates = exports(town, months=3, overlap=10)
    parts = [delivered(export, incoming, "ontvangen_op", ["betaald_op"]) for export in dates]
    parts = _settled(town, chance, parts)
    for export, part in zip(dates, parts, strict=True):
        days = ("factuurdatum", "ontvangen_op", "vervaldatum", "betaald_op")
        rows = part.select(
            "afdeling",
            "leverancier_id",
            "factuur_id",
            pl.col("typecode").cast(pl.String),
            *[dutch_date(name) for name in days],
            dutch_amount(pl.col("cents")).alias("bedrag_eur"),
            pl.when("in_geschil").then(pl.lit("j")).when(~pl.col("in_geschil")).then(pl.lit("n"))
            .alias("in_geschil"),
        )  # fmt: skip
        rows = with_flaws(chance, rows, "factuur_id", BROKEN, town.key(f"{export.name}-"))
        path = folder / f"{town.file(f'incoming_{export.name}')}.csv"
        write_lines(path, rows, separator=";", encoding="cp1252")


def _write_einvoices(town: Town, incoming: pl.DataFrame, folder: Path) -> None:
    first, last = (town.as_of - dt.timedelta(days=days) for days in SENT)
    recent = incoming.filter(pl.col("ontvangen_op").is_between(first, last))
    is_credit = pl.col("typecode") == CREDIT_NOTE
    due = pl.col("factuurdatum").dt.offset_by("30d").alias("vervaldatum")
    chosen = [
        recent.filter(~is_credit, pl.col("vervaldatum").is_null()).head(3).with_columns(due),
        recent.filter(~is_credit, pl.col("vervaldatum").is_not_null()).head(4),
        recent.filter(is_credit).head(1).with_columns(vervaldatum=None),
        # no ledger has these numbers
        recent.tail(2).with_columns(pl.concat_str("factuur_id", pl.lit("-B")).alias("factuur_id")),
    ]
    for number, row in enumerate(pl.concat(chosen).iter_rows(named=True), start=1):
        root = "CreditNote" if row["typecode"] == CREDIT_NOTE else "Invoice"
        due_on = row["vervaldatum"]
        content = EINVOICE.format(
            **row,
            root=root,
            ubl=UBL,
            due=f"<cbc:DueDate>{due_on}</cbc:DueDate>\n  " if due_on else "",
            amount=row["cents"] / 100,
        )
        path = folder / f"{town.file(f'einvoices_{town.as_of:%Y-%m}_{number:02d}')}.xml"
        path.write_text(content, encoding="utf-8", newline="\n")


def _settled(
    town: Town, chance: np.random.Generator, parts: list[pl.DataFrame]
) -> list[pl.DataFrame]:
    """Disputes that were settled later, and payments that were booked on the wrong invoice."""
    both = [pl.concat_str("leverancier_id", "factuur_id", separator="|").alias("both")]
    parts = [part.with_columns(both) for part in parts]
    wrong = [pl.lit(True).alias("in_geschil")]
    parts = correct_later(chance, parts, 2, "both", town.many(40), wrong)
    wrong = [pl.col("ontvangen_op").alias("betaald_op")]
    return correct_later(chance, parts, 1, "both", town.many(30), wrong)


def _write_outgoing(town: Town, outgoing: pl.DataFrame, folder: Path) -> None:
    chance = town.chance("finance_invoices.outgoing.delivery")
    for export in exports(town, months=6):
        rows = delivered(export, outgoing, "verzonden_op").select(
            pl.col("verzonden_op").dt.strftime("%d-%m-%y"),
            "factuur_id",
            pl.col("qr_code").cast(pl.Int8).cast(pl.String),
        )
        write_lines(
            folder / f"{town.file(f'outgoing_{export.name}')}.csv",
            with_flaws(chance, rows, "factuur_id", BROKEN_OUTGOING, town.key(f"{export.name}-")),
            separator=",",
            encoding="utf-8",
        )
