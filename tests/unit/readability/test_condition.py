"""What is no Dutch running text is refused, and what was read with errors is flagged."""

from __future__ import annotations

import polars as pl
import pytest

from dronten_pipeline.readability import condition
from dronten_pipeline.readability.condition import examine_texts

DUTCH = (
    "U hebt bij ons een vergunning gevraagd voor een nieuwe schuur in uw tuin. Wij hebben uw "
    "aanvraag bekeken en wij willen graag dat u nog een tekening stuurt. Dat kan tot en met "
    "vrijdag. Daarna nemen wij een besluit en krijgt u een brief van ons. "
)
FOREIGN = {
    "Engels": "You have asked us for a permit to build a new shed in your garden. We have looked "
    "at your request and we would like you to send us a drawing of the shed before Friday, "
    "please. ",
    "Duits": "Sie haben bei uns eine Genehmigung für einen neuen Schuppen im Garten beantragt. Wir "
    "haben Ihren Antrag geprüft und bitten Sie, uns bis Freitag noch eine Zeichnung zu senden. ",
    "Frans": "Vous nous avez demandé un permis pour construire un nouvel abri dans votre jardin. "
    "Nous avons examiné votre demande et nous vous prions de nous envoyer un dessin avant "
    "vendredi. ",
    "Turks": "Bahçenizde yeni bir kulübe yapmak için bizden izin istediniz. Başvurunuzu inceledik "
    "ve "
    "bize cuma gününe kadar bir çizim göndermenizi rica ediyoruz. Bu çizim çok önemli ve daha "
    "sonra "
    "karar veririz, siz bir mektup alırsınız. ",
    "Pools": "Złożyli Państwo wniosek o pozwolenie na budowę nowej szopy w ogrodzie. Sprawdziliśmy "
    "wniosek i prosimy, aby do piątku przesłać nam rysunek, który jest potrzebny. Nie można tego "
    "zrobić przez telefon, ale może to być list lub wiadomość. ",
}


def examined(text: str) -> dict[str, str | None]:
    return examine_texts(pl.Series([text])).row(0, named=True)


def test_dutch_running_text_passes_without_remark() -> None:
    assert examined(DUTCH * 3) == {"refusal": None, "remark": None}


@pytest.mark.parametrize("language", FOREIGN)
def test_another_language_is_refused_by_name(language: str) -> None:
    refusal = examined(FOREIGN[language] * 2)["refusal"]
    assert refusal and language in refusal and "Nederlandse versie" in refusal


@pytest.mark.parametrize(
    "text",
    [
        "لقد طلبت منا تصريحًا لبناء سقيفة جديدة في حديقتك. " * 8,
        "Вы попросили у нас разрешение. " * 12,
    ],
    ids=["right to left", "cyrillic"],
)
def test_another_script_is_refused(text: str) -> None:
    refusal = examined(text)["refusal"]
    assert refusal and "Latijns schrift" in refusal


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{first} van de Berg" for first in ["Jan", "Piet", "Sanne", "Fatima"] * 10),
        "Jan Smit, Karin Bos, Ali Yilmaz, Eva Vos, Tom Kok, Lia Mol\n" * 10,
        "paspoort rijbewijs verhuizen trouwen parkeren afval\n" * 12,
    ],
    ids=["names with van de", "names", "keywords"],
)
def test_a_list_is_no_running_text(text: str) -> None:
    refusal = examined(text)["refusal"]
    assert refusal and "geen lopende Nederlandse tekst" in refusal


def test_a_text_without_full_stops_is_refused() -> None:
    refusal = examined(DUTCH.replace(".", "") * 7)["refusal"]
    assert refusal and "bijna geen punten" in refusal


def test_a_megabyte_without_full_stop_is_refused_quickly() -> None:
    refusal = examined(DUTCH.replace(".", "") * 4200)["refusal"]
    assert refusal and "bijna geen punten" in refusal


def test_a_text_that_was_read_badly_is_flagged_with_examples() -> None:
    damaged = DUTCH * 3
    for word, read in [
        ("vergunning", "vergunnlng"),
        ("aanvraag", "aanvraaq"),
        ("krijgt", "krljgt"),
    ]:
        damaged = damaged.replace(word, read)
    remark = examined(damaged)["remark"]
    assert remark and "scan" in remark and "krljgt" in remark


def test_two_typing_errors_are_no_scan() -> None:
    text = DUTCH * 3
    assert examined(text.replace("krijgt", "krljgt", 1).replace("aanvraag", "aanvraaq", 1)) == {
        "refusal": None,
        "remark": None,
    }


def test_a_text_that_nobody_can_read_is_refused() -> None:
    words = [
        word if place % 2 else f"x{word[:1]}qz{word[1:3]}wv"
        for place, word in enumerate((DUTCH * 4).split())
    ]
    refusal = examined(" ".join(words) + ".")["refusal"]
    assert refusal is not None


@pytest.mark.parametrize("text", ["", "Hi!", "🎉🎉🎉", "Thank you all!", "Jan, Piet en Sanne"])
def test_too_little_to_tell_is_not_refused(text: str) -> None:
    assert examined(text) == {"refusal": None, "remark": None}


def test_emoji_do_not_matter() -> None:
    assert examined(DUTCH.replace(".", ". 🎉👍🏽") * 3) == {"refusal": None, "remark": None}


def test_each_text_is_examined_on_its_own() -> None:
    found = examine_texts(pl.Series([FOREIGN["Engels"], DUTCH, None, FOREIGN["Duits"]]))["refusal"]
    assert [refusal is None for refusal in found] == [False, True, True, False]


def test_no_texts_give_no_rows() -> None:
    assert examine_texts(pl.Series([], dtype=pl.String)).height == 0


def test_what_was_meant_is_not_asked_of_a_text_that_nobody_can_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(condition, "_is_misread", lambda word: pytest.fail(f"asked of {word}"))
    strange = "".join(f"dat is de {'bcdfghjk'[n % 8]}q{chr(97 + n % 26)}vvxq. " for n in range(99))
    refusal = examine_texts(pl.Series([strange]))["refusal"][0]
    assert refusal and "niet te herkennen" in refusal


@pytest.mark.parametrize(
    ("word", "is_one_letter_away"),
    [
        ("krljgt", True),
        ("vergunningg", True),
        ("ergunning", True),
        ("vvergunning", True),
        ("gemente", True),
        ("gemeenfe", True),
        ("gemxeqnte", False),
        ("xq" * 20, False),
        ("gemeente" + "x" * 32, False),
    ],
)
def test_a_word_is_misread_when_one_letter_makes_it_a_frequent_one(
    word: str, is_one_letter_away: bool
) -> None:
    assert condition._is_misread(word) is is_one_letter_away
