"""Tables of which every delivery is everything: the latest good one counts, alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dronten_pipeline.audit import verify_raw
from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import accept, inputs, raw, record_keys, recorded, registry
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.ledger import bodies, ledger
from dronten_pipeline.release.previous import raw_files_of_releases

from .conftest import AS_OF, source
from .test_returns import rows, text

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]


def everything(**changes: object) -> Source:
    document = source().model_dump()
    document["tables"][0] |= {"delivers": "everything", **changes}
    return Source.model_validate(document)


def records(count: int, value: int = 1, first: int = 0) -> dict[str, int]:
    return {f"z{n}": value for n in range(first, first + count)}


@pytest.fixture
def one_day(settings: Settings, deliver: Deliver, ingest: Ingest) -> Callable[..., dict[str, int]]:
    """Delivers, runs and says what counts; the numbers of the runs go up."""
    number = 0

    def run(files: dict[str, dict[str, int]], **changes: object) -> dict[str, int]:
        nonlocal number
        number += 1
        for name, content in files.items():
            deliver(name, text(content))
        run.outcome = ingest(f"run-{number}", of=everything(**changes))  # type: ignore[attr-defined]
        return rows(settings, run.outcome)  # type: ignore[attr-defined]

    return run


def test_five_days_of_a_source_that_corrects_deletes_restores_and_renames(
    settings: Settings, one_day: Callable[..., dict[str, int]]
) -> None:
    whole, corrected = records(40), records(40) | {"z1": 7}
    assert one_day({"zaken_1.csv": whole}) == whole
    assert one_day({"zaken_2.csv": corrected}) == corrected
    deleted = {key: value for key, value in corrected.items() if key != "z2"}
    assert one_day({"zaken_2.csv": deleted}) == deleted
    assert one_day({"zaken_2.csv": corrected}) == corrected
    (settings.landing_folder / "loket" / "zaken_2.csv").rename(
        settings.landing_folder / "loket" / "zaken_nieuw.csv"
    )
    assert one_day({}) == corrected
    outcome: SourceOutcome = one_day.outcome  # type: ignore[attr-defined]
    assert [(one.file_name, one.state, one.rows_delivered) for one in outcome.deliveries] == [
        ("zaken_1.csv", "unchanged", 0),
        ("zaken_2.csv", "unchanged", 0),
        ("zaken_2.csv", "missing", 40),
        ("zaken_nieuw.csv", "unchanged", 40),
    ]
    assert "40 records; de vorige had er 39." in outcome.deliveries[2].note
    assert one_day({"zaken_nieuw.csv": whole}) == whole


def test_after_a_bad_delivery_the_last_good_one_stays(
    settings: Settings, deliver: Deliver, one_day: Callable[..., dict[str, int]]
) -> None:
    one_day({"zaken_1.csv": records(3)})
    bad = deliver("zaken_2.csv", b"")
    one_day({})
    assert one_day.outcome.state == "stopped"  # type: ignore[attr-defined]
    bad.unlink()
    assert one_day({}) == records(3)
    deliver("zaken_2.csv", b"")
    assert one_day({"zaken_3.csv": records(4)}) == records(4)  # the bad one was replaced
    assert one_day.outcome.state == "current"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("after", "changes", "state"),
    [
        (95, {}, "current"),
        (94, {}, "stopped"),
        (94, {"allowed_shrink": 0.06}, "current"),
        (0, {"allowed_shrink": 1}, "current"),
        (99, {"allowed_shrink": 0}, "stopped"),
        (150, {"allowed_shrink": 0}, "current"),
    ],
)
def test_a_delivery_that_shrinks_too_far_stops_its_source(
    one_day: Callable[..., dict[str, int]], after: int, changes: dict[str, object], state: str
) -> None:
    one_day({"zaken_1.csv": records(100)})
    found = one_day({"zaken_2.csv": records(after, value=2)}, **changes)
    outcome: SourceOutcome = one_day.outcome  # type: ignore[attr-defined]
    assert outcome.state == state
    if state == "current":
        assert found == records(after, value=2)
    else:
        assert f"heeft {after} records" in outcome.note
        assert 'datalab accept loket 2 --reason "..."' in outcome.note
        # A later whole one needs nobody.
        assert one_day({"zaken_3.csv": records(101)}, **changes) == records(101)
        assert one_day.outcome.state == "current"  # type: ignore[attr-defined]


@pytest.mark.parametrize("gone", [5, 6, 100])
def test_new_records_make_up_for_none_that_disappeared(
    one_day: Callable[..., dict[str, int]], gone: int
) -> None:
    """As many come as go, as when every key was renamed or numbered anew."""
    one_day({"zaken_1.csv": records(100)})
    renamed = records(100, 2, first=gone)
    found = one_day({"zaken_2.csv": renamed})
    outcome: SourceOutcome = one_day.outcome  # type: ignore[attr-defined]
    if gone == 5:
        assert found == renamed
        assert (
            "de vorige had er 100, en 5 daarvan staan er niet meer in."
            in outcome.deliveries[1].note
        )
        return
    assert outcome.state == "stopped"
    assert f"heeft er 100, en {gone} daarvan staan er niet meer in. Toegestaan is 5 %" in (
        outcome.note
    )
    assert "met dezelfde zaak_id" in outcome.note


@pytest.mark.parametrize("rejected", [1, 4, 6])
def test_a_rejected_row_takes_its_earlier_version_along_and_says_so(
    settings: Settings, deliver: Deliver, one_day: Callable[..., dict[str, int]], rejected: int
) -> None:
    """They differ in nothing that a figure counts, and are fewer than a source may lose."""
    one_day({"zaken_1.csv": records(100)})
    lines = text(records(100, 2)).splitlines()
    for place in range(1, rejected + 1):
        lines[place * 10] = lines[place * 10].replace("31-12-2025", "32-13-2025")
    deliver("zaken_2.csv", "\n".join(lines))
    found = one_day({})
    outcome: SourceOutcome = one_day.outcome  # type: ignore[attr-defined]
    many = "1 rij" if rejected == 1 else f"{rejected} rijen"
    said = f"({many} van levering 2 {'is' if rejected == 1 else 'zijn'} afgekeurd, en het record"
    if rejected == 6:
        assert outcome.state == "stopped" and said in outcome.note
    else:
        assert len(found) == 100 - rejected
        assert said in outcome.deliveries[1].note


def test_files_of_one_run_are_a_new_whole_each_or_parts_of_one(
    one_day: Callable[..., dict[str, int]],
) -> None:
    days = {"zaken_2026-03-01.csv": records(10), "zaken_2026-03-02.csv": records(10, 2, first=1)}
    assert one_day(days) == records(10, 2, first=1)  # two days at once: z0 is gone
    parts = {"zaken_2026-01.csv": records(6), "zaken_2026-02.csv": records(6, first=6)}
    assert one_day(parts) == records(12)
    outcome: SourceOutcome = one_day.outcome  # type: ignore[attr-defined]
    assert "(met 1 ander bestand) telt, met 12 records" in outcome.deliveries[-1].note
    one_day({"zaken_2026-02.csv": records(6, 3, first=6)})
    assert one_day.outcome.state == "stopped"  # type: ignore[attr-defined]


def test_what_was_erased_gives_its_place_back(
    settings: Settings, one_day: Callable[..., dict[str, int]]
) -> None:
    from dronten_pipeline.pipeline.erase import erase

    one_day({"zaken_1.csv": records(5)})
    one_day({"zaken_2.csv": records(5, 2)})
    (settings.landing_folder / "loket" / "zaken_2.csv").unlink()
    erase(settings, everything(), "zaken_2.csv", reason="hoorde hier niet")
    assert one_day({}) == records(5)


def test_a_run_without_news_counts_no_keys_again(
    settings: Settings, one_day: Callable[..., dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_day({"zaken_1.csv": records(5)})
    before = one_day({"zaken_2.csv": records(5, 2)})
    first = one_day.outcome  # type: ignore[attr-defined]
    monkeypatch.setattr(record_keys.RecordKeys, "_of", lambda *_: pytest.fail("was read again"))
    assert one_day({}) == before
    assert one_day.outcome == first.model_copy(update={"written": ()})  # type: ignore[attr-defined]


# --- letting one in


@pytest.fixture
def stopped(settings: Settings, deliver: Deliver) -> Callable[[str], SourceOutcome]:
    """A run as the chain does it, with the ledger; the second file holds too few records."""

    def run(run_id: str) -> SourceOutcome:
        outcome = recorded.read_source(
            settings, everything(), run_id=run_id, as_of=AS_OF, origin="delivery",
            believed=recorded.believed_raw(settings, run_id, raw_files_of_releases),
        )  # fmt: skip
        inputs.save_outcome(settings, outcome)
        return outcome

    deliver("zaken_1.csv", text(records(10)))
    run("run-1")
    deliver("zaken_2.csv", text(records(4, 2)))
    assert run("run-2").state == "stopped"
    return run


@pytest.mark.parametrize("name", ["zaken_2.csv", "2"])
def test_somebody_may_let_it_in(
    settings: Settings, stopped: Callable[[str], SourceOutcome], name: str
) -> None:
    reason = "De helft van de zaken is overgedragen aan de provincie."
    said = accept.accept(settings, everything(), name, reason=reason)
    outcome = stopped("run-3")
    assert rows(settings, outcome) == records(4, 2)
    assert f"(record {said.record} van het logboek): {reason}" in outcome.counting[0].note
    record = next(ledger.records_of(settings, bodies.Acceptance))
    assert record.body.written() == {
        "source": "loket", "table": "zaken", "number": 2, "sha256": outcome.counting[0].sha256,
        "keys_before": 10, "keys_after": 4, "keys_gone": 6, "replaces": 1, "reason": reason,
    }  # fmt: skip
    assert record.recorded_by["account"]
    found = verify_raw.verify_raw(settings, [])
    assert not found.problems
    assert any(
        "4 records waar het er 10 waren, van welke er 6 ontbreken" in notice
        for notice in found.notices
    )
    memory = registry.load(settings.raw, "loket")
    memory.deliveries = [one.model_copy(update={"number": 3}) for one in memory.deliveries[1:]]
    registry.save(settings.raw, memory)
    problems = verify_raw.verify_raw(settings, []).problems
    assert any("laat levering 2 van zaken toe" in problem for problem in problems)


@pytest.mark.parametrize(
    ("name", "reason", "why"),
    [
        ("zaken_1.csv", "Dit is de bedoeling zo.", "met haar nummer: 2"),
        ("zaken_2.csv", "zomaar", "minstens 10 tekens"),
        ("zaken_2.csv", "Mail naar jan@voorbeeld.nl gestuurd.", "persoonsgegevens"),
    ],
)
def test_nothing_else_is_let_in(
    settings: Settings, stopped: object, name: str, reason: str, why: str
) -> None:
    with pytest.raises(accept.AcceptError, match=why):
        accept.accept(settings, everything(), name, reason=reason)
    assert not list(ledger.records_of(settings, bodies.Acceptance))


def test_without_a_delivery_that_waits_there_is_nothing_to_let_in(settings: Settings) -> None:
    with pytest.raises(accept.AcceptError, match="start eerst een run"):
        accept.accept(settings, everything(), "1", reason="Dit is de bedoeling zo.")


# --- any series of days

CONTENTS = [records(20), records(20, 2), records(19), records(12), records(22, 3)]
DAYS = st.lists(
    st.dictionaries(st.sampled_from(["zaken_1.csv", "zaken_2.csv"]), st.integers(0, 4)),
    min_size=1,
    max_size=6,
)


@given(DAYS)
@hypothesis_settings(max_examples=30, deadline=None)
def test_the_latest_good_delivery_counts_alone(days: list[dict[str, int]]) -> None:
    """All contents hold at least half of each other: of one run the last file is the delivery."""
    home = Path(tempfile.mkdtemp())
    settings = Settings(home=home, pseudonym_key="een verzonnen sleutel", settle_seconds=0)
    folder = settings.landing_folder / "loket"
    folder.mkdir(parents=True)
    lying: dict[str, int] = {}
    expected: dict[str, int] = {}
    for number, day in enumerate(days):
        new = [name for name in sorted(day) if lying.get(name) != day[name]]
        if new and len(CONTENTS[day[new[-1]]]) >= 0.95 * len(expected):
            expected = CONTENTS[day[new[-1]]]
        lying = day
        shutil.rmtree(folder)
        folder.mkdir()
        for name, content in day.items():
            (folder / name).write_text(text(CONTENTS[content]))
            os.utime(folder / name, (1_700_000_000, 1_700_000_000))
        outcome = raw.ingest_source(
            settings, everything(), run_id=f"run-{number}", as_of=AS_OF, origin="delivery"
        )
        assert rows(settings, outcome) == expected or outcome.state == "stopped"
        counting = {one.sha256 for one in outcome.counting}
        assert len(counting) == bool(expected)
        assert sum(one.rows_accepted for one in outcome.counting) == len(expected)
    shutil.rmtree(home)
