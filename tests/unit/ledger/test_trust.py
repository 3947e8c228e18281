"""A key counts because an older key introduced it, not because its file lies there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dronten_pipeline.audit.verify import verify
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import bodies, introduce, ledger, signing, trust
from tests.conftest import PROJECT
from tests.documents import a_body, append
from tests.unit.audit.test_verify import forge


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a few records, the rule in force (a record `ingest`)."""
    settings = Settings(home=tmp_path / "home", anchor=tmp_path / "anchor.txt")
    append(settings, "ingest", {"run_id": "1", "source": "a", "files": [], "replaced": []})
    append(settings, "gate", {"verdict": "failed"})
    return settings


def stand_alone(settings: Settings) -> tuple[int, str]:
    """What `tools/verify.py` says with every key that lies in the home: the worst there is."""
    ran = subprocess.run(
        [
            sys.executable,
            str(PROJECT / "tools" / "verify.py"),
            str(settings.home),
            "--keys",
            str(settings.public_keys),
            *(["--anchor", str(settings.anchor)] if settings.anchor else []),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def another(settings: Settings, name: str = "new") -> Settings:
    """The same home with another key to sign with."""
    path = settings.home.parent / f"{name}.key"
    signing.make_key(path)
    return settings.model_copy(update={"signing_key": path})


def stranger(settings: Settings) -> signing.Signer:
    return signing.make_key(settings.home.parent / "stranger.key")


def test_a_key_that_lies_there_makes_no_forged_record_sound(settings: Settings) -> None:
    forge(settings, 3, "gate", {"verdict": "passed"}, stranger(settings))
    assert len(list(settings.public_keys.glob("*.pem"))) == 2
    found = verify(settings)
    assert any("000003-gate.json is niet te geloven" in one for one in found.problems)
    assert any(
        ".pem ligt bij de openbare sleutels en wordt niet geloofd" in n for n in found.notices
    )
    assert ledger.read_record(settings, 3, bodies.Body) is None
    assert next(ledger.records_of(settings, bodies.Gate)).number == 2
    code, said = stand_alone(settings)
    assert (code, "000003-gate.json: unknown key" in said) == (5, True), said


def test_a_key_cannot_introduce_itself(settings: Settings) -> None:
    """The record is there, whole and signed; but by the key that it is about."""
    signer = stranger(settings)
    body = {"key_id": signer.key_id, "public": signer.public.pem().decode()}
    for more in ({}, {"by": signer.key_id}):
        forge(settings, 3, "key", body | more, signer).chmod(0o644)
        assert signer.key_id not in trust.trust(settings).keys
        assert any("000003-key.json is niet te geloven" in one for one in verify(settings).problems)
        code, said = stand_alone(settings)
        assert (code, "000003-key.json: unknown key" in said) == (5, True), said


def test_nothing_is_signed_with_a_key_that_nobody_introduced(settings: Settings) -> None:
    other = another(settings)
    signing.add_public_key(settings.public_keys, signing.read_signer(other.signing_key).public)
    with pytest.raises(ledger.LedgerError, match="Geen oudere sleutel maakte"):
        append(other, "gate", {})


def test_an_older_key_introduces_the_next(settings: Settings) -> None:
    second = another(settings, "second")
    record = introduce.introduce_key(second)
    assert record is not None
    assert record.key_id == signing.read_signer(settings.own_signing_key).key_id
    assert introduce.introduce_key(second) is None
    third = another(settings, "third")
    with pytest.raises(introduce.IntroductionError, match="zelf niet bekend"):
        introduce.introduce_key(third, third.signing_key)
    introduce.introduce_key(third, second.signing_key)
    append(third, "gate", {})
    assert verify(third).problems == []
    # The file is a convenience: the record holds the key.
    for path in settings.public_keys.glob("*.pem"):
        if path.stem[:16] != trust.trust(settings).root[:16]:
            path.unlink()
    assert verify(third).problems == []
    code, said = stand_alone(third)
    assert code == 0, said
    assert said.count("was introduced in record") == 2


def test_a_key_counts_from_its_introduction_on(settings: Settings) -> None:
    """What it signed before that, it had no right to sign."""
    second = another(settings)
    signer = signing.read_signer(second.signing_key)
    forge(settings, 3, "gate", {"verdict": "passed"}, signer)
    introduce.introduce_key(second)
    assert ledger.read_record(settings, 3, bodies.Body) is None
    assert append(second, "gate", {}).number == 5
    assert any("000003-gate.json" in one for one in verify(second).problems)
    assert stand_alone(second)[0] == 5


def test_without_the_old_key_no_other_comes_in(settings: Settings) -> None:
    settings.own_signing_key.unlink()
    other = another(settings)
    with pytest.raises(introduce.IntroductionError, match="oudere sleutel"):
        introduce.introduce_key(other)


def test_the_anchor_vouches_for_the_first_key(settings: Settings) -> None:
    assert trust.trust(settings).confirmed == "anchor"
    assert any("die van het anker" in line for line in verify(settings).checked)
    lines = settings.anchor.read_text().split("\n")
    lines[0] = lines[0][:-64] + "0" * 64
    settings.anchor.write_text("\n".join(lines))
    assert any("Volgens het anker" in one for one in verify(settings).problems)
    assert "another key signed record 1" in stand_alone(settings)[1]


def test_without_an_anchor_a_person_vouches_for_the_first_key_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    append(settings, "ingest", {"run_id": "1", "source": "a", "files": [], "replaced": []})
    assert any("door niemand bevestigd" in line for line in verify(settings).checked)
    assert any("keys --trust" in line for line in verify(settings).notices)
    assert introduce.introduce_key(settings) is not None
    assert introduce.introduce_key(settings) is None
    found = verify(settings)
    assert found.problems == []
    assert any("met de hand bevestigd in record 2" in line for line in found.checked)
    assert stand_alone(settings)[0] == 0


def test_public_keys_that_are_gone_come_back_with_the_private_key_only(settings: Settings) -> None:
    shutil.rmtree(settings.public_keys)
    assert append(settings, "gate", {}).number == 3
    assert verify(settings).problems == []
    shutil.rmtree(settings.public_keys)
    with pytest.raises(ledger.LedgerError, match="Geen oudere sleutel maakte"):
        append(another(settings), "gate", {})


def test_a_ledger_from_before_the_rule_goes_on(tmp_path: Path) -> None:
    """Then, a new key made itself known; it stays believed, and verify names it."""
    settings = Settings(home=tmp_path / "home")
    append(settings, "gate", {})
    second = another(settings)
    signer = signing.read_signer(second.signing_key)
    forge(
        settings,
        2,
        "key",
        {"key_id": signer.key_id, "public": signer.public.pem().decode()},
        signer,
    )
    forge(settings, 3, "gate", a_body("gate").written(), signer)
    # An anchor is given with the first record only: these are of a home without.
    append(second, "ingest", {"run_id": "1", "source": "a", "files": [], "replaced": []})
    found = verify(second)
    assert found.problems == []
    assert any("maakte in record 2 zichzelf bekend" in one for one in found.notices)
    code, said = stand_alone(second)
    assert (code, "introduced itself in record 2" in said) == (0, True), said


# --- approvers


def approver(settings: Settings, name: str, signer: signing.Signer | None = None) -> signing.Signer:
    signer = signer or signing.make_key(settings.home.parent / f"{name}.key")
    settings.approvers_folder.mkdir(exist_ok=True)
    (settings.approvers_folder / f"{name}.pem").write_bytes(signer.public.pem())
    return signer


def test_an_approver_counts_by_a_record(settings: Settings) -> None:
    signer = approver(settings, "b.tweede")
    assert trust.trust(settings).approvers == {}
    introduce.introduce_approver(settings, "b.tweede")
    (known,) = trust.trust(settings).approvers.values()
    assert (known.name, known.key.key_id) == ("b.tweede", signer.key_id)
    assert any("b.tweede mag goedkeuren sinds record 3" in one for one in verify(settings).notices)
    assert stand_alone(settings)[0] == 0


def test_one_key_is_one_person(settings: Settings) -> None:
    signer = approver(settings, "b.tweede")
    introduce.introduce_approver(settings, "b.tweede")
    approver(settings, "c.derde", signer)
    with pytest.raises(introduce.IntroductionError, match=r"al van b\.tweede"):
        introduce.introduce_approver(settings, "c.derde")
    # Nor does a record that somebody with the key of the pipeline makes.
    body = {"key_id": signer.key_id, "public": signer.public.pem().decode()}
    append(settings, "approver", body | {"name": "c.derde"})
    assert [one.name for one in trust.trust(settings).approvers.values()] == ["b.tweede"]


def test_the_pipeline_is_no_person(settings: Settings) -> None:
    own = signing.read_signer(settings.own_signing_key)
    approver(settings, "robot", own)
    with pytest.raises(introduce.IntroductionError, match="tekent de keten zelf"):
        introduce.introduce_approver(settings, "robot")
    body = {"key_id": own.key_id, "public": own.public.pem().decode(), "name": "robot"}
    append(settings, "approver", body)
    assert trust.trust(settings).approvers == {}


def test_nobody_is_made_known_without_a_file(settings: Settings) -> None:
    with pytest.raises(introduce.IntroductionError, match="laat de beheerder"):
        introduce.introduce_approver(settings, "niemand")


def test_an_approver_that_a_stranger_introduced_does_not_count(settings: Settings) -> None:
    signer = approver(settings, "b.tweede")
    body = {"key_id": signer.key_id, "public": signer.public.pem().decode(), "name": "b.tweede"}
    forge(settings, 3, "approver", body, stranger(settings))
    assert trust.trust(settings).approvers == {}
    assert json.loads((settings.ledger / "000003-approver.json").read_text())
