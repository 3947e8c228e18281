"""From a file with labels and the texts beside it to a calibration, and how it is shown.

Here belongs: finding and scoring the labelled texts, and the report. Not here: labels, agreement
and the fit (`readability/calibration.py`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from dronten_pipeline.leesniveau import terminal
from dronten_pipeline.readability import calibration, documents, extract, judge
from dronten_pipeline.readability.calibration import (
    LEVELS,
    Calibration,
    CalibrationError,
    Fit,
    Ints,
)
from dronten_pipeline.readability.parameters import frozen

#: Agreement of raters below which their labels say little (Krippendorff's own rule of thumb).
TRUSTWORTHY_ALPHA = 0.667


@dataclass(frozen=True)
class Calibrated:
    """A calibration with all that its report says.

    Attributes:
        left_out: labelled files that were not used, with the reason.
    """

    calibration: Calibration
    fit: Fit
    left_out: dict[str, str]


def calibrate(labels_path: Path, texts: Path, folder: Path, *, made_on: dt.date) -> Calibrated:
    """Fits the cut-offs; writes nothing.

    Args:
        texts: folder that the files with labels are relative to.
        folder: where parameter files are kept; decides the number.

    Raises:
        CalibrationError: the labels cannot be used; with what to do.
    """
    labels = calibration.read_labels(labels_path)
    consensus = labels.consensus()
    read: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for name in consensus:
        try:
            read[name] = extract.extract_text(documents.resolve(texts, name))
        except (extract.DocumentUnreadable, OSError) as error:
            left_out[name] = str(error)
    judged = judge.firm(
        judge.judge_texts(pl.Series(list(read.values()), dtype=pl.String))
    ).with_columns(file=pl.Series(list(read), dtype=pl.String))
    for name, refusal, words in (
        judged.filter(pl.col("score").is_null()).select("file", "refusal", "words").iter_rows()
    ):
        left_out[name] = refusal or f"Te kort om alleen te beoordelen ({words} woorden)."
    if len(left_out) == len(consensus):
        first = next(iter(left_out))
        raise CalibrationError(
            f"Geen van de {len(consensus)} teksten met een label is te gebruiken, zoals {first}: "
            f"{left_out[first]} Geef met --texts de map waar de bestanden staan."
        )
    used = judged.filter(pl.col("score").is_not_null())
    names = used["file"].to_list()
    truth = np.array([consensus[name] for name in names], dtype=np.int64)
    fit = calibration.fit(
        used["score"].to_numpy(), truth, used["passes_gates"].to_numpy(), names, frozen().cuts
    )
    easy = int(fit.confusion[:2].sum())
    return Calibrated(
        Calibration(
            number=calibration.next_number(folder),
            made_on=made_on,
            method_version=judge.instrument_version(),
            cuts=fit.cuts,
            b1_slope=fit.b1_slope,
            texts=len(names),
            raters=len(labels.raters),
            labels_sha256=labels.sha256,
            easy_texts=easy,
            easy_found=int(fit.confusion[:2, :2].sum()),
            hard_texts=len(names) - easy,
            hard_found=int(fit.confusion[2:, 2:].sum()),
            alpha=calibration.krippendorff_alpha(
                [list(given.values()) for given in labels.by_text.values()]
            ),
            kappa=fit.kappa,
            confusion=tuple(tuple(int(cell) for cell in row) for row in fit.confusion),
        ),
        fit,
        left_out,
    )


def write(result: Calibrated, folder: Path) -> Path:
    """The place of the new parameter file.

    Raises:
        CalibrationError: the folder cannot be written.
    """
    try:
        return calibration.write(result.calibration, folder)
    except OSError as error:
        raise CalibrationError(
            f"De ijking kan niet in {folder} worden geschreven. Controleer de rechten."
        ) from error


def show(console: Console, result: Calibrated) -> None:
    """The report: agreement, cut-offs before and after, the errors, and what was left out."""
    made, fit = result.calibration, result.fit
    console.print(
        f"IJking {made.version} op {made.texts} teksten van {made.raters} "
        f"{'beoordelaar' if made.raters == 1 else 'beoordelaars'}, voor {made.method_version}."
    )
    console.print(_agreement(made))
    cuts = Table("grens", "gepubliceerd", "geijkt")
    for place, (before, after) in enumerate(zip(frozen().cuts, fit.cuts, strict=True)):
        name = f"{LEVELS[place]} / {LEVELS[place + 1]}"
        kept = (
            " (te weinig teksten: geschoven of gelijk gebleven)"
            if name.replace(" ", "") in fit.kept
            else ""
        )
        cuts.add_row(name, terminal.number(before), terminal.number(after) + kept)
    console.print(cuts)
    console.print(
        "Beoordeeld met grenzen die op andere teksten zijn geijkt (niet op de tekst zelf):"
    )
    console.print(_confusion(fit.confusion))
    for name, table, kappa in (
        ("geijkt", fit.confusion, fit.kappa),
        ("gepubliceerde grenzen", fit.published_confusion, fit.published_kappa),
    ):
        easy, hard = _share(table[:2, :2], table[:2]), _share(table[2:, 2:], table[2:])
        console.print(
            f"{name.capitalize()}: van de teksten op B1 of makkelijker wordt {easy} herkend, van "
            f"de moeilijkere {hard}; gewogen kappa {terminal.number(kappa, 2)}."
        )
    if made.texts < calibration.WANTED_TEXTS:
        console.print(
            f"[yellow]{made.texts} teksten zijn er weinig.[/yellow] Met {calibration.WANTED_TEXTS} "
            "is het aandeel goed beoordeelde teksten op ongeveer 4 punten nauwkeurig bekend."
        )
    if result.left_out:
        console.print(f"{len(result.left_out)} teksten met een label tellen niet mee:")
        for name, reason in list(result.left_out.items())[:10]:
            console.print(f"  {name}: {reason}", markup=False)
        if len(result.left_out) > 10:
            console.print(f"  en nog {len(result.left_out) - 10}.")


def _agreement(made: Calibration) -> str:
    if made.alpha is None:
        return (
            "[yellow]Hoe eens beoordelaars het zijn, is niet te zeggen[/yellow]: er is maar één "
            "beoordeling per tekst. Laat ten minste twee mensen dezelfde teksten beoordelen."
        )
    text = f"Beoordelaars onderling: Krippendorffs alfa {terminal.number(made.alpha, 2)}"
    if made.alpha < TRUSTWORTHY_ALPHA:
        return (
            f"[yellow]{text}: te laag om op te bouwen[/yellow] (0,67 of meer is bruikbaar). "
            "Bespreek de verschillen en de omschrijving van de niveaus."
        )
    return text + " (0,67 of meer is bruikbaar, 0,80 goed)."


def _confusion(table: Ints) -> Table:
    shown = Table("volgens mensen ↓ / instrument →", *LEVELS, "samen")
    for level, row in zip(LEVELS, table, strict=True):
        shown.add_row(level, *(str(cell) for cell in row), str(row.sum()))
    return shown


def _share(part: Ints, whole: Ints) -> str:
    """A share with its 95 % Wilson interval, in words."""
    met, counted = int(part.sum()), int(whole.sum())
    if not counted:
        return "-"
    z = 1.959963984540054
    share = met / counted
    centre = (share + z**2 / (2 * counted)) / (1 + z**2 / counted)
    half = (
        z * (share * (1 - share) / counted + z**2 / (4 * counted**2)) ** 0.5 / (1 + z**2 / counted)
    )
    return (
        f"{100 * share:.0f} % (95 %-interval {100 * (centre - half):.0f}-"
        f"{100 * (centre + half):.0f} %, {met} van {counted})"
    )
