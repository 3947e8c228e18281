"""Our hash of a row is PostgreSQL's own, for every type that a mart has."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from dronten_pipeline.postgres.hashing import in_sql, row_hashes, total_of
from tests.postgres_server import Server

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=80)
KINDS = {
    "text": (pa.string(), TEXTS),
    "bytea": (pa.binary(), st.binary(max_size=60)),
    "boolean": (pa.bool_(), st.booleans()),
    "smallint": (pa.int16(), st.integers(-(2**15), 2**15 - 1)),
    "integer": (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    "bigint": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "real": (pa.float32(), st.floats(width=32)),
    "double precision": (pa.float64(), st.floats()),
    "date": (pa.date32(), st.dates()),
    "timestamp": (pa.timestamp("us"), st.datetimes()),
    "time": (pa.time64("us"), st.times()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_hash_is_that_of_postgresql(server: Server, kind: str) -> None:
    arrow, values = KINDS[kind]
    with server.connected() as connection:

        @settings(
            max_examples=20,
            deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture],
        )
        @given(st.lists(st.none() | values, min_size=1, max_size=40))
        def same(rows: list[object]) -> None:
            found = connection.execute(
                sql.SQL(
                    "SELECT {} # {} FROM unnest(%s::{}[]) "
                    "WITH ORDINALITY AS given (value, place) ORDER BY place"
                ).format(
                    in_sql(sql.SQL("1"), "integer", 1),
                    in_sql(sql.SQL("value"), kind, 2),
                    sql.SQL(kind),  # type: ignore[arg-type]
                ),
                [rows],
                binary=True,
            ).fetchall()
            columns = [pa.array([1] * len(rows), pa.int32()), pa.array(rows, arrow)]
            assert row_hashes(columns).view(np.int64).tolist() == [hash for (hash,) in found]

        same()


def test_long_texts_and_slices_hash_alike(server: Server) -> None:
    texts = ["x" * length for length in [*range(40), 1_000, 100_001]] + [None]
    with server.connected() as connection:
        found = connection.execute(
            sql.SQL(
                "SELECT {} FROM unnest(%s::text[]) "
                "WITH ORDINALITY AS given (value, place) ORDER BY place"
            ).format(in_sql(sql.SQL("value"), "text", 1)),
            [texts],
        ).fetchall()
    whole = pa.array(["before", *texts, "after"])
    hashes = row_hashes([whole.slice(1, len(texts))]).view(np.int64)
    assert hashes.tolist() == [hash for (hash,) in found]
    assert total_of(row_hashes([pa.array(texts)])) == sum(hash for (hash,) in found)


def test_texts_that_occur_often_hash_like_others() -> None:
    texts = pa.array((["Beheer", None, "", "een langere naam van een team"] * 3_000)[1:])
    alone = [row_hashes([texts.slice(place, 1)])[0] for place in range(4)]
    assert row_hashes([texts])[:8].tolist() == alone * 2


def test_what_stands_elsewhere_has_another_sum() -> None:
    def checksum(*columns: list[float | None]) -> int:
        return total_of(row_hashes(pa.array(column, pa.float64()) for column in columns)) % 2**64

    assert checksum([1, 2], [3, 4]) == checksum([2, 1], [4, 3])
    others: list[list[list[float | None]]] = [
        [[1, 2], [4, 3]],  # a value in another row
        [[3, 4], [1, 2]],  # in another column
        [[1, 2], [None, 4]],
        [[1, 2], [0, 4]],
    ]
    sums = {checksum(*columns) for columns in [[[1, 2], [3, 4]], *others]}
    assert len(sums) == 5


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(TypeError, match="list"):
        row_hashes([pa.array([[1]])])
