"""What the process that may break does for ingest: reading one delivered file.

Here belongs: calls that `core/sandbox.py` makes, with arguments and answers that JSON knows. Not
here: reading itself (`parsing.py`), and what becomes of what was read (`reading.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.core import personal
from dronten_pipeline.core.limits import Limits
from dronten_pipeline.core.sandbox import Sandbox, Unwritten
from dronten_pipeline.ingest import loss, parsing, parts, quarantine, together, values


def parse(
    sandbox: Sandbox,
    path: Path,
    table: Table,
    key: bytes,
    as_of: dt.date | None,
    *,
    into: Path,
    rejects_into: Path,
    about: dict[str, str],
) -> parsing.Parsed:
    """Reads a delivered file in the sandbox; `into` and `rejects_into` are written by it.

    Args:
        about: what quarantine says of every rejected record: source, table, file_name, run_id.

    Raises:
        Broken, Unwritten, Failed: as `Sandbox.call`.
        OSError: the file cannot be opened.
    """
    answer = sandbox.call(
        "dronten_pipeline.ingest.worker:parse_here",
        parts.state(path).size,
        path=str(path),
        table=table.model_dump_json(),
        key=key.hex(),
        as_of=as_of and as_of.isoformat(),
        limits=sandbox.limits.model_dump_json(),
        into=str(into),
        rejects_into=str(rejects_into),
        about=about,
    )
    if "unopened" in answer:
        raise OSError(*answer["unopened"])
    return _parsed(answer)


def parse_together(
    sandbox: Sandbox,
    files: Sequence[tuple[Path, Path]],
    table: Table,
    key: bytes,
    as_of: dt.date | None,
) -> list[parsing.Parsed | None]:
    """Reads many small files in the sandbox; what was read of each is written to the second path.

    Returns:
        Of each file what `parse` gives, or None where it must be read alone.

    Raises:
        Broken, Unwritten, Failed: as `Sandbox.call`; nothing is known of any of them then.
    """
    answers = sandbox.call(
        "dronten_pipeline.ingest.worker:parse_together_here",
        files=[(str(path), str(into)) for path, into in files],
        table=table.model_dump_json(),
        key=key.hex(),
        as_of=as_of and as_of.isoformat(),
        limits=sandbox.limits.model_dump_json(),
    )
    return [answer and _parsed(answer) for answer in answers]


def _parsed(answer: dict[str, Any]) -> parsing.Parsed:
    return parsing.Parsed(
        **{
            name: answer[name]
            for name in ("format", "encoding", "separator", "refused", "rows", "sha256")
        },
        accepted=answer["accepted"],
        rejected=answer["rejected"],
        notes=tuple(answer["notes"]),
        cleaned=answer["cleaned"],
        findings=tuple(personal.Finding.model_validate(one) for one in answer["findings"]),
        biases=tuple(loss.Bias.model_validate(one) for one in answer["biases"]),
        horizon=values.Horizon(*(day and dt.date.fromisoformat(day) for day in answer["horizon"])),
    )


# --- in the sandbox


def parse_here(
    path: str,
    table: str,
    key: str,
    as_of: str | None,
    limits: str,
    into: str,
    rejects_into: str,
    about: dict[str, str],
) -> dict[str, Any]:
    """Reads a file, writes its records to `into` and what was rejected to `rejects_into`, where
    there are any, and tells the rest."""
    from dronten_pipeline.ingest.frame_file import Writer

    accepted, rejected = Writer(Path(into)), Writer(Path(rejects_into))

    def take(stored: pl.DataFrame, rejects: pl.DataFrame) -> None:
        accepted.add(stored)
        if rejects.height:
            rejected.add(quarantine.quarantined(rejects, **about))

    try:
        parsed = parsing.parse_file(
            Path(path),
            _table(table),
            bytes.fromhex(key),
            dt.date.fromisoformat(as_of) if as_of else None,
            Limits.model_validate_json(limits),
            take,
        )
    except Unwritten:
        raise
    except OSError as error:
        return {"unopened": [error.errno, error.strerror]}
    if parsed.refused is None:
        accepted.finish()
        rejected.finish()
        if parsed.lost.height and not parsed.biases:
            parsed = parsed.with_biases(pl.scan_parquet(into), _table(table))
    return _answer(parsed)


def parse_together_here(
    files: Sequence[tuple[str, str]], table: str, key: str, as_of: str | None, limits: str
) -> list[dict[str, Any] | None]:
    """Reads files that are plain together, and writes the records of each to its second path."""
    from dronten_pipeline.ingest import frame_file

    answers: list[dict[str, Any] | None] = [None] * len(files)
    for found in together.parse(
        [_small(Path(path)) for path, _ in files],
        _table(table),
        bytes.fromhex(key),
        dt.date.fromisoformat(as_of) if as_of else None,
        Limits.model_validate_json(limits),
    ):
        rows, start = frame_file.arrow(found.stored), 0
        for number, parsed in found.parsed.items():
            own = rows.slice(start, parsed.accepted)
            start += parsed.accepted
            frame_file.write(Path(files[number][1]), found.stored, own)
            answers[number] = _answer(parsed)
    return answers


def _small(path: Path) -> bytes:
    """The content of a file; nothing of one that cannot be opened, which reading it alone tells."""
    try:
        with path.open("rb") as file:
            return file.read(together.SMALL + 1)
    except OSError:
        return b""


def _answer(parsed: parsing.Parsed) -> dict[str, Any]:
    horizon = parsed.horizon.from_day, parsed.horizon.until
    return {
        "format": parsed.format,
        "encoding": parsed.encoding,
        "separator": parsed.separator,
        "refused": parsed.refused,
        "rows": parsed.rows,
        "sha256": parsed.sha256,
        "accepted": parsed.accepted,
        "rejected": parsed.rejected,
        "notes": parsed.notes,
        "cleaned": dict(parsed.cleaned),
        "findings": [finding.model_dump(mode="json") for finding in parsed.findings],
        "biases": [bias.model_dump(mode="json") for bias in parsed.biases],
        "horizon": [day and day.isoformat() for day in horizon],
    }


@cache
def _table(document: str) -> Table:
    return Table.model_validate_json(document)
