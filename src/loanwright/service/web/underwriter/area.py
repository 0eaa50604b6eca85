"""What the menu shows of this area, and which pages it has."""

from typing import Final

from loanwright.service.web.languages import N_
from loanwright.service.web.navigation import Area

AREA: Final = Area(title=N_("Reviews"))
