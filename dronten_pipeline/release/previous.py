"""What a run takes over from releases of before: their raw files, and what they say of themselves.

Not here: reading deliveries (`ingest/`), and carrying figures on (`dbt_project/`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.run_files import SCORES
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest.snapshot import PreviousInputs, PreviousRelease
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Release
from dronten_pipeline.release.manifest import NAME, read_manifest


def previous_inputs(release: Path | None) -> PreviousInputs:
    """Raw files that a release was made of, by source and table, with the number under which each
    was read; none without a release."""
    if release is None:
        return {}
    found: dict[str, dict[str, dict[str, int]]] = {}
    for one in read_manifest(release).inputs:
        if one.counts and one.raw_path:
            paths = found.setdefault(one.source, {}).setdefault(one.table, {})
            paths[one.raw_path] = one.delivery_number or 0
    return found


def previous_release(release: Path | None) -> PreviousRelease | None:
    """What a release says of itself, for comparing the figures of this run with it."""
    if release is None:
        return None
    said = read_manifest(release)
    delivered: dict[str, list[tuple[int, str, str]]] = {}
    for one in said.inputs:
        if one.counts and one.table != SCORES:
            place = one.delivery_number or 0, one.table, one.sha256
            delivered.setdefault(one.source, []).append(place)
    return PreviousRelease(
        release_id=said.release_id,
        as_of=dt.date.fromisoformat(said.as_of),
        code_version=said.code_version,
        calendar_version=said.calendar_version,
        text_method=_text_method(release),
        delivered={
            source: tuple((table, sha256) for _, table, sha256 in sorted(places))
            for source, places in delivered.items()
        },
    )


def _text_method(release: Path) -> str | None:
    """The methods that the texts of a release were judged with, as the mart names them."""
    import polars as pl

    table = release / "parquet" / "text_readability.parquet"
    if not table.exists():
        return None
    methods = pl.read_parquet(table, columns=["method_version"])["method_version"].unique().sort()
    return ", ".join(methods) or None


def raw_files_of_releases(settings: Settings) -> dict[str, str]:
    """SHA-256 by path of the raw files that releases rest on, from manifests that the ledger
    vouches for."""
    found: dict[str, str] = {}
    for record in ledger.records_of(settings, Release):
        folder = settings.releases / record.body.release_id
        try:
            if sha256_of(folder / NAME) != record.body.manifest_sha256:
                continue
        except OSError:
            continue
        for one in read_manifest(folder).inputs:
            if one.raw_path and one.raw_sha256:
                found.setdefault(one.raw_path, one.raw_sha256)
    return found
