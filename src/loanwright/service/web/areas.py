"""Every area of the portal, in the order of the menu."""

from typing import Final

from loanwright.service.web.admin.area import AREA as ADMIN
from loanwright.service.web.analyst.area import AREA as ANALYST
from loanwright.service.web.borrower.area import AREA as BORROWER
from loanwright.service.web.manager.area import AREA as MANAGER
from loanwright.service.web.monitoring.area import AREA as MONITORING
from loanwright.service.web.navigation import Area
from loanwright.service.web.planning.area import AREA as PLANNING
from loanwright.service.web.underwriter.area import AREA as UNDERWRITER

AREAS: Final[tuple[Area, ...]] = (
    BORROWER,
    UNDERWRITER,
    MANAGER,
    ANALYST,
    PLANNING,
    MONITORING,
    ADMIN,
)
