"""JSON read into records: a list of objects, or one object per line.

Here belongs: objects and their members. Not here: what a value means (`values.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import polars as pl

from dronten_pipeline.ingest import dialect
from dronten_pipeline.ingest.dialect import Format, Refused
from dronten_pipeline.ingest.records import LINE, REJECTS, Delivered, boolean_of, number_of


def read_array(decoded: dialect.Decoded, wanted: Collection[str]) -> Delivered:
    import duckdb

    with duckdb.connect() as connection:
        document = pl.DataFrame({"document": [decoded.text.decode()]})
        connection.register("delivered", document.to_arrow())
        found = connection.sql(
            "select json_valid(document), "
            "case when json_valid(document) then json_array_length(document) end from delivered"
        ).fetchone()
        if not found or not found[0]:
            raise Refused(
                "De JSON in dit bestand is niet geldig, mogelijk doordat het bestand is "
                "afgebroken. Lever het opnieuw."
            )
        # The rest of a list whose middle cannot be read cannot be trusted either.
        connection.execute(
            "create temp table records as select position as _line, list[position] as record "
            "from (select list, unnest(range(1, len(list) + 1)) as position "
            "from (select json_extract(document, '$[*]') as list from delivered))"
        )
        return _json_records(connection, "json", decoded, int(found[1]), [], wanted)


def read_lines(decoded: dialect.Decoded, wanted: Collection[str]) -> Delivered:
    import duckdb

    text = decoded.text.decode()
    lines = (
        pl.DataFrame({"record": pl.Series([text]).str.split("\n").explode()})
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(LINE))
        .with_columns(pl.col("record").str.strip_chars())
        .filter(pl.col("record") != "")
    )
    notes = []
    if not text.endswith("\n"):
        notes.append("De laatste regel heeft geen regeleinde: het bestand is mogelijk afgebroken.")
    with duckdb.connect() as connection:
        connection.register("delivered", lines.to_arrow())
        valid = connection.sql("select count(*) from delivered where json_valid(record)").fetchone()
        if not valid or not valid[0]:
            raise Refused(
                "Geen enkele regel van dit bestand is een JSON-object. Lever een lijst van "
                "objecten ([{...}, {...}]), of een object per regel."
            )
        connection.execute("create temp table records as select _line, record from delivered")
        return _json_records(connection, "jsonl", decoded, lines.height, notes, wanted)


def _json_records(
    connection: Any,
    form: Format,
    decoded: dialect.Decoded,
    rows: int,
    notes: list[str],
    wanted: Collection[str],
) -> Delivered:
    """Reads the temporary table `records` (`_line`, `record` as JSON text)."""
    rejects = connection.sql(
        "select _line, null::varchar as column_name, case when json_valid(record) "
        "then 'Dit is geen JSON-object.' else 'De regel is geen geldige JSON.' end as reason "
        "from records where not json_valid(record) or json_type(record) <> 'OBJECT'"
    ).pl()
    connection.execute(
        "create temp table objects as select _line, record from records "
        "where json_valid(record) and json_type(record) = 'OBJECT'"
    )
    keys = [
        key
        for (key,) in connection.sql(
            "select key from (select _line, unnest(json_keys(record)) as key, "
            "generate_subscripts(json_keys(record), 1) as place from objects) "
            "group by key order by min(_line), min(place)"
        ).fetchall()
    ]
    spellings: dict[str, list[str]] = {}
    for key in keys:
        spellings.setdefault(key.strip().lower(), []).append(key)
    chosen = {name: found for name, found in spellings.items() if name in wanted}
    selected = []
    for index, found in enumerate(chosen.values()):
        paths = [_json_path(key) for key in found]
        value = (
            "coalesce("
            + ", ".join(f"nullif(json_extract(record, {path}), 'null'::json)" for path in paths)
            + ", null)"
        )
        selected.append(f"{value} as v{index}")
    columns = ", ".join(["_line", *selected])
    typed = ["_line"]
    for index in range(len(chosen)):
        kind = f"json_type(v{index})"
        typed += [
            f"case when {kind} = 'VARCHAR' then json_extract_string(v{index}, '$') end as t{index}",
            f"case when {kind} in ('UBIGINT', 'BIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT') "
            f"then v{index}::varchar end as n{index}",
            f"case when {kind} = 'BOOLEAN' then v{index}::varchar = 'true' end as b{index}",
            f"{kind} in ('ARRAY', 'OBJECT') as x{index}",
        ]
    frame = connection.sql(
        f"select {', '.join(typed)} from (select {columns} from objects) order by _line"
    ).pl()
    nested = [pl.when(f"x{index}").then(pl.lit(name)) for index, name in enumerate(chosen)]
    first_nested = pl.coalesce(nested) if nested else pl.lit(None, dtype=pl.String)
    frame = frame.with_columns(first_nested.cast(pl.String).alias("nested"))
    reason = "De waarde is een lijst of object in plaats van een enkele waarde."
    rejects = pl.concat(
        [
            rejects.cast(dict(REJECTS)),
            frame.filter(pl.col("nested").is_not_null()).select(
                pl.col(LINE).cast(pl.Int64),
                pl.col("nested").alias("column_name"),
                pl.lit(reason).alias("reason"),
            ),
        ]
    ).sort(LINE)
    kept = frame.filter(pl.col("nested").is_null()).select(
        pl.col(LINE).cast(pl.Int64),
        *[
            pl.col(f"{letter}{index}").alias(alias)
            for index, name in enumerate(chosen)
            for letter, alias in (
                ("t", name),
                ("n", number_of(name)),
                ("b", boolean_of(name)),
            )
        ],
    )
    return Delivered(
        format=form,
        encoding=decoded.encoding,
        separator=None,
        frame=kept,
        rejects=rejects,
        headers=tuple(spellings),
        rows=rows,
        notes=(*decoded.notes, *notes),
        cleaned=decoded.cleaned,
    )


def _json_path(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"').replace("'", "''")
    return f"'$.\"{escaped}\"'"
