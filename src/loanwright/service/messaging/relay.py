"""The relay: carries messages from the outbox to whoever publishes them, in their order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from loanwright.errors import Unavailable
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.messaging import repository
from loanwright.service.messaging.schemas import Message

MOST_AT_ONCE = 200
KEPT = timedelta(days=7)


class BrokerUnavailable(Unavailable):
    """The message broker does not answer: {why}."""


class Publisher(Protocol):
    """Gives messages to workers."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Return when every message is safe with the broker, or raise `BrokerUnavailable`."""
        ...


class Relay:
    """Publishes what waits; a message is published again where it is not sure that it was."""

    def __init__(self, *, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    def pass_on(self) -> int:
        """Publish the messages that wait, at most 200; return how many there were."""
        with self._database.read() as connection:
            if not repository.list_waiting(connection, 1):
                return 0
        with self._database.write() as connection:
            if not repository.take_turn(connection):
                return 0
            waiting = repository.list_waiting(connection, MOST_AT_ONCE)
            if not waiting:
                return 0
            self._publisher.publish(waiting)
            sequences = [message.sequence for message in waiting]
            repository.mark_published(connection, sequences, self._clock.now())
        return len(waiting)

    def forget(self) -> int:
        """Delete messages that were published a week ago or earlier."""
        with self._database.write() as connection:
            return repository.delete_published(connection, self._clock.now() - KEPT)
