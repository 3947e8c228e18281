"""From sentences to marks on sentences and words: what a parser would tell, estimated without one.

Here belongs: everything that is measured of a word in its sentence and of a sentence, by word
lists and by order. Not here: what is known of a word by itself (`lexicon.py`), what follows for a
text (`lint.py`, `ranking.py`, `gates.py`).

All of it is polars over one row per token; no word is touched in Python.
"""

from __future__ import annotations

import polars as pl

from dronten_pipeline.readability import lexicon, sentences

#: A word of at least so many letters that films hardly use is hard.
HARD_ZIPF = 3.0
MIN_HARD_LETTERS = 4

_NOMINALISATION = r"(?:ing|ingen|heid|heden|atie|aties|teit|teiten|isering)$"
MIN_NOMINALISATION_LETTERS = 7

_DETERMINERS = (
    "de", "het", "een", "mijn", "jouw", "uw", "zijn", "haar", "ons", "onze", "hun", "deze", "dit",
    "geen", "elke", "elk", "ieder", "iedere", "alle", "enkele", "welke", "meer", "veel", "weinig",
)  # fmt: skip
_SUBJECTS_AFTER_STEM = ("ik", "je", "jij", "u")
_PASSIVE_AUXILIARIES = ("word", "wordt", "worden", "werd", "werden", "geworden")
_PARTICIPLE = (
    r"^(?:(?:aan|af|bij|door|in|mee|na|om|onder|op|over|samen|tegen|terug|toe|uit|voor|vast|weg)?"
    r"ge\p{L}{2,}|(?:be|ver|ont|her)\p{L}{3,})(?:d|t|en)$"
)


def mark_sentences(texts: pl.Series) -> pl.DataFrame:
    """One row per sentence of every text, in order.

    Args:
        texts: clean text, one block (heading, paragraph, list item) per line.

    Returns:
        text (u32: position in `texts`), sentence (i64, from 1), content (the sentence), words
        (u32: how many, without names of one letter and numbers), is_heading_or_item (bool: ends
        without a full stop), is_passive, has_finite_verb, is_fragment (bool: closed as a
        sentence, but no sentence of its own), finite_verbs, nominalisations, content_words,
        formal_words, hard_words, syllables (u32).
    """
    split = sentences.split_sentences(texts)
    return _of_sentences(split, _mark(split))


def mark_words(sentences_marked: pl.DataFrame) -> pl.DataFrame:
    """One row per word of the sentences that `mark_sentences` gives, in order.

    Args:
        sentences_marked: at least text, sentence, content.

    Returns:
        text, sentence, position (u32, from 0, over words, numbers and commas), word (as
        written), key (lower case), zipf (f32: frequency of the word, of a compound its head;
        null where the frequency says nothing), is_name, is_content (carries meaning, no name),
        is_hard, is_formal, is_nominalisation, is_participle, is_finite (bool), syllables (u8).
    """
    split = sentences_marked.select("text", "sentence", "content")
    return (
        _mark(split)
        .filter(pl.col("is_word"))
        .select(
            "text", "sentence", "position", "word", "key", "zipf", "is_name", "is_content",
            "is_hard", "is_formal", "is_nominalisation", "is_participle", "is_finite", "syllables",
        )
    )  # fmt: skip


def _of_keys(keys: pl.Series) -> pl.DataFrame:
    """What can be said of each different word form by itself."""
    key = pl.col("key")
    formal = lexicon.word_list("formal_words").get_column("word").implode()
    letters = key.str.len_chars()
    known = (
        pl.DataFrame({"key": keys.unique()})
        .lazy()
        .join(lexicon.words().lazy(), on="key", how="left")
        .with_columns(pl.col("is_skipped", "is_hard", "is_easy").fill_null(False))
        .with_columns(is_word=key.str.contains(r"^\p{L}") & ~key.str.contains(r"\p{N}"))
    )
    frequency = pl.coalesce("head_zipf", "zipf").fill_null(lexicon.UNSEEN_ZIPF)
    return known.with_columns(
        frequency=frequency,
        is_formal=key.is_in(formal),
        is_nominalisation=key.str.contains(_NOMINALISATION)
        & (letters >= MIN_NOMINALISATION_LETTERS)
        & (pl.col("noun").is_not_null() | pl.col("zipf").is_null()),
        is_participle=(pl.col("verb") == "participle").fill_null(False)
        | (
            pl.col("verb").is_null()
            & pl.col("noun").is_null()
            & pl.col("role").is_null()
            & key.str.contains(_PARTICIPLE)
        ),
        is_hard=pl.col("is_word")
        & (
            pl.col("is_hard")
            | (
                pl.col("role").is_null()
                & ~pl.col("is_skipped")
                & (frequency < HARD_ZIPF)
                & (letters >= MIN_HARD_LETTERS)
            )
        ),
        syllables=key.str.count_matches("[aeiouyáéíóúàèäëïöü]+").clip(1, 255).cast(pl.UInt8),
    ).collect()


