"""What the audit log calls an action, told to the person whom it concerned."""

from typing import Final

from loanwright.features.text import Text

#: By the beginning of the action, the longest that fits.
DEEDS: Final = {
    "account": Text(en="booked or changed your credit", ru="открыли или изменили ваш кредит"),
    "applicant": Text(en="changed who you are to us", ru="изменили сведения о вас как заявителе"),
    "applicant.assigned": Text(en="was put in charge of you", ru="назначили вам менеджера"),
    "decision": Text(en="decided an application of yours", ru="приняли решение по вашей заявке"),
    "decision.overridden": Text(
        en="decided otherwise than the automated decision",
        ru="приняли решение вместо автоматического",
    ),
    "erasure": Text(en="looked at a request to erase you", ru="рассмотрели запрос на удаление"),
    "hold": Text(en="ordered your data to be kept", ru="распорядились хранить ваши данные"),
    "note": Text(en="wrote a note about you", ru="сделали заметку о вас"),
    "notice": Text(en="sent you a notice", ru="отправили вам уведомление"),
    "offer": Text(en="made or changed an offer to you", ru="сделали или изменили предложение вам"),
    "payment": Text(en="recorded a payment of yours", ru="записали ваш платёж"),
    "profile": Text(en="edited what is known of you", ru="изменили известные о вас сведения"),
    "review": Text(en="reviewed a decision about you", ru="рассмотрели решение о вас"),
    "review.opened": Text(
        en="asked that a person look at a decision", ru="передали решение на рассмотрение человеку"
    ),
}
OTHER: Final = Text(en="changed something else of yours", ru="изменили другие ваши данные")


def deed_in_words(action: str) -> Text:
    """Return what an action was, in words."""
    return DEEDS.get(action) or DEEDS.get(action.partition(".")[0], OTHER)
