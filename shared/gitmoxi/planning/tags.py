"""Tags: those of the user's documents, ours on top, and what has to be set or removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import MISSING, Document, canonical
from gitmoxi.planning.errors import PlanningError

MOST_TAGS: Final = 50
"""Tags per resource (API_CreateService, API_RegisterTaskDefinition; Lambda: API_TagResource)."""

OURS: Final = "gitmoxi:"
FOREIGN: Final = "aws:"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChanges:
    """What TagResource and UntagResource have to do, and how to say it."""

    to_set: Mapping[str, str] = field(default_factory=dict)
    to_remove: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def ecs_tags(document: Document | None) -> dict[str, str]:
    """The tags of a native ECS document, which has them as a list of key and value.

    Raises:
        PlanningError: one has no key, which the shape of ECS's request would allow.
    """
    listed = (document or {}).get("tags") or ()
    keyless = next((tag for tag in listed if tag.get("key") is None), None)
    if keyless is not None:
        raise PlanningError(f"the tag {canonical(keyless)} has no key: give it one, or remove it")
    return {str(tag["key"]): str(tag.get("value") or "") for tag in listed}


def lambda_tags(document: Document | None) -> dict[str, str]:
    """The tags of a native Lambda document, which has them as an object."""
    return {str(key): str(value) for key, value in ((document or {}).get("Tags") or {}).items()}


def tag_changes(
    desired: Mapping[str, str],
    live: Mapping[str, str],
    previous: Mapping[str, str],
    *,
    document: str = "tags",
) -> TagChanges:
    """Set what differs, remove what only the last good revision had, leave others' tags alone.

    ``document`` is what the differences name as theirs.
    """
    wanted = {key: value for key, value in desired.items() if not key.startswith(OURS)}
    to_set = {key: value for key, value in sorted(wanted.items()) if live.get(key) != value}
    to_remove = tuple(
        key for key in sorted({*previous} - {*desired}) if key in live and not key.startswith((OURS, FOREIGN))
    )
    differences = tuple(
        Difference(
            document=document,
            path=f"tags[{key}]",
            before=live.get(key, MISSING),
            after=to_set.get(key, MISSING),
        )
        for key in (*to_set, *to_remove)
    )
    return TagChanges(to_set=to_set, to_remove=to_remove, differences=differences)


def merged_tags(own: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """A user's tags and ours; our keys win."""
    return {**own, **ours}


def check_tag_count(own: Mapping[str, str], *, added: int, what: str) -> None:
    """Refuse more tags than AWS takes once ours are added.

    Raises:
        PlanningError: there are too many.
    """
    count = sum(not key.startswith(OURS) for key in own)
    if count + added > MOST_TAGS:
        raise PlanningError(
            f"{what} has {count} tags; AWS takes {MOST_TAGS} and Gitmoxi adds {added} of its own: "
            f"leave at most {MOST_TAGS - added}"
        )


def adoption(live_tags: Mapping[str, str], *, owner: str, what: str) -> bool:
    """Whether a live resource was made by somebody else: it carries no owner's tag.

    Raises:
        PlanningError: it belongs to another installation.
    """
    found = live_tags.get(OWNER_TAG)
    if found not in (None, owner):
        raise PlanningError(
            f"{what} belongs to the Gitmoxi installation {found!r} (tag {OWNER_TAG}), not to {owner!r}: "
            f"remove that tag to hand it over"
        )
    return found is None
