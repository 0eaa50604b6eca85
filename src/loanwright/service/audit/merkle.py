"""Merkle trees after RFC 6962: a leaf cannot pass for a node, nor an entry for its neighbour."""

import hashlib
from collections.abc import Sequence
from typing import Final

LEAF: Final = b"\x00"
NODE: Final = b"\x01"
SEQUENCE_BYTES: Final = 8
_sha256 = hashlib.sha256


def leaf(sequence: int, entry_hash: str) -> bytes:
    """Return the leaf of an entry: it holds its place in the log and its hash."""
    place = sequence.to_bytes(SEQUENCE_BYTES, "big")
    return _sha256(LEAF + place + bytes.fromhex(entry_hash)).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves, of which there is at least one."""
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return what one needs beside a leaf to come to the root, the nearest first."""
    steps, level = [], list(leaves)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            steps.append(level[beside])
        level, index = _above(level), index >> 1
    return steps


def climb(start: bytes, index: int, count: int, steps: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to from a leaf, or None where it is no path."""
    if not 0 <= index < count:
        return None
    rest, node = list(steps), start
    while count > 1:
        if index ^ 1 < count:
            if not rest:
                return None
            beside = rest.pop(0)
            pair = beside + node if index & 1 else node + beside
            node = _sha256(NODE + pair).digest()
        index, count = index >> 1, (count + 1) >> 1
    return None if rest else node


def _above(level: list[bytes]) -> list[bytes]:
    paired = len(level) & ~1
    above = [_sha256(NODE + level[at] + level[at + 1]).digest() for at in range(0, paired, 2)]
    if paired != len(level):
        above.append(level[-1])
    return above
