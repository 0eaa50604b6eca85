"""Seals over what many write at once, and what they show."""

import threading

import pytest
from tests.integration.service.audit.conftest import Superuser
from tests.integration.service.conftest import PlainPackage, application, told

from loanwright.service.audit.adoption import adopt
from loanwright.service.audit.proof import check_proof
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.auditing.proofs import Proofs
from loanwright.service.bootstrap import build

ANNA = Actor(id="usr_ANNA")


def record(service, subject):
    with service.database.write() as connection:
        service.audit.record(connection, ANNA, [Change(action="a.done", subject=subject)])


def fail_after_recording(service):
    with service.database.write() as connection:
        service.audit.record(connection, ANNA, [Change(action="a.done", subject="never")])
        raise ZeroDivisionError


def covered(service):
    return [seal.entries for seal in service.ledger.list_seals(limit=200)]


def findings(service):
    return [str(one) for one in service.ledger.verify().findings]


def test_nothing_to_seal_makes_no_seal(busy):
    seals = covered(busy)
    assert busy.ledger.seal() == 0
    assert covered(busy) == seals


def test_an_entry_that_is_committed_after_a_later_one_is_sealed_all_the_same(busy):
    if busy.database.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    busy.ledger.seal()
    with busy.database.write() as slow:
        busy.audit.record(slow, ANNA, [Change(action="a.done", subject="slow")])
        record(busy, "quick")
        assert busy.ledger.seal() == 1
        record(busy, "quicker")
        assert busy.ledger.seal() == 1
    assert findings(busy) == []
    record(busy, "last")
    assert busy.ledger.seal() == 2
    assert findings(busy) == []
    busy.ledger.seal()
    places = covered(busy)[-3:]
    slow_one = int(places[0]) - 1
    assert places == [f"{slow_one + 1}", f"{slow_one + 2}", f"{slow_one},{slow_one + 3}"]


def test_places_of_transactions_that_failed_are_waited_for_only_as_long_as_need_be(busy):
    for number in range(6):
        with pytest.raises(ZeroDivisionError):
            fail_after_recording(busy)
        record(busy, f"x{number}")
        busy.ledger.seal()
    for number in range(3):
        record(busy, f"y{number}")
        busy.ledger.seal()

    assert busy.ledger.list_seals(limit=200)[-1].awaited == "[]"
    assert findings(busy) == []


def test_an_entry_slipped_into_a_place_that_nobody_took_is_found(busy):
    if busy.database.name == "sqlite":
        pytest.skip("SQLite leaves no place empty")
    with pytest.raises(ZeroDivisionError):
        fail_after_recording(busy)
    for number in range(4):
        record(busy, f"x{number}")
        busy.ledger.seal()
    superuser = Superuser(busy.database)
    rows = sorted(superuser.kept["audit_entries"], key=lambda row: row["sequence"])
    taken = {row["sequence"] for row in rows}
    place = next(n for n in range(1, max(taken)) if n not in taken)
    genuine = rows.pop()
    superuser.write({"audit_entries": [*rows, {**genuine, "sequence": place}]})

    assert [one.split(":")[0] for one in findings(busy)] == [
        f"audit_entries #{genuine['sequence']}",
        f"audit_entries {genuine['id']}",
    ]


