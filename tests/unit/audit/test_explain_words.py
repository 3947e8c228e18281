"""One figure in sentences: each is true of that figure."""

from __future__ import annotations

from typing import Any

import pytest

from dronten_pipeline.audit.explain.answer import Figure, Target
from dronten_pipeline.audit.explain.words import _cell, _parts, _target, _unit, _value


def figure(**other: Any) -> Figure:
    said: dict[str, Any] = {
        "period_grain": "month",
        "period_start": "2026-06-01",
        "dimension": "total",
        "dimension_value": "total",
        "value": 75.0,
        "numerator": 3.0,
        "denominator": 4.0,
        "sample_size": 4,
        "ci_low": None,
        "ci_high": None,
        "is_suppressed": False,
        "is_provisional": True,
        "source_state": "current",
        "as_of": "2026-06-30",
        "definition_version": "1",
    }
    return Figure(**said | other)


def beside(**other: Any) -> Figure:
    return figure(dimension="measure", **other)


def test_a_period_that_is_over_is_not_said_to_run() -> None:
    assert "de periode is voorbij" in _value(figure(), "percent")
    assert "de periode is nog niet voorbij" in _value(figure(as_of="2026-06-29"), "percent")
    assert "voorlopig" not in _value(figure(is_provisional=False), "percent")


@pytest.mark.parametrize(
    ("one", "unit"),
    [
        (figure(), "percent"),
        (figure(dimension="team"), "percent"),
        (beside(), "percent"),  # a share of records
        (beside(value=4_701_620.9, numerator=None, denominator=None), None),  # euros
        (beside(value=3.5, numerator=None), None),  # a mean
        (beside(value=3.0), None),
        (beside(value=None), None),
    ],
    ids=["total", "part", "share", "euros", "mean", "no share", "hidden"],
)
def test_a_figure_beside_the_headline_has_a_unit_of_its_own(one: Figure, unit: str | None) -> None:
    assert _unit(one, "percent") == unit


def test_a_figure_beside_the_headline_is_called_by_its_name() -> None:
    assert (
        _cell(beside(dimension_value="not_judged")) == "juni 2026, cijfer ernaast: niet beoordeeld"
    )
    assert _cell(figure(dimension="team", dimension_value="KCC")) == "juni 2026, team: KCC"


def test_one_record_is_one_and_a_margin_has_its_unit() -> None:
    (line,) = _parts(figure(denominator=None, numerator=None, sample_size=1), "percent")
    assert line == "Berekend over 1 record."
    (_, margin) = _parts(figure(ci_low=30.06, ci_high=95.44), "percent")
    assert margin == "Met 95 % zekerheid tussen 30,1 % en 95,4 %."


def test_the_target_beside_a_part_is_that_of_the_whole() -> None:
    target = Target(
        kind="target",
        period_start="2026-01-01",
        comparator=">",
        target_value=60.0,
        document_nl="Programmabegroting",
        decided=None,
        note=None,
    )
    assert _target(target, figure(), "percent").startswith("Doel vanaf")
    assert _target(target, figure(dimension="team"), "percent").startswith("Doel van het geheel")
