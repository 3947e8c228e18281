"""Each kind of error has its sentence and exit code, however deep Dagster buried it."""

from __future__ import annotations

import errno
import importlib
import pkgutil
import signal
import sqlite3
from pathlib import Path

import duckdb
import polars as pl
import pytest

import dronten_pipeline
from dronten_pipeline.commands import endings
from dronten_pipeline.commands.terminal import HELD_BACK, NOTHING_READ, OWN_ERROR
from dronten_pipeline.contracts.dbt_project import TestsFailed
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.core.durable import is_full
from dronten_pipeline.core.errors import behind, is_own, traced
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.gate.gate import GateError
from dronten_pipeline.ingest.inputs import NothingRead
from dronten_pipeline.pipeline.run import RunUnderWay
from dronten_pipeline.release.errors import ReleaseError
from dronten_pipeline.release.store import current_release

#: What a delivery holds and may stand in no sentence and no log.
DELIVERED = "Jan de Vries"


def raised(error: Exception, cause: BaseException | None = None) -> Exception:
    try:
        raise error from cause
    except Exception as caught:
        return caught


def circle(error: Exception) -> Exception:
    """As Dagster leaves it: the error of a step is the cause of what it is the cause of."""
    wrapper = RuntimeError(f"step failed: {DELIVERED}")
    wrapper.__cause__ = error
    error.__context__ = wrapper
    return wrapper


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_a_circle_of_causes_has_an_end() -> None:
    error = circle(ValueError("x"))
    assert [type(one) for one in behind(error)] == [RuntimeError, ValueError]
    assert not is_full(error)
    assert is_full(circle(OSError(errno.ENOSPC, "No space left on device")))
    assert "ValueError" in traced(error)


@pytest.mark.parametrize(
    ("error", "lead", "code"),
    [
        (RunUnderWay("In x is al een opdracht bezig."), "Niet gestart.", OWN_ERROR),
        (NothingRead("Geen enkele levering kon gelezen worden."), "Niets gelezen.", NOTHING_READ),
        (TestsFailed("De toets x is niet gehaald."), "Tegengehouden.", HELD_BACK),
        (GateError("Het oordeel telt niet."), "Niet beoordeeld.", OWN_ERROR),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_the_sentence_of_the_project_is_found_behind_others(
    settings: Settings, error: Exception, lead: str, code: int
) -> None:
    told = endings.ending_of(settings, circle(raised(KeyError(DELIVERED), error)))
    assert (told.lead, told.code) == (lead, code)
    assert told.sentence == f"{error} Er is nog geen uitgave."


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "te weinig geheugen"),
        (PermissionError(errno.EACCES, "no", "/x/warehouse"), "Geef deze gebruiker er rechten op"),
        (OSError(errno.EROFS, "no", "/x/warehouse"), "Maak hem schrijfbaar"),
        (IsADirectoryError(errno.EISDIR, "no", "/x/run.lock"), "is een map in plaats van"),
        (sqlite3.DatabaseError("malformed"), "Haal de map dagster weg"),
        (duckdb.ConversionException(f"string '{DELIVERED}'"), "ConversionException"),
        (pl.exceptions.ComputeError(f"cannot parse '{DELIVERED}'"), "ComputeError"),
        (KeyError(DELIVERED), "Een fout die niemand voorzag (KeyError"),
        (OSError(errno.ENOSPC, "No space left on device", "/x/ledger"), "De schijf is vol bij"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_other_errors_are_told_without_their_words(
    settings: Settings, error: Exception, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert endings.end(settings, circle(raised(error))) == OWN_ERROR
    told = capsys.readouterr().err
    assert says in told
    assert told.endswith("Er is nog geen uitgave.\n")
    assert told.count("\n") == 1
    assert DELIVERED not in told
    assert DELIVERED not in (settings.home / endings.LOG).read_text(encoding="utf-8")


def test_a_damaged_file_below_the_home_is_named_with_its_repair(settings: Settings) -> None:
    broken = settings.warehouse / "1" / "warehouse.duckdb"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no database" * 1000)
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect(str(broken))
    told = endings.ending_of(settings, caught.value).sentence
    assert str(broken) in told
    assert "de run bouwt het opnieuw" in told


def test_what_a_deliverer_named_is_not_repeated(settings: Settings) -> None:
    path = settings.landing_folder / "fixi" / f"{DELIVERED}.csv"
    told = endings.ending_of(settings, PermissionError(errno.EACCES, "no", str(path))).sentence
    assert DELIVERED not in told
    assert str(settings.landing_folder / "fixi") in told


def test_even_without_readable_releases_there_is_a_sentence(settings: Settings) -> None:
    (settings.releases / "gone").mkdir(parents=True)
    (settings.releases / "current").symlink_to("gone")
    told = endings.of_a_signal(settings, signal.SIGINT)
    assert told.code == 130
    assert "current" in told.sentence


def test_a_pointer_to_no_release_is_told_once(settings: Settings) -> None:
    settings.releases.mkdir()
    (settings.releases / "current").symlink_to("gone")
    with pytest.raises(ReleaseError) as caught:
        current_release(settings)
    assert endings.ending_of(settings, caught.value).sentence == str(caught.value)


def own_errors() -> set[type[BaseException]]:
    for module in pkgutil.walk_packages(dronten_pipeline.__path__, "dronten_pipeline."):
        importlib.import_module(module.name)
    found: set[type[BaseException]] = set()
    waiting: list[type[BaseException]] = [Exception]
    while waiting:
        for one in waiting.pop().__subclasses__():
            if one not in found:
                found.add(one)
                waiting.append(one)
    return {one for one in found if one.__module__.startswith("dronten_pipeline")}


def test_every_error_of_the_project_brings_its_own_sentence(settings: Settings) -> None:
    for of in own_errors():
        error = of.__new__(of)
        error.args = ("Dit is er aan de hand.",)
        if str(error) != "Dit is er aan de hand.":
            continue  # it makes its sentence of its parts
        assert is_own(error)
        told = endings.ending_of(settings, circle(error))
        assert told.sentence.startswith("Dit is er aan de hand."), of
        assert told.code in (OWN_ERROR, HELD_BACK, NOTHING_READ), of


def test_a_contract_is_named_with_its_mistake_and_what_to_do(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    error = ContractError(Path("/x/source.yml"), 5, "cadance is geen bekende sleutel")
    assert endings.end(settings, circle(error)) == OWN_ERROR
    assert capsys.readouterr().err == (
        "Niet gestart. /x/source.yml:5: cadance is geen bekende sleutel. Verbeter het bestand, of "
        "zet de laatste goede versie terug. Er is nog geen uitgave.\n"
    )


def test_the_table_names_errors_that_exist() -> None:
    known = {f"{of.__module__}.{of.__qualname__}" for of in own_errors()}
    assert {f"dronten_pipeline.{name}" for name in endings.OWN} <= known
