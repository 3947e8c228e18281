"""Every attack on the evidence is found: by `datalab verify`, and without this project too."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.audit.verify import verify
from dronten_pipeline.audit.verify_raw import verify_raw
from dronten_pipeline.core.durable import canonical_json, sha256_of
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import anchor, ledger, raw_files, signing, trust
from dronten_pipeline.pipeline.run import alone
from dronten_pipeline.release.errors import NotJudged
from dronten_pipeline.release.rollback import rollback
from tests.conftest import PROJECT, Datalab
from tests.documents import append
from tests.unit.release.marts import judged_mart, publish_it, release_id


def settings_of(folder: Path) -> Settings:
    return Settings(home=folder / "home", anchor=folder / "elsewhere" / "anchor.txt")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases, their records and an anchor: made once, copied for each attack."""
    folder = tmp_path_factory.mktemp("made")
    settings = settings_of(folder)
    publish_it(settings, judged_mart(settings, 1))
    publish_it(settings, judged_mart(settings, 2, value=2.5, previous=1))
    shutil.copytree(settings.public_keys, folder / "elsewhere" / "keys")
    return folder


@pytest.fixture
def attacked(made: Path, tmp_path: Path) -> Iterator[Settings]:
    """What a test attacks; put back afterwards: records name the place of the anchor."""
    original = tmp_path / "original"
    shutil.copytree(made, original, symlinks=True)
    yield settings_of(made)
    shutil.rmtree(made)
    original.rename(made)


def stand_alone(settings: Settings, *arguments: str) -> tuple[int, str]:
    """What `tools/verify.py` says with the keys and the anchor of an auditor."""
    kept = settings.home.parent / "elsewhere"
    ran = subprocess.run(
        [
            sys.executable,
            str(PROJECT / "tools" / "verify.py"),
            str(settings.home),
            "--keys",
            str(kept / "keys"),
            "--anchor",
            str(kept / "anchor.txt"),
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def record(settings: Settings, number: int) -> Path:
    (path,) = settings.ledger.glob(f"{number:06d}-*.json")
    return path


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes what a record says, and leaves the signature as it was."""
    envelope = json.loads(path.read_bytes())
    document = json.loads(base64.b64decode(envelope["payload"]))
    change(document["predicate"])
    envelope["payload"] = base64.b64encode(canonical_json(document)).decode()
    overwrite(path, canonical_json(envelope))


def sign_again(settings: Settings, path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes what a record says, as somebody who has the key can."""
    document = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))
    change(document["predicate"])
    envelope = signing.sign(document, [trust.own_signer(settings)])
    overwrite(path, canonical_json(envelope))


def forge(
    settings: Settings, number: int, kind: str, body: dict[str, Any], signer: signing.Signer
) -> Path:
    """The next record, as somebody makes it who has a key of their own and our program."""
    before = record(settings, number - 1)
    predicate = json.loads(base64.b64decode(json.loads(before.read_bytes())["payload"]))[
        "predicate"
    ]
    predicate |= {"number": number, "kind": kind, "body": body, "previous": sha256_of(before)}
    document = signing.statement({"body": "0" * 64}, ledger.PREDICATE_TYPE, predicate)
    path = settings.ledger / f"{number:06d}-{kind}.json"
    path.write_bytes(canonical_json(signing.sign(document, [signer])))
    signing.add_public_key(settings.public_keys, signer.public)
    return path


def cut_off(settings: Settings, keep: int) -> None:
    for path in settings.ledger.glob("0*.json"):
        if int(path.name[:6]) > keep:
            path.unlink()
    (settings.ledger / ".lock").write_text(str(keep))


# --- attacks on the ledger


def edit_a_record(settings: Settings) -> None:
    edit(record(settings, 1), lambda predicate: predicate["body"].update(verdict="failed"))


def edit_the_last_record(settings: Settings) -> None:
    edit(record(settings, 4), lambda predicate: predicate["body"].update(run_id="x"))


def delete_a_record(settings: Settings) -> None:
    record(settings, 2).unlink()


def swap_two_records(settings: Settings) -> None:
    first, third = record(settings, 1), record(settings, 3)
    a, b = first.read_bytes(), third.read_bytes()
    overwrite(first, b)
    overwrite(third, a)


