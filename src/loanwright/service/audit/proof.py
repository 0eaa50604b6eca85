"""Proofs: one entry, opened to somebody who has neither the database nor our keys."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from loanwright.errors import Conflict
from loanwright.service.audit import merkle
from loanwright.service.audit.canonical import row_hash, row_text, salted_hash
from loanwright.service.audit.schemas import Entry, Seal
from loanwright.service.audit.sealing import NOT_SIGNED
from loanwright.service.audit.service import NOT_HASHED
from loanwright.service.audit.signing import PublicKeys, key_id_of
from loanwright.service.kit.clock import from_iso

SCHEMA: Final = 1
# Not needed to check an entry: one would betray nothing, the other is long.
NOT_TOLD: Final = frozenset({"mac", "leaves"})
MOMENTS: Final = ("at", "sealed_at")


class NotSealedYet(Conflict):
    """The entry {entry_id} is not sealed yet; it will be within seconds."""


class CannotBeOpened(Conflict):
    """The content of entry {entry_id} cannot be opened: the key of the person is gone."""


def write_proof(
    entry: Entry,
    seal: Seal,
    leaves: Sequence[bytes],
    *,
    opened: tuple[bytes, Mapping[str, Any]],
    public_key: str | None,
) -> dict[str, Any]:
    """Return everything that is needed to check what one entry says."""
    index = leaves.index(merkle.leaf(entry.sequence, entry.hash))
    salt, content = opened
    return {
        "schema": SCHEMA,
        "content": content,
        "salt": salt.hex(),
        "entry": _told(asdict(entry)),
        "index": index,
        "path": [step.hex() for step in merkle.path(leaves, index)],
        "seal": _told(asdict(seal)),
        "public_key": public_key,
    }


def check_proof(proof: Mapping[str, Any], trusted: str | None = None) -> list[str]:
    """Return what is wrong with a proof; nothing when it holds.

    Parameters
    ----------
    proof
        What `write_proof` wrote.
    trusted
        The public key that the checker has from elsewhere; without it, the proof's own is taken,
        and the checker must compare it.
    """
    try:
        return list(_wrongs(proof, trusted or str(proof["public_key"])))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        return [f"it is not a proof: {type(problem).__name__} {problem}"]


def _wrongs(proof: Mapping[str, Any], public_key: str) -> list[str]:
    entry, seal = _moments(proof["entry"]), _moments(proof["seal"])
    salt, steps = bytes.fromhex(proof["salt"]), [bytes.fromhex(one) for one in proof["path"]]
    leaf = merkle.leaf(entry["sequence"], entry["hash"])
    root = merkle.climb(leaf, proof["index"], seal["count"], steps)
    text = row_text(seal, NOT_SIGNED)
    signed = PublicKeys([public_key]).confirm(key_id_of(public_key), text, seal["signature"])
    checks = {
        "the content is not what the entry commits to": salted_hash(proof["content"], salt)
        == entry["after_hash"],
        "the entry does not give its hash": row_hash(entry, NOT_HASHED) == entry["hash"],
        "the path does not lead to the root of the seal": root is not None
        and root.hex() == seal["root"],
        "the seal does not give its hash": row_hash(seal, NOT_SIGNED) == seal["hash"],
        "the signature of the seal does not hold": signed,
    }
    return [what for what, right in checks.items() if not right]


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in NOT_TOLD}


def _moments(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: from_iso(value) if name in MOMENTS else value for name, value in row.items()}
