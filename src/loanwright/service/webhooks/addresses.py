"""Which addresses may be told: those of the world outside, never one inside."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from loanwright.errors import Rejected

LONGEST_URL: Final = 2_000
PORTS: Final = {"https": 443, "http": 80}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


class AddressRefused(Rejected):
    """A webhook cannot be at this address: {why}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a message goes: the host that it is meant for, at an address that was checked."""

    scheme: str
    host: str
    address: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """Return the URL with the checked address in place of the name."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{address}:{self.port}{self.path}"

    @property
    def authority(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, or none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Decides where webhooks may be.

    Attributes
    ----------
    allowed
        Networks inside that may be told all the same, and without encryption.
    """

    allowed: tuple[Network, ...] = ()
    resolve: Resolve = resolve

    def check(self, url: str) -> Place:
        """Return where a message to this URL goes, or raise `AddressRefused`.

        Every address of the host is checked, and the one returned is the one to connect to: a
        name that is resolved again later may lead elsewhere.
        """
        parts = _split(url)
        host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        found = [ipaddress.ip_address(one.partition("%")[0]) for one in self.resolve(host, port)]
        if not found:
            raise AddressRefused(why="its host has no address")
        for address in found:
            self._check_address(address, parts.scheme)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Place(scheme=parts.scheme, host=host, address=str(found[0]), port=port, path=path)

    def _check_address(self, address: Address, scheme: str) -> None:
        inside = _plain(address)
        if any(inside.version == one.version and inside in one for one in self.allowed):
            return
        if not inside.is_global or inside.is_multicast:
            raise AddressRefused(why="its host is not on the public internet")
        if scheme != "https":
            raise AddressRefused(why="it must begin with https://")


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(why="it must be a URL of at most 2,000 plain ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(why="it is not a URL") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise AddressRefused(why="it must look like https://host/path")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused(why="it must contain neither a login nor a fragment")
    return parts


def _plain(address: Address) -> Address:
    """Return the IPv4 address that some IPv6 addresses only wrap."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped is None and address in ipaddress.ip_network("64:ff9b::/96"):
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return wrapped or address
    return address
