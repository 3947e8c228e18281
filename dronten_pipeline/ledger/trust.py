"""Who is believed: which keys sign the ledger, from which record on, and who may approve.

Here belongs the rule that a key counts only when an older key introduced it. Not here: keys and
signatures as such (`signing.py`), and records (`ledger.py`), which ask here whom to believe.

The first key is the one that signed record 1; the anchor confirms it where there is one, or a
person does, once (`datalab keys --trust`). Every other key needs a record `key` that a key which
was believed by then signed, every approver a record `approver`. A PEM file without such a record
is not believed: it says how a key looks, not that it counts.

Ledgers from before this rule hold records `key` that the new key signed itself. They count up to
the first record of kind `ingest`, which is as old as the rule, and `datalab verify` names them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import anchor, bodies, signing
from dronten_pipeline.ledger.signing import SHOWN, PublicKey, SignatureError, SigningError

B = TypeVar("B", bound=bodies.Body)

_NAME = re.compile(r"^(\d{6,})-(key|approver)\.json$")
_FIRST = re.compile(r"^(\d{6,})-[a-z_]+\.json$")
#: The kind of record whose first one closes what was allowed before.
_BEGINS = "ingest"


@dataclass(frozen=True, kw_only=True)
class Believed:
    """A key and the record after which it counts; `introduced` is null for the first key."""

    key: PublicKey
    since: int
    introduced: int | None
    is_from_before: bool = False


@dataclass(frozen=True, kw_only=True)
class Approver:
    """Somebody who may approve, under one name, from the record that introduced them."""

    name: str
    key: PublicKey
    since: int


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whom the ledger of a home believes.

    `confirmed` says what vouches for the first key: "anchor", the number of the record in which
    a person did, or None. `strangers` are names of PEM files that no record vouches for.
    """

    keys: dict[str, Believed] = field(default_factory=dict)
    approvers: dict[str, Approver] = field(default_factory=dict)
    confirmed: str | int | None = None
    root: str | None = None
    #: Number of the record from which on the rule holds without exception; None: not yet.
    begins: int | None = None
    strangers: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def at(self, number: int) -> dict[str, PublicKey]:
        """The keys whose signature under the record with this number counts."""
        return {
            key_id: believed.key
            for key_id, believed in self.keys.items()
            if believed.since < number
        }

    def is_before_rule(self, number: int) -> bool:
        return self.begins is None or number < self.begins


def trust(settings: Settings) -> Trust:
    """Reads whom to believe from the first record and those that introduce somebody.

    Raises:
        SigningError: a file among the public keys is none.
    """
    pems = signing.public_keys(settings.public_keys)
    first, introducing, begins = _records(settings.ledger)
    if first is None:
        return Trust()
    said = _anchored_key(settings.anchor)
    problems = []
    if said is not None and said != _signer_of(first):
        problems.append(
            f"Volgens het anker tekende sleutel {said[:SHOWN]} het eerste record, en nu draagt het "
            "een andere: zoek uit wie dat deed."
        )
    root = said or _signer_of(first)
    keys: dict[str, Believed] = {}
    if root in pems:
        keys[root] = Believed(key=pems[root], since=0, introduced=None)
    approvers: dict[str, Approver] = {}
    confirmed: str | int | None = "anchor" if said else None
    is_new = False
    for number, kind, path in introducing:
        envelope = _envelope(path)
        known = {key: one.key for key, one in keys.items() if one.since < number}
        if kind == bodies.Approver.KIND:
            introduced, _ = _body(envelope, known, bodies.Approver)
            approver = _introduced(introduced, number) if introduced is not None else None
            if approver is not None and not _is_double(approver, keys, approvers):
                approvers[approver.key.key_id] = approver
            continue
        body, signer = _body(envelope, known, bodies.Key)
        if body is not None:
            is_new = is_new or body.by is not None
            public = _public(body, "")
            if public is None:
                continue
            if public.key_id == root == signer:
                confirmed = confirmed or number
            elif public.key_id not in keys:
                keys[public.key_id] = Believed(key=public, since=number, introduced=number)
            continue
        # Signed by a key that nobody introduced: only ledgers of before do that rightly.
        old, itself = _body(envelope, pems, bodies.Key)
        if old is None or is_new or old.by is not None or (begins is not None and number > begins):
            continue
        if itself is not None and old.key_id == itself:
            keys[itself] = Believed(
                key=pems[itself], since=number - 1, introduced=number, is_from_before=True
            )
    return Trust(
        keys=keys,
        approvers=approvers,
        confirmed=confirmed,
        root=root,
        begins=begins,
        strangers=tuple(sorted(one.name for key_id, one in pems.items() if key_id not in keys)),
        problems=tuple(problems),
    )


