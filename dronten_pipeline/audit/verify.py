"""`datalab verify`, and in short `status`: whether ledger, anchor and releases are what they were.

Here belongs comparing them with each other. Not here: how each is read (`ledger/`, `release/`).
`tools/verify.py` does the same without a line of this project.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from dronten_pipeline.audit.verify_raw import verify_deliveries, verify_raw
from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.gate.approval import ApprovalError, check_approved
from dronten_pipeline.ledger import anchor, bodies, ledger, ratification, rules, trust
from dronten_pipeline.ledger.bodies import Body, Gate
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.ledger.signing import SigningError
from dronten_pipeline.release.judged import withdrawals, withdrawn_because
from dronten_pipeline.release.settle import broken_off
from dronten_pipeline.release.store import (
    CURRENT,
    MANIFEST,
    Release,
    differences,
    list_releases,
)
from dronten_pipeline.release.withdrawal import unfinished

_HEAD = re.compile(r"^(\d+):([0-9a-f]{64})$")


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was compared, in Dutch sentences.

    `problems` prove that something was changed or lost; `notices` are worth knowing.
    """

    checked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    head: Record[Body] | None = None


def verify(settings: Settings, head: str | None = None, *, reread: bool = False) -> Verification:
    """Compares everything that can be compared.

    Args:
        head: `<number>:<SHA-256>` of a record, as a report or a colleague wrote it down.
        reread: reads the delivered files that are still there again, and judges texts again.

    Raises:
        SigningError: a file among the public keys is none.
        ValueError: `head` has another form.
    """
    believed = trust.trust(settings)
    contents = ledger.read_all(settings, whole=False)
    records = {record.number: record for record in contents.records}
    last = contents.records[-1] if contents.records else None
    releases = list_releases(settings)
    problems = list(contents.problems)
    if head is not None:
        problems += _compare_head(records, head)
    half_withdrawn = unfinished(settings)
    problems += half_withdrawn.values()
    half_published = broken_off(settings)
    for release in releases:
        if release.release_id in half_withdrawn:
            continue
        problems += [
            f"Uitgave {release.release_id}: {wrong}."
            for wrong in _wrong_with(settings, release, records, half_published)
        ]
    judged = [
        _judged_by(settings, release)
        for release in releases
        if release.release_id not in half_withdrawn
    ]
    problems += [problem for wrong, _ in judged for problem in wrong]
    problems += _wrong_current(settings, contents.records, half_published)
    read = [verify_raw(settings, releases)]
    if reread:
        read.append(verify_deliveries(settings))
    problems += [problem for one in read for problem in one.problems]
    return Verification(
        checked=[
            f"{len(records)} records van het logboek {settings.ledger}: nummers, ketting en "
            "handtekeningen",
            *(f"handtekeningen van {line}" for line in trust.sentences(believed)),
            *_about_anchor(settings),
            f"{len(releases)} uitgaven in {settings.releases}: elk bestand, byte voor byte, met "
            "het manifest, het manifest met het logboek, de cijfers met hun oordeel",
            *(line for one in read for line in one.checked),
        ],
        problems=problems,
        notices=[
            *contents.notices,
            *trust.doubts(believed),
            *trust.misplaced_approvers(settings, believed),
            *ratification.unbelievable(settings),
            *_half_published(half_published),
            *_notices(settings, contents.records, releases),
            *(notice for _, said in judged for notice in said),
            *(notice for one in read for notice in one.notices),
        ],
        head=last,
    )


def attention(settings: Settings) -> Verification:
    """What of the ledger, the current release, what was read and the keys asks for attention.

    As `verify`, of the current release only, and without what is so in any home of this kind.
    """
    if _run_is_under_way(settings):
        return Verification(
            notices=["Er is een run bezig: of alles nog klopt is daarna pas te zien."]
        )
    try:
        return _attention(settings)
    except SigningError as error:
        return Verification(problems=[str(error)])
    except PermissionError as error:
        return Verification(
            notices=[
                f"Of alles nog klopt is niet te zien: u mag {error.filename} niet lezen. Vraag het "
                "wie de run start (`datalab verify`)."
            ]
        )


