"""The marked-up copy of texts: one HTML file that needs nothing else.

Here belongs: turning sentences with marks into HTML. Not here: the layout itself
(`page.html.j2`), or what is known of a text (`assess.py`).

A mark is never colour alone: words are underlined and carry their hint in brackets, sentences
carry a label, and the legend says what each means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from dronten_pipeline.leesniveau import terminal
from dronten_pipeline.leesniveau.assess import Judgement
from dronten_pipeline.readability.advice import Mark, Sentence

#: The hint of a word stands in the text the first time only; later it is underlined.
KINDS = {
    "hard": "moeilijk woord",
    "formal": "formeel woord",
    "passive": "lijdend",
    "noun": "naamwoord",
}


def render(judgements: Sequence[Judgement], *, method: str, made_on: str) -> str:
    """The page with all texts, in their order.

    Args:
        method: the version of the instrument.
        made_on: the day, as people read it.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("dronten_pipeline.leesniveau", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        texts=[_text(number, one) for number, one in enumerate(judgements, start=1)],
        method=method,
        made_on=made_on,
        short=terminal.SHORT,
        held_back=terminal.HELD_BACK,
        kinds=KINDS,
    )


def _text(number: int, judgement: Judgement) -> dict[str, Any]:
    return {
        "id": f"tekst-{number}",
        "about": judgement,
        "level": terminal.level_of(judgement),
        "chance": terminal.chance_of(judgement),
        "score": None if judgement.score is None else terminal.number(judgement.score, 0),
        "low": None if judgement.low is None else terminal.number(judgement.low, 0),
        "high": None if judgement.high is None else terminal.number(judgement.high, 0),
        "components": [
            {
                "name": one.name,
                "value": terminal.number(one.value, 0 if one.unit else 1) + (" %" * bool(one.unit)),
                "guide": ("minstens " if "gewoon" in one.name else "hoogstens ")
                + terminal.number(one.guide, 0 if one.unit or one.guide >= 10 else 1)
                + (" %" * bool(one.unit)),
                "is_good": one.is_good,
            }
            for one in judgement.components
        ],
        "tips": judgement.advice.tips if judgement.advice else (),
        "blocks": list(_blocks(judgement.advice.sentences if judgement.advice else ())),
    }


def _blocks(sentences: Sequence[Sentence]) -> Iterator[dict[str, Any]]:
    shown: set[str] = set()
    for _, of_block in groupby(sentences, key=lambda one: one.block):
        block = list(of_block)
        yield {
            "is_heading_or_item": len(block) == 1 and block[0].is_heading_or_item,
            "sentences": [
                {
                    "number": one.number,
                    "notes": one.notes,
                    "pieces": list(_pieces(one.content, one.marks, shown)),
                }
                for one in block
            ],
        }


def _pieces(content: str, marks: Sequence[Mark], shown: set[str]) -> Iterator[dict[str, str]]:
    """The sentence in pieces: plain text, and marked words with kind and hint."""
    at = 0
    for mark in marks:
        yield {"text": _shown(content[at : mark.start]), "kind": "", "hint": ""}
        first = mark.text not in shown
        shown.add(mark.text)
        hint = mark.hint if first else ""
        yield {"text": content[mark.start : mark.end], "kind": mark.kind, "hint": hint}
        at = mark.end
    yield {"text": _shown(content[at:]), "kind": "", "hint": ""}


def _shown(text: str) -> str:
    """What the instrument left out (an address, a number) as dots."""
    return re.sub(r" {2,}", " […] ", text)
