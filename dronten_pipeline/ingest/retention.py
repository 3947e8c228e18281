"""Raw files that nothing rests on any more, and forgetting them.

A content is read anew when its contract changes; what was read under the version before stays as
long as a release names it. Not here: which releases are kept (`release/retention.py`), and erasing
what should never have come (`erase.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dronten_pipeline.core.run_files import SCORES
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import registry
from dronten_pipeline.ingest.inputs import load_outcomes


@dataclass(frozen=True, kw_only=True)
class Superseded:
    """One raw file, and the rejected rows beside it; paths are relative to raw/."""

    source: str
    path: str
    rejects_path: str | None
    size: int


def superseded(
    settings: Settings, sources: Iterable[str], named: Collection[str]
) -> list[Superseded]:
    """Raw files of earlier contract versions, and earlier scores, that nothing rests on.

    Args:
        named: raw files that a release names.

    Of every content the last reading stays, whatever `named` says, and so does all that the last
    run counted: a file that is no longer in the landing folder can never be read again.

    Raises:
        RegistryError: the memory of a source cannot be read.
    """
    found: list[Superseded] = []
    names = list(sources)
    outcomes = load_outcomes(settings, names)
    for source in names:
        outcome = outcomes.get(source)
        known = registry.load(settings.raw, source)
        counted = {report.raw_path for report in outcome.deliveries} if outcome else set()
        latest = {
            key.rsplit("/", 1)[0]: parse.raw_path
            for key, parse in known.parses.items()
            if parse.raw_path
        }
        kept = {*named, *counted, *latest.values(), outcome.scores_path if outcome else None}
        found += [
            _superseded(settings, source, parse.raw_path, parse.rejects_path)
            for parse in known.parses.values()
            if parse.raw_path and parse.raw_path not in kept
        ]
        scores = settings.raw / "files" / source / SCORES
        paths = (path.relative_to(settings.raw).as_posix() for path in scores.glob("*-*.parquet"))
        found += [
            _superseded(settings, source, path, None) for path in sorted(paths) if path not in kept
        ]
    return found


def forget(settings: Settings, files: Iterable[Superseded]) -> None:
    """Removes the files, from the memory of their source first."""
    by_source: dict[str, list[Superseded]] = {}
    for one in files:
        by_source.setdefault(one.source, []).append(one)
    for source, gone in by_source.items():
        known = registry.load(settings.raw, source)
        paths = {one.path for one in gone}
        known.parses = {
            key: parse for key, parse in known.parses.items() if parse.raw_path not in paths
        }
        registry.save(settings.raw, known)
        for one in gone:
            for path in filter(None, (one.path, one.rejects_path)):
                (settings.raw / path).unlink(missing_ok=True)


def _superseded(settings: Settings, source: str, path: str, rejects_path: str | None) -> Superseded:
    files = [settings.raw / one for one in (path, rejects_path) if one]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return Superseded(source=source, path=path, rejects_path=rejects_path, size=size)
