"""Publishing a judged mart: as a new release, as the one it equals, or not at all.

Here belongs the order of the steps and what is compared on the way. Not here: the form of the
files (`formats/`), the judgement (`gate/`), and where releases stand (`store.py`).
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dronten_pipeline.contracts.dbt_project import sources_about_people
from dronten_pipeline.contracts.published_tables import (
    RELEASE_ID,
    TableContract,
    load_table_contracts,
)
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
from dronten_pipeline.ledger import bodies, ledger
from dronten_pipeline.ledger.bodies import Gate, NotReleased
from dronten_pipeline.ledger.judgement import InputFile
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.release.errors import NotJudged, PublishError, ReleaseError
from dronten_pipeline.release.judged import (
    judgement_of,
    problems_with,
    publication_of,
    record_publication,
    withdrawals,
    withdrawn_because,
)
from dronten_pipeline.release.lineage import PROOF
from dronten_pipeline.release.manifest import (
    File,
    GateRecord,
    Input,
    Manifest,
    RuleWarning,
    TableForms,
)
from dronten_pipeline.release.report.facts import Judged
from dronten_pipeline.release.report.write import write_report
from dronten_pipeline.release.rollback import rollback
from dronten_pipeline.release.settle import settle
from dronten_pipeline.release.store import (
    BUILDING,
    CURRENT,
    MANIFEST,
    Release,
    current_id,
    current_release,
    point_at,
    point_back,
    read_release,
)

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


@dataclass(frozen=True, kw_only=True)
class Published:
    """A new release stands and `current` points at it."""

    release_id: str
    folder: Path
    manifest: Manifest
    ledger_problems: list[str]


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """The current release says the same; no folder was written."""

    release_id: str
    ledger_problems: list[str]


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """A judged mart, and all that decides what is published of it."""

    settings: Settings
    mart: Path
    record: Record[Gate]
    run_id: str
    inputs: Sequence[InputFile]
    calendar_version: str
    is_sample: bool

    @property
    def judged(self) -> Gate:
        return self.record.body

    @property
    def release_id(self) -> str:
        return self.judged.release_id

    @property
    def releases(self) -> Path:
        return self.settings.releases


def publish(
    settings: Settings,
    *,
    run_folder: Path,
    run_id: str,
    inputs: Sequence[InputFile],
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
        if not mart.is_file():
            raise NotJudged(f"{mart} is er niet: start de hele keten met `datalab run`.")
        return _publish(
            _Candidate(
                settings=settings,
                mart=mart,
                record=judgement_of(settings, sha256_of(mart)),
                run_id=run_id,
                inputs=sorted(inputs, key=_order_of_input),
                calendar_version=calendar_version,
                is_sample=is_sample,
            )
        )
    except PublishError as error:
        _record_refusal(settings, mart, run_id, str(error))
        raise


def _publish(one: _Candidate) -> Published | Unchanged:
    try:
        one.releases.mkdir(parents=True, exist_ok=True)
        open_to_readers(one.releases)
        _clear_leftovers(one.releases)
        settle(one.settings, but=one.release_id)
        return _build(one)
    except (OSError, duckdb.Error) as error:
        raise PublishError(
            f"Uitgave {one.release_id} kon niet geschreven worden in "
            f"{one.releases}: {explain(error)}. Er is niets gepubliceerd."
        ) from error


def _record_refusal(settings: Settings, mart: Path, run_id: str, reason: str) -> None:
    """A release that did not come about is evidence too; the reason itself comes first."""
    with contextlib.suppress(ledger.LedgerError, OSError):
        digest = sha256_of(mart) if mart.is_file() else None
        ledger.append(
            settings,
            NotReleased(run_id=run_id, mart_sha256=digest, error=reason),
            {MART: digest} if digest else {},
        )


# --- the steps


def _build(one: _Candidate) -> Published | Unchanged:
    problems = ledger.read_all(one.settings, whole=False).problems
    current = _readable_current(one.settings)
    building = one.releases / f"{BUILDING}{one.release_id}"
    with _removed_unless_renamed(building):
        building.mkdir()
        counts = _take_mart(one, building)
        contracts = load_table_contracts(one.settings.dbt_project)
        opened = sorted(set(counts) & {one.name for one in contracts.values() if one.is_open})
        fingerprint = _fingerprint(one, building / "parquet", opened)
        if current is not None and current.manifest.fingerprint == fingerprint:
            return _unchanged(one, current, fingerprint, problems)
        if (returned := _standing_already(one, fingerprint, problems)) is not None:
            return returned
        _check_order(current, one.judged)
        if counts != one.judged.row_counts:
            raise PublishError(
                f"{one.mart} bevat andere rijen dan er beoordeeld zijn: start opnieuw."
            )
        files = _fill(one, building, contracts, counts)
        manifest = _manifest(one, fingerprint, counts, opened, files)
        write_durably(building / MANIFEST, manifest.as_file())
        _seal(building)
        building.rename(one.releases / one.release_id)
    sync_folder(one.releases)
    return _finish(one, problems)


def _take_mart(one: _Candidate, building: Path) -> dict[str, int]:
    """Copies the mart and writes its tables as Parquet; their rows by name."""
    from dronten_pipeline.release.formats.parquet import export_parquet

    shutil.copyfile(one.mart, building / MART)
    if sha256_of(building / MART) != one.judged.mart_sha256:
        raise NotJudged(f"{one.mart} is veranderd terwijl het gepubliceerd werd: start opnieuw.")
    _check_publication(building / MART, one.judged)
    return export_parquet(building / MART, building / "parquet")


def _unchanged(
    one: _Candidate, current: Release, fingerprint: str, problems: list[str]
) -> Unchanged:
    from dronten_pipeline.release.formats import feed

    ledger.append(
        one.settings,
        bodies.Unchanged(
            release_id=current.release_id,
            run_id=one.run_id,
            fingerprint=fingerprint,
            gate_record=one.record.number,
        ),
    )
    return Unchanged(
        release_id=current.release_id, ledger_problems=problems + feed.announce(one.settings)
    )


def _standing_already(one: _Candidate, fingerprint: str, problems: list[str]) -> Published | None:
    """The release of this name where its folder is there; None where it is to be made.

    Raises:
        PublishError: it was withdrawn, or says something else.
    """
    if withdrawn := withdrawals(one.settings).get(one.release_id):
        raise PublishError(
            f"Wat er nu geleverd is geeft weer uitgave {one.release_id}, en die is "
            f"{withdrawn_because(withdrawn)}. Wis of herstel eerst de levering."
        )
    if not (one.releases / one.release_id).exists():
        return None
    if publication_of(one.settings, one.release_id) is None:
        return _finish(one, problems)
    return _return_to(one, fingerprint, problems)


def _fill(
    one: _Candidate, building: Path, contracts: Mapping[str, TableContract], counts: dict[str, int]
) -> dict[str, File]:
    """Writes everything but the manifest; what each file is, by its path."""
    from dronten_pipeline.release.formats import ExportError, checksums, feed, write_exports

    _copy_proof(one.mart.parent, building)
    try:
        files = write_exports(
            building,
            contracts,
            address=one.settings.public_address,
            is_sample=one.is_sample,
            before=feed.history(one.settings),
        )
    except ExportError as error:
        raise PublishError(f"{error} Er is niets gepubliceerd.") from error
    _check_counts(building, counts)
    judged = Judged(
        record=one.record,
        folder=building,
        run_folder=one.mart.parent,
        is_sample=one.is_sample,
        files=files,
    )
    report = write_report(one.settings, judged)
    files = checksums.export_checksums(building, files | checksums.describe(building, [report]))
    return {name: File(**about) for name, about in files.items()}


def _manifest(
    one: _Candidate,
    fingerprint: str,
    counts: dict[str, int],
    opened: list[str],
    files: dict[str, File],
) -> Manifest:
    judged = one.judged
    return Manifest(
        release_id=one.release_id,
        run_id=judged.run_id,
        published_by_run=one.run_id,
        published_at=str(judged.published_at),
        as_of=judged.as_of,
        code_version=judged.code_version,
        code_has_changes=judged.code_version.endswith("+changes"),
        contract_version=str(judged.contract_version),
        verdict=judged.verdict,
        warnings=[
            RuleWarning(table=result.table, rule=result.rule, observed=result.observed)
            for result in judged.results
            if not result.passed and result.severity == "warning"
        ],
        approval=judged.approval,
        previous_release=judged.previous_release,
        calendar_version=one.calendar_version,
        is_sample=one.is_sample,
        fingerprint=fingerprint,
        suites_sha256=str(judged.suites_sha256),
        versions=judged.versions,
        gate_record=GateRecord(number=one.record.number, sha256=one.record.sha256),
        inputs=_inputs(one),
        tables={
            table: TableForms(
                rows=rows,
                parquet=f"parquet/{table}.parquet",
                csv=f"csv/{table}.csv",
                open=table in opened,
            )
            for table, rows in counts.items()
        },
        files=files,
        revised_figures=_revised_figures(one.mart, counts),
    )


def _revised_figures(mart: Path, tables: Collection[str]) -> int:
    from dronten_pipeline.release.formats.mart import count_revised

    with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
        return count_revised(connection, tables)


def _inputs(one: _Candidate) -> list[Input]:
    """Of sources about people not how many rows."""
    about_people = sources_about_people(one.settings)
    return [
        Input(
            **item.written()
            | {"raw_sha256": _raw_sha256(one.settings, item)}
            | ({"rows": None} if item.source in about_people else {})
        )
        for item in one.inputs
    ]


def _finish(one: _Candidate, problems: list[str]) -> Published:
    """Points at a whole release; also when a kill came between its renaming and this.

    Raises:
        LedgerError: it could not be written down; a release without a record does not stay.
    """
    from dronten_pipeline.release.formats import feed

    release = read_release(one.releases / one.release_id, is_current=True)
    wrong = [release.problem] if release.problem else problems_with(one.settings, release)
    if wrong:
        raise PublishError(f"{release.folder} is not what was judged: {'; '.join(wrong)}.")
    before = current_id(one.settings)
    try:
        point_at(one.releases, one.release_id)
        record_publication(one.settings, release, one.run_id)
    except (OSError, ledger.LedgerError):
        if publication_of(one.settings, one.release_id) is None:
            point_back(one.releases, before)
            if current_id(one.settings) != one.release_id:
                shutil.rmtree(release.folder, ignore_errors=True)
        raise
    return Published(
        release_id=one.release_id,
        folder=release.folder,
        manifest=release.manifest,
        ledger_problems=problems + feed.announce(one.settings),
    )


def _return_to(one: _Candidate, fingerprint: str, problems: list[str]) -> Published:
    """Points again at a release that was rolled back, when a new judgement comes to the same."""
    said = read_release(one.releases / one.release_id, is_current=False).said
    if said is not None and said.gate_record.number == one.record.number:
        raise PublishError(
            f"Uitgave {one.release_id} is eerder gepubliceerd en geldt niet meer: ga ernaar terug "
            f"met `datalab rollback {one.release_id}`, of start opnieuw."
        )
    if said is None or said.fingerprint != fingerprint:
        raise PublishError(
            f"Uitgave {one.release_id} staat in {one.releases} en zegt iets anders, terwijl zij "
            "uit hetzelfde gemaakt is: er is niets gepubliceerd. Meld dit als fout van het "
            "programma."
        )
    try:
        release = rollback(one.settings, one.release_id)
    except ReleaseError as error:
        raise PublishError(str(error)) from error
    return Published(
        release_id=one.release_id,
        folder=release.folder,
        manifest=release.manifest,
        ledger_problems=problems,
    )


# --- what is compared on the way


def _check_publication(mart: Path, judged: Gate) -> None:
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
    if rows != [tuple(getattr(judged, name) for name in names)]:
        raise PublishError(
            f"De tabel publication van {mart} zegt iets anders dan het oordeel: start opnieuw."
        )


def _check_order(current: Release | None, judged: Gate) -> None:
    before = current.release_id if current else None
    if judged.previous_release != before:
        raise PublishError(
            f"Deze cijfers volgen op uitgave {judged.previous_release or '(geen)'}, maar nu "
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


def _fingerprint(one: _Candidate, parquet: Path, opened: list[str]) -> str:
    """Names what a release says, and to whom; its name and the run that made it do not matter."""
    from dronten_pipeline.release.formats.parquet import hash_columns

    paths = [path for path in parquet.glob("*.parquet") if path.stem not in NOT_NEW_BY_ITSELF]
    hashes = hash_columns(paths, without={RELEASE_ID.name})
    return sha256_of_json(
        {
            "tables": {path.stem: digest for path, digest in sorted(hashes.items())},
            "inputs": [
                [item.source, item.table, item.file_name, item.sha256, item.counts]
                for item in one.inputs
            ],
            "suites": one.judged.suites_sha256,
            "as_of": one.judged.as_of,
            # A table that is no longer open must not stay on the web because nothing else changed.
            "open": {"tables": opened, "address": one.settings.public_address},
        }
    )


def _order_of_input(item: InputFile) -> tuple[str, str, int, str, str]:
    return (item.source, item.table, item.delivery_number or 0, item.file_name, item.sha256)


# --- folders and files


def _copy_proof(run_folder: Path, building: Path) -> None:
    """How the figures were computed goes with them; a mart that was put there by hand has none."""
    if (run_folder / PROOF).is_dir():
        shutil.copytree(run_folder / PROOF, building / PROOF, copy_function=shutil.copyfile)


def _raw_sha256(settings: Settings, item: InputFile) -> str | None:
    path = settings.raw / item.raw_path if item.raw_path else None
    return sha256_of(path) if path and path.is_file() else None


def _seal(folder: Path) -> None:
    """Puts every byte on the disk and takes away the right to change it."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(OPEN_FOLDER if path.is_dir() else OPEN_FILE)
        sync(path)


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


def _readable_current(settings: Settings) -> Release | None:
    try:
        return current_release(settings)
    except ReleaseError as error:
        raise PublishError(str(error)) from error
