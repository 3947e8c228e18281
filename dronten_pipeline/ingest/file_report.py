"""What `datalab check` tells of a file: as sentences, and for programs.

Here belongs: the words. Not here: reading the file (`inspection.py`), and what would change
(`differences.py`). The sentences are for whoever holds the file and name its columns; the document
may end in a ticket and holds no name but those of the contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from dronten_pipeline.contracts.sources import Column, Source, Table
from dronten_pipeline.core import file_names, personal
from dronten_pipeline.core.settings import LOCAL_TIME
from dronten_pipeline.ingest import names, parsing
from dronten_pipeline.ingest.differences import Differences
from dronten_pipeline.ingest.records import LINE

SHOWN_REASONS = 10
SHOWN_RECORDS = 3
SHOWN_HEADERS, SHOWN_LENGTH = 20, 40
SEPARATOR_WORDS = {";": "puntkomma", ",": "komma", "\t": "tab", "|": "rechte streep"}
PSEUDONYM = "(versleuteld)"
#: What stands where a stored value looks like personal data.
HIDDEN = "(niet getoond)"
EMPTY = "(leeg)"
#: Ends the column that holds how long a free text is.
LENGTH = "_length"


@dataclass(frozen=True)
class FileReport:
    """What stands in a file, and what is wrong with it.

    contract: the source and table that it was read as.
    problem: why a run would not take it, and what to do; None when it would.
    first: its first records, as they would be stored.
    changes: what would change, or why that is not known, as a part of a sentence; None where the
        file is not taken.
    suspected: personal data in columns that may hold none.
    unread: what else lies in its folder and is never read, in sentences with names of files.
    """

    file_name: str
    parsed: parsing.Parsed
    problem: str | None
    contract: tuple[Source, Table] | None = None
    first: pl.DataFrame = field(default_factory=pl.DataFrame)
    changes: Differences | str | None = None
    suspected: tuple[personal.Finding, ...] = ()
    is_cut_off: bool = False
    unread: tuple[str, ...] = ()

    @property
    def is_accepted(self) -> bool:
        return self.problem is None

    @property
    def source(self) -> str | None:
        return self.contract[0].name if self.contract else None

    @property
    def table(self) -> str | None:
        return self.contract[1].name if self.contract else None

    @property
    def columns(self) -> list[Column]:
        return self.contract[1].columns if self.contract else []

    def lines(self) -> list[str]:
        """The report as Dutch sentences, the verdict first and what to do last."""
        parsed = self.parsed
        verdict = "wordt zo geaccepteerd" if self.is_accepted else "wordt zo NIET geaccepteerd"
        said = [f"{file_names.shown(self.file_name)} {verdict}."]
        if self.contract:
            said.append(f"Bron {self.source}, tabel {self.table}.")
        if parsed.format:
            said.append(f"Vorm: {', '.join(self._form())}.")
            said.append(
                f"Rijen: {parsed.accepted + parsed.rejected}, geaccepteerd {parsed.accepted}, "
                f"afgekeurd {parsed.rejected}."
            )
        for line, reason in parsed.rejects.select(LINE, "reason").head(SHOWN_REASONS).rows():
            said.append(f"  regel {line}: {reason}")
        more = parsed.rejected - SHOWN_REASONS
        if more > 0:
            said.append(f"  en nog {more} afgekeurde rijen.")
        if shown := [name for name in parsed.headers if name]:
            # Whoever has the file may see what stands in it; nothing of this is kept.
            more_names = f" en {len(shown) - SHOWN_HEADERS} meer" * (len(shown) > SHOWN_HEADERS)
            columns = ", ".join(_printable(name[:SHOWN_LENGTH]) for name in shown[:SHOWN_HEADERS])
            said.append(f"Kolommen in het bestand: {columns}{more_names}.")
        said += parsed.notes
        said += self._records_in_words()
        said += self._changes_in_words()
        if self.is_cut_off:
            said.append(
                "Het bestand eindigt midden in een regel: een run wacht een dag op de rest."
            )
        said += [
            f"Kolom {finding.column_name} bevat {finding.suspected} {personal.DUTCH[finding.kind]}."
            for finding in self.suspected
        ]
        said += self.unread
        said.append(f"Wat te doen: {self._advice()}")
        return said

    def document(self) -> dict[str, Any]:
        """The report for programs, of types that JSON knows; its keys stay what they are."""
        parsed, understood = self.parsed, self.parsed.understood
        headers = set(parsed.headers)
        wanted = {column.name.lower() for column in self.columns}
        is_named = self.contract and names.is_showable(self.file_name, self.contract[0])
        known = self.changes if isinstance(self.changes, Differences) else None
        return {
            "is_accepted": self.is_accepted,
            "advice": self._advice(),
            "file_name": self.file_name if is_named else None,
            "source": self.source,
            "table": self.table,
            "format": parsed.format,
            "packed": understood.packed,
            "encoding": parsed.encoding,
            "separator": parsed.separator,
            "sheets": list(understood.sheets),
            "header_lines": list(understood.header or ()),
            "columns": [
                {
                    "name": column.name,
                    "is_delivered": column.name.lower() in headers,
                    "written": understood.columns.get(column.name.lower()),
                }
                for column in self.columns
            ],
            "other_columns": sum(1 for name in parsed.headers if name and name not in wanted),
            "rows": parsed.accepted + parsed.rejected,
            "rows_accepted": parsed.accepted,
            "rows_rejected": parsed.rejected,
            "rejects": [
                {"line": line, "column": column, "reason": reason}
                for line, column, reason in parsed.rejects.head(SHOWN_REASONS).rows()
            ],
            "cleaned": dict(parsed.cleaned),
            "records": [
                {name: _plain(value) for name, value in record.items()} for record in self._shown()
            ],
            "changes": known
            and {
                "new": known.new,
                "changed": known.changed,
                "unchanged": known.unchanged,
                "disappeared": known.gone,
                "repeated": known.repeated,
                "respelled": known.respelled,
                "known": known.known,
                "is_sample": known.is_sample,
            },
            "not_compared": self.changes if isinstance(self.changes, str) else None,
            "personal_data": [
                {
                    "column": finding.column_name,
                    "kind": finding.kind,
                    "suspected": finding.suspected,
                }
                for finding in self.suspected
            ],
            "is_cut_off": self.is_cut_off,
            "notes": list(parsed.notes),
        }

    def _form(self) -> Iterator[str]:
        parsed, understood = self.parsed, self.parsed.understood
        yield str(parsed.format)
        if understood.packed:
            yield f"ingepakt met {understood.packed}"
        if parsed.encoding:
            yield f"tekens {parsed.encoding}"
        if parsed.separator:
            words = SEPARATOR_WORDS.get(parsed.separator, repr(parsed.separator))
            yield f"scheidingsteken {words}"
        if understood.sheets:
            numbers = ", ".join(map(str, understood.sheets))
            yield f"{'werkblad' if len(understood.sheets) == 1 else 'werkbladen'} {numbers}"
        if understood.header:
            first, last = understood.header
            yield f"kop op regel {first}" + f" en {last}" * (last > first)

    def _shown(self) -> list[dict[str, Any]]:
        """The first records, without what a stored value may not show."""
        columns = [_showable(self.first[name], self._column(name)) for name in self._stored()]
        return pl.DataFrame(columns).rows(named=True) if columns else []

    def _stored(self) -> list[str]:
        return [name for name in self.first.columns if name != LINE] if self.first.height else []

    def _column(self, stored: str) -> Column | None:
        return next((column for column in self.columns if column.name.lower() == stored), None)

    def _records_in_words(self) -> Iterator[str]:
        for number, record in enumerate(self._shown(), 1):
            if number == 1:
                yield "De eerste records, zoals ze bewaard worden:"
            values = (self._value_in_words(name, value) for name, value in record.items())
            yield f"  {number}. {'; '.join(values)}"

    def _value_in_words(self, stored: str, value: object) -> str:
        if self._column(stored) is None:
            length = EMPTY if value is None else f"tekst van {value} tekens"
            return f"{stored.removesuffix(LENGTH)} {length}"
        return f"{stored} {_in_words(value)}"

    def _changes_in_words(self) -> Iterator[str]:
        if isinstance(self.changes, str):
            yield f"Niet vergeleken met wat al bekend is: {self.changes}."
        if not isinstance(self.changes, Differences):
            return
        found = self.changes
        what = "de voorbeeldgegevens" if found.is_sample else "wat de laatste run wist"
        gone = "" if found.gone is None else f", {found.gone} verdwenen"
        yield (
            f"Vergeleken met {what}: {found.new} nieuwe records, {found.changed} veranderd, "
            f"{found.unchanged} hetzelfde{gone}."
        )
        if found.respelled:
            keys = "1 sleutel is" if found.respelled == 1 else f"{found.respelled} sleutels zijn"
            yield f"Let op: {keys} al bekend in een andere schrijfwijze."
        if found.repeated:
            rows = "1 rij heeft" if found.repeated == 1 else f"{found.repeated} rijen hebben"
            yield f"{rows} dezelfde sleutel als een latere rij; de laatste telt."

    def _advice(self) -> str:
        if self.problem:
            return self.problem
        if self.suspected:
            return "haal de persoonsgegevens uit het bestand en lever het opnieuw."
        if self.parsed.rejected:
            return (
                "het bestand kan geleverd worden; herstel de afgekeurde regels in het bronsysteem "
                "en lever ze in een volgend bestand."
            )
        return "niets; het bestand kan zo geleverd worden."


def _showable(values: pl.Series, column: Column | None) -> pl.Series:
    if column is None:  # the length of a free text
        return values
    if column.personal_data == "pseudonymise":
        return values.set(values.is_not_null(), PSEUDONYM)
    if column.type not in ("text", "integer"):
        return values
    texts = values.cast(pl.String)
    may_hold = personal.holds_personal_data(texts)
    return texts.set(may_hold, HIDDEN) if may_hold.any() else values


def _plain(value: object) -> object:
    """A stored value as JSON has it: days and moments as ISO 8601, amounts as text."""
    if isinstance(value, dt.datetime):
        return value.astimezone(LOCAL_TIME).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return _amount(value) if isinstance(value, Decimal) else value


def _in_words(value: object) -> str:
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(LOCAL_TIME):%d-%m-%Y %H:%M:%S}"
    if isinstance(value, dt.date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, Decimal):
        return _amount(value).replace(".", ",")
    text = _printable(str(value))
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def _printable(text: str) -> str:
    """Without what could steer a terminal."""
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def _amount(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
