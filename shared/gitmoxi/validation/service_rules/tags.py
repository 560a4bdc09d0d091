"""Rules on the tags of a service."""

from __future__ import annotations

from collections.abc import Iterator

from gitmoxi.validation.reading import objects_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.service_rules.facts import ServiceDocument
from gitmoxi.validation.service_rules.pages import TAG


@rule(
    "service.tag-reserved",
    summary="No tag's key begins with aws:, in whatever case; AWS keeps those for itself.",
    advice="remove the tag or rename its key",
    source=TAG,
)
def _reserved(service: ServiceDocument) -> Iterator[Problem]:
    for path, _ in objects_at(service, "tags"):
        key = text_at(service, *path, "key")
        if key and key.casefold().startswith("aws:"):
            yield Problem(
                at=(*path, "key"), message=f"the tag {key} is AWS's own: nobody else can set it", found=key
            )


@rule(
    "service.tag-twice",
    summary="No tag's key occurs twice.",
    advice="remove all but one of them",
    source=TAG,
)
def _twice(service: ServiceDocument) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, _ in objects_at(service, "tags"):
        key = text_at(service, *path, "key")
        if key is not None and key in seen:
            yield Problem(at=(*path, "key"), message=f"the tag {key} is given more than once", found=key)
        if key is not None:
            seen.add(key)


TAG_RULES = (_reserved, _twice)
