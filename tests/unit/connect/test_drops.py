"""Files that others put ready: a real OpenSSH, an S3 of moto, a mounted share."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.connect import stores
from dronten_pipeline.connect.errors import MayPass, PullError, Refused, Unchangeable
from dronten_pipeline.connect.kinds import drops
from dronten_pipeline.connect.pull import try_login
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.core.settings import PROJECT
from tests import other_servers
from tests.postgres_server import PASSWORD, NoServer
from tests.unit.connect.pulled import Home, given

SOURCE = "finance_invoices"
FIRST = b"factuur_id;verzonden_op;qr_code\nF1;2026-01-02;ja\n"
UBL = (PROJECT / "tests" / "chain" / "by_hand" / SOURCE / "factuur.xml").read_bytes()
BUCKET = "leverancier"


@pytest.fixture(scope="module")
def openssh() -> Iterator[other_servers.SftpServer]:
    try:
        with other_servers.openssh() as server:
            yield server
    except NoServer as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server
    server.stop()


class Drop:
    """A folder of the other party, and a home that takes from it."""

    def __init__(self, home: Home, put: Callable[[str, bytes], None]) -> None:
        self.home, self.put = home, put


@pytest.fixture(params=["share", "sftp", "s3"])
def drop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drop:
    if request.param == "s3":
        return in_bucket(request.getfixturevalue("s3"), tmp_path, monkeypatch)
    if request.param == "sftp":
        return on_server(request.getfixturevalue("openssh"), tmp_path, monkeypatch)
    return in_share(tmp_path)


def connector(store: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "drops", "store": store, "settle_seconds": 0.1} | more


def in_share(tmp_path: Path) -> Drop:
    folder = tmp_path / "share"
    folder.mkdir()
    store = {"kind": "share", "folder": str(folder)}
    return Drop(Home(tmp_path, SOURCE, connector(store)), written_in(folder))


def on_server(
    server: other_servers.SftpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Drop:
    folder = server.folder / "drop"
    shutil.rmtree(folder)
    folder.mkdir()
    given(monkeypatch, SOURCE, key=server.key.read_text())
    store = {
        "kind": "sftp",
        "server": "127.0.0.1",
        "port": server.port,
        "user": server.user,
        "host_key": server.host_key,
        "folder": str(folder),
    }
    return Drop(Home(tmp_path, SOURCE, connector(store)), written_in(folder))


def in_bucket(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drop:
    import boto3

    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    given(monkeypatch, SOURCE, access_key="toegang", secret_key=PASSWORD)
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="toegang",
        aws_secret_access_key=PASSWORD,
    )
    client.create_bucket(Bucket=BUCKET)
    for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=one["Key"])
    client.put_object(Bucket=BUCKET, Key="elders/outgoing_geheim.csv", Body=FIRST)
    client.put_object(Bucket=BUCKET, Key="uit/dieper/outgoing_geheim.csv", Body=FIRST)
    store = {"kind": "s3", "address": address, "bucket": BUCKET, "prefix": "uit/"}

    def put(name: str, content: bytes) -> None:
        client.put_object(Bucket=BUCKET, Key=f"uit/{name}", Body=content)

    return Drop(Home(tmp_path, SOURCE, connector(store)), put)


def written_in(folder: Path) -> Callable[[str, bytes], None]:
    def put(name: str, content: bytes) -> None:
        path = folder / name
        path.write_bytes(content)
        # A file that is replaced within one second shows it in its size or not at all over SFTP.
        moment = path.stat().st_mtime_ns + 2_000_000_000 * (len(content) % 7)
        os.utime(path, ns=(moment, moment))

    return put


def test_files_land_as_they_are_and_once(drop: Drop) -> None:
    drop.put("outgoing_2026.csv", FIRST)
    drop.put("factuur 17.xml", UBL)
    drop.put("outgoing_half.csv.part", FIRST)
    drop.put(".verborgen.csv", FIRST)
    assert drop.home.pull().landed == ("factuur 17.xml", "outgoing_2026.csv")
    assert (drop.home.landing / "outgoing_2026.csv").read_bytes() == FIRST
    assert drop.home.pull().landed == ()
    assert drop.home.landed == ["factuur 17.xml", "outgoing_2026.csv"]
    assert drop.home.ingested() == ("current", 2, 0)


def test_a_file_that_changed_lands_beside_the_one_before(drop: Drop) -> None:
    drop.put("outgoing.csv.gz", FIRST)
    drop.home.pull()
    drop.put("outgoing.csv.gz", FIRST + b"F2;2026-01-03;nee\n")
    (name,) = drop.home.pull().landed
    assert name.startswith("outgoing_20") and name.endswith("Z.csv.gz")
    assert (drop.home.landing / "outgoing.csv.gz").read_bytes() == FIRST


def test_a_file_that_still_grows_waits(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("outgoing.csv", FIRST)
    drop.put("outgoing_2.csv", FIRST)
    monkeypatch.setattr(drops, "_wait", lambda *_: drop.put("outgoing.csv", FIRST * 2))
    outcome = drop.home.pull()
    assert outcome.landed == ("outgoing_2.csv",)
    assert outcome.counted["bestanden die nog veranderen"] == 1
    monkeypatch.setattr(drops, "_wait", lambda *_: None)
    assert drop.home.pull().landed == ("outgoing.csv",)


def test_a_file_that_changes_while_it_is_copied_lands_nothing(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.put("outgoing.csv", FIRST)
    name = drops._name

    def and_changed(found: stores.Found, session: Any) -> str:
        drop.put("outgoing.csv", FIRST * 3)
        return name(found, session)

    monkeypatch.setattr(drops, "_name", and_changed)
    with pytest.raises(MayPass, match="terwijl het werd gekopieerd"):
        drop.home.pull()
    monkeypatch.setattr(drops, "_name", name)
    assert drop.home.pull().landed == ("outgoing.csv",)


def test_a_file_that_is_too_large_is_refused(drop: Drop) -> None:
    drop.home.configure(megabytes=1)
    drop.put("outgoing.csv", b"x" * 1_000_001)
    with pytest.raises(Refused, match="groter dan 1 MB"):
        drop.home.pull()
    assert drop.home.landed == []


def test_only_names_that_are_asked_are_taken(drop: Drop) -> None:
    drop.home.configure(names=["*.xml"])
    drop.put("factuur.XML", UBL)
    drop.put("outgoing.csv", FIRST)
    assert drop.home.pull().landed == ("factuur.XML",)


def test_the_sign_that_a_file_is_whole_lands_after_it(drop: Drop) -> None:
    contract = drop.home.folder / "source.yml"
    contract.write_text(
        contract.read_text().replace("tables:", "complete_when: ok_file\ntables:", 1)
    )
    for name in ("outgoing.csv.ok", "outgoing.csv", "outgoing.csv.md5"):
        drop.put(name, FIRST)
    assert drop.home.pull().landed == ("outgoing.csv", "outgoing.csv.ok")
    assert drop.home.ingested() == ("current", 1, 0)


def test_nothing_is_removed_there(drop: Drop) -> None:
    drop.put("outgoing.csv", FIRST)
    drop.home.pull()
    assert "1 bestanden" in try_login(drop.home.settings, SOURCE)


@pytest.mark.parametrize(
    "name",
    ["../outgoing.csv", "/etc/passwd", "a\\outgoing.csv", "a\0b.csv", "..", "x" * 201, "a\nb.csv"],
)
def test_no_name_from_the_other_side_becomes_a_path(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = in_share(tmp_path)
    monkeypatch.setattr(stores.Share, "listing", lambda _: [stores.Found(name, 1, "1")])
    with pytest.raises(Refused, match="een naam die niet kan"):
        drop.home.pull()
    assert not drop.home.landing.exists()


def test_a_link_in_a_share_is_no_file(tmp_path: Path) -> None:
    drop = in_share(tmp_path)
    (tmp_path / "elders").write_bytes(FIRST)
    (tmp_path / "share" / "outgoing.csv").symlink_to(tmp_path / "elders")
    assert drop.home.pull().landed == ()


def test_a_share_that_is_not_there_is_said(tmp_path: Path) -> None:
    drop = in_share(tmp_path)
    (tmp_path / "share").rmdir()
    with pytest.raises(Unchangeable, match="de map"):
        drop.home.pull()


def test_a_share_is_named_by_a_whole_path(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="heel pad"):
        Home(tmp_path, SOURCE, connector({"kind": "share", "folder": "drop"})).pull()


def test_another_host_key_is_another_server(
    openssh: other_servers.SftpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = on_server(openssh, tmp_path, monkeypatch)
    other = (openssh.folder / "client.pub").read_text().strip()
    drop.home.configure(store=drop.home.connector["store"] | {"host_key": other})
    with pytest.raises(Unchangeable, match="andere sleutel"):
        drop.home.pull()


def test_a_key_that_is_not_let_in_is_said_without_it(
    openssh: other_servers.SftpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = on_server(openssh, tmp_path, monkeypatch)
    key = tmp_path / "other"
    maker = other_servers.program("ssh-keygen")
    subprocess.run([maker, "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    given(monkeypatch, SOURCE, key=str(key))
    with pytest.raises(Unchangeable, match="DATALAB_FINANCE_INVOICES_KEY"):
        drop.home.pull()
    given(monkeypatch, SOURCE, key="geen-sleutel")
    with pytest.raises(Unchangeable, match="geen sleutel") as refused:
        drop.home.pull()
    assert "geen-sleutel" not in str(refused.value)


@pytest.mark.parametrize("change", [{"bucket": "andere"}, {"address": None}])
def test_a_bucket_that_is_not_ours_or_away(
    change: dict[str, Any], s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = in_bucket(s3, tmp_path, monkeypatch)
    if "address" in change:
        change = {"address": f"http://127.0.0.1:{other_servers.free_port()}"}
    drop.home.configure(store=drop.home.connector["store"] | change)
    with pytest.raises(PullError, match=r"NoSuchBucket|verbinding"):
        drop.home.pull()


def test_no_secret_stands_below_the_home(drop: Drop) -> None:
    drop.put("outgoing.csv", FIRST)
    drop.home.pull()
    key = os.environ.get("DATALAB_FINANCE_INVOICES_KEY", PASSWORD)
    assert drop.home.holding(PASSWORD, *(line for line in key.splitlines() if len(line) > 40)) == []
