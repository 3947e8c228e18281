"""From sentences to marks on sentences and words: what a parser would tell, estimated without one.

Here belongs: everything that is measured of a word in its sentence and of a sentence, by word
lists and by order. Not here: what is known of a word by itself (`lexicon.py`), what follows for a
text (`lint.py`, `ranking.py`, `gates.py`).

All of it is polars over one row per token; no word is touched in Python.
"""

from __future__ import annotations

import polars as pl

from dronten_pipeline.readability import fragments, lexicon, sentences, simpler

#: A word of at least so many letters that films hardly use is hard.
HARD_ZIPF = 3.0
MIN_HARD_LETTERS = 4

#: A sentence of more words counts as one of so many: no reader gets that far.
MAX_LENGTH = 40
MAX_DENSITY = 20

#: Names count as nouns with a type, mostly concrete: persons and places are, organisations not.
NAME_IS_NOUN = 0.8
NAME_IS_CONCRETE = 0.5

_NOMINALISATION = r"(?:ing|ingen|heid|heden|atie|aties|teit|teiten|isering)$"
MIN_NOMINALISATION_LETTERS = 7
#: An unknown word with a capital at the start of a sentence is a name, or else a long compound.
MAX_NAME_LETTERS = 10

_COUNTED = (
    "words", "numbers", "finite_verbs", "names", "content_words", "pronouns", "formal_words",
    "replaceable_words", "hard_words", "brackets", "is_passive", "is_part",
)  # fmt: skip
_DETERMINERS = (
    "de", "het", "een", "mijn", "jouw", "uw", "zijn", "haar", "ons", "onze", "hun", "deze", "dit",
    "geen", "elke", "elk", "ieder", "iedere", "alle", "enkele", "welke", "meer", "veel", "weinig",
    "andere",
)  # fmt: skip
#: Words that open a main clause when the verb stands second, and a relative one when it is last.
_DEMONSTRATIVES = ("die", "dat", "wat", "wie")
#: Words that no sentence ends with; many prepositions do end one (Vul het formulier in).
_NEVER_LAST = (
    "de", "een", "en", "of", "maar", "want", "omdat", "van", "te", "per", "volgens", "tijdens",
    "vanwege", "ten", "ter", "uw", "onze", "mijn", "jouw", "wegens", "zoals", "waarin", "waarbij",
    "waarmee", "waardoor", "indien", "wanneer", "terwijl",
)  # fmt: skip
_SUBJECTS_AFTER_STEM = ("ik", "je", "jij", "u")
_PERSONAL_PRONOUNS = (
    "ik", "mij", "je", "jij", "jou", "jouw", "jullie", "u", "uw", "we", "wij", "ons", "onze",
)  # fmt: skip
_PASSIVE_AUXILIARIES = ("word", "wordt", "worden", "werd", "werden", "geworden")
_HAVE = ("heb", "hebt", "heeft", "hebben", "had", "hadden")
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
        formal_words, replaceable_words (formal, or with a simpler word on our list), hard_words,
        names, pronouns (personal, of the first and second person), brackets (and colons and
        semicolons), syllables (u32), is_question, starts_with_person (bool: with such a pronoun),
        unit (i64: number of the sentence that this one is a part of, mostly itself: full stops in
        the wrong places cut a sentence up, and here its parts are found together again).
    """
    split = sentences.split_sentences(texts)
    return of_sentences(split, mark_tokens(split))


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
        mark_tokens(split)
        .filter(pl.col("is_word"))
        .select(
            "text", "sentence", "position", "word", "key", "zipf", "is_name", "is_content",
            "is_hard", "is_formal", "is_nominalisation", "is_participle", "is_finite", "syllables",
        )
    )  # fmt: skip


def _of_keys(keys: pl.Series) -> pl.DataFrame:
    """What can be said of each different word form by itself, a row per key."""
    key, role, verb, noun = (pl.col(name) for name in ("key", "role", "verb", "noun"))
    formal = lexicon.word_list("formal_words").get_column("word")
    replaceable = pl.concat([formal, pl.Series("word", list(simpler.by_form()))])
    letters = key.str.len_chars()
    frequency = pl.coalesce("head_zipf", "zipf").fill_null(lexicon.UNSEEN_ZIPF)
    is_word = key.str.contains(r"^\p{L}") & ~key.str.contains(r"\p{N}")
    is_number = key.str.contains(r"\p{N}") | (role == "numeral").fill_null(False)
    asked = pl.LazyFrame({"key": keys})
    # A semi-join builds its table on the few words that are asked for, not on all that are known.
    known = lexicon.words().lazy().join(asked, on="key", how="semi")
    return (
        asked.join(known, on="key", how="left", maintain_order="left")
        .with_columns(
            pl.col("is_skipped", "is_hard", "is_easy").fill_null(False),
            is_word=is_word,
            frequency=frequency,
            is_formal=key.is_in(formal.implode()),
            is_replaceable=is_word & key.is_in(replaceable.implode()),
            is_adjective_form=is_word
            & role.is_null()
            & noun.is_null()
            & verb.is_null()
            & key.str.ends_with("e"),
            is_specifier=key.is_in(_DETERMINERS)
            | (role == "preposition").fill_null(False) & (key != "te")
            | is_number,
            # Amerikaanse, Drontense: written with a capital, but an adjective.
            is_from_place=key.str.contains("(?:se|aans)$") & pl.col("zipf").is_not_null(),
            is_unknown=is_word
            & pl.all_horizontal(pl.col("zipf", "noun", "role", "verb").is_null())
            & (letters <= MAX_NAME_LETTERS),
            is_te=key == "te",
            is_ik=key == "ik",
            follows_stem=key.is_in(_SUBJECTS_AFTER_STEM),
            is_coordinator=(role == "coordinator").fill_null(False),
            is_link=role.is_in(["coordinator", "adverb"]).fill_null(False),
            is_have=key.is_in(_HAVE),
            is_point=key.str.contains(r"^[,;:()]$"),
            is_pronoun=key.is_in(_PERSONAL_PRONOUNS),
            is_passive_auxiliary=key.is_in(_PASSIVE_AUXILIARIES),
            splits=~is_word & ~is_number
            | role.is_in(["coordinator", "subordinator", "relative"]).fill_null(False),
            can_be_finite=(role == "finite_auxiliary").fill_null(False)
            | ((verb == "finite") & role.is_null()).fill_null(False),
            can_be_noun=role.is_null() & noun.is_not_null(),
            opens=pl.when(key.is_in(_DEMONSTRATIVES))
            .then(pl.lit("demonstrative"))
            .when(role.is_in(["coordinator", "subordinator", "relative"]))
            .then(role),
            is_never_last=key.is_in(_NEVER_LAST),
            can_be_stem=((verb == "stem") & role.is_null()).fill_null(False),
            can_be_plural=(
                (verb.is_in(["plural", "either"]) & role.is_null()) | (role == "plural_auxiliary")
            ).fill_null(False),
            is_auxiliary=(role == "plural_auxiliary").fill_null(False),
            is_function=(role != "adjective").fill_null(False),
            # Of words that are also adjectives (goed, recht) the noun list knows the rarer use.
            has_noun=noun.is_not_null() & (role != "adjective").fill_null(True),
            is_preposition=(role == "preposition").fill_null(False),
            is_verb_first=verb.is_in(["plural", "either"]).fill_null(False),
            is_nominalisation=key.str.contains(_NOMINALISATION)
            & (letters >= MIN_NOMINALISATION_LETTERS)
            & (noun.is_not_null() | pl.col("zipf").is_null()),
            is_participle=verb.is_in(["participle", "either"]).fill_null(False)
            | (verb.is_null() & noun.is_null() & role.is_null() & key.str.contains(_PARTICIPLE)),
            syllables=pl.when(is_word)
            .then(key.str.count_matches("[aeiouyáéíóúàèäëïöü]+").clip(1, 255))
            .otherwise(0)
            .cast(pl.UInt8),
        )
        .with_columns(
            is_hard=is_word
            & (
                pl.col("is_hard")
                | (
                    role.is_null()
                    & ~pl.col("is_skipped")
                    & ~pl.col("is_easy")
                    & (frequency < HARD_ZIPF)
                    & (letters >= MIN_HARD_LETTERS)
                )
            )
        )
        .drop("zipf", "head_zipf", "role", "verb")
        .collect()
    )


def mark_tokens(split: pl.DataFrame) -> pl.DataFrame:
    """One row per token (word, number, comma), with what its neighbours tell about it.

    Args:
        split: text, sentence, content as `sentences.split_sentences` gives them.

    Returns:
        the columns of `mark_words` and: row (u32, number of the sentence over all texts), is_word,
        clause (u32, number of the part between commas and conjunctions, over all texts), is_noun,
        noun (concrete, abstract, undefined), lint_zipf (as `zipf`, by the lists of LiNT-II alone).
    """
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
    keys = tokens.get_column("key").unique()
    tokens = tokens.join(_of_keys(keys), on="key", how="left", maintain_order="left")
    return _in_context(tokens)


def _any_of(values: pl.Series, group: pl.Series) -> pl.Series:
    """Whether `values` holds anywhere in the group of each row; groups count up from the first."""
    found = (
        pl.DataFrame({"group": group, "value": values})
        .lazy()
        .group_by("group", maintain_order=True)
        .agg(pl.col("value").any())
        .collect()
        .get_column("value")
    )
    return found.gather(group - group.min()) if len(group) else values


def _in_context(tokens: pl.DataFrame) -> pl.DataFrame:
    inside = pl.col("row") == pl.col("row").shift(1)
    inside_next = pl.col("row") == pl.col("row").shift(-1)

    def before(name: str) -> pl.Expr:
        return (inside & pl.col(name).shift(1)).fill_null(False)

    def after(name: str) -> pl.Expr:
        return (inside_next & pl.col(name).shift(-1)).fill_null(False)

    first = pl.col("position") == 0
    after_determiner = before("is_specifier") | before("is_adjective_form")
    # De bekende man: a past tense between determiner and noun is an adjective.
    before_nominal = after("has_noun") | after("is_adjective_form") | after("has_capital")
    no_word_before = (inside & ~pl.col("is_word").shift(1)).fill_null(False)
    marked = (
        tokens.lazy()
        .with_columns(
            after_determiner=after_determiner,
            after_te=before("is_te"),
            before_noun=after("has_noun"),
            ends_in_e=pl.col("key").str.ends_with("e"),
            clause=(first | pl.col("splits")).cum_sum().cast(pl.UInt32),
            may_be_name=pl.col("is_word")
            & pl.col("has_capital")
            & ~pl.col("is_from_place")
            & (~first | pl.col("is_unknown")),
            may_be_known_name=first & pl.col("is_word") & pl.col("has_capital"),
            is_small=pl.col("is_word") & ~pl.col("has_capital"),
            is_certain=(
                pl.col("can_be_finite")
                & ~(
                    after_determiner
                    & (pl.col("can_be_noun") | (pl.col("key").str.ends_with("e") & before_nominal))
                )
            )
            | (
                pl.col("can_be_stem")
                & (
                    first
                    | before("is_ik")
                    | after("follows_stem")
                    | (~pl.col("has_noun") & (before("is_link") | no_word_before))
                )
            ),
            is_plural=pl.col("can_be_plural")
            & ~before("is_te")
            & pl.when("is_auxiliary")
            .then(~before("is_preposition"))
            .otherwise(~after_determiner & ~before("is_coordinator"))
            & ~(pl.col("has_noun") & first),
        )
        .collect()
    )
    row, clause = marked.get_column("row"), marked.get_column("clause")
    is_open = pl.col("is_plural") & ~pl.col("in_finite_clause")
    return (
        marked.lazy()
        .with_columns(
            is_written_normally=_any_of(marked.get_column("is_small"), row),
            in_finite_clause=_any_of(marked.get_column("is_certain"), clause),
            in_perfect=_any_of(marked.get_column("is_participle"), row),
        )
        .with_columns(
            # Of the plural forms in a clause without a sure finite verb, the first is finite.
            is_finite=pl.col("is_certain")
            | (is_open & pl.when(is_open).then("clause").is_first_distinct()),
            is_imperative=pl.col("can_be_stem") & (pl.col("position") == 0),
            is_name=pl.col("may_be_name") & pl.col("is_written_normally"),
        )
        .pipe(_with_names_at_the_start)
        .with_columns(
            is_content=pl.col("is_word")
            & ~pl.col("is_name")
            & (~pl.col("is_function") | (pl.col("is_have") & ~pl.col("in_perfect"))),
        )
        .with_columns(
            is_hard=pl.col("is_hard") & ~pl.col("is_name"),
            is_noun=pl.col("has_noun")
            & pl.col("is_content")
            & ~pl.col("is_finite")
            & ~(pl.col("before_noun") & pl.col("ends_in_e"))
            & ~(pl.col("is_verb_first") & (pl.col("after_te") | ~pl.col("after_determiner")
                                           & pl.col("in_finite_clause"))),
            lint_zipf=pl.when(pl.col("is_content") & ~pl.col("is_skipped")).then("frequency"),
            zipf=pl.when(pl.col("is_content") & ~pl.col("is_skipped") & ~pl.col("is_easy")).then(
                "frequency"
            ),
        )
        .select(
            "text", "sentence", "row", "clause", "position", "word", "key", "zipf", "lint_zipf",
            "noun", "is_word", "is_name", "is_content", "is_noun", "is_hard", "is_formal",
            "is_replaceable", "is_nominalisation", "is_participle", "is_passive_auxiliary",
            "is_finite", "is_imperative", "opens", "is_never_last", "is_pronoun", "is_point",
            "syllables",
        )
        .collect()
    )  # fmt: skip


def _with_names_at_the_start(tokens: pl.LazyFrame) -> pl.LazyFrame:
    """What is a name inside a sentence of a text is one at the start of its other sentences."""
    names = tokens.filter(pl.col("is_name")).select("text", "key", is_named=pl.lit(True)).unique()
    start = tokens.filter(pl.col("may_be_known_name")).select("row", "text", "key")
    named = start.join(names, on=["text", "key"], how="inner").select("row", is_named=pl.lit(True))
    return (
        tokens.join(named, on="row", how="left", maintain_order="left")
        .with_columns(
            is_name=pl.col("is_name")
            | (pl.col("may_be_known_name") & pl.col("is_named").fill_null(False))
        )
        .drop("is_named")
    )


def of_sentences(split: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    """What `mark_sentences` gives, from sentences and their tokens as `mark_tokens` gives them."""
    position = pl.col("position")
    counted = (
        tokens.lazy()
        .group_by("text", "sentence", maintain_order=True)
        .agg(
            words=pl.col("is_word").sum(),
            numbers=(~pl.col("is_word") & ~pl.col("is_point")).sum(),
            finite_verbs=pl.col("is_finite").sum(),
            names=pl.col("is_name").sum(),
            auxiliaries=pl.col("is_passive_auxiliary").sum(),
            has_participle=pl.col("is_participle").any(),
            nominalisations=pl.col("is_nominalisation").sum(),
            content_words=pl.col("is_content").sum(),
            formal_words=pl.col("is_formal").sum(),
            replaceable_words=pl.col("is_replaceable").sum(),
            hard_words=pl.col("is_hard").sum(),
            pronouns=pl.col("is_pronoun").sum(),
            brackets=pl.col("word").is_in(["(", ";", ":"]).sum(),
            syllables=pl.col("syllables").sum().cast(pl.UInt32),
            starts_with_person=pl.col("is_pronoun").first(),
            opens=pl.col("opens").first(),
            starts_with_as=(pl.col("key").first() == "als")
            & pl.col("is_content").slice(1, 1).first().fill_null(False),
            has_u_second=(pl.col("key").slice(1, 1).first() == "u").fill_null(False),
            is_imperative=pl.col("is_imperative").first(),
            ends_open=pl.col("is_never_last").last(),
            first_finite=position.filter(pl.col("is_finite")).first(),
            after_finite=pl.len() - 1 - position.filter(pl.col("is_finite")).last(),
        )
    )
    marked = (
        split.lazy()
        .select("text", "sentence", "block", "content", "is_closed")
        .join(counted, on=["text", "sentence"], how="left", maintain_order="left")
        .with_columns(
            is_heading_or_item=~pl.col("is_closed"),
            is_passive=(pl.col("auxiliaries") > 0) & pl.col("has_participle"),
            has_finite_verb=pl.col("finite_verbs") > 0,
            starts_block=(pl.col("block") != pl.col("block").shift(1)).fill_null(True),
            is_question=pl.col("content").str.contains(r"\?[\"'”’)\]»]*$"),
        )
    )
    return (
        fragments.with_units(marked)
        .select(
            "text",
            "sentence",
            "unit",
            "content",
            "words",
            "numbers",
            "is_heading_or_item",
            "is_question",
            "starts_with_person",
            "is_passive",
            "has_finite_verb",
            "is_fragment",
            "is_part",
            "starts_block",
            "finite_verbs",
            "names",
            "nominalisations",
            "content_words",
            "formal_words",
            "replaceable_words",
            "hard_words",
            "pronouns",
            "brackets",
            "syllables",
        )
        .collect()
    )  # fmt: skip


def of_texts(marked: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    """The features of every text that has words, a row per text.

    All means over sentences are over units: parts that full stops cut off count with the sentence
    that they belong to.

    Args:
        marked: what `mark_sentences` gives.
        tokens: what `mark_tokens` gives.

    Returns:
        text; words, sentences, units (u32); length (words and numbers per unit); density (content
        words and names per finite verb, mean over the units that have one); content_per_unit;
        passives, brackets (per unit); person_first (share of units that start with a personal
        pronoun); parts, part_share (sentences that can only be parts of others, and their share of
        those that something stands before in their block); zipf (mean frequency of content words,
        as LiNT-II has it); concrete (share of nouns, a name counts as in `NAME_IS_CONCRETE`);
        pronoun_share, formal_share, replaceable_share, hard_share, name_share (of the words).
    """
    units = (
        marked.lazy()
        .group_by("text", "unit", maintain_order=True)
        .agg(
            pl.len().alias("sentences"),
            (~pl.col("starts_block")).sum().alias("followers"),
            pl.col("starts_with_person").first(),
            pl.col(*_COUNTED).sum(),
        )
        .with_columns(meaning=pl.col("content_words") + pl.col("names"))
    )
    of_units = units.group_by("text", maintain_order=True).agg(
        units=pl.len(),
        sentences=pl.col("sentences").sum(),
        length=(pl.col("words") + pl.col("numbers")).clip(upper_bound=MAX_LENGTH).mean(),
        density=(pl.col("meaning") / pl.col("finite_verbs"))
        .clip(upper_bound=MAX_DENSITY)
        .filter(pl.col("finite_verbs") > 0)
        .mean(),
        content_per_unit=pl.col("meaning").mean(),
        passives=pl.col("is_passive").mean(),
        brackets=pl.col("brackets").mean(),
        person_first=pl.col("starts_with_person").mean(),
        part_share=pl.col("is_part").sum() / pl.col("followers").sum().clip(1),
        parts=pl.col("is_part").sum(),
        words=pl.col("words").sum(),
        pronoun_share=pl.col("pronouns").sum() / pl.col("words").sum(),
        formal_share=pl.col("formal_words").sum() / pl.col("words").sum(),
        replaceable_share=pl.col("replaceable_words").sum() / pl.col("words").sum(),
        hard_share=pl.col("hard_words").sum() / pl.col("words").sum(),
        name_share=pl.col("names").sum() / pl.col("words").sum(),
    )
    names, noun = pl.col("is_name").sum(), pl.col("is_noun")
    of_words = (
        tokens.lazy()
        .group_by("text", maintain_order=True)
        .agg(
            zipf=pl.col("lint_zipf").mean().cast(pl.Float64),
            concrete=((noun & (pl.col("noun") == "concrete")).sum() + NAME_IS_CONCRETE * names)
            / (noun.sum() + NAME_IS_NOUN * names),
        )
    )
    return (
        of_units.join(of_words, on="text", how="left", maintain_order="left")
        .with_columns(pl.col("concrete").fill_nan(None))
        .collect()
    )
