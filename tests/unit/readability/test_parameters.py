"""The numbers of the method are read from one file, and nothing in it is guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dronten_pipeline.readability import lint, parameters, ranking


def test_the_frozen_file_has_a_weight_for_every_feature() -> None:
    frozen = parameters.frozen()
    assert set(frozen.lint) == {"intercept", *lint.FEATURES, *(f"{f}_mean" for f in lint.FEATURES)}
    assert set(frozen.ranking) == {"intercept", "zipf_mean", *ranking.FEATURES}
    assert frozen.cuts == (34.0, 46.0, 58.0)


def test_weights_have_the_sign_that_research_gives_them() -> None:
    frozen = parameters.frozen()
    assert frozen.lint["zipf"] < 0 and frozen.lint["concrete"] < 0
    assert frozen.lint["length"] > 0 and frozen.lint["density"] > 0
    assert frozen.ranking["zipf"] < 0 < frozen.ranking["passives"]
    assert frozen.ranking["person_first"] < 0 < frozen.ranking["root_replaceable_share"]


def test_a_calibration_file_changes_what_it_names_only(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"version": "dronten-2026", "b1_cut": 43.5}))
    given, frozen = parameters.load(path), parameters.frozen()
    assert (given.version, given.b1_cut) == ("dronten-2026", 43.5)
    assert given.lint == frozen.lint
    assert given.digest != frozen.digest


@pytest.mark.parametrize(
    "content",
    ['{"b1cut": 40}', '{"cuts": [34, 30, 58]}', '{"cuts": [34, 46]}'],
    ids=["unknown key", "cuts that fall", "a cut too few"],
)
def test_a_file_that_is_wrong_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match=r"unknown keys|rising cuts"):
        parameters.Parameters.read(content)


def test_who_fitted_what_is_told_and_does_not_change_the_method() -> None:
    frozen = parameters.frozen()
    assert {"fitted_on", "lint_fidelity", "ranking_accuracy"} <= set(frozen.provenance)
    other = parameters.Parameters.read(json.dumps({"provenance": {}}))
    assert other.digest == frozen.digest
