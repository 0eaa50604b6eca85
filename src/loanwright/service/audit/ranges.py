"""Lists of whole numbers, mostly neighbours, as short texts: `3-7,9`."""

from collections.abc import Iterable, Iterator

Range = tuple[int, int]


def ranges_of(numbers: Iterable[int]) -> list[Range]:
    """Return the runs of neighbours in a list, in its order.

    Examples
    --------
    >>> ranges_of([3, 4, 5, 9, 1])
    [(3, 5), (9, 9), (1, 1)]
    """
    found: list[Range] = []
    for number in numbers:
        if found and found[-1][1] + 1 == number:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def write_ranges(ranges: Iterable[Range]) -> str:
    """Return ranges as text."""
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ranges)


def read_ranges(text: str) -> list[Range]:
    """Return the ranges that `write_ranges` wrote."""
    found = []
    for part in text.split(",") if text else ():
        first, _, last = part.partition("-")
        found.append((int(first), int(last or first)))
    return found


def numbers_in(ranges: Iterable[Range]) -> Iterator[int]:
    """Go through all numbers of ranges, in their order."""
    for first, last in ranges:
        yield from range(first, last + 1)


def holes(ranges: Iterable[Range], through: int) -> list[Range]:
    """Return what ranges leave out of the numbers from 1 to another."""
    found, following = [], 1
    for first, last in sorted(ranges):
        if first > following:
            found.append((following, first - 1))
        following = max(following, last + 1)
    if through >= following:
        found.append((following, through))
    return found
