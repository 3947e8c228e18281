"""How dbt is called: its environment, its register of KPIs, its manifest.

Here belongs what anyone needs who starts dbt for this project. Not here: the models
(`dbt_project/`) or how they become Dagster assets (`defs/dbt.py`).
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from dronten_pipeline.contracts.seeds import check_seeds, read_seed
from dronten_pipeline.contracts.waiting_dbt import ANY_HOME, WaitingDbt
from dronten_pipeline.core.durable import WORDS_OF_FULL
from dronten_pipeline.core.run_files import WAREHOUSE
from dronten_pipeline.core.settings import WRITTEN_BY_DBT, Settings

#: dbt started so that it ends with its parent (`core/child.py`).
DBT = Path(sys.executable).with_name("datalab-dbt")

#: The file that says of which files the manifest is, in its two forms: for Dagster and for dbt.
MANIFEST_OF = "manifest.of"
MANIFEST, AS_READ = "manifest.json", "manifest.msgpack"
#: What dbt read, by which it finds what changed since, and of which selectors that is.
PARTIAL_PARSE, SELECTORS_OF = "partial_parse.msgpack", "selectors.sha256"

#: What was read when the environment was made (`python -m dronten_pipeline.contracts.dbt_project`),
#: taken over by every home.
READ_AHEAD = Path(sys.prefix) / "read-ahead"

#: What a run builds, in `selectors.yml`.
PRODUCTION = "production"

#: Records from which a staging model is a table: below it a view is as quick, and takes no disk.
LARGE = 2_000_000


class TransformError(RuntimeError):
    """dbt could not do what was asked; the message says of which file and where dbt says why."""


class TestsFailed(TransformError):
    """A dbt test of severity error failed: nothing may be judged or published."""

    __test__ = False  # no test of pytest


def register(settings: Settings) -> list[dict[str, str]]:
    """The KPI register as dbt seeds it, one mapping per KPI."""
    return seed(settings, "kpi_register")


def owners(dbt_project: Path) -> dict[str, str]:
    """The team that answers for a KPI, by KPI; empty where there is no register."""
    seeds = dbt_project / "seeds"
    if not (seeds / "kpi_register.csv").is_file():
        return {}
    return {row["kpi_id"]: row["owner"] for row in read_seed(seeds, "kpi_register")}


def seed(settings: Settings, name: str) -> list[dict[str, str]]:
    """The rows of a seed as they are written; what is empty is an empty text.

    Raises:
        ContractError: a cell is not as it must be.
    """
    return read_seed(settings.dbt_project / "seeds", name)


def sources_about_people(settings: Settings) -> set[str]:
    """Sources whose numbers of rows are not published: a file could tell a hidden figure."""
    return {row["source_system"] for row in register(settings) if row["is_about_people"] == "true"}


def calendar_version(settings: Settings) -> str:
    """The version of the table of days on which nobody works."""
    return max(row["calendar_version"] for row in seed(settings, "non_working_day"))


def environment(settings: Settings, previous_release: Path | None = None) -> dict[str, str]:
    """The variables that `profiles.yml` and the models read.

    Args:
        previous_release: folder of the release whose figures a stopped source keeps.

    The warehouse is always named by the same path, `warehouse/latest`: a path per run would make
    dbt that is started by hand parse the whole project anew each time.
    """
    return {
        "DATALAB_RAW_CURRENT": str(settings.raw_current),
        "DATALAB_WAREHOUSE": str(settings.warehouse / "latest" / WAREHOUSE),
        "DATALAB_STAGING": "table" if _is_large(settings) else "view",
        "DATALAB_PREVIOUS_RELEASE": str(previous_release / "parquet") if previous_release else "",
        "DBT_PROFILES_DIR": str(settings.dbt_project),
        "DBT_PROJECT_DIR": str(settings.dbt_project),
        "DBT_TARGET_PATH": str(settings.dbt_target),
        "DBT_LOG_PATH": str(settings.dbt_target / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def _is_large(settings: Settings) -> bool:
    """Whether what this run reads is so much that each staging model is better read once."""
    import polars as pl

    counted = settings.raw_current / "run__table" / "1.parquet"
    if not counted.is_file():
        return False
    return int(pl.read_parquet(counted, columns=["records"]).sum().item() or 0) > LARGE


def run_dbt(settings: Settings, arguments: Sequence[str]) -> int:
    """Runs a dbt command on this project as the pipeline would; returns its exit code."""
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [str(DBT), *arguments], env={**os.environ, **environment(settings)}, check=False
    ).returncode


#: The dbt that was started ahead, by the folder in which it works.
_WAITING: dict[Path, WaitingDbt] = {}


def start_dbt(settings: Settings, previous_release: Path | None = None) -> None:
    """Has dbt read the project while something else is done; `waiting_dbt` gives it."""
    if settings.dbt_target not in _WAITING:
        _WAITING[settings.dbt_target] = _started(settings, previous_release)


def waiting_dbt(settings: Settings, previous_release: Path | None = None) -> WaitingDbt:
    """The dbt that was started ahead, or one that is started now; it does one command."""
    return _WAITING.pop(settings.dbt_target, None) or _started(settings, previous_release)


def _started(settings: Settings, previous_release: Path | None) -> WaitingDbt:
    settings.dbt_build.mkdir(parents=True, exist_ok=True)
    _take_over(settings)
    _forget_other_selectors(settings)
    is_prepared = _is_prepared(settings)
    return WaitingDbt(
        settings.dbt_project,
        {
            **environment(settings, previous_release),
            "DBT_TARGET_PATH": str(settings.dbt_build),
            "DBT_LOG_PATH": str(settings.dbt_build),
        },
        writes=not is_prepared,
        known=settings.dbt_target / AS_READ if is_prepared else None,
    )


def _take_over(settings: Settings, ahead: Path = READ_AHEAD) -> None:
    """Gives a home what was read elsewhere: as it is, or for dbt to read what differs since.

    Each file is whole or absent, and the one that says of which files comes last.
    """
    there = Settings(home=ahead)
    if not _is_prepared(settings) and _read_of(there.dbt_target) == _fingerprint(settings):
        for name in (MANIFEST, AS_READ, MANIFEST_OF):
            _copy(there.dbt_target / name, settings.dbt_target / name)
    elif not (settings.dbt_build / PARTIAL_PARSE).exists() and _read_of(there.dbt_target):
        for name in (PARTIAL_PARSE, SELECTORS_OF):
            _copy(there.dbt_build / name, settings.dbt_build / name)


def _copy(source: Path, target: Path) -> None:
    beside = target.with_name(f".{target.name}-{os.getpid()}")
    shutil.copyfile(source, beside)
    beside.replace(target)


def _forget_other_selectors(settings: Settings) -> None:
    """Has dbt read everything anew where its selectors changed: a partial parse keeps the old."""
    selectors, stamp = settings.dbt_project / "selectors.yml", settings.dbt_build / SELECTORS_OF
    now = hashlib.sha256(selectors.read_bytes() if selectors.exists() else b"").hexdigest()
    if not stamp.exists() or stamp.read_text() != now:
        (settings.dbt_build / PARTIAL_PARSE).unlink(missing_ok=True)
        stamp.write_text(now)


def _is_prepared(settings: Settings) -> bool:
    return _read_of(settings.dbt_target) == _fingerprint(settings)


def _read_of(target: Path) -> str | None:
    """The fingerprint of the files of which the manifest in a folder is, None without one."""
    known = [target / name for name in (MANIFEST, AS_READ, MANIFEST_OF)]
    return known[-1].read_text() if all(path.exists() for path in known) else None


def prepared_manifest(settings: Settings) -> Path:
    """The manifest of the project as it stands, parsed anew only when a file of it changed.

    Raises:
        ContractError: a seed is not as its yml says.
        TransformError: the project cannot be parsed.
    """
    manifest = settings.dbt_target / MANIFEST
    settings.dbt_build.mkdir(parents=True, exist_ok=True)
    _take_over(settings)
    if _is_prepared(settings):
        return manifest
    check_seeds(settings.dbt_project / "seeds")
    fingerprint = _fingerprint(settings)
    ahead = _WAITING.get(settings.dbt_target)
    dbt = ahead or _started(settings, None)
    could_read, said = dbt.has_read()
    if ahead is None:
        dbt.end()
    if not could_read:
        log = settings.dbt_target / "parse.log"
        log.write_text(said, encoding="utf-8")
        raise _because(
            TransformError(
                f"dbt kan het project {settings.dbt_project} niet lezen: {log} zegt welk bestand "
                "er fout is. Verbeter het, of zet de laatste goede versie terug, en start opnieuw."
            ),
            said,
        )
    (settings.dbt_target / MANIFEST_OF).unlink(missing_ok=True)
    # That of a build is written anew while others may read this one.
    (settings.dbt_build / MANIFEST).replace(manifest)
    _copy(settings.dbt_build / PARTIAL_PARSE, settings.dbt_target / AS_READ)
    (settings.dbt_target / MANIFEST_OF).write_text(fingerprint)
    return manifest


def what_failed(outcome: Path, log: Path) -> TransformError | None:
    """The error that dbt's account of its work amounts to, None when all is well.

    A model that could not be built is a `TransformError`; a test of severity error that failed, in
    a build that was whole, is `TestsFailed`. Dbt's own words stay in its log: those of DuckDB may
    quote a value.

    Args:
        outcome: `run_results.json` of this build.
        log: what dbt wrote meanwhile.
    """
    try:
        results = json.loads(outcome.read_bytes())["results"]
    except (OSError, ValueError, KeyError):
        said = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        return _because(
            TransformError(
                "dbt stopte zonder te zeggen wat er gebouwd is, zoals wanneer het te weinig "
                f"geheugen had of werd afgebroken: kijk in {log} en start opnieuw."
            ),
            said,
        )
    broken = [one for one in results if one["status"] in ("error", "runtime error")]
    if broken:
        return _because(
            TransformError(
                f"dbt kon {_named(broken)} niet bouwen: {log} zegt waarom. Herstel het model of "
                "de levering en start opnieuw."
            ),
            " ".join(one["message"] or "" for one in broken),
        )
    if failed := [one for one in results if one["status"] == "fail"]:
        return TestsFailed(
            f"De toets {_named(failed)} van dbt is niet gehaald: {log} zegt hoeveel rijen er fout "
            "zijn. Herstel de levering of het model en start opnieuw."
        )
    return None


def _because(error: TransformError, said: str) -> TransformError:
    """An error with the full disk behind it, of which a program speaks in words only."""
    if any(words in said for words in WORDS_OF_FULL):
        error.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return error


def _named(results: Sequence[Mapping[str, Any]]) -> str:
    names = [one["unique_id"].split(".")[2] for one in results]
    return ", ".join(names[:5]) + (f" en {len(names) - 5} andere" if len(names) > 5 else "")


def _fingerprint(settings: Settings) -> str:
    """Of all that decides what dbt reads: its version, the project's files, what staging is."""
    digest = hashlib.sha256(environment(settings)["DATALAB_STAGING"].encode())
    digest.update(repr(ANY_HOME).encode())
    for package in ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb"):
        digest.update(metadata.version(package).encode())
    for path in sorted(settings.dbt_project.rglob("*")):
        place = path.relative_to(settings.dbt_project)
        if place.parts[0] in WRITTEN_BY_DBT:
            continue
        if path.suffix in {".sql", ".py", ".yml", ".csv", ".md"}:
            digest.update(place.as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    prepared_manifest(Settings(home=READ_AHEAD))
