"""What stands in connector.yml: the examples, a kind of one's own, mistakes; and what it loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dronten_pipeline.commands import pull as command
from dronten_pipeline.connect.connector import declared, known_kinds, load_connector
from dronten_pipeline.connect.errors import Unchangeable
from dronten_pipeline.connect.pull import try_login
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.sources import load_source
from dronten_pipeline.core.settings import PROJECT
from tests.conftest import Datalab
from tests.connect_servers.open_klant import OpenKlant
from tests.connect_servers.open_zaak import OpenZaak
from tests.connect_servers.serving import Answer, always, served

from .conftest import SECRETS, Home

SOURCE = "customer_contact"
EXAMPLES = sorted(PROJECT.glob("sources/*/connector.example.yml"))
OWN = """
from pydantic import Field

from dronten_pipeline.connect.connector import Connector as Common


class Connector(Common):
    count: int = Field(ge=1)


def pull(connector, session):
    session.table(
        "callbacks",
        (
            {"terugbelverzoek_id": f"{n:03d}", "team": "KCC", "status": "open"}
            for n in range(connector.count)
        ),
    )


def try_login(connector, session):
    return "heeft geen inlog nodig"
"""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_is_a_connector_when_it_is_renamed(tmp_path: Path, example: Path) -> None:
    (tmp_path / "connector.yml").write_bytes(example.read_bytes())
    connector, module = load_connector(tmp_path)
    assert module.__name__.endswith(f".{connector.kind}")
    columns = {
        column.name
        for table in load_source(example.with_name("source.yml")).tables
        for column in table.columns
    }
    for one in getattr(connector, "case_types", {}).values():
        assert set(one.eigenschappen) <= columns


def test_nothing_is_declared_by_an_example() -> None:
    assert len(EXAMPLES) >= 3
    assert declared(PROJECT / "sources") == []


def test_nothing_is_loaded_where_nothing_is_declared() -> None:
    asked = (
        "import sys, dronten_pipeline.cli, dronten_pipeline.connect.delivery\n"
        "from dronten_pipeline.connect.connector import declared\n"
        "from dronten_pipeline.core.settings import current_settings\n"
        "declared(current_settings().sources)\n"
        "print([one for one in ('httpx', 'stamina', 'jwt') if one in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert ran.stdout.strip() == "[]"


def test_a_kind_of_ones_own_stands_beside_its_connector(home: Home) -> None:
    home.declare(SOURCE, {"kind": "own", "count": 3})
    folder = home.settings.sources / SOURCE
    with pytest.raises(ContractError, match=r"connector\.py:1: ontbreekt"):
        home.pull(SOURCE)
    (folder / "connector.py").write_text(OWN)
    assert home.pull(SOURCE).records == {"callbacks": 3}
    assert home.table(SOURCE, "callbacks")[2]["terugbelverzoek_id"] == "002"
    assert try_login(home.settings, SOURCE) == "heeft geen inlog nodig"


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"kind": "ftp"}, "kind ftp bestaat niet; wel: cbs, "),
        ({"kind": "klantinteracties"}, "address"),
        ({"kind": "klantinteracties", "address": "http://klant.example"}, "begint met https"),
        ({"kind": "klantinteracties", "address": "https://a:b@klant.example"}, "zonder naam"),
        ({"kind": "klantinteracties", "address": "https://klant.example/?a=1"}, "vraagteken"),
        ({"kind": "klantinteracties", "address": "https://k.example", "tokn": "x"}, "tokn"),
    ],
)
def test_a_mistake_is_told_with_its_file(home: Home, document: dict[str, str], says: str) -> None:
    home.declare(SOURCE, document)
    with pytest.raises(ContractError, match=says) as raised:
        home.pull(SOURCE)
    assert "connector.yml:" in str(raised.value)


def test_every_kind_can_be_asked_whether_it_lets_us_in() -> None:
    for kind in known_kinds():
        module = __import__(f"dronten_pipeline.connect.kinds.{kind}", fromlist=["pull"])
        assert callable(module.pull) and callable(module.try_login) and module.Connector


@pytest.mark.parametrize(
    ("source", "system", "says"),
    [
        (SOURCE, OpenKlant(2), "laat ons binnen; 2 actoren"),
        ("case_system", OpenZaak(2), "laat ons binnen; 3 zaaktypen"),
    ],
)
def test_a_login_is_tried(home: Home, source: str, system: OpenKlant | OpenZaak, says: str) -> None:
    with served(system) as server:
        home.ask(source, server.address)
        assert try_login(home.settings, source) == says
        assert len(server.asked) == 1
    with served(system, always(Answer(status=401))) as server:
        home.ask(source, server.address)
        with pytest.raises(Unchangeable):
            try_login(home.settings, source)


def test_a_pull_that_is_whole_needs_a_contract_that_says_so(home: Home) -> None:
    with served(OpenKlant(2)) as server:
        document = {"kind": "klantinteracties", "address": server.address}
        home.declare(SOURCE, document, delivers="changes")
        with pytest.raises(Unchangeable, match=r"contacts .* delivers: everything"):
            home.pull(SOURCE)
    assert home.landed(SOURCE) == []


def test_the_command_asks_before_the_sample_ends(home: Home, datalab: Datalab) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        settings = {"sources": home.settings.sources, **secrets}
        return datalab("pull", *arguments, home=home.settings.home, **settings)

    secrets = {name.removeprefix("DATALAB_"): value for name, value in SECRETS.items()}
    home.settings.sources.mkdir()
    nothing = run()
    assert nothing.returncode == 1 and "docs/connectors.md" in nothing.stderr
    with served(OpenKlant(3)) as server:
        home.ask(SOURCE, server.address)
        first = run()
        assert first.returncode == 1 and "beëindigt dat voor alle bronnen" in first.stdout
        assert "--yes" in first.stderr
        assert home.landed(SOURCE) == [] and server.asked == []
        tried = run("--dry-run")
        assert tried.returncode == 0 and "er is niets geleverd" in tried.stdout
        assert "3 contacts" in tried.stdout and home.landed(SOURCE) == []
        landed = run("--yes", SOURCE)
        assert landed.returncode == 0, landed.stderr
        assert len(home.landed(SOURCE)) == 2 and "contacts_" in landed.stdout
        again = run()
        assert again.returncode == 0 and "niets nieuws" in again.stdout
        other = run("iv3")
        assert other.returncode == 1 and "wel: customer_contact" in other.stderr
    with served(OpenKlant(3), always(Answer(body=[1]))) as server:
        home.ask(SOURCE, server.address)
        refused = run()
        assert refused.returncode == 3 and "Niet opgehaald." in refused.stderr
        status = datalab("status", home=home.settings.home, sources=home.settings.sources)
        assert "Ophalen mislukt" in status.stdout and "3 contacts" in status.stdout
        doctor = datalab("doctor", home=home.settings.home, sources=home.settings.sources)
        assert "customer_contact kan niet opgehaald worden" in doctor.stdout


def test_the_worst_of_several_decides_how_the_command_ends() -> None:
    assert command._worst([0, 3, 0]) == 3
    assert command._worst([0, 3, 1]) == 1
    assert command._worst([0]) == 0
