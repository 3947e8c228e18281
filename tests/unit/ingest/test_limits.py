"""What breaks the process that reads, or asks for too much, stops its own source in words."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dronten_pipeline.core.limits import Limits, TooLarge
from dronten_pipeline.core.sandbox import Broken, Failed, Sandbox
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import files, parsing, parts, pieces, raw, readers, registry, worker
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.outcome import SourceOutcome

from .conftest import source

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]

ZAKEN = source().table("zaken")
HEADER = "zaak_id;datum;bedrag\n"


def workbook(*extra: tuple[int, int, str], width: int = 2) -> bytes:
    """Twenty records, and cells that stand elsewhere."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["zaak_id", "datum", *(f"k{n}" for n in range(width - 2))])
        for number in range(1, 21):
            sheet.write_row(number, 0, [f"z{number}", "31-12-2025"])
        for row, column, text in extra:
            sheet.write(row, column, text)
    return made.getvalue()


def with_part(book: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return made.getvalue()


@pytest.fixture(scope="module")
def small() -> Iterator[Sandbox]:
    sandbox = Sandbox(Limits(seconds=6, memory_megabytes=300))
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        pytest.param("tests.unit.ingest.breaking:wait", {}, "6 seconden", id="time"),
        pytest.param("builtins:bytearray", {"source": 3 * 10**9}, "300 MB", id="memory at once"),
        pytest.param("tests.unit.ingest.breaking:grow", {}, "300 MB", id="memory bit by bit"),
        pytest.param("os:abort", {}, "geheugen", id="aborted"),
        pytest.param("ctypes:string_at", {"ptr": 1}, "liep vast", id="crashed"),
    ],
)
def test_what_breaks_the_process_is_told_with_its_limit(
    small: Sandbox, function: str, arguments: dict[str, object], words: str
) -> None:
    started = time.monotonic()
    with pytest.raises(Broken, match=words):
        small.call(function, **arguments)
    assert time.monotonic() - started < 30
    # The next one is read by another process.
    assert small.call("json:dumps", obj=[1]) == "[1]"


def test_a_mistake_of_ours_says_where_and_not_what(small: Sandbox) -> None:
    with pytest.raises(Failed, match="JSONDecodeError") as raised:
        small.call("json:loads", s="geheim")
    assert "geheim" not in str(raised.value)


def many_columns() -> bytes:
    return HEADER.rstrip().encode() + b";" + b";".join(b"k%d" % n for n in range(100_000)) + b"\n"


def long_record() -> bytes:
    return HEADER.encode() + b"a" * 5_000_000 + b";31-12-2025;1\n"


def long_shared_string() -> bytes:
    return with_part(
        workbook(),
        "xl/sharedStrings.xml",
        lambda xml: xml.replace(b"</sst>", b"<si>" + b"a" * 410_000_000 + b"</si></sst>"),
    )


# Made by the test: whoever only collects the tests waits for none of them.
@pytest.mark.parametrize(
    ("made", "words"),
    [
        pytest.param(many_columns, "100003 kolommen; het maximum is 16384", id="columns"),
        pytest.param(lambda: b"a" * 20_000_000, "Regel 1 is langer dan 4 MB", id="one long line"),
        pytest.param(long_record, "langer dan 4 MB", id="long record"),
        pytest.param(
            long_shared_string,
            "uitgepakt te groot: 410 MB, het maximum is 400 MB",
            id="shared string",
        ),
    ],
)
def test_a_file_that_asks_for_too_much_stops_its_source_at_once(
    deliver: Deliver, ingest: Ingest, made: Callable[[], bytes], words: str
) -> None:
    deliver("zaken_1.csv", made())
    deliver("zaken_2.csv", HEADER + "a;31-12-2025;1\n")
    outcome = ingest()
    assert outcome.state == "stopped"
    assert words in outcome.note
    assert sorted(report.state for report in outcome.deliveries) == ["read", "stopped"]
    assert sum(report.raw_path is not None for report in outcome.deliveries) == 1


