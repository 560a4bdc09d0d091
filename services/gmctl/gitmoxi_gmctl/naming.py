"""From what people type to the target that they mean."""

from __future__ import annotations

from collections.abc import Iterable

from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.printing import target_name
from gitmoxi_gmctl.target_replies import KnownTarget


def the_target(api: ApiClient, text: str, *, command: str) -> KnownTarget:
    """The one target that ``text`` stands for; ``command`` is what the person was about to type.

    Raises:
        GmctlError: there is none such, which is a failure; or several, which are listed with what to type:
            saying too little is wrong usage.
    """
    found = api.targets(text)
    if len(found.targets) == 1:
        return found.targets[0]
    if not found.targets:
        alike = f" Did you mean {_either(found.similar)}?" if found.similar else ""
        raise GmctlError(
            f"No target is called {text!r}.{alike} Write its name, cluster/service, the path-prefix of its "
            "files, or its id; gmctl deployment get shows the newest.",
        )
    raise GmctlError(
        f"{text!r} stands for {len(found.targets)} targets. Type one of:\n{_lines(found.targets, command)}",
        ExitCode.USAGE,
    )


def _lines(targets: Iterable[KnownTarget], command: str) -> str:
    return "\n".join(
        f"  {command} {item.target.id}    # {item.prefix}, {target_name(item.target)}" for item in targets
    )


def _either(names: Iterable[str]) -> str:
    return " or ".join(names)
