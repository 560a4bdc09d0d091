"""What ECS refuses about tags, on whatever they are put."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.domain.rendered import JsonValue
from gitmoxi.validation.reading import objects_at, text_at
from gitmoxi.validation.rule import Problem

TAG_SUMMARY: Final = (
    "A resource has at most 50 tags, each key once, none of whose keys or values begins with aws:."
)

_MOST_TAGS: Final = 50


def tag_problems(document: JsonValue) -> Iterator[Problem]:
    """The faults of the list ``tags`` of a document.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html
    """
    keys: set[str] = set()
    for path, tag in objects_at(document, "tags"):
        for member in ("key", "value"):
            text = text_at(dict(tag), member) or ""
            if text.lower().startswith("aws:"):
                yield Problem(
                    at=(*path, member),
                    message=f"the {member} {text} of a tag begins with aws:, which is for AWS only",
                    found=text,
                    advice="take another prefix, or remove the tag: AWS sets its own",
                )
        key = text_at(dict(tag), "key") or ""
        if key in keys:
            yield Problem(
                at=(*path, "key"),
                message=f"two tags have the key {key}",
                found=key,
                advice="keep one of them; capitals count",
            )
        keys.add(key)
    if len(keys) > _MOST_TAGS:
        yield Problem(
            at=("tags",),
            message=f"there are {len(keys)} tags, and AWS takes {_MOST_TAGS}",
            found=str(len(keys)),
            expected=f"at most {_MOST_TAGS}",
            advice="remove some",
        )
