"""What the pages about models are given, and what they ask for."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, Path

from loanwright.errors import LoanwrightError
from loanwright.service.edge.provided import provided
from loanwright.service.inventory.service import Inventory
from loanwright.service.registry.service import Registry
from loanwright.service.users.service import Users
from loanwright.service.web.office import Viewer, enter

MODELS: Final = "/analysis/models"
RegistryService = Annotated[Registry, Depends(provided("registry"))]
InventoryService = Annotated[Inventory, Depends(provided("inventory"))]
UsersService = Annotated[Users, Depends(provided("users"))]
ModelsRead = Annotated[Viewer, Depends(enter("models:read", staff=True))]
ModelsApprove = Annotated[Viewer, Depends(enter("models:approve", staff=True))]
ModelsTrain = Annotated[Viewer, Depends(enter("models:train", staff=True))]
ModelHash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


def names_by(users: Users) -> Callable[[str], str]:
    """Return what tells the name of a user from the id; whoever is no user keeps their name."""
    known: dict[str, str] = {}

    def name(person: str) -> str:
        if person not in known:
            known[person] = _name(users, person)
        return known[person]

    return name


def _name(users: Users, person: str) -> str:
    if not person.startswith("usr_"):
        return person
    try:
        return users.get(person).name or person
    except LoanwrightError:
        return person