def own_signer(settings: Settings) -> signing.Signer:
    """The key with which this installation signs, made once when none was named.

    A key that is gone is never replaced in silence, and another key signs only after the old one
    introduced it (`datalab keys --trust`).

    Raises:
        SigningError: the key cannot be read or made, others can read it, or it is not believed.
    """
    path = settings.signing_key or settings.own_signing_key
    found = trust(settings)
    pems = signing.public_keys(settings.public_keys)
    if path.exists() or settings.signing_key is not None:
        signer = signing.read_signer(path)
    elif pems or found.root:
        raise SigningError(
            f"De sleutel {path} is er niet meer, en er is mee ondertekend: zet haar terug uit een "
            "kluis."
        )
    else:
        signer = signing.make_key(path)
    if found.root is None:
        if not pems:
            signing.add_public_key(settings.public_keys, signer.public)
        elif signer.key_id not in pems:
            raise _not_believed(signer, path)
    elif signer.key_id == found.root and signer.key_id not in pems:
        # The private half proves it, and without the public half nothing can be read.
        signing.add_public_key(settings.public_keys, signer.public)
    elif signer.key_id not in found.keys:
        raise _not_believed(signer, path)
    return signer


def sentences(believed: Trust) -> list[str]:
    """What vouches for each key, in Dutch."""
    found = []
    for key_id, one in believed.keys.items():
        if one.introduced is not None:
            how = f"bekend gemaakt in record {one.introduced}"
        elif believed.confirmed == "anchor":
            how = "de eerste sleutel, die van het anker"
        elif believed.confirmed is not None:
            how = f"de eerste sleutel, met de hand bevestigd in record {believed.confirmed}"
        else:
            how = "de eerste sleutel, door niemand bevestigd"
        found.append(f"sleutel {key_id}: {how}")
    return found


def doubts(believed: Trust) -> list[str]:
    """What somebody should look into, in Dutch: it proves nothing by itself."""
    found = []
    if believed.root is not None and believed.confirmed is None:
        found.append(
            f"Dat sleutel {believed.root[:SHOWN]} de eerste is, zegt alleen record 1 zelf: "
            "vergelijk haar met die op papier en bevestig dat eenmalig met `datalab keys --trust`."
        )
    found += unbelieved(believed)
    found += [
        f"Sleutel {key_id[:SHOWN]} maakte in record {one.introduced} zichzelf bekend, voordat dat "
        "niet meer mocht: vraag wie dat besloot."
        if one.is_from_before
        else f"Sleutel {key_id[:SHOWN]} is bekend gemaakt in record {one.introduced}: vraag wie "
        "dat besloot."
        for key_id, one in believed.keys.items()
        if one.introduced is not None
    ]
    found += [
        f"{one.name} mag goedkeuren sinds record {one.since}: vraag wie dat besloot."
        for one in believed.approvers.values()
    ]
    return found


def unbelieved(believed: Trust) -> list[str]:
    """Public keys that lie there and count for nothing, in Dutch."""
    return [
        f"{name}.pem ligt bij de openbare sleutels en wordt niet geloofd: geen oudere sleutel "
        "maakte haar bekend. Zoek uit wie haar daar neerzette."
        for name in believed.strangers
    ]


