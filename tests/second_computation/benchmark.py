"""The benchmark of external hiring a second time: the delivered files, fractions and a dictionary.

Nothing of `dronten_pipeline` or `dbt_project` is used here; see `files.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from statistics import median

Amounts = dict[str, tuple[Fraction, Fraction]]
Row = dict[str, str | int | float | None]

OWN = "GM0303"
JUDGED = ("Flevoland", "Regio Zwolle")
COUNTRY = "Nederland"
NEEDED = 3
MARGIN = 1


def delivered(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of all files of a table, in the order of their names."""
    found: list[dict[str, str]] = []
    for path in sorted(folder.glob(f"{table}*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found += [
                {name.lower(): value.strip() for name, value in row.items()}
                for row in csv.DictReader(file)
            ]
    return found


def accounts(folder: Path, until: int) -> dict[int, Amounts]:
    """What each municipality filed in its accounts (hiring, salaries) up to a year that is over."""
    found: dict[int, Amounts] = {}
    for row in delivered(folder, "staff_costs_by_municipality"):
        year, code = int(row["jaar"]), row["gm_code"].upper()
        is_one = len(code) == 6 and code[:2] == "GM" and code[2:].isdigit()
        if is_one and row["verslagsoort"].upper().endswith("X005") and year <= until:
            amounts = Fraction(row["inhuur_l3_5_1_keur"]), Fraction(row["salarissen_l1_1_keur"])
            found.setdefault(year, {})[code] = amounts
    return {
        year: {code: amounts for code, amounts in filed.items() if amounts[1] != 0}
        for year, filed in found.items()
    }


def members(folder: Path, region: str, year: int) -> set[str]:
    return {
        row["gm_code"].upper()
        for row in delivered(folder, "region_membership")
        if row["regio"].lower() == region.lower()
        and int(row.get("geldig_van") or year) <= year <= int(row.get("geldig_tot") or year)
    }


def shares(filed: Amounts) -> dict[str, Fraction]:
    """A region by the three methods, in percent."""
    each = [100 * hiring / (hiring + salaries) for hiring, salaries in filed.values()]
    hiring = sum((amounts[0] for amounts in filed.values()), Fraction())
    both = sum((sum(amounts, Fraction()) for amounts in filed.values()), Fraction())
    return {
        "mean": sum(each, Fraction()) / len(each),
        "weighted": 100 * hiring / both,
        "median": median(each),
    }


def benchmark(folder: Path, until: int) -> Iterator[Row]:
    """The rows of external_hiring_benchmark that have a municipality of our own beside them."""
    for year, all_filed in accounts(folder, until).items():
        own = shares({OWN: all_filed[OWN]})["mean"]
        for region in (*JUDGED, COUNTRY):
            wanted = set(all_filed) if region == COUNTRY else members(folder, region, year)
            filed = {code: all_filed[code] for code in sorted(wanted & set(all_filed))}
            others = {code: amounts for code, amounts in filed.items() if code != OWN}
            for method, share in shares(filed).items():
                difference = own - share
                status = "above" if difference > MARGIN else "in_line"
                yield {
                    "year": year,
                    "region": region,
                    "method": method,
                    "municipalities": len(filed),
                    "region_share": float(share),
                    "region_share_without_own": float(shares(others)[method]),
                    "own_share": float(own),
                    "difference": float(difference),
                    "status": ("below" if difference < 0 else status)
                    if len(others) >= NEEDED
                    else None,
                }


def verdict(rows: list[Row]) -> str:
    """The status of external_hiring_share by the latest accounts."""
    latest = max(int(str(row["year"])) for row in rows)
    found = {(row["region"], row["method"]): row["status"] for row in rows if row["year"] == latest}
    by_method = [
        [found.get((region, method)) for region in JUDGED] for method in ("mean", "weighted")
    ]
    if any(status is None for statuses in by_method for status in statuses):
        return "no_data"
    met = {all(status != "above" for status in statuses) for statuses in by_method}
    return "uncertain" if len(met) > 1 else "on_target" if met.pop() else "off_target"
