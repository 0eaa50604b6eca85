import json
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.acceptance.http.conftest import GOOD


def decisions(server):
    with server.caller() as caller:
        found, cursor = [], None
        while True:
            asked = {"limit": 200} | ({"cursor": cursor} if cursor else {})
            page = caller.get("/v1/decisions", params=asked).json()
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found


def test_a_hundred_parallel_identical_posts_make_one_decision(start):
    server = start()
    with ThreadPoolExecutor(100) as threads:
        answers = list(
            threads.map(lambda _: server.apply(**{"idempotency-key": "same"}), range(100))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    replayed = [one for one in answers if one.headers.get("idempotency-replayed") == "true"]
    assert len(replayed) == 99
    assert len(decisions(server)) == 1


def test_no_acknowledged_decision_is_lost_when_the_process_is_killed(start):
    server = start()
    acknowledged = []
    stop = threading.Event()

    def send(worker):
        try:
            with server.caller() as caller:
                for number in range(100_000):
                    if stop.is_set():
                        return
                    answer = caller.post(
                        "/v1/applications",
                        content=json.dumps(GOOD),
                        headers={"idempotency-key": f"{worker}-{number}"},
                    )
                    if answer.status_code == 201:
                        acknowledged.append((f"{worker}-{number}", answer.content))
        except httpx.TransportError:
            return

    with ThreadPoolExecutor(8) as threads:
        for worker in range(8):
            threads.submit(send, worker)
        until = time.monotonic() + 20
        while len(acknowledged) < 300 and time.monotonic() < until:
            time.sleep(0.01)
        server.process.kill()
        server.process.wait(10)
        stop.set()
    assert len(acknowledged) >= 300

    again = start()
    kept = {one["id"] for one in decisions(again)}
    assert {json.loads(body)["decision"]["id"] for _, body in acknowledged} <= kept
    # At most what was under way when the process died is there unacknowledged.
    assert len(kept) <= len(acknowledged) + 8
    with again.caller() as caller:
        for key, body in acknowledged[-40:]:
            answer = caller.get(f"/v1/applications/{json.loads(body)['id']}")
            assert answer.content == body, key
        for decision in sorted(kept):
            assert caller.post(f"/v1/decisions/{decision}/replay").json()["equal"] is True


def test_a_stop_signal_lets_open_requests_finish(start):
    server = start()
    with ThreadPoolExecutor(24) as threads:
        waiting = [threads.submit(server.apply) for _ in range(24)]
        until = time.monotonic() + 10
        while not any(one.done() for one in waiting) and time.monotonic() < until:
            time.sleep(0.001)
        server.process.send_signal(signal.SIGTERM)
        statuses, refused = [], 0
        for one in waiting:
            try:
                statuses.append(one.result(20).status_code)
            except httpx.ConnectError:
                refused += 1
    server.process.wait(20)
    assert statuses
    assert set(statuses) <= {201, 503}
    again = start()
    assert len(decisions(again)) == statuses.count(201)


def test_the_process_ends_soon_after_the_signal(start):
    server = start()
    assert server.apply().status_code == 201
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10) in {0, -signal.SIGTERM}


def test_a_body_without_end_is_cut(start):
    server = start()
    head = (
        "POST /v1/applications HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {server.token}\r\n\r\n"
    )
    sent = 0
    with socket.create_connection(server.place, timeout=20) as connection:
        connection.sendall(head.encode())
        piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            while sent < 50_000_000:
                connection.sendall(piece)
                sent += len(piece)
        except (ConnectionError, TimeoutError):
            pass
    assert sent < 50_000_000
    assert decisions(server) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"POST /v1/applications HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/applications HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["version", "binary", "negative length", "two lengths", "long path"],
)
def test_what_is_not_http_harms_nobody(start, raw):
    server = start()
    with socket.create_connection(server.place, timeout=5) as connection:
        connection.sendall(raw)
        connection.settimeout(5)
        try:
            answer = connection.recv(65_536)
        except (ConnectionError, TimeoutError):
            answer = b""
    assert not answer or answer.split(b" ")[1][:1] == b"4"
    assert server.apply().status_code == 201


def test_the_log_is_one_json_object_a_line_without_personal_data(start):
    server = start()
    canary = "CANARY-4711"
    document = {**GOOD, "applicant": {"document_number": canary}}
    assert server.apply(document).status_code == 201
    bad = {"product": "credit-card", "features": {"limit": 123_457, canary: canary}}
    assert server.apply(bad).status_code == 422
    httpx.get(f"{server.address}/{canary}?q={canary}")
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(10)
    time.sleep(0.2)
    events = [json.loads(line) for line in server.lines]
    requests = [one for one in events if one["event"] == "request"]
    assert [one["status"] for one in requests] == [201, 422, 404]
    assert all({"request_id", "route", "duration_ms", "timestamp"} <= set(one) for one in requests)
    written = b"".join(server.lines)
    assert b"CANARY" not in written
    assert b"123457" not in written
    assert server.token.encode() not in written
