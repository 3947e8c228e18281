"""The one detector of personal data: citizen service numbers, e-mail, IBAN and telephone numbers.

Here belongs finding them in texts and whole numbers, in the spellings that people and systems
write, and judging whether what was found is more than chance. Not here: what is done about it
(`ingest/privacy.py` for what is stored, `gate/personal_data.py` for what would be published).
Names and addresses of persons have no form by which they can be found; no column may ask for them.

A finding is counts, never a value.
"""

from __future__ import annotations

import html
import math
import re
import string
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

import polars as pl
from pydantic import BaseModel, ConfigDict

from dronten_pipeline.core import distinct

if TYPE_CHECKING:
    from dronten_pipeline.core.fixed_width import Bytes

Kind = Literal["citizen_number", "short_citizen_number", "email", "iban", "phone"]
#: What a column is: its text, the numbers of its records, or whole numbers that are counts.
Role = Literal["text", "key", "number"]

DUTCH: dict[Kind, str] = {
    "citizen_number": "getallen die een burgerservicenummer kunnen zijn",
    "short_citizen_number": "getallen die een burgerservicenummer zonder voorloopnul kunnen zijn",
    "email": "e-mailadressen",
    "iban": "rekeningnummers (IBAN)",
    "phone": "telefoonnummers",
}

#: Addresses and numbers at which the municipality itself is reached, not a person: these exactly,
#: in small letters and without separators. Whoever adds one has it read by a second person.
PUBLIC_CONTACTS = frozenset(("gemeente@dronten.nl", "info@dronten.nl", "+31321388911"))

#: Numbers of eight digits in a text are a series of their own from so many on.
MIN_SERIES = 20
CHANCE = 1 / 11
SIGNIFICANCE = 0.001

#: A text is first made plain: codes of HTML and of URLs are read, wide, small and raised signs
#: become plain ones (NFKC), the digits of every script become ours, and what cannot be seen goes.
_CODED = r"&#|&[A-Za-z]{2,8};|%[0-9A-Fa-f]{2}"
_INVISIBLE = r"[\p{Cf}\p{Mn}\p{Me}\u00ad\u1160]"
#: What cannot hold any of it is not looked at further: no eight digits near each other, no code
#: and no sign of an e-mail address.
_MAYBE = (
    r"[\p{Nd}\p{No}](?:[[^\p{L}\p{Nd}\p{No}]\u1160\u3164]{0,8}[\p{Nd}\p{No}]){7}"
    rf"|[@\uff20\ufe6b]|(?i:[(\[{{]at[)\]}}])|{_CODED}"
)
_FEWEST_DIGITS = 8
_SIGNS = frozenset("@\uff20\ufe6b([{&%")
#: The same for texts of ASCII alone: a tenth of the time to prepare, which is most of it for a
#: short column.
_MAYBE_OF_ASCII = (
    r"[0-9](?:[\x00-/:-@\[-`{-\x7f]{0,8}[0-9]){7}"
    rf"|@|(?i:[(\[{{]at[)\]}}])|{_CODED}"
)
#: How most systems number: letters, perhaps a year, and one number. In the shorter none of it can
#: stand, and in the longer only nine digits or a mobile number: so most keys need no further look.
_SHORT_NUMBER = r"^[A-Za-z]{1,12}-(?:(?:19|20)[0-9]{2}-)?[0-9]{1,8}$"
_LONG_NUMBER = r"^[A-Za-z]{1,12}-[0-9]{9,12}$"
#: What people write between groups of digits, besides the marks of amounts and lists (`.,;:`).
_MARKS = r"\-/_\\+|*~'’•·\u2010-\u2015\u2212"
_BETWEEN = rf"[\s\u2800{_MARKS}]"
#: GUIDs as any system writes them, and whole hashes: they hold digits, and none of these numbers.
#: The last part of a GUID that is made up can hold a number of nine digits behind zeros.
_LAST_PART = r"(?:[1-9a-f][0-9a-f]{2}|0[1-9a-f][0-9a-f]|00[1-9a-f])[0-9a-f]{9}|00000[0-9a-f]{7}"
_IDENTIFIER = (
    rf"(?i)[0-9a-f]{{8}}(?:[-_][0-9a-f]{{4}}){{3}}[-_](?:{_LAST_PART})"
    r"|\b(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})\b"
)
#: Shortened hashes, and names of runs and releases; in capitals an IBAN may look so.
_SHORT_HASH = r"\b(?:19|20)\d{6}-[0-9a-f]{12}\b|\b[0-9a-f]{16,64}\b"
#: Accounts of countries whose code is hexadecimal too look like one, in small letters.
_SMALL_ACCOUNT = r"\b((?:ae|ba|be|de|ee)\d{2})(\d{8})(\d{4,11})\b"
_MOMENT = (
    r"\b(?:19|20)\d{2}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}\b"
    r"|\b\d{1,2}:\d{2}(?::\d{2})?\b"
)
_DAY = (
    r"^(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{2})$"
)

