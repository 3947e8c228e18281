"""KPIs with terms, stocks and lags on a few invented records, worked out by hand.

The as-of date is Tuesday 7 April 2026, the first working day after Easter: Good Friday is
3 April and Easter Monday 6 April.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.unit.dbt.conftest import Raw, Row, dbt_build, local

AS_OF = dt.date(2026, 4, 7)
KPIS = (
    "callbacks_late",
    "callbacks_open_late",
    "press_answered",
    "area_development_within_norm",
    "sport_answered",
    "triage_first_response",
    "enforcement_response",
    "appointment_within_5d",
    "permit_expiry_notice",
    "penalty_warm_contact",
    "digital_self_service_share",
    "public_space_feedback_lag",
    "invoices_paid_30d",
    "phone_reached",
)


def moment(text: str | None) -> dt.datetime | None:
    """`4-1 23:59` is a local time in 2026; with a year before it, in that year."""
    if text is None:
        return None
    day, _, time = text.partition(" ")
    parts = [int(part) for part in day.split("-")]
    year, month, date = parts if len(parts) == 3 else (2026, *parts)
    return local(f"{year:04}-{month:02}-{date:02}T{time or '10:00'}:00")


def day(text: str | None) -> dt.date | None:
    found = moment(text)
    return found.date() if found else None


def callback(number: str, made: str, handled: str | None = None, team: str = "WIL") -> Row:
    return {
        "terugbelverzoek_id": number,
        "team": team,
        "aangemaakt_op": moment(made),
        "afgehandeld_op": moment(handled),
        "status": "open",
    }


def case(number: str, kind: str, received: str, **more: Any) -> Row:
    return {"zaak_id": number, "zaaktype": kind, "ontvangen_op": moment(received), **more}


def permit(number: str, received: str, ends: str, warned: str | None = None) -> Row:
    about = {"vergunning_einddatum": day(ends), "houder_benaderd_op": day(warned)}
    return case(number, "Vergunning", received, product="Terras", **about)


def appointment(number: str, requested: str, on: str, **more: Any) -> Row:
    return {
        "afspraak_id": number,
        "product": "paspoort",
        "aangevraagd_op": moment(requested),
        "afspraak_op": moment(on),
        **more,
    }


def invoice(number: str, received: str, paid: str | None = None, **more: Any) -> Row:
    return {
        "factuur_id": number,
        "leverancier_id": "ab" * 32,
        "afdeling": "Ruimte",
        "typecode": 380,
        "factuurdatum": day(received),
        "ontvangen_op": day(received),
        "betaald_op": day(paid),
        "bedrag_eur": Decimal("1234.50"),
        **more,
    }


def einvoice(number: str, dated: str, **more: Any) -> Row:
    return {
        "factuur_id": number,
        "leverancier_id": "ab" * 32,
        "typecode": 380,
        "factuurdatum": day(dated),
        "bedrag_eur": Decimal("1234.50"),
        "valuta": "EUR",
        **more,
    }


def report(number: str, made: str, handled: str | None, told: str | None, **more: Any) -> Row:
    return {
        "melding_id": number,
        "categorie": "Groen",
        "aangemaakt_op": moment(made),
        "afgehandeld_op": moment(handled),
        "afgemeld_op": moment(told),
        **more,
    }


def call(number: str, answered: bool | None, transferred: bool | None, done: bool | None) -> Row:
    return {
        "contact_id": number,
        "kanaal": "TELEFOON",
        "gestart_op": moment("2-3" if answered is None else "3-3"),
        "afgehandeld_door": "kcc",
        "beantwoord": answered,
        "doorverbonden": transferred,
        "doorverbinden_gelukt": done,
    }


def lay_out(raw: Raw) -> None:
    raw.run(AS_OF)
    raw.deliver(
        "customer_contact",
        "callbacks",
        [
            callback("closed the same day", "1-5 00:00", "1-5 23:59"),
            callback("due today and open", "4-1"),
            callback("due tomorrow and open", "4-2 00:00"),
            callback("due tomorrow and done", "4-2 23:59", "4-7"),
            callback("done tomorrow", "4-1", "4-8 00:00"),
            callback("last minute", "3-31 23:59", "4-2 23:59", team=" wil "),
            callback("a minute later", "3-31 23:59", "4-3 00:00", team="Zorg"),
            callback("not made yet", "4-8 00:00"),
            # in summer time since 2 in the night of 29 March 2026
            callback("before midnight, winter", "3-27 23:59", "3-31 23:59"),
            callback("after midnight, summer", "3-30 00:00", "4-1 23:59"),
            callback("a wrong year", "1025-3-1", "1025-3-1 11:00"),
        ],
    )
    raw.deliver(
        "customer_contact",
        "team_contacts",
        [
            {
                "zaak_id": number,
                "team": team,
                "ontvangen_op": moment(received),
                "norm_werkdagen": norm,
                "afgehandeld_op": moment(handled),
            }
            for number, team, received, norm, handled in [
                ("on its last day", " gebiedsontwikkeling", "3-26", 5, "4-2"),
                ("a day late", "Gebiedsontwikkeling", "3-26", 5, "4-3"),
                ("no norm, in a weekend", "Gebiedsontwikkeling", "3-28", 0, "3-28"),
                ("still runs", "Gebiedsontwikkeling", "3-26", 7, None),
                ("another team", "Zorg", "3-26", 5, "4-2"),
            ]
        ],
    )
    raw.deliver(
        "press_mailbox",
        "questions",
        [
            {
                "vraag_id": number,
                "ontvangen_op": moment("4-1"),
                "procesantwoord_op": moment(process),
                "beantwoord_op": moment(answer),
            }
            for number, process, answer in [
                ("process answer in time", "4-7 23:59", None),
                ("answer before process answer", "4-8", "4-2"),
                ("answer after today", None, "4-8"),
                ("no answer", None, None),
            ]
        ],
    )
    raw.deliver(
        "case_system",
        "cases",
        [
            case("t1", "Triage", "4-1", eerste_reactie_op=moment("4-7 23:59")),
            case("t2", "triage", "4-1", afgesloten_op=moment("4-2")),
            case("t3", "triage", "4-2"),
            case("s1", "sportvraag", "3-2", eerste_reactie_op=moment("3-9 23:59")),
            case("s2", "sportvraag", "3-2", eerste_reactie_op=moment("3-10 00:00")),
            case("s3", "sportvraag", "3-2", eerste_reactie_op=moment("4-8")),
            case("e1", "toezichtmelding", "1-5", verdeeld_op=moment("3-2"),
                 eerste_reactie_op=moment("3-9")),
            case("e2", "toezichtmelding", "1-5", eerste_reactie_op=moment("1-6")),
            permit("p1", "2025-1-5", "5-31", "2-28"),
            permit("p2", "2025-1-5", "5-31", "3-1"),
            permit("p3", "3-20", "5-31"),
            permit("p4", "2025-1-5", "7-7"),
            permit("p5", "2025-1-5", "7-8"),
            permit("p6", "2025-1-5", "10-8"),
            permit("p7", "2025-1-5", "4-6"),
            case("d1", "last_onder_dwangsom", "3-2", bedrag_eur=Decimal("50000")),
            case("d2", "last_onder_dwangsom", "3-2", bedrag_eur=Decimal("50000.01"),
                 warm_contact_op=day("4-7")),
            case("d3", "last_onder_dwangsom", "3-2", bedrag_eur=Decimal("60000"),
                 warm_contact_op=day("4-8")),
            case("a1", "aanvraag", "3-2", kanaal="Digitaal", digitaal_mogelijk=True),
            case("a2", "aanvraag", "3-2", kanaal="balie", digitaal_mogelijk=True),
            case("a3", "aanvraag", "3-2", kanaal="digitaal", digitaal_mogelijk=None),
        ],
    )  # fmt: skip
    raw.deliver(
        "civil_affairs",
        "appointments",
        [
            appointment("fifth day", "2-2", "2-9"),
            appointment("Saturday after the fifth day", "2-2", "2-14"),
            appointment("asked for a later day", "2-2", "3-2", gewenst_vanaf=day("2-26")),
            appointment("asked for an earlier day", "2-9", "2-17", gewenst_vanaf=day("2-2")),
            appointment("urgent", "2-2", "3-9", spoed=True),
            appointment("booked ahead, term runs", "3-31", "4-9"),
            appointment("clock starts tomorrow", "3-31", "4-9", gewenst_vanaf=day("4-8")),
        ],
    )
    raw.deliver(
        "finance_invoices",
        "incoming",
        [
            invoice("day 30 is today", "3-8"),
            invoice("day 30 is tomorrow", "3-9", "3-10"),
            invoice("paid on day 14", "2-1", "2-15"),
            invoice("paid on day 15", "2-1", "2-16", typecode=384),
            invoice("paid on day 31", "2-1", "3-4", bedrag_eur=Decimal("-1")),
            invoice("credit", "2-1", "2-2", typecode=381, in_geschil=True),
            invoice("disputed", "2-1", in_geschil=True),
            invoice("only credit", "2025-11-1", typecode=381),
            invoice("same number", "2-20"),
            invoice("same number", "2-20", "2-21", leverancier_id="cd" * 32),
            invoice("credited", "2-1", "2-2"),
            invoice("credited", "2-3", typecode=381),
        ],
    )
    raw.deliver(
        "finance_invoices",
        "einvoices",
        [
            einvoice("day 30 is today", "3-6", vervaldatum=day("4-20")),
            einvoice(
                "paid on day 31", "1-30", leverancier_id="cd" * 32, ontvangen_op=moment("2-1")
            ),
            einvoice("credited", "2-3", typecode=384, valuta="usd"),
            einvoice("never booked", "3-6", typecode=381, bedrag_eur=Decimal("-20"), valuta="?"),
            einvoice("never booked", "3-7"),
            einvoice("dated tomorrow", "4-8"),
            einvoice("corrected", "3-1", valuta="USD"),
        ],
    )
    raw.deliver(
        "finance_invoices", "einvoices", [einvoice("corrected", "3-2", valuta="USD")], number=2
    )
    raw.deliver(
        "fixi",
        "reports",
        [
            report("r1", "2-1", "2-6", "2-9"),
            report("r2", "2-1", "2-6", "2-10 00:00"),
            report("told first", "2-1", "2-10", "2-6"),
            report("same day", "2-1", "2-6 08:00", "2-6 23:59"),
            report("part", "2-1", "2-6", "2-27", hoofdmelding_id="r1"),
            report("only told", "2-1", None, "2-27"),
            report("31 days", "3-7", None, None, oorzaak_open="Wacht_op_derde", kern="Dronten"),
            report("30 days", "3-8", None, None),
            report("handled tomorrow", "1-5", "4-8", None),
        ],
    )
    raw.deliver(
        "customer_contact",
        "contacts",
        [
            call("c1", True, None, None),
            call("c2", False, False, None),
            call("c3", True, True, True),
            call("c4", True, True, None),
            call("c5", None, True, True),
        ],
    )


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = tmp_path_factory.mktemp("terms")
    raw = Raw(home / "raw" / "current")
    lay_out(raw)
    chosen = " ".join(["+work_list", *(f"+kpi_{kpi}" for kpi in KPIS)])
    with pytest.MonkeyPatch.context() as patch:
        # Only tests of which everything is built.
        patch.setenv("DBT_INDIRECT_SELECTION", "cautious")
        warehouse = dbt_build(raw.folder, home, select=chosen)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def figure(
    terms: duckdb.DuckDBPyConnection, kpi: str, period: str, part: str = "total"
) -> tuple[Any, ...] | None:
    """Value, numerator, denominator and whether it is provisional; `2026-04`, `2026Q1`, `2026`."""
    year = period[:4]
    grain = "year"
    month = 1
    if "Q" in period:
        grain, month = "quarter", 3 * int(period[-1]) - 2
    elif "-" in period:
        grain, month = "month", int(period[5:])
    found = terms.execute(
        f"select value, numerator, denominator, is_provisional from kpi.kpi_{kpi}"
        " where period_grain = ? and period_start = ? and dimension_value = ?",
        [grain, dt.date(int(year), month, 1), part],
    ).fetchall()
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("kpi", "period", "part", "expected"),
    [
        # due 2 April: last minute in time, a minute later not; due 7 April: both open ones
        pytest.param("callbacks_late", "2026-04", "total", (3, 5), id="call-backs late"),
        pytest.param("callbacks_late", "2026-04", "WIL", (2, 4), id="of a team, spelt first"),
        pytest.param("callbacks_late", "2026-03", "total", (0, 1), id="due before the month ends"),
        pytest.param("callbacks_late", "2026-01", "total", (0, 1), id="due in the month"),
        pytest.param("callbacks_late", "1025", "total", None, id="no term in an impossible year"),
        # open on 7 April: two of 1 April (late) and one of 2 April
        pytest.param("callbacks_open_late", "2026-04", "total", (2, 3), id="open today"),
        # open on 31 March: two of that day and the one of 30 March, none late
        pytest.param("callbacks_open_late", "2026-03", "total", (0, 3), id="open at month's end"),
        pytest.param("callbacks_open_late", "2026Q1", "total", (0, 3), id="open at quarter's end"),
        pytest.param("callbacks_open_late", "2026", "total", (2, 3), id="open this year is today"),
        pytest.param("callbacks_open_late", "2026-03", "Zorg", (0, 1), id="open of a team"),
        pytest.param("press_answered", "2026-04", "total", (2, 4), id="press"),
        pytest.param(
            "area_development_within_norm", "2026-04", "total", (1, 2), id="norm over Easter"
        ),
        pytest.param(
            "area_development_within_norm", "2026-03", "total", (1, 1), id="norm of no days"
        ),
        pytest.param("triage_first_response", "2026-04", "total", (1, 2), id="closing is no reply"),
        pytest.param("sport_answered", "2026Q1", "total", (1, 3), id="sport"),
        pytest.param("enforcement_response", "2026Q1", "total", (1, 1), id="from assignment"),
        pytest.param("enforcement_response", "2026Q1", "unassigned", (1, 2), id="never assigned"),
        pytest.param("appointment_within_5d", "2026-02", "total", (2, 4), id="appointments"),
        pytest.param("appointment_within_5d", "2026-03", "total", (1, 1), id="booked ahead"),
        pytest.param("appointment_within_5d", "2026-04", "total", None, id="clock not started"),
        # the last day of February for both that end on 31 May
        pytest.param("permit_expiry_notice", "2026Q1", "total", (1, 3), id="permits"),
        pytest.param("permit_expiry_notice", "2026Q2", "Terras", (0, 1), id="day of notice today"),
        pytest.param("penalty_warm_contact", "2026Q1", "total", (1, 2), id="more than 50,000"),
        pytest.param("digital_self_service_share", "2026-03", "total", (1, 2), id="digital"),
        pytest.param("invoices_paid_30d", "2026-03", "total", (4, 6), id="invoices"),
        pytest.param("invoices_paid_30d", "2026-03", "within_14_days", (3, 6), id="within 14 days"),
        pytest.param("invoices_paid_30d", "2026-04", "total", (0, 1), id="day 30 is today"),
        pytest.param("invoices_paid_30d", "2025-12", "total", (0, 0), id="only a credit note"),
        pytest.param("phone_reached", "2026-03", "total", (3, 4), id="calls"),
        pytest.param("phone_reached", "2026-03", "direct", (1, 2), id="direct calls"),
        pytest.param("phone_reached", "2026-03", "transferred", (1, 2), id="transferred calls"),
        pytest.param("phone_reached", "2026-02", "total", (0, 0), id="unknown calls"),
        pytest.param("phone_reached", "2026-02", "transferred", (1, 1), id="unknown, transferred"),
        pytest.param(
            "public_space_feedback_lag", "2026-04", "open_over_30_days", (3, 4), id="open reports"
        ),
    ],
)  # fmt: skip
def test_a_share_counts_what_it_says(
    terms: duckdb.DuckDBPyConnection,
    kpi: str,
    period: str,
    part: str,
    expected: tuple[int, int] | None,
) -> None:
    found = figure(terms, kpi, period, part)
    assert (found[1:3] if found else None) == expected
    if found and expected and expected[1]:
        assert found[0] == pytest.approx(100 * expected[0] / expected[1], rel=1e-12)


@pytest.mark.parametrize(
    ("kpi", "period", "part", "value", "count"),
    [
        # five and six working days; the reaction of tomorrow has not happened
        pytest.param("sport_answered", "2026Q1", "mean_working_days", 5.5, 2, id="mean"),
        # Friday to Monday 1, to Tuesday 2, told first 0, same day 0
        pytest.param("public_space_feedback_lag", "2026-02", "total", 0.5, 4, id="median"),
        pytest.param("public_space_feedback_lag", "2026-02", "groen", 0.5, 4, id="of a kind"),
        pytest.param("public_space_feedback_lag", "2026-03", "total", None, 0, id="nobody told"),
        pytest.param("invoices_paid_30d", "2026-03", "credit_notes", 2, None, id="credit notes"),
        pytest.param("invoices_paid_30d", "2026-03", "disputed", 1, None, id="disputed"),
    ],
)  # fmt: skip
def test_a_mean_a_median_and_a_count_are_no_share(
    terms: duckdb.DuckDBPyConnection,
    kpi: str,
    period: str,
    part: str,
    value: float | None,
    count: int | None,
) -> None:
    found = figure(terms, kpi, period, part)
    assert found is not None and found[:3] == (value, None, count)


def test_a_day_without_open_callbacks_has_no_share(terms: duckdb.DuckDBPyConnection) -> None:
    found = figure(terms, "callbacks_open_late", "2026-02")
    assert found is not None and found[:3] == (None, 0, 0)


def test_a_stock_starts_with_the_first_record_of_a_possible_year(
    terms: duckdb.DuckDBPyConnection,
) -> None:
    first = terms.execute("select min(period_start) from kpi.kpi_callbacks_open_late").fetchone()
    assert first == (dt.date(2026, 1, 1),)


@pytest.mark.parametrize(
    ("kpi", "period", "provisional"),
    [
        pytest.param("callbacks_late", "2026-03", False, id="terms end in their period"),
        pytest.param("callbacks_late", "2026-04", True, id="month runs"),
        pytest.param("appointment_within_5d", "2026-02", False, id="all terms over"),
        pytest.param("appointment_within_5d", "2026-03", True, id="a term of March still runs"),
        pytest.param("appointment_within_5d", "2026Q1", True, id="and so of the quarter"),
        pytest.param("permit_expiry_notice", "2026Q1", False, id="quarter is over"),
    ],
)
def test_a_period_is_provisional_while_it_or_a_term_in_it_runs(
    terms: duckdb.DuckDBPyConnection, kpi: str, period: str, provisional: bool
) -> None:
    found = figure(terms, kpi, period)
    assert found is not None and found[3] is provisional


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "callbacks_overdue",
            {("done tomorrow", 0), ("due today and open", 0)},
            id="due today is late in the stock, no working day yet",
        ),
        pytest.param(
            "press_open",
            {("answer after today", 0), ("no answer", 0), ("process answer in time", None)},
            id="a process answer ends the term, not the question",
        ),
        pytest.param(
            "reports_open_long",
            {("31 days", 1), ("handled tomorrow", 42), ("only told", 23)},
            id="more than 30 days",
        ),
        pytest.param(
            "permits_to_warn", {("p4", 0), ("p5", 0)}, id="still valid, and within three months"
        ),
        pytest.param(
            "invoices_overdue",
            {("day 30 is today", 0), ("same number (2)", 10)},
            id="open past day 30, one number of two suppliers",
        ),
        pytest.param(
            "invoices_unseen",
            {
                ("paid on day 31", 23),
                ("credited", None),
                ("never booked (1)", None),
                ("never booked (2)", None),
                ("corrected", None),
            },
            id="another supplier or type code, or never in the ledger",
        ),
        pytest.param("texts_too_hard", set(), id="no texts"),
    ],
)
def test_a_work_list_holds_what_somebody_must_do(
    terms: duckdb.DuckDBPyConnection, name: str, expected: set[tuple[str, int | None]]
) -> None:
    rows = terms.execute(
        "select item_id, working_days_late from work_list where list = ?", [name]
    ).fetchall()
    assert set(rows) == expected


@pytest.mark.parametrize(
    ("item", "team", "detail"),
    [
        ("due today and open", "Werk, Inkomen & Leerrecht", "Terugbelverzoek van 01-04-2026"),
        (
            "31 days",
            "ARCA + Groentechnisch beheer",
            "groen in Dronten, gemeld op 07-03-2026, oorzaak: wacht op derde",
        ),
        ("handled tomorrow", None, "groen, gemeld op 05-01-2026, oorzaak: onbekend"),
        (
            "day 30 is today",
            "Ruimte",
            "Factuur van 1234,50 euro, ontvangen op 08-03-2026, vervaldatum van de leverancier "
            "20-04-2026",
        ),
        (
            "paid on day 31",
            "Financien, planning en control, inkoop",
            "Factuur van 1234,50 euro, gedateerd 30-01-2026, ontvangen op 01-02-2026, staat niet "
            "in de administratie",
        ),
        (
            "never booked (1)",
            None,
            "Creditnota van -20,00 in een onbekende valuta, gedateerd 06-03-2026, staat niet in de "
            "administratie",
        ),
        (
            "corrected",
            None,
            "Factuur van 1234,50 USD, gedateerd 02-03-2026, staat niet in de administratie",
        ),
        ("p4", None, "Terras, loopt af op 07-07-2026"),
        (
            "process answer in time",
            "Communicatie",
            "Persvraag van 01-04-2026, procesantwoord gegeven op 07-04-2026",
        ),
    ],
)
def test_an_item_names_a_team_and_says_what_it_is(
    terms: duckdb.DuckDBPyConnection, item: str, team: str | None, detail: str
) -> None:
    found = terms.execute("select team, detail from work_list where item_id = ?", [item]).fetchone()
    assert found is not None and found[1] == detail
    assert found[0] == team if team else found[0]
