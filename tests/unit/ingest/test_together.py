"""Small files that are read together give what each gives alone, to the last byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.core import sandbox
from dronten_pipeline.core.limits import Limits
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import files, raw, reading, together, worker
from dronten_pipeline.ingest.outcome import SourceOutcome

from .conftest import AS_OF, source

HEAD = "zaak_id;datum;gestart_op;bedrag;aantal;akkoord;toelichting;klant\n"
KEY, LIMITS = "00" * 32, Limits().model_dump_json()


def line(number: int, **other: str) -> str:
    cells = {
        "zaak_id": f"Z-{number:06d}",
        "datum": "31-01-2026",
        "gestart_op": f"2026-02-01 10:{number % 60:02d}",
        "bedrag": f"{number},50",
        "aantal": str(number),
        "akkoord": "ja",
        "toelichting": "Verzonnen toelichting.",
        "klant": f"klant {number % 3}",
    }
    return ";".join((cells | other).values()) + "\n"


def plain(number: int, head: str = HEAD) -> str:
    return head + "".join(line(1000 * number + row) for row in range(1, 6))


def with_line(**other: str) -> str:
    return plain(99) + line(1, **other)


#: A file with something of its own, by what it is.
ODD: dict[str, str | bytes] = {
    "empty": b"",
    "only a header": HEAD,
    "without a line end": plain(99).rstrip("\n"),
    "a blank line": plain(99) + "\n" + line(1),
    "a short line": plain(99) + "Z-1;31-01-2026\n",
    "a long line": plain(99) + line(1).rstrip("\n") + ";x\n",
    "a trailing separator": plain(99).replace("\n", ";\n"),
    "an open quote": with_line(toelichting='"open'),
    "quotes": with_line(toelichting='"een; ""twee"""'),
    "a value over two lines": with_line(toelichting='"een\ntwee"'),
    "a quote within": with_line(toelichting='3" pijp'),
    "CRLF": plain(99).replace("\n", "\r\n"),
    "a lone return": plain(99).replace("\n", "\r"),
    "another separator": plain(99).replace(";", "|"),
    "both separators": HEAD.replace(";", ",") + "Z-1,31-01-2026,,1.5,1,ja,a;b,k\n",
    "a mark": "\ufeff" + plain(99),
    "Windows-1252": with_line(toelichting="café à la Drontén").encode("cp1252"),
    "UTF-8": with_line(toelichting="café"),
    "UTF-16": plain(99).encode("utf-16"),
    "twice encoded": with_line(toelichting="cafÃ©"),
    "a title": "Overzicht\n" + plain(99),
    "another header": plain(99, HEAD.replace("aantal", "anders")),
    "names in another spelling": plain(99, HEAD.replace("gestart_op", "Gestart op")),
    "the header again": plain(99) + HEAD + line(1),
    "a total": plain(99) + "Totaal;;;12,50;;;;\n",
    "a source line": plain(99) + "Bron: verzonnen;;;;;;;\n",
    "a ruler": HEAD + "---;---;---;---;---;---;---;---\n" + line(1),
    "a required column less": plain(99, HEAD.replace("datum", "dat")),
    "a day that is none": with_line(datum="31-02-2026"),
    "a day far ahead": with_line(datum="31-01-2096"),
    "no day": with_line(gestart_op="1900-01-01"),
    "an early day": with_line(datum="31-01-1926"),
    "another way of writing days": plain(99).replace("31-01-2026", "2026-01-31"),
    "two ways of writing days": with_line(datum="2026-01-31"),
    "a short year": with_line(datum="31-01-26"),
    "a long day": with_line(datum="1-01-12026"),
    "a moment in words": with_line(gestart_op="1 feb 2026 10:00"),
    "no moments": plain(99).replace("2026-02-01 10:", ";"),
    "points": plain(99).replace(",50", ".50"),
    "whole amounts": plain(99).replace(",50", ""),
    "an amount to be read twice": with_line(bedrag="1.234"),
    "thousands": with_line(bedrag="1.234,56"),
    "a negative amount behind": with_line(bedrag="12,50-"),
    "minus one": plain(99).replace(";ja;", ";-1;"),
    "minus one and one": plain(99).replace(";ja;", ";-1;") + line(2, akkoord="1"),
    "minus one point": plain(99).replace(";ja;", ";-1.0;"),
    "a word for nothing": with_line(bedrag="NULL", toelichting="n.v.t."),
    "white space": with_line(zaak_id="  Z-7 ", datum=" 31-01-2026 "),
    "empty values": with_line(bedrag="", aantal="", akkoord="", toelichting="", klant=""),
    "an empty key": with_line(zaak_id=""),
    "a citizen number as key": with_line(zaak_id="123456782"),
    "an e-mail address": with_line(zaak_id="jan@example.nl"),
    "a key in two spellings": with_line(zaak_id="z-099001"),
    "keys of another kind": HEAD + "".join(line(n, zaak_id=f"00{n}") for n in range(9)),
    "JSON": '[{"zaak_id": "1", "datum": "31-01-2026"}]',
    "XML": "<?xml version='1.0'?><a/>",
    "a NUL": with_line(toelichting="a\0b"),
    "Ctrl-Z": plain(99) + "\x1a",
    "a backslash": with_line(toelichting=r"\"x\""),
    "a formula": with_line(zaak_id='="00700"'),
    "a total by its figures": plain(99) + line(1, bedrag="495017,50", aantal="495015"),
    "a small sum": HEAD + "".join(line(n, bedrag="") for n in (1, 2, 3, 6)),
    "a number that says total": with_line(zaak_id="Z-TOTAAL"),
    "a key that became a date": with_line(zaak_id="mrt-26"),
    "keys that are dates": HEAD + "".join(line(n, zaak_id=f"{n}-5-2026") for n in range(1, 5)),
    "a lost letter": plain(99) + line(1, klant="Zo\u00eb") + line(2, klant="Zo?"),
    "a letter that nobody knows": with_line(klant="Jo?l"),
    "a lost sign in a key": with_line(zaak_id="Z\ufffd1"),
    "large": HEAD + "".join(line(n) for n in range(2_000)),
}


