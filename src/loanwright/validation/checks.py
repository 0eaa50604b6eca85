"""Checks: each with its number, its threshold and a sentence in English and Russian."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from types import MappingProxyType
from typing import Any

from loanwright.metrics.distributions import beta_cdf

LEAST_DEFAULTS = 100
SLOPE_RANGE = (0.93, 1.07)
MOST_SHIFT = 0.1
MOST_MISSED_BINS = 2
SIGNIFICANCE = 0.05
LEAK_AUC = 0.85
MOST_IN_ONE_GRADE = 0.5
_ONE_SIDED = 1.645
#: Where a number cannot be computed: the check asks for attention.
_NONE = "—"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What one check of a report found.

    Attributes
    ----------
    code
        Stable name of the check.
    ok
        Whether the number keeps to the threshold; otherwise it asks for attention.
    value
        The number, or the names, in words.
    """

    code: str
    ok: bool
    value: str

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values with the check's sentences."""
        return {
            "code": self.code,
            "result": "ok" if self.ok else "attention",
            "value": self.value,
            "demand": dict(DEMANDS[self.code]),
        }


DEMANDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "enough_defaults": {
            "en": f"The judged sample holds at least {LEAST_DEFAULTS} defaults; with fewer than "
            f"{LEAST_DEFAULTS} bads every number below is rough.",
            "ru": f"В проверочной выборке не меньше {LEAST_DEFAULTS} дефолтов; если их меньше "
            f"{LEAST_DEFAULTS}, все числа ниже приблизительны.",
        },
        "discrimination": {
            "en": "The whole interval of the AUC lies above 0.5.",
            "ru": "Весь интервал AUC лежит выше 0,5.",
        },
        "steadiness": {
            "en": "The AUC of the judged sample is not lower than that of the calibration sample "
            "by more than chance explains (one-sided, 5%).",
            "ru": "AUC проверочной выборки не ниже AUC калибровочной больше, чем можно объяснить "
            "случаем (односторонний критерий, 5 %).",
        },
        "calibration_slope": {
            "en": f"The slope of calibration is {SLOPE_RANGE[0]} to {SLOPE_RANGE[1]}, or its "
            "interval holds 1.",
            "ru": f"Наклон калибровки от {SLOPE_RANGE[0]} до {SLOPE_RANGE[1]}, или его интервал "
            "содержит 1.",
        },
        "calibration_in_the_large": {
            "en": f"Calibration in the large is within ±{MOST_SHIFT}, or its interval holds 0: "
            "default is as frequent as stated.",
            "ru": f"Общий сдвиг калибровки в пределах ±{MOST_SHIFT}, или его интервал содержит "
            "0: дефолты случаются так часто, как заявлено.",
        },
        "reliability": {
            "en": f"At most {MOST_MISSED_BINS} groups of the reliability table have a stated "
            "probability outside the interval of the observed rate.",
            "ru": f"Не больше чем в {MOST_MISSED_BINS} группах таблицы надёжности заявленная "
            "вероятность лежит вне интервала наблюдаемой доли.",
        },
        "grade_order": {
            "en": "No grade has a default rate significantly below that of a safer grade.",
            "ru": "Ни у одного класса доля дефолтов не ниже значимо, чем у более надёжного.",
        },
        "grade_probability": {
            "en": "No grade defaults significantly more than stated (Jeffreys test, "
            f"{SIGNIFICANCE:.0%} over all grades).",
            "ru": "Ни в одном классе дефолтов не больше значимо, чем заявлено (критерий "
            f"Джеффриса, {SIGNIFICANCE:.0%} на все классы).",
        },
        "concentration": {
            "en": f"No grade holds more than {MOST_IN_ONE_GRADE:.0%} of applicants.",
            "ru": f"Ни один класс не содержит больше {MOST_IN_ONE_GRADE:.0%} заявителей.",
        },
        "stability": {
            "en": "The PSI of scores, calibration against judged sample, is below its critical "
            "value at these sizes.",
            "ru": "PSI баллов между калибровочной и проверочной выборками ниже критического "
            "значения при таких размерах.",
        },
        "leaks": {
            "en": f"No feature alone reaches an AUC above {LEAK_AUC}.",
            "ru": f"Ни один признак сам по себе не даёт AUC выше {LEAK_AUC}.",
        },
    }
)


