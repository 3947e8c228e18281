"""Whether a text can be judged: is it Dutch, is it running text, was it read without errors.

Here belongs: the measures of that, their limits, and the Dutch sentence for who delivered the
text. Not here: the reading level itself (`score.py`), or files that cannot be read (`extract.py`).

How the limits were set, on five public documents of municipalities, 364 sentences of Amsterdam
before and after rewriting, and 1,476 paragraphs of an encyclopedia. Of the Dutch words that no
list knows and that are no compound, the ones that are a single letter away from a frequent word
are misread or mistyped: 3.6 per thousand in the one document that was scanned, at most 0.8 in the
others.
"""

from __future__ import annotations

from functools import cache
from itertools import chain

import polars as pl

#: Raised when the same text can get another verdict.
VERSION = 1

#: Fewer words tell nothing about a language, and fewer than the second nothing about the rest.
MIN_WORDS = 25
MIN_WORDS_OF_RUNNING_TEXT = 50
#: Share of the words that are function words of another language only.
MIN_FOREIGN = 0.05
#: Share of the words that are function words of Dutch; running text has .25 or more.
MIN_DUTCH = 0.12
#: Names and titles: running text has less than a quarter of its words with a capital.
MAX_CAPITALS = 0.6
#: The same where hardly any line is closed with a full stop.
MAX_CAPITALS_WITHOUT_ENDS = 0.4
MIN_CLOSED = 0.02
#: Share of letters of another script from which on a text is not read.
MAX_OTHER_SCRIPT = 0.3
#: Words per end of a sentence or line above which there are no sentences at all: no sentence of a
#: law or a decision is this long, and shorter ones are hard, not absent.
MAX_WORDS_PER_END = 300
#: Misread words per thousand, and different ones, from which on a text carries a remark.
MISREAD_PER_THOUSAND = 2.0
MIN_MISREAD = 3
#: Share of unknown words above which a text is refused: nobody can read it.
MAX_UNKNOWN = 0.3
#: From this frequency on (per billion, log10) a word can be what somebody meant, and from the
#: second on a part of a compound.
MEANT_ZIPF = 2.0
PART_ZIPF = 3.0
MEANT_LENGTH = 3

#: Function words that are frequent in one of these languages and no words of another.
_FUNCTION_WORDS = {
    "Nederlands": "het een van en dat niet zijn op te met voor aan wij wordt worden ook naar bij "
    "uw je jouw kunt deze dit heeft hebt om als er maar door over uit nog wat hoe kan geen moet ze "
    "ons",
    # also function words of a neighbour: they only tell running text from a list
    "gedeeld": "de in is of we was er die den wil had",
    "Engels": "the and to for you your with that this have not will be from on at by our which "
    "are as it they their please an been would should",
    "Duits": "und das ist nicht ein eine mit für auf sie ihre wir dem von zu sich werden bei auch "
    "oder wird einen einer im ihr ihnen können sind haben",
    "Frans": "le les des et est une pour dans vous votre que qui sur avec pas nous sont aux du ou "
    "par cette être plus ce",
    "Turks": "ve bir bu için ile olarak değil olan veya siz çok daha var gibi kadar sizin ancak "
    "her tarafından olduğu",
    "Spaans": "el los las y que por con para su del una es no se como más pero sus este puede",
    "Pools": "i w na się jest nie że jak za po przez oraz dla od lub państwa być które może",
}
_TOKEN = r"\p{L}+(?:['-]\p{L}+)*"
_LETTERS = "abcdefghijklmnopqrstuvwxyzëéèïöüó"

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "refusal": pl.String,
    "remark": pl.String,
}


def parameters() -> list[object]:
    """Everything here that decides which text is judged."""
    return [
        VERSION,
        MIN_WORDS,
        MIN_WORDS_OF_RUNNING_TEXT,
        MIN_FOREIGN,
        MIN_DUTCH,
        MAX_CAPITALS,
        MAX_OTHER_SCRIPT,
        MAX_WORDS_PER_END,
        MISREAD_PER_THOUSAND,
        MIN_MISREAD,
        MAX_UNKNOWN,
        MEANT_ZIPF,
        PART_ZIPF,
        MAX_CAPITALS_WITHOUT_ENDS,
        _FUNCTION_WORDS,
    ]


def examine_texts(texts: pl.Series) -> pl.DataFrame:
    """What stands in the way of judging each text; a row per text in the order of `texts`.

    Returns:
        refusal: why the text is not judged, a Dutch sentence with the next step; null when it is.
        remark: what who reads its score must know (a scan with errors); null when nothing.
    """
    frame = pl.DataFrame({"body": texts.cast(pl.String).fill_null("")}).with_row_index("text")
    words = (
        frame.lazy()
        .select("text", word=pl.col("body").str.extract_all(_TOKEN))
        .explode("word", empty_as_null=False)
        .with_columns(key=pl.col("word").str.to_lowercase())
        .join(_words_of_languages().lazy(), on="key", how="left")
        .collect()
    )
    measured = (
        frame.lazy()
        .select("text", *_measures_of_characters())
        .join(_languages(words).lazy(), on="text", how="left")
        .join(_errors(words).lazy(), on="text", how="left")
        .sort("text")
        .with_columns(pl.col("words", "running", "unknown", "misread").fill_null(0))
        .collect()
    )
    return measured.select(refusal=_refusal(), remark=_remark())


