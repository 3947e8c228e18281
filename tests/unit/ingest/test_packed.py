"""One delivery in gzip, zip and the like, or in a folder of parts: read as its content."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dronten_pipeline.core.limits import Limits
from dronten_pipeline.core.sandbox import Unwritten
from dronten_pipeline.ingest import inspection, landing, packed, parsing, pieces
from dronten_pipeline.ingest.outcome import SourceOutcome
from tests.unit.ingest.conftest import AS_OF, source

CSV = b"zaak_id;Datum;aantal\nA1;01-03-2026;1\nA2;02-03-2026;2\n"
JSON = json.dumps([{"zaak_id": "A1", "Datum": "2026-03-01", "aantal": 1}]).encode()
KEY = b"k" * 32
TABLE = source().tables[0]
Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return made.getvalue()


def compressed(content: bytes, codec: str) -> bytes:
    made = pa.BufferOutputStream()
    with pa.CompressedOutputStream(made, codec) as stream:
        stream.write(content)
    return bytes(made.getvalue())


PACKED = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda content: zipped(zaken__csv=content),
    "zstd": lambda content: compressed(content, "zstd"),
    "lz4": lambda content: compressed(content, "lz4"),
}


def parse(path: Path, limits: Limits | None = None) -> tuple[parsing.Parsed, pl.DataFrame]:
    taken: list[pl.DataFrame] = []
    parsed = parsing.parse_file(
        path, TABLE, KEY, AS_OF, limits or Limits(), lambda stored, _: taken.append(stored)
    )
    return parsed, pl.concat(taken) if taken else pl.DataFrame()


def written(tmp_path: Path, content: bytes, name: str = "zaken_2026-03") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("how", PACKED)
@pytest.mark.parametrize("content", [CSV, JSON], ids=["csv", "json"])
def test_one_packed_file_is_read_as_its_content(tmp_path: Path, how: str, content: bytes) -> None:
    plain, rows = parse(written(tmp_path, content))
    parsed, same = parse(written(tmp_path, PACKED[how](content)))
    assert same.equals(rows)
    assert parsed.format == plain.format
    assert parsed.understood.packed == how
    assert parsed.notes == (f"Uitgepakt uit een {how}-bestand.", *plain.notes)


@pytest.mark.parametrize("how", ["gzip", "bzip2", "xz", "zstd", "lz4"])
def test_streams_after_each_other_are_one_file(tmp_path: Path, how: str) -> None:
    head, rest = CSV[:30], CSV[30:]
    _, rows = parse(written(tmp_path, CSV))
    parsed, same = parse(written(tmp_path, PACKED[how](head) + PACKED[how](rest)))
    assert parsed.refused or same.equals(rows)
    assert how in ("zstd", "lz4") or parsed.refused is None


@pytest.mark.parametrize("how", PACKED)
def test_a_packed_file_that_is_cut_off_is_refused(tmp_path: Path, how: str) -> None:
    content = PACKED[how](CSV + bytes(range(65, 90)) * 400)
    for size in (len(content) // 2, len(content) - 3):
        parsed, _ = parse(written(tmp_path, content[:size]))
        assert parsed.refused is not None, size
        assert "beschadigd of afgebroken" in parsed.refused


@pytest.mark.parametrize("how", PACKED)
def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, how: str) -> None:
    content = CSV + b"A3;03-03-2026;3\n" * 200_000
    parsed, _ = parse(written(tmp_path, PACKED[how](content)), Limits(unpacked_megabytes=1))
    assert "uitgepakt te groot" in str(parsed.refused)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(zipped(a__csv=CSV, b__csv=CSV), "zitten 2 bestanden", id="two files"),
        pytest.param(zipped(), "ingepakt bestand", id="an empty zip"),
        pytest.param(
            gzip.compress(gzip.compress(CSV)), r"nog een ingepakt bestand \(gzip\)", id="twice"
        ),
        pytest.param(
            zipped(a__zip=zipped(b__csv=CSV)),
            r"\(zip\) zit nog een ingepakt bestand \(zip\).*Pak het zelf uit",
            id="zip in zip",
        ),
        pytest.param(zipped(a__xz=PACKED["xz"](CSV)), r"bestand \(xz\)", id="another in zip"),
        pytest.param(gzip.compress(b""), "leeg", id="nothing in it"),
    ],
)
def test_what_is_not_one_table_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    parsed, _ = parse(written(tmp_path, content))
    assert parsed.refused is not None
    assert pl.Series([parsed.refused]).str.contains(words).all(), parsed.refused


def test_a_zip_with_a_password_is_called_that(tmp_path: Path) -> None:
    content = bytearray(zipped(a__csv=CSV))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    parsed, _ = parse(written(tmp_path, bytes(content)))
    assert "wachtwoord" in str(parsed.refused)


def test_a_large_packed_csv_is_read_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"zaak_id;Datum\n" + b"".join(b"A%d;01-03-2026\n" % n for n in range(5000))
    monkeypatch.setattr(pieces, "PIECE_BYTES", 10_000)
    parsed, rows = parse(written(tmp_path, gzip.compress(content)))
    assert (parsed.rows, rows.height) == (5000, 5000)


def test_the_table_is_told_by_the_outer_name_or_else_by_the_inner_one(tmp_path: Path) -> None:
    inside = written(tmp_path, zipped(zaken_extra_1__csv=CSV), "levering.zip")
    found = landing.table_for(inside, source())
    assert found is not None and found.name == "zaken_extra"
    outside = written(tmp_path, zipped(zaken_extra_1__csv=CSV), "zaken_1.zip")
    found = landing.table_for(outside, source())
    assert found is not None and found.name == "zaken"
    named = io.BytesIO()
    with gzip.GzipFile("zaken_1.csv", "wb", fileobj=named) as file:
        file.write(CSV)
    assert packed.inner(written(tmp_path, named.getvalue())).name == "zaken_1.csv"


@pytest.mark.parametrize("how", ["gzip", "zip", "stored"])
def test_the_first_bytes_of_what_is_packed_tell_what_it_is(tmp_path: Path, how: str) -> None:
    content = CSV + b"A3;03-03-2026;3\n" * 20_000
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("zaken.csv", content)
    path = written(tmp_path, made.getvalue() if how == "stored" else PACKED[how](content))
    start = packed.inner(path).start
    assert start and content.startswith(start)


def test_of_a_workbook_nothing_is_told_by_its_parts(tmp_path: Path) -> None:
    path = written(tmp_path, zipped(**{"[Content_Types]__xml": b'<?xml version="1.0"?>'}))
    assert packed.inner(path).start == b""


# --- folders of parts


def part(*ids: str, **more: object) -> bytes:
    file = io.BytesIO()
    columns = {"zaak_id": list(ids), "Datum": ["2026-03-01"] * len(ids), **more}
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def folder(tmp_path: Path, **files: bytes) -> Path:
    made = tmp_path / "zaken_2026-03.parquet"
    for name, content in files.items():
        path = made / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return made


def test_parts_are_read_together_in_their_order(tmp_path: Path) -> None:
    path = folder(tmp_path, _SUCCESS=b"", **{"part-1": part("B"), "part-0": part("A", "C")})
    parsed, rows = parse(path)
    assert parsed.understood.packed == "map"
    assert rows.select("zaak_id", "_line").rows() == [("A", 1), ("C", 2), ("B", 3)]
    assert not any(packed.DIFFERING in note for note in parsed.notes)


def test_a_value_in_the_path_is_a_column(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        **{
            "aantal=1__part-0": part("A"),
            "aantal=__HIVE_DEFAULT_PARTITION__/part-0".replace("__", "\1"): part("B"),
        },
    )
    (path / "aantal=\1HIVE_DEFAULT_PARTITION\1").rename(path / f"aantal={packed.NO_VALUE}")
    _, rows = parse(path)
    assert sorted(rows.select("zaak_id", "aantal").rows()) == [("A", 1), ("B", None)]


def test_a_column_that_one_part_has_is_empty_in_the_other(tmp_path: Path) -> None:
    path = folder(tmp_path, **{"part-0": part("A"), "part-1": part("B", aantal=[2])})
    parsed, rows = parse(path)
    assert rows.select("zaak_id", "aantal").rows() == [("A", None), ("B", 2)]
    assert any(packed.DIFFERING in note for note in parsed.notes)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"part-0": part("A"), "part-1": part("B", Datum=[1])}, "niet dezelfde kolommen"),
        ({"part-0": part("A"), "part-1": b"PAR1" + bytes(50)}, "beschadigd"),
        ({"part-0": CSV, "part-1": CSV}, "alleen delen in Parquet"),
        ({"part-0": part("A"), "_delta_log__0.json": b"{}"}, "een tabel van Delta"),
        (
            {"part-0": part("A"), "part-1": part("B"), "_committed_1": b'{"removed":["part-0"]}'},
            "van een eerdere keer",
        ),
    ],
)
def test_parts_that_are_no_table_are_refused(
    tmp_path: Path, files: dict[str, bytes], words: str
) -> None:
    parsed, _ = parse(folder(tmp_path, **files))
    assert words in str(parsed.refused)


def test_a_folder_is_one_delivery_and_a_changed_part_another(
    deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.parquet/part-0.parquet", part("A"))
    deliver("zaken_1.parquet/part-1.parquet", part("B"))
    deliver("zaken_1.parquet/_SUCCESS", b"")
    outcome = ingest()
    assert outcome.state == "current"
    assert [(one.file_name, one.rows_accepted) for one in outcome.counting] == [
        ("zaken_1.parquet", 2)
    ]
    assert ingest("run-2").counting == outcome.counting
    deliver("zaken_1.parquet/part-1.parquet", part("C"))
    assert len(ingest("run-3").counting) == 2


def test_a_folder_that_is_still_written_waits(deliver: Deliver, ingest: Ingest) -> None:
    deliver("zaken_1/part-0.parquet", part("A"))
    deliver("zaken_1/_temporary/0/part-1.parquet", part("B"))
    outcome = ingest()
    assert outcome.waiting and "schrijft nog aan deze map" in outcome.waiting[0]
    assert not outcome.counting


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param(None, id="full while it unpacks"),
        pytest.param(FileNotFoundError(2, "No usable temporary directory"), id="full before"),
    ],
)
@pytest.mark.parametrize("how", [*PACKED, "folder"])
def test_no_room_to_unpack_is_no_fault_of_the_delivery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, reason: OSError | None
) -> None:
    if how == "folder":
        path = tmp_path / "zaken_2026-03.parquet"
        path.mkdir()
        for part in ("part-1.parquet", "part-2.parquet"):
            pl.DataFrame({"zaak_id": ["a"]}).write_parquet(path / part)
    else:
        path = written(tmp_path, PACKED[how](CSV))

    def full() -> IO[bytes]:
        if reason is not None:
            raise reason
        return Path("/dev/full").open("w+b")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setattr(tempfile, "tempdir", "/a/folder")
    with pytest.raises(Unwritten) as caught:
        parse(path)
    assert caught.value.filename == "/a/folder"
    monkeypatch.setattr(inspection, "inspect_file", lambda *_: parse(path))
    with pytest.raises(Unwritten):
        inspection.report_here(str(path), None, None)
