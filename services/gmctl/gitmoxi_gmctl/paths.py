"""How ids stand in the paths of the API."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote


def segment(text: str) -> str:
    """A value as one segment of a path."""
    return quote(text, safe="")


def path_of(target_id: str) -> str:
    """A target's id as a part of a path: its slashes are the path's own."""
    return quote(target_id, safe="/")


def is_loopback(host: str) -> bool:
    """Whether a host's name or address stands for this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
