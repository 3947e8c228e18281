"""The secret of the web server: a token in a file, and what is given in exchange for it.

Not here: who must show it (`guard.py`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from pathlib import Path

from dronten_pipeline.core.durable import write_secret

SESSION_SECONDS = 7 * 24 * 3600
#: As long as 32 random bytes, so that nobody chooses a word.
SHORTEST = 43


class TokenError(ValueError):
    """There is no token to rely on; the message is Dutch and says what to do."""


def read_token(path: Path) -> str:
    """The token of this server, made on first use.

    Raises:
        TokenError: others can read it, or it is too short or no plain text.
        OSError: it cannot be read or made.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, secrets.token_urlsafe(32).encode())
    if path.stat().st_mode & 0o077:
        raise TokenError(f"Anderen kunnen {path} lezen: verwijder het bestand, er komt een nieuw.")
    token = path.read_bytes().decode("ascii", "replace").strip()
    if len(token) < SHORTEST or set(token) - set(string.ascii_letters + string.digits + "-_"):
        raise TokenError(
            f"{path} houdt geen token van minstens {SHORTEST} letters en cijfers: verwijder het "
            "bestand, er komt een nieuw."
        )
    return token


def new_session(token: str, now: float) -> str:
    """What a browser keeps as a cookie: until when it counts, and the proof of that."""
    until = str(int(now) + SESSION_SECONDS)
    return f"{until}.{_proof(token, until)}"


def is_session(token: str, session: str, now: float) -> bool:
    """Whether this server gave that session and it still counts; a new token ends all."""
    until, _, proof = session.partition(".")
    if not hmac.compare_digest(proof.encode(), _proof(token, until).encode()):
        return False
    return int(until) > now


def _proof(token: str, until: str) -> str:
    return hmac.new(token.encode(), f"session {until}".encode(), hashlib.sha256).hexdigest()


class Entrance:
    """A code that opens the server once; after that there is another one."""

    def __init__(self) -> None:
        self.code = secrets.token_urlsafe(32)

    def opens(self, code: str) -> bool:
        if not hmac.compare_digest(code.encode(), self.code.encode()):
            return False
        self.code = secrets.token_urlsafe(32)
        return True
