"""The words of the papers that are not the law's, and numbers and days as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from loanwright.decisioning.money import minor_units
from loanwright.errors import Rejected
from loanwright.features.text import LANGUAGES, Text

_ENGLISH = "January February March April May June July August September October November December"
_RUSSIAN = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
MONTHS: Final = {"en": tuple(_ENGLISH.split()), "ru": tuple(_RUSSIAN.split())}
WORDS: Final[Mapping[str, Text]] = {
    "notice": Text(en="Notice of a credit decision", ru="Уведомление о кредитном решении"),
    "data_pack": Text(
        en="What is kept of you, and how it was used", ru="Что о вас хранится и как использовано"
    ),
    "decision": Text(en="Decision", ru="Решение"),
    "decided_on": Text(en="Decided on", ru="Дата решения"),
    "product": Text(en="Product", ru="Продукт"),
    "outcome": Text(en="Outcome", ru="Результат"),
    "approve": Text(en="Approved", ru="Одобрено"),
    "counteroffer": Text(en="Other terms offered", ru="Предложены другие условия"),
    "refer": Text(en="A person looks at it", ru="Рассматривает сотрудник"),
    "decline": Text(en="Not approved", ru="Не одобрено"),
    "riskier": Text(en="spoke against", ru="против"),
    "safer": Text(en="spoke in favour", ru="в пользу"),
    "neither": Text(en="made no difference", ru="без влияния"),
    "law": Text(en="Written under the law of {day}", ru="Составлено по праву на {day}"),
    "data": Text(en="Your data in this decision", ru="Ваши данные в этом решении"),
    "datum": Text(en="What", ru="Сведение"),
    "value": Text(en="Value", ru="Значение"),
    "source": Text(en="From where", ru="Источник"),
    "since": Text(en="Known since", ru="Известно с"),
    "effect": Text(en="How it weighed", ru="Как повлияло"),
    "weight": Text(en="Weight", ru="Вес"),
    "logic": Text(en="How decisions are made", ru="Как принимаются решения"),
    "logic_text": Text(
        en="A statistical model compares each of your data with how people with such data have "
        "repaid before and adds up what speaks for and against repayment. The lender's written "
        "rules turn the sum and the facts of the application into an outcome. Where they say so, "
        "a person looks at it.",
        ru="Статистическая модель сопоставляет каждое ваше сведение с тем, как раньше возвращали "
        "кредиты люди с такими же данными, и складывает то, что говорит за возврат и против. "
        "Письменные правила кредитора превращают сумму и сведения заявки в решение. Где правила "
        "того требуют, решает сотрудник.",
    ),
    "weights_text": Text(
        en="Weights are on the scale of log-odds of default: above zero raises the estimated "
        "risk, below zero lowers it.",
        ru="Веса даны в логарифме шансов дефолта: больше нуля — оценка риска выше, меньше — ниже.",
    ),
    "reasons": Text(en="Reasons", ru="Причины"),
    "applications": Text(en="Decisions about you", ru="Решения о вас"),
    "no_decisions": Text(en="No decision was made about you.", ru="Решений о вас не принималось."),
    "contacts": Text(en="Who you are to us", ru="Кем мы вас знаем"),
    "seen": Text(en="Who used your data", ru="Кто обращался к вашим данным"),
    "seen_text": Text(
        en="Every change that concerned you, from the audit log; readings are not logged there.",
        ru="Все изменения, которые вас касались, по журналу аудита; чтение в него не пишется.",
    ),
    "written": Text(en="What our people wrote about you", ru="Что о вас писали сотрудники"),
    "written_note": Text(en="A note", ru="Заметка"),
    "written_returned": Text(en="Your review was put back", ru="Рассмотрение отложено"),
    "written_requested": Text(en="You were asked for", ru="У вас запросили"),
    "words": Text(en="In words", ru="Словами"),
    "when": Text(en="When", ru="Когда"),
    "who": Text(en="Who", ru="Кто"),
    "deed": Text(en="What was done", ru="Что сделано"),
    "times": Text(en="Times", ru="Раз"),
    "retention": Text(en="How long it is kept", ru="Сколько хранится"),
    "rule": Text(en="Rule", ru="Правило"),
    "until": Text(en="Until", ru="До"),
    "no_retention": Text(
        en="No rule obliges us to keep your data at present.",
        ru="Сейчас ни одно правило не обязывает нас хранить ваши данные.",
    ),
    "unknown_end": Text(en="no known end", ru="конец неизвестен"),
    "yourself": Text(en="you", ru="вы"),
    "person": Text(en="an employee", ru="сотрудник"),
    "machine": Text(en="a connected system", ru="подключённая система"),
    "system": Text(en="the lender's system", ru="система кредитора"),
    "basis_consent": Text(en="your written consent", ru="ваше письменное согласие"),
    "basis_law": Text(en="a federal law", ru="федеральный закон"),
    "by_machine": Text(en="The automated decision", ru="Автоматическое решение"),
    "stands": Text(en="The outcome that stands", ru="Действующий результат"),
    "look_referral": Text(en="Referred to a person", ru="Передано сотруднику"),
    "look_review": Text(en="A look by a person was asked for", ru="Запрошен пересмотр сотрудником"),
    "look_objection": Text(en="Objection", ru="Возражение"),
    "look_reasons": Text(en="Reasons were asked for", ru="Запрошены причины"),
    "look_open": Text(en="Not answered yet.", ru="Ответа ещё нет."),
    "look_withdrawn": Text(en="Withdrawn.", ru="Отозвано."),
    "you_wrote": Text(en="You wrote", ru="Вы написали"),
    "we_wrote": Text(en="We wrote to you", ru="Мы вам написали"),
    "answered_by": Text(en="Answered by", ru="Ответил"),
    "agreed_by": Text(en="A second person agreed", ru="Согласился второй сотрудник"),
    "underwriter": Text(en="an underwriter", ru="андеррайтер"),
    "manager": Text(en="a credit officer", ru="кредитный менеджер"),
    "analyst": Text(en="an analyst", ru="аналитик"),
    "admin": Text(en="an administrator", ru="администратор"),
    "not_given": Text(en="not given", ru="не указано"),
    "yes": Text(en="yes", ru="да"),
    "no": Text(en="no", ru="нет"),
    "questionnaire": Text(en="your answers", ru="ваши ответы"),
    "behaviour": Text(en="our own records", ru="наши записи"),
    "bureau": Text(en="a credit bureau", ru="кредитное бюро"),
    "derived": Text(en="computed from other data", ru="вычислено по другим данным"),
}


class LanguageUnknown(Rejected):
    """There are no notices in {language}; there are in {known}."""


def check_language(language: str) -> None:
    """Raise `LanguageUnknown` where there are no words in a language."""
    if language not in LANGUAGES:
        raise LanguageUnknown(language=language[:20], known=", ".join(LANGUAGES))


def word(name: str, language: str) -> str:
    """Return a word in a language.

    Examples
    --------
    >>> word("refer", "ru")
    'Рассматривает сотрудник'
    """
    return WORDS[name].in_language(language)


def day_in_words(day: date, language: str) -> str:
    """Return a day as people write it.

    Examples
    --------
    >>> day_in_words(date(2026, 11, 20), "en"), day_in_words(date(2026, 11, 20), "ru")
    ('20 November 2026', '20 ноября 2026 года')
    """
    end = " года" if language == "ru" else ""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}{end}"


def money_in_words(amount: int, currency: str, language: str) -> str:
    r"""Return an amount in minor units as people write it.

    Examples
    --------
    >>> money_in_words(123_456_789, "RUB", "en")
    '1,234,567.89 RUB'
    >>> money_in_words(123_456_700, "RUB", "ru")
    '1\xa0234\xa0567,00 RUB'
    """
    units = minor_units(currency)
    digits = len(str(units)) - 1
    whole, part = divmod(abs(amount), units)
    text = ("-" if amount < 0 else "") + f"{whole:,}" + (f".{part:0{digits}}" if digits else "")
    return f"{_in_habit(text, language)} {currency}"


def share_in_words(share: float, language: str, *, digits: int = 1) -> str:
    r"""Return a share as a percentage.

    Examples
    --------
    >>> share_in_words(0.537, "en"), share_in_words(0.12873, "ru", digits=3)
    ('53.7\xa0%', '12,873\xa0%')
    """
    return f"{_in_habit(f'{share * 100:.{digits}f}', language)}\N{NO-BREAK SPACE}%"


def number_in_words(number: float, language: str) -> str:
    """Return a number without needless digits.

    Examples
    --------
    >>> number_in_words(1234567.5, "en"), number_in_words(3.0, "ru")
    ('1,234,567.5', '3')
    """
    text = f"{number:,.6f}".rstrip("0").rstrip(".")
    return _in_habit(text, language)


def _in_habit(text: str, language: str) -> str:
    if language != "ru":
        return text
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
