"""Sends one message over HTTP: to the checked address alone, within seconds, following nobody."""

from collections.abc import Mapping
from typing import Final, Protocol

import httpx

from loanwright.service.webhooks.addresses import Addresses, AddressRefused
from loanwright.service.webhooks.schemas import Heard

SECONDS: Final = 10.0


class Sender(Protocol):
    """Sends messages."""

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Heard:
        """Send a message once and return what was heard; raises nothing of the network's."""
        ...


class HttpSender:
    """Sends messages by POST."""

    def __init__(self, addresses: Addresses, *, seconds: float = SECONDS) -> None:
        self._addresses = addresses
        self._http = httpx.Client(
            timeout=seconds,
            follow_redirects=False,
            # No proxy of the environment: it would resolve the name anew.
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Heard:
        """Send a message once and return what was heard."""
        try:
            place = self._addresses.check(url)
        except AddressRefused as refusal:
            return Heard(problem=refusal.code)
        request = self._http.build_request(
            "POST",
            place.url,
            content=body,
            headers={**headers, "Host": place.authority},
            # The certificate must be the host's, though we connect to its address.
            extensions={"sni_hostname": place.host},
        )
        try:
            answer = self._http.send(request, stream=True)
            status = answer.status_code
            answer.close()
        except httpx.TimeoutException:
            return Heard(problem="timeout")
        except httpx.HTTPError as failure:
            return Heard(problem=type(failure).__name__)
        return Heard(status=status)

    def close(self) -> None:
        """Close what is open."""
        self._http.close()
