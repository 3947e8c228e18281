"""The twelve e-invoices of `../shared/data/si_ubl`, and the figures that go with them."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import load_source
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import parsing, raw
from tests.conftest import PROJECT

EINVOICES = load_source(PROJECT / "sources" / "finance_invoices" / "source.yml").table("einvoices")
KEY = b"a key of the tests"
INVOICES = 12


def stored(path: Path) -> dict[str, object]:
    parsed = parsing.parse(path.read_bytes(), EINVOICES, KEY, dt.date(2026, 6, 30))
    assert parsed.refused is None and parsed.stored is not None, parsed.refused
    (row,) = parsed.stored.to_dicts()
    return row


def test_every_invoice_is_read(shared: Path) -> None:
    paths = sorted((shared / "data" / "si_ubl").glob("*.xml"))
    assert len(paths) == INVOICES
    rows = pl.DataFrame([stored(path) for path in paths])
    assert rows["leverancier_id"].n_unique() == 2
    assert set(rows["valuta"]) == {"EUR"}
    referring = rows.filter(pl.col("verwijst_naar").is_not_null())
    assert set(referring.select("typecode", "verwijst_naar").rows()) == {
        (381, "46568"),
        (384, "TOSL108"),
    }


def test_the_invoices_say_what_was_written_down_of_them(shared: Path) -> None:
    expected = pl.read_csv(
        shared / "fixtures" / "connect" / "ubl_expected.csv",
        separator=";",
        schema_overrides={"signed_amount": pl.String, "vervaldatum": pl.Date},
        try_parse_dates=True,
    )
    assert expected.height
    for row in expected.to_dicts():
        found = stored(shared / "data" / "si_ubl" / f"SI-UBL-2.0_{row['file']}.xml")
        assert found["factuur_id"] == str(row["factuur_id"])
        for name in ("typecode", "factuurdatum", "vervaldatum"):
            assert found[name] == row[name], (row["file"], name)
        assert found["bedrag_eur"] == Decimal(row["signed_amount"]), row["file"]


@pytest.mark.parametrize("number", [1, INVOICES])
def test_they_may_lie_together_in_the_folder(shared: Path, tmp_path: Path, number: int) -> None:
    settings = Settings(
        home=tmp_path, sources=PROJECT / "sources", landing=tmp_path / "in", settle_seconds=0
    )
    folder = tmp_path / "in" / "finance_invoices"
    folder.mkdir(parents=True)
    for path in sorted((shared / "data" / "si_ubl").glob("*.xml"))[:number]:
        shutil.copyfile(path, folder / path.name)
    source = load_source(settings.sources / "finance_invoices" / "source.yml")
    outcome = raw.ingest_source(
        settings, source, run_id="r", as_of=dt.date(2026, 6, 30), origin="delivery"
    )
    assert outcome.state == "current", outcome.note
    assert outcome.rows_accepted == number
