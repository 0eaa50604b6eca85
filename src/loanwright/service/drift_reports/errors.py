"""Why a drift report is not begun, or not found."""

from loanwright.errors import NotFound, Rejected, Unavailable


class DriftReportNotFound(NotFound):
    """There is no drift report {report_id}."""


class DriftReportNotReady(NotFound):
    """The drift report {report_id} is {state}; it can be shown once it is done."""


class DriftFileNotFound(NotFound):
    """There is no file {file_id} to compare; send it again."""


class DriftFileTooLarge(Rejected):
    """The file is larger than {limit} bytes; send it in parts."""


class DriftProductUnknown(Rejected):
    """There is no product {product}; known: {known}."""


class DriftSegmentUnknown(Rejected):
    """The product {product} has no segment {segment}; it has {known}."""


class ChampionWithoutProfile(Rejected):
    """The champion {model} has no profile of its sample; name the days of a reference instead."""


class NoDecisionsThen(Rejected):
    """Nothing was decided on {product}, {segment}, in the days of {sample}."""


class TooManyChunks(Rejected):
    """These days make {count} chunks; at most {most} are compared at once."""


class DriftReportUnfinished(Unavailable):
    """The drift report was interrupted and begins again."""
