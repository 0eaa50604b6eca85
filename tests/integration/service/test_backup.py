"""A copy that was brought back says the same, decides the same and verifies the same."""

import shutil
import subprocess

import pytest
from sqlalchemy import make_url
from tests.integration.service.conftest import PlainPackage, application, told
from tests.servers import fresh_postgresql_database

from loanwright.service.bootstrap import build


@pytest.fixture
def elsewhere(service, tmp_path):
    """Return a database that was restored from a copy of the service's."""
    if service.database.name == "sqlite":
        copy = tmp_path / "copy.db"
        copy.touch(mode=0o600)
        service.database.copy_into(copy)
        yield f"sqlite:///{copy}"
        return
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    with fresh_postgresql_database() as url:
        dump = tmp_path / "bank.dump"
        run("pg_dump", "--format=custom", f"--file={dump}", plain(service.settings.database_url))
        run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={plain(url)}", str(dump))
        yield url


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def plain(url):
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def decided(service, tmp_path):
    """Return the answers of some applications, sealed and exported."""
    submissions = [application(document_number=f"D{number}") for number in range(12)]
    replies = service.origination.submit_many(submissions)
    service.ledger.seal()
    service.ledger.export(tmp_path / "roots")
    return [told(one) for one in replies]


def test_a_restored_copy_decides_replays_and_verifies_as_before(
    service, decided, elsewhere, tmp_path
):
    settings = service.settings.model_copy(update={"database_url": elsewhere})
    restored = build(settings, load_package=PlainPackage.load)

    assert restored.ledger.verify(against=tmp_path / "roots").intact
    assert all(replay.equal for replay in restored.decisions.replay_all())
    assert restored.decisions.count() == len(decided)
    for one in decided:
        assert restored.decisions.reply_of(one.id) == service.decisions.reply_of(one.id)
    assert told(restored.origination.submit(application(document_number="D3"))).applicant.id == (
        decided[3].applicant.id
    )
    restored.close()


def test_a_copy_without_the_master_key_gives_nothing_personal(
    service, decided, elsewhere, tmp_path
):
    settings = service.settings.model_copy(
        update={"database_url": elsewhere, "var_dir": tmp_path / "thief"}
    )
    thief = build(settings, load_package=PlainPackage.load)

    with pytest.raises(Exception, match="cannot be opened"):
        thief.decisions.reply_of(decided[0].id)
    thief.close()
