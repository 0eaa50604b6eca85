"""The words of the administrator's pages for what the services call by codes."""

from collections.abc import Mapping
from typing import Final

from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Tone

USER_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "active": (N_("may sign in"), "good"),
    "suspended": (N_("suspended"), "bad"),
}
GRANT_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "proposed": (N_("waits for a second person"), "warn"),
    "approved": (N_("given"), "good"),
    "replaced": (N_("replaced by a later proposal"), "quiet"),
}
JOB_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "queued": (N_("waits for a worker"), "info"),
    "running": (N_("under way"), "info"),
    "done": (N_("done"), "good"),
    "failed": (N_("failed"), "bad"),
}
DELIVERY_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "waiting": (N_("on its way"), "info"),
    "delivered": (N_("heard"), "good"),
    "dead": (N_("given up"), "bad"),
}
WEBHOOK_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "active": (N_("is told"), "good"),
    "paused": (N_("paused"), "warn"),
    "removed": (N_("removed"), "quiet"),
}
SOURCES: Final[Mapping[str, str]] = {
    "environment": N_("environment"),
    "secret": N_("secret file"),
    "file": N_("settings file"),
    "given": N_("given at the start"),
    "default": N_("built in"),
}
REPAYMENTS: Final[Mapping[str, str]] = {
    "annuity": N_("equal instalments"),
    "differentiated": N_("falling instalments"),
    "bullet": N_("all at the end"),
    "revolving": N_("revolving"),
}


def say(words: Mapping[str, tuple[str, Tone]], code: str, language: Language) -> tuple[str, Tone]:
    """Return a code in words, with its tone; an unknown one stays as it is."""
    text, tone = words.get(code, (code, "quiet"))
    return language.gettext(text), tone


def options(words: Mapping[str, tuple[str, Tone]], language: Language) -> list[tuple[str, str]]:
    """Return the choices of a filter, the first of which is everything."""
    said = [(code, language.gettext(text)) for code, (text, _) in words.items()]
    return [("", language.gettext(N_("all"))), *said]
