"""Full stops where none belong: ways to make a hard text look easy without rewriting it.

Here belongs: the attacks, each a function of a text. The rules that find fragments were made on
`DESIGN`; `OTHER` and municipal texts were in view when their limits were chosen, Wikipedia was
not. Not here: the defence (`dronten_pipeline/readability/fragments.py`, `gates.py`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_COMMA = re.compile(r",\s+(\w)")
_CONJUNCTION = re.compile(
    r",?\s+\b(en|of|maar|want|dus|omdat|zodat|terwijl|doordat|waardoor)\b\s", re.I
)
_ANY_LINK = re.compile(
    r",?\s+\b(en|of|maar|want|dus|omdat|zodat|terwijl|doordat|waardoor|die|dat|waarbij|waarin|"
    r"indien|als|tenzij|hoewel|voordat|nadat|zoals|alsmede)\b\s",
    re.I,
)
_PREPOSITION = re.compile(r"\s+\b(van|voor|met|in|op|door|bij|volgens|tijdens|naar)\b\s")


def _cut(pattern: re.Pattern[str], text: str) -> str:
    """A full stop before every word that `pattern` finds, which then has a capital."""
    return pattern.sub(lambda match: f". {match[1].capitalize()} ".replace("  ", " "), text)


def at_commas(text: str) -> str:
    return _COMMA.sub(lambda match: f". {match[1].upper()}", text)


def at_conjunctions(text: str) -> str:
    return _cut(_CONJUNCTION, text)


def at_commas_and_conjunctions(text: str) -> str:
    return at_commas(at_conjunctions(text))


def at_every_link(text: str) -> str:
    return at_commas(_cut(_ANY_LINK, text))


def at_conjunctions_dropped(text: str) -> str:
    """The conjunction goes; what is left sometimes is a sentence, and then this is editing."""
    return _CONJUNCTION.sub(". ", text).replace(". ,", ".").strip()


def at_prepositions(text: str) -> str:
    return _cut(_PREPOSITION, text)


def every_few_words(text: str, few: int = 7) -> str:
    lines = []
    for line in text.split("\n"):
        words = line.split()
        for place in range(few, len(words) - 2, few):
            words[place - 1] = words[place - 1].rstrip(".,;:") + "."
            words[place] = words[place][:1].upper() + words[place][1:]
        lines.append(" ".join(words))
    return "\n".join(lines)


def at_random(text: str, share: float = 0.12, seed: int = 4) -> str:
    chance = random.Random(f"{seed}{text}")
    lines = []
    for line in text.split("\n"):
        words = line.split()
        for place in range(2, len(words) - 2):
            if chance.random() < share:
                words[place - 1] = words[place - 1].rstrip(".,;:") + "."
                words[place] = words[place][:1].upper() + words[place][1:]
        lines.append(" ".join(words))
    return "\n".join(lines)


def without_capitals(attack: Callable[[str], str]) -> Callable[[str], str]:
    """The same, with small letters after the new full stops."""

    def attacked(text: str) -> str:
        before = set(re.findall(r"\. \w+", text))
        return re.sub(r"\. \w+", lambda m: m[0] if m[0] in before else m[0].lower(), attack(text))

    return attacked


def on_lines(attack: Callable[[str], str]) -> Callable[[str], str]:
    """The same, with every new sentence on a line of its own, as if it were a list."""
    return lambda text: attack(text).replace(". ", ".\n")


DESIGN: dict[str, Callable[[str], str]] = {
    "at commas": at_commas,
    "at conjunctions": at_conjunctions,
    "at commas and conjunctions": at_commas_and_conjunctions,
    "at random places": at_random,
}
OTHER: dict[str, Callable[[str], str]] = {
    "at every link": at_every_link,
    "at conjunctions, which go": at_conjunctions_dropped,
    "at prepositions": at_prepositions,
    "every seven words": every_few_words,
    "at commas and conjunctions, small letters": without_capitals(at_commas_and_conjunctions),
    "at commas and conjunctions, on lines": on_lines(at_commas_and_conjunctions),
}
