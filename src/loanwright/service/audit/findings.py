"""What verification finds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A row that is not as it was recorded."""

    table: str
    id: str
    what: str

    def __str__(self) -> str:
        """Return the finding as a line."""
        return f"{self.table} {self.id}: {self.what}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What was verified, and what was found; the first finding first."""

    entries: int
    sealed: int
    seals: int
    rows: int
    last_seal: str | None
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings
