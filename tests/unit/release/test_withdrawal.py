"""A release that was withdrawn is gone, and the ledger proves what it was and why it went."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.audit import doctor
from dronten_pipeline.audit.verify import verify
from dronten_pipeline.commands import releases as releases_command
from dronten_pipeline.commands.status import show_release
from dronten_pipeline.commands.terminal import console
from dronten_pipeline.core import permissions
from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import bodies, ledger
from dronten_pipeline.release import withdrawal
from dronten_pipeline.release.errors import PublishError, ReleaseError
from dronten_pipeline.release.rollback import rollback
from dronten_pipeline.release.store import current_id as pointed_at
from tests.conftest import PROJECT
from tests.documents import append
from tests.unit.release.marts import INPUTS, judged_mart, publish_it, release_id

REASON = "er stond een naam in een lijst"


def current(settings: Settings) -> str | None:
    return pointed_at(settings)


def in_terminal(settings: Settings, command: str) -> str:
    """What a command says first: the marts of these tests have no figures to show."""
    with console.capture() as said, contextlib.suppress(duckdb.CatalogException):
        if command == "status":
            show_release(settings)
        else:
            releases_command.releases()
    return said.get()


def independent(settings: Settings) -> subprocess.CompletedProcess[str]:
    keys = str(settings.public_keys)
    program = [sys.executable, str(PROJECT / "tools" / "verify.py"), str(settings.home)]
    return subprocess.run([*program, "--keys", keys], capture_output=True, text=True, check=False)


def test_the_current_one_makes_way_for_the_one_before(two: Settings) -> None:
    folder = two.releases / release_id(2)
    manifest = sha256_of(folder / "manifest.json")
    done = withdrawal.withdraw(two, release_id(2), reason=REASON)
    assert done.current == current(two) == release_id(1)
    assert not folder.exists()
    assert not list(two.releases.glob(".withdrawn-*"))
    record = next(ledger.records_of(two, bodies.Withdrawal))
    assert record.body.reason == REASON
    assert record.subject["manifest.json"] == record.body.manifest_sha256 == manifest
    assert "mart.duckdb" in record.subject
    found = verify(two)
    assert found.problems == []
    assert any("ingetrokken op" in line and REASON in line for line in found.notices)
    other = independent(two)
    assert other.returncode == 0, other.stdout
    assert f"{release_id(2)} was withdrawn" in other.stdout
    assert release_id(2) not in (two.releases / "feed.json").read_text() or (
        "niet meer aanwezig" in (two.releases / "feed.json").read_text()
    )


def test_an_older_one_goes_and_the_current_stays(two: Settings) -> None:
    assert withdrawal.withdraw(two, release_id(1), reason=REASON).current == release_id(2)
    assert current(two) == release_id(2)
    assert verify(two).problems == []


def test_without_a_release_to_go_back_to_none_holds(two: Settings) -> None:
    withdrawal.withdraw(two, release_id(1), reason=REASON)
    assert withdrawal.withdraw(two, release_id(2), reason=REASON).current is None
    assert current(two) is None
    assert verify(two).problems == []
    assert independent(two).returncode == 0


def test_one_that_rests_on_what_was_erased_does_not_come_back(two: Settings) -> None:
    append(two, "erasure", {"source": "iv3", "sha256": [INPUTS[0].sha256]})
    assert withdrawal.withdraw(two, release_id(2), reason=REASON).current is None


def test_nobody_goes_back_to_it_or_publishes_it_again(two: Settings) -> None:
    withdrawal.withdraw(two, release_id(2), reason=REASON)
    with pytest.raises(ReleaseError, match="ingetrokken op"):
        rollback(two, release_id(2))
    folder = judged_mart(two, 2, value=2.5, previous=1, run="again")
    with pytest.raises(PublishError, match="ingetrokken op"):
        publish_it(two, folder)
    assert current(two) == release_id(1)


@pytest.mark.parametrize(
    "reason", ["", "kort", "van bsn 123456782 af", "vraag het jan@voorbeeld.nl", "bel 06-12345678"]
)
def test_a_reason_that_cannot_be_kept_is_refused(two: Settings, reason: str) -> None:
    with pytest.raises(withdrawal.WithdrawalError, match="reden"):
        withdrawal.withdraw(two, release_id(2), reason=reason)
    assert current(two) == release_id(2)
    assert not list(ledger.records_of(two, bodies.Withdrawal))


def test_what_is_not_there_cannot_be_withdrawn(two: Settings) -> None:
    with pytest.raises(withdrawal.WithdrawalError, match="geen uitgave"):
        withdrawal.withdraw(two, "20200101-000000000000", reason=REASON)


@pytest.mark.parametrize("step", ["point_at", "rename", "rmtree"])
def test_a_kill_on_the_way_is_finished_by_the_next(
    two: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "point_at":
            patch.setattr(withdrawal, "point_at", killed)
        elif step == "rename":
            patch.setattr(Path, "rename", killed)
        else:
            patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            withdrawal.withdraw(two, release_id(2), reason=REASON)
    # What readers see is whole at any moment, and it is told until it is finished.
    assert (two.releases / "current" / "manifest.json").is_file()
    told = [line for line in verify(two).problems if "niet afgemaakt" in line]
    assert len(told) == 1 and f"`datalab withdraw {release_id(2)}` nog eens" in told[0]
    assert told == [one.text for one in doctor.examine(two) if "niet afgemaakt" in one.text]
    assert independent(two).returncode == 5
    monkeypatch.setattr(releases_command, "current_settings", lambda: two)
    for command in ("status", "releases"):
        shown = in_terminal(two, command)
        assert "niet afgemaakt" in shown
        assert "goed" not in [
            word for line in shown.splitlines() if release_id(2) in line for word in line.split()
        ]
    left = [
        path
        for path in two.releases.iterdir()
        if path.name.endswith(release_id(2)) and path.name != release_id(2)
    ]
    permissions.repair(two)
    assert all(path.stat().st_mode & 0o777 == 0o700 for path in left)
    assert len(left) == (step == "rmtree")
    withdrawal.finish(two)
    assert withdrawal.unfinished(two) == {}
    assert current(two) == release_id(1)
    assert not (two.releases / release_id(2)).exists()
    assert not list(two.releases.glob(".withdrawn-*"))
    assert verify(two).problems == []
    assert len(list(ledger.records_of(two, bodies.Withdrawal))) == 1