def misplaced_approvers(settings: Settings, believed: Trust) -> list[str]:
    """Files among the approvers that say something else than the ledger, in Dutch."""
    found, where = [], settings.approvers_folder
    named: dict[str, str] = {}
    for path in sorted(where.glob("*.pem")):
        try:
            key = signing.read_public_key(path)
        except SigningError as error:
            found.append(str(error))
            continue
        known = believed.approvers.get(key.key_id)
        if key.key_id in believed.keys:
            found.append(
                f"{path.name} in {where} is een sleutel van de pipeline, en die keurt niets goed: "
                "haal haar weg en zoek uit wie haar daar neerzette."
            )
        elif known is not None and known.name == key.name:
            continue
        elif other := known.name if known is not None else named.get(key.key_id):
            found.append(
                f"{path.name} in {where} is de sleutel van {other} onder een tweede naam: één "
                "sleutel is één persoon. Haal haar weg en zoek uit wie haar daar neerzette."
            )
        else:
            found.append(
                f"Met {path.name} in {where} is niets goed te keuren, want geen record maakte haar "
                f"bekend: doe dat met `datalab approvers --trust {key.name}`, of zoek uit wie haar "
                "daar neerzette."
            )
        named.setdefault(key.key_id, key.name)
    return found


def _not_believed(signer: signing.Signer, path: Path) -> SigningError:
    return SigningError(
        f"Geen oudere sleutel maakte sleutel {signer.key_id[:SHOWN]} in {path} bekend: noem de "
        "juiste in DATALAB_SIGNING_KEY, of laat de oude deze bekend maken met `datalab keys "
        "--trust`."
    )


# --- reading the records that introduce somebody


def _records(folder: Path) -> tuple[Path | None, list[tuple[int, str, Path]], int | None]:
    """The first record, those that introduce somebody in order, and which begins the rule."""
    paths = list(folder.iterdir()) if folder.is_dir() else []
    numbered = [(int(match[1]), path) for path in paths if (match := _FIRST.match(path.name))]
    introducing = [
        (int(match[1]), match[2], path) for path in paths if (match := _NAME.match(path.name))
    ]
    begins = [number for number, path in numbered if path.name.endswith(f"-{_BEGINS}.json")]
    first = min(numbered, default=None)
    return (first[1] if first else None), sorted(introducing), min(begins, default=None)


def _envelope(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _signer_of(path: Path) -> str | None:
    """Which key an envelope names; whether its signature is right is not looked at."""
    envelope = _envelope(path)
    try:
        return str(envelope["signatures"][0]["keyid"])  # type: ignore[index]
    except (TypeError, KeyError, IndexError):
        return None


def _body(
    envelope: object, keys: Mapping[str, PublicKey], kind: type[B]
) -> tuple[B | None, str | None]:
    """The body of a record that one of these keys signed, and which."""
    try:
        signed = signing.verify(envelope, keys)
        body = kind.read(signed.statement["predicate"]["body"])
    except (SignatureError, KeyError, TypeError, ValueError):
        return None, None
    return body, signed.signed_by[0].key_id


def _public(body: bodies.Key | bodies.Approver, name: str) -> PublicKey | None:
    """The key in a record, if it is the one that the record names."""
    try:
        public = signing.public_key(body.public.encode(), name)
    except SigningError:
        return None
    return public if public.key_id == body.key_id else None


def _introduced(body: bodies.Approver, number: int) -> Approver | None:
    public = _public(body, body.name)
    if public is None or not body.name:
        return None
    return Approver(name=body.name, key=public, since=number)


def _is_double(
    approver: Approver, keys: Mapping[str, Believed], approvers: Mapping[str, Approver]
) -> bool:
    """One key is one person: not another name as well, and not the pipeline."""
    return approver.key.key_id in keys or approver.key.key_id in approvers


def _anchored_key(place: Path | None) -> str | None:
    """Which key signed record 1, as the anchor says; None where it does not."""
    lines = anchor.lines(place) if place is not None else []
    return next((line.key_id for line in lines if line.number == 1), None)
