"""A definition is ratified by its owner's signature, as it was then, and by nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dronten_pipeline.audit.verify import verify
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.ledger import bodies, ledger, ratification, signing
from dronten_pipeline.ledger.introduce import introduce_approver
from dronten_pipeline.ledger.ratification import RatificationError, in_force, ratify
from tests.documents import append

KPI, OWNER = "callbacks_late", "Dienstverlening"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project of its own, so that what was agreed can be changed."""
    for name in ("seeds", "models/kpi"):
        shutil.copytree(PROJECT / "dbt_project" / name, tmp_path / "dbt_project" / name)
    shutil.copytree(PROJECT / "expectations", tmp_path / "expectations")
    made = Settings(
        home=tmp_path / "home",
        dbt_project=tmp_path / "dbt_project",
        expectations=tmp_path / "expectations",
    )
    append(made, "gate", {})  # the first record, by the key of the pipeline
    return made


def make_key(settings: Settings, name: str, *, lies: bool = True) -> Path:
    path = settings.home / "secret" / f"{name}.key"
    signer = signing.make_key(path)
    if lies:
        settings.approvers_folder.mkdir(exist_ok=True)
        (settings.approvers_folder / f"{name}.pem").write_bytes(signer.public.pem())
    return path


@pytest.fixture
def owner(settings: Settings) -> Path:
    key = make_key(settings, "eigenaar")
    introduce_approver(settings, "eigenaar")
    return key


def change(settings: Settings, file: str, old: str, new: str) -> None:
    path = settings.dbt_project / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_is_ratified_until_an_owner_signs(settings: Settings, owner: Path) -> None:
    assert in_force(settings) == {}
    done = ratify(settings, KPI, by=" dienstverlening", key=owner)
    assert in_force(settings) == {KPI: done}
    assert (done.ratified_by, done.signed_by) == (OWNER, "eigenaar")
    record = ledger.last_record(settings)
    assert record is not None
    assert (record.number, record.kind) == (done.record, "ratification")
    assert record.subject == {KPI: done.definition_sha256}
    assert verify(settings).problems == []
    with pytest.raises(RatificationError, match="al bekrachtigd"):
        ratify(settings, KPI, by=OWNER, key=owner)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("seeds/kpi_register.csv", "Terugbelverzoeken buiten termijn", "Te late verzoeken"),
        (
            "seeds/kpi_definition.csv",
            "om terug te bellen dat niet op tijd",
            "om te bellen dat niet",
        ),
        ("seeds/kpi_target.csv", "callbacks_late,2025,<=,15", "callbacks_late,2025,<=,16"),
        ("models/kpi/kpi_callbacks_late.sql", "{{", "{{ "),
    ],
    ids=["register", "definition", "target", "sql"],
)
def test_any_change_makes_it_unratified_and_undoing_it_ratified_again(
    settings: Settings, owner: Path, file: str, old: str, new: str
) -> None:
    done = ratify(settings, KPI, by=OWNER, key=owner)
    ratify(settings, "service_rating", by=OWNER, key=owner)
    before = (settings.dbt_project / file).read_text(encoding="utf-8")
    change(settings, file, old, new)
    assert set(in_force(settings)) == {"service_rating"}
    (settings.dbt_project / file).write_text(before, encoding="utf-8")
    assert in_force(settings)[KPI] == done


def test_a_changed_definition_is_ratified_anew(settings: Settings, owner: Path) -> None:
    first = ratify(settings, KPI, by=OWNER, key=owner)
    change(
        settings, "seeds/kpi_target.csv", "callbacks_late,2025,<=,15", "callbacks_late,2025,<=,9"
    )
    second = ratify(settings, KPI, by=OWNER, key=owner)
    assert in_force(settings) == {KPI: second}
    assert second.record > first.record


def test_only_the_owner_of_a_known_kpi(settings: Settings, owner: Path) -> None:
    with pytest.raises(RatificationError, match="Er is geen KPI callbacks_early"):
        ratify(settings, "callbacks_early", by=OWNER, key=owner)
    with pytest.raises(RatificationError, match=f"is van {OWNER}, niet van KCC"):
        ratify(settings, KPI, by="KCC", key=owner)
    assert in_force(settings) == {}


def test_a_key_that_nobody_introduced_signs_nothing(settings: Settings) -> None:
    for name, lies in (("vreemde", True), ("thuis", False)):
        with pytest.raises(RatificationError, match="niet bekend gemaakt"):
            ratify(settings, KPI, by=OWNER, key=make_key(settings, name, lies=lies))
    with pytest.raises(RatificationError, match="de keten zelf"):
        ratify(settings, KPI, by=OWNER, key=settings.own_signing_key)
    with pytest.raises(RatificationError, match="is niet te lezen"):
        ratify(settings, KPI, by=OWNER, key=settings.home / "weg.key")
    assert ledger.last_record(settings).number == 1  # type: ignore[union-attr]


def forged(settings: Settings, key: Path, **otherwise: str) -> None:
    """A record as `ratify` would make it, by whoever may write in the ledger."""
    digest = ratification.definition_sha256(ratification.definitions.agreed(settings), KPI)
    said = {
        "kpi_id": KPI,
        "definition_version": "1",
        "ratified_by": OWNER,
        "ratified_on": "2026-03-17",
        "signed_by": "eigenaar",
    }
    statement = signing.statement({KPI: digest}, ratification.PREDICATE_TYPE, said)
    envelope = signing.sign(statement, [signing.read_signer(key)])
    body = {**said, "definition_sha256": digest, "envelope": envelope, **otherwise}
    append(settings, "ratification", body)


def test_a_forged_record_counts_for_nothing_and_is_named(settings: Settings, owner: Path) -> None:
    forged(settings, make_key(settings, "vreemde"))
    forged(settings, settings.own_signing_key)
    forged(settings, owner, ratified_by="Gemeenteraad")
    forged(settings, owner, definition_sha256="0" * 64)
    assert in_force(settings) == {}
    named = [line for line in verify(settings).notices if line.startswith("Bekrachtiging ")]
    assert len(named) == 4
    forged(settings, owner)
    assert set(in_force(settings)) == {KPI}


def test_a_signature_from_before_the_introduction_does_not_count(settings: Settings) -> None:
    key = make_key(settings, "eigenaar")
    forged(settings, key)
    introduce_approver(settings, "eigenaar")
    assert in_force(settings) == {}


def test_a_signature_stays_when_the_owner_leaves(settings: Settings, owner: Path) -> None:
    done = ratify(settings, KPI, by=OWNER, key=owner)
    (settings.approvers_folder / "eigenaar.pem").unlink()
    assert in_force(settings) == {KPI: done}
    with pytest.raises(RatificationError, match="niet bekend gemaakt"):
        ratify(settings, "service_rating", by=OWNER, key=owner)


def test_what_one_owner_signed_of_one_kpi_is_no_signature_of_another(
    settings: Settings, owner: Path
) -> None:
    done = ratify(settings, KPI, by=OWNER, key=owner)
    record = ledger.read_record(settings, done.record, bodies.Ratification)
    assert record is not None
    append(settings, "ratification", {**record.body.written(), "kpi_id": "service_rating"})
    assert in_force(settings) == {KPI: done}
