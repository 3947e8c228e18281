"""Invented indicators of the social domain with semicolons and line breaks; measures in a workbook.

Results and planned savings are those of the documents, every figure of the indicators and every
saving that was realised is invented. Of some results nobody has said yet how they are measured.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from sources.delivery import write_lines, write_workbook
from sources.town import Town
from sources.truth import Truth

#: Theme, number of the result, indicator, unit, first value, change per year.
INDICATORS = (
    ("participatie", 1, "Netto arbeidsparticipatie", "procent", 71.2, 0.5),
    ("participatie", 2, "Jongeren met een startkwalificatie", "procent", 88.4, 0.4),
    ("participatie", 3, "Uitstroom uit de bijstand naar werk", "aantal", 64, 5),
    ("participatie", 4, "Bereik minimaregelingen", "procent", 61.0, 1.8),
    ("participatie", 5, "Inburgeringstrajecten afgerond", "aantal", 38, 6),
    ("participatie", 6, "Deelnemers taalhuis", "aantal", 210, 18),
    ("zelfredzaamheid", 1, "Huishoudens met problematische schulden", "procent", 8.1, -0.2),
    ("zelfredzaamheid", 2, "Inwoners die mantelzorg geven", "procent", 14.6, 0.3),
    ("zelfredzaamheid", 3, "Plaatsingen maatschappelijke opvang", "aantal", 41, -2),
    ("zelfredzaamheid", 5, "Inwoners die zich eenzaam voelen", "procent", 43.0, 0.6),
    ("gezonde_leefstijl", 1, "Cliënten verslavingszorg per 10.000", "aantal", 36, -1),
    ("gezonde_leefstijl", 3, "Inwoners die voldoen aan de beweegrichtlijn", "procent", 44.5, 0.7),
    (
        "leefbaarheid_veiligheid",
        1,
        "Gezinnen met een plan voor alle leefgebieden",
        "aantal",
        95,
        -4,
    ),
    ("leefbaarheid_veiligheid", 2, "Meldingen bij Veilig Thuis", "aantal", 318, -9),
    ("leefbaarheid_veiligheid", 5, "Rapportcijfer sociale samenhang", "cijfer", 6.2, 0.1),
    ("opgroeien_opvoeden", 1, "Kinderen op de voorschool", "procent", 83.0, 0.9),
    ("opgroeien_opvoeden", 2, "Jongeren met jeugdhulp", "procent", 12.4, -0.3),
    ("opgroeien_opvoeden", 4, "Kinderen in een gezin met een laag inkomen", "procent", 6.9, -0.1),
)
STORY = 'De reeks "{}" is verzonnen.\nHet beeld van {} is {} dan een jaar eerder.'
#: Measure and planned saving per year (EUR x 1,000).
FIRST_YEAR = 2018
MEASURES = (
    ("Besparing regionale jeugdhulp", (0, 0, 450, 600, 600)),
    ("Lagere instroom door andere werkwijze toegang", (70, 306, 406, 605, 641)),
    ("Goedkopere instroom door andere werkwijze toegang", (23, 102, 135, 202, 214)),
    ("Besparing uitvoeringskosten jeugd", (55, 110, 110, 110, 110)),
    ("Besparing preventiekosten jeugd", (0, 126, 126, 126, 126)),
    ("WorkFast zelf doen i.p.v. inhuren", (0, 26, 26, 26, 26)),
    ("Sterk verminderen reiskostenvergoeding re-integratie", (0, 64, 64, 64, 64)),
    ("Verminderd gebruik werkplekaanpassingen", (0, 20, 20, 20, 20)),
    ("Afschaffen no risk polis voor overige doelgroepen", (0, 20, 20, 20, 20)),
    ("Alternatieve oplossing voor Matchcare software", (0, 23, 23, 23, 23)),
    ("Beperkte besparing uitvoeringskosten participatie", (40, 81, 81, 81, 81)),
    ("Geen maatregelen armoedebeleid", (0, 0, 0, 0, 0)),
    ("Zie vorige maatregel", (0, 0, 0, 0, 0)),
    ("MER niet doorvoeren", (0, 0, 0, 0, 0)),
    ("Lagere instroom Wmo door andere werkwijze toegang", (26, 90, 119, 178, 188)),
    ("Goedkopere instroom door andere werkwijze toegang", (7, 29, 39, 58, 61)),
    ("Stijging beschermd wonen a.g.v. doorstroom jeugd", (0, -100, -113, -150, -150)),
    ("Beperkte besparing uitvoeringskosten Wmo", (67, 135, 135, 135, 135)),
    ("Besparing capaciteit ten laste van de reserve", (62, 124, 124, 124, 124)),
    ("Besparing interventieteam", (7, 14, 14, 14, 14)),
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes both tables; neither feeds a KPI."""
    if town.is_first_part:
        _indicators(town, folder)
        _measures(town, folder)
    return []


def _indicators(town: Town, folder: Path) -> None:
    chance = town.chance("social_domain.indicators")
    last = town.as_of.year - 1
    rows = []
    for theme, number, indicator, unit, first, change in INDICATORS:
        luck = (chance.random(4) - 0.5) * abs(change)
        values = first + change * np.arange(4) + luck
        for step, year in enumerate(range(last - 3, last + 1)):
            value = f"{values[step]:.0f}" if unit == "aantal" else f"{values[step]:.1f}"
            better = "hoger" if step and values[step] > values[step - 1] else "lager"
            story = STORY.format(indicator, year, better) if step == 3 else None
            rows.append((theme, number, indicator, year, value.replace(".", ","), unit, story))
    names = ["thema", "resultaat_nr", "indicator", "jaar", "waarde", "eenheid", "duiding"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    for year in (last - 1, last):
        part = frame.filter(pl.col("jaar") <= year if year < last else pl.col("jaar") == year)
        path = folder / f"indicators_{year}.csv"
        write_lines(path, part, separator=";", encoding="utf-8-sig")


def _measures(town: Town, folder: Path) -> None:
    chance = town.chance("social_domain.measures")
    cells: dict[str, list[object]] = {
        name: []
        for name in ("Maatregel_nr", "Maatregel", "Jaar", "Besparing_keur", "Gerealiseerd_keur")
    }
    for number, (measure, savings) in enumerate(MEASURES, start=1):
        for step, saving in enumerate(savings):
            # What became of the last year has not been settled.
            part = 0.6 + 0.5 * chance.random()
            realised = round(saving * part) if step < 4 else None
            row = (number, measure, FIRST_YEAR + step, saving, realised)
            for column, value in zip(cells.values(), row, strict=True):
                column.append(value)
    write_workbook(
        folder / f"measures_{FIRST_YEAR}-{FIRST_YEAR + 4}.xlsx", town, "Maatregelen", cells
    )
