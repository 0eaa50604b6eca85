"""The path to approval under a model package and a policy."""

from loanwright.decisioning.decide import Decision
from loanwright.decisioning.policy import Policy
from loanwright.explanation.paths import Applicant, PathLimits, Paths, find_paths
from loanwright.features.affordable import affordability_of
from loanwright.features.columns import matrix
from loanwright.features.product import Product
from loanwright.features.records import Record
from loanwright.packaging.basis import Basis, reference_of
from loanwright.packaging.package import ModelPackage


def paths_to_approval(
    package: ModelPackage,
    policy: Policy,
    record: Record,
    *,
    product: Product | None = None,
    limits: PathLimits | None = None,
) -> Paths:
    """Return the smallest changes of a record after which model and policy approve.

    Parameters
    ----------
    package, policy
        What decides.
    record
        As ``validate_record`` returns it.
    product
        What lays down the credit that is asked for; None takes the dictionary of the package.
    limits
        How many paths, and how long they may be looked for.

    Returns
    -------
    Paths
        Each path was decided again through the whole policy, the package's reservations included.
    """
    assessor, known = package.assessor, package.known_sample
    return find_paths(
        Applicant(
            product=package.product,
            segment=package.segment,
            record=record,
            policy=policy,
            family=package.family,
            known={} if known is None else {one.name: one for one in known.inputs},
            log_odds=assessor.runtime.log_odds,
            scores=lambda odds: assessor.scale.score(assessor.calibration.apply(odds)),
            decided=lambda changed: decided(package, policy, changed, product=product),
        ),
        limits,
    )


def decided(
    package: ModelPackage, policy: Policy, record: Record, *, product: Product | None = None
) -> Decision:
    """Decide one record as an application is decided."""
    vectors = matrix(package.product, package.segment, [record])
    assessment = package.assess_matrix(vectors)[0]
    basis = Basis(
        segment=package.segment,
        record=record,
        given=affordability_of(product or package.product, record, assessment.grade),
        reference=reference_of(package, policy, package.segment),
        reservations=package.reservations_of(vectors, [record])[0],
    )
    return basis.decide(assessment, policy, package.product)