def rename_two_records(settings: Settings) -> None:
    first, third = record(settings, 1), record(settings, 3)
    first.rename(settings.ledger / "x")
    third.rename(first)
    (settings.ledger / "x").rename(third)


def cut_off_the_end(settings: Settings) -> None:
    cut_off(settings, 2)


def rewrite_the_end_with_the_key(settings: Settings) -> None:
    bodies = [(one.kind, one.body.written()) for one in ledger.read_all(settings).records[2:]]
    cut_off(settings, 2)
    without = settings.model_copy(update={"anchor": None})
    for kind, body in bodies:
        append(without, kind, body | {"run_id": "another"})


def rewrite_one_record_with_the_key(settings: Settings) -> None:
    sign_again(settings, record(settings, 4), lambda one: one["body"].update(run_id="another"))


def rewrite_all_with_another_key(settings: Settings) -> None:
    bodies = [(one.kind, one.body.written()) for one in ledger.read_all(settings).records]
    shutil.rmtree(settings.ledger)
    shutil.rmtree(settings.public_keys)
    settings.own_signing_key.unlink()
    without = settings.model_copy(update={"anchor": None})
    for kind, body in bodies:
        append(without, kind, body)


def replace_the_key(settings: Settings) -> None:
    shutil.rmtree(settings.public_keys)
    settings.own_signing_key.unlink()
    forge(settings, 5, "gate", {"verdict": "passed"}, signing.make_key(settings.own_signing_key))


def replay_an_old_verdict(settings: Settings) -> None:
    shutil.copyfile(record(settings, 1), settings.ledger / "000005-gate.json")


def add_an_unsigned_record(settings: Settings) -> None:
    (settings.ledger / "000005-gate.json").write_bytes(canonical_json({"number": 5}))


def add_a_record_of_a_stranger(settings: Settings) -> None:
    stranger = Settings(home=settings.home.parent / "stranger")
    path = append(stranger, "gate", {"verdict": "passed"}).path
    shutil.copyfile(path, settings.ledger / "000005-gate.json")


def set_the_clock_back_in_silence(settings: Settings) -> None:
    sign_again(
        settings, record(settings, 4), lambda one: one.update(recorded_at="2020-01-01T00:00:00Z")
    )


# --- attacks on the anchor


def delete_the_anchor(settings: Settings) -> None:
    assert settings.anchor is not None
    settings.anchor.unlink()


def empty_the_anchor(settings: Settings) -> None:
    assert settings.anchor is not None
    settings.anchor.write_text("")


def take_a_line_from_the_anchor(settings: Settings) -> None:
    assert settings.anchor is not None
    lines = settings.anchor.read_text().splitlines(keepends=True)
    settings.anchor.write_text("".join(lines[:1] + lines[2:]))


def spoil_a_line_of_the_anchor(settings: Settings) -> None:
    assert settings.anchor is not None
    settings.anchor.write_text(settings.anchor.read_text().replace("2 ", "2  ", 1))


# --- attacks on releases


def change_a_byte_of(name: str) -> Callable[[Settings], None]:
    def attack(settings: Settings) -> None:
        path = settings.releases / release_id(1) / name
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        overwrite(path, bytes(content))

    return attack


def change_figures_and_manifest(settings: Settings) -> None:
    folder = settings.releases / release_id(2)
    change_a_byte_of("csv/figure.csv")(settings)
    path = settings.releases / release_id(1) / "csv" / "figure.csv"
    manifest = json.loads((folder.with_name(release_id(1)) / "manifest.json").read_text())
    manifest["files"]["csv/figure.csv"]["sha256"] = sha256_of(path)
    overwrite(path.parent.parent / "manifest.json", json.dumps(manifest).encode())


def add_a_file(settings: Settings) -> None:
    (settings.releases / release_id(1) / "csv" / "extra.csv").write_text("kpi_id\n")


def remove_a_file(settings: Settings) -> None:
    (settings.releases / release_id(1) / "csv" / "figure.csv").unlink()


def remove_the_current_release(settings: Settings) -> None:
    shutil.rmtree(settings.releases / release_id(2))


def point_elsewhere(settings: Settings) -> None:
    link = settings.releases / "current"
    link.unlink()
    link.symlink_to(release_id(1))


