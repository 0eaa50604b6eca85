"""`loanwright fairness`: how a model and its cutoff treat protected groups."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.failures import fail
from loanwright.cli.validate import Rules

if TYPE_CHECKING:
    from loanwright.fairness.jurisdictions import Jurisdiction
    from loanwright.fairness.measures import GroupMeasures, Treatment
    from loanwright.packaging.package import ModelPackage
    from loanwright.sampling import Sample

app = typer.Typer()

PackageArgument = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="Directory of a model package.")
]
SampleArgument = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, help="CSV or parquet with outcomes and protected features."
    ),
]
JurisdictionOption = Annotated[
    Rules, typer.Option(help="Whose rules apply: us-federal, us-state, eu, ru or off.")
]
AlternativesOption = Annotated[
    bool,
    typer.Option("--alternatives", help="Search for less discriminatory alternatives, too."),
]
SecondsOption = Annotated[float, typer.Option(help="How long a search may take.", min=0)]
AsJsonOption = Annotated[Path | None, typer.Option("--json", help="Write all values.")]


@app.command()
def fairness(
    package: PackageArgument,
    sample: SampleArgument,
    jurisdiction: JurisdictionOption = "off",
    alternatives: AlternativesOption = False,
    seconds: SecondsOption = 60.0,
    as_json: AsJsonOption = None,
) -> None:
    """Measure approvals, errors and calibration by protected group, apart from the model.

    Rows that the model has not learned from are measured; the cutoff is that of the starter
    policy.
    """
    from loanwright.fairness.jurisdictions import find_jurisdiction
    from loanwright.packaging.package import ModelPackage

    rules = find_jurisdiction(jurisdiction)
    if as_json is not None and as_json.exists():
        raise fail(f"{as_json} is there already; name another file.")
    say(f"{rules.title['en']}, as of {rules.as_of}")
    say(rules.note["en"])
    if not rules.measured:
        remark("Nothing is measured by group; choose with --jurisdiction.")
        return
    known, read = _opened(ModelPackage.load(package), sample)
    found = {
        feature: _show_groups(feature, measured, rules)
        for feature, measured in _measured(known, read, rules)
    }
    searched = dict(_searched(known, read, seconds)) if alternatives else {}
    if not found:
        say("The sample holds no protected feature.")
    if as_json is not None:
        _write(as_json, {"jurisdiction": rules.name, "groups": found, "alternatives": searched})


def _opened(package: "ModelPackage", path: Path) -> "tuple[ModelPackage, Sample]":
    from loanwright.cli.tables import read_table
    from loanwright.sampling import read_sample

    return package, read_sample(package.product, read_table(path, quiet=True))


def _measured(
    package: "ModelPackage", sample: "Sample", rules: "Jurisdiction"
) -> "Iterator[tuple[str, tuple[GroupMeasures, ...]]]":
    from loanwright.fairness.groups import groups_of
    from loanwright.fairness.measures import group_measures
    from loanwright.validating import find_samples

    samples = find_samples(package.manifest, sample)
    rows = samples[list(samples)[-1]]
    treatment = _treatment(package, sample, rows)
    for feature in package.product.features.values():
        if feature.protected and not feature.derived and feature.name in sample.columns:
            column = sample.columns[feature.name][rows]
            groups = groups_of(feature, column, cuts=rules.cuts.get(feature.name, ()))
            yield feature.name, group_measures(groups, treatment)


def _treatment(package: "ModelPackage", sample: "Sample", rows: Any) -> "Treatment":
    from loanwright.decisioning.policy import Policy
    from loanwright.fairness.measures import Treatment
    from loanwright.features.columns import matrix_from_columns

    matrix = matrix_from_columns(package.product, package.segment, sample.columns)[rows]
    assessor = package.assessor
    calibrated = assessor.calibration.apply(assessor.runtime.log_odds(matrix))
    score = assessor.scale.score(calibrated)
    cutoffs = Policy.from_mapping(package.product.policy).cutoffs[package.segment]
    return Treatment(
        approved=score >= cutoffs.approve_from,
        score=score,
        probability=assessor.scale.probability(calibrated),
        default=sample.default[rows],
    )


def _show_groups(
    feature: str, measured: "tuple[GroupMeasures, ...]", rules: "Jurisdiction"
) -> dict[str, Any]:
    from loanwright.fairness.jurisdictions import screen

    shown = [name for name in rules.measured if any(name in one.measures for one in measured)]
    say()
    say(f"{feature}: compared with {_reference(measured)}")
    show_table(
        ("measure", *(one.title["en"] for one in measured)),
        [
            ("rows", *(str(one.rows) for one in measured)),
            *((name.replace("_", " "), *(_cell(one, name) for one in measured)) for name in shown),
            ("p, exact, after Holm", *(_p_value(one) for one in measured)),
        ],
    )
    screened = screen(measured, rules)
    for one in screened:
        if one.result == "attention":
            say(
                f"Attention: {one.group['en']}, {one.measure.replace('_', ' ')} {one.value}, "
                f"screen {one.at_least:g}. {one.note['en']}"
            )
    return {
        "groups": [one.to_mapping() for one in measured],
        "screens": [one.to_mapping() for one in screened],
    }


def _reference(measured: "tuple[GroupMeasures, ...]") -> str:
    return next((one.title["en"] for one in measured if one.reference), "no group")


def _cell(group: "GroupMeasures", name: str) -> str:
    found = group.measures.get(name)
    if found is None:
        return "-"
    return f"{found.value:.3f} [{found.lower:.3f}, {found.upper:.3f}]"


def _p_value(group: "GroupMeasures") -> str:
    if group.p_adjusted is None:
        return "-"
    return "< 0.0001" if group.p_adjusted < 1e-4 else f"{group.p_adjusted:.4f}"


def _searched(
    package: "ModelPackage", sample: "Sample", seconds: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    import numpy as np

    from loanwright.fairness.alternatives import Applicants, SearchPlan, search_alternatives
    from loanwright.features.columns import column_specs, matrix_from_columns

    rate = float(_treatment(package, sample, np.arange(len(sample.default))).approved.mean())
    matrix = matrix_from_columns(package.product, package.segment, sample.columns)
    for feature in package.product.features.values():
        if not feature.protected or not feature.codes or feature.name not in sample.columns:
            continue
        applicants = Applicants(
            matrix=matrix,
            columns=column_specs(package.product, package.segment),
            default=sample.default,
            groups=np.nan_to_num(sample.columns[feature.name], nan=-1).astype(np.int64),
            people=sample.applicant,
            date=sample.date,
        )
        plan = SearchPlan(
            family=package.family, approval_rate=min(max(rate, 0.05), 0.95), seconds=seconds
        )
        found = search_alternatives(applicants, plan).to_mapping()
        _show_frontier(feature.name, found)
        yield feature.name, found


def _show_frontier(feature: str, found: Mapping[str, Any]) -> None:
    say()
    say(
        f"{feature}: {found['tried']} alternatives measured at an approval rate of "
        f"{found['approval_rate']:.0%}{'' if found['finished'] else ', until the time was up'}; "
        "figures of rows that the search never touched"
    )
    show_table(
        ("AUC", "against now", "ratio of approval rates", "what changes"),
        [
            (
                f"{one['auc']['value']:.4f}",
                "-" if one["auc_difference"] is None else f"{one['auc_difference']['value']:+.4f}",
                f"{one['ratio']['value']:.3f} [{one['ratio']['lower']:.3f}, "
                f"{one['ratio']['upper']:.3f}]",
                _change(one),
            )
            for one in found["frontier"]
        ],
    )


def _change(one: Mapping[str, Any]) -> str:
    if one["left_out"]:
        return f"without {', '.join(one['left_out'])}"
    weights = (f"{name} × {weight:g}" for name, weight in one["weights"].items())
    return ", ".join(weights) or "nothing: the model as it is"


def _write(path: Path, values: Mapping[str, Any]) -> None:
    from loanwright.packaging.write import json_bytes

    path.write_bytes(json_bytes(values))
    remark(f"Wrote {path}")
