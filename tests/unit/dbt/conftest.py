"""A small invented raw layer and the mart that dbt builds from it.

Here belongs: laying out `raw/current` as the ingest does, and running dbt once per session. Not
here: what the figures must be (the tests say that).
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest

from dronten_pipeline.contracts.dbt_project import DBT
from dronten_pipeline.contracts.sources import FRESH_DAYS, Table, load_sources
from dronten_pipeline.ingest.completeness import GAP_COLUMNS
from dronten_pipeline.ingest.snapshot import (
    PREVIOUS_COLUMNS,
    RATIFICATION_COLUMNS,
    SOURCE_COLUMNS,
    TABLE_COLUMNS,
)
from dronten_pipeline.readability.documents import SCORE_SCHEMA
from tests.unit.dbt.without_terms import DELIVERIES

PROJECT = Path(__file__).resolve().parents[3]
DBT_PROJECT = PROJECT / "dbt_project"
AS_OF = dt.date(2026, 3, 10)

TYPES: dict[str, Any] = {
    "text": pl.String,
    "integer": pl.Int64,
    "decimal": pl.Decimal(28, 6),
    "boolean": pl.Boolean,
    "date": pl.Date,
    "timestamp": pl.Datetime("us", "UTC"),
}
SCORES: dict[str, Any] = dict(SCORE_SCHEMA)
DELIVERY: dict[str, Any] = {
    "source": pl.String,
    "table_name": pl.String,
    "file_name": pl.String,
    "sha256": pl.String,
    "format": pl.String,
    "encoding": pl.String,
    "separator": pl.String,
    "state": pl.String,
    "note": pl.String,
    "received_at": pl.Datetime("us"),
    "rows_delivered": pl.Int64,
    "rows_accepted": pl.Int64,
    "rows_quarantined": pl.Int64,
    "cleaned": pl.String,
    "is_fresh": pl.Boolean,
}
PRIVACY: dict[str, Any] = {
    "source": pl.String,
    "table_name": pl.String,
    "column_name": pl.String,
    "file_name": pl.String,
    "is_key": pl.Boolean,
    "suspected": pl.Int64,
    "checked": pl.Int64,
    "is_error": pl.Boolean,
    "kind": pl.String,
}

Row = dict[str, Any]


def raw_schema(table: Table) -> dict[str, Any]:
    """The columns of an immutable raw file, as the ingest writes them."""
    schema: dict[str, Any] = {}
    for column in table.columns:
        name = column.name.lower()
        if column.personal_data == "free_text":
            schema[f"{name}_length"] = pl.Int64
        elif column.personal_data != "location":
            schema[name] = TYPES[column.type]
    return {**schema, "_line": pl.Int64}


class Raw:
    """A folder `raw/current` under construction."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = load_sources(PROJECT / "sources")
        for source in self.sources.values():
            for table in source.tables:
                self.deliver(source.name, table.name, [], number=0)
        self.run(AS_OF)
        self._write("run__delivery/1", [], DELIVERY)
        self._write("run__privacy/1", [], PRIVACY)
        self._write("run__ratification/1", [], dict(RATIFICATION_COLUMNS))
        self._write("run__table/1", [], dict(TABLE_COLUMNS))
        self._write(
            "run__gap/1",
            [],
            {"source": pl.String, "table_name": pl.String, **GAP_COLUMNS},
        )
        self.score([])

    def run(
        self,
        as_of: dt.date,
        stopped: tuple[str, ...] = (),
        previous: Row | None = None,
        new_deliveries: tuple[str, ...] = (),
    ) -> None:
        """Writes the context of the run, the release before and the state of every source."""
        context = {
            "run_id": "r",
            "as_of": as_of,
            "code_version": "test",
            "is_sample": True,
            "release_id": "new",
        }
        self._write("run__context/1", [context], None)
        self._write("run__previous/1", [previous] if previous else [], dict(PREVIOUS_COLUMNS))
        states: list[Row] = [
            {
                "source": name,
                "state": "stopped" if name in stopped else "current",
                "has_same_deliveries": name not in new_deliveries if previous else None,
                "fresh_days": FRESH_DAYS[source.cadence],
            }
            for name, source in self.sources.items()
        ]
        self._write("run__source/1", states, dict(SOURCE_COLUMNS))

    def deliver(self, source: str, table: str, rows: list[Row], number: int = 1) -> None:
        """Writes one delivery; the line numbers follow the rows."""
        schema = raw_schema(self.sources[source].table(table))
        filled = [
            {**dict.fromkeys(schema), **row, "_line": line} for line, row in enumerate(rows, 2)
        ]
        self._write(f"{source}__{table}/{number:08d}", filled, schema)

    def score(self, rows: list[Row]) -> None:
        """Writes the scores of texts."""
        self._write(
            "text_corpus__scores/1", [{**dict.fromkeys(SCORES), **row} for row in rows], SCORES
        )

    def _write(self, name: str, rows: list[Row], schema: dict[str, Any] | None) -> None:
        path = self.folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(rows, schema=schema, orient="row").write_parquet(path)


