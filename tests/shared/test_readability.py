"""The figures of the readability instrument on real texts; needs `../shared`.

The bounds leave room for chance, not for a worse method; `make bench-readability` prints the
figures themselves, on documents that the fit had not seen.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bench import attacks, readability, texts
from dronten_pipeline.readability.score import score_texts


@pytest.mark.parametrize(
    ("pairs", "least"),
    [
        pytest.param(lambda: texts.municipal_pairs(8), 0.93, id="municipal passages"),
        pytest.param(lambda: texts.municipal_pairs(1), 0.69, id="municipal sentences"),
        pytest.param(texts.encyclopedia_pairs, 0.96, id="Wikipedia paragraphs"),
    ],
)
def test_the_harder_of_two_texts_is_found(shared: Path, pairs: object, least: float) -> None:
    table = pairs().table  # type: ignore[operator]
    hard, easy = (readability.frozen_scores(table[side])["rank"] for side in ("hard", "easy"))
    assert texts.wins((hard - easy).to_numpy()).mean() >= least


def test_texts_with_an_official_level_get_it(shared: Path) -> None:
    official = readability.official_texts()
    # Twice, because the shortest has fewer sentences than are judged.
    found = score_texts(pl.Series([f"{text}\n{text}" for _, text in official]))
    assert found["level"].to_list() == ["A", "B1", "B2", "C"]


@pytest.mark.parametrize("name", sorted(attacks.DESIGN))
def test_full_stops_do_not_make_a_text_easier_than_its_rewriting(shared: Path, name: str) -> None:
    table = texts.municipal_pairs(8).table
    edited = readability.frozen_scores(
        pl.Series([attacks.DESIGN[name](text) for text in table["hard"]])
    )
    easy = readability.frozen_scores(table["easy"])["rank"]
    easier = 1 - texts.wins((edited["rank"] - easy).to_numpy())
    assert (easier * ~edited["is_flagged"].to_numpy()).mean() <= 0.20


def test_honest_texts_are_seldom_flagged(shared: Path) -> None:
    for pairs in (texts.municipal_pairs(8), texts.encyclopedia_pairs()):
        both = pl.concat([pairs.table["hard"], pairs.table["easy"]])
        assert readability.frozen_scores(both)["is_flagged"].mean() <= 0.05  # type: ignore[operator]


def test_the_five_public_documents_are_judged(shared: Path) -> None:
    from dronten_pipeline.readability.extract import extract_text

    documents = sorted((shared / "landing_real/text_corpus/documents").glob("*.txt"))
    scores = score_texts(pl.Series([extract_text(path) for path in documents]))
    assert scores.height == 5
    assert scores["level"].is_in(["B1", "B2", "C"]).all(), "policy papers are not easy"
