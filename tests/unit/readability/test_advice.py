"""The advice is concrete, in order, and silent about texts that need none."""

from __future__ import annotations

import json

import polars as pl
import pytest

from dronten_pipeline.readability import features
from dronten_pipeline.readability.advice import Advice, mark
from dronten_pipeline.readability.advice import advise as advise_marked
from dronten_pipeline.readability.hardest import MAX_HARD_WORDS, hardest_sentences, hardest_words

EASY = "U kunt een nieuwe pas halen. Kom naar de balie. Neem uw oude pas mee. Wij helpen u graag."
HARD = (
    "Naar aanleiding van uw schrijven inzake de aanvraag delen wij u mede dat uw aanvraag niet in "
    "behandeling kan worden genomen, aangezien de overgelegde bescheiden ontoereikend zijn voor "
    "een "
    "zorgvuldige beoordeling van het onderhavige bouwplan."
)


def advise(text: str) -> Advice:
    return advise_marked(mark(pl.Series([text]))[0])


def titles(text: str) -> str:
    return " | ".join(tip.title for tip in advise(text).tips)


def test_an_easy_text_gets_no_advice() -> None:
    assert advise(EASY).tips == ()


def test_a_hard_sentence_is_cut_and_its_words_are_named() -> None:
    tips = advise(f"{EASY}\n{HARD}").tips
    assert [tip.points for tip in tips] == sorted((tip.points for tip in tips), reverse=True)
    cut = next(tip for tip in tips if "lange zin knippen" in tip.title)
    assert "‘aangezien …’" in cut.examples[0]
    words = next(tip for tip in tips if "vervangen" in tip.title)
    assert "aangezien: omdat" in words.examples


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("De aanvraag wordt door het college beoordeeld.", "zin met 'worden' omdraaien"),
        ("Bij de beoordeling van uw aanvraag kijken wij mee.", "werkwoord gebruiken"),
        ("U moet de bijlage meesturen.", "woord vervangen"),
        ("Wij sturen u een constructieberekening.", "moeilijk woord uitleggen"),
        ("Het gemeentehuis gaat morgen weer open voor bezoek. " * 12, "De lezer aanspreken"),
        ("U kunt bij ons aan de balie terecht met al uw vragen over de pas. " * 10, "alinea"),
        ("U mag komen. Met uw pas en uw kaart.", "losse zin afmaken"),
    ],
    ids=["passive", "noun", "simpler", "hard", "nobody addressed", "long block", "fragment"],
)
def test_each_kind_of_advice_is_given(text: str, title: str) -> None:
    assert title in titles(text)


def test_who_does_it_is_put_first() -> None:
    sentence = advise("De aanvraag wordt door het college beoordeeld.").sentences[0]
    assert "het college" in next(mark.hint for mark in sentence.marks if mark.kind == "passive")


def test_a_noun_becomes_its_verb() -> None:
    sentence = advise("Bij de verstrekking en de betaling van uw pas helpen wij.").sentences[0]
    assert any(mark.hint.endswith("betalen") for mark in sentence.marks)


@pytest.mark.parametrize("noun", ["de afdeling van de gemeente", "de woning van uw buren"])
def test_a_thing_is_no_deed(noun: str) -> None:
    marks = advise(f"Wij bellen {noun} vandaag nog.").sentences[0].marks
    assert not [mark for mark in marks if mark.kind == "noun"]


def test_names_are_not_hard() -> None:
    assert "Kwartelstraat" not in str(advise("U vindt ons aan de Kwartelstraat in Dronten.").tips)


def test_marks_point_at_their_words_and_do_not_overlap() -> None:
    for sentence in advise(f"{HARD}\n{EASY} {HARD}").sentences:
        end = 0
        for found in sentence.marks:
            assert found.start >= end and found.end <= len(sentence.content)
            end = found.end


def test_sentences_keep_their_number_and_their_block() -> None:
    sentences = advise(f"Een kop\n{EASY}").sentences
    assert [one.number for one in sentences] == [1, 2, 3, 4, 5]
    assert [one.block for one in sentences] == [1, 2, 2, 2, 2]


def test_an_empty_text_gets_no_advice() -> None:
    assert advise("").tips == () and advise("").sentences == ()


def test_each_text_gets_its_own_advice() -> None:
    together = mark(pl.Series([EASY, "", f"Een kop\n{HARD}"]))
    assert [advise_marked(one) for one in together] == [
        advise(EASY),
        advise(""),
        advise(f"Een kop\n{HARD}"),
    ]


def test_the_columns_name_the_heaviest_first() -> None:
    sentences = features.mark_sentences(pl.Series([EASY, f"{EASY}\n{HARD}"]))
    words = hardest_words(features.mark_words(sentences)).collect()
    assert words["text"].to_list() == [1]
    named = json.loads(words["hard_words"][0])
    assert 0 < len(named) <= MAX_HARD_WORDS and "onderhavige" in named
    hard = hardest_sentences(sentences).collect()
    assert hard.rows() == [(1, "[5]")]