def publish_what_was_held_back(settings: Settings) -> None:
    """Somebody with the key makes a failed judgement look as if it was published."""
    without = settings.model_copy(update={"anchor": None})
    folder = judged_mart(without, 3, value=9.0, previous=2)
    publish_it(without, folder)
    judged = json.loads((settings.releases / "current" / "manifest.json").read_text())
    sign_again(
        settings,
        record(settings, judged["gate_record"]["number"]),
        lambda one: one["body"].update(verdict="failed"),
    )


def make_up_a_release(settings: Settings) -> None:
    source = settings.releases / release_id(1)
    shutil.copytree(source, settings.releases / release_id(3))
    path = settings.releases / release_id(3) / "manifest.json"
    overwrite(path, path.read_bytes().replace(release_id(1).encode(), release_id(3).encode()))


ATTACKS = {
    # what is done, and what `datalab verify` says of it
    edit_a_record: "de handtekening klopt niet",
    edit_the_last_record: "de handtekening klopt niet",
    delete_a_record: "Record 2 ontbreekt",
    swap_two_records: "een ander dan zijn naam zegt",
    rename_two_records: "een ander dan zijn naam zegt",
    cut_off_the_end: "Het anker noemt record 3",
    rewrite_the_end_with_the_key: "het is later herschreven",
    rewrite_one_record_with_the_key: "het is later herschreven",
    rewrite_all_with_another_key: "Volgens het anker tekende sleutel",
    replace_the_key: "onbekende sleutel",
    replay_an_old_verdict: "een ander dan zijn naam zegt",
    add_an_unsigned_record: "geen ondertekende envelop",
    add_a_record_of_a_stranger: "onbekende sleutel",
    set_the_clock_back_in_silence: "en zegt dat niet",
    delete_the_anchor: "is er niet",
    empty_the_anchor: "is leeg",
    take_a_line_from_the_anchor: "regels uit het anker gehaald",
    spoil_a_line_of_the_anchor: "onleesbaar",
    change_a_byte_of("mart.duckdb"): "mart.duckdb is veranderd",
    change_a_byte_of("csv/figure.csv"): "csv/figure.csv is veranderd",
    change_a_byte_of("parquet/figure.parquet"): "parquet/figure.parquet is veranderd",
    change_figures_and_manifest: "manifest is niet dat van record",
    add_a_file: "csv/extra.csv is later toegevoegd",
    remove_a_file: "csv/figure.csv ontbreekt",
    remove_the_current_release: "is weg",
    point_elsewhere: "volgens het logboek geldt",
    make_up_a_release: "het logboek kent haar niet",
    publish_what_was_held_back: "is niet het oordeel dat zij noemt",
}


def test_what_was_not_attacked_is_sound(attacked: Settings) -> None:
    found = verify(attacked)
    assert found.problems == []
    assert found.head is not None
    head = f"{found.head.number}:{found.head.sha256}"
    assert verify(attacked, head).problems == []
    assert stand_alone(attacked, "--head", head)[0] == 0


@pytest.mark.parametrize(
    ("attack", "says"),
    ATTACKS.items(),
    ids=[f"{attack.__name__}-{number}" for number, attack in enumerate(ATTACKS)],
)
def test_an_attack_is_found(
    attacked: Settings, attack: Callable[[Settings], None], says: str
) -> None:
    attack(attacked)
    assert any(says in problem for problem in verify(attacked).problems)
    code, said = stand_alone(attacked)
    assert code == 5, said
    assert "WRONG" in said


def test_without_the_name_of_the_anchor_the_ledger_says_that_there_was_one(
    attacked: Settings,
) -> None:
    problems = verify(attacked.model_copy(update={"anchor": None})).problems
    assert any("DATALAB_ANCHOR is niet gezet" in problem for problem in problems)


def test_a_head_that_was_written_down_shows_a_rewritten_record_without_an_anchor(
    tmp_path: Path,
) -> None:
    settings = Settings(home=tmp_path / "home")
    written_down = [append(settings, "gate", {"n": n}) for n in range(3)][1]
    cut_off(settings, 1)
    append(settings, "gate", {"n": "another"})
    assert verify(settings).problems == []
    found = verify(settings, f"{written_down.number}:{written_down.sha256}")
    assert any("later herschreven" in problem for problem in found.problems)
    gone = verify(settings, f"7:{written_down.sha256}")
    assert any("niet (meer)" in problem for problem in gone.problems)


