"""Two scores per text, a level with its band, and what is shown of it."""

from __future__ import annotations

import dataclasses
import json

import polars as pl
import pytest

from dronten_pipeline.readability import parameters, score
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
CUT = (
    "De gemeente behandelt uw aanvraag. Omdat wij gegevens nodig hebben. Die wij bij een dienst "
    "moeten opvragen. En een brief. "
)


def changed(**weights: dict[str, float]) -> parameters.Parameters:
    given = parameters.frozen()
    return dataclasses.replace(
        given, **{name: {**getattr(given, name), **value} for name, value in weights.items()}
    )


def fixed_at(points: float) -> parameters.Parameters:
    """Parameters by which every text has the same score."""
    return changed(
        lint={"intercept": points, "zipf": 0.0, "length": 0.0, "density": 0.0, "concrete": 0.0}
    )


def test_longer_sentences_and_rarer_words_are_harder() -> None:
    easy, long, rare = score_texts(pl.Series([EASY * 10, LONG * 10, RARE * 12]))["score"]
    assert easy < 46 < rare
    assert easy < long


def test_both_scores_agree_on_what_is_harder() -> None:
    easy, long, rare = score_texts(pl.Series([EASY * 10, LONG * 10, RARE * 12]))["rank_score"]
    assert easy < long and easy < rare


def test_the_order_of_texts_is_kept_and_each_stands_on_its_own() -> None:
    texts = pl.Series([LONG * 9, "", EASY * 9, None, "Kort.", CUT * 4])
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
        pytest.param("Dit is een zin van tien woorden en niet meer. " * 4, id="under 50 words"),
        pytest.param("", id="empty"),
        pytest.param(None, id="null"),
    ],
)
def test_a_short_text_is_not_judged(text: str | None) -> None:
    row = score_texts(pl.Series([text], dtype=pl.String)).row(0, named=True)
    judged = ["level", "score", "score_low", "score_high", "b1_probability", "is_b1_or_easier"]
    assert [row[name] for name in judged] == [None] * 6
    assert (row["rank_score"] is None) == (not text)


@pytest.mark.parametrize("sentences", [1, 2, 8])
@pytest.mark.parametrize(
    ("words", "is_indicative"), [(100, False), (99, True), (50, True), (49, None)]
)
def test_the_number_of_words_decides_whether_a_text_is_judged(
    words: int, sentences: int, is_indicative: bool | None
) -> None:
    lines = ["woord"] * (sentences - 1) + [" ".join(["woord"] * (words - sentences + 1))]
    row = score_texts(pl.Series(["\n".join(lines)])).row(0, named=True)
    assert (row["words"], row["sentences"]) == (words, sentences)
    assert row["is_indicative"] is is_indicative
    assert (row["level"] is None) == (is_indicative is None)


@pytest.mark.parametrize(
    ("points", "level", "easy"),
    [(33.99, "A", True), (34.0, "B1", True), (45.99, "B1", True), (46.0, "B2", False),
     (57.99, "B2", False), (58.0, "C", False)],
)  # fmt: skip
def test_levels_begin_at_their_cut(points: float, level: str, easy: bool) -> None:
    row = score_texts(pl.Series([EASY * 10]), fixed_at(points)).row(0, named=True)
    assert (row["level"], row["is_b1_or_easier"]) == (level, easy)
    assert (row["b1_probability"] > 0.5) == easy


def test_a_calibration_moves_the_cut_and_names_itself() -> None:
    given = dataclasses.replace(fixed_at(50.0), b1_cut=52.0, version="proef-1")
    row = score_texts(pl.Series([EASY * 10]), given).row(0, named=True)
    assert row["is_b1_or_easier"] and row["level"] == "B2"
    assert "proef-1" in row["method_version"]


@pytest.mark.parametrize("points", [-20.0, 130.0], ids=["below", "above"])
def test_the_score_and_its_band_stay_between_0_and_100(points: float) -> None:
    row = score_texts(pl.Series([EASY * 10]), fixed_at(points)).row(0, named=True)
    assert 0 <= row["score_low"] <= row["score"] <= row["score_high"] <= 100


def test_the_band_is_narrower_for_a_longer_text() -> None:
    short, long = (
        score_texts(pl.Series([EASY * times]), fixed_at(50.0)).row(0, named=True)
        for times in (6, 60)
    )
    width = [row["score_high"] - row["score_low"] for row in (short, long)]
    assert width[0] > width[1] > 0


@pytest.mark.parametrize(
    ("gate", "limit"),
    [("min_zipf", 9.0), ("max_length", 1.0), ("max_formal_share", -0.1)],
)
def test_each_gate_alone_keeps_a_text_from_passing(gate: str, limit: float) -> None:
    score_one = pl.Series([EASY * 10])
    assert score_texts(score_one)["is_b1_or_easier"].to_list() == [True]
    assert score_texts(score_one, changed(gates={gate: limit}))["is_b1_or_easier"].to_list() == [
        False
    ]


def test_a_text_that_was_cut_up_does_not_pass() -> None:
    row = score_texts(pl.Series([CUT * 8]), fixed_at(20.0)).row(0, named=True)
    assert row["level"] == "A"
    assert row["is_b1_or_easier"] is False


def test_hard_words_are_rare_and_no_names_or_numbers() -> None:
    text = "De heffingsgrondslag van Swifterbant in 2024x is onontvankelijk. Wij gaan naar huis."
    words = json.loads(score_texts(pl.Series([text]))["hard_words"][0])
    assert set(words) == {"heffingsgrondslag", "onontvankelijk"}


def test_there_are_at_most_ten_hard_words() -> None:
    made_up = " ".join(f"zeldzaam{letter * 3}woord" for letter in "abcdefghijklmn")
    assert len(json.loads(score_texts(pl.Series([made_up]))["hard_words"][0])) == 10


def test_hard_sentences_are_the_longest_first() -> None:
    text = f"Kort.\n{'woord ' * 21}\n{'woord ' * 20}\n{'woord ' * 30}"
    assert json.loads(score_texts(pl.Series([text]))["hard_sentences"][0]) == [4, 2]


def test_the_method_is_named_and_changes_with_its_numbers_and_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = score.method_version()
    assert before.startswith(score.NAME) and len(before.split("+")[-1]) == 8
    assert score.method_version(changed(ranking={"zipf": -1.234})) != before
    score._code.cache_clear()
    monkeypatch.setattr(score.lexicon, "fingerprint", lambda: "other words")
    try:
        assert score.method_version() != before
    finally:
        score._code.cache_clear()
