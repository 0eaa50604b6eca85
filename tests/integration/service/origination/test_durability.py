import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.integration.service.conftest import PlainPackage

from loanwright.service.bootstrap import build

ROUNDS = 2
ROOT = Path(__file__).parents[4]
WRITER = """
import sys
from loanwright.service.bootstrap import build
from loanwright.service.settings import Settings
from tests.integration.service.conftest import PlainPackage, application, told

url, var_dir, prefix = sys.argv[1:]
settings = Settings(database_url=url, var_dir=var_dir, identity_key="k" * 32)
service = build(settings, load_package=PlainPackage.load)
for number in range(100_000):
    batch = [application(idempotency_key=f"{prefix}-{number}-{n}") for n in range(5)]
    for sent, reply in zip(batch, service.origination.submit_many(batch)):
        print(sent.idempotency_key, told(reply).id, reply.decision_id, flush=True)
"""


def write_until_killed(service, prefix):
    """Submit in a process of its own, kill it in the middle, return what it was answered."""
    settings = service.settings
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, settings.database_url, settings.var_dir, prefix],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
    )
    first = writer.stdout.readline()
    time.sleep(0.25)
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read()
    assert writer.wait(timeout=10) == -signal.SIGKILL
    lines = (first + rest).splitlines(keepends=True)
    return [line.split() for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_what_was_answered_is_there_after_the_process_was_killed(service, round_number):
    service.database.close()
    answered = write_until_killed(service, f"round-{round_number}")
    fresh = build(service.settings, load_package=PlainPackage.load)
    stored = {page.id for page in fresh.decisions.list_page(limit=200).items}

    assert answered
    for _, application_id, decision_id in answered:
        assert fresh.applications.get(application_id).id == application_id
        assert fresh.decisions.get(decision_id).application_id == application_id
    assert fresh.applications.count() == fresh.decisions.count() >= len(answered)
    assert stored
    fresh.close()
    check_file(service.settings.database_url)


def check_file(url):
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()