def test_an_old_verdict_does_not_publish_a_new_file(attacked: Settings) -> None:
    folder = judged_mart(attacked, 3, value=9.9, previous=2, verdict="failed")
    replay_old = attacked.ledger / "000006-gate.json"
    shutil.copyfile(record(attacked, 1), replay_old)
    with pytest.raises(NotJudged):
        publish_it(attacked, folder)


def test_a_verdict_that_a_stranger_signed_does_not_publish(
    attacked: Settings, tmp_path: Path
) -> None:
    stranger = Settings(home=tmp_path / "stranger")
    folder = judged_mart(stranger, 3, previous=2)
    for path in stranger.ledger.glob("*.json"):
        shutil.copyfile(path, attacked.ledger / "000005-gate.json")
    with pytest.raises(NotJudged):
        publish_it(attacked, folder)


def test_a_rollback_is_what_the_ledger_says(attacked: Settings) -> None:
    rollback(attacked, release_id(1))
    assert verify(attacked).problems == []
    assert stand_alone(attacked)[0] == 0


def test_a_gone_anchor_is_not_begun_anew(attacked: Settings) -> None:
    delete_the_anchor(attacked)
    with pytest.raises(ledger.LedgerError, match="is er niet meer"):
        append(attacked, "gate", {})
    assert not (attacked.ledger / "000005-gate.json").exists()


def test_a_kill_between_a_record_and_its_line_is_made_up_for(attacked: Settings) -> None:
    assert attacked.anchor is not None
    lines = attacked.anchor.read_text().splitlines(keepends=True)
    attacked.anchor.write_text("".join(lines[:-1]))
    assert verify(attacked).problems == []
    append(attacked, "gate", {})
    assert verify(attacked).problems == []
    assert len(attacked.anchor.read_text().splitlines()) == 5
    assert stand_alone(attacked)[0] == 0


@pytest.mark.parametrize("step", ["point_at", "record_publication"])
def test_a_publication_that_was_killed_is_no_attack(
    attacked: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"dronten_pipeline.release.publish.{step}", killed)
        with pytest.raises(KeyboardInterrupt):
            publish_it(attacked, judged_mart(attacked, 3, value=3.5, previous=2))
    assert verify(attacked).problems == []
    code, said = stand_alone(attacked)
    assert code == 0, said
    assert f"NOTE: {release_id(3)} was not written down yet" in said
    # What it says must still be what was judged.
    overwrite(attacked.releases / release_id(3) / "csv" / "figure.csv", b"kpi_id\n")
    assert any("het logboek kent haar niet" in one for one in verify(attacked).problems)
    assert stand_alone(attacked)[0] != 0


def test_a_line_that_a_full_disk_cut_off_is_made_up_for(attacked: Settings) -> None:
    assert attacked.anchor is not None
    whole = attacked.anchor.read_text()
    attacked.anchor.write_text(whole[:-90])
    assert verify(attacked).problems == []
    assert stand_alone(attacked)[0] == 0
    append(attacked, "gate", {})
    assert attacked.anchor.read_text().startswith(f"{whole[:-90]}\n{whole.splitlines()[-1]}\n")
    assert verify(attacked).problems == []
    assert stand_alone(attacked)[0] == 0


@pytest.mark.parametrize("number", [1, -1], ids=["in-the-middle", "at-the-end"])
def test_a_line_that_was_changed_by_hand_is_found(attacked: Settings, number: int) -> None:
    assert attacked.anchor is not None
    lines = attacked.anchor.read_text().splitlines(keepends=True)
    lines[number] = lines[number][:20] + "x\n"
    attacked.anchor.write_text("".join(lines))
    assert any("onleesbaar" in problem for problem in verify(attacked).problems)
    assert "cannot be read" in stand_alone(attacked)[1]


