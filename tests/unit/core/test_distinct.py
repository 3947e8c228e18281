"""Looking at distinct texts only changes what an answer costs, never the answer."""

from __future__ import annotations

import polars as pl

from dronten_pipeline.core import distinct, personal

TEXTS = ("WF-00000001", "Bel 06-12345678", "111222333 en 111222333", "a@b.nl", "niets", None)


def test_a_column_that_repeats_itself_is_known_and_a_key_is_not() -> None:
    frame = pl.DataFrame(
        {"key": [f"Z{row}" for row in range(5_000)], "team": ["A", "B", None, "D", "E"] * 1_000}
    )
    assert distinct.repeating(frame, ["key", "team"]) == {"team"}
    assert distinct.repeating(frame.head(10), ["key", "team"]) == set()
    assert distinct.repeating(frame, []) == set()


def test_repeated_texts_count_as_often_as_they_stand_there() -> None:
    times = 1_000
    few = {(one.kind, one.suspected, one.checked) for one in _found(TEXTS)}
    many = {(one.kind, one.suspected, one.checked) for one in _found(TEXTS * times)}
    assert few and many == {(kind, n * times, of * times) for kind, n, of in few}


def _found(texts: tuple[str | None, ...]) -> list[personal.Finding]:
    assert distinct.repeating(pl.DataFrame({"text": texts}), ["text"]) == (
        {"text"} if len(texts) > 10 else set()
    )
    return personal.examine(pl.Series("text", texts, dtype=pl.String))
