"""The sample as it would stand on the web: the marked tables, of one release, and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.contracts.published_tables import load_table_contracts
from dronten_pipeline.core.settings import PROJECT

#: Columns of tables for the house whose values no reader of open data may meet.
INTERNAL = {
    "work_list": ("item_id", "detail"),
    "source_delivery": ("file_name", "sha256", "note"),
    "text_readability": ("text_id", "hard_words"),
    "data_quality": ("run_id", "rule"),
}
#: What a value must be like to be found by chance nowhere else.
TELLING = 6


@pytest.fixture(scope="module")
def release(sample_home: Path) -> Path:
    return (sample_home / "releases" / "current").resolve()


def opened_tables() -> set[str]:
    contracts = load_table_contracts(PROJECT / "dbt_project").values()
    return {contract.name for contract in contracts if contract.is_open}


def test_the_root_for_the_web_holds_exactly_what_is_marked(
    sample_home: Path, release: Path
) -> None:
    root = sample_home / "releases" / "open"
    assert root.resolve() == release / "open"
    for form in ("csv", "parquet"):
        assert {path.stem for path in (root / form).iterdir()} == opened_tables()
    assert {path.name for path in root.iterdir()} == {
        "csv", "parquet", "datapackage.json", "dcat.ttl", "feed.json", "atom.xml", "LEESMIJ.txt",
        "SHA256SUMS",
    }  # fmt: skip


def test_what_is_for_the_house_is_not_for_the_web() -> None:
    """To open one of these is a decision of the municipality, never a slip of a hand."""
    assert not opened_tables() & {
        "work_list", "text_readability", "source_delivery", "data_quality", "kpi_stated_value",
        "document_contradiction", "rapport_kpi_actueel", "rapport_kpi_reeks",
    }  # fmt: skip


def test_no_value_of_a_table_for_the_house_is_on_the_web(release: Path) -> None:
    texts = [path.read_bytes() for path in (release / "open").rglob("*") if path.is_file()]
    for path in (release / "open" / "parquet").iterdir():
        texts.append(repr(duckdb.read_parquet(str(path)).fetchall()).encode())
    web = b"\n".join(texts).decode("utf-8", "replace")
    looked_for = 0
    with duckdb.connect(str(release / "mart.duckdb"), read_only=True) as mart:
        for table, columns in INTERNAL.items():
            for column in columns:
                for (value,) in mart.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall():
                    if value is not None and len(value) >= TELLING:
                        looked_for += 1
                        assert value not in web, f"{table}.{column}: {value}"
    assert looked_for > 500
    # The definition of a KPI may say which table of the house shows how it was measured.
    for name in ("work_list", "source_delivery", "data_quality", "quarantine"):
        assert name not in web


def test_every_table_of_every_form_says_of_which_release_it_is(release: Path) -> None:
    with duckdb.connect(str(release / "mart.duckdb"), read_only=True) as mart:
        (name,) = mart.execute("SELECT release_id FROM publication").fetchall()
        tables = [table for (table,) in mart.execute("SHOW TABLES").fetchall()]
        found = {
            f"mart.duckdb: {table}": mart.execute(
                f"SELECT DISTINCT release_id FROM {table}"
            ).fetchall()
            for table in tables
        }
    assert name == (release.name,)
    for folder, form in (
        ("parquet", "parquet"), ("csv", "csv"), ("open/parquet", "parquet"), ("open/csv", "csv")
    ):  # fmt: skip
        for path in sorted((release / folder).iterdir()):
            read = duckdb.read_parquet if form == "parquet" else duckdb.read_csv
            rows = read(str(path)).project("release_id").distinct().fetchall()
            found[f"{folder}: {path.stem}"] = rows
    for path in sorted((release / "excel").iterdir()):
        rows = duckdb.read_csv(str(path), sep=";", all_varchar=True).project("Uitgave")
        found[f"excel: {path.stem}"] = rows.distinct().fetchall()
    assert len(found) > 4 * len(opened_tables()) + 2 * len(tables)
    assert {place for place, rows in found.items() if rows not in ([name], [])} == set()
    empty = {place.partition(": ")[2] for place, rows in found.items() if not rows}
    assert empty <= {"kpi_revision"}, "a first release revises nothing"
