"""Which servers may be asked, and at which addresses: looked up once, checked, and used as checked."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from gitmoxi.domain.repositories import RepositoryUrlError
from gitmoxi.ports.git import RepositoryUnreachableError

Resolver = Callable[[str], Iterable[str]]
"""Host to addresses; raises ``OSError`` when there are none."""

_HTTPS_PORT = 443
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Networks without IPv4 reach it by these addresses (RFC 6052): what they embed is what is reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A server as its URL names it, and the only addresses that a connection to it may use."""

    host: str
    port: int
    addresses: tuple[str, ...]

    @property
    def authority(self) -> str:
        """``host:port``, as in a CONNECT request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def system_resolver(host: str) -> list[str]:
    """The addresses that a connection to the host would try."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def look_up(url: str, allowed_hosts: Collection[str], resolve: Resolver = system_resolver) -> Destination:
    """Where the server of an https URL is, if it may be asked.

    With an allow-list only its hosts are asked, wherever they lie. Without one, every host is, unless one of
    its addresses is private, link-local or loopback: a URL must not reach instance metadata or neighbours.

    Raises:
        RepositoryUrlError: the host is refused; the message says what to set.
        RepositoryUnreachableError: the host's name has no address.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if allowed_hosts and host not in allowed_hosts:
        raise RepositoryUrlError(f"{url}: the host {host} is not in GITMOXI_GIT_ALLOWED_HOSTS")
    addresses = _addresses(url, host, resolve)
    if not allowed_hosts:
        _refuse_internal(url, host, addresses)
    return Destination(host=host, port=parts.port or _HTTPS_PORT, addresses=addresses)


def _addresses(url: str, host: str, resolve: Resolver) -> tuple[str, ...]:
    try:
        # A resolver names an address once for each protocol; the first order is kept.
        found = tuple(dict.fromkeys(resolve(host)))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no host's name"
        raise RepositoryUnreachableError(
            f"{url}: the host {host} has no address ({reason}); check the URL, and the name server"
        ) from None
    if not found:
        raise RepositoryUnreachableError(f"{url}: the host {host} has no address; check the URL")
    return found


def _refuse_internal(url: str, host: str, addresses: Iterable[str]) -> None:
    for address in addresses:
        if not _is_public(address):
            raise RepositoryUrlError(
                f"{url}: the host {host} has the internal address {address}; "
                "name the host in GITMOXI_GIT_ALLOWED_HOSTS if that is meant"
            )


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if embedded is not None:
            return embedded.is_global and not embedded.is_multicast
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
