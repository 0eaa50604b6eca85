"""The profile of a package's sample, and the model whose answers drift is watched in."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from loanwright.drift.effect import Answering, answers_of
from loanwright.drift.profiling import profile_of_sample
from loanwright.features.product import Product
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.contents import MOST_EXPLAINED, MOST_SAMPLED
from loanwright.packaging.write import json_bytes

Floats = NDArray[np.float64]


def profile_file(
    product: Product,
    segment: str,
    assessor: Assessor,
    columns: Mapping[str, Floats],
    unseen: Floats,
) -> dict[str, bytes]:
    """Return ``profile.json``: what later applicants are compared with, to see whether they moved.

    Parameters
    ----------
    product, segment
        For whom the model is.
    assessor
        The whole way from vector to score.
    columns
        Raw feature name to the (n,) encoded column of the development rows.
    unseen
        (m, p) rows that the model has not learned from: it scores the others apart from all that
        are to come, which would look like drift.
    """
    sampled = getattr(assessor.runtime, "explanation", None) is not None
    most = MOST_SAMPLED if sampled else MOST_EXPLAINED
    answers = answers_of(answering(assessor), unseen, most_explained=most)
    profile = replace(profile_of_sample(product, segment, columns), answers=answers)
    return {"profile.json": json_bytes(profile.to_mapping())}


def answering(assessor: Assessor) -> Answering:
    """Return the part of an assessor whose answers drift is watched in."""
    return Answering(
        runtime=assessor.runtime,
        calibration=assessor.calibration,
        scale=assessor.scale,
        features=assessor.features,
    )
