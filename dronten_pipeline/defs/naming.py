"""The names under which things stand in Dagster: keys, groups, owners.

The first part of a key is the layer, so that the graph reads in the order of the data.
"""

import re
import unicodedata

import dagster as dg

ENGINEERS = "team:datalab"


def team(owner: str) -> str:
    """An owner as Dagster wants it: `KCC (Duidelijk Dronten)` -> `team:kcc-duidelijk-dronten`."""
    plain = unicodedata.normalize("NFKD", owner).encode("ascii", "ignore").decode().lower()
    return "team:" + re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


#: The group of what is pulled.
LANDING = "landing"


def landing_key(source: str) -> dg.AssetKey:
    return dg.AssetKey([LANDING, source])


def raw_key(source: str, table: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", f"{source}__{table}"])


def mart_key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["mart", table])


RELEASE_KEY = dg.AssetKey(["release"])

POSTGRES_KEY = dg.AssetKey(["postgres"])

#: What a run reads, laid out under fixed names after all sources were ingested.
SNAPSHOT_KEY = dg.AssetKey(["raw", "snapshot"])
