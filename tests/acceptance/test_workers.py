"""Real workers over a real broker, killed while they work: nothing is lost, nothing is double."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.handmade import handmade_package
from tests.integration.service.conftest import CARD, application
from tests.integration.service.messaging.test_rabbitmq import clean
from tests.servers import fresh_postgresql_database

from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings

LOANWRIGHT = str(Path(sys.executable).with_name("loanwright"))
JOBS = 120
KILLS = 6


@pytest.fixture(params=["rabbitmq", "no broker"])
def environment(request, tmp_path, rabbitmq_url):
    prefix = f"loanwright-test-{secrets.token_hex(4)}"
    told = {"LOANWRIGHT_VAR_DIR": str(tmp_path / "var"), "LOANWRIGHT_IDENTITY_KEY": "k" * 32}
    if request.param == "rabbitmq":
        told |= {"LOANWRIGHT_BROKER_URL": rabbitmq_url, "LOANWRIGHT_BROKER_PREFIX": prefix}
    with fresh_postgresql_database() as url:
        yield {**told, "LOANWRIGHT_DATABASE_URL": url}
    if request.param == "rabbitmq":
        asyncio.run(clean(rabbitmq_url, prefix))


@pytest.fixture
def service(environment):
    settings = Settings(
        database_url=environment["LOANWRIGHT_DATABASE_URL"],
        var_dir=environment["LOANWRIGHT_VAR_DIR"],
        identity_key="k" * 32,
    )
    upgrade_database(settings)
    service = build(settings)
    model = service.registry.register(handmade_package(settings.models_dir).path, by="tests")
    service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    service.policies.publish("credit-card", Policy.from_mapping(CARD.policy), by="tests")
    yield service
    service.close()


def start(environment):
    return subprocess.Popen(
        [LOANWRIGHT, "worker", "--concurrency", "2"],
        env={"PATH": os.environ["PATH"], **environment, **_source()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _source():
    return {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}


def wait_until_ready(worker):
    for line in worker.stdout:
        if "worker_ready" in line:
            return
    raise AssertionError("the worker ended before it was ready")


def open_jobs(service):
    counts = service.jobs.count_by_state()
    return counts.get("queued", 0) + counts.get("running", 0)


def test_workers_are_killed_and_every_job_is_done_once(environment, service):
    before = service.decisions.count()
    jobs = [service.later.order(application(idempotency_key=None)) for _ in range(JOBS)]
    workers = [start(environment), start(environment)]
    try:
        for number in range(KILLS):
            victim = workers[number % 2]
            wait_until_ready(victim)
            time.sleep(0.3)
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            workers[number % 2] = start(environment)
        for worker in workers:
            wait_until_ready(worker)
        deadline = time.monotonic() + 60
        while open_jobs(service) and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        endings = [worker.wait(timeout=30) for worker in workers]
    states = {service.jobs.get(job.id).state for job in jobs}
    assert states == {"done"}
    assert service.decisions.count() == before + JOBS
    decided = {service.jobs.get(job.id).result for job in jobs}
    assert len(decided) == JOBS
    assert json.loads(service.decisions.get(decided.pop()).reply)["decision"]
    assert endings == [0, 0]
