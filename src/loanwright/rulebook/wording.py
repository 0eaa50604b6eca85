"""The sentences of findings and proofs, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from loanwright.features.text import Text

_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "rejected": ("{problem}.", "{problem}."),
    "segment_without_cutoffs": (
        "Nobody of the segment {segment} can be decided: it has no cut-offs.",
        "Никому из сегмента {segment} нельзя ответить: для него нет порогов.",
    ),
    "unknown_segment": (
        "There are cut-offs for {segment}, which is no segment of {product}.",
        "Есть пороги для {segment}, а такого сегмента у {product} нет.",
    ),
    "figure_never_known": (
        "The figure {name} is missing for everybody.",
        "Показателя {name} нет ни у кого.",
    ),
    "table_gap": (
        "No row of the table {name} holds, though nothing is missing.",
        "Не подходит ни одна строка таблицы {name}, хотя все данные есть.",
    ),
    "table_gap.value": (
        "The table {name} gives nothing to somebody of whom everything is known: a row asks for a "
        "number that there is not, as where something is divided by zero.",
        "Таблица {name} ничего не даёт человеку, о котором всё известно: строке нужно число, "
        "которого нет, например при делении на ноль.",
    ),
    "table_overlap": (
        "Rows {first} and {second} of the table {name} hold at once; one at most may.",
        "Строки {first} и {second} таблицы {name} подходят одновременно, а может только одна.",
    ),
    "row_never_holds": (
        "Row {row} of the table {name} can never hold.",
        "Строка {row} таблицы {name} не может подойти никогда.",
    ),
    "row_always_beaten": (
        "Row {row} of the table {name} never counts: wherever it holds, an earlier row holds "
        "or lacks a fact.",
        "Строка {row} таблицы {name} не действует никогда: где она подходит, раньше подходит "
        "другая или ей не хватает данных.",
    ),
    "rule_never_fires": (
        "{name} can never fire.",
        "{name} не может сработать никогда.",
    ),
    "rule_never_known": (
        "{name} always lacks a fact in the segment {segment}, so everybody there is referred.",
        "{name} в сегменте {segment} всегда не хватает данных, и все там идут на проверку.",
    ),
    "rule_always_fires": (
        "{name} fires for everybody in the segment {segment}.",
        "{name} срабатывает для всех в сегменте {segment}.",
    ),
    "rule_never_passes": (
        "In the segment {segment}, {name} fires or lacks a fact for everybody.",
        "В сегменте {segment} {name} у всех либо срабатывает, либо не имеет данных.",
    ),
    "rule_always_beaten": (
        "Whoever {name} refers is declined anyway.",
        "Всем, кого {name} направляет на проверку, отказывают и так.",
    ),
    "nobody_approved": (
        "Nobody in the segment {segment} can be approved, whatever the score.",
        "В сегменте {segment} никого нельзя одобрить ни при каком балле.",
    ),
    "nobody_approved.score": (
        "Nobody in the segment {segment} can be approved: no score is above {highest}.",
        "В сегменте {segment} никого нельзя одобрить: балла выше {highest} не бывает.",
    ),
    "no_examples": (
        "The policy carries no examples; add [[examples]], one that fires each rule at least.",
        "В политике нет примеров; добавьте [[examples]] — хотя бы по одному, где правило "
        "срабатывает.",
    ),
    "rule_without_example": (
        "No example fires {name}; add one.",
        "Ни в одном примере не срабатывает {name}; добавьте такой.",
    ),
    "example_name_twice": (
        "Two examples are called “{name}”.",
        "Два примера называются «{name}».",
    ),
    "example_fact_wrong": (
        "In the example “{name}”, {fact} is {value}, and {needed} is needed.",
        "В примере «{name}» {fact} — {value}, а нужно {needed_ru}.",
    ),
    "grade_without_terms": (
        "The grade {name} has no terms, and its applicants are not all declined.",
        "Для класса {name} нет условий, а отказывают в нём не всем.",
    ),
    "unknown_grade": (
        "There are terms for {name}, which is no grade of {product}.",
        "Есть условия для {name}, а такого класса у {product} нет.",
    ),
    "terms_never_found": (
        "The policy has terms, and nothing can be lent to anybody.",
        "Условия есть, но выдать нельзя никому и ничего.",
    ),
    "not_proved": (
        "It is not known whether “{question}”: the prover did not settle it in time.",
        "Неизвестно, верно ли «{question}»: доказать не удалось за отведённое время.",
    ),
    "proved.table": (
        "The table {name} has a row for everybody of whom its facts are known.",
        "В таблице {name} есть строка для каждого, о ком известно нужное.",
    ),
    "proved.unique": (
        "Never do two rows of the table {name} hold at once.",
        "Две строки таблицы {name} никогда не подходят одновременно.",
    ),
    "proved.rows": (
        "Every row of the table {name} can be the one that counts.",
        "Каждая строка таблицы {name} может оказаться действующей.",
    ),
    "proved.rules": (
        "Each of the {count} rules can fire, and in each of its segments it can pass.",
        "Каждое из правил ({count}) может сработать и в каждом своём сегменте может не сработать.",
    ),
    "proved.approve": (
        "{segment}, score {band}: approved where every rule passes; can be changed by {rules}.",
        "{segment}, балл {band}: одобрение, если ни одно правило не против; могут изменить: "
        "{rules}.",
    ),
    "proved.refer": (
        "{segment}, score {band}: never approved; declined only by {rules}.",
        "{segment}, балл {band}: одобрения нет; отказать могут только: {rules}.",
    ),
    "proved.approve.alone": (
        "{segment}, score {band}: approved where every rule passes; none can fire there.",
        "{segment}, балл {band}: одобрение, если ни одно правило не против; ни одно там не "
        "срабатывает.",
    ),
    "proved.refer.alone": (
        "{segment}, score {band}: always referred.",
        "{segment}, балл {band}: всегда на проверку.",
    ),
    "proved.decline": (
        "{segment}, score {band}: always declined.",
        "{segment}, балл {band}: всегда отказ.",
    ),
}


def sentence(code: str, **facts: object) -> Text:
    """Return the sentence of a finding or a proof.

    Examples
    --------
    >>> sentence("rule_never_fires", name="rule.age").en
    'rule.age can never fire.'
    """
    en, ru = _SENTENCES[code]
    return Text(en=en.format(**facts), ru=ru.format(**facts))
