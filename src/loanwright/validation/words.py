"""The words of the report page, in English and Russian."""

from collections.abc import Mapping
from types import MappingProxyType

from loanwright.errors import NotFound


class LanguageUnknown(NotFound):
    """There is no report in the language {language}; known: {known}."""


_ENGLISH = {
    "title": "Validation report",
    "checks": "Checks",
    "check": "Check",
    "found": "Found",
    "result": "Result",
    "ok": "ok",
    "attention": "attention",
    "few_defaults": "Fewer than 100 bads",
    "samples": "Samples",
    "measures": "Measures",
    "measure": "Measure",
    "value": "Value",
    "fact": "Fact",
    "intervals": "Values with 95% intervals. The judged sample was seen neither by the model nor "
    "by its calibration.",
    "development": "development",
    "calibration": "calibration",
    "holdout": "holdout",
    "out_of_time": "out of time",
    "judged": "judged",
    "rows": "Rows",
    "defaults": "Defaults",
    "default_rate": "Default rate",
    "mean_probability": "Mean probability of default",
    "auc": "AUC",
    "gini": "Gini",
    "ks": "KS",
    "pr_auc": "PR-AUC",
    "brier": "Brier score",
    "brier_skill": "Brier skill",
    "log_loss": "Log loss",
    "calibration_slope": "Calibration slope",
    "calibration_intercept": "Calibration intercept",
    "calibration_in_the_large": "Calibration in the large",
    "expected_calibration_error": "Expected calibration error",
    "reliability": "Reliability",
    "reliability_description": "Observed default rate against stated probability, by tenths of "
    "the judged sample, with 95% intervals. Points on the diagonal are exactly right.",
    "stated": "Stated probability of default",
    "observed": "Observed default rate",
    "interval": "95% interval",
    "count": "Count",
    "grades": "Grades",
    "grade": "Grade",
    "score_from": "Score from",
    "share": "Share",
    "scores": "Scores",
    "score": "Score",
    "scores_description": "Applicants of the judged sample by score, those who defaulted in "
    "another colour. Higher scores are safer.",
    "applicants": "Applicants",
    "good": "paid",
    "bad": "defaulted",
    "roc": "ROC curve",
    "roc_description": "Share of defaults found against share of good applicants refused, for "
    "every cut-off of the judged sample.",
    "goods_refused": "Share of good applicants refused",
    "bads_found": "Share of defaults found",
    "stability": "Stability of scores",
    "psi": "PSI, calibration against judged sample",
    "critical": "Critical value at these sample sizes",
    "features": "Features",
    "feature": "Feature",
    "importance": "Importance",
    "information_value": "Information value",
    "single_auc": "AUC alone",
    "missing": "Missing",
    "direction": "Risk as it rises",
    "direction_1": "rises",
    "direction_-1": "falls",
    "direction_0": "free",
    "origin": "How it was made",
    "product": "Product",
    "segment": "Segment",
    "family": "Family",
    "seed": "Seed",
    "method": "Calibration method",
    "numbers": "The numbers behind this chart",
}

_RUSSIAN = {
    "title": "Отчёт о валидации",
    "checks": "Проверки",
    "check": "Проверка",
    "found": "Найдено",
    "result": "Итог",
    "ok": "в порядке",
    "attention": "внимание",
    "few_defaults": "Меньше 100 дефолтов",
    "samples": "Выборки",
    "measures": "Показатели",
    "measure": "Показатель",
    "value": "Значение",
    "fact": "Сведение",
    "intervals": "Значения с 95%-ми интервалами. Проверочную выборку не видели ни модель, ни её "
    "калибровка.",
    "development": "разработка",
    "calibration": "калибровка",
    "holdout": "отложенная",
    "out_of_time": "вне времени",
    "judged": "проверочная",
    "rows": "Строк",
    "defaults": "Дефолтов",
    "default_rate": "Доля дефолтов",
    "mean_probability": "Средняя вероятность дефолта",
    "auc": "AUC",
    "gini": "Джини",
    "ks": "KS",
    "pr_auc": "PR-AUC",
    "brier": "Оценка Брайера",
    "brier_skill": "Выигрыш по Брайеру",
    "log_loss": "Логарифмические потери",
    "calibration_slope": "Наклон калибровки",
    "calibration_intercept": "Сдвиг калибровки",
    "calibration_in_the_large": "Общий сдвиг калибровки",
    "expected_calibration_error": "Ожидаемая ошибка калибровки",
    "reliability": "Надёжность вероятностей",
    "reliability_description": "Наблюдаемая доля дефолтов против заявленной вероятности по "
    "десятым долям проверочной выборки, с 95%-ми интервалами. Точки на диагонали точны.",
    "stated": "Заявленная вероятность дефолта",
    "observed": "Наблюдаемая доля дефолтов",
    "interval": "95%-й интервал",
    "count": "Число",
    "grades": "Классы",
    "grade": "Класс",
    "score_from": "Балл от",
    "share": "Доля",
    "scores": "Баллы",
    "score": "Балл",
    "scores_description": "Заявители проверочной выборки по баллу; допустившие дефолт выделены "
    "другим цветом. Чем выше балл, тем надёжнее.",
    "applicants": "Заявители",
    "good": "вернули",
    "bad": "дефолт",
    "roc": "ROC-кривая",
    "roc_description": "Доля найденных дефолтов против доли отклонённых надёжных заявителей при "
    "каждом пороге на проверочной выборке.",
    "goods_refused": "Доля отклонённых надёжных заявителей",
    "bads_found": "Доля найденных дефолтов",
    "stability": "Устойчивость баллов",
    "psi": "PSI, калибровочная против проверочной выборки",
    "critical": "Критическое значение при таких размерах выборок",
    "features": "Признаки",
    "feature": "Признак",
    "importance": "Вклад в модель",
    "information_value": "Информационная ценность",
    "single_auc": "AUC в одиночку",
    "missing": "Пропуски",
    "direction": "Риск с ростом",
    "direction_1": "растёт",
    "direction_-1": "падает",
    "direction_0": "свободно",
    "origin": "Как получено",
    "product": "Продукт",
    "segment": "Сегмент",
    "family": "Семейство",
    "seed": "Зерно случайности",
    "method": "Метод калибровки",
    "numbers": "Числа за этим графиком",
}

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": _ENGLISH, "ru": _RUSSIAN})


def words(language: str) -> Mapping[str, str]:
    """Return the words of this language.

    Raises
    ------
    LanguageUnknown
        Where there are none.

    Examples
    --------
    >>> words("en")["title"]
    'Validation report'
    """
    if language not in WORDS:
        raise LanguageUnknown(language=language, known=", ".join(sorted(WORDS)))
    return WORDS[language]
