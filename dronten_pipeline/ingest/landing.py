"""Which delivered files a source has, and to which table each belongs.

Here belongs: names, times and sizes of files. Not here: what stands in them (`dialect.py`,
`readers.py`) and what was delivered before (`registry.py`).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dronten_pipeline.contracts.sources import SETTLE_SECONDS, Source, Table
from dronten_pipeline.core.file_names import shown
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import dialect, packed, parts, trailers
from dronten_pipeline.ingest.order import natural_key
from dronten_pipeline.ingest.registry import Origin

PARTIAL_SUFFIXES = (".part", ".tmp", ".filepart", ".crdownload", ".partial")

#: What file managers and office programs leave behind; nobody delivers these.
DROPPINGS = ("thumbs.db", "desktop.ini")

#: An earlier state of the file beside it, kept by who or what changed it: never a delivery, or the
#: old state would win.
BACKUP_SUFFIXES = (".bak", ".backup", ".old", ".orig", ".swp", ".swo", "~")
#: A checksum or a sign that belongs to the file beside it.
CONTROL_SUFFIXES = (
    *(".md5", ".sha1", ".sha256", ".sha512", ".crc", ".sfv", ".asc", ".sig"),
    *(".ok", ".done", ".ready", ".trg"),
)

#: A partial upload that nothing has touched for this long is left behind, not under way.
ABANDONED_SECONDS = 24 * 3600
#: So much of the start and the end of a file is looked at to see whether it was cut off: the end
#: of a zip file is at most this long, with its comment.
TAIL_BYTES = 64 * 1024 + 22
#: A file without a line end at its end may be cut within its last value, or be whole: it is left
#: alone for longer, so many times, and at most this.
UNENDED_TIMES, UNENDED_SECONDS = 2, 60
#: Ends XML, as far as can be told without its beginning; a comment may follow.
CLOSING_TAG = re.compile(rb"(?:</[^<>]+>|/>|-->)\s*$")


#: A folder with such a name was meant to be a file.
DELIVERED_SUFFIXES = (
    *(".csv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"),
    *(".json", ".jsonl", ".parquet", ".xml"),
)


def folder(settings: Settings, source: Source, origin: Origin) -> Path:
    """Where the deliveries of a source lie."""
    if origin == "sample":
        return settings.sources / source.name / "sample"
    return settings.landing_folder / source.name


def delivered_files(folder: Path) -> list[Path]:
    """Files directly in `folder` that count as deliveries, in natural order of their names; also
    folders that are one delivery in parts (`parts.py`).

    Other subfolders, hidden files, partial uploads, backups and control files are no deliveries. A
    folder that does not exist holds none.

    Raises:
        OSError: the folder may not be listed.
    """
    return [path for path, is_file in _listed(folder) if is_file or _is_in_parts(path)]


def _is_in_parts(path: Path) -> bool:
    try:
        return parts.is_one(path)
    except OSError:
        return False


def folders_like_files(folder: Path) -> list[Path]:
    """Folders directly in `folder` whose name is that of a delivered file, and which are none."""
    return [
        path
        for path, is_file in _listed(folder)
        if not is_file and path.suffix.lower() in DELIVERED_SUFFIXES and not _is_in_parts(path)
    ]


def backups(folder: Path) -> list[Path]:
    """Files directly in `folder` that hold an earlier state of another, by their name.

    Raises:
        OSError: the folder may not be listed.
    """
    return [path for path, is_file in _entries(folder) if is_file and is_backup(path.name)]


def unread_folders(folder: Path, source: Source) -> list[Path]:
    """Folders in `folder` that hold files which nobody reads. None of a source whose lists name
    documents: those stand in folders.

    Raises:
        OSError: the folder may not be listed.
    """
    if source.names_documents:
        return []
    known = {path.name for path in (*folders_like_files(folder), *delivered_files(folder))}
    return [
        path
        for path, is_file in _listed(folder)
        if not is_file and path.name not in known and next(_files_below(path), None)
    ]


def _listed(folder: Path) -> list[tuple[Path, bool]]:
    """What stands in `folder` and counts, and whether it is a file."""
    return [(path, is_file) for path, is_file in _entries(folder) if counts(path.name)]


def _entries(folder: Path) -> list[tuple[Path, bool]]:
    """What stands in `folder`, and whether it is a file; one that cannot be looked at is one, so
    that reading it tells why."""
    try:
        with os.scandir(folder) as entries:
            found = [(folder / entry.name, _is_file(entry)) for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=lambda one: natural_key(one[0].name))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return True


def leads_outside(path: Path, folder: Path) -> bool:
    """Whether a symbolic link takes `path` out of `folder`, which holds it; also a link that the
    folder itself is. Such a link is never followed: it could show any file of this machine."""
    if not path.is_symlink() and not folder.is_symlink():
        return False
    try:
        return not path.resolve().is_relative_to(folder.parent.resolve() / folder.name)
    except (OSError, RuntimeError):  # it leads round in a circle
        return True


LINK_MESSAGE = (
    "Dit is een koppeling (symbolic link) die buiten de map van de bron uitkomt, en die wordt niet "
    "gevolgd. Zet het bestand zelf in de map."
)


def strange_folders(landing: Path, sources: Iterable[str]) -> list[str]:
    """Folders with files that belong to no source: a misspelt name would be passed over else."""
    known = set(sources)
    return sorted(
        shown(folder.name)
        for folder, is_file in _listed(landing)
        if not is_file and folder.name not in known and _may_hold_files(folder)
    )


def _may_hold_files(folder: Path) -> bool:
    try:
        return bool(delivered_files(folder))
    except OSError:
        return True


def table_for(path: Path, source: Source) -> Table | None:
    """Table that a file belongs to: XML to the one that reads it, packed or not, all else by its
    name, or that of the one file packed in it; None when the name fits no table."""
    reads = next((table for table in source.tables if table.reads == "ubl"), None)
    named = table_of(path.name, source)
    if reads is None and named is not None:
        return named
    try:
        inner = packed.inner(path)
    except OSError:  # reading it tells why
        return named
    if reads is not None and dialect.is_xml(inner.start):
        return reads
    return table_of(inner.name, source) if named is None and inner.name else named


def table_of(file_name: str, source: Source) -> Table | None:
    """Table that a file belongs to by its name alone."""
    name = file_name.casefold()
    fitting = [table for table in source.tables if name.startswith(table.name.casefold())]
    if fitting:
        return max(fitting, key=lambda table: len(table.name))
    return source.tables[0] if len(source.tables) == 1 else None


def is_named_after_table(file_name: str, source: Source) -> bool:
    """Whether the name begins with a table's name, so that it can only be a delivery."""
    name = file_name.casefold()
    return any(name.startswith(table.name.casefold()) for table in source.tables)


