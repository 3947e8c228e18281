"""Releases: immutable folders, and `current`, which points at one of them.

Here belongs publishing, pointing back and verifying. Not here: the form of the files
(`formats/`) and the judgement (`gate/`).

A release is written as `releases/.building-<id>`, renamed to `releases/<id>` when it is whole,
then pointed at by replacing the symbolic link `current`, and then written down in the ledger. A
kill at any moment leaves `current` at a whole release; what it left behind is finished or cleared
before anything else is published or pointed at.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb

from dronten_pipeline.contracts.dbt_project import sources_about_people
from dronten_pipeline.contracts.published_tables import RELEASE_ID, load_table_contracts
from dronten_pipeline.core.database import OFFLINE
from dronten_pipeline.core.durable import (
    explain,
    sha256_of,
    sha256_of_json,
    sync,
    sync_folder,
    write_durably,
)
from dronten_pipeline.core.permissions import OPEN_FILE, OPEN_FOLDER, open_to_readers
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.gate.approval import ApprovalError, check_approved
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.release.lineage import PROOF
from dronten_pipeline.release.report.facts import Judged
from dronten_pipeline.release.report.write import write_report

MANIFEST = "manifest.json"
CURRENT = "current"
BUILDING = ".building-"
#: Records after which a release that is not in the ledger cannot be one that was broken off.
TURNS = ("release", "unchanged", "rollback", "withdrawal")
#: Beside `current`: its open part, the root of a web server.
OPEN = "open"

#: Tables that do not make a release a new one: three say something about the run, kpi_revision only
#: compares with the release before, from which nothing else differs then, and the tables for people
#: repeat the figures of others beside the name of the release.
NOT_NEW_BY_ITSELF = (
    "data_quality",
    "kpi_revision",
    "publication",
    "rapport_kpi_actueel",
    "rapport_kpi_reeks",
    "source_delivery",
)


class PublishError(RuntimeError):
    """Nothing was published and `current` is as it was; the message says why and what to do."""


class NotJudged(PublishError):
    """The mart has no passing record of the gate for its exact bytes."""


class ReleaseError(RuntimeError):
    """A release cannot be pointed at; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """One delivered file behind a release.

    `counts` is false for a file of a delivery that stopped its source; `rows` are those accepted,
    which a manifest does not say of sources about people.
    """

    source: str
    table: str
    file_name: str
    sha256: str
    counts: bool
    raw_path: str | None = None
    delivery_number: int | None = None
    rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class Release:
    """One folder of `releases/`; `problem` says why it cannot be read, and is else None."""

    release_id: str
    folder: Path
    is_current: bool
    manifest: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Published:
    """A new release stands and `current` points at it."""

    release_id: str
    folder: Path
    manifest: dict[str, Any]
    ledger_problems: list[str]


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """The current release says the same; no folder was written."""

    release_id: str
    ledger_problems: list[str]


def new_release_id(as_of: dt.date, made_of: object) -> str:
    """A name that follows from the content: `20260317-1a2b3c4d5e6f`.

    Args:
        as_of: as-of date.
        made_of: everything else that decides what the release says, as JSON can hold it. The table
            kpi_revision names the release, so a name that came from the clock would make two runs
            over the same deliveries differ (docs/decisions/0003-names-and-revisions.md).
    """
    return f"{as_of:%Y%m%d}-{sha256_of_json(made_of)[:12]}"


def publish(
    settings: Settings,
    *,
    run_folder: Path,
    run_id: str,
    inputs: Sequence[Input],
    calendar_version: str,
    is_sample: bool,
) -> Published | Unchanged:
    """Publishes the judged mart of a run, unless the current release already says the same.

    Everything about the judgement comes from the ledger, so that this cannot be told otherwise.

    Raises:
        NotJudged: no passing record for the bytes of this mart.
        PublishError: the release could not be written, or is not what was judged.
        LedgerError: the publication could not be written down.
    """
    mart = run_folder / MART
    try:
        return _publish_judged(settings, mart, run_id, inputs, calendar_version, is_sample)
    except PublishError as error:
        _record_refusal(settings, mart, run_id, str(error))
        raise


