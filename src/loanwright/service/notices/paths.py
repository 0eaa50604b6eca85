"""What would have led to another outcome, in words; nothing where it cannot be proved."""

from typing import Any, Final

from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.features.text import Text
from loanwright.service.notices.values import value_in_words
from loanwright.service.registry.packages import Package

#: Long enough that the search ends by itself: the same decision gives the same paths.
SECONDS: Final = 10.0


def paths_in_words(
    package: Package, policy: Policy, record: dict[str, Any]
) -> tuple[Text, ...] | None:
    """Return the changes that would have led to an approval; None where that is not known."""
    from loanwright.explanation.paths import PathLimits
    from loanwright.packaging.package import ModelPackage
    from loanwright.packaging.paths import paths_to_approval

    if not isinstance(package, ModelPackage):
        return None
    found = paths_to_approval(package, policy, record, limits=PathLimits(seconds=SECONDS))
    if found.status == "proved_none":
        return ()
    if found.status != "found":
        return None
    return tuple(_in_words(package.product, path.steps) for path in found.paths)


def _in_words(product: Product, steps: Any) -> Text:
    told = [_step(product, one) for one in steps]
    return Text(en="; ".join(one.en for one in told), ru="; ".join(one.ru for one in told))


def _step(product: Product, step: Any) -> Text:
    title = step.feature.title
    after = value_in_words(step.feature, step.after, product.currency)
    before = value_in_words(step.feature, step.before, product.currency)
    return Text(
        en=f"{title.en}: {after.en} instead of {before.en}",
        ru=f"{title.ru}: {after.ru} вместо {before.ru}",
    )
