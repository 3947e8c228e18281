"""Hard words and the simpler ones that we know for them: our own reviewed list.

Here belongs: the list (`words/simpler_words.csv`), the forms of its words, and finding them in a
sentence. Not here: how hard a word is (`lexicon.py`), or what a writer is told (`advice.py`).

The list has a word or phrase per row: its kind (verb, noun, word or phrase), forms that no rule
gives (a `…` in a phrase stands for up to six words), and what to write instead.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_LIST = files(__package__) / "words" / "simpler_words.csv"
KINDS = ("verb", "noun", "word", "phrase")

_PREFIXES_WITHOUT_GE = ("be", "ver", "ont", "her", "er", "ge", "onder", "over")
_VOWELS = "aeiouáéíóúäëïöü"
_HARD_ENDS = ("t", "k", "f", "s", "ch", "p", "x")
#: A shorter form is too often another word (`int` of innen).
MIN_MADE_FORM = 5
_GAP = r"(?:\s+[^\s.!?]+){0,6}?\s+"


@dataclass(frozen=True)
class Entry:
    """One row of the list; `simpler` may hold more than one choice, with ` / ` between."""

    word: str
    kind: str
    forms: tuple[str, ...]
    simpler: str


@dataclass(frozen=True)
class Found:
    """A word or phrase of the list in a sentence, at [start, end)."""

    start: int
    end: int
    entry: Entry


@cache
def entries() -> tuple[Entry, ...]:
    """The list, in its own order."""
    rows = csv.DictReader(_LIST.read_text(encoding="utf-8").splitlines())
    return tuple(
        Entry(
            row["word"],
            row["kind"],
            tuple(form for form in row["forms"].split("|") if form),
            row["simpler"],
        )
        for row in rows
    )


@cache
def by_form() -> dict[str, Entry]:
    """The entry of every single word, by each of its forms in lower case."""
    found: dict[str, Entry] = {}
    for entry in entries():
        if entry.kind == "phrase":
            continue
        own = [entry.word, *(form for form in entry.forms if " " not in form)]
        made = [form for form in _forms(entry.word, entry.kind) if len(form) >= MIN_MADE_FORM]
        ended = [form + "e" for form in own[1:] if entry.kind == "verb" and form[-1] in "dt"]
        for form in (*own, *made, *ended):
            found.setdefault(form, entry)
    # What is an entry itself is not a form of another.
    for entry in entries():
        if entry.kind != "phrase":
            found[entry.word] = entry
    return found


def find_phrases(sentence: str) -> list[Found]:
    """The phrases of the list in a sentence, in order, none over another; the longest wins."""
    found: list[Found] = []
    for match in _phrases().finditer(sentence.lower()):
        group = next(name for name, value in match.groupdict().items() if value is not None)
        entry = _phrase_entries()[int(group[1:])]
        whole = match.group()
        # Of a phrase with something in between only the first word is pointed at.
        is_whole = whole in entry.forms or whole == entry.word
        end = match.end() if is_whole else match.start() + len(whole.split()[0])
        found.append(Found(match.start(), end, entry))
    return found


@cache
def _phrase_entries() -> tuple[Entry, ...]:
    return tuple(
        entry
        for entry in entries()
        if entry.kind == "phrase" or any(" " in form for form in entry.forms)
    )


@cache
def _phrases() -> re.Pattern[str]:
    written: list[tuple[str, int]] = []
    for number, entry in enumerate(_phrase_entries()):
        whole = [entry.word] if entry.kind == "phrase" else []
        written += [(form, number) for form in (*whole, *entry.forms) if " " in form]
    by_entry: dict[int, list[str]] = {}
    for form, number in written:
        by_entry.setdefault(number, []).append(_pattern(form))
    # The longest first, so that "met betrekking tot" is not found as a part of another.
    ordered = sorted(by_entry.items(), key=lambda item: max(map(len, item[1])), reverse=True)
    alternatives = "|".join(
        f"(?P<p{number}>{'|'.join(sorted(forms, key=len, reverse=True))})"
        for number, forms in ordered
    )
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def _pattern(form: str) -> str:
    parts = [r"\s+".join(map(re.escape, part.split())) for part in form.split("…")]
    return _GAP.join(parts)


def _forms(word: str, kind: str) -> Iterator[str]:
    """Regular forms; one too many does no harm, because it is no word."""
    if kind == "noun":
        yield from (word + "en", word + "s", word + "'s", word + word[-1] + "en")
        if word.endswith("heid"):
            yield word[:-4] + "heden"
        if word.endswith("ie"):
            yield word[:-2] + "ieën"
        if word.endswith("f"):
            yield word[:-1] + "ven"
        if word.endswith("s"):
            yield word[:-1] + "zen"
        shortened = re.sub(r"([aeou])\1([^aeiou])$", r"\1\2", word)
        if shortened != word:
            yield shortened + "en"
    elif kind == "word":
        yield word + "e"
    elif kind == "verb" and word.endswith("en"):
        yield from (word + "d", word + "de")
        for stem in _stems(word[:-2]):
            yield from (stem, stem + "t")
            end = "t" if stem.endswith(_HARD_ENDS) else "d"
            yield from (f"{stem}{end}e", f"{stem}{end}en")
            prefix = "" if stem.startswith(_PREFIXES_WITHOUT_GE) else "ge"
            closed = stem if stem.endswith(end) else stem + end
            yield from (prefix + closed, prefix + closed + "e")
            if prefix and stem[0] in "eiu":
                diaeresis = {"e": "ë", "i": "ï", "u": "ü"}[stem[0]]
                yield from (f"ge{diaeresis}{closed[1:]}", f"ge{diaeresis}{closed[1:]}e")


def _stems(body: str) -> set[str]:
    """How a stem may be written: `verlen` is verleen, `verstrekk` is verstrek."""
    if len(body) > 2 and body[-1] == body[-2] and body[-1] not in _VOWELS:
        return {body[:-1]}
    made = {body}
    if len(body) > 2 and body[-1] not in _VOWELS and body[-2] in "aeou" and body[-3] not in _VOWELS:
        made.add(body[:-1] + body[-2] + body[-1])
    if len(body) > 3 and body[-2] in "aeou" and body[-1] not in _VOWELS and body[-3] in _VOWELS:
        made.add(body[:-1] + body[-2] + body[-1])  # evalueren, beogen
    return {
        stem[:-1] + {"z": "s", "v": "f"}[stem[-1]] if stem[-1] in "zv" else stem for stem in made
    }
