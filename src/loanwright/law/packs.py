"""Which pack is the law of a day: a decision is explained by the law of its date."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

from loanwright.errors import NotFound
from loanwright.law.pack import Pack
from loanwright.law.reading import read_packs


class LawUnknown(NotFound):
    """There is no law pack for {jurisdiction} on {day}. There are: {known}."""


@cache
def bundled_packs() -> tuple[Pack, ...]:
    """Return the packs that come with Loanwright.

    Examples
    --------
    >>> sorted({one.jurisdiction for one in bundled_packs()})
    ['EU', 'RU', 'US']
    """
    return read_packs(_bundled_texts())


@cache
def load_packs(directory: Path) -> tuple[Pack, ...]:
    """Return the bundled packs and those of a directory; a file of the same name replaces one.

    Raises
    ------
    PackRefused
        If any of them cannot be used.
    OSError
        If the directory cannot be read.
    """
    own = {path.stem: path.read_text(encoding="utf-8") for path in sorted(directory.glob("*.toml"))}
    return read_packs({**_bundled_texts(), **own})


def pack_for(jurisdiction: str, day: date, packs: Sequence[Pack] | None = None) -> Pack:
    """Return the law of a jurisdiction on a day.

    Parameters
    ----------
    jurisdiction
        Such as ``US``.
    day
        The day of the decision.
    packs
        Where to look; None takes those that come with Loanwright.

    Raises
    ------
    LawUnknown
        If no pack was in force there and then.

    Examples
    --------
    >>> pack_for("US", date(2026, 7, 20)).code, pack_for("US", date(2026, 7, 21)).code
    ('us-2011-07-21', 'us-2026-07-21')
    """
    known = bundled_packs() if packs is None else packs
    for one in known:
        if one.jurisdiction == jurisdiction and one.in_force(day):
            return one
    codes = ", ".join(one.code for one in known)
    raise LawUnknown(jurisdiction=jurisdiction[:20], day=day.isoformat(), known=codes)


def jurisdictions(packs: Sequence[Pack] | None = None) -> tuple[str, ...]:
    """Return the jurisdictions that there are packs for.

    Examples
    --------
    >>> jurisdictions()
    ('EU', 'RU', 'US')
    """
    known = bundled_packs() if packs is None else packs
    return tuple(sorted({one.jurisdiction for one in known}))


def _bundled_texts() -> dict[str, str]:
    files = (resources.files("loanwright.law") / "files").iterdir()
    return {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in files
        if file.name.endswith(".toml")
    }
