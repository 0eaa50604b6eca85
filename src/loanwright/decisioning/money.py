"""Money: whole minor units and a currency, never a fraction of a cent."""

from typing import Final

USUAL_DIGITS: Final = 2
#: Currencies of ISO 4217 whose minor unit is not a hundredth, by how many digits it has.
UNUSUAL: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DIGITS: Final = {code: digits for digits, codes in UNUSUAL.items() for code in codes.split()}


def minor_units(currency: str) -> int:
    """Return how many minor units one unit of the currency has.

    Examples
    --------
    >>> minor_units("EUR"), minor_units("JPY"), minor_units("KWD")
    (100, 1, 1000)
    """
    return int(10 ** DIGITS.get(currency, USUAL_DIGITS))


def divide(numerator: int, denominator: int) -> int:
    """Return the whole number next to a quotient of non-negative numbers; halves go up.

    Examples
    --------
    >>> [divide(number, 10) for number in (4, 5, 14, 15)]
    [0, 1, 1, 2]
    """
    return (2 * numerator + denominator) // (2 * denominator)
