"""`datalab leesniveau calibrate`: from labels of people to a parameter file."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from dronten_pipeline.readability import calibration, judge
from tests.unit.leesniveau.conftest import EASY, HARD

Typed = Callable[..., Result]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """80 texts from easy to hard with the labels of two raters, one of whom errs at times."""
    dice = random.Random(1)
    easy, hard = EASY.split(". "), HARD.split(". ")
    rows = ["bestand;niveau;beoordelaar"]
    texts = tmp_path / "geijkt"
    texts.mkdir()
    for number in range(80):
        share = number / 80
        sentences = [
            (hard[0] if dice.random() < share else dice.choice(easy[:-1])) + "." for _ in range(24)
        ]
        (texts / f"{number:02}.txt").write_text(" ".join(sentences), encoding="utf-8")
        level = ["A", "B1", "B2", "C"][min(3, number // 20)]
        rows.append(f"{number:02}.txt;{level};Ans")
        rows.append(f"{number:02}.txt;{level if number % 9 else 'B2'};Bo")
    (tmp_path / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return texts


def test_a_calibration_is_shown_written_and_used(typed: Typed, labelled: Path) -> None:
    labels, home = labelled.parent / "labels.csv", labelled.parent / "home"
    result = typed("calibrate", labels, "--texts", labelled)
    assert result.exit_code == 0, result.output
    for part in ("2 beoordelaars", "Krippendorffs alfa", "volgens mensen", "gewogen kappa"):
        assert part in result.output
    made = calibration.in_force(None, home / "calibration")
    assert made is not None and made.number == 1
    assert made.texts == 80 and made.easy_texts + made.hard_texts == 80
    assert judge.applies(made) and made.version in judge.method_version(made)
    # The gates hold back an invented letter with one hard sentence; labels say nothing of that.
    assert made.sensitivity + made.specificity > 1.2
    judged = typed(labelled / "00.txt").output
    assert "geijkt op 80 eigen teksten" in judged and f".ijk-{made.version}" in judged


def test_a_second_calibration_stands_beside_the_first(typed: Typed, labelled: Path) -> None:
    labels, home = labelled.parent / "labels.csv", labelled.parent / "home"
    for _ in range(2):
        assert typed("calibrate", labels, "--texts", labelled).exit_code == 0
    names = sorted(path.name for path in (home / "calibration").iterdir())
    assert names == ["leesniveau-0001.json", "leesniveau-0002.json"]


def test_a_dry_run_writes_nothing(typed: Typed, labelled: Path) -> None:
    labels = labelled.parent / "labels.csv"
    result = typed("calibrate", labels, "--texts", labelled, "--dry-run")
    assert result.exit_code == 0 and "niets geschreven" in result.output
    assert not (labelled.parent / "home" / "calibration").exists()


def test_too_few_labels_are_refused_in_a_sentence(typed: Typed, labelled: Path) -> None:
    labels = labelled.parent / "labels.csv"
    labels.write_text("\n".join(labels.read_text().split("\n")[:61]))
    result = typed("calibrate", labels, "--texts", labelled)
    assert result.exit_code == 1
    assert "30 bruikbare teksten" in result.output and "minstens 60" in result.output


def test_texts_that_are_not_there_are_named(typed: Typed, labelled: Path) -> None:
    result = typed("calibrate", labelled.parent / "labels.csv")
    assert result.exit_code == 1
    assert "Geen van de 80 teksten" in result.output and "--texts" in result.output


def test_a_calibration_of_another_method_is_not_used(
    typed: Typed, labelled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typed("calibrate", labelled.parent / "labels.csv", "--texts", labelled).exit_code == 0
    monkeypatch.setattr(judge, "instrument_version", lambda: "ander-1+00000000")
    assert "hoort bij een andere methode" in typed(labelled / "00.txt").output


def test_a_broken_calibration_stops_instead_of_being_left_out(typed: Typed, labelled: Path) -> None:
    folder = labelled.parent / "home" / "calibration"
    folder.mkdir(parents=True)
    (folder / "leesniveau-0001.json").write_text("{}")
    result = typed(labelled / "00.txt")
    assert result.exit_code == 1 and "geen parameterbestand" in result.output