def _attention(settings: Settings) -> Verification:
    contents = ledger.read_all(settings, whole=False)
    records = {record.number: record for record in contents.records}
    half_published = broken_off(settings)
    problems = contents.problems + _wrong_current(settings, contents.records, half_published)
    in_force = [one for one in list_releases(settings) if one.is_current]
    for release in in_force:
        problems += [
            f"Uitgave {release.release_id}: {wrong}."
            for wrong in _wrong_with(settings, release, records, half_published)
        ]
    if not contents.problems:  # without a record all that it speaks of would seem wrong
        problems += verify_raw(settings, in_force).problems
    believed = trust.trust(settings)
    return Verification(
        problems=problems,
        notices=[
            *_half_published(half_published),
            *_held_back(settings, contents.records),
            *trust.unbelieved(believed),
            *trust.misplaced_approvers(settings, believed),
            *ratification.unbelievable(settings),
        ],
    )


def _held_back(settings: Settings, records: list[Record[Body]]) -> list[str]:
    """That the last run published nothing: the figures that hold are of an earlier one."""
    ending = {"gate", "release", "unchanged", "not_released"}
    last = next((one for one in reversed(records) if one.kind in ending), None)
    if last is None or (isinstance(last.body, Gate) and last.body.verdict != "failed"):
        return []
    day = dt.datetime.fromisoformat(last.recorded_at)
    lead = f"De laatste run, van {day:%d-%m-%Y} (record {last.number}),"
    if isinstance(last.body, Gate):
        from dronten_pipeline.gate.attack.audit import to_withdraw_in_words

        return [
            f"{lead} is tegengehouden: herstel de levering of het model en start opnieuw, of laat "
            "een tweede persoon de cijfers goedkeuren (`datalab approve`).",
            *to_withdraw_in_words(settings.warehouse / "latest"),
        ]
    if isinstance(last.body, bodies.NotReleased):
        return [f"{lead} publiceerde niets: {last.body.error}"]
    return []


def _compare_head(records: dict[int, Record[Body]], head: str) -> list[str]:
    match = _HEAD.match(head)
    if match is None:
        raise ValueError(f"{head} is geen kop van het logboek: schrijf NUMMER:SHA256.")
    number, digest = int(match[1]), match[2]
    record = records.get(number)
    if record is None:
        return [f"Record {number}, dat u noemt, staat niet (meer) in het logboek."]
    if record.sha256 != digest:
        return [f"Record {number} is niet het record dat u noemt: het is later herschreven."]
    return []


def _half_published(releases: Iterable[str]) -> list[str]:
    return [
        f"Een run is gestopt voordat uitgave {release_id} in het logboek stond: de volgende run "
        "(`datalab run`) maakt dat af of ruimt haar op."
        for release_id in releases
    ]


def _wrong_with(
    settings: Settings,
    release: Release,
    records: dict[int, Record[Body]],
    half_published: Container[str],
) -> list[str]:
    """Parts of sentences: what differs between a release, its manifest and its records."""
    if release.problem:
        return [f"zij is geen hele uitgave ({release.problem})"]
    words = {"missing": "ontbreekt", "changed": "is veranderd", "added": "is later toegevoegd"}
    wrong = [f"{name} {words[how]}" for name, how in differences(release).items()]
    published = [
        record
        for record in ledger.of_kind(records.values(), bodies.Release)
        if record.body.release_id == release.release_id
    ]
    if not published and release.release_id not in half_published:
        wrong.append("het logboek kent haar niet")
    manifest_sha256 = sha256_of(release.folder / MANIFEST)
    wrong += [
        f"haar manifest is niet dat van record {record.number}"
        for record in published
        if record.body.manifest_sha256 != manifest_sha256
    ]
    judged = records.get(release.manifest.gate_record.number)
    mart_sha256 = release.manifest.files[MART].sha256
    if judged is None or not isinstance(judged.body, Gate):
        wrong.append("het oordeel dat zij noemt staat niet in het logboek")
    elif judged.sha256 != release.manifest.gate_record.sha256:
        wrong.append(f"record {judged.number} is niet het oordeel dat zij noemt")
    elif judged.body.mart_sha256 != mart_sha256:
        wrong.append(f"record {judged.number} gaat over andere cijfers")
    elif (whole := ledger.read_record(settings, judged.number, Gate)) and not ledger.passed(
        whole.body
    ):
        try:
            check_approved(settings, whole)
        except ApprovalError:
            wrong.append(f"record {judged.number} hield haar tegen en niemand keurde haar goed")
    return wrong


