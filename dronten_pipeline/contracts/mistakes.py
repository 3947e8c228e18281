"""What a person wrote wrongly in a file of the project, in Dutch words.

Here belongs what is said of each kind of mistake that pydantic finds. Not here: the rules
(`contracts/sources.py`, `contracts/expectation_types.py`), which bring words of their own for what
they check themselves, or where in the file it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WHOLE = "moet een heel getal zijn"
_NUMBER = "moet een getal zijn"
_DAY = "moet een dag zijn, geschreven als jjjj-mm-dd"
_KEYS = "moet uit sleutels met een waarde bestaan"

#: By the type that pydantic gives; what stands between braces, it says with it.
WORDS = {
    "missing": "ontbreekt",
    "extra_forbidden": "is geen bekende sleutel: haal hem weg of verbeter de spelling",
    "literal_error": "moet een zijn van {expected}",
    "string_type": "moet een tekst zijn",
    "string_too_short": "is te kort: schrijf minstens {min_length} tekens",
    "string_pattern_mismatch": "heeft niet de vorm {pattern}",
    "too_short": "is te kort: er moeten er minstens {min_length} staan",
    "too_long": "is te lang: er mogen er hoogstens {max_length} staan",
    "list_type": "moet een lijst zijn",
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "bool_type": "moet true of false zijn",
    "bool_parsing": "moet true of false zijn",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "greater_than": "moet groter zijn dan {gt}",
    "greater_than_equal": "moet minstens {ge} zijn",
    "less_than": "moet kleiner zijn dan {lt}",
    "less_than_equal": "mag hoogstens {le} zijn",
}


def in_words(found: Mapping[str, Any], where: str = "") -> str:
    """One mistake as a clause without its end.

    Args:
        found: what `ValidationError.errors()` says of it.
        where: the name of the part that is wrong, with which the clause begins.
    """
    if found["type"] == "value_error":  # our own words
        said = found["msg"].removeprefix("Value error, ")
        return f"{where}: {said}" if where else said
    said = WORDS.get(found["type"], f"heeft een waarde die hier niet past ({found['type']})")
    given = {
        name: str(value).replace(" or ", " of ") for name, value in found.get("ctx", {}).items()
    }
    return f"{where or 'het geheel'} {said.format_map(given)}"
