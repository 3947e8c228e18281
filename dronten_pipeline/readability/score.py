"""The first method for the reading level of a text: sentence length and word frequency.

Here belongs: texts in, the columns of `text_readability` that judge a text out. Another method
replaces this file and keeps `score_texts` and `method_version`. Not here: formats of documents
(`extract.py`), splitting (`sentences.py`), pools and memory (`documents.py`).

How the score was set. It lies on the scale of LiNT (0 is easy, 100 is hard; cuts at 34, 46 and
58). Its two measures are the mean number of words per sentence, and the mean Zipf frequency of
the content words (without names, numbers and the most frequent words, which say nothing).
The three
coefficients are a least-squares fit on eight anchors: the four texts with an official LiNT-II
score that its authors publish (15, 39, 48 and 100), and the medians of LiNT-II over municipal
passages before and after an expert rewrote them (54 and 48, counted threefold because that is
where the score is used) and over encyclopedia paragraphs before and after simplification (57 and
34). The fit gives the four texts their official level, and 51 / 43 and 59 / 41 for the medians.
On 32 pairs of municipal passages it calls the rewritten one easier in 30.

It is a first method: rewritten municipal passages come out easier than LiNT-II has them, it has
not been tried against readers, and a text with full stops in the wrong places passes it.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files

import polars as pl

from dronten_pipeline.readability import extract, sentences

NAME = "first-asl-zipf-1"

INTERCEPT = 88.5
PER_WORD_IN_SENTENCE = 2.8
PER_ZIPF = -17.5

#: Below the first cut a text is A, below the second B1, below the third B2, else C.
CUTS = (34.0, 46.0, 58.0)
B1_CUT = CUTS[1]
#: Points from the cut at which the chance of B1 has moved from 50 to 27 %.
B1_SLOPE = 4.0

MIN_WORDS = 100
MIN_SENTENCES = 8

#: So many of the most frequent words are not counted in the mean frequency.
FUNCTION_WORDS = 150
#: Frequency of a word that the list does not know: Dutch compounds are often absent but easy.
UNKNOWN_ZIPF = 2.0
RARE_ZIPF = 3.5
MIN_RARE_LENGTH = 4
MAX_HARD_WORDS = 10
LONG_SENTENCE = 20

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "words": pl.Int32,
    "sentences": pl.Int32,
    "level": pl.String,
    "score": pl.Float64,
    "rank_score": pl.Float64,
    "b1_probability": pl.Float64,
    "is_b1_or_easier": pl.Boolean,
    "hard_words": pl.String,
    "hard_sentences": pl.String,
    "method_version": pl.String,
}


@cache
def method_version() -> str:
    """Name of the method and eight hex digits of its parameters and word list."""
    parameters = [
        extract.VERSION,
        sentences.PARAMETERS,
        INTERCEPT,
        PER_WORD_IN_SENTENCE,
        PER_ZIPF,
        CUTS,
        B1_SLOPE,
        MIN_WORDS,
        MIN_SENTENCES,
        FUNCTION_WORDS,
        UNKNOWN_ZIPF,
        RARE_ZIPF,
        MIN_RARE_LENGTH,
        MAX_HARD_WORDS,
        LONG_SENTENCE,
    ]
    digest = hashlib.sha256(json.dumps(parameters).encode())
    digest.update((files("wordfreq") / "data" / "large_nl.msgpack.gz").read_bytes())
    return f"{NAME}+{digest.hexdigest()[:8]}"


@cache
def word_list() -> pl.DataFrame:
    """Frequency of Dutch words: key (lower case), zipf (log10 per billion words), rank from 1."""
    from wordfreq import get_frequency_dict

    frequencies = get_frequency_dict("nl", wordlist="large")
    return (
        pl.DataFrame(
            {"key": list(frequencies.keys()), "frequency": list(frequencies.values())},
            schema={"key": pl.String, "frequency": pl.Float64},
        )
        .sort("frequency", "key", descending=[True, False])
        .select(
            "key",
            zipf=(pl.col("frequency").log10() + 9).round(2),
            rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        )
    )


def score_texts(texts: pl.Series) -> pl.DataFrame:
    """Judges every text; a row per text in the order of `texts`.

    Args:
        texts: one block (heading, paragraph, list item) per line, as `extract.extract_text`
            gives them; null counts as an empty text.

    Returns:
        words, sentences; level A, B1, B2 or C; score 0-100, higher is harder; rank_score: the
        same before it is cut off at 0 and 100, also for short texts, to put texts in order;
        b1_probability 0-1: a logistic curve around the cut, a measure of nearness and not
        calibrated; is_b1_or_easier; hard_words: JSON list of the rarest words, rarest first;
        hard_sentences: JSON list of the numbers of sentences of more than 20 words, longest
        first; method_version. Level, score, b1_probability and is_b1_or_easier are null under
        100 words or 8 sentences.
    """
    split = sentences.split_sentences(texts)
    words = _with_frequency(sentences.split_words(split))
    judged = (
        pl.DataFrame({"text": pl.int_range(len(texts), dtype=pl.UInt32, eager=True)})
        .join(_lengths(split), on="text", how="left", maintain_order="left")
        .join(_frequencies(words), on="text", how="left", maintain_order="left")
        .join(_hard_words(words), on="text", how="left", maintain_order="left")
        .join(_hard_sentences(split), on="text", how="left", maintain_order="left")
        .with_columns(pl.col("words", "sentences").fill_null(0))
        .with_columns(pl.col("hard_words", "hard_sentences").fill_null("[]"))
    )
    enough = (pl.col("words") >= MIN_WORDS) & (pl.col("sentences") >= MIN_SENTENCES)
    rank_score = (
        INTERCEPT
        + PER_WORD_IN_SENTENCE * pl.col("words") / pl.col("sentences")
        # A text of function words and names alone has nothing rare in it.
        + PER_ZIPF * pl.col("zipf").fill_null(float(word_list()["zipf"][FUNCTION_WORDS - 1]))
    )
    low, middle, high = CUTS
    score = pl.col("score")
    return (
        judged.with_columns(
            rank_score=pl.when(pl.col("sentences") > 0).then(rank_score),
        )
        .with_columns(score=pl.when(enough).then(pl.col("rank_score").clip(0, 100)))
        .with_columns(
            level=pl.when(score.is_null())
            .then(None)
            .when(score < low)
            .then(pl.lit("A"))
            .when(score < middle)
            .then(pl.lit("B1"))
            .when(score < high)
            .then(pl.lit("B2"))
            .otherwise(pl.lit("C")),
            b1_probability=1 / (1 + ((score - B1_CUT) / B1_SLOPE).exp()),
            is_b1_or_easier=score < B1_CUT,
            method_version=pl.lit(method_version()),
        )
        .select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
    )


def _with_frequency(words: pl.DataFrame) -> pl.DataFrame:
    """Adds zipf (null when unknown) and rank; of `e-mail` the last part counts when the whole
    is unknown."""
    whole = word_list()
    return (
        words.with_columns(part=pl.col("key").str.replace(r"^.*[-']([^-']{2,})$", "$1"))
        .join(whole, on="key", how="left", maintain_order="left")
        .join(
            whole,
            left_on="part",
            right_on="key",
            how="left",
            suffix="_part",
            maintain_order="left",
        )
        .with_columns(pl.coalesce("zipf", "zipf_part"), pl.coalesce("rank", "rank_part"))
        .drop("part", "zipf_part", "rank_part")
    )


def _lengths(split: pl.DataFrame) -> pl.DataFrame:
    return split.group_by("text").agg(words=pl.col("words").list.len().sum(), sentences=pl.len())


def _frequencies(words: pl.DataFrame) -> pl.DataFrame:
    return (
        words.filter(~pl.col("is_name"), pl.col("rank").fill_null(2**31) > FUNCTION_WORDS)
        .group_by("text")
        .agg(zipf=pl.col("zipf").fill_null(UNKNOWN_ZIPF).clip(lower_bound=UNKNOWN_ZIPF).mean())
    )


def _hard_words(words: pl.DataFrame) -> pl.DataFrame:
    """The rarest words of each text; where one form is a name somewhere, it is a name."""
    rare = (
        words.group_by("text", "key")
        .agg(
            pl.col("zipf").first().fill_null(0.0),
            pl.col("is_name").any(),
            times=pl.len(),
        )
        .filter(
            ~pl.col("is_name"),
            pl.col("zipf") < RARE_ZIPF,
            pl.col("key").str.len_chars() >= MIN_RARE_LENGTH,
        )
        .sort("text", "zipf", "times", "key", descending=[False, False, True, False])
        .group_by("text", maintain_order=True)
        .head(MAX_HARD_WORDS)
    )
    quoted = pl.lit('"') + pl.col("key") + pl.lit('"')
    return rare.group_by("text", maintain_order=True).agg(
        hard_words=pl.lit("[") + quoted.str.join(", ") + pl.lit("]")
    )


def _hard_sentences(split: pl.DataFrame) -> pl.DataFrame:
    return (
        split.with_columns(length=pl.col("words").list.len())
        .filter(pl.col("length") > LONG_SENTENCE)
        .sort("text", "length", "sentence", descending=[False, True, False])
        .group_by("text", maintain_order=True)
        .agg(
            hard_sentences=pl.lit("[")
            + pl.col("sentence").cast(pl.String).str.join(", ")
            + pl.lit("]")
        )
    )
