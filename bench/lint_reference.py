"""LiNT-II as its authors define it, computed from a parse by Debian's `frog`: the reference.

Here belongs: reading what `frog` writes, turning its heads (Alpino) into those that LiNT-II was
made for (Universal Dependencies), and the four features and the formula. Used only to fit and to
check `dronten_pipeline.readability.lint`; the pipeline itself never parses.

How to get a parse: `apt-get install frog frogdata ucto`, one text per file with a blank line
between blocks, then `nice frog --threads=1 --testdir=TEXTS --outputdir=PARSES`.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from dronten_pipeline.readability import lexicon

#: lint-ii 0.1.3, coefficients.json: spaCy model 3.7.0 with noun list 20251118.
COEFFICIENTS = {
    "constant": -4.207827812539932,
    "frequency": 17.283729064021745,
    "dependency": -1.624415134700866,
    "content_words": -2.5367797224712945,
    "concrete": 16.00123133524857,
}
_AUXILIARIES = {"hebben", "zijn", "worden", "kunnen", "moeten", "mogen", "willen", "zullen"}
_COPULAS = {"zijn"}


@dataclass
class Word:
    """One word of a parse; `head` is an index in the sentence, -1 for the root."""

    text: str
    lemma: str
    tag: str
    entity: str
    head: int
    relation: str
    kind: str = ""
    is_copula: bool = False
    conjuncts_of: int = -1


@dataclass(frozen=True)
class Features:
    """The features of LiNT-II over one text or sentence; None where LiNT-II has none."""

    frequency: float | None
    dependency: float | None
    content_words: float | None
    concrete: float | None

    @property
    def raw(self) -> float | None:
        """The score before it is cut off at 0 and 100."""
        if None in (self.frequency, self.dependency, self.content_words, self.concrete):
            return None
        c = COEFFICIENTS
        return 100 - (
            c["constant"]
            + c["frequency"] * self.frequency  # type: ignore[operator]
            + c["dependency"] * self.dependency  # type: ignore[operator]
            + c["content_words"] * self.content_words  # type: ignore[operator]
            + c["concrete"] * self.concrete  # type: ignore[operator]
        )

    @property
    def score(self) -> float | None:
        return None if self.raw is None else min(100.0, max(0.0, self.raw))


@cache
def _data() -> tuple[
    dict[str, float], dict[str, tuple[str | None, str | None]], set[str], set[str]
]:
    folder = lexicon.data_folder()
    frequencies = pl.read_parquet(folder / lexicon.FREQUENCIES)
    nouns = pl.read_parquet(folder / lexicon.NOUNS)
    return (
        dict(zip(frequencies["word"], frequencies["word_count"], strict=True)),
        {w: (t, h) for w, t, h in nouns.select("word", "super_sem_type", "head").iter_rows()},
        set(pl.read_parquet(folder / lexicon.SKIPPED)["word"]),
        {word.strip() for word in pl.read_parquet(folder / lexicon.MANNER_ADVERBS)["adverb"]},
    )


def read_parse(path: Path) -> list[list[Word]]:
    """The sentences of one file that `frog` wrote; multi-word units are taken apart again."""
    sentences: list[list[Word]] = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if line.strip()]
        rows = [row for row in rows if len(row) >= 10]
        if not rows:
            continue
        first: dict[int, int] = {}
        words: list[Word] = []
        for row in rows:
            number = int(row[0])
            first[number] = len(words)
            is_unit = "_" in row[1] and row[4].count(")_") > 0
            parts = row[1].split("_") if is_unit else [row[1]]
            lemmas = row[2].split("_") if is_unit else [row[2]]
            tags = row[4].replace(")_", ")\n").split("\n") if is_unit else [row[4]]
            entities = row[6].split("_") if is_unit else [row[6]]
            for place, part in enumerate(parts):
                words.append(
                    Word(
                        text=part.lower(),
                        lemma=(lemmas[place] if place < len(lemmas) else part).lower(),
                        tag=tags[min(place, len(tags) - 1)],
                        entity=entities[min(place, len(entities) - 1)],
                        head=int(row[8]) if place == 0 else -10 - number,
                        relation=row[9] if place == 0 else "fixed",
                    )
                )
        for word in words:
            if word.head <= -10:
                word.head = first[-10 - word.head]
            else:
                word.head = first[word.head] if word.head > 0 else -1
        sentences.append(words)
    return sentences


def _kind(word: Word) -> str:
    tag = word.tag
    if tag.startswith("LET"):
        return "PUNCT"
    if tag.startswith(("SPEC(deeleigen", "N(eigen")):
        return "PROPN"
    if tag.startswith("N("):
        return "NOUN"
    if tag.startswith("ADJ"):
        return "ADJ"
    if tag.startswith("WW"):
        return "VERB"
    return "X"


def to_universal(words: list[Word]) -> None:
    """Gives every word the head that Universal Dependencies would give it, in place."""
    for word in words:
        word.kind = _kind(word)
    children: dict[int, list[int]] = {}

    def renew() -> None:
        children.clear()
        for place, word in enumerate(words):
            children.setdefault(word.head, []).append(place)

    def swap(head: int, child: int, *, move: bool) -> None:
        """`child` takes the place of `head`, which becomes its dependent."""
        words[child].head, words[child].relation = words[head].head, words[head].relation
        words[head].head, words[head].relation = child, "function"
        if move:
            for place in children.get(head, []):
                if place != child:
                    words[place].head = child
        renew()

    renew()
    # Prepositions, complementizers and relative words: what they introduce becomes the head.
    for place, word in enumerate(words):
        if word.tag.startswith(("VZ", "VG(onder")) or word.relation in {"rhd", "whd"}:
            inside = [
                child
                for child in children.get(place, [])
                if words[child].relation in {"obj1", "body", "pobj1", "vc", "None", "cnj"}
                and words[child].kind != "PUNCT"
            ]
            if inside:
                swap(place, inside[-1] if word.tag.startswith("VG") else inside[0], move=True)
    # Auxiliaries and the copula: the lexical verb or the predicate becomes the head.
    for place in reversed(range(len(words))):
        word = words[place]
        if word.kind != "VERB":
            continue
        if word.lemma in _AUXILIARIES:
            verbs = [
                child
                for child in children.get(place, [])
                if words[child].kind == "VERB"
                and words[child].relation in {"vc", "function", "mod"}
                and not words[child].tag.startswith("WW(pv")
                and words[child].relation == "vc"
            ]
            if verbs:
                swap(place, verbs[0], move=True)
                word.kind = "AUX"
                continue
        if word.lemma in _COPULAS:
            predicates = [c for c in children.get(place, []) if words[c].relation == "predc"]
            if predicates:
                swap(place, predicates[0], move=True)
                word.kind, word.is_copula = "AUX", True
    for word in words:
        if word.kind == "VERB" and word.lemma in _AUXILIARIES and word.lemma != "hebben":
            word.kind = "AUX"
    # Coordination: every conjunct hangs where the first one hangs.
    for place, word in enumerate(words):
        conjuncts = [child for child in children.get(place, []) if words[child].relation == "cnj"]
        if word.tag.startswith("VG") or (len(conjuncts) > 1):
            if not conjuncts or word.kind not in {"X", "PUNCT"}:
                continue
            first, rest = conjuncts[0], conjuncts[1:]
            words[first].head, words[first].relation = word.head, word.relation
            for other in rest:
                words[other].conjuncts_of = first
                words[other].head = word.head if word.head >= 0 else first
            for child in children.get(place, []):
                if child not in conjuncts:
                    words[child].head = first
            word.head, word.relation = (rest[-1] if rest else first), "function"
            renew()
    # `frog` calls the middle of "a, b, c en d" appositions.
    for place, word in enumerate(words):
        if word.relation == "app" and 0 <= word.head < place and words[word.head].head >= 0:
            between = [other.text for other in words[word.head + 1 : place]]
            if "," in between:
                word.head = words[word.head].head


def _dependency(words: list[Word]) -> int | None:
    """Largest number of words between a word and its head; punctuation is not counted."""
    before = [0]
    for word in words:
        before.append(before[-1] + (word.kind != "PUNCT"))
    conjuncts: dict[int, list[int]] = {}
    for place, word in enumerate(words):
        if word.conjuncts_of >= 0:
            conjuncts.setdefault(word.conjuncts_of, []).append(place)
    lengths = []
    for place, word in enumerate(words):
        if word.kind == "PUNCT":
            continue
        heads = [word.head] if word.head >= 0 else []
        if word.relation == "su" and word.head >= 0:
            heads += conjuncts.get(word.head, [])
        lengths.append(
            max(
                (abs(before[max(place, head)] - before[min(place, head)]) - 1 for head in heads),
                default=0,
            )
        )
    return max(0, *lengths) if len(lengths) >= 2 else None


def _is_content(word: Word) -> bool:
    if "TW(" in word.tag or word.is_copula:
        return False
    return word.kind in {"NOUN", "PROPN", "VERB", "ADJ"} or word.text in _data()[3]


def _frequency(word: Word) -> float | None:
    frequencies, nouns, skipped, _ = _data()
    if word.kind == "PROPN" or not _is_content(word):
        return None
    if word.lemma in skipped or word.text in skipped:
        return None
    text = word.text
    if word.kind == "NOUN":
        text = nouns.get(text, (None, None))[1] or text
    return frequencies.get(text, lexicon.UNSEEN_ZIPF)


def _concrete(word: Word) -> str | None:
    if word.kind not in {"NOUN", "PROPN"}:
        return None
    nouns = _data()[1]
    found = nouns.get(word.text) or nouns.get(word.lemma)
    if found:
        return found[0]
    kind = word.entity[-3:].upper()
    return {"PER": "concrete", "LOC": "concrete", "ORG": "abstract"}.get(kind)


def sentence_features(words: list[Word]) -> tuple[list[float], Features, list[str]]:
    """Frequencies, features and types of nouns of one sentence (heads as in Universal)."""
    frequencies = [f for word in words if (f := _frequency(word)) is not None]
    kinds = [k for word in words if (k := _concrete(word)) is not None]
    finite = sum("WW(pv" in word.tag for word in words)
    content = sum(_is_content(word) for word in words)
    return (
        frequencies,
        Features(
            frequency=statistics.mean(frequencies) if frequencies else None,
            dependency=_dependency(words),
            content_words=content / finite if finite else None,
            concrete=kinds.count("concrete") / len(kinds) if kinds else None,
        ),
        kinds,
    )


def text_features(parse: Path) -> Features:
    """The features of LiNT-II over one parsed text."""
    frequencies: list[float] = []
    kinds: list[str] = []
    lengths: list[float] = []
    content: list[float] = []
    for words in read_parse(parse):
        to_universal(words)
        found, features, nouns = sentence_features(words)
        frequencies += found
        kinds += nouns
        if features.dependency is not None:
            lengths.append(features.dependency)
        if features.content_words is not None:
            content.append(features.content_words)
    return Features(
        frequency=statistics.mean(frequencies) if frequencies else None,
        dependency=statistics.mean(lengths) if lengths else None,
        content_words=statistics.mean(content) if content else None,
        concrete=kinds.count("concrete") / len(kinds) if kinds else None,
    )