def _measures_of_characters() -> list[pl.Expr]:
    body = pl.col("body")
    letters = body.str.count_matches(r"\p{L}")
    return [
        (1 - body.str.count_matches(r"\p{Latin}") / letters)
        .fill_nan(0.0)
        .clip(0, 1)
        .alias("other_script"),
        (body.str.count_matches(r"[.!?…:;]\s|\n") + 1).alias("ends"),
        body.str.count_matches(r"[.!?]\s|[.!?]$").alias("closed"),
    ]


@cache
def _words_of_languages() -> pl.DataFrame:
    return pl.DataFrame(
        [(word, name) for name, words in _FUNCTION_WORDS.items() for word in words.split()],
        schema={"key": pl.String, "language": pl.String},
        orient="row",
    ).filter(pl.col("language").n_unique().over("key") == 1)


def _languages(words: pl.DataFrame) -> pl.DataFrame:
    """Per text: words, dutch and other (shares of function words), language, capitals (share)."""
    shares = [
        ((pl.col("language") == name).sum() / pl.len()).alias(name) for name in _FUNCTION_WORDS
    ]
    others = [name for name in _FUNCTION_WORDS if name not in {"Nederlands", "gedeeld"}]
    return (
        words.lazy()
        .group_by("text")
        .agg(
            *shares,
            words=pl.len(),
            capitals=(
                pl.col("word").str.contains(r"^\p{Lu}") & ~pl.col("word").str.contains(r"^\p{Lu}+$")
            ).mean(),
        )
        .with_columns(other=pl.max_horizontal(others))
        .with_columns(
            language=pl.coalesce(
                pl.when((pl.col(name) == pl.col("other")) & (pl.col("other") > 0)).then(
                    pl.lit(name)
                )
                for name in others
            )
        )
        .select(
            "text",
            "words",
            "capitals",
            "other",
            "language",
            dutch="Nederlands",
            running=pl.col("Nederlands") + pl.col("gedeeld"),
        )
        .collect()
    )


def _errors(words: pl.DataFrame) -> pl.DataFrame:
    """Per text: unknown (share of the words that no list knows), misread (per thousand), and
    examples of those."""
    # Names and abbreviations are in no list: only words without a capital are looked up.
    small = words.filter(
        pl.col("word").str.len_chars() >= 4, ~pl.col("word").str.contains(r"\p{Lu}")
    ).select("text", "key")
    keys = small["key"].unique().to_list()
    really = [word for word in keys if word not in _frequencies() and not _is_made_of_known(word)]
    unknown = small.join(pl.DataFrame({"key": really}, schema={"key": pl.String}), on="key")
    # Which words were meant is asked of a text that is judged only: `_refusal` has the other case.
    asked = (
        small.group_by("text")
        .agg(looked_up=pl.len())
        .join(unknown.group_by("text").agg(unknown_words=pl.len()), on="text")
        .filter(
            (pl.col("looked_up") < MIN_WORDS_OF_RUNNING_TEXT)
            | (pl.col("unknown_words") / pl.col("looked_up") <= MAX_UNKNOWN)
        )
    )
    meant = unknown.join(asked, on="text", how="semi")["key"].unique().to_list()
    verdicts = pl.DataFrame(
        {"key": meant, "is_misread": [_is_misread(word) for word in meant]},
        schema={"key": pl.String, "is_misread": pl.Boolean},
    )
    found = (
        unknown.join(verdicts, on="key", how="left")
        .with_columns(pl.col("is_misread").fill_null(False))
        .group_by("text")
        .agg(
            unknown_words=pl.len(),
            misread_words=pl.col("is_misread").sum(),
            different=pl.col("key").filter(pl.col("is_misread")).n_unique(),
            examples=pl.col("key").filter(pl.col("is_misread")).unique().sort().head(3),
        )
    )
    return (
        small.group_by("text")
        .agg(looked_up=pl.len())
        .join(found, on="text", how="left")
        .select(
            "text",
            unknown=pl.col("unknown_words") / pl.col("looked_up"),
            misread=1000 * pl.col("misread_words") / pl.col("looked_up"),
            different=pl.col("different").fill_null(0),
            examples=pl.col("examples").list.join(", "),
        )
    )


@cache
def _frequencies() -> dict[str, float]:
    from wordfreq import get_frequency_dict

    return dict(get_frequency_dict("nl", wordlist="large"))


