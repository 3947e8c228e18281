"""The anchor: the hash of every record in a place that the pipeline cannot take back.

A chain of signed records shows every change but two: its end can be cut off, and whoever has the
key can write it anew. The anchor shows those, as far as its place is out of their power: a share
that only grows, a version-controlled folder, a log server. Not here: the records (`ledger.py`).

One line per record: `<number> <SHA-256 of its file> <instant in UTC> <id of the key>`.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronten_pipeline.core.durable import explain

if TYPE_CHECKING:
    from dronten_pipeline.ledger.record import Record

#: The name of the file where the operator names a folder; one installation per folder.
NAME = "datalab.anchor"
_LINE = re.compile(r"^(\d+) ([0-9a-f]{64}) (\S+) ([0-9a-f]{64})$")


class AnchorError(RuntimeError):
    """The anchor cannot be used; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the anchor."""

    number: int
    sha256: str
    key_id: str


def anchor_file(place: Path) -> Path:
    """The file in which the hashes stand, given the file or folder that the operator named."""
    return place / NAME if place.is_dir() or not place.suffix else place


@contextlib.contextmanager
def opened(place: Path | None, last: Record | None) -> Iterator[Callable[[Record], None]]:
    """Opens the anchor before a record is written, so that none is written without it.

    Args:
        place: file or folder, None where there is no anchor.
        last: the record that the new one will follow.

    Yields:
        what adds the hash of the new record. That of `last`, if a kill or a full disk came
        between, is added before: so no more than one record ever waits for its line.

    Raises:
        AnchorError: it cannot be written, or it is gone while records were anchored there.
    """
    if place is None:
        yield lambda _: None
        return
    path = anchor_file(place)
    was_used = last is not None and last.anchor == str(place)
    if was_used and not path.exists():
        raise AnchorError(
            f"Het anker {path} is er niet meer, terwijl er records in verankerd zijn: zet het "
            "terug van waar het bewaard is, of noem een andere plaats in DATALAB_ANCHOR."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        missing = [last] if last and was_used and last.number not in _numbers(path) else []
        with path.open("ab") as file:

            def add(record: Record) -> None:
                start = "\n" if _ends_half_way(path) else ""
                file.write(f"{start}{_line_of(record)}\n".encode())
                file.flush()
                os.fsync(file.fileno())

            for one in missing:
                add(one)
            yield add
    except OSError as error:
        raise AnchorError(
            f"Het anker {path} kan niet geschreven worden: {explain(error)}."
        ) from error


def compare(place: Path | None, records: Iterable[Record]) -> list[str]:
    """What the anchor says that the ledger does not, and the reverse; Dutch sentences.

    Args:
        records: those of the ledger that can be believed.
    """
    by_number = {record.number: record for record in records}
    head = max(by_number.values(), key=lambda record: record.number, default=None)
    if place is None:
        if head is None or head.anchor is None:
            return []
        return [
            f"Het logboek is verankerd in {head.anchor}, maar DATALAB_ANCHOR is niet gezet: noem "
            "de plaats van het anker, anders is niet te zien of er records ontbreken."
        ]
    path = anchor_file(place)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if head is None:
            return []
        return [f"Het anker {path} is er niet: zet het terug van waar het bewaard is."]
    except (OSError, UnicodeDecodeError):
        return [f"Het anker {path} is niet te lezen: geef leesrecht of zet het terug."]
    problems = []
    anchored: dict[int, str] = {}
    lines = text.splitlines()
    for place_in_file, content in enumerate(lines, 1):
        line = _line(content)
        # What a full disk cut off is written again, whole, on the next line.
        whole = lines[place_in_file] if place_in_file < len(lines) else head and _line_of(head)
        if line is None and whole and whole.startswith(content):
            continue
        if line is None:
            problems.append(f"Regel {place_in_file} van het anker {path} is onleesbaar.")
            continue
        record = by_number.get(line.number)
        if record is None:
            problems.append(
                f"Het anker noemt record {line.number}, dat niet (meer) in het logboek staat."
            )
        elif record.sha256 != line.sha256:
            problems.append(
                f"Record {line.number} is niet het record dat verankerd is: het is later "
                "herschreven."
            )
        anchored[line.number] = line.sha256
    problems += [
        f"Record {record.number} zegt verankerd te zijn, maar het anker {path} noemt het niet: er "
        "zijn regels uit het anker gehaald."
        for record in by_number.values()
        # A kill can come between the last record and its line; the next record adds both.
        if record.anchor == str(place) and record.number not in anchored and record is not head
    ]
    if head is not None and not anchored:
        problems.append(f"Het anker {path} is leeg: zet het terug van waar het bewaard is.")
    return problems


def lines(place: Path) -> list[Line]:
    """The lines that can be read; none where the anchor cannot be."""
    try:
        text = anchor_file(place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return [line for content in text.splitlines() if (line := _line(content))]


def _numbers(path: Path) -> set[int]:
    if not path.exists():
        return set()
    lines = (_line(text) for text in path.read_text(encoding="utf-8").splitlines())
    return {line.number for line in lines if line}


def _ends_half_way(path: Path) -> bool:
    """Whether a full disk cut off the last line, which can then not be taken back."""
    content = path.read_bytes()
    return bool(content) and not content.endswith(b"\n")


def _line_of(record: Record) -> str:
    return f"{record.number} {record.sha256} {record.recorded_at} {record.key_id}"


def _line(text: str) -> Line | None:
    match = _LINE.match(text)
    return Line(number=int(match[1]), sha256=match[2], key_id=match[4]) if match else None
