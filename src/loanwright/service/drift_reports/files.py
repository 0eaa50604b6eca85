"""The files that were sent to be compared: kept until the report is done."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from loanwright.service.drift_reports.errors import DriftFileNotFound
from loanwright.service.kit.ids import Ids

FileKind = Literal["csv", "parquet"]
PREFIX: Final = "dft"


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftFiles:
    """One directory for each file, which only its owner can read."""

    directory: Path
    new_id: Ids
    limit: int

    def make(self, kind: FileKind) -> tuple[str, Path]:
        """Make a place for a file; return its id and where it goes."""
        file_id = self.new_id(PREFIX)
        self.directory.mkdir(parents=True, exist_ok=True)
        place = self.directory / file_id
        place.mkdir(mode=0o700)
        return file_id, place / f"table.{kind}"

    def own(self, file_id: str, owner: str) -> None:
        """Note whose a file is."""
        (self.directory / file_id / "owner").write_text(owner, encoding="utf-8")

    def find(self, file_id: str, owner: str | None = None) -> Path:
        """Return where a file is, or raise `DriftFileNotFound`; an owner finds its own."""
        place = self.directory / file_id
        found = sorted(place.glob("table.*"))
        kept = place / "owner"
        strange = owner is not None and (
            not kept.is_file() or kept.read_text(encoding="utf-8") != owner
        )
        if not found or strange:
            raise DriftFileNotFound(file_id=file_id)
        return found[0]

    def remove(self, file_id: str) -> None:
        """Remove a file."""
        shutil.rmtree(self.directory / file_id, ignore_errors=True)
