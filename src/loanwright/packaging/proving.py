"""The proof of the reasons of a model package."""

import numpy as np
from numpy.typing import NDArray

from loanwright.explanation.proof import Explained, ReasonProof, prove_reasons
from loanwright.explanation.reasons import never_named
from loanwright.packaging.package import ModelPackage

#: Rows of a large sample that are explained.
MOST_EXPLAINED = 5_000


def prove_package(
    package: ModelPackage,
    matrix: NDArray[np.float64],
    *,
    cutoff: int | None = None,
    seed: int = 0,
) -> ReasonProof:
    """Prove the reasons of a package on (n, p) rows; see ``explanation.proof``.

    Parameters
    ----------
    package
        Whose reasons; they are measured against its own reference, where it has one.
    matrix
        Model inputs; of many rows some are taken, evenly over the sample.
    cutoff
        The score from which is approved; None takes that of the starter policy.
    seed
        Of everything that chance decides.

    Raises
    ------
    NothingToProve
        Where the sample lies on one side of the cut-off, or the model names all it has.
    """
    assessor, product = package.assessor, package.product
    if cutoff is None:
        cutoff = int(product.policy["cutoffs"][package.segment]["approve_from"])
    places = np.linspace(0, len(matrix) - 1, min(MOST_EXPLAINED, len(matrix)))
    rows = matrix[places.round().astype(np.int64)]
    hidden, reference = never_named(product, package.segment), package.reference_for(cutoff)
    scale, runtime = assessor.scale, assessor.runtime
    explained = Explained(
        matrix=rows,
        contributions=runtime.explain(rows)[1],
        points=lambda some: (
            scale.offset - scale.factor * assessor.calibration.apply(runtime.log_odds(some))
        ),
        nameable=np.array([name not in hidden for name in package.features]),
        reference=None if reference is None else np.array(reference),
    )
    return prove_reasons(explained, cutoff=cutoff, seed=seed)
