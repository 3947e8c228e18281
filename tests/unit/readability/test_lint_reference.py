"""The reference: heads of a parse are turned into Universal Dependencies, and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import lint_reference

# As `frog` writes it: number, word, lemma, morphemes, tag, confidence, entity, chunk, head, label.
PARSE = """\
1\tWij\twij\t[wij]\tVNW(pers,pron,nomin,vol,1,mv)\t1.0\tO\tB-NP\t2\tsu
2\thebben\thebben\t[heb][en]\tWW(pv,tgw,mv)\t1.0\tO\tB-VP\t0\tROOT
3\tin\tin\t[in]\tVZ(init)\t1.0\tO\tB-PP\t6\tmod
4\thet\thet\t[het]\tLID(bep,stan,evon)\t1.0\tO\tB-NP\t5\tdet
5\tbos\tbos\t[bos]\tN(soort,ev,basis,onz,stan)\t1.0\tO\tI-NP\t3\tobj1
6\tgewandeld\twandelen\t[wandel]\tWW(vd,vrij,zonder)\t1.0\tO\tB-VP\t2\tvc
7\t.\t.\t[.]\tLET()\t1.0\tO\tO\t6\tpunct

"""


@pytest.fixture
def parse(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt.out"
    path.write_text(PARSE, encoding="utf-8")
    return path


def test_the_lexical_verb_and_the_noun_become_heads(parse: Path) -> None:
    (words,) = lint_reference.read_parse(parse)
    lint_reference.to_universal(words)
    heads = {word.text: words[word.head].text if word.head >= 0 else None for word in words[:-1]}
    assert heads == {
        "wij": "gewandeld", "hebben": "gewandeld", "in": "bos", "het": "bos", "bos": "gewandeld",
        "gewandeld": None,
    }  # fmt: skip


def test_features_are_those_of_lint_ii(parse: Path) -> None:
    found = lint_reference.text_features(parse)
    assert found.dependency == 4  # wij ... gewandeld
    assert found.content_words == 2  # bos, gewandeld; one finite verb
    assert found.concrete == 1.0
    assert found.score is not None and 0 < found.score < 100
