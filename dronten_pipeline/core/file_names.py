"""Names of files that others made, in characters that can be printed and stored.

Here belongs: what to do with a name that is no UTF-8 (an old server wrote it in Latin-1) or holds
line ends. Not here: which files count (`ingest/landing.py`), or what of a name may be kept.
"""

from __future__ import annotations

import os


def is_sound(name: str) -> bool:
    """Whether a name is UTF-8, so that it can be written down and found again."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(name: str | os.PathLike[str]) -> str:
    """The name with what cannot be printed as an escape: `caf\\xe9.csv`."""
    text = os.fsencode(name).decode("utf-8", errors="backslashreplace")
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )
