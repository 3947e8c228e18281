"""Which characters the bytes of a text stand for."""

from __future__ import annotations

from collections import Counter

import pytest

from dronten_pipeline.ingest import dialect, encodings

WORDS = [
    "Financiën",
    "café",
    "coördinatie",
    "Griffie & café",
    "Cliëntzaken",
    "één",
    "FINANCIËN",
    "CAFÉ",
    "foto’s",
    "reünie",
    "Curaçao",
    "à la carte",
    "geïnteresseerd",
    "Müller",
    "José",
    "scène",
    "“goed” – prima",
    "privé-adres",
    "façade",
    "Één loket",
    "Oekraïne",
    "patiënten €5",
    "maître",
    "20 °C in één café",
]
CODECS = {
    "cp1252": "windows-1252",
    "cp850": "cp850",
    "cp858": "cp850",
    "cp437": "cp437",
    "mac_roman": "mac-roman",
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16",
    "utf-16-be": "utf-16",
    "utf-32": "utf-32",
    "utf-32-le": "utf-32",
    "utf-32-be": "utf-32",
}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("word", WORDS)
def test_one_word_says_how_it_was_written(word: str, codec: str) -> None:
    text = f"id;team\r\nTB1;{word}\r\nTB2;Burgerzaken\r\n"
    try:
        content = text.encode(codec)
    except UnicodeEncodeError:
        pytest.skip("the encoding does not have these letters")
    assert dialect.decode(content).text.decode() == text


@pytest.mark.parametrize(("codec", "label"), CODECS.items())
def test_the_encoding_is_named_with_what_decided(codec: str, label: str) -> None:
    decoded = dialect.decode(("id;team\n" + "1;Financiën\n2;café\n" * 10).encode(codec))
    # Of these letters both encodings of DOS make the same.
    assert decoded.encoding == ("cp850" if codec == "cp437" else label)
    is_old = codec in ("cp1252", "cp850", "cp858", "cp437", "mac_roman")
    assert any("20 keer" in note for note in decoded.notes) == is_old
    assert not any("niet zeker" in note for note in decoded.notes)


def test_a_letter_of_which_nothing_is_sure_is_warned_about() -> None:
    decoded = dialect.decode(b"id;team\n1;\xdc\n")
    assert "niet zeker" in decoded.notes[0]


@pytest.mark.parametrize("codec", ["cp1252", "latin-1", "cp850", "cp437", "mac_roman"])
@pytest.mark.parametrize("word", WORDS)
def test_what_was_encoded_twice_is_mended_and_counted(word: str, codec: str) -> None:
    try:
        twice = word.encode().decode(codec)
    except UnicodeDecodeError:
        pytest.skip("the encoding leaves these bytes open")
    decoded = dialect.decode(f"id;team\n1;{twice}\n".encode())
    assert decoded.text.decode() == f"id;team\n1;{word}\n"
    count = sum(not part.isascii() for part in word.split())
    assert decoded.cleaned[encodings.DOUBLY_ENCODED] == count


@pytest.mark.parametrize(
    "word", [*WORDS, "Ömer Ünal", "naïeve", "„Ja”", "Þórður", "Łódź", "čeština"]
)
def test_what_was_encoded_once_stays(word: str) -> None:
    found: Counter[bytes] = Counter()
    encodings.words(word.encode(), found)
    assert encodings.mended(found) == {}


def test_letters_that_were_lost_before_are_said() -> None:
    decoded = dialect.decode("id;team\n1;Financi\ufffdn\n".encode())
    assert not decoded.damaged
    assert "1 keer ging een teken al verloren" in decoded.notes[0]


def test_a_text_of_two_kinds_of_characters_is_refused() -> None:
    content = "id;team\r\n1;Burgerzaken\r\n".encode("utf-16") + b"2;Burgerzaken;nog iets\r\n"
    with pytest.raises(dialect.Refused, match="UTF-16"):
        dialect.decode(content)


def test_a_mark_of_utf8_before_another_encoding_is_left_out() -> None:
    decoded = dialect.decode(b"\xef\xbb\xbf" + "id;team\n1;Financiën\n".encode("cp1252"))
    assert decoded.text.decode() == "id;team\n1;Financiën\n"


def test_words_of_two_encodings_in_one_file_are_both_whole() -> None:
    old = "1;Financiën\n2;café\n3;Coördinatie\n".encode("cp1252")
    decoded = dialect.decode(b"id;team\n" + old + "4;Cliëntzaken\n".encode())
    assert decoded.text.decode().split() == [
        "id;team", "1;Financiën", "2;café", "3;Coördinatie", "4;Cliëntzaken",
    ]  # fmt: skip
    assert decoded.cleaned == {encodings.DOUBLY_ENCODED: 1}


def test_letters_of_another_script_are_no_words() -> None:
    with pytest.raises(dialect.Refused, match="geen leesbare woorden"):
        dialect.decode("id;team\n1;Москва\n2;Казань\n".encode("cp1251"))


def test_letters_of_another_country_are_warned_about() -> None:
    assert "niet zeker" in dialect.decode("id;team\n1;Łódź\n".encode("cp1250")).notes[0]