def test_many_that_write_and_seal_at_once_lose_nothing(busy):
    before = busy.ledger.count()
    others = [build(busy.settings, load_package=PlainPackage.load) for _ in range(3)]

    def work(service):
        for _ in range(5):
            service.origination.submit_many([application() for _ in range(5)])
            service.ledger.seal()

    threads = [threading.Thread(target=work, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    record(busy, "last")
    while busy.ledger.seal():
        pass
    verified = busy.ledger.verify()

    assert verified.findings == ()
    assert verified.entries == verified.sealed == before + 76


def test_what_this_service_has_not_written_is_never_sealed(busy):
    superuser = Superuser(busy.database)
    rows = superuser.kept["audit_entries"]
    forged = {**rows[-1], "sequence": rows[-1]["sequence"] + 1, "id": "aud_" + "0" * 26}
    superuser.write({"audit_entries": [*rows, forged]})

    assert busy.ledger.seal() == 0
    assert findings(busy)[0].startswith(f"audit_entries {forged['id']}:")


def test_the_end_cannot_be_cut_off_unseen(busy, tmp_path):
    reply = told(busy.origination.submit(application()))
    busy.ledger.seal()
    busy.ledger.export(tmp_path / "kept", entries=True)
    superuser = Superuser(busy.database)
    kept = superuser.kept
    superuser.write(
        {
            "audit_seals": kept["audit_seals"][:-1],
            "audit_entries": kept["audit_entries"][:-1],
            "decisions": [row for row in kept["decisions"] if row["id"] != reply.decision.id],
            "applications": [row for row in kept["applications"] if row["id"] != reply.id],
        }
    )
    # The owner of the database has found the service's own copy, too.
    (busy.settings.audit_export_dir / "seals.jsonl").unlink()

    assert findings(busy) == []
    number = kept["audit_seals"][-1]["number"]
    (cut,) = busy.ledger.verify(tmp_path / "kept").findings
    assert str(cut) == f"audit_seals {number}: it was exported, and it is missing"
    lines = (tmp_path / "kept" / "entries.jsonl").read_text().splitlines()
    assert len(lines) == len(kept["audit_entries"])


def test_a_log_written_anew_is_not_the_one_that_was_exported(busy, tmp_path):
    busy.ledger.export(tmp_path / "kept")
    superuser = Superuser(busy.database)
    # Whoever has the keys as well can write a whole history, but not the one that was exported.
    superuser.write({"audit_seals": []})
    (busy.settings.audit_export_dir / "seals.jsonl").unlink()
    busy.ledger.seal()

    assert findings(busy) == []
    found = busy.ledger.verify(tmp_path / "kept").findings
    assert str(found[0]) == "audit_seals 1: it is not the one that was exported"


def test_rows_that_are_older_than_the_log_are_taken_in_when_it_begins(busy):
    Superuser(busy.database).write({"audit_entries": [], "audit_seals": []})
    (busy.settings.audit_export_dir / "seals.jsonl").unlink()
    there = busy.ledger.verify().findings
    adopted = adopt(busy.database, busy.audit)
    again = adopt(busy.database, busy.audit)
    busy.ledger.seal()

    assert "no entry tells of it" in str(there[0])
    assert (adopted > 60, again) == (True, 0)
    assert findings(busy) == []


def test_signed_roots_are_written_outside_the_database_as_they_are_made(busy):
    file = busy.settings.audit_export_dir / "seals.jsonl"
    before = file.read_bytes()
    record(busy, "x")
    busy.ledger.seal()
    # A line that a dying process left unfinished is written again.
    file.write_bytes(file.read_bytes()[:-9])
    record(busy, "y")
    busy.ledger.seal()

    lines = file.read_bytes().splitlines()
    assert file.read_bytes().startswith(before)
    assert len(lines) == len(covered(busy))
    assert findings(busy) == []


def test_a_decision_can_be_opened_to_somebody_who_has_neither_database_nor_keys(busy):
    reply = told(busy.origination.submit_many([application() for _ in range(5)])[2])
    busy.ledger.seal()
    proofs = Proofs(ledger=busy.ledger, decisions=busy.decisions, applications=busy.applications)
    proof = as_read(proofs.prove(reply.decision.id))
    (public,) = busy.ledger.keys

    assert check_proof(proof, public) == []
    assert check_proof(proof, "00" * 32) == ["the signature of the seal does not hold"]
    assert reply.decision.outcome in proof["content"]["reply"]
    assert "mac" not in str(proof.keys() | proof["entry"].keys())
    for name, changed in (
        ("content", {**proof["content"], "reply": proof["content"]["reply"] + " "}),
        ("salt", "00" * 32),
        ("index", proof["index"] + 1),
        ("path", proof["path"][:-1]),
        ("entry", {**proof["entry"], "actor": "key_Y"}),
        ("seal", {**proof["seal"], "count": proof["seal"]["count"] + 1}),
        ("seal", {**proof["seal"], "root": "00" * 32}),
    ):
        assert check_proof({**proof, name: changed}, public) != []
    assert check_proof({}) != []


def as_read(proof):
    import json

    from loanwright.cli.audit import _text

    return json.loads(_text(proof))


def test_a_key_can_be_changed_and_what_the_old_one_has_signed_still_verifies(busy):
    from loanwright.cli.audit import _rotate

    _rotate(busy.settings.var_dir)
    fresh = build(busy.settings, load_package=PlainPackage.load)
    key_id = fresh.ledger.record_rotation()
    fresh.ledger.seal()

    assert fresh.ledger.list_seals(limit=200)[-1].key_id == key_id
    assert len({seal.key_id for seal in fresh.ledger.list_seals(limit=200)}) == 2
    assert findings(fresh) == []
    assert "not known here" in findings(busy)[0]
    fresh.close()


def test_the_log_is_verified_while_others_go_on_writing(busy):
    stopping = threading.Event()

    def write():
        while not stopping.is_set():
            busy.origination.submit_many([application() for _ in range(5)])
            busy.ledger.seal()

    writer = threading.Thread(target=write)
    writer.start()
    found = [findings(busy) for _ in range(10)]
    stopping.set()
    writer.join()

    assert found == [[]] * 10
