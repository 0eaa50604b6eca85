"""The clock of these tests stands still."""

from tests.integration.service.standing import bare_service, clock

__all__ = ["bare_service", "clock"]