def no_table_message(source: Source) -> str:
    tables = ", ".join(table.name for table in source.tables)
    return (
        f"De naam van dit bestand hoort bij geen tabel van bron {source.name}. Laat hem beginnen "
        f"met een van deze tabellen: {tables}."
    )


def fingerprint(folder: Path) -> str:
    """Changes when a file in or below `folder` is added, changed or removed.

    Documents in subfolders count here, because a list can wait for them.
    """
    digest = hashlib.sha256()
    for path in files_below(folder):
        try:
            stat = path.stat()
            about = f"{stat.st_size}\0{stat.st_mtime_ns}"
        except OSError as error:
            about = str(error.errno)
        digest.update(os.fsencode(path.relative_to(folder)) + f"\0{about}\n".encode())
    return digest.hexdigest()


def files_below(folder: Path) -> list[Path]:
    """Everything in or below `folder` that a run may read, deliveries and documents, by path.

    A folder that may not be listed is named itself: what is in it cannot be known.
    """
    return sorted(_files_below(folder))


def _files_below(folder: Path) -> Iterator[Path]:
    left = [folder]
    while left:
        here = left.pop()
        try:
            listed = _listed(here)
        except OSError:
            yield here
            continue
        yield from (path for path, is_file in listed if is_file)
        left += [path for path, is_file in listed if not is_file and not path.is_symlink()]


@dataclass(frozen=True)
class Wait:
    """Why a delivered file is not read yet. `seconds` is how long it must still be left alone; 0
    where something else is missing."""

    why: str
    seconds: float = 0


def wait_for(path: Path, source: Source | None, now: float, settle: float | None) -> Wait | None:
    """What a file waits for before it counts as delivered; None when it counts.

    Args:
        source: whose contract says how long a file must be left alone; None: nobody's, 30 seconds.
        now: the moment of judgement, in seconds since 1970.
        settle: overrides what the contract says.
    """
    try:
        age = now - parts.state(path).changed_ns / 1e9
    except OSError:  # reading it tells why
        return None
    if source is not None and source.complete_when == "ok_file" and not _has_ok(path):
        return Wait("wacht op een bestand met dezelfde naam en .ok erachter")
    if settle is None:
        settle = SETTLE_SECONDS if source is None else source.settle_seconds
    # A time ahead of our clock is a clock that differs, not a file that is still growing.
    if abs(age) < settle:
        left = settle - abs(age)
        return Wait(f"wacht nog {math.ceil(left)} s: het is net veranderd", left)
    if abs(age) >= ABANDONED_SECONDS:
        return None
    if parts.is_unfinished(path):
        return Wait("wacht: het bronsysteem schrijft nog aan deze map")
    if any(path.with_name(path.name + suffix).exists() for suffix in PARTIAL_SUFFIXES):
        return Wait("wacht: ernaast staat een deel dat nog binnenkomt")
    table = table_for(path, source) if source is not None else None
    if table is not None and table.trailer is not None and _is_short(path, table):
        return Wait("wacht: het is korter dan zijn sluitregel zegt, of heeft er nog geen")
    if table is not None and table.trailer is not None:
        return None
    end = end_of(path)
    if end == "cut":
        return Wait(
            "wacht: het eindigt midden in een regel of mist zijn slot. Komt de rest niet, dan "
            "wordt het na een dag gelezen zoals het is"
        )
    left = max(settle, min(UNENDED_TIMES * settle, UNENDED_SECONDS)) - abs(age)
    if end == "unended" and left > 0:
        return Wait(
            f"wacht nog {math.ceil(left)} s: de laatste regel heeft geen regeleinde, dus misschien "
            "komt er nog meer",
            left,
        )
    return None


