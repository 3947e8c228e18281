"""What a person sees who types something wrong, or asks before there is anything to see."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from dronten_pipeline.commands import run, terminal
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.pipeline import up_to_date
from tests.conftest import PROJECT, Datalab
from tests.documents import append


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "says"),
    [
        (["status"], {}, 0, "nog geen uitgave"),
        (["releases"], {}, 0, "nog geen uitgave"),
        (["rollback"], {}, 1, "geen eerdere uitgave"),
        (["run", "--as-of", "30-06-2026"], {}, 1, "schrijf jjjj-mm-dd"),
        (["status"], {"as_of": "gisteren"}, 1, "DATALAB_AS_OF is 'gisteren'"),
        (["accept", "geen_bron", "1", "--reason", "x"], {}, 1, "Er is geen bron geen_bron"),
        (["accept", "iv3", "1", "--reason", "De bron is kleiner."], {}, 1, "start eerst een run"),
        (["erase", "geen_bron", "x.csv", "--reason", "x"], {}, 1, "Er is geen bron geen_bron"),
        (["erase", "iv3", "x.csv", "--reason", "x"], {}, 1, "nooit een bestand x.csv"),
        (["check", "bestaat_niet.csv"], {}, 1, "bestaat_niet.csv bestaat niet"),
        (["doctor"], {"landing": "/bestaat/niet"}, 1, "bestaat niet"),
        (["doctor"], {}, 0, "in orde"),
        (["run"], {"postgres_schema": "pg_mart"}, 1, "SCHEMA is 'pg_mart': PostgreSQL houdt deze"),
        (["doctor"], {"postgres_schema": "user"}, 1, "Dit is een woord van SQL zelf"),
        (["status"], {"postgres_reader": "r" * 64}, 1, "kort een naam na 63 bytes in"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_a_sentence(
    tmp_path: Path,
    datalab: Datalab,
    arguments: list[str],
    variables: dict[str, str],
    code: int,
    says: str,
) -> None:
    ran = datalab(*arguments, home=tmp_path, **variables)
    said = " ".join((ran.stdout + ran.stderr).split())
    assert ran.returncode == code, said
    assert says in said
    assert "Traceback" not in said


def fill(disk: Path) -> Path:
    """Leaves no byte free on a disk; what comes back takes the space."""
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free)
    return ballast


@pytest.mark.parametrize("command", [["run"], ["rollback"], ["postgres", "load"]], ids=" ".join)
def test_a_full_disk_is_a_sentence(small_disk: Path, datalab: Datalab, command: list[str]) -> None:
    home = small_disk / "home"
    home.mkdir()
    fill(small_disk)
    ran = datalab(*command, home=home, postgres_url="postgresql://x@127.0.0.1:1/y")
    assert ran.returncode == 1
    assert "De schijf is vol" in ran.stderr
    assert f"Bij {home} is nu 0 MB vrij. Maak ruimte" in " ".join(ran.stderr.split())
    assert "Er is nog geen uitgave." in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_key_that_did_not_fit_is_made_when_there_is_room(small_disk: Path) -> None:
    settings = Settings(home=small_disk / "home")
    settings.home.mkdir()
    ballast = fill(small_disk)
    with pytest.raises(OSError, match="No space left"):
        settings.read_pseudonym_key()
    with pytest.raises(ledger.LedgerError, match="de schijf is vol: maak ruimte"):
        append(settings, "gate", {})
    ballast.unlink()
    assert len(settings.read_pseudonym_key()) == 64
    append(settings, "gate", {})


def test_what_cannot_be_kept_for_next_time_undoes_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(up_to_date, "remember", full)
    run._remember(Settings(home=tmp_path), up_to_date.Given(sha256="ab"))
    assert "de volgende run doet daarom alle stappen" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_log_that_cannot_be_written_does_not_hide_what_happened(tmp_path: Path) -> None:
    (tmp_path / "last-run.log").symlink_to("/dev/full")
    with run._output_kept(Settings(home=tmp_path)):
        sys.stdout.write("what dbt says")
    with (
        pytest.raises(RuntimeError, match="the reason"),
        run._output_kept(Settings(home=tmp_path)),
    ):
        sys.stdout.write("what dbt says")
        raise RuntimeError("the reason")


def test_a_broken_contract_is_named_with_its_line(tmp_path: Path, datalab: Datalab) -> None:
    source = tmp_path / "sources" / "iv3" / "source.yml"
    source.parent.mkdir(parents=True)
    text = (PROJECT / "sources" / "iv3" / "source.yml").read_text(encoding="utf-8")
    source.write_text(text.replace("cadence:", "cadance:"), encoding="utf-8")
    ran = datalab("erase", "iv3", "x", "--reason", "x", home=tmp_path, sources=source.parents[1])
    assert ran.returncode == 1
    assert f"{source}:5: cadance is geen bekende sleutel" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_file_is_judged_without_being_loaded(tmp_path: Path, datalab: Datalab) -> None:
    file = tmp_path / "votes_2026.csv"
    file.write_text("reactie_id;antwoord\n1;ja\n", encoding="utf-8")
    ran = datalab("check", str(file), "--source", "website_feedback", home=tmp_path / "home")
    assert ran.returncode == 1
    assert "ingezonden_op" in ran.stdout
    assert not (tmp_path / "home" / "raw").exists()


def test_a_word_in_brackets_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say_problem("kanaal is [website], niet [brief]")
    assert "Fout. kanaal is [website], niet [brief]" in capsys.readouterr().err
