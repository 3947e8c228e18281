"""Invented deliveries of the sources whose KPIs know no terms.

Here belongs what `lay_out` in conftest delivers of them. Not here: what the figures must be
(`test_kpis_without_terms.py`).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]


def day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Amsterdam"))


def login(number: int, household: str, when: str, method: str = "digid") -> Row:
    return {
        "inlog_id": f"l{number}",
        "huishouden_id": household,
        "ingelogd_op": moment(when),
        "inlogmiddel": method,
    }


def file(
    number: int, tested: str, judgement: str, department: str = "Ruimte", euros: str | None = None
) -> Row:
    return {
        "dossier_id": f"d{number}",
        "afdeling": department,
        "toetsdatum": day(tested),
        "oordeel": judgement,
        "bedrag_eur": Decimal(euros) if euros else None,
    }


def grade(number: int, product: str, value: str, scale: int = 10, on: str = "2025-11-05") -> Row:
    return {
        "respons_id": f"g{number}",
        "afgenomen_op": day(on),
        "product": product,
        "cijfer": Decimal(value),
        "schaal_max": scale,
    }


def report(number: int, kind: str, when: str, **known: str) -> Row:
    return {"melding_id": f"m{number}", "soort": kind, "ontvangen_op": moment(when), **known}


def employee(number: str, training: str, team: str = "Jeugd", **known: Any) -> Row:
    dates = {name: day(value) for name, value in known.items() if name != "in_doelgroep"}
    return {
        "medewerker_id": number,
        "team": team,
        "training": training,
        "in_doelgroep": known.get("in_doelgroep", True),
        **dates,
    }


def robot(number: int, when: str, handled: int, minutes: str | None, process: str) -> Row:
    return {
        "run_id": f"s{number}",
        "proces": process,
        "gestart_op": moment(when),
        "aantal_aangeboden": 20,
        "aantal_verwerkt": handled,
        "aantal_uitval": 20 - handled,
        "minuten_per_stuk_handmatig": Decimal(minutes) if minutes else None,
    }


def search(number: int, results: int, opened: bool) -> Row:
    return {
        "zoekopdracht_id": f"z{number}",
        "gezocht_op": moment("2026-01-31T23:59:59"),
        "aantal_resultaten": results,
        "geopend": opened,
    }


def page(audit: str, url: str, a: int, aa: int) -> Row:
    return {
        "audit_id": audit,
        "pagina_url": url,
        "getoetst_op": day("2026-01-10"),
        "fouten_a": a,
        "fouten_aa": aa,
    }


def reading(counter: str, on: str, value: int) -> Row:
    return {"teller": counter, "peildatum": day(on), "waarde": Decimal(value)}


def milestone(name: str, status: str, on: str | None = None) -> Row:
    return {"mijlpaal_id": name, "status": status, "gereed_op": day(on)}


def climate(year: int, value: str, average: str | None) -> Row:
    return {
        "onderzoek": "Ondernemersklimaat",
        "jaar": year,
        "cijfer": Decimal(value),
        "landelijk_gemiddelde": Decimal(average) if average else None,
    }


def indicator(theme: str, number: int, year: int, value: str) -> Row:
    return {
        "thema": theme,
        "resultaat_nr": number,
        "indicator": "Inwoners met betaald werk",
        "jaar": year,
        "waarde": Decimal(value),
        "eenheid": "procent",
    }


INTERVIEWED, TEAMS, NOMINATED = (
    "one_desk_interviews_teams",
    "one_desk_teams_total",
    "service_award_nominations",
)

#: (source, table) -> its rows; the as-of date is 10 March 2026.
DELIVERIES: dict[tuple[str, str], list[Row]] = {
    ("mijndronten", "logins"): [
        *[login(n, f"h{n}", "2025-01-15T12:00:00") for n in range(6)],
        login(10, "h1", "2025-02-15T12:00:00", "DigiD "),
        *[login(20 + n, f"h{n}", "2026-01-31T23:59:59") for n in range(5)],
        login(30, "h9", "2026-02-01T12:00:00", "eherkenning"),
        login(31, "h8", "2026-03-11T00:00:00"),
    ],
    ("procurement", "files"): [
        file(1, "2025-02-01", "rechtmatig", euros="1000.50"),
        file(2, "2025-02-02", "Rechtmatig", "RUIMTE "),
        file(3, "2025-03-31", "onzeker", "Bedrijfsvoering", euros="2000"),
        file(4, "2026-01-05", "onrechtmatig", euros="300"),
        file(5, "2026-03-10", "rechtmatig", euros="-50.25"),
        file(6, "2026-03-11", "onrechtmatig"),
    ],
    ("service_survey", "grades"): [
        *[grade(n, "Burgerzaken", str(n)) for n in (6, 7, 8, 9, 10)],
        *[grade(20 + n, "milieustraat", "4.5") for n in range(2)],
        *[grade(30 + n, "crediteuren", "7", on="2024-11-05") for n in range(6)],
        *[grade(40 + n, "Triage_Leefomgeving", "4", 5) for n in range(5)],
        grade(50, "triage_leefomgeving", "9", 10),
    ],
    ("service_norm_reports", "reports"): [
        report(1, "dienstverleningsnorm", "2025-11-01T10:00:00", team="Jeugd"),
        report(2, "Dienstverleningsnorm", "2025-11-02T10:00:00", team=" jeugd"),
        report(3, "dienstverleningsnorm", "2025-11-30T23:59:59"),
        report(4, "onbegrijpelijke_tekst", "2026-02-01T10:00:00", kanaal="Brief"),
        # one character or two for the e with dots: one team
        report(5, "onbegrijpelijke_tekst", "2026-02-02T10:00:00", kanaal="Financi\u00eble brief"),
        report(6, "onbegrijpelijke_tekst", "2026-02-03T10:00:00", kanaal="Financie\u0308le brief"),
        report(7, "dienstverleningsnorm", "1990-03-01T10:00:00", team="Jeugd"),
    ],
    ("hr_training", "staff_training"): [
        *[employee(f"a{n}", "b1_schrijven", afgerond_op="2025-02-01") for n in range(2)],
        employee("a2", "B1_schrijven", "jeugd ", afgerond_op="2026-03-10"),
        employee("a3", "b1_schrijven", afgerond_op="2026-03-11"),
        employee("a4", "b1_schrijven", uit_dienst_per="2026-03-10"),
        employee("a5", "b1_schrijven", in_dienst_sinds="2025-06-01"),
        employee("a6", "b1_schrijven", in_doelgroep=False),
        *[employee(f"b{n}", "b1_schrijven", "Wmo") for n in range(3)],
        *[
            employee(f"c{n}", "integraal_werken", in_dienst_sinds="2025-05-01", **dates)
            for n, dates in enumerate(
                [
                    {"afgerond_op": "2026-03-10"},
                    {"afgerond_op": "2026-03-11"},
                    {"uit_dienst_per": "2025-06-01"},
                    {},
                    {},
                ]
            )
        ],
        employee("c9", "integraal_werken", afgerond_op="2025-01-01"),
    ],
    ("softbot_log", "runs"): [
        robot(1, "2025-10-05T10:00:00", 18, "7.5", "TONK"),
        robot(2, "2025-10-06T10:00:00", 20, None, "tonk"),
        robot(3, "2025-12-31T23:59:59", 15, "10", "wabo_dossiers"),
    ],
    ("search_log", "searches"): [search(1, 3, True), search(2, 0, False), search(3, 2, False)],
    ("accessibility_audit", "pages"): [
        page("1", "https://x.nl/a", 0, 0),
        page("1", "https://x.nl/b", 0, 1),
        page("1", "https://x.nl/a ", 0, 0),
        page("2", "https://x.nl/a", 2, 0),
    ],
    ("programme_register", "counters"): [
        reading(TEAMS, "2025-04-01", 20),
        reading(INTERVIEWED, "2025-07-01", 5),
        reading(INTERVIEWED, "2025-12-31", 15),
        reading(INTERVIEWED, "2026-03-11", 20),
        reading(NOMINATED, "2024-06-01", 10),
        reading(NOMINATED, "2024-06-20", 16),
        reading(NOMINATED, "2026-03-01", 4),
    ],
    ("programme_register", "milestones"): [
        milestone("Dashboard_live ", "gereed", "2024-05-31"),
        milestone("callback_pilot_wil", "Gereed", "2023-10-02"),
        milestone("kcc_specialists_trained", "gereed", "2023-09-30"),
        milestone("service_week", "gereed", "2026-03-11"),
        milestone("website_live", "gereed"),
        milestone("fixi_plan", "vervallen"),
        milestone("datalab", "loopt"),
        milestone("elsewhere", "loopt"),
    ],
    ("external_survey", "scores"): [
        climate(2024, "6.9", "7.1"),
        climate(2025, "7.0", None),
        climate(2027, "8", None),
    ],
    ("social_domain", "indicators"): [
        indicator("Participatie", 1, 2025, "68.4"),
        indicator("participatie", 2, 2025, "0"),
        indicator("participatie", 3, 2027, "5"),
        indicator("elders", 1, 2025, "5"),
    ],
    ("social_domain", "measures"): [
        {
            "maatregel_nr": 17,
            "maatregel": "anders genoemd",
            "jaar": 2019,
            "besparing_keur": Decimal(-90),
            "gerealiseerd_keur": Decimal(-120),
        }
    ],
}
