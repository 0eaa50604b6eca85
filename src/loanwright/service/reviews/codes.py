"""Why a person decides as they do: a closed list, as data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from loanwright.features.text import Text

STANDS: Final = "stands"


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A reason of a person, and the outcome that it goes with."""

    code: str
    outcome: str
    text: Text


@cache
def codes() -> Mapping[str, Code]:
    """Return every code by its name."""
    told = tomllib.loads((files(__package__) / "codes.toml").read_text(encoding="utf-8"))["code"]
    read = [
        Code(code=one["code"], outcome=one["outcome"], text=Text(**one["text"])) for one in told
    ]
    return {one.code: one for one in read}
