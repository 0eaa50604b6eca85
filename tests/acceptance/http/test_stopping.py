"""A service that is told to stop under load: nobody gets an answer that cannot be asked again."""

import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from tests.acceptance.http.conftest import GOOD

CALLERS = 8
MOST_SECONDS = 10
BEFORE = 150
PAUSE = 0.02


class History:
    """What every request came to."""

    def __init__(self):
        self.answers = {}
        self.again = []
        self.wrong = []
        self.readiness = []
        self.stopped = threading.Event()

    def note(self, key, answer):
        if answer.status_code == 201:
            self.answers[key] = answer.content
        elif answer.status_code == 503 and "retry-after" in answer.headers:
            self.again.append(key)
        else:
            self.wrong.append((key, answer.status_code, answer.text))


def send(server, history, worker):
    # A caller that is told to close, or meets a closed door, opens a new connection.
    with server.caller() as caller:
        for number in range(100_000):
            if history.stopped.is_set():
                return
            key = f"{worker}-{number}"
            try:
                history.note(key, post(caller, key))
            except httpx.TransportError:
                history.again.append(key)
            time.sleep(PAUSE)


def post(caller, key):
    return caller.post(
        "/v1/applications", content=json.dumps(GOOD), headers={"idempotency-key": key}
    )


def watch(server, history):
    while not history.stopped.is_set():
        try:
            status = httpx.get(f"{server.address}/health/ready", timeout=5).status_code
        except httpx.TransportError:
            status = None
        history.readiness.append((status, len(history.answers)))
        time.sleep(PAUSE)


def test_a_stop_under_load_loses_nothing_and_says_before_that_it_comes(start):
    server, history = start(), History()
    with ThreadPoolExecutor(CALLERS + 1) as threads:
        for worker in range(CALLERS):
            threads.submit(send, server, history, worker)
        threads.submit(watch, server, history)
        until = time.monotonic() + 30
        while len(history.answers) < BEFORE and time.monotonic() < until:
            time.sleep(0.01)
        told = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        ending = server.process.wait(MOST_SECONDS)
        seconds = time.monotonic() - told
        time.sleep(0.2)
        history.stopped.set()
    assert ending in {0, -signal.SIGTERM}
    assert seconds < MOST_SECONDS
    assert history.wrong == []
    statuses = [status for status, _ in history.readiness]
    assert statuses[0] == 200
    # Not ready while the door was still open, and applications were still answered then.
    first_red = statuses.index(503)
    assert first_red < statuses.index(None)
    decided = [count for status, count in history.readiness if status == 503]
    assert decided[-1] > decided[0]

    again = start()
    # The same caller: an idempotency key is its own.
    again.token = server.token
    with again.caller() as caller:
        for key, body in history.answers.items():
            assert post(caller, key).content == body
        for key in history.again[:50]:
            assert post(caller, key).status_code == 201
    assert len(history.answers) >= BEFORE


def test_an_interrupt_stops_at_once(start):
    server = start()
    told = time.monotonic()
    server.process.send_signal(signal.SIGINT)
    server.process.wait(MOST_SECONDS)
    assert time.monotonic() - told < 5
