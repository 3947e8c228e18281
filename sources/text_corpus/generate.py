"""Invented outgoing texts: a list as JSON lines, with small documents beside it.

Letters, pages and short messages of different difficulty. The front desk learned to write plainly,
the works department did not keep it up; decisions are a few long sentences. Among the rows: a page
that was rewritten under the same address, a letter that was sent twice, a corrected record, and a
few that cannot be used.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sources.text_corpus import writers
from sources.text_corpus.phrases import (
    DECISION,
    EASY,
    HARD,
    MEDIUM,
    MESSAGES,
    SUBJECTS,
    Subject,
)
from sources.town import Town, between
from sources.truth import Truth

SITE = "https://gemeente.example"
#: Texts per month that are long enough to be judged alone.
LETTERS, PAGES = 1, 1
#: Months, counted from the first, with short messages, and how many.
MESSAGE_MONTHS = {4: 7, 17: 8, 29: 8, 34: 8, 35: 2}
#: Months with a decision: two or three sentences that fill a letter.
DECISION_MONTHS = (8, 14, 20, 26, 33, 34)

#: Share of the texts of a team that is written plainly, on the first and on the last day.
PLAIN = {
    "Publiekszaken": (0.25, 0.98),
    "Ruimte": (0.8, 0.3),
    "Sociaal domein": (0.5, 0.95),
    "Vergunningen": (0.25, 0.8),
    "Belastingen": (0.25, 0.9),
}
#: Number of easy, medium and hard sentences: two kinds of texts that are written plainly or not.
MIXES = {True: ((15, 2, 0), (2, 11, 0)), False: ((0, 11, 3), (2, 3, 8))}
LETTER_WRITERS: tuple[tuple[str, writers.Writer], ...] = (
    ("docx", writers.word),
    ("pdf", writers.pdf),
    ("txt", writers.text_windows),
)
PAGE_WRITERS: tuple[tuple[str, writers.Writer], ...] = (
    ("html", writers.webpage),
    ("html", writers.webpage),
    ("md", writers.markdown),
)


@dataclass(frozen=True)
class Text:
    """A row of the list and the document that it names."""

    row: dict[str, Any]
    document: bytes


def generate(town: Town, folder: Path) -> Truth:
    """Writes both lists and their documents; the level of a text is for the pipeline to find."""
    texts = [*_long_texts(town), *_decisions(town), *_messages(town)]
    texts.sort(key=lambda text: (text.row["gepubliceerd_op"], text.row["tekst_id"]))
    for text in texts:
        path = folder / text.row["bestand"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.document)
    year = town.as_of.year
    old = [text.row for text in texts if text.row["gepubliceerd_op"].year < year]
    new = [text.row for text in texts if text.row["gepubliceerd_op"].year == year]
    _list(
        folder,
        town.file(f"texts_{year - 1}"),
        [*old, _odd_row(old[3], town.key(f"{year - 1}"), is_old=True)],
    )
    correction = old[10] | {"team": "Communicatie"}
    _list(
        folder,
        town.file(f"texts_{year}"),
        [*new, correction, _odd_row(new[3], town.key(f"{year}"), is_old=False)],
    )
    return []


def _long_texts(town: Town) -> list[Text]:
    chance = town.chance("text_corpus")
    texts: list[Text] = []
    owed = dict.fromkeys(PLAIN, 0.5)
    letters = town.many(LETTERS)
    for month in range(36):
        for number in range(letters + town.many(PAGES)):
            is_page = number >= letters
            published = _day(town, month, int(between(chance, 1, 27, 1)[0]))
            subject = SUBJECTS[int(between(chance, 0, len(SUBJECTS) - 1, 1)[0])]
            first, last = PLAIN[subject.team]
            # The share is carried over instead of drawn: a team has only a few texts.
            owed[subject.team] += first + (last - first) * month / 35
            is_plain = owed[subject.team] >= 1
            owed[subject.team] -= is_plain
            name, write = (PAGE_WRITERS if is_page else LETTER_WRITERS)[month % 3]
            key = f"{town.key('T')}{month + 1:02d}{number + 1}"
            row = {
                "tekst_id": key,
                "kanaal": "Website" if is_page else "brief",
                "team": subject.team,
                "soort": _kind(subject, is_page),
                "gepubliceerd_op": published,
                "weergaven": int(between(chance, 40, 900, 1)[0]) if is_page else None,
                "bestand": f"documenten/{key}_{subject.name}.{name}",
                "canonieke_url": f"{SITE}/{subject.name}/{key.lower()}" if is_page else None,
            }
            texts.append(Text(row, write(subject.title, _paragraphs(chance, subject, is_plain))))
    return [*texts, *_copies(town, texts)]


def _kind(subject: Subject, is_page: bool) -> str:
    if not is_page:
        return "bulkbrief" if subject.team in {"Belastingen", "Ruimte"} else "brief"
    return "vergunningpagina" if subject.needs_permit else "productpagina"


def _paragraphs(chance: np.random.Generator, subject: Subject, is_plain: bool) -> Sequence[str]:
    """Three paragraphs and a list; plain texts hold short sentences, the others long ones."""
    easy, medium, hard = MIXES[is_plain][int(between(chance, 0, 1, 1)[0])]
    parts = [_some(chance, EASY, easy), _some(chance, MEDIUM, medium), _some(chance, HARD, hard)]
    sentences = [sentence for part in parts for sentence in part]
    order = np.argsort(chance.random(len(sentences)))
    filled = [sentences[place].format(**subject._asdict()) for place in order]
    third = len(filled) // 3
    paragraphs = [filled[:third], filled[third : 2 * third], filled[2 * third :]]
    middle = [f"- {subject.stuk}", "- een geldig bewijs van wie u bent"]
    body = [" ".join(part) for part in paragraphs]
    return [body[0], body[1], "Dit hebt u nodig:", *middle, body[2]]


def _some(chance: np.random.Generator, among: Sequence[str], count: int) -> list[str]:
    return [among[place] for place in np.argsort(chance.random(len(among)))[:count]]


def _copies(town: Town, texts: list[Text]) -> list[Text]:
    """A page under the address of an older one, and a letter that was sent once more."""
    pages = [text for text in texts if text.row["kanaal"] == "Website"]
    letters = [text for text in texts if text.row["kanaal"] == "brief"]
    older, newer = pages[20], pages[-3]
    again = letters[-6]
    return [
        Text(
            newer.row
            | {
                "tekst_id": f"{town.key('T')}-herschreven",
                "canonieke_url": older.row["canonieke_url"],
                "bestand": f"documenten/{town.key('T')}-herschreven.html",
                "weergaven": 120,
            },
            newer.document.replace(b"</main>", b"<p>Deze pagina is nieuw.</p></main>"),
        ),
        Text(
            again.row
            | {
                "tekst_id": f"{town.key('T')}-nogmaals",
                "bestand": again.row["bestand"].replace("/", "/nogmaals_"),
                "gepubliceerd_op": again.row["gepubliceerd_op"] + dt.timedelta(days=3),
            },
            again.document,
        ),
    ]


def _decisions(town: Town) -> list[Text]:
    """Letters without a single short sentence: full stops say nothing of how much there is."""
    chance = town.chance("text_corpus.decisions")
    subjects = [subject for subject in SUBJECTS if subject.needs_permit]
    texts: list[Text] = []
    for number, month in enumerate(DECISION_MONTHS):
        subject = subjects[number % len(subjects)]
        name, write = LETTER_WRITERS[number % len(LETTER_WRITERS)]
        key = f"{town.key('B')}{month + 1:02d}"
        row = {
            "tekst_id": key,
            "kanaal": "brief",
            "team": subject.team,
            "soort": "besluit",
            "gepubliceerd_op": _day(town, month, int(between(chance, 1, 27, 1)[0])),
            "weergaven": None,
            "bestand": f"documenten/{key}_{subject.name}.{name}",
            "canonieke_url": None,
        }
        parts = DECISION[: 2 + number % 2]
        filled = [sentence.format(**subject._asdict()) for sentence in parts]
        texts.append(Text(row, write(f"Besluit {key}", filled)))
    return texts


def _messages(town: Town) -> list[Text]:
    chance = town.chance("text_corpus.messages")
    texts: list[Text] = []
    for month, count in MESSAGE_MONTHS.items():
        for number, message in enumerate(_some(chance, MESSAGES, count), start=1):
            key = f"{town.key('S')}{month + 1:02d}{number:02d}"
            row = {
                "tekst_id": key,
                "kanaal": "social_media",
                "team": "Communicatie",
                "soort": "bericht",
                "gepubliceerd_op": _day(town, month, 2 + 3 * number),
                "weergaven": int(between(chance, 100, 4000, 1)[0]),
                "bestand": f"berichten/{key}.txt",
                "canonieke_url": None,
            }
            # A day in it keeps messages apart that were sent again in another year.
            dated = f"{message} Dit geldt in week {month + number}, deel {month + 36 * town.part}."
            texts.append(Text(row, dated.encode()))
    return texts


def _odd_row(model: dict[str, Any], name: str, *, is_old: bool) -> dict[str, Any]:
    """A row that cannot be used: a day that does not exist, or a document that is not there."""
    if is_old:
        return model | {"tekst_id": f"fout-{name}", "gepubliceerd_op": f"{name}-06-31"}
    return model | {
        "tekst_id": f"fout-{name}",
        "bestand": f"documenten/ontbreekt-{name}.pdf",
    }


def _list(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    lines = (
        json.dumps(row | {"gepubliceerd_op": str(row["gepubliceerd_op"])}, ensure_ascii=False)
        for row in rows
    )
    (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _day(town: Town, month: int, day: int) -> dt.date:
    start = town.first_day
    months = start.year * 12 + start.month - 1 + month
    return dt.date(months // 12, months % 12 + 1, day)
