"""What a supplier gets of each source, and whether a first delivery made of that alone is right."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import get_args

import pytest
from selectolax.lexbor import LexborHTMLParser
from typer.testing import CliRunner

from dronten_pipeline.cli import app
from dronten_pipeline.contracts.sources import Source, Table, load_sources
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.ingest import dialect, raw
from dronten_pipeline.ingest.inspection import inspect_file
from dronten_pipeline.supplier import examples, odcs, words
from dronten_pipeline.supplier.write import write

AS_OF = dt.date(2026, 6, 30)
SOURCES = load_sources(PROJECT / "sources")
TABLES = [(source, table.name) for source, one in SOURCES.items() for table in one.tables]


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home",
        landing=tmp_path / "landing",
        settle_seconds=0,
        pseudonym_key="een verzonnen sleutel",
    )


def of_the_page(page: str, table: str) -> dict[str, str]:
    """The example of every column, as a person reads it from the page."""
    rows = LexborHTMLParser(page).css(f'div[aria-labelledby="{table}"] tbody tr')
    return {row.css("th")[0].text(strip=True): row.css("td")[2].text(strip=True) for row in rows}


def documents_of(table: Table, rows: list[dict[str, str]], folder: Path) -> None:
    """The documents that a list names stand where the page says."""
    for row in rows if table.document_column else ():
        document = folder / row[str(table.document_column)]
        document.parent.mkdir(parents=True, exist_ok=True)
        document.write_text("U krijgt een brief van ons. Daarin staat wat u kunt doen. " * 5)


@pytest.mark.parametrize(("source_name", "table_name"), TABLES)
def test_the_first_try_with_only_the_contract_in_hand_is_right(
    own: Settings, tmp_path: Path, source_name: str, table_name: str
) -> None:
    source = SOURCES[source_name]
    table = source.table(table_name)
    given = tmp_path / "given"
    write(source, given)
    shown = of_the_page((given / f"{source_name}.html").read_text(), table_name)
    with (given / f"{table_name}.csv").open(encoding="utf-8-sig", newline="") as empty:
        header = next(csv.reader(empty, delimiter=";"))
    with (given / "voorbeeld" / f"{table_name}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    rows.append(shown)
    folder = own.landing_folder / source_name
    folder.mkdir(parents=True)
    path = folder / f"{table_name}_2025-12-31.csv"
    with path.open("w", encoding="utf-8", newline="") as filled:
        writer = csv.DictWriter(filled, header, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    documents_of(table, rows, folder)

    report = inspect_file(own, path)
    assert (report.source, report.table, report.is_accepted) == (source_name, table_name, True)
    assert (report.parsed.accepted, report.parsed.rejected) == (3, 0)
    assert not report.parsed.cleaned and not report.suspected
    assert not own.home.exists()

    outcome = raw.ingest_source(own, source, run_id="first", as_of=AS_OF, origin="delivery")
    assert outcome.state == "current", outcome.note
    (delivery,) = outcome.deliveries
    assert (delivery.state, delivery.rows_accepted, delivery.rows_quarantined) == ("read", 3, 0)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_what_is_given_passes_its_own_check(own: Settings, tmp_path: Path, source: Source) -> None:
    for path in write(source, tmp_path / "given"):
        if path.suffix == ".csv":
            report = inspect_file(own, path, source_name=source.name, table_name=path.stem)
            assert report.is_accepted and not report.parsed.cleaned
            assert report.parsed.accepted == (2 if path.parent.name == "voorbeeld" else 0)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_the_contract_is_good_odcs(tmp_path: Path, source: Source) -> None:
    from datacontract.data_contract import DataContract

    path = tmp_path / "contract.odcs.yaml"
    path.write_text(odcs.as_yaml(source), encoding="utf-8")
    run = DataContract(data_contract_file=str(path)).lint()
    assert [(check.name, check.result.value) for check in run.checks] == [
        ("Data contract is valid against ODCS v3.1.0", "passed")
    ]


def test_a_wrong_contract_is_no_good_odcs(tmp_path: Path) -> None:
    from datacontract.data_contract import DataContract

    path = tmp_path / "contract.odcs.yaml"
    path.write_text(odcs.as_yaml(SOURCES["fixi"]).replace("logicalType: string", "logicalType: x"))
    assert DataContract(data_contract_file=str(path)).lint().result.value != "passed"


def test_what_the_page_calls_nothing_is_read_as_nothing(own: Settings, tmp_path: Path) -> None:
    path = tmp_path / "appointments.csv"
    rows = [
        f"{n};paspoort;31-12-2025 10:00;{word};31-12-2025 11:00"
        for n, word in enumerate((*words.NOTHING, "", "01-01-1900"))
    ]
    path.write_text(
        "afspraak_id;product;aangevraagd_op;gewenst_vanaf;afspraak_op\n" + "\n".join(rows) + "\n"
    )
    assert inspect_file(own, path, source_name="civil_affairs").parsed.rejected == 0


def test_every_format_that_is_read_has_words() -> None:
    told = [name for names in words.FORMATS.values() for name in names]
    assert sorted(told) == sorted(get_args(dialect.Format))


def test_a_file_with_a_trailer_is_told_and_given_with_it(own: Settings, tmp_path: Path) -> None:
    fixi = SOURCES["fixi"]
    for pattern, last in ((r"EINDE;(\d+);*", "EINDE;2"), (r"^#\s*(\d+) records$", "#2 records")):
        table = fixi.tables[0].model_copy(update={"trailer": pattern})
        source = fixi.model_copy(update={"tables": [table]})
        write(source, tmp_path)
        assert (tmp_path / "voorbeeld" / "reports.csv").read_text().splitlines()[-1] == last
        assert last in (tmp_path / "fixi.html").read_text()


def test_a_pattern_that_nothing_can_be_made_of_is_told_as_it_is(tmp_path: Path) -> None:
    table = SOURCES["fixi"].tables[0].model_copy(update={"trailer": r"(?:[A-Z]{3})+ (\d+)"})
    assert examples.trailer(table, 2) is None
    write(SOURCES["fixi"].model_copy(update={"tables": [table]}), tmp_path)
    assert "(?:[A-Z]{3})+ (\\d+)" in (tmp_path / "fixi.html").read_text()


def test_a_source_that_waits_for_a_sign_says_so() -> None:
    waiting = SOURCES["fixi"].model_copy(update={"complete_when": "ok_file"})
    assert any(".ok" in said for said in words.when_it_counts(waiting))
    assert not any(".ok" in said for said in words.when_it_counts(SOURCES["fixi"]))


def test_the_command_tells_the_contract_of_a_source_from_that_of_what_is_published(
    tmp_path: Path,
) -> None:
    runner = CliRunner()
    into = tmp_path / "given"
    done = runner.invoke(app, ["contract", "fixi", "--into", str(into)])
    assert done.exit_code == 0, done.output
    names = sorted(path.relative_to(into).as_posix() for path in into.rglob("*.*"))
    assert names == ["fixi.html", "fixi.odcs.yaml", "reports.csv", "voorbeeld/reports.csv"]
    for wrong in (["fixi", "--andere-betekenis"], ["--into", str(into)], ["geen_bron"]):
        assert runner.invoke(app, ["contract", *wrong]).exit_code == 1


def test_a_table_that_delivers_everything_is_told_so() -> None:
    table = SOURCES["fixi"].tables[0]
    assert "blijft tellen" in words.versions(table)
    everything = table.model_copy(update={"delivers": "everything", "allowed_shrink": 0.2})
    said = words.versions(everything)
    assert "alle records" in said and "20 %" in said and "blijft tellen" not in said
