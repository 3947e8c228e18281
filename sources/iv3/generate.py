"""Invented staff costs of municipalities: commas, UTF-8 with a mark, decimal point.

Names, codes and regions are real (that is what the benchmark is about); inhabitants and amounts
are invented, and the file is called so.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from sources.town import Town
from sources.truth import Truth

#: Code, name, province, inhabitants (invented, of a likely size).
MUNICIPALITIES = (
    ("GM0034", "Almere", 24, 221_000), ("GM0050", "Zeewolde", 24, 23_500),
    ("GM0118", "Hoogeveen", 22, 56_000), ("GM0119", "Meppel", 22, 34_500),
    ("GM0148", "Dalfsen", 23, 29_500), ("GM0160", "Hardenberg", 23, 62_000),
    ("GM0166", "Kampen", 23, 55_500), ("GM0171", "Noordoostpolder", 24, 49_000),
    ("GM0175", "Ommen", 23, 18_500), ("GM0177", "Raalte", 23, 38_500),
    ("GM0180", "Staphorst", 23, 17_500), ("GM0184", "Urk", 24, 21_500),
    ("GM0193", "Zwolle", 23, 131_000), ("GM0230", "Elburg", 25, 23_500),
    ("GM0244", "Hattem", 25, 12_500), ("GM0246", "Heerde", 25, 19_000),
    ("GM0269", "Oldebroek", 25, 24_000), ("GM0302", "Nunspeet", 25, 28_500),
    ("GM0303", "Dronten", 24, 43_500), ("GM0995", "Lelystad", 24, 83_000),
    ("GM1690", "De Wolden", 22, 24_500), ("GM1701", "Westerveld", 22, 19_900),
    ("GM1708", "Steenwijkerland", 23, 45_000), ("GM1773", "Olst-Wijhe", 23, 18_700),
    ("GM1896", "Zwartewaterland", 23, 23_300),
)  # fmt: skip
#: The two municipalities of Flevoland that are no member of Regio Zwolle, and Zeewolde.
NOT_ZWOLLE = ("GM0034", "GM0050", "GM0995")
#: The province was founded in this year.
FLEVOLAND_SINCE = 1986
OWN = "GM0303"
DID_NOT_FILE = ("GM0180", "2023X005")
NEGATIVE = ("GM1773", "2019X005")


def generate(town: Town, folder: Path) -> Truth:
    """Writes both tables, which do not grow with the town; no KPI of its own is built in."""
    if not town.is_first_part:
        return []
    _write(folder / "staff_costs_by_municipality_verzonnen_bedragen.csv", _costs(town))
    _write(folder / "region_membership.csv", _regions())
    return []


def _costs(town: Town) -> pl.DataFrame:
    chance = town.chance("iv3")
    places = pl.DataFrame(
        MUNICIPALITIES, schema=["gm_code", "gm_naam", "prv_code", "inwoners"], orient="row"
    )
    years = pl.DataFrame({"jaar": range(2017, town.as_of.year)})
    grid = (
        years.join(pl.DataFrame({"code": ["X000", "X005"]}), how="cross")
        .join(places.with_row_index("place"), how="cross")
        .with_columns(verslagsoort=pl.format("{}{}", "jaar", "code"))
    )
    growth = grid["jaar"].to_numpy() - 2017
    base = (0.12 + 0.10 * chance.random(places.height))[grid["place"].to_numpy()]
    is_budget = grid["code"].to_numpy() == "X000"
    own = grid["gm_code"].to_numpy() == OWN
    share = np.where(own, 0.165 + 0.003 * growth, base + 0.002 * growth)
    share = share * np.where(is_budget, 0.75, 1.0) + 0.015 * (chance.random(grid.height) - 0.5)
    salaries = grid["inwoners"].to_numpy() * 0.42 * (1 + 0.045 * growth)
    salaries = np.round(salaries * (0.95 + 0.1 * chance.random(grid.height)))
    hiring = np.round(salaries * share / (1 - share))
    expenses = np.round(salaries * (6.5 + chance.random(grid.height)))
    missing = _is(grid, DID_NOT_FILE)
    hiring = np.where(_is(grid, NEGATIVE), -45.0, hiring)
    return grid.select(
        "jaar",
        "verslagsoort",
        "gm_code",
        "gm_naam",
        "prv_code",
        pl.Series(
            "inwoners", np.round(grid["inwoners"].to_numpy() * (1 + 0.008 * growth)), pl.Int64
        ),
        pl.Series("salarissen_L1_1_keur", np.where(missing, 0.0, salaries)),
        pl.Series("inhuur_L3_5_1_keur", np.where(missing, 0.0, hiring)),
        pl.Series("lasten_keur", expenses),
    )


def _is(grid: pl.DataFrame, case: tuple[str, str]) -> np.typing.NDArray[np.bool_]:
    code, report = case
    return ((grid["gm_code"] == code) & (grid["verslagsoort"] == report)).to_numpy()


def _regions() -> pl.DataFrame:
    flevoland = [(code, name) for code, name, province, _ in MUNICIPALITIES if province == 24]
    zwolle = [(code, name) for code, name, *_ in MUNICIPALITIES if code not in NOT_ZWOLLE]
    rows: list[tuple[str | int | None, ...]] = [
        ("Flevoland", code, name, "CBS, gebieden", "vast", FLEVOLAND_SINCE, None)
        for code, name in flevoland
    ]
    rows += [
        ("Regio Zwolle", code, name, "eigen reconstructie", "te bevestigen", None, None)
        for code, name in zwolle
    ]
    columns = ["regio", "gm_code", "gm_naam", "bron", "status", "geldig_van", "geldig_tot"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _write(path: Path, frame: pl.DataFrame) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + frame.write_csv().encode())
