"""Cases from the field: names of files, and which of several files counts."""

from __future__ import annotations

from pathlib import Path

from . import field
from .field import Case


def handled(case: Case) -> int:
    return case.rows("callbacks").get_column("afgehandeld_op").count()


def test_a_second_download_comes_after_the_first(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "71-names-download-1", tmp_path)
    assert case.outcome.state == "current"
    assert handled(case) == 12
    assert "de volgorde is die van" in case.notes


def test_a_backup_is_no_delivery_and_is_named(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "72-names-backup", tmp_path)
    assert case.outcome.state == "current"
    assert handled(case) == 12
    assert "1 reservekopie telt niet mee: callbacks_2026-03.csv.bak." in case.outcome.note


def test_a_name_in_capitals_with_loose_accents_and_very_long(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "74-names-nfd-long-upper", tmp_path)
    assert case.outcome.state == "current"
    assert case.rows("callbacks").height == 12
    assert "coördinatie" not in case.notes
