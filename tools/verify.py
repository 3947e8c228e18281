"""Checks ledger, anchor and releases of Datalab Dronten without trusting Datalab Dronten.

For an auditor: one file to read, copy and run anywhere; it needs Python 3.11 and the package
`cryptography`, writes nothing and imports nothing of the project. docs/auditor.md describes the
formats that it reads. Not here: anything that the project's own `datalab verify` does besides.

    python verify.py HOME --keys FOLDER [--anchor FILE] [--head NUMBER:SHA256]

HOME holds ledger/ and releases/, and raw/ where what was read of the deliveries must be compared
with the ledger too. Take the public keys (*.pem) and the anchor from where the data
lab cannot change them, not from HOME. A key counts when it signed record 1, or when a record `key`
that a key of before signed introduced it; a file in the folder does not make it count. Ends with 0
when all is sound, with 5 when it is not.
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


def load_key(pem: str) -> tuple[str, Ed25519PublicKey]:
    """A public key and its id; raises ValueError for what is none."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("no Ed25519 key")
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)), key


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


def signer_of(content: bytes) -> str:
    """Which key an envelope names, whether or not its signature is right."""
    try:
        return str(json.loads(content)["signatures"][0]["keyid"])
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


class Believed:
    """The keys that count, as the ledger introduces them one after another."""

    def __init__(self, given: dict[str, Ed25519PublicKey]) -> None:
        self.given = given
        self.keys: dict[str, Ed25519PublicKey] = {}
        self.first = ""
        self.is_strict = False
        self.notes: list[str] = []

    def begin(self, key_id: str) -> None:
        """The key that signed record 1 counts if the auditor was given it."""
        self.first = key_id
        if key_id in self.given:
            self.keys[key_id] = self.given[key_id]

    def open(self, number: int, kind: str, content: bytes) -> dict[str, Any]:
        """The predicate of a record; raises ValueError when it cannot be believed."""
        self.is_strict = self.is_strict or kind == "ingest"
        signer = signer_of(content)
        if kind == "key" and signer not in self.keys and not self.is_strict:
            # Ledgers of before this rule hold keys that introduced themselves.
            predicate: dict[str, Any] = open_envelope(content, self.given)["predicate"]
            if predicate["body"]["key_id"] == signer and "by" not in predicate["body"]:
                self.keys[signer] = self.given[signer]
                self.notes.append(
                    f"key {signer[:16]} introduced itself in record {number}, before that was "
                    "forbidden: ask who decided on it"
                )
        predicate = open_envelope(content, self.keys)["predicate"]
        if kind == "key":
            self.is_strict = self.is_strict or "by" in predicate["body"]
            key_id, key = load_key(predicate["body"]["public"])
            if key_id != predicate["body"]["key_id"]:
                raise ValueError("it introduces another key than it names")
            if key_id not in self.keys:
                self.keys[key_id] = key
                self.notes.append(f"key {key_id[:16]} was introduced in record {number}")
        return predicate


