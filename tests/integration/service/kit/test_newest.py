"""Of each key the newest row, whichever of two comes first."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from sqlalchemy import text

from loanwright.service.decisions.tables import last_decisions
from loanwright.service.kit.bulk import Newest

START = datetime(2026, 11, 21, tzinfo=UTC)


def row(person, number, hours):
    return {
        "applicant_id": person,
        "product": "",
        "decision_id": f"dec_{number}",
        "outcome": "refer",
        "overridden": 0,
        "score": 500 + number,
        "grade": "C",
        "decided_at": START + timedelta(hours=hours),
    }


def kept(database):
    with database.read() as connection:
        query = "SELECT applicant_id, decision_id FROM last_decisions ORDER BY 1"
        return [tuple(one) for one in connection.execute(text(query))]


def test_the_newest_row_stays_however_they_come(database):
    newest = Newest(last_decisions, "decided_at", "decision_id")
    rows = [row("apl_1", 1, 0), row("apl_1", 2, 5), row("apl_1", 3, 5), row("apl_2", 4, 1)]
    for order in permutations(rows):
        with database.write() as connection:
            connection.execute(text("DELETE FROM last_decisions"))
            for one in order:
                newest.write(connection, [one])
        assert kept(database) == [("apl_1", "dec_3"), ("apl_2", "dec_4")]
        with database.write() as connection:
            connection.execute(text("DELETE FROM last_decisions"))
            newest.write(connection, order)
        assert kept(database) == [("apl_1", "dec_3"), ("apl_2", "dec_4")]


def test_nothing_to_write_writes_nothing(database):
    with database.write() as connection:
        Newest(last_decisions, "decided_at").write(connection, [])
    assert kept(database) == []
