"""What the shell may complete from the API: in a moment, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

from gitmoxi_gmctl.exits import GmctlError
from gitmoxi_gmctl.session import DEFAULT_ENDPOINT

if TYPE_CHECKING:  # options name these functions, and most commands never call one
    from gitmoxi_gmctl.api_client import ApiClient

_SECONDS = 1.0
"""Somebody holds the Tab key: an API that takes longer completes nothing."""

_MOST = 50
Completer = Callable[[typer.Context, str], list[str]]


def repositories(context: typer.Context, incomplete: str) -> list[str]:
    """URLs of registered repositories."""
    return _asked(context, incomplete, lambda api: (item.url for item in api.repositories().repositories))


def branches(context: typer.Context, incomplete: str) -> list[str]:
    """Branches of the repository that was named before, or of all."""
    wanted = context.params.get("repository")

    def ask(api: ApiClient) -> Iterable[str]:
        found = api.repositories().repositories
        return (name for item in found if wanted in {None, item.url} for name in item.branches)

    return _asked(context, incomplete, ask)


def deployments(context: typer.Context, incomplete: str) -> list[str]:
    """Ids of the newest deployments."""
    return _asked(
        context, incomplete, lambda api: (item.id for item in api.deployments({"limit": _MOST}).deployments)
    )


def targets(context: typer.Context, incomplete: str) -> list[str]:
    """Ids of the targets that path-prefixes own."""
    return _asked(context, incomplete, lambda api: (item.target.id for item in api.targets(None).targets))


def deployments_and_targets(context: typer.Context, incomplete: str) -> list[str]:
    """Where either may be named."""
    return [*deployments(context, incomplete), *targets(context, incomplete)]


def _asked(context: typer.Context, incomplete: str, ask: Callable[[ApiClient], Iterable[str]]) -> list[str]:
    """What begins as typed; nothing at all if the API cannot be asked."""
    from gitmoxi_gmctl.api_client import ApiClient  # noqa: PLC0415 - see above

    endpoint = context.find_root().params.get("endpoint_url") or DEFAULT_ENDPOINT
    try:
        with ApiClient(str(endpoint), timeout_seconds=_SECONDS) as api:
            return sorted({text for text in ask(api) if text.startswith(incomplete)})
    except GmctlError:
        return []
