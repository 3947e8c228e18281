"""The files that a new source or a new KPI begins with.

Here belongs which files those are, where they come, and the blanks that a person fills in. Not
here: the form of each file (`templates/`), or whether what was filled in is right (`sources.py`,
`seeds.py`, `suites.py`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.core.settings import Settings

#: Stands wherever only a person knows what must stand; no project is in order that still has it.
BLANK = "INVULLEN"

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TEMPLATES = Path(__file__).with_name("templates")
#: What a new KPI is until somebody decides otherwise: a share of counted records, by month.
_REGISTER = {
    "name_nl": BLANK,
    "name_en": BLANK,
    "unit": "percent",
    "direction": "higher",
    "period_grain": "month",
    "document": BLANK,
    "goal_id": "",
    "definition_version": "1",
    "is_sampled": "false",
    "is_about_people": "false",
    "is_cumulative_count": "false",
    "is_additive_over_time": "true",
    "minimum_records": "30",
    "decided_by": BLANK,
}
_DEFINITION = {
    "short_nl": f"{BLANK} (hoogstens 20 woorden, op B1)",
    "counts_nl": f"{BLANK} (teller en noemer)",
    "excludes_nl": "",
    "period_nl": f"{BLANK} (bij welke maand een record hoort)",
    "breakdowns_nl": "",
    "caveats_nl": "",
}


class AdditionError(ValueError):
    """It cannot be added; the message is Dutch and says why."""


def new_source(settings: Settings, name: str) -> list[Path]:
    """Writes the contract, a sample and the staging of a source with one table, `records`.

    Returns:
        the files that were written or changed.

    Raises:
        AdditionError: the name is taken, or cannot be one.
        ContractError: a contract that is there is wrong.
    """
    folder = settings.sources / name
    staging = settings.dbt_project / "models" / "staging" / name
    _check(name, name in load_sources(settings.sources) or folder.exists() or staging.exists())
    files = {
        folder / "source.yml": "source.yml",
        folder / "sample" / "records_2026.csv": "records.csv",
        staging / f"{name}.yml": "staging.yml",
        staging / f"stg_{name}__records.sql": "staging.sql",
    }
    for path, template in files.items():
        _write(path, template, name=name)
    united = _list(settings, "int_staged_table", f"'{name}__records': ['record_id'],")
    return [*files, united]


def new_kpi(settings: Settings, name: str, source: str, table: str) -> list[Path]:
    """Writes the model, the description, the rows and the reconciliation of a KPI, a share.

    Returns:
        the files that were written or changed.

    Raises:
        AdditionError: the name is taken or cannot be one, or there is no such table.
        ContractError: a contract or a seed that is there is wrong.
    """
    seeds = settings.dbt_project / "seeds"
    kpis = settings.dbt_project / "models" / "kpi"
    known = _column(seeds / "kpi_register.csv", "kpi_id")
    _check(name, name in known or (kpis / f"kpi_{name}.sql").exists())
    sources = load_sources(settings.sources)
    tables = [f"{one.name}.{own.name}" for one in sources.values() for own in one.tables]
    if f"{source}.{table}" not in tables:
        raise AdditionError(f"Er is geen tabel {source}.{table}; wel: {', '.join(tables)}.")
    model = f"stg_{source}__{table}"
    staged = _staged(settings, source, model)
    day = next((column for column in staged if column.endswith("_on")), BLANK)
    met = next((column for column in staged if column.startswith("is_")), BLANK)
    values = {"name": name, "source": source, "model": model, "day": day, "met": met}
    rule = settings.expectations / "fct_kpi_value" / f"{name}_reconciles.sql"
    _write(kpis / f"kpi_{name}.sql", "kpi.sql", **values)
    _write(rule, "rule.sql", **values)
    _describe(kpis / "kpi.yml", name)
    owner = sources[source].owner
    today = f"{dt.date.today():%Y-%m-%d}"
    given = {"kpi_id": name, "source_system": source, "owner": owner, "decided_on": today}
    _append(seeds / "kpi_register.csv", _REGISTER | given)
    _append(seeds / "kpi_definition.csv", _DEFINITION | given)
    return [
        kpis / f"kpi_{name}.sql",
        rule,
        kpis / "kpi.yml",
        seeds / "kpi_register.csv",
        seeds / "kpi_definition.csv",
        _list(settings, "int_kpi_value", f"'{name}',"),
    ]


def blanks(settings: Settings) -> Iterator[str]:
    """Each place that still waits for somebody, as file, line and what stands there."""
    for folder in (settings.sources, settings.dbt_project, settings.expectations):
        for path in sorted(folder.rglob("*")):
            if path.suffix not in {".yml", ".sql", ".csv", ".json"} or "target" in path.parts:
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                if BLANK in line:
                    at = line.index(BLANK)
                    where = _columns(text, line) if path.suffix == ".csv" else line[at : at + 60]
                    yield f"{path}:{number}: {where}"


def _columns(text: str, line: str) -> str:
    """The columns of a seed in which a row has a blank."""
    header, cells = csv.reader([text.splitlines()[0], line])
    return "kolom " + ", ".join(
        name for name, cell in zip(header, cells, strict=False) if BLANK in cell
    )


def _check(name: str, is_taken: bool) -> None:
    if not _NAME.fullmatch(name):
        raise AdditionError(
            f"{name!r} kan geen naam zijn: kleine letters, cijfers en enkele liggende streepjes, "
            "te beginnen met een letter, zoals website_feedback."
        )
    if is_taken:
        raise AdditionError(f"{name} bestaat al: kies een andere naam.")


def _write(path: Path, template: str, **values: Any) -> None:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        variable_start_string="<<",  # the other braces are those of dbt
        variable_end_string=">>",
    )
    written = environment.get_template(f"{template}.j2").render(blank=BLANK, **values)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written, encoding="utf-8")


def _list(settings: Settings, union: str, line: str) -> Path:
    """Adds a line, in its order, to the model that unites what there is: dbt must know of it."""
    path = settings.dbt_project / "models" / "intermediate" / f"{union}.sql"
    head, opening, rest = re.split(r"( = [\[{]\n)", path.read_text(encoding="utf-8"), maxsplit=1)
    listed, closing, rest = re.split(r"(^[\]}] %}$)", rest, maxsplit=1, flags=re.MULTILINE)
    lines = "".join(f"{one}\n" for one in sorted([*listed.splitlines(), f"    {line}"]))
    path.write_text(head + opening + lines + closing + rest, encoding="utf-8")
    return path


def _staged(settings: Settings, source: str, model: str) -> list[str]:
    """The columns of a staging model, as its yml names them."""
    from ruamel.yaml import YAML

    for path in sorted((settings.dbt_project / "models" / "staging" / source).glob("*.yml")):
        for one in YAML(typ="safe").load(path.read_text(encoding="utf-8")).get("models", []):
            if one["name"] == model:
                return [column["name"] for column in one["columns"]]
    return []


def _describe(path: Path, name: str) -> None:
    """Adds the description of a KPI, in the order of the names."""
    text = path.read_text(encoding="utf-8")
    said = f"{BLANK} Wat het cijfer is. Eén rij per soort periode, periode, dimensie en waarde"
    entry = (
        f"  - name: kpi_{name}\n"
        f'    description: "{said} van die dimensie."\n'
        "    columns: *columns\n"
    )
    later = (
        found.start()
        for found in re.finditer(r"^  - name: kpi_(\w+)$", text, re.M)
        if found[1] > name
    )
    at = next(later, len(text))
    path.write_text(text[:at] + entry + text[at:], encoding="utf-8")


def _column(path: Path, column: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.DictReader(file)]


def _append(path: Path, row: dict[str, str]) -> None:
    """Adds a row to a seed; what a column of the seed is not about is left out."""
    text = path.read_text(encoding="utf-8")
    header = next(csv.reader(io.StringIO(text)))
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([row[column] for column in header])
    is_ended = text.endswith("\n")
    path.write_text(text + ("" if is_ended else "\n") + line.getvalue(), encoding="utf-8")
