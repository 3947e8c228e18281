"""What became of the rules since the release before, and whether they are those of the commit.

Here belongs comparing what releases were judged by. Not here: what was agreed (`definitions.py`),
judging (`gate/`), and who may have weaker rules published (`gate/approval.py`).

Of two versions of a rule one is `weaker` where a machine can tell: a lower severity, share or
minimum, a higher maximum, a bound that is gone, a value that is now allowed. What differs in
another way (the text of a query, a regular expression, a column) is `changed`: nobody can show that
it is not weaker. What became stricter is not listed.
"""

from __future__ import annotations

import functools
import io
import itertools
import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dronten_pipeline.core.durable import sha256_of, sha256_of_json
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.ledger import bodies, ledger
from dronten_pipeline.ledger.bodies import Agreed, Gate
from dronten_pipeline.ledger.definitions import says_the_same
from dronten_pipeline.ledger.judgement import Agreement, How, RuleChange

_RULE = "tolerance/"
#: What each part of a judgement is made of, by folder of the project.
_PARTS = {
    "suites": ("expectations", re.compile(r"^[^/]+(\.json|\.d/[^/]+\.json|/[^/]+\.sql)$")),
    "contracts": ("sources", re.compile(r"\.yml$")),
    "dbt_project": (
        "dbt_project",
        re.compile(
            r"^(models|seeds|macros|tests|snapshots|analyses)/.*\.(sql|yml|csv|py)$|^\w+\.yml$"
        ),
    ),
    "code": ("dronten_pipeline", re.compile(r"^(?!.*__pycache__).*(?<!\.pyc)$")),
}
_WORDS = {
    "suites": "regels",
    "contracts": "contracten",
    "dbt_project": "rekenregels",
    "code": "programma",
}
_HOW = {"removed": "weg", "weaker": "verzwakt", "changed": "anders"}
#: Characters of a text that are shown, and those of it before the first difference.
_LONG, _BEFORE = 60, 20
_COMMIT = re.compile(r"^([0-9a-f]{12,40})(\+changes)?$")


# --- since the release before


def since_release(
    settings: Settings, release_id: str | None, now: Agreed
) -> tuple[list[RuleChange], bool]:
    """What is gone, weaker or changed since a release, and whether that could be compared."""
    before = agreed_of_release(settings, release_id) if release_id else None
    return (compare(before, now), True) if before is not None else ([], False)


def agreed_of_release(settings: Settings, release_id: str) -> Agreed | None:
    """What a release was judged by; None where the ledger does not say."""
    judged = _judgement_of(settings, release_id)
    return agreed_of(settings, judged.definitions) if judged else None


def _judgement_of(settings: Settings, release_id: str) -> Gate | None:
    for record in ledger.records_of(settings, bodies.Release):
        if record.body.release_id == release_id:
            judged = ledger.read_record(settings, record.body.gate_record, Gate)
            return judged.body if judged else None
    return None


def agreed_of(settings: Settings, named: Agreement | None) -> Agreed | None:
    """What a judgement names as what it was judged by; None where the ledger does not say."""
    if named is None:
        return None
    record = ledger.read_record(settings, named.record, bodies.Definitions)
    return record.body.agreed if record and record.body.sha256 == named.sha256 else None


def compare(before: Agreed, now: Agreed) -> list[RuleChange]:
    """Every rule that is gone, weaker or changed, in the order of their names."""
    found = []
    for name in sorted(before):
        if not name.startswith(_RULE):
            continue
        was = before[name]
        table, rule = name.removeprefix(_RULE).split(".", 1)
        for how, part, old, new in _differences(was, now.get(name)):
            found.append(
                RuleChange(
                    table=table,
                    rule=rule,
                    how=how,
                    part=part,
                    was=old,
                    now=new,
                    is_critical=was["severity"] == "critical",
                )
            )
    return found


def needing_approval(changes: list[RuleChange]) -> list[RuleChange]:
    """Those of critical rules: without a second person they hold a release back."""
    return [change for change in changes if change.is_critical]


def _differences(
    was: Mapping[str, Any], now: Mapping[str, Any] | None
) -> Iterator[tuple[How, str, object, object]]:
    if now is None:
        yield "removed", "rule", was["description"], None
        return
    if was["severity"] == "critical" and now["severity"] != "critical":
        yield "weaker", "severity", was["severity"], now["severity"]
    if was["type"] != now["type"]:
        yield "changed", "type", was["type"], now["type"]
        return
    if not says_the_same(was, now):
        yield "changed", "query", was["query_sha256"], now["query_sha256"]
    old, new = was["allowed"], now["allowed"]
    for part in sorted(old.keys() | new.keys()):
        how = _how(part, old.get(part), new.get(part))
        if how is not None:
            yield how, part, old.get(part), new.get(part)


def _how(part: str, old: Any, new: Any) -> How | None:
    """Whether an argument became weaker or just another; None when neither."""
    if part == "mostly":
        old, new = old if old is not None else 1.0, new if new is not None else 1.0
    if part in ("strict_min", "strict_max"):
        return "weaker" if old and not new else None
    if old == new:
        return None
    if part == "value_set" and isinstance(old, list) and isinstance(new, list):
        return "weaker" if any(value not in old for value in new) else None
    if part in ("mostly", "min_value", "max_value"):
        if old is None or new is None:
            return "weaker" if new is None else None
        if isinstance(old, str) != isinstance(new, str):
            return "changed"
        is_weaker = new > old if part == "max_value" else new < old
        return "weaker" if is_weaker else None
    return "changed"


