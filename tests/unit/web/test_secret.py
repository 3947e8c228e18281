"""The token and what is given in exchange for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dronten_pipeline.web.secret import Entrance, TokenError, read_token


def test_a_token_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "web.token"
    token = read_token(path)
    assert read_token(path) == token
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(token) >= 43
    assert read_token(tmp_path / "other") != token


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_token_that_others_can_read_is_none(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "web.token"
    read_token(path)
    path.chmod(mode)
    with pytest.raises(TokenError, match="Anderen kunnen"):
        read_token(path)


@pytest.mark.parametrize("content", [b"", b"geheim", b"x" * 42, b"x" * 40 + b" abc", b"\xff" * 50])
def test_a_word_is_no_token(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "web.token"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(TokenError, match="geen token"):
        read_token(path)


def test_a_code_opens_once() -> None:
    entrance = Entrance()
    code = entrance.code
    assert not entrance.opens("")
    assert not entrance.opens("é")
    assert entrance.opens(code)
    assert not entrance.opens(code)
    assert entrance.opens(entrance.code)
