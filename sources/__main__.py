"""Writes the sample deliveries of all sources, and the figures built into them.

`python -m sources` writes `sources/<source>/sample/` and `tests/data/sample_truth.json`; the same
seed gives the same bytes. `--into FOLDER` writes both below another folder. A source takes part by
having a `generate.py`; nothing here names one.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import sys
from pathlib import Path

from sources.town import Town, Truth, load_town

HERE = Path(__file__).resolve().parent


def write_samples(samples: Path) -> Truth:
    """Writes `<samples>/<source>/sample/` for every source with a generator.

    What stood in such a folder is removed first.
    """
    town = load_town(HERE / "sample.yml")
    truth: Truth = []
    for path in sorted(HERE.glob("*/generate.py")):
        folder = samples / path.parent.name / "sample"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        truth += _generate(path.parent.name, town, folder)
    return truth


def write_truth(path: Path, truth: Truth) -> None:
    """A list of `TruthRow`, one row per line, so that a change of the sample can be reviewed."""
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in sorted(truth))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[\n{rows}\n]\n", encoding="utf-8")


def _generate(source: str, town: Town, folder: Path) -> Truth:
    module = importlib.import_module(f"sources.{source}.generate")
    truth: Truth = module.generate(town, folder)
    return truth


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sources", description=__doc__)
    parser.add_argument("--into", type=Path, default=HERE.parent, help="default: this project")
    project = parser.parse_args().into
    truth = write_samples(project / "sources")
    write_truth(project / "tests" / "data" / "sample_truth.json", truth)
    files = [path for path in (project / "sources").glob("*/sample/**/*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    sys.stdout.write(f"{len(files)} files, {size / 1e6:.2f} MB, {len(truth)} true figures\n")


if __name__ == "__main__":
    main()