def _publish_judged(
    settings: Settings,
    mart: Path,
    run_id: str,
    inputs: Sequence[Input],
    calendar_version: str,
    is_sample: bool,
) -> Published | Unchanged:
    if not mart.is_file():
        raise NotJudged(f"{mart} is er niet: start de hele keten met `datalab run`.")
    record = _record_for(settings, sha256_of(mart))
    try:
        settings.releases.mkdir(parents=True, exist_ok=True)
        open_to_readers(settings.releases)
        _clear_leftovers(settings.releases)
        settle(settings, but=record.body["release_id"])
        return _publish(settings, mart, record, run_id, inputs, calendar_version, is_sample)
    except (OSError, duckdb.Error) as error:
        raise PublishError(
            f"Uitgave {record.body['release_id']} kon niet geschreven worden in "
            f"{settings.releases}: {explain(error)}. Er is niets gepubliceerd."
        ) from error


def _record_refusal(settings: Settings, mart: Path, run_id: str, reason: str) -> None:
    """A release that did not come about is evidence too; the reason itself comes first."""
    with contextlib.suppress(ledger.LedgerError, OSError):
        digest = sha256_of(mart) if mart.is_file() else None
        ledger.append(
            settings,
            "not_released",
            {"run_id": run_id, "mart_sha256": digest, "error": reason},
            {MART: digest} if digest else {},
        )


def list_releases(settings: Settings) -> list[Release]:
    """All releases, the newest first; before them folders that are none, with their problem."""
    if not settings.releases.is_dir():
        return []
    current = current_id(settings)
    folders = [
        path
        for path in settings.releases.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    ]
    found = [_read_release(path, is_current=path.name == current) for path in sorted(folders)]
    return sorted(found, key=_order_of_publication, reverse=True)


def current_release(settings: Settings) -> Release | None:
    """The release that `current` points at, None when nothing was published yet.

    Raises:
        ReleaseError: `current` is no link, or points at something that is no release.
    """
    current = current_id(settings)
    if current is None:
        if (link := settings.releases / CURRENT).exists():
            raise ReleaseError(
                f"{link} moet een koppeling zijn en is iets anders: zoek uit wie het daar "
                "neerzette, haal het weg en wijs de uitgave weer aan met `datalab rollback "
                "UITGAVE` (`datalab releases` noemt ze)."
            )
        return None
    release = _read_release(settings.releases / current, is_current=True)
    if release.problem:
        raise ReleaseError(
            f"{settings.releases / CURRENT} wijst naar {current}, en dat is geen hele uitgave "
            f"({release.problem}): wijs een andere aan met `datalab rollback UITGAVE`."
        )
    return release


def rollback(settings: Settings, release_id: str | None = None) -> Release:
    """Points `current` at an earlier release, by default the one before the current one.

    Raises:
        ReleaseError: there is no such release, it is not what was judged and published, or it was
            done but could not be written down.
        LedgerError: what a kill broke off could not be written down; nothing was changed.
    """
    settle(settings)
    current = current_id(settings)
    if release_id is None:
        before = current_release(settings)
        release_id = before.manifest["previous_release"] if before else None
        if release_id is None:
            raise ReleaseError("Er is geen eerdere uitgave om naar terug te gaan.")
    if release_id == current:
        raise ReleaseError(f"Uitgave {release_id} geldt al.")
    if withdrawn := withdrawals(settings).get(release_id):
        raise ReleaseError(f"Uitgave {release_id} is {withdrawn_because(withdrawn)}.")
    known = {release.release_id: release for release in list_releases(settings)}
    if release_id not in known:
        raise ReleaseError(
            f"In {settings.releases} staat geen uitgave {release_id}: zie `datalab releases`."
        )
    target = known[release_id]
    problems = [target.problem] if target.problem else problems_with(settings, target)
    if problems:
        raise ReleaseError(f"Uitgave {release_id} is niet te gebruiken: {'; '.join(problems)}.")
    last_turn = next(ledger.records_of(settings, "rollback"), None)
    try:
        _point_at(settings.releases, release_id)
    except OSError as error:
        raise ReleaseError(
            f"{settings.releases / CURRENT} kon niet veranderd worden: {explain(error)}."
        ) from error
    try:
        ledger.append(
            settings,
            "rollback",
            {
                "release_id": release_id,
                "from_release": current,
                "mart_sha256": target.manifest["files"][MART]["sha256"],
            },
        )
    except ledger.LedgerError as error:
        if next(ledger.records_of(settings, "rollback"), None) == last_turn:
            _point_back(settings.releases, current)
            raise ReleaseError(f"{current} blijft gelden: {error}") from error
        raise ReleaseError(f"{release_id} geldt nu, maar: {error}") from error
    for problem in announce(settings):
        raise ReleaseError(f"{release_id} geldt nu, maar: {problem}")
    return _read_release(target.folder, is_current=True)


