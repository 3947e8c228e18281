"""What is known of a Dutch word: how common it is, what kind it is, what it is a form of.

Here belongs: reading the word data of the package `lint-ii` (without importing the package, whose
own dependencies are not installed) and the word lists beside this file, and joining them into one
table. Not here: what a word is in its sentence (`features.py`).

The data of `lint-ii` 0.1.3 (Kim & Pander Maat, EUPL-1.2): frequencies in SUBTLEX-NL as log10 per
billion words (so a Zipf value), nouns with their semantic type and, for compounds, their head,
and a list of words whose frequency says nothing because film subtitles hardly use them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import polars as pl

WORD_LISTS = files(__package__) / "words"
#: Files of `lint-ii`; the noun list is the one that its published coefficients belong to.
FREQUENCIES = "subtlex_wordfreq.parquet"
NOUNS = "nouns_sem_types_20251118.parquet"
SKIPPED = "subtlex_wordfreq_skiplist.parquet"
MANNER_ADVERBS = "manner_adverbs_20251017.parquet"

#: Frequency of a word that SUBTLEX-NL does not have, as in LiNT-II.
UNSEEN_ZIPF = 1.359228547196266

#: Rarer infinitives are left out: among them are more accidents than verbs.
MIN_VERB_ZIPF = 2.1

_SEPARABLE = (
    "aan|af|achter|bij|binnen|boven|buiten|deel|door|gelijk|in|mee|na|neer|om|onder|op|open|over|"
    "plaats|rond|samen|tegemoet|tegen|terug|toe|tussen|uit|vast|vol|voor|voort|vooruit|vrij|waar|"
    "weer|weg"
)
_INSEPARABLE = "be|er|ge|her|mis|ont|ver"


class WordDataMissing(RuntimeError):
    """The package with the word data is not installed."""


def data_folder() -> Path:
    """Where the word data lies.

    Raises:
        WordDataMissing: with what to do.
    """
    spec = find_spec("lint_ii")
    if spec is None or not spec.submodule_search_locations:
        raise WordDataMissing(
            "De woordenlijsten van lint-ii 0.1.3 zijn niet geïnstalleerd, zodat teksten niet te "
            "beoordelen zijn. Maak de omgeving opnieuw met make."
        )
    return Path(spec.submodule_search_locations[0]) / "linguistic_data" / "data"


@cache
def fingerprint() -> str:
    """SHA-256 over the content of all word data: another list is another method."""
    digest = hashlib.sha256()
    folder = data_folder()
    for name in (FREQUENCIES, NOUNS, SKIPPED, MANNER_ADVERBS):
        digest.update((folder / name).read_bytes())
    for path in sorted(WORD_LISTS.iterdir(), key=lambda path: path.name):
        if path.name.endswith(".csv"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def word_list(name: str) -> pl.DataFrame:
    """One of the lists in `words/`, with its columns as text."""
    return pl.read_csv((WORD_LISTS / f"{name}.csv").read_bytes(), infer_schema=False)


@cache
def words() -> pl.DataFrame:
    """All known words, one row per lower-case form.

    Returns:
        key; zipf (f32, of the form itself, null when SUBTLEX-NL lacks it); head_zipf (f32, of
        the head when it is a compound); noun (concrete, abstract, undefined; null: no noun);
        role (class of a function word; null: none); verb (finite, plural: infinitive or plural,
        stem: first person or imperative, participle, either: third person or participle; null: no
        form of a verb); is_skipped (its
        frequency says nothing); is_hard, is_easy (by our own reviewed list).
    """
    folder = data_folder()
    frequencies = pl.read_parquet(folder / FREQUENCIES).select(
        key="word", zipf=pl.col("word_count").cast(pl.Float32)
    )
    frequencies = frequencies.filter(~pl.col("key").str.contains("_", literal=True)).unique(
        "key", keep="first", maintain_order=True
    )
    reviewed = word_list("municipal_words")
    nouns = (
        pl.read_parquet(folder / NOUNS, columns=["word", "super_sem_type", "head", "singular"])
        .rename({"word": "key", "super_sem_type": "noun"})
        .join(reviewed.select(key="word", own_head="head"), on="key", how="left")
        .with_columns(head=pl.coalesce("own_head", "head"))
        .drop("own_head")
    )
    verbs = _verb_forms(frequencies)
    table = (
        frequencies.join(nouns, on="key", how="full", coalesce=True)
        .join(
            reviewed.filter(pl.col("treatment") != "head").select(
                key="word", treatment="treatment"
            ),
            on="key",
            how="full",
            coalesce=True,
        )
        .join(
            word_list("word_classes").select(key="word", role="class"),
            on="key",
            how="full",
            coalesce=True,
        )
        .join(verbs, on="key", how="left")
        .join(
            frequencies.select(head="key", head_zipf="zipf"),
            on="head",
            how="left",
        )
    )
    skipped = (
        pl.read_parquet(folder / SKIPPED)
        .get_column("word")
        .str.strip_chars()
        .unique(maintain_order=True)
    )
    lemma = pl.coalesce("singular", "infinitive", "key")
    bare = pl.when(pl.col("noun").is_null()).then(pl.col("key").str.strip_suffix("e"))
    treatment = pl.col("treatment")
    return table.select(
        "key",
        "zipf",
        head_zipf=pl.when(pl.col("head").is_not_null()).then(
            pl.col("head_zipf").fill_null(UNSEEN_ZIPF)
        ),
        noun="noun",
        role="role",
        verb="verb",
        is_skipped=(
            pl.col("key").is_in(skipped.implode())
            | lemma.is_in(skipped.implode())
            | bare.is_in(skipped.implode()).fill_null(False)
            | (treatment == "skip").fill_null(False)
        ),
        is_hard=(treatment == "hard").fill_null(False),
        is_easy=(treatment == "easy").fill_null(False),
    ).sort("key")


def _verb_forms(frequencies: pl.DataFrame) -> pl.DataFrame:
    """Forms of verbs, found by completing paradigms in the frequency list.

    A word in -en is a verb when the list also has its third person and its past tense or
    participle; strong verbs are listed, and take prefixes.

    Returns:
        key, verb, infinitive.
    """
    known = frequencies.select("key")
    common = frequencies.filter(pl.col("zipf") >= MIN_VERB_ZIPF).select("key")
    return pl.concat([_strong_forms(known), _weak_forms(common, known)]).unique(
        "key", keep="first", maintain_order=True
    )


def _stem_of(infinitive: pl.Expr) -> list[pl.Expr]:
    """Possible stems of an infinitive by Dutch spelling: as it stands, and with a long vowel."""
    root = infinitive.str.strip_suffix("en")
    is_double = root.str.slice(-1) == root.str.slice(-2, 1)
    single = pl.when(is_double).then(root.str.slice(0, root.str.len_chars() - 1)).otherwise(root)
    voiceless = single.str.replace("v$", "f").str.replace("z$", "s")
    lengthened = voiceless.str.replace("([^aeiou]|^)([aeou])([^aeiouwxy])$", "$1$2$2$3")
    return [voiceless, lengthened]


def _weak_forms(common: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    infinitives = common.filter(pl.col("key").str.contains(r"^[\p{Ll}]{2,}en$")).rename(
        {"key": "infinitive"}
    )
    stems = pl.concat(
        infinitives.with_columns(stem=stem) for stem in _stem_of(pl.col("infinitive"))
    ).unique(maintain_order=True)
    stem = pl.col("stem")
    d_or_t = (
        pl.when(
            stem.str.contains("(?:[tkfsp]|ch)$") & ~pl.col("infinitive").str.contains("[vz]en$")
        )
        .then(pl.lit("t"))
        .otherwise(pl.lit("d"))
    )
    third = pl.when(stem.str.ends_with("t")).then(stem).otherwise(stem + "t")
    end = pl.when(stem.str.contains("[dt]$")).then(stem).otherwise(stem + d_or_t)
    prefixed = stem.str.contains(rf"^(?:{_INSEPARABLE})..")
    split = stem.str.replace(rf"^({_SEPARABLE})(.{{2,}})$", "$1 $2")
    participle = (
        pl.when(prefixed)
        .then(end)
        .when(split.str.contains(" ", literal=True))
        .then(
            split.str.replace(" ", "ge")
            + pl.when(stem.str.contains("[dt]$")).then(pl.lit("")).otherwise(d_or_t)
        )
        .otherwise(pl.lit("ge") + end)
    )
    forms = stems.with_columns(
        third=third, past=stem + d_or_t + "e", pasts=stem + d_or_t + "en", participle=participle
    ).with_columns(either=pl.when(pl.col("third") == pl.col("participle")).then("third"))
    have = known.get_column("key").implode()
    has_past, has_participle = pl.col("past").is_in(have), pl.col("participle").is_in(have)
    # Of a stem in -t the third person says nothing: groot would be a form of "groten".
    verbs = forms.filter(
        pl.col("third").is_in(have),
        pl.when(stem.str.ends_with("t"))
        .then(has_past & has_participle)
        .otherwise(has_past | has_participle),
    )
    slots = {
        "either": "either",
        "participle": "participle",
        "third": "finite",
        "past": "finite",
        "pasts": "finite",
        "infinitive": "plural",
        "stem": "stem",
    }
    # Gemaakt is the participle of maken, not a form of a rare "gemaken".
    has_ge = pl.col("infinitive").str.starts_with("ge")
    return pl.concat([_long(verbs.filter(~has_ge), slots), _long(verbs.filter(has_ge), slots)])


def _strong_forms(known: pl.DataFrame) -> pl.DataFrame:
    strong = word_list("strong_verbs")
    infinitive = pl.col("infinitive")
    stems = _stem_of(infinitive)
    irregular = (
        strong.with_columns(
            stem=pl.when(infinitive.str.contains("(?:aan|oen|ien)$"))
            .then(infinitive.str.replace("an$", "").str.replace("([oi]e)n$", "$1"))
            .otherwise(stems[1])
        )
        .with_columns(
            stem=pl.when(infinitive == "komen").then(pl.lit("kom")).otherwise("stem"),
        )
        .with_columns(
            third=pl.when(infinitive.str.contains("aan$"))
            .then(infinitive.str.replace("n$", "t"))
            .when(pl.col("stem").str.ends_with("t"))
            .then("stem")
            .otherwise(pl.col("stem") + "t")
        )
    )
    slots = {
        "third": "finite",
        "past_singular": "finite",
        "past_plural": "finite",
        "participle": "participle",
        "infinitive": "plural",
        "stem": "stem",
    }
    plain = _long(irregular, slots)
    prefix = rf"^(?:{_SEPARABLE}|{_INSEPARABLE})"
    # aangekomen = aan + gekomen, verkomen has no ge-: both are found by taking the prefix off.
    prefixed = (
        known.filter(pl.col("key").str.contains(prefix))
        .with_columns(base=pl.col("key").str.replace(prefix + "(.{2,})$", "$1"))
        .filter(pl.col("base") != pl.col("key"))
        .join(plain.rename({"key": "base"}), on="base", how="inner", maintain_order="left_right")
        .select(
            "key", "verb", infinitive=pl.col("key").str.extract(f"({prefix})", 1) + "infinitive"
        )
    )
    bare = _long(
        irregular.with_columns(participle=pl.col("participle").str.replace("^ge", "")),
        {"participle": "participle"},
    )
    inseparable = pl.concat(
        bare.with_columns(key=pl.lit(start) + "key", infinitive=pl.lit(start) + "infinitive")
        for start in _INSEPARABLE.split("|")
    )
    return pl.concat([plain, prefixed, inseparable]).select("key", "verb", "infinitive")


def _long(table: pl.DataFrame, slots: dict[str, str]) -> pl.DataFrame:
    """One row per form, from one column per slot; the first slot of a form counts."""
    return pl.concat(
        table.select(key=pl.col(slot), verb=pl.lit(verb), infinitive=pl.col("infinitive"))
        for slot, verb in slots.items()
    ).filter(pl.col("key").is_not_null())
