"""What lies in the folder of a source and is never read, in sentences.

Here belongs: telling people of backups and of folders with files. Not here: files that are read
later (`arriving.py`), or which files count (`landing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.ingest import landing

#: So many names are shown; the others are counted.
SHOWN = 5


def unread(folder: Path, source: Source, show: Callable[[str], str | None]) -> list[str]:
    """What of the folder of a source no run reads; nothing of one that may not be listed.

    Args:
        show: what may be said of a name; None where it may not be shown.
    """
    try:
        backups = landing.backups(folder)
        folders = landing.unread_folders(folder, source)
    except OSError:  # reading it tells why
        return []
    found: list[str] = []
    if backups:
        one = len(backups) == 1
        what = "1 reservekopie telt" if one else f"{len(backups)} reservekopieën tellen"
        found.append(
            f"{what} niet mee{_named(backups, show)}. Is het toch een levering, geef het bestand "
            "dan een gewone naam."
        )
    if folders:
        what = "1 submap wordt" if len(folders) == 1 else f"{len(folders)} submappen worden"
        found.append(
            f"{what} niet gelezen, en er staan bestanden in{_named(folders, show)}. Zet wat "
            "geleverd is rechtstreeks in de map van de bron."
        )
    return found


def _named(paths: Sequence[Path], show: Callable[[str], str | None]) -> str:
    names = [name for path in paths if (name := show(path.name)) is not None][:SHOWN]
    if not names:
        return ""
    more = len(paths) - len(names)
    return f": {', '.join(names)}" + f" en nog {more}" * bool(more)
