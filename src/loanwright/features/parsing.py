"""A product file read as a whole, and the references between its tables checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from loanwright.features.account_tables import read_accounts, read_affordability
from loanwright.features.errors import ProductRefused
from loanwright.features.feature import Feature
from loanwright.features.feature_tables import read_features
from loanwright.features.policy_tables import read_policy, read_scale
from loanwright.features.product import Product, ProtectedUse, Sample, Segment, Use
from loanwright.features.reading import Reader

SEGMENTS: Final = ("new", "existing")
#: Families of models a segment may name as its first champion; ``best`` leaves it to the evidence.
FAMILIES: Final = (
    "best",
    "scorecard",
    "logistic",
    "additive",
    "lightgbm",
    "xgboost",
    "catboost",
    "forest",
    "neural",
    "blend",
)
LARGEST: Final = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    features: Mapping[str, Feature]
    segments: Mapping[str, Segment]
    allowed: tuple[ProtectedUse, ...]
    policy: Mapping[str, Any]


def read_product(text: str, digest: str) -> Product:
    """Read and check a product file; see ``parse_product``."""
    if len(text) > LARGEST:
        raise ProductRefused((f"the file is longer than {LARGEST} characters; split the product",))
    try:
        root = Reader(tomllib.loads(text), "", [])
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProductRefused((f"the file is not TOML: {error}; correct it there",)) from error
    product = _read_root(root, text, digest)
    if root.problems:
        raise ProductRefused(tuple(root.problems))
    return product


def _read_root(root: Reader, text: str, digest: str) -> Product:
    head = _table(root, "product")
    sample = _read_sample(_table(root, "sample"))
    segments = _read_segments(_table(root, "segments"))
    features = read_features(_table(root, "features"))
    scale = read_scale(_table(root, "scale"))
    policy = read_policy(_table(root, "policy"), tuple(segments), features)
    grades = tuple(str(grade["name"]) for grade in scale["grades"])
    product = Product(
        name=head.name("name"),
        title=head.text("title"),
        description=head.text("description") if head.has("description") else None,
        currency=_read_currency(head),
        lender=head.name("lender") if head.has("lender") else None,
        base=head.name("base") if head.has("base") else None,
        jurisdictions=head.strings("jurisdictions"),
        text=text,
        hash=digest,
        sample=sample,
        protected_allowed=_read_allowed(head),
        fairness_inputs=head.strings("fairness_inputs"),
        segments=segments,
        scale=scale,
        policy=policy,
        features=features,
        accounts=read_accounts(root.child("accounts"), features, grades),
        affordability=read_affordability(root.child("affordability"), features),
    )
    head.finish()
    root.finish()
    for key, problem in _disagreements(product):
        root.refuse(key, problem)
    return product


def _table(root: Reader, key: str) -> Reader:
    return root.child(key, required=True) or Reader({}, key, [])


def _read_currency(head: Reader) -> str:
    currency = head.string("currency")
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        head.refuse("currency", "must be a three-letter code such as EUR")
    return currency


def _read_allowed(head: Reader) -> tuple[ProtectedUse, ...]:
    allowed = []
    for item in head.children("protected_allowed"):
        uses = item.strings("uses", required=True)
        if not uses or not set(uses) <= {"model", "policy"}:
            item.refuse("uses", 'must name "model", "policy" or both')
        name, why = item.string("feature"), item.text("why")
        allowed.append(ProtectedUse(feature=name, uses=cast("tuple[Use, ...]", uses), why=why))
        item.finish()
    return tuple(allowed)


def _read_sample(table: Reader) -> Sample:
    sample = Sample(
        default=table.string("default"),
        bad=table.string("bad") if table.has("bad") else None,
        applicant=table.string("applicant") if table.has("applicant") else None,
        date=table.string("date") if table.has("date") else None,
    )
    table.finish()
    return sample


def _read_segments(tables: Reader) -> dict[str, Segment]:
    segments = {}
    for name in (name for name in SEGMENTS if tables.has(name)):
        table = tables.child(name) or Reader({}, name, tables.problems)
        segments[name] = Segment(
            name=name,
            title=table.text("title"),
            features=table.strings("features", required=True),
            champion=table.choice("champion", FAMILIES),
        )
        table.finish()
        if not segments[name].features:
            table.refuse("features", "is empty; name at least one model input")
    if not tables.has("new"):
        tables.refuse("new", "is missing; every product needs a model for new applicants")
    tables.finish()
    return segments


def _disagreements(product: Product) -> Iterator[tuple[str, str]]:
    for segment in product.segments.values():
        yield from _segment_problems(product, segment)
    for index, rule in enumerate(product.policy["rules"]):
        yield from _rule_problems(product, f"policy.rules[{index}]", rule)
    yield from _protected_problems(product)
    yield from _label_problems(product)


def _segment_problems(product: Product, segment: Segment) -> Iterator[tuple[str, str]]:
    key = f"segments.{segment.name}.features"
    allowed = {use.feature for use in product.protected_allowed if "model" in use.uses}
    for name in segment.features:
        feature = product.features.get(name)
        if feature is None:
            yield key, f"names {name[:60]}, which is not a feature; add [features.{name[:60]}]"
            continue
        if feature.protected and not _all_allowed(product, feature, allowed):
            yield (
                key,
                f"names {name}, which is protected or made of a protected feature; remove it, "
                "or state the legal ground in product.protected_allowed",
            )
        if segment.name == "new" and feature.source == "behaviour":
            yield key, f"names {name}, a behaviour the bank cannot know of a new applicant"
        if feature.reasons is None:
            yield f"features.{name}.reasons", "is missing; a model input must be explained"


def _all_allowed(product: Product, feature: Feature, allowed: set[str]) -> bool:
    raw = [product.features[name] for name in feature.depends_on]
    return all(item.name in allowed for item in raw if item.protected)


def _rule_problems(
    product: Product, key: str, rule: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    allowed = {use.feature for use in product.protected_allowed if "policy" in use.uses}
    segments = rule.get("segments", list(product.segments))
    for condition in rule["when"]:
        feature = product.features.get(condition["feature"])
        if feature is None:
            continue
        if feature.protected and not _all_allowed(product, feature, allowed):
            yield (
                key,
                f"decides by {feature.name}, which is protected; remove the rule, or state the "
                "legal ground in product.protected_allowed",
            )
        if feature.source == "behaviour" and "new" in segments:
            yield (
                key,
                f"decides by {feature.name}, which is unknown for new applicants; add "
                'segments = ["existing"]',
            )


def _protected_problems(product: Product) -> Iterator[tuple[str, str]]:
    named = [use.feature for use in product.protected_allowed]
    for key, names in (("protected_allowed", named), ("fairness_inputs", product.fairness_inputs)):
        for name in names:
            feature = product.features.get(name)
            if feature is None or feature.derived or not feature.protected:
                yield f"product.{key}", f"names {name[:60]}, which is not a raw protected feature"


def _label_problems(product: Product) -> Iterator[tuple[str, str]]:
    columns = [f.column for f in product.features.values() if not f.derived]
    for key in ("default", "applicant"):
        if getattr(product.sample, key) in columns:
            yield f"sample.{key}", "is a feature as well; a label or a name must not be one"
    if len(set(columns)) != len(columns):
        yield "features", "two features read the same column; give each its own"
