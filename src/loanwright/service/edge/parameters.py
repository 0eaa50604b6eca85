"""Parameters of the query are as strict as bodies: one that nobody reads is refused."""

from typing import Any

from fastapi import Request
from pydantic import BaseModel

from loanwright.service.kit.problem import FieldError, PayloadRejected

LONGEST_NAME = 60


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a request whose query names what its route does not read."""
    if not request.scope["query_string"]:
        return
    known = _known(request.scope["route"].dependant)
    unknown = [name for name in dict.fromkeys(request.query_params.keys()) if name not in known]
    if unknown:
        told = ", ".join(sorted(known)) or "none"
        raise PayloadRejected(
            [
                FieldError(
                    field=f"query.{name[:LONGEST_NAME]}",
                    code="unknown",
                    message=f"There is no such parameter; known: {told}.",
                )
                for name in unknown
            ]
        )


def _known(dependant: Any) -> set[str]:
    names: set[str] = set()
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= {one.alias or name for name, one in kind.model_fields.items()}
        else:
            names.add(field.alias)
    return names.union(*map(_known, dependant.dependencies))
