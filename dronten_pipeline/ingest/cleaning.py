"""What is put right in a delivery, each kind by one name, so that an auditor sees how often.

Here belongs: the names, their words and an example. Not here: putting it right (the reader of the
format, `values.py`). Whoever puts something right counts it under its kind; the note of a file and
`source_delivery` say the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: How often each kind occurred, by its name in `KINDS`.
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Kind:
    """What a file held, in Dutch words that follow a number, and how it is written there."""

    words: str
    example: str


KINDS: dict[str, Kind] = {
    "formula": Kind("keer stond een waarde als formule; de waarde is gelezen", '="00700"'),
    "outer_quotes": Kind("keer stond een waarde tussen aanhalingstekens", '"00700"'),
    "leading_apostrophe": Kind(
        "keer stond voor een waarde de apostrof van Excel; die is weggelaten", "'-12,50"
    ),
    "sharepoint": Kind(
        "keer had een waarde nog het volgnummer van SharePoint; de naam is gelezen",
        "12;#Burgerzaken",
    ),
    "number_notation": Kind(
        "keer was een nummer als decimaal getal geschreven; het nummer zelf is gelezen",
        "1,000001E+6",
    ),
    "null_text": Kind("keer stond er een woord of streepje voor 'leeg'", "NULL"),
    "unknown_figure": Kind(
        "keer stond er een teken van StatLine voor 'onbekend'; dat is leeg gelezen", "."
    ),
    "no_date": Kind(
        "keer stond er een datum die 'geen datum' betekent; die is leeg gelezen", "0001-01-01"
    ),
    "open_end": Kind(
        "keer stond er een datum die 'nog geen einde' betekent; die is leeg gelezen", "9999-12-31"
    ),
    "perhaps_nothing": Kind(
        "keer stond er een tekst die 'leeg' kan betekenen; die is gelezen zoals hij er staat", "NA"
    ),
    "negative_in_brackets": Kind("keer stond een negatief bedrag tussen haakjes", "(1.212,50)"),
    "trailing_minus": Kind("keer stond het minteken achter een bedrag", "12,50-"),
    "thousands_mark": Kind("keer stond een spatie of apostrof tussen duizendtallen", "1'206,50"),
    "half_days": Kind("keer stond een tijdstip met AM of PM", "2026-03-02 09:00 PM"),
    "minus_one_true": Kind("keer stond -1 voor ja, zoals Access dat schrijft", "-1"),
}


def together(*counts: Counts) -> Counts:
    """The sums of what was counted in parts of a file."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return {kind: many for kind, many in total.items() if many}


def notes(counts: Counts) -> Iterator[str]:
    """A sentence per kind, in the order of `KINDS`."""
    for name, kind in KINDS.items():
        if many := counts.get(name):
            yield f"{many} {kind.words}."


def listed(counts: Counts) -> str | None:
    """The counts in one text, in the order of `KINDS`: `null_text=20; open_end=3`; None without."""
    names = [*KINDS, *sorted(set(counts) - set(KINDS))]
    found = [f"{name}={counts[name]}" for name in names if counts.get(name)]
    return "; ".join(found) or None
