"""What would be taken: one good body for every operation that takes one, and files that are bad."""

from collections.abc import Mapping
from typing import Any, Final

CREDIT: Final = {"amount": 1_000_000, "annual_rate_bp": 1_200, "term_months": 12}
APPLICATION: Final = {
    "product": "credit-card",
    "features": {"limit": 200_000, "education": "university"},
}
CONTACTS: Final = {
    "name": "Anna Petrova",
    "email": "anna@example.org",
    "phone": "+7 900 000-00-01",
    "address": "Green street 1",
    "date_of_birth": "1980-02-29",
}
ACCOUNT: Final = {
    **CREDIT,
    "applicant_id": "{applicant_id}",
    "product": "credit-card",
    "repayment": "annuity",
    "disbursed_on": "2025-10-31",
}
PAYMENT: Final = {
    "due_on": "2025-11-30",
    "due": 88_849,
    "paid": 88_849,
    "paid_on": "2025-11-30",
    "days_past_due": 0,
}
DESIGN: Final = {
    "arms": [
        {"name": "champion", "share": 5_000},
        {"name": "tried", "share": 5_000, "policy_hash": "{policy_hash}"},
    ],
    "measure": "approval_rate",
    "plan": {"base": 0.5, "effect": 0.05, "error": 0.05, "power": 0.8},
    "guardrails": [
        {"watched": "approval_rate", "lowest": -0.1, "highest": 0.1, "error": 0.01},
        {"watched": "early_arrears", "lowest": -1.0, "highest": 0.05},
    ],
    "early": {"days": 30, "months": 3},
}
EXPERIMENT: Final = {
    **DESIGN,
    "name": "trial-{mark}",
    "product": "credit-card",
    "segment": "new",
}
FINDING: Final = {
    "said": "Nobody has judged it on this year's applicants.",
    "severity": "low",
    "owner": "Anna",
    "due_on": "2099-12-31",
}
WEBHOOK: Final = {"url": "http://127.0.0.1:9/", "events": ["decision.made"]}
USER: Final = {"name": "Anna Example", "email": "anna.{mark}@example.com", "role": "analyst"}

POLICY: Final = {
    "schema": 2,
    "name": "stricter",
    "cutoffs": {
        "new": {"approve_from": 610, "refer_from": 560},
        "existing": {"approve_from": 600, "refer_from": 540},
    },
    "rules": [
        {
            "code": "rule.large",
            "outcome": "refer",
            "when": [{"feature": "limit", "operator": "gt", "value": 400_000}],
            "text": {"en": "The limit is large.", "ru": "Лимит велик."},
        }
    ],
    "examples": [
        {
            "name": "a large limit is looked at",
            "segment": "new",
            "facts": {"limit": 400_001},
            "expect": {"outcome": "refer", "rules": ["rule.large"]},
        }
    ],
}