def withdrawals(settings: Settings) -> dict[str, Record]:
    """The record of every release that was withdrawn, by its name."""
    return {
        str(record.body.get("release_id")): record
        for record in ledger.records_of(settings, "withdrawal")
    }


def withdrawn_because(record: Record) -> str:
    """When and why a release was withdrawn, as the end of a Dutch sentence."""
    day = dt.datetime.fromisoformat(record.recorded_at)
    return (
        f"ingetrokken op {day:%d-%m-%Y} (record {record.number}), omdat: "
        f"{str(record.body.get('reason')).rstrip('.')}"
    )


def turn_to(settings: Settings, release_id: str | None) -> None:
    """Makes `current` point at a release, or at nothing; writes nothing down.

    Raises:
        OSError: the disk refused.
    """
    if release_id is None:
        (settings.releases / CURRENT).unlink(missing_ok=True)
        sync_folder(settings.releases)
    else:
        _point_at(settings.releases, release_id)


def resting_on(settings: Settings, sha256s: Iterable[str]) -> list[str]:
    """Releases that were computed from one of these delivered files, by name, oldest first."""
    wanted = set(sha256s)
    return sorted(
        release.release_id
        for release in list_releases(settings)
        if not release.problem
        and any(one["counts"] and one["sha256"] in wanted for one in release.manifest["inputs"])
    )


def verify_release(folder: Path) -> list[str]:
    """Compares every file of a release with its manifest; a sentence part for each difference."""
    release = _read_release(folder.resolve(), is_current=False)
    if release.problem:
        return [release.problem]
    words = {"missing": "ontbreekt", "changed": "is veranderd", "added": "is toegevoegd"}
    return [f"{name} {words[how]}" for name, how in differences(release).items()]


def differences(release: Release) -> dict[str, Literal["missing", "changed", "added"]]:
    """Every file of a readable release that is not as its manifest says."""
    folder, files = release.folder, release.manifest["files"]
    found: dict[str, Literal["missing", "changed", "added"]] = {}
    for name, known in sorted(files.items()):
        path = folder / name
        if not path.is_file():
            found[name] = "missing"
        elif sha256_of(path) != known["sha256"]:
            found[name] = "changed"
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return found | dict.fromkeys(sorted(present - set(files) - {MANIFEST}), "added")


# --- publishing


def _record_for(settings: Settings, digest: str) -> Record:
    """The judgement by which the mart with this SHA-256 may be published."""
    record = ledger.passing_gate_record(settings, digest)
    if record is not None:
        return record
    judged = ledger.gate_record(settings, digest)
    if judged is not None and judged.body.get("verdict") == "approved":
        try:
            check_approved(settings, judged)
        except ApprovalError as error:
            raise NotJudged(str(error)) from error
        return judged
    if judged is not None:
        raise NotJudged(
            f"De beoordeling hield deze cijfers tegen (record {judged.number} van "
            f"{settings.ledger}): herstel de gegevens en start opnieuw, of laat een tweede persoon "
            "ze goedkeuren (`datalab approve`)."
        )
    raise NotJudged(
        f"Deze cijfers zijn niet beoordeeld, of daarna veranderd: {settings.ledger} heeft geen "
        f"goed oordeel over SHA-256 {digest}. Start opnieuw."
    )


