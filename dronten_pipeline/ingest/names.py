"""What may be said of the name that somebody gave to a file.

Here belongs: deciding whether a name may be repeated, the token that stands for one that may not,
and the words in which such a file is spoken of. Not here: finding personal data in a text
(`core/personal.py`), or which table a file belongs to (`landing.py`).

People write names, numbers and addresses of others into the names of files, and no pattern tells
the name of a person from any other word. So a name is repeated only where every part of it is
known: a word of the contract, a word that deliveries carry anyway (`WORDS`), one letter, a date or
a short number. Of any other name a keyed hash is kept: enough to know the file again, and nothing
to read.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
from dataclasses import dataclass

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core import personal

#: Begins the token of a name that is not shown; no name that may be shown holds it.
HIDDEN = "#"
HASH_LENGTH = 24
LONGEST = 100

#: What systems and people write into names of files beside the table: none of it names anybody.
_WORDS = """
    csv tsv txt xlsx xls xlsm ods json jsonl ndjson parquet xml zip gz bz xz zst tgz tar pdf
    dat bak ok md snappy
    aanlevering aanvulling aanvullend actueel alles archief begroting bestand bijlage bron
    correctie gecorrigeerd dag dagelijks data dataset deel definitief def dump export extract file
    gegevens geheel halfjaar herlevering herstel herzien historie historisch id import jaar
    jaarlijks jaarrekening kopie copy kwartaal kw kwartalen laatste lev levering lijst maand
    maandelijks nieuw nieuwste nr nummer of opgave oud overzicht part per periode rapport
    rapportage realisatie regel regels tabel tabellen test totaal tot tm tem tussenstand
    uitdraai update upload van en versie version vervolg volledig voorlopig vorige wijziging
    wijzigingen wk week weken wekelijks
    januari februari maart april mei juni juli augustus september oktober november december
    jan feb mrt maa apr jun jul aug sep sept okt nov dec
"""
WORDS = frozenset(_WORDS.split())

_PART = re.compile(r"[^\W\d_]+|\d+", re.UNICODE)
#: Between the parts: what a name is made of besides letters and digits.
_REST = re.compile(r"[-_. ()+,&]*")
#: Runs of digits that are a moment: as `20260331`, `31032026`, `202603311530`, `20260331153000`.
_MOMENTS = {8: ("%Y%m%d", "%d%m%Y"), 12: ("%Y%m%d%H%M",), 14: ("%Y%m%d%H%M%S",)}
_LONGEST_NUMBER = 6
#: So many digits, taken together over what stands between them, can be a number of a person.
_LONG_TOGETHER = 8
#: Nine digits of which the first four look like a year leave so many.
_LOOSE_BESIDE_YEAR = 5
#: A day, month or year that stands by itself, as `2026-03-31`, `31-03-2026`, `2026_03` or `2026`.
_PERIOD = re.compile(
    r"(?<!\d)(?:20\d\d[-_. ]?(?:0[1-9]|1[0-2])[-_. ](?:0[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-_. ](?:0?[1-9]|1[0-2])[-_. ]20\d\d"
    r"|(?:19|20)\d\d(?:[-_. ]?(?:0[1-9]|1[0-2]))?)(?!\d)"
)
#: A day before 2000 may be a day of birth.
_BIRTH = re.compile(
    r"(?<!\d)(?:\d{1,2}[-_. ]+\d{1,2}[-_. ]+19\d\d|19\d\d[-_. ]+\d{1,2}[-_. ]+\d{1,2})(?!\d)"
)
_FIRST_YEAR = 2000
#: So many single letters after each other spell something.
_SPELLED = 3


@dataclass(frozen=True)
class Names:
    """The names of the files of one source, as they may be kept.

    key: keys the tokens, so that nobody can try names against them.
    """

    source: Source
    key: bytes

    def kept(self, name: str) -> str:
        """The name itself where it may be shown, else its token; of a token, that token."""
        if name.startswith(HIDDEN) or is_showable(name, self.source):
            return name
        return self.token(name)

    def token(self, name: str) -> str:
        # A name that is no UTF-8 has a token as well.
        content = b"file name\0" + name.encode("utf-8", "surrogateescape")
        return HIDDEN + hmac.digest(self.key, content, "sha256").hex()[:HASH_LENGTH]


def is_hidden(kept: str) -> bool:
    return kept.startswith(HIDDEN)


def said(kept: str, table: str | None, number: int | None) -> str:
    """What people see of a kept name: the name, or the number of the delivery and its table."""
    if not is_hidden(kept):
        return kept
    what = "bestand" if number is None else f"levering {number}"
    of = f" van {table}" if table else ""
    # Without a number two such files could not be told apart.
    mark = f", {kept[: len(HIDDEN) + 8]}" if number is None else ""
    return f"{what}{of} (bestandsnaam niet getoond{mark})"


def is_showable(name: str, source: Source) -> bool:
    """Whether the name of a file may be repeated in notes, records and releases.

    The contract may set a pattern of its own (`file_names`); personal data is never shown.
    """
    if len(name) > LONGEST or not name.isprintable() or _holds_personal_data(name):
        return False
    if source.file_names is not None:
        return re.fullmatch(source.file_names, name) is not None
    if _REST.fullmatch(_PART.sub("", name)) is None or _is_spelled(name):
        return False
    if len(_loose_digits(name)) >= _LONG_TOGETHER:
        return False
    own = _words_of(source)
    return all(
        _is_harmless_number(part)
        if part[0].isdecimal()
        else len(part) == 1 or part.casefold() in WORDS or part.casefold() in own
        for part in _PART.findall(name)
    )


def _holds_personal_data(name: str) -> bool:
    """A moment in a name is none; the digits of anything else count together, however far apart."""
    if _BIRTH.search(name):
        return True
    without = re.sub(r"\d+", lambda run: "" if _is_any_moment(run[0]) else run[0], name)
    if personal.found_in(without.replace("_", " ")):
        return True
    together = re.sub(r"\D", "", without)
    return len(_loose_digits(name)) >= _LOOSE_BESIDE_YEAR and (
        "citizen_number" in personal.found_in(together)
    )


def _loose_digits(name: str) -> str:
    """The digits of a name that are no part of a moment or period, together."""
    without = re.sub(r"\d+", lambda run: " " if _is_any_moment(run[0]) else run[0], name)
    return re.sub(r"\D", "", _PERIOD.sub(" ", without))


def _is_spelled(name: str) -> bool:
    """Whether letters stand one by one, as in `J_a_n_s_e_n`."""
    single = "".join("1" if len(part) == 1 else "0" for part in re.findall(r"[^\W\d_]+", name))
    return "1" * _SPELLED in single


def _is_harmless_number(digits: str) -> bool:
    if not digits.isascii():
        return False
    return len(digits) <= _LONGEST_NUMBER or _is_any_moment(digits)


def _is_any_moment(digits: str) -> bool:
    return any(_is_moment(digits, form) for form in _MOMENTS.get(len(digits), ()))


def _is_moment(digits: str, form: str) -> bool:
    try:
        return _FIRST_YEAR <= dt.datetime.strptime(digits, form).year <= 2099
    except ValueError:
        return False


def _words_of(source: Source) -> frozenset[str]:
    """The words of which the contract makes its names, in lower case."""
    names = [source.name, *(table.name for table in source.tables)]
    names += [column.name for table in source.tables for column in table.columns]
    return frozenset(word.casefold() for name in names for word in _PART.findall(name))
