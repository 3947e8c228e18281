"""How a command ends that did not do what was asked: one sentence, one exit code.

Here belongs what an operator is told of each kind of error: what happened, what to do, and which
release is in force. The errors of the project bring their own sentence; of others the kind, the
place and the file are told, never their message, which may quote what was delivered. The calls
that led to an error go to `last-run.log`. Not here: raising errors, or how a sentence looks
(`terminal.py`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import re
import shutil
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dronten_pipeline.commands.terminal import HELD_BACK, NOTHING_READ, OWN_ERROR, say_problem
from dronten_pipeline.core.durable import is_full
from dronten_pipeline.core.errors import behind, is_own, kind, place, traced
from dronten_pipeline.core.settings import LOCAL_TIME, Settings

LOG = "last-run.log"

#: With less than this free nothing can be written that matters.
FULL_BYTES = 1_000_000

#: What an error of the project stops, and its exit code; by class name, to import nothing for it.
#: Others of the project end with "Fout." and 1.
OWN: dict[str, tuple[str, int]] = {
    "pipeline.run.RunUnderWay": ("Niet gestart.", OWN_ERROR),
    "pipeline.run.ClockBehind": ("Niet gestart.", OWN_ERROR),
    "pipeline.preflight.NotReady": ("Niet gestart.", OWN_ERROR),
    "contracts.reading.ContractError": ("Niet gestart.", OWN_ERROR),
    "ingest.inputs.NothingRead": ("Niets gelezen.", NOTHING_READ),
    "ingest.files.Unwritable": ("Niet geschreven.", OWN_ERROR),
    "ingest.registry.RegistryError": ("Niet gelezen.", OWN_ERROR),
    "contracts.dbt_project.TestsFailed": ("Tegengehouden.", HELD_BACK),
    "contracts.dbt_project.TransformError": ("Niet gebouwd.", OWN_ERROR),
    "pipeline.run.NothingBuilt": ("Niet gebouwd.", OWN_ERROR),
    "gate.verdict.HeldBack": ("Tegengehouden.", HELD_BACK),
    "gate.gate.GateError": ("Niet beoordeeld.", OWN_ERROR),
    "gate.suites.SuiteError": ("Niet beoordeeld.", OWN_ERROR),
    "gate.approval.ApprovalError": ("Niet goedgekeurd.", OWN_ERROR),
    "release.errors.PublishError": ("Niet gepubliceerd.", OWN_ERROR),
    "release.formats.mart.ExportError": ("Niet gepubliceerd.", OWN_ERROR),
    "postgres.connection.PostgresError": ("PostgreSQL loopt achter.", OWN_ERROR),
    "connect.errors.MayPass": ("Niet opgehaald.", OWN_ERROR),
    "connect.errors.Unchangeable": ("Niet opgehaald.", OWN_ERROR),
    "connect.errors.Refused": ("Niet opgehaald.", HELD_BACK),
    "ledger.ledger.LedgerError": ("Niet vastgelegd.", OWN_ERROR),
    "ledger.signing.SigningError": ("Niet ondertekend.", OWN_ERROR),
    "ledger.anchor.AnchorError": ("Niet verankerd.", OWN_ERROR),
}

#: What the system says about a file, and what to do.
SYSTEM = {
    errno.EACCES: ("mag niet gelezen of geschreven worden", "Geef deze gebruiker er rechten op"),
    errno.EPERM: ("mag niet gelezen of geschreven worden", "Geef deze gebruiker er rechten op"),
    errno.EROFS: ("staat op een schijf waarop niet geschreven mag worden", "Maak hem schrijfbaar"),
    errno.ENOENT: ("is er niet", "Ga na of iets anders in die map opruimt"),
    errno.EISDIR: ("is een map in plaats van een bestand", "Haal die map daar weg"),
    errno.ENOTDIR: ("staat onder een bestand dat een map moet zijn", "Haal dat bestand daar weg"),
    errno.EEXIST: ("staat er al, als iets anders dan verwacht", "Haal het daar weg"),
    errno.EIO: ("kan niet gelezen of geschreven worden: de schijf geeft een fout", "Laat de schijf "
    "nakijken"),
    errno.EMFILE: ("kan niet geopend worden: er staan te veel bestanden open", "Verhoog de grens "
    "van het systeem (ulimit -n)"),
    errno.ELOOP: ("is een koppeling naar zichzelf", "Haal die koppeling daar weg"),
}  # fmt: skip

#: What to do about a part of the home that is damaged; the first part of the path decides.
REPAIR = {
    "raw": "Zet het terug uit een reservekopie, of lever het bestand opnieuw",
    "quarantine": "Haal het weg: de run schrijft het opnieuw",
    "warehouse": "Haal het weg: de run bouwt het opnieuw",
    "dbt": "Haal de map dbt weg: de run maakt haar opnieuw",
    "dagster": "Haal de map dagster weg: de run maakt haar opnieuw, zonder de geschiedenis",
    "releases": "Kijk met `datalab verify` wat er mis is en ga terug met `datalab rollback`",
    "ledger": "Zet het terug uit een reservekopie en kijk met `datalab verify`",
    "keys": "Zet het terug uit een reservekopie",
    "calibration": "Zet het terug uit een reservekopie, of haal het weg",
}

SIGNALS = {
    signal.SIGINT: "met Ctrl-C",
    signal.SIGTERM: "met een stopsein (SIGTERM)",
    signal.SIGHUP: "doordat de terminal sloot (SIGHUP)",
}


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What is told, behind a word or two that stand out, and the exit code."""

    lead: str
    sentence: str
    code: int


