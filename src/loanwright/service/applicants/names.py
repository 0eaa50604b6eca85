"""Names that can be searched without being kept: keyed hashes of the beginnings of their words.

Two names that look alike to a person have the same skeleton, whichever alphabet they borrow their
letters from, so that nobody hides behind a Cyrillic "а" or finds a stranger by it.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Final

SHORTEST_BEGINNING: Final = 2
LONGEST_BEGINNING: Final = 16
MOST_WORDS: Final = 24
DOMAIN: Final = "name:"

# What looks like what, after upper and lower case have become one.
_ALIKE: Final = {
    "a": "аα",
    "b": "вβʙ",
    "c": "сϲ",
    "d": "ԁ",
    "e": "еєεҽ",
    "h": "нһ",
    "i": "іιl1|ıӏїɩ",
    "j": "јϳ",
    "k": "кκқ",
    "m": "мμ",
    "n": "ηո",
    "o": "оο0օ",
    "p": "рρ",
    "q": "ԛ",
    "r": "гᴦ",
    "s": "ѕꜱ",
    "t": "тτ",
    "u": "υս",
    "v": "νѵ",
    "w": "ԝω",
    "x": "хχ",
    "y": "уγүў",
    "z": "ζ",
}
_FOLDED: Final = str.maketrans({one: plain for plain, many in _ALIKE.items() for one in many})
_INSIDE_WORDS: Final = re.compile("['’`ʼ´‘]")
_WORDS: Final = re.compile(r"\w+")


def skeleton(text: str) -> str:
    """Return the text as it is compared: case, accents and look-alike letters made one.

    Examples
    --------
    >>> skeleton("Иванова") == skeleton("ивaнoвa")  # the second one has Latin letters
    True
    >>> skeleton("José"), skeleton("O’Brien")
    ('jose', 'obrien')
    """
    plain = unicodedata.normalize("NFKD", _INSIDE_WORDS.sub("", text)).casefold()
    marked = unicodedata.normalize("NFKD", plain)
    return "".join(one for one in marked if not unicodedata.combining(one)).translate(_FOLDED)


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name's skeleton, each once.

    Examples
    --------
    >>> words_of("Anna-Maria  von Berg")
    ('anna', 'maria', 'von', 'berg')
    """
    return tuple(dict.fromkeys(_WORDS.findall(skeleton(name))))[:MOST_WORDS]


class NameTokens:
    """Makes the tokens that a name is found by.

    Parameters
    ----------
    keyed_hash
        A hash in hexadecimal that nobody can guess back without the key.
    """

    def __init__(self, keyed_hash: Callable[[str], str]) -> None:
        self._keyed_hash = keyed_hash

    def of_name(self, name: str) -> set[int]:
        """Return what a name is to be found by: every beginning of every word."""
        beginnings = {
            word[:length]
            for word in words_of(name)
            for length in (*range(SHORTEST_BEGINNING, LONGEST_BEGINNING + 1), len(word))
        }
        return self._hashed({one[:LONGEST_BEGINNING] for one in beginnings})

    def of_query(self, text: str) -> set[int]:
        """Return what a name must have all of, when somebody looks for this text."""
        return self._hashed({word[:LONGEST_BEGINNING] for word in words_of(text)})

    def _hashed(self, beginnings: Collection[str]) -> set[int]:
        # 64 bits are enough: among a million names not one search in a million goes astray.
        return {int(self._keyed_hash(DOMAIN + one)[:16], 16) - 2**63 for one in beginnings}
