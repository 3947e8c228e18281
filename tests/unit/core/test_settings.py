"""What an operator sets, and the key of the pseudonyms."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from dronten_pipeline.core.settings import Settings


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


@pytest.mark.parametrize(
    ("field", "name", "says"),
    [
        ("schema", "pg_mart", "houdt deze naam voor zichzelf"),
        ("schema", "information_schema", "houdt deze naam voor zichzelf"),
        ("schema", "user", "een woord van SQL"),
        ("schema", "table", "een woord van SQL"),
        ("schema", "Mart", "kleine letters"),
        ("schema", 'mart"', "kleine letters"),
        ("schema", "mart\n", "kleine letters"),
        ("schema", "m" * 41, "hooguit 40 tekens"),
        ("schema", "", None),
        ("schema", "m" * 40, None),
        ("reader", "pg_lezer", "houdt deze naam voor zichzelf"),
        ("reader", "public", "houdt deze naam voor zichzelf"),
        ("reader", "PUBLIC", "houdt deze naam voor zichzelf"),
        ("reader", "é" * 32, "na 63 bytes"),
        ("reader", 'Rol met "aanhaling" en é', None),
        ("reader", "bi_open", "een andere rol dan wie alles leest"),
        ("open_reader", "none", "houdt deze naam voor zichzelf"),
        ("open_reader", "bi_lezer", "een andere rol dan wie alles leest"),
    ],
)
def test_a_name_that_postgres_does_not_take_is_told_before_any_work(
    monkeypatch: pytest.MonkeyPatch, field: str, name: str, says: str | None
) -> None:
    monkeypatch.setenv(f"DATALAB_POSTGRES_{field.upper()}", name)
    if says is None:
        assert getattr(Settings(), f"postgres_{field}") == (name or "mart")
    else:
        with pytest.raises(ValidationError, match=says):
            Settings()
