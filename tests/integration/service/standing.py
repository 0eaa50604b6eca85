"""A service whose clock stands still until a test moves it."""

from datetime import UTC, datetime

import pytest
from tests.integration.service.conftest import PlainPackage

from loanwright.service.bootstrap import build
from loanwright.service.kit.clock import SetClock

__all__ = ["bare_service", "clock"]


@pytest.fixture
def clock():
    """Return the clock of the service."""
    return SetClock(datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture
def bare_service(settings, clock):
    """Return a service without models and policies."""
    service = build(settings, load_package=PlainPackage.load, clock=clock)
    yield service
    service.close()