def test_a_file_that_breaks_the_process_is_not_tried_again_under_the_same_limits(
    settings: Settings, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def breaks(sandbox: Sandbox, path: Path, *_: object, **__: object) -> parsing.Parsed:
        tried.append(path)
        raise Broken(sandbox.limits.too_slow())

    monkeypatch.setattr(worker, "parse", breaks)
    deliver("zaken_1.csv", HEADER)

    def run(with_settings: Settings) -> str:
        return raw.ingest_source(
            with_settings, source(), run_id="r", as_of=dt.date(2026, 3, 17), origin="delivery"
        ).note

    assert "110 seconden (DATALAB_READ_SECONDS)" in run(settings)
    assert "110 seconden" in run(settings)
    assert len(tried) == 1
    longer = settings.model_copy(update={"read_seconds": 200.0})
    assert "200 seconden" in run(longer)
    assert len(tried) == 2


def test_a_file_that_is_too_large_is_not_even_hashed(
    settings: Settings, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = deliver("zaken_1.csv", HEADER)
    with path.open("ab") as file:
        file.truncate(2_000_000)
    monkeypatch.setattr(parts, "stable_sha256", lambda _: pytest.fail("it was read"))
    outcome = raw.ingest_source(
        settings.model_copy(update={"file_megabytes": 1}),
        source(),
        run_id="r",
        as_of=dt.date(2026, 3, 17),
        origin="delivery",
    )
    assert "2 MB, het maximum is 1 MB (DATALAB_FILE_MEGABYTES)" in outcome.note


def test_text_that_is_read_in_pieces_may_be_larger_than_what_is_held_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 900_000)
    limits = Limits(file_megabytes=1, text_megabytes=2)
    text, held = tmp_path / "zaken.csv", tmp_path / "zaken.parquet"
    text.write_bytes(HEADER.encode() + b"z1;01-02-2026;1\n" * 100_000)
    held.write_bytes(b"PAR1" + bytes(1_600_000))
    pieces.check_size(text, limits)
    kept: list[int] = []
    found = parsing.parse_file(
        text, ZAKEN, b"k" * 16, None, limits, lambda one, _: kept.append(one.height)
    )
    assert (found.refused, sum(kept)) == (None, 100_000)
    with pytest.raises(TooLarge, match="DATALAB_FILE_MEGABYTES"):
        pieces.check_size(held, limits)
    with text.open("ab") as file:
        file.truncate(2_500_000)
    with pytest.raises(TooLarge, match="DATALAB_TEXT_MEGABYTES"):
        pieces.check_size(text, limits)


def test_a_larger_file_may_take_longer() -> None:
    limits = Limits(seconds=10)
    assert [limits.seconds_for(size * 10**6) for size in (0, 199, 200, 2_010)] == [10, 10, 20, 110]
    assert "10 seconden (DATALAB_READ_SECONDS)" in limits.too_slow()
    assert "110 seconden (DATALAB_READ_SECONDS, per 200 MB 10)" in limits.too_slow(2_010 * 10**6)


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [(1_048_575, 16_383, "XFD1048576"), (1_048_575, 200, "GS1048576"), (5, 16_383, "XFD21"),
     (1_048_575, 1, "B1048576")],
)  # fmt: skip
def test_a_stray_cell_far_away_is_left_out_and_told(row: int, column: int, place: str) -> None:
    found = readers.read(workbook((row, column, "x"), width=201), ("zaak_id", "datum"))
    assert found.frame.get_column("zaak_id").to_list() == [f"z{number}" for number in range(1, 21)]
    if row * column > 2_000_000:
        assert any(place in note for note in found.notes)


def test_a_workbook_with_two_far_tables_is_refused() -> None:
    far = [(1_000_000 + n, 200 + n % 3, "x") for n in range(50)]
    with pytest.raises(Refused, match="en er past 12000000 in"):
        readers.read(workbook(*far), ("zaak_id", "datum"))


def test_a_parquet_file_of_one_repeated_value_is_refused_by_its_footer(tmp_path: Path) -> None:
    values = pa.array(["a"]).take(pa.array([0], type=pa.int32()).take(pa.array([0] * 1000)))
    path = tmp_path / "x.parquet"
    with pq.ParquetWriter(path, pa.schema({"zaak_id": pa.string()})) as writer:
        for _ in range(3):
            writer.write_table(pa.table({"zaak_id": values}))
    with pytest.raises(Refused, match="uitgepakt te groot"):
        readers.read(path.read_bytes() * 1, ("zaak_id",), _tiny())


