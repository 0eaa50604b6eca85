"""While the database is away: whoever names no applicant is answered, and decided later."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from loanwright.errors import Forbidden, LoanwrightError
from loanwright.features.product import Product
from loanwright.features.records import validate_record
from loanwright.service.edge.answer import Answer
from loanwright.service.kit.clock import Clock
from loanwright.service.origination.errors import IdempotencyKeyReused, ProductNotOffered
from loanwright.service.origination.intake import STATED, kept, segment_of
from loanwright.service.origination.reading import read_submission
from loanwright.service.origination.schemas import Caller, Reply, Submission
from loanwright.service.spool.schemas import Entry, Replayed
from loanwright.service.spool.service import Spool
from loanwright.service.users.keys import KeyNotFound
from loanwright.service.users.schemas import ApiKey

ACCEPTED: Final = 202
REASON: Final = {
    "code": "service.database_away",
    "source": "service",
    "text": {
        "en": "The decision cannot be made now. The application is kept and will be decided.",
        "ru": "Сейчас решение принять нельзя. Заявка сохранена и будет рассмотрена.",
    },
}

Submit = Callable[[Sequence[Submission]], Sequence[Reply | LoanwrightError]]


class KeyRevokedBefore(Forbidden):
    """The API key had been revoked before it was used."""


class Away:
    """Answers applications without the database, and has them decided once it is back."""

    def __init__(
        self,
        *,
        spool: Spool,
        products: Mapping[str, Product],
        clock: Clock,
        submit: Submit,
        find_key: Callable[[str], ApiKey],
        probe: Callable[[], object],
    ) -> None:
        self._spool = spool
        self._products = products
        self._clock = clock
        self._submit = submit
        self._find_key = find_key
        self._probe = probe
        self.expected = False

    def takes(self, submission: Submission) -> bool:
        """Tell whether this can be answered without knowing anybody."""
        return submission.applicant is None and submission.caller.kind == "key"

    def holds(self, submission: Submission) -> bool:
        """Tell whether the same key was answered from the spool and is still to be decided."""
        key = submission.idempotency_key
        return self._spool.find(submission.caller.id, key) is not None

    def answer(self, submission: Submission) -> Answer:
        """Keep an application, durably, and answer it with refer."""
        self._check(submission)
        text = kept(submission.received, None)
        entry = self._spool.put(
            Entry(
                id="",
                at=self._clock.now(),
                caller_id=submission.caller.id,
                caller_kind="key",
                key=submission.idempotency_key,
                received=text,
            )
        )
        if entry.received != text:
            raise IdempotencyKeyReused
        return _answer(entry, submission.product)

    def replay(self) -> Replayed:
        """Decide whatever waits, unless the database is still away."""
        try:
            self._probe()
        except LoanwrightError:
            self.expected = True
            raise
        self.expected = False
        return self._spool.replay(self._decide)

    def _check(self, submission: Submission) -> None:
        """Refuse now, as well as can be told without the database, what would be refused later."""
        product = self._products.get(submission.product)
        if product is None:
            raise ProductNotOffered(offered=", ".join(sorted(self._products)))
        segment = segment_of(product, has_behaviour=False)
        validate_record(product, segment, submission.features, accept_sources=STATED)

    def _decide(self, entries: Sequence[Entry]) -> list[LoanwrightError | None]:
        refusals: list[LoanwrightError | None] = [None] * len(entries)
        waiting: list[tuple[int, Submission]] = []
        for index, entry in enumerate(entries):
            try:
                waiting.append((index, self._read(entry)))
            except LoanwrightError as refusal:
                refusals[index] = refusal
        answers = self._submit([submission for _, submission in waiting])
        for (index, _), answer in zip(waiting, answers, strict=True):
            refusals[index] = answer if isinstance(answer, LoanwrightError) else None
        return refusals

    def _read(self, entry: Entry) -> Submission:
        try:
            revoked = self._find_key(entry.caller_id).revoked_at
        except KeyNotFound:
            revoked = entry.at
        if revoked is not None and revoked <= entry.at:
            raise KeyRevokedBefore
        caller = Caller(id=entry.caller_id, kind=entry.caller_kind)
        body = entry.received.encode()
        return read_submission(body, caller=caller, idempotency_key=entry.idempotency_key)


def _answer(entry: Entry, product: str) -> Answer:
    document = {
        "id": entry.id,
        "state": "spooled",
        "product": product,
        "decision": {"outcome": "refer", "reasons": [REASON]},
    }
    body = msgspec.json.encode(document)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    return Answer(status=ACCEPTED, body=body, headers=headers)
