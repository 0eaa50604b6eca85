"""A text in every language the platform speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LANGUAGES: Final = ("en", "ru")


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """One text in English and Russian.

    Examples
    --------
    >>> Text(en="Age", ru="Возраст").in_language("ru")
    'Возраст'
    """

    en: str
    ru: str

    def in_language(self, language: str) -> str:
        """Return the text in ``language`` ("en" or "ru"; "ru-RU" counts as "ru").

        Any other language gets English, because a text must always be shown.

        Examples
        --------
        >>> title = Text(en="Age", ru="Возраст")
        >>> title.in_language("ru-RU"), title.in_language("de")
        ('Возраст', 'Age')
        """
        return self.ru if language.lower().split("-")[0] == "ru" else self.en

    def to_mapping(self) -> dict[str, str]:
        """Return ``{"en": ..., "ru": ...}``."""
        return {"en": self.en, "ru": self.ru}
