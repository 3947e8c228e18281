"""A list of texts: which documents are read, how often, and how short ones are pooled."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import signal
import time
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dronten_pipeline.core.limits import Limits
from dronten_pipeline.core.sandbox import Broken
from dronten_pipeline.readability import documents, extract, judge
from dronten_pipeline.readability.calibration import Calibration
from dronten_pipeline.readability.documents import SCORE_SCHEMA, score_documents

AS_OF = dt.date(2026, 6, 30)
LONG = "U kunt een nieuwe pas krijgen. Dat kan in het huis van de gemeente. Wij helpen u daar. " * 8
SHORT = "Vandaag is het huis dicht. Morgen zijn wij er weer voor u en voor uw hele buurt. "

SCHEMA = {
    "tekst_id": pl.String,
    "kanaal": pl.String,
    "team": pl.String,
    "soort": pl.String,
    "gepubliceerd_op": pl.Date,
    "bestand": pl.String,
    "canonieke_url": pl.String,
    "_delivery": pl.Int64,
    "_line": pl.Int64,
}


class Place:
    """A folder of documents, a list of rows, and a cache."""

    def __init__(self, root: Path) -> None:
        self.folder, self.cache = root / "landing", root / "cache"
        self.folder.mkdir()
        self.rows: list[dict[str, Any]] = []
        self.limits = Limits()

    def add(self, key: str, text: str | None = LONG, **changes: Any) -> None:
        row = {
            "tekst_id": key,
            "kanaal": "brief",
            "team": "balie",
            "soort": "brief",
            "gepubliceerd_op": dt.date(2026, 5, 1),
            "bestand": f"{key}.txt",
            "canonieke_url": None,
            "_delivery": 1,
            "_line": len(self.rows) + 1,
        } | changes
        if text is not None:
            path = self.folder / row["bestand"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.rows.append(row)

    def run(self, as_of: dt.date = AS_OF) -> documents.ScoredDocuments:
        frame = pl.DataFrame(self.rows, schema=SCHEMA)
        return score_documents(frame, self.folder, self.cache, as_of=as_of, limits=self.limits)

    def by_id(self, as_of: dt.date = AS_OF) -> dict[str, dict[str, Any]]:
        return {row["text_id"]: row for row in self.run(as_of).scores.to_dicts()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the documents that are read from here on."""
    names: list[str] = []
    read = documents._read_document

    def spy(place: str, limits: Limits) -> tuple[str | None, str]:
        names.append(Path(place).name)
        return read(place, limits)

    monkeypatch.setattr(documents, "_read_document", spy)
    return names


def test_an_empty_list_gives_empty_frames(place: Place) -> None:
    result = place.run()
    assert dict(result.scores.schema) == SCORE_SCHEMA
    assert result.scores.height == result.rejects.height == 0


def test_a_text_gets_the_columns_of_its_judgement(place: Place) -> None:
    place.add("b", kanaal=" Brief ")
    place.add("a", LONG + "Nog iets.")
    result = place.run()
    assert dict(result.scores.schema) == SCORE_SCHEMA
    assert result.scores["text_id"].to_list() == ["a", "b"]
    row = result.scores.row(1, named=True)
    assert (row["channel"], row["document"], row["is_pool"]) == ("brief", "b.txt", False)
    assert row["level"] == "A" and row["method_version"] == judge.method_version()


def test_the_last_row_of_a_text_is_the_current_one(place: Place) -> None:
    place.add("a", None, bestand="oud.txt")
    place.add("a", gepubliceerd_op=dt.date(2026, 6, 1))
    result = place.run()
    assert result.scores["published_on"].to_list() == [dt.date(2026, 6, 1)]
    assert result.rejects.height == 0, "an older version that cannot be read is not rejected"


def test_the_second_run_reads_no_document_and_gives_the_same(
    place: Place, reads: list[str]
) -> None:
    for number in range(4):
        place.add(f"kort{number}", f"{SHORT * 3} {'na' * number} deel.")
    place.add("lang")
    first = place.run()
    assert reads
    reads.clear()
    second = place.run()
    assert reads == []
    assert first.scores.equals(second.scores)


def test_a_cold_and_a_warm_cache_give_the_same(place: Place, tmp_path: Path) -> None:
    place.add("a")
    place.run()
    place.add("b", LONG + " En meer.")
    place.add("kort", SHORT)
    warm = place.run()
    place.cache = tmp_path / "fresh"
    assert warm.scores.equals(place.run().scores)


