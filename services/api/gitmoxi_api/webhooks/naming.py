"""Whether the addresses in a webhook are those of the registered repository."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitmoxi.domain.repositories import normalise_url
from gitmoxi.errors import InvalidInputError

_SCP_LIKE = re.compile(r"[\w.-]+@(?P<host>[\w.-]+):(?P<path>[^/].*)")
_SSH = re.compile(r"(?:ssh|git)://(?:[\w.-]+@)?(?P<host>[\w.-]+)(?::\d+)?/(?P<path>.+)")


def is_named(registered: str, addresses: Iterable[str]) -> bool:
    """Whether one of ``addresses`` (HTTPS, HTTP or SSH, as a host lists them) means ``registered``.

    Hosts treat paths without regard to case, so two spellings are one repository.
    """
    wanted = normalise_url(registered).casefold()
    return any(_as_https(address).casefold() == wanted for address in addresses)


def _as_https(address: str) -> str:
    """The HTTPS address of the same repository; empty for what is none."""
    ssh = _SCP_LIKE.fullmatch(address) or _SSH.fullmatch(address)
    url = f"https://{ssh['host']}/{ssh['path']}" if ssh else re.sub(r"^http://", "https://", address)
    try:
        return normalise_url(url)
    except InvalidInputError:
        return ""
