"""The path to approval under a model package and a policy."""

from loanwright.decisioning.decide import Decision, decide
from loanwright.decisioning.policy import Policy
from loanwright.explanation.paths import Applicant, PathLimits, Paths, find_paths
from loanwright.features.affordable import affordability_of
from loanwright.features.columns import facts, matrix
from loanwright.features.records import Record
from loanwright.packaging.package import ModelPackage


def paths_to_approval(
    package: ModelPackage, policy: Policy, record: Record, *, limits: PathLimits | None = None
) -> Paths:
    """Return the smallest changes of a record after which model and policy approve.

    Parameters
    ----------
    package, policy
        What decides.
    record
        As ``validate_record`` returns it.
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
            decided=lambda changed: decided(package, policy, changed),
        ),
        limits,
    )


def decided(package: ModelPackage, policy: Policy, record: Record) -> Decision:
    """Decide one record as an application is decided."""
    product, segment = package.product, package.segment
    vector = matrix(product, segment, [record])
    assessment = package.assess_matrix(vector)[0]
    cutoffs = policy.cutoffs.get(segment)
    return decide(
        assessment,
        policy,
        segment=segment,
        facts={
            **affordability_of(product, record, assessment.grade),
            **facts(product, segment, record, policy.names()),
        },
        reference=None if cutoffs is None else package.reference_for(cutoffs.approve_from),
        reservations=package.reservations(vector[0].tolist(), record),
    )
