"""Judgements and advice as they are read in a terminal.

Here belongs: words and layout. Not here: what is known of a text (`assess.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from os.path import commonpath
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dronten_pipeline.leesniveau.assess import Judgement
from dronten_pipeline.readability.calibration import Calibration

LEVEL_STYLES = {"A": "green", "B1": "green", "B2": "yellow", "C": "red"}
#: More files than this are shown in a table, with the first advice of each only.
MAX_FULL = 3
MAX_EXAMPLES = 6
FULL_WIDTH = 50

SHORT = (
    "Te kort om alleen te beoordelen (onder 100 woorden). Korte berichten tellen per kanaal en "
    "maand samen; de adviezen gelden wel."
)

HELD_BACK = (
    "Een van de maten hieronder valt buiten wat makkelijke teksten hebben (losse stukken zin, "
    "lange zinnen, formele of zeldzame woorden). Daarom is het niveau nooit makkelijker dan B2."
)


def level_of(judgement: Judgement) -> str:
    """`B2`, or what stands in its place."""
    if judgement.problem:
        return "niet te beoordelen"
    return judgement.level or "te kort"


def chance_of(judgement: Judgement) -> str:
    """The chance of B1 or easier; never 0 or 100 %, because no instrument is that sure."""
    if judgement.b1_probability is None:
        return "-"
    percent = round(100 * judgement.b1_probability)
    return "minder dan 1 %" if percent < 1 else "meer dan 99 %" if percent > 99 else f"{percent} %"


def number(value: float, digits: int = 1) -> str:
    """A number with a decimal comma."""
    return f"{value:.{digits}f}".replace(".", ",")


def show_full(console: Console, judgement: Judgement) -> None:
    """All there is to say about one text."""
    console.print()
    console.print(Text(judgement.name, style="bold"))
    if judgement.problem:
        console.print(Padding(Text(judgement.problem, style="red"), (0, 0, 0, 2)))
        return
    if judgement.remark:
        console.print(Padding(Text(f"Let op: {judgement.remark}", style="yellow"), (0, 0, 0, 2)))
    if judgement.is_too_short:
        console.print(
            Padding(
                f"{judgement.words} woorden, {judgement.sentences} zinnen. {SHORT}", (0, 0, 0, 2)
            )
        )
    else:
        console.print(Padding(_verdict(judgement), (0, 0, 0, 2)))
        console.print(Padding(_scale(judgement), (0, 0, 1, 2)))
        if judgement.is_held_back:
            console.print(Padding(Text(HELD_BACK, style="yellow"), (0, 0, 1, 2)))
    console.print(Padding(_components(judgement), (0, 0, 1, 2)))
    _show_tips(console, judgement)


def show_table(console: Console, judgements: Sequence[Judgement]) -> None:
    """A line per text, with what would help it most; below it what needs a sentence."""
    table = Table("tekst", "niveau", "score", "kans op B1", "woorden", "helpt het meest")
    names = _short_names([one.name for one in judgements])
    for name, one in zip(names, judgements, strict=True):
        first = one.advice.tips[0].title if one.advice and one.advice.tips else ""
        table.add_row(
            Text(name, overflow="fold"),
            Text(level_of(one), style=LEVEL_STYLES.get(one.level or "", "")),
            "-" if one.score is None else number(one.score, 0),
            chance_of(one),
            str(one.words or "-"),
            Text("zie onder" if one.problem else first + (" (let op)" if one.remark else "")),
        )
    console.print(table)
    for name, one in zip(names, judgements, strict=True):
        if one.problem or one.remark:
            console.print(Text(f"{name}: {one.problem or one.remark}"))


def _short_names(names: Sequence[str]) -> list[str]:
    """Paths without the folder that all of them are in."""
    paths = [name for name in names if "/" in name]
    if len({name.startswith("/") for name in paths}) != 1:
        return list(names)
    common = commonpath([Path(name).parent for name in paths])
    return [name.removeprefix(f"{common}/") if common else name for name in names]


def show_summary(console: Console, judgements: Sequence[Judgement]) -> None:
    judged = [one for one in judgements if one.score is not None]
    if len(judgements) < 2:
        return
    easy = sum(bool(one.is_b1_or_easier) for one in judged)
    short = sum(one.is_too_short for one in judgements)
    failed = sum(one.problem is not None for one in judgements)
    parts = []
    if judged:
        share = number(100 * easy / len(judged), 0)
        parts.append(
            f"{easy} van {len(judged)} beoordeelde teksten ({share} %) zijn B1 of makkelijker"
        )
    if short:
        parts.append(f"{short} te kort om alleen te beoordelen")
    if failed:
        parts.append(f"{failed} niet te lezen of geen Nederlandse tekst")
    console.print("; ".join(parts) + ".")


def show_method(
    console: Console, version: str, calibration: Calibration | None, *, is_used: bool
) -> None:
    """What the judgement rests on, and what it cannot say."""
    if calibration is not None and is_used:
        about = f"geijkt op {calibration.texts} eigen teksten ({calibration.made_on:%d-%m-%Y})"
    elif calibration is not None:
        about = "de ijking hoort bij een andere methode en is niet gebruikt: ijk opnieuw"
    else:
        about = "niet geijkt op eigen teksten"
    console.print(
        f"Geschat leesniveau volgens {version}, {about}. Een formule voorspelt; of lezers u "
        "begrijpen, weet u pas als u het ze vraagt.",
        style="dim",
    )


def _verdict(judgement: Judgement) -> Text:
    assert judgement.score is not None and judgement.low is not None and judgement.high is not None
    style = LEVEL_STYLES.get(judgement.level or "", "")
    text = Text("Niveau ")
    text.append(f"{judgement.level}", style=f"bold {style}")
    text.append(
        f" · score {number(judgement.score, 0)} (tussen {number(judgement.low, 0)} en "
        f"{number(judgement.high, 0)}; lager is makkelijker) · kans op B1 of makkelijker: "
        f"{chance_of(judgement)} · {judgement.words} woorden in {judgement.sentences} zinnen"
    )
    return text


def _scale(judgement: Judgement) -> Text:
    """The band on the scale from 0 to 100, in characters."""
    assert judgement.score is not None and judgement.low is not None and judgement.high is not None
    place = round(judgement.score / 100 * FULL_WIDTH)
    low, high = (round(value / 100 * FULL_WIDTH) for value in (judgement.low, judgement.high))
    line = "".join(
        "●" if column == place else "━" if low <= column <= high else "·"
        for column in range(FULL_WIDTH + 1)
    )
    return Text(f"makkelijk {line} moeilijk")


def _components(judgement: Judgement) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("waarom")
    table.add_column("", justify="right")
    table.add_column("richtpunt", justify="right")
    table.add_column("")
    for one in judgement.components:
        is_share = one.unit == "%"
        unit = " %" if is_share else ""
        sign = "minstens" if "gewoon" in one.name else "hoogstens"
        table.add_row(
            one.name,
            number(one.value, 0 if is_share else 1) + unit,
            f"{sign} {number(one.guide, 0 if is_share or one.guide >= 10 else 1)}{unit}",
            Text("goed", style="green") if one.is_good else Text("kan beter", style="yellow"),
        )
    return table


def _show_tips(console: Console, judgement: Judgement) -> None:
    tips = judgement.advice.tips if judgement.advice else ()
    if not tips:
        console.print(Padding("Geen adviezen: dit leest vlot.", (0, 0, 0, 2)))
        return
    console.print(
        Padding(Text("Dit helpt het meest, in deze volgorde:", style="bold"), (0, 0, 0, 2))
    )
    for place, tip in enumerate(tips, start=1):
        head = Text(f"{place}. {tip.title}. ", style="bold")
        head.append(tip.how, style="not bold")
        console.print(Padding(head, (0, 0, 0, 2)))
        for example in tip.examples[:MAX_EXAMPLES]:
            console.print(Padding(Text(f"– {example}"), (0, 0, 0, 5)))
        if len(tip.examples) > MAX_EXAMPLES:
            rest = ", ".join(example.split(":")[0] for example in tip.examples[MAX_EXAMPLES:])
            console.print(Padding(Text(f"– en ook: {rest}"), (0, 0, 0, 5)))