def _judged_by(settings: Settings, release: Release) -> tuple[list[str], list[str]]:
    """Problems and notices: by which rules a release was judged.

    What its judgement says of that is computed again, from the ledger and from git.
    """
    if release.problem:
        return [], []
    judged = ledger.read_record(settings, release.manifest.gate_record.number, Gate)
    if judged is None:
        return [], []
    lead = f"Uitgave {release.release_id}: "
    differs = rules.against_commit(rules.judged_by(judged.body), judged.body.code_version)
    now = rules.agreed_of(settings, judged.body.definitions)
    changes, is_compared = (
        rules.since_release(settings, judged.body.previous_release, now)
        if now is not None
        else ([], False)
    )
    body = judged.body.model_copy(update={"rule_changes": changes, "rules_compared": is_compared})
    notices = [lead + line for line in rules.sentences(body, differs)]
    wanting = rules.needing_approval(changes)
    notices += [f"{lead}{rules.in_words(change)}." for change in wanting]
    if not judged.body.names_its_rules:
        return [], notices  # from before weaker rules needed an approval
    if wanting and (judged.body.verdict != "approved" or judged.body.weakened != wanting):
        return [
            f"{lead}{len(wanting)} kritische regels zijn weg, verzwakt of anders dan in de uitgave "
            "ervoor, en niemand keurde dat goed."
        ], notices
    return [], notices


def _wrong_current(
    settings: Settings, records: list[Record[Body]], half_published: Container[str]
) -> list[str]:
    """`current` must point at what the ledger says was published, or gone back to, last."""
    link = settings.releases / CURRENT
    pointed = link.readlink().name if link.is_symlink() else None
    last = None
    for record in records:
        match record.body:
            case bodies.Release(release_id=named) | bodies.Rollback(release_id=named):
                last = named
            case bodies.Withdrawal(current_release=named):
                last = named
    if pointed is not None and pointed in half_published:
        return []
    if pointed == last:
        is_gone = pointed is not None and not (settings.releases / pointed).is_dir()
        return [f"De uitgave die geldt, {pointed}, is weg."] if is_gone else []
    if pointed is None:
        return [f"{link} wijst nergens heen, maar volgens het logboek geldt uitgave {last}."]
    return [
        f"{link} wijst naar {pointed}, maar volgens het logboek geldt {last or 'geen uitgave'}: "
        "zoek uit wie dat deed, of ga terug met `datalab rollback`."
    ]


def _about_anchor(settings: Settings) -> list[str]:
    if settings.anchor is None:
        return []
    return [f"het anker {anchor.anchor_file(settings.anchor)}: elke regel met haar record"]


def _run_is_under_way(settings: Settings) -> bool:
    """Whether somebody holds the lock of this home (`pipeline/run.py`); nothing is waited for."""
    try:
        with (settings.home / "run.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _notices(settings: Settings, records: list[Record[Body]], releases: list[Release]) -> list[str]:
    notices = []
    if _run_is_under_way(settings):
        notices.append(
            "Er is een run bezig: een uitgave in aanbouw kan hier als fout verschijnen. "
            "Controleer daarna nog eens."
        )
    if settings.anchor is None:
        notices.append(
            "Er is geen anker (DATALAB_ANCHOR): dat iemand de laatste records afknipte, of met de "
            "sleutel alles herschreef, is hiermee niet te zien. Vergelijk dan de kop hieronder "
            "met die op een ondertekend controleverslag (--head)."
        )
    standing = {release.release_id for release in releases}
    gone = {
        record.body.release_id
        for record in ledger.of_kind(records, bodies.Release)
        if record.body.release_id not in standing
    }
    withdrawn = withdrawals(settings)
    notices += [
        f"Uitgave {release_id} is {withdrawn_because(withdrawn[release_id])}."
        if release_id in withdrawn
        else f"Uitgave {release_id} staat er niet meer."
        for release_id in sorted(gone)
    ]
    if settings.signing_key is None and settings.own_signing_key.exists():
        notices.append(
            f"De sleutel waarmee ondertekend wordt staat bij de gegevens ({settings.home}): wie "
            "daar alles mag, kan ook ondertekenen. Bewaar haar elders (DATALAB_SIGNING_KEY)."
        )
    return notices