def registered() -> list[str]:
    with (DBT_PROJECT / "seeds" / "kpi_register.csv").open(encoding="utf-8") as file:
        return [row["kpi_id"] for row in csv.DictReader(file)]


#: What of the project is built: all but the unit tests, which dbt runs by itself, or models alone,
#: into a warehouse that has its seeds.
WHOLE, MODELS = ("unit_test",), ("unit_test", "test", "seed")


def dbt(raw: Path, home: Path, *arguments: str, previous: str = "") -> str:
    """Runs dbt as a run does, on `home/warehouse.duckdb`; gives what it said.

    All of a session parse the project once: what dbt reads is always called the same, and only
    while it runs.
    """
    target = home.parent / "dbt_target"
    target.mkdir(exist_ok=True)
    links = {target / "raw": raw, target / "home": home}
    environment = {
        **os.environ,
        "DATALAB_RAW_CURRENT": str(target / "raw"),
        "DATALAB_WAREHOUSE": str(target / "home" / "warehouse.duckdb"),
        "DATALAB_PREVIOUS_RELEASE": previous,
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(home / "log"),
        "DBT_LOG_LEVEL_FILE": "info",
        "DBT_PROJECT_DIR": str(DBT_PROJECT),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
    }
    command = [str(DBT), "--no-use-colors", *arguments]
    for link, folder in links.items():
        link.symlink_to(folder, target_is_directory=True)
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True)
    for link in links:
        link.unlink()
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        views = connection.execute("select sql from duckdb_views() where not internal").fetchall()
        for (sql,) in views:
            own = sql.replace(str(target / "raw"), str(raw)).replace("CREATE", "CREATE OR REPLACE")
            connection.execute(own)
    return done.stdout


def dbt_build(
    raw: Path,
    home: Path,
    previous: str = "",
    select: str = "",
    without: Sequence[str] = WHOLE,
) -> Path:
    """Builds the project or a part of it; gives the path of the warehouse."""
    chosen = ["--select", select] if select else []
    said = dbt(raw, home, "build", "--exclude-resource-type", *without, *chosen, previous=previous)
    (home / "build.txt").write_text(said, encoding="utf-8")
    # The next build of a session leaves another in the same place.
    shutil.copyfile(home.parent / "dbt_target" / "run_results.json", home / "run_results.json")
    return home / "warehouse.duckdb"


def publish(connection: duckdb.DuckDBPyConnection, release: Path) -> None:
    """Writes what the next run reads of a release, from the tables of these names."""
    for table in ("fct_kpi_value", "kpi_status", "rapport_kpi_reeks", "work_list"):
        connection.execute(
            f"copy (select *, 'old' as release_id from {table}) to '{release}/{table}.parquet'"
        )


