"""LightGBM's text format of a model, read without LightGBM."""

from loanwright.engine.ensemble import TreeEnsemble
from loanwright.errors import Rejected


class ModelTextInvalid(Rejected):
    """The model text cannot be used: {reason} ({where})."""


def parse_lightgbm(text: str) -> TreeEnsemble:
    """Return the trees written in a LightGBM text model."""
    raise NotImplementedError
