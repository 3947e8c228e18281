"""Which characters the bytes of a text stand for, where it is not plain UTF-8.

Here belongs: old encodings, and UTF-8 that was encoded twice, judged by the words that come out.
Not here: marks at the start of a file and decoding it as a whole (`dialect.py`).

Every encoding gives other letters for the same bytes, and in only one of them do they stand where
letters with an accent stand in Dutch: "Financiën" is a word, "Financi‰n" and "FinanciÎn" are none.
Each word with a byte beyond ASCII is read in every encoding, and its letters are judged by their
neighbours; only where that leaves doubt a list of Dutch words decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dronten_pipeline.ingest import cleaning

#: Names in words for who delivers, by the codec that reads them; the first wins a draw.
LEGACY = {
    "cp1252": "Windows-1252",
    "cp858": "CP850 (DOS)",
    "cp437": "CP437 (DOS)",
    "mac_roman": "Mac Roman",
}
LABELS = {"cp1252": "windows-1252", "cp858": "cp850", "cp437": "cp437", "mac_roman": "mac-roman"}

DOUBLY_ENCODED = "doubly_encoded"
cleaning.KINDS[DOUBLY_ENCODED] = cleaning.Kind(
    "keer was een woord dubbel gecodeerd; het is hersteld", "FinanciÃ«n"
)

#: A word with a byte beyond ASCII, between white space, quotes and separators.
WORD = re.compile(rb"[^\s;,|\"\x80-\xff]{0,40}[\x80-\xff][^\s;,|\"]{0,60}")
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
#: Characters beyond ASCII side by side: what UTF-8 becomes that was read in an old encoding and
#: encoded once more. Seldom seen in words.
TWICE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+[\xc2-\xf4]")
_SIDE_BY_SIDE = re.compile(r"[^\x00-\x7f]{2,}")
#: So many different words are enough to decide.
MOST_WORDS = 5_000

#: How much a letter with an accent says for an encoding, by how often Dutch has it.
_LETTERS = {
    **dict.fromkeys("éëïöü", 3.0),
    **dict.fromkeys("èêçáóàä", 2.0),
    **dict.fromkeys("íúôûîâñ", 1.5),
}
_OTHER_LETTER = 0.25
_NEVER_LAST = frozenset("ïöüôîûñç")
_WRONG = -3.0
_SIGNS = frozenset("–—…•·°ºª²³½¼¾£©®™§±µ×÷«»‹›´¨\u00a0")
_OPENING, _CLOSING = frozenset("‘“„‚"), frozenset("’”")
#: The best encoding must beat the next one, which gives other characters, by this share.
_MARGIN = 0.5
_KNOWN_WORD = 6.0
#: What a character must say on average.
_SURE = 1.0


@dataclass(frozen=True)
class Guess:
    """An encoding as its words suggest.

    letters: how many characters beyond ASCII decided.
    is_doubtful: another encoding gives other characters that fit about as well.
    fits: the characters fit words at all.
    """

    codec: str
    letters: int
    is_doubtful: bool
    fits: bool

    @property
    def label(self) -> str:
        return LABELS[self.codec]

    @property
    def note(self) -> str:
        said = (
            f"De tekens zijn gelezen als {LEGACY[self.codec]}; {self.letters} keer gaf een letter "
            "met een accent of een ander bijzonder teken de doorslag."
        )
        if self.is_doubtful:
            said += (
                " Dat is niet zeker: controleer de namen met een accent, of lever het bestand als "
                "UTF-8."
            )
        return said


def words(content: bytes, found: Counter[bytes]) -> None:
    """Adds the words of `content` with bytes beyond ASCII to `found`."""
    if content.isascii():
        return
    found.update(WORD.findall(content))


def guess(found: Counter[bytes]) -> Guess | None:
    """The old encoding that makes most of these words whole; None when none has all bytes."""
    common = found.most_common(MOST_WORDS)
    read = {codec: _read(common, codec) for codec in LEGACY}
    possible = {codec: texts for codec, texts in read.items() if texts is not None}
    if not possible:
        return None
    scores = {codec: _score(texts, common) for codec, texts in possible.items()}
    best, rival = _first_two(scores, possible)
    if rival is not None and _is_close(scores[best], scores[rival]):
        # Slow to load, so only where letters and their neighbours do not decide.
        for codec, texts in possible.items():
            scores[codec] += _KNOWN_WORD * _known(texts)
        best, rival = _first_two(scores, possible)
    return Guess(
        codec=best,
        letters=sum(count * sum(byte > 0x7F for byte in word) for word, count in found.items()),
        is_doubtful=scores[best] < _SURE * _weight(possible[best], common)
        or (rival is not None and _is_close(scores[best], scores[rival])),
        fits=scores[best] > 0,
    )


def decoded(found: Iterable[bytes], codec: str) -> Iterator[bytes]:
    """Words in an old encoding as UTF-8."""
    return (word.decode(codec, errors="replace").encode() for word in found)


def mended(found: Iterable[bytes]) -> dict[bytes, bytes]:
    """Words of UTF-8 that was encoded twice, and what they were; only those that change."""
    changed = {}
    for word in found:
        if TWICE.search(word):
            text = word.decode(errors="replace")
            better = _SIDE_BY_SIDE.sub(_encoded_once, text)
            if better != text:
                changed[word] = better.encode()
    return changed


def _encoded_once(match: re.Match[str]) -> str:
    """What these characters were before they were read in an old encoding; the same when none
    makes better ones of them."""
    read = [once for codec in LEGACY if (once := _once(match[0], codec))]
    return next((once for once in read if once == "\ufeff" or _is_likely(once)), match[0])


def _is_likely(text: str) -> bool:
    """Whether each character may stand in a Dutch word, or else outside one."""
    return all(
        max(_of_character("a", one, "a"), _of_character(" ", one, " ")) > 0
        or _of_character(" ", one, "a") > 0
        for one in text
    )


def _once(text: str, codec: str) -> str | None:
    try:
        # Bytes that Windows-1252 leaves open stand as control characters.
        content = b"".join(
            bytes([ord(one)])
            if codec == "cp1252" and "\x80" <= one <= "\x9f"
            else one.encode(codec)
            for one in text
        )
        return content.decode()
    except UnicodeError:
        return None


def mend(text: bytes, changed: dict[bytes, bytes]) -> tuple[bytes, int]:
    """The text with its doubly encoded words as they were, and how many there are."""
    if not changed:
        return text, 0
    count = 0

    def better(match: re.Match[bytes]) -> bytes:
        nonlocal count
        word = changed.get(match[0])
        count += word is not None
        return match[0] if word is None else word

    return WORD.sub(better, text), count


def _read(common: list[tuple[bytes, int]], codec: str) -> list[str] | None:
    try:
        return [word.decode(codec) for word, _ in common]
    except UnicodeDecodeError:
        return None


def _first_two(scores: dict[str, float], texts: dict[str, list[str]]) -> tuple[str, str | None]:
    """The best encoding, and the best of those that give other characters."""
    order = sorted(scores, key=lambda codec: -scores[codec])
    best = order[0]
    return best, next((codec for codec in order if texts[codec] != texts[best]), None)


def _is_close(best: float, rival: float) -> bool:
    return best <= 0 or rival >= best * (1 - _MARGIN)


def _score(texts: list[str], common: list[tuple[bytes, int]]) -> float:
    # A word that comes a thousand times says little more than one that comes three times.
    return sum(
        min(count, 3) * _of_word(text) for text, (_, count) in zip(texts, common, strict=True)
    )


def _weight(texts: list[str], common: list[tuple[bytes, int]]) -> int:
    return sum(
        min(count, 3) * sum(one > "\x7f" for one in text)
        for text, (_, count) in zip(texts, common, strict=True)
    )


def _of_word(text: str) -> float:
    letters = [one for one in text if one.isalpha()]
    beyond = sum(one > "\x7f" for one in letters)
    if len(letters) > 3 and 2 * beyond > len(letters):  # another script, or no word
        return _WRONG * beyond
    padded = f" {text} "
    return sum(
        _of_character(padded[place - 1], padded[place], padded[place + 1])
        for place in range(1, len(padded) - 1)
        if padded[place] > "\x7f"
    )


def _of_character(before: str, here: str, after: str) -> float:
    within = before.isalpha() and after.isalpha()
    alone = not before.isalpha() and not after.isalpha()
    if here.isalpha() and here not in "ªºµƒ":
        if not "\u00c0" <= here <= "\u017f":
            return _WRONG
        if before.isdigit() or (before.islower() if here.isupper() else after.isupper()):
            return _WRONG
        rare = (alone and here != "à") or (here in _NEVER_LAST and not after.isalpha())
        return _OTHER_LETTER if rare else _LETTERS.get(here.lower(), _OTHER_LETTER)
    if here == "€":
        return _WRONG if within else 2.0
    if here == "’" and within:
        return 2.0
    if here in _OPENING:
        return 2.0 if not before.isalnum() and after.isalnum() else _WRONG
    if here in _CLOSING:
        return _WRONG if within else 2.0
    if here in _SIGNS:
        return _WRONG if within else 0.5
    return _WRONG


def _known(texts: list[str]) -> int:
    from wordfreq import zipf_frequency

    letters = re.compile(r"[^\W\d_]+")
    return sum(
        len(word) > 2 and not word.isascii() and zipf_frequency(word, "nl") > 0
        for text in texts
        for word in letters.findall(text)
    )
