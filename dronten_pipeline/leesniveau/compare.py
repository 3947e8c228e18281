"""Two releases side by side: what another method or calibration made of the same texts.

Here belongs: the difference per text and of the share, from what was published. Not here: scoring
(`readability/`); scores of before are never computed again, they stand in their own release.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from rich.console import Console
from rich.table import Table

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.leesniveau import terminal
from dronten_pipeline.release.store import Release, current_release, list_releases

TABLE = "parquet/text_readability.parquet"
_MAX_SHOWN = 20


class NothingToCompare(ValueError):
    """There are no two releases with the same texts; the message is a Dutch sentence."""


@dataclass(frozen=True)
class Comparison:
    """Texts that both releases have.

    Attributes:
        texts: text_id, channel, published_on, old_score, new_score, difference, old_level,
            new_level, old_method, new_method; those that went over the boundary of B1 first.
    """

    old: Release
    new: Release
    texts: pl.DataFrame


def compare(settings: Settings, old_id: str | None, new_id: str | None) -> Comparison:
    """The texts of two releases; without ids the one in force and the last with another method.

    Raises:
        NothingToCompare: with what is missing.
    """
    found = {one.release_id: one for one in list_releases(settings) if not one.problem}
    if new_id is None:
        current = current_release(settings)
        if current is None:
            raise NothingToCompare("Er is nog geen uitgave. Maak er een met `datalab run`.")
        new_id = current.release_id
    new = _named(found, new_id)
    new_texts = _texts(new)
    if old_id is not None:
        old = _named(found, old_id)
    else:
        methods = set(new_texts["method_version"])
        order = list(found)  # the newest first
        earlier = [
            one
            for one in map(found.__getitem__, order[order.index(new_id) + 1 :])
            if (texts := _texts(one)).height and set(texts["method_version"]) != methods
        ]
        if not earlier:
            raise NothingToCompare(
                f"Er is geen uitgave met een andere methode van voor {new_id}. Geef twee uitgaven "
                "om toch te vergelijken; `datalab releases` noemt ze."
            )
        old = earlier[0]
    texts = (
        _texts(old)
        .join(new_texts, on="text_id", suffix="_new")
        .select(
            "text_id",
            channel="channel_new",
            published_on="published_on_new",
            old_score="score",
            new_score="score_new",
            difference=pl.col("score_new") - pl.col("score"),
            old_level="level",
            new_level="level_new",
            is_changed=pl.col("is_b1_or_easier").ne_missing(pl.col("is_b1_or_easier_new")),
            old_is_easy="is_b1_or_easier",
            new_is_easy="is_b1_or_easier_new",
            old_method="method_version",
            new_method="method_version_new",
        )
        .sort(
            "is_changed",
            pl.col("difference").abs(),
            "text_id",
            descending=[True, True, False],
            nulls_last=True,
        )
    )
    if texts.is_empty():
        raise NothingToCompare(
            f"De uitgaven {old.release_id} en {new.release_id} hebben geen teksten gemeen."
        )
    return Comparison(old, new, texts)


def show(console: Console, found: Comparison) -> None:
    """The share before and after over the same texts, the shift, and the texts that moved."""
    texts = found.texts
    judged = texts.drop_nulls(["old_score", "new_score"])
    console.print(
        f"Uitgave {found.old.release_id} ({', '.join(texts['old_method'].unique().sort())})\n"
        f"naast   {found.new.release_id} ({', '.join(texts['new_method'].unique().sort())}): "
        f"{texts.height} dezelfde teksten, waarvan {judged.height} in beide beoordeeld."
    )
    if judged.height:
        before = terminal.number(100 * float(judged["old_is_easy"].sum()) / judged.height)
        after = terminal.number(100 * float(judged["new_is_easy"].sum()) / judged.height)
        shift = judged["difference"].median()
        assert isinstance(shift, float)
        console.print(
            f"B1 of makkelijker: {before} % was het, {after} % is het nu. De score schoof "
            f"{terminal.number(shift)} punten (mediaan)."
        )
    moved = texts.filter(pl.col("is_changed"))
    went = "tekst ging" if moved.height == 1 else "teksten gingen"
    console.print(
        f"{moved.height} {went} over de grens van B1, of kreeg juist wel of geen oordeel."
    )
    if moved.height:
        table = Table("tekst", "kanaal", "was", "werd", "score was", "score werd")
        for row in moved.head(_MAX_SHOWN).iter_rows(named=True):
            table.add_row(
                row["text_id"],
                row["channel"],
                row["old_level"] or "-",
                row["new_level"] or "-",
                *(
                    "-" if row[name] is None else terminal.number(row[name])
                    for name in ("old_score", "new_score")
                ),
            )
        console.print(table)
        if moved.height > _MAX_SHOWN:
            console.print(f"en nog {moved.height - _MAX_SHOWN}; `--csv` geeft ze alle.")


def _named(found: dict[str, Release], release_id: str) -> Release:
    if release_id not in found:
        raise NothingToCompare(
            f"Er is geen uitgave {release_id}. `datalab releases` noemt de uitgaven."
        )
    return found[release_id]


def _texts(release: Release) -> pl.DataFrame:
    return pl.read_parquet(release.folder / TABLE)