def _has_ok(path: Path) -> bool:
    return any(path.with_name(name).exists() for name in (f"{path.name}.ok", f"{path.stem}.ok"))


def _is_short(path: Path, table: Table) -> bool:
    try:
        with path.open("rb") as file:
            handle, size = file.fileno(), os.fstat(file.fileno()).st_size
            head = file.read(4096)
            if dialect.format_of(head) != "text" or dialect.text_format(head) != "csv":
                return False
            return trailers.is_short(handle, size, table)
    except (OSError, dialect.Refused):
        return False


def is_cut_off(path: Path) -> bool:
    """Whether a file certainly ends before it is whole."""
    return end_of(path) == "cut"


def end_of(path: Path) -> Literal["whole", "unended", "cut"]:
    """How a file ends, by its first and last bytes: `cut` within a record, a value or before what
    closes its format; `unended` when a CSV has all columns of its last line but no line end, so
    that its last value may be half; else `whole`, as is what cannot be told."""
    try:
        with path.open("rb") as file:
            head = file.read(TAIL_BYTES)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL_BYTES))
            tail = file.read(TAIL_BYTES)
        if head.startswith(b"PAR1"):
            return "whole" if size > 8 and tail.endswith((b"PAR1", b"PARE")) else "cut"
        if head.startswith(b"PK\x03\x04"):
            return "whole" if b"PK\x05\x06" in tail else "cut"
        tail = tail.rstrip(b"\x1a")  # the end of a file, for programs of DOS
        if not tail or b"\0" in head[:64]:
            return "whole"
        kind = dialect.format_of(head)
        if kind != "text":
            return "cut" if kind == "xml" and not CLOSING_TAG.search(tail) else "whole"
        head = head.removeprefix(b"\xef\xbb\xbf")
        form = dialect.text_format(head)
    except (OSError, dialect.Refused):
        return "whole"
    return _end_of_csv(head, tail) if form == "csv" else _end_of_json(head, tail)


def _end_of_csv(head: bytes, tail: bytes) -> Literal["whole", "unended", "cut"]:
    if tail.endswith((b"\n", b"\r")):
        return "whole"
    before, found, last = tail.rpartition(b"\n")
    if not found:  # one line, or a last line that is longer than what was looked at
        return "whole"
    if b'"' in last:
        if last.endswith(b'"') and last.count(b'"') % 2 == 0:
            return "whole"
        is_cut = last.count(b'"') % 2 == 1 and before.count(b'"') % 2 == 0
    else:
        is_cut = _is_short_line(head, last)
    return "cut" if is_cut else "unended"


def _is_short_line(head: bytes, last: bytes) -> bool:
    """Whether a last line has fewer separators than most lines at the top, and says no source."""
    from dronten_pipeline.ingest import csv_files, csv_head

    separator = csv_head.separator_of(head).encode()
    counts = Counter(line.count(separator) for line in head.splitlines()[:-1])
    counts.pop(0, None)
    usual = max(counts, key=lambda count: (counts[count], count), default=0)
    return last.count(separator) < usual and not csv_files.is_footer(last.decode(errors="replace"))


def _end_of_json(head: bytes, tail: bytes) -> Literal["whole", "cut"]:
    """A list or an object over many lines closes with its own bracket; of objects line by line
    the last is one."""
    first, ended, _ = head.lstrip().partition(b"\n")
    last = tail.rpartition(b"\n")[2]
    if ended and first.startswith(b"{") and _is_json(first):
        return "whole" if not last.strip() or _is_json(last) or b"\n" not in tail else "cut"
    closing = b"]" if first.startswith(b"[") else b"}"
    return "whole" if tail.rstrip().endswith(closing) else "cut"


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def is_backup(name: str) -> bool:
    return not _is_hidden(name) and name.casefold().endswith(BACKUP_SUFFIXES)


def _is_hidden(name: str) -> bool:
    """Hidden, or the lock of a file that somebody has open."""
    return name.startswith((".", "~$", "#")) or name.casefold() in DROPPINGS


def is_beside_the_delivery(name: str) -> bool:
    """Whether the name is that of a part, a backup or a sign of a file, and not of a delivery."""
    return name.casefold().endswith((*PARTIAL_SUFFIXES, *BACKUP_SUFFIXES, *CONTROL_SUFFIXES))


def counts(name: str) -> bool:
    """Whether a file of this name is a delivery: not hidden, and no part or sign of another."""
    return not _is_hidden(name) and not is_beside_the_delivery(name)
