"""The submissions of one transaction and their answers, in the order they came."""

from collections.abc import Iterator, Mapping, Sequence

from loanwright.errors import LoanwrightError
from loanwright.service.origination.errors import IdempotencyKeyRefused, IdempotencyKeyReused
from loanwright.service.origination.schemas import Reply, Submission
from loanwright.service.privacy.vault import PersonErased

LONGEST_KEY = 255
CREATED = 201

Key = tuple[str, str]
Answer = Reply | LoanwrightError


class Batch:
    """Who is still waiting for an answer, and who waits for the same one."""

    def __init__(self, submissions: Sequence[Submission]) -> None:
        self._submissions = submissions
        self._answers: list[Answer | None] = [None] * len(submissions)
        self._leaders: dict[Key, int] = {}
        self._followers: dict[int, int] = {}
        for index, submission in enumerate(submissions):
            if submission.idempotency_key is not None and not _usable(submission.idempotency_key):
                self._answers[index] = IdempotencyKeyRefused()

    def waiting(self) -> Iterator[tuple[int, Submission]]:
        """Go through the submissions that have no answer and follow no other."""
        for index, submission in enumerate(self._submissions):
            if self._answers[index] is None and index not in self._followers:
                yield index, submission

    def keys(self) -> set[Key]:
        """Return the idempotency keys of those who wait."""
        return {key for _, one in self.waiting() if (key := key_of(one)) is not None}

    def answer(self, index: int, answer: Answer) -> None:
        """Give one submission its answer."""
        self._answers[index] = answer

    def repeat(
        self, used: Mapping[Key, tuple[str, str]], replies: Mapping[str, str | PersonErased]
    ) -> None:
        """Answer those whose key was used before: with the stored bytes, or with a refusal.

        Where the applicant was erased since, there are no bytes any more.
        """
        for index, submission in self.waiting():
            key = key_of(submission)
            if key is None or key not in used:
                continue
            body_hash, decision_id = used[key]
            reply = replies[decision_id]
            if body_hash != submission.body_hash:
                self._answers[index] = IdempotencyKeyReused()
            elif isinstance(reply, PersonErased):
                self._answers[index] = reply
            else:
                self._answers[index] = Reply(
                    status=CREATED, body=reply.encode(), replayed=True, decision_id=decision_id
                )

    def follows(self, index: int) -> bool:
        """Tell whether a valid submission before this one has the same key."""
        key = key_of(self._submissions[index])
        leader = None if key is None else self._leaders.get(key)
        if leader is None:
            return False
        if self._submissions[leader].body_hash == self._submissions[index].body_hash:
            self._followers[index] = leader
        else:
            self._answers[index] = IdempotencyKeyReused()
        return True

    def lead(self, index: int) -> None:
        """Let later submissions with the same key follow this one."""
        key = key_of(self._submissions[index])
        if key is not None:
            self._leaders[key] = index

    def answers(self) -> list[Answer]:
        """Return the answers; whoever followed gets the answer of the first."""
        for index, leader in self._followers.items():
            answer = self._answers[leader]
            if isinstance(answer, Reply):
                answer = Reply(
                    status=answer.status,
                    body=answer.body,
                    replayed=True,
                    decision_id=answer.decision_id,
                )
            self._answers[index] = answer
        return [answer for answer in self._answers if answer is not None]


def key_of(submission: Submission) -> Key | None:
    """Return what makes a submission the same as another one."""
    key = submission.idempotency_key
    return None if key is None else (submission.caller.id, key)


def _usable(key: str) -> bool:
    return 1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
