"""The public documents, as a writer would feed them; needs `../shared`."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.readability import condition
from dronten_pipeline.readability.extract import extract_text


@pytest.mark.parametrize("number", range(5))
def test_of_the_public_documents_only_the_scan_is_flagged(shared: Path, number: int) -> None:
    path = sorted((shared / "documents").glob("*.txt"))[number]
    found = condition.examine_texts(pl.Series([extract_text(path)])).row(0, named=True)
    assert found["refusal"] is None
    assert (found["remark"] is not None) == (number == 1)
