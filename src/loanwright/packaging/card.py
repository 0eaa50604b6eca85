"""The model card: what a model is for, what it knows, how well, and where it ends."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from loanwright.features.product import Product

FAMILY_WORDS: Final[Mapping[str, str]] = {
    "scorecard": "a points scorecard: each answer adds a fixed number of points, which can be "
    "read in `scorecard.json`",
    "logistic": "a logistic regression: a sum of one term for each feature, which can be read in "
    "`additive.json`",
    "additive": "an additive model: a curve for each feature and a few surfaces of two, which can "
    "be read in `additive.json`",
    "lightgbm": "gradient-boosted trees (LightGBM) that may not contradict the directions the "
    "product file states; they can be read in `model.txt`",
    "xgboost": "gradient-boosted trees (XGBoost) that may not contradict the directions the "
    "product file states; they can be read in `trees.json`",
    "catboost": "gradient-boosted trees (CatBoost) that may not contradict the directions the "
    "product file states; they can be read in `trees.json`",
    "forest": "a random forest whose trees may not contradict the directions the product file "
    "states; they can be read in `trees.json`",
    "blend": "a weighted sum of several models, which can be read in `blend.json`",
    "neural": "a neural network (TabTransformer); its numbers are in `neural.json` and no person "
    "can read them, so its reasons are sampled and state their error",
}

_FIGURES: Final = (
    ("auc", "AUC (how often a defaulter is ranked as riskier than a payer)"),
    ("gini", "Gini"),
    ("ks", "KS"),
    ("pr_auc", "Area under precision and recall"),
    ("brier", "Brier score (lower is better)"),
    ("calibration_slope", "Calibration slope (1 is right)"),
    ("calibration_intercept", "Calibration intercept (0 is right)"),
)


def model_card(product: Product, manifest: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    """Return the model card as Markdown, in plain words, from facts alone.

    Parameters
    ----------
    product
        The dictionary.
    manifest
        The facts of the manifest.
    report
        The validation report.
    """
    parts = (
        _purpose(product, manifest),
        _data(manifest, report),
        _features(product, manifest["segment"]),
        _protected(product, manifest["segment"], report),
        _figures(report),
        _comparison(report),
        _limits(report),
        _findings(report),
        _reproduction(manifest),
    )
    return "\n".join(line for part in parts for line in (*part, "")).rstrip() + "\n"


def _purpose(product: Product, manifest: Mapping[str, Any]) -> Iterator[str]:
    segment = product.segment(manifest["segment"])
    family = manifest["family"]
    words = FAMILY_WORDS.get(family) or f"of the family {family}"
    yield f"# {product.title.en}: {segment.title.en}, {family}"
    yield ""
    yield (
        f"This model states how probable it is that an applicant of the segment "
        f"“{segment.title.en}” of the product “{product.title.en}” will default. It is "
        f"{words}. It is meant for deciding applications of this product "
        "together with the lender's policy, and for nothing else. It does not decide alone: "
        "cutoffs and rules belong to the policy."
    )


def _data(manifest: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[str]:
    sample, judged = manifest["sample"], report["judged"]
    yield "## Data"
    yield ""
    corrected = (
        "The model was fitted on the development sample; its probabilities were corrected by what "
        "models of the same kind said about rows that folds held out of it"
        if "calibrated_on" in manifest
        else "The model was fitted on the development sample, its probabilities were corrected on "
        "the calibration sample"
    )
    yield (
        f"Trained on {sample['rows']} rows of which {sample['defaults']} defaulted. The rows of "
        f"one person are kept together. {corrected}, and the {judged} sample was touched by "
        "neither: the figures below are measured there."
    )
    yield ""
    yield "| sample | rows | defaults | default rate |"
    yield "|---|---:|---:|---:|"
    for name, measured in report["samples"].items():
        yield f"| {name} | {measured['rows']} | {measured['defaults']} | {_rate(measured)} |"


def _rate(measured: Mapping[str, Any]) -> str:
    return f"{100 * measured['default_rate']:.2f} %"


def _features(product: Product, segment: str) -> Iterator[str]:
    yield "## What it looks at"
    yield ""
    for feature in product.model_features(segment):
        effect = {-1: "; more is safer", 0: "", 1: "; more is riskier"}[feature.direction.risk]
        yield f"- {feature.title.en} (`{feature.name}`, from {feature.source}{effect})"


def _protected(product: Product, segment: str, report: Mapping[str, Any]) -> Iterator[str]:
    used = {feature.name for feature in product.model_features(segment)}
    excluded = [f for f in product.features.values() if f.protected and f.name not in used]
    included = [f for f in product.features.values() if f.protected and f.name in used]
    yield "## What it must not look at"
    yield ""
    for feature in excluded:
        yield f"- {feature.title.en} (`{feature.name}`): protected, kept out of the model"
    for feature in included:
        yield f"- {feature.title.en} (`{feature.name}`): protected, in use on a stated legal ground"
    if not excluded and not included:
        yield "The product file names no protected feature."
    for use in product.protected_allowed:
        yield f"- Legal ground for `{use.feature}` ({', '.join(use.uses)}): {use.why.en}"
    yield from _group_table(report["protected_groups"])


def _group_table(features: list[dict[str, Any]]) -> Iterator[str]:
    if not features:
        return
    yield ""
    yield "| group | rows | default rate | mean stated probability | AUC |"
    yield "|---|---:|---:|---:|---:|"
    for feature in features:
        for group in feature["groups"]:
            ranked = "too few" if group["auc"] is None else _interval(group["auc"])
            yield (
                f"| {feature['title']['en']}: {group['title']['en']} | {group['rows']} | "
                f"{_interval(group['default_rate'])} | {group['mean_probability']:.3f} | {ranked} |"
            )


def _figures(report: Mapping[str, Any]) -> Iterator[str]:
    measured = report["samples"][report["judged"]]
    yield "## How good it is"
    yield ""
    yield f"On the {report['judged']} sample, with 95 % intervals:"
    yield ""
    yield "| figure | value |"
    yield "|---|---:|"
    for name, title in _FIGURES:
        found = measured[name]
        yield f"| {title} | {'cannot be computed' if found is None else _interval(found)} |"


def _interval(estimate: Mapping[str, Any]) -> str:
    return f"{estimate['value']:.3f} ({estimate['lower']:.3f} to {estimate['upper']:.3f})"


def _comparison(report: Mapping[str, Any]) -> Iterator[str]:
    compared = report.get("comparison")
    if not compared:
        return
    yield "## Beside other families"
    yield ""
    yield f"{compared['rule']} On {compared['rows']} rows that {compared['folds']} folds held out:"
    yield ""
    yield f"| family | {compared['metric']} | behind the best | p-value | within the noise |"
    yield "|---|---:|---:|---:|---|"
    for one in compared["families"]:
        name = f"**{one['family']}**" if one["chosen"] else one["family"]
        noise = "yes" if one["within_noise"] else "no"
        yield (
            f"| {name} | {one['mean']:.4f} ± {one['spread']:.4f} | {one['behind']:.4f} | "
            f"{one['p_value']:.3f} | {noise} |"
        )
    for one in compared["skipped"]:
        yield ""
        yield f"Not compared: {one['family']}: {one['why']} {one['remedy']}"


def _limits(report: Mapping[str, Any]) -> Iterator[str]:
    yield "## Where it ends"
    yield ""
    yield (
        "- It knows only applicants like those of the sample. Where the sample holds none who were "
        "refused, it has not seen how they would have paid."
    )
    yield "- It assumes that tomorrow's applicants resemble those of the sample: watch the drift."
    yield "- Its reasons say what weighed in the score, not what causes default."
    for check in report["checks"]:
        if check["result"] != "ok":
            yield f"- Needs attention: {check['demand']['en']} Found: {check['value']}."


def _findings(report: Mapping[str, Any]) -> Iterator[str]:
    full = report.get("full")
    if not full:
        return
    counts = full["counts"]
    yield "## What validation found"
    yield ""
    yield (
        f"{sum(counts.values())} figures in sixteen chapters: {counts['ok']} ok, "
        f"{counts['attention']} asking for attention, {counts['breach']} in breach, "
        f"{counts['not_available']} without data. All of them are in `report.html`."
    )
    if full["findings"]:
        yield ""
    for one in full["findings"]:
        yield f"- {one['severity']}: {one['title']['en']}. Demanded: {one['threshold']['en']}."


def _reproduction(manifest: Mapping[str, Any]) -> Iterator[str]:
    versions = ", ".join(f"{name} {found}" for name, found in manifest["library_versions"].items())
    yield "## How to make it again"
    yield ""
    yield (
        f"`loanwright train` with this `product.toml`, seed {manifest['seed']} and the sample "
        f"whose SHA-256 is `{manifest['sample']['hash']}` gives the same bytes with {versions}."
    )
