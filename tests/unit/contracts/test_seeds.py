"""What a person writes wrongly in a seed is told with file, line and column."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
import yaml

from dronten_pipeline.contracts.dbt_project import prepared_manifest
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.seeds import check_seeds, read_seed
from dronten_pipeline.core.settings import PROJECT, Settings

SEEDS = PROJECT / "dbt_project" / "seeds"
COLUMNS = [
    (seed["name"], column["name"], bool(column.get("config")))
    for path in sorted(SEEDS.glob("*.yml"))
    for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]
    for column in seed["columns"]
]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEEDS, tmp_path / "dbt" / "seeds"))


def write(seeds: Path, name: str, line: int, **cells: str) -> None:
    """Other cells in one row; the first row of a seed begins on line 2."""
    path = seeds / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[line - 2] |= cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_the_seeds_of_the_project_are_in_order() -> None:
    check_seeds(SEEDS)


def test_the_yml_describes_exactly_the_columns_that_there_are() -> None:
    described: dict[str, list[str]] = {}
    for seed, column, _ in COLUMNS:
        described.setdefault(seed, []).append(column)
    headers = {
        path.stem: path.read_text(encoding="utf-8").splitlines()[0].split(",")
        for path in SEEDS.glob("*.csv")
    }
    assert described == headers


def test_every_cell_that_must_be_filled_is_named_when_it_is_empty(seeds: Path) -> None:
    for name, column, may_be_empty in COLUMNS:
        before = (seeds / f"{name}.csv").read_bytes()
        write(seeds, name, 3, **{column: ""})
        if may_be_empty:
            read_seed(seeds, name)
        else:
            with pytest.raises(ContractError) as told:
                read_seed(seeds, name)
            assert str(told.value).startswith(f"{seeds / name}.csv:3: kolom {column} is leeg")
        (seeds / f"{name}.csv").write_bytes(before)


@pytest.mark.parametrize(
    ("name", "column", "cell", "says"),
    [
        ("kpi_target", "document", "000.txt", "is '000.txt' en moet een zijn van 000_"),
        ("kpi_target", "value", "60,5", "is '60,5': hier hoort een getal met een punt"),
        ("kpi_target", "comparator", "=>", "is '=>' en moet een zijn van <, <=, =, >, >="),
        ("kpi_target", "kpi_id", "website_clarity", "is 'website_clarity' en moet een zijn van"),
        ("kpi_register", "kpi_id", "b2_share", "is 'b2_share' en moet een zijn van"),
        ("kpi_register", "is_sampled", "ja", "is 'ja': hier hoort true of false"),
        ("kpi_register", "decided_on", "1-2-2026", "is '1-2-2026': hier hoort een dag"),
        ("kpi_register", "minimum_records", "1.5", "is '1.5': hier hoort een heel getal"),
        ("kpi_register", "goal_id", "begroting_0", "is 'begroting_0' en moet een zijn van"),
    ],
)
def test_a_cell_that_cannot_be_is_told_with_what_can(
    seeds: Path, name: str, column: str, cell: str, says: str
) -> None:
    write(seeds, name, 2, **{column: cell})
    with pytest.raises(ContractError) as told:
        read_seed(seeds, name)
    assert f"{seeds / name}.csv:2: kolom {column} {says}" in str(told.value)


def test_a_comma_too_many_is_told_with_the_line_on_which_its_row_begins(seeds: Path) -> None:
    path = seeds / "norm.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    rows[1:1] = ['a,1,days,"in twee\nregels",2026-01-01,wij', "b,1,days,een, twee,2026-01-01,wij"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"norm.csv:4: telt 7 cellen, de kop 6"):
        read_seed(seeds, "norm")


def test_dbt_is_not_started_on_a_seed_that_is_wrong(seeds: Path) -> None:
    write(seeds, "kpi_target", 2, document="")
    settings = Settings(home=seeds.parents[1] / "home", dbt_project=seeds.parent)
    with pytest.raises(ContractError, match=r"kpi_target.csv:2: kolom document is leeg"):
        prepared_manifest(settings)


KEYS = [
    (seed["name"], test["unique_combination"]["arguments"]["columns"])
    for path in sorted(SEEDS.glob("*.yml"))
    for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]
    for test in seed.get("data_tests", [])
]


@pytest.mark.parametrize(("name", "key"), KEYS, ids=[name for name, _ in KEYS])
def test_a_key_that_stands_twice_is_named_with_both_lines(
    name: str, key: list[str], seeds: Path
) -> None:
    path = seeds / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, first, lineterminator="\n").writerow(first)
    with pytest.raises(ContractError, match=f"dezelfde {', '.join(key)} als regel 2"):
        read_seed(seeds, name)


def test_a_key_is_compared_by_what_it_means(seeds: Path) -> None:
    path = seeds / "student_t.csv"
    header, row, *_ = path.read_text(encoding="utf-8").splitlines()
    freedom, rest = row.split(",", 1)
    path.write_text(f"{header}\n{row}\n0{freedom},{rest}\n", encoding="utf-8")
    with pytest.raises(ContractError, match="als regel 2"):
        read_seed(seeds, "student_t")
