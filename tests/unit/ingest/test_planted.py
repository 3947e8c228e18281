"""Planted, invented personal data in every place of a delivery, and where of it is kept a trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import registry
from dronten_pipeline.ingest.inputs import save_outcome
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.pipeline.erase import EraseError, erase
from tests.planted import found_below

from .conftest import source

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]

#: One invented word per place; nothing of these may be kept anywhere.
UNKEPT = {
    "header": "Quellinusheader",
    "extra": "Quellinusextra",
    "free_text": "Quellinustekst",
    "pseudonym": "Quellinusklant",
    "location": "Quellinusplek",
    "date": "Quellinusdatum",
    "integer": "Quellinusgetal",
    "boolean": "Quellinusjanee",
    "file": "Quellinusbestand",
    "sheet": "Quellinusblad",
    "key": "Quellinussleutel",
    "headless": "Quellinuskop",
    "parquet": "Quellinuskolom",
}
#: The value of a column that may be stored, and of the key: kept until it is erased.
KEPT = {"value": "quellinuswaarde", "id": "quellinusnummer"}

CSV = (
    "zaak_id;datum;aantal;akkoord;toelichting;klant;rd_x;{header}\n"
    "{id};31-12-2025;1;ja;{free_text};{pseudonym};{location};{extra}\n"
    "b;{date};1;ja;x;x;x;x\n"
    "c;31-12-2025;{integer};ja;x;x;x;x\n"
    "d;31-12-2025;1;{boolean};x;x;x;x\n" + "".join(f"e{n};31-12-2025;1;ja;;;;\n" for n in range(40))
)


@pytest.fixture
def planted(
    settings: Settings, deliver: Deliver, ingest: Ingest, capfd: pytest.CaptureFixture[str]
) -> SourceOutcome:
    words = UNKEPT | KEPT
    deliver(f"zaken_{UNKEPT['file']}.csv", CSV.format(**words))
    record = {"naam": KEPT["value"], UNKEPT["key"]: UNKEPT["extra"]}
    rows = [{"code": f"c{n}", **record} for n in range(5)]
    deliver("zaken_extra_1.json", json.dumps(rows))
    book = settings.landing_folder / "loket" / "zaken_extra_2.xlsx"
    frame = pl.DataFrame({"code": ["x1"], "naam": ["y"], UNKEPT["header"]: [UNKEPT["extra"]]})
    with xlsxwriter.Workbook(book) as workbook:
        frame.write_excel(workbook, worksheet=UNKEPT["sheet"])
        pl.DataFrame({"a": [UNKEPT["extra"]]}).write_excel(workbook, worksheet="ander")
    frame.rename({UNKEPT["header"]: UNKEPT["parquet"]}).write_parquet(
        settings.landing_folder / "loket" / "zaken_extra_3.parquet"
    )
    told: list[str] = []
    outcome = ingest(on_progress=told.append)
    save_outcome(settings, outcome)
    said = capfd.readouterr()
    for word in [*UNKEPT.values(), *KEPT.values()]:
        everything = f"{told} {said.out} {said.err} {outcome.model_dump_json()}"
        assert word.casefold() not in everything.casefold()
    return outcome


def test_nothing_but_values_of_the_contract_is_kept(
    settings: Settings, planted: SourceOutcome
) -> None:
    assert planted.state == "current", planted.note
    assert planted.rows_quarantined == 3
    assert found_below(settings.home, UNKEPT.values()) == []
    # The search itself finds what is there.
    assert {place.rpartition(": ")[2] for place in found_below(settings.home, KEPT.values())} == {
        *KEPT.values()
    }


def test_a_record_in_the_place_of_the_header_is_not_repeated(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", f"{UNKEPT['headless']};123456782;j@voorbeeld.nl\nb;2;c\n")
    outcome = ingest()
    save_outcome(settings, outcome)
    assert outcome.state == "stopped"
    assert "3 kolommen met andere namen" in outcome.note
    words = [UNKEPT["headless"], "123456782", "j@voorbeeld.nl"]
    assert found_below(settings.home, words) == []


def test_nothing_is_left_of_what_was_erased(
    settings: Settings, planted: SourceOutcome, deliver: Deliver, ingest: Ingest
) -> None:
    name = f"zaken_{UNKEPT['file']}.csv"
    with pytest.raises(EraseError, match="staat nog in"):
        erase(settings, source(), name, reason="een naam te veel")
    for path in (settings.landing_folder / "loket").iterdir():
        path.unlink()
    aside = settings.dagster_home / "beschadigd-20260701-120000" / "history" / "runs.db"
    aside.parent.mkdir(parents=True)
    aside.write_text(f"a damaged database that was moved aside: {UNKEPT['file']}")
    with pytest.raises(EraseError, match="zonder persoonsgegevens"):
        erase(settings, source(), name, reason="bsn 123456782 stond erin")
    erased = erase(settings, source(), name, reason="een naam te veel")
    assert erased.file_name.startswith("levering ")
    number = next(
        one.number
        for one in registry.load(settings.raw, "loket").deliveries
        if one.file_name == "zaken_extra_1.json"
    )
    erase(settings, source(), str(number), reason="een waarde te veel")
    words = [*UNKEPT.values(), *KEPT.values(), "zaken_extra_1"]
    assert found_below(settings.home, words) == []
    again = ingest("run-2")
    save_outcome(settings, again)
    assert found_below(settings.home, words) == []
