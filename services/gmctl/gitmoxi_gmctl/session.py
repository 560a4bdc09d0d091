"""What every command gets from the global options."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import typer

if TYPE_CHECKING:  # what a command does not use it does not wait for: HTTP, replies, tables
    from gitmoxi_gmctl.api_client import ApiClient
    from gitmoxi_gmctl.following import Follower
    from gitmoxi_gmctl.printing import Output

DEFAULT_ENDPOINT = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The global options; ``log_level`` is None when it was not given."""

    endpoint: str
    log_level: str | None

    def api(self) -> ApiClient:
        """A client of the API, to be closed."""
        from gitmoxi_gmctl.api_client import ApiClient  # noqa: PLC0415 - see above

        return ApiClient(self.endpoint)


def session_of(context: typer.Context) -> Session:
    """The session that the root command has put into the context."""
    return cast("Session", context.obj)


def follower(
    api: ApiClient, *, output: Output, timeout_seconds: float | None, verbose: bool = False
) -> Follower:
    """Shows progress on standard output, or beside it when a script reads the result there."""
    from gitmoxi_gmctl.following import Follower  # noqa: PLC0415 - see above
    from gitmoxi_gmctl.presenting import beside  # noqa: PLC0415 - see above

    console = beside(output)
    return Follower(api, console, timeout_seconds=timeout_seconds, verbose=verbose)


def given(values: Iterable[str] | None) -> list[str]:
    """A repeatable option's values."""
    return list(values or ())
