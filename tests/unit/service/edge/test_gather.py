import asyncio
import threading

import pytest

from loanwright.errors import Rejected, Unavailable
from loanwright.service.edge.gather import Gatherer, Overloaded, Stopping, TookTooLong


class Refused(Rejected):
    """No."""


class CommitFailed(Unavailable):
    """The commit failed."""


class Desk:
    """Answers a batch when told to, and remembers what came together."""

    def __init__(self, *, held=False):
        self.batches = []
        self.threads = set()
        self.gate = threading.Event()
        if not held:
            self.gate.set()

    def run(self, items):
        self.batches.append(list(items))
        self.threads.add(threading.current_thread().name)
        assert self.gate.wait(5)
        return [Refused() if item == "bad" else f"<{item}>" for item in items]


def gatherer(run, *, batch=64, waiting=100, timeout=5.0, threads=1):
    return Gatherer(run, batch=batch, waiting=waiting, timeout=timeout, threads=threads)


async def settle(condition):
    for _ in range(2_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never happened")


def test_one_item_runs_at_once():
    async def story():
        desk = Desk()
        assert await gatherer(desk.run).submit("a") == "<a>"
        assert desk.batches == [["a"]]

    asyncio.run(story())


def test_whatever_arrives_meanwhile_is_the_next_batch():
    async def story():
        desk = Desk(held=True)
        gathered = gatherer(desk.run)
        first = asyncio.create_task(gathered.submit("a"))
        await settle(lambda: desk.batches)
        others = [asyncio.create_task(gathered.submit(item)) for item in "bcd"]
        await asyncio.sleep(0)
        desk.gate.set()
        assert await asyncio.gather(first, *others) == ["<a>", "<b>", "<c>", "<d>"]
        assert desk.batches == [["a"], ["b", "c", "d"]]

    asyncio.run(story())


def test_items_of_the_same_moment_share_a_batch_up_to_the_limit():
    async def story():
        desk = Desk()
        gathered = gatherer(desk.run, batch=4)
        await asyncio.gather(*(gathered.submit(n) for n in range(10)))
        assert [len(batch) for batch in desk.batches] == [4, 4, 2]
        assert desk.batches[0] == [0, 1, 2, 3]

    asyncio.run(story())


def test_all_batches_run_in_one_thread_apart_from_the_loop():
    async def story():
        desk = Desk()
        gathered = gatherer(desk.run, batch=1)
        await asyncio.gather(*(gathered.submit(n) for n in range(5)))
        assert len(desk.threads) == 1
        assert desk.threads != {threading.current_thread().name}

    asyncio.run(story())


def test_a_refused_item_does_not_fail_the_others():
    async def story():
        gathered = gatherer(Desk().run)
        answers = await asyncio.gather(
            *(gathered.submit(item) for item in ("a", "bad", "b")), return_exceptions=True
        )
        assert answers[0] == "<a>"
        assert isinstance(answers[1], Refused)
        assert answers[2] == "<b>"

    asyncio.run(story())


@pytest.mark.parametrize("failure", [CommitFailed(), RuntimeError("bug")])
def test_a_failed_batch_fails_for_everyone_in_it_and_for_nobody_else(failure):
    async def story():
        calls = []

        def run(items):
            calls.append(items)
            if len(calls) == 1:
                raise failure
            return list(items)

        gathered = gatherer(run)
        answers = await asyncio.gather(
            *(gathered.submit(n) for n in range(3)), return_exceptions=True
        )
        assert answers == [failure] * 3
        assert await gathered.submit("next") == "next"

    asyncio.run(story())


def test_a_full_queue_refuses_at_once():
    async def story():
        desk = Desk(held=True)
        gathered = gatherer(desk.run, waiting=2)
        first = asyncio.create_task(gathered.submit("a"))
        await settle(lambda: desk.batches)
        waiting = [asyncio.create_task(gathered.submit(item)) for item in "bc"]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await gathered.submit("d")
        desk.gate.set()
        assert await asyncio.gather(first, *waiting) == ["<a>", "<b>", "<c>"]

    asyncio.run(story())


def test_who_waits_too_long_is_told_and_gets_no_work_done():
    async def story():
        desk = Desk(held=True)
        gathered = gatherer(desk.run, timeout=0.05)
        running = asyncio.create_task(gathered.submit("running"))
        await settle(lambda: desk.batches)
        waiting = asyncio.create_task(gathered.submit("waiting"))
        for late in (running, waiting):
            with pytest.raises(TookTooLong):
                await late
        desk.gate.set()
        await settle(lambda: gathered.load == 0)
        assert desk.batches == [["running"]]

    asyncio.run(story())


def test_a_caller_who_leaves_does_not_disturb_the_others():
    async def story():
        desk = Desk(held=True)
        gathered = gatherer(desk.run)
        running = asyncio.create_task(gathered.submit("running"))
        await settle(lambda: desk.batches)
        left, stays = (asyncio.create_task(gathered.submit(n)) for n in ("left", "stays"))
        await asyncio.sleep(0)
        running.cancel()
        left.cancel()
        desk.gate.set()
        assert await stays == "<stays>"
        assert desk.batches == [["running"], ["stays"]]

    asyncio.run(story())


def test_closing_finishes_what_is_there_and_takes_nothing_more():
    async def story():
        desk = Desk(held=True)
        gathered = gatherer(desk.run, batch=1)
        tasks = [asyncio.create_task(gathered.submit(item)) for item in "abc"]
        await settle(lambda: desk.batches)
        closing = asyncio.create_task(gathered.close(5))
        await asyncio.sleep(0)
        with pytest.raises(Stopping):
            await gathered.submit("late")
        desk.gate.set()
        assert await asyncio.gather(*tasks) == ["<a>", "<b>", "<c>"]
        await closing

    asyncio.run(story())


def test_closing_does_not_wait_for_ever():
    async def story():
        desk = Desk(held=True)
        gathered = gatherer(desk.run, batch=1)
        tasks = [asyncio.create_task(gathered.submit(item)) for item in "ab"]
        await settle(lambda: desk.batches)
        await gathered.close(0.05)
        with pytest.raises(Stopping):
            await tasks[1]
        desk.gate.set()
        assert await tasks[0] == "<a>"

    asyncio.run(story())


def test_with_two_threads_the_next_batch_runs_beside_the_one_that_commits():
    async def story():
        desk = Desk(held=True)
        gathered = gatherer(desk.run, batch=4, threads=2)
        tasks = [asyncio.create_task(gathered.submit("a"))]
        await settle(lambda: len(desk.batches) == 1)
        tasks.append(asyncio.create_task(gathered.submit("b")))
        await settle(lambda: len(desk.batches) == 2)
        tasks += [asyncio.create_task(gathered.submit(item)) for item in "cd"]
        await asyncio.sleep(0.01)
        assert desk.batches == [["a"], ["b"]]
        desk.gate.set()
        assert await asyncio.gather(*tasks) == ["<a>", "<b>", "<c>", "<d>"]
        assert desk.batches == [["a"], ["b"], ["c", "d"]]
        assert len(desk.threads) == 2

    asyncio.run(story())


def test_a_few_wait_for_the_running_batch_rather_than_cost_a_transaction_of_their_own():
    async def story():
        desk = Desk(held=True)
        gathered = gatherer(desk.run, batch=64, threads=2)
        tasks = [asyncio.create_task(gathered.submit("a"))]
        await settle(lambda: len(desk.batches) == 1)
        tasks += [asyncio.create_task(gathered.submit(item)) for item in "bcd"]
        await asyncio.sleep(0.01)
        assert desk.batches == [["a"]]
        desk.gate.set()
        await asyncio.gather(*tasks)
        assert desk.batches == [["a"], ["b", "c", "d"]]

    asyncio.run(story())
