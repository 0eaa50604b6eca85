"""How often one address may use what needs no key."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from loanwright.service.kit.problem import Throttled


class Throttle:
    """Counts the requests of each address over the last minute."""

    def __init__(self, per_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(per_minute)

    def admit(self, address: str) -> None:
        """Count a request, or refuse it and say when the next one may come."""
        if self._limiter.hit(self._limit, address):
            return
        reset = self._limiter.get_window_stats(self._limit, address).reset_time
        raise Throttled(retry_after=max(1, math.ceil(reset - time.time())))