def _publish(
    settings: Settings,
    mart: Path,
    record: Record,
    run_id: str,
    inputs: Sequence[Input],
    calendar_version: str,
    is_sample: bool,
) -> Published | Unchanged:
    from dronten_pipeline.release.formats import ExportError, checksums, feed, write_exports
    from dronten_pipeline.release.formats.parquet import export_parquet

    judged = record.body
    release_id = judged["release_id"]
    problems = ledger.read_all(settings, whole=False).problems
    current = _readable_current(settings)
    about_people = sources_about_people(settings)
    building = settings.releases / f"{BUILDING}{release_id}"
    with _removed_unless_renamed(building):
        building.mkdir()
        shutil.copyfile(mart, building / MART)
        if sha256_of(building / MART) != judged["mart_sha256"]:
            raise NotJudged(f"{mart} is veranderd terwijl het gepubliceerd werd: start opnieuw.")
        _check_publication(building / MART, judged)
        counts = export_parquet(building / MART, building / "parquet")
        contracts = load_table_contracts(settings.dbt_project)
        opened = sorted(set(counts) & {one.name for one in contracts.values() if one.is_open})
        offered = {"tables": opened, "address": settings.public_address}
        fingerprint = _fingerprint(building / "parquet", inputs, judged, offered)
        if current is not None and current.manifest["fingerprint"] == fingerprint:
            ledger.append(
                settings,
                "unchanged",
                {
                    "release_id": current.release_id,
                    "run_id": run_id,
                    "fingerprint": fingerprint,
                    "gate_record": record.number,
                },
            )
            return Unchanged(
                release_id=current.release_id, ledger_problems=problems + announce(settings)
            )
        if withdrawn := withdrawals(settings).get(release_id):
            raise PublishError(
                f"Wat er nu geleverd is geeft weer uitgave {release_id}, en die is "
                f"{withdrawn_because(withdrawn)}. Wis of herstel eerst de levering."
            )
        if (settings.releases / release_id).exists():
            if _release_record(settings, release_id) is None:
                return _finish(settings, release_id, run_id, problems)
            return _return_to(settings, release_id, record, fingerprint, problems)
        _check_order(current, judged)
        if counts != judged["row_counts"]:
            raise PublishError(f"{mart} bevat andere rijen dan er beoordeeld zijn: start opnieuw.")
        _copy_proof(mart.parent, building)
        try:
            files = write_exports(
                building,
                contracts,
                address=settings.public_address,
                is_sample=is_sample,
                before=feed.history(settings),
            )
        except ExportError as error:
            raise PublishError(f"{error} Er is niets gepubliceerd.") from error
        _check_counts(building, counts)
        report = write_report(
            settings,
            Judged(
                record=record,
                folder=building,
                run_folder=mart.parent,
                is_sample=is_sample,
                files=files,
            ),
        )
        files = checksums.export_checksums(building, files | checksums.describe(building, [report]))
        manifest = {
            "release_id": release_id,
            "run_id": judged["run_id"],
            "published_by_run": run_id,
            "published_at": judged["published_at"],
            "as_of": judged["as_of"],
            "code_version": judged["code_version"],
            "code_has_changes": judged["code_version"].endswith("+changes"),
            "contract_version": judged["contract_version"],
            "verdict": judged["verdict"],
            "warnings": [
                {"table": result["table"], "rule": result["rule"], "observed": result["observed"]}
                for result in judged["results"]
                if not result["passed"] and result["severity"] == "warning"
            ],
            "approval": judged.get("approval"),
            "previous_release": judged["previous_release"],
            "calendar_version": calendar_version,
            "is_sample": is_sample,
            "fingerprint": fingerprint,
            "suites_sha256": judged["suites_sha256"],
            "versions": judged["versions"],
            "gate_record": {"number": record.number, "sha256": record.sha256},
            "inputs": [
                vars(item)
                | {"raw_sha256": _raw_sha256(settings, item)}
                | ({"rows": None} if item.source in about_people else {})
                for item in sorted(inputs, key=_order_of_input)
            ],
            "tables": {
                table: {
                    "rows": rows,
                    "parquet": f"parquet/{table}.parquet",
                    "csv": f"csv/{table}.csv",
                    "open": table in opened,
                }
                for table, rows in counts.items()
            },
            "files": files,
        }
        write_durably(
            building / MANIFEST,
            (json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode(),
        )
        _seal(building)
        building.rename(settings.releases / release_id)
    sync_folder(settings.releases)
    return _finish(settings, release_id, run_id, problems)


def _finish(settings: Settings, release_id: str, run_id: str, problems: list[str]) -> Published:
    """Points at a whole release; also when a kill came between its renaming and this.

    Raises:
        LedgerError: it could not be written down; a release without a record does not stay.
    """
    release = _read_release(settings.releases / release_id, is_current=True)
    wrong = [release.problem] if release.problem else problems_with(settings, release)
    if wrong:
        raise PublishError(f"{release.folder} is not what was judged: {'; '.join(wrong)}.")
    before = current_id(settings)
    try:
        _point_at(settings.releases, release_id)
        _record_release(settings, release, run_id)
    except (OSError, ledger.LedgerError):
        if _release_record(settings, release_id) is None:
            _point_back(settings.releases, before)
            if current_id(settings) != release_id:
                shutil.rmtree(release.folder, ignore_errors=True)
        raise
    return Published(
        release_id=release_id,
        folder=release.folder,
        manifest=release.manifest,
        ledger_problems=problems + announce(settings),
    )


def _return_to(
    settings: Settings,
    release_id: str,
    judged: Record,
    fingerprint: str,
    problems: list[str],
) -> Published:
    """Points again at a release that was rolled back, when a new judgement comes to the same."""
    before = _read_release(settings.releases / release_id, is_current=False)
    if before.manifest.get("gate_record", {}).get("number") == judged.number:
        raise PublishError(
            f"Uitgave {release_id} is eerder gepubliceerd en geldt niet meer: ga ernaar terug met "
            f"`datalab rollback {release_id}`, of start opnieuw."
        )
    if before.manifest.get("fingerprint") != fingerprint:
        raise PublishError(
            f"Uitgave {release_id} staat in {settings.releases} en zegt iets anders, terwijl zij "
            "uit hetzelfde gemaakt is: er is niets gepubliceerd. Meld dit als fout van het "
            "programma."
        )
    try:
        release = rollback(settings, release_id)
    except ReleaseError as error:
        raise PublishError(str(error)) from error
    return Published(
        release_id=release_id,
        folder=release.folder,
        manifest=release.manifest,
        ledger_problems=problems,
    )


def announce(settings: Settings) -> list[str]:
    """Tells whoever follows the releases; a feed that cannot be written undoes no publication."""
    from dronten_pipeline.release.formats import feed

    try:
        feed.export_feeds(settings.releases, feed.history(settings, is_linked=True))
    except OSError as error:
        return [f"De feeds in {settings.releases} zijn niet bij: {explain(error)}."]
    return []


def _record_release(settings: Settings, release: Release, run_id: str | None) -> None:
    ledger.append(
        settings,
        "release",
        {
            "release_id": release.release_id,
            "run_id": run_id,
            "manifest_sha256": sha256_of(release.folder / MANIFEST),
            "mart_sha256": release.manifest["files"][MART]["sha256"],
            "gate_record": release.manifest["gate_record"]["number"],
            "previous_release": release.manifest["previous_release"],
        },
        {name: about["sha256"] for name, about in release.manifest["files"].items()}
        | {MANIFEST: sha256_of(release.folder / MANIFEST)},
    )


def _release_record(settings: Settings, release_id: str) -> Record | None:
    for record in ledger.records_of(settings, "release"):
        if record.body.get("release_id") == release_id:
            return record
    return None


def broken_off(settings: Settings) -> dict[str, Release]:
    """Whole releases that a kill left before they were written down, by name.

    Each passed, and since its judgement nothing was published, gone back to or withdrawn: what
    else the ledger does not know was put there by somebody.
    """
    known = {record.body.get("release_id") for record in ledger.records_of(settings, "release")}
    unknown = [one for one in list_releases(settings) if one.release_id not in known]
    if not unknown:
        return {}
    last = max(
        (record.number for kind in TURNS for record in ledger.records_of(settings, kind)), default=0
    )
    return {
        release.release_id: release
        for release in unknown
        if not release.problem
        and release.manifest["gate_record"]["number"] > last
        and _is_as_judged(settings, release)
    }


def _is_as_judged(settings: Settings, release: Release) -> bool:
    named = release.manifest["gate_record"]
    judged = ledger.read_record(settings, named["number"])
    return (
        judged is not None
        and judged.sha256 == named["sha256"]
        and judged.body.get("release_id") == release.release_id
        and judged.body.get("mart_sha256") == release.manifest["files"][MART]["sha256"]
        and not problems_with(settings, release)
    )


def settle(settings: Settings, *, but: str | None = None) -> None:
    """Finishes what a kill broke off: a release that readers see is written down, another goes.

    Args:
        but: name of a release that is about to be published, and is finished then.
    """
    for release in broken_off(settings).values():
        if release.is_current:
            _point_at(settings.releases, release.release_id)  # its open part may not be linked yet
            _record_release(settings, release, None)
        elif release.release_id != but:
            aside = release.folder.with_name(BUILDING + release.release_id)
            release.folder.rename(aside)
            shutil.rmtree(aside)


def _check_publication(mart: Path, judged: dict[str, Any]) -> None:
    """What the mart says of itself must be what the ledger says of it."""
    names = (
        "release_id",
        "as_of",
        "code_version",
        "contract_version",
        "verdict",
        "previous_release",
    )
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
        rows = connection.execute(
            f"SELECT {', '.join(f'{name}::varchar' for name in names)} FROM publication"
        ).fetchall()
    if rows != [tuple(judged[name] for name in names)]:
        raise PublishError(
            f"De tabel publication van {mart} zegt iets anders dan het oordeel: start opnieuw."
        )


def _check_order(current: Release | None, judged: dict[str, Any]) -> None:
    before = current.release_id if current else None
    if judged["previous_release"] != before:
        raise PublishError(
            f"Deze cijfers volgen op uitgave {judged['previous_release'] or '(geen)'}, maar nu "
            f"geldt {before or 'geen enkele'}: start opnieuw."
        )


def _check_counts(building: Path, counts: dict[str, int]) -> None:
    from dronten_pipeline.release.formats.reading_back import count_rows

    wanted = {
        building / kind / f"{table}.{kind}": rows
        for table, rows in counts.items()
        for kind in ("parquet", "csv")
    }
    for path, found in count_rows(wanted).items():
        if found != wanted[path]:
            raise PublishError(
                f"{path.name} heeft bij het teruglezen {found} rijen in plaats van "
                f"{wanted[path]}: er is niets gepubliceerd. Meld dit als fout van het programma."
            )


def _fingerprint(
    parquet: Path, inputs: Sequence[Input], judged: dict[str, Any], offered: dict[str, Any]
) -> str:
    """Names what a release says, and to whom; its name and the run that made it do not matter."""
    from dronten_pipeline.release.formats.parquet import hash_columns

    paths = [path for path in parquet.glob("*.parquet") if path.stem not in NOT_NEW_BY_ITSELF]
    hashes = hash_columns(paths, without={RELEASE_ID.name})
    return sha256_of_json(
        {
            "tables": {path.stem: digest for path, digest in sorted(hashes.items())},
            "inputs": [
                [item.source, item.table, item.file_name, item.sha256, item.counts]
                for item in sorted(inputs, key=_order_of_input)
            ],
            "suites": judged["suites_sha256"],
            "as_of": judged["as_of"],
            # A table that is no longer open must not stay on the web because nothing else changed.
            "open": offered,
        }
    )


def _order_of_input(item: Input) -> tuple[str, str, int, str, str]:
    return (item.source, item.table, item.delivery_number or 0, item.file_name, item.sha256)


def _copy_proof(run_folder: Path, building: Path) -> None:
    """How the figures were computed goes with them; a mart that was put there by hand has none."""
    if (run_folder / PROOF).is_dir():
        shutil.copytree(run_folder / PROOF, building / PROOF, copy_function=shutil.copyfile)


def _raw_sha256(settings: Settings, item: Input) -> str | None:
    path = settings.raw / item.raw_path if item.raw_path else None
    return sha256_of(path) if path and path.is_file() else None


def _seal(folder: Path) -> None:
    """Puts every byte on the disk and takes away the right to change it."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(OPEN_FOLDER if path.is_dir() else OPEN_FILE)
        sync(path)


def _point_at(releases: Path, release_id: str) -> None:
    link = releases / f".{CURRENT}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(release_id, target_is_directory=True)
    link.replace(releases / CURRENT)
    if not os.path.lexists(releases / OPEN):
        (releases / OPEN).symlink_to(Path(CURRENT) / OPEN, target_is_directory=True)
    sync_folder(releases)


def _point_back(releases: Path, release_id: str | None) -> None:
    """Undoes what could not be written down; where even that fails, `datalab verify` says it."""
    with contextlib.suppress(OSError):
        if release_id is None:
            (releases / CURRENT).unlink(missing_ok=True)
        else:
            _point_at(releases, release_id)


@contextlib.contextmanager
def _removed_unless_renamed(building: Path) -> Iterator[None]:
    try:
        yield
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _clear_leftovers(releases: Path) -> None:
    for path in releases.glob(f"{BUILDING}*"):
        shutil.rmtree(path)
    for pattern in (f".{CURRENT}-*", ".feed.json.*", ".atom.xml.*"):
        for path in releases.glob(pattern):
            path.unlink()


# --- reading


def current_id(settings: Settings) -> str | None:
    link = settings.releases / CURRENT
    return link.readlink().name if link.is_symlink() else None


def _readable_current(settings: Settings) -> Release | None:
    try:
        return current_release(settings)
    except ReleaseError as error:
        raise PublishError(str(error)) from error


def _read_release(folder: Path, *, is_current: bool) -> Release:
    problem, manifest = None, {}
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["release_id"] != folder.name:
            problem = f"zijn manifest is dat van {manifest['release_id']}"
        elif not {MART} <= set(manifest["files"]) or not {
            "fingerprint",
            "previous_release",
            "gate_record",
        } <= set(manifest):
            problem = "zijn manifest is niet volledig"
    except (OSError, ValueError, KeyError, TypeError):
        problem = "er is geen leesbaar manifest"
    return Release(
        release_id=folder.name,
        folder=folder,
        is_current=is_current,
        manifest=manifest if isinstance(manifest, dict) else {},
        problem=problem,
    )


def _order_of_publication(release: Release) -> float:
    # Of a clock that is set back an hour every autumn the ledger's numbers know nothing.
    return math.inf if release.problem else release.manifest["gate_record"]["number"]


def problems_with(settings: Settings, release: Release) -> list[str]:
    """Why a release may not become current: changed files, or bytes that did not pass."""
    problems = verify_release(release.folder)
    record = _release_record(settings, release.release_id)
    if record and record.body.get("manifest_sha256") != sha256_of(release.folder / MANIFEST):
        problems.append(f"het manifest is niet dat van record {record.number}")
    mart_sha256 = release.manifest["files"][MART]["sha256"]
    try:
        _record_for(settings, mart_sha256)
    except NotJudged as error:
        problems.append(str(error).rstrip("."))
    return problems
