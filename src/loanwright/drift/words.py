"""The words of a drift report, in English and Russian."""

from collections.abc import Mapping
from typing import Final

from loanwright.errors import Rejected


class DriftLanguageUnknown(Rejected):
    """A drift report has no words in {language}; it has them in en and ru."""


#: The name of a reference that a package holds.
DEVELOPMENT: Final = "development sample"

_EN: Final = {
    "title": "Drift",
    "reference": "Reference",
    "development": "Development sample",
    "chunk": "Chunk",
    "rows": "Rows",
    "assessed": "Assessed",
    "drifted": "Drift; alerts: {count}",
    "calm": "No drift beyond chance",
    "summary": "Samples",
    "alerts": "Alerts",
    "no_alerts": "No feature has moved more than chance allows and far enough to matter.",
    "ranked": "Features, by what their drift did: {chunk}",
    "ranked_lead": "The first moved the probability of default and approvals most. An index "
    "is shown beside the value that chance alone exceeds once in twenty at these sizes.",
    "feature": "Feature",
    "method": "Method",
    "value": "Value",
    "critical": "Critical",
    "p_value": "P-value (Holm)",
    "on_pd": "Effect on PD",
    "on_approvals": "Effect on approvals",
    "contribution": "Contribution",
    "mean": "Mean",
    "missing": "Missing",
    "pd": "Mean PD",
    "approval_rate": "Approvals",
    "state": "State",
    "alert": "alert",
    "quiet": "quiet",
    "over_time": "Index over the chunks",
    "over_time_text": "PSI of the score and of the features that moved most, chunk by chunk.",
    "shares": "Share of rows",
    "bin": "Bin",
    "bins_of": "{feature}: reference and {chunk}",
    "bins_text": "Share of the rows in each bin, in the reference and in the chunk.",
    "as_table": "Show as a table",
    "more": "{count} more features are in the JSON document.",
    "threshold": "An alert needs a p-value below {significance} after Holm over all {tests} tests "
    "of the chunk, and at least the least size that matters: {least}.",
    "simulated": "simulated",
    "psi": "PSI",
    "ks": "KS",
    "jensen_shannon": "Jensen–Shannon",
    "wasserstein": "Wasserstein",
    "missing_method": "missing values",
    "new_categories": "new categories",
    "score": "Score",
}
_RU: Final = {
    "title": "Сдвиг данных",
    "reference": "Эталон",
    "development": "Выборка разработки",
    "chunk": "Порция",
    "rows": "Строк",
    "assessed": "Оценено",
    "drifted": "Есть сдвиг; предупреждений: {count}",
    "calm": "Сдвига сверх случайности нет",
    "summary": "Выборки",
    "alerts": "Предупреждения",
    "no_alerts": "Ни один признак не сдвинулся сильнее, чем допускает случай, и настолько, "
    "чтобы это было важно.",
    "ranked": "Признаки по последствиям их сдвига: {chunk}",
    "ranked_lead": "Первый сильнее всех изменил вероятность дефолта и одобрения. Рядом с индексом "
    "стоит значение, которое при таких размерах один лишь случай превышает раз из двадцати.",
    "feature": "Признак",
    "method": "Метод",
    "value": "Значение",
    "critical": "Критическое",
    "p_value": "P-значение (Холм)",
    "on_pd": "Влияние на PD",
    "on_approvals": "Влияние на одобрения",
    "contribution": "Вклад",
    "mean": "Среднее",
    "missing": "Пропуски",
    "pd": "Средняя PD",
    "approval_rate": "Одобрения",
    "state": "Состояние",
    "alert": "предупреждение",
    "quiet": "спокойно",
    "over_time": "Индекс по порциям",
    "over_time_text": "PSI балла и самых сдвинувшихся признаков, порция за порцией.",
    "shares": "Доля строк",
    "bin": "Интервал",
    "bins_of": "{feature}: эталон и {chunk}",
    "bins_text": "Доля строк в каждом интервале: в эталоне и в порции.",
    "as_table": "Показать таблицей",
    "more": "Ещё {count} признаков — в документе JSON.",
    "threshold": "Предупреждение требует P-значения ниже {significance} после поправки Холма на "
    "все {tests} проверок порции и величины не меньше той, что имеет значение: {least}.",
    "simulated": "розыгрыш",
    "psi": "PSI",
    "ks": "KS",
    "jensen_shannon": "Дженсен — Шеннон",
    "wasserstein": "Вассерштейн",
    "missing_method": "пропуски",
    "new_categories": "новые категории",
    "score": "Балл",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {"en": _EN, "ru": _RU}


def words_in(language: str) -> Mapping[str, str]:
    """Return the words of a language, or raise `DriftLanguageUnknown`."""
    if language not in WORDS:
        raise DriftLanguageUnknown(language=language)
    return WORDS[language]


def sample_name(name: str, word: Mapping[str, str]) -> str:
    """Return what to call a sample: a model's own has a name in every language."""
    return word["development"] if name == DEVELOPMENT else name


def method_name(method: str, word: Mapping[str, str]) -> str:
    """Return what to call a method.

    Examples
    --------
    >>> method_name("missing", WORDS["en"])
    'missing values'
    """
    return word["missing_method"] if method == "missing" else word[method]
