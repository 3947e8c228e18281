"""Words have their frequency, kind and form; the package of the word data is never imported."""

from __future__ import annotations

import sys

import polars as pl
import pytest

from dronten_pipeline.readability import lexicon


def known(word: str) -> dict[str, object]:
    return lexicon.words().filter(pl.col("key") == word).row(0, named=True)


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("werkt", "finite"), ("maakt", "finite"), ("werkte", "finite"), ("kwam", "finite"),
        ("staat", "finite"), ("doet", "finite"), ("ontving", "finite"), ("werken", "plural"),
        ("zien", "plural"), ("neem", "stem"), ("vraag", "stem"), ("gemaakt", "participle"),
        ("aangevraagd", "participle"), ("genomen", "participle"), ("gebruikt", "either"),
        ("tafel", None), ("mooi", None), ("groot", None),
    ],
)  # fmt: skip
def test_forms_of_verbs_are_told(word: str, verb: str | None) -> None:
    assert known(word)["verb"] == verb


def test_a_compound_has_the_frequency_of_its_head() -> None:
    permit = known("omgevingsvergunning")
    assert permit["zipf"] is None
    assert permit["head_zipf"] == known("vergunning")["zipf"]


@pytest.mark.parametrize(("word", "kind"), [("tafel", "concrete"), ("beleid", "abstract")])
def test_nouns_have_a_type(word: str, kind: str) -> None:
    assert known(word)["noun"] == kind


@pytest.mark.parametrize(
    ("word", "column"),
    [("huurtoeslag", "is_easy"), ("bezwaarschrift", "is_hard"), ("dronten", "is_skipped"),
     ("aanbieden", "is_skipped")],
)  # fmt: skip
def test_reviewed_words_are_treated_as_decided(word: str, column: str) -> None:
    assert known(word)[column] is True


@pytest.mark.parametrize("name", ["municipal_words", "formal_words", "word_classes"])
def test_word_lists_are_lower_case_and_have_no_doubles(name: str) -> None:
    words = lexicon.word_list(name)["word"]
    assert words.is_unique().all()
    assert (words == words.str.to_lowercase().str.strip_chars()).all()


def test_no_word_is_twice_in_the_table() -> None:
    assert lexicon.words()["key"].is_unique().all()


def test_the_table_is_the_same_each_time_it_is_made() -> None:
    assert lexicon.words.__wrapped__().equals(lexicon.words())


def test_treatments_are_known_and_explained() -> None:
    table = lexicon.word_list("municipal_words")
    assert set(table["treatment"]) == {"easy", "hard", "head", "skip"}
    assert (table["because"].str.len_chars() > 0).all()
    assert ((table["treatment"] == "head") == table["head"].is_not_null()).all()


def test_the_package_itself_is_not_imported() -> None:
    lexicon.words()
    assert "lint_ii" not in sys.modules
    assert "spacy" not in sys.modules


def test_missing_word_data_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "find_spec", lambda name: None)
    with pytest.raises(lexicon.WordDataMissing, match="make"):
        lexicon.data_folder()
