"""What an operator sets, and the key of the pseudonyms."""

from __future__ import annotations

from pathlib import Path

import pytest

from dronten_pipeline.settings import Settings


def test_paths_are_absolute_wherever_the_command_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATALAB_HOME", "state")
    monkeypatch.setenv("DATALAB_LANDING", "../shared/landing")
    settings = Settings()
    assert settings.home == tmp_path / "state"
    assert settings.landing_folder == tmp_path.parent / "shared" / "landing"


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATALAB_AS_OF", "")
    assert Settings().as_of is None


def test_the_key_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    first = settings.read_pseudonym_key()
    assert settings.read_pseudonym_key() == first
    assert settings.own_pseudonym_key.stat().st_mode & 0o777 == 0o600


def test_a_key_may_be_given_or_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("a secret of enough length\n", encoding="utf-8")
    given = Settings(home=tmp_path, pseudonym_key="a secret of enough length")
    named = Settings(home=tmp_path, pseudonym_key=str(file))
    assert given.read_pseudonym_key() == named.read_pseudonym_key()
    assert not given.own_pseudonym_key.exists()


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="korter dan 16"):
        Settings(home=tmp_path, pseudonym_key="short").read_pseudonym_key()


def test_half_a_key_is_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.own_pseudonym_key.write_text("")
    with pytest.raises(ValueError, match="geen hele sleutel"):
        settings.read_pseudonym_key()
