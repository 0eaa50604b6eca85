"""Whatever the owner of the database changes is found, and the row is named."""

from tests.integration.service.audit.conftest import TABLES, Superuser, Tampering

TAMPERINGS = 200


def test_every_one_of_two_hundred_tamperings_is_found_and_the_row_named(busy):
    assert busy.ledger.verify().findings == ()
    superuser = Superuser(busy.database)
    missed, wrong, tables = [], [], set()
    for seed in range(TAMPERINGS):
        tampering = Tampering(superuser, seed)
        superuser.write({tampering.table: tampering.rows})
        tables.add(tampering.table)
        findings = busy.ledger.verify().findings
        if not findings:
            missed.append((seed, str(tampering)))
        elif findings[0].table != tampering.table or findings[0].id not in tampering.named:
            wrong.append((seed, str(tampering), tampering.named, findings[:3]))
        superuser.restore(tampering.table)

    assert (missed, wrong) == ([], [])
    assert tables == set(TABLES)
    assert busy.ledger.verify().findings == ()
