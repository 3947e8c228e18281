"""From a delivered file back to the pull that brought it."""

from __future__ import annotations

from dronten_pipeline.audit.explain import figure, words
from dronten_pipeline.audit.explain.answer import Delivery
from dronten_pipeline.core.durable import sha256_of
from tests.connect_servers.open_klant import OpenKlant
from tests.connect_servers.serving import served

from .conftest import Home

SOURCE = "customer_contact"


def test_a_delivery_leads_to_its_pull(home: Home) -> None:
    with served(OpenKlant(3)) as server:
        home.ask(SOURCE, server.address)
        (name, _) = home.pull(SOURCE).landed
        home.pull(SOURCE)  # brings nothing, and is not where the file came from
    sha256 = sha256_of(home.settings.landing_folder / SOURCE / name)
    pulled = figure._pulls(home.settings)[SOURCE, sha256]
    assert (pulled.record, pulled.connector) == (1, "klantinteracties")
    delivery = Delivery(
        source=SOURCE,
        table="contacts",
        file_name=name,
        sha256=sha256,
        counts=True,
        delivery_number=1,
        raw_path=None,
        raw_sha256=None,
        rows_counted=3,
        state="read",
        received_at="2026-07-08T12:00:00",
        rows_delivered=3,
        rows_accepted=3,
        rows_quarantined=0,
        note=None,
        pulled=pulled,
    )
    said = "\n".join(words._deliveries([delivery]))
    assert "(record 1, klantinteracties): /klantinteracties/api/v1/actoren (2x), " in said
