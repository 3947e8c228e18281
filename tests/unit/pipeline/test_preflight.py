"""What stops a run before it works, and `status` shows; what a kill leaves stops nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dronten_pipeline.audit.verify import attention
from dronten_pipeline.commands import endings
from dronten_pipeline.core.settings import Settings, UnusableKey
from dronten_pipeline.ledger import introduce, signing
from dronten_pipeline.pipeline import preflight
from tests.documents import append
from tests.unit.release.marts import judged_mart, publish_it, release_id


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two releases, anchored; the name of the anchor stands in its records."""
    folder = tmp_path_factory.mktemp("preflight")
    settings = Settings(home=folder / "home", anchor=folder / "anchor.txt")
    settings.read_pseudonym_key()
    publish_it(settings, judged_mart(settings, 1))
    publish_it(settings, judged_mart(settings, 2, value=2.5, previous=1))
    return folder


@pytest.fixture
def settings(made: Path, tmp_path: Path) -> Iterator[Settings]:
    kept = shutil.copytree(made, tmp_path / "kept", symlinks=True)
    yield Settings(home=made / "home", anchor=made / "anchor.txt")
    shutil.rmtree(made)
    shutil.move(kept, made)


def record(settings: Settings, number: int) -> Path:
    (path,) = settings.ledger.glob(f"{number:06d}-*.json")
    return path


def edit_a_record(settings: Settings) -> None:
    path = record(settings, 2)
    content = path.read_text()
    path.chmod(0o600)
    path.write_text(content.replace('"payload":"', '"payload":"AAAA', 1))


def empty_a_record(settings: Settings) -> None:
    record(settings, 2).chmod(0o600)
    record(settings, 2).write_bytes(b"")


def remove_a_record(settings: Settings) -> None:
    record(settings, 2).unlink()


def remove_the_last_record(settings: Settings) -> None:
    record(settings, max(numbers(settings))).unlink()


def cut_off_the_end_and_the_memory_of_it(settings: Settings) -> None:
    remove_the_last_record(settings)
    (settings.ledger / ".lock").write_text("")


def numbers(settings: Settings) -> list[int]:
    return sorted(int(path.name[:6]) for path in settings.ledger.glob("0*"))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (edit_a_record, "000002-"),
        (empty_a_record, "is beschadigd of veranderd: zet het terug"),
        (remove_a_record, "Record 2 ontbreekt"),
        (remove_the_last_record, "ontbreekt"),
        (cut_off_the_end_and_the_memory_of_it, "Het anker noemt record"),
    ],
)
def test_a_damaged_ledger_stops_a_run_before_it_works(
    settings: Settings, damage: Callable[[Settings], None], says: str
) -> None:
    damage(settings)
    before = sorted(settings.ledger.iterdir()), settings.anchor and settings.anchor.read_bytes()
    with pytest.raises(preflight.NotReady, match="logboek is niet in orde") as stopped:
        preflight.examine(settings)
    assert says in str(stopped.value)
    assert before == (
        sorted(settings.ledger.iterdir()),
        settings.anchor and settings.anchor.read_bytes(),
    )
    assert any(says in problem for problem in attention(settings).problems)


def lose_the_line_of_the_last_record(settings: Settings) -> None:
    assert settings.anchor is not None
    lines = settings.anchor.read_text().splitlines(keepends=True)
    settings.anchor.write_text("".join(lines[:-1]))


def lose_the_number_of_the_last_record(settings: Settings) -> None:
    (settings.ledger / ".lock").write_text(str(max(numbers(settings)) - 1))


def leave_half_a_record(settings: Settings) -> None:
    (settings.ledger / ".writing-1-000099-gate.json").write_text("{")


def forget_the_publication(settings: Settings) -> None:
    """A kill between pointing `current` and writing that down."""
    assert settings.anchor is not None
    last = record(settings, max(numbers(settings)))
    assert last.name.endswith("-release.json")
    last.unlink()
    lose_the_line_of_the_last_record(settings)
    (settings.ledger / ".lock").write_text(str(max(numbers(settings))))


