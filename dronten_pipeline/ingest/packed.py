"""What a delivery is packed in: gzip, zip and the like around one file, or a folder of parts.

Here belongs: taking off one layer, within the limits, to a file without a name that is gone when it
was read. Not here: what stands in it. What is packed in a packed file stays so, and is refused.
"""

from __future__ import annotations

import contextlib
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote

from dronten_pipeline.core import zips
from dronten_pipeline.core.limits import Limits
from dronten_pipeline.core.sandbox import Unwritten
from dronten_pipeline.ingest import files, parts
from dronten_pipeline.ingest.dialect import Refused

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 1 << 20
HEAD = 4096
MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
}
#: The sign of a block, which stands behind `BZh` and a digit.
BZIP2_BLOCK = b"1AY&SY"
ZIP = b"PK\x03\x04"
#: What only zips of office programs hold.
OFFICE = ("[Content_Types].xml", "mimetype", "content.xml")
OFFICE_FOLDERS = ("xl/", "word/", "ppt/", "_rels/", "docProps/", "META-INF/")
#: What file managers add to a zip.
DROPPINGS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Packing:
    """How a delivery was packed, as a name, and what is said of it."""

    how: str
    note: str


@contextlib.contextmanager
def opened(path: Path, limits: Limits) -> Iterator[tuple[IO[bytes], Packing | None]]:
    """A delivery as it must be read: itself, the file in it, or its parts together.

    Raises:
        OSError: it cannot be opened.
        Unwritten: there is no room to unpack it.
        Refused: it is damaged, or holds more than one file.
        TooLarge: it unpacks to more than it may.
    """
    if path.is_dir():
        with _joined(path, limits) as found:
            yield found
        return
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(0)
        how = _how(head)
        if head.startswith(ZIP):
            with _unzipped(file, limits) as found:
                yield found
        elif how is None:
            yield file, None
        else:
            with _aside() as whole:
                _unpack(how, file, whole, limits)
                _check_once(whole, how)
                yield whole, Packing(how, f"Uitgepakt uit een {how}-bestand.")


@contextlib.contextmanager
def _aside() -> Iterator[IO[bytes]]:
    """A file without a name to unpack into.

    Raises:
        Unwritten: there is no room for it, which is no fault of what is unpacked.
    """
    try:
        with contextlib.ExitStack() as stack:
            try:
                whole = stack.enter_context(tempfile.TemporaryFile())
            except OSError as error:  # "not found" where no folder takes a file
                raise Unwritten(error.errno, error.strerror, tempfile.tempdir or "/tmp") from error
            yield whole
    except OSError as error:
        if isinstance(error, Unwritten) or not files.is_full(error):
            raise
        raise Unwritten(error.errno, error.strerror, tempfile.tempdir or "/tmp") from error


@dataclass(frozen=True)
class Inner:
    """What the first bytes of a delivery tell of the one file in it.

    name: what it is called, None where that is not told.
    start: its first bytes; those of the delivery itself where it is not packed, or cannot be
        unpacked by its first bytes alone.
    """

    name: str | None
    start: bytes


def inner(path: Path) -> Inner:
    """The file in a zip or gzip by the first bytes alone.

    Raises:
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(ZIP) and len(head) >= 30:
        method, length, extra = struct.unpack_from("<8xH16xHH", head)
        name = head[30 : 30 + length].decode("utf-8", errors="replace")
        body = head[30 + length + extra :]
        start = body if method == 0 else _inflated(body, -zlib.MAX_WBITS) if method == 8 else b""
        return Inner(PurePath(name).name or None, b"" if _is_office(name) else start)
    if head.startswith(b"\x1f\x8b\x08"):
        has_name = head[3:4] and head[3] & 0b1000 and not head[3] & 0b100
        named = head[10:].partition(b"\0")[0].decode("utf-8", errors="replace") if has_name else ""
        return Inner(PurePath(named).name or None, _inflated(head, zlib.MAX_WBITS | 16))
    return Inner(None, head)


def _inflated(body: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(body, HEAD)
    except zlib.error:  # reading it tells why
        return b""


def _is_office(name: str) -> bool:
    return name in OFFICE or name.startswith(OFFICE_FOLDERS)


def _check_once(whole: IO[bytes], how: str) -> None:
    """Raises:
    Refused: what was unpacked is packed again, and no workbook.
    """
    head = whole.read(HEAD)
    whole.seek(0)
    again = _how(head)
    if again is None and head.startswith(ZIP):
        with contextlib.suppress(zips.DamagedZip), zips.opened(whole) as archive:
            again = None if any(map(_is_office, archive.namelist())) else "zip"
        whole.seek(0)
    if again is not None:
        raise Refused(
            f"In dit ingepakte bestand ({how}) zit nog een ingepakt bestand ({again}), en er wordt "
            "één keer uitgepakt. Pak het zelf uit, en lever wat erin zit."
        )


def _how(head: bytes) -> str | None:
    for magic, name in MAGIC.items():
        if head.startswith(magic) and (name != "bzip2" or head[4:10] == BZIP2_BLOCK):
            return name
    return None


def _unpack(how: str, file: IO[bytes], whole: IO[bytes], limits: Limits) -> None:
    """Raises:
    Refused: it is damaged or cut off.
    TooLarge: it unpacks to more than it may.
    """
    import lzma

    import pyarrow as pa

    try:
        with _unpacking(how, file) as source:
            _copy(source.read, whole, limits)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of the disk, not of what was unpacked
        raise Refused(
            f"Dit ingepakte bestand ({how}) is beschadigd of afgebroken. Lever het opnieuw."
        ) from error


def _unpacking(how: str, file: IO[bytes]) -> Any:
    if how == "gzip":
        import gzip

        return gzip.GzipFile(fileobj=file)
    if how == "bzip2":
        import bz2

        return bz2.BZ2File(file)
    if how == "xz":
        import lzma

        return lzma.LZMAFile(file)
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(file, "r"), how)


def _copy(read: Callable[[int], bytes], whole: IO[bytes], limits: Limits) -> None:
    size = 0
    while block := read(BLOCK):
        size += len(block)
        limits.check_unpacked(size)
        whole.write(block)
    whole.seek(0)


@contextlib.contextmanager
def _unzipped(file: IO[bytes], limits: Limits) -> Iterator[tuple[IO[bytes], Packing | None]]:
    with contextlib.ExitStack() as stack:
        try:
            with zips.opened(file) as archive:
                names = archive.namelist()
                if any(map(_is_office, names)):
                    whole, packing = file, None
                else:
                    whole = stack.enter_context(_aside())
                    with archive.open(_only(archive)) as member:
                        _copy(member.read, whole, limits)
                    _check_once(whole, "zip")
                    packing = Packing("zip", "Uitgepakt uit een zip-bestand.")
        except zips.DamagedZip as error:
            raise Refused(
                "Dit Excel-bestand (of ingepakte bestand) is beschadigd of afgebroken. Lever het "
                "opnieuw."
            ) from error
        file.seek(0)
        yield whole, packing


def _only(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file of an archive.

    Raises:
        Refused: there are more or none, or it has a password.
    """
    found = [
        one
        for one in archive.infolist()
        if not one.is_dir() and not any(word in one.filename for word in DROPPINGS)
    ]
    if len(found) != 1:
        raise Refused(
            f"In dit zip-bestand zitten {len(found)} bestanden, en er wordt er één verwacht. Lever "
            "elk bestand apart."
        )
    if found[0].flag_bits & 1:
        raise Refused(
            "Dit zip-bestand heeft een wachtwoord. Lever het zonder, langs een veilige weg."
        )
    return found[0]


