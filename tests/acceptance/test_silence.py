"""Names, document numbers and incomes go through everything, and none of it says them aloud."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import aio_pika
import httpx
import pytest
from tests.integration.service.messaging.test_rabbitmq import clean
from tests.servers import fresh_postgresql_database

from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings

LOANWRIGHT = str(Path(sys.executable).with_name("loanwright"))
NAME, DOCUMENT, INCOME, WORD = "Zoidberkanin", "QX7788123Z", 73_519_642, "hunter2canary"
CANARIES = (NAME, DOCUMENT, str(INCOME), WORD)
KEY = "k" * 32


@pytest.fixture
def environment(tmp_path, rabbitmq_url):
    prefix = f"loanwright-test-{secrets.token_hex(4)}"
    with fresh_postgresql_database() as url:
        yield {
            "PATH": os.environ["PATH"],
            "LOANWRIGHT_VAR_DIR": str(tmp_path / "var"),
            "LOANWRIGHT_DATABASE_URL": url,
            "LOANWRIGHT_IDENTITY_KEY": KEY,
            "LOANWRIGHT_MASTER_KEY": KEY,
            "LOANWRIGHT_BROKER_URL": rabbitmq_url,
            "LOANWRIGHT_BROKER_PREFIX": prefix,
            "LOANWRIGHT_PORT": "0",
            "LOANWRIGHT_STOP_DELAY": "0",
            **({"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}),
        }
    asyncio.run(clean(rabbitmq_url, prefix))


@pytest.fixture
def token(environment):
    from tests.handmade import CARD, handmade_package

    settings = Settings(
        database_url=environment["LOANWRIGHT_DATABASE_URL"],
        var_dir=environment["LOANWRIGHT_VAR_DIR"],
        identity_key=KEY,
        master_key=KEY,
    )
    upgrade_database(settings)
    service = build(settings)
    model = service.registry.register(handmade_package(settings.models_dir).path, by="tests")
    service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    service.policies.publish("credit-card", Policy.from_mapping(CARD.policy), by="tests")
    token = service.keys.create("tests")[1]
    service.close()
    return token


class Running:
    """A process and everything it has said."""

    def __init__(self, environment, directory, *command):
        self.file = directory / f"{command[0]}.log"
        self.process = subprocess.Popen(
            [LOANWRIGHT, *command],
            env=environment,
            cwd=directory,
            stdout=self.file.open("wb"),
            stderr=subprocess.STDOUT,
        )

    def said(self):
        return self.file.read_text()

    def wait_for(self, word):
        until = time.monotonic() + 60
        while word not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until
            time.sleep(0.1)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def requests(token):
    """Return requests that carry canaries everywhere that a caller can put them."""
    good = {"product": "credit-card", "features": {"limit": 200_000, "education": "university"}}
    known = {"applicant": {"document_number": DOCUMENT}}
    wrong = {"product": "credit-card", "features": {"limit": INCOME, "education": NAME}}
    own = {"authorization": f"Bearer {token}"}
    later = {**own, "prefer": "respond-async"}
    strange = {**own, "referer": f"https://x/{NAME}", "x-name": NAME, "user-agent": DOCUMENT}
    path = "/v1/applications"
    return [
        ("POST", path, {"json": {**good, **known}, "headers": own}),
        ("POST", path, {"json": {**good, **known}, "headers": later}),
        ("POST", path, {"json": {**good, **known}, "headers": strange}),
        ("POST", path, {"json": {**wrong, **known}, "headers": own}),
        ("POST", path, {"json": {**good, NAME: DOCUMENT}, "headers": own}),
        ("POST", path, {"json": {**good, **known}, "headers": {"authorization": WORD}}),
        ("POST", path, {"content": f'{{"{NAME}": {INCOME}'.encode(), "headers": _json(own)}),
        ("POST", path, {"content": f"{NAME}\x00".encode(), "headers": _json(own)}),
        ("POST", f"{path}?name={NAME}", {"json": good, "headers": own}),
        ("POST", "/upload_features", {"json": {**good, **known}, "headers": own}),
        ("GET", f"/v1/applications/{DOCUMENT}", {"headers": own}),
        ("GET", f"/v1/decisions?product={NAME}&cursor={DOCUMENT}", {"headers": own}),
        ("GET", f"/{NAME}/{DOCUMENT}?income={INCOME}", {"headers": own}),
        (NAME.upper(), f"/{NAME}", {"headers": own}),
        ("POST", "/apply/credit-card", {"data": {"limit": str(INCOME), "name": NAME}}),
        ("GET", "/v1/products", {"cookies": {"name": NAME, "password": WORD}}),
        ("PUT", f"/v1/models/{NAME}", {"json": {"password": WORD}, "headers": own}),
        ("GET", "/metrics", {"headers": {"authorization": f"Bearer {WORD}"}}),
    ]


def _json(headers):
    return {**headers, "content-type": "application/json"}


async def _letters(url, prefix):
    """Return what lies in the queues."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(f"{prefix}.jobs", passive=True)
        found = []
        while (message := await queue.get(fail=False, timeout=5)) is not None:
            found.append(repr((message.body, message.headers, message.properties)))
            await message.nack(requeue=True)
            if len(found) > 50:
                break
        return found


