"""Fits every weight of the readability method and writes `parameters.json`.

usage: python -m bench.fit_readability PARSES [--write]

PARSES is a folder with texts (`*.txt`, a blank line between blocks) and beside each what `frog`
made of it (`*.txt.out`); `bench/lint_reference.py` says how to make them, and
`python -m bench.fit_readability --texts FOLDER` writes the texts of ../shared into a folder.
Without --write the fit is only shown. Everything is drawn with fixed seeds; features and the form
of the model are fixed in the code, only weights are fitted.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from itertools import groupby
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import minimize

from bench import lint_reference, texts
from dronten_pipeline.readability import features, lint, parameters, ranking, sentences

TARGET = Path(parameters.__file__).with_name("parameters.json")
FOLDS = 10
#: What a text of each collection weighs in the fit of LiNT-II; there is much more encyclopedia.
MUNICIPAL_WEIGHT = 3.0
MIN_FIT_WORDS = 60
#: Sum of the weights of each collection of pairs in the fit of the ranking, in pairs.
RANKING_PAIRS = {"sentences": 500, "four": 500, "eight": 500, "encyclopedia": 2500}
RANKING_PENALTY = 5.0


def text_features(column: pl.Series) -> pl.DataFrame:
    """`features.of_texts`, with a row for every text."""
    split = sentences.split_sentences(column)
    tokens = features.mark_tokens(split)
    found = features.of_texts(features.of_sentences(split, tokens), tokens)
    places = pl.DataFrame({"text": pl.int_range(len(column), dtype=pl.UInt32, eager=True)})
    return places.join(found, on="text", how="left", maintain_order="left")


def write_texts(folder: Path) -> None:
    """The texts of ../shared that the reference is computed on, as `frog` reads them."""
    folder.mkdir(parents=True, exist_ok=True)

    def write(name: str, blocks: list[str]) -> None:
        (folder / f"{name}.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")

    for document, group in groupby(texts.municipal(), key=lambda pair: pair["doc"]):
        pairs = list(group)
        for number, start in enumerate(range(0, len(pairs), texts.PASSAGE)):
            run = pairs[start : start + texts.PASSAGE]
            for name, side in (("hard", "complex"), ("easy", "simple")):
                write(f"municipal{document}_{number}_{name}", [pair[side] for pair in run])
    for row in texts.encyclopedia_pairs().table.iter_rows(named=True):
        write(f"wiki{row['document']}_0_hard", [row["hard"]])
        write(f"wiki{row['document']}_0_easy", [row["easy"]])
    for path in sorted((texts.SHARED.parents[1] / "documents").glob("*.txt")):
        blocks = [" ".join(b.split()) for b in re.split(r"\n\s*\n", path.read_text("utf-8"))]
        part: list[str] = []
        number = 0
        for block in filter(None, blocks):
            part.append(block)
            if sum(len(b.split()) for b in part) >= 180:
                write(f"document{path.name[:3]}_{number}", part)
                part, number = [], number + 1
        if part:
            write(f"document{path.name[:3]}_{number}", part)


def reference_table(folder: Path) -> pl.DataFrame:
    """Texts of `folder` with the LiNT-II of their parse: document, kind, body, raw."""
    rows = []
    for parse in sorted(folder.rglob("*.txt.out")):
        name = parse.name.removesuffix(".txt.out")
        source = parse.with_name(f"{name}.txt")
        raw = lint_reference.text_features(parse).raw
        if raw is not None:
            body = "\n".join(line for line in source.read_text("utf-8").split("\n") if line)
            document = name.split("_")[0]
            rows.append((document, re.sub(r"[\d-].*", "", document), body, raw))
    return pl.DataFrame(
        rows,
        schema={"document": pl.String, "kind": pl.String, "body": pl.String, "raw": pl.Float64},
        orient="row",
    )


def folds(documents: list[str], count: int = FOLDS, seed: int = 4) -> np.ndarray:
    """A fold for every row, the same for all rows of a document."""
    names = sorted(set(documents))
    place = dict(zip(names, np.random.default_rng(seed).permutation(len(names)), strict=True))
    return np.array([place[name] % count for name in documents])


def fit_lint(table: pl.DataFrame) -> tuple[dict[str, float], pl.DataFrame]:
    """Weights of the LiNT-II score, and for every text that of a fit without its document."""
    found = table.hstack(text_features(table["body"]))
    found = found.filter(pl.col("words") >= MIN_FIT_WORDS)
    means = {name: float(found[name].mean()) for name in lint.FEATURES}  # type: ignore[arg-type]
    columns = [found[name].fill_null(means[name]).to_numpy() for name in lint.FEATURES]
    matrix = np.column_stack([np.ones(found.height), *columns])
    # Where the published score is cut off at 100, ours may be anything above.
    target = found["raw"].clip(0, 100).to_numpy()
    weight = np.sqrt(np.where(found["kind"] == "wikilp", 1.0, MUNICIPAL_WEIGHT))

    def solve(rows: np.ndarray) -> np.ndarray:
        found = np.linalg.lstsq(
            matrix[rows] * weight[rows, None], target[rows] * weight[rows], rcond=None
        )
        return np.asarray(found[0])

    fold = folds(found["document"].to_list())
    predicted = np.zeros(found.height)
    for number in range(FOLDS):
        predicted[fold == number] = matrix[fold == number] @ solve(fold != number)
    whole = solve(np.ones(found.height, dtype=bool))
    weights = {"intercept": whole[0], **dict(zip(lint.FEATURES, whole[1:], strict=True))}
    weights |= {f"{name}_mean": mean for name, mean in means.items()}
    return (
        {name: round(float(value), 4) for name, value in weights.items()},
        found.with_columns(predicted=np.clip(predicted, 0, 100), target=target),
    )


def _ranking_differences(pairs: texts.Pairs) -> np.ndarray:
    hard, easy = (text_features(pairs.table[side]) for side in ("hard", "easy"))
    mean = float(hard["zipf"].mean())  # type: ignore[arg-type]

    def matrix(found: pl.DataFrame) -> np.ndarray:
        table = found.select(
            feature.fill_null(mean if name == "zipf" else 0.0).alias(name)
            for name, feature in ranking.FEATURES.items()
        )
        return np.asarray(table.to_numpy())

    return np.asarray(matrix(hard) - matrix(easy))


def solve_ranking(differences: list[np.ndarray], weight: list[float]) -> np.ndarray:
    """Weights for which a logistic curve over the difference tells which text is harder."""
    matrix = np.vstack(differences)
    each = np.concatenate(
        [np.full(len(d), w / len(d)) for d, w in zip(differences, weight, strict=True)]
    )
    scale = np.sqrt((matrix**2 * each[:, None]).sum(0) / each.sum())
    scaled = matrix / scale

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        margin = scaled @ beta
        value = (each * np.logaddexp(0, -margin)).sum() + RANKING_PENALTY / 2 * beta @ beta
        slope = -(scaled.T @ (each / (1 + np.exp(margin)))) + RANKING_PENALTY * beta
        return float(value), slope

    best = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(best.x / scale)


def ranking_collections() -> dict[str, texts.Pairs]:
    return {
        "sentences": texts.municipal_pairs(1),
        "four": texts.municipal_pairs(4, step=1),
        "eight": texts.municipal_pairs(8, step=1),
        "encyclopedia": texts.encyclopedia_pairs(),
    }


def cross_validated_ranking(count: int = 5, repeats: int = 3) -> dict[str, np.ndarray]:
    """Wins on pairs of documents that the fit had not seen, per collection."""
    collections = ranking_collections()
    measured = {"passages": texts.municipal_pairs(texts.PASSAGE), **collections}
    difference = {name: _ranking_differences(pairs) for name, pairs in measured.items()}
    won = {name: np.zeros(len(pairs)) for name, pairs in measured.items()}
    for repeat in range(repeats):
        fold = {}
        for source in ("municipal", "encyclopedia"):
            names = [n for n in measured if (n == "encyclopedia") == (source == "encyclopedia")]
            documents = sorted({d for n in names for d in measured[n].table["document"]})
            of = dict(zip(documents, folds(documents, count, seed=repeat), strict=True))
            for name in names:
                fold[name] = np.array([of[d] for d in measured[name].table["document"]])
        for number in range(count):
            weights = solve_ranking(
                [difference[n][fold[n] != number] for n in collections],
                [RANKING_PAIRS[n] for n in collections],
            )
            for name in measured:
                held = fold[name] == number
                won[name][held] += texts.wins(difference[name][held] @ weights) / repeats
    return won


def fit_ranking() -> dict[str, float]:
    collections = ranking_collections()
    weights = solve_ranking(
        [_ranking_differences(pairs) for pairs in collections.values()],
        [RANKING_PAIRS[name] for name in collections],
    )
    # The score lies around 0 with a deviation of 1 on municipal passages; order is what counts.
    table = texts.municipal_pairs(texts.PASSAGE).table
    found = text_features(pl.concat([table["hard"], table["easy"]]))
    mean = float(found["zipf"].mean())  # type: ignore[arg-type]
    values = found.select(f.fill_null(0.0).alias(n) for n, f in ranking.FEATURES.items()).to_numpy()
    raw = values @ weights
    scaled = weights / raw.std()
    result = dict(zip(ranking.FEATURES, scaled, strict=True))
    result["intercept"] = -float((values @ scaled).mean())
    result["zipf_mean"] = mean
    return {name: round(float(value), 4) for name, value in result.items()}


def fit_error(found: pl.DataFrame) -> dict[str, float]:
    """Standard error at 100 words, and the least that it gets in longer texts."""
    error = (found["predicted"] - found["target"]).to_numpy()
    words = found["words"].to_numpy()
    near, far = (words >= 80) & (words < 130), words >= 180
    return {
        "sd": round(float(np.sqrt((error[near] ** 2).mean())), 2),
        "words": 100.0,
        "floor": round(float(np.sqrt((error[far] ** 2).mean())), 2),
    }


def main() -> None:
    if "--texts" in sys.argv:
        write_texts(Path(sys.argv[-1]))
        return
    table = reference_table(Path(sys.argv[1]))
    kept = table.filter(pl.col("kind") != "official")
    weights, found = fit_lint(kept)
    long = found.filter(pl.col("words") >= 100)
    fidelity = {
        "texts": long.height,
        "r": round(float(np.corrcoef(long["predicted"], long["target"])[0, 1]), 3),
        "mean_error": round(float((long["predicted"] - long["target"]).abs().mean()), 2),  # type: ignore[arg-type]
    }
    won = {name: round(float(w.mean()), 3) for name, w in cross_validated_ranking().items()}
    result = {
        "version": "lint-no-parser-1",
        "cuts": [34.0, 46.0, 58.0],
        "b1_cut": 46.0,
        "lint": weights,
        "lint_error": fit_error(found),
        "ranking": fit_ranking(),
        "gates": {
            "min_zipf": 3.6,
            "max_length": 18.0,
            "max_formal_share": 0.06,
        },
        "min_words": 100,
        "min_words_indicative": 50,
        "b1_log_odds_error": parameters.frozen().b1_log_odds_error,
        "provenance": {
            "fitted_on": dt.date.today().isoformat(),
            "lint": "weighted least squares on LiNT-II over parses by Debian frog 0.20; "
            f"{found.height} texts of at least {MIN_FIT_WORDS} words: half of the municipal and "
            "of the Wikipedia pairs, and five public documents; fidelity is on texts of 100 words "
            "and more, each scored by a fit without its document",
            "lint_fidelity": fidelity,
            "ranking": "logistic regression on differences within pairs, penalty 5; municipal "
            "sentences, passages of 4 and 8 sentences, Wikipedia paragraphs; accuracy is on "
            "documents that the fit had not seen (5 folds, 3 times)",
            "ranking_accuracy": won,
            "gates": "chosen on the same half, with all attacks in view",
            "b1_log_odds_error": parameters.frozen().provenance["b1_log_odds_error"],
        },
    }
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    sys.stdout.write(text)
    if "--write" in sys.argv:
        TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
