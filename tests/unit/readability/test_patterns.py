"""Every pattern takes time in proportion to the text, whatever stands in it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from types import ModuleType
from typing import Any

import pytest

from dronten_pipeline import ingest, leesniveau, readability
from dronten_pipeline.readability import advice, extract, simpler

#: What repetitions inside repetitions choke on, and near misses of what the patterns look for.
PIECES = (
    " ", "\t", " \t", "\n", "<!-- -->", "<!-- a", "<?xml ", "- ", "-", "1. ", "a ", "a\t", "a   ",
    ", ", "door de ", "de ", "---\n", "a-\n", "a.", "\u00ad", "\ufffd", "<", "met betrekking ",
)  # fmt: skip
SIZE = 2_000


def patterns() -> list[Any]:
    found: dict[str, re.Pattern] = {"phrases": simpler._phrases()}
    for package in (ingest, readability, leesniveau):
        for about in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module: ModuleType = importlib.import_module(about.name)
            found |= {
                f"{about.name.rpartition('.')[2]}.{name}": value
                for name, value in vars(module).items()
                if isinstance(value, re.Pattern)
            }
    assert len(found) > 8
    return [pytest.param(pattern, id=name) for name, pattern in found.items()]


def seconds(pattern: re.Pattern, text: str | bytes) -> float:
    started = time.process_time()
    pattern.match(text)
    sum(1 for _ in pattern.finditer(text))
    return time.process_time() - started


@pytest.mark.parametrize("pattern", patterns())
def test_a_pattern_is_linear(pattern: re.Pattern) -> None:
    for piece in PIECES:
        text: str | bytes = piece * (SIZE // len(piece))
        if isinstance(pattern.pattern, bytes):
            text = text.encode()
        once, eight_times = seconds(pattern, text), seconds(pattern, text * 8)
        # 64 times as long is what a quadratic pattern takes, and more what a worse one does.
        assert eight_times < 0.05 or eight_times < 24 * once, repr(piece)


def test_comments_before_a_page_are_passed_in_one_go() -> None:
    page = "<!-- a -->\n" * 10_000 + "<html><body><p>Wij helpen u graag.</p></body></html>"
    for text, expected in ((page, True), ("<!-- -->" * 10_000, False), ("<!-- a" * 10_000, False)):
        started = time.process_time()
        assert extract._starts_as_html(text) is expected
        assert time.process_time() - started < 1
    assert extract.text_of(page.encode(), suffix="") == "Wij helpen u graag."
    assert extract._starts_as_html('  <?xml version="1.0"?> <!-- a --> <!DOCTYPE html>')
    assert not extract._starts_as_html("Wij schrijven over <html>.")


def test_a_word_split_over_many_lines_is_joined_in_one_go() -> None:
    text = "a-\n" * 200_000 + "z"
    started = time.process_time()
    assert extract._unwrap(text) == "a" * 200_000 + "z"
    assert time.process_time() - started < 5


def test_the_advice_knows_its_patterns() -> None:
    assert advice._AFTER_BY.search("dat is gedaan door de gemeente")
