"""Every command of compose.yaml and the Dockerfile, run as it stands there, on real servers."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.integration.deployment.files import OURS, SERVICES, exec_form, stages
from tests.integration.deployment.test_files import secrets_in
from tests.integration.service.messaging.test_rabbitmq import clean
from tests.servers import fresh_postgresql_database

BIN = Path(sys.executable).parent
METRICS_PORT = "9464"
GOOD = {"product": "credit-card", "features": {"limit": 200_000, "education": "university"}}


@dataclass
class Machine:
    """A directory and an environment like those of a container."""

    directory: Path
    environment: dict[str, str]
    metrics_port: str

    def command(self, words):
        return [one.replace(METRICS_PORT, self.metrics_port) for one in words]

    def run(self, words, seconds=600):
        return subprocess.run(
            self.command(words),
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    def start(self, words):
        return subprocess.Popen(
            self.command(words),
            cwd=self.directory,
            env=self.environment,
            stdout=(self.directory / f"{words[1]}.log").open("wb"),
            stderr=subprocess.STDOUT,
        )


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.fixture(scope="module")
def machine(tmp_path_factory, rabbitmq_url):
    """Return a machine on which the job of compose that prepares everything has run."""
    directory = tmp_path_factory.mktemp("machine")
    made = secrets_in(directory / "secrets")
    prefix = f"loanwright-test-{secrets.token_hex(4)}"
    with fresh_postgresql_database() as url:
        for name, text in {"database_url": url, "broker_url": rabbitmq_url}.items():
            file = made / f"loanwright_{name}"
            file.unlink()
            file.write_text(text)
        told = {name: str(value) for name, value in OURS["api"]["environment"].items()}
        image = dict(
            one.split("=", 1)
            for word, rest in stages()["runtime"]
            if word == "ENV"
            for one in rest.split()
        )
        environment = {
            **image,
            **told,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "LOANWRIGHT_SECRETS_DIR": str(made),
            "LOANWRIGHT_VAR_DIR": str(directory / "var"),
            "LOANWRIGHT_LOG_LEVEL": "info",
            "LOANWRIGHT_PORT": free_port(),
            "LOANWRIGHT_BROKER_PREFIX": prefix,
            "NUMBA_CACHE_DIR": str(directory / "cache"),
        }
        if "PYTHONPATH" in os.environ:
            environment["PYTHONPATH"] = os.environ["PYTHONPATH"]
        yield Machine(directory, environment, free_port())
    asyncio.run(clean(rabbitmq_url, prefix))


@pytest.fixture(scope="module")
def prepared(machine):
    """Return the machine once the job of compose that prepares everything has run."""
    told = machine.run(OURS["prepare"]["command"])
    assert told.returncode == 0, told.stdout + told.stderr
    assert "The tables are at" in told.stdout
    assert "demo bank is ready" in told.stdout
    return machine


def wait_for(machine, words, process, seconds=60):
    until = time.monotonic() + seconds
    while machine.run(words, 30).returncode != 0:
        assert process.poll() is None, (machine.directory / "serve.log").read_text()
        assert time.monotonic() < until
        time.sleep(0.5)


def check_of(name):
    """Return the command of a service's health check, as compose would run it."""
    own = SERVICES[name].get("healthcheck", {}).get("test")
    if own is None:
        return exec_form("HEALTHCHECK")
    assert own[0] == "CMD"
    return own[1:]


def test_nothing_is_left_out():
    """Whoever adds a service of ours to compose.yaml adds it to the test below."""
    assert set(OURS) == {"prepare", "api", "worker"}


def test_the_service_and_the_worker_start_are_found_well_and_stop(prepared):
    machine = prepared
    for name in ("api", "worker"):
        assert machine.run(check_of(name), 30).returncode == 1
    api = machine.start(SERVICES["api"]["command"])
    worker = machine.start(SERVICES["worker"]["command"])
    try:
        wait_for(machine, check_of("api"), api)
        wait_for(machine, check_of("worker"), worker)
        base = f"http://127.0.0.1:{machine.environment['LOANWRIGHT_PORT']}"
        key = machine.run(["loanwright", "key", "create", "tests"], 60).stdout.strip()
        with httpx.Client(base_url=base, headers={"authorization": f"Bearer {key}"}) as caller:
            told = caller.get("/health/ready").json()
            assert told["status"] == "ok", told
            assert told["parts"]["broker"] == "ok"
            assert caller.post("/v1/applications", json=GOOD).status_code == 201
            headers = {"prefer": "respond-async"}
            job = caller.post("/v1/applications", json=GOOD, headers=headers).json()["id"]
            until = time.monotonic() + 30
            while (state := caller.get(f"/v1/jobs/{job}").json()["state"]) != "done":
                assert time.monotonic() < until, state
                time.sleep(0.2)
        figures = httpx.get(f"http://127.0.0.1:{machine.metrics_port}/metrics").text
        assert 'loanwright_job_attempts_total{result="ended"} 1.0' in figures
        assert "loanwright_relay_lag_seconds_count 1.0" in figures
    finally:
        for one in (api, worker):
            one.send_signal(signal.SIGTERM)
        endings = [one.wait(30) for one in (api, worker)]
    assert endings[0] in {0, -signal.SIGTERM}
    assert endings[1] == 0
    assert machine.run(check_of("api"), 30).returncode == 1


def test_without_its_secrets_nothing_starts(prepared):
    short = prepared.directory / "short"
    short.mkdir()
    (short / "loanwright_identity_key").write_text("change-me")
    machine = Machine(
        prepared.directory,
        {**prepared.environment, "LOANWRIGHT_SECRETS_DIR": str(short)},
        prepared.metrics_port,
    )
    told = machine.run(SERVICES["api"]["command"], 60)
    assert told.returncode == 1
    assert "identity_key" in told.stderr
    assert "change-me" not in told.stderr
