"""What stands in the way of an experiment."""

from loanwright.errors import Conflict, Forbidden, NotFound, Rejected


class ExperimentNotFound(NotFound):
    """There is no experiment {experiment}."""


class DecisionNotInExperiment(NotFound):
    """The decision {decision_id} was made by no experiment."""


class ExperimentExists(Conflict):
    """There is an experiment with the name {name}; another one needs another name."""


class ExperimentStateRefused(Conflict):
    """The experiment {name} is {state} and cannot become {wanted}."""


class AnotherIsRunning(Conflict):
    """Another experiment is running for {product}, segment {segment}; stop it first."""


class ApproverProposed(Forbidden):
    """{person} proposed the experiment {name}; somebody else must approve it."""


class ArmRefused(Rejected):
    """The arm {arm} cannot be used: {problem}."""


class DesignRefused(Rejected):
    """The experiment cannot be run: {problem}."""


class TooEarly(Conflict):
    """The experiment {name} has no answer yet; it is expected on {ripe_on}."""