#: How nine digits are mostly written in groups. With marks that also stand in amounts, places on
#: earth and lists only those that are not written so: 52.5231234 is a place.
_POINTED = ((3, 3, 3), (4, 2, 3), (4, 3, 2), (2, 2, 2, 3), (1,) * 9)
_GROUPS = (
    *_POINTED,
    *((2, 3, 4), (3, 2, 4), (3, 6), (6, 3)),
    *((3, 2, 2, 2), (2, 3, 2, 2), (2, 2, 3, 2), (2, 2, 2, 2, 1), (1, 2, 2, 2, 2)),
)


def _written(groups: Iterable[tuple[int, ...]], between: str) -> str:
    return "|".join(between.join(rf"\d{{{size}}}" for size in sizes) for sizes in groups)


_LISTED = "(?:[-.]{2}|[.,;:]{2}(?:--)?)"
_GROUPED = rf"(?:^|\D)(0?(?:{_written(_GROUPS, '--')}|{_written(_POINTED, _LISTED)}))(?:\D|$)"
#: All digits that hang together. Two to four groups of them, in whatever sizes, may be one number.
_CHAIN = r"\d+(?:[-.,;:]\d+)+"
_FEW_GROUPS = r"^\d+(?:-\d+){1,3}$"
#: How nine digits look in groups when the zero in front is gone. Never with a comma, nor 12.345.678
#: with points or spaces: so amounts are written. Whatever hangs on makes it something else.
_SHORTENED = ((3, 2, 3), (3, 3, 2), (2, 2, 3, 1), (1, 2, 2, 3), (1,) * 8)
_SHORT_GROUPED = "|".join(
    (
        *(_written(_SHORTENED, mark) for mark in (r"\.", "-", " ")),
        _written([(2, 3, 3)], "-"),
    )
)
_SHORT_CHAIN = r"(?:^|[^\p{L}\d])(\d+(?:[-.,;: ]\d+)+)(?:$|[^\p{L}\d\-.,;: ]|[-.,;: ](?:$|\D))"
_YEAR_IN = r"(?:^|-)(?:19|20)\d\d(?:-|$)"
_NINE = r"^0{0,3}\d{9}$"

_EMAIL = r"[^\s@<>()\[\]{},;:\"'|/\\=]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.[\p{L}][\p{L}\d-]+"
_AT = r"(?i)\s{0,3}(?:@|[(\[{]\s?at\s?[)\]}])\s{0,3}"

#: Country and length of the whole.
_IBAN_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 "
    "EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 "
    "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 "
    "NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 "
    "TN24 TR26 UA29 VA22 VG24 XK20"
)
_IBAN = (
    r"(?:^|[^A-Z0-9])("
    + "|".join(
        rf"{one[:2]}(?:-?[0-9]){{2}}(?:-?[A-Z0-9]){{{int(one[2:]) - 4}}}"
        for one in _IBAN_LENGTHS.split(" ")
    )
    + ")"
)
#: Fewer digits no account has; words in capitals have fewer.
_IBAN_DIGITS = 10

#: With a country, or as a Dutch mobile number, a number of a town (three or four digits, then
#: seven or six) or of a company. The text has no dates any more.
_PHONE = (
    r"(?:^|[^\p{L}\d.\-/+])("
    r"(?:\+|00)[ .-]{0,2}31[ .-]*(?:\(0\)[ .-]*)?[1-9](?:[ .-]{0,2}\d){8}"
    r"|\+[1-9]\d{0,2}(?:[ .()-]{0,4}\d){7,11}"
    r"|00[ .-]{0,2}(?:3[02-9]|4\d|90|212)(?:[ .()-]{0,4}\d){8,11}"
    r"|\(?06\)?[ ./_-]{0,3}[1-9](?:[ ./_-]{0,2}\d){7}"
    r"|\(?0[1-578]\d\)?[ ./-]{0,3}[1-9](?:[ .-]{0,2}\d){6}"
    r"|\(?0[1-57]\d\d\)?[ ./-]{0,3}[1-9](?:[ .-]{0,2}\d){5}"
    r")(?:$|[^\p{L}\d\-/_]|[-/_](?:$|\D))"
)
#: A mobile number without a mark in it is one whatever stands around it.
_RUN = r"\d+(?:[.,]\d+)*"
_MOBILE = r"^(?:0|31|0031)6[1-9]\d{7}$"
#: What stands before the last eight digits of one, where no more than twelve are looked at.
_MOBILE_HEADS = ("06", "316")
#: Of the eleven-test, from the last digit.
_WEIGHTS = (-1, 2, 3, 4, 5, 6, 7, 8, 9)