def _tiny() -> Limits:
    return Limits.model_construct(**{**Limits().model_dump(), "unpacked_megabytes": 0.000001})


CELLS = st.sampled_from(
    ["a", "", "b c", '"in; quotes"', '"over\nlines"', '"dubbel ""q"""', 'stray"quote', "é"]
)


@hypothesis_settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=40))
def test_pieces_hold_what_the_whole_holds(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    text = "x;y;z\n" + "".join(";".join(row) + "\n" for row in rows)
    path = tmp_path_factory.mktemp("pieces") / "a.csv"
    path.write_text(text)
    whole = readers.read(text.encode(), ("x", "z"))
    size = path.stat().st_size
    limits = Limits()
    with pytest.MonkeyPatch.context() as patch, path.open("rb") as file:
        patch.setattr(pieces, "PIECE_BYTES", 400)
        parts = list(pieces.reader(file.fileno(), size, Wanted.of(("x", "z")), limits).read())
    assert size <= 400 or len(parts) > 1
    assert sum(part.rows for part in parts) == whole.rows
    lines = pl.concat([part.rejects for part in parts]).get_column("_line").to_list()
    assert lines == whole.rejects.get_column("_line").to_list()
    assert pl.concat([part.frame for part in parts]).equals(whole.frame)


def test_a_large_file_is_read_as_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"z{n};{1 + n % 28:02d}-01-2026;1.{n % 900 + 100}\n" for n in range(500)]
    lines += ["fout;31-04-2026;1\n", "\n", "laatste;0-1-1900;2,50\n", "l2;01-02-2026;3,5\n"]
    path = tmp_path / "zaken.csv"
    path.write_bytes((HEADER + "".join(lines)).replace("z1;", "é1;").encode("cp1252"))
    day = dt.date(2026, 3, 17)
    small = parsing.parse(path.read_bytes(), ZAKEN, b"k" * 16, day)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 2_000)
    frames: list[tuple[pl.DataFrame, pl.DataFrame]] = []
    large = parsing.parse_file(
        path, ZAKEN, b"k" * 16, day, Limits(), lambda *both: frames.append(both)
    )
    assert len(frames) > 3
    assert small.stored is not None
    assert pl.concat([stored for stored, _ in frames]).equals(small.stored)
    assert pl.concat([rejects for _, rejects in frames]).equals(small.rejects)
    assert (large.rows, large.horizon) == (small.rows, small.horizon)
    assert set(large.notes) == set(small.notes)
    assert large.encoding == "windows-1252"


def test_nothing_half_written_stays_in_the_store(
    settings: Settings, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies_halfway(*_: object, into: Path, **__: object) -> parsing.Parsed:
        into.write_bytes(b"PAR1 half")
        raise Broken("stuk")

    monkeypatch.setattr(worker, "parse", dies_halfway)
    deliver("zaken_1.csv", HEADER)
    assert ingest().state == "stopped"
    assert not list((settings.raw / "files").rglob("*.parquet"))
    assert not list((settings.raw / "files").rglob(f".*{files.TEMPORARY}"))
    assert registry.load(settings.raw, "loket").parses


@pytest.mark.parametrize("module", ["tests.unit.ingest.breaking", "no_such_module"])
def test_a_process_that_is_started_before_is_the_one_that_answers(module: str) -> None:
    sandbox = Sandbox(Limits())
    try:
        sandbox.start(module)
        started = sandbox._process
        assert started is not None
        assert sandbox.call("os:getpid") == started.pid
    finally:
        sandbox.close()


def test_a_process_that_died_before_it_was_asked_is_started_anew() -> None:
    sandbox = Sandbox(Limits())
    try:
        sandbox.start("os")
        started = sandbox._process
        assert started is not None
        started.kill()
        started.wait()
        assert sandbox.call("os:getpid") != started.pid
    finally:
        sandbox.close()
