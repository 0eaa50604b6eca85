import pytest

from loanwright.errors import Rejected
from loanwright.service.origination.batch import Batch
from loanwright.service.origination.errors import IdempotencyKeyRefused, IdempotencyKeyReused
from loanwright.service.origination.schemas import Caller, Reply, Submission

BANK = Caller(id="key_1", kind="key")
OTHER = Caller(id="key_2", kind="key")


def submission(key, body="a", caller=BANK):
    return Submission(
        caller=caller,
        idempotency_key=key,
        body_hash=body,
        received=b"{}",
        product="credit-card",
        applicant=None,
        features={},
    )


def lead_and_answer(batch, index):
    batch.lead(index)
    reply = Reply(status=201, body=b"%d" % index, replayed=False, decision_id=f"dec_{index}")
    batch.answer(index, reply)
    return reply


def indices(batch):
    return [index for index, _ in batch.waiting()]


def test_the_same_key_and_body_in_one_batch_is_answered_once_and_repeated():
    batch = Batch([submission("k"), submission("k")])
    first = lead_and_answer(batch, 0)

    assert batch.follows(1)
    assert indices(batch) == []
    answers = batch.answers()
    assert answers[0] == first
    assert (answers[1].body, answers[1].replayed) == (first.body, True)


def test_the_same_key_with_another_body_in_one_batch_is_refused():
    batch = Batch([submission("k"), submission("k", body="b")])
    lead_and_answer(batch, 0)

    assert batch.follows(1)
    assert isinstance(batch.answers()[1], IdempotencyKeyReused)


def test_a_submission_that_was_refused_leaves_its_key_free_for_the_next():
    batch = Batch([submission("k"), submission("k", body="b")])
    batch.answer(0, Rejected())

    assert not batch.follows(1)
    lead_and_answer(batch, 1)
    assert [type(answer) for answer in batch.answers()] == [Rejected, Reply]


def test_keys_of_different_callers_are_different():
    batch = Batch([submission("k"), submission("k", caller=OTHER)])
    lead_and_answer(batch, 0)

    assert not batch.follows(1)


def test_submissions_without_a_key_never_follow():
    batch = Batch([submission(None), submission(None)])
    lead_and_answer(batch, 0)

    assert not batch.follows(1)


def test_a_key_that_was_used_before_gets_the_stored_bytes():
    batch = Batch([submission("k"), submission("l")])
    batch.repeat({("key_1", "k"): ("a", "dec_9")}, {"dec_9": "stored"})

    assert indices(batch) == [1]
    lead_and_answer(batch, 1)
    answer = batch.answers()[0]
    assert (answer.body, answer.replayed, answer.decision_id) == (b"stored", True, "dec_9")


def test_a_key_that_was_used_before_with_another_body_is_refused():
    batch = Batch([submission("k")])
    batch.repeat({("key_1", "k"): ("b", "dec_9")}, {"dec_9": "stored"})

    assert isinstance(batch.answers()[0], IdempotencyKeyReused)


@pytest.mark.parametrize("key", ["", "k" * 256, "é", "a\x00b", "a\nb"])
def test_a_key_that_no_header_may_carry_is_refused(key):
    batch = Batch([submission(key)])

    assert isinstance(batch.answers()[0], IdempotencyKeyRefused)
    assert batch.keys() == set()


def test_whoever_follows_a_refused_submission_is_refused_alike():
    batch = Batch([submission("k"), submission("k")])
    batch.lead(0)
    assert batch.follows(1)
    batch.answer(0, Rejected())

    assert [type(answer) for answer in batch.answers()] == [Rejected, Rejected]
