"""Tables that are good, and every way to break each type of expectation; all data are invented.

A case is a table, a rule on it, and the answer that both judges must give: None where the rule
holds, a number of failing rows, "fails" where the rule is not about rows, or "error" where it
cannot be judged. Where Great Expectations is odd, the answer is what its documentation means:

- a row without a value is left out, but for the rules about being filled;
- NaN is a value, lies in no range, and is equal to itself;
- infinity is a number: only an upper bound keeps it out;
- text is compared byte by byte: what looks alike is not the same;
- of rows that are the same all fail, not all but one; a key of which a part is empty is a key;
- a table without rows fails nothing but a count of rows and what its columns are;
- what cannot be compared (a text with a number) cannot be judged, and passes nowhere.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Expected = int | Literal["fails", "error"] | None

NOT_NULL = "expect_column_values_to_not_be_null"
NULL = "expect_column_values_to_be_null"
IN_SET = "expect_column_values_to_be_in_set"
BETWEEN = "expect_column_values_to_be_between"
REGEX = "expect_column_values_to_match_regex"
UNIQUE = "expect_column_values_to_be_unique"
COMPOUND = "expect_compound_columns_to_be_unique"
OF_TYPE = "expect_column_values_to_be_of_type"
COLUMNS = "expect_table_columns_to_match_ordered_list"
COUNT = "expect_table_row_count_to_be_between"
ROWS = "unexpected_rows_expectation"

OWN = "WITH own AS (SELECT * FROM {batch})\n"

#: Tables by name: their columns, and their rows as SQL.
TABLES: dict[str, tuple[str, str]] = {
    "good": (
        "id BIGINT, code VARCHAR, value DOUBLE, amount DECIMAL(28, 6), day DATE, "
        "moment TIMESTAMP, flag BOOLEAN, nothing VARCHAR",
        "SELECT n, 'gm' || n, n * 1.5, n / 10, DATE '2026-01-01' + n::INTEGER, "
        "TIMESTAMP '2026-01-01 00:00:00' + n * INTERVAL 1 HOUR, n % 2 = 0, NULL "
        "FROM range(1, 11) AS r (n)",
    ),
    "one": ("id BIGINT, code VARCHAR, value DOUBLE, day DATE", "VALUES (1, 'a', 1, '2026-01-01')"),
    "empty": ("id BIGINT, code VARCHAR, value DOUBLE, day DATE", "SELECT 1, '', 0, NULL LIMIT 0"),
    "nulls": (
        "id BIGINT, code VARCHAR, value DOUBLE, day DATE",
        "VALUES (NULL, NULL, NULL, NULL), (NULL, 'a', 1, '2026-01-01'), (1, NULL, NULL, NULL), "
        "(1, NULL, NULL, NULL), (2, 'b', 2, '2026-01-02')",
    ),
    "all_null": ("id BIGINT, code VARCHAR, value DOUBLE", "SELECT NULL, NULL, NULL FROM range(3)"),
    "numbers": (
        "value DOUBLE, small FLOAT",
        "VALUES (0, 0), (-0.0, 0), (1, 1), ('nan', 'nan'), ('nan', 2), ('inf', 'inf'), "
        "('-inf', '-inf'), (1e308, 3), (5e-324, 4), (NULL, NULL), (0.1 + 0.2, 0.3)",
    ),
    "whole": (
        "n BIGINT, wide HUGEINT, exact DECIMAL(28, 6)",
        "VALUES (9223372036854775807, 170141183460469231731687303715884105727, 0.1), "
        "(-9223372036854775808, 0, 0.100001), (0, 1, 1000000), (NULL, NULL, NULL)",
    ),
    "texts": (
        "code VARCHAR",
        # a Cyrillic a, a composed and a decomposed é, a no-break space, upper case, a line end
        "VALUES ('ja'), ('jа'), ('café'), (nfc_normalize('café')), ('cafe' || chr(769)), "
        "('ja' || chr(160)), ('JA'), ('ja' || chr(10)), (''), (' '), ('Ⅷ'), ('８'), ('🙂'), "
        "('it''s \"a\" {b} %s :c'), (NULL)",
    ),
    "days": (
        "day DATE, moment TIMESTAMP",
        "VALUES ('2025-12-31', '2025-12-31 23:59:59.999999'), ('2026-01-01', '2026-01-01'), "
        "('2024-02-29', '2024-02-29 12:00'), ('2026-12-31', '2026-12-31 23:59:59'), "
        "('2027-01-01', '2027-01-01'), ('infinity', 'infinity'), ('-infinity', '-infinity'), "
        "('0001-01-01', '0001-01-01'), ('9999-12-31', '9999-12-31'), (NULL, NULL)",
    ),
    "flags": ("flag BOOLEAN", "VALUES (true), (false), (NULL)"),
    "doubled": (
        "a VARCHAR, b BIGINT, c DOUBLE",
        "VALUES ('x', 1, 1), ('x', 1, 1), ('x', 2, 'nan'), ('y', NULL, 'nan'), ('y', NULL, 0), "
        "(NULL, NULL, NULL), (NULL, NULL, NULL), (NULL, 3, -0.0), ('X', 1, 0)",
    ),
    "typed": (
        "a BIGINT, b INTEGER, c DOUBLE, d FLOAT, e DECIMAL(10, 2), f VARCHAR, g DATE, h TIMESTAMP, "
        "i TIMESTAMPTZ, j BOOLEAN, k TIMESTAMP_S, l HUGEINT, m SMALLINT",
        "SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
    ),
    "odd_names": ('"a ""b"" c" VARCHAR, "select" BIGINT', "VALUES ('x', 1), ('x', NULL)"),
}


class Case(NamedTuple):
    name: str
    table: str
    type: str
    kwargs: dict[str, Any]
    expected: Expected


def case(name: str, table: str, kind: str, expected: Expected, **kwargs: Any) -> Case:
    return Case(name, table, kind, kwargs, expected)


def query(text: str) -> str:
    return OWN + text


CASES: list[Case] = [
    # --- number of rows
    case("as many as agreed", "good", COUNT, None, min_value=10, max_value=10),
    case("one too few", "good", COUNT, "fails", min_value=11),
    case("one too many", "good", COUNT, "fails", max_value=9),
    case("none where some are wanted", "empty", COUNT, "fails", min_value=1),
    case("none where none is fine", "empty", COUNT, None, min_value=0),
    case("one", "one", COUNT, None, min_value=1, max_value=1),
    # --- columns
    case("as agreed", "one", COLUMNS, None, column_list=["id", "code", "value", "day"]),
    case("without rows", "empty", COLUMNS, None, column_list=["id", "code", "value", "day"]),
    case("one missing", "one", COLUMNS, "fails", column_list=["id", "code", "value", "day", "x"]),
    case("one more", "one", COLUMNS, "fails", column_list=["id", "code", "value"]),
    case("another order", "one", COLUMNS, "fails", column_list=["code", "id", "value", "day"]),
    case("another case", "one", COLUMNS, "fails", column_list=["ID", "code", "value", "day"]),
    case("a look-alike", "one", COLUMNS, "fails", column_list=["id", "соde", "value", "day"]),
    # --- filled
    case("filled", "good", NOT_NULL, None, column="id"),
    case("filled, one row", "one", NOT_NULL, None, column="id"),
    case("filled, no rows", "empty", NOT_NULL, None, column="id"),
    case("not filled", "nulls", NOT_NULL, 2, column="id"),
    case("nowhere filled", "all_null", NOT_NULL, 3, column="id"),
    case("NaN is filled", "numbers", NOT_NULL, 1, column="value"),
    case("an empty text is filled", "texts", NOT_NULL, 1, column="code"),
    case("just enough filled", "nulls", NOT_NULL, None, column="id", mostly=0.6),
    case("not enough filled", "nulls", NOT_NULL, 2, column="id", mostly=0.61),
    case("no such column", "good", NOT_NULL, "error", column="gone"),
    case("no such table", "absent", NOT_NULL, "error", column="id"),
    case("a name with quotes", "odd_names", NOT_NULL, None, column='a "b" c'),
    case("a name that is a word of SQL", "odd_names", NOT_NULL, 1, column="select"),
    # --- empty
    case("empty", "good", NULL, None, column="nothing"),
    case("empty, no rows", "empty", NULL, None, column="id"),
    case("not empty", "nulls", NULL, 3, column="id"),
    case("an empty text is not empty", "texts", NULL, 14, column="code"),
    case("NaN is not empty", "numbers", NULL, 10, column="value"),
    case("empty enough", "nulls", NULL, None, column="id", mostly=0.4),
    # --- one of a set
    case("known", "good", IN_SET, None, column="code", value_set=[f"gm{n}" for n in range(1, 11)]),
    case("unknown", "good", IN_SET, 9, column="code", value_set=["gm1"]),
    case("known, no rows", "empty", IN_SET, None, column="code", value_set=["a"]),
    case("known, one row", "one", IN_SET, None, column="code", value_set=["a", "b"]),
    case("nothing is in no set", "all_null", IN_SET, None, column="code", value_set=["a"]),
    case("nulls are left out", "nulls", IN_SET, 1, column="code", value_set=["a"]),
    case("look-alikes", "texts", IN_SET, 13, column="code", value_set=["ja"]),
    case("composed only", "texts", IN_SET, 12, column="code", value_set=["café"]),
    case("signs", "texts", IN_SET, 13, column="code", value_set=["it's \"a\" {b} %s :c"]),
    case("numbers", "good", IN_SET, 8, column="id", value_set=[1, 2]),
    case("broken numbers", "good", IN_SET, 8, column="value", value_set=[1.5, 3]),
    case("exact numbers", "whole", IN_SET, 2, column="exact", value_set=[0.1]),
    case("minus zero", "numbers", IN_SET, 8, column="value", value_set=[0]),
    case("booleans", "flags", IN_SET, None, column="flag", value_set=[True, False]),
    case("one boolean", "flags", IN_SET, 1, column="flag", value_set=[True]),
    case("days", "days", IN_SET, 8, column="day", value_set=["2024-02-29"]),
    case("text against numbers", "good", IN_SET, "error", column="code", value_set=[1]),
    case("known enough", "good", IN_SET, None, column="id", value_set=[1, 2, 3], mostly=0.3),
    case("not known enough", "good", IN_SET, 7, column="id", value_set=[1, 2, 3], mostly=0.31),
    # --- a range
    case("inside", "good", BETWEEN, None, column="id", min_value=1, max_value=10),
    case("outside", "good", BETWEEN, 2, column="id", min_value=2, max_value=9),
    case("inside, no rows", "empty", BETWEEN, None, column="id", min_value=1),
    case("inside, one row", "one", BETWEEN, None, column="id", min_value=1, max_value=1),
    case("nothing lies outside", "all_null", BETWEEN, None, column="id", min_value=1),
    case(
        "strict", "good", BETWEEN, 2, column="id", min_value=1, max_value=10,
        strict_min=True, strict_max=True,
    ),
    case("strict below", "good", BETWEEN, 1, column="id", min_value=1, strict_min=True),
    case("strict above", "good", BETWEEN, 1, column="id", max_value=10, strict_max=True),
    case("NaN is not above", "numbers", BETWEEN, 3, column="value", min_value=0),
    case("NaN is not below", "numbers", BETWEEN, 3, column="value", max_value=1.7e308),
    case("NaN of a short number", "numbers", BETWEEN, 2, column="small", min_value=0),
    case("infinity", "numbers", BETWEEN, 5, column="value", min_value=0, max_value=1),
    case("just more than 0.3", "numbers", BETWEEN, 5, column="value", max_value=0.3),
    case("the largest number", "whole", BETWEEN, 1, column="n", min_value=0),
    case("a wide number", "whole", BETWEEN, 1, column="wide", max_value=1),
    case("exactly 0.1", "whole", BETWEEN, 2, column="exact", max_value=0.1),
    case(
        "a year", "days", BETWEEN, 7, column="day", min_value="2026-01-01", max_value="2026-12-31",
    ),
    case("from a day", "days", BETWEEN, 4, column="day", min_value="2026-01-01"),
    case("until a day", "days", BETWEEN, 3, column="day", max_value="2026-12-31"),
    case("from midnight", "days", BETWEEN, 4, column="moment", min_value="2026-01-01 00:00:00"),
    case(
        "before midnight", "days", BETWEEN, 5, column="moment",
        max_value="2026-01-01", strict_max=True,
    ),
    case("a range of texts", "texts", BETWEEN, "error", column="code", min_value="2026-01-01"),
    case("a range of booleans", "flags", BETWEEN, "error", column="flag", min_value=0),
    case("days against numbers", "days", BETWEEN, "error", column="day", min_value=1),
    case("enough inside", "good", BETWEEN, None, column="id", max_value=9, mostly=0.9),
    case("not enough inside", "good", BETWEEN, 2, column="id", max_value=8, mostly=0.9),
    # --- a pattern
    case("the pattern", "good", REGEX, None, column="code", regex="^gm[0-9]{1,2}$"),
    case("found anywhere", "good", REGEX, None, column="code", regex="m"),
    case("one only", "good", REGEX, 9, column="code", regex="gm7"),
    case("no rows to match", "empty", REGEX, None, column="code", regex="x"),
    case("nothing to match", "all_null", REGEX, None, column="code", regex="x"),
    case("whole texts", "texts", REGEX, 13, column="code", regex="^ja$"),
    case("digits are ASCII", "texts", REGEX, 14, column="code", regex="[0-9]"),
    case("a quote", "texts", REGEX, 13, column="code", regex="'"),
    case("a colon and a percent sign", "texts", REGEX, 13, column="code", regex="%s :c"),
    case("a pattern for numbers", "good", REGEX, "error", column="id", regex="1"),
    case("no pattern", "good", REGEX, "error", column="code", regex="("),
    case("enough match", "good", REGEX, None, column="code", regex="[1-9]$", mostly=0.9),
    # --- unique
    case("unique", "good", UNIQUE, None, column="id"),
    case("unique, no rows", "empty", UNIQUE, None, column="id"),
    case("unique, one row", "one", UNIQUE, None, column="id"),
    case("twice", "nulls", UNIQUE, 2, column="id"),
    case("nothing twice", "all_null", UNIQUE, None, column="id"),
    case("twice in another case", "doubled", UNIQUE, 5, column="a"),
    case("NaN twice, zero twice", "numbers", UNIQUE, 4, column="value"),
    case("look-alikes once", "texts", UNIQUE, 2, column="code"),
    # --- unique together
    case("a key", "good", COMPOUND, None, column_list=["id", "code"]),
    case("a key, no rows", "empty", COMPOUND, None, column_list=["id", "code"]),
    case("a key, one row", "one", COMPOUND, None, column_list=["id", "code"]),
    case("a key with an empty part", "doubled", COMPOUND, 4, column_list=["a", "b"]),
    case("a key with NaN", "doubled", COMPOUND, 2, column_list=["b", "c"]),
    case("an empty key", "all_null", COMPOUND, None, column_list=["id", "code"]),
    case("a part is missing", "good", COMPOUND, "error", column_list=["id", "gone"]),
    # --- type
    *(
        case(f"{column} is {kind}", "typed", OF_TYPE, None, column=column, type_=kind)
        for column, kind in zip(
            "abcefghj",
            ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN"),
            strict=True,
        )
    ),
    *(
        case(f"{column} is not {kind}", "typed", OF_TYPE, "fails", column=column, type_=kind)
        for column, kind in (
            ("a", "INTEGER"), ("b", "BIGINT"), ("c", "DECIMAL"), ("d", "DOUBLE"), ("e", "DOUBLE"),
            ("f", "DATE"), ("g", "TIMESTAMP"), ("h", "DATE"), ("i", "TIMESTAMP"), ("j", "INTEGER"),
            ("k", "TIMESTAMP"), ("l", "BIGINT"), ("m", "INTEGER"),
        )
    ),
    case("type, no rows", "empty", OF_TYPE, None, column="value", type_="DOUBLE"),
    # --- a query
    case("no rows found", "good", ROWS, None, unexpected_rows_query=query("FROM own WHERE id < 1")),
    case("rows found", "good", ROWS, 3, unexpected_rows_query=query("FROM own WHERE id < 4")),
    case("no rows to find", "empty", ROWS, None, unexpected_rows_query=query("FROM own")),
    case(
        "joined with the warehouse", "good", ROWS, 5,
        unexpected_rows_query=query(
            "SELECT own.id FROM own LEFT JOIN warehouse.staging.known AS k USING (id) "
            "WHERE k.known IS NULL"
        ),
    ),
    case(
        "grouped and ordered", "doubled", ROWS, 3,
        unexpected_rows_query=query("SELECT a, count(*) AS n FROM own GROUP BY a HAVING n > 1 "
        "AND a IS NOT NULL OR a IS NULL ORDER BY n"),
    ),
    case(
        "signs in a query", "texts", ROWS, 1,
        unexpected_rows_query=query("FROM own WHERE code LIKE '%''s%' AND contains(code, '%s')"),
    ),
    case("no such table in a query", "good", ROWS, "error",
         unexpected_rows_query=query("SELECT * FROM warehouse.staging.gone")),
    case("a conversion that breaks", "good", ROWS, "error",
         unexpected_rows_query=query("FROM own WHERE code::INTEGER > 0")),
    case("a mistake in a query", "good", ROWS, "error",
         unexpected_rows_query=query("FROM own WHERE")),
]  # fmt: skip
