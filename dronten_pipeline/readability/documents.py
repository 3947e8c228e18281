"""From a list of texts with documents beside it to a judgement per text.

Here belongs: which documents are read, that each is read once, and how short messages are pooled.
Not here: formats (`extract.py`), the judgement of a text (`judge.py`), which texts a KPI counts
(`dbt_project/`).

What is remembered in `cache/`: per instrument the columns of a score by SHA-256 of the document,
the SHA-256 that a path last had, and which documents broke the process that read or judged them.
Such a one costs a run up to the whole limit of time, so it is not tried again before the document,
the limits or this code change. The texts themselves are never written anywhere. Another
instrument scores every document again, beside the scores of before; a calibration only cuts
scores anew. A document that is gone keeps the score of the instrument that last read it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import itertools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import polars as pl

from dronten_pipeline.core import sandbox, zips
from dronten_pipeline.core.limits import MEGABYTE, Limits
from dronten_pipeline.core.settings import PROJECT
from dronten_pipeline.readability import clean, extract, judge, score
from dronten_pipeline.readability.calibration import Calibration
from dronten_pipeline.readability.parameters import frozen

POOL_PREFIX = "pool:"
#: Words from which on a block of short texts is full; a last one of less than
#: `parameters.min_words` joins the one before it.
FULL_BLOCK_WORDS = 150
#: A kind of text that is judged by itself from `parameters.min_words_indicative` words on.
JUDGED_ALONE = "vergunningpagina"
#: What identifies a text of a list, judged or not.
_IDENTIFIED = {
    "text_id": pl.col("tekst_id"),
    "is_pool": pl.lit(value=False),
    "channel": pl.col("channel"),
    "published_on": pl.col("gepubliceerd_op"),
    "document": pl.col("bestand"),
    "text_sha256": pl.col("text_sha256"),
}
#: Characters of text that are judged at once: bounds memory at a few hundred MB.
BATCH_CHARACTERS = 4_000_000
PROGRESS_SECONDS = 5.0
#: What reads a document in the sandbox, and what judges texts there.
EXTRACT = "dronten_pipeline.readability.extract:extract_here"
JUDGE = "dronten_pipeline.readability.documents:judge_here"
#: Judging needs its lists of words, 400 MB: less memory for reading a document is no less for it,
#: and the process is kept while it holds them and what a batch takes.
JUDGING_MEGABYTES = Limits().memory_megabytes
JUDGING_GROWN = 700 * MEGABYTE
DEFAULT = Limits()

#: What takes part in reading a document, besides this folder and the libraries.
_READS_TOO = (Path(sandbox.__file__), Path(zips.__file__))

_DOCUMENT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "document_sha256": pl.String,
    "text_sha256": pl.String,
    **judge.COLUMNS,
}
_PATH_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "document": pl.String,
    "document_sha256": pl.String,
}
_BROKEN_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "document_sha256": pl.String,
    "reader": pl.String,
    "reason": pl.String,
}
_CALIBRATION_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "calibration": pl.String,
    "easy_texts": pl.Int64,
    "easy_found": pl.Int64,
    "hard_texts": pl.Int64,
    "hard_found": pl.Int64,
}
SCORE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "text_id": pl.String,
    "is_pool": pl.Boolean,
    "channel": pl.String,
    "published_on": pl.Date,
    "document": pl.String,
    "text_sha256": pl.String,
    "in_pool": pl.String,
    **score.COLUMNS,
    "remark": pl.String,
    "refusal": pl.String,
    "b1_log_odds_error": pl.Float64,
    **_CALIBRATION_COLUMNS,
}
#: A row before it is cut by a calibration.
_POOLED_SCHEMA = {
    name: kind
    for name, kind in SCORE_SCHEMA.items()
    if name not in {*_CALIBRATION_COLUMNS, "refusal", "b1_log_odds_error"}
}


@dataclass(frozen=True)
class ScoredDocuments:
    """What `score_documents` found.

    Attributes:
        scores: the columns of `SCORE_SCHEMA`, one row per text or pool, by text_id. Of a text that
            cannot be judged only refusal says why, with what identifies it. The columns from
            calibration on are the same in every row that the calibration cut: how it did on
            labelled texts (see `calibration.Calibration`), null without one; b1_log_odds_error is
            that of `parameters.Parameters`.
        rejects: current rows without a judgement, in order of delivery: _delivery, _line (as
            given), column_name (column that is at fault), reason (a Dutch sentence).
    """

    scores: pl.DataFrame
    rejects: pl.DataFrame


def score_documents(
    rows: pl.DataFrame,
    folder: Path,
    cache: Path,
    *,
    as_of: dt.date,
    calibration: Calibration | None = None,
    limits: Limits = DEFAULT,
    on_progress: Callable[[str], None] | None = None,
) -> ScoredDocuments:
    """Judges the document of every current row, and pools the texts that are too short.

    Args:
        rows: all accepted rows of the list in order of delivery: tekst_id, kanaal, soort,
            gepubliceerd_op (Date), bestand, canonieke_url, _delivery, _line; others are ignored.
            The last row of a tekst_id is the current one.
        folder: the folder that `bestand` is relative to; nothing outside it is read.
        cache: folder of what was judged before; it is made when missing.
        as_of: texts that were published after this day are judged but not pooled.
        calibration: of the municipality; one that was made for another instrument is not used.
        limits: what reading one document may take.
        on_progress: gets a sentence every few seconds.
    """
    tell = on_progress or (lambda _: None)
    if calibration is not None and not judge.applies(calibration):
        tell(
            f"De ijking {calibration.version} hoort bij {calibration.method_version} en is niet "
            "gebruikt: ijk opnieuw met `datalab leesniveau calibrate`."
        )
    memory = _Memory(cache, judge.instrument_version(), limits)
    current = (
        rows.with_row_index("_order")
        .unique("tekst_id", keep="last")
        .sort("_order")
        .with_columns(channel=pl.col("kanaal").str.strip_chars().str.to_lowercase())
    )
    found = _find(current, folder, memory, tell)
    judged, unreadable = _judge(found, memory, tell)
    every = (
        found.join(unreadable, on="document_sha256", how="left", maintain_order="left")
        .join(judged, on="document_sha256", how="left", maintain_order="left")
        .with_columns(
            reason=pl.coalesce("reason", "unreadable", "refusal"),
            # the same document that cannot be read is the same text
            text_sha256=pl.coalesce("text_sha256", "document_sha256"),
        )
    )
    missed = every.filter(pl.col("reason").is_not_null())
    in_pool, pools, lost = _pool(every, as_of, memory)
    # a list of texts need not say of what kind they are
    kind = pl.col("soort") if "soort" in every.columns else pl.lit(None, dtype=pl.String)
    is_page = kind.str.strip_chars().str.to_lowercase() == JUDGED_ALONE
    texts = judge.firm(every.filter(pl.col("reason").is_null()), is_page)
    judgements = _cut(
        pl.concat(
            [
                texts.join(in_pool, on="_order", how="left").select(
                    **_IDENTIFIED,
                    in_pool="in_pool",
                    **{name: pl.col(name) for name in (*score.COLUMNS, "remark")},
                ),
                pools,
            ]
        ),
        calibration,
    )
    scores = pl.concat([judgements, _not_judged(missed)], how="diagonal").sort("text_id")
    rejects = (
        pl.concat([missed.select("_order", "reason"), lost])
        .join(current, on="_order")
        .sort("_order")
        .select(
            "_delivery",
            "_line",
            column_name=pl.when(pl.col("tekst_id").str.starts_with(POOL_PREFIX))
            .then(pl.lit("tekst_id"))
            .otherwise(pl.lit("bestand")),
            reason="reason",
        )
    )
    return ScoredDocuments(
        scores.select(pl.col(name).cast(kind) for name, kind in SCORE_SCHEMA.items()), rejects
    )


def _cut(scores: pl.DataFrame, calibration: Calibration | None) -> pl.DataFrame:
    """The scores with the levels of the calibration, and how good that is; those of an earlier
    instrument stay as they are."""
    own = pl.col("method_version") == judge.instrument_version()
    about: dict[str, str | int | None] = dict.fromkeys(_CALIBRATION_COLUMNS)
    if judge.applies(calibration):
        assert calibration is not None
        about |= {
            "calibration": calibration.version,
            **calibration.model_dump(
                include={"easy_texts", "easy_found", "hard_texts", "hard_found"}
            ),
        }
    return pl.concat(
        [
            judge.with_cuts(scores.filter(own), calibration).with_columns(
                pl.lit(value, dtype=SCORE_SCHEMA[name]).alias(name) for name, value in about.items()
            ),
            scores.filter(~own).with_columns(
                pl.lit(None, dtype=SCORE_SCHEMA[name]).alias(name) for name in about
            ),
        ],
        how="diagonal",
    ).with_columns(b1_log_odds_error=pl.lit(frozen().b1_log_odds_error))


def _not_judged(missed: pl.DataFrame) -> pl.DataFrame:
    """What identifies a text without a judgement, and why it has none."""
    return missed.filter(~pl.col("tekst_id").str.starts_with(POOL_PREFIX)).select(
        **_IDENTIFIED, refusal="reason"
    )


# --- finding documents


def resolve(folder: Path, document: str) -> Path:
    """The place of `document` below `folder`; it need not exist.

    Raises:
        DocumentUnreadable: the path is absolute, climbs with `..`, or a link leads outside.
    """
    given = document.strip().replace("\\", "/")
    if not given or given.startswith("/") or re.match(r"^[A-Za-z]:", given) or "\x00" in given:
        raise extract.DocumentUnreadable(
            "Het pad van het document is leeg of absoluut. Geef een pad naast deze lijst, "
            "zoals documenten/brief.docx."
        )
    if ".." in PurePosixPath(given).parts:
        raise extract.DocumentUnreadable(
            "Het pad van het document bevat '..'. Geef een pad naast of onder deze lijst."
        )
    try:
        place = (folder / given).resolve()
        inside = place.is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        raise extract.DocumentUnreadable(
            "Het pad van het document wijst met een koppeling naar buiten de map van de "
            "aanlevering. Zet het document zelf in de map."
        )
    return place


def _find(
    current: pl.DataFrame, folder: Path, memory: _Memory, tell: Callable[[str], None]
) -> pl.DataFrame:
    """Adds per row place (path, null when gone), document_sha256 and reason (when refused).

    A document that is gone keeps the SHA-256 that its path had.
    """
    every = _Progress(tell)
    facts: dict[str, tuple[str | None, str | None, str | None]] = {}
    documents = current["bestand"].unique(maintain_order=True).to_list()
    for number, document in enumerate(documents, start=1):
        every.say(f"Documenten zoeken: {number} van {len(documents)}.")
        try:
            place = resolve(folder, document)
            if place.is_file():
                extract.check_size(place)
                facts[document] = (str(place), _fingerprint(place), None)
            elif document in memory.paths:
                facts[document] = (None, memory.paths[document], None)
            else:
                raise extract.DocumentUnreadable(extract.MISSING)
        except (extract.DocumentUnreadable, OSError) as error:
            facts[document] = (None, None, extract.sentence(error))
    memory.remember_paths({name: sha for name, (_, sha, _) in facts.items() if sha is not None})
    found = current.join(
        pl.DataFrame(
            [(name, *fact) for name, fact in facts.items()],
            schema={
                "bestand": pl.String,
                "place": pl.String,
                "document_sha256": pl.String,
                "reason": pl.String,
            },
            orient="row",
        ),
        on="bestand",
        how="left",
        maintain_order="left",
    )
    reserved = pl.col("tekst_id").str.starts_with(POOL_PREFIX)
    return found.with_columns(
        reason=pl.when(reserved)
        .then(pl.lit(f"Een tekst_id dat met '{POOL_PREFIX}' begint, is gereserveerd."))
        .otherwise("reason"),
        document_sha256=pl.when(~reserved).then("document_sha256"),
    )


def _fingerprint(path: Path) -> str:
    """SHA-256 of the document and its extension, which decides how plain text is read."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(path.suffix.lower().encode())
    return digest.hexdigest()


