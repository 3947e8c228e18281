"""What must be in order before a run starts, looked at in a second instead of met after a minute.

Here belongs what would end a run for sure and can be seen beforehand: places that must be
writable, keys, the ledger and its anchor, the project. Not here: what is unwise but works
(`audit/doctor.py`), or what a step must check itself because it can change while the run goes on.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator

from dronten_pipeline.contracts.dbt_project import DBT
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import anchor, ledger, signing, trust
from dronten_pipeline.pipeline.run import alone
from dronten_pipeline.release.errors import ReleaseError
from dronten_pipeline.release.store import current_release

#: With less room than this no run can end well.
NEEDED_BYTES = 20_000_000


class NotReady(RuntimeError):
    """A run cannot start; the message is a Dutch sentence that says what to do."""


@contextlib.contextmanager
def begun(settings: Settings, run_id: str) -> Iterator[None]:
    """A run: alone in its home, with everything in order when it starts.

    `datalab run` and Dagster both begin here; where the one started the other, nothing is looked
    at twice.

    Raises:
        RunUnderWay: another process works in this home.
        NotReady and others: as `examine`.
    """
    with alone(settings, run_id) as is_first:
        if is_first:
            examine(settings)
        yield


def examine(settings: Settings) -> None:
    """Looks at everything that a run needs.

    Raises:
        NotReady, SigningError, AnchorError, UnusableKey: something is not in order;
            the message says what and what to do.
        OSError: the disk is full or a file may not be read.
    """
    _project(settings)
    _places(settings)
    _room(settings)
    _pointers(settings)
    _readable(settings)
    _keys(settings)
    _ledger(settings)
    if settings.anchor is not None:
        with anchor.opened(settings.anchor, ledger.last_record(settings)):
            pass


def _project(settings: Settings) -> None:
    for path, is_there in (
        (settings.sources, settings.sources.is_dir()),
        (settings.expectations, settings.expectations.is_dir()),
        (settings.dbt_project / "dbt_project.yml", None),
        (DBT, None),
    ):
        if is_there is False or (is_there is None and not path.is_file()):
            raise NotReady(
                f"{path} is er niet: zet het project terug zoals het uitgeleverd is (bijvoorbeeld "
                "met git), of verbeter de instelling die deze plaats noemt."
            )


def _places(settings: Settings) -> None:
    """Every folder that a run writes in takes a file; that is the only way to know."""
    settings.home.mkdir(parents=True, exist_ok=True)
    for folder in (
        settings.home,
        settings.raw,
        settings.raw / "files",
        settings.raw_current,
        settings.quarantine,
        settings.warehouse,
        settings.releases,
        settings.ledger,
        settings.dagster_home,
        settings.dbt_target,
    ):
        if not (folder.exists() or folder.is_symlink()):
            continue  # it is made when it is needed, in a folder that is looked at here
        if not folder.is_dir():
            raise NotReady(
                f"{folder} moet een map zijn en is iets anders: haal het weg of zet de map terug "
                "uit een reservekopie."
            )
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise NotReady(
                f"In {folder} kan niet geschreven worden: geef deze gebruiker schrijfrecht, en "
                "zie of de schijf schrijfbaar gekoppeld is."
            ) from error
    with contextlib.suppress(FileNotFoundError), (settings.home / "last-run.log").open("r+b"):
        pass


def _room(settings: Settings) -> None:
    if shutil.disk_usage(settings.home).free < NEEDED_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _pointers(settings: Settings) -> None:
    try:
        current_release(settings)
    except ReleaseError as error:
        raise NotReady(str(error)) from error
    latest = settings.warehouse / "latest"
    if latest.exists() and not latest.is_symlink():
        raise NotReady(
            f"{latest} moet een koppeling zijn en is iets anders: zoek uit wie het daar neerzette, "
            "haal het weg en start opnieuw."
        )


def _readable(settings: Settings) -> None:
    """Each record may be read; `_ledger` asks whether it is believable, which takes the keys."""
    if not settings.ledger.is_dir():
        return
    for path in settings.ledger.iterdir():
        if not path.is_file() or not os.access(path, os.R_OK):
            raise NotReady(
                f"{path} in het logboek is niet te lezen: geef leesrecht of zet het terug uit een "
                "reservekopie, en kijk met `datalab verify`."
            )


def _ledger(settings: Settings) -> None:
    """Nothing is added to a ledger that was changed or lost a part: what follows would cover it."""
    found = ledger.read_all(settings, whole=False)
    problems = found.problems
    place, head = settings.anchor, max(found.records, key=lambda one: one.number, default=None)
    is_anchored = place is not None and (
        bool(anchor.lines(place)) or (head is not None and head.anchor == str(place))
    )
    if not is_anchored:  # that it is not named any more, or begins with this run, is allowed
        problems = problems[: len(problems) - len(found.of_anchor)]
    if not problems:
        return
    others = len(problems) - 1
    more = f" (En nog {others} bevinding{'en' if others > 1 else ''}.)" if others else ""
    raise NotReady(
        f"Het logboek is niet in orde. {problems[0]}{more} `datalab verify` noemt alles; tot het "
        "hersteld is voegt geen run er iets aan toe."
    )


def _keys(settings: Settings) -> None:
    for folder in (settings.public_keys, settings.approvers_folder):
        if folder.exists() and not folder.is_dir():
            raise NotReady(f"{folder} moet een map zijn: zet haar terug uit een reservekopie.")
    known = signing.public_keys(settings.public_keys)
    if not known and ledger.has_records(settings):
        raise NotReady(
            f"Er staat geen openbare sleutel in {settings.public_keys}, terwijl het logboek "
            "records heeft: zonder haar is geen record te geloven. Zet de map terug uit een "
            "reservekopie of van de auditor (`datalab keys --export`)."
        )
    if settings.signing_key is not None or settings.own_signing_key.exists() or known:
        trust.own_signer(settings)
    if (
        settings.pseudonym_key is not None
        or settings.own_pseudonym_key.exists()
        or settings.pseudonyms_were_made
    ):
        settings.read_pseudonym_key()