# --- the commit


def parts(settings: Settings) -> dict[str, str]:
    """One SHA-256 over the names and bytes of each part that decides a verdict."""
    folders = {
        "suites": settings.expectations,
        "contracts": settings.sources,
        "dbt_project": settings.dbt_project,
        "code": PROJECT / "dronten_pipeline",
    }
    return {
        part: sha256_of_json(
            {
                name: sha256_of(path)
                for path in sorted(folder.rglob("*"))
                if path.is_file() and _PARTS[part][1].search(name := _relative(path, folder))
            }
        )
        for part, folder in folders.items()
    }


@functools.lru_cache(maxsize=64)
def parts_of_commit(commit: str) -> Mapping[str, str] | None:
    """The same of a commit of this project; None where git or the commit is not there."""
    paths = [f":(glob){folder}/**" for folder, _ in _PARTS.values() if folder != "sources"]
    command = ["git", "-C", str(PROJECT), "archive", "--format=tar", commit, "--"]
    try:
        archive = subprocess.run(
            [*command, *paths, ":(glob)sources/**/*.yml"], check=True, capture_output=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    import hashlib

    found: dict[str, dict[str, str]] = {part: {} for part in _PARTS}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            if file is None:
                continue
            top, _, name = member.name.partition("/")
            for part, (folder, pattern) in _PARTS.items():
                if top == folder and pattern.search(name):
                    found[part][name] = hashlib.sha256(file.read()).hexdigest()
    return {part: sha256_of_json(files) for part, files in found.items()}


def against_commit(judged_by: Mapping[str, str], code_version: str) -> list[str] | None:
    """The parts that are not those of the commit; None when that cannot be compared."""
    match = _COMMIT.match(code_version)
    theirs = parts_of_commit(match[1]) if match else None
    if theirs is None:
        return None
    return [part for part, sha256 in judged_by.items() if theirs.get(part) != sha256]


def judged_by(judgement: Gate) -> dict[str, str]:
    """The hashes of a judgement; those of before kept only that of the suites."""
    return judgement.judged_by or {"suites": str(judgement.suites_sha256)}


# --- words


def sentences(judgement: Gate, differs: list[str] | None) -> list[str]:
    """What is to be said of the rules of a judgement, in Dutch; nothing when all is usual.

    Args:
        differs: as `against_commit` gives it.
    """
    version = judgement.code_version
    commit = version.removesuffix("+changes")
    found = []
    if differs is None:
        found.append(
            f"Of de regels die van versie {commit} zijn, was niet te vergelijken: die is hier niet "
            "in git te vinden."
        )
    elif differs:
        words = ", ".join(_WORDS[part] for part in differs)
        found.append(f"Beoordeeld met andere {words} dan die van commit {commit}.")
    if version.endswith("+changes"):
        found.append(f"De werkmap had wijzigingen ten opzichte van commit {commit}.")
    changes = judgement.rule_changes
    if changes:
        counts = {how: sum(one.how == how for one in changes) for how in _HOW}
        said = ", ".join(f"{count} {_HOW[how]}" for how, count in counts.items() if count)
        found.append(
            f"Regels sinds de vorige uitgave: {said}, waarvan "
            f"{len(needing_approval(changes))} kritisch."
        )
    if judgement.rules_compared is False and judgement.previous_release:
        found.append(
            "De uitgave ervoor bewaarde haar regels niet: er is niets om mee te vergelijken."
        )
    return found


def in_words(change: RuleChange) -> str:
    """One change as a line: which rule, how, and what came in and went out of it."""
    what = f"{change.table}.{change.rule} is {_HOW[change.how]}"
    part, was, now = change.part, change.was, change.now
    if change.how == "removed":
        return f"{what} ({was})"
    if part == "query":
        # The ledger keeps its hash; the text stands in the files of the rules.
        return f"{what}: de query, in expectations/{change.table}/{change.rule}.sql"
    if isinstance(was, list) and isinstance(now, list):
        return f"{what}: {part}, {_of_lists(was, now)}"
    was, now = _where_they_differ(
        "niets" if was is None else str(was), "niets" if now is None else str(now)
    )
    return f"{what}: {part} was {was}, is {now}"


def how_to_compare(settings: Settings, release_id: str | None) -> str:
    """Where the rules of a release can be read beside those of now, in Dutch."""
    judged = _judgement_of(settings, release_id) if release_id else None
    match = _COMMIT.match(judged.code_version) if judged else None
    if match is None:
        return (
            "De vorige uitgave noemt geen versie in git: leg de map expectations/ naast die van "
            "het programma waarmee zij gemaakt is."
        )
    return (
        f"Beide teksten van een regel toont, in {PROJECT}: git diff {match[1]} -- "
        "expectations/<tabel>*"
    )


def _of_lists(was: list[Any], now: list[Any]) -> str:
    said = [
        f"{word}: {', '.join(map(str, some))}"
        for word, some in (
            ("erbij", [one for one in now if one not in was]),
            ("weg", [one for one in was if one not in now]),
        )
        if some
    ]
    return "; ".join(said) or "in een andere volgorde"


def _where_they_differ(was: str, now: str) -> tuple[str, str]:
    """Both texts, and of long ones the part that begins a little before the first difference."""
    pairs = zip(was, now, strict=False)
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = max(0, same - _BEFORE) if max(len(was), len(now)) > _LONG else 0

    def cut(text: str) -> str:
        end = start + _LONG
        return f"{'...' if start else ''}{text[start:end]}{'...' if len(text) > end else ''}"

    return cut(was), cut(now)


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
