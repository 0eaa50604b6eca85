"""One busy address served ahead of the framework: the same answer at a fifth of the cost."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from loanwright.errors import LoanwrightError
from loanwright.service.edge.answer import Answer
from loanwright.service.edge.gate import ARRIVED, Arrived, send_answer
from loanwright.service.edge.refusals import Refusals

Reception = Callable[[Mapping[bytes, bytes], bytes], Awaitable[Answer]]


@dataclass(frozen=True, kw_only=True, slots=True)
class HotRoute:
    """Serves one method of one path by itself, and leaves everything else to the framework."""

    app: ASGIApp
    method: str
    path: str
    reception: Reception
    refusals: Refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        hot = (
            scope["type"] == "http"
            and scope["path"] == self.path
            and scope["method"] == self.method
            and not scope["query_string"]
            # Who prefers to be answered later is not in a hurry now.
            and b"prefer" not in scope[ARRIVED].headers
        )
        if not hot:
            await self.app(scope, receive, send)
            return
        scope["hot_route"] = self.path
        arrived: Arrived = scope[ARRIVED]
        try:
            answer = await self.reception(arrived.headers, arrived.body)
        except LoanwrightError as error:
            answer = self.refusals.answer(
                error, path=self.path, headers=arrived.headers, state=scope["state"]
            )
        await send_answer(send, answer)
