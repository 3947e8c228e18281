"""Signatures: made with a key that only its owner reads, and refused when one byte is another."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import signing, trust

SUBJECT = {"mart.duckdb": "ab" * 32}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def signer(settings: Settings) -> signing.Signer:
    return trust.own_signer(settings)


def envelope_of(*signers: signing.Signer, **predicate: Any) -> dict[str, Any]:
    return signing.sign(signing.statement(SUBJECT, "tag:example,2026:x", predicate), signers)


# --- keys


def test_a_key_is_made_once_and_only_its_owner_can_read_it(settings: Settings) -> None:
    first = trust.own_signer(settings)
    assert trust.own_signer(settings) == first
    assert settings.own_signing_key.stat().st_mode & 0o777 == 0o600
    assert set(signing.public_keys(settings.public_keys)) == {first.key_id}


def test_a_named_key_is_used_and_none_is_made(settings: Settings, tmp_path: Path) -> None:
    named = signing.make_key(tmp_path / "vault" / "datalab.key")
    settings = settings.model_copy(update={"signing_key": tmp_path / "vault" / "datalab.key"})
    assert trust.own_signer(settings) == signing.Signer(public=named.public, key=named.key)
    assert not settings.own_signing_key.exists()


def test_a_key_that_is_gone_is_not_replaced_in_silence(
    settings: Settings, signer: signing.Signer
) -> None:
    settings.own_signing_key.unlink()
    with pytest.raises(signing.SigningError, match="is er niet meer"):
        trust.own_signer(settings)


def test_another_key_is_used_only_after_it_was_made_known(
    settings: Settings, signer: signing.Signer, tmp_path: Path
) -> None:
    other = signing.make_key(tmp_path / "other.key")
    settings = settings.model_copy(update={"signing_key": tmp_path / "other.key"})
    with pytest.raises(signing.SigningError, match="keys --trust"):
        trust.own_signer(settings)
    signing.add_public_key(settings.public_keys, other.public)
    assert trust.own_signer(settings).key_id == other.key_id


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.chmod(0o644), "Anderen kunnen"),
        (lambda path: path.write_text("no key"), "geen leesbare geheime sleutel"),
        (lambda path: (path.unlink(), path.mkdir(mode=0o700)), "is niet te lezen"),
        (
            lambda path: (
                path.unlink(),
                subprocess.run(
                    ["openssl", "genpkey", "-algorithm", "X25519", "-out", str(path)], check=True
                ),
                path.chmod(0o600),
            ),
            "andere soort sleutel",
        ),
    ],
    ids=["readable by others", "not a key", "a folder", "another algorithm"],
)
def test_a_key_that_cannot_be_trusted_is_refused(
    settings: Settings, signer: signing.Signer, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(settings.own_signing_key)
    with pytest.raises(signing.SigningError, match=says):
        trust.own_signer(settings)


def test_making_a_key_never_overwrites_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.key").write_text("precious")
    with pytest.raises(signing.SigningError, match="staat er al"):
        signing.make_key(tmp_path / "a.key")
    assert (tmp_path / "a.key").read_text() == "precious"


def test_a_private_key_is_never_printed(signer: signing.Signer) -> None:
    assert "Private" not in repr(signer)


def test_the_id_of_a_key_is_what_openssl_says(settings: Settings, signer: signing.Signer) -> None:
    (path,) = settings.public_keys.glob("*.pem")
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", str(path), "-outform", "DER"],
        check=True,
        capture_output=True,
    ).stdout
    assert hashlib.sha256(der).hexdigest() == signer.key_id


# --- envelopes


def test_what_was_signed_comes_back(signer: signing.Signer, tmp_path: Path) -> None:
    other = signing.make_key(tmp_path / "second.key")
    keys = {one.key_id: one.public for one in (signer, other)}
    signed = signing.verify(envelope_of(signer, other, verdict="passed"), keys)
    assert signed.statement["predicate"] == {"verdict": "passed"}
    assert signed.statement["subject"] == [{"name": "mart.duckdb", "digest": {"sha256": "ab" * 32}}]
    assert [one.name for one in signed.signed_by] == ["signing", "second"]


def test_the_same_statement_always_gives_the_same_bytes(signer: signing.Signer) -> None:
    assert envelope_of(signer, a=1, b=2) == envelope_of(signer, b=2, a=1)


def test_the_encoding_is_that_of_the_specification() -> None:
    # The example of DSSE v1.0, protocol.md.
    assert (
        signing.pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def _with_payload(envelope: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(base64.b64decode(envelope["payload"]))
    change(document)
    envelope["payload"] = base64.b64encode(json.dumps(document).encode()).decode()


SPOILED = {
    "payload changed": (
        lambda envelope: _with_payload(envelope, lambda d: d["predicate"].update(verdict="x")),
        "is veranderd",
    ),
    "subject changed": (
        lambda envelope: _with_payload(envelope, lambda d: d["subject"][0].update(name="x")),
        "is veranderd",
    ),
    "other payload type": (lambda envelope: envelope.update(payloadType="text/plain"), "envelop"),
    "no signature": (lambda envelope: envelope.update(signatures=[]), "niet ondertekend"),
    "onbekende sleutel": (
        lambda envelope: envelope["signatures"][0].update(keyid="0" * 64),
        "onbekende sleutel",
    ),
    "signature of another": (
        lambda envelope: envelope["signatures"][0].update(sig=base64.b64encode(b"0" * 64).decode()),
        "is veranderd",
    ),
    "short signature": (
        lambda envelope: envelope["signatures"][0].update(sig="AAAA"),
        "is veranderd",
    ),
    "not base64": (lambda envelope: envelope.update(payload="%%%"), "envelop"),
    "extra field": (lambda envelope: envelope.update(note="x"), "envelop"),
    "signatures is text": (lambda envelope: envelope.update(signatures="x"), "envelop"),
}


@pytest.mark.parametrize(("spoil", "says"), SPOILED.values(), ids=SPOILED)
def test_a_changed_envelope_is_refused(
    signer: signing.Signer, spoil: Callable[[dict[str, Any]], object], says: str
) -> None:
    envelope = copy.deepcopy(envelope_of(signer, verdict="failed"))
    spoil(envelope)
    with pytest.raises(signing.SignatureError, match=says):
        signing.verify(envelope, {signer.key_id: signer.public})


@pytest.mark.parametrize("thing", [None, [], "x", 1, {}], ids=str)
def test_what_is_no_envelope_is_refused(thing: object) -> None:
    with pytest.raises(signing.SignatureError, match="geen ondertekende envelop"):
        signing.verify(thing, {})


def test_a_second_signature_that_is_wrong_spoils_the_first(
    signer: signing.Signer, tmp_path: Path
) -> None:
    stranger = signing.make_key(tmp_path / "stranger.key")
    with pytest.raises(signing.SignatureError, match="onbekende sleutel"):
        signing.verify(envelope_of(signer, stranger), {signer.key_id: signer.public})


def test_openssl_can_check_an_envelope(
    settings: Settings, signer: signing.Signer, tmp_path: Path
) -> None:
    envelope = envelope_of(signer, verdict="passed")
    payload = base64.b64decode(envelope["payload"])
    message, signature = tmp_path / "message", tmp_path / "signature"
    message.write_bytes(signing.pre_authentication_encoding(envelope["payloadType"], payload))
    signature.write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    (public,) = settings.public_keys.glob("*.pem")
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(public), "-rawin"]
    command += ["-in", str(message), "-sigfile", str(signature)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    message.write_bytes(message.read_bytes() + b" ")
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0
