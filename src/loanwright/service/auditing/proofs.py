"""Decisions opened to a third party, one at a time."""

from dataclasses import dataclass
from typing import Any, Final

from loanwright.service.applications.service import Applications
from loanwright.service.audit.ledger import Ledger
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import committed

MADE: Final = "decision.made"


@dataclass(frozen=True, kw_only=True)
class Proofs:
    """Proves what was decided, and on what it rested."""

    ledger: Ledger
    decisions: Decisions
    applications: Applications

    def prove(self, decision_id: str) -> dict[str, Any]:
        """Return a proof of one decision, with its content in the clear."""
        decision = self.decisions.get(decision_id)
        application = self.applications.get(decision.application_id)
        content = committed(
            application_id=application.id,
            decision_id=decision.id,
            received=application.received,
            snapshot=decision.snapshot,
            reply=decision.reply,
        )
        return self.ledger.prove(decision_id, MADE, content)
