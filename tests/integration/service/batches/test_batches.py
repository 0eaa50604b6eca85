"""Batches that are cancelled, interrupted and taken over."""

import hashlib

import pytest
from tests.integration.http.test_batches import service, settings
from tests.integration.service.origination.test_trained import PEOPLE

from loanwright.service.audit.schemas import Actor
from loanwright.service.batches.errors import BatchEnded, BatchNotDone
from loanwright.service.batches.schemas import Asked, BatchState, BatchWishes, Upload
from loanwright.service.jobs.service import Progress
from loanwright.service.users.schemas import Principal

__all__ = ["service", "settings"]

KEY = Principal(id="key_1", kind="key", permissions=frozenset())
ROWS = 200_000


def accepted(service, rows=ROWS):
    batch_id = service.new_id("bat")
    path = service.batches.files.make(batch_id, "csv")
    line = "{limit},{education}\n"
    some = "".join(line.format(**one) for one in PEOPLE)
    content = "limit,education\n" + some * (rows // len(PEOPLE))
    path.write_text(content)
    upload = Upload(path=path, size=len(content), hash=hashlib.sha256(content.encode()).hexdigest())
    asked = Asked(
        caller_id="key_1",
        product="credit-card",
        segment=None,
        wishes=BatchWishes(kind="csv", result="csv"),
    )
    return service.batches.accept(Actor(id="key_1"), batch_id, asked, upload)


def test_a_batch_that_was_cancelled_before_its_turn_is_never_scored(service):
    found = accepted(service, rows=400)
    assert service.batches.cancel(KEY, found.batch.id).state is BatchState.CANCELLED
    assert service.workbench.work(found.job.id) is Progress.ENDED

    after = service.batches.get(KEY, found.batch.id)
    assert (after.state, after.batch.rows) == (BatchState.CANCELLED, 0)
    assert not service.batches.files.source(after.batch).exists()
    with pytest.raises(BatchEnded):
        service.batches.cancel(KEY, found.batch.id)


def test_a_batch_that_is_cancelled_at_work_ends_between_two_blocks(service, monkeypatch):
    monkeypatch.setattr("loanwright.service.jobs.beat.BEAT_SECONDS", 0.001)
    found = accepted(service)
    service.batches.cancel(KEY, found.batch.id)
    job = service.jobs.claim(found.job.id)
    late = service.batches._find(found.batch.id)
    with pytest.raises(Exception, match="cancelled"):
        service.batches.score(job)
    assert late.cancelled_at is not None
    assert not service.batches.files.result(late).exists()


def test_a_worker_that_stops_leaves_the_rest_to_another_without_counting_it(service):
    found = accepted(service)
    service.batches.stopping.set()
    with pytest.raises(Exception, match="another one goes on"):
        service.workbench.work(found.job.id)
    waiting = service.batches.get(KEY, found.batch.id)
    assert (waiting.state, waiting.job.attempts) == (BatchState.QUEUED, 0)
    with pytest.raises(BatchNotDone):
        service.batches.find_result(KEY, found.batch.id)

    service.batches.stopping.clear()
    assert service.workbench.work(found.job.id) is Progress.ENDED
    done = service.batches.get(KEY, found.batch.id)
    assert (done.state, done.batch.rows) == (BatchState.DONE, ROWS)
    lines = service.batches.find_result(KEY, found.batch.id).read_text().count("\n")
    assert lines == ROWS - done.batch.rejected + 1


def test_a_batch_keeps_its_model_though_another_becomes_champion(service):
    from loanwright.service.registry.schemas import State

    found = accepted(service, rows=400)
    for model in service.registry.list_models():
        if model.segment == "new":
            service.registry.retire(model.hash, by="tests")
    assert service.registry.get(found.batch.model_hash).state is State.RETIRED
    service.workbench.work(found.job.id)

    assert service.batches.get(KEY, found.batch.id).state is BatchState.DONE
