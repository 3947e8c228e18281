"""From files to judgements with advice, on all cores.

Here belongs: finding the files, reading and judging each, and what is said of short texts
together. Not here: how it is shown (`terminal.py`, `page.py`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl

from dronten_pipeline.core import sandbox
from dronten_pipeline.core.settings import current_settings
from dronten_pipeline.readability import clean, extract, judge
from dronten_pipeline.readability.advice import Advice, Marked, advise, mark
from dronten_pipeline.readability.calibration import Calibration
from dronten_pipeline.readability.documents import EXTRACT
from dronten_pipeline.readability.hardest import LONG_SENTENCE

#: What a folder is searched for; a file that is named is always read.
SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")
STANDARD_INPUT = "-"
NOT_THERE = "Dit bestand bestaat niet. Controleer de naam en de map."
FILES_AT_ONCE = 32
#: Fewer files per process do not make up for starting it: each reads the lexicon anew.
FILES_PER_PROCESS = 100


@dataclass(frozen=True)
class Component:
    """One measure behind the score, beside what easy texts have."""

    name: str
    value: float
    unit: str
    guide: float
    is_good: bool


@dataclass(frozen=True)
class Judgement:
    """What is known of one file.

    Attributes:
        name: the path as it was given, or what it stands for.
        problem: why there is no judgement (a Dutch sentence); then all else is empty.
        remark: what to bear in mind (a scan with errors).
        score, low, high: on the scale of LiNT-II, with the band of uncertainty; None when the
            text is too short.
        is_held_back: its score would make it B1 or easier, but a component lies outside the range
            of easy texts.
        components: why the score is what it is.
    """

    name: str
    problem: str | None = None
    remark: str | None = None
    words: int = 0
    sentences: int = 0
    level: str | None = None
    score: float | None = None
    low: float | None = None
    high: float | None = None
    rank_score: float | None = None
    b1_probability: float | None = None
    is_b1_or_easier: bool | None = None
    is_held_back: bool = False
    method_version: str | None = None
    components: tuple[Component, ...] = ()
    advice: Advice | None = None
    text: str = ""

    @property
    def is_too_short(self) -> bool:
        return self.problem is None and self.score is None


def find_files(given: Iterable[str]) -> list[str]:
    """The files behind paths, folders (with all below them) and patterns such as `*.docx`.

    Each once, in the order given and below a folder by name. What does not exist stays in the
    list: it is reported where the others are.
    """
    found: dict[str, None] = {}
    for one in given:
        path = Path(one)
        if one == STANDARD_INPUT or path.is_file():
            found[one] = None
        elif path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
                if file.is_file() and file.suffix.lower() in SUFFIXES and not hidden:
                    found[str(file)] = None
        elif any(sign in one for sign in "*?["):
            anchor = Path(path.anchor) if path.is_absolute() else Path()
            pattern = str(path.relative_to(anchor)) if path.is_absolute() else one
            for file in sorted(anchor.glob(pattern)):
                if file.is_file():
                    found[str(file)] = None
        else:
            found[one] = None
    return list(found)


def judge_files(
    names: Sequence[str], calibration: Calibration | None, *, standard_input: bytes = b""
) -> Iterator[Judgement]:
    """The judgement of every file, in the order of `names`, some at a time."""
    parts = [names[start : start + FILES_AT_ONCE] for start in range(0, len(names), FILES_AT_ONCE)]
    work = [
        (part, standard_input if STANDARD_INPUT in part else b"", calibration) for part in parts
    ]
    workers = min(os.cpu_count() or 1, len(names) // FILES_PER_PROCESS)
    if workers <= 1:
        for one in work:
            yield from _judge_part(one)
        return
    # Threads of polars do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for found in pool.map(_judge_part, work):
            yield from found


def judge_texts(
    names: Sequence[str], texts: Sequence[str], calibration: Calibration | None
) -> list[Judgement]:
    """The judgement of every text, with one block per line."""
    column = pl.Series(texts, dtype=pl.String)
    return _with_advice(
        names,
        clean.clean_texts(column),
        judge.firm(judge.judge_texts(column, calibration)).to_dicts(),
        calibration,
    )


def together(judgements: Sequence[Judgement], calibration: Calibration | None) -> Judgement | None:
    """The short texts as one, as the KPI pools short messages; None when there are not two."""
    short = [one for one in judgements if one.is_too_short and one.words]
    if len(short) < 2:
        return None
    # Each was cleaned by itself: the closing of one must not swallow the next.
    pool = pl.Series(["\n".join(one.text for one in short)])
    judged = judge.firm(judge.judge_clean_texts(pool, calibration)).to_dicts()
    return _with_advice([f"{len(short)} korte teksten samen"], pool, judged, calibration)[0]


def _with_advice(
    names: Sequence[str],
    cleaned: pl.Series,
    judged: Sequence[dict[str, Any]],
    calibration: Calibration | None,
) -> list[Judgement]:
    cuts = judge.cuts(calibration)
    found: list[Judgement] = []
    for name, text, row, marked in zip(names, cleaned, judged, mark(cleaned), strict=True):
        if row["refusal"]:
            found.append(Judgement(name, problem=row["refusal"]))
            continue
        found.append(
            Judgement(
                name,
                remark=row["remark"],
                words=row["words"],
                sentences=row["sentences"],
                level=row["level"],
                score=row["score"],
                low=row["score_low"],
                high=row["score_high"],
                rank_score=row["rank_score"],
                b1_probability=row["b1_probability"],
                is_b1_or_easier=row["is_b1_or_easier"],
                is_held_back=row["passes_gates"] is False and row["score"] < cuts[1],
                method_version=row["method_version"],
                components=tuple(_components(marked)),
                advice=advise(marked),
                text=text,
            )
        )
    return found


def _judge_part(work: tuple[Sequence[str], bytes, Calibration | None]) -> list[Judgement]:
    names, standard_input, calibration = work
    shown = ["standaardinvoer" if name == STANDARD_INPUT else name for name in names]
    read = [_read(name, standard_input) for name in names]
    readable = [place for place, (_, problem) in enumerate(read) if not problem]
    judged = judge_texts(
        [shown[place] for place in readable], [read[place][0] for place in readable], calibration
    )
    by_place = dict(zip(readable, judged, strict=True))
    return [
        by_place.get(place) or Judgement(shown[place], problem=problem)
        for place, (_, problem) in enumerate(read)
    ]


def _read(name: str, standard_input: bytes) -> tuple[str, str]:
    """The text of a file, or why there is none; read in a process that may break."""
    if name == STANDARD_INPUT:
        with tempfile.NamedTemporaryFile(prefix="datalab-") as file:
            file.write(standard_input)
            file.flush()
            return _read(file.name, b"")
    limits = current_settings().limits
    try:
        answer = sandbox.shared(limits).call(EXTRACT, place=str(Path(name).absolute()))
    except sandbox.Broken as error:
        return "", str(error)
    except sandbox.Failed as error:
        return "", error.sentence
    return answer["text"] or "", answer["problem"].replace(extract.MISSING, NOT_THERE)


def _components(marked: Marked) -> Iterator[Component]:
    """The measures that writers can do something about, beside the guide that we give them: a
    goal to write by, and no part of the score."""
    rows, words = marked
    count = max(1, len(rows))
    zipf = [word["zipf"] for word in words if word["zipf"] is not None]

    def share(name: str) -> float:
        return 100 * sum(bool(row[name]) for row in rows) / count

    yield _at_most("woorden per zin", sum(row["words"] for row in rows) / count, "", 12)
    long = sum(row["words"] > LONG_SENTENCE for row in rows)
    yield _at_most(f"zinnen van meer dan {LONG_SENTENCE} woorden", 100 * long / count, "%", 10)
    hard = sum(word["is_hard"] for word in words)
    yield _at_most("moeilijke woorden", 100 * hard / max(1, len(words)), "%", 3)
    if zipf:
        frequency = sum(zipf) / len(zipf)
        yield Component(
            "hoe gewoon de woorden zijn (1-7)", frequency, "", 4.3, is_good=frequency >= 4.3
        )
    yield _at_most("zinnen met 'worden' (lijdend)", share("is_passive"), "%", 10)
    nouns = sum(row["nominalisations"] for row in rows) / count
    yield _at_most("naamwoorden op -ing en -atie per zin", nouns, "", 0.5)
    yield _at_most("losse stukken zonder werkwoord", share("is_fragment"), "%", 5)


def _at_most(name: str, value: float, unit: str, guide: float) -> Component:
    return Component(name, value, unit, guide, is_good=value <= guide)
