"""What is personal is nowhere to be read: not before an erasure, and after it not even by us."""

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from tests.integration.service.conftest import BEHAVIOUR, CARD, application
from tests.integration.service.erasure.conftest import ADMIN, apply

from loanwright.service.applicants.schemas import Contacts, Identity, Verification
from loanwright.service.privacy.keys import Key, SealBroken
from loanwright.service.users.permissions import PERMISSIONS
from loanwright.service.users.schemas import Principal

ROOT = Principal(id="usr_ROOT", kind="key", permissions=frozenset(PERMISSIONS))
LIMIT, BILL = 417_239, 538_417
NUMBER = "CANARY4509777123"
CONTACTS = Contacts(
    name="Wilhelmina Canary",
    email="canary@example.org",
    phone="+49 30 7777 4711",
    address="Canary Row 4711",
    date_of_birth=date(1947, 11, 7),
)
CANARIES = (
    str(LIMIT),
    str(BILL),
    NUMBER,
    "Wilhelmina",
    "canary@example",
    "7777 4711",
    "Canary Row",
    "1947-11-07",
)


@pytest.fixture
def flows(service):
    """Send the canaries through every flow that keeps something."""
    identity = Identity(document_number=NUMBER, verified_how=Verification.IN_PERSON)
    added = service.applicant_records.add(ROOT, contacts=CONTACTS, language="en", identity=identity)
    features = {"limit": LIMIT, "education": "university"}
    known = {**BEHAVIOUR, "bill_1": BILL}
    service.applicants.record_behaviours(CARD, {NUMBER: known})
    one = apply(service, document_number=NUMBER, features=features)
    done = service.later.order(application(document_number=NUMBER, features=features))
    assert service.work(done.id)
    service.later.order(application(document_number=NUMBER, features=features))
    failing = service.later.order(application(document_number=NUMBER, features=features))
    service.jobs.finish(service.jobs.claim(failing.id), fail())
    service.ledger.seal()
    assert one.person == added.id
    return one


def fail():
    from loanwright.service.jobs.schemas import Outcome

    return Outcome(problem=json.dumps({"code": "gave_up"}))


def dump(database_url):
    """Return everything the database holds, as bytes."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return Path(url.database).read_bytes()
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = ["pg_dump", "--inserts", address]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def found_in(content):
    return [one for one in CANARIES if one.encode() in content or one.upper().encode() in content]


def test_nothing_personal_can_be_read_in_the_database_even_before_an_erasure(
    service, flows, database_url
):
    content = dump(database_url)
    assert flows.decision.encode() in content
    assert found_in(content) == []


def test_nothing_personal_lies_in_the_files_of_the_service(service, flows):
    service.erasure.request(ADMIN, flows.person, reason="letter 1", force=True)
    files = [one for one in service.settings.var_dir.rglob("*") if one.is_file()]
    assert files
    assert {one.name: found_in(one.read_bytes()) for one in files} == {
        one.name: [] for one in files
    }


def test_messages_carry_ids_alone(service, flows, database):
    with database.read() as connection:
        rows = connection.execute(text("SELECT topic, subject FROM outbox")).all()
    assert len(rows) >= 3
    for topic, subject in rows:
        assert topic.isidentifier()
        prefix, _, rest = subject.partition("_")
        assert (len(prefix), len(rest), rest.isalnum()) == (3, 26, True)


def test_after_an_erasure_not_even_the_master_key_opens_anything(service, flows, database):
    with database.read() as connection:
        ((before,),) = connection.execute(
            text("SELECT wrapped FROM person_keys WHERE person_id = :id"), {"id": flows.person}
        ).all()
    service.erasure.request(ADMIN, flows.person, reason="letter 1", force=True)
    with database.read() as connection:
        row = connection.execute(
            text("SELECT id, snapshot FROM decisions WHERE id = :id"), {"id": flows.decision}
        ).one()
        keys = connection.execute(text("SELECT wrapped FROM person_keys")).scalars().all()

    assert before is not None
    assert before not in {key for key in keys if key}
    place = f"decisions.snapshot:{row.id}"
    for key in (service.vault.master, Key(bytes(32))):
        with pytest.raises(SealBroken):
            key.open(row.snapshot, place=place)


def test_the_key_itself_is_not_left_in_the_file(service, flows, database_url):
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        pytest.skip("PostgreSQL overwrites old versions of rows when it vacuums")
    with service.database.read() as connection:
        ((wrapped,),) = connection.execute(
            text("SELECT wrapped FROM person_keys WHERE person_id = :id"), {"id": flows.person}
        ).all()
    file = Path(url.database)
    assert wrapped.encode() in file.read_bytes()
    service.erasure.request(ADMIN, flows.person, reason="letter 1", force=True)

    assert wrapped.encode() not in file.read_bytes()
    journal = file.with_name(file.name + "-journal")
    assert not journal.exists() or wrapped.encode() not in journal.read_bytes()


def test_nothing_personal_can_be_read_after_an_erasure(service, flows, database_url):
    service.erasure.request(ADMIN, flows.person, reason="letter 1", force=True)
    service.ledger.seal()

    assert found_in(dump(database_url)) == []
    assert service.ledger.verify().findings == ()