def end(settings: Settings, error: BaseException) -> int:
    """Tells how it ended and keeps the calls that led to it; returns the exit code."""
    ending = ending_of(settings, error)
    keep(settings, error)
    say_problem(ending.sentence, ending.lead)
    return ending.code


def ending_of(settings: Settings, error: BaseException) -> Ending:
    """What to tell of an error: the nearest one behind it of which something is known."""
    chain = list(behind(error))
    stands = in_force(settings)
    if is_full(error) or _has_no_room(settings):
        return Ending(lead="Mislukt.", sentence=_full_disk(settings, chain), code=OWN_ERROR)
    for one in chain:
        if is_own(one) and str(one).strip():
            lead, code = _known(one)
            said = _ended(str(one))
            sentence = said if said == stands else f"{said} {stands}"
            return Ending(lead=lead, sentence=sentence, code=code)
    told_of = next((told for one in chain if (told := _foreign(settings, one))), None)
    return Ending(
        lead="Mislukt.", sentence=f"{told_of or _unknown(settings, chain)} {stands}", code=OWN_ERROR
    )


def is_about_the_disk(settings: Settings, error: BaseException) -> bool:
    """Whether the disk is to blame, so that making a file anew would not help."""
    return (
        is_full(error)
        or _has_no_room(settings)
        or any(isinstance(one, OSError) and one.errno in SYSTEM for one in behind(error))
    )


def of_a_signal(settings: Settings, number: int) -> Ending:
    """A command that somebody or the system stopped, as a shell counts it: 128 and the signal."""
    code = 128 + number
    if number in SIGNALS:
        what = f"De opdracht is {SIGNALS[signal.Signals(number)]} gestopt."
    elif number == signal.SIGKILL:
        what = (
            "De opdracht is door het systeem gestopt (SIGKILL), meestal omdat er te weinig "
            "geheugen was: geef de machine meer, of zoek wat er te groot is."
        )
    else:
        name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
        what = (
            f"Een onderdeel van het programma is vastgelopen ({name}): kijk in "
            f"{settings.home / LOG} bij welke stap, en meld het aan wie het programma onderhoudt."
        )
    again = "Wat half af was telt niet en wordt opgeruimd; start opnieuw wanneer dat uitkomt."
    return Ending(lead="Afgebroken.", sentence=f"{what} {again} {in_force(settings)}", code=code)


def keep(settings: Settings, error: BaseException) -> None:
    """Adds the calls that led to an error to the log, where there is a home to keep it in."""
    if settings.home.is_dir():
        moment = dt.datetime.now(LOCAL_TIME).isoformat(sep=" ", timespec="seconds")
        with (
            contextlib.suppress(OSError),
            (settings.home / LOG).open("a", encoding="utf-8") as log,
        ):
            log.write(f"\n{moment} ended by {traced(error)}\n")


def _known(error: BaseException) -> tuple[str, int]:
    for of in type(error).__mro__:
        name = f"{of.__module__}.{of.__qualname__}".removeprefix("dronten_pipeline.")
        if name in OWN:
            return OWN[name]
    return "Fout.", OWN_ERROR


