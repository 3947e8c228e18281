"""Tries the readers with bytes that a coverage-guided fuzzer makes: `make fuzz SECONDS=3600`.

Here belongs starting atheris. Not here: what must hold (`reading.py`). The first input that breaks
it in each place of the code is written to the working folder as `broken-...`, with its traceback;
what ends the process, or takes it longer than its limits, as libFuzzer does: `crash-...`,
`oom-...`, `timeout-...`. Once mended it goes into `found/`, where `test_found.py` tries it in every
test run.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["dronten_pipeline.ingest", "dronten_pipeline.readability.extract"]
):
    from tests.fuzz import reading


def main() -> None:
    """Usage: python -m tests.fuzz.fuzz_readers SECONDS FOLDER"""
    seconds, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(reading.seeds()):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    logging.disable(logging.CRITICAL)
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={folder}/",
        "-timeout=20",
        "-rss_limit_mb=3000",
        "-max_len=65536",
        "-len_control=0",
        "-print_final_stats=1",
    ]
    seen: set[tuple[str, ...]] = set()

    def hold(data: bytes) -> None:
        # One fault must not hide the next: the fuzzer goes on where a process would have ended.
        try:
            reading.hold(data)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            place = (type(error).__name__, *(f"{one.filename}:{one.lineno}" for one in frames))
            if place in seen:
                return
            seen.add(place)
            name = f"broken-{hashlib.sha256(data).hexdigest()[:12]}"
            (folder / name).write_bytes(data)
            (folder / f"{name}.txt").write_text(traceback.format_exc(), encoding="utf-8")

    atheris.Setup([sys.argv[0], *options, str(corpus)], hold)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