RULE = {
    "rule": "not_before",
    "columns": ["Datum", "gestart_op"],
    "reason": "Verzonnen reden.",
}


def table() -> Table:
    return source().tables[0]


@cache
def alone(content: bytes, document: str) -> tuple[dict[str, Any], bytes]:
    """What a file gives alone, and the Parquet of it."""
    about = {"source": "loket", "table": "zaken", "file_name": "x", "run_id": "r"}
    with TemporaryDirectory() as folder:
        path, into, rejects = (Path(folder) / name for name in ("delivered", "good", "bad"))
        path.write_bytes(content)
        answer = worker.parse_here(
            str(path), document, KEY, str(AS_OF), LIMITS, str(into), str(rejects), about
        )
        return answer, into.read_bytes() if into.exists() else b""


def both(
    tmp_path: Path, contents: list[bytes], of: Table
) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any], bytes, bytes]]:
    """What each file gives together and alone, and the Parquet of both."""
    paths = []
    for number, content in enumerate(contents):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_bytes(content)
    document = of.model_dump_json()
    answers = worker.parse_together_here(
        [(str(path), f"{path}.parquet") for path in paths], document, KEY, str(AS_OF), LIMITS
    )
    for path, content, answer in zip(paths, contents, answers, strict=True):
        here = Path(f"{path}.parquet")
        yield answer, *alone(content, document), here.read_bytes() if here.exists() else b""


def assert_same(found: list[tuple[dict[str, Any] | None, dict[str, Any], bytes, bytes]]) -> int:
    """How many were read together, of which each gave what it gives alone."""
    same = [one for one in found if one[0] is not None]
    for answer, by_itself, its_rows, rows in same:
        assert answer == by_itself
        assert rows == its_rows
    return len(same)


@pytest.mark.parametrize("name", ODD)
def test_one_odd_file_among_plain_ones_changes_nothing(name: str, tmp_path: Path) -> None:
    odd = ODD[name]
    contents = [plain(number).encode() for number in range(16)]
    contents.insert(11, odd if isinstance(odd, bytes) else odd.encode())
    found = list(both(tmp_path, contents, table()))
    assert assert_same(found) >= together.FEWEST


def test_files_of_every_kind_together_give_what_each_gives_alone(tmp_path: Path) -> None:
    contents = [one if isinstance(one, bytes) else one.encode() for one in ODD.values()]
    # So many of each kind that those of a kind may go together.
    contents = [content for content in contents for _ in range(together.FEWEST)]
    assert assert_same(list(both(tmp_path, contents, table()))) > 10 * together.FEWEST


def test_what_the_contract_calls_impossible_is_judged_alone(tmp_path: Path) -> None:
    document = table().model_dump(mode="json")
    document["columns"][1]["type"] = "timestamp"
    rules = source(tables=[document | {"rejects": [RULE]}]).tables[0]
    contents = [*(plain(number) for number in range(9)), with_line(datum="05-02-2026")]
    found = list(both(tmp_path, [content.encode() for content in contents], rules))
    assert found[-1][0] is None
    assert found[-1][1]["rejected"] == 1
    assert_same(found)


