"""What can be permitted, and what each role may do."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

PERMISSIONS: Final[Mapping[str, str]] = {
    "applications:write": "Send applications.",
    "applications:read": "Read applications and the jobs that decide them.",
    "decisions:read": "Read decisions.",
    "decisions:replay": "Compute decisions again.",
    "models:read": "Read which models there are.",
    "models:approve": "Make models challenger or champion, and retire them.",
    "models:train": "Train models on a table.",
    "policies:read": "Read policies and their drafts, and check them.",
    "policies:write": "Write drafts of policies, submit them, and ask for an earlier version.",
    "policies:publish": "Publish and reject what somebody else has written.",
    "experiments:read": "Read experiments, their results and shadow assessments.",
    "experiments:write": "Propose, start, stop and conclude experiments.",
    "experiments:approve": "Approve experiments that somebody else proposed.",
    "products:read": "Read which products are offered.",
    "applicants:read": "Read applicants.",
    "applicants:write": "Add and edit applicants.",
    "contacts:write": "Edit how applicants are called and reached.",
    "applicants:all": "Reach every applicant, not only one's own.",
    "applicants:erase": "Erase persons, and hold what must be kept.",
    "managers:read": "Read managers and whom they look after.",
    "managers:write": "Assign applicants to managers, and dismiss managers.",
    "accounts:read": "Read accounts and payments.",
    "accounts:write": "Open and edit accounts, and record payments.",
    "offers:read": "Read offers.",
    "offers:write": "Make and withdraw offers.",
    "offers:accept": "Accept or refuse an offer.",
    "reviews:read": "Read reviews of decisions.",
    "reviews:open": "Ask that a person look at a decision, or object to it.",
    "reviews:write": "Take and resolve reviews.",
    "notes:read": "Read notes on applicants.",
    "notes:write": "Write notes on applicants.",
    "notices:write": "Send out notices of decisions.",
    "batches:write": "Send files to be scored, and cancel them.",
    "batches:read": "Read files that were scored.",
    "simulations:write": "Simulate policies and models over what was decided.",
    "simulations:read": "Read simulations.",
    "jobs:read": "Read which jobs there are, and why some failed.",
    "jobs:write": "Drive failed jobs anew.",
    "users:read": "Read who may log in.",
    "users:write": "Add, edit, suspend and unlock users.",
    "keys:read": "Read which API keys there are.",
    "keys:write": "Make, rotate and revoke API keys.",
    "webhooks:read": "Read webhooks and their deliveries.",
    "webhooks:write": "Add and edit webhooks, and send deliveries again.",
    "audit:read": "Read and verify the audit log.",
    "metrics:read": "Read metrics.",
    "monitoring:read": "Read what became of booked credit, what is expected of it, and drift.",
    "drift:write": "Order drift reports, and send files for them.",
    "alerts:read": "Read alerts and the rules that raise them.",
    "alerts:write": "Acknowledge alerts; add, edit and remove rules.",
    "schedules:read": "Read what is done on a schedule, and what came of it.",
    "schedules:write": "Add, edit, remove and run schedules.",
}


#: What a key may do that is given to a machine without a word about it.
EVERYDAY: Final = (
    "applications:write",
    "applications:read",
    "decisions:read",
    "decisions:replay",
    "models:read",
    "products:read",
    "applicants:read",
    "accounts:read",
    "offers:read",
    "batches:write",
    "batches:read",
    "metrics:read",
)


class Role(StrEnum):
    """What a user is; a borrower is an applicant who logs in."""

    BORROWER = "borrower"
    MANAGER = "manager"
    UNDERWRITER = "underwriter"
    ANALYST = "analyst"
    ADMIN = "admin"


ROLES: Final[Mapping[Role, frozenset[str]]] = {
    Role.BORROWER: frozenset(
        {
            "applications:write",
            "applications:read",
            "decisions:read",
            "products:read",
            "applicants:read",
            "contacts:write",
            "accounts:read",
            "offers:read",
            "offers:accept",
            "reviews:read",
            "reviews:open",
        }
    ),
    Role.MANAGER: frozenset(
        {
            "applications:write",
            "applications:read",
            "decisions:read",
            "products:read",
            "applicants:read",
            "applicants:write",
            "contacts:write",
            "accounts:read",
            "offers:read",
            "offers:write",
            "reviews:read",
            "reviews:open",
            "notes:read",
            "notes:write",
            "notices:write",
        }
    ),
    Role.UNDERWRITER: frozenset(
        {
            "applications:write",
            "applications:read",
            "decisions:read",
            "decisions:replay",
            "models:read",
            "policies:read",
            "products:read",
            "applicants:read",
            "applicants:write",
            "contacts:write",
            "applicants:all",
            "managers:read",
            "accounts:read",
            "offers:read",
            "offers:write",
            "reviews:read",
            "reviews:open",
            "reviews:write",
            "notes:read",
            "notes:write",
            "notices:write",
        }
    ),
    Role.ANALYST: frozenset(
        {
            "applications:read",
            "decisions:read",
            "decisions:replay",
            "models:read",
            "models:approve",
            "models:train",
            "policies:read",
            "policies:write",
            "policies:publish",
            "experiments:read",
            "experiments:write",
            "experiments:approve",
            "products:read",
            "applicants:read",
            "applicants:all",
            "managers:read",
            "accounts:read",
            "offers:read",
            "reviews:read",
            "notes:read",
            "batches:write",
            "batches:read",
            "simulations:write",
            "simulations:read",
            "metrics:read",
            "monitoring:read",
            "drift:write",
            "alerts:read",
            "alerts:write",
            "schedules:read",
            "schedules:write",
            "audit:read",
        }
    ),
    # An offer is accepted by the applicant, or by a machine that the applicant uses.
    Role.ADMIN: frozenset(PERMISSIONS) - {"offers:accept"},
}
