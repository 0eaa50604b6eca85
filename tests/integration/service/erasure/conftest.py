"""A lender in the Union and in the United States, whose clock stands still."""

from types import SimpleNamespace

import pytest
from tests.integration.service.conftest import application, told
from tests.integration.service.standing import bare_service, clock

from loanwright.service.audit.schemas import Actor

__all__ = ["ADMIN", "apply", "bare_service", "clock"]

ADMIN = Actor(id="usr_ADMIN", request_id="req_1")


@pytest.fixture
def settings(settings):
    """Return the settings of a lender under the rules of the Union and of the United States."""
    return settings.model_copy(update={"jurisdictions": ("EU", "US")})


def apply(service, **changes):
    """Decide one application, and return the ids of person, application and decision."""
    sent = application(**changes)
    body = told(service.origination.submit(sent))
    return SimpleNamespace(
        person=body.applicant.id, application=body.id, decision=body.decision.id, sent=sent
    )