@cache
def _digits() -> dict[str, str]:
    """The digits of every script beyond ASCII, with ours; looking for them all takes a while."""
    return {
        sign: str(unicodedata.decimal(sign))
        for sign in map(chr, range(128, sys.maxunicode + 1))
        if sign.isdecimal()
    }


class Finding(BaseModel):
    """What may be personal data in one column: counts, never a value.

    `checked` is of how many numbers of that kind and length `suspected` passed a test; where there
    is no test by chance, both are the number found.
    """

    model_config = ConfigDict(frozen=True)

    column_name: str
    is_key: bool
    suspected: int
    checked: int
    kind: Kind = "citizen_number"


def examine(values: pl.Series, *, role: Role = "text") -> list[Finding]:
    """What may be personal data in a column of texts or numbers; of numbers the whole ones.

    A kind of which nothing was found gives no finding, but for the numbers of a key: how many of
    them were checked matters to `is_error`.
    """
    return examine_all([(values, role)])


def examine_all(columns: Iterable[tuple[pl.Series, Role]]) -> list[Finding]:
    """As `examine`, for the columns of a table together: each has its own findings."""
    roles: dict[str, Role] = {}
    texts: list[pl.DataFrame] = []
    counts: list[tuple[int, Kind, int, int]] = []
    for values, role in columns:
        place = len(roles)
        roles[values.name] = role
        if (numbers := _numbers_of_keys(values)) is not None:
            counts += [(place, *found) for found in _counts_of_numbers(numbers)]
            continue
        texts.append(_texts(values).with_columns(pl.lit(place, dtype=pl.UInt32).alias("column")))
    if texts and not (rows := _only_candidates(pl.concat(texts))).is_empty():
        counts += _counts(rows.with_row_index("row"))
    names = list(roles)
    return [
        Finding(
            column_name=names[place],
            is_key=roles[names[place]] == "key",
            suspected=suspected,
            checked=checked,
            kind=kind,
        )
        for place, kind, suspected, checked in sorted(counts, key=lambda one: one[0])
        if suspected or (checked and roles[names[place]] == "key")
    ]


def _numbers_of_keys(values: pl.Series) -> Bytes | None:
    """The numbers, a row per digit, of a column of which every text is a `_LONG_NUMBER` of the same
    length, with as many letters."""
    if values.dtype != pl.String or not len(values := values.drop_nulls()):
        return None
    if re.fullmatch(_LONG_NUMBER, values[0]) is None:
        return None
    from dronten_pipeline.core import fixed_width

    letters = values[0].index("-")
    rows = fixed_width.places(values)
    if rows is None or not fixed_width.are(rows[letters], "-"):
        return None
    before, numbers = rows[:letters], rows[letters + 1 :]
    are_numbered = fixed_width.are_letters(before) and fixed_width.are_digits(numbers)
    return numbers if are_numbered else None


def _counts_of_numbers(numbers: Bytes) -> list[tuple[Kind, int, int]]:
    """As `_counts`, of `_numbers_of_keys`: in those stands nothing else."""
    digits = (numbers - ord("0")).astype("int16")
    spare = len(digits) - len(_WEIGHTS)
    is_nine = ~digits[:spare].any(axis=0)
    total = sum(weight * digits[-1 - place] for place, weight in enumerate(_WEIGHTS))
    passes = is_nine & (total % 11 == 0) & digits.any(axis=0)
    mobile = 0
    for head in _MOBILE_HEADS:
        if len(digits) == len(head) + 8:
            is_mobile = digits[len(head)] != 0
            for row, sign in zip(digits, head, strict=False):
                is_mobile &= row == int(sign)
            mobile = int(is_mobile.sum())
    return [
        ("citizen_number", int(passes.sum()), int(is_nine.sum())),
        ("phone", mobile, mobile),
    ]


