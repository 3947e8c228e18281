"""Names, passwords and tokens of systems.

Here belongs finding one. Not here: what is done with it (`kinds/`). A secret is a variable of the
environment, or the path of a file that only its owner may read; it is never written anywhere.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from dronten_pipeline.connect.errors import Unchangeable


def variable(source: str, name: str) -> str:
    """How the variable is called: DATALAB_<SOURCE>_<NAME>."""
    return f"DATALAB_{source}_{name}".upper()


def read(source: str, name: str, environment: Mapping[str, str]) -> SecretStr:
    """The secret `name` of a source.

    Raises:
        Unchangeable: it is not given, or its file can be read by others.
    """
    called = variable(source, name)
    given = environment.get(called, "")
    if not given:
        raise Unchangeable(
            f"{called} is niet gezet. Zet daarin het geheim, of het pad van een bestand (rechten "
            "0600) waar het in staat."
        )
    path = Path(given)
    try:
        is_file = path.is_absolute() and path.is_file()
    except OSError:  # a secret can be too long for, or unlike, a path
        is_file = False
    if not is_file:
        return SecretStr(given)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Unchangeable(
            f"Het bestand van {called} is voor anderen leesbaar. Zet de rechten op 0600."
        )
    return SecretStr(path.read_text(encoding="utf-8").strip())
