"""Labels, agreement, the fit of cut-offs, and the parameter file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from dronten_pipeline.readability import calibration
from dronten_pipeline.readability.calibration import (
    Calibration,
    CalibrationError,
    fit,
    krippendorff_alpha,
    read_labels,
    weighted_kappa,
)

CUTS = (34.0, 46.0, 58.0)


def made(number: int = 1, **changes: object) -> Calibration:
    values: dict[str, object] = {
        "number": number,
        "made_on": dt.date(2026, 11, 22),
        "method_version": "m-1+00000000",
        "cuts": (36.0, 50.0, 60.0),
        "b1_slope": 3.0,
        "texts": 100,
        "raters": 3,
        "labels_sha256": "0" * 64,
        "easy_texts": 50,
        "easy_found": 45,
        "hard_texts": 50,
        "hard_found": 40,
        "alpha": 0.8,
        "kappa": 0.7,
        "confusion": ((1, 0, 0, 0),) * 4,
    }
    return Calibration.model_validate(values | changes)


def labels_file(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "content",
    [
        "bestand;niveau;beoordelaar\na.txt;B1;Ans\na.txt;b2;Bo\nb.txt;C1;Ans\n",
        "file,level,rater\na.txt,B1,Ans\na.txt,B2,Bo\nb.txt,C,Ans\n",
        "\ufeffNiveau\tBestand\tBeoordelaar\nB1\ta.txt\tAns\nB2\ta.txt\tBo\nC2\tb.txt\tAns\n",
    ],
    ids=["semicolon", "comma", "tab, mark and another order"],
)
def test_labels_are_read_in_the_dialects_of_offices(tmp_path: Path, content: str) -> None:
    labels = read_labels(labels_file(tmp_path, content))
    assert labels.by_text == {"a.txt": {"Ans": 1, "Bo": 2}, "b.txt": {"Ans": 3}}
    assert labels.raters == ("Ans", "Bo")
    assert labels.consensus() == {"a.txt": 2, "b.txt": 3}, "between two levels the harder one"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("bestand;score\na.txt;3\n", "geen kolom niveau"),
        ("bestand;niveau\na.txt;B3\n", "regel 2: niveau 'B3'"),
        ("bestand;niveau\n;B1\n", "regel 2: er staat geen bestand"),
        ("bestand;niveau\na.txt;B1\na.txt;B2\n", "regel 3: a.txt is al beoordeeld"),
        (
            "bestand;niveau;beoordelaar\n" + "".join(f"a;B1;{n}\n" for n in range(4)),
            "4 beoordelaars",
        ),
    ],
)
def test_wrong_labels_are_named_with_their_line(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(CalibrationError, match=words):
        read_labels(labels_file(tmp_path, content))


def test_alpha_is_one_in_full_agreement_and_about_zero_by_chance() -> None:
    assert krippendorff_alpha([[0, 0], [1, 1, 1], [3, 3]]) == pytest.approx(1)
    random = np.random.default_rng(1)
    by_chance = krippendorff_alpha(random.integers(0, 4, (500, 2)).tolist())
    assert by_chance is not None and abs(by_chance) < 0.1


def test_alpha_counts_distance_on_the_ordered_scale() -> None:
    near = krippendorff_alpha([[0, 1], [1, 2], [2, 3], [3, 3], [0, 0], [1, 1]])
    far = krippendorff_alpha([[0, 3], [1, 3], [2, 0], [3, 3], [0, 0], [1, 1]])
    assert near is not None and far is not None and near > far


def test_alpha_matches_a_case_worked_out_by_hand() -> None:
    # Two levels, each given four times. Of the 8 ordered pairs of labels 4 differ; by chance
    # 2 x 4 x 4 / (8 x 7) of them do.
    found = krippendorff_alpha([[0, 0], [1, 1], [0, 1], [0, 1]])
    assert found == pytest.approx(1 - (4 / 8) / (2 * 4 * 4 / (8 * 7)))


@pytest.mark.parametrize(
    "labels", [[], [[1]], [[1, 1], [1, 1]]], ids=["none", "single", "one level"]
)
def test_alpha_of_nothing_to_compare_is_unknown(labels: list[list[int]]) -> None:
    assert krippendorff_alpha(labels) is None


def test_kappa_is_one_on_the_diagonal_and_weighs_far_errors_more() -> None:
    assert weighted_kappa(np.diag([5, 5, 5, 5])) == 1
    near, far = np.diag([5, 5, 5, 5]), np.diag([5, 5, 5, 5])
    near[0, 1] = far[0, 3] = 4
    assert weighted_kappa(near) > weighted_kappa(far)


def texts(count: int, noise: float, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Scores from 20 to 80 with the level that follows from the cuts, `shift` points further."""
    random = np.random.default_rng(7)
    scores = random.uniform(20, 80, count)
    truth = np.searchsorted(np.array(CUTS) + shift, scores + random.normal(0, noise, count))
    return scores, truth.astype(np.int64), [f"{number}.txt" for number in range(count)]


