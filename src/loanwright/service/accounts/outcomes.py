"""How the accounts turned out that decisions led to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from loanwright.decisioning.performance import Performance, definition_on, performance
from loanwright.service.accounts import repository
from loanwright.service.accounts.service import Accounts, history_of

AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """The performance of accounts, seen from one day.

    Parameters
    ----------
    accounts
        Where they are kept.
    as_of
        The day.
    """

    accounts: Accounts
    as_of: date

    def of(self, decided: Mapping[str, str]) -> dict[str, Performance]:
        """Return how the accounts of decisions turned out; the worst where one has several.

        Parameters
        ----------
        decided
            Applicant by decision.
        """
        found: dict[str, Performance] = {}
        applicants = sorted(set(decided.values()))
        for start in range(0, len(applicants), AT_ONCE):
            for decision_id, seen in self._of_some(applicants[start : start + AT_ONCE]):
                if decision_id in decided:
                    worst = max(found.get(decision_id, seen), seen, key=lambda one: one.severity)
                    found[decision_id] = worst
        return found

    def _of_some(self, applicants: Sequence[str]) -> list[tuple[str, Performance]]:
        with self.accounts.database.read() as connection:
            held = repository.list_of_applicants(connection, applicants)
            held = [one for one in held if one.decision_id is not None]
            paid = repository.list_payments(connection, [one.id for one in held])
        seen = []
        for one in held:
            definition = definition_on(self.accounts.definitions(one.product), self.as_of)
            standing = performance(history_of(one, paid[one.id]), self.as_of, definition)
            seen.append((str(one.decision_id), standing.performance))
        return seen
