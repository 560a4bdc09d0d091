"""From what a person asks to be changed of a registration to what the API is told, and back to words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.repo_replies import Channel, Repository

LABELS: Mapping[str, str] = {
    "branches": "branches",
    "path_globs": "paths",
    "token_arn": "token",
    "baseline": "baseline",
    "max_deletes": "max deletes",
    "provider": "host",
    "webhook_secret_arn": "webhook secret",
    "feedback": "feedback",
    "notifications": "notify",
}
"""What people call the settings, in the order in which they are shown."""

_DEFAULTS: Mapping[str, str] = {
    "path_globs": "all",
    "max_deletes": "the installation's limits",
    "provider": "not known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was typed: ``settings`` replace, ``cleared`` go back to the default; lists gain and lose."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    cleared: Sequence[str] = ()
    add_branches: Sequence[str] = ()
    remove_branches: Sequence[str] = ()
    add_channels: Sequence[Channel] = ()
    remove_channels: Sequence[Channel] = ()

    def check(self) -> None:
        """Refuse what contradicts itself, and what asks for nothing.

        Raises:
            GmctlError: says which options do.
        """
        for name in self.cleared:
            if name in self.settings or (name == "notifications" and self.add_channels):
                raise _usage(f"The {LABELS[name]} cannot be cleared and set at once: leave one out.")
        for branch in self.add_branches:
            if branch in self.remove_branches:
                raise _usage(f"Branch {branch} cannot be added and removed at once: leave one out.")
        lists = (self.add_branches, self.remove_branches, self.add_channels, self.remove_channels)
        if not self.settings and not self.cleared and not any(lists):
            raise _usage(
                "Nothing to change: say what, as in --add-branch NAME. See gmctl repo update --help."
            )


def patch_of(known: Repository, wish: Wish) -> dict[str, Any]:
    """The merge patch that carries out a wish on what is registered now; lists stand there as a whole.

    Raises:
        GmctlError: something is to be removed that is not there, or no branch would be left.
    """
    patch: dict[str, Any] = {**wish.settings, **dict.fromkeys(wish.cleared)}
    if wish.add_branches or wish.remove_branches:
        patch["branches"] = _branches(known, wish)
    if wish.add_channels or wish.remove_channels:
        patch["notifications"] = [item.model_dump() for item in _channels(known, wish)]
    return patch


def channel_of(text: str) -> Channel:
    """``KIND=ADDRESS[,SECRET_ARN]``; the API knows which kinds there are.

    Raises:
        GmctlError: it is written otherwise.
    """
    kind, equals, rest = text.partition("=")
    address, comma, secret = rest.partition(",")
    if not equals or not kind or not address or (comma and not secret):
        raise _usage(
            "A channel is written KIND=ADDRESS or, for a signed webhook, KIND=ADDRESS,SECRET_ARN: "
            "sns=TOPIC_ARN, webhook=https://HOST/PATH,SECRET_ARN or slack=SECRET_ARN."
        )
    return Channel(kind=kind.strip().lower(), address=address, secret_arn=secret or None)


def differences(before: Repository, after: Repository) -> Iterator[tuple[str, str, str]]:
    """What is another than it was: its name, from, to."""
    for name, label in LABELS.items():
        if getattr(before, name) != getattr(after, name):
            yield label, shown(before, name), shown(after, name)


def shown(repository: Repository, name: str) -> str:
    """A setting as people read it."""
    value = getattr(repository, name)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or _DEFAULTS.get(name, "none")
    return _DEFAULTS.get(name, "none") if value is None else str(value)


def removed_targets(before: Repository, after: Repository) -> int:
    """Targets of branches that are registered no longer."""
    return sum(item.target_count for item in before.branch_details if item.name not in after.branches)


def _branches(known: Repository, wish: Wish) -> list[str]:
    for branch in wish.remove_branches:
        if branch not in known.branches:
            raise _usage(f"Branch {branch} is not registered; registered are: {', '.join(known.branches)}.")
    kept = [branch for branch in known.branches if branch not in wish.remove_branches]
    left = list(dict.fromkeys((*kept, *wish.add_branches)))
    if not left:
        raise _usage(
            f"No branch would be left: to stop watching the repository, gmctl repo delete -r {known.url}"
        )
    return left


def _channels(known: Repository, wish: Wish) -> list[Channel]:
    there = () if "notifications" in wish.cleared else known.notifications
    for channel in wish.remove_channels:
        if not any(_same(channel, other) for other in there):
            told = ", ".join(map(str, there)) or "none"
            raise _usage(f"{channel.kind}={channel.address} is not registered; registered are: {told}.")
    kept = [item for item in there if not _among(item, (*wish.remove_channels, *wish.add_channels))]
    return [*kept, *wish.add_channels]


def _among(channel: Channel, others: Iterable[Channel]) -> bool:
    return any(_same(channel, other) for other in others)


def _same(one: Channel, other: Channel) -> bool:
    """Whether both name one channel; adding it again replaces the key that it is signed with."""
    return (one.kind, one.address) == (other.kind, other.address)


def _usage(text: str) -> GmctlError:
    return GmctlError(text, ExitCode.USAGE)