def fitted(count: int, noise: float, shift: float = 0.0) -> calibration.Fit:
    scores, truth, names = texts(count, noise, shift)
    return fit(scores, truth, np.ones(count, dtype=bool), names, CUTS)


def test_the_cuts_move_to_where_people_put_them() -> None:
    found = fitted(400, noise=3, shift=6)
    assert np.abs(np.array(found.cuts) - np.array(CUTS) - 6).max() < 2
    assert found.kappa > found.published_kappa
    assert found.confusion.sum() == 400


def test_what_is_reported_is_out_of_fold() -> None:
    # Labels that have nothing to do with scores cannot look good.
    scores, truth, names = texts(200, 3)
    shuffled = np.random.default_rng(3).permutation(truth)
    with pytest.raises(CalibrationError, match="hangen te weinig samen"):
        fit(scores, shuffled, np.ones(200, dtype=bool), names, CUTS)


def test_the_same_labels_give_the_same_cuts_in_any_order() -> None:
    scores, truth, names = texts(150, 3)
    order = np.random.default_rng(5).permutation(150)
    passes = np.ones(150, dtype=bool)
    one = fit(scores, truth, passes, names, CUTS)
    other = fit(scores[order], truth[order], passes, [names[n] for n in order], CUTS)
    assert other.cuts == pytest.approx(one.cuts)
    assert (other.confusion == one.confusion).all()


@pytest.mark.parametrize(
    ("count", "level"), [(59, None), (200, 0), (200, 3)], ids=["few", "all easy", "all hard"]
)
def test_too_few_labels_are_refused_with_what_is_needed(count: int, level: int | None) -> None:
    scores, truth, names = texts(count, 3)
    if level is not None:
        truth = np.full(count, level)
    with pytest.raises(CalibrationError, match="minstens 60"):
        fit(scores, truth, np.ones(count, dtype=bool), names, CUTS)


def test_a_boundary_without_texts_on_both_sides_keeps_its_place() -> None:
    scores, truth, names = texts(200, 3)
    truth = np.clip(truth, 1, 2)
    found = fit(scores, truth, np.ones(200, dtype=bool), names, CUTS)
    assert (found.cuts[0], found.cuts[2]) == (34.0, 58.0)
    assert found.kept == ("A/B1", "B2/C")


def test_what_the_gates_hold_back_is_never_easy() -> None:
    levels = calibration.levels_of(np.array([20.0, 20.0]), np.array([True, False]), CUTS)
    assert levels.tolist() == [0, 2]


def test_the_newest_parameter_file_holds_and_older_ones_stay(tmp_path: Path) -> None:
    assert calibration.in_force(None, tmp_path) is None
    first = calibration.write(made(calibration.next_number(tmp_path)), tmp_path)
    second = calibration.write(made(calibration.next_number(tmp_path), kappa=0.9), tmp_path)
    assert [first.name, second.name] == ["leesniveau-0001.json", "leesniveau-0002.json"]
    found = calibration.in_force(None, tmp_path)
    assert found is not None and found.number == 2
    named = calibration.in_force(first, tmp_path)
    assert named == made(1)


def test_the_version_changes_with_everything_in_it() -> None:
    assert made().version == made().version
    assert made().version != made(cuts=(36.0, 50.1, 60.0)).version


@pytest.mark.parametrize("content", [None, "{}", '{"cuts": [1, 2]}', "niets"])
def test_a_file_that_is_no_calibration_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "leesniveau-0001.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CalibrationError):
        calibration.load(path)
