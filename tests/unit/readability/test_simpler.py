"""The list of simpler words: it is whole, and its words are found in every form."""

from __future__ import annotations

import time

import pytest

from dronten_pipeline.readability import simpler


def test_the_list_is_large_and_whole() -> None:
    entries = simpler.entries()
    assert len(entries) >= 400
    assert all(entry.kind in simpler.KINDS and entry.simpler and entry.word for entry in entries)
    assert len({entry.word for entry in entries}) == len(entries)


def test_no_simpler_word_is_the_word_itself() -> None:
    assert not [one.word for one in simpler.entries() if one.word in one.simpler.split(" / ")]


def test_no_simpler_word_is_in_the_list_itself() -> None:
    known = simpler.by_form()
    choices = {choice for entry in simpler.entries() for choice in entry.simpler.split(" / ")}
    assert not sorted(choice for choice in choices if choice in known)


@pytest.mark.parametrize(
    ("form", "word"),
    {
        "geëvalueerd": "evalueren",
        "evalueert": "evalueren",
        "beoogt": "beogen",
        "verstrekte": "verstrekken",
        "verleend": "verlenen",
        "gewijzigde": "wijzigen",
        "procedures": "procedure",
        "prioriteiten": "prioriteit",
        "identiteitsbewijzen": "identiteitsbewijs",
        "bevoegdheden": "bevoegdheid",
        "noodzakelijke": "noodzakelijk",
        "overgelegde": "overgelegd",
    }.items(),
)
def test_a_form_leads_to_its_word(form: str, word: str) -> None:
    assert simpler.by_form()[form].word == word


@pytest.mark.parametrize("word", ["in", "acht", "u", "de", "weg", "huis", "geven", "vraag"])
def test_a_plain_word_is_not_in_the_list(word: str) -> None:
    assert word not in simpler.by_form()


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Met betrekking tot uw brief.", ["Met betrekking tot"]),
        ("U dient voor 1 mei te betalen.", ["dient"]),
        ("Wij stellen u in de gelegenheid te reageren.", ["stellen"]),
        ("In het kader van de Wmo, op grond van de wet.", ["In het kader van", "op grond van"]),
        ("De medewerker helpt u.", []),
    ],
)
def test_phrases_are_found_in_any_case_and_with_words_between(
    sentence: str, found: list[str]
) -> None:
    phrases = simpler.find_phrases(sentence)
    assert [sentence[one.start : one.end] for one in phrases] == found


def test_a_long_sentence_is_searched_in_proportion_to_its_length() -> None:
    def seconds(times: int) -> float:
        begin = time.process_time()
        simpler.find_phrases("dient u in de gelegenheid wij stellen met " * times)
        return time.process_time() - begin

    seconds(10)
    assert seconds(4000) < 25 * max(seconds(400), 0.01)
