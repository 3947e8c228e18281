"""Which names PostgreSQL takes, and how they are written in SQL that a person copies.

Here belong rules that hold without a server, so that a wrong name is told before any work is done.
Not here: SQL that the program sends, in which psycopg quotes every name.
"""

from __future__ import annotations

import re

#: PostgreSQL cuts a longer name, in bytes of UTF-8, and says nothing.
LONGEST = 63

#: Room behind the name of a schema for that of a release, `_20260317_1a2b3c4d5e6f`.
LONGEST_SCHEMA = 40
_SCHEMA = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_SCHEMA - 1}}}")

_WORDS_OF_SQL = """
all analyse analyze and any array as asc asymmetric authorization binary both case cast check
collate collation column concurrently constraint create cross current_catalog current_date
current_role current_schema current_time current_timestamp current_user default deferrable desc
distinct do else end except false fetch for foreign freeze from full grant group having ilike in
initially inner intersect into is isnull join lateral leading left like limit localtime
localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
references returning right select session_user similar some symmetric system_user table
tablesample then to trailing true union unique user using variadic verbose when where window with
"""

#: What appendix C of its manual calls reserved, in any way; a test asks the server.
RESERVED = frozenset(_WORDS_OF_SQL.split())

#: Roles that PostgreSQL keeps for itself, beside all that begin with `pg_`.
OWN_ROLES = frozenset({"public", "none"})


def wrong_with_schema(name: str) -> str | None:
    """Why readers cannot be given a schema of this name, as a Dutch sentence."""
    if not _SCHEMA.fullmatch(name):
        return (
            f"Een schema heet met kleine letters, cijfers en _, begint met een letter en heeft "
            f"hooguit {LONGEST_SCHEMA} tekens, zoals mart"
        )
    if name.startswith("pg_") or name == "information_schema":
        return "PostgreSQL houdt deze naam voor zichzelf: kies een andere, zoals mart"
    if name in RESERVED:
        return "Dit is een woord van SQL zelf: kies een andere naam, zoals mart"
    return None


def wrong_with_role(name: str) -> str | None:
    """Why there cannot be a role of this name, as a Dutch sentence."""
    if not name or "\0" in name:
        return "Een rol heeft een naam, zoals bi_lezer"
    if len(name.encode()) > LONGEST:
        return f"PostgreSQL kort een naam na {LONGEST} bytes in: kies een kortere"
    if name.lower().startswith("pg_") or name.lower() in OWN_ROLES:
        return "PostgreSQL houdt deze naam voor zichzelf: kies een andere, zoals bi_lezer"
    return None


def written(name: str) -> str:
    """A name as it must stand in SQL, in quotes where it needs them."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'
