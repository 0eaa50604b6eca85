"""Saved as it is filled, found again by a token that only the browser knows."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec

from loanwright.errors import Rejected
from loanwright.service.kit.database import Database, database_now
from loanwright.service.privacy.keys import Key
from loanwright.service.questionnaires import repository
from loanwright.service.users.sessions import hash_token

TOKEN_BYTES: Final = 32
MOST_BYTES: Final = 16_384
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class AnswersTooLong(Rejected):
    """The answers are longer than any questionnaire of ours."""


@dataclass(frozen=True, kw_only=True)
class Questionnaires:
    """What people have answered so far; nobody is an applicant before they have sent it.

    There is no person yet whose key could seal it, so the service's own key does; the token is
    kept as a hash, and what is not gone on with is deleted after some days.

    Attributes
    ----------
    kept_for
        How long answers are kept after they were last saved.
    """

    database: Database
    master: Key
    kept_for: timedelta

    def save(self, token: str | None, product: str, answers: Mapping[str, str]) -> str:
        """Keep the answers for a product; return the token by which they are found again."""
        known = token if is_token(token) else secrets.token_urlsafe(TOKEN_BYTES)
        token_hash = hash_token(str(known))
        text = msgspec.json.encode(dict(answers)).decode()
        if len(text) > MOST_BYTES:
            raise AnswersTooLong
        sealed = self.master.seal(text, place=_place(token_hash, product))
        with self.database.write() as connection:
            now = database_now(connection)
            row = {
                "token_hash": token_hash,
                "product": product,
                "answers": sealed,
                "saved_at": now,
                "expires_at": now + self.kept_for,
            }
            repository.keep(connection, row)
        return str(known)

    def find(self, token: str | None, product: str) -> dict[str, str] | None:
        """Return the answers so far, unless there are none or their time is over."""
        if not is_token(token):
            return None
        token_hash = hash_token(str(token))
        with self.database.read() as connection:
            now = database_now(connection)
            sealed = repository.find_answers(connection, token_hash, product, now)
        if sealed is None:
            return None
        text = self.master.open(sealed, place=_place(token_hash, product))
        return msgspec.json.decode(text, type=dict[str, str])

    def drop(self, token: str | None, product: str) -> None:
        """Delete the answers: they were sent, or their author wants them gone."""
        if is_token(token):
            with self.database.write() as connection:
                repository.drop(connection, hash_token(str(token)), product)

    def forget(self) -> int:
        """Delete what was not gone on with in time; return how many they were."""
        with self.database.read() as connection:
            if not repository.has_expired(connection, database_now(connection)):
                return 0
        with self.database.write() as connection:
            return repository.drop_expired(connection, database_now(connection))


def is_token(token: str | None) -> bool:
    """Tell whether a text may be a token of ours."""
    return token is not None and _TOKEN.fullmatch(token) is not None


def _place(token_hash: str, product: str) -> str:
    return f"questionnaires.answers:{token_hash}/{product}"
