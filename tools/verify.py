"""Checks ledger, anchor and releases of Datalab Dronten without trusting Datalab Dronten.

For an auditor: one file to read, copy and run anywhere; it needs Python 3.11 and the package
`cryptography`, writes nothing and imports nothing of the project. docs/auditor.md describes the
formats that it reads. Not here: anything that the project's own `datalab verify` does besides.

    python verify.py HOME --keys FOLDER [--anchor FILE] [--head NUMBER:SHA256]

HOME holds ledger/ and releases/, and raw/ where what was read of the deliveries must be compared
with the ledger too. Take the public keys (*.pem) and the anchor from where the data
lab cannot change them, not from HOME. Ends with 0 when all is sound, with 5 when it is not.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "tag:dronten.nl,2026:datalab/ledger-record/v1"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """Public keys by id: the SHA-256 of the key in DER."""
    keys = {}
    for path in sorted(folder.glob("*.pem")):
        key = load_pem_public_key(path.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise SystemExit(f"{path} is no Ed25519 key.")
        keys[sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))] = key
    if not keys:
        raise SystemExit(f"{folder} holds no public key (*.pem): nothing can be checked.")
    return keys


def open_envelope(content: bytes, keys: dict[str, Ed25519PublicKey]) -> dict[str, Any]:
    """The statement in a DSSE envelope with one right signature; raises ValueError otherwise."""
    try:
        envelope = json.loads(content)
        (signature,) = envelope["signatures"]
        payload = base64.b64decode(envelope["payload"], validate=True)
        kind = envelope["payloadType"].encode()
        signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        keys[signature["keyid"]].verify(base64.b64decode(signature["sig"], validate=True), signed)
    except InvalidSignature:
        raise ValueError("the signature is not right") from None
    except KeyError as error:
        raise ValueError(f"unknown key or missing part {error}") from None
    except (TypeError, ValueError, AttributeError):
        raise ValueError("no signed envelope") from None
    statement = json.loads(payload)
    if kind.decode() != PAYLOAD_TYPE or statement.get("predicateType") != PREDICATE_TYPE:
        raise ValueError("not a record of this ledger")
    return dict(statement)


def check_ledger(
    folder: Path, keys: dict[str, Ed25519PublicKey]
) -> tuple[dict[int, dict[str, Any]], dict[int, str], list[str]]:
    """Predicates by number, SHA-256 of the files by number, and what is wrong."""
    predicates: dict[int, dict[str, Any]] = {}
    hashes: dict[int, str] = {}
    wrong: list[str] = []
    for path in sorted(folder.glob("*")):
        if path.name.startswith("."):
            continue
        match = re.fullmatch(r"(\d{6,})-([a-z_]+)\.json", path.name)
        if match is None:
            wrong.append(f"{path.name} is no record")
            continue
        number, content = int(match[1]), path.read_bytes()
        if number in hashes:
            wrong.append(f"record {number} is there twice")
        hashes[number] = sha256(content)
        try:
            predicate = open_envelope(content, keys)["predicate"]
        except ValueError as error:
            wrong.append(f"{path.name}: {error}")
            continue
        if (predicate["number"], predicate["kind"]) != (number, match[2]):
            wrong.append(f"{path.name} holds record {predicate['number']} {predicate['kind']}")
            continue
        predicates[number] = predicate
    for number in sorted(set(range(1, max(hashes, default=0) + 1)) - set(hashes)):
        wrong.append(f"record {number} is missing")
    for number, predicate in sorted(predicates.items()):
        if predicate["previous"] != hashes.get(number - 1):
            wrong.append(f"record {number} does not name the SHA-256 of record {number - 1}")
        before = predicates.get(number - 1)
        if (
            before
            and predicate["recorded_at"] < before["recorded_at"]
            and not predicate["clock_behind_seconds"]
        ):
            wrong.append(f"record {number} is older than record {number - 1} and does not say so")
    return predicates, hashes, wrong


def check_anchor(path: Path, hashes: dict[int, str]) -> list[str]:
    """Every line of the anchor must be the SHA-256 of the record with that number."""
    if not path.is_file():
        return [f"the anchor {path} is gone"]
    wrong, anchored = [], set()
    last = f"{max(hashes)} {hashes[max(hashes)]}" if hashes else "no record"
    lines = path.read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(lines, 1):
        match = re.fullmatch(r"(\d+) ([0-9a-f]{64}) \S+ [0-9a-f]{64}", line)
        # What a full disk cut off is written again, whole, on the next line.
        whole = lines[place] if place < len(lines) else last
        if match is None and whole.startswith(line[: len(whole)]):
            continue
        if match is None:
            wrong.append("the anchor holds a line that cannot be read")
            continue
        number = int(match[1])
        anchored.add(number)
        if number not in hashes:
            wrong.append(f"record {number} is in the anchor but no longer in the ledger")
        elif hashes[number] != match[2]:
            wrong.append(f"record {number} is not the one in the anchor: it was written anew")
    # The last record may wait for its line when the machine stopped in between.
    for number in sorted(set(hashes) - anchored - {max(hashes, default=0)}):
        if number > min(anchored, default=number):
            wrong.append(f"record {number} is not in the anchor")
    if hashes and not anchored:
        wrong.append("the anchor is empty")
    return wrong


def check_release(folder: Path, predicates: dict[int, dict[str, Any]]) -> list[str]:
    """Files against the manifest, the manifest and the mart against the ledger."""
    try:
        content = (folder / "manifest.json").read_bytes()
        manifest = json.loads(content)
        files, judged = manifest["files"], predicates.get(manifest["gate_record"]["number"])
    except (OSError, ValueError, KeyError, TypeError):
        return ["there is no readable manifest"]
    wrong = []
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wrong += [f"{name} was added" for name in sorted(present - set(files) - {"manifest.json"})]
    for name, known in sorted(files.items()):
        if name not in present:
            wrong.append(f"{name} is missing")
        elif sha256_of(folder / name) != known["sha256"]:
            wrong.append(f"{name} was changed")
    published = [
        one["body"]["manifest_sha256"]
        for one in predicates.values()
        if one["kind"] == "release" and one["body"]["release_id"] == folder.name
    ]
    if sha256(content) not in published:
        wrong.append("no record of the ledger published this manifest")
    mart = files["mart.duckdb"]["sha256"]
    if judged is None or judged["kind"] != "gate" or judged["body"]["mart_sha256"] != mart:
        wrong.append("no judgement in the ledger is about these figures")
    else:
        wrong += check_judgement(judged["body"], predicates)
    return wrong


def check_judgement(body: dict[str, Any], predicates: dict[int, dict[str, Any]]) -> list[str]:
    """Whether what was published had passed, or had been approved by somebody."""
    failed = [
        f"{one['table']}.{one['rule']}"
        for one in body["results"]
        if not one["passed"] and (one["severity"] == "critical" or one["error"] is not None)
    ]
    if body["verdict"] == "approved":
        approval = predicates.get(body["approval"]["record"], {})
        if approval.get("kind") != "approval":
            return ["the approval that its judgement names is not in the ledger"]
        return []
    if failed or not body["results"] or body["verdict"] == "failed":
        return [f"it was published though it was held back ({', '.join(failed) or 'no result'})"]
    return []


def check_raw(folder: Path, predicates: dict[int, dict[str, Any]]) -> tuple[int, list[str]]:
    """How many raw files the ledger says are there, and which are not what it says."""
    entries: dict[str, dict[str, Any]] = {}
    for _, one in sorted(predicates.items()):
        body = one["body"]
        if one["kind"] == "ingest":
            for path in body["replaced"]:
                entries.pop(path, None)
            entries |= {entry["path"]: entry for entry in body["files"]}
        elif one["kind"] == "prune":
            for path in body.get("raw_files", []):
                entries.pop(path, None)
                entries.pop(path.removesuffix(".parquet") + ".rejects.parquet", None)
        elif one["kind"] == "erasure":
            for path in [
                path
                for path, entry in entries.items()
                if entry["delivered_sha256"] in body.get("sha256", [])
            ]:
                del entries[path]
    wrong = []
    for path, entry in sorted(entries.items()):
        if not (folder / path).is_file():
            wrong.append(f"raw/{path} is missing")
        elif sha256_of(folder / path) != entry["sha256"]:
            wrong.append(f"raw/{path} is not what was read of the delivery")
    return len(entries), wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path, help="folder with ledger/ and releases/")
    parser.add_argument("--keys", type=Path, required=True, help="folder with public keys")
    parser.add_argument("--anchor", type=Path, help="file with the anchored hashes")
    parser.add_argument("--head", help="NUMBER:SHA256 as a signed report says it")
    arguments = parser.parse_args()
    predicates, hashes, wrong = check_ledger(arguments.home / "ledger", read_keys(arguments.keys))
    if arguments.anchor:
        wrong += check_anchor(arguments.anchor, hashes)
    if arguments.head:
        number, _, digest = arguments.head.partition(":")
        if hashes.get(int(number)) != digest:
            wrong.append(f"record {number} is not the one with SHA-256 {digest}")
    releases = [
        path
        for path in sorted((arguments.home / "releases").glob("[!.]*"))
        if path.is_dir() and not path.is_symlink()
    ]
    for folder in releases:
        wrong += [f"{folder.name}: {one}" for one in check_release(folder, predicates)]
    current = arguments.home / "releases" / "current"
    named = [
        one["body"]["release_id"]
        for _, one in sorted(predicates.items())
        if one["kind"] in ("release", "rollback")
    ]
    if (current.readlink().name if current.is_symlink() else None) != (
        named[-1] if named else None
    ):
        wrong.append("current does not point at the release that the ledger names last")
    elif named and not current.is_dir():
        wrong.append(f"the current release {named[-1]} is gone")
    if (arguments.home / "raw").is_dir():
        read, changed = check_raw(arguments.home / "raw", predicates)
        print(f"{read} raw files compared")
        wrong += changed
    print(f"{len(hashes)} records and {len(releases)} releases compared")
    if hashes:
        print(f"head {max(hashes)}:{hashes[max(hashes)]}")
    for one in wrong:
        print(f"WRONG: {one}")
    print("NOT SOUND" if wrong else "sound")
    return 5 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