@cache
def _frequent_words(zipf: float) -> frozenset[str]:
    least = 10 ** (zipf - 9)
    return frozenset(
        word
        for word, frequency in _frequencies().items()
        if frequency > least and len(word) >= MEANT_LENGTH
    )


@cache
def _starts_of_words(zipf: float) -> frozenset[str]:
    return frozenset(
        word[:length] for word in _frequent_words(zipf) for length in range(len(word) + 1)
    )


def _is_made_of_known(word: str) -> bool:
    """Whether a word is a compound of two or three known ones, or they are joined by a mark."""
    parts = word.replace("'", "-").split("-")
    if len(parts) > 1:
        return all(part in _frequencies() or _is_compound(part) for part in parts)
    return _is_compound(word) or any(
        _is_first_part(word[:cut]) and _is_compound(word[cut:])
        for cut in range(3, min(len(word), 40) - 5)
    )


def _is_compound(word: str) -> bool:
    return any(
        word[cut:] in _frequent_words(PART_ZIPF) and _is_first_part(word[:cut])
        for cut in range(3, min(len(word), 40) - 2)
    )


def _is_first_part(part: str) -> bool:
    """A word as it stands in a compound: with or without -s, -e or -en."""
    known = _frequent_words(PART_ZIPF)
    return (
        part in known
        or (part.endswith(("s", "e")) and part[:-1] in known)
        or (part.endswith("en") and part[:-2] in known)
    )


def _is_misread(word: str) -> bool:
    """Whether one letter more, less or another makes it a frequent word.

    What stands before the letter stays, so a place is only tried while a frequent word begins so:
    the time does not grow with the length of the word.
    """
    if len(word) > 40:
        return False
    known, starts = _frequent_words(MEANT_ZIPF), _starts_of_words(MEANT_ZIPF)
    most = next((cut for cut in range(len(word) + 1) if word[:cut] not in starts), len(word) + 1)
    cuts = range(most)
    letters = range(min(most, len(word)))
    return any(
        candidate in known
        for candidate in chain(
            (word[:cut] + word[cut + 1 :] for cut in letters),
            (word[:cut] + letter + word[cut:] for cut in cuts for letter in _LETTERS),
            (word[:cut] + letter + word[cut + 1 :] for cut in letters for letter in _LETTERS),
        )
    )


def _refusal() -> pl.Expr:
    enough = pl.col("words") >= MIN_WORDS
    enough_to_run = pl.col("words") >= MIN_WORDS_OF_RUNNING_TEXT
    is_foreign = (pl.col("other") > pl.col("dutch")) & (pl.col("other") >= MIN_FOREIGN)
    return (
        pl.when(enough & (pl.col("other_script") > MAX_OTHER_SCRIPT))
        .then(
            pl.lit(
                "De tekst staat niet in Latijns schrift en is dus geen Nederlands. Alleen "
                "Nederlandse teksten krijgen een leesniveau; lever deze tekst niet aan."
            )
        )
        .when(enough & is_foreign)
        .then(
            pl.format(
                "De tekst is geen Nederlands maar waarschijnlijk {}. Alleen Nederlandse teksten "
                "krijgen een leesniveau; lever de Nederlandse versie aan.",
                pl.col("language"),
            )
        )
        .when(
            enough_to_run
            & (
                (pl.col("running") < MIN_DUTCH)
                | (pl.col("capitals") > MAX_CAPITALS)
                | (
                    (pl.col("capitals") > MAX_CAPITALS_WITHOUT_ENDS)
                    & (pl.col("closed") < MIN_CLOSED * pl.col("words"))
                )
            )
        )
        .then(
            pl.lit(
                "Dit is geen lopende Nederlandse tekst, maar bijvoorbeeld een lijst met namen of "
                "trefwoorden. Een leesniveau kan alleen over zinnen gaan."
            )
        )
        .when(enough_to_run & (pl.col("words") / pl.col("ends") > MAX_WORDS_PER_END))
        .then(
            pl.format(
                "De tekst heeft {} woorden en bijna geen punten of nieuwe regels, dus geen zinnen. "
                "Controleer hoe het document is opgeslagen.",
                pl.col("words"),
            )
        )
        .when(enough_to_run & (pl.col("unknown") > MAX_UNKNOWN))
        .then(
            pl.format(
                "Van de woorden is {} % niet te herkennen: het is waarschijnlijk een slecht "
                "gelezen scan. Lever het oorspronkelijke document aan.",
                (100 * pl.col("unknown")).round(0).cast(pl.Int64),
            )
        )
    )


def _remark() -> pl.Expr:
    return pl.when(
        _refusal().is_null()
        & (pl.col("misread") >= MISREAD_PER_THOUSAND)
        & (pl.col("different") >= MIN_MISREAD)
    ).then(
        pl.format(
            "Waarschijnlijk een scan met leesfouten, of veel tikfouten (zoals {}): de score kan te "
            "hoog zijn. Lever liever het oorspronkelijke document aan.",
            pl.col("examples"),
        )
    )
