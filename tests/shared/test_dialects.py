"""The same records in another dialect must give the same figures.

The small case is read once, and what was read is written anew: each file in another format,
separator, encoding, notation of dates and amounts, order and case of columns. The answers stay.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import Column, Table, load_sources
from tests.chain.deliveries import current
from tests.conftest import PROJECT, Datalab

FIGURES = ["kpi_id", "period_grain", "period_start", "dimension", "dimension_value", "value"]
MONTHS = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]

#: What a free text can look like in an export; all of it is invented.
REMARKS = ['zei: "nee"', "regel 1\nregel 2", "a;b,c\td", "", "Café Zoëy, ’t huis", None]

BOOLEANS = [("ja", "nee"), ("J", "N"), ("true", "false"), ("1", "0"), ("WAAR", "ONWAAR")]


@pytest.fixture(scope="module")
def first(datalab: Datalab, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("as-delivered")
    run(datalab, home, shared / "cases" / "small" / "landing", shared)
    return home


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_another_dialect_gives_the_same_figures(
    first: Path, datalab: Datalab, shared: Path, tmp_path: Path, seed: int
) -> None:
    landing = tmp_path / "landing"
    rewrite(first, landing, random.Random(seed))
    run(datalab, tmp_path / "home", landing, shared)
    ours, theirs = (
        current(home, "fct_kpi_value").select(FIGURES).sort(FIGURES)
        for home in (tmp_path / "home", first)
    )
    assert ours.height > 1000
    different = ours.join(theirs, on=FIGURES, how="anti", nulls_equal=True)
    assert different.is_empty(), different
    assert ours.height == theirs.height


def run(datalab: Datalab, home: Path, landing: Path, shared: Path) -> None:
    day = (shared / "cases" / "small" / "as_of").read_text(encoding="utf-8").strip()
    ran = datalab("run", home=home, landing=landing, as_of=day)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def rewrite(home: Path, landing: Path, chance: random.Random) -> None:
    """Every delivery that `home` read, in order of delivery, in a dialect that chance picks."""
    for source in load_sources(PROJECT / "sources").values():
        known = home / "raw" / source.name / "deliveries.json"
        if not known.exists():
            continue
        memory = json.loads(known.read_text(encoding="utf-8"))
        tables = {table.name: table for table in source.tables}
        for delivery in memory["deliveries"]:
            paths = [
                parse["raw_path"]
                for key, parse in memory["parses"].items()
                if key.startswith(f"{delivery['table']}/{delivery['sha256']}/")
            ]
            table = tables[delivery["table"]]
            records = pl.read_parquet(home / "raw" / paths[0]).sort("_line")
            name = f"{table.name}_{delivery['number']:03}"
            (landing / source.name).mkdir(parents=True, exist_ok=True)
            chance.choice(WRITERS)(
                in_words(records, table, chance), landing / source.name / name, chance
            )


def in_words(records: pl.DataFrame, table: Table, chance: random.Random) -> pl.DataFrame:
    """Every value as an export of some system would write it; columns shuffled."""
    day, moment = chance.choice(DAYS), chance.choice(MOMENTS)
    yes, no = chance.choice(BOOLEANS)
    amount = chance.choice([dutch_amount, grouped_amount])

    def written(column: Column) -> pl.Expr | None:
        given = pl.col(column.name.lower())
        if column.personal_data == "location":
            return None
        if column.personal_data == "free_text":
            remarks = [chance.choice(REMARKS) for _ in range(records.height)]
            return pl.lit(pl.Series(remarks, dtype=pl.String)).alias(column.name)
        if column.type == "boolean":
            return pl.when(given).then(pl.lit(yes)).when(~given).then(pl.lit(no))
        if column.type == "date":
            return day(given)
        if column.type == "timestamp":
            return moment(given)
        if column.type == "decimal":
            comma = (column.decimal_mark or ",") == ","
            return amount(given) if comma else given.cast(pl.Decimal(28, 2)).cast(pl.String)
        return given.cast(pl.String)

    case = chance.choice([str, str.upper, str.lower])
    expressions = [
        expression.alias(case(column.name))
        for column in table.columns
        if (expression := written(column)) is not None
    ]
    chance.shuffle(expressions)
    extra = pl.lit("niet gevraagd").alias("Opmerking intern")
    return records.select([*expressions, extra] if chance.random() < 0.5 else expressions)


# --- notations


def dutch_amount(given: pl.Expr) -> pl.Expr:
    return given.cast(pl.Decimal(28, 2)).cast(pl.String).str.replace(".", ",", literal=True)


def grouped_amount(given: pl.Expr) -> pl.Expr:
    """1.234.567,89, as an accounting system prints it."""
    parts = given.cast(pl.Decimal(28, 2)).cast(pl.String).str.split(".")
    whole = parts.list.first()
    for _ in range(4):
        whole = whole.str.replace(r"(\d)(\d{3})($|\.)", "$1.$2$3")
    return whole + "," + parts.list.last()


def iso_day(given: pl.Expr) -> pl.Expr:
    return given.dt.strftime("%Y-%m-%d")


def dutch_day(given: pl.Expr) -> pl.Expr:
    return given.dt.strftime("%d-%m-%Y")


def short_day(given: pl.Expr) -> pl.Expr:
    return given.dt.strftime("%d-%m-%y")


def day_in_words(given: pl.Expr) -> pl.Expr:
    names = given.dt.month().replace_strict(dict(enumerate(MONTHS, 1)), return_dtype=pl.String)
    return given.dt.day().cast(pl.String) + " " + names + " " + given.dt.year().cast(pl.String)


def local(given: pl.Expr) -> pl.Expr:
    return given.dt.convert_time_zone("Europe/Amsterdam")


def utc_moment(given: pl.Expr) -> pl.Expr:
    return given.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_with_offset(given: pl.Expr) -> pl.Expr:
    return local(given).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")


def local_moment(given: pl.Expr) -> pl.Expr:
    return local(given).dt.strftime("%Y-%m-%d %H:%M:%S")


def dutch_moment(given: pl.Expr) -> pl.Expr:
    return local(given).dt.strftime("%d-%m-%Y %H:%M:%S")


DAYS = [iso_day, dutch_day, short_day, day_in_words]
MOMENTS = [utc_moment, moment_with_offset, local_moment, dutch_moment]


# --- files


def write_csv(records: pl.DataFrame, path: Path, chance: random.Random) -> None:
    """Semicolon, comma or tab; UTF-8 with or without mark, or Windows-1252; CRLF or LF."""
    text = records.write_csv(
        separator=chance.choice([";", ",", "\t"]),
        quote_style=chance.choice(["necessary", "always"]),
        line_terminator=chance.choice(["\n", "\r\n"]),
    )
    encoding = chance.choice(["utf-8", "utf-8-sig", "cp1252"])
    path.with_suffix(".csv").write_bytes(text.encode(encoding, errors="replace"))


def write_xlsx(records: pl.DataFrame, path: Path, chance: random.Random) -> None:
    records.write_excel(path.with_suffix(".xlsx"))


def write_json(records: pl.DataFrame, path: Path, chance: random.Random) -> None:
    if chance.random() < 0.5:
        records.write_json(path.with_suffix(".json"))
    else:
        records.write_ndjson(path.with_suffix(".jsonl"))


def write_parquet(records: pl.DataFrame, path: Path, chance: random.Random) -> None:
    records.write_parquet(path.with_suffix(".parquet"))


Writer = Callable[[pl.DataFrame, Path, random.Random], None]
WRITERS: list[Writer] = [write_csv, write_csv, write_xlsx, write_json, write_parquet]
