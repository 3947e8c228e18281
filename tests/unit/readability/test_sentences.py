"""What a sentence and a word is, and what is no text."""

from __future__ import annotations

import polars as pl
import pytest

from dronten_pipeline.readability.features import mark_words
from dronten_pipeline.readability.sentences import split_sentences


def sentences_of(text: str) -> list[list[str]]:
    split = split_sentences(pl.Series([text]))
    words = mark_words(split).group_by("sentence", maintain_order=True).agg("word")
    return words["word"].to_list()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("Een zin. Nog een zin! En een vraag?", 3, id="plain"),
        pytest.param("Dat is, d.w.z. Op tijd en goed.", 1, id="d.w.z."),
        pytest.param("Zie art. 3 van de wet.", 1, id="art. 3"),
        pytest.param("Vraag het dhr. Jansen of mevr. De Boer.", 1, id="dhr. and mevr."),
        pytest.param("Brood, melk enz. Daarna gaan we.", 2, id="enz. before a capital"),
        pytest.param("Brood, melk enz. en daarna gaan we.", 1, id="enz. inside"),
        pytest.param("Kom a.u.b. Morgen is te laat.", 2, id="a.u.b. before a capital"),
        pytest.param("Een brief van J.P. de Vries kwam.", 1, id="initials"),
        pytest.param("Dat was op 3 sept. 2025 om tien uur.", 1, id="month"),
        pytest.param("Het kost 1.250,50 euro per jaar.", 1, id="amount"),
        pytest.param('Hij zei: "Kom maar." Toen ging hij.', 2, id="closing quote"),
        pytest.param("Ja. Nee. Zo. En dan? Wij. Nu.", 6, id="very short sentences"),
        pytest.param("Kop zonder punt\nEen zin.\neen punt\nnog een", 4, id="lines"),
        pytest.param("Hij is lid. Dat is goed.", 2, id="a word like an abbreviation"),
        pytest.param("Zij heet Jan. Dat is kort.", 2, id="a name like a month"),
        pytest.param("1. 2. 3.\n12-03-2024", 0, id="numbers only"),
        pytest.param("", 0, id="empty"),
    ],
)
def test_sentences_are_split(text: str, count: int) -> None:
    assert len(sentences_of(text)) == count


@pytest.mark.parametrize(
    "noise",
    [
        "https://www.gemeente.example/afval?jaar=2024",
        "www.gemeente.example",
        "gemeente.nl/afval",
        "balie.een@gemeente.example",
        "NL91 ABNA 0417 1643 00",
        "NL91ABNA0417164300",
        "(0321) 38 89 11",
        "06-12345678",
        "+31 6 1234 5678",
        "8251 AB",
        "8251AB",
        "B19.003061",
        "1.250,50",
        "31-12-2025",
        "2e",
    ],
)
def test_addresses_and_numbers_are_no_words(noise: str) -> None:
    assert sentences_of(f"Kijk op {noise} vandaag.") == [["Kijk", "op", "vandaag"]]


@pytest.mark.parametrize(
    "line",
    ["Ons kenmerk: Z-2024-123", "Datum 3 maart 2024", "Bijlage(n): geen", "Postbus 100, 8250 AC",
     "Behandeld door: mevr. Jansen", "E-mail: info@gemeente.example"],
)  # fmt: skip
def test_reference_lines_are_left_out(line: str) -> None:
    assert sentences_of(f"{line}\nGoedemorgen allemaal.") == [["Goedemorgen", "allemaal"]]


@pytest.mark.parametrize("line", ["Bijlage 1 bevat de kaart.", "Datum en tijd kiest u zelf."])
def test_sentences_that_start_like_a_reference_stay(line: str) -> None:
    assert len(sentences_of(line)) == 1


def test_words_keep_hyphen_and_apostrophe() -> None:
    assert sentences_of("Stuur foto’s per e-mail.") == [["Stuur", "foto's", "per", "e-mail"]]


def test_a_long_line_that_starts_like_a_reference_stays() -> None:
    text = "Zaak: " + "De gemeente besluit vandaag. Wij sturen u een brief. " * 5
    assert len(sentences_of(text)) == 10


def test_sentences_of_one_line_are_one_block() -> None:
    split = split_sentences(pl.Series(["Een. Twee.\nDrie.", "Vier."]))
    assert split["block"].to_list() == [0, 0, 1, 2]


def test_sentences_are_numbered_within_their_text() -> None:
    split = split_sentences(pl.Series(["Een. Twee.", None, "Drie."]))
    assert split.select("text", "sentence").rows() == [(0, 1), (0, 2), (2, 1)]
