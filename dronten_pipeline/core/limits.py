"""How much one delivered file or document may ask for.

Here belongs: the numbers, and the sentences that name them. Not here: who keeps to them
(`core/sandbox.py`, the readers), or where an operator sets them (`core/settings.py`).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

MEGABYTE = 1_000_000
#: For every so many bytes of a file, reading it may take its seconds again.
BYTES_PER_TURN = 200 * MEGABYTE


class TooLarge(ValueError):
    """A file that asks for more than it may; the message is a Dutch sentence with the limit."""


class Limits(BaseModel):
    """What reading one file may take. The settings of the same name say it to operators."""

    model_config = ConfigDict(frozen=True)

    file_megabytes: int = Field(default=1_000, gt=0)
    text_megabytes: int = Field(default=10_000, gt=0)
    unpacked_megabytes: int = Field(default=400, gt=0)
    memory_megabytes: int = Field(default=900, ge=300)
    seconds: float = Field(default=110, gt=0)
    columns: int = Field(default=16_384, gt=0)
    line_megabytes: int = Field(default=4, gt=0)

    def check_size(self, size: int, *, in_pieces: bool = False) -> None:
        """Refuses a file before anything of it is read.

        Args:
            size: bytes.
            in_pieces: it is never held whole, so that memory does not grow with it.

        Raises:
            TooLarge: with the size and the limit.
        """
        most, name = self.file_megabytes, "DATALAB_FILE_MEGABYTES"
        if in_pieces and self.text_megabytes > most:
            most, name = self.text_megabytes, "DATALAB_TEXT_MEGABYTES"
        if size > most * MEGABYTE:
            raise TooLarge(
                f"Het bestand is te groot: {size / MEGABYTE:.0f} MB, het maximum is "
                f"{most} MB ({name}). Lever het in delen."
            )

    def seconds_for(self, size: int) -> float:
        """How long reading a file of so many bytes may take."""
        return self.seconds * (1 + size // BYTES_PER_TURN)

    def check_unpacked(self, size: int) -> None:
        """Refuses what unpacks to more than it may, before it is unpacked.

        Raises:
            TooLarge: with the size and the limit.
        """
        if size > self.unpacked_megabytes * MEGABYTE:
            raise TooLarge(
                f"Het bestand is uitgepakt te groot: {size / MEGABYTE:.0f} MB, het maximum is "
                f"{self.unpacked_megabytes} MB (DATALAB_UNPACKED_MEGABYTES). Lever het in delen, "
                "of als CSV."
            )

    def check_columns(self, columns: int) -> None:
        """Raises:
        TooLarge: with the number and the limit.
        """
        if columns > self.columns:
            raise TooLarge(
                f"De kop heeft {columns} kolommen; het maximum is {self.columns} "
                "(DATALAB_COLUMNS). Lever alleen de gevraagde kolommen."
            )

    def check_line(self, size: int, line: int | None = None) -> None:
        """Raises:
        TooLarge: with the place and the limit.
        """
        if size > self.line_megabytes * MEGABYTE:
            where = "Een regel" if line is None else f"Regel {line}"
            raise TooLarge(
                f"{where} is langer dan {self.line_megabytes} MB (DATALAB_LINE_MEGABYTES): dit is "
                "geen tabel, of de regeleinden ontbreken. Lever het bestand opnieuw."
            )

    def too_slow(self, size: int = 0) -> str:
        """Args:
        size: bytes of what was read.
        """
        turn = f"{BYTES_PER_TURN // MEGABYTE} MB"
        grown = f", per {turn} {self.seconds:g}" if size >= BYTES_PER_TURN else ""
        return (
            f"Het lezen duurde langer dan {self.seconds_for(size):g} seconden "
            f"(DATALAB_READ_SECONDS{grown}) en is gestopt. Lever het bestand in delen, of als CSV."
        )

    @property
    def too_much_memory(self) -> str:
        return (
            f"Het lezen vroeg meer geheugen dan {self.memory_megabytes} MB "
            "(DATALAB_READ_MEMORY_MEGABYTES) en is gestopt. Lever het bestand in delen, of als CSV."
        )

    @property
    def crashed(self) -> str:
        return (
            "Het leesprogramma liep vast op dit bestand. Maak het opnieuw in het bronsysteem, of "
            "lever het als CSV."
        )
