"""The full report: sixteen chapters over one body of evidence, as plain values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from loanwright.validation.chapters.benchmarks import benchmarks_chapter
from loanwright.validation.chapters.calibration import calibration_chapter
from loanwright.validation.chapters.data import data_chapter
from loanwright.validation.chapters.discrimination import discrimination_chapter
from loanwright.validation.chapters.explainability import explainability_chapter
from loanwright.validation.chapters.fairness import fairness_chapter
from loanwright.validation.chapters.grades import grades_chapter
from loanwright.validation.chapters.identity import identity_chapter
from loanwright.validation.chapters.implementation import implementation_chapter
from loanwright.validation.chapters.inputs import inputs_chapter
from loanwright.validation.chapters.monitoring import find_findings, monitoring_chapter
from loanwright.validation.chapters.overrides import overrides_chapter
from loanwright.validation.chapters.profit import profit_chapter
from loanwright.validation.chapters.rejection import rejection_chapter
from loanwright.validation.chapters.sensitivity import sensitivity_chapter
from loanwright.validation.chapters.stability import stability_chapter
from loanwright.validation.evidence import Evidence
from loanwright.validation.values import RESULTS, Chapter

SCHEMA: Final = 2

#: In their order; the last one is made from what these found.
CHAPTERS: Final[tuple[Callable[[Evidence], Chapter], ...]] = (
    identity_chapter,
    data_chapter,
    inputs_chapter,
    discrimination_chapter,
    calibration_chapter,
    grades_chapter,
    stability_chapter,
    profit_chapter,
    benchmarks_chapter,
    sensitivity_chapter,
    explainability_chapter,
    fairness_chapter,
    rejection_chapter,
    overrides_chapter,
    implementation_chapter,
)

Progress = Callable[[str, float], None]


def assemble_report(
    evidence: Evidence,
    *,
    progress: Progress | None = None,
    chapters: Sequence[Callable[[Evidence], Chapter]] = CHAPTERS,
) -> dict[str, Any]:
    """Return the sixteen chapters and their findings as plain values, ready to be JSON.

    Parameters
    ----------
    evidence
        Model, samples, and what lies beside them.
    progress
        Called with the name of each chapter and the share that is done.
    chapters
        Which chapters to write; the last one, of findings, is always there.

    Returns
    -------
    dict
        ``schema``, ``subject``, ``judged``, ``report_date``, ``counts`` of figures by result,
        ``chapters`` and ``findings``. The same evidence and library versions give the same bytes.
    """
    written: list[Chapter] = []
    for place, make in enumerate(chapters):
        if progress is not None:
            progress(make.__name__.removesuffix("_chapter"), place / (len(chapters) + 1))
        written.append(make(evidence))
    findings = find_findings(written, evidence.beside)
    written.append(monitoring_chapter(written, findings, evidence.beside))
    return {
        "schema": SCHEMA,
        "subject": _subject(evidence),
        "judged": evidence.judged_name,
        "report_date": evidence.beside.report_date,
        "counts": _counts(written),
        "chapters": [chapter.to_mapping() for chapter in written],
        "findings": findings,
    }


def _subject(evidence: Evidence) -> dict[str, Any]:
    product, segment = evidence.product, evidence.product.segment(evidence.segment)
    return {
        "product": product.name,
        "segment": segment.name,
        "family": evidence.model.family,
        "title": {
            language: f"{product.title.in_language(language)}: "
            f"{segment.title.in_language(language)}"
            for language in ("en", "ru")
        },
        "rows": len(evidence.judged),
        "defaults": int(evidence.bad[evidence.judged].sum()),
        "package": evidence.identity.get("package"),
    }


def _counts(chapters: list[Chapter]) -> Mapping[str, int]:
    results = [figure.result for chapter in chapters for figure in chapter.figures]
    return {result: results.count(result) for result in RESULTS}
