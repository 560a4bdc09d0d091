"""Which servers may be asked: named ones, or any that does not lie inside our own network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable
from urllib.parse import urlsplit

from gitmoxi.domain.repositories import RepositoryUrlError
from gitmoxi.ports.git import RepositoryUnreachableError

Resolver = Callable[[str], Iterable[str]]
"""Host to addresses; raises ``OSError`` when there are none."""


def system_resolver(host: str) -> list[str]:
    """The addresses that a connection to the host would try."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def check_host(url: str, allowed_hosts: Collection[str], resolve: Resolver = system_resolver) -> None:
    """Refuse URLs that point where they may not.

    With an allow-list only its hosts are asked, wherever they lie. Without one, every host is, unless one of
    its addresses is private, link-local or loopback: a URL must not reach instance metadata or neighbours.

    Raises:
        RepositoryUrlError: the host is refused; the message says what to set.
        RepositoryUnreachableError: the host's name has no address.
    """
    host = urlsplit(url).hostname or ""
    if allowed_hosts:
        if host not in allowed_hosts:
            raise RepositoryUrlError(f"{url}: the host {host} is not in GITMOXI_GIT_ALLOWED_HOSTS")
        return
    try:
        addresses = list(resolve(host))
    except OSError as error:
        raise RepositoryUnreachableError(
            f"{url}: the host {host} has no address: {error.strerror}"
        ) from error
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
        if embedded is not None:
            return embedded.is_global
    return ip.is_global and not ip.is_multicast
