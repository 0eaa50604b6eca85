"""How a query finds the key of the person whose row it reads, without asking twice."""

from sqlalchemy import ColumnElement, FromClause, Join

from loanwright.service.privacy.tables import person_keys

#: The key of a person, still wrapped; NULL once it was destroyed. `Vault.unwrap` opens it.
WRAPPED = person_keys.c.wrapped


def join_keys(rows: FromClause, person: ColumnElement[str]) -> Join:
    """Return the rows, each with the key of the person that this column names."""
    return rows.outerjoin(person_keys, person_keys.c.person_id == person)