def run_checks(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what each check found in a report, in a fixed order."""
    checks: tuple[Callable[[Mapping[str, Any]], Check | None], ...] = (
        _enough_defaults,
        _discrimination,
        _steadiness,
        _slope,
        _in_the_large,
        _reliability,
        _grade_order,
        _grade_probability,
        _concentration,
        _stability,
        _leaks,
    )
    found = (check(report) for check in checks)
    return [one.to_mapping() for one in found if one is not None]


def _judged(report: Mapping[str, Any]) -> Mapping[str, Any]:
    return report["samples"][report["judged"]]


def _written(estimate: Mapping[str, Any], digits: int = 3) -> str:
    value, lower, upper = (f"{estimate[key]:.{digits}f}" for key in ("value", "lower", "upper"))
    return f"{value} [{lower}, {upper}]"


def _enough_defaults(report: Mapping[str, Any]) -> Check:
    defaults = _judged(report)["defaults"]
    return Check(code="enough_defaults", ok=defaults >= LEAST_DEFAULTS, value=str(defaults))


def _discrimination(report: Mapping[str, Any]) -> Check:
    area = _judged(report)["auc"]
    return Check(code="discrimination", ok=area["lower"] > 0.5, value=_written(area))


def _steadiness(report: Mapping[str, Any]) -> Check | None:
    if "calibration" not in report["samples"]:
        return None
    before, after = report["samples"]["calibration"]["auc"], _judged(report)["auc"]
    error = hypot(*((area["upper"] - area["lower"]) / (2 * 1.96) for area in (before, after)))
    fall = before["value"] - after["value"]
    return Check(code="steadiness", ok=fall <= _ONE_SIDED * error, value=f"{-fall:+.4f}")


def _slope(report: Mapping[str, Any]) -> Check:
    slope = _judged(report)["calibration_slope"]
    if slope is None:
        return Check(code="calibration_slope", ok=False, value=_NONE)
    near = SLOPE_RANGE[0] <= slope["value"] <= SLOPE_RANGE[1]
    ok = near or slope["lower"] <= 1 <= slope["upper"]
    return Check(code="calibration_slope", ok=ok, value=_written(slope))


def _in_the_large(report: Mapping[str, Any]) -> Check:
    shift = _judged(report)["calibration_in_the_large"]
    if shift is None:
        return Check(code="calibration_in_the_large", ok=False, value=_NONE)
    ok = abs(shift["value"]) <= MOST_SHIFT or shift["lower"] <= 0 <= shift["upper"]
    return Check(code="calibration_in_the_large", ok=ok, value=_written(shift))


def _reliability(report: Mapping[str, Any]) -> Check:
    rows = _judged(report)["reliability"]
    missed = sum(not _holds(row["default_rate"], row["mean_probability"]) for row in rows)
    return Check(code="reliability", ok=missed <= MOST_MISSED_BINS, value=f"{missed} / {len(rows)}")


def _holds(estimate: Mapping[str, Any], number: float) -> bool:
    return bool(estimate["lower"] <= number <= estimate["upper"])


def _used(report: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [grade for grade in report["grades"] if grade["count"]]


def _grade_order(report: Mapping[str, Any]) -> Check:
    wrong = []
    highest = 0.0
    for grade in _used(report):
        if grade["default_rate"]["upper"] < highest:
            wrong.append(grade["name"])
        highest = max(highest, grade["default_rate"]["lower"])
    return Check(code="grade_order", ok=not wrong, value=", ".join(wrong) or "—")


def _grade_probability(report: Mapping[str, Any]) -> Check:
    used = _used(report)
    low = [grade["name"] for grade in used if _p_value(grade) < SIGNIFICANCE / len(used)]
    return Check(code="grade_probability", ok=not low, value=", ".join(low) or "—")


def _p_value(grade: Mapping[str, Any]) -> float:
    """Return how likely the true rate is at or below the stated one, seen the defaults."""
    good = grade["count"] - grade["defaults"]
    return beta_cdf(grade["mean_probability"], grade["defaults"] + 0.5, good + 0.5)


def _concentration(report: Mapping[str, Any]) -> Check:
    grade = max(report["grades"], key=lambda one: one["share"])
    value = f"{grade['name']}: {grade['share']:.1%}"
    return Check(code="concentration", ok=grade["share"] <= MOST_IN_ONE_GRADE, value=value)


def _stability(report: Mapping[str, Any]) -> Check | None:
    found = report["stability"]
    if found is None:
        return None
    value = f"{found['psi']['value']:.4f} / {found['critical']:.4f}"
    return Check(code="stability", ok=not found["shifted"], value=value)


def _leaks(report: Mapping[str, Any]) -> Check:
    suspects = [one["name"] for one in report["features"] if one["single_auc"]["value"] > LEAK_AUC]
    return Check(code="leaks", ok=not suspects, value=", ".join(suspects) or "—")