def check_ledger(
    folder: Path, believed: Believed
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
        if not hashes:
            believed.begin(signer_of(content))
        hashes[number] = sha256(content)
        try:
            predicate = believed.open(number, match[2], content)
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


def check_anchor(path: Path, hashes: dict[int, str], first: str) -> list[str]:
    """Every line of the anchor must be the SHA-256 of the record with that number.

    `first` is the id of the key that record 1 names.
    """
    if not path.is_file():
        return [f"the anchor {path} is gone"]
    wrong, anchored = [], set()
    last = f"{max(hashes)} {hashes[max(hashes)]}" if hashes else "no record"
    lines = path.read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(lines, 1):
        match = re.fullmatch(r"(\d+) ([0-9a-f]{64}) \S+ ([0-9a-f]{64})", line)
        # What a full disk cut off is written again, whole, on the next line.
        whole = lines[place] if place < len(lines) else last
        if match is None and whole.startswith(line[: len(whole)]):
            continue
        if match is None:
            wrong.append("the anchor holds a line that cannot be read")
            continue
        number = int(match[1])
        anchored.add(number)
        if number == 1 and match[3] != first:
            wrong.append("another key signed record 1 than the anchor says")
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
    if sha256(content) not in published and not is_broken_off(folder, manifest, predicates):
        wrong.append("no record of the ledger published this manifest")
    mart = files["mart.duckdb"]["sha256"]
    if judged is None or judged["kind"] != "gate" or judged["body"]["mart_sha256"] != mart:
        wrong.append("no judgement in the ledger is about these figures")
    else:
        wrong += check_judgement(judged["body"], predicates)
    return wrong


def is_broken_off(
    folder: Path, manifest: dict[str, Any], predicates: dict[int, dict[str, Any]]
) -> bool:
    """Whether a kill came between the judgement of a release and its record: nothing since."""
    number = manifest["gate_record"]["number"]
    judged = predicates.get(number)
    return (
        judged is not None
        and judged["body"].get("release_id") == folder.name
        and not any(
            one["kind"] in ("release", "unchanged", "rollback", "withdrawal")
            for later, one in predicates.items()
            if later > number
        )
    )


def check_judgement(body: dict[str, Any], predicates: dict[int, dict[str, Any]]) -> list[str]:
    """Whether what was published had passed, or had been approved by somebody."""
    if "judged_by" in body:
        weaker = weaker_rules(body, predicates)
        approved = {f"{one['table']}.{one['rule']}" for one in body.get("weakened", [])}
        if weaker - (approved if body["verdict"] == "approved" else set()):
            return [f"rules gave way and nobody approved it: {', '.join(sorted(weaker))}"]
    failed = [
        f"{one['table']}.{one['rule']}"
        for one in body["results"]
        if not one["passed"] and (one["severity"] == "critical" or one["error"] is not None)
    ]
    if body["verdict"] == "approved":
        approval = predicates.get(body["approval"]["record"], {})
        if approval.get("kind") != "approval":
            return ["the approval that its judgement names is not in the ledger"]
        return check_approval(approval, predicates)
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
                or (entry["delivered_sha256"] is None and entry["source"] == body.get("source"))
            ]:
                del entries[path]
    wrong = []
    for path, entry in sorted(entries.items()):
        if not (folder / path).is_file():
            wrong.append(f"raw/{path} is missing")
        elif sha256_of(folder / path) != entry["sha256"]:
            wrong.append(f"raw/{path} is not what was read of the delivery")
    return len(entries), wrong


def agreed(body: dict[str, Any], predicates: dict[int, dict[str, Any]]) -> dict[str, Any] | None:
    """The rules that a judgement was made by, by name; None where the ledger does not hold them."""
    record = predicates.get((body.get("definitions") or {}).get("record"), {})
    if record.get("kind") != "definitions":
        return None
    return {
        name.removeprefix("tolerance/"): rule
        for name, rule in record["body"]["agreed"].items()
        if name.startswith("tolerance/")
    }


def weaker_rules(body: dict[str, Any], predicates: dict[int, dict[str, Any]]) -> set[str]:
    """Critical rules of the release before that are gone or cannot be shown to be as strict."""
    before = next(
        (
            predicates.get(one["body"]["gate_record"], {}).get("body", {})
            for _, one in sorted(predicates.items(), reverse=True)
            if one["kind"] == "release" and one["body"]["release_id"] == body["previous_release"]
        ),
        {},
    )
    was, now = agreed(before, predicates), agreed(body, predicates)
    if was is None or now is None:
        return set()
    return {
        name
        for name, rule in was.items()
        if rule["severity"] == "critical" and not as_strict(rule, now.get(name))
    }


def as_strict(was: dict[str, Any], now: dict[str, Any] | None) -> bool:
    """Whether whatever breaks the first rule breaks the second, as far as that can be seen."""
    if now is None or now["severity"] != "critical":
        return False
    same = (now["query_sha256"], *now.get("earlier_query_sha256", ()))
    if was["type"] != now["type"] or was["query_sha256"] not in same:
        return False
    for part in was["allowed"].keys() | now["allowed"].keys():
        old, new = was["allowed"].get(part), now["allowed"].get(part)
        if part == "mostly":
            kept = (1 if new is None else new) >= (1 if old is None else old)
        elif part in ("strict_min", "strict_max"):
            kept = bool(new) or not old
        elif part in ("min_value", "max_value") and old is None:
            kept = True
        elif part in ("min_value", "max_value") and new is None:
            kept = False
        elif part in ("min_value", "max_value") and isinstance(old, str) == isinstance(new, str):
            kept = new >= old if part == "min_value" else new <= old
        elif part == "value_set" and isinstance(old, list) and isinstance(new, list):
            kept = all(value in old for value in new)
        else:
            kept = old == new
        if not kept:
            return False
    return True


