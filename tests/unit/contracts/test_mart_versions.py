"""What a new version of the published tables is called, and what a released one is worth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dronten_pipeline.contracts import mart_versions
from dronten_pipeline.contracts.mart_versions import (
    ContractColumn,
    ContractTable,
    MartContract,
    ReleasedContractError,
    added,
    advice,
    breaking,
    fingerprint_of,
    named,
    next_version,
    released,
)
from dronten_pipeline.core.settings import Settings

Tables = list[ContractTable]


def table(name: str = "t", columns: str = "a b", key: str = "a") -> ContractTable:
    return ContractTable(
        name=name,
        description="Een tabel.",
        key=key.split(),
        columns=[
            ContractColumn(name=one, type="VARCHAR", description="Een kolom.")
            for one in columns.split()
        ],
    )


def contract(version: str = "1.0", tables: Tables | None = None) -> MartContract:
    tables = [table()] if tables is None else tables
    return MartContract(version=version, fingerprint=fingerprint_of(tables), tables=tables)


def write(folder: Path, one: MartContract) -> Path:
    path = folder / f"mart-{one.version}.json"
    path.write_text(one.model_dump_json(), encoding="utf-8")
    return path


def with_type(kind: str) -> Tables:
    old = table()
    first = old.columns[0].model_copy(update={"type": kind})
    return [old.model_copy(update={"columns": [first, *old.columns[1:]]})]


@pytest.mark.parametrize(
    ("now", "version", "says"),
    [
        pytest.param([table()], None, "", id="nothing"),
        pytest.param([table(), table("u")], "1.3", "Table u is new.", id="a_table_more"),
        pytest.param([table(columns="a b c")], "1.3", "Column t.c is new.", id="a_column_behind"),
        pytest.param([table(columns="a c b")], "2.0", "another order", id="a_column_between"),
        pytest.param([table(columns="b a")], "2.0", "another order", id="another_order"),
        pytest.param([table(columns="a")], "2.0", "Column t.b is gone.", id="a_column_less"),
        pytest.param([table(columns="a c")], "2.0", "Column t.b is gone.", id="another_name"),
        pytest.param(with_type("BIGINT"), "2.0", "was VARCHAR and is BIGINT", id="another_type"),
        pytest.param([table(key="a b")], "2.0", "another thing", id="another_key"),
        pytest.param([table("u")], "2.0", "Table t is gone.", id="a_table_less"),
    ],
)
def test_the_next_version_follows_from_what_changed(
    now: Tables, version: str | None, says: str
) -> None:
    last = contract("1.2")
    assert next_version(last, now) == version
    assert says in " ".join(breaking(last.tables, now) + added(last.tables, now))
    told = advice(last, now)
    assert (told is None) == (version is None)
    assert told is None or (version and version in told and "datalab contract" in told)


def test_another_meaning_is_a_major_version_though_no_column_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mart_versions, "promised", lambda _: [table(columns="a b c")])
    write(tmp_path, contract("1.2"))
    path, _ = mart_versions.release(Settings(home=tmp_path), tmp_path, is_other_meaning=True)
    assert path == tmp_path / "mart-2.0.json"
    assert mart_versions.release(Settings(home=tmp_path), tmp_path)[0] is None


def test_words_may_change_without_a_new_version() -> None:
    other = table().model_copy(update={"description": "Dezelfde tabel, beter gezegd."})
    assert next_version(contract(), [other]) is None


def test_the_first_version_is_one() -> None:
    assert next_version(None, [table()]) == "1.0"


def test_versions_are_ordered_as_numbers(tmp_path: Path) -> None:
    for version in ("1.10", "1.9", "2.0"):
        write(tmp_path, contract(version))
    assert [one.version for one in released(tmp_path)] == ["1.9", "1.10", "2.0"]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: text.replace('"b"', '"c"'), id="a_column_was_renamed"),
        pytest.param(lambda text: text.replace("1.0", "1.1"), id="another_number"),
        pytest.param(lambda text: text[:-5], id="half_a_file"),
    ],
)
def test_a_released_file_that_was_changed_is_refused(
    tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    path = write(tmp_path, contract())
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ReleasedContractError, match=r"mart-1\.0\.json"):
        released(tmp_path)


def test_tables_are_named_by_the_version_that_released_them(tmp_path: Path) -> None:
    one = contract()
    assert named(one.fingerprint, tmp_path) == one.fingerprint
    write(tmp_path, one)
    assert named(one.fingerprint, tmp_path) == f"1.0+{one.fingerprint}"
    assert named("0123456789ab", tmp_path) == "0123456789ab"


def test_the_released_files_of_the_project_are_whole() -> None:
    assert released()