def _texts(values: pl.Series) -> pl.DataFrame:
    """The texts of a column (`found`), and how often each stands there (`many`); of numbers the
    whole ones that are long enough, as text."""
    if values.dtype == pl.String:
        frame = values.to_frame("found")
        if distinct.repeating(frame, ["found"]):
            return frame.select(pl.col("found").value_counts(name="many")).unnest("found")
        text = values
    elif values.dtype.is_numeric():
        size = values.drop_nulls()
        if not size.dtype.is_integer():
            size = size.cast(pl.Float64)
            size = size.filter(size == size.floor())
        size = size.cast(pl.Int64, strict=False).drop_nulls().abs()
        text = size.filter(size.is_between(10_000_000, 9_999_999_999)).cast(pl.String)
    else:
        text = values.cast(pl.String)
    return text.to_frame("found").with_columns(pl.lit(1, dtype=pl.get_index_type()).alias("many"))


def _only_candidates(texts: pl.DataFrame) -> pl.DataFrame:
    """Those texts that may hold any of it. Keys as most systems number them are told apart first:
    of a key, that leaves nothing."""
    found = pl.col("found")
    texts = texts.filter(~found.str.contains(_SHORT_NUMBER))
    is_numbered = texts.get_column("found").str.contains(_LONG_NUMBER)
    others = texts.filter(~is_numbered)
    maybe = others.filter(_maybe(others.get_column("found")))
    return pl.concat([texts.filter(is_numbered), maybe]) if is_numbered.any() else maybe


def is_error(findings: Iterable[Finding], *, role: Role | None = None) -> bool:
    """Whether the findings of one kind in one column must stop a publication.

    One number in eleven passes the test of a citizen service number by chance. In a text one that
    passes is enough; in a key it takes clearly more than chance (three of three are), and so it
    does among counts and among many numbers of eight digits, which are a series of their own.
    """
    rows = list(findings)
    suspected = sum(row.suspected for row in rows)
    checked = sum(row.checked for row in rows)
    if not suspected:
        return False
    kind = rows[0].kind
    if kind not in ("citizen_number", "short_citizen_number"):
        return True
    role = role or ("key" if any(row.is_key for row in rows) else "text")
    if role == "text" and (kind == "citizen_number" or checked < MIN_SERIES):
        return True
    return _chance_of(suspected, checked) < SIGNIFICANCE


@lru_cache(maxsize=10_000)
def found_in(text: str) -> tuple[Kind, ...]:
    """The kinds of personal data that one short text may hold."""
    # Most names of files hold too few digits, and no sign of anything else that `_MAYBE` asks for.
    if sum(map(str.isnumeric, text)) < _FEWEST_DIGITS and not _SIGNS.intersection(text):
        return ()
    return tuple(finding.kind for finding in examine(pl.Series([text], dtype=pl.String)))


def in_words(kinds: Iterable[Kind]) -> str:
    """The kinds as part of a Dutch sentence."""
    return ", ".join(DUTCH[kind] for kind in dict.fromkeys(kinds))


def holds_personal_data(text: pl.Series) -> pl.Series:
    """Whether each text may hold any of it; false for null."""
    maybe = _maybe(text).fill_null(False)
    rows = pl.DataFrame({"row": pl.int_range(len(text), eager=True), "found": text}).filter(maybe)
    if rows.is_empty():
        return maybe
    suspected = pl.concat([_suspected(found)["row"] for found in _look(rows).values()])
    return pl.int_range(len(text), eager=True).is_in(suspected.unique().implode())


# --- what is looked for


def _maybe(text: pl.Series) -> pl.Series:
    """Whether a text can hold any of it at all; null for null."""
    is_ascii = text.str.len_bytes() == text.str.len_chars()
    maybe = text.str.contains(_MAYBE_OF_ASCII)
    if is_ascii.all():
        return maybe
    return maybe.zip_with(is_ascii, text.set(is_ascii, None).str.contains(_MAYBE))


