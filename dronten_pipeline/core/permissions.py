"""Who may read what stands under the home: its own user and group, and of releases everybody.

Here belongs the mask under which every process makes files, and putting an older home right. Not
here: secrets, which are made readable by their owner only (`core/durable.py`), and landing,
which belongs to whoever delivers.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from dronten_pipeline.core.settings import Settings

#: Nobody else reads, the group does not write.
MASK = 0o027
FILE, FOLDER = 0o640, 0o750
SECRET = 0o600
#: Releases are for everybody; their files are sealed (`release/publish.py`).
OPEN_FILE, OPEN_FOLDER = 0o444, 0o755


def keep_private() -> None:
    """What this process and its children make from here on is not for others.

    A mask that is stricter already stays.
    """
    before = os.umask(MASK)
    if before | MASK != MASK:
        os.umask(before | MASK)


def repair(settings: Settings) -> None:
    """Gives everything under the home its mode; what belongs to somebody else stays as it is."""
    for path, _, wanted in _wrong(settings):
        with contextlib.suppress(OSError):
            path.chmod(wanted)


#: How the folder of a withdrawn release is called until it is removed.
WITHDRAWN = ".withdrawn-"


def too_open(settings: Settings) -> list[Path]:
    """What others can read, or change, and should not."""
    return [path for path, now, wanted in _wrong(settings) if now & ~wanted]


def open_to_readers(path: Path) -> None:
    """A file or folder of the releases, for everybody to read."""
    path.chmod(OPEN_FOLDER if path.is_dir() else path.stat().st_mode & 0o777 | OPEN_FILE)


def _wrong(settings: Settings) -> Iterator[tuple[Path, int, int]]:
    """Everything with another mode than it should have: path, its mode, and that mode."""
    if not settings.home.is_dir():
        return
    # Whoever lets readers of the releases pass through the home, and no more, has reason to.
    passes = settings.home.stat().st_mode & 0o007 == 0o001
    yield from _compared(settings.home, FOLDER | passes)
    for folder, folders, files in os.walk(settings.home):
        here = Path(folder)
        if here == settings.home:
            folders[:] = [name for name in folders if here / name != settings.landing_folder]
        is_open = here == settings.releases or settings.releases in here.parents
        if here == settings.releases:  # what is being removed is closed (release/withdrawal.py)
            folders[:] = [name for name in folders if not name.startswith(WITHDRAWN)]
        for name in folders:
            path = here / name
            if is_open or path == settings.releases:
                yield from _compared(path, OPEN_FOLDER, least=OPEN_FOLDER)
            else:
                yield from _compared(path, FOLDER)
        for name in files:
            path = here / name
            if is_open:
                yield from _compared(path, 0o644, least=OPEN_FILE)
            elif path in (settings.own_signing_key, settings.own_pseudonym_key):
                yield from _compared(path, SECRET)
            else:
                yield from _compared(path, FILE)


def _compared(path: Path, most: int, least: int = 0) -> Iterator[tuple[Path, int, int]]:
    with contextlib.suppress(OSError):
        about = path.lstat()
        now = about.st_mode & 0o777
        wanted = now & most | least
        if now != wanted and not path.is_symlink():
            yield path, now, wanted
