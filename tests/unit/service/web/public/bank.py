"""A small bank for the tests of the pages: real products, decisions by a rule of thumb."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from loanwright.errors import NotFound
from loanwright.features.product import bundled_product, bundled_products
from loanwright.service.joining.service import SignIn
from loanwright.service.origination.schemas import Reply, Submission
from loanwright.service.settings import Settings

OUTCOMES = ((300_000, "approve"), (100_000, "refer"), (0, "decline"))


class ApplicationUnknown(NotFound):
    """There is no application {application_id}."""


class RememberingOrigination:
    """Decides by the size of the limit, once for every idempotency key."""

    def __init__(self) -> None:
        self.submissions: list[Submission] = []
        self.replies: dict[str, bytes] = {}
        self.failure: Exception | None = None

    def submit(self, submission: Submission) -> Reply:
        if self.failure is not None:
            raise self.failure
        replayed = submission.idempotency_key in self.replies
        if not replayed:
            self.submissions.append(submission)
            self.replies[submission.idempotency_key] = self._decide(submission)
        body = self.replies[submission.idempotency_key]
        return Reply(status=201, body=body, replayed=replayed, decision_id="dec_1")

    def reply_of(self, application_id: str) -> bytes:
        for body in self.replies.values():
            if json.loads(body)["id"] == application_id:
                return body
        raise ApplicationUnknown(application_id=application_id)

    def _decide(self, submission: Submission) -> bytes:
        limit = submission.features.get("limit", 0)
        outcome = next(name for least, name in OUTCOMES if limit >= least)
        reason = {
            "code": "limit.adverse",
            "source": "model",
            "feature": "limit",
            "contribution": -0.83 if outcome == "approve" else 0.83,
            "text": {"en": "<b>The limit</b> weighed most.", "ru": "Важнее всего был лимит."},
        }
        rule = {
            "code": "rule.limit_cap",
            "source": "policy",
            "feature": None,
            "contribution": 0.0,
            "text": {"en": "A large limit is reviewed.", "ru": "Большой лимит рассматривают."},
        }
        decision = {
            "id": "dec_1",
            "decided_at": "2026-11-21T04:30:00.123Z",
            "outcome": outcome,
            "probability_of_default": 0.24310987,
            "score": 548,
            "grade": "C",
            "reasons": [rule, reason] if outcome == "refer" else [reason],
            "model": {"hash": "5eed" * 16, "family": "lightgbm"},
        }
        number = f"app_{len(self.submissions):026d}"
        document = {
            "id": number,
            "product": submission.product,
            "applicant": {"id": "apl_1"},
            "decision": decision,
        }
        return json.dumps(document, ensure_ascii=False).encode()


class RememberingQuestionnaires:
    """Keeps answers in memory, all under one token."""

    TOKEN = "t" * 43

    def __init__(self) -> None:
        self.kept: dict[tuple[str | None, str], dict[str, str]] = {}

    def save(self, token: str | None, product: str, answers: Mapping[str, str]) -> str:
        self.kept[token or self.TOKEN, product] = dict(answers)
        return token or self.TOKEN

    def find(self, token: str | None, product: str) -> dict[str, str] | None:
        return self.kept.get((token, product))

    def drop(self, token: str | None, product: str) -> None:
        self.kept.pop((token, product), None)


class RememberingJoining:
    """Remembers who has joined with what."""

    def __init__(self) -> None:
        self.joined: dict[str, SignIn] = {}
        self.failure: Exception | None = None

    def is_joined(self, application_id: str) -> bool:
        return application_id in self.joined

    def join(
        self, application_id: str, wanted: SignIn, *, address: str, request_id: str | None = None
    ) -> None:
        if self.failure is not None:
            raise self.failure
        self.joined[application_id] = wanted


class NoLenders:
    """Nobody lends anything here."""

    def lends(self, product: str) -> bool:
        return False

    def find(self, application_id: str) -> None:
        return None


class Bank:
    """What the pages need of a service."""

    def __init__(self, directory: Path) -> None:
        self.settings = Settings(var_dir=directory)
        self.products = MappingProxyType(
            {name: bundled_product(name) for name in bundled_products()}
        )
        self.origination = RememberingOrigination()
        self.decisions = self.origination
        self.questionnaires = RememberingQuestionnaires()
        self.joining = RememberingJoining()
        self.enquiries = NoLenders()
        self.changed: dict[str, str] = {}

    def last_words(self, decision_ids: Collection[str]) -> Mapping[str, str]:
        return {one: self.changed[one] for one in decision_ids if one in self.changed}
