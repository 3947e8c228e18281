"""Writes the sample deliveries of all sources, and the figures built into them.

`python -m sources` writes `sources/<source>/sample/` and `tests/data/sample_truth.json`; the same
seed gives the same bytes. `--into FOLDER` writes `FOLDER/landing/<source>/`, to be read with
`DATALAB_LANDING=FOLDER/landing`, and `FOLDER/sample_truth.json`; `--rows N` makes about N records
there. A source takes part by having a `generate.py`; nothing here names one.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import shutil
import sys
from pathlib import Path

from sources.town import Town, load_town
from sources.truth import Truth, merged

HERE = Path(__file__).resolve().parent

#: About how many records the sample in the repository has.
SAMPLE_ROWS = 200_000
#: A larger sample is made in parts of at most this size, so that memory does not grow with it.
PART_ROWS = 2_000_000


def write_samples(samples: Path, rows: int = SAMPLE_ROWS, *, below: str = "sample") -> Truth:
    """Writes `<samples>/<source>/<below>/` for every source with a generator.

    What stood in such a folder is removed first. Registers that a town has only one of keep their
    size, whatever `rows` is.
    """
    parts = math.ceil(rows / PART_ROWS)
    scale = rows / parts / SAMPLE_ROWS
    towns = [load_town(HERE / "sample.yml", scale=scale, part=part) for part in range(parts)]
    truth: Truth = []
    for path in sorted(HERE.glob("*/generate.py")):
        folder = samples / path.parent.name / below
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        figures = [_generate(path.parent.name, town, folder) for town in towns]
        truth += figures[0] if parts == 1 else merged(row for part in figures for row in part)
    return truth


def write_truth(path: Path, truth: Truth) -> None:
    """A list of `TruthRow`, one row per line, so that a change of the sample can be reviewed."""
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in sorted(truth, key=_identity))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[\n{rows}\n]\n", encoding="utf-8")


def _identity(row: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(map(str, row[:5]))


def _generate(source: str, town: Town, folder: Path) -> Truth:
    module = importlib.import_module(f"sources.{source}.generate")
    truth: Truth = module.generate(town, folder)
    return truth


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sources", description=__doc__)
    parser.add_argument("--into", type=Path, help="a new folder; default: this project")
    parser.add_argument("--rows", type=int, default=SAMPLE_ROWS, help="default: %(default)s")
    asked = parser.parse_args()
    if asked.rows < 1:
        parser.error("--rows must be at least 1")
    if asked.into is None and asked.rows != SAMPLE_ROWS:
        parser.error("another size than that of the sample goes elsewhere: name it with --into")
    if asked.into is None:
        truth = write_samples(HERE)
        write_truth(HERE.parent / "tests" / "data" / "sample_truth.json", truth)
        written = HERE.glob("*/sample/**/*")
    else:
        landing = asked.into / "landing"
        if landing.exists():
            parser.error(f"{landing} is there already: name a folder that is new")
        truth = write_samples(landing, asked.rows, below="")
        write_truth(asked.into / "sample_truth.json", truth)
        written = landing.glob("**/*")
    sizes = [path.stat().st_size for path in written if path.is_file()]
    sys.stdout.write(f"{len(sizes)} files, {sum(sizes) / 1e6:.2f} MB, {len(truth)} true figures\n")


if __name__ == "__main__":
    main()
