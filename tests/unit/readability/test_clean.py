"""What stands around the text of a letter or page is left out, and nothing of the text itself."""

from __future__ import annotations

import time

import polars as pl
import pytest

from dronten_pipeline.readability.clean import clean_texts

LETTER = """Gemeente Dronten
De Rede 1
8251 ER Dronten
Mevrouw A. de Vries
Lepelaarstraat 12
8251 AB Dronten
Geachte mevrouw De Vries,
Uw aanvraag
U hebt een vergunning gevraagd voor een nieuwe schuur.
een tekening van de tuin
Wij beslissen binnen acht weken.
Met vriendelijke groet,
namens burgemeester en wethouders,
B. Jansen
teamleider Vergunningen
Bent u het niet eens met dit besluit? Dan kunt u binnen zes weken bezwaar maken bij ons."""

TEXT = """Uw aanvraag
U hebt een vergunning gevraagd voor een nieuwe schuur.
een tekening van de tuin
Wij beslissen binnen acht weken.
Bent u het niet eens met dit besluit? Dan kunt u binnen zes weken bezwaar maken bij ons."""


def cleaned(*texts: str | None) -> list[str | None]:
    return clean_texts(pl.Series(texts, dtype=pl.String)).to_list()


def test_a_letter_keeps_its_text_its_headings_and_its_items() -> None:
    assert cleaned(LETTER) == [TEXT]


def test_each_text_stands_on_its_own() -> None:
    assert cleaned(LETTER, None, "Wij zijn open.", LETTER) == [TEXT, None, "Wij zijn open.", TEXT]


@pytest.mark.parametrize(
    "line",
    [
        "Postbus 100",
        "Lepelaarstraat 12a",
        "8250 AC Dronten",
        "Pagina 3 van 12",
        "© Gemeente Dronten 2026",
        "Was deze informatie nuttig?",
        "Lees voor",
        "2.1 Onze motoren 12",
        "Inleiding ........ 4",
        "Totale korting 358 1.170 1.780 2.236",
        "| 85% | 86% |",
        "Hoogachtend,",
        "Met hartelijke groeten",
        "Beste inwoners,",
        "Dit bericht is uitsluitend bestemd voor de geadresseerde.",
    ],
)
def test_a_line_without_text_is_left_out(line: str) -> None:
    assert cleaned(f"{line}\nU kunt bij ons een pas halen.") == ["U kunt bij ons een pas halen."]


@pytest.mark.parametrize(
    "line",
    [
        "De kosten zijn 12 euro.",
        "Beste idee van Dronten",
        "U betaalt in 2026 niet meer dan 85 euro voor een pas.",
        "Ga naar de Lepelaarstraat 12 en vraag naar de balie.",
        "Groeten doen we u graag aan de balie, elke dag van negen tot vijf uur.",
        "Zoeken in het archief",
        "Bijlage: wat u moet meenemen naar de afspraak",
    ],
)
def test_a_line_that_says_something_stays(line: str) -> None:
    assert cleaned(line) == [line]


def test_the_salutation_before_a_sentence_is_left_out_and_the_sentence_stays() -> None:
    assert cleaned("Beste inwoners, morgen zijn wij dicht.") == ["morgen zijn wij dicht."]


def test_sentences_above_a_salutation_stay() -> None:
    text = "Deze brief is belangrijk voor u.\nBeste mevrouw Jansen,\nWij helpen u."
    assert cleaned(text) == ["Deze brief is belangrijk voor u.\nWij helpen u."]


def test_an_address_alone_leaves_nothing() -> None:
    assert cleaned("De Rede 1\n8251 ER Dronten") == [""]


@pytest.mark.parametrize(
    "part", ["Beste a", "De Rede 1 ", "Met vriendelijke groet ", ". . ", "1.1 a"]
)
def test_time_grows_with_the_text_and_no_faster(part: str) -> None:
    def seconds(size: int) -> float:
        begin = time.process_time()
        clean_texts(pl.Series([part * (size // len(part))]))
        return time.process_time() - begin

    seconds(1000)
    assert seconds(2_000_000) < 20 * max(seconds(200_000), 0.01)
