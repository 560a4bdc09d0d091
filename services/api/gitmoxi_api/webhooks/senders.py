"""The hosts whose webhooks are taken, each as what it does in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gitmoxi.domain.feedback import GitProvider
from gitmoxi_api.webhooks.events import github_delivery, github_told, gitlab_delivery, gitlab_told
from gitmoxi_api.webhooks.payloads import Payload
from gitmoxi_api.webhooks.signatures import github_proves, github_signed, gitlab_proves, gitlab_signed
from gitmoxi_api.webhooks.told import Told

Headers = Mapping[str, str]
"""A request's headers, whose names are looked up in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One kind of host.

    ``proves``: headers hold something that could prove who sent it. ``signed``: secret, headers, body and
    the present say that it does. ``told``: what the parsed body tells. ``delivery``: the delivery's id.
    """

    provider: GitProvider
    proves: Callable[[Headers], bool]
    signed: Callable[[str, Headers, bytes, datetime], bool]
    told: Callable[[Headers, Payload], Told]
    delivery: Callable[[Headers, bytes], str]


GITHUB = Sender(
    provider=GitProvider.GITHUB,
    proves=github_proves,
    signed=github_signed,
    told=github_told,
    delivery=github_delivery,
)
GITLAB = Sender(
    provider=GitProvider.GITLAB,
    proves=gitlab_proves,
    signed=gitlab_signed,
    told=gitlab_told,
    delivery=gitlab_delivery,
)
