"""The ledger: one signed file per judgement, publication or rollback, only ever added to.

Here belongs writing and reading records. Not here: what a record says (the gate and the releases
decide that), how it is signed (`signing.py`) and where its hash is kept besides (`anchor.py`).

A record is `<number>-<kind>.json`: a DSSE envelope around an in-toto statement whose subject is
the files that it is about, and whose predicate holds
    number        1, 2, 3, ... without gaps
    kind          ingest | warehouse | definitions | gate | approval | release | not_released |
                  unchanged | rollback | postgres | prune | erasure | acceptance | withdrawal |
                  key | approver | ratification | pull
    recorded_at   instant in UTC, to the second
    clock_behind_seconds  more than 0 if the clock was behind that of the record before
    recorded_by   account and machine
    anchor        where the hash of this file is kept besides, null for nowhere
    previous      SHA-256 of the file before it, null in the first
    body          what happened (`bodies.py`)
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import itertools
import json
import os
import pwd
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from dronten_pipeline.core.durable import (
    WRITING,
    canonical_json,
    explain,
    sha256_of_json,
    sweep,
    write_once,
)
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import anchor, signing, trust
from dronten_pipeline.ledger.bodies import Body, Gate, read_body
from dronten_pipeline.ledger.record import Record

B = TypeVar("B", bound=Body)
C = TypeVar("C", bound=Body)

#: What the predicate of a record is (a tag URI, RFC 4151); `docs/auditor.md` describes it.
PREDICATE_TYPE = "tag:dronten.nl,2026:datalab/ledger-record/v1"


_NAME = re.compile(r"^(\d{6,})-([a-z_]+)\.json$")


#: Holds the highest number ever given out, so that a removed last record leaves a gap.
_LOCK = ".lock"


_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


_KEYS = {
    "number",
    "kind",
    "recorded_at",
    "clock_behind_seconds",
    "recorded_by",
    "anchor",
    "previous",
    "body",
}


class LedgerError(RuntimeError):
    """The ledger cannot be written; the message says where and what to do."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All believable records by number, and a Dutch sentence for all that is not as it should.

    `problems` prove that something was changed or lost, with those of the anchor, which are also
    in `of_anchor`, last; `notices` are worth knowing.
    """

    records: list[Record[Body]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    of_anchor: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def append(
    settings: Settings,
    body: B,
    subject: Mapping[str, str] = {},
    *,
    signer: signing.Signer | None = None,
) -> Record[B]:
    """Adds one signed record; it stands on the disk, whole, when this returns.

    Args:
        subject: the files that it is about and their SHA-256; without one the body itself.
        signer: by default the key of this installation.

    Raises:
        LedgerError: it cannot be signed, written or anchored; when it cannot be anchored it may
            have been added, and the next record makes up for that.
    """
    folder, kind, said = settings.ledger, body.KIND, body.written()
    try:
        with _locked(folder) as lock:
            signer, last = signer or trust.own_signer(settings), _last(settings)
            sweep(folder)
            number = max([*_numbers(folder), _high_water(lock)], default=0) + 1
            document = signing.statement(
                subject or {"body": sha256_of_json(said)},
                PREDICATE_TYPE,
                {
                    "number": number,
                    "kind": kind,
                    **_moment(last),
                    "recorded_by": _who(),
                    "anchor": str(settings.anchor) if settings.anchor else None,
                    "previous": _hash_of_last(folder),
                    "body": said,
                },
            )
            content = canonical_json(signing.sign(document, [signer]))
            path = folder / f"{number:06d}-{kind}.json"
            record = _record(path, content, document, body, signer.key_id)
            with anchor.opened(settings.anchor, last) as add_to_anchor:
                write_once(path, content, 0o440)
                lock.seek(0)
                lock.truncate()
                lock.write(str(number))
                lock.flush()
                add_to_anchor(record)
    except OSError as error:
        raise LedgerError(
            f"Record '{kind}' kon niet in het logboek {folder} gezet worden: {explain(error)}."
        ) from error
    except (signing.SigningError, anchor.AnchorError) as error:
        raise LedgerError(
            f"Record '{kind}' kon niet in het logboek gezet worden: {error}"
        ) from error
    return record


def read_all(settings: Settings, *, whole: bool = True) -> Contents:
    """Every record that can be believed, and what is wrong with the ledger.

    Args:
        whole: false keeps of each body only what is no list or mapping: results and definitions
            of a thousand records do not fit in memory for nothing.

    Raises:
        SigningError: a file among the public keys is none.
    """
    folder = settings.ledger
    if not folder.is_dir():
        return Contents()
    records: list[Record[Body]] = []
    problems: list[str] = []
    hashes: dict[int, str] = {}
    with _held_still(folder):
        believed = trust.trust(settings)
        for path in sorted(folder.iterdir()):
            if path.name == _LOCK or path.name.startswith(WRITING):
                continue
            content = path.read_bytes() if path.is_file() else b""
            if match := _NAME.match(path.name):
                hashes[int(match[1])] = hashlib.sha256(content).hexdigest()
            record = _parse(path, content, believed)
            if isinstance(record, Record):
                records.append(record if whole else _headlines(record))
            else:
                problems.append(record)
        records.sort(key=lambda record: record.number)
        problems += _gaps(folder) + _broken_links(records, hashes) + _unrecorded_setbacks(records)
        problems += believed.problems
        of_anchor = anchor.compare(settings.anchor, records)
    return Contents(
        records=records,
        problems=problems + of_anchor,
        of_anchor=of_anchor,
        notices=_clock_setbacks(records),
    )


def has_records(settings: Settings) -> bool:
    """Whether anything was ever written down here, believable or not."""
    return settings.ledger.is_dir() and bool(_numbers(settings.ledger))


def last_record(settings: Settings) -> Record[Body] | None:
    """The record with the highest number, if there is one and it can be believed."""
    return _last(settings) if settings.ledger.is_dir() else None


def records_of(settings: Settings, kind: type[C]) -> Iterator[Record[C]]:
    """The believable records of one kind, the newest first; reads no more than is asked for."""
    folder = settings.ledger
    named = ((_NAME.match(path.name), path) for path in folder.glob(f"*-{kind.KIND}.json"))
    numbered = [(int(match[1]), path) for match, path in named if match]
    believed = trust.trust(settings)
    for _, path in sorted(numbered, reverse=True):
        record = _of_kind(_read(path, believed), kind)
        if record is not None:
            yield record


def read_record(settings: Settings, number: int, kind: type[C]) -> Record[C] | None:
    """The believable record with this number, if it is there and of this kind."""
    believed = trust.trust(settings)
    for path in settings.ledger.glob(f"{number:06d}-*.json"):
        record = _of_kind(_read(path, believed), kind)
        if record is not None:
            return record
    return None


def of_kind(records: Iterable[Record[Body]], kind: type[C]) -> list[Record[C]]:
    """Those of one kind, in the order in which they were given."""
    return [found for one in records if (found := _of_kind(one, kind)) is not None]


def gate_record(settings: Settings, mart_sha256: str) -> Record[Gate] | None:
    """The last signed judgement of exactly these bytes, whatever it was."""
    for record in records_of(settings, Gate):
        if record.body.mart_sha256 == mart_sha256:
            return record
    return None


def passing_gate_record(settings: Settings, mart_sha256: str) -> Record[Gate] | None:
    """The last signed judgement of exactly these bytes, if they may be published."""
    record = gate_record(settings, mart_sha256)
    return record if record is not None and passed(record.body) else None


def passed(judgement: Gate) -> bool:
    """Whether a judgement allows publication.

    The verdict alone is not believed: there must be results, and no critical one may have failed.
    """
    return (
        judgement.verdict in ("passed", "passed_with_warnings")
        and bool(judgement.results)
        and not judgement.weakened
        and all(
            result.passed or (result.severity == "warning" and result.error is None)
            for result in judgement.results
        )
    )


def _of_kind(record: Record[Body] | None, kind: type[C]) -> Record[C] | None:
    return cast(Record[C], record) if record and isinstance(record.body, kind) else None


def _read(path: Path, believed: trust.Trust) -> Record[Body] | None:
    """The record in a file, None when it cannot be believed."""
    try:
        record = _parse(path, path.read_bytes(), believed)
    except OSError:
        return None
    return record if isinstance(record, Record) else None


def _parse(path: Path, content: bytes, believed: trust.Trust) -> Record[Body] | str:
    """The record, or a sentence that says why this is none."""
    match = _NAME.match(path.name)
    if match is None:
        return f"{path} is geen record van het logboek: zoek uit wie het daar neerzette."
    try:
        envelope = json.loads(content)
    except ValueError:
        return f"{path} is beschadigd of veranderd: zet het terug uit een reservekopie."
    try:
        signed = signing.verify(envelope, believed.at(int(match[1])))
    except signing.SignatureError as error:
        return f"{path} is niet te geloven, want {error}: zet het terug uit een reservekopie."
    predicate = signed.statement.get("predicate")
    if (
        signed.statement.get("predicateType") != PREDICATE_TYPE
        or not isinstance(predicate, dict)
        or set(predicate) != _KEYS
        or len(signed.signed_by) != 1
    ):
        return f"{path} is ondertekend, maar geen record van dit logboek: zoek uit wie dat deed."
    if (predicate["number"], predicate["kind"]) != (int(match[1]), match[2]):
        return (
            f"{path} bevat record {predicate['number']} ({predicate['kind']}), een ander dan zijn "
            "naam zegt: zet het terug uit een reservekopie."
        )
    try:
        body = read_body(predicate["kind"], predicate["body"])
    except ValueError:
        return (
            f"{path} is ondertekend, maar zegt niet wat een record '{predicate['kind']}' zegt: "
            "zoek uit wie dat schreef."
        )
    return _record(path, content, signed.statement, body, signed.signed_by[0].key_id)


def _record(
    path: Path, content: bytes, statement: dict[str, Any], body: B, key_id: str
) -> Record[B]:
    return Record(
        **statement["predicate"] | {"body": body},
        subject={one["name"]: one["digest"]["sha256"] for one in statement["subject"]},
        sha256=hashlib.sha256(content).hexdigest(),
        key_id=key_id,
        path=path,
    )


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[Any]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def _headlines(record: Record[Body]) -> Record[Body]:
    """Without lists and mappings: to ask for one of those is an error."""
    said = {name: value for name, value in vars(record.body).items() if not _is_long(value)}
    body = type(record.body).model_construct(set(said), **said)
    for name in vars(body).keys() - said.keys():
        del vars(body)[name]
    return replace(record, body=body, subject={})


def _is_long(value: object) -> bool:
    return isinstance(value, list | dict)


@contextlib.contextmanager
def _held_still(folder: Path) -> Iterator[None]:
    """Nobody adds a record meanwhile; a copy without a lock stands still by itself."""
    try:
        lock = (folder / _LOCK).open()
    except OSError:
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _numbers(folder: Path) -> list[int]:
    """Also those of torn records: a number is never given out twice."""
    matches = (re.match(r"^(\d{6,})-", path.name) for path in folder.iterdir())
    return sorted(int(match[1]) for match in matches if match)


def _high_water(lock: Any) -> int:
    lock.seek(0)
    text = lock.read().strip()
    return int(text) if text.isdigit() else 0


def _last_path(folder: Path) -> Path | None:
    numbered = [path for path in folder.iterdir() if re.match(r"^\d{6,}-", path.name)]
    return max(numbered, key=lambda path: int(path.name.split("-")[0]), default=None)


def _hash_of_last(folder: Path) -> str | None:
    last = _last_path(folder)
    return hashlib.sha256(last.read_bytes()).hexdigest() if last else None


def _last(settings: Settings) -> Record[Body] | None:
    """The record before the next one, if it can be believed."""
    last = _last_path(settings.ledger)
    return _read(last, trust.trust(settings)) if last else None


def _gaps(folder: Path) -> list[str]:
    numbers = _numbers(folder)
    highest = numbers[-1] if numbers else 0
    with contextlib.suppress(OSError), (folder / _LOCK).open() as lock:
        highest = max(highest, _high_water(lock))
    missing = sorted(set(range(1, highest + 1)) - set(numbers))
    doubled = sorted({number for number in numbers if numbers.count(number) > 1})
    return [
        f"Record {number} ontbreekt in {folder}: zet het terug uit een reservekopie."
        for number in missing
    ] + [f"Record {number} staat twee keer in {folder}: zoek uit waarom." for number in doubled]


def _broken_links(records: list[Record[Body]], hashes: Mapping[int, str]) -> list[str]:
    """A file that was replaced breaks the link with the record after it, whoever signed it."""
    return [
        f"Record {record.number - 1} is niet wat het was toen record {record.number} erna kwam: "
        "een van beide is veranderd of verwisseld, zet het terug uit een reservekopie."
        for record in records
        if (record.number == 1 or record.number - 1 in hashes)
        and record.previous != hashes.get(record.number - 1)
    ]


def _moment(before: Record[Body] | None) -> dict[str, Any]:
    """The time of this machine, and by how much it is behind that of the record before."""
    now = _now()
    behind = dt.datetime.fromisoformat(before.recorded_at) - now if before else dt.timedelta()
    return {
        "recorded_at": now.strftime(_MOMENT),
        "clock_behind_seconds": max(0, int(behind.total_seconds())),
    }


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _clock_setbacks(records: list[Record[Body]]) -> list[str]:
    return [
        f"De klok liep {record.clock_behind_seconds} seconden achter toen record {record.number} "
        f"werd geschreven ({record.recorded_at}): de volgorde van de records geldt, niet de tijd."
        for record in records
        if record.clock_behind_seconds > 0
    ]


def _unrecorded_setbacks(records: list[Record[Body]]) -> list[str]:
    """The program says it when the clock went back; a record that does not was made otherwise."""
    return [
        f"Record {record.number} is van {record.recorded_at}, vóór record {before.number} "
        f"({before.recorded_at}), en zegt dat niet: zoek uit wie het schreef."
        for before, record in itertools.pairwise(records)
        if record.number == before.number + 1
        and record.recorded_at < before.recorded_at
        and not record.clock_behind_seconds
    ]


def _who() -> dict[str, str]:
    try:
        account = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # an account without a name, as in some containers
        account = str(os.getuid())
    return {"account": account, "machine": socket.gethostname()}
