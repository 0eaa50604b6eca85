"""Who may use which address: declared here by hand, once, and compared with what happens.

A new route gets one line in `ROUTES`: its method and path, and the permission that it asks for, or
one of the words below. A new permission gets one line in `ROLES`. A route without a line fails
`tests/integration/http/test_access_matrix.py`.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from loanwright.service.web.page_routes import PageRoute

#: Anybody, without a key or a session.
PUBLIC = "public"
#: Whoever is logged in, whatever the role; an API key is refused by name.
USER = "user"
#: Besides the permission a person is needed: an API key is refused, whatever it may do.
PERSONS = {
    ("POST", "/v1/users/{user_id}/password-tokens"),
    ("POST", "/v1/users/{user_id}/role-grants"),
    ("POST", "/v1/role-grants/{grant_id}/approval"),
    ("POST", "/v1/policies/rollback"),
    ("POST", "/v1/policies/drafts"),
    ("PATCH", "/v1/policies/drafts/{draft_id}"),
    ("DELETE", "/v1/policies/drafts/{draft_id}"),
    ("POST", "/v1/policies/drafts/{draft_id}/submission"),
    ("POST", "/v1/policies/drafts/{draft_id}/publication"),
    ("POST", "/v1/policies/drafts/{draft_id}/rejection"),
}

BORROWER, MANAGER, UNDERWRITER = "borrower", "manager", "underwriter"
ANALYST, ADMIN = "analyst", "admin"
STAFF = {MANAGER, UNDERWRITER, ANALYST, ADMIN}

#: Which roles have which permission.
ROLES: dict[str, set[str]] = {
    "applications:write": {BORROWER, MANAGER, UNDERWRITER, ADMIN},
    "applications:read": {BORROWER, *STAFF},
    "decisions:read": {BORROWER, *STAFF},
    "decisions:replay": {UNDERWRITER, ANALYST, ADMIN},
    "models:read": {UNDERWRITER, ANALYST, ADMIN},
    "models:approve": {ANALYST, ADMIN},
    "models:train": {ANALYST, ADMIN},
    "policies:read": {UNDERWRITER, ANALYST, ADMIN},
    "policies:write": {ANALYST, ADMIN},
    "policies:publish": {ANALYST, ADMIN},
    "experiments:read": {ANALYST, ADMIN},
    "experiments:write": {ANALYST, ADMIN},
    "experiments:approve": {ANALYST, ADMIN},
    "products:read": {BORROWER, *STAFF},
    "applicants:read": {BORROWER, *STAFF},
    "applicants:write": {MANAGER, UNDERWRITER, ADMIN},
    "applicants:all": {UNDERWRITER, ANALYST, ADMIN},
    "applicants:erase": {ADMIN},
    "contacts:write": {BORROWER, MANAGER, UNDERWRITER, ADMIN},
    "managers:read": {UNDERWRITER, ANALYST, ADMIN},
    "managers:write": {ADMIN},
    "accounts:read": {BORROWER, *STAFF},
    "accounts:write": {ADMIN},
    "offers:read": {BORROWER, *STAFF},
    "offers:write": {MANAGER, UNDERWRITER, ADMIN},
    "offers:accept": {BORROWER},
    "reviews:read": {BORROWER, *STAFF},
    "reviews:open": {BORROWER, MANAGER, UNDERWRITER, ADMIN},
    "reviews:write": {UNDERWRITER, ADMIN},
    "notes:read": STAFF,
    "notes:write": {MANAGER, UNDERWRITER, ADMIN},
    "notices:write": {MANAGER, UNDERWRITER, ADMIN},
    "batches:write": {ANALYST, ADMIN},
    "batches:read": {ANALYST, ADMIN},
    "simulations:write": {ANALYST, ADMIN},
    "simulations:read": {ANALYST, ADMIN},
    "jobs:read": {ADMIN},
    "jobs:write": {ADMIN},
    "users:read": {ADMIN},
    "users:write": {ADMIN},
    "keys:read": {ADMIN},
    "keys:write": {ADMIN},
    "webhooks:read": {ADMIN},
    "webhooks:write": {ADMIN},
    "audit:read": {ANALYST, ADMIN},
    "metrics:read": {ANALYST, ADMIN},
    "monitoring:read": {ANALYST, ADMIN},
    "drift:write": {ANALYST, ADMIN},
    "alerts:read": {ANALYST, ADMIN},
    "alerts:write": {ANALYST, ADMIN},
    "schedules:read": {ANALYST, ADMIN},
    "schedules:write": {ANALYST, ADMIN},
}

ROUTES: dict[tuple[str, str], str] = {
    ("GET", "/auth/oidc/callback"): PUBLIC,
    ("GET", "/auth/oidc/start"): PUBLIC,
    ("GET", "/check_state"): "applications:read",
    ("GET", "/docs"): PUBLIC,
    ("GET", "/docs/assets/start.js"): PUBLIC,
    ("GET", "/docs/assets/{name}"): PUBLIC,
    ("GET", "/get_result"): "applications:read",
    ("GET", "/health/live"): PUBLIC,
    ("HEAD", "/health/live"): PUBLIC,
    ("GET", "/health/ready"): PUBLIC,
    ("HEAD", "/health/ready"): PUBLIC,
    ("GET", "/metrics"): "metrics:read",
    ("GET", "/openapi.json"): PUBLIC,
    ("HEAD", "/openapi.json"): PUBLIC,
    ("POST", "/upload_features"): "applications:write",
    ("GET", "/v1/accounts"): "accounts:read",
    ("POST", "/v1/accounts"): "accounts:write",
    ("GET", "/v1/accounts/{account_id}"): "accounts:read",
    ("PATCH", "/v1/accounts/{account_id}"): "accounts:write",
    ("GET", "/v1/accounts/{account_id}/payments"): "accounts:read",
    ("POST", "/v1/accounts/{account_id}/payments"): "accounts:write",
    ("GET", "/v1/accounts/{account_id}/payments/{number}"): "accounts:read",
    ("PUT", "/v1/accounts/{account_id}/payments/{number}"): "accounts:write",
    ("GET", "/v1/accounts/{account_id}/performance"): "accounts:read",
    ("GET", "/v1/accounts/{account_id}/schedule"): "accounts:read",
    ("GET", "/v1/api-keys"): "keys:read",
    ("POST", "/v1/api-keys"): "keys:write",
    ("DELETE", "/v1/api-keys/{key_id}"): "keys:write",
    ("GET", "/v1/api-keys/{key_id}"): "keys:read",
    ("POST", "/v1/api-keys/{key_id}/rotation"): "keys:write",
    ("GET", "/v1/applicants"): "applicants:read",
    ("POST", "/v1/applicants"): "applicants:write",
    ("DELETE", "/v1/applicants/{applicant_id}"): "applicants:write",
    ("GET", "/v1/applicants/{applicant_id}"): "applicants:read",
    ("PATCH", "/v1/applicants/{applicant_id}"): "applicants:write",
    ("POST", "/v1/applicants/{applicant_id}/assessments"): "applications:write",
    ("PATCH", "/v1/applicants/{applicant_id}/contacts"): "contacts:write",
    ("GET", "/v1/applicants/{applicant_id}/erasure"): "applicants:erase",
    ("POST", "/v1/applicants/{applicant_id}/erasure"): "applicants:erase",
    ("GET", "/v1/applicants/{applicant_id}/history"): "applicants:read",
    ("GET", "/v1/applicants/{applicant_id}/holds"): "applicants:erase",
    ("POST", "/v1/applicants/{applicant_id}/holds"): "applicants:erase",
    ("DELETE", "/v1/applicants/{applicant_id}/holds/{hold_id}"): "applicants:erase",
    ("GET", "/v1/applicants/{applicant_id}/profile"): "applicants:read",
    ("PATCH", "/v1/applicants/{applicant_id}/profile"): "applicants:write",
    ("POST", "/v1/applications"): "applications:write",
    ("GET", "/v1/applications/{application_id}"): "applications:read",
    ("GET", "/v1/audit"): "audit:read",
    ("GET", "/v1/audit/seals"): "audit:read",
    ("GET", "/v1/audit/verification"): "audit:read",
    ("POST", "/v1/audit/verification"): "audit:read",
    ("GET", "/v1/audit/verification/{verification_id}"): "audit:read",
    ("GET", "/v1/batches"): "batches:read",
    ("POST", "/v1/batches"): "batches:write",
    ("GET", "/v1/batches/{batch_id}"): "batches:read",
    ("POST", "/v1/batches/{batch_id}/cancellation"): "batches:write",
    ("GET", "/v1/batches/{batch_id}/rejected"): "batches:read",
    ("GET", "/v1/batches/{batch_id}/result"): "batches:read",
    ("GET", "/v1/decisions"): "decisions:read",
    ("GET", "/v1/decisions/{decision_id}"): "decisions:read",
    ("GET", "/v1/decisions/{decision_id}/offers"): "offers:read",
    ("GET", "/v1/decisions/{decision_id}/notice"): "decisions:read",
    ("GET", "/v1/decisions/{decision_id}/notices"): "decisions:read",
    ("POST", "/v1/decisions/{decision_id}/notices"): "notices:write",
    ("GET", "/v1/applicants/{applicant_id}/data-pack"): "applicants:read",
    ("POST", "/v1/decisions/{decision_id}/difference"): "decisions:replay",
    ("POST", "/v1/decisions/{decision_id}/replay"): "decisions:replay",
    ("POST", "/v1/decisions/{decision_id}/paths"): "decisions:read",
    ("GET", "/v1/decisions/{decision_id}/reviews"): "reviews:read",
    ("POST", "/v1/decisions/{decision_id}/reviews"): "reviews:open",
    ("GET", "/v1/review-codes"): "reviews:read",
    ("GET", "/v1/overrides"): "reviews:read",
    ("GET", "/v1/review-lists"): "reviews:read",
    ("POST", "/v1/review-requests/{request_id}/answer"): "reviews:open",
    ("POST", "/v1/review-requests/{request_id}/end"): "reviews:write",
    ("GET", "/v1/reviews"): "reviews:read",
    ("POST", "/v1/reviews/next"): "reviews:write",
    ("POST", "/v1/reviews/{review_id}/release"): "reviews:write",
    ("POST", "/v1/reviews/{review_id}/renew"): "reviews:write",
    ("GET", "/v1/reviews/{review_id}/requests"): "reviews:read",
    ("POST", "/v1/reviews/{review_id}/requests"): "reviews:write",
    ("GET", "/v1/second-looks"): "reviews:write",
    ("GET", "/v1/second-looks/agreement"): "reviews:write",
    ("POST", "/v1/second-looks/{look_id}/answer"): "reviews:write",
    ("GET", "/v1/reviews/{review_id}"): "reviews:read",
    ("POST", "/v1/reviews/{review_id}/approve"): "reviews:write",
    ("POST", "/v1/reviews/{review_id}/resolve"): "reviews:write",
    ("POST", "/v1/reviews/{review_id}/take"): "reviews:write",
    ("GET", "/v1/jobs"): "jobs:read",
    ("GET", "/v1/jobs/{job_id}"): "applications:read",
    ("POST", "/v1/jobs/{job_id}/redrive"): "jobs:write",
    ("GET", "/v1/lenders"): "products:read",
    ("POST", "/v1/quotes"): "applications:write",
    ("GET", "/v1/models"): "models:read",
    ("GET", "/v1/models/live"): "models:read",
    ("GET", "/v1/models/inventory"): "models:read",
    ("GET", "/v1/models/{model_hash}/findings"): "models:read",
    ("POST", "/v1/models/{model_hash}/findings"): "models:approve",
    ("POST", "/v1/models/{model_hash}/findings/{finding_id}"): "models:approve",
    ("POST", "/v1/models/rollback"): "models:approve",
    ("GET", "/v1/models/{model_hash}"): "models:read",
    ("POST", "/v1/models/{model_hash}/approval"): "models:approve",
    ("POST", "/v1/models/{model_hash}/retirement"): "models:approve",
    ("GET", "/v1/models/{model_hash}/{file}"): "models:read",
    ("GET", "/v1/alert-rules"): "alerts:read",
    ("POST", "/v1/alert-rules"): "alerts:write",
    ("POST", "/v1/alert-rules/look"): "alerts:write",
    ("DELETE", "/v1/alert-rules/{rule_id}"): "alerts:write",
    ("GET", "/v1/alert-rules/{rule_id}"): "alerts:read",
    ("PATCH", "/v1/alert-rules/{rule_id}"): "alerts:write",
    ("GET", "/v1/alert-rules/{rule_id}/readings"): "alerts:read",
    ("GET", "/v1/alerts"): "alerts:read",
    ("GET", "/v1/alerts/{alert_id}"): "alerts:read",
    ("POST", "/v1/alerts/{alert_id}/acknowledgement"): "alerts:write",
    ("GET", "/v1/schedules"): "schedules:read",
    ("POST", "/v1/schedules"): "schedules:write",
    ("DELETE", "/v1/schedules/{schedule_id}"): "schedules:write",
    ("GET", "/v1/schedules/{schedule_id}"): "schedules:read",
    ("PATCH", "/v1/schedules/{schedule_id}"): "schedules:write",
    ("GET", "/v1/schedules/{schedule_id}/runs"): "schedules:read",
    ("POST", "/v1/schedules/{schedule_id}/runs"): "schedules:write",
    ("GET", "/v1/monitoring/early-arrears"): "monitoring:read",
    ("GET", "/v1/monitoring/expected"): "monitoring:read",
    ("GET", "/v1/monitoring/migration"): "monitoring:read",
    ("GET", "/v1/monitoring/performance"): "monitoring:read",
    ("GET", "/v1/monitoring/roll-rates"): "monitoring:read",
    ("GET", "/v1/monitoring/vintages"): "monitoring:read",
    ("GET", "/v1/offers"): "offers:read",
    ("POST", "/v1/offers"): "offers:write",
    ("GET", "/v1/offers/{offer_id}"): "offers:read",
    ("POST", "/v1/offers/{offer_id}/accept"): "offers:accept",
    ("POST", "/v1/offers/{offer_id}/approve"): "offers:write",
    ("POST", "/v1/offers/{offer_id}/refuse"): "offers:accept",
    ("POST", "/v1/offers/{offer_id}/withdraw"): "offers:write",
    ("POST", "/v1/passwords"): PUBLIC,
    ("GET", "/v1/policies"): "policies:read",
    ("POST", "/v1/policies/check"): "policies:read",
    ("GET", "/v1/policies/difference"): "policies:read",
    ("GET", "/v1/policies/drafts"): "policies:read",
    ("POST", "/v1/policies/drafts"): "policies:write",
    ("DELETE", "/v1/policies/drafts/{draft_id}"): "policies:write",
    ("GET", "/v1/policies/drafts/{draft_id}"): "policies:read",
    ("PATCH", "/v1/policies/drafts/{draft_id}"): "policies:write",
    ("POST", "/v1/policies/drafts/{draft_id}/check"): "policies:read",
    ("GET", "/v1/policies/drafts/{draft_id}/difference"): "policies:read",
    ("POST", "/v1/policies/drafts/{draft_id}/publication"): "policies:publish",
    ("POST", "/v1/policies/drafts/{draft_id}/rejection"): "policies:publish",
    ("POST", "/v1/policies/drafts/{draft_id}/submission"): "policies:write",
    ("GET", "/v1/policies/live"): "policies:read",
    ("POST", "/v1/policies/rollback"): "policies:write",
    ("GET", "/v1/policies/{policy_hash}"): "policies:read",
    ("GET", "/v1/experiments"): "experiments:read",
    ("POST", "/v1/experiments"): "experiments:write",
    ("GET", "/v1/experiments/of/{decision_id}"): "experiments:read",
    ("POST", "/v1/experiments/plan"): "experiments:write",
    ("GET", "/v1/experiments/{experiment_id}"): "experiments:read",
    ("POST", "/v1/experiments/{experiment_id}/approval"): "experiments:approve",
    ("GET", "/v1/experiments/{experiment_id}/assignments"): "experiments:read",
    ("POST", "/v1/experiments/{experiment_id}/conclusion"): "experiments:write",
    ("GET", "/v1/experiments/{experiment_id}/result"): "experiments:read",
    ("POST", "/v1/experiments/{experiment_id}/start"): "experiments:write",
    ("POST", "/v1/experiments/{experiment_id}/stop"): "experiments:write",
    ("GET", "/v1/managers"): "managers:read",
    ("GET", "/v1/managers/{manager_id}/applicants"): "managers:read",
    ("POST", "/v1/managers/{manager_id}/applicants"): "managers:write",
    ("POST", "/v1/managers/{manager_id}/dismissal"): "managers:write",
    ("POST", "/v1/managers/{manager_id}/reassignment"): "managers:write",
    ("GET", "/v1/products"): "products:read",
    ("GET", "/v1/products/{product}/purposes/match"): "products:read",
    ("GET", "/v1/role-grants"): "users:read",
    ("POST", "/v1/role-grants/{grant_id}/approval"): "users:write",
    ("GET", "/v1/sessions"): USER,
    ("POST", "/v1/sessions"): PUBLIC,
    ("DELETE", "/v1/sessions/current"): USER,
    ("GET", "/v1/sessions/current"): USER,
    ("DELETE", "/v1/sessions/{session_id}"): USER,
    ("GET", "/v1/shadows"): "experiments:read",
    ("GET", "/v1/shadows/{model_hash}/comparison"): "experiments:read",
    ("GET", "/v1/business-figures"): "simulations:read",
    ("GET", "/v1/drift-reports"): "monitoring:read",
    ("POST", "/v1/drift-reports"): "drift:write",
    ("POST", "/v1/drift-reports/files"): "drift:write",
    ("GET", "/v1/drift-reports/{report_id}"): "monitoring:read",
    ("GET", "/v1/drift-reports/{report_id}/page"): "monitoring:read",
    ("GET", "/v1/simulations"): "simulations:read",
    ("POST", "/v1/simulations"): "simulations:write",
    ("GET", "/v1/simulations/{simulation_id}"): "simulations:read",
    ("GET", "/v1/training-runs"): "models:read",
    ("POST", "/v1/training-runs"): "models:train",
    ("GET", "/v1/training-runs/{run_id}"): "models:read",
    ("GET", "/v1/users"): "users:read",
    ("POST", "/v1/users"): "users:write",
    ("GET", "/v1/users/me"): USER,
    ("PUT", "/v1/users/me/password"): USER,
    ("GET", "/v1/users/{user_id}"): "users:read",
    ("PATCH", "/v1/users/{user_id}"): "users:write",
    ("POST", "/v1/users/{user_id}/password-tokens"): "users:write",
    ("POST", "/v1/users/{user_id}/role-grants"): "users:write",
    ("DELETE", "/v1/users/{user_id}/suspension"): "users:write",
    ("POST", "/v1/users/{user_id}/suspension"): "users:write",
    ("GET", "/v1/webhooks"): "webhooks:read",
    ("POST", "/v1/webhooks"): "webhooks:write",
    ("DELETE", "/v1/webhooks/{webhook_id}"): "webhooks:write",
    ("GET", "/v1/webhooks/{webhook_id}"): "webhooks:read",
    ("PATCH", "/v1/webhooks/{webhook_id}"): "webhooks:write",
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): "webhooks:read",
    ("POST", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redelivery"): "webhooks:write",
    ("POST", "/v1/webhooks/{webhook_id}/secret"): "webhooks:write",
    ("POST", "/v1/webhooks/{webhook_id}/trial"): "webhooks:write",
}


def framework_of(app: Any) -> FastAPI:
    """Return the framework behind the layers of the service."""
    while not isinstance(app, FastAPI):
        app = app.app
    return app


def routes_of(app: Any) -> list[tuple[str, str]]:
    """Return the method and the path of every route that really is there, hidden ones too.

    Pages declare themselves whom they let in, and `test_pages.py` compares that with what happens.
    """
    found = (one for one in all_routes(app) if not is_page(one))
    return sorted({(method, route.path) for route in found for method in route.methods})


def is_page(route: Any) -> bool:
    """Tell whether a route is a page of the portal."""
    return isinstance(getattr(route, "original_route", route), PageRoute)


def all_routes(app: Any) -> Iterator[Any]:
    """Return every route that really is there, hidden ones too."""
    yield from _walk(framework_of(app).routes)


def _walk(routes: Any) -> Iterator[Any]:
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from _walk(route.effective_candidates())
            yield from _walk(route.effective_low_priority_routes())
        else:
            yield route
