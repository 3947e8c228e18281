"""Tables and views of a database: one SELECT per table of the contract, in `pull.sql`.

Here belongs: what pull.sql may hold, reading all of it from one snapshot in a transaction that
cannot write, and how values of a database become values of a delivery. Not here: how each database
is spoken to (`connect/databases.py`).

Rows go from a cursor on the server to the file one batch at a time. Who orders a SELECT by the key,
as text in the order of its characters, spares the writer its sorting.
"""

from __future__ import annotations

import datetime as dt
import re
import time
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator

from dronten_pipeline.connect.connector import LOOPBACK, CaFile
from dronten_pipeline.connect.connector import Connector as Common
from dronten_pipeline.connect.databases import DATABASES, Database, opened
from dronten_pipeline.connect.errors import MayPass, Refused, Unchangeable
from dronten_pipeline.connect.session import Session
from dronten_pipeline.connect.writer import Record, Value
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.sources import Table

FILE = "pull.sql"
#: `-- table: incoming` begins the SELECT of that table.
HEAD = re.compile(r"^--[ \t]*table:[ \t]*([A-Za-z][A-Za-z0-9_]*)[ \t]*$", re.MULTILINE)
BATCH = 5_000


class Connector(Common):
    """A database; the password of `user` is the secret PASSWORD."""

    database_kind: Literal["postgresql", "mariadb", "mysql", "sqlserver", "oracle"]
    server: str = Field(pattern=r"^[A-Za-z0-9.:_-]+$", description="Name of the server.")
    port: int | None = Field(default=None, ge=1, le=65535, description="Default: that of the kind.")
    database: str = Field(min_length=1, description="Database; for Oracle the name of its service.")
    user: str = Field(min_length=1, description="An account that may read these tables only.")
    ca_file: CaFile | None = Field(
        default=None,
        description="Certificate of the authority that signed that of the server; default: those "
        "that this machine trusts.",
    )
    statement_seconds: int = Field(
        default=600, ge=1, le=36_000, description="A statement that takes longer is given up."
    )
    timezone: str = Field(
        default="Europe/Amsterdam", description="Of moments that the database keeps without one."
    )

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"tijdzone {name} bestaat niet") from None
        return name

    @model_validator(mode="after")
    def _is_encrypted(self) -> Self:
        if self.database_kind == "sqlserver" and self.ca_file is not None:
            raise ValueError("ca_file kan niet bij sqlserver: die bibliotheek leest het niet")
        return self

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine: elsewhere nothing is said without encryption."""
        return self.server in LOOPBACK


def pull(connector: Connector, session: Session) -> None:
    """Lands every table of pull.sql, all as they were at one moment."""
    path = session.settings.sources / session.source.name / FILE
    statements = read_statements(path, session.source.tables, connector.database_kind)
    with _opened(connector, session) as database:
        session.versions[connector.database_kind] = database.version()
        session.versions["momentopname"] = "ja" if database.begin() else "nee"
        for table, statement in statements:
            session.table(table.name, _records(database, connector, session, table, statement))


def try_login(connector: Connector, session: Session) -> str:
    """Says also when the account may do more than read."""
    path = session.settings.sources / session.source.name / FILE
    statements = read_statements(path, session.source.tables, connector.database_kind)
    with _opened(connector, session) as database:
        said = f"laat ons binnen ({database.version()}); {len(statements)} tabellen in {FILE}"
        if more := database.may_write():
            said += f". LET OP: het account {connector.user} mag meer dan lezen: {more}"
        return said


def _opened(connector: Connector, session: Session) -> Any:
    password: SecretStr = session.secret("PASSWORD")
    return opened(
        connector.database_kind,
        server=connector.server,
        port=connector.port,
        database=connector.database,
        user=connector.user,
        password=password.get_secret_value(),
        login=f"DATALAB_{session.source.name}_PASSWORD".upper(),
        ca_file=connector.ca_file,
        is_local=connector.is_local,
        seconds=connector.statement_seconds,
    )


def read_statements(path: Path, tables: Sequence[Table], kind: str) -> list[tuple[Table, str]]:
    """Each table with its SELECT, in the order of the file.

    Raises:
        ContractError: with file and line, when it is anything else than one SELECT per table.
    """
    if not path.is_file():
        raise ContractError(path, 1, "ontbreekt: daarin staat één SELECT per tabel")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ContractError(path, 1, "is geen UTF-8: bewaar het als UTF-8") from None
    before, *parts = HEAD.split(text)
    known = {table.name: table for table in tables}
    if re.sub(r"--.*", "", before).strip() or not parts:
        raise ContractError(path, 1, "begint niet met -- table: en de naam van een tabel")
    found: list[tuple[Table, str]] = []
    line = 1 + before.count("\n")
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        table = known.pop(name, None)
        if table is None:
            raise ContractError(path, line, f"table {name} is geen tabel van source.yml, of dubbel")
        found.append((table, _one_select(path, line, body, kind)))
        line += body.count("\n")
    return found


def _one_select(path: Path, line: int, text: str, kind: str) -> str:
    """The statement without its semicolon, when it is one SELECT and reads only."""
    import sqlglot
    from sqlglot import exp

    dialect = DATABASES[kind].dialect
    lines = text.splitlines()
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("--")):
        lines.pop()  # what is said of the table below
    text = "\n".join(lines).strip().rstrip(";").rstrip()
    try:
        statements = [one for one in sqlglot.parse(text, read=dialect) if one is not None]
    except sqlglot.errors.SqlglotError as error:
        place = getattr(error, "errors", None) or [{}]
        at = line + int(place[0].get("line") or 1) - 1
        raise ContractError(path, at, "is geen SQL die gelezen kan worden") from None
    refused = (
        *(exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Drop, exp.Alter),
        *(exp.Set, exp.Transaction, exp.Commit, exp.Rollback, exp.Pragma, exp.Use),
    )
    reads = (exp.Select, exp.SetOperation)
    if (
        len(statements) != 1
        or not isinstance(statements[0], reads)
        or any(
            isinstance(node, refused) and not isinstance(node, exp.Query)
            for node in statements[0].walk()
        )
    ):
        raise ContractError(
            path, line, "mag per tabel één SELECT hebben die alleen leest (geen INTO of FOR UPDATE)"
        )
    return text


def _records(
    database: Database, connector: Connector, session: Session, table: Table, statement: str
) -> Iterator[Record]:
    zone = ZoneInfo(connector.timezone)
    columns = {column.name.lower(): column for column in table.columns}
    found, rows = database.rows(statement, table.name, BATCH)
    names = [name.lower() for name in found]
    required = {column.name.lower() for column in table.columns if column.required}
    unknown, missing = set(names) - columns.keys(), required - set(names)
    if unknown or missing or len(set(names)) < len(names):
        wrong = ", ".join(sorted(unknown | missing)) or "een dubbele kolom"
        raise Unchangeable(
            f"{FILE}: de SELECT van {table.name} geeft niet de kolommen van source.yml ({wrong}). "
            "Noem met AS iedere kolom zoals zij daar heet, en geen andere."
        )
    takes = [
        (columns[name].name, columns[name].type == "date", columns[name].type == "timestamp")
        for name in names
    ]
    for batch in rows:
        if time.monotonic() > session.until:
            raise MayPass(
                f"{connector.server}: de tijd voor deze ophaalbeurt is om (minutes in "
                "connector.yml). Er is niets geleverd."
            )
        for row in batch:
            yield {
                name: _value(value, is_day, is_moment, zone, name)
                for (name, is_day, is_moment), value in zip(takes, row, strict=True)
            }


#: What needs no change: the writer knows its form.
_AS_IT_IS = (str, int, Decimal, type(None))


def _value(value: Any, is_day: bool, is_moment: bool, zone: ZoneInfo, name: str) -> Value:
    if type(value) in _AS_IT_IS:
        return value  # type: ignore[no-any-return]
    if isinstance(value, dt.datetime):
        if is_day:
            return (value if value.tzinfo is None else value.astimezone(zone)).date()
        # The hour that comes twice in autumn is taken for its first.
        return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(dt.UTC)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(), zone) if is_moment else value
    if isinstance(value, bool | float):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _decoded(bytes(value))
    raise Refused(
        f"Kolom {name}: {type(value).__name__} is geen waarde voor een levering. Maak er in "
        f"{FILE} tekst, een getal of een datum van (CAST)."
    )


def _decoded(value: bytes) -> str:
    """A text that the database keeps without saying how it is written."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", errors="replace")