def check_approval(approval: dict[str, Any], predicates: dict[int, dict[str, Any]]) -> list[str]:
    """Whether somebody approved who was introduced before, and is not who ran."""
    number, envelope = approval["number"], approval["body"]["envelope"]
    if number < min(
        (n for n, one in predicates.items() if one["kind"] == "ingest"), default=number
    ):
        return []  # from before approvers were introduced
    keys: dict[str, Ed25519PublicKey] = {}
    names: dict[str, str] = {}
    pipeline = {one["body"]["key_id"] for one in predicates.values() if one["kind"] == "key"}
    for _, one in sorted(predicates.items()):
        if one["kind"] == "approver" and one["number"] < number:
            key_id, key = load_key(one["body"]["public"])
            if key_id not in keys and key_id not in pipeline:
                keys[key_id], names[key_id] = key, one["body"]["name"]
    try:
        signer = envelope["signatures"][0]["keyid"]
        payload = base64.b64decode(envelope["payload"], validate=True)
        kind = envelope["payloadType"].encode()
        signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        keys[signer].verify(base64.b64decode(envelope["signatures"][0]["sig"]), signed)
        said = json.loads(payload)["predicate"]
    except (InvalidSignature, KeyError, ValueError, TypeError, IndexError):
        return [f"nobody who was introduced as an approver signed approval {number}"]
    gate = predicates.get(said["gate_record"], {})
    if names[signer] != said["approved_by"]:
        return [f"approval {number} names another than who signed it"]
    if gate.get("recorded_by", {}).get("account", "").casefold() == names[signer].casefold():
        return [f"who ran approved it as well (approval {number})"]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path, help="folder with ledger/ and releases/")
    parser.add_argument("--keys", type=Path, required=True, help="folder with public keys")
    parser.add_argument("--anchor", type=Path, help="file with the anchored hashes")
    parser.add_argument("--head", help="NUMBER:SHA256 as a signed report says it")
    arguments = parser.parse_args()
    believed = Believed(read_keys(arguments.keys))
    predicates, hashes, wrong = check_ledger(arguments.home / "ledger", believed)
    if arguments.anchor:
        wrong += check_anchor(arguments.anchor, hashes, believed.first)
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
        one["body"]["current_release" if one["kind"] == "withdrawal" else "release_id"]
        for _, one in sorted(predicates.items())
        if one["kind"] in ("release", "rollback", "withdrawal")
    ]
    pointed = current.readlink().name if current.is_symlink() else None
    broken_off = [
        folder.name
        for folder in releases
        if folder.name not in named and not check_release(folder, predicates)
    ]
    for name in broken_off:
        print(f"NOTE: {name} was not written down yet: a run was stopped")
    if pointed not in (named[-1] if named else None, *broken_off):
        wrong.append("current does not point at the release that the ledger names last")
    elif named and named[-1] and not current.is_dir():
        wrong.append(f"the current release {named[-1]} is gone")
    if (arguments.home / "raw").is_dir():
        read, changed = check_raw(arguments.home / "raw", predicates)
        print(f"{read} raw files compared")
        wrong += changed
    print(f"{len(hashes)} records and {len(releases)} releases compared")
    for number, one in sorted(predicates.items()):
        if one["kind"] == "withdrawal":
            name, reason = one["body"]["release_id"], one["body"]["reason"]
            print(f"NOTE: {name} was withdrawn on {one['recorded_at']} (record {number}): {reason}")
            if (arguments.home / "releases" / name).exists():
                wrong.append(f"{name} was withdrawn and still stands")
    for aside in sorted((arguments.home / "releases").glob(".withdrawn-*")):
        wrong.append(f"{aside.name} is left of a release that was withdrawn")
    if hashes:
        print(f"head {max(hashes)}:{hashes[max(hashes)]}")
    for note in believed.notes:
        print(f"NOTE: {note}")
    for key_id in sorted(set(believed.given) - set(believed.keys)):
        print(f"NOTE: key {key_id[:16]} is not believed: no key of before introduced it")
    for one in wrong:
        print(f"WRONG: {one}")
    print("NOT SOUND" if wrong else "sound")
    return 5 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
