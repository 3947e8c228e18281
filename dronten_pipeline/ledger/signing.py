"""Keys and signatures: who can have written a record, and that nobody changed it since.

Here belongs Ed25519, the DSSE envelope and the in-toto statement in it. Not here: what is signed
(`ledger.py`), which keys are believed (`trust.py`), and who may approve what (`gate/`).

A private key is a PEM file (PKCS 8) that only its owner may read. Its id is the SHA-256 of the
public key in DER, so that `openssl pkey -pubin -in KEY -outform DER | sha256sum` gives it too.
An envelope is JSON:

    payloadType   application/vnd.in-toto+json
    payload       base64 of the canonical JSON of a statement
    signatures    [{keyid, sig}], sig is base64 of Ed25519 over the pre-authentication encoding

Formats: DSSE v1.0 (secure-systems-lab/dsse, protocol.md and envelope.md), in-toto Statement v1
(in-toto/attestation, spec/v1/statement.md), Ed25519 of RFC 8032.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dronten_pipeline.core.durable import canonical_json, explain, write_durably, write_secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"

#: So many characters of a key id are shown to people; files and envelopes hold all 64.
SHOWN = 16


class SigningError(RuntimeError):
    """Something cannot be signed, or a key cannot be used; the message says what to do."""


class SignatureError(ValueError):
    """An envelope is not what a known key signed; the message is a part of a Dutch sentence."""


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """Who can be recognised: the key, its id, and the name that its file gives it."""

    key_id: str
    name: str
    key: Ed25519PublicKey = field(repr=False, compare=False)

    def pem(self) -> bytes:
        from cryptography.hazmat.primitives import serialization

        return self.key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who can sign: a private key, which is never shown, and its public half."""

    public: PublicKey
    key: Ed25519PrivateKey = field(repr=False, compare=False)

    @property
    def key_id(self) -> str:
        return self.public.key_id


@dataclass(frozen=True, kw_only=True)
class Signed:
    """The statement in an envelope, and whose signatures under it are right."""

    statement: dict[str, Any]
    signed_by: tuple[PublicKey, ...]


# --- keys


def make_key(path: Path) -> Signer:
    """Makes a private key that only its owner may read; an existing file is never touched.

    Raises:
        SigningError: the file stands there already, or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    content = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, content)
    except FileExistsError as error:
        raise SigningError(f"{path} staat er al: kies een andere naam.") from error
    except OSError as error:
        raise SigningError(
            f"In {path} kon geen sleutel gemaakt worden: {explain(error)}."
        ) from error
    return Signer(public=_public(private.public_key(), path.stem), key=private)


def read_signer(path: Path) -> Signer:
    """A private key from its PEM file.

    Raises:
        SigningError: it cannot be read, is no Ed25519 key, or others than its owner can read it.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        mode, content = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise SigningError(f"De sleutel {path} is niet te lezen: {explain(error)}.") from error
    if mode & 0o077:
        raise SigningError(
            f"Anderen kunnen de sleutel {path} lezen: geef rechten 0600 (chmod 600)."
        )
    try:
        private = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise SigningError(
            f"In {path} staat geen leesbare geheime sleutel (PEM): zet haar terug."
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SigningError(
            f"In {path} staat een andere soort sleutel dan Ed25519: zet de goede terug."
        )
    return Signer(public=_public(private.public_key(), path.stem), key=private)


def public_keys(folder: Path) -> dict[str, PublicKey]:
    """Every public key in `<folder>/*.pem`, by its id; its name is that of its file.

    Raises:
        SigningError: a file there is no public key.
    """
    keys = (read_public_key(path) for path in sorted(folder.glob("*.pem")))
    return {key.key_id: key for key in keys}


def read_public_key(path: Path) -> PublicKey:
    """A public key from its PEM file.

    Raises:
        SigningError: it cannot be read or is no Ed25519 key.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SigningError(f"De sleutel {path} is niet te lezen: {explain(error)}.") from error
    return public_key(content, path.stem, str(path))


def public_key(content: bytes, name: str, where: str = "Het record") -> PublicKey:
    """A public key from the text of a PEM file.

    Raises:
        SigningError: it is no Ed25519 key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public = load_pem_public_key(content)
    except ValueError as error:
        raise SigningError(
            f"{where} bevat geen leesbare openbare sleutel (PEM): zet haar terug."
        ) from error
    if not isinstance(public, Ed25519PublicKey):
        raise SigningError(
            f"{where} bevat een andere soort sleutel dan Ed25519: zet de goede terug."
        )
    return _public(public, name)


def add_public_key(folder: Path, public: PublicKey) -> Path:
    """Writes a public key where people find it; what it signs counts by the ledger (`trust.py`)."""
    path = folder / f"{public.key_id[:SHOWN]}.pem"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(path, public.pem())
    except OSError as error:
        raise SigningError(f"{path} kon niet geschreven worden: {explain(error)}.") from error
    return path


def _public(key: Ed25519PublicKey, name: str) -> PublicKey:
    from cryptography.hazmat.primitives import serialization

    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return PublicKey(key_id=hashlib.sha256(der).hexdigest(), name=name, key=key)


# --- statements and envelopes


def statement(
    subject: Mapping[str, str], predicate_type: str, predicate: Mapping[str, Any]
) -> dict[str, Any]:
    """An in-toto Statement v1.

    Args:
        subject: what it is about: names of files and their SHA-256 in hexadecimal; at least one.
        predicate_type: URI that says what kind of predicate follows.
    """
    if not subject:
        raise ValueError("a statement must be about at least one file")
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": digest}} for name, digest in sorted(subject.items())
        ],
        "predicateType": predicate_type,
        "predicate": dict(predicate),
    }