def local(text: str) -> dt.datetime:
    """An instant, from a local time in Europe/Amsterdam."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Amsterdam"))


def vote(number: str, moment: str, answer: str, section: str | None = "wonen") -> Row:
    return {
        "reactie_id": number,
        "ingezonden_op": local(moment),
        "pagina_url": "https://www.example.nl/Verhuizen/aangifte?x=1",
        "paginasectie": section,
        "vraag": "teksten_begrijpelijk",
        "antwoord": answer,
    }


def votes(prefix: str, month: str, yes: int, no: int, section: str) -> list[Row]:
    answers = ["ja"] * yes + ["nee"] * no
    return [
        vote(f"{prefix}{index}", f"{month}-05T12:00:00", answer, section)
        for index, answer in enumerate(answers)
    ]


def response(number: str, form: str, score: str, scale: int) -> Row:
    return {
        "reactie_id": number,
        "ingezonden_op": local("2026-01-15T12:00:00"),
        "formulier": form,
        "score": Decimal(score),
        "schaal_max": scale,
    }


def entry(
    number: str,
    year: int,
    period: int,
    category: str,
    amount: str,
    report: str = "realisatie",
    department: str = "Ruimte",
) -> Row:
    return {
        "boekstuk_id": number,
        "boekjaar": year,
        "periode": period,
        "verslagsoort": report,
        "afdeling": department,
        "categorie": category,
        "bedrag_eur": Decimal(amount),
    }


PERMIT_PAGE = "vergunningpagina"
#: The block of the short pages of February 2026.
PAGES = "pool:website:2026-02:001"


def text(number: str, day: str, level: str | None, sha: str, **listed: Any) -> tuple[Row, Row]:
    """A text in the list, and its score; of one that cannot be judged `refusal` says why."""
    on = dt.date.fromisoformat(day)
    channel = listed.pop("kanaal", "Website")
    in_pool, refusal = listed.pop("in_pool", None), listed.pop("refusal", None)
    words = listed.pop("words", 200)
    delivered = {"tekst_id": number, "kanaal": channel, "gepubliceerd_op": on, **listed}
    scored = {
        "text_id": number,
        "is_pool": False,
        "channel": channel.lower(),
        "published_on": on,
        "text_sha256": sha,
        "in_pool": in_pool,
        "words": words,
        "sentences": 20,
        "level": level,
        "is_b1_or_easier": level in ("A", "B1") if level else None,
        "is_indicative": words < 100 if level else None,
        "method_version": None if refusal else "test",
        "refusal": refusal,
    }
    return {**delivered, "bestand": f"{number}.txt"}, scored


def municipality(year: int, code: str, salaries: str, hiring: str, report: str = "X005") -> Row:
    return {
        "jaar": year,
        "verslagsoort": f"{year}{report}",
        "gm_code": code,
        "gm_naam": code,
        "salarissen_l1_1_keur": Decimal(salaries),
        "inhuur_l3_5_1_keur": Decimal(hiring),
    }


def lay_out(raw: Raw) -> None:
    """The invented deliveries on which the tests rely."""
    for (source, table), rows in DELIVERIES.items():
        raw.deliver(source, table, rows)
    raw.deliver(
        "website_feedback",
        "votes",
        [
            *votes("jan-a", "2026-01", 3, 2, "Wonen"),
            *votes("jan-b", "2026-01", 30, 10, "zorg"),
            *votes("jan-c", "2026-01", 5, 3, "werk"),
            *votes("feb-a", "2026-02", 1, 1, "wonen"),
            *votes("feb-b", "2026-02", 30, 10, "zorg"),
            *votes("feb-c", "2026-02", 5, 1, "werk"),
            *votes("mar-b", "2026-03", 3, 5, "zorg"),
            vote("other", "2026-01-20T10:00:00", "weet_niet"),
            {**vote("question", "2026-01-20T10:00:00", "ja"), "vraag": "iets_anders"},
            vote("late", "2026-03-11T00:00:00", "ja"),
            vote("today", "2026-03-10T23:59:59", "JA ", section=" ZORG "),
            vote("corrected", "2025-01-10T10:00:00", "ja"),
        ],
    )
    raw.deliver(
        "website_feedback",
        "votes",
        [vote("corrected", "2025-12-31T23:30:00", "nee", section=None)],
        number=2,
    )
    raw.deliver(
        "klant_in_focus",
        "responses",
        [
            response("s1", "Verhuizing", "2", 2),
            *[response(f"t{n}", " verhuizing", "4", 5) for n in range(3)],
            *[response(f"u{n}", "VERHUIZING", "6.9", 10) for n in range(4)],
            response("w1", "Verhuizing", "7", 7),
        ],
    )
    raw.deliver("klant_in_focus", "responses", [response("s1", "verhuizing", "1", 2)], number=2)
    raw.deliver(
        "finance_hr",
        "staff_costs",
        [
            entry("a1", 2025, 1, "L1.1", "800.10"),
            entry("a2", 2025, 2, "l3.5.1", "199.90", report=" Realisatie"),
            entry("a3", 2025, 2, "L3.5.1", "5000", report="begroting"),
            entry("a4", 2025, 2, "L3.8", "5000"),
            entry("b1", 2025, 4, "L1.1", "900", department="ruimte "),
            entry("b2", 2025, 5, "L3.5.1", "100"),
            entry("c1", 2025, 7, "L1.1", "700", department="Sociaal domein"),
            entry("c2", 2025, 7, "L3.5.1", "300", department="Sociaal domein"),
            entry("d1", 2025, 12, "L1.1", "900"),
            entry("d2", 2025, 13, "L3.5.1", "150"),
            entry("d3", 2025, 14, "L3.5.1", "-50"),
            entry("e1", 2026, 3, "L1.1", "100"),
            entry("e2", 2026, 4, "L1.1", "100"),
        ],
    )
    texts, scores = zip(
        text("t1", "2026-01-05", "B1", "s1", team="KCC", canonieke_url="https://x.nl/a"),
        text("t2", "2026-02-05", "C", "s2", team="kcc", canonieke_url="https://x.nl/a"),
        text("t3", "2026-02-06", "B1", "s3", team="KCC", weergaven=30),
        text("t4", "2026-01-06", "B1", "s3", team="KCC", weergaven=99),
        text("t5", "2026-02-07", None, "s5", team="KCC", weergaven=99),
        text("t6", "2026-02-08", "B2", "s6", kanaal="Brief", team="Zorg", weergaven=10),
        text("t7", "2026-03-11", "A", "s7", team="Zorg"),
        text("t8", "2026-03-02", None, "s8", refusal="De tekst is Engels."),
        text("t9", "2026-03-03", None, "s8", refusal="De tekst is Engels."),
        text("p1", "2026-02-03", "B1", "p1", soort=PERMIT_PAGE, words=60, in_pool=PAGES),
        text("p2", "2026-02-04", "C", "p2", soort=PERMIT_PAGE, words=99, in_pool=PAGES),
        text("p3", "2026-02-05", None, "p3", soort=PERMIT_PAGE, words=49),
        *[
            text(
                f"m{n}",
                "2026-02-09",
                None,
                f"m{n}",
                kanaal="social_media",
                weergaven=5,
                words=75,
                in_pool="pool:social_media:2026-02:001",
            )
            for n in range(2)
        ],
        strict=True,
    )
    raw.deliver("text_corpus", "texts", list(texts))
    pool = {
        "text_id": "pool:social_media:2026-02:001",
        "is_pool": True,
        "channel": "social_media",
        "published_on": dt.date(2026, 2, 9),
        "words": 150,
        "sentences": 12,
        "level": "A",
        "is_b1_or_easier": True,
        "method_version": "test",
    }
    calibration = {
        "calibration": "0001-1a2b3c4d",
        "easy_texts": 50,
        "easy_found": 45,
        "hard_texts": 50,
        "hard_found": 40,
    }
    pages = {**pool, "text_id": PAGES, "channel": "website", "level": "C", "is_b1_or_easier": False}
    raw.score([{**row, **calibration} for row in (*scores, pool, pages)])
    raw.deliver(
        "iv3",
        "staff_costs_by_municipality",
        [
            *[
                row
                for year, own in ((2022, "10"), (2023, "15"), (2024, "20"))
                for row in (
                    municipality(year, "GM0303", str(100 - int(own)), own),
                    municipality(year, "GM0001", "60", "40"),
                    municipality(year, "GM0002", "0", "30"),
                    municipality(year, "GM0003", "300", "-100"),
                )
            ],
            municipality(2024, "GM0303", "1", "99", report="X000"),
        ],
    )
    raw.deliver(
        "iv3",
        "region_membership",
        [
            {"regio": region, "gm_code": code}
            for region, code in (
                ("Flevoland", "GM0303"),
                ("Flevoland", "GM0001"),
                ("Flevoland", "GM0002"),
                ("regio zwolle", "GM0303"),
                ("Regio Zwolle", "GM0003"),
            )
        ],
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Raw, Path]:
    """The raw layer and the folder in which dbt built its warehouse."""
    home = tmp_path_factory.mktemp("dbt")
    raw = Raw(home / "raw" / "current")
    lay_out(raw)
    dbt_build(raw.folder, home)
    return raw, home


@pytest.fixture(scope="session")
def mart(built: tuple[Raw, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built[1] / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def mart_of_stopped_source(
    built: tuple[Raw, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The next run, a month later, in which website_feedback stopped."""
    raw, before = built
    home = tmp_path_factory.mktemp("dbt_next")
    release = home / "parquet"
    release.mkdir()
    shutil.copy(before / "warehouse.duckdb", home)
    with duckdb.connect(str(before / "warehouse.duckdb"), read_only=True) as connection:
        publish(connection, release)
    previous = {"release_id": "old", "as_of": AS_OF, "code_version": "test"}
    raw.run(dt.date(2026, 4, 10), stopped=("website_feedback",), previous=previous)
    try:
        warehouse = dbt_build(
            raw.folder, home, previous=str(release), select="+kpi_revision", without=MODELS
        )
    finally:
        raw.run(AS_OF)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection
