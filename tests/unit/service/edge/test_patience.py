import asyncio

import pytest

from loanwright.service.edge.gather import TookTooLong
from loanwright.service.edge.patience import Patience, within


def scope(path="/v1/models"):
    return {"type": "http", "path": path}


def answering(after, *, begin_after=0.0):
    async def app(_scope, _receive, send):
        await asyncio.sleep(begin_after)
        await send({"type": "http.response.start", "status": 200})
        await asyncio.sleep(after)
        await send({"type": "http.response.body", "body": b"whole"})

    return app


def ask(app, *, seconds=0.05, path="/v1/models", afterwards=0.0):
    sent = []

    async def send(message):
        sent.append(message["type"])

    async def story():
        try:
            await Patience(app=app, seconds=seconds)(scope(path), None, send)
        finally:
            await asyncio.sleep(afterwards)

    asyncio.run(story())
    return sent


def test_a_quick_answer_passes():
    assert ask(answering(0)) == ["http.response.start", "http.response.body"]


def test_an_answer_that_has_begun_is_sent_whole():
    assert ask(answering(0.1)) == ["http.response.start", "http.response.body"]


def test_what_has_not_begun_in_time_is_refused_and_says_nothing_later():
    sent = []

    async def send(message):
        sent.append(message)

    async def story():
        with pytest.raises(TookTooLong):
            await Patience(app=answering(0, begin_after=0.1), seconds=0.02)(scope(), None, send)
        await asyncio.sleep(0.2)

    asyncio.run(story())
    assert sent == []


def test_files_take_as_long_as_they_take():
    slow = answering(0, begin_after=0.1)
    assert len(ask(slow, seconds=0.02, path="/v1/batches")) == 2


def test_a_failure_comes_out_as_it_is():
    async def failing(*_parts):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(failing)


def test_a_block_that_takes_too_long_is_refused():
    async def story():
        async with within(0.01):
            await asyncio.sleep(1)

    with pytest.raises(TookTooLong):
        asyncio.run(story())