def test_a_table_of_texts_alone_goes_together_too(tmp_path: Path) -> None:
    contents = [f"code;naam\n{n};a\n{n}x;b\n".encode() for n in range(9)]
    assert assert_same(list(both(tmp_path, contents, source().tables[1]))) == 9


def test_many_files_with_a_value_of_their_own_leave_the_others_together(tmp_path: Path) -> None:
    odd = [ODD[name] for name in ("a word for nothing", "thousands", "an empty key", "no day")]
    contents = [str(odd[n % 4]) if n % 3 == 0 else plain(n) for n in range(36)]
    found = list(both(tmp_path, [content.encode() for content in contents], table()))
    assert assert_same(found) == 24


Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]


def delivered(outcome: SourceOutcome) -> list[dict[str, object]]:
    return [report.model_dump(exclude={"received_at"}) for report in outcome.deliveries]


def test_a_run_reads_small_files_together_and_says_the_same_of_them(
    settings: Settings, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        deliver(f"zaken_{number:02d}.csv", plain(number))
    deliver("zaken_30.csv", plain(3))  # the same once more
    deliver("zaken_31.csv", ODD["a day that is none"])
    deliver("zaken_32.csv", ODD["a required column less"])
    deliver("zaken_33.csv.gz", ODD["UTF-8"])
    asked: list[str] = []
    call = sandbox.Sandbox.call

    def counted(self: sandbox.Sandbox, function: str, *size: int, **arguments: object) -> Any:
        asked.append(function.rpartition(":")[2])
        return call(self, function, *size, **arguments)

    monkeypatch.setattr(sandbox.Sandbox, "call", counted)
    first = ingest()
    assert asked[0] == "parse_together_here"
    assert asked.count("parse_here") < together.FEWEST + 4
    other = Settings(
        home=settings.home.with_name("other"),
        landing=settings.landing,
        pseudonym_key=settings.pseudonym_key,
        sources=settings.sources,
    )
    monkeypatch.setattr(reading, "FEWEST", 1_000)
    asked.clear()
    second = raw.ingest_source(other, source(), run_id="run-1", as_of=AS_OF, origin="delivery")
    assert "parse_together_here" not in asked
    assert delivered(first) == delivered(second)
    assert first.written == second.written
    for entry in first.written:
        assert (settings.raw / entry.path).read_bytes() == (other.raw / entry.path).read_bytes()
    assert not list(settings.home.rglob("*.tmp"))


def test_files_that_break_the_reader_together_are_read_alone(
    settings: Settings, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        deliver(f"zaken_{number}.csv", plain(number))

    def broken(*_: object) -> None:
        raise sandbox.Broken("Het lezen duurde te lang.")

    monkeypatch.setattr(worker, "parse_together", broken)
    outcome = ingest()
    assert {report.state for report in outcome.deliveries} == {"read"}
    assert outcome.rows_accepted == 45


def test_a_small_file_that_changes_while_it_is_read_is_read_as_it_is_then(
    settings: Settings, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        deliver(f"zaken_{number}.csv", plain(number))
    read = worker.parse_together

    def changing(*arguments: Any) -> Any:
        found = read(*arguments)
        deliver("zaken_4.csv", with_line())
        return found

    monkeypatch.setattr(worker, "parse_together", changing)
    outcome = ingest()
    assert [report.rows_accepted for report in outcome.deliveries] == [5, 5, 5, 5, 6, 5, 5, 5, 5]
    rows = pl.read_parquet(settings.raw / str(outcome.deliveries[4].raw_path))
    assert rows.get_column("zaak_id").to_list()[-1] == "Z-000001"


def test_what_was_read_is_on_the_disk_before_the_memory_names_it(
    settings: Settings, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        deliver(f"zaken_{number}.csv", plain(number))
    flushed: list[str] = []
    flush = files._flush

    def noted(path: Path) -> None:
        flushed.append(path.name)
        flush(path)

    monkeypatch.setattr(files, "_flush", noted)
    outcome = ingest()
    memory = next(place for place, name in enumerate(flushed) if "deliveries.json" in name)
    before = set(flushed[:memory])
    assert {Path(str(one.raw_path)).name for one in outcome.deliveries} <= before
    assert "zaken" in before


def test_a_as_of_date_decides_of_each_file_whether_it_holds(tmp_path: Path) -> None:
    years = [f"31-01-{year}" for year in range(2026, 2026 + 9)]
    contents = [plain(n).replace("31-01-2026", year) for n, year in enumerate(years)]
    found = list(both(tmp_path, [content.encode() for content in contents], table()))
    assert assert_same(found) == 9
    assert len({answer["horizon"][0] for answer, *_ in found if answer}) == 9
