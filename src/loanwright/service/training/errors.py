"""Why nothing is trained."""

from loanwright.errors import NotFound, Rejected, Unavailable


class TrainingFailed(Rejected):
    """The training ended without a model: {why}."""


class TrainingTooLong(Rejected):
    """The training took longer than {seconds} seconds; give it a smaller budget."""


class TrainingProductUnknown(Rejected):
    """There is no product {product}; known: {known}."""


class TrainingLabelMissing(Rejected):
    """The table has no column {label}, which says what went bad; it has {columns}."""


class TrainingTableGone(Rejected):
    """The table of this training run is not there any more; send it again."""


class TrainingRunNotFound(NotFound):
    """There is no training run {run_id}."""


class TrainingUnfinished(Unavailable):
    """The worker is stopping; another one begins the training anew."""
