"""Why a person decides as they do, sends back, or asks: closed lists, as data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

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
    read = [
        Code(code=one["code"], outcome=one["outcome"], text=Text(**one["text"]))
        for one in _told()["code"]
    ]
    return {one.code: one for one in read}


@cache
def return_codes() -> Mapping[str, Text]:
    """Return why a review may be put back into the queue, by code."""
    return {one["code"]: Text(**one["text"]) for one in _told()["return"]}


@cache
def request_items() -> Mapping[str, Text]:
    """Return what an applicant may be asked for, by code."""
    return {one["code"]: Text(**one["text"]) for one in _told()["request"]}


@cache
def _told() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "codes.toml").read_text(encoding="utf-8"))
