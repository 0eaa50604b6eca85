"""The words of the charts about one applicant."""

from loanwright.charts.canvas import Labels
from loanwright.service.web.languages import Language


def gauge_labels(language: Language, pointer: str) -> Labels:
    """Return the words of the gauge."""
    _ = language.gettext
    return Labels(
        title=_("Score against the cut-offs"),
        description=_("%(pointer)s; further to the right is safer.") % {"pointer": pointer},
    )


def contribution_labels(language: Language) -> Labels:
    """Return the words of the contributions."""
    _ = language.gettext
    return Labels(
        title=_("What moved the risk"),
        description=_("Bars to the right raise the risk, bars to the left lower it."),
        x=_("Lower risk ← → higher risk"),
    )
