"""An applicant assessed anew from what is known of them: the same way, the same one engine."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from loanwright.service.applicants.profiles import Profiles
from loanwright.service.decisions.borrowers import for_borrower
from loanwright.service.origination.schemas import ApplicantReference, Caller, Reply, Submission
from loanwright.service.origination.service import Origination
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import Principal

_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, kw_only=True)
class Rescoring:
    """Sends an application that is made of what is known, in place of what somebody typed."""

    profiles: Profiles
    origination: Origination

    def assess(
        self, principal: Principal, applicant_id: str, product: str, *, idempotency_key: str | None
    ) -> Reply:
        """Decide by the profile as it holds today; the same key gives the same answer."""
        profile = self.profiles.get(principal, applicant_id, product)
        features = {
            name: value
            for name, value in profile.valid().items()
            if name in self._asked(applicant_id, product)
        }
        asked = {"product": product, "applicant": {"id": applicant_id}}
        return self.origination.submit(
            Submission(
                caller=Caller(id=principal.id, kind="key", scopes=principal.permissions),
                idempotency_key=idempotency_key,
                # Without the features: sent again, it is the same request whatever is known now.
                body_hash=hashlib.sha256(b"assessment:" + _write(asked)).hexdigest(),
                received=_write({**asked, "features": features}),
                product=product,
                applicant=ApplicantReference(applicant_id=applicant_id),
                features=features,
            )
        )

    def _asked(self, applicant_id: str, product: str) -> frozenset[str]:
        """Return what the model that will decide asks of an application."""
        desk = self.origination.desk
        with self.origination.database.read() as connection:
            (applicant,) = desk.applicants.list_known(connection, [applicant_id])
        return desk.stated_of(applicant, product, desk.live())


def answer_for(principal: Principal, body: bytes) -> bytes:
    """Return the answer as its reader may see it."""
    if principal.role is not Role.BORROWER:
        return body
    document: Mapping[str, Any] = msgspec.json.decode(body)
    return _write({**document, "decision": for_borrower(document["decision"])})
