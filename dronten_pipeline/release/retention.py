"""Which releases may go, and removing them.

Here belongs choosing old releases and taking them away as wholes. Not here: what a release is
(`store.py`), and the raw files that no release names afterwards (`ingest/retention.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.release.errors import ReleaseError
from dronten_pipeline.release.store import Release, current_release, list_releases

LEFTOVER = ".pruning-"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What would go, newest first, and the raw files that the releases which stay name."""

    releases: tuple[Release, ...]
    named: frozenset[str]

    @property
    def size(self) -> int:
        """Bytes of the releases that would go."""
        return sum(file.bytes for one in self.releases for file in one.manifest.files.values())


def choose(settings: Settings, wanted: Sequence[str] = (), *, keep: int) -> Choice:
    """The releases in `wanted`, or without them all but the newest `keep`.

    The current release and the one before it always stay: the first is read by everyone, the second
    is the way back.

    Raises:
        ReleaseError: one of `wanted` is not there or must stay; or a folder cannot be read, so that
            nobody knows which raw files it rests on. Nothing may be removed then.
    """
    found = list_releases(settings)
    current = current_release(settings)
    if current is None:
        raise ReleaseError("Er geldt geen uitgave, dus er mag niets weg: start eerst een run.")
    if unreadable := [one for one in found if one.problem]:
        raise ReleaseError(
            f"{unreadable[0].folder} is geen hele uitgave ({unreadable[0].problem}): zet haar "
            "terug uit een reservekopie, of haal de map zelf weg, en probeer opnieuw."
        )
    held = {current.release_id, current.manifest.previous_release}
    known = {one.release_id for one in found}
    for release_id in wanted:
        if release_id not in known:
            raise ReleaseError(
                f"In {settings.releases} staat geen uitgave {release_id}: zie `datalab releases`."
            )
        if release_id in held:
            raise ReleaseError(
                f"Uitgave {release_id} blijft: zij geldt, of is de vorige en daarmee de weg terug. "
                "Publiceer eerst een andere, of wijs een andere aan."
            )
    going = set(wanted) if wanted else {one.release_id for one in found[keep:]} - held
    return Choice(
        releases=tuple(one for one in found if one.release_id in going),
        named=frozenset(_named(one for one in found if one.release_id not in going)),
    )


def remove(settings: Settings, releases: Iterable[Release]) -> None:
    """Takes each release away whole: a kill leaves it, or a hidden rest that the next time goes."""
    for leftover in settings.releases.glob(f"{LEFTOVER}*"):
        shutil.rmtree(leftover)
    for release in releases:
        aside = release.folder.with_name(LEFTOVER + release.release_id)
        release.folder.rename(aside)
        shutil.rmtree(aside)


def _named(releases: Iterable[Release]) -> Iterable[str]:
    for release in releases:
        for one in release.manifest.inputs:
            if one.raw_path:
                yield one.raw_path
