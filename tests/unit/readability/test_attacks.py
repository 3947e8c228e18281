"""The attacks put full stops where none belong, and change nothing else."""

from __future__ import annotations

import pytest

from bench import attacks

TEXT = (
    "De gemeente behandelt uw aanvraag binnen acht weken, omdat wij extra gegevens nodig hebben "
    "van een andere dienst, en wij sturen u daarna een brief over het besluit."
)


@pytest.mark.parametrize("name", sorted({*attacks.DESIGN, *attacks.OTHER}))
def test_an_attack_keeps_the_words(name: str) -> None:
    attack = {**attacks.DESIGN, **attacks.OTHER}[name]
    before = TEXT.lower().replace(",", "").replace(".", "").split()
    after = attack(TEXT).lower().replace(",", "").replace(".", "").split()
    dropped = [word for word in before if word not in after]
    assert set(dropped) <= {"omdat", "en"}
    assert attack(TEXT).count(".") > TEXT.count(".")
