"""Why something was refused, in the language of the page and beside the field that it is about.

A closed table: a refusal that is not in it is told in English words on English pages, and by one
general sentence on all others.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from loanwright.errors import LoanwrightError
from loanwright.experiments.errors import PlanRefused, SplitRefused
from loanwright.service.alerts.rules import RuleRefused
from loanwright.service.benches.errors import BenchNeedsScorecard, NoBundledTable
from loanwright.service.business.errors import MonthsRefused, MonthUndecided
from loanwright.service.drift_reports.errors import (
    ChampionWithoutProfile,
    DriftProductUnknown,
    DriftSegmentUnknown,
    NoDecisionsThen,
    TooManyChunks,
)
from loanwright.service.experiments.errors import (
    AnotherIsRunning,
    ApproverProposed,
    ArmRefused,
    DesignRefused,
    ExperimentExists,
    ExperimentStateRefused,
    TooEarly,
)
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.policies.errors import (
    DraftChangesNothing,
    DraftFails,
    DraftForAnotherProduct,
    DraftFrozen,
    DraftNotSubmitted,
    DraftOfAnother,
    ExamplesNeeded,
    LivePolicyChanged,
    PolicyUnknown,
    ReasonNeeded,
    SecondPersonNeeded,
)
from loanwright.service.registry.service import NoChampion
from loanwright.service.schedules.errors import KindUnavailable, ProductNeeded
from loanwright.service.schedules.timing import ScheduleRefused
from loanwright.service.training.errors import TrainingLabelMissing
from loanwright.service.web.languages import DEFAULT_LANGUAGE, N_, Language
from loanwright.simulation.errors import PricesRefused

Told = tuple[str, str]

#: Of each error the field that it is about, if any, and what is said; facts fill it.
WORDS: Final[Mapping[type[LoanwrightError], Told]] = {
    AnotherIsRunning: ("where", N_("Another experiment is running there; stop it first.")),
    ApproverProposed: (
        "",
        N_("Whoever has proposed an experiment cannot approve it: somebody else must."),
    ),
    ArmRefused: ("model", N_("This cannot be tried here.")),
    BenchNeedsScorecard: ("model", N_("Only a scorecard has bins: choose another model.")),
    ChampionWithoutProfile: (
        "reference_since",
        N_("The model that decides has no profile of its sample: name the days of a reference."),
    ),
    DesignRefused: ("", N_("The experiment cannot be run like this.")),
    DraftChangesNothing: ("", N_("This is what decides already: change something first.")),
    DraftFails: ("", N_("The policy does not pass its checks; they are told below.")),
    DraftForAnotherProduct: ("", N_("The policy says that it is for another product: %(named)s.")),
    DraftFrozen: ("", N_("Nothing in this draft can be changed any more.")),
    DraftNotSubmitted: ("", N_("Only a draft that is submitted can be published or rejected.")),
    DraftOfAnother: ("", N_("Only whoever has written a draft can change or submit it.")),
    DriftProductUnknown: ("segment", N_("Choose a product and a segment.")),
    DriftSegmentUnknown: ("segment", N_("Choose a product and a segment.")),
    EditedMeanwhile: ("", N_("Somebody else has changed this meanwhile: look at it again.")),
    ExamplesNeeded: ("", N_("The policy needs schema = 2 and examples in [[examples]].")),
    ExperimentExists: ("name", N_("There is an experiment with this name: choose another one.")),
    ExperimentStateRefused: ("", N_("The experiment is not in a state in which that can be done.")),
    KindUnavailable: ("kind", N_("This is not done on a schedule here.")),
    LivePolicyChanged: (
        "",
        N_("Another policy decides than when this was submitted. Compare, and submit anew."),
    ),
    MonthUndecided: ("", N_("Nothing was decided on this product in the month %(month)s.")),
    MonthsRefused: ("", N_("From 1 to %(most)s months can be told.")),
    NoBundledTable: ("table", N_("This product comes without a table: send one.")),
    NoChampion: ("", N_("No model decides this segment yet.")),
    NoDecisionsThen: ("since", N_("Nothing was decided in these days.")),
    PlanRefused: ("", N_("With these numbers the experiment cannot be planned.")),
    PolicyUnknown: ("policy", N_("This policy was never published for the product.")),
    PricesRefused: ("", N_("Money cannot be reckoned with these figures.")),
    ProductNeeded: ("product", N_("Choose a product: it is needed here.")),
    ReasonNeeded: ("reason", N_("Say why: whoever wrote it must be able to answer.")),
    RuleRefused: ("", N_("The rule cannot be used like this.")),
    ScheduleRefused: ("cron", N_("These times cannot be used.")),
    SecondPersonNeeded: (
        "",
        N_("Whoever has written a policy cannot publish it: somebody else must."),
    ),
    SplitRefused: ("share", N_("The share must lie between 0 and 100 per cent.")),
    TooEarly: ("", N_("There is no answer yet; it is expected on %(ripe_on)s.")),
    TooManyChunks: (
        "until",
        N_("These days make %(count)s parts; at most %(most)s are compared at once."),
    ),
    TrainingLabelMissing: (
        "table",
        N_("The table has no column %(label)s, which says what went bad."),
    ),
}
#: Errors that tell their problem in words: by words that are in it, what is said instead.
PROBLEMS: Final[Mapping[type[LoanwrightError], Mapping[str, Told]]] = {
    ArmRefused: {
        "name a model or a policy": (
            "model",
            N_("Choose a model or a policy: as it is, both arms decide alike."),
        ),
        "it asks for more": (
            "model",
            N_("This model asks applicants for more than the one that decides now."),
        ),
        "something else": ("model", N_("This model is for another product or segment.")),
        "not challenger": ("model", N_("Only a challenger can be tried.")),
    },
    RuleRefused: {
        "there is no figure": ("figure", N_("Choose a figure.")),
        "threshold": ("threshold", N_("The threshold must be a number.")),
        "either above or below": ("threshold", N_("The threshold must be a number.")),
        "names no product": ("product", N_("Choose a product: this figure is about one.")),
        "feature": ("feature", N_("Name the feature as the dictionary does.")),
        "its name": ("name", N_("Give it a name of 1 to 80 characters.")),
        "chunks": ("chunks", N_("Write a number from 1 to 60.")),
        "email": ("email", N_("Write up to 20 e-mail addresses.")),
        "quiet": ("quiet_from", N_("Write two different times, such as 22:00 and 07:00.")),
        "zone": ("zone", N_("Name a time zone, such as Europe/Berlin.")),
    },
    ScheduleRefused: {
        "its name": ("name", N_("Give it a name of 1 to 80 characters.")),
        "five fields": (
            "cron",
            N_("Write five fields: minute, hour, day, month and day of the week."),
        ),
        "zone": ("zone", N_("Name a time zone, such as Europe/Berlin.")),
        "its times": ("cron", N_("These times cannot be read, or never come.")),
    },
}
REST: Final = N_("This cannot be done with what was sent. Check it, and try again.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why something was refused.

    Attributes
    ----------
    field
        The field of a form that it is about; empty where it is about no one field.
    """

    text: str
    field: str = ""

    def beside(self, fields: Mapping[str, object], otherwise: str) -> dict[str, str]:
        """Return the message by the field of a form beside which it is said.

        Examples
        --------
        >>> Refusal(text="Too far.", field="until").beside({"since": "", "until": ""}, "since")
        {'until': 'Too far.'}
        >>> Refusal(text="No.").beside({"since": ""}, "since")
        {'since': 'No.'}
        """
        return {self.field if self.field in fields else otherwise: self.text}


