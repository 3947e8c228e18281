"""Invented progress of the programme: milestones in a workbook, counters with semicolons.

A town has one register, whatever its size. The milestones are those that the documents name; how
far they are is invented.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from sources.delivery import write_lines, write_workbook
from sources.town import Town
from sources.truth import QUARTERLY, Truth, TruthRow, periods

#: Milestone and the day on which it was done, or the state that it is in.
MILESTONES: tuple[tuple[str, str], ...] = (
    ("prioritised_tasks", "loopt"),
    ("recruitment_marketing", "2026-04-16"),
    ("participation_bylaw", "2026-03-26"),
    ("datalab", "loopt"),
    ("digital_workspace", "loopt"),
    ("case_system_replacement", "loopt"),
    ("procurement_policy", "2026-01-29"),
    ("dashboard_live", "2024-05-21"),
    ("kcc_specialists_trained", "2023-09-12"),
    ("callback_pilot_wil", "2023-10-02"),
    ("callback_pilot_area", "2024-01-08"),
    ("business_survey", "2024-06-18"),
    ("target_group_analysis", "niet_gestart"),
    ("pip_study", "loopt"),
    ("first_measurement_to_council", "2024-10-10"),
    ("callback_cube_live", "2024-07-04"),
    ("norm_reports_live", "2024-02-05"),
    ("norm_reports_account", "2024-12-12"),
    ("bulk_letters_decision", "vervallen"),
    ("standard_letters_checked", "2023-11-20"),
    ("one_desk_definition", "2024-06-27"),
    ("one_desk_report", "2024-11-07"),
    ("service_week", "2024-06-10"),
    ("fixi_analysis", "2024-03-14"),
    ("fixi_plan", "2024-06-20"),
    ("djuma_live", "2021-04-29"),
    ("search_engine_live", "2021-04-29"),
    ("website_live", "2021-04-29"),
    ("mozard_corsa_retired", "2021-06-11"),
    ("phase_2_done", "2021-06-24"),
)
#: What was known of some of them in the delivery before.
BEFORE = {
    "recruitment_marketing": "loopt",
    "participation_bylaw": "loopt",
    "pip_study": "niet_gestart",
}
INTERVIEWED, TEAMS = "one_desk_interviews_teams", "one_desk_teams_total"
NOMINATIONS = "service_award_nominations"
#: Day, teams that were interviewed, teams there are.
INTERVIEWS = (
    ("2023-09-29", 3, 24),
    ("2023-12-22", 9, 24),
    ("2024-03-28", 14, 24),
    ("2024-06-27", 17, 25),
    ("2024-12-19", 20, 25),
    ("2025-06-26", 22, 25),
    ("2025-12-18", 23, 25),
    ("2026-06-18", 24, 25),
    ("2026-07-01", 25, 25),
)
#: Day and nominations so far in that year.
AWARDS = (
    ("2023-10-12", 14),
    ("2024-06-12", 11),
    ("2024-06-14", 18),
    ("2025-06-13", 21),
    ("2026-06-12", 19),
)


def generate(town: Town, folder: Path) -> Truth:
    """Writes both tables and returns the true figures of the counters."""
    if not town.is_first_part:
        return []
    year = town.as_of.year
    _milestones(
        town, folder / f"milestones_{year - 1}.xlsx", BEFORE, until=dt.date(year - 1, 12, 31)
    )
    _milestones(town, folder / f"milestones_{year}.xlsx", {}, until=town.as_of)
    counters = [(INTERVIEWED, day, teams) for day, teams, _ in INTERVIEWS]
    counters += [(TEAMS, day, every) for day, _, every in INTERVIEWS]
    counters += [(NOMINATIONS, day, number) for day, number in AWARDS]
    counters.sort(key=lambda row: row[1])
    frame = pl.DataFrame(counters, schema=["teller", "dag", "waarde"], orient="row").select(
        "teller", pl.col("dag").str.to_date().dt.strftime("%d-%m-%Y").alias("peildatum"), "waarde"
    )
    # One number was typed wrong at first.
    first = frame.with_columns(
        waarde=pl.when(pl.int_range(pl.len()) == 3).then(90).otherwise("waarde")
    )
    half = frame.height // 2
    write_lines(folder / "counters_1.csv", first[:half], separator=";", encoding="utf-8")
    second = pl.concat([frame[3:4], frame[half:]])
    write_lines(folder / "counters_2.csv", second, separator=";", encoding="utf-8")
    return truth(town)


def truth(town: Town) -> Truth:
    """The latest counters up to the judged day."""
    interviews = [(dt.date.fromisoformat(day), teams, every) for day, teams, every in INTERVIEWS]
    rows: list[TruthRow] = []
    for grain in QUARTERLY:
        for start, judged in periods(town, grain, interviews[0][0]):
            _, teams, every = [row for row in interviews if row[0] <= judged][-1]
            key = ("one_desk_interviews", grain, start.isoformat(), "total", "total")
            rows.append((*key, 100 * teams / every, teams, every))
    awards = {dt.date.fromisoformat(day): number for day, number in AWARDS}
    latest = {day.year: number for day, number in sorted(awards.items()) if day <= town.as_of}
    for year, number in latest.items():
        key = ("service_award_nominations", "year", f"{year}-01-01", "total", "total")
        rows.append((*key, number, None, None))
    return rows


def _milestones(town: Town, path: Path, instead: dict[str, str], *, until: dt.date) -> None:
    known = [(name, instead.get(name, state)) for name, state in MILESTONES]
    done = [dt.date.fromisoformat(state) if state[:1] == "2" else None for _, state in known]
    done = [day if day and day <= until else None for day in done]
    states = [state if state[:1] != "2" else "gereed" for _, state in known]
    write_workbook(
        path,
        town,
        "Mijlpalen",
        {
            "Mijlpaal_ID": [name for name, _ in known],
            "Status": [state if state != "gereed" or day else "loopt"
                       for state, day in zip(states, done, strict=True)],
            "Gereed_op": done,
            "Toelichting": ["Verzonnen stand"] * len(known),
        },
        dates="d-m-yyyy",
    )  # fmt: skip
