"""A path to approval in words, English and Russian."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from loanwright.decisioning.policy import Policy
from loanwright.explanation.paths import Path, Paths, Status, Step
from loanwright.features.text import Text
from loanwright.features.units import value_text

STATUS_TEXTS: Final[Mapping[Status, Text]] = MappingProxyType(
    {
        "approved": Text(
            en="The application is approved as it is; nothing has to change.",
            ru="Заявка одобряется и так; менять ничего не нужно.",
        ),
        "found": Text(
            en="With any one of these changes, and everything else as it was, the application "
            "would have been approved.",
            ru="С любым из этих изменений, при прочих равных, заявка была бы одобрена.",
        ),
        "proved_none": Text(
            en="Nothing that an applicant can change in this application leads to approval.",
            ru="Ничто из того, что заявитель может изменить в этой заявке, не ведёт к одобрению.",
        ),
        "none_found": Text(
            en="No change that leads to approval was found within the limits of the search; there "
            "may be one.",
            ru="В пределах поиска изменений, ведущих к одобрению, не найдено; они могут быть.",
        ),
    }
)
#: The same where only some features might change: what holds of them says nothing of the others.
ONLY_TEXTS: Final[Mapping[Status, Text]] = MappingProxyType(
    {
        "proved_none": Text(
            en="Changing only “{features}” does not lead to approval.",
            ru="Если менять только «{features}», к одобрению это не ведёт.",
        ),
        "none_found": Text(
            en="No change of only “{features}” that leads to approval was found within the limits "
            "of the search; there may be one.",
            ru="В пределах поиска изменений только «{features}», ведущих к одобрению, не найдено; "
            "они могут быть.",
        ),
    }
)


def status_text(found: Paths, policy: Policy) -> Text:
    """Return what a search has found, and the rule that stands in the way whatever is changed."""
    text = _told(found)
    rule = policy.rule(found.blocked_by) if found.blocked_by else None
    if rule is None:
        return text
    return Text(en=f"{text.en} {rule.text['en']}", ru=f"{text.ru} {rule.text['ru']}")


def _told(found: Paths) -> Text:
    if found.only is None or found.status not in ONLY_TEXTS:
        return STATUS_TEXTS[found.status]
    text = ONLY_TEXTS[found.status]
    return Text(
        en=text.en.format(features="”, “".join(one.title.en for one in found.only)),
        ru=text.ru.format(features="», «".join(one.title.ru for one in found.only)),
    )


def paths_document(found: Paths, policy: Policy) -> dict[str, Any]:
    """Return what a search has found as plain values, with its words in both languages."""
    return {
        "status": found.status,
        "cheapest": found.cheapest,
        "text": status_text(found, policy).to_mapping(),
        "paths": [_path(path) for path in found.paths],
    }


def _path(path: Path) -> dict[str, Any]:
    return {
        "text": path_text(path).to_mapping(),
        "cost": path.cost,
        "steps": [
            {
                "feature": step.feature.name,
                "title": step.feature.title.to_mapping(),
                "before": step.before,
                "after": step.after,
                "text": step_text(step).to_mapping(),
                "cost": step.cost,
            }
            for step in path.steps
        ],
    }


def path_text(path: Path) -> Text:
    """Return the changes of a path as one line."""
    steps = [step_text(step) for step in path.steps]
    return Text(en="; ".join(one.en for one in steps), ru="; ".join(one.ru for one in steps))


def step_text(step: Step) -> Text:
    """Return one change in words.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> amount = bundled_product("instalment-loan").feature("amount")
    >>> step = Step(feature=amount, before=12579.0, after=4000.0, cost=0.5, currency="DEM")
    >>> step_text(step).en
    'Loan amount: 4,000 German marks instead of 12,579 German marks'
    """
    title, before, after = (
        step.feature.title,
        value_text(step.feature, step.before, step.currency),
        value_text(step.feature, step.after, step.currency),
    )
    return Text(
        en=f"{title.en}: {after.en} instead of {before.en}",
        ru=f"{title.ru}: «{after.ru}» вместо «{before.ru}»"
        if step.feature.codes
        else f"{title.ru}: {after.ru} вместо {before.ru}",
    )
