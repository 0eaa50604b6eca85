"""The people of the demo bank: real records under made-up names, always the same ones."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from loanwright.service.users.schemas import Principal

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from loanwright.features.product import Product
    from loanwright.service.bootstrap import Service

FIRST_NAMES: Final = (
    "Anna", "Boris", "Carla", "Daniel", "Elena", "Farid", "Greta", "Hugo", "Irina", "Jonas",
    "Katya", "Leo", "Maria", "Nikolai", "Olga", "Pavel", "Quirin", "Rosa", "Sergei", "Tatiana",
    "Ulrich", "Vera", "Walter", "Xenia", "Yuri", "Zoe", "Мария", "Иван", "Ольга", "Пётр",
    "Mei", "Wei", "Hsin", "Chun", "Ling",
)  # fmt: skip
LAST_NAMES: Final = (
    "Abel", "Brandt", "Conti", "Dvorak", "Egorova", "Fischer", "Garcia", "Hahn", "Ivanov", "Jensen",
    "Kowalski", "Lehmann", "Moreau", "Novak", "Orlova", "Petrov", "Quist", "Rossi", "Schmidt",
    "Tarasov", "Ulm", "Volkova", "Weber", "Yilmaz", "Zhukov", "O'Neill", "Núñez", "Семёнова",
    "Кузнецов", "Chen", "Lin", "Huang", "Chang", "Lee", "Wang", "Tsai", "Müller-Lüdenscheidt",
)  # fmt: skip
STREETS: Final = ("Mill Lane", "Harbour Street", "Station Road", "Linden Square", "North Gate")
MANAGERS: Final = 30
UNDERWRITERS: Final = 6
ANALYSTS: Final = 3
ADMINISTRATORS: Final = 2
BORROWERS: Final = 5
DOMAIN: Final = "demo.example"
SEEDER: Final = Principal(id="system:demo", kind="key", permissions=frozenset())


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody of the demo bank who can log in."""

    role: str
    name: str
    email: str


def list_staff() -> list[Member]:
    """Return everybody who works at the demo bank, administrators first."""
    numbers = {
        "admin": ADMINISTRATORS,
        "manager": MANAGERS,
        "underwriter": UNDERWRITERS,
        "analyst": ANALYSTS,
    }
    return [
        Member(role=role, name=name_of(f"{role}{one}"), email=f"{role}{one}@{DOMAIN}")
        for role, count in numbers.items()
        for one in range(1, count + 1)
    ]


def name_of(key: str) -> str:
    """Return the made-up name that belongs to a key.

    Examples
    --------
    >>> name_of("T00001") == name_of("T00001")
    True
    """
    drawn = hashlib.sha256(key.encode()).digest()
    first = FIRST_NAMES[int.from_bytes(drawn[:4], "big") % len(FIRST_NAMES)]
    last = LAST_NAMES[int.from_bytes(drawn[4:8], "big") % len(LAST_NAMES)]
    return f"{first} {last}"


def contacts_of(document_number: str) -> Mapping[str, Any]:
    """Return the made-up contacts of an applicant."""
    drawn = int.from_bytes(hashlib.sha256(document_number.encode()).digest()[8:12], "big")
    return {
        "name": name_of(document_number),
        "email": f"{document_number.lower()}@{DOMAIN}",
        "phone": f"+49 30 {drawn % 9_000_000 + 1_000_000}",
        "address": f"{drawn % 180 + 1} {STREETS[drawn % len(STREETS)]}",
    }


def seed_staff(service: "Service", password: str) -> list[str]:
    """Let everybody who works at the demo bank log in; return the ids of the managers."""
    kept = service.access.logins.passwords.hash(password)
    managers = []
    with service.database.write() as connection:
        for member in list_staff():
            user_id = _let_in(service, connection, member, (password, kept))
            if member.role == "manager":
                managers.append(user_id)
    return managers


def seed_borrowers(service: "Service", password: str, people: Sequence[Mapping[str, Any]]) -> None:
    """Let some applicants log in."""
    kept = service.access.logins.passwords.hash(password)
    with service.database.write() as connection:
        for number, person in enumerate(people, start=1):
            document_hash = service.applicants.document_hash(person["applicant"])
            (applicant,) = service.applicants.list_known(connection, [document_hash])
            member = Member(
                role="borrower",
                name=name_of(person["applicant"]),
                email=f"borrower{number}@{DOMAIN}",
            )
            _let_in(service, connection, member, (password, kept), applicant_id=applicant.id)


def introduce(
    service: "Service",
    connection: "Connection",
    people: Sequence[Mapping[str, Any]],
    managers: Sequence[str],
) -> dict[str, Mapping[str, Any]]:
    """Give applicants names, contacts and a manager; return people by applicant id."""
    from loanwright.service.applicants.schemas import Edit

    hashes = {service.applicants.document_hash(one["applicant"]): one for one in people}
    found = {}
    for applicant in service.applicants.list_known(connection, hashes):
        person = hashes[str(applicant.document_hash)]
        found[applicant.id] = person
        number = int(person["applicant"][1:])
        edit = Edit(
            fields={"manager_id": managers[number % len(managers)]},
            contacts=contacts_of(person["applicant"]),
        )
        record = service.applicant_records.get_seen(connection, SEEDER, applicant.id)
        if record.contacts.name is None:
            service.applicant_records.edit_in(
                connection, SEEDER, applicant.id, seen=record.version, edit=edit
            )
    return found


def profile(
    service: "Service",
    connection: "Connection",
    product: "Product",
    people: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write down what people once answered, so that they can be assessed anew."""
    from loanwright.service.applicants.profile import FeatureEdit

    asked = [one.name for one in product.inputs("existing") if one.source != "behaviour"]
    for applicant_id, person in people.items():
        edits = {
            name: FeatureEdit(sent=frozenset({"value"}), value=person[name])
            for name in asked
            if person.get(name) is not None
        }
        service.profiles.edit_in(connection, SEEDER, applicant_id, product.name, edits=edits)


def _let_in(
    service: "Service",
    connection: "Connection",
    member: Member,
    password: tuple[str, str],
    *,
    applicant_id: str | None = None,
) -> str:
    from loanwright.service.users.permissions import Role
    from loanwright.service.users.service import NewUser

    users = service.access.users
    known = users.find_in(connection, member.email)
    if known is not None:
        return known.id
    new = NewUser(
        name=member.name, email=member.email, role=Role(member.role), applicant_id=applicant_id
    )
    user = users.add(connection, new, actor=SEEDER.actor)
    users.keep_password(connection, user.id, *password, actor=SEEDER.actor)
    return user.id
