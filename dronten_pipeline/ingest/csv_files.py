"""A CSV text read into records, whole or a piece at a time.

Here belongs: which lines are records, and their values. Not here: the separator and the header
(`csv_head.py`), the encoding (`dialect.py`), where records stand (`structure.py`), and what a row
says that is no record (`furniture.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import polars as pl

from dronten_pipeline.core.limits import MEGABYTE, Limits
from dronten_pipeline.ingest import (
    cleaning,
    csv_head,
    dialect,
    furniture,
    header,
    line_ends,
    structure,
)
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.records import DEFAULT, LINE, REJECTS, Delivered
from dronten_pipeline.ingest.understood import Understood

ESCAPED, TRAILING, RETURNS = "escaped_quote", "trailing_separator", "lone_return"
COMMENT, RULER, NOTHING, BELOW = "comment", "ruler", "says_nothing", "rows_below_table"
cleaning.KINDS.update(
    {
        RETURNS: cleaning.Kind(
            "keer eindigde een regel op een losse CR; wat volgt, is als eigen regel gelezen",
            "Z1;a<CR>Z2;b",
        ),
        ESCAPED: cleaning.Kind(
            "keer stond een backslash voor een aanhalingsteken; het is als aanhalingsteken gelezen",
            r'"de \"nieuwe\" brug"',
        ),
        TRAILING: cleaning.Kind(
            "keer had een regel achteraan scheidingstekens te veel; die zijn weggelaten", "Z1;a;b;"
        ),
        COMMENT: cleaning.Kind(
            "keer stond er een regel met commentaar; die is overgeslagen", "# gemaakt op 1 april"
        ),
        RULER: cleaning.Kind(
            "keer stond er een regel met alleen opmaak; die is overgeslagen", "-----;-----"
        ),
        NOTHING: cleaning.Kind("keer zei een regel dat er niets is; die is overgeslagen", "n/a"),
        BELOW: cleaning.Kind(
            "keer stond er een regel onder de tabel; die is overgeslagen", "Bron: CBS"
        ),
    }
)

#: Share of the records that must end in the same superfluous separators before they are that.
MOST = 0.9
#: Share of the records from which a decimal comma stops the file; fewer are rejected by row.
SOME = 0.05
#: Lines that are no records are looked at one by one; there are few, or the file is no good.
FEW = 10_000
MOST_BELOW = 50

_RULER = re.compile(rb"\A(?=[-=_+|*~.;,\t \"]*+\Z).*?[-=_+*~]{3}.*", re.DOTALL)
_NOTHING = re.compile(rb"(?i)\A[;,|\t \"]*+(?:n/?a|n\.?v\.?t\.?|null|none|geen|\.\.\.)[;,|\t \"]*+")
_FOOTER = re.compile(
    r"(?i)\A\W*(?:©|\(c\)|bron\b|bronnen\b|source\b|copyright\b|cbs\b|einde\b|eof$|end\b|noot\b|"
    r"voetnoot|toelichting\b|opmerking\b|legenda\b|gegenereerd|ge[eë]xporteerd|afgedrukt|"
    r"gemaakt\b|aangemaakt\s+(?:op|door)|generated|exported|pagina\b|page\b|selectie\b|filter\b|"
    r"\(?\d+\s+(?:rows?|rijen|records?|regels?)\b)"
)
_WHOLE, _DECIMALS = re.compile(r"\A\s*+-?\d[\d.]*+"), re.compile(r"\d{1,2}-?\s*")
_ESCAPE = re.compile(rb"\\([\\\"])")


def read(decoded: dialect.Decoded, wanted: Collection[str], limits: Limits = DEFAULT) -> Delivered:
    """Reads a CSV text.

    Raises:
        Refused: as `readers.read`.
        TooLarge: it has too many columns, or a line that is too long.
    """
    delivered, _ = Reader(Wanted.of(wanted), limits).take(decoded, decoded.text, is_last=True)
    return delivered


#: Some systems write no separators where the last values of a line are empty, and those records
#: (all that is open, say) are then rejected together.
SHORT = (
    "Let op: afgekeurde regels hebben minder velden dan de kop. Vaak zijn de laatste velden daar "
    "leeg, zodat juist die records ontbreken: laat het bronsysteem alle scheidingstekens schrijven."
)


@dataclass
class Reader:
    """Reads a text from its top; what is known of the file goes on from piece to piece.

    keep: the columns to read, where they are not all that are wanted.
    """

    wanted: Wanted
    limits: Limits
    keep: Collection[str] | None = None
    head: csv_head.Head | None = None
    lines: int = 0
    #: Fields of a record, and separators too many behind it; known once records are seen.
    width: int | None = None
    surplus: int = 0
    _has_records: bool = field(default=False, repr=False)

    def take(
        self, decoded: dialect.Decoded, text: bytes, *, is_last: bool
    ) -> tuple[Delivered, bytes]:
        """The records of the next piece of the text, and what of it belongs to the next.

        Args:
            decoded: how it was encoded, and what was said and put right then.
            text: whole lines of UTF-8, of which the first begins a record.
        """
        counts: Counter[str] = Counter(decoded.cleaned)
        text, marks = line_ends.without_marks(text)
        counts.update(marks)
        if self.head is None:
            top = line_ends.split_at_returns(text) if line_ends.has_lone_returns(text) else text
            self.head = csv_head.find(top, self.wanted, self.limits)
            self.lines = self.head.lines
            counts.update(self.head.cleaned)
            text = text[self.head.start :]
        if not is_last and (alike := self._alike(decoded, text, counts)) is not None:
            return alike, b""
        text, layout = self._lines_of(text, counts)
        plain = text
        text, layout = self._without_escapes(text, layout, counts)
        upto = len(layout.start) if is_last else self._whole_records(text, layout)
        rest = b""
        if upto < len(layout.start):
            rest = plain[_start_of_line(plain, int(layout.line[upto])) :]
        if upto:
            self.limits.check_line(int((layout.end[:upto] - layout.start[:upto]).max()))
        delivered = self._records(decoded, text, layout, upto, counts, is_last=is_last)
        self.lines += layout.newlines - rest.count(b"\n")
        return delivered, rest

    def _alike(
        self, decoded: dialect.Decoded, text: bytes, counts: Counter[str]
    ) -> Delivered | None:
        """The records of a piece of which every line is one, without looking for where they stand;
        None where that takes a closer look. What follows a first record and does not end the file
        is no header, ruler or line below the table."""
        assert self.head is not None
        separator, width = self.head.separator, self.width
        if not self._has_records or width is None or self.surplus or decoded.damaged:
            return None
        lines = structure.lines_alike(text, separator, width, self.limits.line_megabytes * MEGABYTE)
        if lines is None or line_ends.has_lone_returns(text):
            return None
        keep, names = self._kept()
        if not names:
            return None
        frame = _parse(text, separator, width, keep).rename(_renamed(keep, names))
        if frame.height != lines or _may_be_blank(frame):
            return None
        records = np.arange(lines)
        if len(places := self._suspects(frame)):
            layout = structure.scan(text, separator, width)
            frame, records = self._without_furniture(text, layout, frame, records, places, counts)
        found = self._delivered(decoded, frame, records + 1, counts)
        self.lines += lines
        return found

    def _delivered(
        self,
        decoded: dialect.Decoded,
        frame: pl.DataFrame,
        lines: structure.Positions,
        counts: Counter[str],
        *,
        rejects: pl.DataFrame | None = None,
        unread: pl.DataFrame | None = None,
        notes: Collection[str] = (),
        blank_lines: int = 0,
    ) -> Delivered:
        """Args:
        lines: of the records, counted from the first of this piece.
        """
        assert self.head is not None
        rejects = REJECTS.to_frame() if rejects is None else rejects
        return Delivered(
            format="csv",
            encoding=decoded.encoding,
            separator=self.head.separator,
            frame=self._placed(frame, lines),
            rejects=rejects,
            unread=unread,
            headers=self.head.names,
            rows=len(lines) + len(rejects),
            notes=(*decoded.notes, *notes),
            blank_lines=blank_lines,
            cleaned={kind: count for kind, count in counts.items() if count},
            understood=Understood(header=self.head.header),
        )

    def _lines_of(self, text: bytes, counts: Counter[str]) -> tuple[bytes, structure.Layout]:
        """The text with LF at the end of every line, and its records.

        Raises:
            Refused: a return by itself ends some lines and stands within others.
        """
        assert self.head is not None
        separator, width = self.head.separator, self.width or len(self.head.names)
        if not line_ends.has_lone_returns(text):
            return text, structure.scan(text, separator, width)
        split_text = line_ends.split_at_returns(text)
        split = structure.scan(split_text, separator, width)
        if b"\n" not in text:
            return split_text, split
        whole = structure.scan(text, separator, width)
        returns = np.flatnonzero(
            (np.frombuffer(text, dtype=np.uint8) == structure.RETURN)
            & (np.frombuffer(split_text, dtype=np.uint8) == structure.NEWLINE)
        )
        ended = np.isin(split.end, returns)
        if not ended.any():  # they all stand within quotes
            return text, whole
        parts = np.flatnonzero(ended | np.concatenate(([False], ended[:-1])))
        parts = parts[~split.blank[parts]]
        usual = {width, _usual(split.fields[~split.blank & ~split.broken])}
        are_records = np.isin(split.fields[parts], list(usual)) & ~split.broken[parts]
        inside = np.searchsorted(whole.start, split.start[parts], side="right") - 1
        held, many = np.unique(inside, return_counts=True)
        held = held[many > 1]
        were_records = np.isin(whole.fields[held], list(usual)) & ~whole.broken[held]
        if len(held) and were_records.all() and not are_records.any():
            return text, whole
        if were_records.sum() <= (1 - MOST) * len(held) and are_records.mean() >= MOST:
            counts[RETURNS] += int(ended.sum())
            return split_text, split
        line = self.lines + int(split.line[parts[0]])
        raise Refused(
            "De regels in dit bestand eindigen op verschillende manieren, en vanaf regel "
            f"{line} is niet te zeggen waar een losse CR een regel eindigt en waar hij in een "
            "waarde staat. Lever het bestand opnieuw met overal hetzelfde regeleinde (CRLF of LF)."
        )

    def _without_escapes(
        self, text: bytes, layout: structure.Layout, counts: Counter[str]
    ) -> tuple[bytes, structure.Layout]:
        """The text with `""` for `\\"`, where its records are more whole that way."""
        assert self.head is not None
        if b"\\" not in text or b'\\"' not in text:
            return text, layout
        other_text = _ESCAPE.sub(lambda match: b'""' if match[1] == b'"' else b"\\", text)
        width = self.width or len(self.head.names)
        other = structure.scan(other_text, self.head.separator, width)
        if _faulty(other, width) >= _faulty(layout, width):
            return text, layout
        counts[ESCAPED] += text.count(b'\\"')
        return other_text, other

    def _whole_records(self, text: bytes, layout: structure.Layout) -> int:
        """How many records are whole: a value in quotes that began shortly before the end of a
        piece may go on after it."""
        tail = len(text) - self.limits.line_megabytes * MEGABYTE
        open_ended = np.flatnonzero(layout.broken & (layout.start >= max(tail, 1)))
        return int(open_ended[0]) if len(open_ended) else len(layout.start)

    def _records(
        self,
        decoded: dialect.Decoded,
        text: bytes,
        layout: structure.Layout,
        upto: int,
        counts: Counter[str],
        *,
        is_last: bool,
    ) -> Delivered:
        assert self.head is not None
        separator = self.head.separator
        body = np.flatnonzero(~layout.blank[:upto])
        if self.width is None and len(body):
            self._decide_width(text, layout, body, counts)
        width = self.width or len(self.head.names)
        damaged = np.zeros(len(body), dtype=np.bool_)
        if decoded.damaged:
            damaged = _damaged_records(text, layout, body)
        fields = layout.fields[body]
        fits = fields == width
        if self.surplus:
            ends_empty = _end_empty(text, layout, body, separator)
            # One separator less can also be a value less, unless the last value is there.
            trailing = (fields == width + self.surplus) & ends_empty
            counts[TRAILING] += int(trailing.sum())
            fits = (fits & ~ends_empty) | trailing
        good = fits & ~layout.broken[body] & ~damaged
        is_whole = layout.ends_with_newline or not is_last
        left_out = self._left_out(text, layout, body, good, counts, is_last, is_whole)
        records = body[good & ~left_out]
        is_bad = ~good & ~left_out
        rejects = self._rejects(layout, body[is_bad], damaged[is_bad], width, is_whole=is_whole)
        # Of a record with other columns than the header nothing is certain.
        legible = body[is_bad & damaged & fits & ~layout.broken[body]]
        unread = self._placed(self._values(text, layout, legible), layout.line[legible])
        frame = self._values(text, layout, records)
        if len(places := self._suspects(frame)):
            frame, records = self._without_furniture(text, layout, frame, records, places, counts)
        notes = []
        if not is_whole and len(body):
            notes.append(
                "De laatste regel heeft geen regeleinde: het bestand is mogelijk afgebroken."
            )
        short = fields[is_bad & ~layout.broken[body] & (fields < width)]
        # Of a line that broke in a text, two parts are together as long as the header.
        if len(short) > 1 and (short == short[0]).all() and 2 * short[0] != width + 1:
            notes.append(SHORT)
        return self._delivered(
            decoded,
            frame,
            layout.line[records],
            counts,
            rejects=rejects,
            notes=notes,
            unread=unread if len(legible) else None,
            blank_lines=int(layout.blank[:upto].sum()),
        )

    def _placed(self, frame: pl.DataFrame, lines: structure.Positions) -> pl.DataFrame:
        """Values of records with their lines, counted from the first of this piece."""
        numbers = pl.Series(LINE, lines + self.lines, dtype=pl.Int64)
        return frame.with_columns(numbers) if frame.width else numbers.to_frame()

    def _decide_width(
        self,
        text: bytes,
        layout: structure.Layout,
        body: structure.Positions,
        counts: Counter[str],
    ) -> None:
        """How many fields a record has, where header and records do not agree on it.

        Raises:
            Refused: amounts hold the separator as their decimal comma.
        """
        assert self.head is not None
        names, named, separator = self.head.names, self.head.named, self.head.separator
        self._refuse_decimal_commas(text, layout, body)
        whole = body[~layout.broken[body]]
        fields = layout.fields[whole]
        usual = _usual(fields) or len(names)
        self.width = len(names)
        if named <= usual < len(names):
            self.width = usual
            self.head = replace(self.head, names=names[:usual])
            counts[TRAILING] += 1
        elif usual > len(names):
            self.surplus = usual - len(names)
            ends_empty = _end_empty(text, layout, whole[fields == usual], separator, self.surplus)
            if ends_empty.mean() < MOST:
                self.surplus = 0

    def _refuse_decimal_commas(
        self, text: bytes, layout: structure.Layout, body: structure.Positions
    ) -> None:
        assert self.head is not None
        separator, named = self.head.separator, self.head.named
        wide = body[(layout.fields[body] > named) & ~layout.broken[body]]
        if separator != "," or len(wide) < max(1, SOME * len(body)):
            return
        looked_at = wide[:: max(1, len(wide) // 200)].tolist()
        rows = [csv_head.cells(text, layout, record, separator) for record in looked_at]
        # Of a record that is no longer than its header, an empty value at the end is ordinary.
        columns = len(self.head.names)
        over = [row for row in rows if len(row) > columns or any(map(str.strip, row[named:]))]
        split = [
            any(_WHOLE.fullmatch(one) and _DECIMALS.fullmatch(two) for one, two in pairwise(row))
            for row in over
        ]
        if len(over) > SOME * len(rows) and sum(split) >= MOST * len(over):
            line = self.lines + int(layout.line[looked_at[0]])
            raise Refused(
                "Dit bestand scheidt de kolommen met komma's, en bedragen hebben een komma voor de "
                f"decimalen zonder aanhalingstekens eromheen: voor het eerst op regel {line}, in "
                f"{len(wide)} van de {len(body)} regels. Lever het opnieuw met puntkomma's tussen "
                "de kolommen, of met aanhalingstekens om de bedragen."
            )

    def _left_out(
        self,
        text: bytes,
        layout: structure.Layout,
        body: structure.Positions,
        good: structure.Flags,
        counts: Counter[str],
        is_last: bool,
        is_whole: bool,
    ) -> structure.Flags:
        """Which of the filled lines are no records by what they say."""
        left_out = np.zeros(len(body), dtype=np.bool_)
        bad = np.flatnonzero(~good)
        if len(bad) <= FEW:
            for place in bad.tolist():
                kind = self._kind_of_line(text, layout, int(body[place]))
                if kind:
                    left_out[place] = True
                    counts[kind] += 1
        if len(body) and good[0] and not self._has_records:
            first = int(body[0])
            if is_ruler(text[layout.start[first] : layout.end[first]]):
                left_out[0] = True
                counts[RULER] += 1
        self._has_records |= bool(good.any())
        if is_last:
            for place in range(len(body) - 1, max(-1, len(body) - 1 - MOST_BELOW), -1):
                is_cut = not is_whole and int(body[place]) == len(layout.start) - 1
                if left_out[place]:
                    continue
                if not self._is_below(text, layout, int(body[place]), is_cut=is_cut):
                    break
                left_out[place] = True
                counts[BELOW] += 1
        return left_out

    def _kind_of_line(self, text: bytes, layout: structure.Layout, record: int) -> str | None:
        assert self.head is not None
        line = text[layout.start[record] : layout.end[record]]
        if line.lstrip(b' "').startswith(b"#"):
            return COMMENT
        if is_ruler(line) or csv_head.HINT.fullmatch(line):
            return RULER
        if _NOTHING.fullmatch(line):
            return NOTHING
        if layout.broken[record] or len(line) > 64 * 1024:
            return None
        cells = [cell.strip() for cell in self._cells(text, layout, record)]
        while cells and not cells[-1]:
            cells.pop()
        names, _ = header.canonical(cells, self.wanted)
        if names == self.head.names[: self.head.named]:
            return furniture.REPEATED
        if len(cells) < (self.width or 0) and self.wanted.required:
            said = next((cell for cell in cells if cell), None)
            schema = dict.fromkeys(sorted(self.wanted.required), pl.String)
            empty = pl.DataFrame({name: [None] for name in schema}, schema=schema)
            kinds = furniture.kinds(empty, self.wanted, pl.Series([said], dtype=pl.String))
            return str(kinds[0]) if kinds[0] else None
        return None

    def _is_below(
        self, text: bytes, layout: structure.Layout, record: int, *, is_cut: bool
    ) -> bool:
        """Whether a line at the end stands below the table: it has one value, which is no key."""
        line = text[layout.start[record] : layout.end[record]]
        width = self.width or 0
        if width < 2 or layout.broken[record] or len(line) > 2_000:
            return False
        cells = [cell.strip() for cell in self._cells(text, layout, record) if cell.strip()]
        is_short = int(layout.fields[record]) < width
        if not cells or (len(cells) > 1 and not is_short):
            return False
        if is_footer(cells[0]):
            return True
        is_text = any(sign in cells[0] for sign in " \u00a0:©")
        return len(cells) == 1 and is_short and is_text and not is_cut

    def _cells(self, text: bytes, layout: structure.Layout, record: int) -> list[str]:
        assert self.head is not None
        return csv_head.cells(text, layout, record, self.head.separator)

    def _values(
        self, text: bytes, layout: structure.Layout, records: structure.Positions
    ) -> pl.DataFrame:
        assert self.head is not None
        separator = self.head.separator
        keep, names = self._kept()
        if not len(records) or not names:
            return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
        stray = records[layout.stray_quotes[records]]
        # In one piece where nothing between the first and the last record must be left out.
        if len(records) == records[-1] - records[0] + 1 and not len(stray):
            source = text[layout.start[records[0]] : layout.end[records[-1]]]
        else:
            source = b"\n".join(_pieces(text, layout, records, stray, separator))
        width = (self.width or len(self.head.names)) + self.surplus
        if self.surplus:  # the first line says how many fields there may be
            source = separator.encode() * (width - 1) + b"\n" + source
        frame = _parse(source, separator, width, keep)[int(self.surplus > 0) :]
        if frame.height != len(records):
            raise Refused(
                f"Het controletotaal klopt niet: van {len(records)} records zijn er {frame.height} "
                "gelezen. Controleer de aanhalingstekens in het bestand en lever het opnieuw."
            )
        return frame.rename(_renamed(keep, names))

    def _kept(self) -> tuple[list[int], list[str]]:
        """Places and names of the columns to read."""
        assert self.head is not None
        kept = self.wanted if self.keep is None else self.keep
        found = [(place, name) for place, name in enumerate(self.head.names) if name in kept]
        return [place for place, _ in found], [name for _, name in found]

    def _suspects(self, frame: pl.DataFrame) -> pl.Series:
        """The rows that may be no records by what they say: they lack something, or their first
        value might say so."""
        names = [name for name in frame.columns if name in self.wanted]
        if not names or not frame.height or self.keep is not None:
            return pl.Series(dtype=pl.get_index_type())
        first = pl.col(names[0])
        likely = sorted({name.split("_")[0] for name in self.wanted} | {"tota", "total", "som"})
        maybe = first.str.contains_any(likely, ascii_case_insensitive=True)
        lacking = [name for name in names if name in self.wanted.required or name == names[0]]
        for name in lacking:
            maybe = maybe | pl.col(name).is_null() | (pl.col(name) == "")
            if name.endswith(("_id", "_nr")):
                maybe |= pl.col(name).str.contains_any(["tota"], ascii_case_insensitive=True)
        return frame.select(maybe.fill_null(True).arg_true()).to_series()

    def _without_furniture(
        self,
        text: bytes,
        layout: structure.Layout,
        frame: pl.DataFrame,
        records: structure.Positions,
        places: pl.Series,
        counts: Counter[str],
    ) -> tuple[pl.DataFrame, structure.Positions]:
        """The records without headers that come again, and without totals.

        Raises:
            Refused: a header comes again with its columns in another order.
        """
        suspects = frame[places]
        said = None
        if len(places) <= FEW:
            cells = (self._cells(text, layout, int(records[place])) for place in places)
            said = pl.Series(
                [next((cell for cell in row if cell.strip()), None) for row in cells],
                dtype=pl.String,
            )
        kinds = furniture.kinds(suspects, self.wanted, said, of=frame.height)
        self._refuse_other_order(suspects.filter(kinds.is_null()), layout, records, places, kinds)
        found = kinds.drop_nulls()
        if not len(found):
            return frame, records
        counts.update(found.to_list())
        kept = np.ones(frame.height, dtype=np.bool_)
        kept[places.filter(kinds.is_not_null()).to_numpy()] = False
        return frame.filter(pl.Series(kept)), records[kept]

    def _refuse_other_order(
        self,
        suspects: pl.DataFrame,
        layout: structure.Layout,
        records: structure.Positions,
        places: pl.Series,
        kinds: pl.Series,
    ) -> None:
        spellings = [header.spelling(name) for name in self.wanted]
        plain = pl.all().str.to_lowercase().str.replace_all(r"[\s_\-\"']+", "")
        # Every cell a name, and none twice: else it is a record of such words.
        named = suspects.select(
            (pl.sum_horizontal(plain.is_in(spellings).fill_null(False)) >= max(2, suspects.width))
            & (pl.concat_list(plain).list.n_unique() == suspects.width)
        ).to_series()
        if not named.any():
            return
        place = int(places.filter(kinds.is_null()).filter(named)[0])
        raise Refused(
            f"Op regel {self.lines + int(layout.line[records[place]])} begint een tweede tabel met "
            "de kolommen in een andere volgorde. Lever de tabellen als twee bestanden."
        )

    def _rejects(
        self,
        layout: structure.Layout,
        records: structure.Positions,
        damaged: structure.Flags,
        width: int,
        *,
        is_whole: bool,
    ) -> pl.DataFrame:
        if not len(records):
            return REJECTS.to_frame()
        frame = pl.DataFrame(
            {
                LINE: layout.line[records].astype(np.int64) + self.lines,
                "fields": layout.fields[records].astype(np.int64),
                "broken": layout.broken[records],
                "damaged": damaged,
                "cut": (not is_whole) & (records == len(layout.start) - 1),
            }
        )
        count = pl.format("{} velden in plaats van {}", "fields", pl.lit(width + self.surplus))
        reason = (
            pl.when("broken")
            .then(pl.lit("Een aanhalingsteken in deze regel wordt niet (goed) gesloten."))
            .when("damaged")
            .then(pl.lit("De regel bevat tekens die geen UTF-8 zijn."))
            .when(pl.col("cut") & (pl.col("fields") < width))
            .then(pl.format("De laatste regel is afgebroken: {}.", count))
            .otherwise(pl.format("De regel heeft {}.", count))
        )
        return frame.select(
            LINE, pl.lit(None, dtype=pl.String).alias("column_name"), reason.alias("reason")
        )


def is_ruler(line: bytes) -> bool:
    """Whether a line holds nothing but what draws a line under a header."""
    return _RULER.fullmatch(line) is not None


def is_footer(text: str) -> bool:
    """Whether a text says where a table comes from, or that it ended."""
    return _FOOTER.match(text) is not None


def _usual(fields: structure.Positions) -> int:
    """The number of fields that most records have; 0 where there are none."""
    return int(np.bincount(fields).argmax()) if len(fields) else 0


def _faulty(layout: structure.Layout, width: int) -> tuple[int, int]:
    """How many records have a fault, and how many of those a quote that does not close."""
    is_faulty = ~layout.blank & (layout.broken | (layout.fields != width))
    return int(is_faulty.sum()), int(layout.broken.sum())


def _end_empty(
    text: bytes,
    layout: structure.Layout,
    records: structure.Positions,
    separator: str,
    many: int = 1,
) -> structure.Flags:
    """Which records end in so many separators."""
    data = np.frombuffer(text, dtype=np.uint8)
    ends = layout.end[records]
    empty = layout.fields[records] > many
    for place in range(1, many + 1):
        empty &= data[np.maximum(ends - place, 0)] == ord(separator)
    return np.asarray(empty)


def _start_of_line(text: bytes, line: int) -> int:
    """Position of the first byte of a line, counted from 1."""
    if line == 1:
        return 0
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == structure.NEWLINE)
    return int(ends[line - 2]) + 1


def _pieces(
    text: bytes,
    layout: structure.Layout,
    records: structure.Positions,
    stray: structure.Positions,
    separator: str,
) -> list[bytes]:
    """Runs of neighbouring records as they stand; records with stray quotes by themselves."""
    odd = np.isin(records, stray)
    breaks = (np.diff(records) != 1) | odd[1:] | odd[:-1]
    bounds = np.concatenate(([0], np.flatnonzero(breaks) + 1, [len(records)]))
    return [
        structure.requoted(text, layout, int(records[first]), separator)
        if odd[first]
        else text[layout.start[records[first]] : layout.end[records[last - 1]]]
        for first, last in pairwise(bounds)
    ]


def _renamed(keep: list[int], names: list[str]) -> dict[str, str]:
    return {f"c{place}": name for place, name in zip(keep, names, strict=True)}


def _may_be_blank(frame: pl.DataFrame) -> bool:
    """Whether a line may have held nothing but separators."""
    if any(not column.null_count() for column in frame.iter_columns()):
        return False
    return bool(frame.select(pl.all_horizontal(pl.all().is_null()).any()).item())


def _parse(source: bytes, separator: str, width: int, keep: list[int]) -> pl.DataFrame:
    try:
        return pl.read_csv(
            source,
            has_header=False,
            separator=separator,
            quote_char='"',
            schema={f"c{index}": pl.String for index in range(width)},
            columns=keep,
        )
    except pl.exceptions.PolarsError as error:
        raise Refused(
            "Het bestand is niet als CSV te lezen. Controleer de aanhalingstekens en het "
            "scheidingsteken, en lever het opnieuw."
        ) from error


def _damaged_records(
    text: bytes, layout: structure.Layout, body: structure.Positions
) -> structure.Flags:
    places = np.array([match.start() for match in re.finditer(dialect.LOST, text)])
    first = np.searchsorted(places, layout.start[body])
    return np.asarray(np.searchsorted(places, layout.end[body]) > first)
