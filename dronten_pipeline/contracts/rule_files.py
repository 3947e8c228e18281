"""A rule that is a query: `expectations/<table>/<rule>.sql`, with what it means at its head.

Here belongs the form of such a file, and what makes two queries the same. Not here: what a rule
may say (`suites.py`) and how it is judged (`gate/`).

The head is comment lines of the form `-- name: text`; a line that starts with more than one space
goes on with the text before it. Below it stands one query, in which `own` is the table itself:

    -- severity: critical
    -- kpi: callbacks_late
    -- description: De teams tellen in elke periode op tot het totaal,
    --   ook als er maar een team is.
    -- on_failure: Zoek welk verzoek in twee teams staat en herstel het model.
    select period_start from own where sample_size < 0

Of a rule that says `-- type: reconciles` the query is a part (`reconciliation.py`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from dronten_pipeline.contracts import reconciliation
from dronten_pipeline.contracts.expectation_types import QUERY_START
from dronten_pipeline.contracts.reading import ContractError

#: What the head may say of the rule, and of how it is judged.
ABOUT = ("severity", "kpi", "owner", "description", "source", "on_failure")
HEAD = ("type", *ABOUT, *reconciliation.HEAD)

_MARK = "--"
_GOES_ON = re.compile(r"  +\S")
_FIELD = re.compile(r" ?([a-z_]+): *(\S.*)")
_WITH = re.compile(r"with\s+", re.IGNORECASE)
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\w+|[^\w\s]")


@dataclass(frozen=True, kw_only=True)
class RuleFile:
    """A file as it was read: `lines` says where each part of the head stands, counted from 1."""

    rule: str
    head: dict[str, str]
    lines: dict[str, int]
    query: str


def read_rule_file(path: Path) -> RuleFile:
    """Reads the head and the query of one rule.

    Raises:
        ContractError: with file, line and what is wrong.
    """
    try:
        written = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ContractError(path, 1, "is geen UTF-8: bewaar het als UTF-8") from error
    head: dict[str, str] = {}
    lines: dict[str, int] = {}
    size = next((at for at, line in enumerate(written) if not line.startswith(_MARK)), len(written))
    for number, line in enumerate(written[:size], 1):
        text = line.removeprefix(_MARK)
        if _GOES_ON.match(text) and head:
            head[[*head][-1]] += f" {text.strip()}"
            continue
        field = _FIELD.fullmatch(text)
        if field is None or field[1] not in HEAD:
            raise ContractError(
                path,
                number,
                f"een regel van het hoofd is `-- naam: tekst`, met als naam een van "
                f"{', '.join(HEAD)}; een vervolgregel begint met twee spaties",
            )
        if field[1] in head:
            raise ContractError(path, number, f"{field[1]} staat er twee keer: haal er een weg")
        head[field[1]], lines[field[1]] = field[2].strip(), number
    body = "\n".join(written[size:]).strip()
    if not body:
        raise ContractError(path, size + 1, "onder het hoofd staat geen query")
    lines["unexpected_rows_query"] = size + 1
    try:
        query = _query(head, body)
    except reconciliation.ReconciliationError as error:
        raise ContractError(path, lines.get(error.field, 1), str(error)) from error
    about = {name: text for name, text in head.items() if name in ABOUT}
    if "type" in head:
        about.setdefault("on_failure", reconciliation.on_failure(head["kpi"]))
    return RuleFile(rule=path.stem, head=about, lines=lines, query=query)


def _query(head: dict[str, str], body: str) -> str:
    kind = head.get("type")
    if kind == reconciliation.TYPE:
        return reconciliation.query(QUERY_START, head, body)
    if kind is not None:
        raise reconciliation.ReconciliationError(
            "type", f"type is {reconciliation.TYPE}, of staat er niet: {kind} is niet bekend"
        )
    for name in reconciliation.HEAD:
        if name in head:
            raise reconciliation.ReconciliationError(
                name, f"{name} hoort bij een regel met `-- type: {reconciliation.TYPE}`"
            )
    return as_judged(body)


def as_judged(body: str) -> str:
    """The query as Great Expectations takes it, with `own` as its first common table."""
    with_others = _WITH.match(body)
    if with_others:
        return f"{QUERY_START}, {body[with_others.end() :]}"
    return f"{QUERY_START}\n{body}"


def hash_of_query(query: str) -> str:
    """SHA-256 of what a query says: its layout and the case of its words are no part of it."""
    tokens = (token if token[0] in "'\"" else token.lower() for token in _TOKEN.findall(query))
    return hashlib.sha256(" ".join(tokens).encode()).hexdigest()
