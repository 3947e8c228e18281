"""The figures of the readability instrument, with 95 % intervals: `make bench-readability`.

usage: python -m bench.readability [PARSES]

Prints, beside what is known: accuracy on pairs, fidelity to LiNT-II, resistance to misplaced full
stops, speed and memory. Accuracy is that of fits which had not seen the document (the frozen
weights are fitted on all documents of ../shared, so on those they would flatter themselves); the
frozen weights are printed beside it. PARSES (see `bench/lint_reference.py`) is needed for the
fidelity and for LiNT-II on a parse as a baseline; without it these rows say so.
"""

from __future__ import annotations

import gc
import json
import re
import resource
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from bench import attacks, fit_readability, texts
from dronten_pipeline.readability import extract, gates, lint, ranking, score
from dronten_pipeline.readability.parameters import frozen

Row = tuple[str, str, str]


def say(title: str, rows: list[Row]) -> None:
    sys.stdout.write(f"\n{title}\n")
    for name, figure, note in rows:
        sys.stdout.write(f"  {name:<58} {figure:<24} {note}\n")
    sys.stdout.flush()


def with_interval(values: np.ndarray, documents: list[str]) -> str:
    low, high = texts.interval(values, documents)
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


def frozen_scores(column: pl.Series) -> pl.DataFrame:
    """rank, level (LiNT-II, not cut off), flagged and passing (below the cut, and the gates)."""
    given = frozen()
    raw = lint.raw_score(given)
    return fit_readability.text_features(column).select(
        rank=ranking.rank_score(given),
        level=raw,
        length="length",
        is_flagged=gates.has_worthless_stops(),
        is_passing=(raw < given.b1_cut) & gates.passes(given),
    )


def flesch_douma(column: pl.Series) -> np.ndarray:
    """Ease of reading by textstat, turned round: higher is harder."""
    import textstat

    textstat.set_lang("nl")
    return np.array([-textstat.flesch_reading_ease(text) for text in column])


def pairs_table(parses: Path | None) -> None:
    unseen = fit_readability.cross_validated_ranking()
    measured = {
        "passages": (texts.municipal_pairs(), ".95", "textstat .82, LiNT-II .90, length .93"),
        "sentences": (texts.municipal_pairs(1), ".75", "textstat .63, length .70"),
        "encyclopedia": (texts.encyclopedia_pairs(), ".97", "length .84, textstat .94"),
    }
    for key, (pairs, goal, known) in measured.items():
        table = pairs.table
        documents = table["document"].to_list()
        hard, easy = frozen_scores(table["hard"]), frozen_scores(table["easy"])

        def row(name: str, a: np.ndarray, b: np.ndarray, documents: list[str] = documents) -> Row:
            return name, with_interval(texts.wins(a - b), documents), ""

        rows = [
            (
                "rank_score, documents not seen",
                with_interval(unseen[key], documents),
                f"goal {goal}",
            ),
            row("rank_score, frozen weights", hard["rank"].to_numpy(), easy["rank"].to_numpy()),
            row("score (LiNT-II estimate)", hard["level"].to_numpy(), easy["level"].to_numpy()),
            row("mean sentence length", hard["length"].to_numpy(), easy["length"].to_numpy()),
            row("textstat Flesch-Douma", flesch_douma(table["hard"]), flesch_douma(table["easy"])),
        ]
        if parses and key == "passages":
            rows.append(("LiNT-II on a parse (frog)", *_parsed_pairs(parses)))
        say(f"{pairs.name}: {len(pairs)} pairs, {len(set(documents))} documents ({known})", rows)


def _parsed_pairs(parses: Path) -> tuple[str, str]:
    table = fit_readability.reference_table(parses).filter(pl.col("kind") == "municipal")
    raw = dict(table.select("body", "raw").iter_rows())
    pairs = texts.municipal_pairs().table
    found = [
        (row["document"], raw[row["hard"]] - raw[row["easy"]])
        for row in pairs.iter_rows(named=True)
        if row["hard"] in raw and row["easy"] in raw
    ]
    won = texts.wins(np.array([difference for _, difference in found]))
    return with_interval(won, [document for document, _ in found]), f"{len(found)} pairs"


