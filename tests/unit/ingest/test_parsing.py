"""Records that can be read and still cannot be true: the rules `rejects` of a contract."""

from __future__ import annotations

from typing import Any

import pytest

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.ingest import parsing

REASON = "Een verzoek kan niet afgehandeld zijn voordat het gemaakt is."


def requests(*rules: tuple[str, str]) -> Table:
    columns: list[dict[str, Any]] = [
        {"name": "id", "type": "text", "required": True},
        {"name": "Gemaakt", "type": "timestamp", "required": True},
        {"name": "afgehandeld", "type": "timestamp"},
        {"name": "gemeld", "type": "timestamp"},
    ]
    return Table.model_validate(
        {
            "name": "verzoeken",
            "description": "Verzonnen verzoeken.",
            "key": ["id"],
            "columns": [{**column, "description": "Verzonnen."} for column in columns],
            "rejects": [
                {"rule": "not_before", "columns": list(columns), "reason": REASON}
                for columns in rules
            ],
        }
    )


def parsed(text: str, *rules: tuple[str, str]) -> parsing.Parsed:
    content = "id;gemaakt;afgehandeld;gemeld\n" + text
    return parsing.parse(content.encode(), requests(*rules), b"")


@pytest.mark.parametrize(
    ("made", "handled", "accepted"),
    [
        pytest.param("02-03-2026 10:00:00", "02-03-2026 09:59:59", False, id="a second before"),
        pytest.param("02-03-2026 10:00:00", "02-03-2026 10:00:00", True, id="the same moment"),
        pytest.param("02-03-2026 10:00:00", "02-03-2026 10:00:01", True, id="a second after"),
        pytest.param("02-03-2026 10:00:00", "", True, id="still open"),
        pytest.param("02-03-2026 10:00+01:00", "02-03-2026 09:00Z", True, id="the same instant"),
        # 2:30 is skipped and read as 3:30, which is after 3:00
        pytest.param("29-03-2026 02:30:00", "29-03-2026 03:00:00", False, id="skipped hour"),
        # 2:30 occurs twice; both are the first
        pytest.param("25-10-2026 02:30:00", "25-10-2026 02:30:00", True, id="doubled hour"),
        pytest.param("25-10-2026 01:30Z", "25-10-2026 02:45:00", False, id="second of the doubled"),
    ],
)
def test_a_record_out_of_order_goes_to_quarantine(made: str, handled: str, accepted: bool) -> None:
    found = parsed(f"a;{made};{handled};\n", ("Gemaakt", "afgehandeld"))
    assert found.stored is not None
    assert (found.stored.height, found.rejects.height) == ((1, 0) if accepted else (0, 1))


def test_the_reject_names_line_column_and_reason() -> None:
    found = parsed(
        "a;2026-03-02;2026-03-03;\nb;2026-03-02;2026-03-01;\nc;2026-03-02;fout;\n",
        ("Gemaakt", "afgehandeld"),
    )
    assert found.rejects.rows() == [
        (3, "afgehandeld", f"afgehandeld ligt voor gemaakt: {REASON}"),
        (
            4,
            "afgehandeld",
            "afgehandeld: de waarde is geen datum; schrijf 31-12-2025 of 2025-12-31.",
        ),
    ]
    assert found.stored is not None and found.stored.get_column("id").to_list() == ["a"]


def test_a_record_that_breaks_two_rules_is_one_reject() -> None:
    rules = ("Gemaakt", "afgehandeld"), ("Gemaakt", "gemeld")
    rejects = parsed("a;2026-03-02;2026-03-01;2026-03-01\n", *rules).rejects
    assert rejects.get_column("column_name").to_list() == ["afgehandeld"]
    assert "gemeld ligt voor gemaakt" in rejects.get_column("reason")[0]


def test_without_a_rule_an_implausible_record_counts() -> None:
    found = parsed("a;2026-03-02;2026-03-01;\n")
    assert found.stored is not None and found.stored.height == 1


def whole(text: str) -> parsing.Parsed:
    return parsing.parse(text.encode(), requests(), b"k" * 32, None)


def test_a_column_under_a_name_with_a_typing_error_is_not_taken_as_empty() -> None:
    found = whole("id;gemaakt;afgehandelt\nA1;01-03-2026;02-03-2026\n")
    assert "Kolom afgehandeld ontbreekt" in str(found.refused)


def test_a_column_that_may_be_a_missing_one_is_told() -> None:
    found = whole("id;gemaakt;afgehandeld_tijd\nA1;01-03-2026;02-03-2026\n")
    assert found.refused is None
    assert any("misschien afgehandeld" in note for note in found.notes)


def test_another_column_is_no_typing_error() -> None:
    found = whole("id;gemaakt;kanaal\nA1;01-03-2026;balie\n")
    assert found.refused is None
    assert not any("misschien" in note for note in found.notes)


@pytest.mark.parametrize("separator", ["^", "   "])
def test_a_header_that_cannot_be_divided_is_called_so(separator: str) -> None:
    found = whole("\n".join(separator.join(row) for row in (("id", "gemaakt"), ("A", "B"))) + "\n")
    assert found.refused == parsing.UNDIVIDED


@pytest.mark.parametrize(
    ("keys", "many"),
    [
        (["007", "7", "0008"], 1),
        (["TB7", "tb7", "TB-7"], 1),
        (["TB1", "TB-1"], 0),  # told across deliveries; within one it may be meant
        (["7", "7"], 0),
        (["A1", "B1", "007"], 0),
        (["70", "7", "10", "100"], 0),
    ],
)
def test_a_key_in_two_spellings_is_told(keys: list[str], many: int) -> None:
    found = whole("id;gemaakt\n" + "".join(f"{key};01-03-2026\n" for key in keys))
    assert found.accepted == len(keys)
    assert [note for note in found.notes if f"{many} sleutel" in note] != [] or not many
    assert any("schrijfwijze" in note for note in found.notes) == (many > 0)
