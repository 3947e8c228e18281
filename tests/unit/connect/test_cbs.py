"""CBS (Iv3): sums per municipality out of padded cells, and the region figures that follow."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from dronten_pipeline.connect.errors import Refused
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Pull
from tests.connect_servers.cbs import CATALOGUE, FEED, PATTERN, Cbs, cell
from tests.connect_servers.serving import Answer, on, served

from .conftest import Home

SOURCE = "iv3"
NAMES = {"GM0303": "Dronten", "GM0171": "Noordoostpolder", "GM0034": "Almere"}
CELLS = [
    # Over all tasks, and of two placements the second.
    cell("2024X005", "0.4", "L1.1", "GM0303", 10000, 10100),
    cell("2024X005", "6.1", "L1.1", "GM0303", 27977.5),
    cell("2024X005", "0.4", "L3.5.1", "GM0303", 9365, 0),
    cell("2024X005", "5.1", "L3.5.1", "GM0303", 0.25, -99998),
    cell("2024X005", "6.1", "L3.5.1", "GM0303", 800, None),
    cell("2024X000", "0.4", "L1.1", "GM0303", 40000),
    # No return is no amount; what is left of a municipality counts.
    cell("2024X005", "0.4", "L1.1", "GM0171", -99998),
    cell("2024X005", "6.1", "L1.1", "GM0171", 5000),
    cell("2024X005", "0.4", "L3.5.1", "GM0171", -41),
    cell("2024X005", "0.4", "L1.1", "GM0034", -99998),
    # A balance sheet, another category that begins alike, a quarter, a province.
    cell("2024X005", "A111", "L1.1", "GM0303", 5),
    cell("2024X005", "P111", "L1.1", "GM0303", 5),
    cell("2024X005", "0.4", "L1.11", "GM0303", 6),
    cell("2024X001", "0.4", "L1.1", "GM0303", 7),
    cell("2024X005", "0.4", "L1.1", "PV24", 8),
    cell("2024X005", "0.4", "B3.5.1", "GM0303", 9),
]


def declare(home: Home, address: str, **more: Any) -> None:
    home.declare(
        SOURCE,
        {
            "kind": "cbs",
            "address": f"{address}{FEED}",
            "catalogue": f"{address}{CATALOGUE}",
            "title": PATTERN,
            **more,
        },
    )


@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_cells_become_sums_per_municipality(home: Home, size: int) -> None:
    with served(Cbs({2024: CELLS}, NAMES, size)) as server:
        declare(home, server.address)
        outcome = home.pull(SOURCE)
    found = home.table(SOURCE, "staff_costs_by_municipality")
    assert [
        (
            one["verslagsoort"],
            one["gm_code"],
            one["gm_naam"],
            one["salarissen_L1_1_keur"],
            one["inhuur_L3_5_1_keur"],
        )
        for one in found
    ] == [
        ("2024X000", "GM0303", "Dronten", "40000", "0"),
        ("2024X005", "GM0171", "Noordoostpolder", "5000", "-41"),
        ("2024X005", "GM0303", "Dronten", "38077.5", "800.25"),
    ]
    assert outcome.counted == {
        "cellen die niet tellen": 5,
        "cellen zonder opgave": 2,
        "2024X000: gemeenten zonder opgave": 1,
    }
    (record,) = ledger.records_of(home.settings, Pull)
    assert record.body.versions == {"452024NED": "2025-07-15T02:00:00"}


def test_a_title_that_the_catalogue_does_not_have_is_said(home: Home) -> None:
    with served(Cbs({2024: CELLS}, NAMES)) as server:
        declare(home, server.address, title="^Waterschappen (20[0-9]{2})$")
        with pytest.raises(Refused, match="geen tabel met deze titel"):
            home.pull(SOURCE)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(body={"error": "Kanarie"}), "value ontbreekt"),
        (Answer(body=[1]), "value ontbreekt"),
        (Answer(body={"value": [{"Categorie": "L1.1"}]}), "niet wat de vertaling verwacht"),
    ],
)
def test_an_answer_that_is_no_table_lands_nothing(home: Home, answer: Answer, says: str) -> None:
    with served(Cbs({2024: CELLS}, NAMES), on(2, answer)) as server:
        declare(home, server.address)
        with pytest.raises(Refused, match=says):
            home.pull(SOURCE)
    assert home.landed(SOURCE) == []


def test_pages_in_a_circle_end(home: Home) -> None:
    system = Cbs({2024: CELLS}, NAMES)

    def circle(request: Any) -> Answer | None:
        if not request.path.endswith("TypedDataSet"):
            return None
        return Answer(body={"value": [], "odata.nextLink": f"{system.address}{request.path}"})

    with served(system, circle) as server:
        declare(home, server.address)
        with pytest.raises(Refused, match="in een kring"):
            home.pull(SOURCE)


def test_a_table_that_did_not_change_is_the_same_file(home: Home) -> None:
    with served(Cbs({2024: CELLS}, NAMES)) as server, served(Cbs({2024: CELLS[::-1]}, NAMES)) as b:
        declare(home, server.address)
        home.pull(SOURCE)
        declare(home, b.address)
        assert home.pull(SOURCE).is_same


def test_the_region_figures_are_those_of_an_independent_computation(
    home: Home, shared: Path
) -> None:
    delivered = rows(shared / "data" / "iv3" / "iv3_personeel_inhuur_gemeenten.csv")
    with served(
        Cbs(as_cells(delivered), {row["gm_code"]: row["gm_naam"] for row in delivered})
    ) as server:
        declare(home, server.address)
        home.pull(SOURCE)
    pulled = home.table(SOURCE, "staff_costs_by_municipality")
    figures = (("salarissen_L1_1_keur", Decimal), ("inhuur_L3_5_1_keur", Decimal))
    amounts = {
        (row["verslagsoort"], row["gm_code"]): tuple(kind(row[name]) for name, kind in figures)
        for row in pulled
    }
    assert amounts == {
        (row["verslagsoort"], row["gm_code"]): found
        for row in delivered
        if any(found := tuple(kind(row[name]) for name, kind in figures))
    }
    (regions,) = (shared / "landing_real" / "iv3").glob("region_membership*.csv")
    member = defaultdict(set)
    for row in rows(regions):
        member[row["regio"]].add(row["gm_code"])
    compared = 0
    for wanted in rows(shared / "data" / "iv3" / "expected_regional_inhuur.csv"):
        region = wanted["regio"].partition(" (")[0]
        if region not in member:
            continue
        filed = {
            code: (salaries, hiring)
            for (report, code), (salaries, hiring) in amounts.items()
            if report == f"{wanted['jaar']}X005" and salaries and code in member[region]
        }
        shares = [100 * hiring / (salaries + hiring) for salaries, hiring in filed.values()]
        hired, paid = (sum(one[place] for one in filed.values()) for place in (1, 0))
        assert len(filed) == int(wanted["n"])
        for found, name in (
            (100 * hired / (paid + hired), "gewogen_pct"),
            (sum(shares) / len(shares), "ongewogen_gemiddelde_pct"),
            (median(shares), "mediaan_pct"),
        ):
            assert abs(found - Decimal(wanted[name])) <= Decimal("0.01"), (wanted, name)
            compared += 1
    assert compared == 8 * 3 * len(member)


def rows(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    separator = ";" if ";" in text.partition("\n")[0] else ","
    return list(csv.DictReader(text.splitlines(), delimiter=separator))


def as_cells(delivered: list[dict[str, str]]) -> dict[int, list[dict[str, Any]]]:
    """The cells that these sums are of: overhead, the rest, and the traps of the source."""
    tables: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for place, row in enumerate(delivered):
        found = tables[int(row["jaar"])]
        report, code = row["verslagsoort"], row["gm_code"]
        for category, name, part in (
            ("L1.1", "salarissen_L1_1_keur", "salarissen_overhead_tv0_4_keur"),
            ("L3.5.1", "inhuur_L3_5_1_keur", "inhuur_overhead_tv0_4_keur"),
        ):
            whole, overhead = Decimal(row[name]), Decimal(row[part] or 0)
            if not whole:
                found.append(cell(report, "0.4", category, code, -99998))
                continue
            corrected = place % 3 == 0
            found += [
                cell(
                    report,
                    "0.4",
                    category,
                    code,
                    1 if corrected else float(overhead),
                    float(overhead) if corrected else None,
                ),
                cell(report, "6.1", category, code, float(whole - overhead)),
                cell(report, "A111", category, code, 12345),
            ]
    return tables