def sign(document: Mapping[str, Any], signers: Sequence[Signer]) -> dict[str, Any]:
    """A DSSE envelope around a statement, with a signature of each signer."""
    if not signers:
        raise ValueError("an envelope needs at least one signature")
    payload = canonical_json(document)
    encoded = pre_authentication_encoding(PAYLOAD_TYPE, payload)
    return {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {
                "keyid": signer.key_id,
                "sig": base64.b64encode(signer.key.sign(encoded)).decode(),
            }
            for signer in signers
        ],
    }


def verify(envelope: object, keys: Mapping[str, PublicKey]) -> Signed:
    """The statement in an envelope, if every signature under it is right and of a known key.

    Args:
        envelope: parsed JSON; it is not trusted in any way.
        keys: the known keys by id.

    Raises:
        SignatureError: it is no envelope, a signature is wrong, or a key is not known.
    """
    from cryptography.exceptions import InvalidSignature

    payload, signatures = _parts(envelope)
    encoded = pre_authentication_encoding(PAYLOAD_TYPE, payload)
    signed_by = []
    for key_id, signature in signatures:
        public = keys.get(key_id)
        if public is None:
            raise SignatureError(f"het is ondertekend met de onbekende sleutel {key_id[:SHOWN]}")
        try:
            public.key.verify(signature, encoded)
        except InvalidSignature:
            raise SignatureError("de handtekening klopt niet: het is veranderd") from None
        signed_by.append(public)
    try:
        document = json.loads(payload)
    except ValueError:
        raise SignatureError("wat ondertekend is, is geen JSON") from None
    if not isinstance(document, dict) or document.get("_type") != STATEMENT_TYPE:
        raise SignatureError("wat ondertekend is, is geen verklaring")
    return Signed(statement=document, signed_by=tuple(signed_by))


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed (DSSE v1.0): no payload can be taken for one of another type."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _parts(envelope: object) -> tuple[bytes, list[tuple[str, bytes]]]:
    try:
        if not isinstance(envelope, dict) or set(envelope) != {
            "payloadType",
            "payload",
            "signatures",
        }:
            raise TypeError
        if envelope["payloadType"] != PAYLOAD_TYPE:
            raise TypeError
        payload = base64.b64decode(envelope["payload"], validate=True)
        signatures = [
            (str(one["keyid"]), base64.b64decode(one["sig"], validate=True))
            for one in envelope["signatures"]
        ]
    except (TypeError, KeyError, ValueError, binascii.Error):
        raise SignatureError("het is geen ondertekende envelop") from None
    if not signatures:
        raise SignatureError("het is niet ondertekend")
    return payload, signatures