def _counts(rows: pl.DataFrame) -> list[tuple[int, Kind, int, int]]:
    """Per column and kind how many were found (or passed) and how many were looked at.

    Args:
        rows: a text (`found`) of a `column`, with its number from 0 (`row`) and how often it
            stands there (`many`).
    """
    counts = [
        rows[found.get_column("row")]
        .select("column", "many", found.get_column("suspected"))
        .group_by("column")
        .agg(
            pl.col("many").filter("suspected").sum().alias("suspected"),
            pl.col("many").sum().alias("checked"),
        )
        .with_columns(pl.lit(kind).alias("kind"))
        for kind, found in _look(rows.select("row", "found")).items()
        if not found.is_empty()
    ]
    return [
        (int(one["column"]), one["kind"], int(one["suspected"]), int(one["checked"]))
        for frame in counts
        for one in frame.iter_rows(named=True)
    ]


def _suspected(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter("suspected")


def _look(rows: pl.DataFrame) -> dict[Kind, pl.DataFrame]:
    """Everything that looks like one of the kinds.

    Args:
        rows: a text (`found`) with its number (`row`).

    Returns:
        Per kind a frame of what was looked at: `row`, `found`, and whether it is `suspected`.
    """
    is_numbered = rows.get_column("found").str.contains(_LONG_NUMBER)
    numbers = rows.filter(is_numbered).with_columns(
        pl.col("found").str.strip_chars_start(string.ascii_letters + "-")
    )
    read = _plain(rows.filter(~is_numbered))
    plain = _replaced(read, (_IDENTIFIER, " "), (_SMALL_ACCOUNT, "$1-$2-$3"), (_SHORT_HASH, " "))
    undated = _replaced(plain, (_MOMENT, " ; "), (r"\s*[\-\u2010-\u2015\u2212\u00b7]\s*", "-"))
    is_public = pl.col("found").is_in(sorted(PUBLIC_CONTACTS))
    addresses = _replaced(
        plain, (_AT, "@"), ("\u3002", "."), (r"(?i)\s?[(\[{](?:dot|punt)[)\]}]\s?", ".")
    )
    emails = _all(addresses, _EMAIL).with_columns(pl.col("found").str.to_lowercase())
    unmarked = pl.concat([_all(plain, _RUN), numbers]).filter(pl.col("found").str.contains(_MOBILE))
    nine = pl.concat(
        [_nine_digits(plain, undated), numbers.filter(pl.col("found").str.contains(_NINE))]
    )
    phones = _replaced(
        pl.concat([_all(_shared_marks_doubled(undated), _PHONE, group=True), unmarked]),
        *((r"\(0\)", ""), (r"[^\d+]", ""), (r"^316", "+316"), (r"^00", "+"), (r"^0", "+31")),
    ).unique()
    return {
        "citizen_number": nine.with_columns(suspected=_passes("found")),
        "short_citizen_number": _eight_digits(undated).with_columns(suspected=_passes("found")),
        "email": emails.with_columns(suspected=~is_public),
        "iban": _ibans(plain).with_columns(suspected=~is_public),
        "phone": phones.with_columns(suspected=~is_public),
    }


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    """The texts with every code, digit and mark in its plain form."""
    if rows.is_empty():
        return rows
    is_coded = pl.col("found").str.contains(_CODED)
    decoded = rows.filter(is_coded).with_columns(
        pl.col("found").map_elements(_decoded, return_dtype=pl.String)
    )
    read = pl.concat([rows.filter(~is_coded), decoded])
    is_ascii = ~pl.col("found").str.contains(r"[^\x00-\x7f]")
    folded = (
        read.filter(~is_ascii)
        .with_columns(pl.col("found").str.normalize("NFKC"))
        .with_columns(pl.col("found").str.replace_all(_INVISIBLE, ""))
        .with_columns(pl.col("found").str.replace_many(_digits()))
    )
    return pl.concat([read.filter(is_ascii), folded])


def _decoded(text: str) -> str:
    return html.unescape(unquote(html.unescape(text), errors="replace"))


def _all(rows: pl.DataFrame, pattern: str, *, group: bool = False) -> pl.DataFrame:
    """Every match in every text, one below the other; its group where the pattern has one."""
    if rows.is_empty():  # a pattern costs its compilation also where there is no text
        return rows
    found = rows.with_columns(pl.col("found").str.extract_all(pattern)).explode("found")
    if group:
        found = found.with_columns(pl.col("found").str.extract(pattern, 1))
    return found.drop_nulls()


def _replaced(rows: pl.DataFrame, *changes: tuple[str, str]) -> pl.DataFrame:
    if rows.is_empty():
        return rows
    text = pl.col("found")
    for pattern, value in changes:
        text = text.str.replace_all(pattern, value)
    return rows.with_columns(text)


def _shared_marks_doubled(rows: pl.DataFrame) -> pl.DataFrame:
    """Two numbers that share what stands between them are then both found."""
    return _replaced(rows, (r"([\s,;:])", "$1$1"))


def _ibans(rows: pl.DataFrame) -> pl.DataFrame:
    if rows.is_empty():
        return rows
    upper = rows.with_columns(pl.col("found").str.to_uppercase())
    marked = _replaced(upper, (r"[\s./_\-\u2010-\u2015\u2212]{1,3}", "-"))
    found = _replaced(_all(marked, _IBAN, group=True), ("-", ""))
    found = found.filter(pl.col("found").str.count_matches(r"\d") >= _IBAN_DIGITS)
    # What only looks like one is rare, so few come here.
    valid = [one for one in found["found"].unique() if _is_iban(one)]
    return found.filter(pl.col("found").is_in(valid)).with_columns(
        pl.col("found").str.to_lowercase()
    )


def _is_iban(text: str) -> bool:
    moved = text[4:] + text[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _nine_digits(plain: pl.DataFrame, undated: pl.DataFrame) -> pl.DataFrame:
    """Numbers of nine digits, also in groups, and with zeros in front of them.

    In groups as they are mostly written anywhere; in other groups only where no further digit
    hangs on, none of them is a year, and it is no telephone number.
    """
    if plain.is_empty():
        return plain
    text = pl.col("found")
    whole = _all(plain, r"\d+").filter(text.str.contains(_NINE))
    # Every mark doubled, for the same reason as above.
    doubled = _replaced(plain, (rf"{_BETWEEN}{{1,4}}", "-"), (r"(\D)", "$1$1"))
    grouped = _all(doubled, _GROUPED, group=True)
    bare = _replaced(
        _replaced(_shared_marks_doubled(undated), (_PHONE, " x ")), (rf"{_BETWEEN}{{1,8}}", "-")
    )
    chains = _all(bare, _CHAIN).filter(
        text.str.contains(_FEW_GROUPS) & ~text.str.contains(_YEAR_IN)
    )
    other = _replaced(chains, (r"\D", "")).filter(text.str.contains(_NINE))
    # A number that was found in both ways is one number.
    return pl.concat([whole, pl.concat([_replaced(grouped, (r"\D", "")), other]).unique()])


def _eight_digits(rows: pl.DataFrame) -> pl.DataFrame:
    """Numbers of eight digits that stand by themselves and are no day, or in groups as a citizen
    service number is written."""
    if rows.is_empty():
        return rows
    bare = _shared_marks_doubled(_replaced(rows, (_PHONE, " ")))
    alone = _all(bare, r"(?:^|[\s(:;,=])(\d{8})(?:\.0+)?(?:$|[\s);,.:])", group=True)
    marked = _replaced(rows, (_PHONE, " x "), (rf"\s*[{_MARKS}]\s*", "-"), (r"[\s\u2800]+", " "))
    chains = _all(marked, _SHORT_CHAIN, group=True)
    grouped = chains.filter(pl.col("found").str.contains(rf"^(?:{_SHORT_GROUPED})$"))
    return pl.concat(
        [alone.filter(~pl.col("found").str.contains(_DAY)), _replaced(grouped, (r"\D", ""))]
    )


def _passes(name: str) -> pl.Expr:
    """Which of these numbers pass the eleven-test."""
    number = pl.col(name).cast(pl.Int64, strict=False)
    # The sum of digits by weight, written as one of the number without its last digits: a digit is
    # what stays of one of those less ten times the next.
    weights = (*_WEIGHTS, 0)
    total = -number
    for place in range(1, len(weights)):
        total += (weights[place] - 10 * weights[place - 1]) * (number // 10**place)
    return ((total % 11 == 0) & (number > 0)).fill_null(False)


def _chance_of(passing: int, checked: int) -> float:
    """Chance that so many or more of `checked` random numbers pass (binomial, upper tail)."""
    if checked > 2000:
        spread = math.sqrt(checked * CHANCE * (1 - CHANCE))
        return 0.5 * math.erfc((passing - 0.5 - checked * CHANCE) / spread / math.sqrt(2))
    return sum(
        math.exp(
            math.lgamma(checked + 1)
            - math.lgamma(hits + 1)
            - math.lgamma(checked - hits + 1)
            + hits * math.log(CHANCE)
            + (checked - hits) * math.log(1 - CHANCE)
        )
        for hits in range(passing, checked + 1)
    )