def test_the_same_document_under_two_names_is_read_once(place: Place, reads: list[str]) -> None:
    place.add("a")
    place.add("b")
    place.run()
    assert len(reads) == 1


def test_the_same_bytes_are_read_by_their_extension(place: Place) -> None:
    for order in (("a.txt", "b.md"), ("c.md", "d.txt")):
        for name in order:
            place.add(name, f"{LONG}\n| {'rij ' * 9}|\n", bestand=name)
    rows = place.by_id()
    assert rows["a.txt"]["words"] == rows["d.txt"]["words"] > rows["b.md"]["words"]
    assert rows["b.md"]["words"] == rows["c.md"]["words"]


def test_a_changed_document_is_judged_anew(place: Place) -> None:
    place.add("a")
    before = place.by_id()["a"]
    (place.folder / "a.txt").write_text(LONG + "Wij gaan door met nog een zin.")
    assert place.by_id()["a"]["words"] > before["words"]


def test_another_method_judges_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.add("a")
    place.run()
    monkeypatch.setattr(judge, "instrument_version", lambda: "ander-1+00000000")
    assert place.by_id()["a"]["method_version"] == "ander-1+00000000"


def test_texts_are_not_stored(place: Place) -> None:
    place.add("a", "Kwartelstraat zegt iets. " * 60)
    place.add("b", "Kwartelstraat zegt iets kort.")
    place.run()
    stored = b"".join(path.read_bytes() for path in place.cache.rglob("*") if path.is_file())
    frames = [pl.read_parquet(path) for path in place.cache.rglob("*.parquet")]
    text = " ".join(str(frame.drop("hard_words", strict=False).to_dicts()) for frame in frames)
    assert b"zegt iets" not in stored and "zegt iets" not in text


def test_a_document_that_is_gone_keeps_its_score(place: Place) -> None:
    place.add("a")
    before = place.run()
    (place.folder / "a.txt").unlink()
    after = place.run()
    assert after.scores.equals(before.scores)
    assert after.rejects.height == 0


