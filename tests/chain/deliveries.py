"""Deliveries for the chain tests: small, invented, and as ugly as real ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

VOTES = (
    "reactie_id",
    "ingezonden_op",
    "pagina_url",
    "paginasectie",
    "vraag",
    "antwoord",
    "toelichting",
)


def vote(
    number: int | str,
    sent: str = "05-03-2026 10:00:00",
    answer: str = "ja",
    *,
    section: str = "wonen",
    question: str = "teksten_begrijpelijk",
    remark: str = "",
) -> tuple[str, ...]:
    """One invented vote, as text."""
    url = f"https://www.voorbeeld.nl/{section}/pagina"
    return (f"V{number}", sent, url, section, question, answer, remark)


def csv(
    path: Path,
    rows: Iterable[Sequence[str]],
    *,
    header: Sequence[str] = VOTES,
    separator: str = ";",
    encoding: str = "cp1252",
    newline: str = "\r\n",
) -> Path:
    """Writes a CSV as a municipal system would: quotes only where they are needed."""

    def field(value: str) -> str:
        needs = any(sign in value for sign in (separator, '"', "\n", "\r"))
        return '"' + value.replace('"', '""') + '"' if needs else value

    lines = [separator.join(map(field, row)) for row in [header, *rows]]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((newline.join(lines) + newline).encode(encoding))
    return path


def jsonl(path: Path, rows: Iterable[Sequence[str]], *, header: Sequence[str] = VOTES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def current(home: Path, table: str) -> pl.DataFrame:
    """A table of the current release."""
    return pl.read_parquet(home / "releases" / "current" / "parquet" / f"{table}.parquet")


def quarantine(home: Path, source: str) -> pl.DataFrame:
    """All rejected rows of a source."""
    return pl.read_parquet(home / "quarantine" / source / "*.parquet")


def clarity(home: Path, month: str) -> tuple[float | None, float | None]:
    """Votes that were positive and votes that count in a month, from the current release."""
    rows = current(home, "fct_kpi_value").filter(
        (pl.col("kpi_id") == "website_text_clarity")
        & (pl.col("period_grain") == "month")
        & (pl.col("dimension") == "total")
        & (pl.col("period_start") == pl.lit(month).str.to_date())
    )
    if rows.is_empty():
        return (None, None)
    return (rows["numerator"][0], rows["denominator"][0])