# --- a folder of parts

DIFFERING = (
    "Let op: niet alle delen hebben dezelfde kolommen; wat een deel niet heeft, is daar leeg."
)


@contextlib.contextmanager
def _joined(folder: Path, limits: Limits) -> Iterator[tuple[IO[bytes], Packing | None]]:
    """The parts of a folder as one file."""
    if why := parts.why_not(folder):
        raise Refused(why)
    found = parts.of(folder)
    limits.check_size(sum(one.stat().st_size for one in found))
    if len(found) == 1 and found[0].parent == folder:
        with opened(found[0], limits) as (file, packing):
            how = f" {packing.note}" if packing else ""
            yield file, Packing("map", f"Gelezen uit een map met 1 deel.{how}")
        return
    heads = [_head(one) for one in found]
    if not found or not all(head == b"PAR1" for head in heads):
        raise Refused(
            f"Dit is een map met {len(found)} bestanden, en alleen delen in Parquet worden samen "
            "gelezen. Zet de bestanden rechtstreeks in de map van de bron, en haal deze map weg."
        )
    with _aside() as whole:
        are_alike = _join(folder, found, whole, limits)
        differ = "" if are_alike else f" {DIFFERING}"
        yield whole, Packing("map", f"Samen gelezen: {len(found)} delen uit een map.{differ}")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _join(folder: Path, found: list[Path], whole: IO[bytes], limits: Limits) -> bool:
    """Writes one Parquet file of many, with a column for every `name=value` in their path; says
    whether all have the same columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from dronten_pipeline.ingest import parquet_files

    try:
        schemas = []
        unpacked = 0
        for path in found:
            with path.open("rb") as file:
                part = parquet_files.opened(file)
                unpacked += parquet_files.unpacked(part)
                limits.check_unpacked(unpacked)
                own = part.schema_arrow.remove_metadata()
                named = [name for name in _divided_by(folder, path) if name not in own.names]
                schemas.append(pa.schema([*own, *(pa.field(name, pa.string()) for name in named)]))
        schema = pa.unify_schemas(schemas, promote_options="permissive")
        with pq.ParquetWriter(whole, schema, compression="zstd") as writer:
            for path in found:
                values = _divided_by(folder, path)
                with path.open("rb") as file:
                    for batch in parquet_files.opened(file).iter_batches():
                        writer.write_table(_in_shape(batch, schema, values))
    except pa.ArrowTypeError as error:
        raise Refused(
            "De delen in deze map hebben niet dezelfde kolommen: een kolom is in het ene deel een "
            "ander soort waarde dan in het andere. Laat het bronsysteem de map opnieuw schrijven."
        ) from error
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Refused(
            "Een deel in deze map is beschadigd of afgebroken. Laat het bronsysteem de map opnieuw "
            "schrijven."
        ) from error
    whole.seek(0)
    return all(set(one.names) == set(schema.names) for one in schemas)


def _in_shape(batch: pa.RecordBatch, schema: pa.Schema, values: dict[str, str | None]) -> pa.Table:
    import pyarrow as pa

    table = pa.Table.from_batches([batch])
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.array([values.get(field.name)] * len(table), pa.string()).cast(field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _divided_by(folder: Path, path: Path) -> dict[str, str | None]:
    """Columns of which the value stands in the path of a part: `jaar=2026/maand=3`."""
    pairs = (name.partition("=") for name in path.relative_to(folder).parent.parts if "=" in name)
    return {
        unquote(name): None if value == NO_VALUE else unquote(value) for name, _, value in pairs
    }
