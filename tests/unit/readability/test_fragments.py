"""Parts of sentences are told from sentences, and joined where full stops are suspect."""

from __future__ import annotations

import polars as pl
import pytest

from dronten_pipeline.readability import features

WHOLE = (
    "De gemeente behandelt uw aanvraag binnen acht weken, omdat wij extra gegevens nodig hebben, "
    "die wij bij een andere dienst moeten opvragen, en wij sturen u daarna een brief."
)
CUT = (
    "De gemeente behandelt uw aanvraag binnen acht weken. Omdat wij extra gegevens nodig hebben. "
    "Die wij bij een andere dienst moeten opvragen. En wij sturen u daarna een brief."
)


def marked(text: str) -> pl.DataFrame:
    return features.mark_sentences(pl.Series([text]))


@pytest.mark.parametrize(
    "text",
    ["Omdat wij meer tijd nodig hebben.", "Met ingang van volgende week.", "Zodat u kunt betalen.",
     "Die wij van u hebben gekregen.", "Wordt het besluit genomen.", "Waarin alles staat.",
     "Wij sturen uw."],
)  # fmt: skip
def test_what_is_cut_off_is_a_fragment(text: str) -> None:
    assert marked(text)["is_fragment"].to_list() == [True]


@pytest.mark.parametrize(
    "text",
    ["Wij sturen u een brief.", "Dat kan vandaag.", "Die kosten betaalt u zelf.",
     "Neem uw paspoort mee.", "Neemt u dan contact met ons op.", "Kunt u niet komen?",
     "Als u verhuist, geeft u dat aan ons door.", "Als coach speel je een belangrijke rol.",
     "Hoe werkt dat?", "Uw aanvraag", "Toen was het te laat.", "Maar dat hoeft niet."],
)  # fmt: skip
def test_what_stands_by_itself_is_none(text: str) -> None:
    assert marked(text)["is_fragment"].to_list() == [False]


def test_parts_are_joined_where_there_are_many() -> None:
    assert marked(CUT)["unit"].to_list() == [1, 1, 1, 1]


def test_a_few_parts_are_style_and_stay() -> None:
    honest = "Wij helpen u. En dat is fijn. U krijgt een brief. Met een pas. Dat was het."
    assert marked(honest)["unit"].to_list() == [1, 2, 3, 4, 5]


def test_a_clause_that_cannot_stand_alone_is_joined_wherever_it_is() -> None:
    text = "Wij helpen u. Omdat dat zo hoort. Dat was het."
    assert marked(text)["unit"].to_list() == [1, 1, 1]


def test_parts_on_lines_of_their_own_are_joined_where_there_are_many() -> None:
    one_line_each = CUT.replace(". ", ".\n")
    assert marked(one_line_each)["unit"].to_list() == [1, 1, 1, 1]
    assert marked("Wij helpen u.\nEn dat is fijn.\nTot dan.")["unit"].to_list() == [1, 2, 3]


def test_items_of_a_list_stay_items() -> None:
    items = "Neem mee.\nUw paspoort.\nEen recente foto.\nHet nummer van uw bank.\nUw polis."
    assert marked(items)["unit"].to_list() == [1, 2, 3, 4, 5]


def test_blocks_of_a_text_that_was_cut_up_stay_apart() -> None:
    assert marked("\n".join([CUT] * 2))["unit"].to_list() == [1, 1, 1, 1, 5, 5, 5, 5]


def test_a_text_that_was_cut_up_measures_as_the_whole() -> None:
    texts = pl.Series([WHOLE, CUT])
    split = features.sentences.split_sentences(texts)
    tokens = features.mark_tokens(split)
    found = features.of_texts(features.of_sentences(split, tokens), tokens)
    for name in ("length", "content_per_unit", "units", "person_first"):
        assert found[name][0] == found[name][1]


def test_parts_in_one_text_do_not_make_another_suspect() -> None:
    together = features.mark_sentences(pl.Series([CUT, "Wij helpen u. En dat is fijn.", CUT]))
    assert together.filter(pl.col("text") == 1)["unit"].to_list() == [1, 2]