@pytest.mark.parametrize(
    "left",
    [
        lambda _: None,
        lose_the_line_of_the_last_record,
        lose_the_number_of_the_last_record,
        leave_half_a_record,
        forget_the_publication,
        lambda settings: shutil.rmtree(settings.home),
    ],
    ids=["whole", "anchor", "number", "half", "publication", "a new home"],
)
def test_what_a_kill_leaves_stops_no_run(
    settings: Settings, left: Callable[[Settings], object]
) -> None:
    left(settings)
    if not settings.home.exists() and settings.anchor is not None:
        settings.anchor.unlink()
    preflight.examine(settings)


def test_an_anchor_may_begin_later_or_be_named_no_more(settings: Settings, tmp_path: Path) -> None:
    preflight.examine(settings.model_copy(update={"anchor": None}))
    elsewhere = tmp_path / "begun.txt"
    elsewhere.touch()
    preflight.examine(settings.model_copy(update={"anchor": elsewhere}))


def test_a_lost_key_of_the_pseudonyms_is_not_made_anew(settings: Settings) -> None:
    settings.own_pseudonym_key.unlink()
    with pytest.raises(UnusableKey, match="is er niet meer, en er is mee gelezen: zet haar terug"):
        preflight.examine(settings)
    assert not settings.own_pseudonym_key.exists()
    settings.own_pseudonym_key.write_text("made anew on purpose, long enough")
    preflight.examine(settings)


def test_a_current_that_is_a_file_or_gone_is_not_called_no_release(settings: Settings) -> None:
    current = settings.releases / "current"
    current.unlink()
    assert endings.in_force(settings).startswith("Er geldt nu geen uitgave, al staan er wel")
    current.touch()
    with pytest.raises(preflight.NotReady, match=r"moet een koppeling zijn.*datalab rollback"):
        preflight.examine(settings)
    assert "moet een koppeling zijn" in endings.in_force(settings)
    assert "nog geen uitgave" not in endings.in_force(settings)


# --- status


def test_a_sound_home_asks_for_no_attention(settings: Settings) -> None:
    found = attention(settings)
    assert (found.problems, found.notices) == ([], [])


@pytest.mark.parametrize("name", ["mart.duckdb", "open"])
def test_changed_figures_ask_for_attention(settings: Settings, name: str) -> None:
    path = settings.releases / release_id(2) / name
    path = path if path.is_file() else next(one for one in path.rglob("*") if one.is_file())
    path.chmod(0o600)
    with path.open("ab") as file:
        file.write(b"x")
    (problem,) = attention(settings).problems
    assert f"{path.name} is veranderd" in problem


def test_keys_that_nobody_made_known_ask_for_attention(settings: Settings, tmp_path: Path) -> None:
    other = signing.make_key(tmp_path / "other.key").public
    (settings.public_keys / "other.pem").write_bytes(other.pem())
    (notice,) = attention(settings).notices
    assert "other.pem ligt bij de openbare sleutels en wordt niet geloofd" in notice


def test_an_approver_under_a_second_name_asks_for_attention(
    settings: Settings, tmp_path: Path
) -> None:
    known = signing.make_key(tmp_path / "b.tweede.key").public
    settings.approvers_folder.mkdir()
    (settings.approvers_folder / "b.tweede.pem").write_bytes(known.pem())
    introduce.introduce_approver(settings, "b.tweede")
    assert attention(settings).notices == []
    (settings.approvers_folder / "a.eerste.pem").write_bytes(known.pem())
    (notice,) = attention(settings).notices
    assert "a.eerste.pem" in notice
    assert "de sleutel van b.tweede onder een tweede naam" in notice


def test_a_run_that_was_held_back_asks_for_attention(settings: Settings) -> None:
    append(settings, "gate", {"verdict": "failed"})
    (notice,) = attention(settings).notices
    assert "is tegengehouden" in notice
    assert "datalab approve" in notice