def _foreign(settings: Settings, error: BaseException) -> str | None:
    """What is told of an error of the system or of a library, None when nothing is known."""
    whose = kind(error).split(".")[0]
    if isinstance(error, MemoryError) or kind(error) == "duckdb.OutOfMemoryException":
        return (
            "Er was te weinig geheugen. Geef de machine meer, of zoek welke levering te groot is."
        )
    if isinstance(error, OSError) and error.errno in SYSTEM and error.filename:
        what, advice = SYSTEM[error.errno]
        return f"{_shown(settings, str(error.filename))} {what}. {advice} en start opnieuw."
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "De poort is al in gebruik: stop wat daar draait, of kies een andere met --port."
    if whose in ("sqlite3", "sqlalchemy"):
        return (
            f"De administratie van Dagster in {settings.dagster_home} kon niet gelezen of "
            f"geschreven worden. {REPAIR['dagster']}, en start opnieuw."
        )
    if whose in ("duckdb", "polars", "pyarrow", "zipfile"):
        named = _paths(settings, str(error))
        if named:
            part = Path(named[0]).parts[0]
            advice = REPAIR.get(part, "Zet het terug uit een reservekopie")
            return (
                f"{settings.home / named[0]} kon niet gelezen of geschreven worden: het is "
                f"beschadigd, of in gebruik. {advice}, en start opnieuw."
            )
    return None


def _unknown(settings: Settings, chain: list[BaseException]) -> str:
    ours = next((one for one in chain if place(one)), chain[-1])  # the last is what began it
    where = place(ours)
    return (
        f"Een fout die niemand voorzag ({kind(ours)}{' in ' if where else ''}{where}). De "
        f"bijzonderheden staan in {settings.home / LOG}: meld de fout, met dat bestand, aan wie "
        "het programma onderhoudt."
    )


def _full_disk(settings: Settings, chain: Iterable[BaseException]) -> str:
    named = None
    for one in chain:
        written = one.filename if isinstance(one, OSError) and is_full(one) else None
        named = named or written or next(iter(_paths(settings, str(one))), None)
    what = f" bij het schrijven van {_shown(settings, str(named))}" if named else ""
    nearest = next(path for path in (settings.home, *settings.home.parents) if path.is_dir())
    free = shutil.disk_usage(nearest).free / 1e6
    return (
        f"De schijf is vol{what}. Bij {settings.home} is nu {free:.0f} MB vrij. Maak ruimte, "
        "kijk met `datalab doctor` of het genoeg is, en start opnieuw; wat half geschreven is, "
        f"ruimt de run zelf op. {in_force(settings)}"
    )


def _has_no_room(settings: Settings) -> bool:
    """SQLite speaks of input and output only, so the disk itself is asked."""
    with contextlib.suppress(OSError):
        return shutil.disk_usage(settings.home).free < FULL_BYTES
    return False


def _paths(settings: Settings, message: str) -> list[str]:
    """Paths below the home in a message, without those that a deliverer named."""
    found = re.findall(rf"{re.escape(str(settings.home))}/([\w./+-]+)", message)
    return [path.rstrip(".") for path in found if not path.startswith(("landing", "quarantine"))]


def _shown(settings: Settings, path: str) -> str:
    """A path; of what was delivered its folder only, for a name may be that of a person."""
    landing = settings.landing_folder
    if Path(path).is_relative_to(landing) and Path(path) != landing:
        return f"Een bestand in {landing / Path(path).relative_to(landing).parts[0]}"
    return path if Path(path).is_absolute() else str(settings.home / path)


def in_force(settings: Settings) -> str:
    """Which release readers see; of this too nothing may go wrong."""
    from dronten_pipeline.release.errors import ReleaseError
    from dronten_pipeline.release.store import current_release

    try:
        release = current_release(settings)
    except ReleaseError as error:
        return _ended(str(error))
    except (OSError, ValueError):
        return (
            f"Welke uitgave geldt is niet te zien: {settings.releases} is niet te lezen. Geef er "
            "rechten op, of zet de map terug uit een reservekopie."
        )
    if release is not None:
        return f"Uitgave {release.release_id} geldt."
    if any(settings.releases.glob("[!.]*/manifest.json")):
        return (
            "Er geldt nu geen uitgave, al staan er wel (`datalab releases`): wijs er een aan met "
            "`datalab rollback UITGAVE`."
        )
    return "Er is nog geen uitgave."


def _ended(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
