"""What is put right is counted by kind, and every kind stands in the manual."""

from __future__ import annotations

import importlib
import pkgutil

from dronten_pipeline import ingest
from dronten_pipeline.ingest import cleaning
from tests.conftest import PROJECT


def test_the_manual_has_every_kind_with_its_words_and_example() -> None:
    for module in pkgutil.iter_modules(ingest.__path__):
        importlib.import_module(f"dronten_pipeline.ingest.{module.name}")
    manual = (PROJECT / "docs" / "cleaning.md").read_text(encoding="utf-8")
    rows = {line for line in manual.splitlines() if line.startswith("| `")}
    expected = {
        f"| `{name}` | {kind.words} | `{kind.example}` |" for name, kind in cleaning.KINDS.items()
    }
    assert not expected - rows, "add these rows to docs/cleaning.md"
    assert not rows - expected, "take these rows out of docs/cleaning.md"


def test_counts_are_listed_in_the_order_of_the_kinds() -> None:
    assert cleaning.listed({}) is None
    counts = cleaning.together({"open_end": 3, "null_text": 19}, {"null_text": 1})
    assert cleaning.listed(counts) == "null_text=20; open_end=3"
    assert cleaning.listed({"a kind of another version": 2, "open_end": 1}) == (
        "open_end=1; a kind of another version=2"
    )
