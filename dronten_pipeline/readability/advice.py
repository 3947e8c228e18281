"""What a writer can do to make a text easier: concrete, in Dutch, the greatest help first.

Here belongs: the advice about one text. Not here: the marks themselves (`features.py`), which of
them weigh most (`hardest.py`), the list of simpler words (`simpler.py`), and how advice is shown
(`dronten_pipeline/leesniveau/`).

The order of the advice follows an estimate, in points of the score, of what it would bring. The
estimate is rough on purpose: it puts things in order and is never shown as a number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NamedTuple

import polars as pl

from dronten_pipeline.readability import features, lexicon, simpler
from dronten_pipeline.readability.hardest import (
    FORMAL_ZIPF,
    LONG_SENTENCE,
    MAX_HARD_WORDS,
    ORDINARY_ZIPF,
)

LONG_BLOCK = 120
WORDS_OF_A_GOOD_SENTENCE = 12
MIN_WORDS_OF_HALF = 4
MIN_HARD_LETTERS = 4
SHOWN_WORDS = 12
#: "Tot snel!" needs no verb.
MAX_WORDS_OF_A_CRY = 3
MIN_WORDS_TO_ADDRESS = 80

#: Points of the score for: a word in the mean sentence, a step in the mean frequency, and all
#: sentences passive, with a nominalisation, or without a verb.
_POINTS = {"sentence": 1.8, "word": 17.3, "passive": 6.0, "noun": 4.0, "fragment": 3.0}

MarkKind = Literal["hard", "formal", "passive", "noun"]
#: Nouns in -ing that name a thing and no deed, also before "van".
_THINGS = frozenset(
    [
        "afdeling",
        "woning",
        "rekening",
        "regeling",
        "vergunning",
        "mening",
        "lening",
        "vereniging",
        "instelling",
        "stichting",
        "verdieping",
        "omgeving",
        "leerling",
        "tekening",
        "richting",
        "beweging",
        "kring",
        "ring",
        "koning",
        "ding",
        "sting",
        "bevolking",
        "inleiding",
        "verzekering",
        "begroting",
        "regering",
        "verordening",
        "uitkering",
        "instelling",
    ]
)
_CONJUNCTION = re.compile(
    r"(?:[,;:]\s+|\s)(en|maar|want|omdat|aangezien|zodat|waarbij|waardoor|waarin|waarvan|waarmee|"
    r"waarop|waarna|terwijl|hoewel|tenzij|mits|indien|als|voordat|nadat|wanneer|alsmede|teneinde|"
    r"opdat)\s|[,;:]\s+(die|dat|wat|om)\s"
)
_PASSIVE = frozenset(("word", "wordt", "worden", "werd", "werden", "geworden"))
_AFTER_BY = re.compile(r"\bdoor ((?:de|het|een|onze|uw|ons|mijn)\s+[\w-]+)")


@dataclass(frozen=True)
class Mark:
    """Something in a sentence to look at, at [start, end) of its content."""

    start: int
    end: int
    kind: MarkKind
    text: str
    hint: str


@dataclass(frozen=True)
class Sentence:
    """One sentence with what can be said about it.

    Attributes:
        number: within the text, from 1, as in hard_sentences.
        block: number of the heading, paragraph or list item that it stands in.
        content: as the instrument reads it: without addresses, and points of abbreviations.
        notes: advice about the whole sentence, as (label, hint).
    """

    number: int
    block: int
    content: str
    words: int
    is_heading_or_item: bool
    marks: tuple[Mark, ...]
    notes: tuple[tuple[str, str], ...]


class Marked(NamedTuple):
    """The sentences and words of one text, with the marks of `features.py`, as dictionaries."""

    sentences: list[dict[str, Any]]
    words: list[dict[str, Any]]


@dataclass(frozen=True)
class Tip:
    """One thing to do, with where."""

    title: str
    how: str
    examples: tuple[str, ...]
    points: float = field(repr=False)


@dataclass(frozen=True)
class Advice:
    """All about one text: the tips, the greatest help first, and every sentence with its marks."""

    tips: tuple[Tip, ...]
    sentences: tuple[Sentence, ...]


# --- one text at a time


def mark(texts: pl.Series) -> list[Marked]:
    """The marks of every text at once: reading the lexicon costs more than using it.

    Args:
        texts: clean text, one block per line, as the instrument reads it; none is null.
    """
    lines = pl.DataFrame({"line": texts.str.split("\n")}).with_row_index("owner").explode("line")
    # Line by line, so that the number of the text is the number of the block.
    sentences = features.mark_sentences(lines["line"])
    owners = lines["owner"].to_list()
    found: list[Marked] = [Marked([], []) for _ in range(len(texts))]
    for row in sentences.to_dicts():
        found[owners[row["text"]]].sentences.append(row)
    for word in features.mark_words(sentences).to_dicts():
        found[owners[word["text"]]].words.append(word)
    return found


def advise(marked: Marked) -> Advice:
    """Advice about one text."""
    rows, words = marked
    in_sentence: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for word in words:
        in_sentence.setdefault((word["text"], word["sentence"]), []).append(word)
    first = rows[0]["text"] if rows else 0
    advised = tuple(
        _sentence(
            number,
            row["text"] - first + 1,
            row,
            in_sentence.get((row["text"], row["sentence"]), []),
        )
        for number, row in enumerate(rows, start=1)
    )
    tips = [tip for tip in _tips(advised, rows, words) if tip.examples or tip.points]
    return Advice(tuple(sorted(tips, key=lambda tip: -tip.points)), advised)


def _sentence(
    number: int, block: int, row: dict[str, Any], words: list[dict[str, Any]]
) -> Sentence:
    content = row["content"]
    marks = tuple(
        _without_overlap([*_phrases(content), *_words(content, words, row["is_passive"])])
    )
    notes = []
    if row["words"] > LONG_SENTENCE:
        notes.append((f"lang: {row['words']} woorden", _how_to_cut(content)))
    if row["is_fragment"] and row["words"] > MAX_WORDS_OF_A_CRY:
        notes.append(
            ("geen hele zin", "Er staat geen werkwoord in. Voeg hem bij de zin ervoor of erna.")
        )
    return Sentence(
        number=number,
        block=block,
        content=content,
        words=row["words"],
        is_heading_or_item=row["is_heading_or_item"],
        marks=marks,
        notes=tuple(notes),
    )


def _phrases(content: str) -> Iterator[Mark]:
    for found in simpler.find_phrases(content):
        entry = found.entry
        shown = content[found.start : found.end]
        yield Mark(found.start, found.end, "formal", shown.lower(), entry.simpler)


def _words(content: str, words: list[dict[str, Any]], is_passive: bool) -> Iterator[Mark]:
    known = simpler.by_form()
    cursor = 0
    for word in words:
        start = content.find(word["word"], cursor)
        if start < 0:
            continue
        end = cursor = start + len(word["word"])
        key = word["key"]
        entry = known.get(key)
        if word["is_name"]:
            continue
        if entry is not None:
            kind: MarkKind = "hard" if word["is_hard"] else "formal"
            yield Mark(start, end, kind, key, entry.simpler)
        elif word["is_hard"] and len(key) >= MIN_HARD_LETTERS:
            yield Mark(start, end, "hard", key, "")
        elif is_passive and key in _PASSIVE:
            yield Mark(start, end, "passive", key, _who_does_it(content))
        elif word["is_nominalisation"] and _is_deed(key, content[end:]):
            yield Mark(start, end, "noun", key, _as_verb(key))


def _without_overlap(marks: list[Mark]) -> Iterator[Mark]:
    """The marks in order; of two that overlap the one that begins first, then the longest."""
    end = 0
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if mark.start >= end:
            yield mark
            end = mark.end


def _who_does_it(content: str) -> str:
    by = _AFTER_BY.search(content)
    if by is not None and by.group(1).split()[-1] not in {"middel", "toedoen"}:
        return f"zet vooraan wie het doet: {by.group(1)}"
    return "zeg wie het doet: wij of u"


def _is_deed(noun: str, after: str) -> bool:
    return noun not in _THINGS and bool(re.match(r"\s+(?:van|door)\b", after))


def _as_verb(noun: str) -> str:
    """`de beoordeling van` is beoordelen; without a verb that is known there is no example."""
    for ending, verb_ending in (("ingen", "en"), ("ing", "en"), ("isatie", "iseren")):
        if noun.endswith(ending):
            verb = noun.removesuffix(ending) + verb_ending
            if verb in _infinitives():
                return f"zeg het met een werkwoord: {verb}"
    return "zeg het met een werkwoord"


@cache
def _infinitives() -> frozenset[str]:
    known = lexicon.words()
    return frozenset(known.filter(pl.col("verb") == "plural").get_column("key"))


def _how_to_cut(content: str) -> str:
    """Where a long sentence can be cut, as near to its middle as may be."""
    if content.count("(") and content.count(")"):
        inside = content[content.find("(") : content.find(")") + 1]
        if len(inside.split()) >= 4:
            return "Maak een eigen zin van wat tussen haakjes staat."
    if content.count(",") + content.count(";") >= 4:
        return "Maak er een lijstje van: een punt per onderdeel."
    length = len(content)
    places = [
        match
        for match in _CONJUNCTION.finditer(content)
        if min(len(content[: match.start()].split()), len(content[match.end() :].split()))
        >= MIN_WORDS_OF_HALF
    ]
    if not places:
        return "Zeg eerst het belangrijkste, en de rest in een nieuwe zin."
    match = min(places, key=lambda match: abs(match.start() - length / 2))
    last = " ".join(content[: match.start()].split()[-3:])
    return f"Zet een punt na ‘{last}’. Maak van ‘{match.group().strip(' ,;:')} …’ een nieuwe zin."


# --- tips


def _tips(
    sentences: Sequence[Sentence], rows: Sequence[dict[str, Any]], words: Sequence[dict[str, Any]]
) -> Iterator[Tip]:
    if not sentences:
        return
    count = len(sentences)
    content_words = max(1, sum(row["content_words"] for row in rows))
    marks = [mark for sentence in sentences for mark in sentence.marks]
    zipf = {word["key"]: word["zipf"] for word in words}

    long = sorted(
        (one for one in sentences if one.words > LONG_SENTENCE), key=lambda one: -one.words
    )
    if long:
        total = sum(one.words for one in sentences)
        pieces = sum(round(one.words / WORDS_OF_A_GOOD_SENTENCE) - 1 for one in long)
        yield Tip(
            _counted(len(long), "lange zin knippen", "lange zinnen knippen"),
            f"Zinnen tot {LONG_SENTENCE} woorden lezen makkelijk; rond de "
            f"{WORDS_OF_A_GOOD_SENTENCE} is goed. Eén zin, één boodschap.",
            tuple(
                f"zin {one.number} ({one.words} woorden): {_hint(one, 'lang')}" for one in long[:5]
            ),
            _POINTS["sentence"] * (total / count - total / (count + pieces)),
        )
    for kind, title, how in (
        (
            True,
            ("woord vervangen", "woorden vervangen"),
            "Kies het woord dat u zou zeggen aan de balie.",
        ),
        (
            False,
            ("moeilijk woord uitleggen", "moeilijke woorden uitleggen"),
            "Kies een bekender woord. Kan dat niet? Leg het de eerste keer uit.",
        ),
    ):
        found = [
            mark for mark in marks if mark.kind in {"hard", "formal"} and bool(mark.hint) is kind
        ]
        if not found:
            continue
        times = Counter(mark.text for mark in found)
        hints = {mark.text: mark.hint for mark in found}
        weight = {text: n * _rareness(text, zipf) for text, n in times.items()}
        heaviest = sorted(times, key=lambda text: (-weight[text], text))
        yield Tip(
            _counted(len(times), *title),
            how,
            tuple(
                f"{text}{_times(times[text])}" + (f": {hints[text]}" if hints[text] else "")
                for text in heaviest[:MAX_HARD_WORDS]
            ),
            _POINTS["word"] * sum(weight.values()) / content_words,
        )
    passive = [row for row in rows if row["is_passive"]]
    if passive:
        numbers = [one for one, row in zip(sentences, rows, strict=True) if row["is_passive"]]
        yield Tip(
            _counted(len(passive), "zin met 'worden' omdraaien", "zinnen met 'worden' omdraaien"),
            "Zeg wie iets doet: ‘Wij sturen u de brief’ in plaats van ‘De brief wordt gestuurd’.",
            tuple(f"zin {one.number}: {_start(one.content)}" for one in numbers[:5]),
            _POINTS["passive"] * len(passive) / count,
        )
    nouns = [(one, mark) for one in sentences for mark in one.marks if mark.kind == "noun"]
    if nouns:
        yield Tip(
            _counted(len(nouns), "werkwoord gebruiken", "werkwoorden gebruiken"),
            "Een werkwoord leest vlotter: ‘als wij uw aanvraag beoordelen’ in plaats van ‘bij de "
            "beoordeling van uw aanvraag’.",
            tuple(
                dict.fromkeys(f"zin {one.number}, {mark.text}: {mark.hint}" for one, mark in nouns)
            )[:5],
            _POINTS["noun"] * len(nouns) / count,
        )
    fragments = [
        one for one in sentences if any(label == "geen hele zin" for label, _ in one.notes)
    ]
    if fragments:
        yield Tip(
            _counted(len(fragments), "losse zin afmaken", "losse zinnen afmaken"),
            "Een punt maakt nog geen zin. Zet er een werkwoord in of voeg hem bij zijn buur.",
            tuple(f"zin {one.number}: {_start(one.content)}" for one in fragments[:5]),
            _POINTS["fragment"] * len(fragments) / count,
        )
    yield from _habits(sentences, words)


def _habits(sentences: Sequence[Sentence], words: Sequence[dict[str, Any]]) -> Iterator[Tip]:
    """Good habits that no formula weighs."""
    total = sum(one.words for one in sentences)
    if total >= MIN_WORDS_TO_ADDRESS and not any(
        word["key"] in {"u", "uw", "je", "jij", "jouw", "jullie"} for word in words
    ):
        yield Tip(
            "De lezer aanspreken",
            "Nergens staat ‘u’ of ‘je’. Zeg wat de lezer moet of kan doen.",
            (),
            0.5,
        )
    lengths = Counter[int]()
    for one in sentences:
        lengths[one.block] += one.words
    blocks = [block for block, length in lengths.items() if length > LONG_BLOCK]
    if blocks:
        first = {one.block: one for one in reversed(sentences)}
        yield Tip(
            _counted(len(blocks), "lange alinea splitsen", "lange alinea's splitsen"),
            "Eén onderwerp per alinea, met een kopje dat zegt waar hij over gaat.",
            tuple(
                f"vanaf zin {first[block].number} ({lengths[block]} woorden)"
                for block in blocks[:5]
            ),
            0.4,
        )


def _rareness(text: str, zipf: dict[str, float | None]) -> float:
    known = zipf.get(text)
    return max(0.3, ORDINARY_ZIPF - (FORMAL_ZIPF if known is None else known))


def _hint(sentence: Sentence, label: str) -> str:
    return next((hint for name, hint in sentence.notes if name.startswith(label)), "")


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _times(number: int) -> str:
    return f" ({number}×)" if number > 1 else ""


def _start(content: str) -> str:
    words = content.split()
    return " ".join(words[:SHOWN_WORDS]) + (" …" if len(words) > SHOWN_WORDS else "")
