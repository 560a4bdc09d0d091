"""Which published versions of a function are ours, and which of these nobody needs any more.

A version of ours says so in its own description, which PublishVersion may give it beside the function's
(AWS Lambda API Reference, API_PublishVersion): it is written in the same call that makes the version, so
no crash can part the two. A version that PublishVersion found to be there already keeps its description:
it is still its maker's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

LONGEST: Final = 256
"""Characters of a description (API_PublishVersion)."""


def version_description(owner: str, deployment_id: str, own: str) -> str:
    """What a version that we publish is described by: our mark, then ``own``, the function's description."""
    return f"{_mark(owner)}{deployment_id}] {own}".rstrip()[:LONGEST]


def is_published_by(owner: str, version: Mapping[str, Any]) -> bool:
    """Whether the installation ``owner`` published the version, whose configuration is given."""
    return _description(version).startswith(_mark(owner))


def is_published_for(owner: str, deployment_id: str, version: Mapping[str, Any]) -> bool:
    """Whether it was published for that deployment."""
    return _description(version).startswith(f"{_mark(owner)}{deployment_id}]")


def superfluous_versions(
    versions: Iterable[Mapping[str, Any]], *, owner: str, used: frozenset[str], keep: int
) -> tuple[str, ...]:
    """The numbers of our versions beyond the newest ``keep``, oldest first, without the ``used`` ones.

    ``versions`` are the configurations of the published versions, oldest first.
    """
    ours = [str(version["Version"]) for version in versions if is_published_by(owner, version)]
    older = ours[: max(0, len(ours) - keep)]
    return tuple(number for number in older if number not in used)


def _mark(owner: str) -> str:
    return f"[gitmoxi:{owner} "


def _description(version: Mapping[str, Any]) -> str:
    return str(version.get("Description") or "")
