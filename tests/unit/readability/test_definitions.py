"""What a figure is in one sentence is plain by our own instrument, as far as that can say.

The instrument judges no text of twenty words: one rare word would move its score by a level. As the
municipality's short messages are, the sentences are pooled into blocks of 150 words or so, and each
block must be B1 with every component in the range of easy texts. Of a single sentence the
instrument can say how many words it has and which of them are rare or formal.
"""

from __future__ import annotations

import polars as pl
import pytest

from dronten_pipeline.contracts.dbt_project import seed
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.readability import advice, judge

MOST_WORDS = 20
#: A sentence names its subject, which may be a rare word ("toegankelijkheid"); more is jargon.
MOST_HARD_WORDS = 2
BLOCKS = 3


@pytest.fixture(scope="module")
def sentences() -> dict[str, str]:
    return {row["kpi_id"]: row["short_nl"] for row in seed(Settings(), "kpi_definition")}


def blocks(sentences: list[str]) -> pl.Series:
    size = -(-len(sentences) // BLOCKS)
    starts = range(0, len(sentences), size)
    return pl.Series(["\n".join(sentences[start : start + size]) for start in starts])


def test_a_short_definition_is_one_sentence_of_at_most_twenty_words(
    sentences: dict[str, str],
) -> None:
    for kpi_id, text in sentences.items():
        assert 0 < len(text.split()) <= MOST_WORDS, kpi_id
    split = [len(one.sentences) for one in advice.mark(pl.Series(list(sentences.values())))]
    assert dict(zip(sentences, split, strict=True)) == dict.fromkeys(sentences, 1)


def test_every_block_of_short_definitions_is_b1_or_easier(sentences: dict[str, str]) -> None:
    judged = judge.judge_clean_texts(blocks(list(sentences.values())))
    assert judged["words"].min() >= 100  # type: ignore[operator]
    assert judged["is_b1_or_easier"].to_list() == [True] * BLOCKS


def test_the_instrument_would_see_definitions_in_the_words_of_an_official(
    sentences: dict[str, str],
) -> None:
    """What stood there before: the same test must refuse it."""
    official = [row["counts_nl"].replace(". ", ", ") for row in seed(Settings(), "kpi_definition")]
    assert not judge.judge_clean_texts(blocks(official))["is_b1_or_easier"].any()


def test_no_short_definition_has_more_than_two_hard_words(sentences: dict[str, str]) -> None:
    marked = advice.mark(pl.Series(list(sentences.values())))
    hard = {
        kpi_id: [
            word["key"]
            for word in one.words
            if (word["is_hard"] or word["is_formal"]) and not word["is_name"]
        ]
        for kpi_id, one in zip(sentences, marked, strict=True)
    }
    assert {kpi_id: words for kpi_id, words in hard.items() if len(words) > MOST_HARD_WORDS} == {}