def test_a_document_that_is_gone_keeps_the_judgement_of_the_method_before(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.add("a")
    place.add("b", LONG + "Nog iets.")
    before = place.by_id()["a"]
    (place.folder / "a.txt").unlink()
    monkeypatch.setattr(judge, "instrument_version", lambda: "ander-1+00000000")
    result = place.run()
    assert result.rejects.height == 0
    after = {row["text_id"]: row for row in result.scores.to_dicts()}
    assert after["a"] == before
    assert after["b"]["method_version"] == "ander-1+00000000"


def calibrated(method: str) -> Calibration:
    """Cut-offs so low that nothing is easy."""
    return Calibration(
        number=1,
        made_on=AS_OF,
        method_version=method,
        cuts=(-3.0, -2.0, -1.0),
        b1_slope=2.0,
        texts=100,
        raters=3,
        labels_sha256="0" * 64,
        easy_texts=50,
        easy_found=45,
        hard_texts=50,
        hard_found=40,
        alpha=0.8,
        kappa=0.8,
        confusion=((1, 0, 0, 0),) * 4,
    )


def test_a_calibration_cuts_what_was_judged_before_without_reading_it_again(
    place: Place, reads: list[str]
) -> None:
    place.add("a")
    before = place.by_id()["a"]
    reads.clear()
    made = calibrated(judge.instrument_version())
    rows = pl.DataFrame(place.rows, schema=SCHEMA)
    found = score_documents(rows, place.folder, place.cache, as_of=AS_OF, calibration=made)
    after = found.scores.row(0, named=True)
    assert reads == []
    assert (before["level"], before["calibration"]) == ("A", None)
    assert (after["level"], after["calibration"]) == ("C", made.version)
    assert after["score"] == before["score"] and after["b1_probability"] < 0.5
    assert (after["easy_texts"], after["hard_found"]) == (50, 40)
    assert after["method_version"] == f"{judge.instrument_version()}.ijk-{made.version}"


def test_a_calibration_of_another_instrument_is_left_out_and_said(place: Place) -> None:
    place.add("a")
    said: list[str] = []
    rows = pl.DataFrame(place.rows, schema=SCHEMA)
    found = score_documents(
        rows,
        place.folder,
        place.cache,
        as_of=AS_OF,
        calibration=calibrated("ander-1+00000000"),
        on_progress=said.append,
    )
    assert found.scores["level"].to_list() == ["A"] and found.scores["calibration"][0] is None
    assert any("ijk opnieuw" in sentence for sentence in said)


def test_a_text_in_another_language_is_rejected_and_a_scan_carries_a_remark(place: Place) -> None:
    place.add("english", "You have to come to the office and bring your own card with you. " * 12)
    place.add("scan", (LONG + "De aanvraaq is klaar en u krljgt de vergunninq morgen. ") * 2)
    result = place.run()
    assert result.rejects["_line"].to_list() == [1]
    assert "waarschijnlijk Engels" in result.rejects["reason"][0]
    english, scan = result.scores.to_dicts()
    assert english["refusal"] == result.rejects["reason"][0] and english["level"] is None
    assert english["text_sha256"] and english["method_version"] is None
    assert "scan" in scan["remark"] and scan["refusal"] is None


def test_a_document_that_was_never_judged_and_is_gone_is_rejected(place: Place) -> None:
    place.add("a")
    place.run()
    (place.folder / "a.txt").unlink()
    for file in place.cache.rglob("*.parquet"):
        if file.parent.name != "paths":
            file.unlink()
    result = place.run()
    assert result.scores["level"].to_list() == [None]
    assert "nooit beoordeeld" in result.rejects["reason"][0]


def test_what_cannot_be_read_is_rejected_with_its_row(place: Place) -> None:
    place.add("goed")
    place.add("weg", None)
    place.add("leeg", "")
    place.add("plaatje", bestand="plaatje.csv")
    rejects = place.run().rejects
    assert rejects.select("_delivery", "_line", "column_name").rows() == [
        (1, 2, "bestand"),
        (1, 3, "bestand"),
        (1, 4, "bestand"),
    ]
    for reason, says in zip(
        rejects["reason"], ["bestaat niet", "leeg", "wordt niet gelezen"], strict=True
    ):
        assert says in reason


@pytest.mark.parametrize(
    ("document", "says"),
    [
        pytest.param("/etc/hostname", "absoluut", id="absolute"),
        pytest.param("C:\\Users\\brief.txt", "absoluut", id="a Windows drive"),
        pytest.param("\\\\server\\brief.txt", "absoluut", id="a share"),
        pytest.param("../geheim.txt", "..", id="climbs"),
        pytest.param("map\\..\\..\\geheim.txt", "..", id="climbs with backslashes"),
        pytest.param("koppeling.txt", "koppeling", id="link to a file outside"),
        pytest.param("map/geheim.txt", "koppeling", id="link to a folder outside"),
        pytest.param("  ", "leeg", id="blank"),
        pytest.param("a\x00b.txt", "absoluut", id="null character"),
    ],
)
def test_nothing_outside_the_folder_is_read(
    place: Place, tmp_path: Path, reads: list[str], document: str, says: str
) -> None:
    (tmp_path / "geheim.txt").write_text(LONG)
    (place.folder / "koppeling.txt").symlink_to(tmp_path / "geheim.txt")
    (place.folder / "map").symlink_to(tmp_path)
    place.add("a", None, bestand=document)
    result = place.run()
    assert says in result.rejects["reason"][0]
    assert result.scores["refusal"].to_list() == result.rejects["reason"].to_list()
    assert result.scores["text_sha256"].to_list() == [None]
    assert reads == []


def test_a_link_inside_the_folder_and_a_windows_path_are_read(place: Place) -> None:
    place.add("a", bestand="map/a.txt")
    (place.folder / "koppeling.txt").symlink_to(place.folder / "map" / "a.txt")
    place.add("b", None, bestand="koppeling.txt")
    place.add("c", None, bestand="map\\a.txt")
    assert place.run().rejects.height == 0


def test_a_key_that_looks_like_a_pool_is_rejected(place: Place) -> None:
    place.add("pool:brief:2026-05", bestand="a.txt")
    result = place.run()
    assert result.scores.height == 0
    assert result.rejects["column_name"].to_list() == ["tekst_id"]


# --- pools


#: One sentence of 60 words, as decisions have them.
DECISION = (
    "Gelet op het bepaalde in de algemene plaatselijke verordening en overwegende dat de door u "
    "overgelegde bescheiden, waaronder de situatietekening met nummer {number}, geen aanleiding "
    "geven tot het maken van nadere voorwaarden met betrekking tot het gebruik van het perceel, "
    "heeft het college besloten de gevraagde ontheffing onder handhaving van de eerder gestelde "
    "voorschriften te verlenen voor de duur van twaalf maanden."
)


@pytest.mark.parametrize("separator", [" ", "\n\n", "; "])
def test_texts_of_few_long_sentences_are_judged_as_easy_ones_are(
    place: Place, separator: str
) -> None:
    for number in range(10):
        place.add(f"makkelijk{number}", f"{LONG} Dit is brief {number}.")
        text = separator.join(DECISION.format(number=f"{number}{part}") for part in (1, 2))
        place.add(f"besluit{number}", text)
    judged = [row for row in place.by_id().values() if row["level"] is not None]
    assert len(judged) == 20 and not any(row["is_pool"] for row in judged)
    assert all(row["sentences"] <= 2 for row in judged if row["text_id"].startswith("besluit"))
    assert {row["text_id"][:-1] for row in judged if row["is_b1_or_easier"]} == {"makkelijk"}
    assert sum(row["is_b1_or_easier"] for row in judged) == 10


def short(place: Place, key: str, words: int = 51, **changes: Any) -> None:
    """A text of so many words (a number that 17 divides), different for each key."""
    text = (SHORT * (words // 17)).replace("dicht", f"d{key}", 1)
    place.add(key, text, **({"kanaal": "Mail"} | changes))


def may(day: int) -> dict[str, dt.date]:
    return {"gepubliceerd_op": dt.date(2026, 5, day)}


def test_short_texts_are_pooled_per_channel_and_month(place: Place) -> None:
    for number, letter in enumerate("abc", start=1):
        short(place, f"s{letter}", **may(number))
    short(place, "ander", gepubliceerd_op=dt.date(2026, 4, 30))
    short(place, "brief", kanaal="brief")
    rows = place.by_id()
    pool = rows["pool:mail:2026-05:001"]
    assert pool["is_pool"] and pool["level"] == "A" and pool["document"] is None
    assert pool["published_on"] == dt.date(2026, 5, 3)
    assert pool["words"] == sum(rows[f"s{letter}"]["words"] for letter in "abc") == 153
    assert rows["sa"]["in_pool"] == "pool:mail:2026-05:001" and rows["sa"]["level"] is None
    assert [rows[key]["in_pool"] for key in ("ander", "brief")] == [None, None], "too short"
    assert sum(row["is_pool"] for row in rows.values()) == 1


def test_blocks_are_filled_in_the_order_of_publication_and_id(place: Place) -> None:
    for key, day in [("g", 9), ("f", 8), ("e", 7), ("b", 2), ("a", 2), ("c", 3), ("d", 4)]:
        short(place, key, **may(day))
    rows = place.by_id()
    first, second = "pool:mail:2026-05:001", "pool:mail:2026-05:002"
    assert [rows[key]["in_pool"] for key in "abcdefg"] == [first] * 3 + [second] * 4
    assert rows[second]["words"] == 4 * 51, "a last block of 51 words joins the one before"
    assert rows[second]["published_on"] == dt.date(2026, 5, 9)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ([], []),
        ([99], [None]),
        ([50, 49], [None, None]),
        ([50, 50], [1, 1]),
        ([75, 75, 99], [1, 1, 1]),
        ([75, 75, 50, 50], [1, 1, 2, 2]),
        ([80, 69, 1, 99, 51, 10], [1, 1, 1, 2, 2, 2]),
        ([99] * 6, [1, 1, 2, 2, 3, 3]),
    ],
)
def test_a_block_is_full_at_150_words(words: list[int], numbers: list[int | None]) -> None:
    assert documents.block_numbers(words) == numbers


def test_long_texts_go_into_no_pool(place: Place) -> None:
    place.add("a")
    assert [(row["is_pool"], row["in_pool"]) for row in place.by_id().values()] == [(False, None)]


@pytest.mark.parametrize(
    ("words", "kind", "is_judged"),
    [(51, " Vergunningpagina ", True), (34, "vergunningpagina", False), (51, "brief", False)],
)
def test_short_pages_about_permits_are_also_judged_by_themselves(
    place: Place, words: int, kind: str, is_judged: bool
) -> None:
    for key in "abc":
        short(place, key, words, soort=kind)
    short(place, "d")
    row = place.by_id()["a"]
    assert (row["level"], row["is_indicative"]) == (("A", True) if is_judged else (None, None))
    assert row["in_pool"] == "pool:mail:2026-05:001"


def test_texts_after_the_as_of_date_are_not_pooled(place: Place) -> None:
    for key in ("sa", "sc"):
        short(place, key, gepubliceerd_op=AS_OF)
    short(place, "sb", gepubliceerd_op=AS_OF + dt.timedelta(days=1))
    rows = place.by_id()
    assert set(rows) == {"sa", "sb", "sc", "pool:mail:2026-06:001"}
    assert rows["sb"]["in_pool"] is None
    assert rows["pool:mail:2026-06:001"]["words"] == 2 * 51


@pytest.mark.parametrize("same", ["text", "address"])
def test_duplicates_are_pooled_once_and_the_latest_wins(place: Place, same: str) -> None:
    url = {"canonieke_url": "https://gemeente.example/a"} if same == "address" else {}
    old = SHORT * 3 if same == "text" else SHORT * 4
    short(place, "ander", 85, kanaal="brief")
    place.add("nieuw", SHORT * 3, **may(9), **url)
    place.add("oud", old, **may(3), **url)
    rows = place.by_id()
    assert rows["nieuw"]["in_pool"] == "pool:brief:2026-05:001"
    assert rows["oud"]["in_pool"] is None
    assert rows["pool:brief:2026-05:001"]["words"] == 51 + 85


def test_an_old_page_does_not_hide_the_same_text_elsewhere(place: Place) -> None:
    page = {"canonieke_url": "https://gemeente.example/a"}
    place.add("brief", SHORT * 3, **may(1))
    place.add("oud", SHORT * 3, **may(2), **page)
    place.add("nieuw", f"{SHORT * 3} nieuw", **may(3), **page)
    pooled = {key for key, row in place.by_id().items() if row["in_pool"]}
    assert pooled == {"brief", "nieuw"}


def test_a_page_whose_latest_version_cannot_be_read_is_not_pooled(place: Place) -> None:
    page = {"canonieke_url": "https://gemeente.example/a"}
    short(place, "oud", **may(1), **page)
    short(place, "ander", 85)
    place.add("nieuw", None, **may(3), **page)
    assert [row["in_pool"] for row in place.by_id().values()] == [None] * 3


def test_a_pool_that_did_not_change_outlives_its_documents(place: Place) -> None:
    for letter in "abc":
        short(place, f"s{letter}")
    before = place.run()
    assert before.scores["is_pool"].sum() == 1
    for letter in "abc":
        (place.folder / f"s{letter}.txt").unlink()
    after = place.run()
    assert after.scores.equals(before.scores) and after.rejects.height == 0


def test_a_changed_pool_leaves_out_a_document_that_is_gone_and_says_so(place: Place) -> None:
    short(place, "sa")
    short(place, "sb")
    place.run()
    (place.folder / "sa.txt").unlink()
    short(place, "sc")
    result = place.run()
    pool = result.scores.filter("is_pool").row(0, named=True)
    assert pool["words"] == 2 * 51
    assert result.scores.filter(text_id="sa")["in_pool"][0] is None
    assert "telt daarom niet meer mee" in result.rejects["reason"][0]


def test_a_block_that_did_not_change_keeps_a_document_that_is_gone(place: Place) -> None:
    for day, key in enumerate("abcde", start=1):
        short(place, key, **may(day))
    place.run()
    for key in "ad":
        (place.folder / f"{key}.txt").unlink()
    short(place, "f", 85, **may(6))
    rows = place.by_id()
    assert rows["a"]["in_pool"] == rows["b"]["in_pool"] == "pool:mail:2026-05:001"
    assert rows["d"]["in_pool"] is None, "its block is another one now"
    assert rows["e"]["in_pool"] == rows["f"]["in_pool"]


def test_small_batches_give_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number in range(5):
        place.add(f"t{number}", f"{LONG} {'ja' * number} nee.")
    whole = place.run()
    monkeypatch.setattr(documents, "BATCH_CHARACTERS", 1)
    place.cache = tmp_path / "other"
    assert whole.scores.equals(place.run().scores)


def test_a_run_that_was_cut_off_is_continued(
    place: Place, monkeypatch: pytest.MonkeyPatch, reads: list[str]
) -> None:
    monkeypatch.setattr(documents, "BATCH_CHARACTERS", 1)
    for number in range(3):
        place.add(f"t{number}", f"{LONG} {'ja' * number} nee.")
    add = documents._Memory.add_scores
    calls: list[int] = []

    def dies(self: documents._Memory, scores: pl.DataFrame) -> None:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(scores.height)
        add(self, scores)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(documents._Memory, "add_scores", dies)
        place.run()
    reads.clear()
    assert place.run().scores.height == 3
    assert len(reads) == 1


def test_progress_is_told_when_it_takes_long(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PROGRESS_SECONDS", 0.0)
    place.add("a")
    said: list[str] = []
    frame = pl.DataFrame(place.rows, schema=SCHEMA)
    score_documents(frame, place.folder, place.cache, as_of=AS_OF, on_progress=said.append)
    assert any("1 van 1" in message for message in said)


def test_the_fingerprint_of_a_text_ignores_spaces_and_case() -> None:
    assert documents.text_sha256("Een  ZIN\nhier") == hashlib.sha256(b"een zin hier").hexdigest()


def test_a_document_that_breaks_its_reader_is_a_rejected_row_and_never_read_here(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place.folder / "bom.docx"
    path.parent.mkdir(parents=True, exist_ok=True)
    paragraph = "<w:p><w:r><w:t>a</w:t></w:r></w:p>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{space}"><w:body>{paragraph * 1_500_000}</w:body></w:document>',
        )
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Override PartName="/word/document.xml" ContentType="application/vnd.'
            'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
    assert path.stat().st_size < 300_000
    monkeypatch.setattr(extract, "text_of", lambda *_, **__: pytest.fail("read in this process"))
    started = time.monotonic()
    with pytest.raises(Broken, match="DATALAB_READ_"):
        documents._read_document(str(path), Limits(seconds=5, memory_megabytes=300))
    assert time.monotonic() - started < 30


def judge_or_die(texts: list[list[str]], is_pool: bool) -> dict[str, object]:
    """Stands in for judging in the other process, which a text ends as a lack of memory does."""
    ends = "Plons." if is_pool else "Boem."
    if any(ends in text for one in texts for text in one):
        os.kill(os.getpid(), signal.SIGKILL)
    return documents.judge_here(texts, is_pool)


def test_a_text_that_breaks_its_judge_is_named_and_the_others_are_scored(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.add("a")
    place.add("bom", LONG + "Boem.")
    place.add("z", LONG + "Nog iets.")
    place.add("k1", SHORT * 3 + "Plons.", kanaal="web")
    place.add("k2", SHORT * 3, kanaal="mail")
    place.add("k3", SHORT * 5 + "Ja.", kanaal="web")
    place.add("k4", SHORT * 5, kanaal="mail", **may(2))
    monkeypatch.setattr(documents, "JUDGE", "tests.unit.readability.test_documents:judge_or_die")
    for name in ("judge_texts", "judge_clean_texts"):
        monkeypatch.setattr(judge, name, lambda *_: pytest.fail("judged in this process"))
    result = place.run()
    scored = result.scores.filter(pl.col("words").is_not_null())["text_id"].to_list()
    assert scored == ["a", "k1", "k2", "k3", "k4", "pool:mail:2026-05:001", "z"]
    assert result.scores.filter(text_id="k1")["in_pool"].to_list() == [None]
    assert result.rejects["_line"].to_list() == [2, 4, 6]
    assert all("DATALAB_READ_MEMORY_MEGABYTES" in one for one in result.rejects["reason"])
    monkeypatch.setattr(documents, "_judge_elsewhere", lambda *_, **__: pytest.fail("tried again"))
    again = place.run()
    assert again.scores.equals(result.scores)
    assert again.rejects.equals(result.rejects)


def test_a_document_that_breaks_its_reader_is_tried_again_only_when_something_changed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    read = documents._read_document

    def breaks(path: str, limits: Limits) -> tuple[str | None, str]:
        if Path(path).name == "bom.txt":
            tried.append(path)
            raise Broken(limits.too_slow())
        return read(path, limits)

    monkeypatch.setattr(documents, "_read_document", breaks)
    place.add("a")
    place.add("bom", LONG + "Boem.")
    first = place.run()
    assert first.scores.filter(pl.col("refusal").is_null())["text_id"].to_list() == ["a"]
    assert "DATALAB_READ_SECONDS" in first.rejects["reason"][0]
    assert place.run().rejects.equals(first.rejects)
    assert len(tried) == 1

    place.limits = Limits(seconds=220)
    assert "220 seconden" in place.run().rejects["reason"][0]
    assert len(tried) == 2
    (place.folder / "bom.txt").write_text(LONG + "Anders.")
    place.run()
    assert len(tried) == 3
    with monkeypatch.context() as patch:
        patch.setattr(documents, "_READS_TOO", ())
        place.run()
    assert len(tried) == 4
    (place.folder / "bom.txt").rename(place.folder / "gone.txt")
    assert "nooit beoordeeld" in place.run().rejects["reason"][0]
