"""What balancing the classes would have done to the probabilities: a warning with numbers."""

from collections.abc import Sequence

from loanwright.errors import LoanwrightError
from loanwright.validation.evidence import Evidence
from loanwright.validation.imbalance import MOST_ROWS, Balancing, imbalance_study
from loanwright.validation.judging import headings
from loanwright.validation.values import Table, said

_TREATMENTS = {
    "none": said("as they are", "как есть"),
    "class weights": said("class weights", "веса классов"),
    "SMOTE": said("SMOTE"),
    "under-sampling": said("under-sampling", "прореживание"),
}
_FAMILIES = ("scorecard", "lightgbm")


def balancing_tables(evidence: Evidence) -> tuple[Table, ...]:
    """Return what four treatments of the classes do; nothing without development rows."""
    if "development" not in evidence.samples:
        return ()
    family = evidence.model.family if evidence.model.family in _FAMILIES else "lightgbm"
    try:
        found = imbalance_study(
            evidence.matrix,
            evidence.bad,
            columns=evidence.specs,
            judged=evidence.judged,
            family=family,
            seed=evidence.seed,
        )
    except (ImportError, LoanwrightError):
        # The table is a warning; a sample on which it cannot be made needs none.
        return ()
    return (_table(found, family),)


def _table(found: Sequence[Balancing], family: str) -> Table:
    return Table(
        name="balancing",
        title=said(
            f"What balancing the classes would do ({family}, at most {MOST_ROWS} rows)",
            f"Что дало бы выравнивание классов ({family}, не более {MOST_ROWS} строк)",
        ),
        columns=headings(
            ("Classes", "Классы", "words"),
            ("AUC", "AUC", "number"),
            ("Slope (1 is right)", "Наклон (верно 1)", "number"),
            ("In the large (0 is right)", "Общий сдвиг (верно 0)", "number"),
            ("Mean stated", "Заявлено в среднем", "share"),
            ("Default rate", "Доля дефолтов", "share"),
            ("Calibration error", "Ошибка калибровки", "number"),
        ),
        rows=tuple(
            (
                _TREATMENTS.get(one.treatment, said(one.treatment)),
                one.auc,
                one.slope,
                one.in_the_large,
                one.mean_probability,
                one.default_rate,
                one.calibration_error,
            )
            for one in found
        ),
    )
