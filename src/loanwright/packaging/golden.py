"""Golden rows: real records with the exact bits that the package must give for them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import decide
from loanwright.decisioning.policy import Policy
from loanwright.features.columns import facts, matrix
from loanwright.features.product import Product
from loanwright.features.records import Record
from loanwright.packaging.assessor import Assessor

#: Every so many golden rows one is replayed alone, as a live application is.
ALONE_EVERY = 25


def golden_lines(
    product: Product, segment: str, assessor: Assessor, records: Sequence[Record]
) -> list[dict[str, Any]]:
    """Return what a package must give for these records, floats as hexadecimal text.

    Parameters
    ----------
    product, segment
        Dictionary and starter policy.
    assessor
        The model.
    records
        Validated records.

    Returns
    -------
    list
        One mapping a record: the record, every bit of its assessment, and what the starter
        policy decides.
    """
    policy = Policy.from_mapping(product.policy)
    assessments = assessor.assess(matrix(product, segment, records))
    return [
        {
            "record": dict(record),
            **_bits(assessment),
            **_decided(assessment, policy, segment, facts(product, segment, record)),
        }
        for record, assessment in zip(records, assessments, strict=True)
    ]


def write_golden(lines: Sequence[Mapping[str, Any]]) -> bytes:
    r"""Return the bytes of ``golden.jsonl``.

    Examples
    --------
    >>> write_golden([{"score": 600, "grade": "A"}])
    b'{"grade":"A","score":600}\n'
    """
    written = [
        json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        for line in lines
    ]
    return "".join(f"{line}\n" for line in written).encode()


def read_golden(content: bytes) -> list[dict[str, Any]]:
    r"""Return the mappings of ``golden.jsonl``.

    Raises
    ------
    ValueError
        If a line is no JSON object with a record.

    Examples
    --------
    >>> read_golden(b'{"record": {}, "score": 600}\n')
    [{'record': {}, 'score': 600}]
    """
    lines = [json.loads(line) for line in content.decode().rstrip("\n").split("\n")]
    if not lines or not all(isinstance(line, dict) and "record" in line for line in lines):
        raise ValueError("golden.jsonl holds no golden rows")
    return lines


def find_difference(
    product: Product, segment: str, assessor: Assessor, lines: Sequence[Mapping[str, Any]]
) -> str | None:
    """Replay golden rows together and some of them alone; return the first difference, or None."""
    records = [line["record"] for line in lines]
    together = golden_lines(product, segment, assessor, records)
    for place, (found, stated) in enumerate(zip(together, lines, strict=True), start=1):
        if found != stated:
            return f"golden row {place} gives other {_names(found, stated)}"
    for place in range(0, len(lines), ALONE_EVERY):
        alone = golden_lines(product, segment, assessor, records[place : place + 1])[0]
        if alone != lines[place]:
            return f"golden row {place + 1} alone gives other {_names(alone, lines[place])}"
    return None


def _bits(assessment: Assessment) -> dict[str, Any]:
    return {
        "probability_of_default": assessment.probability_of_default.hex(),
        "score": assessment.score,
        "grade": assessment.grade,
        "log_odds": assessment.log_odds.hex(),
        "base_log_odds": assessment.base_log_odds.hex(),
        "contributions": [weight.hex() for weight in assessment.contributions],
    }


def _decided(
    assessment: Assessment, policy: Policy, segment: str, known: Mapping[str, object]
) -> dict[str, Any]:
    decision = decide(assessment, policy, segment=segment, facts=known)
    return {
        "outcome": str(decision.outcome),
        "reasons": [reason.code for reason in decision.reasons],
    }


def _names(found: Mapping[str, Any], stated: Mapping[str, Any]) -> str:
    names = [name for name in sorted(found.keys() | stated.keys()) if _unlike(name, found, stated)]
    return ", ".join(names)


def _unlike(name: str, found: Mapping[str, Any], stated: Mapping[str, Any]) -> bool:
    return name not in found or name not in stated or found[name] != stated[name]