def _mark(split: pl.DataFrame) -> pl.DataFrame:
    """One row per token, with everything that its neighbours tell about it."""
    tokens = (
        split.lazy()
        .select("text", "sentence", word=pl.col("content").str.extract_all(sentences.TOKEN))
        .filter(pl.col("word").list.len() > 0)
        .with_row_index("row")
        .with_columns(position=pl.int_ranges(0, pl.col("word").list.len(), dtype=pl.UInt32))
        .explode("word", "position")
        .with_columns(
            key=pl.col("word").str.to_lowercase(),
            has_capital=pl.col("word").str.contains(r"^\p{Lu}"),
        )
        .collect()
    )
    tokens = tokens.join(
        _of_keys(tokens.get_column("key")), on="key", how="left", maintain_order="left"
    )
    inside = pl.col("row") == pl.col("row").shift(1)
    inside_next = pl.col("row") == pl.col("row").shift(-1)

    def before(expression: pl.Expr) -> pl.Expr:
        return pl.when(inside).then(expression.shift(1))

    def after(expression: pl.Expr) -> pl.Expr:
        return pl.when(inside_next).then(expression.shift(-1))

    key, role, verb, noun = (pl.col(name) for name in ("key", "role", "verb", "noun"))
    first = pl.col("position") == 0
    adjective = role.is_null() & noun.is_null() & verb.is_null() & key.str.ends_with("e")
    after_determiner = (
        before(key).is_in(_DETERMINERS)
        | (before(role).is_in(["preposition", "numeral"]) & (before(key) != "te"))
        | before(adjective)
    ).fill_null(False)
    is_finite_form = (role == "finite_auxiliary") | (
        (verb == "finite") & role.is_null() & ~(noun.is_not_null() & after_determiner)
    )
    is_finite_stem = (
        (verb == "stem")
        & role.is_null()
        & (
            first
            | (before(key) == "ik")
            | after(key).is_in(_SUBJECTS_AFTER_STEM)
            | (noun.is_null() & before(role).is_in(["coordinator", "adverb"]))
            | (noun.is_null() & ~before(pl.col("is_word")))
        ).fill_null(False)
    )
    is_plural_form = (
        ((verb == "plural") | (role == "plural_auxiliary"))
        & ~(before(key) == "te").fill_null(False)
        & ~after_determiner
        & ~(before(role) == "coordinator").fill_null(False)
        & ~(noun.is_not_null() & first)
    )
    starts_clause = (
        first | ~pl.col("is_word") | role.is_in(["coordinator", "subordinator", "relative"])
    ).fill_null(False)
    return (
        tokens.lazy()
        .with_columns(
            is_name=(pl.col("is_word") & pl.col("has_capital") & ~first)
            & ~(pl.col("has_capital") | ~pl.col("is_word")).all().over("row"),
            is_certain=(is_finite_form | is_finite_stem).fill_null(False),
            is_plural=is_plural_form.fill_null(False),
            clause=starts_clause.cum_sum(),
            after_determiner=after_determiner,
        )
        .with_columns(
            is_finite=pl.col("is_certain")
            | (
                pl.col("is_plural")
                & ~pl.col("is_certain").any().over("clause")
                & (pl.col("is_plural").cum_sum().over("clause") == 1)
            ),
            is_content=pl.col("is_word") & role.is_null() & ~pl.col("is_name"),
        )
        .with_columns(
            is_hard=pl.col("is_hard") & ~pl.col("is_name"),
            is_noun=noun.is_not_null()
            & pl.col("is_content")
            & ~pl.col("is_finite")
            & (verb.is_null() | pl.col("after_determiner") | (verb != "plural")),
            zipf=pl.when(pl.col("is_content") & ~pl.col("is_skipped")).then("frequency"),
        )
        .collect()
    )


def _of_sentences(split: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    count = (
        tokens.lazy()
        .group_by("text", "sentence", maintain_order=True)
        .agg(
            words=pl.col("is_word").sum(),
            finite_verbs=pl.col("is_finite").sum(),
            has_worden=pl.col("key").is_in(_PASSIVE_AUXILIARIES).any(),
            has_participle=pl.col("is_participle").any(),
            nominalisations=pl.col("is_nominalisation").sum(),
            content_words=pl.col("is_content").sum(),
            formal_words=pl.col("is_formal").sum(),
            hard_words=pl.col("is_hard").sum(),
            syllables=pl.col("syllables").filter(pl.col("is_word")).sum().cast(pl.UInt32),
            first_role=pl.col("role").first(),
        )
    )
    return (
        split.lazy()
        .select("text", "sentence", "content", "is_closed")
        .join(count, on=["text", "sentence"], how="left", maintain_order="left")
        .with_columns(
            is_heading_or_item=~pl.col("is_closed"),
            is_passive=pl.col("has_worden") & pl.col("has_participle"),
            has_finite_verb=pl.col("finite_verbs") > 0,
        )
        .with_columns(
            is_fragment=pl.col("is_closed") & ~pl.col("has_finite_verb"),
        )
        .drop("has_worden", "has_participle", "is_closed", "first_role")
        .collect()
    )
