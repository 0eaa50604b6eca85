"""What the texts of a pack may speak of: facts of a decision, and the words that stand for them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: Words that every decision fills.
ALWAYS: Final = frozenset({"lender", "product", "decision_id", "decided_on", "received_on"})

#: Facts that only some decisions, or some lenders, have, and the words that each fills.
FACTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "lender_address": frozenset({"lender_address"}),
        "lender_contact": frozenset({"lender_contact"}),
        "agency": frozenset({"agency"}),
        "authority": frozenset({"authority"}),
        "legal_basis": frozenset({"legal_basis"}),
        "bureau": frozenset({"bureau_name", "bureau_address", "bureau_phone"}),
        "bureau_score": frozenset(
            {"bureau_score", "bureau_lowest", "bureau_highest", "bureau_date"}
        ),
        "reasons": frozenset(),
        "weights": frozenset(),
        "paths": frozenset(),
        "no_path": frozenset(),
        "automated": frozenset(),
        "person": frozenset(),
        "debt_burden": frozenset({"debt_burden"}),
        "offer": frozenset({"amount", "rate", "term", "payment"}),
        "full_cost": frozenset({"full_cost_percent", "full_cost_money"}),
        "cooling": frozenset({"cooling_hours"}),
    }
)

#: What is printed as a list beneath a text.
LISTS: Final = ("reasons", "weights", "paths", "bureau_factors")

#: What a paper can be about: the outcome that stands, or all that is kept of a person.
OCCASIONS: Final = ("approve", "counteroffer", "refer", "decline", "data")

#: What starts a clock.
EVENTS: Final = ("notice", "reasons", "reasons_window", "review", "objection", "data")
