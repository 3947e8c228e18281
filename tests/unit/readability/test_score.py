"""The score goes up with longer sentences and rarer words, and holds back on short texts."""

from __future__ import annotations

import json

import polars as pl
import pytest

from dronten_pipeline.readability import score
from dronten_pipeline.readability.score import score_texts

EASY = "U kunt een nieuwe pas krijgen. Dat kan in het huis van de gemeente. Wij helpen u daar. "
LONG = (
    "U kunt een nieuwe pas krijgen omdat dat in het huis van de gemeente kan en wij u daar helpen "
    "zodat u niet lang hoeft te staan en snel weer naar huis kunt. "
)
RARE = (
    "Belanghebbenden ontvangen schriftelijke toelichting. De heffingsgrondslag vergt herziening. "
    "Ontheffing geldt uitsluitend onvoorwaardelijk. "
)


def test_longer_sentences_and_rarer_words_are_harder() -> None:
    easy, long, rare = score_texts(pl.Series([EASY * 10, LONG * 10, RARE * 12]))["score"]
    assert easy < score.B1_CUT < long
    assert easy < rare


def test_the_order_of_texts_is_kept_and_each_stands_on_its_own() -> None:
    texts = pl.Series([LONG * 9, "", EASY * 9, None, "Kort."])
    together = score_texts(texts)
    alone = pl.concat([score_texts(texts[place : place + 1]) for place in range(len(texts))])
    assert together.equals(alone)


def test_the_columns_are_those_of_the_published_table() -> None:
    assert dict(score_texts(pl.Series([EASY])).schema) == score.COLUMNS


def test_no_texts_give_no_rows() -> None:
    result = score_texts(pl.Series([], dtype=pl.String))
    assert result.height == 0
    assert dict(result.schema) == score.COLUMNS


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Dit is een zin van tien woorden en niet meer. " * 9, id="under 100 words"),
        pytest.param(LONG * 7, id="under 8 sentences"),
        pytest.param("", id="empty"),
        pytest.param(None, id="null"),
    ],
)
def test_a_short_text_is_not_judged(text: str | None) -> None:
    row = score_texts(pl.Series([text], dtype=pl.String)).row(0, named=True)
    judged = ["level", "score", "b1_probability", "is_b1_or_easier"]
    assert [row[name] for name in judged] == [None] * 4
    assert (row["rank_score"] is None) == (not text)


@pytest.mark.parametrize(
    ("words", "sentences", "judged"),
    [(100, 8, True), (99, 8, False), (100, 7, False)],
    ids=["both minimums", "a word less", "a sentence less"],
)
def test_a_text_is_judged_from_both_minimums_on(words: int, sentences: int, judged: bool) -> None:
    lines = ["woord"] * (sentences - 1) + [" ".join(["woord"] * (words - sentences + 1))]
    row = score_texts(pl.Series(["\n".join(lines)])).row(0, named=True)
    assert (row["words"], row["sentences"]) == (words, sentences)
    assert (row["level"] is not None) == judged


@pytest.mark.parametrize(
    ("points", "level", "easy"),
    [(33.99, "A", True), (34.0, "B1", True), (45.99, "B1", True), (46.0, "B2", False),
     (57.99, "B2", False), (58.0, "C", False)],
)  # fmt: skip
def test_levels_begin_at_their_cut(
    monkeypatch: pytest.MonkeyPatch, points: float, level: str, easy: bool
) -> None:
    monkeypatch.setattr(score, "INTERCEPT", points)
    monkeypatch.setattr(score, "PER_WORD_IN_SENTENCE", 0.0)
    monkeypatch.setattr(score, "PER_ZIPF", 0.0)
    row = score_texts(pl.Series([EASY * 10])).row(0, named=True)
    assert (row["level"], row["is_b1_or_easier"]) == (level, easy)
    assert (row["b1_probability"] > 0.5) == easy


def test_the_score_stays_between_0_and_100_and_the_rank_does_not() -> None:
    text = f"{'woord ' * 80}\n" * 9
    row = score_texts(pl.Series([text])).row(0, named=True)
    assert row["score"] == 100.0
    assert row["rank_score"] > 100


def test_hard_words_are_rare_and_no_names_or_numbers() -> None:
    text = "De heffingsgrondslag van Swifterbant in 2024x is onontvankelijk. Wij gaan naar huis."
    words = json.loads(score_texts(pl.Series([text]))["hard_words"][0])
    assert set(words) == {"heffingsgrondslag", "onontvankelijk"}


@pytest.mark.parametrize("word", ["Swifterbant", "2024", "de", "van het"],
                         ids=["name", "number", "function word", "function words"])  # fmt: skip
def test_names_numbers_and_function_words_do_not_weigh_in_the_frequency(
    monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setattr(score, "PER_WORD_IN_SENTENCE", 0.0)
    without, with_word = score_texts(pl.Series(["Kijk bij huizen.", f"Kijk bij {word} huizen."]))[
        "rank_score"
    ]
    assert with_word == without


def test_there_are_at_most_ten_hard_words() -> None:
    made_up = " ".join(f"zeldzaam{letter * 3}woord" for letter in "abcdefghijklmn")
    assert len(json.loads(score_texts(pl.Series([made_up]))["hard_words"][0])) == 10


def test_hard_sentences_are_the_longest_first() -> None:
    text = f"Kort.\n{'woord ' * 21}\n{'woord ' * 20}\n{'woord ' * 30}"
    assert json.loads(score_texts(pl.Series([text]))["hard_sentences"][0]) == [4, 2]


def test_the_method_is_named_and_changes_with_its_parameters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = score.method_version()
    assert before.startswith("first-asl-zipf-1+") and len(before.split("+")[1]) == 8
    score.method_version.cache_clear()
    monkeypatch.setattr(score, "PER_ZIPF", -17.6)
    try:
        assert score.method_version() != before
    finally:
        score.method_version.cache_clear()
