"""A good CSV with one fault after another, in every separator, line end and encoding: its rows are
those of the good file, or it is refused. Whole and in pieces."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.core.limits import Limits
from dronten_pipeline.ingest import csv_files, csv_head, furniture, landing, pieces, readers
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.header import Wanted

NAMES = ["zaak_id", "team", "aangemaakt_op", "bedrag_eur", "status"]
WANTED = Wanted(frozenset(NAMES), frozenset(NAMES[:4]))
RECORDS = [
    [f"TB{n}", ("Financiën", "Griffie & café", "Coördinatie")[n % 3], f"{1 + n % 28:02d}-03-2026",
     str(100 + n), ("open", "")[n % 2]]
    for n in range(40)
]  # fmt: skip
SEPARATORS = [";", ",", "\t", "|"]
LINE_ENDS = ["\n", "\r\n", "\r"]
Lines = list[str]
#: Changes the lines of a file (header first), given its separator.
Fault = Callable[[Lines, str], Lines]


def _quoted(lines: Lines, separator: str) -> Lines:
    return [separator.join(f'"{cell}"' for cell in line.split(separator)) for line in lines]


def _above(*rows: str) -> Fault:
    return lambda lines, separator: [*rows, *lines]


def _below(*rows: str) -> Fault:
    return lambda lines, separator: [*lines, *rows]


FAULTS: dict[str, Fault] = {
    "none": lambda lines, separator: lines,
    "all in quotes": _quoted,
    "title": _above("Overzicht zaken 2026"),
    "title in quotes": _above('"Overzicht, zaken; 2026"', ""),
    "title with an odd quote": _above('"Overzicht zaken'),
    "titles and a date": _above("Gemeente Dronten", "Gemaakt op: 1 april 2026", "", ""),
    "fifteen titles": _above(*(f"regel {n}" for n in range(15))),
    "comments": _above("# export", "# versie 2"),
    "padded title": lambda lines, separator: ["Overzicht" + separator * 4, *lines],
    "hint": lambda lines, separator: [f"sep={separator}", *lines],
    "hint in quotes": lambda lines, separator: [f'"sep={separator}"', "titel", *lines],
    "hint and title": lambda lines, separator: [f"SEP={separator}", "Overzicht", *lines],
    "comment as header": lambda lines, separator: ["# " + lines[0], *lines[1:]],
    "spaces for underscores": lambda lines, separator: [
        lines[0].replace("_", " ").title(), *lines[1:]],
    "spaces around names": lambda lines, separator: [
        f" {separator} ".join(lines[0].split(separator)), *lines[1:]],
    "group above": lambda lines, separator: [
        separator.join(["Zaak", "", "Datum", "", ""]),
        separator.join(["id", "team", "aangemaakt op", "bedrag_eur", "status"]), *lines[1:]],
    "names over two rows": lambda lines, separator: [
        separator.join(["zaak", "team", "aangemaakt", "bedrag", "status"]),
        separator.join(["id", "", "op", "eur", ""]), *lines[1:]],
    "separator behind rows": lambda lines, separator: [
        lines[0], *(line + separator for line in lines[1:])],
    "separators behind rows": lambda lines, separator: [
        lines[0], *(line + separator * 3 for line in lines[1:])],
    "separator behind header": lambda lines, separator: [lines[0] + separator, *lines[1:]],
    "separators behind header": lambda lines, separator: [lines[0] + separator * 4, *lines[1:]],
    "separator behind all": lambda lines, separator: [line + separator for line in lines],
    "header again": lambda lines, separator: [*lines[:20], lines[0], *lines[20:]],
    "header again in capitals": lambda lines, separator: [
        *lines[:20], lines[0].upper(), *lines[20:], lines[0]],
    "file twice after the other": lambda lines, separator: [
        *lines[:20], "", f"sep={separator}", lines[0], *lines[20:]],
    "total": lambda lines, separator: [*lines, f"Totaal{separator * 3}4780{separator}"],
    "total, short": lambda lines, separator: [*lines, f"Totaal{separator}4780"],
    "subtotals": lambda lines, separator: [
        *lines[:10], f"Subtotaal{separator * 3}945{separator}", *lines[10:],
        f"{separator}Eindtotaal{separator * 2}4780{separator}"],
    "grand total": lambda lines, separator: [*lines, f"Grand total{separator * 3}4780{separator}"],
    "source": _below("Bron: CBS"),
    "sources": _below("", "© CBS, Den Haag", '"Bron: CBS, StatLine; 2026"'),
    "padded source": lambda lines, separator: [*lines, "Bron: CBS" + separator * 4],
    "count of a database": _below("", "(40 rows affected)"),
    "ruler": lambda lines, separator: [lines[0], separator.join(["------"] * 5), *lines[1:]],
    "nothing": _below("n/a"),
    "blank rows": lambda lines, separator: [*lines[:5], "", separator * 4, *lines[5:]],
    "comment among rows": lambda lines, separator: [*lines[:5], "# vanaf hier week 2", *lines[5:]],
}  # fmt: skip


def text_of(fault: Fault, separator: str, line_end: str) -> str:
    lines = [separator.join(row) for row in [NAMES, *RECORDS]]
    return line_end.join(fault(lines, separator)) + line_end


def assert_good(delivered: readers.Delivered) -> None:
    frame = delivered.frame.select(NAMES).fill_null("")
    assert [list(row) for row in frame.rows()] == RECORDS
    assert delivered.rejects.is_empty()
    assert delivered.rows == len(RECORDS)


def by_turns(*axes: list[str]) -> list[object]:
    """Every fault with all of each axis; one of each fault is not slow, each time another."""
    params: list[object] = []
    for number, fault in enumerate(FAULTS):
        for chosen in itertools.product(*map(enumerate, axes)):
            is_its_turn = all(
                place == number % len(axis) for (place, _), axis in zip(chosen, axes, strict=True)
            )
            values = [value for _, value in chosen]
            params.append(
                pytest.param(
                    fault,
                    *values,
                    marks=() if is_its_turn else pytest.mark.slow,
                    id="-".join([fault, *(repr(value) for value in values)]),
                )
            )
    return params


@pytest.mark.parametrize(("fault", "separator", "line_end"), by_turns(SEPARATORS, LINE_ENDS))
def test_a_fault_takes_nothing_away(fault: str, separator: str, line_end: str) -> None:
    text = text_of(FAULTS[fault], separator, line_end)
    delivered = readers.read(text.encode(), WANTED)
    assert_good(delivered)
    assert delivered.separator == separator
    if fault not in (
        "none",
        "all in quotes",
        "spaces around names",
        "blank rows",
        "comment as header",
    ):
        assert delivered.cleaned or fault in ("hint", "separator behind all")


ENCODINGS = [
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "utf-32-be",
    "cp1252",
    "cp850",
    "mac_roman",
]


@pytest.mark.parametrize(("fault", "encoding"), by_turns(ENCODINGS))
def test_a_fault_in_another_encoding(fault: str, encoding: str) -> None:
    line_end, separator = ("\r\n", ";") if len(fault) % 2 else ("\n", "\t")
    text = text_of(FAULTS[fault], separator, line_end).replace("©", "(c)")
    assert_good(readers.read(text.encode(encoding), WANTED))


@pytest.mark.parametrize(("fault", "line_end"), by_turns(LINE_ENDS))
def test_a_fault_in_a_file_that_is_read_in_pieces(
    fault: str, line_end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoding = ("utf-8", "cp1252", "cp850")[len(fault) % 3]
    text = text_of(FAULTS[fault], ";", line_end).replace("©", "(c)")
    path = tmp_path / "zaken.csv"
    path.write_bytes(text.encode(encoding))
    monkeypatch.setattr(pieces, "PIECE_BYTES", 900)
    with path.open("rb") as file:
        parts = list(pieces.reader(file.fileno(), path.stat().st_size, WANTED, Limits()).read())
    assert len(parts) > 1
    frame = pl.concat([part.frame for part in parts]).select(NAMES).fill_null("")
    assert [list(row) for row in frame.rows()] == RECORDS
    assert sum(part.rows for part in parts) == len(RECORDS)
    whole = readers.read(text.encode(encoding), WANTED)
    lines = [line for part in parts for line in part.frame["_line"]]
    assert lines == whole.frame["_line"].to_list()


@pytest.mark.parametrize("fault", ["none", "title", "separator behind rows", "source"])
@pytest.mark.parametrize("share", [1, 2, 5])
def test_lines_that_end_in_different_ways(fault: str, share: int) -> None:
    lines = text_of(FAULTS[fault], ";", "\n").splitlines()
    ends = itertools.cycle(["\n", *["\r"] * share, "\r\n"])
    text = "".join(line + end for line, end in zip(lines, ends, strict=False))
    delivered = readers.read(text.encode(), WANTED)
    assert_good(delivered)
    assert delivered.cleaned[csv_files.RETURNS]


def test_a_return_within_a_value_ends_no_line() -> None:
    text = text_of(FAULTS["none"], ";", "\n").replace("Griffie & café", "Griffie\r& café")
    delivered = readers.read(text.encode(), WANTED)
    assert (delivered.rows, delivered.rejects.height) == (40, 0)
    quoted = text.replace("Griffie\r& café", '"Griffie\r& café"')
    assert readers.read(quoted.encode(), WANTED).frame.equals(delivered.frame)


def test_returns_that_cannot_be_told_apart_are_refused() -> None:
    lines = text_of(FAULTS["none"], ";", "\n").splitlines()
    text = "\n".join(lines[:10]) + "\n" + "\r".join(lines[10:]) + "\n"
    text = text.replace("Griffie & café", "Griffie\r& café")
    with pytest.raises(Refused, match="losse CR"):
        readers.read(text.encode(), WANTED)


@pytest.mark.parametrize("mark", ["\x1a", "\x1a\x1a\x1a", "\n\x1a", "\x1a\0\0\0"])
def test_the_end_mark_of_dos_is_no_record(mark: str) -> None:
    assert_good(readers.read((text_of(FAULTS["none"], ";", "\r\n") + mark).encode(), WANTED))


def test_files_put_together_are_one_table() -> None:
    lines = text_of(FAULTS["none"], ";", "\r\n").splitlines(keepends=True)
    one, other = "".join(lines[:21]), lines[0] + "".join(lines[21:])
    content = one.encode("utf-8-sig") + b"\x1a" + other.encode("utf-8-sig") + b"\x1a"
    delivered = readers.read(content, WANTED)
    assert_good(delivered)
    assert delivered.cleaned[furniture.REPEATED] == 1


def test_a_second_table_with_its_columns_in_another_order_is_refused() -> None:
    text = text_of(FAULTS["none"], ";", "\n")
    with pytest.raises(Refused, match="regel 42 begint een tweede tabel"):
        readers.read((text + ";".join(reversed(NAMES)) + "\nopen;1;x;y;z\n").encode(), WANTED)


@pytest.mark.parametrize("tail", ["", ","])
@pytest.mark.parametrize("behind", ["", ","])
def test_decimal_commas_between_commas_are_refused_in_their_own_words(
    tail: str, behind: str
) -> None:
    rows = [f"TB{n},Financiën,01-03-2026,{n},{n % 100:02d},open{tail}" for n in range(40)]
    text = "\n".join([",".join(NAMES) + behind, *rows]) + "\n"
    with pytest.raises(Refused, match="komma voor de decimalen"):
        readers.read(text.encode(), WANTED)


def test_decimal_commas_at_the_end_of_a_row_are_never_another_column() -> None:
    names = ["zaak_id", "bedrag_eur", "status"]
    wanted = Wanted(frozenset(names), frozenset(names[:2]))
    text = "zaak_id,bedrag_eur,\n" + "".join(f"Z{n},12,{n % 90 + 10}\n" for n in range(20))
    with pytest.raises(Refused, match="komma voor de decimalen"):
        readers.read(text.encode(), wanted)


@pytest.mark.parametrize("value", [r"de \"nieuwe\" brug", r"\"nieuw\"", r"pad C:\\temp\\"])
def test_quotes_behind_a_backslash_are_quotes(value: str) -> None:
    lines = ["zaak_id;team;aangemaakt_op;bedrag_eur;status"]
    lines += [f'"TB{n}";"{value}; {n}";"01-03-2026";"1";"een \\"a\\" b"' for n in range(10)]
    delivered = readers.read(("\n".join(lines) + "\n").encode(), WANTED)
    expected = value.replace('\\"', '"').replace("\\\\", "\\")
    assert delivered.frame["team"].to_list() == [f"{expected}; {n}" for n in range(10)]
    assert delivered.cleaned[csv_files.ESCAPED]


def test_a_backslash_before_the_end_of_a_value_stays() -> None:
    lines = [";".join(NAMES)] + [rf'TB{n};"C:\temp\";01-03-2026;1;open' for n in range(10)]
    delivered = readers.read("\n".join(lines).encode(), WANTED)
    assert delivered.frame["team"].unique().to_list() == ["C:\\temp\\"]


def test_a_row_that_lacks_a_value_is_rejected_where_rows_end_in_a_separator() -> None:
    lines = text_of(FAULTS["separator behind rows"], ";", "\n").splitlines()
    short = lines[3].replace("Coördinatie;", "").replace("Griffie & café;", "")
    delivered = readers.read("\n".join([*lines[:3], short, *lines[4:], ""]).encode(), WANTED)
    assert (delivered.rows, delivered.rejects["_line"].to_list()) == (40, [4])


def test_a_separator_too_many_in_one_row_may_stand_within_a_value() -> None:
    lines = text_of(FAULTS["none"], ";", "\n").splitlines()
    delivered = readers.read(
        "\n".join([*lines[:3], lines[3] + ";", *lines[4:], ""]).encode(), WANTED
    )
    assert delivered.rejects["_line"].to_list() == [4]


@pytest.mark.parametrize("last", ["TB41", "TB41;Fin", "TB 41", "TB41;;;;"])
def test_a_record_that_was_cut_is_no_footer(last: str) -> None:
    delivered = readers.read((text_of(FAULTS["none"], ";", "\n") + last).encode(), WANTED)
    assert delivered.rows == 41


def test_a_team_that_is_called_total_stays() -> None:
    text = text_of(FAULTS["none"], ";", "\n").replace("Financiën", "Totaal")
    assert readers.read(text.encode(), WANTED).rows == 40


def test_a_header_beyond_twenty_rows_is_said_to_be_missing() -> None:
    text = text_of(_above(*(f"regel {n}" for n in range(25))), ";", "\n")
    assert "zaak_id" not in readers.read(text.encode(), WANTED).headers


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("titel\na;b;c\n1,5;2;3\n4,1;5;6\n", ";"),
        ("titel\nnog een titel\na|b|c\n1|2|3\n", "|"),
        ('"sep=|"\na;b|c;d\n', "|"),
    ],
)
def test_a_title_does_not_hide_the_separator(text: str, separator: str) -> None:
    assert csv_head.separator_of(text.encode()) == separator


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        ("title", "unended"),
        ("separator behind header", "unended"),
        ("source", "unended"),
        ("total", "unended"),
    ],
)
def test_a_file_without_a_last_line_end_is_not_called_cut(
    fault: str, end: str, tmp_path: Path
) -> None:
    path = tmp_path / "zaken.csv"
    path.write_text(text_of(FAULTS[fault], ";", "\n").removesuffix("\n"))
    assert landing.end_of(path) == end
    path.write_text(text_of(FAULTS["title"], ";", "\n") + "TB41;Fin")
    assert landing.end_of(path) == "cut"


def test_lines_without_their_last_separators_are_told() -> None:
    lines = [
        ";".join(NAMES),
        *(";".join(record if record[-1] else record[:-1]) for record in RECORDS),
    ]
    found = readers.read(("\n".join(lines) + "\n").encode(), WANTED)
    assert found.rejects.height == len(RECORDS) / 2
    assert csv_files.SHORT in found.notes


def test_a_line_that_broke_in_a_text_is_not_taken_for_that() -> None:
    lines = [";".join(NAMES), *(";".join(record) for record in RECORDS)]
    broken = "\n".join([*lines[:5], lines[5].replace("-03-", "\n", 1), *lines[6:]]) + "\n"
    found = readers.read(broken.encode(), WANTED)
    assert found.rejects.height == 2
    assert csv_files.SHORT not in found.notes