def test_logs_figures_and_messages_name_nobody(environment, token, tmp_path, rabbitmq_url):
    api = Running(environment, tmp_path, "serve")
    worker = Running(environment, tmp_path, "worker", "--metrics-port", "9465")
    try:
        api.wait_for("on http://")
        worker.wait_for("worker_ready")
        address = api.said().split("API documentation: ")[1].split("/docs")[0]
        statuses = set()
        with httpx.Client(base_url=address, timeout=30) as caller:
            for method, path, more in requests(token):
                statuses.add(caller.request(method, path, **more).status_code)
            figures = caller.get("/metrics", headers={"authorization": f"Bearer {token}"}).text
            _wait_until_done(caller, token)
        worker_figures = httpx.get("http://127.0.0.1:9465/metrics").text
    finally:
        for one in (api, worker):
            one.stop()
    assert {201, 202, 401, 404, 422} <= statuses
    assert not {status for status in statuses if status >= 500}
    said = {"service": api.said(), "worker": worker.said(), "figures": figures + worker_figures}
    found = [(place, one) for place, text in said.items() for one in CANARIES if one in text]
    assert found == []
    events = [json.loads(line) for line in api.said().splitlines() if line.startswith("{")]
    assert len([one for one in events if one["event"] == "request"]) >= len(requests(token))
    assert "worker_ready" in worker.said()


def test_outages_are_told_without_what_was_on_its_way(environment, token, tmp_path):
    """The database goes away while people apply; the worker meets it too."""
    api = Running({**environment, "LOANWRIGHT_DATABASE_TIMEOUT": "1"}, tmp_path, "serve")
    worker = Running({**environment, "LOANWRIGHT_DATABASE_TIMEOUT": "1"}, tmp_path, "worker")
    try:
        api.wait_for("on http://")
        worker.wait_for("worker_ready")
        address = api.said().split("API documentation: ")[1].split("/docs")[0]
        _take_away(environment["LOANWRIGHT_DATABASE_URL"])
        statuses = []
        with httpx.Client(base_url=address, timeout=30) as caller:
            for method, path, more in requests(token)[:10]:
                statuses.append(caller.request(method, path, **more).status_code)
        worker.wait_for("relay_waits")
    finally:
        for one in (api, worker):
            one.stop()
    assert 503 in statuses
    assert 500 not in statuses
    for one in (api, worker):
        assert [canary for canary in CANARIES if canary in one.said()] == []


def test_a_message_is_an_id_and_nothing_else(environment, token, tmp_path, rabbitmq_url):
    prefix = environment["LOANWRIGHT_BROKER_PREFIX"]
    worker = Running(environment, tmp_path, "worker")
    worker.wait_for("broker_connected")
    worker.process.kill()
    worker.process.wait(10)
    settings = Settings(
        database_url=environment["LOANWRIGHT_DATABASE_URL"],
        var_dir=environment["LOANWRIGHT_VAR_DIR"],
        identity_key=KEY,
        master_key=KEY,
    )
    service = build(settings)
    from tests.integration.service.conftest import application

    for _ in range(5):
        service.later.order(application(document_number=DOCUMENT))
    rows = json.dumps([_plain(row) for row in _outbox(service)])
    service.close()
    assert "job_" in rows
    assert [one for one in CANARIES if one in rows] == []
    asyncio.run(_publish(rabbitmq_url, prefix, json.loads(rows)))
    letters = asyncio.run(_letters(rabbitmq_url, prefix))
    assert letters
    assert [one for one in CANARIES for letter in letters if one in letter] == []


async def _publish(url, prefix, rows):
    """Let the product's own link publish what waits in the outbox."""
    from datetime import UTC, datetime

    from tests.unit.service.edge.test_gate import Events

    from loanwright.service.messaging.rabbitmq import RabbitMQ
    from loanwright.service.messaging.schemas import Message

    link = RabbitMQ(url, prefix=prefix, concurrency=1, events=Events())
    stopping = asyncio.Event()
    messages = [
        Message(sequence=n, topic="jobs", subject=row[1], created_at=datetime.now(UTC))
        for n, row in enumerate(rows, 1)
    ]
    # Nobody works: whatever is told of stays in the queue.
    running = asyncio.create_task(link.run(lambda _subject: False, stopping))
    for _ in range(100):
        await asyncio.sleep(0.1)
        try:
            await asyncio.to_thread(link.publish, messages)
        except Exception:
            continue
        break
    stopping.set()
    await running


def _outbox(service):
    from sqlalchemy import text

    with service.database.read() as connection:
        return connection.execute(text("SELECT topic, subject FROM outbox")).all()


def _plain(row):
    return [str(value) for value in row]


def _take_away(url):
    from sqlalchemy import create_engine, make_url, text

    name = make_url(url).database
    engine = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false'))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
    engine.dispose()


def _wait_until_done(caller, token):
    until = time.monotonic() + 30
    headers = {"authorization": f"Bearer {token}"}
    while time.monotonic() < until:
        text = caller.get("/metrics", headers=headers).text
        if 'loanwright_jobs{state="queued"} 0.0' in text:
            return
        time.sleep(0.2)
    raise AssertionError("jobs still wait")
