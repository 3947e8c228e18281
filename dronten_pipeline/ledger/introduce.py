"""Making a key or an approver known: the records by which they count from then on.

Here belongs what a person does by hand, seldom. Not here: reading whom to believe (`trust.py`).
"""

from __future__ import annotations

from pathlib import Path

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger, signing
from dronten_pipeline.ledger.bodies import Approver, Key
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.ledger.signing import SHOWN, SigningError
from dronten_pipeline.ledger.trust import trust


class IntroductionError(SigningError):
    """Nobody was made known; the message is a Dutch sentence that says why and what to do."""


def introduce_key(settings: Settings, by: Path | None = None) -> Record[Key] | None:
    """Has an older key introduce the one that this installation signs with from now on; of the
    first key it records that a person vouches for it.

    Args:
        by: file with the private half of an older key, where it is not the one in the home.

    Returns:
        the record; None when it was known and vouched for already.

    Raises:
        IntroductionError: no older key signs for it.
        SigningError, LedgerError: a key cannot be read, or the record not be added.
    """
    signer = signing.read_signer(settings.signing_key or settings.own_signing_key)
    believed = trust(settings)
    public = signer.public.pem().decode()
    if believed.root is None or signer.key_id == believed.root:
        if isinstance(believed.confirmed, int):
            return None
        signing.add_public_key(settings.public_keys, signer.public)
        return ledger.append(
            settings, Key(key_id=signer.key_id, public=public, by=signer.key_id), signer=signer
        )
    if signer.key_id in believed.keys:
        return None
    place = by or settings.own_signing_key
    try:
        older = signing.read_signer(place)
    except SigningError as error:
        raise IntroductionError(
            f"Een oudere sleutel moet deze bekend maken, en {place} is niet te lezen: noem haar "
            "bestand met --by. Is zij verloren, zet haar terug uit de kluis; zonder haar begint "
            "een nieuw logboek, in een nieuwe DATALAB_HOME."
        ) from error
    if older.key_id not in believed.keys:
        raise IntroductionError(
            f"Sleutel {older.key_id[:SHOWN]} in {place} is zelf niet bekend, en kan een ander niet "
            "bekend maken: noem met --by de sleutel waarmee het logboek tot nu toe getekend is."
        )
    record = ledger.append(
        settings, Key(key_id=signer.key_id, public=public, by=older.key_id), signer=older
    )
    signing.add_public_key(settings.public_keys, signer.public)
    return record


def introduce_approver(settings: Settings, name: str) -> Record[Approver]:
    """Writes down that the key in `<approvers>/<name>.pem` may approve, under that name only.

    Raises:
        IntroductionError: there is no such key, or it is somebody else's already.
        SigningError, LedgerError: a key cannot be read, or the record not be added.
    """
    path = settings.approvers_folder / f"{name}.pem"
    if not path.is_file():
        raise IntroductionError(
            f"{path} is er niet: laat de beheerder daar de openbare sleutel van {name} neerzetten."
        )
    public = signing.read_public_key(path)
    believed = trust(settings)
    if public.key_id in believed.keys:
        raise IntroductionError(
            f"Met de sleutel in {path} tekent de keten zelf: een mens keurt goed met een eigen "
            "sleutel."
        )
    known = believed.approvers.get(public.key_id)
    if known is not None:
        raise IntroductionError(
            f"De sleutel in {path} is al van {known.name} (record {known.since}): één sleutel is "
            "één mens."
        )
    return ledger.append(
        settings,
        Approver(name=name, key_id=public.key_id, public=public.pem().decode()),
    )