#: `{name}` stands for a real thing of that name.
SIMULATION: Final = {
    "product": "credit-card",
    "policies": [{"name": "stricter", "document": POLICY}, {"hash": "live"}],
    "by": ["segment", "month"],
    "approve_at_least": 0.6,
    "bad_rate_at_most": 0.04,
    "prices": {
        "loss_given_default_bp": 6_000,
        "cost_of_funds_bp": 800,
        "repayment": "revolving",
        "drawn_bp": 5_000,
        "amount": "limit",
        "annual_rate": 0.2,
        "term": 12,
    },
}
ALERT_RULE: Final = {
    "name": "Few approvals",
    "figure": "approval_rate",
    "product": "credit-card",
    "below": 0.3,
    "chunks": 2,
    "email": ["risk@example.org"],
    "quiet": {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"},
}
SCHEDULE: Final = {
    "name": "Every morning",
    "kind": "monitoring",
    "cron": "0 6 * * *",
    "zone": "Europe/Berlin",
}
BODIES: Final[Mapping[tuple[str, str], Any]] = {
    ("POST", "/v1/simulations"): SIMULATION,
    ("POST", "/v1/drift-reports"): {
        "product": "credit-card",
        "segment": "new",
        "days": {"since": "2026-01-01", "until": "2027-12-31"},
        "reference": {"since": "2020-01-01", "until": "2027-12-31"},
    },
    ("POST", "/v1/decisions/{decision_id}/difference"): {"policy": "live", "data": "today"},
    ("POST", "/v1/applications"): {**APPLICATION, "applicant": {"id": "{applicant_id}"}},
    ("POST", "/upload_features"): {**APPLICATION, "applicant": {"document_number": "AB {mark}"}},
    ("POST", "/v1/applicants"): {
        "contacts": CONTACTS,
        "language": "ru",
        "identity": {"document_number": "CD {mark}", "verified_how": "in_person"},
    },
    ("PATCH", "/v1/applicants/{applicant_id}"): {"contacts": CONTACTS, "language": None},
    ("PATCH", "/v1/applicants/{applicant_id}/contacts"): CONTACTS,
    ("PATCH", "/v1/applicants/{applicant_id}/profile"): {
        "features": {"limit": {"value": 100_000, "valid_from": "2025-01-01"}}
    },
    ("POST", "/v1/applicants/{applicant_id}/assessments"): {"product": "credit-card"},
    ("POST", "/v1/applicants/{applicant_id}/erasure"): {"reason": "case 7", "force": True},
    ("POST", "/v1/applicants/{applicant_id}/holds"): {"reason": "case 8", "until": "{soon}"},
    ("POST", "/v1/managers/{manager_id}/applicants"): {"applicants": ["{applicant_id}"]},
    ("POST", "/v1/managers/{manager_id}/dismissal"): {"suspend": False},
    ("POST", "/v1/managers/{manager_id}/reassignment"): {"to": "{other_manager_id}"},
    ("POST", "/v1/accounts"): ACCOUNT,
    ("PATCH", "/v1/accounts/{account_id}"): {"reference": "R-1", "term_months": 24},
    ("POST", "/v1/accounts/{account_id}/payments"): PAYMENT,
    ("PUT", "/v1/accounts/{account_id}/payments/{number}"): {**PAYMENT, "why": "mistake"},
    ("POST", "/v1/offers"): {**CREDIT, "decision_id": "{decision_id}", "valid_days": 14},
    ("POST", "/v1/quotes"): {
        "product": "instalment-loan",
        "amount": 3_000,
        "term_months": 18,
        "applicant": {"document_number": "T00234"},
        "features": {"purpose": "repairs", "age": 35},
    },
    ("POST", "/v1/decisions/{decision_id}/reviews"): {"kind": "objection", "reason": "I repaid."},
    ("POST", "/v1/decisions/{decision_id}/notices"): {
        "jurisdiction": "US",
        "language": "en",
        "format": "html",
    },
    ("POST", "/v1/reviews/{review_id}/release"): {"code": "no_time", "words": "Ask Anna."},
    ("POST", "/v1/reviews/{review_id}/requests"): {"item": "income_proof", "words": "Of May."},
    ("POST", "/v1/review-requests/{request_id}/end"): {"state": "received"},
    ("POST", "/v1/review-requests/{request_id}/answer"): {"answer": "It is attached."},
    ("POST", "/v1/second-looks/{look_id}/answer"): {"outcome": "decline", "words": "Too much."},
    ("POST", "/v1/reviews/{review_id}/resolve"): {
        "outcome": "approve",
        "code": "data_corrected",
        "answer": "You were right.",
    },
    ("POST", "/v1/models/{model_hash}/approval"): {"to": "challenger", "note": "Better."},
    ("POST", "/v1/models/{model_hash}/retirement"): {"note": "Older."},
    ("POST", "/v1/models/{model_hash}/findings"): FINDING,
    ("POST", "/v1/models/{model_hash}/findings/{finding_id}"): {
        "state": "resolved",
        "note": "Judged.",
    },
    ("POST", "/v1/models/rollback"): {"product": "credit-card", "segment": "new", "note": "Back."},
    ("POST", "/v1/policies/check"): {"product": "credit-card", "policy": POLICY},
    ("POST", "/v1/policies/rollback"): {"product": "credit-card", "note": "Back."},
    ("POST", "/v1/policies/drafts"): {
        "product": "credit-card",
        "policy": POLICY,
        "note": "Stricter.",
    },
    ("PATCH", "/v1/policies/drafts/{draft_id}"): {"policy": POLICY, "note": "Stricter still."},
    ("POST", "/v1/policies/drafts/{draft_id}/rejection"): {"reason": "Too strict."},
    ("POST", "/v1/experiments"): EXPERIMENT,
    ("POST", "/v1/experiments/plan"): DESIGN,
    ("POST", "/v1/experiments/{experiment_id}/stop"): {"why": "Enough was seen."},
    ("POST", "/v1/alert-rules"): ALERT_RULE,
    ("PATCH", "/v1/alert-rules/{rule_id}"): {"rule": ALERT_RULE, "state": "paused"},
    ("POST", "/v1/alerts/{alert_id}/acknowledgement"): {"note": "Seen."},
    ("POST", "/v1/schedules"): SCHEDULE,
    ("PATCH", "/v1/schedules/{schedule_id}"): {"cron": "30 6 * * *", "state": "paused"},
    ("POST", "/v1/webhooks"): WEBHOOK,
    ("PATCH", "/v1/webhooks/{webhook_id}"): {**WEBHOOK, "state": "paused"},
    ("POST", "/v1/sessions"): {"email": "{email}", "password": "{password}"},
    ("POST", "/v1/passwords"): {"token": "{password_token}", "password": "{password}, again"},
    ("PUT", "/v1/users/me/password"): {"present": "{password}", "password": "{password}"},
    ("POST", "/v1/users"): USER,
    ("PATCH", "/v1/users/{user_id}"): {"name": "Berta Example"},
    ("POST", "/v1/users/{user_id}/role-grants"): {"role": "manager"},
    ("POST", "/v1/api-keys"): {
        "name": "tests",
        "scopes": ["decisions:read"],
        "expires_at": "{soon}",
    },
    ("POST", "/v1/api-keys/{key_id}/rotation"): {"grace_hours": 1},
}
CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
FILE = (
    b"loan,limit,education,default\n"
    b"A1,200000,university,0\nA2,20000,graduate_school,1\nA3,x,university,0\n"
)
FILES: Final[tuple[tuple[str, bytes], ...]] = (
    (CSV, b""),
    (CSV, b"\x00" * 1_000),
    (CSV, b"limit,limit\n1,2\n"),
    (CSV, b"limit,education\n1e400,NaN\nInfinity,\xff\n" + b"9" * 5_000 + b",\xed\xa0\x80\n"),
    (CSV, b'limit,education\n"200000,university\n'),
    (CSV, ",".join(f"c{n}" for n in range(100_000)).encode() + b"\n"),
    (CSV, b"limit\n" + b"x" * 1_000_000),
    (CSV, b"limit,education\r20000,university\r"),
    (CSV, b"limit,education\n20000\n20000,university,more\n\n"),
    (CSV, b"PK\x03\x04" + b"\x00" * 200),
    (CSV, b"\x1f\x8b\x08" + b"\x00" * 200),
    (PARQUET, b"PAR1" + b"\xff" * 200 + b"PAR1"),
    (PARQUET, FILE),
    ("application/json", b"{}"),
)