# --- judging documents


def _judge(
    found: pl.DataFrame, memory: _Memory, tell: Callable[[str], None]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The judgement per document_sha256, and the documents without one (unreadable: why)."""
    wanted = (
        found.filter(pl.col("document_sha256").is_not_null())
        # The same document may stand on two paths, of which one is gone.
        .sort(pl.col("place").is_null(), maintain_order=True)
        .unique("document_sha256", keep="first", maintain_order=True)
        .join(memory.scores, on="document_sha256", how="anti", maintain_order="left")
    )
    every = _Progress(tell)
    done = 0
    here = wanted.filter(pl.col("place").is_not_null())
    gone = wanted.filter(pl.col("place").is_null()).get_column("document_sha256").to_list()
    unreadable = {
        sha: memory.broken[sha] for sha in here["document_sha256"] if sha in memory.broken
    }
    untried = here.filter(~pl.col("document_sha256").is_in(list(unreadable)))
    rows = untried.select("document_sha256", "place").rows()
    for batch in _batches(rows, unreadable, memory):
        if batch:
            scores, broken = _score_batch([(sha, [text]) for sha, text in batch], memory)
            memory.add_scores(scores)
            unreadable |= broken
            done += scores.height
        every.say(f"Teksten beoordelen: {done + len(unreadable)} van {here.height}.")
    earlier = memory.earlier(gone)
    known = set(earlier.get_column("document_sha256"))
    unreadable |= {sha: _GONE for sha in gone if sha not in known}
    return pl.concat([memory.scores, earlier]), pl.DataFrame(
        list(unreadable.items()),
        schema={"document_sha256": pl.String, "unreadable": pl.String},
        orient="row",
    )


_GONE = (
    "Het document is niet meer aangeleverd en is nooit beoordeeld. Lever het opnieuw aan: teksten "
    "zelf worden niet bewaard."
)


def _batches(
    wanted: Sequence[tuple[str, str]], unreadable: dict[str, str], memory: _Memory
) -> Iterator[list[tuple[str, str]]]:
    """Reads documents (document_sha256, place) into batches of (document_sha256, text); fills
    `unreadable` on the way. No more than a batch and what is read at once is in memory."""
    batch: list[tuple[str, str]] = []
    size = 0
    for sha, place in wanted:
        try:
            text, problem = _read_document(place, memory.limits)
        except sandbox.Broken as error:
            text, problem = None, memory.add_broken(sha, error)
        if text is None:
            unreadable[sha] = problem
            continue
        batch.append((sha, text))
        size += len(text)
        if size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    yield batch


def _read_document(place: str, limits: Limits) -> tuple[str | None, str]:
    """The text of a document, or why there is none; read in a process that may break.

    Raises:
        Broken: as `Sandbox.call`.
    """
    try:
        answer = sandbox.shared(limits).call(EXTRACT, place=place)
    except sandbox.Failed as error:
        return None, error.sentence
    return answer["text"], answer["problem"]


def _score_batch(
    batch: list[tuple[str, list[str]]], memory: _Memory, *, is_pool: bool = False
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The judgement of every text of (document_sha256 or key of a pool, its texts), and why others
    have none. A batch that breaks a limit is judged text by text: only who is at fault goes."""
    try:
        return _judge_elsewhere(batch, memory.limits, is_pool=is_pool), {}
    except (sandbox.Broken, sandbox.Failed) as error:
        if len(batch) == 1:
            sha = batch[0][0]
            if isinstance(error, sandbox.Failed):
                why = error.sentence
            else:
                why = memory.add_broken(sha, error)
            return pl.DataFrame(schema=_DOCUMENT_SCHEMA), {sha: why}
    scored = [_score_batch([one], memory, is_pool=is_pool) for one in batch]
    return pl.concat([scores for scores, _ in scored]), {
        sha: why for _, broken in scored for sha, why in broken.items()
    }


def _judge_elsewhere(
    batch: list[tuple[str, list[str]]], limits: Limits, *, is_pool: bool
) -> pl.DataFrame:
    """Judges in a process that may break; it is cut here, so that all rows name one method.

    Raises:
        Broken, Failed: as `Sandbox.call`.
    """
    memory = max(limits.memory_megabytes, JUDGING_MEGABYTES)
    process = sandbox.shared(limits.model_copy(update={"memory_megabytes": memory}), JUDGING_GROWN)
    answer = process.call(JUDGE, texts=[texts for _, texts in batch], is_pool=is_pool)
    return (
        judge.with_cuts(pl.DataFrame(answer["judged"], schema=judge.COLUMNS), None)
        .with_columns(
            document_sha256=pl.Series([sha for sha, _ in batch], dtype=pl.String),
            text_sha256=pl.Series(answer["text_sha256"], dtype=pl.String),
        )
        .select(pl.col(name).cast(kind) for name, kind in _DOCUMENT_SCHEMA.items())
    )


def judge_here(texts: list[list[str]], is_pool: bool) -> dict[str, object]:
    """The judgement of every document or pool, for the sandbox to answer.

    Each member of a pool is cleaned by itself: the closing of one must not swallow the next.
    """
    if is_pool:
        whole = ["\n".join(clean.clean_texts(pl.Series(one, dtype=pl.String))) for one in texts]
    else:
        whole = ["\n".join(one) for one in texts]
    series = pl.Series(whole, dtype=pl.String)
    judged = judge.judge_clean_texts(series) if is_pool else judge.judge_texts(series)
    return {
        "judged": judged.select(judge.COLUMNS.keys()).to_dict(as_series=False),
        "text_sha256": [text_sha256(text) for text in whole],
    }


def text_sha256(text: str) -> str:
    """Fingerprint of a text, the same whatever its line breaks, spaces and letter case."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()


# --- pooling short texts


def latest_of_duplicates(texts: pl.DataFrame) -> pl.DataFrame:
    """Of one canonical address the latest text, and of what is left each text once, the latest.

    Later is: published later, or on the same day and delivered later.
    """
    url = pl.col("canonieke_url").str.strip_chars()
    return (
        texts.sort("gepubliceerd_op", "_order")
        .with_columns(
            _page=pl.when(url != "").then(pl.lit("url ") + url).otherwise(pl.format("{}", "_order"))
        )
        .unique("_page", keep="last", maintain_order=True)
        .with_columns(_text=pl.coalesce("text_sha256", pl.format("row {}", "_order")))
        .unique("_text", keep="last", maintain_order=True)
        .drop("_page", "_text")
    )


def _pool(
    texts: pl.DataFrame, as_of: dt.date, memory: _Memory
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Joins short texts into blocks, per channel and month in the order of publication and id.

    Returns:
        in_pool per _order of a text; the rows of the blocks; texts (_order, reason) that belong
        to a block but whose document is gone, so that the changed block is judged without them,
        or whose block broke a limit.
    """
    short = (
        latest_of_duplicates(texts.filter(pl.col("gepubliceerd_op") <= as_of))
        .filter(
            pl.col("reason").is_null(),
            pl.col("words").is_between(1, frozen().min_words, closed="left"),
        )
        .with_columns(
            month=pl.lit(POOL_PREFIX)
            + pl.col("channel")
            + pl.lit(":")
            + pl.col("gepubliceerd_op").dt.strftime("%Y-%m")
        )
        .sort("month", "gepubliceerd_op", "tekst_id")
    )
    made: list[pl.DataFrame] = []
    kept: list[pl.DataFrame] = []
    lost: list[pl.DataFrame] = []
    missing: list[tuple[str, pl.DataFrame]] = []
    for _, members in short.group_by("month", maintain_order=True):
        blocks, gone = _blocks(members, memory)
        lost.append(gone)
        for (name,), block in blocks.group_by("in_pool", maintain_order=True):
            key = block["key"][0]
            if key not in memory.known:
                missing.append((key, block))
            kept.append(block)
            made.append(
                block.select(
                    text_id=pl.lit(name),
                    is_pool=pl.lit(True),
                    channel=pl.col("channel").first(),
                    published_on=pl.col("gepubliceerd_op").max(),
                    document_sha256=pl.lit(key),
                ).head(1)
            )
    by_key = dict(missing)
    broken = {key: memory.broken[key] for key in by_key if key in memory.broken}
    untried = [(key, members) for key, members in missing if key not in broken]
    for scores, why in _score_pools(untried, memory):
        memory.add_scores(scores)
        broken |= why
    if broken:
        lost += [by_key[key].select("_order", reason=pl.lit(why)) for key, why in broken.items()]
        made = [one for one in made if one["document_sha256"][0] not in broken]
        kept = [one for one in kept if one["key"][0] not in broken]
    lost_rows = pl.concat(
        [pl.DataFrame(schema={"_order": texts.schema["_order"], "reason": pl.String}), *lost]
    )
    if not made:
        return (
            pl.DataFrame(schema={"_order": texts.schema["_order"], "in_pool": pl.String}),
            pl.DataFrame(schema=_POOLED_SCHEMA),
            lost_rows,
        )
    pools = (
        pl.concat(made)
        .join(memory.scores, on="document_sha256", how="left", maintain_order="left")
        .with_columns(document=pl.lit(None, dtype=pl.String), in_pool=pl.lit(None, dtype=pl.String))
        .select(pl.col(name).cast(kind) for name, kind in _POOLED_SCHEMA.items())
    )
    return pl.concat(kept).select("_order", "in_pool"), pools, lost_rows


def _score_pools(
    missing: list[tuple[str, pl.DataFrame]], memory: _Memory
) -> Iterator[tuple[pl.DataFrame, dict[str, str]]]:
    """Scores pools as one text each, in batches as `_score_batch` answers; their members were read
    a moment ago, or in an earlier run."""
    batch: list[tuple[str, list[str]]] = []
    size = 0
    for key, members in missing:
        texts: list[str] = []
        for place in members["place"]:
            with contextlib.suppress(sandbox.Broken):  # it was read before, on a calmer machine
                text, _ = _read_document(place, memory.limits)
                texts += [] if text is None else [text]
        batch.append((key, texts))
        size += sum(map(len, texts))
        if size >= BATCH_CHARACTERS:
            yield _score_batch(batch, memory, is_pool=True)
            batch, size = [], 0
    if batch:
        yield _score_batch(batch, memory, is_pool=True)


def _blocks(members: pl.DataFrame, memory: _Memory) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The short texts of a channel and month in blocks.

    Returns:
        the members of blocks, with in_pool (the name of the block) and key (which stands where a
        document's SHA-256 stands: a block is judged once per composition); and those (_order,
        reason) that are left out because their block changed and their document is gone.
    """
    reason = (
        pl.lit("De korte tekst is niet meer aangeleverd en telt daarom niet meer mee in ")
        + pl.col("in_pool")
        + pl.lit(". Lever het document opnieuw aan: teksten zelf worden niet bewaard.")
    )
    lost = members.clear().select("_order", reason=pl.lit("", dtype=pl.String))
    while True:
        number = pl.Series(block_numbers(members["words"].to_list()), dtype=pl.Int64)
        blocks = (
            members.with_columns(number=number)
            .filter(pl.col("number").is_not_null())
            .with_columns(
                in_pool=pl.col("month")
                + pl.lit(":")
                + pl.col("number").cast(pl.String).str.zfill(3),
                key=pl.col("document_sha256").str.join("\n").over("number"),
            )
        )
        keys = {
            joined: hashlib.sha256(f"pool\n{joined}".encode()).hexdigest()
            for joined in blocks["key"].unique()
        }
        blocks = blocks.with_columns(
            pl.col("key").replace_strict(keys, return_dtype=pl.String) if keys else "key"
        )
        gone = blocks.filter(
            pl.col("place").is_null(), ~pl.col("key").is_in(list(memory.known & set(keys.values())))
        )
        if gone.is_empty():
            return blocks, lost
        # without them the others are cut anew, which may change a later block
        lost = pl.concat([lost, gone.select("_order", reason=reason)])
        members = members.join(gone, on="_order", how="anti", maintain_order="left")


def block_numbers(words: Sequence[int]) -> list[int | None]:
    """The number of the block, from 1, that each short text of a channel and month goes into.

    Where a block ends depends on where the one before it did, so this is counted text by text.

    Args:
        words: of the texts, in the order of publication.

    Returns:
        None for every text where all of them together are too short to judge.
    """
    sizes = itertools.accumulate(
        words, lambda size, more: more if size >= FULL_BLOCK_WORDS else size + more, initial=0
    )
    in_block = list(sizes)
    ends = [size >= FULL_BLOCK_WORDS for size in in_block]
    numbers = [1 + count for count in itertools.accumulate(ends[:-1])]
    last = numbers[-1] if numbers else 0
    if in_block[-1] >= frozen().min_words:
        return list(numbers)
    if last <= 1:
        return [None] * len(numbers)
    return [min(number, last - 1) for number in numbers]


# --- memory


class _Memory:
    """Judgements by document, per method, in Parquet files that are only ever added."""

    def __init__(self, folder: Path, method: str, limits: Limits = DEFAULT) -> None:
        self.folder = folder
        self.limits = limits
        self.reader = _reader_version(limits)
        broken = _read_all(folder / "broken", _BROKEN_SCHEMA).filter(
            pl.col("reader") == self.reader
        )
        #: Documents and pools that broke a limit or the process, and the sentence about it.
        self.broken: dict[str, str] = dict(
            broken.select("document_sha256", "reason").iter_rows()  # type: ignore[arg-type]
        )
        self.method_folder = folder / re.sub(r"[^\w.+-]", "_", method)
        self.scores = _read_all(self.method_folder, _DOCUMENT_SCHEMA).unique(
            "document_sha256", keep="last", maintain_order=True
        )
        self.known = set(self.scores["document_sha256"])
        # Files are read in the order in which they were written: the last path wins.
        self.paths: dict[str, str] = dict(
            _read_all(folder / "paths", _PATH_SCHEMA).iter_rows()  # type: ignore[arg-type]
        )

    def add_scores(self, scores: pl.DataFrame) -> None:
        _append(self.method_folder, scores)
        self.scores = pl.concat([self.scores, scores]).unique(
            "document_sha256", keep="last", maintain_order=True
        )
        self.known.update(scores["document_sha256"])

    def earlier(self, documents: list[str]) -> pl.DataFrame:
        """Judgements of documents by instruments of before, the latest of each."""
        found = pl.DataFrame(schema=_DOCUMENT_SCHEMA)
        others = [
            folder
            for folder in self.folder.glob("*")
            if folder.is_dir() and folder.name not in {"paths", "broken", self.method_folder.name}
        ]
        for folder in sorted(others, key=lambda folder: folder.stat().st_mtime, reverse=True):
            missing = set(documents) - set(found.get_column("document_sha256"))
            if not missing:
                break
            scores = _read_all(folder, _DOCUMENT_SCHEMA).filter(
                pl.col("document_sha256").is_in(missing)
            )
            found = pl.concat([found, scores.unique("document_sha256", keep="last")])
        return found

    def add_broken(self, document: str, error: sandbox.Broken) -> str:
        """Keeps at once what may have cost minutes; returns the sentence."""
        reason = str(error)
        _append(
            self.folder / "broken",
            pl.DataFrame([(document, self.reader, reason)], schema=_BROKEN_SCHEMA, orient="row"),
        )
        self.broken[document] = reason
        return reason

    def remember_paths(self, found: dict[str, str]) -> None:
        new = {name: sha for name, sha in found.items() if self.paths.get(name) != sha}
        if new:
            _append(
                self.folder / "paths",
                pl.DataFrame(list(new.items()), schema=_PATH_SCHEMA, orient="row"),
            )
            self.paths.update(new)


def _reader_version(limits: Limits) -> str:
    """Changes with the limits, and with all that reads and judges a document."""
    digest = hashlib.sha256(limits.model_dump_json().encode())
    code = (*sorted(Path(__file__).parent.glob("*.py")), *_READS_TOO)
    for path in (*code, PROJECT / "requirements.lock"):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:16]


def _read_all(folder: Path, schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    files = sorted(folder.glob("*.parquet"))
    if not files:
        return pl.DataFrame(schema=schema)
    # An earlier method may have had fewer columns.
    empty = pl.DataFrame(schema=schema)
    frames = [pl.read_parquet(file) for file in files]
    return pl.concat([empty, *frames], how="diagonal").select(schema.keys())


def _append(folder: Path, frame: pl.DataFrame) -> None:
    """Adds one file; a process that dies halfway leaves none."""
    folder.mkdir(parents=True, exist_ok=True)
    last = max((int(file.stem) for file in folder.glob("*.parquet")), default=0)
    target = folder / f"{last + 1:08d}.parquet"
    unfinished = target.with_suffix(".unfinished")
    frame.write_parquet(unfinished)
    unfinished.replace(target)


def compare_memories(kept: Path, made: Path) -> tuple[int, list[str], int]:
    """Two caches by the present instrument: how many judgements stand in both, which of these are
    not the same (SHA-256 of their documents), and how many stand in the first only."""
    method = judge.instrument_version()
    first, second = _Memory(kept, method).scores, _Memory(made, method).scores
    both = first.join(second, on="document_sha256", how="semi").sort("document_sha256")
    again = second.join(first, on="document_sha256", how="semi").sort("document_sha256")
    columns = [name for name in _DOCUMENT_SCHEMA if name != "document_sha256"]
    differs = pl.any_horizontal(pl.col(name).ne_missing(again.get_column(name)) for name in columns)
    different = both.filter(differs).get_column("document_sha256").to_list()
    return both.height, different, first.height - both.height


class _Progress:
    """Says something at most every few seconds, and nothing when all is done before that."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.last = time.monotonic()

    def say(self, message: str) -> None:
        if time.monotonic() - self.last >= PROGRESS_SECONDS:
            self.tell(message)
            self.last = time.monotonic()