def official_texts() -> list[tuple[float, str]]:
    """The official LiNT-II score and the text, built again from its words."""
    found = []
    for path in sorted((texts.SHARED / "lint_ii_reference").glob("level*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        lines = []
        for sentence in document["sentences"]:
            line = ""
            for word in sentence["word_features"]:
                if word["pos"] == "PUNCT":
                    continue
                written = word["text"].capitalize() if word["pos"] == "PROPN" else word["text"]
                points = word.get("punctuation", {})
                line += f"{points.get('leading', '')}{written}{points.get('trailing', '')} "
            line = line.strip()
            start = re.search(r"\w", line)
            at = start.start() if start else 0
            lines.append(line[:at] + line[at : at + 1].upper() + line[at + 1 :])
        found.append((document["document_lint_score"], "\n".join(lines)))
    return found


def fidelity_table(parses: Path | None) -> None:
    given = frozen()
    rows: list[Row] = []
    official = official_texts()
    found = frozen_scores(pl.Series([text for _, text in official]))["level"].clip(0, 100)
    levels = pl.DataFrame({"ours": found, "theirs": [points for points, _ in official]}).select(
        lint.level(pl.col(name), given).alias(name) for name in ("ours", "theirs")
    )
    same = int((levels["ours"] == levels["theirs"]).sum())
    rows.append(
        (
            "same level as the four official results",
            f"{same} of 4",
            "; ".join(
                f"{mine:.1f} / {points:.1f}"
                for mine, (points, _) in zip(found, official, strict=True)
            ),
        )
    )
    if parses is None:
        rows.append(("fidelity to LiNT-II on a parse", "not measured", "give a folder of parses"))
    else:
        table = fit_readability.reference_table(parses).filter(pl.col("kind") != "official")
        _, scored = fit_readability.fit_lint(table)
        scored = scored.filter(pl.col("words") >= 100)
        for kind in [None, *sorted(scored["kind"].unique())]:
            part = scored if kind is None else scored.filter(pl.col("kind") == kind)
            both = part.select("predicted", "target").to_numpy()
            documents = part["document"].to_list()

            def correlation(values: np.ndarray) -> float:
                return float(np.corrcoef(values.T)[0, 1])

            low, high = texts.interval(both, documents, correlation)
            error = np.abs(both[:, 0] - both[:, 1])
            rows.append(
                (
                    f"r, {kind or 'all'} ({part.height} texts of 100 words and more)",
                    f"{correlation(both):.3f} [{low:.3f}, {high:.3f}]",
                    "goal .95" if kind is None else "",
                )
            )
            goal = "goal at most 4" if kind is None else ""
            rows.append((f"mean error, {kind or 'all'}", with_interval(error, documents), goal))
    say("LiNT-II without a parser, each text by a fit that had not seen its document", rows)


def attack_table() -> None:
    pairs = texts.municipal_pairs().table
    closed = [pl.col(side).str.replace_all(r"([^.!?:])\n", "$1.\n") for side in ("hard", "easy")]
    running = pairs.with_columns(side.str.replace_all("\n", " ") for side in closed)
    wiki = texts.encyclopedia_pairs().table
    long = wiki.filter(pl.col("hard").str.count_matches(" ") >= 80)
    for name, table in (
        ("municipal, a sentence pair per line", pairs),
        ("municipal, running text", running),
        (f"Wikipedia, {long.height} paragraphs of 80 words and more", long),
    ):
        title = "Full stops sprinkled: edited text ranks easier than its rewriting, not flagged"
        say(f"{title}; goal .15 ({name})", _attacked(table))
    honest = frozen_scores(pl.concat([wiki["hard"], wiki["easy"]]))["is_flagged"]
    say(
        "Wikipedia",
        [("honest texts flagged", f"{honest.sum() / len(honest):.4f}", f"{len(honest)} texts")],
    )


def _attacked(table: pl.DataFrame) -> list[Row]:
    documents = table["document"].to_list()
    hard, easy = frozen_scores(table["hard"]), frozen_scores(table["easy"])
    rows: list[Row] = []
    for kind, collection in (("", attacks.DESIGN), ("other: ", attacks.OTHER)):
        for name, attack in collection.items():
            edited = frozen_scores(pl.Series([attack(text) for text in table["hard"]]))
            unflagged = ~edited["is_flagged"].to_numpy()
            easier = (1 - texts.wins((edited["rank"] - easy["rank"]).to_numpy())) * unflagged
            level = (1 - texts.wins((edited["level"] - easy["level"]).to_numpy())) * unflagged
            passing = (edited["is_passing"] & ~easy["is_passing"]).to_numpy().astype(float)
            rows.append(
                (
                    f"{kind}{name}",
                    with_interval(easier, documents),
                    f"flagged {1 - unflagged.mean():.2f}; by score {level.mean():.2f}; "
                    f"passes where the rewriting does not {passing.mean():.2f}",
                )
            )
    unedited = 1 - texts.wins((hard["rank"] - easy["rank"]).to_numpy())
    by_level = 1 - texts.wins((hard["level"] - easy["level"]).to_numpy())
    rows.append(
        ("not edited at all", with_interval(unedited, documents), f"by score {by_level.mean():.2f}")
    )
    flagged = pl.concat([hard, easy])["is_flagged"].to_numpy().astype(float)
    rows.append(("honest texts flagged", with_interval(flagged, documents * 2), "goal at most .05"))
    return rows


def _cpu(call: object) -> float:
    start = time.process_time()
    call()  # type: ignore[operator]
    return time.process_time() - start


def speed_table() -> None:
    import textstat

    textstat.set_lang("nl")
    table = texts.encyclopedia_pairs().table
    column = pl.concat([table["hard"], table["easy"]])
    bodies = ["\n".join(column[start : start + 5]) for start in range(0, len(column), 5)] * 4
    pages = [
        f"<html><body><nav>Home</nav><main><p>{body}</p></main></body></html>".replace(
            "\n", "</p><p>"
        ).encode()
        for body in bodies
    ]
    words = sum(len(body.split()) for body in bodies)
    score.score_texts(pl.Series(bodies[:3]))  # loads the word lists

    def clean_and_score() -> None:
        cleaned = [extract.text_of(page, suffix=".html") for page in pages]
        score.score_texts(pl.Series(cleaned))

    few = bodies[: len(bodies) // 10]
    ours = words / _cpu(lambda: score.score_texts(pl.Series(bodies)))
    cleaned = words / _cpu(clean_and_score)
    theirs = sum(len(body.split()) for body in few) / _cpu(
        lambda: [textstat.flesch_reading_ease(body) for body in few]
    )
    rows = [
        ("words per second and core, cleaning of HTML included", f"{cleaned:,.0f}", "goal 60,000"),
        ("words per second and core, of text", f"{ours:,.0f}", ""),
        ("textstat Flesch-Douma, of text", f"{theirs:,.0f}", ""),
        ("ratio to textstat, cleaning included", f"{cleaned / theirs:.1f}", ""),
    ]
    peak = []
    for _ in range(6):
        score.score_texts(pl.Series(bodies))
        gc.collect()
        peak.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    rows.append(
        (
            f"peak memory, MB, while batches of {words:,} words go by",
            f"{peak[0]:,.0f} to {peak[-1]:,.0f}",
            "flat when both are alike",
        )
    )
    say("Speed and memory", rows)


def main() -> None:
    parses = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if not texts.SHARED.exists():
        sys.stdout.write(f"There is nothing to measure on: {texts.SHARED} is missing.\n")
        return
    sys.stdout.write(f"method {score.method_version()}, features {len(ranking.FEATURES)}\n")
    speed_table()
    pairs_table(parses)
    fidelity_table(parses)
    attack_table()


if __name__ == "__main__":
    main()
