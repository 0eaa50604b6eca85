"""Why a file is not scored, or not given out."""

from loanwright.errors import Conflict, NotFound, Rejected, Unavailable
from loanwright.service.kit.problem import BodyTooLarge, ContentTypeUnsupported


class BatchNotFound(NotFound):
    """There is no batch {batch_id}."""


class BatchFileGone(NotFound):
    """The files of the batch {batch_id} were removed; send it again to have it scored anew."""


class BatchNotDone(Conflict):
    """The batch {batch_id} is {state}; its result is there once it is done."""


class BatchEnded(Conflict):
    """The batch {batch_id} is {state} and cannot be cancelled any more."""


class BatchCancelled(Conflict):
    """Somebody has cancelled the batch."""


class BatchKeyReused(Rejected):
    """The Idempotency-Key was used before with another file or other wishes."""


class BatchKindUnsupported(ContentTypeUnsupported):
    """The body must be text/csv or application/vnd.apache.parquet, not compressed on its way."""


class BatchTooLarge(BodyTooLarge):
    """The file is larger than {limit} bytes; split it, or score it with loanwright score-file."""


class TooManyRows(Rejected):
    """The file has {rows} rows, more than {limit}; split it, or use loanwright score-file."""


class BatchProductUnknown(Rejected):
    """There is no product {product}; known: {known}."""


class BatchSegmentUnknown(Rejected):
    """The product {product} has no segment {segment}; it has {known}."""


class BatchUnfinished(Unavailable):
    """The worker is stopping; another one goes on with the batch."""