def test_with_a_full_anchor_no_second_record_is_left_without_its_line(
    attacked: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("this system has no /dev/full")
    assert attacked.anchor is not None
    lines = attacked.anchor.read_text()
    with monkeypatch.context() as patched:
        whole = Path.open

        def opened(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
            return whole(full if (path, mode) == (attacked.anchor, "ab") else path, mode, *rest)

        patched.setattr(Path, "open", opened)
        for _ in range(3):
            with pytest.raises(ledger.LedgerError, match="de schijf is vol"):
                append(attacked, "gate", {})
    assert attacked.anchor.read_text() == lines
    assert len(list(attacked.ledger.glob("*.json"))) == len(lines.splitlines()) + 1
    assert verify(attacked).problems == []
    append(attacked, "gate", {})
    assert verify(attacked).problems == []
    assert stand_alone(attacked)[0] == 0


def test_the_anchor_may_be_a_folder_and_may_begin_later(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    append(settings, "gate", {})
    (tmp_path / "share").mkdir()
    settings = Settings(home=tmp_path / "home", anchor=tmp_path / "share")
    append(settings, "gate", {})
    assert (tmp_path / "share" / anchor.NAME).read_text().startswith("2 ")
    assert verify(settings).problems == []


def test_an_anchor_that_cannot_be_written_stops_before_the_record(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(home=tmp_path / "home", anchor=tmp_path / "file" / "anchor.txt")
    with pytest.raises(ledger.LedgerError, match="anker"):
        append(settings, "gate", {})
    assert not list(settings.ledger.glob("0*"))


def test_the_clock_that_went_back_is_a_notice(
    attacked: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_now", lambda: dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    append(attacked, "gate", {})
    found = verify(attacked)
    assert found.problems == []
    assert any("De klok liep" in notice for notice in found.notices)
    assert stand_alone(attacked)[0] == 0


def test_what_was_read_before_it_was_recorded_is_named_once_per_table(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    folder = settings.raw / "files"
    folder.mkdir(parents=True)
    files = []
    for number in (1, 2):
        for what in ("accepted", "rejected"):
            path = folder / f"{number}-{what}.parquet"
            path.write_bytes(b"rows")
            files.append(
                {"source": "audit", "table": "pages", "what": what, "path": f"files/{path.name}"}
                | {"sha256": sha256_of(path), "rows": 1, "number": number}
                | {"delivered_sha256": f"{number}" * 64, "is_found": True}
            )
    raw_files.record(settings, run_id="r", source="audit", files=files)
    (said,) = verify_raw(settings, []).notices
    assert "vergeleken: audit/pages (2 leveringen, 4 bestanden). Een run leest opnieuw" in said


def test_a_run_that_is_under_way_is_said(attacked: Settings) -> None:
    with alone(attacked, "a run"):
        assert any("run bezig" in notice for notice in verify(attacked).notices)
    assert not any("run bezig" in notice for notice in verify(attacked).notices)


AS_NOBODY = """
import os, sys
from pathlib import Path
from dronten_pipeline.ledger import ledger
from tests.documents import append
from dronten_pipeline.core.settings import Settings
from tests.documents import append
settings = Settings(home=Path(sys.argv[1]))
os.setgid(65534)
os.setuid(65534)
try:
    append(settings, "gate", {})
except ledger.LedgerError as error:
    print(error)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_without_the_key_adds_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    append(settings, "gate", {})
    for path in [tmp_path, *tmp_path.parents]:
        if path.stat().st_uid == os.getuid() and path != Path("/") and path != Path("/tmp"):
            path.chmod(0o755)
    # All that would keep another account out but the key itself.
    for path in [settings.home, *settings.home.rglob("*")]:
        if path != settings.own_signing_key:
            path.chmod(0o777 if path.is_dir() else 0o666)
    ran = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(settings.home)],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert "signing.key is niet te lezen" in ran.stdout
    assert [path.name for path in settings.ledger.glob("0*")] == ["000001-gate.json"]


TWICE = """
import sys
from pathlib import Path
from dronten_pipeline.core.settings import Settings
from tests.documents import append
settings = Settings(home=Path(sys.argv[1]), anchor=Path(sys.argv[2]))
for n in range(20):
    append(settings, "gate", {"n": n})
"""


def test_two_that_write_at_once_leave_a_sound_ledger(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", anchor=tmp_path / "anchor.txt")
    command = [sys.executable, "-c", TWICE, str(settings.home), str(settings.anchor)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    writers = [subprocess.Popen(command, env=environment) for _ in range(2)]
    while any(writer.poll() is None for writer in writers):
        assert verify(settings).problems == []
    assert [writer.returncode for writer in writers] == [0, 0]
    assert [one.number for one in ledger.read_all(settings).records] == list(range(1, 41))
    assert verify(settings).problems == []


def test_records_are_verified_within_a_few_times_what_reading_them_takes(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    # As large as a judgement of the sample: 400 results and 130 deliveries.
    body = {"verdict": "passed", "results": [{"rule": f"rule_{n}" * 30} for n in range(600)]}
    append(settings, "gate", body)
    for _ in range(99):
        append(settings, "gate", body)
    started = time.process_time()
    for path in settings.ledger.glob("*.json"):
        hashlib.sha256(path.read_bytes()).digest()
        json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))
    reading = time.process_time() - started
    assert verify(settings).problems == []
    verifying = time.process_time() - started - reading
    assert verifying < 25 * reading, f"{verifying:.2f} s beside {reading:.2f} s"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["verify"], 0, "Alles klopt"),
        (["verify", "--json"], 0, '"sound": true'),
        (["verify", "--head", "x"], 1, "NUMMER:SHA256"),
        (["keys"], 0, "BEGIN PUBLIC KEY"),
    ],
    ids=["verify", "json", "a strange head", "keys"],
)
def test_the_commands_answer_in_dutch(
    attacked: Settings, datalab: Datalab, arguments: list[str], code: int, says: str
) -> None:
    ran = datalab(*arguments, home=attacked.home, anchor=attacked.anchor)
    assert ran.returncode == code, ran.stderr
    assert says in ran.stdout + ran.stderr


def test_an_attack_ends_the_command_with_5(attacked: Settings, datalab: Datalab) -> None:
    edit_a_record(attacked)
    ran = datalab("verify", home=attacked.home, anchor=attacked.anchor)
    assert ran.returncode == 5
    assert "Er klopt iets niet" in ran.stdout


def test_a_new_key_is_made_and_made_known(attacked: Settings, datalab: Datalab) -> None:
    new = attacked.home.parent / "new.key"
    about = {"home": attacked.home, "anchor": attacked.anchor, "signing_key": new}
    assert datalab("keys", "--make", str(new), **about).returncode == 0
    assert datalab("keys", "--trust", **about).returncode == 0
    settings = attacked.model_copy(update={"signing_key": new})
    assert append(settings, "gate", {}).number == 6
    found = verify(settings)
    assert found.problems == []
    assert any("bekend gemaakt in record 5" in line for line in found.checked)
    # An auditor who was given the first key only can follow how the second came.
    code, said = stand_alone(settings)
    assert (code, "was introduced in record 5" in said) == (0, True), said


@pytest.mark.skipif(shutil.which("jq") is None, reason="the page of the auditor uses jq")
def test_the_commands_on_the_page_of_the_auditor_work(attacked: Settings, tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "auditor.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"((?:^    .*\n)*^    openssl pkeyutl.*\n(?:^    .*\n)*)", page, re.M)
    (key,) = attacked.public_keys.glob("*.pem")
    shutil.copyfile(key, tmp_path / "SLEUTEL.pem")
    shutil.copyfile(str(attacked.anchor), tmp_path / "ANKER")
    shutil.copytree(attacked.ledger, tmp_path / "ledger")
    commands = block.replace("000002-gate", record(attacked, 2).stem)
    ran = subprocess.run(
        ["bash", "-euc", commands], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    records = ledger.read_all(attacked).records
    assert "Signature Verified Successfully" in ran.stdout
    assert records[0].key_id in ran.stdout
    assert f'"previous": "{records[0].sha256}"' in ran.stdout
    assert f"{records[0].sha256}  ledger/" in ran.stdout
    assert f"2 {records[1].sha256}" in ran.stdout


def test_the_stand_alone_check_knows_nothing_of_the_project() -> None:
    path = PROJECT / "tools" / "verify.py"
    assert "dronten_pipeline" not in path.read_text(encoding="utf-8")
    assert importlib.util.spec_from_file_location("verify", path) is not None
