"""Why a delivery that was read may not count, in the words of who must do something about it.

Here belongs: the sentence, and the bound it names. Not here: which deliveries count
(`counting.py`), or why a file cannot be read at all (the readers).
"""

from __future__ import annotations

from collections.abc import Sequence

from dronten_pipeline.contracts.sources import Source, Table
from dronten_pipeline.ingest import loss as losses
from dronten_pipeline.ingest.registry import Delivery


def loss(source: Source, delivered: int, rejected: int) -> str | None:
    if not delivered or rejected <= source.allowed_loss * delivered:
        return None
    return (
        f"{rejected} van de {delivered} rijen {'is' if rejected == 1 else 'zijn'} afgekeurd; "
        "toegestaan is "
        f"{percent(source.allowed_loss)}. Zie de quarantaine van {source.name} "
        "voor de reden per regel, herstel de oorzaak in het bronsysteem en lever het bestand "
        "opnieuw."
    )


def biased(source: Source, biases: Sequence[losses.Bias]) -> str | None:
    """Why a file may not count of which one group lost too many rows, however few they are."""
    allowed = max(source.allowed_loss_of_a_group, source.allowed_loss)
    too_many = [bias.sentence for bias in biases if bias.exceeds(allowed)]
    if not too_many:
        return None
    return (
        f"De afgekeurde rijen zijn andere dan de rest, zodat een cijfer scheef zou worden. "
        f"{too_many[0]} Toegestaan is {percent(allowed)} van zo'n groep. Zie de quarantaine van "
        f"{source.name} voor de reden per regel, herstel de oorzaak in het bronsysteem en lever "
        "het bestand opnieuw."
    )


def respelled(table: Table, many: int) -> str:
    return (
        f"{many} sleutels ({', '.join(table.key)}) zijn gelijk aan eerder geleverde, op de "
        "schrijfwijze na: nullen vooraan, hoofdletters, spaties, streepjes of "
        "aanhalingstekens. Hetzelfde record telt dan twee keer. Lever het bestand opnieuw met "
        "de sleutels zoals ze eerder geleverd zijn. Was juist de eerdere levering fout, wis "
        "die dan (`datalab erase`). Zijn het echt andere records, zet dan exact_keys: true bij "
        f"tabel {table.name} in het contract."
    )


def not_what_it_was(delivery: Delivery, why: str) -> str:
    return (
        f"Wat uit levering {delivery.number} van {delivery.table} gelezen is, is niet te "
        f"vertrouwen: {why}. De levering zelf ligt niet meer in de map om opnieuw te "
        "lezen. Zet het gelezen bestand terug uit een reservekopie, of leg dezelfde levering "
        f"terug (SHA-256 {delivery.sha256[:16]}…), en start opnieuw."
    )


def not_opened(error: OSError) -> str:
    """What stands behind the name of something that the system does not let us read."""
    reason = error.strerror or type(error).__name__
    return (
        f"kan niet geopend worden ({reason}). Controleer de rechten en lever het zo nodig opnieuw."
    )


def scores_lost(paths: list[str]) -> str:
    return (
        f"Van {len(paths)} bestanden met oordelen over teksten is niet meer te vertrouwen wat erin "
        f"staat ({paths[0]}), en niet alle documenten zijn er nog om opnieuw te beoordelen. Zet "
        "die bestanden terug uit een reservekopie, of leg de documenten terug, en start opnieuw."
    )


def percent(share: float) -> str:
    return f"{share * 100:g} %".replace(".", ",")
