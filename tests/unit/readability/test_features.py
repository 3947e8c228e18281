"""Verbs, names, nouns, passives and the like are found by lists and by order."""

from __future__ import annotations

import polars as pl
import pytest

from dronten_pipeline.readability import features


def words_with(mark: str, text: str) -> list[str]:
    marked = features.mark_words(features.mark_sentences(pl.Series([text])))
    return marked.filter(pl.col(mark))["word"].to_list()


def sentence(text: str) -> dict[str, object]:
    return features.mark_sentences(pl.Series([text])).row(0, named=True)


@pytest.mark.parametrize(
    ("text", "finite"),
    [
        pytest.param("Wij hebben uw brief ontvangen.", ["hebben"], id="auxiliary"),
        pytest.param("De gemeente betaalt de kosten.", ["betaalt"], id="third person"),
        pytest.param("De kinderen spelen buiten.", ["spelen"], id="plural"),
        pytest.param("U kunt bellen of mailen.", ["kunt"], id="infinitives"),
        pytest.param("Probeer ons te bellen.", ["Probeer"], id="imperative and infinitive"),
        pytest.param("Neem uw paspoort mee.", ["Neem"], id="imperative"),
        pytest.param("Dit gebeurde in een week.", ["gebeurde"], id="past after dit"),
        pytest.param("Dat is de bekende man.", ["is"], id="adjective like a past tense"),
        pytest.param("Het plan komt als hij belt.", ["komt", "belt"], id="two clauses"),
        pytest.param("De kosten van het plan.", [], id="none"),
    ],
)
def test_finite_verbs_are_found(text: str, finite: list[str]) -> None:
    assert words_with("is_finite", text) == finite


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("Morgen komt Jan.", ["Jan"], id="inside"),
        pytest.param("LET OP VANDAAG", [], id="all capitals"),
        pytest.param("Ik zag Nijhof lopen. Nijhof zwaaide.", ["Nijhof", "Nijhof"], id="start"),
        pytest.param("De Amerikaanse auto rijdt.", [], id="adjective of a place"),
        pytest.param("Woltrum ligt in de polder.", ["Woltrum"], id="unknown start"),
    ],
)
def test_names_are_found(text: str, names: list[str]) -> None:
    assert words_with("is_name", text) == names


@pytest.mark.parametrize(
    ("text", "passive"),
    [("De brief wordt gestuurd.", True), ("Het plan werd vorig jaar door de raad gemaakt.", True),
     ("De man wordt ziek.", False), ("Wij hebben de brief gestuurd.", False)],
)  # fmt: skip
def test_passives_are_worden_with_a_participle(text: str, passive: bool) -> None:
    assert sentence(text)["is_passive"] == passive


def test_hard_words_are_rare_or_reviewed_and_no_names() -> None:
    text = "De heffingsgrondslag van Swifterbant staat in het bezwaarschrift over huurtoeslag."
    assert words_with("is_hard", text) == ["heffingsgrondslag", "bezwaarschrift"]


def test_nominalisations_and_formal_words_are_found() -> None:
    text = "Derhalve volgt de behandeling van de aanvraag conform de regeling."
    assert words_with("is_formal", text) == ["Derhalve", "conform"]
    assert words_with("is_nominalisation", text) == ["behandeling", "regeling"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("Derhalve sturen wij een brief.", 1, id="formal"),
        pytest.param("Wij realiseerden de doelstellingen.", 2, id="forms"),
        pytest.param("Daarom sturen wij een brief.", 0, id="none"),
    ],
)
def test_words_are_replaceable_when_formal_or_on_the_list_of_simpler_words(
    text: str, count: int
) -> None:
    assert sentence(text)["replaceable_words"] == count


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("U vindt de regels hier.", True),
        ("Onze balie is open.", True),
        ("Hier vindt u de regels.", False),
        ("Vindt u de regels?", False),
        ("Zij komen morgen.", False),
    ],
)
def test_a_sentence_starts_with_the_person_who_writes_or_reads(text: str, starts: bool) -> None:
    assert sentence(text)["starts_with_person"] == starts


def test_headings_and_items_are_told_from_sentences() -> None:
    marked = features.mark_sentences(pl.Series(["Uw aanvraag\nWij helpen u."]))
    assert marked["is_heading_or_item"].to_list() == [True, False]


def test_words_are_in_the_order_of_the_text_and_function_words_have_no_frequency() -> None:
    marked = features.mark_words(features.mark_sentences(pl.Series(["De hond zit in het huis."])))
    assert marked["word"].to_list() == ["De", "hond", "zit", "in", "het", "huis"]
    assert marked.filter(pl.col("zipf").is_not_null())["word"].to_list() == ["hond", "zit", "huis"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("12-03-2024\n1. 2. 3.", id="numbers"),
        pytest.param("😀 😀 😀", id="emoji"),
        pytest.param(None, id="null"),
    ],
)
def test_what_is_no_text_has_no_sentences(text: str | None) -> None:
    assert features.mark_sentences(pl.Series([text], dtype=pl.String)).height == 0


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("مرحبا بالعالم. هذا نص.", id="right to left"),
        pytest.param("This is an English text. It is not Dutch.", id="English"),
        pytest.param("Jan, Piet, Klaas, Marie", id="names"),
        pytest.param("woord " * 20_000, id="without a full stop"),
        pytest.param("((((;;;;:::: a", id="points"),
    ],
)
def test_strange_texts_are_measured_without_an_error(text: str) -> None:
    marked = features.mark_sentences(pl.Series([text]))
    assert marked.height >= 1
    assert features.mark_words(marked).height == marked["words"].sum()
