"""What an older version stored plainly is sealed on the way, and opened on the way back."""

import json

import pytest
from sqlalchemy import text
from tests.integration.service.conftest import BEHAVIOUR, CARD, PlainPackage, application

from loanwright.service.bootstrap import build
from loanwright.service.migrations.sealing import MasterKeyNeeded
from loanwright.service.migrations.steps import downgrade, upgrade

SEALED = {
    "applications": ["received"],
    "behaviours": ["features"],
    "decisions": ["reply", "snapshot"],
    "jobs": ["payload"],
}


@pytest.fixture
def filled(service):
    service.applicants.record_behaviours(CARD, {"EXISTING": BEHAVIOUR})
    service.origination.submit_many(
        [application(), application(document_number="EXISTING"), application()]
    )
    for number in (None, "EXISTING", "UNKNOWN YET"):
        service.later.order(application(document_number=number))
    done = service.later.order(application())
    assert service.work(done.id)
    yield service
    upgrade(service.database, vault=service.vault)


def read(database):
    with database.read() as connection:
        return {
            table: sorted(
                tuple(row)
                for row in connection.execute(text(f"SELECT {', '.join(columns)} FROM {table}"))
            )
            for table, columns in SEALED.items()
        }


def texts(database):
    return [text for rows in read(database).values() for row in rows for text in row]


def test_what_is_sealed_is_opened_on_the_way_back_and_sealed_again(filled):
    assert all(one.startswith("s1.") for one in texts(filled.database) if one)
    downgrade(filled.database, "0007", vault=filled.vault)
    plain = read(filled.database)
    assert all(isinstance(json.loads(one), dict) for one in texts(filled.database) if one)

    upgrade(filled.database, vault=filled.vault)
    assert all(one.startswith("s1.") for one in texts(filled.database) if one)
    downgrade(filled.database, "0007", vault=filled.vault)
    assert read(filled.database) == plain


def test_rows_from_before_can_be_read_replayed_and_decided_afterwards(filled):
    waiting = [job.id for job in filled.jobs.list_jobs() if job.state == "queued"]
    replies = {one.id: one.reply for one in filled.decisions.read_all()}
    downgrade(filled.database, "0002", vault=filled.vault)
    upgrade(filled.database, vault=filled.vault)
    fresh = build(filled.settings, load_package=PlainPackage.load)

    assert {one.id: one.reply for one in fresh.decisions.read_all()} == replies
    assert all(one.equal for one in fresh.decisions.replay_all())
    assert fresh.applicants.find("EXISTING").behaviours["credit-card"].features == BEHAVIOUR
    assert len(waiting) == 3
    for job_id in waiting:
        assert fresh.work(job_id)
        assert fresh.jobs.get(job_id).state == "done"
    fresh.close()


def test_a_job_from_before_names_its_applicant_afterwards(filled):
    known = filled.applicants.find("EXISTING")
    downgrade(filled.database, "0007", vault=filled.vault)
    with filled.database.write() as connection:
        rows = connection.execute(text("SELECT id, payload FROM jobs WHERE payload <> ''")).all()
        for number, (job_id, payload) in enumerate(rows):
            names = [
                {"document_hash": None, "applicant_id": known.id},
                {"document_hash": "f" * 64, "applicant_id": None},
                {"document_hash": known.document_hash, "applicant_id": None},
            ]
            connection.execute(
                text("UPDATE jobs SET payload = :payload WHERE id = :id"),
                {"id": job_id, "payload": json.dumps(json.loads(payload) | names[number])},
            )
    upgrade(filled.database, vault=filled.vault)

    people = [filled.jobs.get(job_id).applicant_id for job_id, _ in rows]
    assert people[0] == people[2] == known.id
    assert people[1] not in (None, known.id)
    assert all(filled.work(job_id) for job_id, _ in rows)
    assert filled.jobs.count_by_state() == {"done": 4}


def test_without_the_master_key_plain_rows_are_not_carried_on(filled):
    downgrade(filled.database, "0007", vault=filled.vault)
    with pytest.raises(MasterKeyNeeded):
        upgrade(filled.database)
    upgrade(filled.database, vault=filled.vault)
    with pytest.raises(MasterKeyNeeded):
        downgrade(filled.database, "0007")


def test_what_belongs_to_an_erased_person_stays_closed_on_the_way_back(filled):
    decision = next(iter(filled.decisions.read_all()))
    with filled.database.write() as connection:
        filled.vault.destroy(connection, decision.applicant_id)
    downgrade(filled.database, "0007", vault=filled.vault)

    assert read(filled.database)["decisions"].count(("{}", "{}")) == 1
