"""`datalab leesniveau compare`: the same texts in two releases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import Result

from dronten_pipeline.release.manifest import GateRecord
from tests.documents import write_manifest

Typed = Callable[..., Result]
SCHEMA = {
    "text_id": pl.String,
    "channel": pl.String,
    "published_on": pl.Date,
    "score": pl.Float64,
    "level": pl.String,
    "is_b1_or_easier": pl.Boolean,
    "method_version": pl.String,
}


@pytest.fixture
def releases(tmp_path: Path) -> Callable[..., None]:
    """Makes a release of texts (text_id, score, method), and lets `current` point at it."""

    def make(name: str, *texts: tuple[str, float | None, str]) -> None:
        folder = tmp_path / "home" / "releases" / name
        (folder / "parquet").mkdir(parents=True)
        rows: list[dict[str, Any]] = [
            {
                "text_id": text_id,
                "channel": "brief",
                "score": score,
                "level": None if score is None else "B1" if score < 46 else "B2",
                "is_b1_or_easier": None if score is None else score < 46,
                "method_version": method,
            }
            for text_id, score, method in texts
        ]
        pl.DataFrame(rows, schema=SCHEMA).write_parquet(folder / "parquet/text_readability.parquet")
        write_manifest(folder, gate_record=GateRecord(number=int(name[:8]), sha256=""))
        current = folder.parent / "current"
        current.unlink(missing_ok=True)
        current.symlink_to(name)

    return make


def test_the_share_the_shift_and_the_texts_that_moved_are_shown(
    typed: Typed, releases: Callable[..., None], tmp_path: Path
) -> None:
    releases("20260101-a", ("a", 40, "m-1"), ("b", 44, "m-1"), ("weg", 20, "m-1"))
    releases("20260102-b", ("a", 42, "m-2"), ("b", 48, "m-2"), ("nieuw", 20, "m-2"))
    target = tmp_path / "verschil.csv"
    result = typed("compare", "--csv", target)
    assert result.exit_code == 0, result.output
    assert "100,0 % was het, 50,0 % is het nu" in result.output.replace("\n", " ")
    assert "1 tekst ging over de grens" in result.output
    assert pl.read_csv(target)["text_id"].to_list() == ["b", "a"]


def test_the_last_release_with_another_method_is_found(
    typed: Typed, releases: Callable[..., None]
) -> None:
    releases("20260101-a", ("a", 40, "m-1"))
    releases("20260102-b", ("a", 42, "m-2"))
    releases("20260103-c", ("a", 42, "m-2"))
    output = typed("compare").output
    assert "20260101-a" in output and "20260103-c" in output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [([], "geen uitgave met een andere methode"), (["nergens"], "geen uitgave nergens")],
)
def test_nothing_to_compare_is_a_sentence(
    typed: Typed, releases: Callable[..., None], arguments: list[str], words: str
) -> None:
    releases("20260101-a", ("a", 40, "m-1"))
    result = typed("compare", *arguments)
    assert result.exit_code == 1 and words in result.output