def tell_refusal(problem: LoanwrightError, language: Language) -> Refusal:
    """Return why something was refused, in words of a language.

    Examples
    --------
    >>> from loanwright.service.web.languages import load_language
    >>> tell_refusal(TooManyChunks(count=209, most=104), load_language("en"))
    Refusal(text='These days make 209 parts; at most 104 are compared at once.', field='until')
    """
    told = _find(problem)
    if told is not None:
        field, message = told
        return Refusal(text=language.gettext(message) % problem.facts, field=field)
    known = language.code == DEFAULT_LANGUAGE
    return Refusal(text=str(problem) if known else language.gettext(REST))


def tell_failure(problem: str | None, language: Language) -> str:
    """Return why a job failed, in words of a language; empty where it did not."""
    if not problem:
        return ""
    document = json.loads(problem)
    told = next((WORDS[one] for one in WORDS if _code(one) == document.get("code")), None)
    if told is not None and "%(" not in told[1]:
        return language.gettext(told[1])
    if language.code == DEFAULT_LANGUAGE:
        return str(document.get("detail") or document.get("title") or "")
    return language.gettext(REST)


def _code(kind: type[LoanwrightError]) -> str:
    return kind.__new__(kind).code


def _find(problem: LoanwrightError) -> Told | None:
    for kind, told in PROBLEMS.items():
        said = str(problem.facts.get("problem", "")) if isinstance(problem, kind) else ""
        for words, found in told.items():
            if words in said:
                return found
    return WORDS.get(type(problem))
