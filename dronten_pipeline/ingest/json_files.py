"""JSON read into records: what every object says of the wanted columns.

Here belongs: objects, their members and how JSON writes a value. Not here: which objects are the
records (`json_envelope.py`), where they stand (`json_structure.py`), how a long list is cut
(`json_records.py`), what a value means (`values.py`).
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from dronten_pipeline.ingest import cleaning, header, json_envelope, json_structure
from dronten_pipeline.ingest.cleaning import KINDS, Kind
from dronten_pipeline.ingest.dialect import Decoded, Format, Refused
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.json_envelope import Delivery
from dronten_pipeline.ingest.json_records import INVALID, ByLine, InList, OneByOne
from dronten_pipeline.ingest.json_structure import InFile, Pieces, Text
from dronten_pipeline.ingest.records import (
    LINE,
    REJECTS,
    ROUNDED,
    Delivered,
    boolean_of,
    number_of,
    rounded,
)

NAMED, NOT_A_NUMBER = "named_object", "not_a_number"
MILLISECONDS, CONTROL = "milliseconds", "control_characters"
KINDS[NAMED] = Kind(
    "keer was een waarde een object met een naam erin; die naam is gelezen", '{"naam": "KCC"}'
)
KINDS[NOT_A_NUMBER] = Kind("keer stond er NaN (geen getal); dat is leeg gelezen", "NaN")
KINDS[MILLISECONDS] = Kind(
    "keer stond een tijdstip als milliseconden sinds 1970; het is omgerekend",
    "/Date(1772442000000)/",
)
KINDS[CONTROL] = Kind(
    "keer had een record een regeleinde of tab in een tekst; daarvoor staat een spatie",
    "een regeleinde in een tekst",
)

#: The member of an object that is its name, or its value.
NAMES = (
    *("naam", "name", "omschrijving", "label", "title", "titel", "value", "waarde"),
    *("weergavenaam", "displayname", "displayName", "Naam", "Name", "Title", "Value", "Label"),
    *("$date", "$oid", "$numberDecimal", "$numberLong", "$numberInt"),
)

NO_OBJECT = "Dit is geen JSON-object."
NO_JSON = "De regel is geen geldige JSON."
NO_LINE = (
    "Geen enkele regel van dit bestand is een JSON-object. Lever een lijst van objecten "
    "([{...}, {...}]), of een object per regel."
)
UNENDED = "De laatste regel heeft geen regeleinde: het bestand is mogelijk afgebroken."
IS_OBJECT = "ltrim(record, ' ' || chr(9) || chr(10) || chr(13))[1] = '{' and json_valid(record)"
DATE = r"^/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/$"
#: More digits than a double tells apart.
MANY_DIGITS = r"^-?(?:\d\.?){16,}"


#: The member of a record that holds another (`Delivery.inner`), and the name in there.
Place = tuple[str | None, str]


@dataclass(frozen=True)
class _Found:
    """The records of a file, and what was noted in finding them."""

    delivery: Delivery
    form: Format
    notes: tuple[str, ...] = ()


@dataclass
class _Keys:
    """What the members of the records are called.

    places: per column of the contract where it stands.
    names: of all members, as `header.canonical` gives them, in their order.
    doubled: some object has a member twice.
    odd: blocks in which not every record is an object as it stands, by their number.
    """

    places: dict[str, list[Place]] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    doubled: bool = False
    odd: set[int] = field(default_factory=set)


def read(decoded: Decoded, wanted: Wanted) -> Delivered:
    """Reads a list of objects, objects after each other, or an object that holds such a list.

    Raises:
        Refused: as `readers.read`.
    """
    found = list(Reader(decoded.text, decoded, wanted).read())
    cleaned: Counter[str] = Counter()
    for one in found:
        cleaned.update(one.cleaned)
    return replace(
        found[0],
        frame=pl.concat([one.frame for one in found], how="diagonal"),
        rejects=pl.concat([one.rejects for one in found]),
        unread=pl.concat([one.unread for one in found if one.unread is not None], how="diagonal"),
        rows=sum(one.rows for one in found),
        cleaned=dict(cleaned),
    )


class Reader:
    """The records of a text, read a piece at a time; what its objects are called is known of all.

    Args:
        about: what was found in decoding it.

    Raises:
        Refused: as `readers.read`.
    """

    def __init__(self, text: Text, about: Decoded, wanted: Wanted) -> None:
        import duckdb

        self.about = about
        self.sha256: str | None = None
        self.found = _find(_without_end(text), wanted)
        # A block is too little work for several threads, and each keeps memory of its own.
        self.connection = duckdb.connect(config={"threads": 1})
        self.keys = _keys(self.connection, self.found, wanted)

    def read(self, keep: Collection[str] | None = None) -> Iterator[Delivered]:
        """The records of each piece.

        Args:
            keep: the columns to read, where they are not all that are wanted.
        """
        keys = self.keys
        if keep is not None:
            kept = {name: places for name, places in keys.places.items() if name in keep}
            keys = replace(keys, places=kept)
        cleaned: Counter[str] = Counter(self.about.cleaned)
        block = 0
        for pieces in self.found.delivery.records.pieces():
            frames, unread, rejects = [_no_rows(keys)], [_no_rows(keys)], [REJECTS.to_frame()]
            for whole, plain in _blocks(pieces):
                bad, repaired = REJECTS.to_frame(), 0
                if block in keys.odd:
                    bad, repaired = _odd(self.connection, whole, plain)
                    plain = _except(plain, bad.get_column(LINE).to_arrow())
                self.connection.register("delivered", plain)
                taken, counts = _values(self.connection, keys, self.about.damaged)
                frame, rest, more = taken
                frames.append(frame)
                unread.append(rest)
                rejects += bad, more
                cleaned[CONTROL] += repaired
                cleaned.update(counts)
                block += 1
            yield Delivered(
                format=self.found.form,
                encoding=self.about.encoding,
                separator=None,
                frame=pl.concat(frames[1:] or frames, how="diagonal"),
                rejects=pl.concat(rejects).sort(LINE),
                unread=pl.concat(unread, how="diagonal"),
                headers=tuple(keys.names),
                rows=len(pieces.line),
                notes=(*self.about.notes, *self.found.notes),
                cleaned=+cleaned,  # without those that did not occur
            )
            cleaned = Counter()


def _without_end(text: Text) -> Text:
    """Without the end of a file, for DOS."""
    end = len(text)
    while tail := text[max(0, end - 4096) : end]:
        end -= len(tail) - len(tail.rstrip(b"\x1a"))
        if not tail.endswith(b"\x1a"):
            break
    return text.until(end) if isinstance(text, InFile) else text[:end]


def _find(text: Text, wanted: Wanted) -> _Found:
    if _is_by_line(text):
        return _by_line(text)
    notes: tuple[str, ...] = ()
    try:
        try:
            outline = json_structure.outline(text)
        except json_structure.Commented:
            # Nobody writes comments into what is too large to hold.
            text = json_structure.without_comments(text[:])
            outline = json_structure.outline(text)
            notes = ("Commentaar in de JSON is overgeslagen.",)
    except (json_structure.Unbalanced, json_structure.Commented):
        by_line = _by_line(text)
        if not (text[: json_structure.BLOCK].lstrip().startswith(b"{") and _begins(by_line)):
            raise Refused(INVALID) from None
        return by_line
    roots = outline.roots
    if not roots.count:
        raise Refused(INVALID)
    outside = text[: roots.starts[0]] + text[roots.last_end :].strip().removesuffix(b",")
    if outside.strip():
        raise Refused(INVALID)
    if roots.count > 1:
        delivery = Delivery(OneByOne(text, roots))
    elif roots.has_lists:
        delivery = Delivery(InList(text, outline.lists[0]))
    else:
        delivery = json_envelope.find(text, outline, wanted)
        notes += ("De records stonden in een lijst binnen een object.",) * delivery.is_wrapped
    if delivery.inner is None:
        samples = json_envelope.sampled(_first(delivery))
        delivery = replace(delivery, inner=json_envelope.inner_of(samples, wanted))
    return _Found(delivery, "json", notes)


def _begins(by_line: _Found) -> bool:
    """Whether one of the first lines is an object."""
    with contextlib.suppress(Refused):  # a line that does not end
        return bool(json_envelope.sampled(_first(by_line.delivery)))
    return False


def _first(delivery: Delivery) -> Pieces:
    return next(delivery.records.pieces())


def _is_by_line(text: Text) -> bool:
    """Whether most of the first lines, of several, are a whole object each."""
    first = [line.strip() for line in text[: json_structure.BLOCK].split(b"\n", 20)[:20]]
    filled = [line for line in first if line][:5]
    return len(filled) > 1 and 2 * sum(map(_is_object, filled)) > len(filled)


def _is_object(line: bytes) -> bool:
    try:
        roots = json_structure.outline(line).roots
    except (json_structure.Unbalanced, json_structure.Commented):
        return False
    return line.startswith(b"{") and roots.count == 1 and line.endswith(b"}")


def _by_line(text: Text) -> _Found:
    is_ended = text[max(0, len(text) - 1) :] == b"\n"
    return _Found(Delivery(ByLine(text)), "jsonl", () if is_ended else (UNENDED,))


def _blocks(pieces: Pieces) -> Iterator[tuple[Any, Any]]:
    """Arrow tables of some records at a time (`_line`, `record`), and the same without control
    characters: in valid JSON they are nothing but white space."""
    import pyarrow as pa

    for data, offsets, line in pieces.blocks():
        plain = data.copy()
        plain[plain < json_structure.SPACE] = json_structure.SPACE
        places = pa.py_buffer(offsets)
        yield tuple(
            pa.table(
                {
                    LINE: pa.array(line),
                    "record": pa.LargeStringArray.from_buffers(
                        len(line), places, pa.py_buffer(content)
                    ),
                }
            )
            for content in (data, plain)
        )


def _keys(connection: Any, file: _Found, wanted: Wanted) -> _Keys:
    """Raises:
    Refused: no line is an object, or a record in a list is no JSON.
    """
    found, inner = _Keys(), file.delivery.inner
    rows = rejected = block = 0
    for pieces in file.delivery.records.pieces():
        rows += len(pieces.line)
        for whole, plain in _blocks(pieces):
            connection.register("delivered", whole)
            groups = _groups(connection, None)
            if None in groups:
                found.odd.add(block)
                bad, _ = _odd(connection, whole, plain)
                rejected += bad.height
                if file.form == "json":
                    _check_json(bad)
                plain = _except(plain, bad.get_column(LINE).to_arrow())
                connection.register("delivered", plain)
                groups = _groups(connection, None)
            _add(found, groups, None, wanted)
            if inner:
                _add(found, _groups(connection, inner), inner, wanted)
            block += 1
    if file.form == "jsonl" and rejected == rows:
        raise Refused(NO_LINE)
    return found


def _check_json(bad: pl.DataFrame) -> None:
    no_json = bad.filter(pl.col("reason") == NO_JSON)
    if no_json.height:
        # What follows what cannot be read cannot be trusted either.
        raise Refused(
            f"Record {no_json.get_column(LINE)[0]} van dit bestand is geen geldige JSON, en "
            "wat daarop volgt is dan niet zeker. Controleer de aanhalingstekens en komma's "
            "daar, en lever het bestand opnieuw."
        )


def _odd(connection: Any, whole: Any, plain: Any) -> tuple[pl.DataFrame, int]:
    """The records of a block that are no objects, and how many are some only without control
    characters."""
    connection.register("delivered", whole)
    before = _bad_lines(connection)
    connection.register("delivered", plain)
    bad = _bad_lines(connection)
    return bad, before.height - bad.height


def _groups(connection: Any, inner: str | None) -> list[list[str] | None]:
    """The different members that objects have, in their order; None where something is none."""
    held = "record" if inner is None else f"record, {_path(None, inner)}"
    found = connection.sql(
        f"select case when {IS_OBJECT} then coalesce(json_keys({held}), []) end as keys "
        "from delivered group by keys order by min(_line)"
    )
    return [keys for (keys,) in found.fetchall()]


def _except(block: Any, lines: Any) -> Any:
    import pyarrow.compute as pc

    return block.filter(pc.invert(pc.is_in(block[LINE], lines)))


def _bad_lines(connection: Any) -> pl.DataFrame:
    found: pl.DataFrame = connection.sql(
        "select _line, null::varchar as column_name, "
        f"case when json_valid(record) then '{NO_OBJECT}' else '{NO_JSON}' end as reason "
        f"from delivered where not ({IS_OBJECT}) order by _line"
    ).pl()
    return found.cast(REJECTS)


def _add(found: _Keys, groups: list[list[str] | None], inner: str | None, wanted: Wanted) -> None:
    for keys in groups:
        names, _ = header.canonical(keys or (), wanted)
        found.names.update(dict.fromkeys(names))
        for key, name in zip(keys or (), names, strict=True):
            if name in wanted:
                found.doubled |= (keys or []).count(key) > 1
                places = found.places.setdefault(name, [])
                if (inner, key) not in places:
                    places.append((inner, key))


def _values(connection: Any, keys: _Keys, is_damaged: bool) -> tuple[_Taken, cleaning.Counts]:
    """What is taken, and what was put right, of the records in the table `delivered`."""
    # All in one call, so that every object is read once.
    paths = [_path(*place) for places in keys.places.values() for place in places]
    extracted = f"json_extract(record, [{', '.join(paths)}])::varchar[]" if paths else "null"
    selected, count = [LINE], 0
    for index, places in enumerate(keys.places.values()):
        first, count = count + 1, count + len(places)
        # What stands there as JSON; in several places each value once.
        selected.append(
            f"nullif(found[{first}], 'null') as v{index}"
            if len(places) == 1
            else f"list_distinct(list_filter(found[{first}:{count}], lambda x: x <> 'null')) "
            f"as v{index}"
        )
    if keys.doubled:
        selected.append(_doubled(keys))
    if is_damaged:
        selected.append("contains(record, chr(65533)) as damaged")
    frame = connection.sql(
        f"select {', '.join(selected)} from (select *, {extracted} as found from delivered)"
    ).pl()
    cells = _Cells(connection, frame)
    for index, (name, places) in enumerate(keys.places.items()):
        cells.add(name, f"v{index}", places)
    return cells.taken(), cells.cleaned


def _no_rows(keys: _Keys) -> pl.DataFrame:
    return pl.DataFrame(schema={LINE: pl.Int64, **dict.fromkeys(keys.places, pl.String)})


#: The cells of what is read, those of what is rejected, and why.
_Taken = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


class _Cells:
    """The cells of some records, column by column.

    delivered: `_line`, the JSON texts, `doubled` (a column that stands there twice).
    """

    def __init__(self, connection: Any, delivered: pl.DataFrame) -> None:
        self.connection = connection
        self.delivered = delivered
        self.cleaned: Counter[str] = Counter()
        self.columns: list[pl.Series] = [delivered.get_column(LINE).cast(pl.Int64)]
        self.problems: list[pl.DataFrame] = []
        if "doubled" in delivered.columns:
            about = pl.struct(
                column_name=pl.col("doubled"),
                reason=pl.format("{} staat twee keer in dit object.", "doubled"),
            )
            self.problems.append(
                delivered.select(pl.when(pl.col("doubled").is_not_null()).then(about))
            )
        if "damaged" in delivered.columns:
            about = pl.struct(
                column_name=pl.lit(None, dtype=pl.String),
                reason=pl.lit("Het record bevat tekens die geen UTF-8 zijn."),
            )
            self.problems.append(delivered.select(pl.when("damaged").then(about)))

    def add(self, name: str, delivered: str, places: list[Place]) -> None:
        values = self.delivered.get_column(delivered)
        doubtful = None
        if values.dtype == pl.List:
            doubtful = values.list.len() > 1
            values = values.list.first()
        is_text = values.str.starts_with('"').fill_null(True)
        number = pl.Series([None], dtype=pl.String).new_from_index(0, values.len())
        truth = number.cast(pl.Boolean)
        if not is_text.all():
            values = self._named(values)
            is_text = values.str.starts_with('"').fill_null(True)
            number = values.set(~values.str.contains(r"^-?\d").fill_null(False), None)
            number = self._exact(number, places)
            truth = values.set(~values.is_in(["true", "false"]).fill_null(False), None) == "true"
            self.cleaned[NOT_A_NUMBER] += int((values == "NaN").sum())
            self._judge(name, values, number)
        if doubtful is not None:
            twice = pl.when(doubtful).then(pl.lit("staat er twee keer, met andere waarden"))
            self._problem(name, twice)
        self.columns.append(self._text(values, is_text).alias(name))
        # Numbers and truth values only where there are any: an empty column takes memory too.
        others = number.alias(number_of(name)), truth.alias(boolean_of(name))
        self.columns += [one for one in others if one.null_count() < one.len()]

    def _text(self, values: pl.Series, is_text: pl.Series) -> pl.Series:
        text = values.set(~is_text, None)
        escaped = text.str.contains("\\", literal=True).fill_null(False)
        text = text.str.strip_prefix('"').str.strip_suffix('"')
        if escaped.any():
            plain = values.filter(escaped).str.json_decode(pl.String)
            text = text.scatter(escaped.arg_true(), plain)
        return self._dated(text)

    def _judge(self, name: str, values: pl.Series, number: pl.Series) -> None:
        """Why a value that is no text cannot be read."""
        value = pl.lit(values)
        self._problem(
            name,
            pl.when(value.str.starts_with("["))
            .then(pl.lit("is een lijst in plaats van een enkele waarde"))
            .when(value.str.starts_with("{"))
            .then(pl.lit("is een object zonder een naam erin, in plaats van een enkele waarde"))
            .when(value.str.contains("^-?Infinity$"))
            .then(pl.lit("is oneindig (Infinity) en geen getal"))
            .when(rounded(pl.lit(number)))
            .then(pl.lit(ROUNDED)),
        )

    def _problem(self, name: str, why: pl.Expr) -> None:
        about = pl.struct(column_name=pl.lit(name), reason=pl.format("{} {}.", pl.lit(name), why))
        self.problems.append(
            self.delivered.select(pl.when(why.is_not_null()).then(about).alias("problem"))
        )

    def taken(self) -> _Taken:
        """Of each record that is rejected the first problem is told."""
        frame = pl.DataFrame(self.columns)
        if not self.problems:
            return frame, frame.clear(), REJECTS.to_frame()
        every = pl.concat(
            [one.rename({one.columns[0]: str(place)}) for place, one in enumerate(self.problems)],
            how="horizontal",
        )
        problem = every.select(pl.coalesce(pl.all()).alias("problem")).to_series()
        good = problem.is_null()
        if good.all():
            return frame, frame.clear(), REJECTS.to_frame()
        rejects = pl.DataFrame([self.columns[0], problem]).filter(~good)
        rejects = rejects.unnest("problem").cast(REJECTS)
        return frame.filter(good), frame.filter(~good), rejects

    def _named(self, values: pl.Series) -> pl.Series:
        """The values with, for an object in which one name stands, that name."""
        objects = values.str.starts_with("{").fill_null(False)
        if not objects.any():
            return values
        self.connection.register("objects", values.filter(objects).to_frame("value").to_arrow())
        paths = ", ".join(_path(None, name) for name in NAMES)
        named = self.connection.sql(
            "select case when len(names) = 1 then names[1] end as name from (select list_filter("
            f"json_extract(value, [{paths}])::varchar[], lambda x: x <> 'null' and "
            "x[1] not in ('{', '[')) as names from objects)"
        ).pl()
        found = named.get_column("name")
        self.cleaned[NAMED] += found.len() - found.null_count()
        return values.scatter(
            objects.arg_true(), found.zip_with(found.is_not_null(), values.filter(objects))
        )

    def _exact(self, number: pl.Series, places: list[Place]) -> pl.Series:
        """Numbers with all the digits that stand in the text, also where a double has fewer."""
        longer = (number.str.contains("[.e]") & number.str.contains(MANY_DIGITS)).fill_null(False)
        if not longer.any() or len(places) > 1:
            return number
        lines = self.columns[0].filter(longer).to_frame().to_arrow()
        self.connection.register("lines", lines)
        member = re.escape(json.dumps(places[0][1], ensure_ascii=False)).replace("'", "''")
        written = (
            self.connection.sql(
                rf"select regexp_extract(record, '{member}\s*:\s*(-?[0-9.eE+-]+)', 1) as written "
                "from delivered join lines using (_line) order by _line"
            )
            .pl()
            .get_column("written")
        )
        short = number.filter(longer)
        # Another member of that name may stand deeper in the object.
        same = written.cast(pl.Float64, strict=False) == short.cast(pl.Float64, strict=False)
        return number.scatter(longer.arg_true(), written.zip_with(same.fill_null(False), short))

    def _dated(self, text: pl.Series) -> pl.Series:
        """Texts with, for milliseconds as .NET and SharePoint write them, the moment in UTC."""
        dated = text.str.contains(DATE).fill_null(False)
        if not dated.any():
            return text
        moments = text.filter(dated).str.extract(DATE).cast(pl.Int64).cast(pl.Datetime("ms"))
        self.cleaned[MILLISECONDS] += moments.len()
        return text.scatter(dated.arg_true(), moments.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))


def _doubled(keys: _Keys) -> str:
    """SQL for the first column whose member stands twice in one object."""
    cases = []
    for name, places in keys.places.items():
        for inner, key in places:
            held = "record" if inner is None else f"record, {_path(None, inner)}"
            same = f"list_filter(json_keys({held}), lambda x: x = {_literal(key)})"
            cases.append(f"case when len({same}) > 1 then {_literal(name)} end")
    return f"coalesce({', '.join(cases)}, null) as doubled"


def _path(inner: str | None, key: str) -> str:
    """SQL for the place of a member in an object."""
    members = [key] if inner is None else [inner, key]
    escaped = (one.replace("\\", "\\\\").replace('"', '\\"') for one in members)
    return _literal("$" + "".join(f'."{one}"' for one in escaped))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
