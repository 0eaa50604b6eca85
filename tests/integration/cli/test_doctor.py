"""`loanwright doctor --deep` on each database: sound, and with one thing wrong after the other."""

import asyncio
import json
import secrets

import aio_pika
import pytest
from sqlalchemy import text
from tests.handmade import handmade_package
from tests.integration.service.conftest import CARD, application
from tests.integration.service.messaging.test_rabbitmq import clean
from typer.testing import CliRunner

from loanwright.cli.checkup import check_all
from loanwright.cli.deep_checkup import deep_checks
from loanwright.cli.main import app
from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import build
from loanwright.service.messaging.rabbitmq import queue_arguments
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings


@pytest.fixture
def settings(database_url, tmp_path):
    (tmp_path / "var").mkdir(mode=0o700)
    return Settings(database_url=database_url, var_dir=tmp_path / "var")


@pytest.fixture
def bank(settings):
    """Return a bank that has decided five applications."""
    service = build(settings)
    if service.database.name == "sqlite":
        (settings.var_dir.parent / "loanwright.db").chmod(0o600)
    model = service.registry.register(handmade_package(settings.models_dir).path, by="tests")
    service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    service.policies.publish("credit-card", Policy.from_mapping(CARD.policy), by="tests")
    for _ in range(5):
        service.origination.submit(application())
    yield service
    service.close()


def findings(settings, last=20):
    return {one.about: one for one in check_all(settings, deep_checks(last))}


def test_a_sound_bank_has_nothing_wrong(bank):
    found = findings(bank.settings)
    assert {name: one.what for name, one in found.items() if one.state == "wrong"} == {}
    assert "the last 5 decisions come out the same" in found["replay"].what
    assert "is live" in found["policy of credit-card"].what
    assert found["outbox"].what == "0 messages wait"
    assert found["jobs"].what == "0 queued, 0 running, 0 failed"
    assert found["file modes"].state == "ok"


def test_a_decision_that_was_changed_does_not_come_out_the_same(bank):
    record = bank.decisions.list_page(limit=1).items[0]
    with bank.database.write() as connection:
        unguard(connection)
        connection.execute(
            text("UPDATE decisions SET score = score + 1 WHERE id = :id"), {"id": record.id}
        )
    found = findings(bank.settings)["replay"]
    assert found.state == "wrong"
    assert record.id in found.what
    assert findings(bank.settings, last=0)["replay"].state == "ok"


def unguard(connection):
    """Let rows be changed that never may be, as somebody with the database's own rights can."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    guards = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in connection.execute(guards).scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def test_a_key_that_is_missing_is_wrong_and_is_not_made_anew(bank):
    (bank.settings.var_dir / "identity.key").unlink()
    found = findings(bank.settings)
    assert found["identity.key"].state == "wrong"
    assert not (bank.settings.var_dir / "identity.key").exists()
    assert "replay" not in found


def test_a_key_that_others_can_read_is_wrong(bank):
    (bank.settings.var_dir / "master.key").chmod(0o644)
    found = findings(bank.settings)["file modes"]
    assert found.state == "wrong"
    assert "master.key" in found.what
    assert found.remedy.startswith("chmod 600 ")


def test_a_message_that_waits_too_long_is_told(bank):
    bank.later.order(application())
    assert findings(bank.settings)["outbox"].state == "ok"
    with bank.database.write() as connection:
        connection.execute(
            text("UPDATE outbox SET created_at = :at"),
            {"at": _long_ago(connection)},
        )
    found = findings(bank.settings)
    assert found["outbox"].state == "warning"
    assert found["jobs"].what.startswith("1 queued")


def _long_ago(connection):
    sqlite = connection.dialect.name == "sqlite"
    return "2026-01-01T00:00:00.000Z" if sqlite else "2026-01-01T00:00:00Z"


def test_a_product_without_its_policy_is_wrong(bank):
    with bank.database.write() as connection:
        unguard(connection)
        connection.execute(text("DELETE FROM policy_versions"))
    assert findings(bank.settings)["policy of credit-card"].state == "wrong"


def test_what_is_open_to_everybody_is_told(bank):
    told = bank.settings.model_copy(update={"host": "0.0.0.0", "metrics_public": True})
    found = findings(told)
    assert found["names"].state == found["metrics"].state == "warning"


@pytest.fixture
def prefix(rabbitmq_url):
    prefix = f"loanwright-test-{secrets.token_hex(4)}"
    yield prefix
    asyncio.run(clean(rabbitmq_url, prefix))


def with_broker(settings, url, prefix):
    from pydantic import SecretStr

    return settings.model_copy(update={"broker_url": SecretStr(url), "broker_prefix": prefix})


async def declare(url, prefix, arguments, letters=0):
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        dead = await channel.declare_queue(
            f"{prefix}.dead", durable=True, arguments={"x-queue-type": "quorum"}
        )
        await channel.declare_queue(f"{prefix}.jobs", durable=True, arguments=arguments)
        for _ in range(letters):
            await channel.default_exchange.publish(aio_pika.Message(b"job_1"), dead.name)


def test_the_broker_is_looked_at_and_left_as_it_is(settings, rabbitmq_url, prefix):
    told = with_broker(settings, rabbitmq_url, prefix)
    found = findings(told)
    assert found["broker"].what.startswith("RabbitMQ ")
    assert found["queue"].state == "warning"
    assert findings(told)["queue"].what == "it is missing"

    asyncio.run(declare(rabbitmq_url, prefix, queue_arguments(f"{prefix}.dead"), letters=2))
    found = findings(told)
    assert found["queue"].state == "ok"
    assert found["dead letters"].what == "2 messages were given up"


def test_a_queue_that_could_lose_messages_is_wrong(settings, rabbitmq_url, prefix):
    asyncio.run(declare(rabbitmq_url, prefix, {"x-queue-type": "classic"}))
    found = findings(with_broker(settings, rabbitmq_url, prefix))["queue"]
    assert found.state == "wrong"
    assert "different" in found.what


def test_a_broker_that_is_away_is_wrong_and_stops_no_other_check(bank):
    found = findings(with_broker(bank.settings, "amqp://guest@127.0.0.1:1/", "x"))
    assert found["broker"].state == "wrong"
    assert found["replay"].state == "ok"


def test_in_an_empty_directory_nothing_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "VAR_DIR"):
        monkeypatch.delenv(f"LOANWRIGHT_{name}", raising=False)
    told = CliRunner().invoke(app, ["doctor", "--deep", "--json"])
    assert told.exit_code == 0, told.output
    found = {one["about"]: one for one in json.loads(told.stdout)}
    assert found["database"]["state"] == "warning"
    assert found["database"]["remedy"]
    assert list(tmp_path.iterdir()) == []


def test_the_exit_code_tells_what_is_wrong(bank, monkeypatch):
    settings = bank.settings
    monkeypatch.setenv("LOANWRIGHT_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LOANWRIGHT_VAR_DIR", str(settings.var_dir))
    assert CliRunner().invoke(app, ["doctor", "--deep"]).exit_code == 0
    (settings.var_dir / "master.key").chmod(0o644)
    told = CliRunner().invoke(app, ["doctor", "--deep", "--quiet"])
    assert told.exit_code == 1
    assert "WRONG    file modes" in told.stdout
    assert CliRunner().invoke(app, ["doctor", "--quiet"]).exit_code == 0
