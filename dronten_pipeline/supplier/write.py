"""Writing what a supplier gets into a folder.

Here belongs: which files there are and their names. Not here: what stands in them.
"""

from __future__ import annotations

from pathlib import Path

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.ingest import files
from dronten_pipeline.supplier import examples, odcs, page

#: A folder of its own: nothing in a folder is read by a run, so no example can become a record.
EXAMPLES = "voorbeeld"


def write(source: Source, into: Path) -> list[Path]:
    """Writes the page, the contract in ODCS, and of every table an empty file and an example;
    returns their paths. What stood there under those names is replaced.

    Raises:
        Unwritable: the disk refused.
    """
    contents = {
        into / f"{source.name}.html": page.render(source).encode(),
        into / f"{source.name}.odcs.yaml": odcs.as_yaml(source).encode(),
    }
    for table in source.tables:
        name = f"{table.name}.csv"
        contents[into / name] = examples.as_csv(table, [])
        contents[into / EXAMPLES / name] = examples.as_csv(table, examples.records(table))
    for path, content in contents.items():
        files.write_bytes(path, content)
    return list(contents)
