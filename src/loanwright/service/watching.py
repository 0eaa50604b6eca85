"""How the rooms are furnished in which is watched what became of what was decided."""

from typing import Any

from loanwright.service.accounts.service import Accounts
from loanwright.service.ground import Ground
from loanwright.service.monitoring.outlook import Outlook
from loanwright.service.monitoring.service import Monitoring


def make_monitoring(ground: Ground, accounts: Accounts) -> dict[str, Any]:
    """Return what reads the figures of booked credit."""
    monitoring = Monitoring(
        accounts=accounts, decisions=accounts.decisions, products=accounts.products
    )
    outlook = Outlook(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        monitoring=monitoring,
    )
    return {"monitoring": monitoring, "outlook": outlook}
