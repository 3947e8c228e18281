"""`datalab doctor`: what is missing or unsafe in an installation, in words.

Here belongs what can be seen without a run. Not here: the state of deliveries or figures
(`datalab status`).
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from dronten_pipeline.contracts.derived_rules import load_all_suites
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.core.permissions import too_open
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger.signing import SHOWN, SigningError
from dronten_pipeline.ledger.trust import own_signer, trust

#: A release, its raw tables and a warehouse of a municipality's size.
NEEDED_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    is_fine: bool
    text: str


def examine(settings: Settings) -> list[Finding]:
    """One finding per thing that must be in order."""
    return [
        _home(settings),
        _modes(settings),
        _space(settings),
        _landing(settings),
        _pseudonym_key(settings),
        _signing_key(settings),
        _first_key(settings),
        _anchor(settings),
        _approvers(settings),
        _contracts(settings),
        _memories(settings),
        _calibration(settings),
        _release(settings),
        *_withdrawals(settings),
        *_postgres(settings),
        *_connectors(settings),
    ]


def _home(settings: Settings) -> Finding:
    nearest = settings.home
    while not nearest.exists():
        nearest = nearest.parent
    if os.access(nearest, os.W_OK):
        return Finding(True, f"DATALAB_HOME is {settings.home} en kan beschreven worden.")
    return Finding(
        False,
        f"DATALAB_HOME ({settings.home}) kan niet beschreven worden: geef rechten of kies een "
        "andere map.",
    )


def _modes(settings: Settings) -> Finding:
    found = too_open(settings)
    if not found:
        return Finding(True, "Wat onder DATALAB_HOME staat is alleen voor de eigen groep leesbaar.")
    return Finding(
        False,
        f"{len(found)} bestanden en mappen onder DATALAB_HOME zijn voor anderen leesbaar, zoals "
        f"{found[0]}: de volgende `datalab run` herstelt dat, als deze gebruiker de eigenaar is.",
    )


def _space(settings: Settings) -> Finding:
    nearest = settings.home
    while not nearest.exists():
        nearest = nearest.parent
    free = shutil.disk_usage(nearest).free
    text = f"Er is {free / 1024**3:.0f} GiB vrij op de schijf van DATALAB_HOME"
    if free >= NEEDED_BYTES:
        return Finding(True, text + ".")
    return Finding(False, text + "; maak ruimte tot er minstens 2 GiB vrij is.")


def _landing(settings: Settings) -> Finding:
    folder = settings.landing_folder
    if folder.is_dir():
        return Finding(True, f"Leveringen worden gezocht in {folder}.")
    if settings.landing is None:
        return Finding(True, f"Er is nog niets geleverd: {folder} bestaat nog niet.")
    return Finding(False, f"DATALAB_LANDING ({folder}) bestaat niet: maak de map of verbeter het.")


def _pseudonym_key(settings: Settings) -> Finding:
    if settings.pseudonym_key is not None:
        try:
            settings.read_pseudonym_key()
        except ValueError as error:
            return Finding(False, str(error))
        return Finding(True, "De sleutel van de pseudoniemen staat buiten DATALAB_HOME.")
    own = settings.own_pseudonym_key
    if not own.exists() and settings.pseudonyms_were_made:
        return Finding(False, f"De sleutel van de pseudoniemen {own} is weg: zet haar terug.")
    if not own.exists():
        return Finding(True, "Er is nog geen sleutel voor pseudoniemen nodig geweest.")
    if own.stat().st_mode & 0o077:
        return Finding(False, f"Anderen kunnen {own} lezen: geef haar rechten 0600.")
    return Finding(
        False,
        f"De sleutel van de pseudoniemen staat in {own}: bewaar haar buiten de gegevens, in een "
        "kluis, en wijs haar aan met DATALAB_PSEUDONYM_KEY.",
    )


def _calibration(settings: Settings) -> Finding:
    from dronten_pipeline.readability import calibration, judge

    try:
        found = calibration.in_force(settings.calibration, settings.calibrations)
    except calibration.CalibrationError as error:
        return Finding(False, str(error))
    if found is None:
        return Finding(
            True,
            "Het leesniveau is niet geijkt op eigen teksten: de gepubliceerde grenzen gelden "
            "(`datalab leesniveau calibrate`).",
        )
    if not judge.applies(found):
        return Finding(
            False,
            f"De ijking {found.version} van het leesniveau hoort bij {found.method_version}; nu "
            f"geldt {judge.instrument_version()}, en zij wordt niet gebruikt. IJk opnieuw met "
            "`datalab leesniveau calibrate`.",
        )
    return Finding(
        True,
        f"Het leesniveau is geijkt ({found.version}) op {found.texts} eigen teksten, "
        f"{found.made_on:%d-%m-%Y}.",
    )


def _signing_key(settings: Settings) -> Finding:
    own = settings.own_signing_key
    if settings.signing_key is None and not settings.ledger.is_dir():
        return Finding(True, "Er is nog geen sleutel nodig geweest om mee te ondertekenen.")
    try:
        signer = own_signer(settings)
    except SigningError as error:
        return Finding(False, str(error))
    if settings.signing_key is not None and settings.home not in settings.signing_key.parents:
        return Finding(True, f"Ondertekend wordt met sleutel {signer.key_id[:SHOWN]}.")
    return Finding(
        False,
        f"De sleutel waarmee ondertekend wordt staat in {settings.signing_key or own}: bewaar haar "
        "buiten de gegevens en wijs haar aan met DATALAB_SIGNING_KEY.",
    )


def _anchor(settings: Settings) -> Finding:
    if not settings.ledger.is_dir():
        return Finding(True, "Er is nog geen logboek om te verankeren.")
    if settings.anchor is None:
        return Finding(
            False,
            "Het logboek is nergens verankerd: wijs met DATALAB_ANCHOR een plaats aan waar deze "
            "gebruiker alleen kan toevoegen, zodat afknippen en herschrijven opvallen.",
        )
    return Finding(True, f"Het logboek is verankerd in {settings.anchor}.")


def _first_key(settings: Settings) -> Finding:
    try:
        believed = trust(settings)
    except SigningError as error:
        return Finding(False, str(error))
    if believed.root is None:
        return Finding(True, "Er is nog geen sleutel om te geloven.")
    if believed.confirmed is None:
        return Finding(
            False,
            f"Niemand bevestigde de eerste sleutel van het logboek ({believed.root[:SHOWN]}): "
            "vergelijk haar met die op papier, en leg dat eenmalig vast met `datalab keys "
            "--trust`.",
        )
    return Finding(
        True, f"De eerste sleutel van het logboek is bevestigd ({believed.root[:SHOWN]})."
    )


def _approvers(settings: Settings) -> Finding:
    """Whoever can put a key there can approve what they made themselves."""
    folder = settings.approvers_folder
    if not folder.exists():
        return Finding(True, f"Niemand mag goedkeuren: {folder} bestaat niet.")
    mine = [
        path for path in (folder.parent, folder, *folder.glob("*.pem")) if _may_be_changed(path)
    ]
    if not mine:
        return Finding(True, f"Wie mag goedkeuren ({folder}) kan deze gebruiker niet veranderen.")
    return Finding(
        False,
        f"Deze gebruiker kan {mine[0]} veranderen, en dus zichzelf laten goedkeuren: laat de "
        "beheerder de map maken waar alleen die mag schrijven (`install -d -o root -g root -m 0755 "
        "/etc/datalab/approvers`, de bestanden 0644), wijs haar aan met DATALAB_APPROVERS, en "
        "draai de keten onder een eigen account, niet als root.",
    )


def _may_be_changed(path: Path) -> bool:
    """Whether this account may write there, or can give itself the right to."""
    return os.access(path, os.W_OK) or path.stat().st_uid == os.geteuid()


def _contracts(settings: Settings) -> Finding:
    try:
        sources = load_sources(settings.sources)
        suites = load_all_suites(settings.expectations, settings.dbt_project)
    except ContractError as error:
        return Finding(False, str(error))
    return Finding(True, f"{len(sources)} bronnen en {len(suites)} te publiceren tabellen.")


def _memories(settings: Settings) -> Finding:
    from dronten_pipeline.ingest import registry

    try:
        sources = load_sources(settings.sources)
    except ContractError:  # told already
        sources = {}
    problems = registry.problems(settings.raw, sources)
    if problems:
        return Finding(False, " ".join(problems))
    return Finding(True, "Wat er geleverd is, staat leesbaar in het geheugen van elke bron.")


def _release(settings: Settings) -> Finding:
    from dronten_pipeline.release.errors import ReleaseError
    from dronten_pipeline.release.store import current_release, verify_release

    try:
        release = current_release(settings)
    except ReleaseError as error:
        return Finding(False, str(error))
    if release is None:
        return Finding(True, "Er is nog geen uitgave.")
    problems = verify_release(release.folder)
    if problems:
        return Finding(
            False,
            f"Uitgave {release.release_id} is niet meer zoals zij was: {'; '.join(problems)}. "
            "Ga terug met `datalab rollback`.",
        )
    return Finding(True, f"Uitgave {release.release_id} is nog zoals zij gepubliceerd werd.")


def _withdrawals(settings: Settings) -> list[Finding]:
    from dronten_pipeline.release.withdrawal import unfinished

    return [Finding(False, sentence) for sentence in unfinished(settings).values()]


def _postgres(settings: Settings) -> list[Finding]:
    if settings.postgres_url is None:
        return []
    from dronten_pipeline.postgres.connection import PostgresError
    from dronten_pipeline.postgres.load import describe_lag

    try:
        lag = describe_lag(settings)
    except PostgresError as error:
        return [Finding(False, str(error))]
    return [Finding(not lag, lag or "PostgreSQL toont de uitgave die geldt.")]


def _connectors(settings: Settings) -> list[Finding]:
    """Each system that is pulled is asked whether it lets us in."""
    from dronten_pipeline.connect.connector import declared

    names = declared(settings.sources)
    if not names:
        return []
    from dronten_pipeline.connect.errors import PullError
    from dronten_pipeline.connect.pull import try_login

    findings = []
    for name in names:
        try:
            findings.append(Finding(True, f"Het systeem van {name} {try_login(settings, name)}."))
        except (PullError, ContractError) as error:
            findings.append(Finding(False, f"{name} kan niet opgehaald worden. {error}"))
    return findings
