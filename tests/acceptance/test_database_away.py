"""The real server while its own PostgreSQL is killed, slow, or behind a network that swallows."""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from faultlab.proxy import Fault, FaultProxy
from faultlab.servers import PartMissing, PostgreSQL, wait_until

ROOT = Path(__file__).parents[2]
GOOD = {"product": "credit-card", "features": {"limit": 200_000, "education": "university"}}
LONGEST = 5.0
AT_ONCE = 12


@pytest.fixture(scope="module")
def postgresql():
    # Not below pytest's own directory, which the user that PostgreSQL runs as cannot enter.
    with tempfile.TemporaryDirectory(prefix="faultlab-") as directory:
        try:
            own = PostgreSQL(Path(directory))
        except PartMissing as missing:
            pytest.skip(str(missing))
        own.create()
        own.start()
        yield own
        own.stop()


@pytest.fixture(scope="module")
def proxy(postgresql):
    between = FaultProxy(postgresql.port)
    yield between
    between.close()


@contextmanager
def running(postgresql, proxy, var_dir, **settings):
    name = f"bank_{time.monotonic_ns()}"
    postgresql.create_database(name)
    told = {f"LOANWRIGHT_{key.upper()}": str(value) for key, value in settings.items()}
    command = [sys.executable, "-m", "tests.acceptance.http.plain_server"]
    arguments = [str(var_dir), postgresql.url(proxy.port, name), "0"]
    environment = {"PATH": "", "PYTHONPATH": ":".join(filter(None, sys.path)), **told}
    with subprocess.Popen(
        [*command, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    ) as process:
        try:
            _, address, token = process.stdout.readline().decode().split()
            threading.Thread(target=process.stdout.read, daemon=True).start()
            headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            with httpx.Client(base_url=address, headers=headers, timeout=30) as caller:
                yield caller
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def caller(postgresql, proxy, tmp_path_factory):
    with running(postgresql, proxy, tmp_path_factory.mktemp("bank")) as calling:
        yield calling


@pytest.fixture(autouse=True)
def healed(proxy):
    yield
    proxy.heal()


def apply(caller, **headers):
    began = time.monotonic()
    answer = caller.post("/v1/applications", content=json.dumps(GOOD), headers=headers)
    return answer, time.monotonic() - began


def get(caller, path):
    began = time.monotonic()
    return caller.get(path), time.monotonic() - began


def ask_all(caller, seconds):
    """Ask for everything at once, again and again; return the answers and how long each took."""
    paths = ("/v1/models", "/health/ready", "/v1/jobs/job_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3")
    asked = [lambda: apply(caller), lambda: apply(caller, Prefer="respond-async")]
    asked += [lambda path=path: get(caller, path) for path in paths]
    until, found = time.monotonic() + seconds, []

    def keep_asking(number):
        answers = []
        while time.monotonic() < until:
            answers.append(asked[number % len(asked)]())
            time.sleep(0.05)
        return answers

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for answers in pool.map(keep_asking, range(AT_ONCE)):
            found += answers
    return found


def baseline(caller, times=20):
    return statistics.median(apply(caller)[1] for _ in range(times))


def well(caller):
    try:
        return apply(caller)[0].status_code == 201
    except httpx.HTTPError:
        return False


def test_while_the_database_is_dead_decisions_are_refused_at_once(caller, postgresql):
    assert apply(caller)[0].status_code == 201
    postgresql.kill()
    try:
        time.sleep(1.1)  # a key that was verified within the last second is not asked for again
        for headers in ({}, {"Prefer": "respond-async"}):
            answer, seconds = apply(caller, **headers)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) <= 3
            assert seconds <= 3
        assert get(caller, "/health/live")[0].status_code == 200
        assert get(caller, "/health/ready")[0].status_code == 503
    finally:
        postgresql.start()
    assert wait_until(lambda: well(caller), 15, "becoming healthy") <= 15


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="delay", amount=0.5),
        Fault(kind="delay", amount=2.0),
        Fault(kind="black hole"),
        Fault(kind="half-open"),
        Fault(kind="reset"),
    ],
    ids=str,
)
def test_a_slow_or_silent_database_keeps_nobody_waiting(caller, proxy, postgresql, fault):
    usual = baseline(caller)
    proxy.set(fault)
    live = []
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask_all, caller, 7)
        while not asking.done():
            live.append(get(caller, "/health/live"))
            time.sleep(0.2)
    found = asking.result()
    proxy.heal()

    assert max(seconds for _, seconds in found) <= LONGEST
    refused = [answer for answer, _ in found if answer.status_code >= 500]
    assert {answer.status_code for answer in refused} <= {503}
    assert all(int(answer.headers["retry-after"]) <= 3 for answer in refused)
    assert {answer.status_code for answer, _ in live} == {200}
    assert max(seconds for _, seconds in live) < 2
    wait_until(lambda: well(caller), 10, "becoming healthy")
    wait_until(lambda: baseline(caller, 5) <= usual * 3 + 0.05, 10, "becoming quick")
    wait_until(lambda: backends(postgresql) <= 5, 10, "closing what was left open")


def test_with_a_spool_score_only_traffic_is_answered_and_decided_once(postgresql, proxy, tmp_path):
    var_dir = tmp_path / "bank"
    with running(postgresql, proxy, var_dir, spool=True, spool_dir=tmp_path / "spool") as bank:
        assert apply(bank)[0].status_code == 201
        for how in ("killed", "silent"):
            postgresql.kill() if how == "killed" else proxy.set(Fault(kind="black hole"))
            try:
                check_spooling(bank, how)
            finally:
                postgresql.start() if how == "killed" else proxy.heal()
            wait_until(lambda: well(bank), 15, "becoming healthy")
            wait_until(lambda: not list((tmp_path / "spool").glob("*.jsonl")), 15, "replaying")
            for number in range(40):
                answer, _ = apply(bank, **{"Idempotency-Key": f"{how}-{number}"})
                assert answer.status_code == 201
                assert answer.headers["idempotency-replayed"] == "true"
    assert not list((tmp_path / "spool").iterdir())


def check_spooling(bank, how):
    named = {**GOOD, "applicant": {"document_number": "AB 1"}}
    first = {}
    for number in range(40):
        answer, seconds = apply(bank, **{"Idempotency-Key": f"{how}-{number}"})
        assert answer.status_code == 202
        assert answer.json()["decision"]["outcome"] == "refer"
        assert seconds <= LONGEST
        first[number] = answer.content
    assert apply(bank)[1] < 0.5
    for number, content in first.items():
        assert apply(bank, **{"Idempotency-Key": f"{how}-{number}"})[0].content == content
    refused = bank.post("/v1/applications", content=json.dumps(named))
    assert refused.status_code == 503
    wrong = bank.post("/v1/applications", content=json.dumps({**GOOD, "product": "x"}))
    assert wrong.status_code == 422


def backends(postgresql):
    with postgresql.connect() as connection:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'bank_%'"
        return connection.execute(statement).fetchone()[0]
