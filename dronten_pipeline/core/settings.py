"""Every path and variable of a run, absolute and read once.

Here belongs: what an operator can set, and where things stand under `DATALAB_HOME`.
Not here: what a source or a suite says (`contracts/sources.py`). Nothing else in the project reads
the environment; dbt gets its variables from `dbt_environment`.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from dronten_pipeline.core.durable import write_secret
from dronten_pipeline.core.limits import Limits
from dronten_pipeline.core.postgres_names import wrong_with_role, wrong_with_schema

PROJECT = Path(__file__).resolve().parents[2]
LOCAL_TIME = ZoneInfo("Europe/Amsterdam")
#: What dbt writes for somebody who works in the folder of its project; no part of the project.
WRITTEN_BY_DBT = frozenset({"target", "logs"})


def environment() -> Mapping[str, str]:
    """The variables of this process, for secrets of sources, which no setting names."""
    return os.environ


class UnusableKey(ValueError):
    """The key of the pseudonyms cannot be used; the message says what to do."""


@cache
def current_settings() -> Settings:
    """The settings of this process, read from the environment once."""
    return Settings()


def _or_wrong(value: str, problem: str | None) -> str:
    if problem is not None:
        raise ValueError(problem)
    return value


class Settings(BaseSettings):
    """What an operator can set; every field is the environment variable `DATALAB_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="DATALAB_", env_ignore_empty=True, frozen=True)

    home: Path = Field(
        default=PROJECT / "data",
        description="Folder of all state: deliveries, raw tables, warehouse, releases, ledger.",
    )
    landing: Path | None = Field(
        default=None,
        description="Folder in which systems drop files, one folder per source; "
        "default: landing/ under the home.",
    )
    as_of: dt.date | None = Field(
        default=None,
        description="Day on which open items are judged, at its end; default: today in "
        "Europe/Amsterdam, or the fixed day of the sample.",
    )
    pseudonym_key: str | None = Field(
        default=None,
        description="Secret that keys pseudonyms, or the path of a file that holds it; "
        "without it a key is made once in the home.",
        repr=False,
    )
    calibration: Path | None = Field(
        default=None,
        description="Parameter file of the reading level, made by `datalab leesniveau calibrate`; "
        "default: the newest in calibration/ under the home.",
    )
    signing_key: Path | None = Field(
        default=None,
        description="File with the private key (Ed25519, PEM, mode 0600) that signs the ledger; "
        "without it a key is made once in the home.",
        repr=False,
    )
    anchor: Path | None = Field(
        default=None,
        description="File or folder outside the power of the pipeline's user, to which the hash "
        "of every record is added: what is cut off or rewritten shows.",
    )
    approvers: Path | None = Field(
        default=None,
        description="Folder with the public keys of who may approve what the gate held back, one "
        "<account>.pem per person; default: approvers/ under the home.",
    )
    sources: Path = Field(
        default=PROJECT / "sources", description="Folder with one contract folder per source."
    )
    expectations: Path = Field(
        default=PROJECT / "expectations",
        description="Folder with one suite per published table.",
    )
    dbt_project: Path = Field(default=PROJECT / "dbt_project", description="The dbt project.")
    public_address: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Web address under which the folder `releases/open` is offered, for the feed "
        "and the description of open data; without one their links are relative.",
    )
    file_megabytes: int = Field(
        default=1_000,
        gt=0,
        description="A delivered file or document that is larger is not read, unless it is text "
        "that is read in pieces.",
    )
    text_megabytes: int = Field(
        default=10_000,
        gt=0,
        description="A CSV or JSON file is read in pieces; one that is larger than this is not.",
    )
    unpacked_megabytes: int = Field(
        default=400,
        gt=0,
        description="A workbook, document or Parquet file that unpacks to more is not read.",
    )
    columns: int = Field(
        default=16_384, gt=0, description="A file with more columns is not read; Excel has as many."
    )
    line_megabytes: int = Field(
        default=4, gt=0, description="A CSV or JSON file with a longer line is not read."
    )
    read_memory_megabytes: int = Field(
        default=900,
        ge=300,
        description="Memory of the process that reads deliveries; a file that asks for more stops "
        "its source.",
    )
    read_seconds: float = Field(
        default=110,
        gt=0,
        description="Reading one file or document may take so long, and as long again for every "
        "200 MB of it; after that it is stopped.",
    )
    settle_seconds: float | None = Field(
        default=None,
        ge=0,
        description="A file counts as delivered when it did not change for so long; default: what "
        "the contract of its source says, 30 seconds where that says nothing.",
    )
    gate_timeout_seconds: int = Field(
        default=900, description="A gate that takes longer is stopped; nothing is published."
    )

    postgres_url: SecretStr | None = Field(
        default=None,
        description="Secret address of the PostgreSQL that shows each release: "
        "postgresql://role:password@server:5432/database; without it nothing is loaded.",
    )
    postgres_schema: str = Field(
        default="mart",
        description="Schema of PostgreSQL in which people read; earlier releases wait beside it.",
    )
    postgres_reader: str = Field(
        default="bi_lezer", description="Role of PostgreSQL that may read the schema, nothing else."
    )
    postgres_open_reader: str = Field(
        default="bi_open",
        description="Role of PostgreSQL that may read the open tables of the schema, nothing else.",
    )
    postgres_patience_seconds: float = Field(
        default=120,
        ge=0,
        description="How long a new release waits for readers of PostgreSQL whose transaction is "
        "open; after it those that do nothing are ended, and for others the next run tries again.",
    )
    postgres_timeout_seconds: float = Field(
        default=600,
        gt=0,
        description="A load into PostgreSQL that takes longer, patience not counted, is stopped.",
    )
    postgres_kept_releases: int = Field(
        default=3, ge=0, description="Earlier releases that stay in PostgreSQL, to go back to."
    )

    web_hosts: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(),
        description="Names under which the web server is reached, as a browser shows them and "
        "divided by commas (datalab.example.nl, datalab.example.nl:8443), beside those of this "
        "machine itself.",
    )
    web_token: Path | None = Field(
        default=None,
        description="File (mode 0600) with the token that requests to the web server show; "
        "without it one is made once in the home.",
    )
    web_proxy_header: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z][A-Za-z0-9-]*$",
        description="Header in which a proxy that knows its users sends that token.",
    )
    web_guarded: bool = Field(
        default=False,
        description="Set by `datalab dev` and `datalab web` for the programs of Dagster that they "
        "start behind their guard; not for people.",
    )

    @field_validator("web_hosts", mode="before")
    @classmethod
    def _divided_by_commas(cls, hosts: object) -> object:
        if not isinstance(hosts, str):
            return hosts
        return frozenset(name.strip().lower() for name in hosts.split(",") if name.strip())

    @field_validator(
        "home",
        "landing",
        "web_token",
        "calibration",
        "signing_key",
        "anchor",
        "approvers",
        "sources",
        "expectations",
        "dbt_project",
    )
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().resolve()

    @field_validator("postgres_schema")
    @classmethod
    def _is_a_schema(cls, name: str) -> str:
        return _or_wrong(name, wrong_with_schema(name))

    @field_validator("postgres_reader", "postgres_open_reader")
    @classmethod
    def _is_a_role(cls, name: str) -> str:
        return _or_wrong(name, wrong_with_role(name))

    @field_validator("postgres_open_reader")
    @classmethod
    def _is_another_role(cls, name: str, known: ValidationInfo) -> str:
        same = name == known.data.get("postgres_reader")
        return _or_wrong(
            name,
            "Wie alleen open data leest, heeft een andere rol dan wie alles leest "
            "(DATALAB_POSTGRES_READER): kies een andere, zoals bi_open"
            if same
            else None,
        )

    @field_validator("public_address")
    @classmethod
    def _ends_with_a_slash(cls, address: str | None) -> str | None:
        return address and address.rstrip("/") + "/"

    @property
    def limits(self) -> Limits:
        """What one delivered file may ask for."""
        return Limits(
            file_megabytes=self.file_megabytes,
            text_megabytes=self.text_megabytes,
            unpacked_megabytes=self.unpacked_megabytes,
            memory_megabytes=self.read_memory_megabytes,
            seconds=self.read_seconds,
            columns=self.columns,
            line_megabytes=self.line_megabytes,
        )

    # --- where things stand under the home
    @cached_property
    def landing_folder(self) -> Path:
        return self.landing or self.home / "landing"

    @cached_property
    def raw(self) -> Path:
        """Immutable typed Parquet per delivered file, and what was delivered when."""
        return self.home / "raw"

    @cached_property
    def raw_current(self) -> Path:
        """What the run under way reads: `<source>__<table>/<delivery number>.parquet`."""
        return self.raw / "current"

    @cached_property
    def quarantine(self) -> Path:
        return self.home / "quarantine"

    @cached_property
    def warehouse(self) -> Path:
        """One folder per run with the warehouse that dbt builds and the mart that is judged."""
        return self.home / "warehouse"

    @cached_property
    def releases(self) -> Path:
        return self.home / "releases"

    @cached_property
    def ledger(self) -> Path:
        return self.home / "ledger"

    @cached_property
    def calibrations(self) -> Path:
        """Parameter files of the reading level, numbered; the newest holds."""
        return self.home / "calibration"

    @cached_property
    def approvers_folder(self) -> Path:
        return self.approvers or self.home / "approvers"

    @cached_property
    def public_keys(self) -> Path:
        """Public keys, one PEM file each: what they sign is believed."""
        return self.home / "keys"

    @cached_property
    def own_signing_key(self) -> Path:
        return self.home / "signing.key"

    @cached_property
    def data_docs(self) -> Path:
        """Pages for engineers about the last judgements; made by `datalab data-docs`."""
        return self.home / "data-docs"

    @cached_property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    @cached_property
    def dbt_target(self) -> Path:
        """Where dbt keeps its manifest: beside the state, so that two homes never share one."""
        return self.home / "dbt"

    @cached_property
    def dbt_build(self) -> Path:
        """Where dbt writes down what it built last."""
        return self.dbt_target / "run"

    def read_pseudonym_key(self) -> bytes:
        """The key of the pseudonyms; made once, readable by the owner only, when none was given.

        Raises:
            UnusableKey: the key is shorter than 16 characters, no text, or gone.
            OSError: none could be read or made.
        """
        if self.pseudonym_key is not None:
            named = Path(self.pseudonym_key).expanduser()
            try:
                is_named = named.is_file()
            except OSError:  # a secret can be too long for, or unlike, a path
                is_named = False
            given = _text_of(named) if is_named else self.pseudonym_key
            if len(given) < 16:
                raise UnusableKey(
                    "DATALAB_PSEUDONYM_KEY is korter dan 16 tekens: neem een langer geheim."
                )
            return given.encode()
        path = self.own_pseudonym_key
        if not path.exists():
            if self.pseudonyms_were_made:
                raise UnusableKey(
                    f"De sleutel van de pseudoniemen {path} is er niet meer, en er is mee gelezen: "
                    "zet haar terug uit een reservekopie, of noem haar weer in "
                    "DATALAB_PSEUDONYM_KEY. Is zij voorgoed weg, maak dan bewust een nieuwe "
                    f"(`(umask 077; openssl rand -hex 32 > {path})`): pseudoniemen van ervoor en "
                    "erna zijn dan niet meer te vergelijken."
                )
            self.home.mkdir(parents=True, exist_ok=True)
            write_secret(path, secrets.token_hex(32).encode())
        made = _text_of(path)
        if len(made) < 16:
            raise UnusableKey(
                f"In {path} staat geen hele sleutel: zet haar terug uit een reservekopie. Is er "
                "nog niets mee gelezen, haal haar dan weg; er wordt een nieuwe gemaakt."
            )
        return made.encode()

    @property
    def pseudonyms_were_made(self) -> bool:
        """Whether deliveries were ever read or published here: that takes the key."""
        return any(any(self.ledger.glob(f"*-{kind}.json")) for kind in ("ingest", "release"))

    @property
    def own_pseudonym_key(self) -> Path:
        return self.home / "pseudonym.key"

    @property
    def web_token_file(self) -> Path:
        return self.web_token or self.home / "web.token"

    @property
    def delivered_before(self) -> Path:
        """Marks that real deliveries were read here: from then on the sample is never used."""
        return self.raw / "delivered"

    def today(self) -> dt.date:
        return dt.datetime.now(LOCAL_TIME).date()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise UnusableKey(f"{path} is geen tekst: zet de sleutel terug.") from error
