"""Where the files of batches are: one directory each, which only its owner can read."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loanwright.service.batches.schemas import Batch, FileKind

SOURCE: Final = "source"
RESULT: Final = "result"
REJECTED: Final = ".rejected.csv"


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchFiles:
    """The files of every batch; workers on other machines need the same directory."""

    directory: Path

    def make(self, batch_id: str, kind: FileKind) -> Path:
        """Make the directory of a batch and return where its source goes."""
        self.directory.mkdir(parents=True, exist_ok=True)
        place = self.directory / batch_id
        place.mkdir(mode=0o700)
        return place / f"{SOURCE}.{kind}"

    def source(self, batch: Batch) -> Path:
        """Return where the file is that was sent."""
        return self.directory / batch.id / f"{SOURCE}.{batch.wishes.kind}"

    def result(self, batch: Batch) -> Path:
        """Return where the result is, or will be."""
        return self.directory / batch.id / f"{RESULT}.{batch.wishes.result}"

    def rejected(self, batch: Batch) -> Path:
        """Return where the rejected rows are told."""
        result = self.result(batch)
        return result.with_name(result.name + REJECTED)

    def remove(self, batch_id: str) -> None:
        """Remove everything of a batch."""
        shutil.rmtree(self.directory / batch_id, ignore_errors=True)
