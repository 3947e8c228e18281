"""CBS OData v3 (Iv3): a catalogue, tables with padded codes, pages, Atom unless JSON is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.connect_servers.serving import Answer, Request

TITLE = "Gemeenten {year} onbewerkte Iv3-data"
#: As the connector is told it.
PATTERN = "^Gemeenten (20[0-9]{2}) onbewerkte Iv3-data$"
CATALOGUE, FEED = "/ODataCatalog", "/ODataFeed/odata"


def cell(
    report: str, task: str, category: str, municipality: str, first: Any, second: Any = None
) -> dict[str, Any]:
    return {
        "Verslagsoort": report,
        "TaakveldBalanspost": f"{task:<6}",
        "Categorie": f"{category:<6}",
        "Gemeenten": f"{municipality:<10}",
        "k_1ePlaatsing_1": first,
        "k_2ePlaatsing_2": second,
    }


@dataclass
class Cbs:
    """Tables by year, and the names of municipalities by code."""

    tables: Mapping[int, Sequence[dict[str, Any]]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    size: int = 10_000
    address: str = ""

    def answer(self, request: Request) -> Answer:
        if "json" not in request.headers.get("accept", ""):
            return Answer(body=b"<feed/>", headers={"Content-Type": "application/atom+xml"})
        if request.path == f"{CATALOGUE}/Tables":
            listed = [
                {
                    "Identifier": self._identifier(year),
                    "Title": TITLE.format(year=year),
                    "Modified": f"{year + 1}-07-15T02:00:00",
                }
                for year in self.tables
            ]
            other = {"Identifier": "00001NED", "Title": "Provincies 2024 onbewerkte Iv3-data"}
            return self._page(request, [*listed, other])
        for year, cells in self.tables.items():
            if request.path == f"{FEED}/{self._identifier(year)}/TypedDataSet":
                asked = request.query.get("$filter", "")
                starts = tuple(re.findall(r"startswith\(Categorie,'([^']+)'\)", asked))
                return self._page(
                    request, [one for one in cells if one["Categorie"].startswith(starts or "")]
                )
            if request.path == f"{FEED}/{self._identifier(year)}/Gemeenten":
                return self._page(
                    request,
                    [{"Key": f"{code:<10}", "Title": name} for code, name in self.names.items()],
                )
        return Answer(status=404, body={"odata.error": {"code": ""}})

    @staticmethod
    def _identifier(year: int) -> str:
        return f"45{year}NED"

    def _page(self, request: Request, records: Sequence[dict[str, Any]]) -> Answer:
        skip = int(request.query.get("$skip", 0))
        body: dict[str, Any] = {"odata.metadata": "", "value": records[skip : skip + self.size]}
        if skip + self.size < len(records):
            asked = request.query.get("$filter")
            kept = f"$filter={asked.replace(' ', '%20')}&" if asked else ""
            following = f"{self.address}{request.path}?{kept}$skip={skip + self.size}"
            body["odata.nextLink"] = following
        return Answer(body=body)
