"""From files to judgements with advice, on all cores.

Here belongs: finding the files, reading and judging each, and what is said of short texts
together. Not here: how it is shown (`terminal.py`, `page.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl

from dronten_pipeline.readability import clean, extract, features, judge
from dronten_pipeline.readability.advice import Advice, advise
from dronten_pipeline.readability.calibration import Calibration

#: What a folder is searched for; a file that is named is always read.
SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")
STANDARD_INPUT = "-"
NOT_THERE = "Dit bestand bestaat niet. Controleer de naam en de map."
#: Below so many files starting processes costs more than it brings.
FILES_PER_PROCESS = 8


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
        is_held_back: a component lies outside the range of easy texts, so that it is not B1
            whatever its score.
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
    """The judgement of every file, in the order of `names`, as soon as each is there."""
    workers = min(os.cpu_count() or 1, len(names) // FILES_PER_PROCESS)
    work = [
        (name, standard_input if name == STANDARD_INPUT else None, calibration) for name in names
    ]
    if workers <= 1:
        yield from map(_judge_file, work)
        return
    # Threads of polars do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_judge_file, work, chunksize=2)


def judge_text(
    name: str, text: str, calibration: Calibration | None, *, is_clean: bool = False
) -> Judgement:
    """The judgement of one text, with one block per line.

    Args:
        is_clean: the text has no salutation, address and closing any more.
    """
    column = pl.Series([text], dtype=pl.String)
    judged_as = judge.judge_clean_texts if is_clean else judge.judge_texts
    judged = judged_as(column, calibration).row(0, named=True)
    if judged["refusal"]:
        return Judgement(name, problem=judged["refusal"])
    cleaned = column if is_clean else clean.clean_texts(column)
    sentences = features.mark_sentences(cleaned)
    return Judgement(
        name,
        remark=judged["remark"],
        words=judged["words"],
        sentences=judged["sentences"],
        level=judged["level"],
        score=judged["score"],
        low=judged["score_low"],
        high=judged["score_high"],
        rank_score=judged["rank_score"],
        b1_probability=judged["b1_probability"],
        is_b1_or_easier=judged["is_b1_or_easier"],
        is_held_back=judged["passes_gates"] is False,
        method_version=judged["method_version"],
        components=tuple(_components(sentences, features.mark_words(sentences))),
        advice=advise(cleaned[0]),
        text=cleaned[0],
    )


def together(judgements: Sequence[Judgement], calibration: Calibration | None) -> Judgement | None:
    """The short texts as one, as the KPI pools short messages; None when there are not two."""
    short = [one for one in judgements if one.is_too_short and one.words]
    if len(short) < 2:
        return None
    return judge_text(
        f"{len(short)} korte teksten samen",
        "\n".join(one.text for one in short),
        calibration,
        is_clean=True,
    )


def _judge_file(work: tuple[str, bytes | None, Calibration | None]) -> Judgement:
    name, content, calibration = work
    shown = "standaardinvoer" if name == STANDARD_INPUT else name
    try:
        if content is None:
            text = extract.extract_text(Path(name))
        else:
            text = extract.text_of(content, suffix="")
    except extract.DocumentUnreadable as error:
        return Judgement(shown, problem=str(error).replace(extract.MISSING, NOT_THERE))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Judgement(shown, problem=f"Het bestand kan niet worden geopend ({reason}).")
    return judge_text(shown, text, calibration)


def _components(sentences: pl.DataFrame, words: pl.DataFrame) -> Iterator[Component]:
    """The measures that writers can do something about, beside the guide that we
    give them: a goal to write by, and no part of the score."""
    count = max(1, sentences.height)
    content = words.filter(pl.col("zipf").is_not_null())
    frequency = content.get_column("zipf").mean()
    yield _at_most("woorden per zin", sentences["words"].sum() / count, "", 12)
    yield _at_most(
        "zinnen van meer dan 20 woorden", 100 * (sentences["words"] > 20).sum() / count, "%", 10
    )
    yield _at_most(
        "moeilijke woorden",
        100 * float(words["is_hard"].sum()) / max(1, words.height),
        "%",
        3,
    )
    if isinstance(frequency, float):
        yield Component(
            "hoe gewoon de woorden zijn (1-7)", frequency, "", 4.3, is_good=frequency >= 4.3
        )
    yield _at_most(
        "zinnen met 'worden' (lijdend)", 100 * sentences["is_passive"].sum() / count, "%", 10
    )
    yield _at_most(
        "naamwoorden op -ing en -atie per zin", sentences["nominalisations"].sum() / count, "", 0.5
    )
    yield _at_most(
        "losse stukken zonder werkwoord", 100 * sentences["is_fragment"].sum() / count, "%", 5
    )


def _at_most(name: str, value: Any, unit: str, guide: float) -> Component:
    return Component(name, float(value), unit, guide, is_good=value <= guide)
