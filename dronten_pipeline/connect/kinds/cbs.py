"""CBS OData: the accounts and budgets of all municipalities (Iv3), for the regional benchmark.

Tables are found in the catalogue by their title, as each year has one of its own. Here belongs how
cells become sums per municipality. Not here: which regions there are (the reviewed seed), and
what the figures mean.

Sums are of all taakvelden; balance-sheet codes (A.., P..) are no taakveld. Codes are padded with
spaces at the source. -99998 means that nothing was returned.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import Any

from pydantic import Field

from dronten_pipeline.connect.connector import Address
from dronten_pipeline.connect.connector import Connector as Common
from dronten_pipeline.connect.errors import Refused
from dronten_pipeline.connect.http import Client
from dronten_pipeline.connect.session import Session

NO_RETURN = -99998
SALARIES, HIRING = "L1.1", "L3.5.1"
#: Of the municipalities that reported in a year, so many must be in a report for it to be whole.
WHOLE = 0.98


class Connector(Common):
    """A feed of OData v3 and the tables in its catalogue."""

    address: Address = Field(description="The feed, up to the identifiers of tables.")
    catalogue: Address = Field(description="The catalogue, up to /Tables.")
    title: str = Field(
        description="Titles of tables, as a pattern whose one group is the year: Gemeenten "
        "(20[0-9]{2}) onbewerkte Iv3-data."
    )
    reports: list[str] = Field(
        default=["X000", "X005"], description="Reports of a year: X000 budget, X005 accounts."
    )
    table: str = Field(default="staff_costs_by_municipality")
    names: str | None = Field(
        default="Gemeenten", description="List of codes and names in the feed of each table."
    )


def pull(connector: Connector, session: Session) -> None:
    """Lands one table of sums per year, report and municipality (thousands of euro)."""
    records: dict[tuple[int, str, str], dict[str, Any]] = {}
    pattern = re.compile(connector.title)
    catalogue = session.client(connector.catalogue)
    feed = session.client(connector.address)
    tables = [
        (int(found.group(1)), str(table["Identifier"]).strip(), str(table.get("Modified") or ""))
        for table in _entities(catalogue, "Tables")
        if (found := pattern.search(str(table.get("Title", ""))))
    ]
    if not tables:
        raise Refused(
            "In de catalogus staat geen tabel met deze titel (title in connector.yml). Zoek in de "
            "catalogus hoe zij nu heten."
        )
    for year, identifier, modified in sorted(tables):
        session.versions[identifier] = modified
        session.tell(f"{year} ({identifier})")
        for record in _year(connector, session, feed, year, identifier):
            records[year, record["verslagsoort"], record["gm_code"]] = record
    session.table(connector.table, (records[key] for key in sorted(records)), is_whole=True)


def try_login(connector: Connector, session: Session) -> str:
    """No login is needed; the catalogue must answer."""
    tables = _entities(session.client(connector.catalogue), "Tables")
    return f"de catalogus heeft {len(tables)} tabellen"


def _year(
    connector: Connector, session: Session, feed: Client, year: int, identifier: str
) -> list[dict[str, Any]]:
    sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    asked = f"startswith(Categorie,'{SALARIES}') or startswith(Categorie,'{HIRING}')"
    for cell in _entities(feed, f"{identifier}/TypedDataSet", {"$filter": asked}):
        code = {
            name: str(cell[name]).strip()
            for name in ("Verslagsoort", "TaakveldBalanspost", "Categorie", "Gemeenten")
        }
        report = code["Verslagsoort"].removeprefix(str(year))
        if (
            report not in connector.reports
            or code["Categorie"] not in (SALARIES, HIRING)
            or code["TaakveldBalanspost"][:1] in ("A", "P")
            or not code["Gemeenten"].startswith("GM")
        ):
            session.counted["cellen die niet tellen"] += 1
            continue
        # The second placement corrects the first.
        given = [cell.get("k_2ePlaatsing_2"), cell.get("k_1ePlaatsing_1")]
        value = next((one for one in given if one not in (None, NO_RETURN)), None)
        if value is None:
            session.counted["cellen zonder opgave"] += 1
            continue
        of = sums[code["Verslagsoort"], code["Gemeenten"]]
        of[code["Categorie"]] = of.get(code["Categorie"], Decimal(0)) + Decimal(str(value))
    names = _names(feed, identifier, connector.names)
    _warn_of_gaps(session, sums.keys())
    return [
        {
            "jaar": year,
            "verslagsoort": report,
            "gm_code": municipality,
            "gm_naam": names.get(municipality, municipality),
            "salarissen_L1_1_keur": found.get(SALARIES, Decimal(0)),
            "inhuur_L3_5_1_keur": found.get(HIRING, Decimal(0)),
        }
        for (report, municipality), found in sums.items()
    ]


def _warn_of_gaps(session: Session, found: Any) -> None:
    every = {municipality for _, municipality in found}
    for report in {report for report, _ in found}:
        there = {municipality for one, municipality in found if one == report}
        if len(there) < WHOLE * len(every):
            session.counted[f"{report}: gemeenten zonder opgave"] = len(every) - len(there)


def _names(feed: Client, identifier: str, listed: str | None) -> dict[str, str]:
    if listed is None:
        return {}
    return {
        str(one["Key"]).strip(): str(one["Title"]).strip()
        for one in _entities(feed, f"{identifier}/{listed}", missing_is_empty=True)
    }


def _entities(
    client: Client,
    path: str,
    params: dict[str, str] | None = None,
    *,
    missing_is_empty: bool = False,
) -> list[dict[str, Any]]:
    """All pages of a list of OData v3."""
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    following: str | None = path
    while following is not None:
        fine = frozenset({200, 404}) if missing_is_empty else frozenset({200})
        page = client.json(following, params, fine=fine)
        values = page.get("value") if isinstance(page, dict) else None
        if values is None and missing_is_empty:
            return []
        if not isinstance(values, list):
            raise Refused(f"{path}: het antwoord is geen lijst (value ontbreekt).")
        found += values
        following = page.get("odata.nextLink") or page.get("@odata.nextLink")
        params = None
        if following is not None and following in seen:
            raise Refused(f"{path}: de pagina's verwijzen in een kring naar elkaar.")
        seen.add(following or "")
    return found
