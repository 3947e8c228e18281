"""`datalab leesniveau FILE...`: what a writer types and reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from dronten_pipeline.leesniveau import assess
from dronten_pipeline.leesniveau.assess import find_files, judge_files
from tests.unit.leesniveau.conftest import EASY, HARD

Typed = Callable[..., Result]


def test_one_text_gets_level_band_chance_reasons_and_advice(typed: Typed, folder: Path) -> None:
    result = typed(folder / "brieven" / "moeilijk.md")
    assert result.exit_code == 0
    for part in ("Niveau C", "tussen", "kans op B1 of makkelijker", "woorden per zin", "1. "):
        assert part in result.output
    assert "niet geijkt" in result.output


def test_a_folder_is_read_with_all_below_it_and_summed_up(typed: Typed, folder: Path) -> None:
    result = typed(folder)
    assert result.exit_code == 0
    assert "1 van 2 beoordeelde teksten (50 %)" in result.output
    assert "1 te kort" in result.output and "plaatje" not in result.output


def test_many_texts_are_a_table_with_what_is_wrong_below(typed: Typed, folder: Path) -> None:
    (folder / "leeg.txt").write_bytes(b"")
    (folder / "english.txt").write_text("You and the others have to go to the office. " * 9)
    result = typed(folder)
    assert result.exit_code == 3
    assert "helpt het meest" in result.output
    assert "english.txt: De tekst is geen Nederlands maar waarschijnlijk Engels" in result.output
    assert "leeg.txt: Het document is leeg" in result.output


def test_json_holds_all_but_the_text(typed: Typed, folder: Path) -> None:
    found = json.loads(typed(folder, "--json").stdout)
    assert [Path(one["name"]).name for one in found] == [
        "bericht.txt",
        "makkelijk.txt",
        "moeilijk.md",
    ]
    assert found[0]["level"] is None and found[1]["is_b1_or_easier"] is True
    assert found[2]["low"] <= found[2]["score"] <= found[2]["high"]
    assert found[2]["advice"]["tips"] and "text" not in found[2]


def test_standard_input_is_read(typed: Typed) -> None:
    found = json.loads(typed("-", "--json", stdin=(EASY * 3).encode()).stdout)
    assert found[0]["name"] == "standaardinvoer" and found[0]["level"] == "A"


@pytest.mark.parametrize(
    ("name", "code"), [("makkelijk.txt", 0), ("moeilijk.md", 4)], ids=["easy", "hard"]
)
def test_b1_can_be_required(typed: Typed, folder: Path, name: str, code: int) -> None:
    assert typed(folder / "brieven" / name, "--require-b1").exit_code == code


def test_what_does_not_exist_is_said_and_the_rest_is_judged(typed: Typed, folder: Path) -> None:
    result = typed(folder / "brieven" / "makkelijk.txt", folder / "weg.txt")
    assert result.exit_code == 3
    assert "Niveau A" in result.output and "bestaat niet" in result.output


def test_nothing_to_read_is_a_sentence(typed: Typed, tmp_path: Path) -> None:
    for arguments in ([], [tmp_path]):
        result = typed(*arguments)
        assert result.exit_code == 1
        assert "geen teksten" in result.output


def test_the_marked_copy_is_one_file_without_anything_from_outside(
    typed: Typed, folder: Path, tmp_path: Path
) -> None:
    (folder / "<script>.txt").write_text(f"{HARD * 9} <script>alert(1)</script> & meer.")
    target = tmp_path / "uit.html"
    assert typed(folder, "--html", target).exit_code == 0
    page = target.read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert "@import" not in page and "url(" not in page and "<script" not in page.lower()
    assert page.count("<article") == 4
    assert '<html lang="nl">' in page


def test_a_mark_is_never_colour_alone(typed: Typed, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "uit.html"
    typed(folder / "brieven" / "moeilijk.md", "--html", target)
    page = target.read_text(encoding="utf-8")
    for kind in ("hard", "formal", "passive", "noun"):
        assert f"mark.{kind} {{ text-decoration: underline" in page
    assert "→ wat nu geldt" in page
    assert re.search(r'<span class="label">lang: \d+ woorden</span>', page)


def test_a_text_with_full_stops_in_the_wrong_places_is_held_back(
    typed: Typed, tmp_path: Path
) -> None:
    letter = tmp_path / "punten.txt"
    letter.write_text(
        "Gelet op de vigerende verordening. Inzake uw aanvraag. Krachtens de wet. Alsmede het "
        "besluit. Derhalve te verstrekken. Ten behoeve van u. " * 6,
        encoding="utf-8",
    )
    assert typed(letter, "--require-b1").exit_code == 4


def test_a_page_that_cannot_be_written_is_a_sentence(typed: Typed, folder: Path) -> None:
    result = typed(folder, "--html", folder / "nergens" / "uit.html")
    assert result.exit_code == 1 and "kan niet worden geschreven" in result.output


def test_short_messages_are_also_judged_together(typed: Typed, tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"{number}.txt").write_text(EASY[: 90 + number], encoding="utf-8")
    result = typed(tmp_path)
    assert "8 korte teksten samen" in result.output


def test_files_are_found_once_in_order(folder: Path) -> None:
    pattern = str(folder / "brieven" / "*.txt")
    found = find_files([pattern, str(folder), "-"])
    assert [Path(one).name for one in found] == ["makkelijk.txt", "bericht.txt", "moeilijk.md", "-"]


def test_several_processes_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (tmp_path / f"{number:02}.txt").write_text(f"{EASY * 3} Nummer {'na ' * number}.")
    names = find_files([str(tmp_path)])
    alone = list(judge_files(names, None))
    monkeypatch.setattr(assess, "FILES_PER_PROCESS", 2)
    monkeypatch.setattr(assess, "FILES_AT_ONCE", 2)
    assert list(judge_files(names, None)) == alone
    assert [one.name for one in alone] == names
